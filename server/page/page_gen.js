// Generated from web/page and sdk/ts/src by npm run page in sdk/ts. DO NOT EDIT.
"use strict";(()=>{var _n="1002s protocol_error";var Tn="1006n abnormal";var En="4000n heartbeat_timeout",On="4001n write_timeout";var Mn="4009n timeout";var $e="4107l disconnected";var Cn="4110l at_capacity";var tt="4300s bad_frame";var Ln="4304s bad_channel";var $n="4309s bad_payload";var nt="4312s already_subscribed";var Pe="4315s unknown_outcome";var xe="4321s bad_argument";var Lt="4326s dropped";var $t="4350s outbox_full",rt="4351s outbox_locked";var Rn="4353s outbox_mismatch";var re="4357s closed";var An="4359s not_holdfast",Hn="4360s canceled",ot="4361s io",Fn="4362s retries_exhausted";var Pn=`400s http_bad_request
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
4363s queue_full`;var U=class extends Error{constructor(t,n,r="",o){let s=t.replace(/^\S+ /,"");super(`${n}: ${r&&`${r} `}(${s})`,{cause:o}),Object.assign(this,{name:"HoldfastErr\
or",code:Number.parseInt(t,10),codeName:s,op:n})}};var Rt=3e3,At=e=>new U(rt,`open outbox ${e}`,"another page uses it"),In=async e=>{let t=globalThis.navigator?.locks;return t&&new Promise((n,r)=>{t.request(`hol\
dfast:${e}`,{signal:AbortSignal.timeout(Rt)},()=>new Promise(o=>n(o))).catch(()=>r(At(e)))})};var To=7*864e5,Nn=(e={})=>({...e,durable:!1}),st=()=>({Tt:[],qe:[],R:new Map,We:new Map}),Dn=async(e,t,n,r,o)=>{let s=st(),i=[],a=[],d=new Map,f=[],u;for(let[b,
y]of n)typeof b=="number"?i.push(y):Array.isArray(b)?a.push(y):b==="marks"?f=y:b==="user"?u=y:`${b}`.startsWith("page ")&&d.set(`${b}`.slice(5),y);if(i.sort((b,y)=>b.
id-y.id),t&&u!==t){if(i[0])throw new U(Rn,`open outbox ${e}`,`it belongs to user "${u}", not to "${t}"`);s.le=t;for(let b of a)s.R.set(b.ch+b.p,[b.ch,b.p]);a=[]}
let m=new Set(a.map(b=>b.p+b.ch));for(let{ch:b,p:y}of i)m.has(y+b)||(m.add(y+b),a.push({ch:b,p:y,next:1,resolved:0,acked:0,mem:"",ackedAt:0,forgotten:0,successor:"",
sealed:!1}));for(let b of i){let y=f.find(O=>b.id<=O.id);y&&!b.sent&&(Object.assign(b,{sent:y.sent,mem:y.mem}),s.Tt.push(b))}for(let[b,[,y]]of d)y<Date.now()-To&&
s.We.set(b,void 0);return s.fe=[],await r(s),{re:i,R:a,We:d,un:r,X:o}};var Ht="outbox",Ft=(e={})=>{let t=e.name??"holdfast";return{...e,name:t,durable:!0,P:(n,r,o="")=>Oo(t+o,n,r)}},Eo=(e,t)=>new Promise((n,r)=>{let o=!1,s=setTimeout(
()=>{o=!0,r(At(e))},Rt),i=a=>{let d=t,f=globalThis.indexedDB.open(`holdfast:${e}`,a);f.onupgradeneeded=u=>{d||=!!a,u.oldVersion||f.result.createObjectStore(Ht)},
f.onsuccess=()=>{let u=f.result;if(d&&!o)return clearTimeout(s),n(u);u.close(),o||i(a?void 0:u.version+1)},f.onerror=()=>{f.error?.name==="VersionError"?i():r(f.
error)}};i()}),Oo=async(e,t,n)=>{let r=f=>f instanceof U?f:new U(ot,`outbox ${e}`,"IndexedDB failed",f),o,s=f=>new Promise((u,m)=>{let b=o.transaction(Ht,"readw\
rite",{durability:"strict"});b.oncomplete=()=>u(),b.onabort=()=>m(r(b.error)),f(b.objectStore(Ht))}),i=[],a=await In(e),d=()=>{o?.close(),a?.()};try{return o=await Eo(
e,!!a),o.onclose=()=>n(r(void 0)),await s(f=>{f.openCursor().onsuccess=u=>{let m=u.target.result;m&&(i.push([m.key,m.value]),m.continue())}}),await Dn(e,t,i,f=>s(
u=>Mo(u,f)),d)}catch(f){throw d(),r(f)}},Mo=(e,t)=>{for(let n of t.Tt)e.put(n,n.id);for(let n of t.qe)e.delete(n);for(let n of t.R.values())Array.isArray(n)?e.delete(
n):e.put(n,[n.ch,n.p]);t.le!==void 0&&e.put(t.le,"user"),t.fe&&e.put(t.fe,"marks");for(let[n,r]of t.We)r?e.put(r,`page ${n}`):e.delete(`page ${n}`);e.transaction.
commit()};var it=()=>EventTarget,Z=(e,t,n)=>e.dispatchEvent(new CustomEvent(t,{detail:n})),fe=()=>{let e={};return e.oe=new Promise((t,n)=>{e.pe=t,e.me=n}),e.oe.catch(()=>{}),
e},ae=(e,t)=>new U(e.code,e.op??t,e.detail);var Ie=class extends it(){id;channel;data;status;producer;number;ack;error;d=fe();Oe=fe();constructor(t,n,r,o="pending"){super(),this.id=t,this.channel=n,this.data=
r,this.status=o}get done(){return this.d.oe}get kept(){return this.Oe.oe}Ge(t){let n=t.status!==this.status||!!t.end;return this.status=t.status,t.number&&(this.
producer=t.producer,this.number=t.number,this.Oe.pe()),t.end&&(this.ack=t.ack,t.ack&&this.d.pe(t.ack),t.fault&&(this.error=ae(t.fault,`publish to ${this.channel}`),
this.d.me(this.error),this.Oe.me(this.error))),n&&Z(this,"status",this.status),n}};var Bn="ch:a n o data:d content:c h:h p:X term:x ts by:a id code:k detail:s retry count:u synced:f dup:f skipped:f copies:u sent mem:x from to at:w after gen wa\
nt cursor:a user:a session:X why:w token:s process:x counter agent:a subs:o results:o earlier:e last since window:p max_in_flight:p max_window:p heartbeat max_m\
essage:u max_subs:u dedupe clock name:a key:s successor:X first head version url:s delay pending",Un="hello!B?@CD)EF publish!#)$67('& skip!#)89U subscribe!-#:*%\
H[IJ>K unsubscribe!-# ack!#%< call!-ST'& refresh!BZ ping!- pong!- bye!./",jn="welcome!@?ENOLMPQ725RG stored!#)$1%2345 refused!#)$.0=/ record!#%*+,('& pass!#%* g\
ap!#89*;A subscribed!-#*%VW<./0 unsubscribed!-#./ reply!-./'& join!#?@*X'& leave!#?@*X receipt!#>?% reconnect!ZY.",at={at:["head","start","position","last","tim\
e"],why:["","retention","fork"]};var ct=class extends U{offset;constructor(t,n=""){super(tt,"read a message",`byte ${t}${n&&`: ${n}`}`),this.offset=t}};var Pt=[void 0,...Bn.split(" ").map((e,t)=>{let[n="",r="n"]=e.split(":");return{ln:n,fn:r,pn:t*4+4+("nukfwc".includes(r)?0:r==="x"?1:r==="X"?3:2),Et:"heo".includes(
r)}})],dt=(()=>{let e=Object.create(null),t=(n,r)=>{for(let[o,s]of n.split(" ").entries()){let[i="",a=""]=s.split("!");e[r+o]=e[i]={In:r+o,st:i,mn:[...a].map(d=>Pt[d.
charCodeAt(0)-34])}}};return t(Un,1),t(jn,32),e})(),ut={n:2**53-1,u:2**32-1,k:65535,f:1,c:2,a:255,s:4096,h:64,e:8,o:1024},It={h:"as",e:"xn",p:"uu"},Nt=e=>dt[e===
"subs"?"subscribe":"subscribed"];var Co=new TextDecoder("utf-8",{fatal:!0,ignoreBOM:!0}),Lo=new TextEncoder,Ne,j,oe,ce,se=e=>{throw new ct(e)},we=()=>{let e=0;for(let t=0,n=1;;t++,n*=128){j>=oe&&
se(oe);let r=Ne[j++];if((t>9||t>8&&r<128&&r>1)&&se(ce),e+=(r&127)*n,r<128)return e}},Re=e=>(e>oe-j&&se(oe),j+=e,Ne.subarray(j-e,j)),$o=e=>e?Re(e>2?16:e>1?we():8):
we(),Wn=(e,t)=>{if("as".includes(e)){let r=Re(we());try{if(r.length<=ut[e])return Co.decode(r)}catch{}se(ce)}if(e==="d")return Re(we());if("xX".includes(e)){let r=Array.
from(Re(e==="x"?8:16),o=>(o+256).toString(16).slice(1)).join("");return/[^0]/.test(r)?r:""}if("heop".includes(e)){let r=oe,o=Re(we()).length;oe=j,j-=o;let s=e===
"o"?Gn(Nt(t),{}):[...It[e]].map(i=>Wn(i,t));return j<oe&&se(j),oe=r,s}let n=we();if(e==="w"){let r=at[t];return n>0&&(r[n]??(r[0]&&se(ce)))}return n>ut[e]&&se(ce),
e==="f"?n>0:n},Gn=(e,t)=>{let n=[];for(;j<oe;){ce=j;let r=Ne[j]&3,o=we(),s=Pt[Math.floor(o/4)];if((o<4||s&&(s.pn!==o||n.includes(s)))&&se(ce),s&&!s.Et&&n.push(s),
ce=j,!s||!e.mn.includes(s))$o(r);else{let{ln:i,fn:a,Et:d}=s;t[i]?.length>=ut[a]&&se(ce);let f=Wn(a,i);d?(t[i]??=[],t[i].push(f)):f&&f.length!==0&&(a!=="p"||f[0]||
f[1])&&(t[i]=f)}}return t},Ro=(e,t)=>{typeof e=="string"&&se(0);let n=new Uint8Array(e);for(let r=0;r<n.length;){Ne=n,ce=j=r,oe=n.length;let o=we();Re(o),o||se(
ce),r=oe=j,j-=o;let s=dt[Ne[j++]];if(s&&t(Gn(s,{t:s.st}))===!1)return}},de=new Uint8Array(1024),X=0,lt=e=>{if(X+e>de.length){let t=de;de=new Uint8Array((X+e)*2),
de.set(t)}},De=e=>{for(lt(8);e>127;e=Math.floor(e/128))de[X++]=e%128+128;de[X++]=e},qn=e=>{lt(e.length),de.set(e,X),X+=e.length},zn=e=>{lt(1);let t=++X;e();let n=X-
t,r=0;for(let o=n;o>127;o>>=7)r++;lt(r),de.copyWithin(t+r,t,X),X=t-1,De(n),X+=n},Kn=(e,t,n)=>{if("xX".includes(e))qn(n.padStart(16,"0").match(/../g).map(r=>Number.
parseInt(r,16)));else if("asd".includes(e)){let r=e==="d"?n:Lo.encode(n);De(r.length),qn(r)}else"heop".includes(e)?zn(()=>{if(e==="o")Jn(Nt(t),n);else for(let r of[
0,1])Kn(It[e][r],t,n[r])}):De(e==="w"?at[t].indexOf(n):+n)},Jn=(e,t)=>{for(let{ln:n,fn:r,pn:o,Et:s}of e.mn){let i=t[n];if(!(!i||i.length===0||i===at[n]?.[0]||r===
"p"&&!(i[0]||i[1])))for(let a of s?i:[i])De(o),Kn(r,n,a)}},Ao=e=>{X=0;for(let n of e)zn(()=>{let r=dt[n.t];De(r.In),Jn(r,n)});let t=de.slice(0,X);return X>65536&&
(de=new Uint8Array(1024)),t},Vn={bn:"holdfast.v1.bin",Nn:Ao,Dn:Ro};var Xn=e=>({A:{...e,Me:e.Me||5e3,be:e.be||1e4,Ot:e.Ot||100},S:0,Ce:[],y:0,Bn:0,it:e.it||"",D:"",hn:0,Le:0,ct:3e4,Mt:0,Ct:0,gn:0,se:[],R:[],ze:new Map,dt:new Map,
$e:0,Ke:0,ut:!1,Je:0,ie:0,ae:0,lt:0,T:new Map,Ve:new Map,Lt:0,he:0,q:0,Un:0,$t:0,ce:0,ft:0,ge:0}),c,Be=e=>{c=e};var N=e=>{c.Ce.push(e)},ft=e=>{c.y=3,N({i:"fail",B:e,Xe:""})},ve=(e,t="")=>{N({i:"disconnect",B:e,Xe:t,Q:c.S})},ke=()=>c.S+c.hn,pe=e=>Math.floor(e/100);var Yn=e=>({_:e,pt:void 0,Rt:!1,r:[],$:0,m:0,At:!1,Y:0,ye:0,Re:0,Ft:0,Ae:0,Ht:0}),Se=(e,t,n,r=!1)=>({b:n,z:!1,x:n?n.id:0,Fe:n?n.size:0,xe:r,Z:e,ee:t}),Dt=({_:{next:e}},t)=>({
...Se(e,e-1),z:!0,x:t}),Ue=e=>{e.m=e.$,e.Y=e.Ae=e.Ht=0},mt=(e,t)=>{e.$=t,t*2>e.r.length&&(e.r.splice(0,t),e.m-=t,e.$=0)},Bt=(e,t)=>{e.Ht+=t,e.Ae&&(e.Ae+=t)},Ut=e=>e.r[e.$]?.Z??
e._.next,jt=(e,t)=>{let n=(e.r.at(-1)?.ee??e._.resolved)+1;n<t&&e.r.push(Se(n,t-1))},pt=e=>e&&!e.b&&!e.z&&!e.xe,qt=(e,t)=>{let n=e.r[t-1],r=e.r[t];return t<=e.m||
!pt(n)||!pt(r)?t:(r.Z=n.Z,--t>e.$?(e.r.splice(t,1),t):(e.m++,mt(e,t+1),e.$))},je=(e,t)=>{Ue(e);let n=Ut(e);if(t>=n)return;let r=e.r[e.$];r&&!r.b&&!r.z&&r.Z===n?
r.Z=t:e.r.splice(e.$,0,Se(t,n-1))};var Ho=64,Wt={next:1,resolved:0,acked:0,mem:"",ackedAt:0,forgotten:0,successor:"",sealed:!1},qe=(e,t,n,r="",o=0,s=!1,i=!1,a=0)=>{N({i:"outcome",b:e,Pt:t,C:o,yn:s,
jn:i,qn:a,B:n,Xe:r})},Me=(e,t=c.A.we)=>c.ze.get(t+e),bt=e=>{let t=Yn(e);return c.ze.set(e.p+e.ch,t),c.se.push(t),t},me=e=>{!e.At&&e.m<e.r.length&&(e.At=!0,c.R.push(
e))},Qn=(e,t)=>{for(let n of e)bt({...n,next:Math.max(n.next,n.resolved+1),sealed:!1});for(let n of t){let{ch:r,p:o,n:s,id:i}=n,a=Me(r,o)??bt({...Wt,ch:r,p:o});
jt(a,s),a.r.push(Se(s,s,n,!!(n.sent||n.mem))),a._.next=Math.max(a._.next,s+1),c.$e=Math.max(c.$e,i),Gt(n.expires)}c.Ke=c.$e;for(let n of c.se){let r=n._;r.acked||
(r.forgotten=Math.max(r.forgotten,Ut(n)-1))}for(let{ch:n,p:r}of e)Fo(Me(n,r));c.se.forEach(me)},Fo=e=>{let{ch:t,next:n,successor:r}=e._;if(jt(e,n),!r){c.dt.set(
t,e);return}e.r.push(Dt(e,0));let o=Me(t,r);o||(o=bt({...Wt,ch:t,p:r}),o.Rt=!0,c.dt.set(t,o)),o.pt=e},Po=e=>{let t=c.dt.get(e);if(t?._.p===c.A.we)return t;let n=bt(
{...Wt,ch:e,p:c.A.we});if(c.dt.set(e,n),t){t._.successor=c.A.we,n.pt=t;let r={...t._};Io(t,++c.$e),me(t),N({i:"seal",x:c.$e,mt:r})}return n},Io=(e,t)=>{let n=e._;
e.$===e.r.length&&n.acked&&e.r.push(Se(n.next,n.next++)),e.r.push(Dt(e,t))},Zn=({ve:e,Fe:t,ie:n=0})=>{let r=Po(e),o=r._.next++,s=c.A.It&&c.y===2,[i,a]=s?[ke(),c.D]:
[0,""],d={id:++c.$e,ch:e,p:c.A.we,n:o,size:t,sent:i,mem:a,expires:n};Gt(n),r.r.push(Se(o,o,d)),me(r),N({i:"persist",b:d})},er=({x:e,He:t,D:n})=>{c.ut=!1;for(let r of c.R)
for(let o of r.r.slice(r.m))o.b&&!o.xe&&o.x<=e&&(o.b.sent=t,o.b.mem=n)},tr=(e,t,n)=>{let{Z:r,ee:o,b:s}=e.r[t];e.r[t]=Se(r,o),qe(s,"failed",n)},nr=(e,t,n)=>{for(let r of c.R)
for(let o=r.m;o<r.r.length;o++){let{b:s,xe:i}=r.r[o];if(!(!s||i||!n(s))&&(tr(r,o,e),o=qt(r,o),pt(r.r[o+1])&&(o=qt(r,o+1)),t))return}},Gt=e=>{e&&(c.ie=Math.min(c.ie||
e,e))},rr=()=>{!c.ie||c.S<c.ie||(c.ie=0,nr(4325,!1,e=>(c.S<e.expires&&Gt(e.expires),e.expires>0&&c.S>=e.expires)))},or=()=>{for(let e=0;e<c.R.length&&c.ae<c.Ct;){
c.Je>=c.R.length&&(c.Je=0);let t=c.R[c.Je],n=c.Ce.length;No(t),e=c.Ce.length>n?0:e+1,t.m<t.r.length?c.Je++:(t.At=!1,c.R.splice(c.Je,1),e=0)}},No=e=>{if(!(e.pt&&
!e.pt._.sealed||c.S<e.Re)){if(e.Re=0,e.ye){if(e.m>e.$)return;je(e,e.ye),e.ye=0}for(let t=0;t<Ho&&e.m<e.r.length;t++){let{b:n,xe:r,Fe:o}=e.r[e.m];n&&!r&&c.Mt&&o>
c.Mt&&tr(e,e.m,4303);let s=e.r[e.m];if(Do(e,s))return;Bo(e,s)}}},Do=(e,t)=>{let n=e.m-e.$;return c.ae>=c.Ct||c.ae&&c.lt+t.Fe>c.gn||e.Ae&&n>=e.Ae||t.z&&n?!0:t.xe?
!1:e.Y?!0:c.A.It?t.x>c.Ke?!0:!t.b||t.b.mem===c.D?!1:(c.ut||(c.ut=!0,N({i:"mark",x:c.Ke,He:ke(),D:c.D})),!0):!1},Bo=(e,t)=>{c.ae++||(c.ce=c.S),c.lt+=t.Fe;let{ch:n,
successor:r}=e._,o=e._.p===c.A.we?"":e._.p,{b:s,xe:i,Z:a,ee:d}=t;if(s){let f={t:"publish",ch:n,p:o,n:d};i?(f.sent=s.sent,f.mem=s.mem,sr(s)&&e.Y++):c.A.It||(s.sent=
ke(),s.mem=c.D),N({i:"publish",E:f,b:s,Wn:i})}else N({i:"send",E:{t:"skip",ch:n,p:o,from:a,to:d,successor:t.z?r:""}});t.xe=!0,e.m++},sr=e=>e.mem!==c.D||c.Le&&ke()-
e.sent>c.Le,ht=(e,t)=>{c.ae--,c.lt-=t.Fe,t.b&&e.Y&&sr(t.b)&&e.Y--},ir=(e,t)=>nr(t,!0,n=>n.id===e);var ar=e=>{let t=Me(e.ch,e.p);if(!t)return;let{$:n,_:r}=t,o=0,s=n;for(;s<t.m;s++){let i=t.r[s];if(i.ee>(e.n||0)||i.z&&(s>n||!e.skipped))break;ht(t,i),i.z&&(r.sealed=
!0),i.b&&jo(i.b,e),o=i.ee}s!==n&&(Kt(t),e.skipped||((r.mem!==c.D||!ur(t))&&Jt(t),r.acked=o,r.mem=c.D,r.ackedAt=ke()),Bt(t,s-n),mt(t,s),fr(t),cr(t,o))},jo=(e,t)=>{
let n=(t.n||0)-e.n,r=n<(t.count||1);r&&t.skipped?qe(e,"failed",4328):qe(e,"delivered",0,"",r?Math.max(0,(t.o||0)-n):0,r&&!!t.dup,t.synced,t.copies)},Kt=e=>{e.Ft=
c.ft=0,c.ce=c.S},Jt=({_:e})=>{e.forgotten=Math.max(e.forgotten,e.acked)},cr=(e,t)=>{let n=e._;if(!(t<=n.resolved&&!n.sealed)){if(n.resolved=Math.max(n.resolved,
t),n.sealed){e.$===e.r.length&&(c.ze.delete(n.p+n.ch),c.se=c.se.filter(o=>o!==e));let r=Me(n.ch,n.successor);r?.Rt&&(r.Rt=!1,N({i:"resolved",mt:{...r._}}))}N({i:"\
resolved",mt:{...n}})}},dr=e=>{let t=Me(e.ch,e.p),{code:n=0}=e;t&&(n===4302?ft(n):n===4003||n===4316?qo(t,e.want||1):pe(n)===41?Wo(t,e,n):Go(t,e,n))},qo=(e,t)=>{
let n=e._;if(++e.Ft>3){ve(4003,`lane ${n.p} makes no progress`);return}if(t<=n.acked)if(n.mem===c.D&&ur(e)){let r=Math.max(t,n.forgotten+1);r<=n.acked&&N({i:"lo\
st",ve:n.ch,Gn:n.p,Z:r,ee:n.acked}),n.acked=t-1}else Jt(e);lr(e),je(e,t),me(e)},ur=e=>!c.Le||ke()-e._.ackedAt<c.Le-Math.floor(c.Le/10),lr=e=>{for(let t of e.r.slice(
e.$,e.m))ht(e,t)},Wo=(e,{n:t=0,retry:n,detail:r=""},o)=>{e.Re=c.S+(n||1e3),Kt(e);let s=e.r.slice(e.$,e.m).findLast(a=>a.ee===t)?.b;lr(e);let i=e.Ht;Ue(e),o===4102&&
(e.Ae=Math.max(1,i)),me(e),N({i:"held",b:s,B:o,Xe:r,Q:e.Re})},Go=(e,{n:t=0,want:n=0,detail:r},o)=>{let s=e.r.findIndex((f,u)=>u>=e.$&&u<e.m&&f.ee===t&&!f.z);if(s<
0)return;let i=e.r[s],a=o===4315;ht(e,i),Kt(e),a&&(e.ye||=Math.max(n,1),n<=e._.acked&&Jt(e)),i.b&&qe(i.b,a?"unknown":"failed",o,r),Bt(e,1);let d=s===e.$;d?mt(e,
s+1):(e.r.splice(s,1),e.m--),fr(e),d&&cr(e,t)},fr=e=>{e.m===e.$&&e.ye&&(je(e,e.ye),e.ye=0),me(e)};var pr=1,mr=e=>e.d<=e.F||e.C<=e.F?0:Math.floor(e.bt*(e.d-e.F)/(e.C-e.F)),gt=e=>e.y===2&&e.d>e.F,br=e=>{e.bt-=mr(e),e.F=e.d},Vt=(e,t)=>{!t||t===e.w||(e.w&&e.C&&(e.H=
[...e.H,[e.w,e.C]].slice(-7)),e.w=t)},zo=(e,t,n)=>n<=(t===e.w?e.C:e.H.find(r=>r[0]===t)?.[1]??-1),Ko=(e,t)=>{let n=e.findIndex(r=>r[1]>=t);return n<0?e:[...e.slice(
0,n),[e[n][0],t]]},Xt=e=>{e.xn=++c.Lt,e.y=pr,e.Qe=0,br(e);let{w:t,C:n,H:r}=e;return{...e.Pe,id:c.Lt,window:e.U,...e.Nt&&{at:"position",term:t,o:n,earlier:r,last:0,
since:0,pending:n-e.d}}},hr=e=>N({i:"send",L:e.x,E:{t:"subscribe",...Xt(e)}}),gr=({L:e,Pe:t,Dt:n})=>{if(c.Ve.has(t.ch))return xr(e,4312);let{term:r,offset:o,earlier:s}=n??
{term:"",offset:0,earlier:[]},[i=0,a=0]=t.window??[],[d=0,f=0]=c.A.U??[],u={x:e,y:0,Pe:t,xn:0,Nt:!!(r||o),w:r,C:o,H:s,wn:0,U:[i||d||512,a||f||1<<20],d:o,F:o,bt:0,
Bt:0,Qe:0};c.T.set(e,u),c.Ve.set(t.ch,u),c.y===2&&hr(u)},yr=e=>{let t=c.T.get(e);t&&(t.y&&(gt(t)&&Zt(t),N({i:"send",E:{t:"unsubscribe",id:++c.Lt,ch:t.Pe.ch}})),
Yt(t))},xr=(e,t,n="")=>N({i:"ended",L:e,B:t,Xe:n}),Yt=(e,t=0,n)=>{c.T.delete(e.x),c.Ve.delete(e.Pe.ch),xr(e.x,t,n)},yt=(e,t)=>{e.y=0,e.Qe=t},Qt=e=>{let t=c.Ve.get(
e.ch),{code:n,term:r="",o=0}=e;if(!(t?.y!==pr||t.xn!==e.id)){if(n){pe(n)===40||pe(n)===41?yt(t,c.S+Math.max(1e3,e.retry||0)):Yt(t,n,e.detail);return}t.y=2,t.wn=
e.gen||0,t.Nt||(t.Nt=!0,t.w=r,t.H=[],t.C=t.d=t.F=o),N({i:"subscribed",L:t.x,E:e})}},xt=e=>{let t=c.Ve.get(e);return t?.y===2?t:void 0},wr=({ch:e,id:t,code:n,detail:r})=>{
let o=xt(e);!o||t||!n||(pe(n)===43?Yt(o,n,r):yt(o,c.he+1e3))},vr=e=>{let t=xt(e.ch),{o:n=0}=e;if(!(!t||n<=t.C)){if(n!==t.C+1)return ve(4008);Vt(t,e.term),t.C=n,
t.bt+=e.data?.length||0,N({i:"record",L:t.x,w:t.w,E:e})}},kr=({ch:e,o:t=0,term:n})=>{let r=xt(e);!r||t<=r.C||(Vt(r,n),r.d===r.C&&(r.d=t),r.C=t)},Sr=e=>{let t=xt(
e.ch),{term:n="",after:r=0}=e;t&&(e.why==="fork"?t.H=Ko([...t.H,[t.w,t.C]],r).filter(o=>o[0]&&o[0]!==n).slice(-7):Vt(t,n),t.w=n,t.C=t.d=t.F=r,t.bt=0,N({i:"gap",
L:t.x,E:e}))},_r=({L:e,w:t,C:n})=>{let r=c.T.get(e);if(!r||n<=r.d||!zo(r,t,n))return;r.d<=r.F&&(r.Bt=c.S),r.d=n;let[o,s]=r.U;r.y===2&&c.y===2&&((n-r.F)*4>=o||mr(
r)*4>=s)&&Zt(r)},Zt=e=>{br(e),N({i:"send",E:{t:"ack",ch:e.Pe.ch,o:e.d,gen:e.wn}})},en=e=>{for(let t of c.T.values())!t.y&&(e==="hello"||t.Qe&&c.S>=t.Qe)&&hr(t)},
tn=e=>{for(let t of c.T.values())gt(t)&&(e||c.S>=t.Bt+c.A.Ot)&&Zt(t)},Tr=(e,t,n)=>{let r=c.T.get(e);if(!r)return;let o=r.H.findIndex(s=>s[0]===t||s[1]>=n);return{
term:t,offset:n,earlier:o<0?r.H:r.H.slice(0,o)}};var Vo=e=>{c.y=1,c.he=c.$t=c.S,c.q=c.ge=c.ft=0;let{le:t,zn:n,we:r,Ut:o}=c.A;N({i:"send",E:{t:"hello",token:e,user:t,session:c.it,process:n,counter:++c.Bn,p:r,agent:o,
subs:[...c.T.values()].map(Xt)}})},Xo=e=>{c.y=0,c.q=c.ge=0,c.ae=c.lt=0,c.ut=!1;for(let t of c.se)Ue(t),t.Re=t.Ft=0,me(t);for(let t of c.T.values())yt(t,0);pe(e)===
43?ft(e):pe(e)===42&&N({i:"authenticate",B:e})},Yo=e=>{if(c.y!==1)return;let{session:t="",mem:n="",clock:r=0,dedupe:o=0,max_message:s=0,results:i=[]}=e,[a=0,d=0]=e.
max_in_flight??[];c.y=2,c.it=t,c.D=n,c.hn=r-c.S,c.Le=o,c.ct=e.heartbeat||3e4,c.Mt=s,c.Ct=a||1024,c.gn=d||1<<20,c.ce=c.S,N({i:"welcome",E:e}),i.forEach(Qt),en("h\
ello")},Qo=()=>{if(rr(),!c.y)return;let e=(t,n)=>c.S>=t+n;if(c.ge&&e(c.ge,0))return c.ge=0,ve(4104,"the server asked to come back");if(c.q){if(e(c.q,c.A.be))return ve(
4e3)}else if(c.ae&&e(c.ce,c.A.Me)){if(++c.ft>3)return ve(4002);c.ce=c.S,nn()}else e(c.he,c.ct)&&nn();c.y===2&&(tn(!1),en("refusal"))},Zo=e=>{c.y&&(e>c.he&&(c.he=
e,c.q=0),e>c.ce&&(c.ce=e,c.ft=0),c.y===2&&!c.q&&c.S>=c.$t+c.ct&&(nn(),c.q=0))},nn=()=>{c.q=c.$t=c.S,N({i:"send",E:{t:"ping",id:++c.Un}})},es={record:vr,stored:ar,
refused:dr,pass:kr,gap:Sr,subscribed:Qt,unsubscribed:wr,welcome:Yo,ping:({id:e})=>N({i:"send",E:{t:"pong",id:e}}),refresh:()=>c.y===2&&N({i:"refresh"}),reconnect:({
delay:e=0})=>{c.ge=c.S+e}},ts={tick:Qo,connected:e=>Vo(e.Ie),disconnected:e=>Xo(e.B),frame:({E:e})=>{c.he=c.S,c.q=0,es[e.t]?.(e)},publish:Zn,persisted:e=>{c.Ke=
Math.max(c.Ke,e.x)},marked:er,drop:e=>ir(e.x,e.B),subscribe:gr,unsubscribe:e=>yr(e.L),done:_r,bye:()=>{c.y===2&&(tn(!0),N({i:"send",E:{t:"bye",code:1e3}})),c.y=
3},moved:e=>Zo(e.Q)},Or=e=>{let t=Xn(e);return{jt:(n,r)=>{Be(t),Qn(n,r)},Ne:(n,r)=>(Be(t),t.S=n,t.Ce=[],t.y!==3&&ts[r.i](r),t.y===2&&t.Ce.at(-1)?.i!=="disconnec\
t"&&or(),t.Ce),ke:()=>(Be(t),ns()),Dt:(n,r,o)=>(Be(t),Tr(n,r,o))}},ns=()=>{let e=[c.ie];if(c.y%3){e.push(c.ge,...c.R.map(n=>n.Re));for(let n of c.T.values())e.push(
n.Qe,gt(n)?n.Bt+c.A.Ot:0);c.q?e.push(c.q+c.A.be):e.push(c.he+c.ct,c.ae&&c.ce+c.A.Me)}let t=e.filter(n=>n>0);return t.length?Math.min(...t):void 0};var _e=e=>new RegExp(`^${e}[a-z] .*`,"m").exec(Pn)?.[0]??`${e}${rs(e)} code ${e}`,rs=e=>e>=4e3&&e<4400?"nlas"[(e-4e3)/100|0]:e>=500&&e<600||e===408||e===425||e===
429?"l":e>=400&&e<500?"s":e?"n":"o";var Mr=1e3,Cr=(e,t)=>{let n=new Map,r=(s,i)=>{n.delete(s)&&e({e:"reply",id:s,fault:i,type:0,data:new Uint8Array})},o=s=>{let{id:i,name:a,key:d,type:f,data:u}=s.vn;
s.He=!0,t({t:"call",id:i,name:a,key:d,content:f,data:u})};return{Kn(s,i){let a={vn:s,He:!1},d=n.size<Mr;n.set(s.id,a),d?i&&o(a):r(s.id,{code:Cn,detail:`${Mr} ca\
lls are under way`})},Jn:s=>n.delete(s),qt({id:s=0,code:i,detail:a,content:d=0,data:f}){if(i)return r(s,{code:_e(i),detail:a??""});n.delete(s)&&e({e:"reply",id:s,
type:d,data:f?.slice()??new Uint8Array})},K(){for(let s of n.values())o(s)},kn(s){for(let[i,{vn:a,He:d}]of n)(s||d&&!a.key)&&r(i,s??{code:$e,detail:"the connect\
ion ended before the reply; a call with a key would be made again"})}}};var on={network:{maxRetries:5,baseDelay:1e3,multiplier:2},timeout:{maxRetries:5,baseDelay:1e3,multiplier:2},tls:{retry:"stop"},authentication:{maxRetries:3,baseDelay:2e3,
multiplier:1.5},rate_limit:{maxRetries:10,baseDelay:5e3,multiplier:1.5},protocol:{retry:"stop"},policy:{retry:"stop"},server:{},overload:{},application:{},closed:{
retry:"stop"}};var sn=e=>e.minUptime>0?e.minUptime:5e3,Lr=(e,t,n)=>{if(t>=e.maxRetries)return;let r=t;if(e.first==="immediate"&&!r--)return 0;let o=e.maxDelay>=0?e.maxDelay:3e4,
s=(e.baseDelay>=0?e.baseDelay:1e3)*(e.multiplier>=1?e.multiplier:2)**r,i=Math.min(Math.max(e.jitter??.5,0),1);return Math.min(Math.min(s,o)*(1+i*(2*n()-1)),o)};var $r=()=>{let e;return(t,n=2147483648)=>{clearTimeout(e),n<2147483648&&(e=setTimeout(t,n))}},We=()=>performance.now();var os=6e5,ss=e=>Object.fromEntries(Object.entries(e).filter(t=>t[1]!==void 0)),Rr=(e,t,n,r,o)=>{let s=e.random??Math.random,i={},a=$r(),d=0,f=0,u,m,b,y=()=>{d&&
We()-d+2>sn(e)&&(i={},$.de=0,O("done"))},O=(w,p)=>{u?.[w](p),u=void 0},R=()=>{y(),d?t.ke():f&&a(M,f-We())},M=()=>{a(),b?.(),f=0;let w=r?.allow();typeof w=="numb\
er"?(b=r.onChange(M),a(M,w),t.Cr?.()):(u=w,t.Vn())},$={de:0,Se(w){$._e(),i={},$.de=0,w&&r?.state==="open"&&r.reset(),m=o?.(R),M()},K(){d=We(),a(y,sn(e))},Xn(w,p=0,g=w){
y(),d=0,O("done",g);let S=e.strategies?.[w],v={maxRetries:n,...on[w],...ss(e),...S},k=S||on[w]?.maxRetries?w:"",C=i[k]??0,H=globalThis.navigator?.onLine===!1,F=S?.
maxRetries===void 0&&$.de>=e.maxRetries,P=H?e.maxDelay??3e4:F?void 0:Lr(v,C,s);if(P===void 0)return $._e(),!1;H||($.de++,i[k]=C+1),f=Math.min(P,v.baseDelay??1e3);
let W=Math.min(p,os);return W>P&&(f=P=W+s()*Math.min(W/4,P)),f+=We(),a(M,P),t.Qn($.de,v.maxRetries,P),!0},_e(){a(),d=f=0,b?.(),O("cancel"),m?.()}};return $};var Ar=(e,t,n,r)=>{let o=new e(t,[n.bn]),s=[],i=0,a=0,d=!1;o.binaryType="arraybuffer",o.onopen=()=>r.K(o.protocol),o.onmessage=u=>r.Yn(u.data),o.onclose=u=>r.te(
u.code,u.reason),o.onerror=()=>{o.readyState||setTimeout(()=>o.onclose&&r.te(1006,""),9)};let f={De:0,m(u){s.push(u),i+=64+(u.data?.length??0),i>65536&&f.Ye()},
Ye(){if(i){let u=n.Nn(s);f.De+=typeof u=="string"?u.length:u.byteLength,s=[],i=0,o.send(u)}return o.bufferedAmount},Wt(){let[u,m]=[a,d];return d=o.bufferedAmount>
0,a=f.De-o.bufferedAmount,m&&a>u},X(u){o.onopen=o.onmessage=o.onclose=null,o.close(u===1e3||u>=3e3?u:1e3)}};return f};var is=32<<20,wt=e=>Number.parseInt(e,10),Hr=(e,t,{Gt:n,...r})=>{let o=`connect to ${e.Sn.replace(/\?.*/,"")}`,s,i=0,a,d=0,f=0,u=0,m=Rr(e.Zn,{Vn:()=>{y()},Qn:(g,S,v)=>r.Te(
"waiting",{retryAt:Date.now()+v}),ke:()=>n($)},1/0),b=(g,S)=>{clearTimeout(a),a=setTimeout(n,g,S)},y=async()=>{let g=++i;d=0,t.attempts++,b(e._n,()=>p.ue({code:Tn,
op:o,detail:`no welcome within ${e._n} ms`}));try{let S=e.Ie;if(typeof S=="function"&&(r.Te("authenticating"),S=await S(),g!==i))return;r.Te("connecting"),s=Ar(
e.er,e.Sn,e.zt,{K:v=>n(()=>R(v,S)),Yn:v=>n(()=>M(v)),te:(v,k)=>n(()=>p.ue(d||v!==1006?{code:_e(v),detail:k}:O))})}catch(S){g===i&&n(()=>p.ue({...O,detail:`${S}`}))}},
O={code:$e,op:o,detail:"nobody answers there, or it is refused"},R=(g,S)=>{d++,g===e.zt.bn?r.tr(S):r.Ze({code:An,op:o,detail:`it chose the subprotocol "${g}"`})},
M=g=>{let S=s;d++,t.bytesIn+=typeof g=="string"?g.length:g.byteLength;try{e.zt.Dn(g,v=>(r.E(v),s===S))}catch(v){p.ue({code:tt,detail:`${v}`})}r.nr()},$=()=>{if(!p.P)
return;let g=d;p.m({t:"ping"}),b(e.be/2,()=>{d===g&&p.ue({code:En})})},w=g=>{clearTimeout(a),i++,f+=s?.De??0,s?.X(wt(g)),s=void 0,p.P=!1},p={P:!1,et:void 0,de:()=>m.de,
De:()=>f+(s?.De??0),Wt:()=>s?.Wt(),Se:()=>m.Se(),m:g=>s?.m(g),Ye(){(s?.Ye()??0)>is&&n(()=>p.ue({code:On,detail:"the server takes too little"}))},rr({user:g,agent:S}){
clearTimeout(a),p.P=!0,p.et=void 0,t.connects++,m.K(),r.Te("open",{...g&&{user:g},...S&&{server:S}})},ue(g,S=0){let v=wt(g.code);p.P&&(t.disconnects[v]=(t.disconnects[v]??
0)+1),w(g.code);let k=i;p.et=g,r.te(v),k===i&&(/^1...s/.test(g.code)?r.Ze(g):m.Xn("",Math.max(0,S),g)||r.Ze({...g,code:Fn,op:o}))},or(){s||m.Se()},async Tn(){let g=i;
if(!(typeof e.Ie!="function"||u===g)){u=g;try{let S=await e.Ie();g===i&&p.En(S)}catch{}u=0}},En(g){p.P&&g&&n(()=>p.m({t:"refresh",token:g}))},_e(g){s?.Ye(),m._e(),
w(g?.code??"1000"),p.et=g}};return p};var as=64,Fr=()=>({tt:0,fe:[],Oe:[],nt:[]}),Pr=e=>{let t=e.indexOf(":");return[e.slice(0,t),+e.slice(t+1)]},an=e=>`${e.p} ${e.ch}`,Ir=(e,t,n)=>{let{maxRecords:r=1e3,
maxBytes:o=4<<20}=e,s=new Map,i=new Map,a=new Map,d,f=[],u=st(),m=Fr(),b,y=new Map,O=w=>{s.set(w.id,w),i.set(w.key,w)},R=()=>{let w=u.qe.length+u.R.size,p=m.tt||
m.fe.length||m.nt.length||w>256||w&&!M.W;if(!d||b||!p)return;let[g,S]=[u,m];u=st(),m=Fr(),b=d.un(g).then(()=>{b=void 0,t(S),R()},v=>{for(let k of S.nt)k();n(v)})},
M={re:s,ze:i,W:0,ht:0,rt:(w=1)=>M.W>=r*w||M.ht>=o*w,J(w){M.W++,M.ht+=w},Kt(w){M.W--,M.ht-=w},jt(w){d=w;for(let p of w.R)a.set(an(p),p);for(let[p,[g]]of w.We)y.set(
p,g);for(let p of w.re){let g={...p,gt:cn(p),I:p.sent>0};O(g),M.J(g.gt)}},Jt(w,p){Object.assign(w,p),O(w);let[g,S]=Pr(w.key);if(y.set(g,S),!d)return;u.We.set(g,
[S,Date.now()]);let{gt:v,I:k,...C}=w;u.Tt.push(C),m.tt=w.id,m.Oe.push(w)},sr(w){let[p,g]=Pr(w);return g<=(y.get(p)??0)},ir({x:w,He:p,D:g}){let S=s.keys().next().
value??1/0;f=f.filter(v=>v.id>=S),f.push({id:w,sent:p,mem:g}),u.fe=[...f],m.fe.push({x:w,He:p,D:g})},z(w,p){let g=an(p);$(g,{...a.get(g)??p,successor:p.successor}),
m.tt=w},Vt(w){let p=s.get(w);return p&&(s.delete(w),i.delete(p.key),M.Kt(p.gt),d&&u.qe.push(w)),p},ar(w){let p=an(w);if(!w.sealed)return $(p,w);a.delete(p),u.R.
set(p,[w.ch,w.p])},cr(w){d?m.nt.push(w):w()},dr:R,async X(w){let p=d;if(d=void 0,w)return p?.X();await b,await p?.un(u).catch(()=>{});for(let g of m.nt)g();p?.X()}},
$=(w,p)=>{d&&(a.set(w,p),u.R.set(w,p))};return M},cn=e=>e.h.reduce((t,[n,r])=>t+n.length+r.length+4,as+e.ch.length+e.data.length);var Nr=(e,t,n,r)=>{let o=!!e.P,{policy:s}=e,i,a,f=Ir(e,p=>r.Gt(()=>{p.Oe.forEach(m);for(let g of p.nt)g();p.tt&&r.Ne({i:"persisted",x:p.tt});for(let g of p.fe)r.Ne(
{i:"marked",...g})}),r.Ze),u=p=>p.I?"sent":"pending",m=p=>n({e:"entry",id:p.key,status:u(p),producer:p.p,number:p.n}),b=(p,g)=>n({e:"entry",id:p,end:!0,...g}),y=(p,g,S)=>{
t.failed++,b(p,{status:"failed",fault:{code:g,detail:S}})},O=p=>cn({ch:p.ch,data:p.data,h:p.h??[]}),R=({id:p})=>{let g=f.ze.get(p);if(g)m(g);else if(f.sr(p))b(p,
{status:"unknown",fault:{code:Pe,detail:"an earlier page took it"}});else return!1;return!0},M=()=>{for(let p of f.re.values())if(!p.I)return r.Ne({i:"drop",x:p.
id,B:wt(Lt)}),!f.re.has(p.id);return!1},$=()=>{i===void 0||i===f.rt()||w.K()},w={ur:f,lr(p,g){if(R(p))return!1;if(g)y(p.id,re,"the session was closed");else if(f.rt(
s==="drop-oldest"?2:1))s==="drop-newest"?y(p.id,Lt,"the outbox is full"):y(p.id,$t,"");else return f.J(O(p)),!0;return!1},fr(p){let{id:g,ch:S,type:v,data:k,h:C=[],
exp:H}=p,F=O(p);if(f.Kt(F),!R(p)){if(s==="drop-oldest"){for(;f.rt()&&M(););if(f.rt())return y(g,$t,"all was sent, and waits for answers")}f.J(F),a={key:g,ch:S,type:v,
data:k,h:C,gt:F,I:!1},t.published++,r.Ne({i:"publish",ve:S,Fe:k.length,ie:H&&r.pr(H)}),$()}},mr(p){f.Kt(O(p)),y(p.id,re,"the session was closed")},Jt(p){let g=a;
f.Jt(g,p.b),o||m(g)},m({b:p,E:g,Wn:S}){let v=f.re.get(p.id);v&&(v.I||(v.I=!0,n({e:"entry",id:v.key,status:"sent"})),S&&t.resent++,r.m({...g,h:v.h,content:v.type,
data:v.data}))},Pt(p){let g=f.Vt(p.b.id);if(!g)return;let S=p.Pt;if(t[S]++,p.yn&&t.duplicates++,S==="delivered")b(g.key,{status:S,ack:{offset:p.C,duplicate:p.yn,
synced:p.jn,copies:p.qn}});else{let v=r.br(p);f.cr(()=>b(g.key,{status:S,fault:v}))}$()},hr(){for(let p of f.re.values()){let{key:g,ch:S,type:v,data:k,h:C,p:H,n:F}=p;
n({e:"restored",id:g,ch:S,type:v,data:k,h:C,status:u(p),producer:H,number:F})}},K(){i=f.rt(),n({e:"outbox",durable:e.durable,full:i})},_e(p){for(let g of f.re.values()){
let S=g.I;o?b(g.key,{status:u(g),fault:p}):S?b(g.key,{status:"unknown",fault:{code:Pe,detail:"no answer before the end"}}):b(g.key,{status:"failed",fault:p})}}};
return w};var Dr=(e,t)=>{let n=new Map,r=new Set,o=a=>a&&(a.ne[0]>a.U[0]/2||a.ne[1]>a.U[1]/2),s=new Map,i=(a,d,f)=>(t(a.x,d,f)?.earlier??[]).map(([u,m])=>[u,m]);return{se:n,
gr(a,d,f){let u={x:a,U:f,w:"",ne:[0,0],r:[]};n.set(a,u),s.has(d)||s.set(d,u)},yr(a){let d=n.get(a);n.delete(a);for(let[f,u]of s)u===d&&s.delete(f)},N(a,[d,f]){let u=n.
get(a);u&&(u.ne=[Math.max(0,u.ne[0]-d),Math.max(0,u.ne[1]-f)])},On(a){let d=s.get(a.ch);return!d||!o(d)?!1:(d.V=a,!0)},Mn(a){for(let d of n.values())!d.V||o(d)||
(a(d.V),d.V=void 0)},xr(){for(let a of n.values())a.V=void 0},wr({L:a,w:d,E:f}){let u=n.get(a);if(!u)return!0;let{o:m=0,ts:b=0,by:y,h:O,content:R=0,data:M}=f,$=M?.
slice()??new Uint8Array;if(u.ne[0]>4*u.U[0]+1||u.ne[1]>4*u.U[1]+16777216)return!1;u.w!==d&&u.r.push({term:d,earlier:i(u,d,m)}),u.w=d;let w={o:m,ts:b,type:R,data:$};
return y&&(w.by=y),O?.length&&(w.h=O),u.r.push(w),u.ne[0]++,u.ne[1]+=$.length,r.add(u),!0},vr({L:a,E:d}){let f=n.get(a);if(!f)return;let{from:u=0,to:m=0,term:b="",
after:y=0,why:O="unknown"}=d;f.w=b,f.r.push({gap:O,from:u,to:m,term:b,after:y,earlier:i(f,b,y)}),r.add(f)},Xt(){for(let a of r){r.delete(a);let d=a.r;a.r=[],e({
e:"records",sub:a.x,items:d})}}}};var ze=e=>Array.from(crypto.getRandomValues(new Uint8Array(e)),t=>t.toString(16).padStart(2,"0")).join(""),Br=e=>e instanceof U?{code:_e(e.code),op:e.op,detail:e.
detail+(e.cause?`: ${e.cause}`:"")}:{code:ot,detail:`${e}`},Ge=e=>({code:_e(e.B),detail:e.Xe}),vt={code:re,detail:"the session was closed"},cs=new Uint8Array,ds=()=>({
connects:0,attempts:0,disconnects:{},published:0,delivered:0,failed:0,unknown:0,duplicates:0,resent:0,received:0,duplicatesDropped:0,gaps:0,lost:0,bytesIn:0,bytesOut:0,
rtt:0,outboxRecords:0,outboxBytes:0}),Ur=(e,t)=>{let n=Date.now()-performance.now(),r=()=>Math.round(n+performance.now()),o=ds(),s=[],i=!1,a=!1,d,f=0,u=[],m=!1,
b=!1,y=l=>{if(u.push(l),!m){m=!0;for(let A=u.shift();A;A=u.shift())A();m=!1,!b&&(b=!0,queueMicrotask(O))}},O=()=>{b=!1,!a&&(H.dr(),k.Ye(),i&&!H.W&&y(ye),$())},R,
M=1/0,$=()=>{let l=p.ke()??1/0;l>=M||(clearTimeout(R),M=l,R=setTimeout(y,Math.min(Math.max(2,l-r()),1e9),w))},w=()=>{M=1/0,k.Wt()&&S({i:"moved",Q:r()}),S({i:"ti\
ck"})},p=Or({it:ze(16),zn:ze(8),we:ze(16),le:e.le,Ut:e.Ut,Me:e.Me,be:e.be,It:!!e.Qt.P}),g,S=l=>{if(a)return;for(let D of p.Ne(r(),l))v[D.i](D);let A=g;g=void 0,
A?.()},v={send({E:l}){l.t==="hello"&&l.subs&&(l.subs=l.subs.filter(A=>!F.On(A))),!(l.t==="subscribe"&&F.On(l))&&(l.t==="ping"&&(f=performance.now()),k.m(l))},publish:l=>C.m(
l),persist:l=>C.Jt(l),mark:l=>H.ir(l),seal:l=>H.z(l.x,l.mt),outcome:l=>C.Pt(l),resolved:l=>H.ar(l.mt),held(l){l.b&&t({e:"held",ch:l.b.ch,at:l.Q-r()+Date.now(),fault:Ge(
l)})},lost({ve:l,Gn:A,Z:D,ee:V}){o.lost+=V-D+1,t({e:"lost",ch:l,producer:A,from:D,to:V})},record(l){o.received++,F.wr(l)||(g=()=>k.ue({code:_n,detail:"the serve\
r sends far more than the window"}))},gap(l){o.gaps++,F.vr(l)},subscribed:({L:l,E:{term:A="",o:D=0}})=>t({e:"subscribed",sub:l,term:A,o:D}),ended:l=>ne(l.L,l.B?
Ge(l):void 0),welcome(l){k.rr(l.E),F.Mn(W),P.K()},disconnect(l){g=()=>k.ue(Ge(l),l.Q-r())},authenticate(l){typeof e.Ie!="function"&&Q({code:_e(l.B),detail:k.et?.
detail??""})},fail:l=>Q(Ge(l)),refresh:()=>{k.Tn()}},k=Hr(e,o,{Gt:l=>y(()=>a||l()),Te:(l,A)=>ge(l,A),tr:l=>S({i:"connected",Ie:l}),E(l){l.t==="pong"&&f&&(o.rtt=
performance.now()-f,f=0),l.t==="reply"&&P.qt(l);let A=o.received;S({i:"frame",E:l}),l.t==="record"&&A===o.received&&o.duplicatesDropped++},nr:()=>F.Xt(),te(l){f=
0,F.xr(),P.kn(),S({i:"disconnected",B:l})},Ze:l=>Q(l)}),C=Nr(e.Qt,o,t,{Gt:y,Ne:S,m:l=>k.m(l),Ze:l=>y(()=>Q(Br(l))),pr:l=>l-Date.now()+r(),br:Ge}),H=C.ur,F=Dr(t,
(l,A,D)=>p.Dt(l,A,D)),P=Cr(t,l=>k.m(l)),W=l=>k.m({...l,t:"subscribe"}),ge=(l,A)=>{let D=k.et;t({e:"status",status:{state:i&&!a?"closing":l,attempt:k.de(),...D&&
{fault:D},...A}})},ne=(l,A)=>{F.Xt(),F.yr(l),t({e:"ended",sub:l,...A&&{fault:A}})},Le={publish:l=>C.fr(l),subscribe({sub:l,c:A,earlier:D=[],...V}){let{ch:et,window:Ct,
term:h,o:_=0}=V;F.gr(l,et,Ct),S({i:"subscribe",L:l,Pe:V,Dt:h?{term:h,offset:_,earlier:D}:void 0})},unsubscribe:l=>S({i:"unsubscribe",L:l.sub}),done({sub:l,took:A,
term:D="",o:V}){F.N(l,A),V!==void 0&&S({i:"done",L:l,w:D,C:V}),k.P&&F.Mn(W)},call:l=>P.Kn(l,k.P),cancel:l=>P.Jn(l.id),refresh:l=>{l.token?k.En(l.token):k.Tn()},
reconnect:()=>k.or(),stats:({id:l})=>t({e:"stats",id:l,stats:{...o,bytesOut:k.De(),outboxRecords:H.W,outboxBytes:H.ht}}),close({drain:l}){if(l<0)return ye(!0);i||
(i=!0,ge("closing"),d=setTimeout(y,l,()=>ye()))}},Ee=l=>{l.c==="publish"&&C.mr(l),l.c==="subscribe"&&t({e:"ended",sub:l.sub,fault:vt}),l.c==="call"&&t({e:"reply",
id:l.id,fault:vt,type:0,data:cs}),l.c==="stats"&&Le.stats(l)},z=l=>a?Ee(l):Le[l.c](l),ye=l=>{S({i:"bye"}),Q(void 0,l)},Q=(l,A)=>{if(!a){F.Xt(),a=!0,clearTimeout(
R),clearTimeout(d),k._e(l),ge(l?"failed":"closed");for(let D of F.se.keys())ne(D,l);P.kn(l??vt),s?.forEach(Ee),C._e(l??vt),H.X(A).then(()=>t({e:"closed",left:H.W}))}},
x=l=>{if(a)return l?.X();l&&(H.jt(l),p.jt(l.R,Array.from(H.re.values(),us)),C.hr()),C.K();let A=s;s=void 0,A.forEach(z),k.Se()},T=l=>y(()=>Q(Br(l)));return(async()=>e.Qt.P?.(
e.le,T))().then(l=>y(()=>x(l)),T),{l(l){l.c==="publish"&&!C.lr(l,a||i)||(s&&!a?s.push(l):y(()=>z(l)))}}},us=({id:e,ch:t,p:n,n:r,size:o,sent:s,mem:i,expires:a})=>({
id:e,ch:t,p:n,n:r,size:o,sent:s,mem:i,expires:a});var ls=new TextEncoder,fs=new TextDecoder,Ke=e=>ls.encode(e),Je=e=>fs.decode(e),dn=(e,t,n)=>{t instanceof ArrayBuffer&&(t=new Uint8Array(t));let r=ArrayBuffer.isView(
t)&&new Uint8Array(t.buffer,t.byteOffset,t.byteLength).slice();if(r&&n!=="json")return[n==="text"?1:0,r];if(typeof t=="string"&&n!=="json")return[n==="binary"?0:
1,Ke(t)];let o;try{let s=JSON.stringify(r?JSON.parse(Je(r)):t);if(s!==void 0&&(n??"json")==="json")return[2,Ke(s)]}catch(s){o=s}throw new U($n,e,`data cannot be\
 ${n??"json"}`,o)},Ve=(e,t)=>e===2?JSON.parse(Je(t)):e?Je(t):t,un=(e,t)=>{if(!/^[^\p{C}\p{Z}"\\\uFFFD]+$/u.test(t)||Ke(t).length>255)throw new U(Ln,e,"1 to 255 \
bytes of printable text without spaces, quotes and backslashes are wanted")},jr=(e,t=[])=>{let n=(Array.isArray(t)?t:Object.entries(t)).map(([r,o])=>[`${r}`,`${o}`]);
for(let[r,o]of n)if(!r||Ke(r).length>255||Ke(o).length>4096||n.length>64)throw new U(xe,e,"headers: at most 64, names of 1 to 255 bytes, values of at most 4,096");
return n};var ps=32,ms=50,qr=["binary","text","json"],kt=(e,t,n)=>{let r=n.filter(([o,s])=>o!==e&&s<t);return[[e||"-",t],...r].map(([o,s])=>`${o}@${s}`).join(" ")},ln=class{gap;channel;offset;term;time;user;headers;type;bytes;H;constructor(t,n,r,{
o,ts:s,by:i="",h:a=[],type:d,data:f}){this.channel=t,this.term=n,this.offset=o,this.time=s,this.user=i,this.headers=a,this.type=qr[d],this.bytes=f,this.H=r}get data(){
return Ve(qr.indexOf(this.type),this.bytes)}text(){return Je(this.bytes)}json(){return JSON.parse(this.text())}get position(){return kt(this.term,this.offset,[])}get checkpoint(){
return kt(this.term,this.offset,this.H)}},St=class extends EventTarget{channel;x;l;Cn;Yt=fe();ot=[];Be=0;w="";H=[];ke;yt=!1;Ee;xt;d;N=[0,0];F=0;constructor(t,n,r,o){
super(),this.x=t,this.channel=n,this.Cn=r,this.l=o}get ready(){return this.Yt.oe}async*[Symbol.asyncIterator](){if(this.yt)throw new U(xe,`read ${this.channel}`,
"somebody else reads it already");this.yt=!0;try{for(;;){this.xt&&(this.d=this.xt),this.xt=void 0,this.Be>255&&(this.ot.splice(0,this.Be),this.Be=0);let t=this.ot[this.Be++];
if(this.j(!t)&&await bs(),t){let n=this.J(t);n&&(yield n);continue}if(this.ot=[],this.Be=0,this.Ee?.Ln)throw this.Ee.Ln;if(this.Ee)return;await new Promise(n=>{
this.ke=n})}}finally{this.yt=!1}}J(t){if("o"in t)return this.N[0]++,this.N[1]+=t.data.length,this.Cn||(this.xt=[this.w,t.o]),new ln(this.channel,this.w,this.H,t);
if(this.w=t.term,this.H=t.earlier,"gap"in t)return fn(this.channel,t)}j(t){let n=performance.now(),r=n-this.F>ms;if(!t&&!r&&this.N[0]<ps)return!1;r&&(this.F=n);
let[o,s]=this.d??[];return(this.d||this.N[0])&&this.l({c:"done",sub:this.x,took:this.N,...s!==void 0&&{term:o,o:s}}),this.N=[0,0],this.d=void 0,r&&!t}ack(t){this.d=
[t.term,t.offset],this.j(!0)}close(){this.Ee||(this.j(!0),this.ot=[],this.Be=0,this.l({c:"unsubscribe",sub:this.x}),this.$n())}addEventListener(t,n,r){super.addEventListener(
t,n,r),t==="record"&&!this.yt&&this.kr()}async kr(){try{for await(let t of this)Z(this,t.gap?"gap":"record",t)}catch{}}Ge(t){if(!this.Ee){for(let n of t)this.ot.
push(n);this.ke?.()}}K(t,n){this.Yt.pe(kt(t,n,[]))}$n(t){if(this.Ee)return;let n=t&&ae(t,`subscribe to ${this.channel}`);this.Ee={...n&&{Ln:n}},this.Yt.me(n??ae(
{code:re},`subscribe to ${this.channel}`)),this.ke?.(),Z(this,"end",n)}},bs=()=>new Promise(e=>{let{port1:t,port2:n}=new MessageChannel;t.onmessage=()=>{t.close(),
e()},n.postMessage(0)}),fn=(e,{gap:t,from:n,to:r,term:o,after:s,earlier:i})=>({gap:t,channel:e,from:n,to:r,checkpoint:kt(o,s,i)});var Xe=class extends it(){status={state:"connecting",attempt:0};outbox;messages;Ue=new Map;T=new Map;V=new Map;G=ze(8);U;Rn;Zt;An=fe();en=new Map;tn=0;constructor(t,n={}){
super(),this.messages=this.Ue;let r=gs(t),o=n.WebSocket??globalThis.WebSocket;if(!o)throw new U(xe,"open session","there is no WebSocket here; give the option W\
ebSocket");this.Zt=`session with ${r.replace(/\?.*/,"")}`,this.U=[n.window?.records??512,n.window?.bytes??1<<20];let s=n.outbox??Nn(),i=n.user??"",a=(u,m)=>Ur({
Sn:r,zt:n.codec??Vn,Ie:n.token,le:i,Ut:n.agent??"holdfast-ts",Qt:m&&s.P?{...s,P:(b,y)=>s.P(b,y,m)}:s,Zn:n.backoff??{},_n:n.connectTimeout??1e4,Me:n.ackTimeout,be:n.
pongTimeout??1e4,er:o},u),d=u=>this.Ge(u),f=s.P?s.name:"";this.Rn=n.tabs?n.tabs(a,d,{url:r,user:i,outbox:f,page:this.G}):a(d)}get state(){return this.status.state}get error(){
return this.status.fault&&ae(this.status.fault,this.Zt)}publish(t,n,r={}){let o=`publish to ${t}`;un(o,t);let[s,i]=dn(o,n,r.type),a=jr(o,r.headers),d=`${this.G}\
:${++this.tn}`,f=new Ie(d,t,n);return this.Ue.set(d,f),this.l({c:"publish",id:d,ch:t,type:s,data:i,...a[0]&&{h:a},...r.ttl&&{exp:Date.now()+r.ttl}}),f}subscribe(t,n={}){
let r=`subscribe to ${t}`;un(r,t);let o=++this.tn,s=[n.window?.records??this.U[0],n.window?.bytes??this.U[1]],i={c:"subscribe",sub:o,ch:t,window:s,...ys(r,n.from)};
n.cursor&&(i.cursor=n.cursor);let a=new St(o,t,n.ack==="manual",d=>this.l(d));return this.T.set(o,a),this.l(i),n.signal?.addEventListener("abort",()=>a.close(),
{once:!0}),n.signal?.aborted&&a.close(),a}channel(t){return{name:t,publish:(n,r)=>this.publish(t,n,r),subscribe:n=>this.subscribe(t,n)}}call(t,n,r={}){let o=`ca\
ll ${t}`,[s,i]=n===void 0?[0,new Uint8Array]:dn(o,n),[a,d]=this.Fn(),f=(y,O)=>{this.l({c:"cancel",id:a}),d.me(new U(y,o,O))},u=r.timeout??3e4,m=setTimeout(()=>f(
Mn,`no reply within ${u} ms`),u),b=()=>f(Hn,"");return r.signal?.addEventListener("abort",b),r.signal?.aborted?b():this.l({c:"call",id:a,name:t,type:s,data:i,...r.
key&&{key:r.key}}),d.oe.finally(()=>{clearTimeout(m),r.signal?.removeEventListener("abort",b),this.V.delete(a)})}refresh(t){this.l({c:"refresh",...t&&{token:t}})}reconnect(){
this.l({c:"reconnect"})}stats(){let[t,n]=this.Fn();return this.l({c:"stats",id:t}),n.oe}connected(){return this.nn(()=>this.state==="open")}room(){return this.nn(
()=>!!this.outbox&&!this.outbox.full)}flush(){return this.nn(()=>!!this.outbox&&!this.Ue.size)}close({drain:t=5e3}={}){return this.l({c:"close",drain:t}),this.An.oe}l(t){
this.Rn.l(t)}Fn(){let t=++this.tn,n=fe();return this.V.set(t,n),[t,n]}nn(t){let n=fe();return this.en.set(n,t),this.wt(),n.oe}wt(){let t=this.state==="failed"||
this.state==="closed";for(let[n,r]of this.en){if(r())n.pe();else if(t)n.me(this.error??ae(hs,this.Zt));else continue;this.en.delete(n)}}Ge(t){switch(t.e){case"s\
tatus":return this.status=t.status,Z(this,"status",t.status),t.status.state==="failed"&&Z(this,"error",this.error),this.wt();case"outbox":return this.outbox={durable:t.
durable,full:t.full},Z(this,"status",this.status),this.wt();case"restored":return this.Ue.set(t.id,new Ie(t.id,t.ch,Ve(t.type,t.data),t.status)),this.b({e:"entr\
y",id:t.id,status:t.status,producer:t.producer,number:t.number},!0);case"entry":return this.b(t);case"records":return this.W(t.sub,t.items);case"subscribed":return this.T.
get(t.sub)?.K(t.term,t.o);case"ended":{let n=this.T.get(t.sub);return this.T.delete(t.sub),n?.$n(t.fault)}case"reply":return this.qt(t);case"stats":this.V.get(t.
id)?.pe(t.stats),this.V.delete(t.id);return;case"held":Z(this,"held",{channel:t.ch,at:t.at,error:ae(t.fault,`publish to ${t.ch}`)});return;case"lost":Z(this,"lo\
st",{channel:t.ch,producer:t.producer,from:t.from,to:t.to});return;case"closed":return this.An.pe(t.left)}}b(t,n=!1){let r=this.Ue.get(t.id);r&&(t.end&&this.Ue.
delete(t.id),(r.Ge(t)||n)&&Z(this,"message",r),t.end&&this.wt())}W(t,n){let r=this.T.get(t);if(r){r.Ge(n);for(let o of n)"gap"in o&&Z(this,"gap",fn(r.channel,o))}}qt({
id:t,fault:n,type:r,data:o}){let s=this.V.get(t);if(n)return s?.me(ae(n,"call"));try{s?.pe(Ve(r,o))}catch(i){s?.me(i)}}},hs={code:re,detail:"the session was clo\
sed"},gs=e=>{try{let t=new URL(e,globalThis.location?.href);if(t.protocol=t.protocol.replace("http","ws"),/^wss?:$/.test(t.protocol))return t.hash="",t.pathname===
"/"&&(t.pathname="/ws"),t.href}catch{}throw new U(xe,"open session",`url: "${e}" is none for ws, wss, http or https`)},ys=(e,t="head")=>{if(typeof t=="string")return{
at:t};if("last"in t)return{at:"last",last:t.last};if("since"in t)return{at:"time",since:t.since};if("offset"in t)return t.offset?{at:"position",o:t.offset}:{at:"\
start"};let n=t.checkpoint.split(/\s+/).filter(Boolean);if(!n[0])return{at:"start"};let[[r,o],...s]=n.map(i=>{let a=/^(-|[\da-f]{16})@(\d{1,16})$/.exec(i);if(!a||
n.length>8)throw new U(xe,e,`checkpoint: "${t.checkpoint}"`);return[a[1].replace("-",""),+a[2]]});return r?{at:"position",term:r,o,earlier:s}:o?{at:"position",o}:
{at:"start"}};var E=e=>document.getElementById(e);function B(e,t,...n){let r=document.createElement(e);return t&&(r.className=t),r.append(...n),r}function q(e,t){e.textContent!==
t&&(e.textContent=t),e.hidden=t===""}var ue=e=>q(E("announcement"),e);function _t(e){let t=new Date(e),n=t.toDateString()===new Date().toDateString(),r=B("time",
"",n?t.toLocaleTimeString():t.toLocaleString());return r.dateTime=t.toISOString(),r.title=t.toLocaleString(void 0,{dateStyle:"full",timeStyle:"long"}),r}function Ye(e,t=""){
let n=B("span",`badge ${e}`,e);return n.title=t,n}function Ce(e,t,n){q(t,n),n?e.setAttribute("aria-invalid","true"):e.removeAttribute("aria-invalid")}var pn=e=>new TextEncoder().
encode(e);function xs(e,t){if(t.trim()==="")return"There is nothing to send yet.";if(!e)return"";try{return JSON.parse(t),""}catch(n){return`That is not JSON: ${n.message}`}}
function Wr(e){let t=E("composer"),n=E("message"),r=()=>new FormData(t).get("type")==="json",o=()=>{n.rows=Math.min(6,n.value.split(`
`).length)};function s(){let i=r(),a=n.value,d=xs(i,a)||e(i?{json:a.trim()}:{text:a});Ce(n,E("mistake"),d),d||(n.value=""),o(),n.focus()}t.onsubmit=i=>{i.preventDefault(),
s()},n.oninput=()=>{Ce(n,E("mistake"),""),o()},n.onkeydown=i=>{i.key!=="Enter"||i.shiftKey||i.isComposing||(i.preventDefault(),s())},t.onchange=()=>{let i=r();n.
placeholder=i?'{"any": "JSON value"}':"Write a message",n.classList.toggle("json",i),Ce(n,E("mistake"),"")},n.focus()}var Te=e=>{let{code:t,message:n,op:r,codeName:o}=e;return o?{code:t,detail:n.slice(r.length+2,-o.length-2).trim()}:{code:4300,detail:String(e)}},Y=(e,t)=>`${e.toLocaleString()}\
 ${t}${e===1?"":"s"}`,mn=e=>e.charAt(0).toUpperCase()+e.slice(1);function Gr(e){function t({code:i,detail:a}){let d=e[i]?.[1]??"the server said something that t\
his page has no words for";return!a||a.includes(d)?mn(`${d} (${i}).`):mn(`${i<4e3?a:`${d}: ${a}`} (${i}).`)}let n=i=>e[i]?.[2]?`${mn(e[i][2])}.`:"",r=({waiting:i,
durable:a})=>{let d=a?"safely in this browser":"here";return i===0?a?"What you write is kept in this browser.":"What you write waits here.":`${Y(i,"message")} ${i===
1?"waits":"wait"} ${d}.`};function o(i){let a=i.user?`to ${i.host} as ${i.user}.`:`to ${i.host}.`,d=Number.isNaN(i.tokenEnds)?"soon":`in ${i.tokenEnds} s`;if(i.
tokenEnds!==void 0)return`${a} The token ends ${d}; with the next one you stay connected.`;if(i.waiting===0)return a;let{waitingFor:f=0}=i;return`${a} ${Y(i.waiting,
"message")} on the way${f>=3?`, without an answer for ${f} s`:""}.`}function s(i){let a=i.fault?t(i.fault):"";if(i.wantsToken)return["Not let in.",`${a} ${i.fault?
n(i.fault.code):""} ${r(i)}`];switch(i.state){case"open":return["Connected",o(i)];case"waiting":return i.offline?["Offline.",`It goes on when there is a network\
 again. ${r(i)}`]:[`${i.before?"Cut off":"Not connected"}. Next try in ${i.retryIn??0} s.`,`${a} ${r(i)}`];case"failed":return["Stopped.",`${a} ${i.fault?n(i.fault.
code):""}`];case"closing":case"closed":return["Closed.",""];default:return[i.before?"Connecting again…":"Connecting…",`to ${i.host}. ${i.before||i.waiting>0?
r(i):""}`]}}return{sentence:t,advice:n,connection:s}}var Tt=(e,t)=>e[t]?.[0]??["now","later","authenticate","stop"][Math.floor(t/100)-40]??"now";function zr(e,t,n,r){let o=!1,s,i,a="",d=0,f=b=>Tt(n,b)==="authenticate";async function u(){let{status:b}=e,y=(O,R=1006)=>{e.status===b&&(i={code:R,detail:O})};
try{let O=await fetch("readyz",{cache:"no-store",signal:AbortSignal.timeout(3e3)}),R=(await O.text()).trim().slice(0,80),M=Number(O.headers.get("Holdfast-Code"));
M?y(R,M):O.ok?y("the server is there but took no connection"):y(`the server is not ready: ${R}`)}catch{y("the server cannot be reached")}}let m=b=>{let{state:y,
retryAt:O=0,user:R}=e.status,M=y==="open";return{host:location.host,state:y,before:o,user:R,offline:navigator.onLine===!1,fault:s??i??(e.error&&Te(e.error)),retryIn:Math.
max(0,Math.ceil((O-Date.now())/1e3)),wantsToken:!M&&s!==void 0,tokenEnds:M&&r.asked()?r.left()??Number.NaN:void 0,waiting:b.waiting,waitingFor:b.since?Math.floor(
(Date.now()-Math.max(b.since,d))/1e3):0,durable:(e.outbox?.durable??!0)&&b.kept}};return{refused:()=>s!==void 0,renewed(){s=void 0},changed(){let{state:b}=e,y=e.
error&&Te(e.error);b==="open"?(o=!0,s=void 0):y&&f(y.code)&&(b==="waiting"||b==="failed")&&(s=y),i=void 0,s&&s===y&&ue(`Not let in. ${t.sentence(s)}`),b==="wait\
ing"&&y?.code===4107&&!s&&u(),b!==a&&(a=b,b==="open"&&(d=Date.now()),b==="open"&&ue("Connected."),b==="waiting"&&!s&&ue(`Cut off. ${y?t.sentence(y):""} It is tr\
ied again by itself.`),b==="failed"&&ue(`Stopped. ${y?t.sentence(y):""}`))},show(b){let y=m(b),[O,R]=t.connection(y),M=y.wantsToken?"failed":y.state;E("connecti\
on").dataset.state=M==="authenticating"?"connecting":M==="failed"||M==="closed"?"stopped":M,q(E("headline"),O),q(E("explanation"),R.trim()),q(E("tabs"),b.tabs),
r.show(y.wantsToken===!0||y.tokenEnds!==void 0,y.wantsToken===!0),E("retry").hidden=y.wantsToken===!0||y.state!=="waiting"&&y.state!=="failed",E("retry").textContent=
y.state==="failed"?"Load again":"Try now"}}}function ws(e){try{let t=e.split(".")[1].replaceAll("-","+").replaceAll("_","/");return Number(JSON.parse(atob(t)).exp)*1e3}catch{return Number.NaN}}function Kr(e){
let t="",n=[],r=E("token"),o=E("credentials"),s=typeof BroadcastChannel=="function"?new BroadcastChannel("holdfast page"):void 0;function i(a){t=a;let d=n;n=[];
for(let f of d)f(t);e()}return s&&(s.onmessage=({data:a})=>{typeof a?.token=="string"?i(a.token):t&&s.postMessage({token:t})},s.postMessage({})),o.onsubmit=a=>{
a.preventDefault();let d=r.value.trim();r.value="",s?.postMessage({token:d}),i(d),E("message").focus()},{next:a=>a?new Promise(d=>n.push(d)):t,asked:()=>n.length>
0,left(){let a=ws(t);return Number.isNaN(a)?void 0:Math.max(0,Math.ceil((a-Date.now())/1e3))},show(a,d){a&&o.hidden&&d&&!E("message").value&&setTimeout(()=>r.focus()),
o.hidden=!a,q(E("token-button"),d?"Connect":"Stay connected")}}}var ee=e=>e.toLocaleString();function bn(e){if(e<1e3)return Y(e,"byte");let t=["kB","MB","GB"],n=-1;do e/=1e3,n++;while(e>=1e3&&n<t.length-1);return`${e.toLocaleString(
void 0,{maximumFractionDigits:1})} ${t[n]}`}var vs=e=>e>0?`${e<10?e.toFixed(1):Math.round(e)} ms`:"not measured yet";function ks(e){let t=Object.entries(e);return t.
length?t.map(([n,r])=>r>1?`${r} × ${n}`:n).join(", "):"none"}var Jr=(e,t)=>[["Connection",[["Round trip",vs(e.rtt)],["Connections",`${ee(e.connects)} of ${Y(e.
attempts,"attempt")}`],["Ends, by code",ks(e.disconnects)],["Bytes in, out",`${bn(e.bytesIn)}, ${bn(e.bytesOut)}`],["Tabs",t.tabs]]],["Publishing",[["Taken",ee(
e.published)],["Delivered",ee(e.delivered)],["Failed, unknown",`${ee(e.failed)}, ${ee(e.unknown)}`],["Sent again",ee(e.resent)],["… which the server had",ee(e.
duplicates)],["Waiting",`${ee(e.outboxRecords)} (${bn(e.outboxBytes)})`],["Kept",t.outbox]]],["Receiving",[["Received",ee(e.received)],["Doubles dropped",ee(e.duplicatesDropped)],
["Gaps",ee(e.gaps)],["Lost by the server",ee(e.lost)]]]];function Vr(e,t){let n=E("figures-panel"),r=E("figures-button"),o=new Map;function s(u){for(let[m,b]of Jr(
u,t()))for(let[y,O]of b){let R=`${m} ${y}`,M=o.get(R);M&&q(M,O)}}function i(u){for(let[m,b]of Jr(u,t())){let y=B("dl","");for(let[O,R]of b){let M=B("dd","",R);o.
set(`${m} ${O}`,M),y.append(B("div","",B("dt","",O),M))}n.append(B("section","",B("h2","",m),y))}}async function a(){let u=await e();o.size===0?i(u):s(u)}let d=()=>{
a().catch(()=>{})},f;r.onclick=()=>{let u=n.hidden;n.hidden=!u,r.setAttribute("aria-expanded",String(u)),clearInterval(f),u&&(d(),f=setInterval(d,1e3))}}var Ss=500,hn=4e3,_s=8,Ts=e=>Array.from(e.subarray(0,100),t=>t.toString(16).padStart(2,"0")).join(" "),Xr=e=>e.length>hn?`${e.slice(0,hn)}… and ${Y(e.length-hn,
"more character")}`:e;function Es(e){if("text"in e)return B("div","payload",B("p","data",Xr(e.text)));let t="bytes"in e,n=t?`${Ts(e.bytes)}${e.bytes.length>100?
" …":""}`:Xr(e.json);return B("div","payload",B("span","kind",t?Y(e.bytes.length,"byte"):"JSON"),B("code","data",n))}function gn(e,t,n,r){let o=B("span","offs\
et",e?String(e):"–");o.title=e?`offset ${e}`:"it has no offset yet";let s=B("span","meta");return r&&s.append(B("span","by",r)),n&&s.append(_t(n)),B("li","rec\
ord",o,Es(t),s)}function Yr(e){let t=E("log"),n=new Map,r=0,o=0;function s(a){for(t.append(a),o++;t.childElementCount>Ss;){let d=t.firstElementChild;d.classList.
contains("record")&&r++,n.delete(Number(d.dataset.offset)),d.remove()}e()}return{clear(){n=new Map,r=0,t.replaceChildren()},startsAfter(a){n.size===0&&(r=a)},record(a,d,f,u){
let m=gn(a,d,f,u);m.dataset.offset=String(a),n.set(a,m),s(m)},notice(a){s(B("li","notice",a))},mine(a,d){let f=n.get(a);if(!f)return!1;if(f.classList.contains("\
mine"))return!0;f.classList.add("mine");let u=f.querySelector(".meta");return u.querySelector(".by")?.remove(),u.prepend(B("span","by","you")),u.append(Ye("deli\
vered",d.synced?`synced to disk, on ${Y(d.copies||1,"machine")}`:"in the server’s memory")),!0},forked(a){for(let[d,f]of n)d<a||(f.classList.add("gone"),f.querySelector(
".badge")?.replaceWith(Ye("gone")),n.delete(d))},empty:()=>t.childElementCount===0,hidden:()=>r,settle(){E("live").setAttribute("aria-live",o>_s?"off":"polite"),
o=0}}}var Qr=100,yn=e=>e.status==="failed"||e.status==="unknown",xn=e=>e.status==="pending"||e.status==="sent";function Zr(e,t,n,r){let o=[],s=new Map,i="";function a(m){
o=o.filter(b=>b!==m),d(m),E("message").focus(),r()}function d(m){s.get(m)?.remove(),s.delete(m)}function f(m){let b=m.fault??{code:0},y=B("button","quiet","Send\
 again"),O=B("button","quiet","Dismiss");return y.type=O.type="button",O.onclick=()=>a(m),y.onclick=()=>{a(m),n(m)},B("div","trouble",B("p","",`${e.sentence(b)}\
 ${e.advice(b.code)}`),y,O)}function u(m){let b=s.get(m);b||(b=gn(0,m.payload,0,"you"),b.classList.add("mine"),b.querySelector(".meta").append(_t(m.at)),s.set(m,
b),E("queue").append(b));let y=`${m.status}|${m.fault?.code??""}`;b.dataset.shown!==y&&(b.dataset.shown=y,b.querySelector(".badge")?.remove(),b.querySelector(".\
trouble")?.remove(),b.querySelector(".meta").append(Ye(m.status)),m.fault&&(b.append(yn(m)?f(m):B("div","trouble",e.sentence(m.fault))),yn(m)&&ue(`A message ${m.
status==="failed"?"failed":"has an unknown outcome"}. ${e.sentence(m.fault)}`)))}return{add:m=>{o.push(m)},waiting:()=>o.filter(xn).length,kept:()=>o.every(m=>m.
kept||!xn(m)),since:()=>o.find(xn)?.at,clear(){s.clear(),E("queue").replaceChildren()},refresh(m,b){o=o.filter($=>{if($.status!=="delivered")return!0;let{offset:w=0,
synced:p=!1,copies:g=0}=$,S=$.channel!==m||w<=b;return $.channel===m&&w&&t.mine(w,{synced:p,copies:g}),S&&d($),!S});let y=o.filter($=>$.channel===m);for(let $ of y.
slice(0,Qr))u($);let O=y.length-Qr;q(E("queue-more"),O>0?`and ${Y(O,"more message")}.`:""),E("outgoing").hidden=y.length===0,y.length===0&&(i=""),q(E("queue-hel\
d"),i),q(E("outgoing-title"),y.length===0||y.some($=>!yn($))?"Not yet in the channel":"Not stored, or not known to be");let R=o.filter($=>$.channel!==m),M=[...new Set(
R.map($=>$.channel))].join(", ");q(E("elsewhere"),R.length?`${Y(R.length,"message")} of yours ${R.length===1?"is":"are"} not stored in ${M}.`:"")},held(m){i=m,ue(
m),r()},empty:()=>s.size===0}}var eo=()=>typeof BroadcastChannel=="function"&&!!globalThis.navigator?.locks;function to(e,t,n){let r,o,s=(i,a,d)=>{let{signal:f}=o;return navigator.locks.request(
`holdfast ${e} ${i}`,{signal:f},()=>{if(!f.aborted)return a(),d?void 0:new Promise(u=>f.addEventListener("abort",()=>u()))}).catch(u=>{if(!f.aborted)throw u})};
return{rn:()=>new Promise((i,a)=>{if(o)return i();o=new AbortController,r=new BroadcastChannel(`holdfast ${e}`),r.onmessage=({data:d})=>{typeof d?.t!="string"||
typeof d.from!="string"||d.to&&d.to!==t||(d.v===1?n.Sr(d):n._r(d.t))},s(`tab ${t}`,()=>{i(),s("lead",n.Tr).catch(a)}).catch(a)}),on:()=>{o?.abort(),r?.close(),o=
r=void 0},l:(i,a,d)=>r?.postMessage({...a,v:1,t:i,from:t,to:d}),vt:i=>{s(`tab ${i}`,()=>n.te(i),!0)}}}var no=(e,t)=>!e||t&&t.o<e.o?t:e;function ro(e,t){let n=new Map,r=[],o=0,s,i,a=[0,0],d=0,f=[0,0],u,m,b=()=>n.size>1?void 0:n.keys().next().value,y=()=>[...n.values(),
...u?[u]:[]],O=()=>{let v=o;o=0,v&&t.l({c:"unsubscribe",sub:v})},R=v=>{O(),o=t.Er(S),s=y().find(C=>C.O.cursor)?.O.cursor;let k=[0,1].map(C=>Math.min(...y().map(
H=>H.O.window[C])));t.l({...v,sub:o,window:k,...s&&{cursor:s}}),a=[0,0],f=[0,0],d=0;for(let C of n.values())C.N=[0,0]},M=v=>{let{term:k,o:C,earlier:H}=v;R({c:"s\
ubscribe",sub:o,ch:e,at:"position",o:C,window:[0,0],...k&&{term:k,earlier:H}}),$(v)},$=v=>{i={...v},m=void 0,t.j({e:"open",ch:e,g:o,at:v},b())},w=()=>{u||!r.length||
(u=r.shift(),m=n.size?i:void 0,i=void 0,R(u.O))},p=()=>{u=void 0,m&&n.size&&M(m),w()},g=()=>{if(!o||!n.size||u)return;let v,k=[...a];for(let F of n.values()){(!v||
F.d<v.d)&&(v=F);for(let P of[0,1])k[P]=Math.min(k[P],F.N[P])}let C=[k[0]-f[0],k[1]-f[1]],H=v.d>d;!H&&!C[0]&&!C[1]||(f=k,H&&(d=v.d),t.l({c:"done",sub:o,took:C,...H&&
{term:v.w,o:d}}))},S={ve:e,L:()=>o,rn(v,k){let{sub:C,cursor:H}=k.cmd,F={je:v,L:C,O:k.cmd,d:k.done??0,w:k.at?.term??"",N:[...a]},P=[...y(),...r].find(W=>H&&W.O.cursor&&
W.O.cursor!==H);if(P){let W={code:nt,detail:`another tab reads it with the cursor ${P.O.cursor}`};t.j({e:"ended",sub:C,fault:W},v)}else k.at?(n.set(v,F),u?m=no(
m,k.at):!i||k.at.o<i.o||H&&!s?M(no(i,k.at)):t.j({e:"open",ch:e,g:o,at:{...i}},v)):(r.push(F),w())},on(v){n.delete(v);let k=r.findIndex(C=>C.je===v);return k>=0&&
r.splice(k,1),u?.je===v?(O(),p()):s&&i&&n.size&&!y().some(C=>C.O.cursor)?M(i):g(),n.size||u||r.length?!1:(O(),!0)},d(v,k,C,H,F){let P=n.get(v);P&&(k===o&&(P.N=[
P.N[0]+C[0],P.N[1]+C[1]]),H!==void 0&&([P.d,P.w]=[H,F??""]),g())},Or(v,k){if(!u)return;let C=u,H={term:v,o:k,earlier:C.O.term?C.O.earlier??[]:[]};u=void 0,C.d=k,
C.w=v,n.size||(m=void 0),n.set(C.je,C),t.j({e:"subscribed",sub:C.L,term:v,o:k},C.je),m&&m.o<k?M(m):$(H),w()},W(v){if(i){for(let k of v)"gap"in k?i={term:k.term,
o:k.after,earlier:k.earlier}:"term"in k?i={...i,term:k.term,earlier:k.earlier}:(i.o=k.o,a[0]++,a[1]+=k.data.length);t.j({e:"stream",ch:e,items:v},b())}},Vt(v){o=
0;let k=u?[u]:[...n.values()];for(let C of k)t.j({e:"ended",sub:C.L,...v&&{fault:v}},C.je),n.delete(C.je);return u||(i=void 0),p(),!n.size&&!u}};return S}var oo=1e3,Os=1e3,Ms=1e3,Cs=1e3;function io(e,t){let n=new Map,r=new Map,o=new Map,s=new Map,i=new Map,a=new Map,d=0,f=!0,u,m,b,y=[],O,R=[],M=[],$,w=[],p=()=>{let x=w;
w=[];for(let T=0;T<x.length;){let L=x[T][1],l=[];for(;T<x.length&&x[T][1]===L;T++)l.push(x[T][0]);e.j(l,L)}},g=(x,T)=>{w.push([x,T])===1&&queueMicrotask(p)},S=x=>n.
get(x)?.kt,v=(x,T)=>{if(!(!T.sn||!T.kt||!b)){T.sn=!1;for(let L of i.values())n.has(so(L.id))||g(L,x)}},k=()=>{for(;y.length&&(!b.full||y.length>Cs);)u.l(y.shift())},
C=x=>{let T=so(x.id),{status:L,producer:l="",number:A=0}=x;if(x.end?i.delete(x.id):i.has(x.id)&&Object.assign(i.get(x.id),l?{status:L,producer:l,number:A}:{status:L}),
S(T))return g(x,T);g(x),x.end&&(a.set(x.id,x),a.size>Ms&&a.delete(a.keys().next().value))},H=x=>{if(!(O&&x.e!=="closed"&&(x.e!=="entry"||/pending|sent/.test(x.status)))&&
!($&&x.e!=="closed"))switch(x.e){case"status":return x.status.state==="failed"&&x.status.fault?.code===rt&&($=setTimeout(Q,oo),x={e:"status",status:{...x.status,
state:"waiting",retryAt:Date.now()+oo}}),m=x,g(x);case"outbox":b=x;for(let[T,L]of n)v(T,L);g(x);for(let[T,L]of R.splice(0))z.J(T,L);return ne(),k();case"restore\
d":return void i.set(x.id,x);case"entry":return C(x);case"subscribed":case"records":case"ended":return F(x);case"reply":case"stats":{let T=s.get(x.id);return s.
delete(x.id),T&&g({...x,id:T[1]},T[0])}case"closed":return $?void 0:(O||g(x),p(),O?.());default:g(x)}},F=x=>{let T=o.get(x.sub);x.e==="ended"&&o.delete(x.sub),T?.L()===
x.sub&&(x.e==="records"?T.W(x.items):x.e==="subscribed"?T.Or(x.term,x.o):x.e==="ended"&&T.Vt(x.fault)&&r.delete(T.ve))},P=x=>{let T=r.get(x);return T||(T=ro(x,{
Er:L=>(o.set(++d,L),d),l:L=>u.l(L),j:g}),r.set(x,T)),T},W=(x,T)=>{if(M)return void M.push([x,T]);let L=P(T.cmd.ch);n.get(x)?.T.set(T.cmd.sub,L),L.rn(x,T)},ge=(x,T)=>{
T.on(x)&&r.get(T.ve)===T&&r.delete(T.ve)},ne=()=>{if(!M||!b||f&&[...n.values()].some(T=>!T.kt))return;let x=M.sort(([,T],[,L])=>(T.at?.o??1/0)-(L.at?.o??1/0));M=
void 0;for(let[T,L]of x)n.has(T)&&W(T,L)},Le=(x,T,L)=>{let l="sub"in L?T.T.get(L.sub):void 0;switch(L.c){case"join":return W(x,L);case"unsubscribe":return T.T.delete(
L.sub),M=M?.filter(([A,D])=>A!==x||D.cmd.sub!==L.sub),l&&ge(x,l);case"done":return l?.d(x,L.g,L.took,L.o,L.term);case"call":case"stats":return s.set(++d,[x,L.id]),
u.l({...L,id:d});case"cancel":for(let[A,[D,V]]of s)D===x&&V===L.id&&u.l({...L,id:A});return;case"publish":{let A=a.get(L.id);return a.delete(L.id),A?g(A,x):(i.set(
L.id,{...L,e:"restored",status:"pending",producer:"",number:0}),y.push(L),k())}default:u.l(L)}},Ee=()=>{clearTimeout(ye),clearTimeout($)},z={Hn(x,T,L){S(x)?z.te(
x):n.has(x)||e.vt(x);let l={kt:!0,sn:T,T:new Map};n.set(x,l),m&&g(m,x),v(x,l),b&&g(b,x),z.J(x,L),ne()},J(x,T){let L=n.get(x);if(!O){if(!b)R.push([x,T]);else if(L)
for(let l of T)Le(x,L,l)}},te(x){let T=n.get(x);n.delete(x);for(let L of new Set(T?.T.values()))ge(x,L);for(let[L,[l]]of s)l===x&&s.delete(L);ne()},X(x){if(Ee(),
$)return x();O=x,u.l({c:"close",drain:0}),p()},qe(){Ee(),p(),O=()=>{},u.l({c:"close",drain:-1})}},ye=setTimeout(()=>{f=!1,ne()},Os);for(let x of t)n.set(x,{kt:!1,
sn:!1,T:new Map}),e.vt(x);let Q=()=>{$=void 0,u=e.an(H)};return Q(),z}var so=e=>e.slice(0,e.indexOf(":"));var uo=e=>({O:e,Q:void 0,Se:0,cn:void 0,dn:0,F:!1,d:0,St:[0,0],Y:[0,0]}),lo=(e,t,n)=>{let{earlier:r=[]}=e.O;e.Q={term:t,o:n,earlier:e.O.term?r:[]},e.Se=e.d=n},fo=(e,t,n)=>{
e.dn=n,e.cn={...t},e.Y=[...e.St]},po=(e,t)=>t.map((n,r)=>{let o=Math.min(n,e.Y[r]);return e.Y[r]-=o,e.St[r]-=n,n-o});var ao=e=>[...e.earlier,[e.term,e.o]],co=(e,t)=>e.earlier.length>=7&&t<=e.earlier[0][1]?void 0:e.earlier.find(([,n])=>t<=n)?.[0]??e.term,Ls=(e,t,n,r)=>{if(n.term===
e.term||!e.term||r<=t||!e.o)return!1;let[o,s]=r>e.o?[e.term,co(n,e.o)]:[co(e,r),n.term];return o!==void 0&&s!==void 0&&o!==s},$s=(e,t)=>{let n=new Map(ao(t)),r=ao(
e);for(let o=r.length;o--;){let[s,i]=r[o];if(n.has(s))return{term:s,o:Math.min(i,n.get(s)),earlier:r.slice(0,o)}}return{term:"",o:0,earlier:[]}};function mo(e,t){
let{Q:n,cn:r}=e,o={r:[],_t:[0,0],Pn:!1};if(!n||!r||r.o>n.o)return o;for(let s of t)if("gap"in s)Rs(n,r,s,o.r);else if("term"in s)r.term=s.term,r.earlier=s.earlier;else if(Ls(
n,e.Se,r,s.o)){let i=$s(n,{...r,o:s.o});return o.r.push({gap:"fork",from:i.o+1,to:n.o,term:i.term,after:i.o,earlier:i.earlier}),Object.assign(n,i),o.Pn=!0,r.o=Number.
POSITIVE_INFINITY,o}else{r.o=s.o;let i=s.data.length;s.o>n.o?((!e.F||n.term!==r.term)&&o.r.push({term:r.term,earlier:r.earlier}),e.F=!0,Object.assign(n,r),o.r.push(
s),e.St[0]++,e.St[1]+=i):(o._t[0]++,o._t[1]+=i)}return o}var Rs=(e,t,n,r)=>{let o={term:n.term,o:n.after,earlier:n.earlier},s=n.gap==="fork";Object.assign(t,o),
(s?e.o>n.after:n.to>e.o)&&(r.push({...n,from:s?n.after+1:Math.max(n.from,e.o+1),to:s?e.o:n.to}),Object.assign(e,o))};var As=256,Et=(e,t)=>({code:e,detail:t});function bo(e){let t=new Map,n=new Set,r=new Set,o=new Map,s=new Map,i="",a="",d,f=!1,u=!0,m,b,y=!1,O=!1,R=[],M=0,$,w=!1,
p=()=>{let h=R;if(R=[],!(!i||!h.length)){for(let _ of h)_.c==="publish"&&(t.get(_.id).I=!0),_.c==="call"&&o.has(`call${_.id}`)&&(o.get(`call${_.id}`).I=!0);m?m.J(
e.G,h):z.l("want",{e:a,list:h},i)}},g=h=>{R.push(h)===1&&queueMicrotask(p)},S=({O:h,Q:_,d:I})=>({c:"join",cmd:h,..._&&{at:{..._},done:I}}),v=h=>{for(let[_,{O:I,
I:K}]of o)!K||I.c!=="call"||I.key||(o.delete(_),e.M({e:"reply",id:I.id,fault:Et($e,"the tab that made it is gone"),type:0,data:new Uint8Array}));if(h)for(let[_,
{I}]of t)I&&(t.delete(_),e.M({e:"entry",id:_,status:"unknown",end:!0,fault:Et(Pe,"the tab that sent it is gone")}))},k=()=>[...[...t.values()].map(h=>h.O),...[...s.
values()].map(S),...[...o.values()].map(h=>h.O)],C=(h,_)=>{if(!y||i&&_===a)return;a&&_!==a&&v(!d?.durable),R=[];for(let Oe of s.values())Oe.cn=void 0;i=h,a=_;let I=k(),
K={e:_,fresh:u,list:I};for(let Oe of[...t.values(),...o.values()])Oe.I=!0;m?m.Hn(e.G,K.fresh,I):z.l("hello",K,h)},H=(h,_,I)=>{let K=mo(_,I);K.r.length&&e.M({e:"\
records",sub:h,items:K.r}),K._t[0]&&g({c:"done",sub:h,g:_.dn,took:K._t}),K.Pn&&g(S(_))},F=h=>{if(!d)return;let _=d.full||r.size>=As;!h&&_===f||(f=_,e.M({...d,full:f}))},
P=h=>{let _=t.get(h.id);if((h.number||h.end)&&r.delete(h.id),_&&(_.Te=h.status),(_||n.has(h.id))&&e.M(h),!h.end)return F();t.delete(h.id),n.delete(h.id),F(),$&&
!t.size&&A()},W=h=>{switch(h.e){case"entry":return P(h);case"restored":return n.add(h.id),e.M(h);case"outbox":return d=h,u=!1,F(!0);case"reply":case"stats":return o.
delete((h.e==="reply"?"call":"stats")+h.id)?e.M(h):void 0;case"subscribed":{let _=s.get(h.sub);return _&&lo(_,h.term,h.o),_&&e.M(h)}case"ended":return s.delete(
h.sub)?e.M(h):void 0;case"open":case"stream":for(let[_,I]of s)I.O.ch===h.ch&&(h.e==="open"?fo(I,h.at,h.g):H(_,I,h.items));return;case"records":return;case"close\
d":return V("failed");default:e.M(h)}},ge=(h,_)=>{_!==e.G&&z.l("news",{e:a,list:h},_),(!_||_===e.G)&&h.forEach(W)},ne=h=>z.l("lead",{e:a},h),Le=async()=>{let h=`\
holdfast ${e.st} tab `,_=++M,I=`${e.G} ${_}`,{held:K=[]}=await navigator.locks.query();if(_!==M||w)return;let Oe=K.flatMap(Fe=>Fe.name?.startsWith(h)?[Fe.name.slice(
h.length)]:[]);m=io({an:e.an,j:ge,vt:Fe=>Fe!==e.G&&z.vt(Fe)},Oe),C(e.G,I),ne()},Ee=h=>{if(h.t==="who")return m&&ne(h.from);if(h.t==="lead")return m||typeof h.e!=
"string"?void 0:C(h.from,h.e);if(Array.isArray(h.list)){if(h.t==="news"){for(let _ of h.list)(h.e===a||_.e==="entry"&&_.end)&&W(_);return}!m||h.e!==a||(h.t==="h\
ello"?m.Hn(h.from,!!h.fresh,h.list):h.t==="want"&&m.J(h.from,h.list))}},z=to(e.st,e.G,{Tr:()=>{Le().catch(L)},Sr:Ee,te:h=>m?.te(h),_r:h=>{m?ne():h==="lead"&&L()}}),
ye=()=>{z.rn().then(()=>{y=!0,z.l("who",{})},L)},Q=()=>{M++,m?.qe(),m=void 0,y=!1,i="",z.on()},x=()=>{b||O||w||(p(),O=!0,Q())},T=()=>{!O||b||w||(O=!1,e.M({e:"st\
atus",status:{state:"connecting",attempt:0}}),ye())},L=()=>{if(b||w)return;Q(),v(!0),b=e.Mr();let h=k();for(let _ of[s,t,o])_.clear();for(let _ of h)_.c!=="join"?
b.l(_):b.l({..._.cmd,..._.at&&{..._.at,at:"position"}})},l=[[document,"freeze",x],[document,"resume",T],[globalThis,"pagehide",x],[globalThis,"pageshow",T]];for(let[
h,_,I]of l)h.addEventListener(_,I);let A=()=>{w||(w=!0,p(),m?m.X(()=>V("closed")):V("closed"))},D=Et(re,"the session was closed"),V=h=>{w=!0,clearTimeout($);for(let[
I,K,Oe]of l)I.removeEventListener(K,Oe);m=void 0,Q(),h==="closed"&&e.M({e:"status",status:{state:h,attempt:0}});for(let I of s.keys())e.M({e:"ended",sub:I});for(let[
I,{Te:K}]of t)e.M({e:"entry",id:I,status:K,end:!0,fault:D});for(let{O:I}of o.values())et(I);let{size:_}=t;for(let I of[s,t,o])I.clear();e.M({e:"closed",left:_})},
et=h=>{h.c==="publish"&&e.M({e:"entry",id:h.id,status:"failed",end:!0,fault:D}),h.c==="call"&&e.M({e:"reply",id:h.id,fault:D,type:0,data:new Uint8Array}),h.c===
"subscribe"&&e.M({e:"ended",sub:h.sub,fault:D})},Ct=h=>{if(b)return b.l(h);if(w||$&&h.c==="publish")return et(h);switch(h.c){case"publish":return t.set(h.id,{O:h,
I:!1,Te:"pending"}),r.add(h.id),g(h),F();case"call":case"stats":return o.set(h.c+h.id,{O:h,I:!1}),g(h);case"cancel":return o.delete(`call${h.id}`),g(h);case"sub\
scribe":{let _=uo(h);for(let I of s.values())if(I.O.ch===h.ch)return e.M({e:"ended",sub:h.sub,fault:Et(nt,"by this page")});return s.set(h.sub,_),g(S(_))}case"u\
nsubscribe":return s.delete(h.sub)?(g(h),e.M({e:"ended",sub:h.sub})):void 0;case"done":{let _=s.get(h.sub);return _?(h.o!==void 0&&(_.d=h.o),g({...h,g:_.dn,took:po(
_,h.took)})):void 0}case"close":return $?void 0:($=setTimeout(A,h.drain),e.M({e:"status",status:{state:"closing",attempt:0}}),void(t.size||A()));default:g(h)}};
return ye(),{l:Ct}}var Hs=e=>{let t="holdfast tab";try{return sessionStorage.getItem(t)||sessionStorage.setItem(t,e),sessionStorage.getItem(t)}catch{return e}},ho=()=>(e,t,n)=>{let r=()=>e(
t,`:${Hs(n.page)}`);return eo()?bo({st:JSON.stringify([n.url,n.user,n.outbox]),G:n.page,M:t,an:e,Mr:r}):r()};function go(e){let t=ho(),n=!1,r=!1,o=1;async function s(){let{held:d=[]}=await navigator.locks?.query()??{},f=d.filter(u=>/^holdfast .* tab [^ ]+$/.test(u.name??
"")).length;f!==o&&(o=Math.max(1,f),e())}setInterval(()=>{s().catch(()=>{})},1e3);let i=(d,f,u)=>t((m,b)=>(n=!0,r=!1,e(),d(y=>{y.e==="status"&&(r=y.status.state===
"open"),y.e==="closed"&&(n=!1,e()),m(y)},b)),f,u),a=()=>Y(o-1,"other tab");return{share:i,connected:()=>n&&r,brief(){return o<2?"":n?`${a()} ${o===2?"shares":"s\
hare"} this connection.`:"Through another tab’s connection."},words:()=>`${o}, ${n?"this":"another"} one has the connection`}}var Fs=50,kn=JSON.parse(E("codes").textContent??"{}"),ie=Gr(kn),xo=()=>new URLSearchParams(location.search).get("channel")||"chat:lobby",yo=(e,t)=>t>e?`Records ${e}\
–${t} are`:`Record ${e} is`,Ae="",be=0,wn=new AbortController,Qe=!1,He=!0,vn=!1,le=()=>{vn||setTimeout(Ds),vn=!0},wo=Kr(()=>{Ze.renewed(),G.state==="waiting"&&
G.reconnect(),le()}),Mt=go(le),G=new Xe("ws",{agent:"holdfast-page",outbox:Ft({name:"page"}),tabs:Mt.share,token:()=>wo.next(Mt.connected()||Ze.refused())}),Ze=zr(
G,ie,kn,wo),te=Yr(le),Ot=new Map,he=Zr(ie,te,e=>vo(e.payload,e.channel),le);Vr(()=>G.stats(),()=>({outbox:G.outbox?.durable?"in this browser, on disk":"in this \
tab",tabs:Mt.words()}));function vo(e,t=Ae){if(G.outbox?.full)return`${ie.sentence({code:4350})} Wait until some are stored, or dismiss those that failed.`;try{
ko("json"in e?G.publish(t,pn(e.json),{type:"json"}):G.publish(t,"text"in e?e.text:e.bytes),e)}catch(n){return ie.sentence(Te(n))}return He=!0,le(),""}function ko(e,t){
let n={channel:e.channel,payload:t,at:Date.now(),status:e.status};Ot.set(e,n),e.kept.then(()=>{n.kept=!0,le()},()=>{}),he.add(n)}var Ps=e=>typeof e=="string"?{text:e}:
e instanceof Uint8Array?{bytes:e}:{json:JSON.stringify(e)};G.addEventListener("message",({detail:e})=>{Ot.has(e)||ko(e,Ps(e.data));let t=Ot.get(e);t.status=e.status,
t.fault=e.error&&Te(e.error),e.ack&&Object.assign(t,{offset:e.ack.offset,synced:e.ack.synced,copies:e.ack.copies}),e.status!=="pending"&&e.status!=="sent"&&Ot.delete(
e),le()});G.addEventListener("held",({detail:e})=>{let t=Math.max(1,Math.ceil((e.at-Date.now())/1e3));e.channel===Ae&&he.held(`${ie.sentence(Te(e.error))} It is\
 tried again in ${t} s.`)});G.addEventListener("lost",({detail:{channel:e,from:t,to:n}})=>{let r={code:4322,detail:`your messages ${t}–${n} in ${e}`};te.notice(
`${ie.sentence(r)} ${ie.advice(4322)}`)});function Is(e){if(e.gap===void 0){let s=e.type==="json"?{json:e.text()}:e.type==="text"?{text:e.text()}:{bytes:e.bytes};
te.startsAfter(e.offset-1),te.record(e.offset,s,e.time,e.user),be=e.offset;return}let{gap:t,from:n,to:r}=e;if(t!=="fork"){be=r,te.notice(`${yo(n,r)} no longer k\
ept.`);return}be=n-1,te.forked(n);let o=be?`goes on after record ${be}`:"begins anew";te.notice(`${yo(n,r)} no longer in the channel: the server’s store was res\
tarted or restored, and the log ${o}.`)}async function Ns(e,t){let n;for(;!t.aborted;){let r=G.subscribe(e,{from:n===void 0?{last:Fs}:{checkpoint:n},signal:t});
r.ready.then(o=>{t.aborted||(n??=o,Qe=!0,be=Math.max(be,Number(o.split(" ")[0].split("@")[1])),le())},()=>{});try{for await(let o of r)Is(o),n=o.checkpoint}catch(o){
let s=Te(o),i=G.state!=="failed"&&["now","later"].includes(Tt(kn,s.code));if(te.notice(`${e} is not subscribed. ${ie.sentence(s)} ${i?"It is asked again by itse\
lf.":ie.advice(s.code)}`),!i)return;await new Promise(a=>setTimeout(a,1e3))}}}function Sn(e){wn.abort(),wn=new AbortController,Ae=e,be=0,Qe=!1,He=!0,te.clear(),
he.clear(),E("newest").hidden=!0,E("channel").value=e,E("empty-command").textContent=`echo hello | holdfast publish ${location.origin} ${e}`,document.title=`${e}\
 · Holdfast`,Ce(E("channel"),E("channel-mistake"),""),Ns(e,wn.signal),le()}var So=()=>requestAnimationFrame(()=>E("view").scrollTo({top:E("view").scrollHeight,
behavior:"instant"})),_o=()=>({waiting:he.waiting(),since:he.since(),kept:he.kept(),tabs:Mt.brief()});function Ds(){vn=!1,he.refresh(Ae,Qe?be:0);let e=te.empty()&&
he.empty();E("empty").hidden=!e,q(E("empty-text"),Qe?`Nothing in ${Ae} yet.`:"Records appear here as soon as there is a connection."),E("empty-hint").hidden=!Qe;
let t=te.hidden();q(E("before"),t?`${t.toLocaleString()} earlier record${t===1?" is":"s are"} not shown here.`:""),te.settle(),Ze.show(_o()),He?So():E("newest").
hidden=!1}G.addEventListener("status",()=>{Ze.changed(),le()});setInterval(()=>Ze.show(_o()),250);Wr(vo);E("chooser").onsubmit=e=>{e.preventDefault();let t=E("c\
hannel").value.trim(),n=t===""||pn(t).length>255||/[\p{C}\p{Z}"\\\uFFFD]/u.test(t);Ce(E("channel"),E("channel-mistake"),n?`${ie.sentence({code:4304})} ${ie.advice(
4304)}`:""),!(n||t===Ae)&&(history.pushState(null,"",`?channel=${encodeURIComponent(t)}`),Sn(t),E("message").focus())};E("retry").onclick=()=>{G.state==="failed"?
location.reload():G.reconnect(),E("message").focus()};E("newest").onclick=()=>E("view").scrollTo({top:E("view").scrollHeight});E("view").onscroll=()=>{let{scrollTop:e,
clientHeight:t,scrollHeight:n}=E("view");He=n-e-t<40,He&&(E("newest").hidden=!0)};new ResizeObserver(()=>He&&So()).observe(E("view"));window.onpopstate=()=>Sn(xo());
window.onbeforeunload=e=>{G.outbox?.durable===!1&&he.waiting()>0&&e.preventDefault()};ue("");Sn(xo());})();
