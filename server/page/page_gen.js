// Generated from web/page and sdk/ts/src by npm run page in sdk/ts. DO NOT EDIT.
"use strict";(()=>{var Sn="1002s protocol_error";var _n="1006n abnormal";var Tn="4000n heartbeat_timeout",En="4001n write_timeout";var On="4009n timeout";var Le="4107l disconnected";var Cn="4110l at_capacity";var Ze="4300s bad_frame";var Mn="4304s bad_channel";var Ln="4309s bad_payload";var et="4312s already_subscribed";var $e="4315s unknown_outcome";var ve="4321s bad_argument";var Ot="4326s dropped";var Ct="4350s outbox_full",tt="4351s outbox_locked";var $n="4353s outbox_mismatch";var re="4357s closed";var Rn="4359s not_holdfast",Fn="4360s canceled",An="4361s io",Hn="4362s retries_exhausted";var Pn=`400s http_bad_request
401a http_unauthorized
403s http_forbidden
404s http_not_found
426s http_upgrade_required
429l http_too_many_requests
502l http_bad_gateway
503l http_unavailable
1000s normal
1001n going_away
1002s protocol_error
1003s unsupported_data
1005n no_status
1006n abnormal
1007s invalid_payload
1008s policy
1009s message_too_big
1010s extension_required
1011l internal_error
1012l service_restart
1013l try_again_later
1015s tls
4000n heartbeat_timeout
4001n write_timeout
4002n ack_timeout
4003n hole
4004n read_back
4005n log_moved
4006n bye
4007n hello_timeout
4008n record_hole
4009n timeout
4100l overloaded
4101l store_full
4102l rate_limited
4103l too_many_connections
4104l draining
4105l too_many_lanes
4106l store_unavailable
4107l disconnected
4108l budget
4109l circuit_open
4110l at_capacity
4111l auth_unavailable
4120l too_many_for_user
4121l too_many_for_address
4122l idle
4200a unauthenticated
4201a token_expired
4300s bad_frame
4301s replaced
4302s producer_conflict
4303s message_too_large
4304s bad_channel
4305s forbidden
4306s unsupported_protocol
4308s position_ahead
4309s bad_payload
4310s cursor_taken
4311s not_subscribed
4312s already_subscribed
4313s too_many_subscriptions
4314s user_mismatch
4315s unknown_outcome
4316s producer_unknown
4317s no_such_call
4318s forwarded
4319s not_loopback
4320s unexpected_frame
4321s bad_argument
4322s lost
4323s gap
4324s origin
4325s expired
4326s dropped
4328s refused_earlier
4329s call_failed
4330s schema_violation
4340s revoked
4350s outbox_full
4351s outbox_locked
4352s outbox_damaged
4353s outbox_mismatch
4354s store_locked
4355s store_newer
4356s store_damaged
4357s closed
4358s cursor_file
4359s not_holdfast
4360s canceled
4361s io
4362s retries_exhausted
4363s queue_full`;var Mt=3e3,Lt=e=>({code:tt,op:`open outbox ${e}`,detail:"another page uses it"}),In=async e=>{let t=globalThis.navigator?.locks;return t&&new Promise((n,r)=>{t.
request(`holdfast:${e}`,{signal:AbortSignal.timeout(Mt)},()=>new Promise(o=>n(o))).catch(()=>r(Lt(e)))})};var Nn=64,Eo=7*864e5,Dn=(e={})=>({...e,durable:!1}),nt=()=>({Ct:[],qe:[],$:new Map,We:new Map}),rt=(e,t)=>typeof t?.code=="string"?t:{code:An,op:`outbox ${e}`,detail:`${t}`},
Bn=async(e,t,n,r,o)=>{let i=nt(),s=[],a=[],d=new Map,l=[],u;for(let[g,h]of n)typeof g=="number"?s.push(h):Array.isArray(g)?a.push(h):g==="marks"?l=h:g==="user"?
u=h:`${g}`.startsWith("page ")&&d.set(`${g}`.slice(5),h);if(s.sort((g,h)=>g.id-h.id),t&&u!==t){let g=`it belongs to user "${u}", not to "${t}"`;if(s[0])throw{code:$n,
op:`open outbox ${e}`,detail:g};i.le=t;for(let h of a)i.$.set(h.ch+h.p,[h.ch,h.p]);a=[]}let b=new Set(a.map(g=>g.p+g.ch));for(let{ch:g,p:h}of s)b.has(h+g)||(b.add(
h+g),a.push({ch:g,p:h,next:1,resolved:0,acked:0,mem:"",ackedAt:0,forgotten:0,successor:"",sealed:!1}));for(let g of s){let h=l.find(O=>g.id<=O.id);h&&!g.sent&&(Object.
assign(g,{sent:h.sent,mem:h.mem}),i.Ct.push(g))}for(let[g,[,h]]of d)h<Date.now()-Eo&&i.We.set(g,void 0);return i.fe=[],await r(i),{oe:s,$:a,We:d,ln:r,Q:o}};var $t="outbox",Rt=(e={})=>{let t=e.name??"holdfast";return{...e,name:t,durable:!0,P:(n,r,o="")=>Co(t+o,n,r)}},Oo=(e,t)=>new Promise((n,r)=>{let o=!1,i=setTimeout(
()=>{o=!0,r(Lt(e))},Mt),s=a=>{let d=t,l=globalThis.indexedDB.open(`holdfast:${e}`,a);l.onupgradeneeded=u=>{d||=!!a,u.oldVersion||l.result.createObjectStore($t)},
l.onsuccess=()=>{let u=l.result;if(d&&!o)return clearTimeout(i),n(u);u.close(),o||s(a?void 0:u.version+1)},l.onerror=()=>{l.error?.name==="VersionError"?s():r(l.
error)}};s()}),Co=async(e,t,n)=>{let r,o=d=>new Promise((l,u)=>{let b=r.transaction($t,"readwrite",{durability:"strict"});b.oncomplete=()=>l(),b.onabort=()=>u(rt(
e,b.error)),d(b.objectStore($t))}),i=[],s=await In(e),a=()=>{r?.close(),s?.()};try{return r=await Oo(e,!!s),r.onclose=()=>n(rt(e,"the browser has closed it")),await o(
d=>{d.openCursor().onsuccess=l=>{let u=l.target.result;u&&(i.push([u.key,u.value]),u.continue())}}),await Bn(e,t,i,d=>o(l=>Mo(l,d)),a)}catch(d){throw a(),rt(e,d)}},
Mo=(e,t)=>{for(let n of t.Ct)e.put(n,n.id);for(let n of t.qe)e.delete(n);for(let n of t.$.values())Array.isArray(n)?e.delete(n):e.put(n,[n.ch,n.p]);t.le!==void 0&&
e.put(t.le,"user"),t.fe&&e.put(t.fe,"marks");for(let[n,r]of t.We)r?e.put(r,`page ${n}`):e.delete(`page ${n}`);e.transaction.commit()};var W=class extends Error{constructor(t,n,r="",o){let i=t.replace(/^\S+ /,"");super(`${n}: ${r&&`${r} `}(${i})`,{cause:o}),Object.assign(this,{name:"HoldfastErr\
or",code:Number.parseInt(t,10),codeName:i,op:n})}};var ot=()=>EventTarget,X=(e,t,n)=>e.dispatchEvent(new CustomEvent(t,{detail:n})),pe=()=>{let e={};return e.re=new Promise((t,n)=>{e.pe=t,e.me=n}),e.re.catch(()=>{}),
e},ae=(e,t)=>new W(e.code,e.op??t,e.detail);var Ie=class extends ot(){id;channel;data;status;producer;number;ack;error;d=pe();Ce=pe();constructor(t,n,r,o="pending"){super(),this.id=t,this.channel=n,this.data=
r,this.status=o}get done(){return this.d.re}get kept(){return this.Ce.re}be(t){let n=t.status!==this.status||!!t.end;return this.status=t.status,t.number&&(this.
producer=t.producer,this.number=t.number,this.Ce.pe()),t.end&&(this.ack=t.ack,t.ack&&this.d.pe(t.ack),t.fault&&(this.error=ae(t.fault,`publish to ${this.channel}`),
this.d.me(this.error),this.Ce.me(this.error))),n&&X(this,"status",this.status),n}};var Un="ch:a n o data:d content:c h:h p:X term:x ts by:a id code:k detail:s retry count:u synced:f dup:f skipped:f copies:u sent mem:x from to at:w after gen wa\
nt cursor:a user:a session:X why:w token:s process:x counter agent:a subs:o results:o earlier:e last since window:p max_in_flight:p max_window:p heartbeat max_m\
essage:u max_subs:u dedupe clock name:a key:s successor:X first head version url:s delay pending",jn="hello!B?@CD)EF publish!#)$67('& skip!#)89U subscribe!-#:*%\
H[IJ>K unsubscribe!-# ack!#%< call!-ST'& refresh!BZ ping!- pong!- bye!./",qn="welcome!@?ENOLMPQ725RG stored!#)$1%2345 refused!#)$.0=/ record!#%*+,('& pass!#%* g\
ap!#89*;A subscribed!-#*%VW<./0 unsubscribed!-#./ reply!-./'& join!#?@*X'& leave!#?@*X receipt!#>?% reconnect!ZY.",st={at:["head","start","position","last","tim\
e"],why:["","retention","fork"]};var it=class extends W{offset;constructor(t,n=""){super(Ze,"read a message",`byte ${t}${n&&`: ${n}`}`),this.offset=t}},Wn=e=>e.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g,
"").replace(/[\r\n]/g," ");var Ft=[void 0,...Un.split(" ").map((e,t)=>{let[n="",r="n"]=e.split(":");return{fn:n,pn:r,mn:t*4+4+("nukfwc".includes(r)?0:r==="x"?1:r==="X"?3:2),Ot:"heo".includes(
r)}})],at=(()=>{let e=Object.create(null),t=(n,r)=>{for(let[o,i]of n.split(" ").entries()){let[s="",a=""]=i.split("!");e[r+o]=e[s]={Dn:r+o,st:s,bn:[...a].map(d=>Ft[d.
charCodeAt(0)-34])}}};return t(jn,1),t(qn,32),e})(),ct={n:2**53-1,u:2**32-1,k:65535,f:1,c:2,a:255,s:4096,h:64,e:8,o:1024},At={h:"as",e:"xn",p:"uu"},Ht=e=>at[e===
"subs"?"subscribe":"subscribed"];var Lo=new TextDecoder("utf-8",{fatal:!0,ignoreBOM:!0}),$o=new TextEncoder,Ne,j,oe,ce,se=e=>{throw new it(e)},ke=()=>{let e=0;for(let t=0,n=1;;t++,n*=128){j>=oe&&
se(oe);let r=Ne[j++];if((t>9||t>8&&r<128&&r>1)&&se(ce),e+=(r&127)*n,r<128)return e}},Re=e=>(e>oe-j&&se(oe),j+=e,Ne.subarray(j-e,j)),Ro=e=>e?Re(e>2?16:e>1?ke():8):
ke(),zn=(e,t)=>{if("as".includes(e)){let r=Re(ke());try{if(r.length<=ct[e])return Lo.decode(r)}catch{}se(ce)}if(e==="d")return Re(ke());if("xX".includes(e)){let r=Array.
from(Re(e==="x"?8:16),o=>(o+256).toString(16).slice(1)).join("");return/[^0]/.test(r)?r:""}if("heop".includes(e)){let r=oe,o=Re(ke()).length;oe=j,j-=o;let i=e===
"o"?Jn(Ht(t),{}):[...At[e]].map(s=>zn(s,t));return j<oe&&se(j),oe=r,i}let n=ke();if(e==="w"){let r=st[t];return n>0&&(r[n]??(r[0]&&se(ce)))}return n>ct[e]&&se(ce),
e==="f"?n>0:n},Jn=(e,t)=>{let n=[];for(;j<oe;){ce=j;let r=Ne[j]&3,o=ke(),i=Ft[Math.floor(o/4)];if((o<4||i&&(i.mn!==o||n.includes(i)))&&se(ce),i&&!i.Ot&&n.push(i),
ce=j,!i||!e.bn.includes(i))Ro(r);else{let{fn:s,pn:a,Ot:d}=i;t[s]?.length>=ct[a]&&se(ce);let l=zn(a,s);d?(t[s]??=[],t[s].push(l)):l&&l.length!==0&&(a!=="p"||l[0]||
l[1])&&(t[s]=l)}}return t},Fo=(e,t)=>{typeof e=="string"&&se(0);let n=new Uint8Array(e);for(let r=0;r<n.length;){Ne=n,ce=j=r,oe=n.length;let o=ke();Re(o),o||se(
ce),r=oe=j,j-=o;let i=at[Ne[j++]];if(i&&t(Jn(i,{t:i.st}))===!1)return}},de=new Uint8Array(1024),J=0,dt=e=>{if(J+e>de.length){let t=de;de=new Uint8Array((J+e)*2),
de.set(t)}},De=e=>{for(dt(8);e>127;e=Math.floor(e/128))de[J++]=e%128+128;de[J++]=e},Gn=e=>{dt(e.length),de.set(e,J),J+=e.length},Kn=e=>{dt(1);let t=++J;e();let n=J-
t,r=0;for(let o=n;o>127;o>>=7)r++;dt(r),de.copyWithin(t+r,t,J),J=t-1,De(n),J+=n},Vn=(e,t,n)=>{if("xX".includes(e))Gn(n.padStart(16,"0").match(/../g).map(r=>Number.
parseInt(r,16)));else if("asd".includes(e)){let r=e==="d"?n:$o.encode(n);De(r.length),Gn(r)}else"heop".includes(e)?Kn(()=>{if(e==="o")Xn(Ht(t),n);else for(let r of[
0,1])Vn(At[e][r],t,n[r])}):De(e==="w"?st[t].indexOf(n):+n)},Xn=(e,t)=>{for(let{fn:n,pn:r,mn:o,Ot:i}of e.bn){let s=t[n];if(!(!s||s.length===0||s===st[n]?.[0]||r===
"p"&&!(s[0]||s[1])))for(let a of i?s:[s])De(o),Vn(r,n,a)}},Ao=e=>{J=0;for(let n of e)Kn(()=>{let r=at[n.t];De(r.Dn),Xn(r,n)});let t=de.slice(0,J);return J>65536&&
(de=new Uint8Array(1024)),t},Yn={hn:"holdfast.v1.bin",Bn:Ao,Un:Fo};var Qn=e=>({R:{...e,Oe:e.Oe||5e3,he:e.he||1e4,Mt:e.Mt||100},S:0,Me:[],y:0,jn:0,it:e.it||"",N:"",gn:0,Le:0,ct:3e4,Lt:0,$t:0,yn:0,se:[],$:[],Ge:new Map,dt:new Map,
$e:0,ze:0,ut:!1,Je:0,ie:0,ae:0,lt:0,_:new Map,Ke:new Map,Rt:0,ge:0,q:0,qn:0,Ft:0,ce:0,ft:0,ye:0}),c,Be=e=>{c=e};var I=e=>{c.Me.push(e)},ut=e=>{c.y=3,I({i:"fail",U:e,Ve:""})},Se=(e,t="")=>{I({i:"disconnect",U:e,Ve:t,z:c.S})},_e=()=>c.S+c.gn,me=e=>Math.floor(e/100);var Zn=e=>({T:e,pt:void 0,At:!1,r:[],L:0,m:0,Ht:!1,Y:0,xe:0,Re:0,Pt:0,Fe:0,It:0}),Te=(e,t,n,r=!1)=>({b:n,J:!1,x:n?n.id:0,Ae:n?n.size:0,we:r,Z:e,ee:t}),Pt=({T:{next:e}},t)=>({
...Te(e,e-1),J:!0,x:t}),Ue=e=>{e.m=e.L,e.Y=e.Fe=e.It=0},ft=(e,t)=>{e.L=t,t*2>e.r.length&&(e.r.splice(0,t),e.m-=t,e.L=0)},It=(e,t)=>{e.It+=t,e.Fe&&(e.Fe+=t)},Nt=e=>e.r[e.L]?.Z??
e.T.next,Dt=(e,t)=>{let n=(e.r.at(-1)?.ee??e.T.resolved)+1;n<t&&e.r.push(Te(n,t-1))},lt=e=>e&&!e.b&&!e.J&&!e.we,Bt=(e,t)=>{let n=e.r[t-1],r=e.r[t];return t<=e.m||
!lt(n)||!lt(r)?t:(r.Z=n.Z,--t>e.L?(e.r.splice(t,1),t):(e.m++,ft(e,t+1),e.L))},je=(e,t)=>{Ue(e);let n=Nt(e);if(t>=n)return;let r=e.r[e.L];r&&!r.b&&!r.J&&r.Z===n?
r.Z=t:e.r.splice(e.L,0,Te(t,n-1))};var Ho=64,Ut={next:1,resolved:0,acked:0,mem:"",ackedAt:0,forgotten:0,successor:"",sealed:!1},qe=(e,t,n,r="",o=0,i=!1,s=!1,a=0)=>{I({i:"outcome",b:e,Nt:t,O:o,xn:i,
Wn:s,Gn:a,U:n,Ve:r})},Oe=(e,t=c.R.ve)=>c.Ge.get(t+e),pt=e=>{let t=Zn(e);return c.Ge.set(e.p+e.ch,t),c.se.push(t),t},be=e=>{!e.Ht&&e.m<e.r.length&&(e.Ht=!0,c.$.push(
e))},er=(e,t)=>{for(let n of e)pt({...n,next:Math.max(n.next,n.resolved+1),sealed:!1});for(let n of t){let{ch:r,p:o,n:i,id:s}=n,a=Oe(r,o)??pt({...Ut,ch:r,p:o});
Dt(a,i),a.r.push(Te(i,i,n,!!(n.sent||n.mem))),a.T.next=Math.max(a.T.next,i+1),c.$e=Math.max(c.$e,s),jt(n.expires)}c.ze=c.$e;for(let n of c.se){let r=n.T;r.acked||
(r.forgotten=Math.max(r.forgotten,Nt(n)-1))}for(let{ch:n,p:r}of e)Po(Oe(n,r));c.se.forEach(be)},Po=e=>{let{ch:t,next:n,successor:r}=e.T;if(Dt(e,n),!r){c.dt.set(
t,e);return}e.r.push(Pt(e,0));let o=Oe(t,r);o||(o=pt({...Ut,ch:t,p:r}),o.At=!0,c.dt.set(t,o)),o.pt=e},Io=e=>{let t=c.dt.get(e);if(t?.T.p===c.R.ve)return t;let n=pt(
{...Ut,ch:e,p:c.R.ve});if(c.dt.set(e,n),t){t.T.successor=c.R.ve,n.pt=t;let r={...t.T};No(t,++c.$e),be(t),I({i:"seal",x:c.$e,mt:r})}return n},No=(e,t)=>{let n=e.T;
e.L===e.r.length&&n.acked&&e.r.push(Te(n.next,n.next++)),e.r.push(Pt(e,t))},tr=({ke:e,Ae:t,ie:n=0})=>{let r=Io(e),o=r.T.next++,i=c.R.Dt&&c.y===2,[s,a]=i?[_e(),c.N]:
[0,""],d={id:++c.$e,ch:e,p:c.R.ve,n:o,size:t,sent:s,mem:a,expires:n};jt(n),r.r.push(Te(o,o,d)),be(r),I({i:"persist",b:d})},nr=({x:e,He:t,N:n})=>{c.ut=!1;for(let r of c.$)
for(let o of r.r.slice(r.m))o.b&&!o.we&&o.x<=e&&(o.b.sent=t,o.b.mem=n)},rr=(e,t,n)=>{let{Z:r,ee:o,b:i}=e.r[t];e.r[t]=Te(r,o),qe(i,"failed",n)},or=(e,t,n)=>{for(let r of c.$)
for(let o=r.m;o<r.r.length;o++){let{b:i,we:s}=r.r[o];if(!(!i||s||!n(i))&&(rr(r,o,e),o=Bt(r,o),lt(r.r[o+1])&&(o=Bt(r,o+1)),t))return}},jt=e=>{e&&(c.ie=Math.min(c.ie||
e,e))},sr=()=>{!c.ie||c.S<c.ie||(c.ie=0,or(4325,!1,e=>(c.S<e.expires&&jt(e.expires),e.expires>0&&c.S>=e.expires)))},ir=()=>{for(let e=0;e<c.$.length&&c.ae<c.$t;){
c.Je>=c.$.length&&(c.Je=0);let t=c.$[c.Je],n=c.Me.length;Do(t),e=c.Me.length>n?0:e+1,t.m<t.r.length?c.Je++:(t.Ht=!1,c.$.splice(c.Je,1),e=0)}},Do=e=>{if(!(e.pt&&
!e.pt.T.sealed||c.S<e.Re)){if(e.Re=0,e.xe){if(e.m>e.L)return;je(e,e.xe),e.xe=0}for(let t=0;t<Ho&&e.m<e.r.length;t++){let{b:n,we:r,Ae:o}=e.r[e.m];n&&!r&&c.Lt&&o>
c.Lt&&rr(e,e.m,4303);let i=e.r[e.m];if(Bo(e,i))return;Uo(e,i)}}},Bo=(e,t)=>{let n=e.m-e.L;return c.ae>=c.$t||c.ae&&c.lt+t.Ae>c.yn||e.Fe&&n>=e.Fe||t.J&&n?!0:t.we?
!1:e.Y?!0:c.R.Dt?t.x>c.ze?!0:!t.b||t.b.mem===c.N?!1:(c.ut||(c.ut=!0,I({i:"mark",x:c.ze,He:_e(),N:c.N})),!0):!1},Uo=(e,t)=>{c.ae++||(c.ce=c.S),c.lt+=t.Ae;let{ch:n,
successor:r}=e.T,o=e.T.p===c.R.ve?"":e.T.p,{b:i,we:s,Z:a,ee:d}=t;if(i){let l={t:"publish",ch:n,p:o,n:d};s?(l.sent=i.sent,l.mem=i.mem,ar(i)&&e.Y++):c.R.Dt||(i.sent=
_e(),i.mem=c.N),I({i:"publish",E:l,b:i,zn:s})}else I({i:"send",E:{t:"skip",ch:n,p:o,from:a,to:d,successor:t.J?r:""}});t.we=!0,e.m++},ar=e=>e.mem!==c.N||c.Le&&_e()-
e.sent>c.Le,mt=(e,t)=>{c.ae--,c.lt-=t.Ae,t.b&&e.Y&&ar(t.b)&&e.Y--},cr=(e,t)=>or(t,!0,n=>n.id===e);var dr=e=>{let t=Oe(e.ch,e.p);if(!t)return;let{L:n,T:r}=t,o=0,i=n;for(;i<t.m;i++){let s=t.r[i];if(s.ee>(e.n||0)||s.J&&(i>n||!e.skipped))break;mt(t,s),s.J&&(r.sealed=
!0),s.b&&qo(s.b,e),o=s.ee}i!==n&&(Wt(t),e.skipped||((r.mem!==c.N||!fr(t))&&Gt(t),r.acked=o,r.mem=c.N,r.ackedAt=e.dup?t.r[i-1].b?.sent||0:_e()),It(t,i-n),ft(t,i),
mr(t),ur(t,o))},qo=(e,t)=>{let n=(t.n||0)-e.n,r=n<(t.count||1);r&&t.skipped?qe(e,"failed",4328):qe(e,"delivered",0,"",r?Math.max(0,(t.o||0)-n):0,r&&!!t.dup,t.synced,
t.copies)},Wt=e=>{e.Pt=c.ft=0,c.ce=c.S},Gt=({T:e})=>{e.forgotten=Math.max(e.forgotten,e.acked)},ur=(e,t)=>{let n=e.T;if(!(t<=n.resolved&&!n.sealed)){if(n.resolved=
Math.max(n.resolved,t),n.sealed){e.L===e.r.length&&(c.Ge.delete(n.p+n.ch),c.se=c.se.filter(o=>o!==e));let r=Oe(n.ch,n.successor);r?.At&&(r.At=!1,I({i:"resolved",
mt:{...r.T}}))}I({i:"resolved",mt:{...n}})}},lr=e=>{let t=Oe(e.ch,e.p),{code:n=0}=e;t&&(n===4302?ut(n):n===4003||n===4316?Wo(t,e.want||1):me(n)===41?Go(t,e,n):zo(
t,e,n))},Wo=(e,t)=>{let n=e.T;if(++e.Pt>3){Se(4003,`lane ${n.p} makes no progress`);return}if(t<=n.acked)if(n.mem===c.N&&fr(e)){let r=Math.max(t,n.forgotten+1);
r<=n.acked&&I({i:"lost",ke:n.ch,Jn:n.p,Z:r,ee:n.acked}),n.acked=t-1}else Gt(e);pr(e),je(e,t),be(e)},fr=e=>!c.Le||_e()-e.T.ackedAt<c.Le-Math.floor(c.Le/10),pr=e=>{
for(let t of e.r.slice(e.L,e.m))mt(e,t)},Go=(e,{n:t=0,retry:n,detail:r=""},o)=>{e.Re=c.S+(n||1e3),Wt(e);let i=e.r.slice(e.L,e.m).findLast(a=>a.ee===t)?.b;pr(e);
let s=e.It;Ue(e),o===4102&&(e.Fe=Math.max(1,s)),be(e),I({i:"held",b:i,U:o,Ve:r,z:e.Re})},zo=(e,{n:t=0,want:n=0,detail:r},o)=>{let i=e.r.findIndex((l,u)=>u>=e.L&&
u<e.m&&l.ee===t&&!l.J);if(i<0)return;let s=e.r[i],a=o===4315;mt(e,s),Wt(e),a&&(e.xe||=Math.max(n,1),n<=e.T.acked&&Gt(e)),s.b&&qe(s.b,a?"unknown":"failed",o,r),It(
e,1);let d=i===e.L;d?ft(e,i+1):(e.r.splice(i,1),e.m--),mr(e),d&&ur(e,t)},mr=e=>{e.m===e.L&&e.xe&&(je(e,e.xe),e.xe=0),be(e)};var br=1,hr=e=>e.d<=e.F||e.O<=e.F?0:Math.floor(e.bt*(e.d-e.F)/(e.O-e.F)),bt=e=>e.y===2&&e.d>e.F,gr=e=>{e.bt-=hr(e),e.F=e.d},zt=(e,t)=>{!t||t===e.w||(e.w&&e.O&&(e.A=
[...e.A,[e.w,e.O]].slice(-7)),e.w=t)},Jo=(e,t,n)=>n<=(t===e.w?e.O:e.A.find(r=>r[0]===t)?.[1]??-1),Ko=(e,t)=>{let n=e.findIndex(r=>r[1]>=t);return n<0?e:[...e.slice(
0,n),[e[n][0],t]]},Jt=e=>{e.wn=++c.Rt,e.y=br,e.Xe=0,gr(e);let{w:t,O:n,A:r}=e;return{...e.Pe,id:c.Rt,window:e.j,...e.Bt&&{at:"position",term:t,o:n,earlier:r,last:0,
since:0,pending:n-e.d}}},yr=e=>I({i:"send",M:e.x,E:{t:"subscribe",...Jt(e)}}),xr=({M:e,Pe:t,Ut:n})=>{if(c.Ke.has(t.ch))return vr(e,4312);let{term:r,offset:o,earlier:i}=n??
{term:"",offset:0,earlier:[]},[s=0,a=0]=t.window??[],[d=0,l=0]=c.R.j??[],u={x:e,y:0,Pe:t,wn:0,Bt:!!(r||o),w:r,O:o,A:i,vn:0,j:[s||d||512,a||l||1<<20],d:o,F:o,bt:0,
jt:0,Xe:0};c._.set(e,u),c.Ke.set(t.ch,u),c.y===2&&yr(u)},wr=e=>{let t=c._.get(e);t&&(t.y&&(bt(t)&&Xt(t),I({i:"send",E:{t:"unsubscribe",id:++c.Rt,ch:t.Pe.ch}})),
Kt(t))},vr=(e,t,n="")=>I({i:"ended",M:e,U:t,Ve:n}),Kt=(e,t=0,n)=>{c._.delete(e.x),c.Ke.delete(e.Pe.ch),vr(e.x,t,n)},ht=(e,t)=>{e.y=0,e.Xe=t},Vt=e=>{let t=c.Ke.get(
e.ch),{code:n,term:r="",o=0}=e;if(!(t?.y!==br||t.wn!==e.id)){if(n){me(n)===40||me(n)===41?ht(t,c.S+Math.max(1e3,e.retry||0)):Kt(t,n,e.detail);return}t.y=2,t.vn=
e.gen||0,t.Bt||(t.Bt=!0,t.w=r,t.A=[],t.O=t.d=t.F=o),I({i:"subscribed",M:t.x,E:e})}},gt=e=>{let t=c.Ke.get(e);return t?.y===2?t:void 0},kr=({ch:e,id:t,code:n,detail:r})=>{
let o=gt(e);!o||t||!n||(me(n)===43?Kt(o,n,r):ht(o,c.ge+1e3))},Sr=e=>{let t=gt(e.ch),{o:n=0}=e;if(!(!t||n<=t.O)){if(n!==t.O+1)return Se(4008);zt(t,e.term),t.O=n,
t.bt+=e.data?.length||0,I({i:"record",M:t.x,w:t.w,E:e})}},_r=({ch:e,o:t=0,term:n})=>{let r=gt(e);!r||t<=r.O||(zt(r,n),r.d===r.O&&(r.d=t),r.O=t)},Tr=e=>{let t=gt(
e.ch),{term:n="",after:r=0}=e;t&&(e.why==="fork"?t.A=Ko([...t.A,[t.w,t.O]],r).filter(o=>o[0]&&o[0]!==n).slice(-7):zt(t,n),t.w=n,t.O=t.d=t.F=r,t.bt=0,I({i:"gap",
M:t.x,E:e}))},Er=({M:e,w:t,O:n})=>{let r=c._.get(e);if(!r||n<=r.d||!Jo(r,t,n))return;r.d<=r.F&&(r.jt=c.S),r.d=n;let[o,i]=r.j;r.y===2&&c.y===2&&((n-r.F)*4>=o||hr(
r)*4>=i)&&Xt(r)},Xt=e=>{gr(e),I({i:"send",E:{t:"ack",ch:e.Pe.ch,o:e.d,gen:e.vn}})},Yt=e=>{for(let t of c._.values())!t.y&&(e==="hello"||t.Xe&&c.S>=t.Xe)&&yr(t)},
Qt=e=>{for(let t of c._.values())bt(t)&&(e||c.S>=t.jt+c.R.Mt)&&Xt(t)},Or=(e,t,n)=>{let r=c._.get(e);if(!r)return;let o=r.A.findIndex(i=>i[0]===t||i[1]>=n);return{
term:t,offset:n,earlier:o<0?r.A:r.A.slice(0,o)}};var Xo=e=>{c.y=1,c.ge=c.Ft=c.S,c.q=c.ye=c.ft=0;let{le:t,Kn:n,ve:r,qt:o}=c.R;I({i:"send",E:{t:"hello",token:e,user:t,session:c.it,process:n,counter:++c.jn,p:r,agent:o,
subs:[...c._.values()].map(Jt)}})},Yo=e=>{c.y=0,c.q=c.ye=0,c.ae=c.lt=0,c.ut=!1;for(let t of c.se)Ue(t),t.Re=t.Pt=0,be(t);for(let t of c._.values())ht(t,0);me(e)===
43?ut(e):me(e)===42&&I({i:"authenticate",U:e})},Qo=e=>{if(c.y!==1)return;let{session:t="",mem:n="",clock:r=0,dedupe:o=0,max_message:i=0,results:s=[]}=e,[a=0,d=0]=e.
max_in_flight??[];c.y=2,c.it=t,c.N=n,c.gn=r-c.S,c.Le=o,c.ct=e.heartbeat||3e4,c.Lt=i,c.$t=a||1024,c.yn=d||1<<20,c.ce=c.S,I({i:"welcome",E:e}),s.forEach(Vt),Yt("h\
ello")},Zo=()=>{if(sr(),!c.y)return;let e=(t,n)=>c.S>=t+n;if(c.ye&&e(c.ye,0))return c.ye=0,Se(4104,"the server asked to come back");if(c.q){if(e(c.q,c.R.he))return Se(
4e3)}else if(c.ae&&e(c.ce,c.R.Oe)){if(++c.ft>3)return Se(4002);c.ce=c.S,Zt()}else e(c.ge,c.ct)&&Zt();c.y===2&&(Qt(!1),Yt("refusal"))},es=e=>{c.y&&(e>c.ge&&(c.ge=
e,c.q=0),e>c.ce&&(c.ce=e,c.ft=0),c.y===2&&!c.q&&c.S>=c.Ft+c.ct&&(Zt(),c.q=0))},Zt=()=>{c.q=c.Ft=c.S,I({i:"send",E:{t:"ping",id:++c.qn}})},ts={record:Sr,stored:dr,
refused:lr,pass:_r,gap:Tr,subscribed:Vt,unsubscribed:kr,welcome:Qo,ping:({id:e})=>I({i:"send",E:{t:"pong",id:e}}),refresh:()=>c.y===2&&I({i:"refresh"}),reconnect:({
delay:e=0})=>{c.ye=c.S+e}},ns={tick:Zo,connected:e=>Xo(e.Ie),disconnected:e=>Yo(e.U),frame:({E:e})=>{c.ge=c.S,c.q=0,ts[e.t]?.(e)},publish:tr,persisted:e=>{c.ze=
Math.max(c.ze,e.x)},marked:nr,drop:e=>cr(e.x,e.U),subscribe:xr,unsubscribe:e=>wr(e.M),done:Er,bye:()=>{c.y===2&&(Qt(!0),I({i:"send",E:{t:"bye",code:1e3}})),c.y=
3},moved:e=>es(e.z)},Mr=e=>{let t=Qn(e);return{Wt:(n,r)=>{Be(t),er(n,r)},Ne:(n,r)=>(Be(t),t.S=n,t.Me=[],t.y!==3&&ns[r.i](r),t.y===2&&t.Me.at(-1)?.i!=="disconnec\
t"&&ir(),t.Me),Se:()=>(Be(t),rs()),Ut:(n,r,o)=>(Be(t),Or(n,r,o))}},rs=()=>{let e=1/0,t=n=>{n&&n<e&&(e=n)};if(t(c.ie),c.y%3){t(c.ye),c.q?t(c.q+c.R.he):(t(c.ge+c.ct),
c.ae&&t(c.ce+c.R.Oe));for(let n of c._.values())bt(n)&&t(n.jt+c.R.Mt),t(n.Xe);for(let n of c.$)t(n.Re)}return e<1/0?e:void 0};var Ce=e=>new RegExp(`^${e}[a-z] .*`,"m").exec(Pn)?.[0]??`${e}${os(e)} code ${e}`,os=e=>e>=4e3&&e<4400?"nlas"[(e-4e3)/100|0]:e>=500&&e<600||e===408||e===425||e===
429?"l":e>=400&&e<500?"s":e?"n":"o";var Lr=1e3,$r=(e,t)=>{let n=new Map,r=(i,s)=>{n.delete(i)&&e({e:"reply",id:i,fault:s,type:0,data:new Uint8Array})},o=i=>{let{id:s,name:a,key:d,type:l,data:u}=i.kn;
i.He=!0,t({t:"call",id:s,name:a,key:d,content:l,data:u})};return{Vn(i,s){let a={kn:i,He:!1},d=n.size<Lr;n.set(i.id,a),d?s&&o(a):r(i.id,{code:Cn,detail:`${Lr} ca\
lls are under way`})},Xn:i=>n.delete(i),Gt({id:i=0,code:s,detail:a,content:d=0,data:l}){if(s)return r(i,{code:Ce(s),detail:a??""});n.delete(i)&&e({e:"reply",id:i,
type:d,data:l?.slice()??new Uint8Array})},K(){for(let i of n.values())o(i)},Sn(i){for(let[s,{kn:a,He:d}]of n)(i||d&&!a.key)&&r(s,i??{code:Le,detail:"the connect\
ion ended before the reply; a call with a key would be made again"})}}};var tn={network:{maxRetries:5,baseDelay:1e3,multiplier:2},timeout:{maxRetries:5,baseDelay:1e3,multiplier:2},tls:{retry:"stop"},authentication:{maxRetries:3,baseDelay:2e3,
multiplier:1.5},rate_limit:{maxRetries:10,baseDelay:5e3,multiplier:1.5},protocol:{retry:"stop"},policy:{retry:"stop"},server:{},overload:{},application:{},closed:{
retry:"stop"}};var nn=e=>e.minUptime>0?e.minUptime:5e3,Rr=(e,t,n)=>{if(t>=e.maxRetries)return;let r=t;if(e.first==="immediate"&&!r--)return 0;let o=e.maxDelay>=0?e.maxDelay:3e4,
i=(e.baseDelay>=0?e.baseDelay:1e3)*(e.multiplier>=1?e.multiplier:2)**r,s=Math.min(Math.max(e.jitter??.5,0),1);return Math.min(Math.min(i,o)*(1+s*(2*n()-1)),o)};var Fr=()=>{let e;return(t,n=2147483648)=>{clearTimeout(e),n<2147483648&&(e=setTimeout(t,n))}},We=()=>performance.now();var ss=6e5,is=e=>Object.fromEntries(Object.entries(e).filter(t=>t[1]!==void 0)),Ar=(e,t,n,r,o)=>{let i=e.random??Math.random,s={},a=Fr(),d=0,l=0,u,b,g,h=()=>{d&&
We()-d+2>nn(e)&&(s={},M.de=0,O("done"))},O=(R,f)=>{u?.[R](f),u=void 0},L=()=>{h(),d?t.Se():l&&a(_,l-We())},_=()=>{a(),g?.(),l=0;let R=r?.allow();typeof R=="numb\
er"?(g=r.onChange(_),a(_,R),t.No?.()):(u=R,t.Qn())},M={de:0,ht(R){M._e(),s={},M.de=0,R&&r?.state==="open"&&r.reset(),b=o?.(L),_()},K(){d=We(),a(h,nn(e))},Yn(R,f=0,m=R){
h(),d=0,O("done",m);let w=e.strategies?.[R],v={maxRetries:n,...tn[R],...is(e),...w},k=w||tn[R]?.maxRetries?R:"",T=s[k]??0,F=globalThis.navigator?.onLine===!1,A=w?.
maxRetries===void 0&&M.de>=e.maxRetries,P=F?e.maxDelay??3e4:A?void 0:Rr(v,T,i);if(P===void 0)return M._e(),!1;F||(M.de++,s[k]=T+1),l=Math.min(P,v.baseDelay??1e3);
let U=Math.min(f,ss);return U>P&&(l=P=U+i()*Math.min(U/4,P)),l+=We(),a(_,P),t.Zn(M.de,v.maxRetries,P),!0},_e(){a(),d=l=0,g?.(),O("cancel"),b?.()}};return M};var Hr=e=>{let t=new AbortController,n=globalThis.document,r=()=>n?.visibilityState==="hidden"||e(),o=(a,...d)=>{for(let l of d)a?.addEventListener?.(l,r,{signal:t.
signal})};o(globalThis,"online","offline","pageshow"),o(n,"visibilitychange","resume");let i=Date.now(),s=setInterval(()=>{let a=Date.now(),d=Math.abs(a-i-1e4);
i=a,d>2e3&&e()},1e4);return()=>{clearInterval(s),t.abort()}};var Pr=(e,t,n,r)=>{let o=new e(t,[n.hn]),i=[],s=0,a=0,d=!1;o.binaryType="arraybuffer",o.onopen=()=>r.K(o.protocol),o.onmessage=u=>r.eo(u.data),o.onclose=u=>r.te(
u.code,u.reason),o.onerror=()=>{o.readyState||setTimeout(()=>o.onclose&&r.te(1006,""),9)};let l={De:0,m(u){i.push(u),s+=64+(u.data?.length??0),s>65536&&l.Qe()},
Qe(){if(s){let u=n.Bn(i);l.De+=typeof u=="string"?u.length:u.byteLength,i=[],s=0,o.readyState===1&&o.send(u)}return o.bufferedAmount},zt(){let[u,b]=[a,d];return d=
o.bufferedAmount>0,a=l.De-o.bufferedAmount,b&&a>u},Q(u){o.onopen=o.onmessage=o.onclose=null,o.close(u===1e3||u>=3e3?u:1e3)}};return l};var as=32<<20,yt=e=>Number.parseInt(e,10),Ir=(e,t,{Jt:n,...r})=>{let o=`connect to ${e._n.replace(/\?.*/,"")}`,i,s=0,a,d=0,l=0,u=0,b=Ar(e.no,{Qn:()=>{h()},Zn:(m,w,v)=>r.Te(
"waiting",{retryAt:Date.now()+v}),Se:()=>n(M)},1/0,void 0,Hr),g=(m,w)=>{clearTimeout(a),a=setTimeout(n,m,w)},h=async()=>{let m=++s;d=0,t.attempts++,g(e.Tn,()=>f.ue(
{code:_n,op:o,detail:`no welcome within ${e.Tn} ms`}));try{let w=e.Ie;if(typeof w=="function"&&(r.Te("authenticating"),w=await w(),m!==s))return;r.Te("connectin\
g"),i=Pr(e.oo,e._n,e.Kt,{K:v=>n(()=>L(v,w)),eo:v=>n(()=>_(v)),te:(v,k)=>n(()=>f.ue(d||v!==1006?{code:Ce(v),detail:k}:O))})}catch(w){m===s&&n(()=>f.ue({...O,detail:`${w}`}))}},
O={code:Le,op:o,detail:"nobody answers there, or it is refused"},L=(m,w)=>{d++,m===e.Kt.hn?r.ro(w):r.Ye({code:Rn,op:o,detail:`it chose the subprotocol "${m}"`})},
_=m=>{let w=i;d++,t.bytesIn+=typeof m=="string"?m.length:m.byteLength;try{e.Kt.Un(m,v=>(r.E(v),i===w))}catch(v){f.ue({code:Ze,detail:`${v}`})}r.so()},M=()=>{if(!f.P)
return;let m=d;f.m({t:"ping"}),g(e.he/2,()=>{d===m&&f.ue({code:Tn})})},R=m=>{clearTimeout(a),s++,l+=i?.De??0,i?.Q(yt(m)),i=void 0,f.P=!1},f={P:!1,Ze:void 0,de:()=>b.de,
De:()=>l+(i?.De??0),zt:()=>i?.zt(),ht:()=>b.ht(),m:m=>i?.m(m),Qe(){(i?.Qe()??0)>as&&n(()=>f.ue({code:En,detail:"the server takes too little"}))},io({user:m,agent:w}){
clearTimeout(a),f.P=!0,f.Ze=void 0,t.connects++,b.K(),r.Te("open",{...m&&{user:m},...w&&{server:w}})},ue(m,w=0){let v=yt(m.code);f.P&&(t.disconnects[v]=(t.disconnects[v]??
0)+1),R(m.code);let k=s;f.Ze=m,r.te(v),k===s&&(/^1...s/.test(m.code)?r.Ye(m):b.Yn("",Math.max(0,w),m)||r.Ye({...m,code:Hn,op:o}))},ao(){i||b.ht()},async En(){let m=s;
if(!(typeof e.Ie!="function"||u===m)){u=m;try{let w=await e.Ie();m===s&&f.Cn(w)}catch{}u=0}},Cn(m){f.P&&m&&n(()=>f.m({t:"refresh",token:m}))},_e(m){i?.Qe(),b._e(),
R(m?.code??"1000"),f.Ze=m}};return f};var cs=64,Nr=()=>({et:0,fe:[],Ce:[],tt:[]}),rn=e=>{let t=e.indexOf(":");return[e.slice(0,t),+e.slice(t+1)]},on=e=>`${e.p} ${e.ch}`,Dr=(e,t,n)=>{let{maxRecords:r=1e3,
maxBytes:o=4<<20}=e,i=new Map,s=new Map,a=new Map,d,l=[],u=nt(),b=Nr(),g,h=new Map,O=f=>{i.set(f.id,f),s.set(f.key,f)},L=()=>{let f=u.qe.length+u.$.size,m=b.et||
b.fe.length||b.tt.length||f>256||f&&!_.W;if(!d||g||!m)return;let[w,v]=[u,b];u=nt(),b=Nr(),g=d.ln(w).then(()=>{g=void 0,t(v),L()},k=>{for(let T of v.tt)T();n(k)})},
_={oe:i,Ge:s,W:0,gt:0,nt:(f=1)=>_.W>=r*f||_.gt>=o*f,V(f){_.W++,_.gt+=f},Vt(f){_.W--,_.gt-=f},Wt(f){d=f;for(let m of f.$)a.set(on(m),m);for(let[m,w]of f.We)h.set(
m,w);for(let m of f.oe){let w={...m,yt:sn(m),D:m.sent>0};O(w),_.V(w.yt)}},Xt(f,m){Object.assign(f,m),O(f);let[w,v]=rn(f.key),[,,k,T]=h.get(w)??[0,0,[],0];if(M(w,
[v,Date.now(),k,T]),!d)return;let{yt:F,D:A,...P}=f;u.Ct.push(P),b.et=f.id,b.Ce.push(f)},co(f){let[m,w]=rn(f),[v,,k,T]=h.get(m)??[0,0,[],0];if(!(w>v))return w<=T?
[w,"unknown",{code:$e,detail:"too many others ended since"}]:k.find(F=>F[0]===w)??"delivered"},uo({x:f,He:m,N:w}){let v=i.keys().next().value??1/0;l=l.filter(k=>k.
id>=v),l.push({id:f,sent:m,mem:w}),u.fe=[...l],b.fe.push({x:f,He:m,N:w})},J(f,m){let w=on(m);R(w,{...a.get(w)??m,successor:m.successor}),b.et=f},On(f,m,w){let[v,
k]=rn(f),[T,,F,A]=h.get(v)??[0,0,[],0],P=[...F,[k,m,w]],[[U]=[0]]=P.splice(0,P.length-Nn);M(v,[T,Date.now(),P,Math.max(A,U)])},Qt(f,m){let w=i.get(f);return w&&
(i.delete(f),s.delete(w.key),_.Vt(w.yt),d&&u.qe.push(f),m&&_.On(w.key,...m)),w},lo(f){let m=on(f);if(!f.sealed)return R(m,f);a.delete(m),u.$.set(m,[f.ch,f.p])},
fo(f){d?b.tt.push(f):f()},po:L,async Q(f){let m=d;if(d=void 0,f)return m?.Q();await g,await m?.ln(u).catch(()=>{});for(let w of b.tt)w();m?.Q()}},M=(f,m)=>{h.set(
f,m),d&&u.We.set(f,m)},R=(f,m)=>{d&&(a.set(f,m),u.$.set(f,m))};return _},sn=e=>e.h.reduce((t,[n,r])=>t+n.length+r.length+4,cs+e.ch.length+e.data.length);var Br=(e,t,n,r)=>{let o=!!e.P,{policy:i}=e,s,a,l=Dr(e,f=>r.Jt(()=>{f.Ce.forEach(b);for(let m of f.tt)m();f.et&&r.Ne({i:"persisted",x:f.et});for(let m of f.fe)r.Ne(
{i:"marked",...m})}),r.Ye),u=f=>f.D?"sent":"pending",b=f=>n({e:"entry",id:f.key,status:u(f),producer:f.p,number:f.n}),g=(f,m)=>n({e:"entry",id:f,end:!0,...m}),h=(f,m,w)=>{
let v={code:m,detail:w};t.failed++,l.On(f,"failed",v),g(f,{status:"failed",fault:v})},O=f=>sn({ch:f.ch,data:f.data,h:f.h??[]}),L=({id:f})=>{let m=l.Ge.get(f),w=l.co(
f);if(m)b(m);else if(w)w==="delivered"?g(f,{status:w,ack:{offset:0,duplicate:!0,synced:!1,copies:0}}):g(f,{status:w[1],fault:w[2]});else return!1;return!0},_=()=>{
for(let f of l.oe.values())if(!f.D)return r.Ne({i:"drop",x:f.id,U:yt(Ot)}),!l.oe.has(f.id);return!1},M=()=>{s===void 0||s===l.nt()||R.K()},R={mo:l,bo(f,m){if(L(
f))return!1;if(m)h(f.id,re,"the session was closed");else if(l.nt(i==="drop-oldest"?2:1))i==="drop-newest"?h(f.id,Ot,"the outbox is full"):h(f.id,Ct,"");else return l.V(
O(f)),!0;return!1},ho(f){let{id:m,ch:w,type:v,data:k,h:T=[],exp:F}=f,A=O(f);if(l.Vt(A),!L(f)){if(i==="drop-oldest"){for(;l.nt()&&_(););if(l.nt())return h(m,Ct,"\
all was sent, and waits for answers")}l.V(A),a={key:m,ch:w,type:v,data:k,h:T,yt:A,D:!1},t.published++,r.Ne({i:"publish",ke:w,Ae:k.length,ie:F&&r.go(F)}),M()}},yo(f){
l.Vt(O(f)),h(f.id,re,"the session was closed")},Xt(f){let m=a;l.Xt(m,f.b),o||b(m)},m({b:f,E:m,zn:w}){let v=l.oe.get(f.id);v&&(v.D||(v.D=!0,n({e:"entry",id:v.key,
status:"sent"})),w&&t.resent++,r.m({...m,h:v.h,content:v.type,data:v.data}))},Nt(f){let m=f.Nt,w=m==="delivered"?void 0:r.xo(f),v=l.Qt(f.b.id,w&&[m,w]);v&&(t[m]++,
f.xn&&t.duplicates++,w?l.fo(()=>g(v.key,{status:m,fault:w})):g(v.key,{status:m,ack:{offset:f.O,duplicate:f.xn,synced:f.Wn,copies:f.Gn}}),M())},wo(){for(let f of l.oe.
values()){let{key:m,ch:w,type:v,data:k,h:T,p:F,n:A}=f;n({e:"restored",id:m,ch:w,type:v,data:k,h:T,status:u(f),producer:F,number:A})}},K(){s=l.nt(),n({e:"outbox",
durable:e.durable,full:s})},_e(f){for(let m of l.oe.values()){let w=m.D;o?g(m.key,{status:u(m),fault:f}):w?g(m.key,{status:"unknown",fault:{code:$e,detail:"no a\
nswer before the end"}}):g(m.key,{status:"failed",fault:f})}}};return R};var Ur=(e,t)=>{let n=new Map,r=new Set,o=a=>a&&(a.ne[0]>a.j[0]/2||a.ne[1]>a.j[1]/2),i=new Map,s=(a,d,l)=>(t(a.x,d,l)?.earlier??[]).map(([u,b])=>[u,b]);return{se:n,
vo(a,d,l){let u={x:a,j:l,w:"",ne:[0,0],r:[]};n.set(a,u),i.has(d)||i.set(d,u)},ko(a){let d=n.get(a);n.delete(a);for(let[l,u]of i)u===d&&i.delete(l)},I(a,[d,l]){let u=n.
get(a);u&&(u.ne=[Math.max(0,u.ne[0]-d),Math.max(0,u.ne[1]-l)])},Mn(a){let d=i.get(a.ch);return!d||!o(d)?!1:(d.X=a,!0)},Ln(a){for(let d of n.values())!d.X||o(d)||
(a(d.X),d.X=void 0)},So(){for(let a of n.values())a.X=void 0},_o({M:a,w:d,E:l}){let u=n.get(a);if(!u)return!0;let{o:b=0,ts:g=0,by:h,h:O,content:L=0,data:_}=l,M=_?.
slice()??new Uint8Array;if(u.ne[0]>4*u.j[0]+1||u.ne[1]>4*u.j[1]+16777216)return!1;u.w!==d&&u.r.push({term:d,earlier:s(u,d,b)}),u.w=d;let R={o:b,ts:g,type:L,data:M};
return h&&(R.by=h),O?.length&&(R.h=O),u.r.push(R),u.ne[0]++,u.ne[1]+=M.length,r.add(u),!0},To({M:a,E:d}){let l=n.get(a);if(!l)return;let{from:u=0,to:b=0,term:g="",
after:h=0,why:O="unknown"}=d;l.w=g,l.r.push({gap:O,from:u,to:b,term:g,after:h,earlier:s(l,g,h)}),r.add(l)},Yt(){for(let a of r){r.delete(a);let d=a.r;a.r=[],e({
e:"records",sub:a.x,items:d})}}}};var ze=e=>Array.from(crypto.getRandomValues(new Uint8Array(e)),t=>t.toString(16).padStart(2,"0")).join(""),Ge=e=>({code:Ce(e.U),detail:e.Ve}),xt={code:re,detail:"\
the session was closed"},ds=new Uint8Array,us=()=>({connects:0,attempts:0,disconnects:{},published:0,delivered:0,failed:0,unknown:0,duplicates:0,resent:0,received:0,
duplicatesDropped:0,gaps:0,lost:0,bytesIn:0,bytesOut:0,rtt:0,outboxRecords:0,outboxBytes:0}),jr=(e,t)=>{let n=Date.now()-performance.now(),r=()=>Math.round(n+performance.
now()),o=us(),i=[],s=!1,a=!1,d,l=0,u=[],b=!1,g=!1,h=p=>{if(u.push(p),!b){b=!0;for(let H=u.shift();H;H=u.shift())H();b=!1,!g&&(g=!0,queueMicrotask(O))}},O=()=>{g=
!1,!a&&(F.po(),k.Qe(),s&&!F.W&&h(we),M())},L,_=1/0,M=()=>{let p=f.Se()??1/0;p>=_||(clearTimeout(L),_=p,L=setTimeout(h,Math.min(Math.max(2,p-r()),1e9),R))},R=()=>{
_=1/0,k.zt()&&w({i:"moved",z:r()}),w({i:"tick"})},f=Mr({it:ze(16),Kn:ze(8),ve:ze(16),le:e.le,qt:e.qt,Oe:e.Oe,he:e.he,Dt:!!e.Zt.P}),m,w=p=>{if(a)return;for(let B of f.Ne(
r(),p))v[B.i](B);let H=m;m=void 0,H?.()},v={send({E:p}){p.t==="hello"&&p.subs&&(p.subs=p.subs.filter(H=>!A.Mn(H))),!(p.t==="subscribe"&&A.Mn(p))&&(p.t==="ping"&&
(l=performance.now()),k.m(p))},publish:p=>T.m(p),persist:p=>T.Xt(p),mark:p=>F.uo(p),seal:p=>F.J(p.x,p.mt),outcome:p=>T.Nt(p),resolved:p=>F.lo(p.mt),held(p){p.b&&
t({e:"held",ch:p.b.ch,at:p.z-r()+Date.now(),fault:Ge(p)})},lost({ke:p,Jn:H,Z:B,ee:Y}){o.lost+=Y-B+1,t({e:"lost",ch:p,producer:H,from:B,to:Y})},record(p){o.received++,
A._o(p)||(m=()=>k.ue({code:Sn,detail:"the server sends far more than the window"}))},gap(p){o.gaps++,A.To(p)},subscribed:({M:p,E:{term:H="",o:B=0}})=>t({e:"subs\
cribed",sub:p,term:H,o:B}),ended:p=>fe(p.M,p.U?Ge(p):void 0),welcome(p){k.io(p.E),A.Ln(U),P.K()},disconnect(p){m=()=>k.ue(Ge(p),p.z-r())},authenticate(p){typeof e.Ie!=
"function"&&ne({code:Ce(p.U),detail:k.Ze?.detail??""})},fail:p=>ne(Ge(p)),refresh:()=>{k.En()}},k=Ir(e,o,{Jt:p=>h(()=>a||p()),Te:(p,H)=>ye(p,H),ro:p=>w({i:"conn\
ected",Ie:p}),E(p){p.t==="pong"&&l&&(o.rtt=performance.now()-l,l=0),p.t==="reply"&&P.Gt(p);let H=o.received;w({i:"frame",E:p}),p.t==="record"&&H===o.received&&o.
duplicatesDropped++},so:()=>A.Yt(),te(p){l=0,A.So(),P.Sn(),w({i:"disconnected",U:p})},Ye:p=>ne(p)}),T=Br(e.Zt,o,t,{Jt:h,Ne:w,m:p=>k.m(p),Ye:p=>S(p),go:p=>p-Date.
now()+r(),xo:Ge}),F=T.mo,A=Ur(t,(p,H,B)=>f.Ut(p,H,B)),P=$r(t,p=>k.m(p)),U=p=>k.m({...p,t:"subscribe"}),ye=(p,H)=>{let B=k.Ze;t({e:"status",status:{state:s&&!a?"\
closing":p,attempt:k.de(),...B&&{fault:B},...H}})},fe=(p,H)=>{A.Yt(),A.ko(p),t({e:"ended",sub:p,...H&&{fault:H}})},V={publish:p=>T.ho(p),subscribe({sub:p,c:H,earlier:B=[],
...Y}){let{ch:x,window:$,term:D,o:Q=0}=Y;A.vo(p,x,$),w({i:"subscribe",M:p,Pe:Y,Ut:D?{term:D,offset:Q,earlier:B}:void 0})},unsubscribe:p=>w({i:"unsubscribe",M:p.
sub}),done({sub:p,took:H,term:B="",o:Y}){A.I(p,H),Y!==void 0&&w({i:"done",M:p,w:B,O:Y}),k.P&&A.Ln(U)},call:p=>P.Vn(p,k.P),cancel:p=>P.Xn(p.id),refresh:p=>{p.token?
k.Cn(p.token):k.En()},reconnect:()=>k.ao(),stats:({id:p})=>t({e:"stats",id:p,stats:{...o,bytesOut:k.De(),outboxRecords:F.W,outboxBytes:F.gt}}),close({drain:p}){
if(p<0)return we(!0);s||(s=!0,ye("closing"),d=setTimeout(h,p,()=>we()))}},xe=p=>{p.c==="publish"&&T.yo(p),p.c==="subscribe"&&t({e:"ended",sub:p.sub,fault:xt}),p.
c==="call"&&t({e:"reply",id:p.id,fault:xt,type:0,data:ds}),p.c==="stats"&&V.stats(p)},te=p=>a?xe(p):V[p.c](p),we=p=>{w({i:"bye"}),ne(void 0,p)},ne=(p,H)=>{if(!a){
A.Yt(),a=!0,clearTimeout(L),clearTimeout(d),k._e(p),ye(p?"failed":"closed");for(let B of A.se.keys())fe(B,p);P.Sn(p??xt),i?.forEach(xe),T._e(p??xt),F.Q(H).then(
()=>t({e:"closed",left:F.W}))}},y=p=>{if(a)return p?.Q();p&&(F.Wt(p),f.Wt(p.$,Array.from(F.oe.values(),ls)),T.wo()),T.K();let H=i;i=void 0,H.forEach(te),k.ht()},
S=p=>h(()=>ne(p));return(async()=>e.Zt.P?.(e.le,S))().then(p=>h(()=>y(p)),S),{l(p){p.c==="publish"&&!T.bo(p,a||s)||(i&&!a?i.push(p):h(()=>te(p)))}}},ls=({id:e,ch:t,
p:n,n:r,size:o,sent:i,mem:s,expires:a})=>({id:e,ch:t,p:n,n:r,size:o,sent:i,mem:s,expires:a});var fs=new TextEncoder,ps=new TextDecoder("utf-8",{ignoreBOM:!0}),Je=e=>fs.encode(e),wt=e=>ps.decode(e),an=(e,t,n)=>{t instanceof ArrayBuffer&&(t=new Uint8Array(
t));let r=ArrayBuffer.isView(t)&&new Uint8Array(t.buffer,t.byteOffset,t.byteLength).slice();if(r&&n!=="json")return[n==="text"?1:0,r];if(typeof t=="string"&&n!==
"json")return[n==="binary"?0:1,Je(t)];let o;try{let i=r?Wn(new TextDecoder("utf-8",{fatal:!0,ignoreBOM:!0}).decode(r)):JSON.stringify(t);if(r&&JSON.parse(i),i!==
void 0&&(n??"json")==="json")return[2,Je(i)]}catch(i){o=i}throw new W(Ln,e,`data cannot be ${n??"json"}`,o)},Ke=(e,t)=>e===2?JSON.parse(wt(t)):e?wt(t):t,cn=(e,t)=>{
if(!/^[^\p{C}\p{Z}"\\\uFFFD]+$/u.test(t)||Je(t).length>255)throw new W(Mn,e,"1 to 255 bytes of printable text without spaces, quotes and backslashes are wanted")},
qr=(e,t=[])=>{let n=(Array.isArray(t)?t:Object.entries(t)).map(([r,o])=>[`${r}`,`${o}`]);for(let[r,o]of n)if(!r||Je(r).length>255||Je(o).length>4096||n.length>64)
throw new W(ve,e,"headers: at most 64, names of 1 to 255 bytes, values of at most 4,096");return n};var ms=32,bs=50,Wr=["binary","text","json"],vt=(e,t,n)=>{let r=n.filter(([o,i])=>o!==e&&i<t);return[[e||"-",t],...r].map(([o,i])=>`${o}@${i}`).join(" ")},dn=class{gap;channel;offset;term;time;user;headers;type;bytes;A;constructor(t,n,r,{
o,ts:i,by:s="",h:a=[],type:d,data:l}){this.channel=t,this.term=n,this.offset=o,this.time=i,this.user=s,this.headers=a,this.type=Wr[d],this.bytes=l,this.A=r}get data(){
return Ke(Wr.indexOf(this.type),this.bytes)}text(){return wt(this.bytes)}json(){return JSON.parse(this.text())}get position(){return vt(this.term,this.offset,[])}get checkpoint(){
return vt(this.term,this.offset,this.A)}},kt=class extends EventTarget{channel;x;l;$n;en=pe();ot=[];Be=0;w="";A=[];Se;xt=!1;Ee;wt;d;I=[0,0];F=0;constructor(t,n,r,o){
super(),this.x=t,this.channel=n,this.$n=r,this.l=o}get ready(){return this.en.re}async*[Symbol.asyncIterator](){if(this.xt)throw new W(ve,`read ${this.channel}`,
"somebody else reads it already");this.xt=!0;try{for(;;){this.wt&&(this.d=this.wt),this.wt=void 0,this.Be>255&&(this.ot.splice(0,this.Be),this.Be=0);let t=this.ot[this.Be++];
if(this.B(!t)&&await hs(),t){let n=this.V(t);n&&(yield n);continue}if(this.ot=[],this.Be=0,this.Ee?.Rn)throw this.Ee.Rn;if(this.Ee)return;await new Promise(n=>{
this.Se=n})}}finally{this.xt=!1}}V(t){if("o"in t)return this.I[0]++,this.I[1]+=t.data.length,this.$n||(this.wt=[this.w,t.o]),new dn(this.channel,this.w,this.A,t);
if(this.w=t.term,this.A=t.earlier,"gap"in t)return un(this.channel,t)}B(t){let n=performance.now(),r=n-this.F>bs;if(!t&&!r&&this.I[0]<ms)return!1;r&&(this.F=n);
let[o,i]=this.d??[];return(this.d||this.I[0])&&this.l({c:"done",sub:this.x,took:this.I,...i!==void 0&&{term:o,o:i}}),this.I=[0,0],this.d=void 0,r&&!t}ack(t){this.d=
[t.term,t.offset],this.B(!0)}close(){this.Ee||(this.B(!0),this.ot=[],this.Be=0,this.l({c:"unsubscribe",sub:this.x}),this.rt())}addEventListener(t,n,r){super.addEventListener(
t,n,r),t==="record"&&!this.xt&&this.Eo()}async Eo(){try{for await(let t of this)X(this,t.gap?"gap":"record",t)}catch{}}be(t){if(!this.Ee){for(let n of t)this.ot.
push(n);this.Se?.()}}K(t,n){this.en.pe(vt(t,n,[]))}rt(t){if(this.Ee)return;let n=t&&ae(t,`subscribe to ${this.channel}`);this.Ee={...n&&{Rn:n}},this.en.me(n??ae(
{code:re},`subscribe to ${this.channel}`)),this.Se?.(),X(this,"end",n)}},hs=()=>new Promise(e=>{let{port1:t,port2:n}=new MessageChannel;t.onmessage=()=>{t.close(),
e()},n.postMessage(0)}),un=(e,{gap:t,from:n,to:r,term:o,after:i,earlier:s})=>({gap:t,channel:e,from:n,to:r,checkpoint:vt(o,i,s)});var Ve=class extends ot(){status={state:"connecting",attempt:0};outbox;messages;Ue=new Map;_=new Map;X=new Map;G=ze(8);j;Fn;tn;An=pe();nn=new Map;on=0;constructor(t,n={}){
super(),this.messages=this.Ue;let r=ys(t),o=n.WebSocket??globalThis.WebSocket;if(!o)throw new W(ve,"open session","there is no WebSocket here; give the option W\
ebSocket");this.tn=`session with ${r.replace(/\?.*/,"")}`,this.j=[n.window?.records??512,n.window?.bytes??1<<20];let i=n.outbox??Dn(),s=n.user??"",a=(u,b)=>jr({
_n:r,Kt:n.codec??Yn,Ie:n.token,le:s,qt:n.agent??"holdfast-ts",Zt:b&&i.P?{...i,P:(g,h)=>i.P(g,h,b)}:i,no:n.backoff??{},Tn:n.connectTimeout??1e4,Oe:n.ackTimeout,he:n.
pongTimeout??1e4,oo:o},u),d=u=>this.be(u),l=i.P?i.name:"";this.Fn=n.tabs?n.tabs(a,d,{url:r,user:s,outbox:l,page:this.G}):a(d)}get state(){return this.status.state}get error(){
return this.status.fault&&ae(this.status.fault,this.tn)}publish(t,n,r={}){let o=`publish to ${t}`;cn(o,t);let[i,s]=an(o,n,r.type),a=qr(o,r.headers),d=`${this.G}\
:${++this.on}`,l=new Ie(d,t,n);return this.Ue.set(d,l),this.l({c:"publish",id:d,ch:t,type:i,data:s,...a[0]&&{h:a},...r.ttl&&{exp:Date.now()+r.ttl}}),l}subscribe(t,n={}){
let r=`subscribe to ${t}`;cn(r,t);let o=++this.on,i=[n.window?.records??this.j[0],n.window?.bytes??this.j[1]],s={c:"subscribe",sub:o,ch:t,window:i,...xs(r,n.from)};
n.cursor&&(s.cursor=n.cursor);let a=new kt(o,t,n.ack==="manual",u=>this.l(u));this._.set(o,a),this.l(s);let{signal:d}=n,l=()=>a.close();return d?.addEventListener(
"abort",l),a.addEventListener("end",()=>d?.removeEventListener("abort",l)),d?.aborted&&l(),a}channel(t){return{name:t,publish:(n,r)=>this.publish(t,n,r),subscribe:n=>this.
subscribe(t,n)}}call(t,n,r={}){let o=`call ${t}`,[i,s]=n===void 0?[0,new Uint8Array]:an(o,n),[a,d]=this.Hn(),l=(h,O)=>{this.l({c:"cancel",id:a}),d.me(new W(h,o,
O))},u=r.timeout??3e4,b=setTimeout(()=>l(On,`no reply within ${u} ms`),u),g=()=>l(Fn,"");return r.signal?.addEventListener("abort",g),r.signal?.aborted?g():this.l(
{c:"call",id:a,name:t,type:i,data:s,...r.key&&{key:r.key}}),d.re.finally(()=>{clearTimeout(b),r.signal?.removeEventListener("abort",g),this.X.delete(a)})}refresh(t){
this.l({c:"refresh",...t&&{token:t}})}reconnect(){this.l({c:"reconnect"})}stats(){let[t,n]=this.Hn();return this.l({c:"stats",id:t}),n.re}connected(){return this.rn(
()=>this.state==="open")}room(){return this.rn(()=>!!this.outbox&&!this.outbox.full)}flush(){return this.rn(()=>!!this.outbox&&!this.Ue.size)}close({drain:t=5e3}={}){
for(let n of this._.values())n.B(!0);return this.l({c:"close",drain:t}),this.An.re}l(t){this.Fn.l(t)}Hn(){let t=++this.on,n=pe();return this.X.set(t,n),[t,n]}rn(t){
let n=pe();return this.nn.set(n,t),this.vt(),n.re}vt(){let t=this.state==="failed"||this.state==="closed";for(let[n,r]of this.nn){if(r())n.pe();else if(t)n.me(this.
error??ae(gs,this.tn));else continue;this.nn.delete(n)}}be(t){switch(t.e){case"status":return this.status=t.status,X(this,"status",t.status),t.status.state==="f\
ailed"&&X(this,"error",this.error),this.vt();case"outbox":return this.outbox={durable:t.durable,full:t.full},X(this,"status",this.status),this.vt();case"restore\
d":return this.Ue.set(t.id,new Ie(t.id,t.ch,Ke(t.type,t.data),t.status)),this.b({e:"entry",id:t.id,status:t.status,producer:t.producer,number:t.number},!0);case"\
entry":return this.b(t);case"records":return this.W(t.sub,t.items);case"subscribed":return this._.get(t.sub)?.K(t.term,t.o);case"ended":{let n=this._.get(t.sub);
return this._.delete(t.sub),n?.rt(t.fault)}case"reply":return this.Gt(t);case"stats":this.X.get(t.id)?.pe(t.stats),this.X.delete(t.id);return;case"held":X(this,
"held",{channel:t.ch,at:t.at,error:ae(t.fault,`publish to ${t.ch}`)});return;case"lost":X(this,"lost",{channel:t.ch,producer:t.producer,from:t.from,to:t.to});return;case"\
closed":return this.An.pe(t.left)}}b(t,n=!1){let r=this.Ue.get(t.id);r&&(t.end&&this.Ue.delete(t.id),(r.be(t)||n)&&X(this,"message",r),t.end&&this.vt())}W(t,n){
let r=this._.get(t);if(r){r.be(n);for(let o of n)"gap"in o&&X(this,"gap",un(r.channel,o))}}Gt({id:t,fault:n,type:r,data:o}){let i=this.X.get(t);if(n)return i?.me(
ae(n,"call"));try{i?.pe(Ke(r,o))}catch(s){i?.me(s)}}},gs={code:re,detail:"the session was closed"},ys=e=>{try{let t=new URL(e,globalThis.location?.href);if(t.protocol=
t.protocol.replace("http","ws"),/^wss?:$/.test(t.protocol))return t.hash="",t.pathname==="/"&&(t.pathname="/ws"),t.href}catch{}throw new W(ve,"open session",`ur\
l: "${e}" is none for ws, wss, http or https`)},xs=(e,t="head")=>{if(typeof t=="string")return{at:t};if("last"in t)return{at:"last",last:t.last};if("since"in t)
return{at:"time",since:t.since};if("offset"in t)return t.offset?{at:"position",o:t.offset}:{at:"start"};let n=t.checkpoint.split(/\s+/).filter(Boolean);if(!n[0])
return{at:"start"};let[[r,o],...i]=n.map(s=>{let a=/^(-|[\da-f]{16})@(\d{1,16})$/.exec(s);if(!a||n.length>8)throw new W(ve,e,`checkpoint: "${t.checkpoint}"`);return[
a[1].replace("-",""),+a[2]]});return r?{at:"position",term:r,o,earlier:i}:o?{at:"position",o}:{at:"start"}};var E=e=>document.getElementById(e);function N(e,t,...n){let r=document.createElement(e);return t&&(r.className=t),r.append(...n),r}function q(e,t){e.textContent!==
t&&(e.textContent=t),e.hidden=t===""}var ue=e=>q(E("announcement"),e);function St(e){let t=new Date(e),n=t.toDateString()===new Date().toDateString(),r=N("time",
"",n?t.toLocaleTimeString():t.toLocaleString());return r.dateTime=t.toISOString(),r.title=t.toLocaleString(void 0,{dateStyle:"full",timeStyle:"long"}),r}function Xe(e,t=""){
let n=N("span",`badge ${e}`,e);return n.title=t,n}function Me(e,t,n){q(t,n),n?e.setAttribute("aria-invalid","true"):e.removeAttribute("aria-invalid")}var ln=e=>new TextEncoder().
encode(e);function ws(e,t){if(t.trim()==="")return"There is nothing to send yet.";if(!e)return"";try{return JSON.parse(t),""}catch(n){return`That is not JSON: ${n.message}`}}
function Gr(e){let t=E("composer"),n=E("message"),r=()=>new FormData(t).get("type")==="json",o=()=>{n.rows=Math.min(6,n.value.split(`
`).length)};function i(){let s=r(),a=n.value,d=ws(s,a)||e(s?{json:a.trim()}:{text:a});Me(n,E("mistake"),d),d||(n.value=""),o(),n.focus()}t.onsubmit=s=>{s.preventDefault(),
i()},n.oninput=()=>{Me(n,E("mistake"),""),o()},n.onkeydown=s=>{s.key!=="Enter"||s.shiftKey||s.isComposing||(s.preventDefault(),i())},t.onchange=()=>{let s=r();n.
placeholder=s?'{"any": "JSON value"}':"Write a message",n.classList.toggle("json",s),Me(n,E("mistake"),"")},n.focus()}var Ee=e=>{let{code:t=0,message:n="",op:r="",codeName:o}=e;return o?{code:t,detail:n.slice(r.length+2,-o.length-2).trim()}:{code:4300,detail:String(e)}},K=(e,t)=>`${e.
toLocaleString()} ${t}${e===1?"":"s"}`,fn=e=>e.charAt(0).toUpperCase()+e.slice(1);function zr(e){function t({code:s,detail:a}){let d=e[s]?.[1]??"the server said\
 something that this page has no words for";return!a||a.includes(d)?fn(`${d} (${s}).`):fn(`${s<4e3?a:`${d}: ${a}`} (${s}).`)}let n=s=>e[s]?.[2]?`${fn(e[s][2])}.`:
"",r=({waiting:s,durable:a})=>{let d=a?"safely in this browser":"here";return s===0?a?"What you write is kept in this browser.":"What you write waits here.":`${K(
s,"message")} ${s===1?"waits":"wait"} ${d}.`};function o(s){let a=s.user?`to ${s.host} as ${s.user}.`:`to ${s.host}.`,d=Number.isNaN(s.tokenEnds)?"soon":`in ${s.
tokenEnds} s`;if(s.tokenEnds!==void 0)return`${a} The token ends ${d}; with the next one you stay connected.`;if(s.waiting===0)return a;let{waitingFor:l=0}=s;return`${a}\
 ${K(s.waiting,"message")} on the way${l>=3?`, without an answer for ${l} s`:""}.`}function i(s){let a=s.fault?t(s.fault):"";if(s.wantsToken)return["Not let in.",
`${a} ${s.fault?n(s.fault.code):""} ${r(s)}`];switch(s.state){case"open":return["Connected",o(s)];case"waiting":return s.offline?["Offline.",`It goes on when th\
ere is a network again. ${r(s)}`]:[`${s.before?"Cut off":"Not connected"}. Next try in ${s.retryIn??0} s.`,`${a} ${r(s)}`];case"failed":return["Stopped.",`${a} ${s.
fault?n(s.fault.code):""}`];case"closing":case"closed":return["Closed.",""];default:return[s.before?"Connecting again…":"Connecting…",`to ${s.host}. ${s.before||
s.waiting>0?r(s):""}`]}}return{sentence:t,advice:n,connection:i}}var _t=(e,t)=>e[t]?.[0]??["now","later","authenticate","stop"][Math.floor(t/100)-40]??"now";function Jr(e,t,n,r){let o=!1,i,s,a="",d=0,l=g=>_t(n,g)==="authenticate";async function u(){let{status:g}=e,h=(O,L=1006)=>{e.status===g&&(s={code:L,detail:O})};
try{let O=await fetch("readyz",{cache:"no-store",signal:AbortSignal.timeout(3e3)}),L=(await O.text()).trim().slice(0,80),_=Number(O.headers.get("Holdfast-Code"));
_?h(L,_):O.ok?h("the server is there but took no connection"):h(`the server is not ready: ${L}`)}catch{h("the server cannot be reached")}}let b=g=>{let{state:h,
retryAt:O=0,user:L}=e.status,_=h==="open";return{host:location.host,state:h,before:o,user:L,offline:navigator.onLine===!1,fault:i??s??(e.error&&Ee(e.error)),retryIn:Math.
max(0,Math.ceil((O-Date.now())/1e3)),wantsToken:!_&&i!==void 0,tokenEnds:_&&r.asked()?r.left()??Number.NaN:void 0,waiting:g.waiting,waitingFor:g.since?Math.floor(
(Date.now()-Math.max(g.since,d))/1e3):0,durable:(e.outbox?.durable??!0)&&g.kept}};return{refused:()=>i!==void 0,renewed(){i=void 0},changed(){let{state:g}=e,h=e.
error&&Ee(e.error);g==="open"?(o=!0,i=void 0):h&&l(h.code)&&(g==="waiting"||g==="failed")&&(i=h),s=void 0,i&&i===h&&ue(`Not let in. ${t.sentence(i)}`),g==="wait\
ing"&&h?.code===4107&&!i&&u(),g!==a&&(a=g,g==="open"&&(d=Date.now()),g==="open"&&ue("Connected."),g==="waiting"&&!i&&ue(`Cut off. ${h?t.sentence(h):""} It is tr\
ied again by itself.`),g==="failed"&&ue(`Stopped. ${h?t.sentence(h):""}`))},show(g){let h=b(g),[O,L]=t.connection(h),_=h.wantsToken?"failed":h.state;E("connecti\
on").dataset.state=_==="authenticating"?"connecting":_==="failed"||_==="closed"?"stopped":_,q(E("headline"),O),q(E("explanation"),L.trim()),q(E("tabs"),g.tabs),
r.show(h.wantsToken===!0||h.tokenEnds!==void 0,h.wantsToken===!0),E("retry").hidden=h.wantsToken===!0||h.state!=="waiting"&&h.state!=="failed",E("retry").textContent=
h.state==="failed"?"Load again":"Try now"}}}function vs(e){try{let t=e.split(".")[1].replaceAll("-","+").replaceAll("_","/");return Number(JSON.parse(atob(t)).exp)*1e3}catch{return Number.NaN}}function Kr(e){
let t="",n=[],r=E("token"),o=E("credentials"),i=typeof BroadcastChannel=="function"?new BroadcastChannel("holdfast page"):void 0;function s(a){t=a;let d=n;n=[];
for(let l of d)l(t);e()}return i&&(i.onmessage=({data:a})=>{typeof a?.token=="string"?s(a.token):t&&i.postMessage({token:t})},i.postMessage({})),o.onsubmit=a=>{
a.preventDefault();let d=r.value.trim();r.value="",i?.postMessage({token:d}),s(d),E("message").focus()},{next:a=>a?new Promise(d=>n.push(d)):t,asked:()=>n.length>
0,left(){let a=vs(t);return Number.isNaN(a)?void 0:Math.max(0,Math.ceil((a-Date.now())/1e3))},show(a,d){a&&o.hidden&&d&&!E("message").value&&setTimeout(()=>r.focus()),
o.hidden=!a,q(E("token-button"),d?"Connect":"Stay connected")}}}var Z=e=>e.toLocaleString();function pn(e){if(e<1e3)return K(e,"byte");let t=["kB","MB","GB"],n=-1;do e/=1e3,n++;while(e>=1e3&&n<t.length-1);return`${e.toLocaleString(
void 0,{maximumFractionDigits:1})} ${t[n]}`}var ks=e=>e>0?`${e<10?e.toFixed(1):Math.round(e)} ms`:"not measured yet";function Ss(e){let t=Object.entries(e);return t.
length?t.map(([n,r])=>r>1?`${r} × ${n}`:n).join(", "):"none"}var Vr=(e,t)=>[["Connection",[["Round trip",ks(e.rtt)],["Connections",`${Z(e.connects)} of ${K(e.attempts,
"attempt")}`],["Ends, by code",Ss(e.disconnects)],["Bytes in, out",`${pn(e.bytesIn)}, ${pn(e.bytesOut)}`],["Tabs",t.tabs]]],["Publishing",[["Taken",Z(e.published)],
["Delivered",Z(e.delivered)],["Failed, unknown",`${Z(e.failed)}, ${Z(e.unknown)}`],["Sent again",Z(e.resent)],["… which the server had",Z(e.duplicates)],["Wai\
ting",`${Z(e.outboxRecords)} (${pn(e.outboxBytes)})`],["Kept",t.outbox]]],["Receiving",[["Received",Z(e.received)],["Doubles dropped",Z(e.duplicatesDropped)],["\
Gaps",Z(e.gaps)],["Lost by the server",Z(e.lost)]]]];function Xr(e,t){let n=E("figures-panel"),r=E("figures-button"),o=new Map;function i(u){for(let[b,g]of Vr(u,
t()))for(let[h,O]of g){let L=`${b} ${h}`,_=o.get(L);_&&q(_,O)}}function s(u){for(let[b,g]of Vr(u,t())){let h=N("dl","");for(let[O,L]of g){let _=N("dd","",L);o.set(
`${b} ${O}`,_),h.append(N("div","",N("dt","",O),_))}n.append(N("section","",N("h2","",b),h))}}async function a(){let u=await e();o.size===0?s(u):i(u)}let d=()=>{
a().catch(()=>{})},l;r.onclick=()=>{let u=n.hidden;n.hidden=!u,r.setAttribute("aria-expanded",String(u)),clearInterval(l),u&&(d(),l=setInterval(d,1e3))}}var _s=500,mn=4e3,Ts=8,Es=e=>Array.from(e.subarray(0,100),t=>t.toString(16).padStart(2,"0")).join(" "),Yr=e=>e.length>mn?`${e.slice(0,mn)}… and ${K(e.length-mn,
"more character")}`:e;function Os(e){if("text"in e)return N("div","payload",N("p","data",Yr(e.text)));let t="bytes"in e,n=t?`${Es(e.bytes)}${e.bytes.length>100?
" …":""}`:Yr(e.json);return N("div","payload",N("span","kind",t?K(e.bytes.length,"byte"):"JSON"),N("code","data",n))}function bn(e,t,n,r){let o=N("span","offs\
et",e?String(e):"–");o.title=e?`offset ${e}`:"it has no offset yet";let i=N("span","meta");return r&&i.append(N("span","by",r)),n&&i.append(St(n)),N("li","rec\
ord",o,Os(t),i)}function Qr(e){let t=E("log"),n=new Map,r=0,o=0;function i(a){for(t.append(a),o++;t.childElementCount>_s;){let d=t.firstElementChild;d.classList.
contains("record")&&r++,n.delete(Number(d.dataset.offset)),d.remove()}e()}return{clear(){n=new Map,r=0,t.replaceChildren()},startsAfter(a){n.size===0&&(r=a)},record(a,d,l,u){
let b=bn(a,d,l,u);b.dataset.offset=String(a),n.set(a,b),i(b)},notice(a){i(N("li","notice",a))},mine(a,d){let l=n.get(a);if(!l)return!1;if(l.classList.contains("\
mine"))return!0;l.classList.add("mine");let u=l.querySelector(".meta");return u.querySelector(".by")?.remove(),u.prepend(N("span","by","you")),u.append(Xe("deli\
vered",d.synced?`synced to disk, on ${K(d.copies||1,"machine")}`:"in the server’s memory")),!0},forked(a){for(let[d,l]of n)d<a||(l.classList.add("gone"),l.querySelector(
".badge")?.replaceWith(Xe("gone")),n.delete(d))},empty:()=>t.childElementCount===0,hidden:()=>r,settle(){E("live").setAttribute("aria-live",o>Ts?"off":"polite"),
o=0}}}var Zr=100,hn=e=>e.status==="failed"||e.status==="unknown",gn=e=>e.status==="pending"||e.status==="sent";function eo(e,t,n,r){let o=[],i=new Map,s="";function a(b){
o=o.filter(g=>g!==b),d(b),E("message").focus(),r()}function d(b){i.get(b)?.remove(),i.delete(b)}function l(b){let g=b.fault??{code:0},h=N("button","quiet","Send\
 again"),O=N("button","quiet","Dismiss");return h.type=O.type="button",O.onclick=()=>a(b),h.onclick=()=>{a(b),n(b)},N("div","trouble",N("p","",`${e.sentence(g)}\
 ${e.advice(g.code)}`),h,O)}function u(b){let g=i.get(b);g||(g=bn(0,b.payload,0,"you"),g.classList.add("mine"),g.querySelector(".meta").append(St(b.at)),i.set(b,
g),E("queue").append(g));let h=`${b.status}|${b.fault?.code??""}`;g.dataset.shown!==h&&(g.dataset.shown=h,g.querySelector(".badge")?.remove(),g.querySelector(".\
trouble")?.remove(),g.querySelector(".meta").append(Xe(b.status)),b.fault&&(g.append(hn(b)?l(b):N("div","trouble",e.sentence(b.fault))),hn(b)&&ue(`A message ${b.
status==="failed"?"failed":"has an unknown outcome"}. ${e.sentence(b.fault)}`)))}return{add:b=>{o.push(b)},waiting:()=>o.filter(gn).length,kept:()=>o.every(b=>b.
kept||!gn(b)),since:()=>o.find(gn)?.at,clear(){i.clear(),E("queue").replaceChildren()},refresh(b,g){o=o.filter(M=>{if(M.status!=="delivered")return!0;let{offset:R=0,
synced:f=!1,copies:m=0}=M,w=M.channel!==b||R<=g;return M.channel===b&&R&&t.mine(R,{synced:f,copies:m}),w&&d(M),!w});let h=o.filter(M=>M.channel===b);for(let M of h.
slice(0,Zr))u(M);let O=h.length-Zr;q(E("queue-more"),O>0?`and ${K(O,"more message")}.`:""),E("outgoing").hidden=h.length===0,h.length===0&&(s=""),q(E("queue-hel\
d"),s),q(E("outgoing-title"),h.length===0||h.some(M=>!hn(M))?"Not yet in the channel":"Not stored, or not known to be");let L=o.filter(M=>M.channel!==b),_=[...new Set(
L.map(M=>M.channel))].join(", ");q(E("elsewhere"),L.length?`${K(L.length,"message")} of yours ${L.length===1?"is":"are"} not stored in ${_}.`:"")},held(b){s=b,ue(
b),r()},empty:()=>i.size===0}}var to=()=>typeof BroadcastChannel=="function"&&!!globalThis.navigator?.locks;function no(e,t,n){let r,o,i=(s,a,d)=>{let{signal:l}=o;return navigator.locks.request(
`holdfast ${e} ${s}`,{signal:l},()=>{if(!l.aborted)return a(),d?void 0:new Promise(u=>l.addEventListener("abort",()=>u()))}).catch(u=>{if(!l.aborted)throw u})};
return{sn:()=>new Promise((s,a)=>{if(o)return s();o=new AbortController,r=new BroadcastChannel(`holdfast ${e}`),r.onmessage=({data:d})=>{typeof d?.t!="string"||
typeof d.from!="string"||d.to&&d.to!==t||(d.v===1?n.Co(d):n.Oo(d.t))},i(`tab ${t}`,()=>{s(),i("lead",n.Mo).catch(a)}).catch(a)}),an:()=>{o?.abort(),r?.close(),o=
r=void 0},l:(s,a,d)=>r?.postMessage({...a,v:1,t:s,from:t,to:d}),kt:s=>{i(`tab ${s}`,()=>n.te(s),!0)}}}var ro=(e,t)=>!e||t&&t.o<e.o?t:e;function oo(e,t){let n=new Map,r=[],o=0,i,s,a=[0,0],d=0,l=[0,0],u,b,g=()=>n.size>1?void 0:n.keys().next().value,h=()=>[...n.values(),
...u?[u]:[]],O=()=>{let v=o;o=0,v&&t.l({c:"unsubscribe",sub:v})},L=v=>{O(),o=t.Lo(w),i=h().find(T=>T.C.cursor)?.C.cursor;let k=[0,1].map(T=>Math.min(...h().map(
F=>F.C.window[T])));t.l({...v,sub:o,window:k,...i&&{cursor:i}}),a=[0,0],l=[0,0]},_=v=>{let{term:k,o:T,earlier:F}=v;L({c:"subscribe",sub:o,ch:e,at:"position",o:T,
window:[0,0],...k&&{term:k,earlier:F}}),M(v)},M=v=>{s={...v},b=void 0,d=v.o;for(let k of n.values())Object.assign(k,{I:[0,0],d,w:v.term});t.B({e:"open",ch:e,g:o,
at:v},g())},R=()=>{u||!r.length||(u=r.shift(),b=n.size?s:void 0,s=void 0,L(u.C))},f=()=>{u=void 0,b&&n.size&&_(b),R()},m=()=>{if(!o||!n.size||u)return;let v,k=[
...a];for(let A of n.values()){(!v||A.d<v.d)&&(v=A);for(let P of[0,1])k[P]=Math.min(k[P],A.I[P])}let T=[k[0]-l[0],k[1]-l[1]],F=v.d>d;!F&&!T[0]&&!T[1]||(l=k,F&&(d=
v.d),t.l({c:"done",sub:o,took:T,...F&&{term:v.w,o:d}}))},w={ke:e,M:()=>o,sn(v,k){let{sub:T,cursor:F}=k.cmd,A={je:v,M:T,C:k.cmd,d:s?.o??0,w:s?.term??"",I:[...a]},
P=[...h(),...r].find(U=>F&&U.C.cursor&&U.C.cursor!==F);if(P){let U={code:et,detail:`another tab reads it with the cursor ${P.C.cursor}`};t.B({e:"ended",sub:T,fault:U},
v)}else k.at?(n.set(v,A),u?b=ro(b,k.at):!s||k.at.o<s.o||F&&!i?_(ro(s,k.at)):t.B({e:"open",ch:e,g:o,at:{...s}},v)):(r.push(A),R())},an(v){n.delete(v);let k=r.findIndex(
T=>T.je===v);return k>=0&&r.splice(k,1),u?.je===v?(O(),f()):i&&s&&n.size&&!h().some(T=>T.C.cursor)?_(s):m(),n.size||u||r.length?!1:(O(),!0)},d(v,k,T,F,A){let P=n.
get(v);!P||k!==o||(P.I=[P.I[0]+T[0],P.I[1]+T[1]],F>P.d&&Object.assign(P,{d:F,w:A}),m())},$o(v,k){if(!u)return;let T=u,F={term:v,o:k,earlier:T.C.term?T.C.earlier??
[]:[]};u=void 0,n.size||(b=void 0),n.set(T.je,T),t.B({e:"subscribed",sub:T.M,term:v,o:k},T.je),b&&b.o<k?_(b):M(F),R()},W(v){if(s){for(let k of v)"gap"in k?s={term:k.
term,o:k.after,earlier:k.earlier}:"term"in k?s={...s,term:k.term,earlier:k.earlier}:(s.o=k.o,a[0]++,a[1]+=k.data.length);t.B({e:"stream",ch:e,items:v},g())}},Qt(v){
o=0;let k=u?[u]:[...n.values()];for(let T of k)t.B({e:"ended",sub:T.M,...v&&{fault:v}},T.je),n.delete(T.je);return u||(s=void 0),f(),!n.size&&!u}};return w}var so=1e3,Cs=1e3,Ms=1e3;function ao(e,t){let n=new Map,r=new Map,o=new Map,i=new Map,s=new Map,a=0,d=!0,l,u,b,g=[],h,O=[],L=[],_,M=[],R=()=>{let y=M;M=[];for(let S=0;S<
y.length;){let C=y[S][1],p=[];for(;S<y.length&&y[S][1]===C;S++)p.push(y[S][0]);e.B(p,C)}},f=(y,S)=>{M.push([y,S])===1&&queueMicrotask(R)},m=y=>n.get(y)?.St,w=(y,S)=>{
if(!(!S.cn||!S.St||!b)){S.cn=!1;for(let C of s.values())n.has(io(C.id))||f(C,y)}},v=()=>{for(;!h&&g.length&&(!b.full||g.length>Ms);)l.l(g.shift())},k=()=>{let y=O;
O=[];for(let[S,C]of y)te.V(S,C);fe(),v()},T=y=>{let S=io(y.id),{status:C,producer:p="",number:H=0}=y;y.end?s.delete(y.id):s.has(y.id)&&Object.assign(s.get(y.id),
p?{status:C,producer:p,number:H}:{status:C}),f(y,m(S)?S:void 0)},F=y=>{if(!(h&&y.e!=="closed"&&(y.e!=="entry"||/pending|sent/.test(y.status)))&&!(_&&y.e!=="clos\
ed"))switch(y.e){case"status":return y.status.state==="failed"&&y.status.fault?.code===tt&&(_=setTimeout(ne,so),y={e:"status",status:{...y.status,state:"waiting",
retryAt:Date.now()+so}}),u=y,f(y);case"outbox":{b=y;for(let[S,C]of n)w(S,C);return f(y),queueMicrotask(k)}case"restored":return void s.set(y.id,y);case"entry":return T(
y);case"subscribed":case"records":case"ended":return A(y);case"reply":case"stats":{let S=i.get(y.id);return i.delete(y.id),S&&f({...y,id:S[1]},S[0])}case"closed":
return _?void 0:(h||f(y),R(),h?.());default:f(y)}},A=y=>{let S=o.get(y.sub);y.e==="ended"&&o.delete(y.sub),S?.M()===y.sub&&(y.e==="records"?S.W(y.items):y.e==="\
subscribed"?S.$o(y.term,y.o):y.e==="ended"&&S.Qt(y.fault)&&r.delete(S.ke))},P=y=>{let S=r.get(y);return S||(S=oo(y,{Lo:C=>(o.set(++a,C),a),l:C=>l.l(C),B:f}),r.set(
y,S)),S},U=(y,S)=>{if(L)return void L.push([y,S]);let C=P(S.cmd.ch);n.get(y)?._.set(S.cmd.sub,C),C.sn(y,S)},ye=(y,S)=>{S.an(y)&&r.get(S.ke)===S&&r.delete(S.ke)},
fe=()=>{if(!L||!b||d&&[...n.values()].some(S=>!S.St))return;let y=L.sort(([,S],[,C])=>(S.at?.o??1/0)-(C.at?.o??1/0));L=void 0;for(let[S,C]of y)n.has(S)&&U(S,C)},
V=(y,S,C)=>{let p="sub"in C?S._.get(C.sub):void 0;switch(C.c){case"join":return U(y,C);case"unsubscribe":return S._.delete(C.sub),L=L?.filter(([H,B])=>H!==y||B.
cmd.sub!==C.sub),p&&ye(y,p);case"done":return p?.d(y,C.g,C.took,C.o,C.term);case"call":case"stats":return i.set(++a,[y,C.id]),l.l({...C,id:a});case"cancel":for(let[
H,[B,Y]]of i)B===y&&Y===C.id&&l.l({...C,id:H});return;case"publish":return s.set(C.id,{...C,e:"restored",status:"pending",producer:"",number:0}),g.push(C),v();default:
l.l(C)}},xe=()=>{clearTimeout(we),clearTimeout(_)},te={Pn(y,S,C){m(y)?te.te(y):n.has(y)||e.kt(y);let p={St:!0,cn:S,_:new Map};n.set(y,p),u&&f(u,y),w(y,p),b&&f(b,
y),te.V(y,C),fe()},V(y,S){let C=n.get(y);if(!h){if(!b)O.push([y,S]);else if(C)for(let p of S)V(y,C,p)}},te(y){let S=n.get(y);n.delete(y),O=O.filter(C=>C[0]!==y),
L=L?.filter(C=>C[0]!==y);for(let C of new Set(S?._.values()))ye(y,C);for(let[C,[p]]of i)p===y&&i.delete(C);fe()},Q(y){if(xe(),_)return y();h=y,l.l({c:"close",drain:0}),
R()},qe(){xe(),R(),h=()=>{},l.l({c:"close",drain:-1})}},we=setTimeout(()=>{d=!1,fe()},Cs);for(let y of t)n.set(y,{St:!1,cn:!1,_:new Map}),e.kt(y);let ne=()=>{_=
void 0,l=e.dn(F)};return ne(),te}var io=e=>e.slice(0,e.indexOf(":"));var uo=e=>({C:e,z:void 0,_t:void 0,In:0,F:!1,d:{term:"",o:0},Tt:[0,0],Y:[0,0]}),lo=(e,t,n)=>{let{earlier:r=[]}=e.C;e.z={term:t,o:n,earlier:e.C.term?r:[]},e.d={term:t,
o:n}},fo=(e,t,n)=>{e.In=n,e._t={...t,un:t.term},e.Y=[...e.Tt]},po=(e,t)=>t.map((n,r)=>{let o=Math.min(n,e.Y[r]);return e.Y[r]-=o,e.Tt[r]-=n,n-o}),co=e=>[...e.earlier,
[e.term,e.o]],Ls=(e,t,n)=>{if(n<=e.o||!e.o||!e.term||t.term===e.term)return!1;let r=t.earlier.at(-1);return!r||r[1]<e.o?!0:r[0]===t.un&&r[0]!==e.term},$s=(e,t)=>{
let n=new Map(co(t)),r=co(e);for(let o=r.length;o--;){let[i,s]=r[o];if(n.has(i))return{term:i,o:Math.min(s,n.get(i)),earlier:r.slice(0,o)}}return{term:"",o:0,earlier:[]}};
function mo(e,t){let{z:n,_t:r}=e,o={r:[],Et:[0,0],Nn:!1};if(!n||!r||r.o>n.o)return o;for(let i of t)if("gap"in i)Rs(n,r,i,o.r);else if("term"in i)r.term=i.term,
r.earlier=i.earlier;else if(Ls(n,r,i.o)){let s=$s(n,{...r,o:i.o});return o.r.push({gap:"fork",from:s.o+1,to:n.o,term:s.term,after:s.o,earlier:s.earlier}),Object.
assign(n,s),o.Nn=!0,r.o=Number.POSITIVE_INFINITY,o}else{r.o=i.o,r.un=r.term;let s=i.data.length;i.o>n.o?((!e.F||n.term!==r.term)&&o.r.push({term:r.term,earlier:r.
earlier}),e.F=!0,n.term=r.term,n.o=i.o,n.earlier=r.earlier,o.r.push(i),e.Tt[0]++,e.Tt[1]+=s):(o.Et[0]++,o.Et[1]+=s)}return o}var Rs=(e,t,n,r)=>{let o={term:n.term,
o:n.after,earlier:n.earlier},i=n.gap==="fork";Object.assign(t,o,{un:n.term}),(i?e.o>n.after:n.to>e.o)&&(r.push({...n,from:i?n.after+1:Math.max(n.from,e.o+1),to:i?
e.o:n.to}),Object.assign(e,o))};function bo(e,t){let n=new Map,r=({C:s,z:a})=>({c:"join",cmd:s,...a&&{at:{...a}}}),o=(s,a,d)=>{let{d:l,_t:u,In:b}=a;if(!u)return;let{o:g,term:h}=l.o<u.o?l:u;e({
c:"done",sub:s,g:b,took:d,o:g,term:h})},i=(s,a,d)=>{let l=mo(a,d);l.r.length&&t({e:"records",sub:s,items:l.r}),l.Et[0]&&o(s,a,l.Et),l.Nn&&e(r(a))};return{Ro:()=>[
...n.values()].map(r),Fo(){for(let s of n.values())s._t=void 0},be(s){if(s.e==="subscribed"){let a=n.get(s.sub);if(!a||a.z)return;lo(a,s.term,s.o),t(s)}else if(s.
e==="ended")n.delete(s.sub)&&t(s);else for(let[a,d]of n)d.C.ch===s.ch&&(s.e==="open"?fo(d,s.at,s.g):i(a,d,s.items))},Ao(s){let a={code:et,detail:"by this page"};
for(let l of n.values())if(l.C.ch===s.ch)return t({e:"ended",sub:s.sub,fault:a});let d=uo(s);n.set(s.sub,d),e(r(d))},Ho(s){n.delete(s.sub)&&(e(s),t({e:"ended",sub:s.
sub}))},d(s){let a=n.get(s.sub);a&&(s.o!==void 0&&(a.d={term:s.term,o:s.o}),o(s.sub,a,po(a,s.took)))},rt(s){if(s)for(let a of n.keys())t({e:"ended",sub:a});n.clear()}}}var Fs=64,yn=(e,t)=>({code:e,detail:t});function ho(e){let t=new Map,n=new Set,r=new Set,o=new Map,i="",s="",a,d=!1,l=!0,u,b,g=!1,h=!1,O=[],L=0,_,M=!1,R=()=>{let x=O;
if(O=[],!(!i||!x.length)){for(let $ of x){let D=$.c==="publish"?t.get($.id):$.c==="call"&&o.get(`call${$.id}`);D&&(D.D=!0)}u?u.V(e.G,x):V.l("want",{e:s,list:x},
i)}},f=x=>{O.push(x)===1&&queueMicrotask(R)},m=bo(f,e.H),w=x=>{for(let[$,{C:D,D:Q}]of o)!Q||D.c!=="call"||D.key||(o.delete($),e.H({e:"reply",id:D.id,fault:yn(Le,
"the tab that made it is gone"),type:0,data:new Uint8Array}));if(x)for(let[$,{D}]of t)D&&(t.delete($),e.H({e:"entry",id:$,status:"unknown",end:!0,fault:yn($e,"t\
he tab that sent it is gone")}))},v=()=>[...[...t.values()].map(x=>x.C),...m.Ro(),...[...o.values()].map(x=>x.C)],k=(x,$)=>{if(!g||i&&$===s)return;s&&$!==s&&w(!e.Po),
O=[],i=x,s=$,m.Fo();let D=v(),Q={e:$,fresh:l,list:D};for(let He of[...t.values(),...o.values()])He.D=!0;u?u.Pn(e.G,Q.fresh,D):V.l("hello",Q,x)},T=x=>{if(!a)return;
let $=a.full||r.size>=Fs;!x&&$===d||(d=$,e.H({...a,full:d}))},F=x=>{let $=t.get(x.id);if((x.number||x.end)&&r.delete(x.id),$&&($.Te=x.status),($||n.has(x.id))&&
e.H(x),!x.end)return T();t.delete(x.id),n.delete(x.id),T(),_&&!t.size&&C()},A=x=>{switch(x.e){case"entry":return F(x);case"restored":return n.add(x.id),e.H(x);case"\
outbox":return a=x,l=!1,T(!0);case"reply":case"stats":return o.delete((x.e==="reply"?"call":"stats")+x.id)?e.H(x):void 0;case"subscribed":case"ended":case"open":case"\
stream":return m.be(x);case"records":return;case"closed":return H("failed");default:e.H(x)}},P=(x,$)=>{$!==e.G&&V.l("news",{e:s,list:x},$),(!$||$===e.G)&&x.forEach(
A)},U=x=>V.l("lead",{e:s},x),ye=async()=>{let x=`holdfast ${e.st} tab `,$=++L,D=`${e.G} ${$}`,{held:Q=[]}=await navigator.locks.query();if($!==L||M)return;let He=Q.
flatMap(Pe=>Pe.name?.startsWith(x)?[Pe.name.slice(x.length)]:[]);u=ao({dn:e.dn,B:P,kt:Pe=>Pe!==e.G&&V.kt(Pe)},He),k(e.G,D),U()},fe=x=>{if(x.t==="who")return u&&
U(x.from);if(x.t==="lead")return u||typeof x.e!="string"?void 0:k(x.from,x.e);if(Array.isArray(x.list)){if(x.t==="news"){for(let $ of x.list)(i&&x.e===s||$.e===
"entry"&&$.end)&&A($);return}!u||x.e!==s||(x.t==="hello"?u.Pn(x.from,!!x.fresh,x.list):x.t==="want"&&u.V(x.from,x.list))}},V=no(e.st,e.G,{Mo:()=>{ye().catch(y)},
Co:fe,te:x=>u?.te(x),Oo:x=>{u?U():x==="lead"&&y()}}),xe=()=>{V.sn().then(()=>{g=!0,V.l("who",{})},y)},te=()=>{L++,u?.qe(),u=void 0,g=!1,i="",V.an()},we=()=>{b||
h||M||(R(),h=!0,te())},ne=()=>{!h||b||M||(h=!1,e.H({e:"status",status:{state:"connecting",attempt:0}}),xe())},y=()=>{if(b||M)return;te(),w(!0),b=e.Io();let x=v();
m.rt(!1);for(let $ of[t,o])$.clear();for(let $ of x)$.c!=="join"?b.l($):b.l({...$.cmd,...$.at&&{...$.at,at:"position"}})},S=[[document,"freeze",we],[document,"r\
esume",ne],[globalThis,"pagehide",we],[globalThis,"pageshow",ne]];for(let[x,$,D]of S)x.addEventListener($,D);let C=()=>{M||(M=!0,R(),u?u.Q(()=>H("closed")):H("c\
losed"))},p=yn(re,"the session was closed"),H=x=>{M=!0,clearTimeout(_);for(let[D,Q,He]of S)D.removeEventListener(Q,He);u=void 0,te(),x==="closed"&&e.H({e:"statu\
s",status:{state:x,attempt:0}}),m.rt(!0);for(let[D,{Te:Q}]of t)e.H({e:"entry",id:D,status:Q,end:!0,fault:p});for(let{C:D}of o.values())B(D);let{size:$}=t;for(let D of[
t,o])D.clear();e.H({e:"closed",left:$})},B=x=>{x.c==="publish"&&e.H({e:"entry",id:x.id,status:"failed",end:!0,fault:p}),x.c==="call"&&e.H({e:"reply",id:x.id,fault:p,
type:0,data:new Uint8Array}),x.c==="subscribe"&&e.H({e:"ended",sub:x.sub,fault:p})},Y=x=>{if(b)return b.l(x);if(M||_&&x.c==="publish")return B(x);switch(x.c){case"\
publish":return t.set(x.id,{C:x,D:!1,Te:"pending"}),r.add(x.id),f(x),T();case"call":case"stats":return o.set(x.c+x.id,{C:x,D:!1}),f(x);case"cancel":return o.delete(
`call${x.id}`),f(x);case"subscribe":return m.Ao(x);case"unsubscribe":return m.Ho(x);case"done":return m.d(x);case"close":return _?void 0:(_=setTimeout(C,x.drain),
e.H({e:"status",status:{state:"closing",attempt:0}}),void(t.size||C()));default:f(x)}};return xe(),{l:Y}}var As=e=>{let t="holdfast tab";try{return sessionStorage.getItem(t)||sessionStorage.setItem(t,e),sessionStorage.getItem(t)}catch{return e}},go=()=>(e,t,n)=>{let r=()=>e(
t,`:${As(n.page)}`);return to()?ho({st:JSON.stringify([n.url,n.user,n.outbox]),G:n.page,H:t,Po:!!n.outbox,dn:e,Io:r}):r()};function yo(e){let t=go(),n=!1,r=!1,o=1;async function i(){let{held:d=[]}=await navigator.locks?.query()??{},l=d.filter(u=>/^holdfast .* tab [^ ]+$/.test(u.name??
"")).length;l!==o&&(o=Math.max(1,l),e())}setInterval(()=>{i().catch(()=>{})},1e3);let s=(d,l,u)=>t((b,g)=>(n=!0,r=!1,e(),d(h=>{h.e==="status"&&(r=h.status.state===
"open"),h.e==="closed"&&(n=!1,e()),b(h)},g)),l,u),a=()=>K(o-1,"other tab");return{share:s,connected:()=>n&&r,brief(){return o<2?"":n?`${a()} ${o===2?"shares":"s\
hare"} this connection.`:"Through another tab’s connection."},words:()=>`${o}, ${n?"this":"another"} one has the connection`}}var Hs=50,vn=JSON.parse(E("codes").textContent??"{}"),ie=zr(vn),wo=()=>new URLSearchParams(location.search).get("channel")||"chat:lobby",xo=(e,t)=>t>e?`Records ${e}\
–${t} are`:`Record ${e} is`,Fe="",he=0,xn=new AbortController,Ye=!1,Ae=!0,wn=!1,le=()=>{wn||setTimeout(Ds),wn=!0},vo=Kr(()=>{Qe.renewed(),G.state==="waiting"&&
G.reconnect(),le()}),Et=yo(le),G=new Ve("ws",{agent:"holdfast-page",outbox:Rt({name:"page"}),tabs:Et.share,token:()=>vo.next(Et.connected()||Qe.refused())}),Qe=Jr(
G,ie,vn,vo),ee=Qr(le),Tt=new Map,ge=eo(ie,ee,e=>ko(e.payload,e.channel),le);Xr(()=>G.stats(),()=>({outbox:G.outbox?.durable?"in this browser, on disk":"in this \
tab",tabs:Et.words()}));function ko(e,t=Fe){if(G.outbox?.full)return`${ie.sentence({code:4350})} Wait until some are stored, or dismiss those that failed.`;try{
So("json"in e?G.publish(t,ln(e.json),{type:"json"}):G.publish(t,"text"in e?e.text:e.bytes),e)}catch(n){return ie.sentence(Ee(n))}return Ae=!0,le(),""}function So(e,t){
let n={channel:e.channel,payload:t,at:Date.now(),status:e.status};Tt.set(e,n),e.kept.then(()=>{n.kept=!0,le()},()=>{}),ge.add(n)}var Ps=e=>typeof e=="string"?{text:e}:
e instanceof Uint8Array?{bytes:e}:{json:JSON.stringify(e)};G.addEventListener("message",({detail:e})=>{Tt.has(e)||So(e,Ps(e.data));let t=Tt.get(e);t.status=e.status,
t.fault=e.error&&Ee(e.error),e.ack&&Object.assign(t,{offset:e.ack.offset,synced:e.ack.synced,copies:e.ack.copies}),e.status!=="pending"&&e.status!=="sent"&&Tt.delete(
e),le()});G.addEventListener("held",({detail:e})=>{let t=Math.max(1,Math.ceil((e.at-Date.now())/1e3));e.channel===Fe&&ge.held(`${ie.sentence(Ee(e.error))} It is\
 tried again in ${t} s.`)});G.addEventListener("lost",({detail:{channel:e,from:t,to:n}})=>{let r={code:4322,detail:`your messages ${t}–${n} in ${e}`};ee.notice(
`${ie.sentence(r)} ${ie.advice(4322)}`)});function Is(e){if(e.gap===void 0){let i=e.type==="json"?{json:e.text()}:e.type==="text"?{text:e.text()}:{bytes:e.bytes};
ee.startsAfter(e.offset-1),ee.record(e.offset,i,e.time,e.user),he=e.offset;return}let{gap:t,from:n,to:r}=e;if(t!=="fork"){he=r,ee.notice(`${xo(n,r)} no longer k\
ept.`);return}he=n-1,ee.forked(n);let o=he?`goes on after record ${he}`:"begins anew";ee.notice(`${xo(n,r)} no longer in the channel: the server’s store was res\
tarted or restored, and the log ${o}.`)}async function Ns(e,t){let n;for(;!t.aborted;){let r=G.subscribe(e,{from:n===void 0?{last:Hs}:{checkpoint:n},signal:t});
r.ready.then(o=>{t.aborted||(n??=o,Ye=!0,he=Math.max(he,Number(o.split(" ")[0].split("@")[1])),le())},()=>{});try{for await(let o of r)Is(o),n=o.checkpoint}catch(o){
let i=Ee(o),s=G.state!=="failed"&&["now","later"].includes(_t(vn,i.code));if(ee.notice(`${e} is not subscribed. ${ie.sentence(i)} ${s?"It is asked again by itse\
lf.":ie.advice(i.code)}`),!s)return;await new Promise(a=>setTimeout(a,1e3))}}}function kn(e){xn.abort(),xn=new AbortController,Fe=e,he=0,Ye=!1,Ae=!0,ee.clear(),
ge.clear(),E("newest").hidden=!0,E("channel").value=e,E("empty-command").textContent=`echo hello | holdfast publish ${location.origin} ${e}`,document.title=`${e}\
 · Holdfast`,Me(E("channel"),E("channel-mistake"),""),Ns(e,xn.signal),le()}var _o=()=>requestAnimationFrame(()=>E("view").scrollTo({top:E("view").scrollHeight,
behavior:"instant"})),To=()=>({waiting:ge.waiting(),since:ge.since(),kept:ge.kept(),tabs:Et.brief()});function Ds(){wn=!1,ge.refresh(Fe,Ye?he:0);let e=ee.empty()&&
ge.empty();E("empty").hidden=!e,q(E("empty-text"),Ye?`Nothing in ${Fe} yet.`:"Records appear here as soon as there is a connection."),E("empty-hint").hidden=!Ye;
let t=ee.hidden();q(E("before"),t?`${t.toLocaleString()} earlier record${t===1?" is":"s are"} not shown here.`:""),ee.settle(),Qe.show(To()),Ae?_o():E("newest").
hidden=!1}G.addEventListener("status",()=>{Qe.changed(),le()});setInterval(()=>Qe.show(To()),250);Gr(ko);E("chooser").onsubmit=e=>{e.preventDefault();let t=E("c\
hannel").value.trim(),n=t===""||ln(t).length>255||/[\p{C}\p{Z}"\\\uFFFD]/u.test(t);Me(E("channel"),E("channel-mistake"),n?`${ie.sentence({code:4304})} ${ie.advice(
4304)}`:""),!(n||t===Fe)&&(history.pushState(null,"",`?channel=${encodeURIComponent(t)}`),kn(t),E("message").focus())};E("retry").onclick=()=>{G.state==="failed"?
location.reload():G.reconnect(),E("message").focus()};E("newest").onclick=()=>E("view").scrollTo({top:E("view").scrollHeight});E("view").onscroll=()=>{let{scrollTop:e,
clientHeight:t,scrollHeight:n}=E("view");Ae=n-e-t<40,Ae&&(E("newest").hidden=!0)};new ResizeObserver(()=>Ae&&_o()).observe(E("view"));window.onpopstate=()=>kn(wo());
window.onbeforeunload=e=>{G.outbox?.durable===!1&&ge.waiting()>0&&e.preventDefault()};ue("");kn(wo());})();
