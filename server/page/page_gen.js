// Generated from web/page and sdk/ts/src by npm run page in sdk/ts. DO NOT EDIT.
"use strict";(()=>{var Mn="1002s protocol_error";var $n="1006n abnormal";var Ln="4000n heartbeat_timeout",Rn="4001n write_timeout";var Fn="4009n timeout";var Fe="4107l disconnected";var An="4110l at_capacity";var rt="4300s bad_frame";var Hn="4304s bad_channel";var Pn="4309s bad_payload";var ot="4312s already_subscribed";var Ae="4315s unknown_outcome";var Se="4321s bad_argument";var At="4326s dropped";var Ht="4350s outbox_full",st="4351s outbox_locked";var In="4353s outbox_mismatch";var se="4357s closed";var Dn="4359s not_holdfast",Nn="4360s canceled",Bn="4361s io",Un="4362s retries_exhausted";var jn=`400s http_bad_request
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
4363s queue_full`;var qn=64,Ho=7*864e5,Be=(e={})=>({...e,durable:!1}),it=()=>({Ct:[],qe:[],L:new Map,We:new Map}),at=(e,t)=>typeof t?.code=="string"?t:{code:Bn,op:`outbox ${e}`,detail:`${t}`},
Wn=async(e,t,n,r,o)=>{let i=it(),s=[],a=[],d=new Map,l=[],u;for(let[h,g]of n)typeof h=="number"?s.push(g):Array.isArray(h)?a.push(g):h==="marks"?l=g:h==="user"?
u=g:`${h}`.startsWith("page ")&&d.set(`${h}`.slice(5),g);if(s.sort((h,g)=>h.id-g.id),t&&u!==t){let h=`it belongs to user "${u}", not to "${t}"`;if(s[0])throw{code:In,
op:`open outbox ${e}`,detail:h};i.le=t;for(let g of a)i.L.set(g.ch+g.p,[g.ch,g.p]);a=[]}let b=new Set(a.map(h=>h.p+h.ch));for(let{ch:h,p:g}of s)b.has(g+h)||(b.add(
g+h),a.push({ch:h,p:g,next:1,resolved:0,acked:0,mem:"",ackedAt:0,forgotten:0,successor:"",sealed:!1}));for(let h of s){let g=l.find(S=>h.id<=S.id);g&&!h.sent&&(Object.
assign(h,{sent:g.sent,mem:g.mem}),i.Ct.push(h))}for(let[h,[,g]]of d)g<Date.now()-Ho&&i.We.set(h,void 0);return i.fe=[],await r(i),{oe:s,L:a,We:d,ln:r,Q:o}};var G=class extends Error{constructor(t,n,r="",o){let i=t.replace(/^\S+ /,"");super(`${n}: ${r&&`${r} `}(${i})`,{cause:o}),Object.assign(this,{name:"HoldfastErr\
or",code:Number.parseInt(t,10),codeName:i,op:n})}};var ct=()=>EventTarget,X=(e,t,n)=>e.dispatchEvent(new CustomEvent(t,{detail:n})),be=()=>{let e={};return e.re=new Promise((t,n)=>{e.pe=t,e.me=n}),e.re.catch(()=>{}),
e},ue=(e,t)=>new G(e.code,e.op??t,e.detail);var Ue=class extends ct(){id;channel;data;status;producer;number;ack;error;d=be();Ce=be();constructor(t,n,r,o="pending"){super(),this.id=t,this.channel=n,this.data=
r,this.status=o}get done(){return this.d.re}get kept(){return this.Ce.re}be(t){let n=t.status!==this.status||!!t.end;return this.status=t.status,t.number&&(this.
producer=t.producer,this.number=t.number,this.Ce.pe()),t.end&&(this.ack=t.ack,t.ack&&this.d.pe(t.ack),t.fault&&(this.error=ue(t.fault,`publish to ${this.channel}`),
this.d.me(this.error),this.Ce.me(this.error))),n&&X(this,"status",this.status),n}};var Gn="ch:a n o data:d content:c h:h p:X term:x ts by:a id code:k detail:s retry count:u synced:f dup:f skipped:f copies:u sent mem:x from to at:w after gen wa\
nt cursor:a user:a session:X why:w token:s process:x counter agent:a subs:o results:o earlier:e last since window:p max_in_flight:p max_window:p heartbeat max_m\
essage:u max_subs:u dedupe clock name:a key:s successor:X first head version url:s delay pending",zn="hello!B?@CD)EF publish!#)$67('& skip!#)89U subscribe!-#:*%\
H[IJ>K unsubscribe!-# ack!#%< call!-ST'& refresh!BZ ping!- pong!- bye!./",Jn="welcome!@?ENOLMPQ725RG stored!#)$1%2345 refused!#)$.0=/ record!#%*+,('& pass!#%* g\
ap!#89*;A subscribed!-#*%VW<./0 unsubscribed!-#./ reply!-./'& join!#?@*X'& leave!#?@*X receipt!#>?% reconnect!ZY.",dt={at:["head","start","position","last","tim\
e"],why:["","retention","fork"]};var ut=class extends G{offset;constructor(t,n=""){super(rt,"read a message",`byte ${t}${n&&`: ${n}`}`),this.offset=t}},Kn=e=>e.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g,
"").replace(/[\r\n]/g," ");var Pt=[void 0,...Gn.split(" ").map((e,t)=>{let[n="",r="n"]=e.split(":");return{fn:n,pn:r,mn:t*4+4+("nukfwc".includes(r)?0:r==="x"?1:r==="X"?3:2),Ot:"heo".includes(
r)}})],lt=(()=>{let e=Object.create(null),t=(n,r)=>{for(let[o,i]of n.split(" ").entries()){let[s="",a=""]=i.split("!");e[r+o]=e[s]={Nn:r+o,st:s,bn:[...a].map(d=>Pt[d.
charCodeAt(0)-34])}}};return t(zn,1),t(Jn,32),e})(),ft={n:2**53-1,u:2**32-1,k:65535,f:1,c:2,a:255,s:4096,h:64,e:8,o:1024},It={h:"as",e:"xn",p:"uu"},Dt=e=>lt[e===
"subs"?"subscribe":"subscribed"];var Po=new TextDecoder("utf-8",{fatal:!0,ignoreBOM:!0}),Io=new TextEncoder,je,W,ie,le,ae=e=>{throw new ut(e)},_e=()=>{let e=0;for(let t=0,n=1;;t++,n*=128){W>=ie&&
ae(ie);let r=je[W++];if((t>9||t>8&&r<128&&r>1)&&ae(le),e+=(r&127)*n,r<128)return e}},He=e=>(e>ie-W&&ae(ie),W+=e,je.subarray(W-e,W)),Do=e=>e?He(e>2?16:e>1?_e():8):
_e(),Xn=(e,t)=>{if("as".includes(e)){let r=He(_e());try{if(r.length<=ft[e])return Po.decode(r)}catch{}ae(le)}if(e==="d")return He(_e());if("xX".includes(e)){let r=Array.
from(He(e==="x"?8:16),o=>(o+256).toString(16).slice(1)).join("");return/[^0]/.test(r)?r:""}if("heop".includes(e)){let r=ie,o=He(_e()).length;ie=W,W-=o;let i=e===
"o"?Yn(Dt(t),{}):[...It[e]].map(s=>Xn(s,t));return W<ie&&ae(W),ie=r,i}let n=_e();if(e==="w"){let r=dt[t];return n>0&&(r[n]??(r[0]&&ae(le)))}return n>ft[e]&&ae(le),
e==="f"?n>0:n},Yn=(e,t)=>{let n=[];for(;W<ie;){le=W;let r=je[W]&3,o=_e(),i=Pt[Math.floor(o/4)];if((o<4||i&&(i.mn!==o||n.includes(i)))&&ae(le),i&&!i.Ot&&n.push(i),
le=W,!i||!e.bn.includes(i))Do(r);else{let{fn:s,pn:a,Ot:d}=i;t[s]?.length>=ft[a]&&ae(le);let l=Xn(a,s);d?(t[s]??=[],t[s].push(l)):l&&l.length!==0&&(a!=="p"||l[0]||
l[1])&&(t[s]=l)}}return t},No=(e,t)=>{typeof e=="string"&&ae(0);let n=new Uint8Array(e);for(let r=0;r<n.length;){je=n,le=W=r,ie=n.length;let o=_e();He(o),o||ae(
le),r=ie=W,W-=o;let i=lt[je[W++]];if(i&&t(Yn(i,{t:i.st}))===!1)return}},fe=new Uint8Array(1024),J=0,pt=e=>{if(J+e>fe.length){let t=fe;fe=new Uint8Array((J+e)*2),
fe.set(t)}},qe=e=>{for(pt(8);e>127;e=Math.floor(e/128))fe[J++]=e%128+128;fe[J++]=e},Vn=e=>{pt(e.length),fe.set(e,J),J+=e.length},Qn=e=>{pt(1);let t=++J;e();let n=J-
t,r=0;for(let o=n;o>127;o>>=7)r++;pt(r),fe.copyWithin(t+r,t,J),J=t-1,qe(n),J+=n},Zn=(e,t,n)=>{if("xX".includes(e))Vn(n.padStart(16,"0").match(/../g).map(r=>Number.
parseInt(r,16)));else if("asd".includes(e)){let r=e==="d"?n:Io.encode(n);qe(r.length),Vn(r)}else"heop".includes(e)?Qn(()=>{if(e==="o")er(Dt(t),n);else for(let r of[
0,1])Zn(It[e][r],t,n[r])}):qe(e==="w"?dt[t].indexOf(n):+n)},er=(e,t)=>{for(let{fn:n,pn:r,mn:o,Ot:i}of e.bn){let s=t[n];if(!(!s||s.length===0||s===dt[n]?.[0]||r===
"p"&&!(s[0]||s[1])))for(let a of i?s:[s])qe(o),Zn(r,n,a)}},Bo=e=>{J=0;for(let n of e)Qn(()=>{let r=lt[n.t];qe(r.Nn),er(r,n)});let t=fe.slice(0,J);return J>65536&&
(fe=new Uint8Array(1024)),t},tr={gn:"holdfast.v1.bin",Bn:Bo,Un:No};var nr=e=>({R:{...e,Oe:e.Oe||5e3,ge:e.ge||1e4,Mt:e.Mt||100},S:0,Me:[],y:0,jn:0,it:e.it||"",D:"",hn:0,$e:0,ct:3e4,$t:0,Lt:0,yn:0,se:[],L:[],Ge:new Map,dt:new Map,
Le:0,ze:0,ut:!1,Je:0,ie:0,ae:0,lt:0,_:new Map,Ke:new Map,Rt:0,he:0,q:0,qn:0,Ft:0,ce:0,ft:0,ye:0}),c,We=e=>{c=e};var I=e=>{c.Me.push(e)},mt=e=>{c.y=3,I({i:"fail",U:e,Ve:""})},Te=(e,t="")=>{I({i:"disconnect",U:e,Ve:t,z:c.S})},Ee=()=>c.S+c.hn,ge=e=>Math.floor(e/100);var rr=e=>({T:e,pt:void 0,At:!1,r:[],$:0,m:0,Ht:!1,Y:0,xe:0,Re:0,Pt:0,Fe:0,It:0}),Ce=(e,t,n,r=!1)=>({b:n,J:!1,x:n?n.id:0,Ae:n?n.size:0,we:r,Z:e,ee:t}),Nt=({T:{next:e}},t)=>({
...Ce(e,e-1),J:!0,x:t}),Ge=e=>{e.m=e.$,e.Y=e.Fe=e.It=0},gt=(e,t)=>{e.$=t,t*2>e.r.length&&(e.r.splice(0,t),e.m-=t,e.$=0)},Bt=(e,t)=>{e.It+=t,e.Fe&&(e.Fe+=t)},Ut=e=>e.r[e.$]?.Z??
e.T.next,jt=(e,t)=>{let n=(e.r.at(-1)?.ee??e.T.resolved)+1;n<t&&e.r.push(Ce(n,t-1))},bt=e=>e&&!e.b&&!e.J&&!e.we,qt=(e,t)=>{let n=e.r[t-1],r=e.r[t];return t<=e.m||
!bt(n)||!bt(r)?t:(r.Z=n.Z,--t>e.$?(e.r.splice(t,1),t):(e.m++,gt(e,t+1),e.$))},ze=(e,t)=>{Ge(e);let n=Ut(e);if(t>=n)return;let r=e.r[e.$];r&&!r.b&&!r.J&&r.Z===n?
r.Z=t:e.r.splice(e.$,0,Ce(t,n-1))};var Uo=64,Wt={next:1,resolved:0,acked:0,mem:"",ackedAt:0,forgotten:0,successor:"",sealed:!1},Je=(e,t,n,r="",o=0,i=!1,s=!1,a=0)=>{I({i:"outcome",b:e,Dt:t,O:o,xn:i,
Wn:s,Gn:a,U:n,Ve:r})},Me=(e,t=c.R.ve)=>c.Ge.get(t+e),ht=e=>{let t=rr(e);return c.Ge.set(e.p+e.ch,t),c.se.push(t),t},he=e=>{!e.Ht&&e.m<e.r.length&&(e.Ht=!0,c.L.push(
e))},or=(e,t)=>{for(let n of e)ht({...n,next:Math.max(n.next,n.resolved+1),sealed:!1});for(let n of t){let{ch:r,p:o,n:i,id:s}=n,a=Me(r,o)??ht({...Wt,ch:r,p:o});
jt(a,i),a.r.push(Ce(i,i,n,!!(n.sent||n.mem))),a.T.next=Math.max(a.T.next,i+1),c.Le=Math.max(c.Le,s),Gt(n.expires)}c.ze=c.Le;for(let n of c.se){let r=n.T;r.acked||
(r.forgotten=Math.max(r.forgotten,Ut(n)-1))}for(let{ch:n,p:r}of e)jo(Me(n,r));c.se.forEach(he)},jo=e=>{let{ch:t,next:n,successor:r}=e.T;if(jt(e,n),!r){c.dt.set(
t,e);return}e.r.push(Nt(e,0));let o=Me(t,r);o||(o=ht({...Wt,ch:t,p:r}),o.At=!0,c.dt.set(t,o)),o.pt=e},qo=e=>{let t=c.dt.get(e);if(t?.T.p===c.R.ve)return t;let n=ht(
{...Wt,ch:e,p:c.R.ve});if(c.dt.set(e,n),t){t.T.successor=c.R.ve,n.pt=t;let r={...t.T};Wo(t,++c.Le),he(t),I({i:"seal",x:c.Le,mt:r})}return n},Wo=(e,t)=>{let n=e.T;
e.$===e.r.length&&n.acked&&e.r.push(Ce(n.next,n.next++)),e.r.push(Nt(e,t))},sr=({ke:e,Ae:t,ie:n=0})=>{let r=qo(e),o=r.T.next++,i=c.R.Nt&&c.y===2,[s,a]=i?[Ee(),c.D]:
[0,""],d={id:++c.Le,ch:e,p:c.R.ve,n:o,size:t,sent:s,mem:a,expires:n};Gt(n),r.r.push(Ce(o,o,d)),he(r),I({i:"persist",b:d})},ir=({x:e,He:t,D:n})=>{c.ut=!1;for(let r of c.L)
for(let o of r.r.slice(r.m))o.b&&!o.we&&o.x<=e&&(o.b.sent=t,o.b.mem=n)},ar=(e,t,n)=>{let{Z:r,ee:o,b:i}=e.r[t];e.r[t]=Ce(r,o),Je(i,"failed",n)},cr=(e,t,n)=>{for(let r of c.L)
for(let o=r.m;o<r.r.length;o++){let{b:i,we:s}=r.r[o];if(!(!i||s||!n(i))&&(ar(r,o,e),o=qt(r,o),bt(r.r[o+1])&&(o=qt(r,o+1)),t))return}},Gt=e=>{e&&(c.ie=Math.min(c.ie||
e,e))},dr=()=>{!c.ie||c.S<c.ie||(c.ie=0,cr(4325,!1,e=>(c.S<e.expires&&Gt(e.expires),e.expires>0&&c.S>=e.expires)))},ur=()=>{for(let e=0;e<c.L.length&&c.ae<c.Lt;){
c.Je>=c.L.length&&(c.Je=0);let t=c.L[c.Je],n=c.Me.length;Go(t),e=c.Me.length>n?0:e+1,t.m<t.r.length?c.Je++:(t.Ht=!1,c.L.splice(c.Je,1),e=0)}},Go=e=>{if(!(e.pt&&
!e.pt.T.sealed||c.S<e.Re)){if(e.Re=0,e.xe){if(e.m>e.$)return;ze(e,e.xe),e.xe=0}for(let t=0;t<Uo&&e.m<e.r.length;t++){let{b:n,we:r,Ae:o}=e.r[e.m];n&&!r&&c.$t&&o>
c.$t&&ar(e,e.m,4303);let i=e.r[e.m];if(zo(e,i))return;Jo(e,i)}}},zo=(e,t)=>{let n=e.m-e.$;return c.ae>=c.Lt||c.ae&&c.lt+t.Ae>c.yn||e.Fe&&n>=e.Fe||t.J&&n?!0:t.we?
!1:e.Y?!0:c.R.Nt?t.x>c.ze?!0:!t.b||t.b.mem===c.D?!1:(c.ut||(c.ut=!0,I({i:"mark",x:c.ze,He:Ee(),D:c.D})),!0):!1},Jo=(e,t)=>{c.ae++||(c.ce=c.S),c.lt+=t.Ae;let{ch:n,
successor:r}=e.T,o=e.T.p===c.R.ve?"":e.T.p,{b:i,we:s,Z:a,ee:d}=t;if(i){let l={t:"publish",ch:n,p:o,n:d};s?(l.sent=i.sent,l.mem=i.mem,lr(i)&&e.Y++):c.R.Nt||(i.sent=
Ee(),i.mem=c.D),I({i:"publish",E:l,b:i,zn:s})}else I({i:"send",E:{t:"skip",ch:n,p:o,from:a,to:d,successor:t.J?r:""}});t.we=!0,e.m++},lr=e=>e.mem!==c.D||c.$e&&Ee()-
e.sent>c.$e,yt=(e,t)=>{c.ae--,c.lt-=t.Ae,t.b&&e.Y&&lr(t.b)&&e.Y--},fr=(e,t)=>cr(t,!0,n=>n.id===e);var pr=e=>{let t=Me(e.ch,e.p);if(!t)return;let{$:n,T:r}=t,o=0,i=n;for(;i<t.m;i++){let s=t.r[i];if(s.ee>(e.n||0)||s.J&&(i>n||!e.skipped))break;yt(t,s),s.J&&(r.sealed=
!0),s.b&&Vo(s.b,e),o=s.ee}i!==n&&(Jt(t),e.skipped||((r.mem!==c.D||!gr(t))&&Kt(t),r.acked=o,r.mem=c.D,r.ackedAt=e.dup?t.r[i-1].b?.sent||0:Ee()),Bt(t,i-n),gt(t,i),
yr(t),mr(t,o))},Vo=(e,t)=>{let n=(t.n||0)-e.n,r=n<(t.count||1);r&&t.skipped?Je(e,"failed",4328):Je(e,"delivered",0,"",r?Math.max(0,(t.o||0)-n):0,r&&!!t.dup,t.synced,
t.copies)},Jt=e=>{e.Pt=c.ft=0,c.ce=c.S},Kt=({T:e})=>{e.forgotten=Math.max(e.forgotten,e.acked)},mr=(e,t)=>{let n=e.T;if(!(t<=n.resolved&&!n.sealed)){if(n.resolved=
Math.max(n.resolved,t),n.sealed){e.$===e.r.length&&(c.Ge.delete(n.p+n.ch),c.se=c.se.filter(o=>o!==e));let r=Me(n.ch,n.successor);r?.At&&(r.At=!1,I({i:"resolved",
mt:{...r.T}}))}I({i:"resolved",mt:{...n}})}},br=e=>{let t=Me(e.ch,e.p),{code:n=0}=e;t&&(n===4302?mt(n):n===4003||n===4316?Xo(t,e.want||1):ge(n)===41?Yo(t,e,n):Qo(
t,e,n))},Xo=(e,t)=>{let n=e.T;if(++e.Pt>3){Te(4003,`lane ${n.p} makes no progress`);return}if(t<=n.acked)if(n.mem===c.D&&gr(e)){let r=Math.max(t,n.forgotten+1);
r<=n.acked&&I({i:"lost",ke:n.ch,Jn:n.p,Z:r,ee:n.acked}),n.acked=t-1}else Kt(e);hr(e),ze(e,t),he(e)},gr=e=>!c.$e||Ee()-e.T.ackedAt<c.$e-Math.floor(c.$e/10),hr=e=>{
for(let t of e.r.slice(e.$,e.m))yt(e,t)},Yo=(e,{n:t=0,retry:n,detail:r=""},o)=>{e.Re=c.S+(n||1e3),Jt(e);let i=e.r.slice(e.$,e.m).findLast(a=>a.ee===t)?.b;hr(e);
let s=e.It;Ge(e),o===4102&&(e.Fe=Math.max(1,s)),he(e),I({i:"held",b:i,U:o,Ve:r,z:e.Re})},Qo=(e,{n:t=0,want:n=0,detail:r},o)=>{let i=e.r.findIndex((l,u)=>u>=e.$&&
u<e.m&&l.ee===t&&!l.J);if(i<0)return;let s=e.r[i],a=o===4315;yt(e,s),Jt(e),a&&(e.xe||=Math.max(n,1),n<=e.T.acked&&Kt(e)),s.b&&Je(s.b,a?"unknown":"failed",o,r),Bt(
e,1);let d=i===e.$;d?gt(e,i+1):(e.r.splice(i,1),e.m--),yr(e),d&&mr(e,t)},yr=e=>{e.m===e.$&&e.xe&&(ze(e,e.xe),e.xe=0),he(e)};var xr=1,wr=e=>e.d<=e.A||e.O<=e.A?0:Math.floor(e.bt*(e.d-e.A)/(e.O-e.A)),xt=e=>e.y===2&&e.d>e.A,vr=e=>{e.bt-=wr(e),e.A=e.d},Vt=(e,t)=>{!t||t===e.w||(e.w&&e.O&&(e.H=
[...e.H,[e.w,e.O]].slice(-7)),e.w=t)},Zo=(e,t,n)=>n<=(t===e.w?e.O:e.H.find(r=>r[0]===t)?.[1]??-1),es=(e,t)=>{let n=e.findIndex(r=>r[1]>=t);return n<0?e:[...e.slice(
0,n),[e[n][0],t]]},Xt=e=>{e.wn=++c.Rt,e.y=xr,e.Xe=0,vr(e);let{w:t,O:n,H:r}=e;return{...e.Pe,id:c.Rt,window:e.j,...e.Bt&&{at:"position",term:t,o:n,earlier:r,last:0,
since:0,pending:n-e.d}}},kr=e=>I({i:"send",M:e.x,E:{t:"subscribe",...Xt(e)}}),Sr=({M:e,Pe:t,Ut:n})=>{if(c.Ke.has(t.ch))return Tr(e,4312);let{term:r,offset:o,earlier:i}=n??
{term:"",offset:0,earlier:[]},[s=0,a=0]=t.window??[],[d=0,l=0]=c.R.j??[],u={x:e,y:0,Pe:t,wn:0,Bt:!!(r||o),w:r,O:o,H:i,vn:0,j:[s||d||512,a||l||1<<20],d:o,A:o,bt:0,
jt:0,Xe:0};c._.set(e,u),c.Ke.set(t.ch,u),c.y===2&&kr(u)},_r=e=>{let t=c._.get(e);t&&(t.y&&(xt(t)&&Zt(t),I({i:"send",E:{t:"unsubscribe",id:++c.Rt,ch:t.Pe.ch}})),
Yt(t))},Tr=(e,t,n="")=>I({i:"ended",M:e,U:t,Ve:n}),Yt=(e,t=0,n)=>{c._.delete(e.x),c.Ke.delete(e.Pe.ch),Tr(e.x,t,n)},wt=(e,t)=>{e.y=0,e.Xe=t},Qt=e=>{let t=c.Ke.get(
e.ch),{code:n,term:r="",o=0}=e;if(!(t?.y!==xr||t.wn!==e.id)){if(n){ge(n)===40||ge(n)===41?wt(t,c.S+Math.max(1e3,e.retry||0)):Yt(t,n,e.detail);return}t.y=2,t.vn=
e.gen||0,t.Bt||(t.Bt=!0,t.w=r,t.H=[],t.O=t.d=t.A=o),I({i:"subscribed",M:t.x,E:e})}},vt=e=>{let t=c.Ke.get(e);return t?.y===2?t:void 0},Er=({ch:e,id:t,code:n,detail:r})=>{
let o=vt(e);!o||t||!n||(ge(n)===43?Yt(o,n,r):wt(o,c.he+1e3))},Cr=e=>{let t=vt(e.ch),{o:n=0}=e;if(!(!t||n<=t.O)){if(n!==t.O+1)return Te(4008);Vt(t,e.term),t.O=n,
t.bt+=e.data?.length||0,I({i:"record",M:t.x,w:t.w,E:e})}},Or=({ch:e,o:t=0,term:n})=>{let r=vt(e);!r||t<=r.O||(Vt(r,n),r.d===r.O&&(r.d=t),r.O=t)},Mr=e=>{let t=vt(
e.ch),{term:n="",after:r=0}=e;t&&(e.why==="fork"?t.H=es([...t.H,[t.w,t.O]],r).filter(o=>o[0]&&o[0]!==n).slice(-7):Vt(t,n),t.w=n,t.O=t.d=t.A=r,t.bt=0,I({i:"gap",
M:t.x,E:e}))},$r=({M:e,w:t,O:n})=>{let r=c._.get(e);if(!r||n<=r.d||!Zo(r,t,n))return;r.d<=r.A&&(r.jt=c.S),r.d=n;let[o,i]=r.j;r.y===2&&c.y===2&&((n-r.A)*4>=o||wr(
r)*4>=i)&&Zt(r)},Zt=e=>{vr(e),I({i:"send",E:{t:"ack",ch:e.Pe.ch,o:e.d,gen:e.vn}})},en=e=>{for(let t of c._.values())!t.y&&(e==="hello"||t.Xe&&c.S>=t.Xe)&&kr(t)},
tn=e=>{for(let t of c._.values())xt(t)&&(e||c.S>=t.jt+c.R.Mt)&&Zt(t)},Lr=(e,t,n)=>{let r=c._.get(e);if(!r)return;let o=r.H.findIndex(i=>i[0]===t||i[1]>=n);return{
term:t,offset:n,earlier:o<0?r.H:r.H.slice(0,o)}};var ns=e=>{c.y=1,c.he=c.Ft=c.S,c.q=c.ye=c.ft=0;let{le:t,Kn:n,ve:r,qt:o}=c.R;I({i:"send",E:{t:"hello",token:e,user:t,session:c.it,process:n,counter:++c.jn,p:r,agent:o,
subs:[...c._.values()].map(Xt)}})},rs=e=>{c.y=0,c.q=c.ye=0,c.ae=c.lt=0,c.ut=!1;for(let t of c.se)Ge(t),t.Re=t.Pt=0,he(t);for(let t of c._.values())wt(t,0);ge(e)===
43?mt(e):ge(e)===42&&I({i:"authenticate",U:e})},os=e=>{if(c.y!==1)return;let{session:t="",mem:n="",clock:r=0,dedupe:o=0,max_message:i=0,results:s=[]}=e,[a=0,d=0]=e.
max_in_flight??[];c.y=2,c.it=t,c.D=n,c.hn=r-c.S,c.$e=o,c.ct=e.heartbeat||3e4,c.$t=i,c.Lt=a||1024,c.yn=d||1<<20,c.ce=c.S,I({i:"welcome",E:e}),s.forEach(Qt),en("h\
ello")},ss=()=>{if(dr(),!c.y)return;let e=(t,n)=>c.S>=t+n;if(c.ye&&e(c.ye,0))return c.ye=0,Te(4104,"the server asked to come back");if(c.q){if(e(c.q,c.R.ge))return Te(
4e3)}else if(c.ae&&e(c.ce,c.R.Oe)){if(++c.ft>3)return Te(4002);c.ce=c.S,nn()}else e(c.he,c.ct)&&nn();c.y===2&&(tn(!1),en("refusal"))},is=e=>{c.y&&(e>c.he&&(c.he=
e,c.q=0),e>c.ce&&(c.ce=e,c.ft=0),c.y===2&&!c.q&&c.S>=c.Ft+c.ct&&(nn(),c.q=0))},nn=()=>{c.q=c.Ft=c.S,I({i:"send",E:{t:"ping",id:++c.qn}})},as={record:Cr,stored:pr,
refused:br,pass:Or,gap:Mr,subscribed:Qt,unsubscribed:Er,welcome:os,ping:({id:e})=>I({i:"send",E:{t:"pong",id:e}}),refresh:()=>c.y===2&&I({i:"refresh"}),reconnect:({
delay:e=0})=>{c.ye=c.S+e}},cs={tick:ss,connected:e=>ns(e.Ie),disconnected:e=>rs(e.U),frame:({E:e})=>{c.he=c.S,c.q=0,as[e.t]?.(e)},publish:sr,persisted:e=>{c.ze=
Math.max(c.ze,e.x)},marked:ir,drop:e=>fr(e.x,e.U),subscribe:Sr,unsubscribe:e=>_r(e.M),done:$r,bye:()=>{c.y===2&&(tn(!0),I({i:"send",E:{t:"bye",code:1e3}})),c.y=
3},moved:e=>is(e.z)},Fr=e=>{let t=nr(e);return{Wt:(n,r)=>{We(t),or(n,r)},De:(n,r)=>(We(t),t.S=n,t.Me=[],t.y!==3&&cs[r.i](r),t.y===2&&t.Me.at(-1)?.i!=="disconnec\
t"&&ur(),t.Me),Se:()=>(We(t),ds()),Ut:(n,r,o)=>(We(t),Lr(n,r,o))}},ds=()=>{let e=1/0,t=n=>{n&&n<e&&(e=n)};if(t(c.ie),c.y%3){t(c.ye),c.q?t(c.q+c.R.ge):(t(c.he+c.ct),
c.ae&&t(c.ce+c.R.Oe));for(let n of c._.values())xt(n)&&t(n.jt+c.R.Mt),t(n.Xe);for(let n of c.L)t(n.Re)}return e<1/0?e:void 0};var $e=e=>new RegExp(`^${e}[a-z] .*`,"m").exec(jn)?.[0]??`${e}${us(e)} code ${e}`,us=e=>e>=4e3&&e<4400?"nlas"[(e-4e3)/100|0]:e>=500&&e<600||e===408||e===425||e===
429?"l":e>=400&&e<500?"s":e?"n":"o";var Ar=1e3,Hr=(e,t)=>{let n=new Map,r=(i,s)=>{n.delete(i)&&e({e:"reply",id:i,fault:s,type:0,data:new Uint8Array})},o=i=>{let{id:s,name:a,key:d,type:l,data:u}=i.kn;
i.He=!0,t({t:"call",id:s,name:a,key:d,content:l,data:u})};return{Vn(i,s){let a={kn:i,He:!1},d=n.size<Ar;n.set(i.id,a),d?s&&o(a):r(i.id,{code:An,detail:`${Ar} ca\
lls are under way`})},Xn:i=>n.delete(i),Gt({id:i=0,code:s,detail:a,content:d=0,data:l}){if(s)return r(i,{code:$e(s),detail:a??""});n.delete(i)&&e({e:"reply",id:i,
type:d,data:l?.slice()??new Uint8Array})},K(){for(let i of n.values())o(i)},Sn(i){for(let[s,{kn:a,He:d}]of n)(i||d&&!a.key)&&r(s,i??{code:Fe,detail:"the connect\
ion ended before the reply; a call with a key would be made again"})}}};var on={network:{maxRetries:5,baseDelay:1e3,multiplier:2},timeout:{maxRetries:5,baseDelay:1e3,multiplier:2},tls:{retry:"stop"},authentication:{maxRetries:3,baseDelay:2e3,
multiplier:1.5},rate_limit:{maxRetries:10,baseDelay:5e3,multiplier:1.5},protocol:{retry:"stop"},policy:{retry:"stop"},server:{},overload:{},application:{},closed:{
retry:"stop"}};var sn=e=>e.minUptime>0?e.minUptime:5e3,Pr=(e,t,n)=>{if(t>=e.maxRetries)return;let r=t;if(e.first==="immediate"&&!r--)return 0;let o=e.maxDelay>=0?e.maxDelay:3e4,
i=(e.baseDelay>=0?e.baseDelay:1e3)*(e.multiplier>=1?e.multiplier:2)**r,s=Math.min(Math.max(e.jitter??.5,0),1);return Math.min(Math.min(i,o)*(1+s*(2*n()-1)),o)};var Ir=()=>{let e;return(t,n=2147483648)=>{clearTimeout(e),n<2147483648&&(e=setTimeout(t,n))}},Ke=()=>performance.now();var ls=6e5,fs=e=>Object.fromEntries(Object.entries(e).filter(t=>t[1]!==void 0)),Dr=(e,t,n,r,o)=>{let i=e.random??Math.random,s={},a=Ir(),d=0,l=0,u,b,h,g=()=>{d&&
Ke()-d+2>sn(e)&&(s={},M.de=0,S("done"))},S=(R,f)=>{u?.[R](f),u=void 0},$=()=>{g(),d?t.Se():l&&a(E,l-Ke())},E=()=>{a(),h?.(),l=0;let R=r?.allow();typeof R=="numb\
er"?(h=r.onChange(E),a(E,R),t.Do?.()):(u=R,t.Qn())},M={de:0,gt(R){M._e(),s={},M.de=0,R&&r?.state==="open"&&r.reset(),b=o?.($),E()},K(){d=Ke(),a(g,sn(e))},Yn(R,f=0,m=R){
g(),d=0,S("done",m);let w=e.strategies?.[R],v={maxRetries:n,...on[R],...fs(e),...w},k=w||on[R]?.maxRetries?R:"",C=s[k]??0,F=globalThis.navigator?.onLine===!1,A=w?.
maxRetries===void 0&&M.de>=e.maxRetries,P=F?e.maxDelay??3e4:A?void 0:Pr(v,C,i);if(P===void 0)return M._e(),!1;F||(M.de++,s[k]=C+1),l=Math.min(P,v.baseDelay??1e3);
let U=Math.min(f,ls);return U>P&&(l=P=U+i()*Math.min(U/4,P)),l+=Ke(),a(E,P),t.Zn(M.de,v.maxRetries,P),!0},_e(){a(),d=l=0,h?.(),S("cancel"),b?.()}};return M};var Nr=e=>{let t=new AbortController,n=globalThis.document,r=()=>n?.visibilityState==="hidden"||e(),o=(a,...d)=>{for(let l of d)a?.addEventListener?.(l,r,{signal:t.
signal})};o(globalThis,"online","offline","pageshow"),o(n,"visibilitychange","resume");let i=Date.now(),s=setInterval(()=>{let a=Date.now(),d=Math.abs(a-i-1e4);
i=a,d>2e3&&e()},1e4);return()=>{clearInterval(s),t.abort()}};var Br=(e,t,n,r)=>{let o=new e(t,[n.gn]),i=[],s=0,a=0,d=!1;o.binaryType="arraybuffer",o.onopen=()=>r.K(o.protocol),o.onmessage=u=>r.eo(u.data),o.onclose=u=>r.te(
u.code,u.reason),o.onerror=()=>{o.readyState||setTimeout(()=>o.onclose&&r.te(1006,""),9)};let l={Ne:0,m(u){i.push(u),s+=64+(u.data?.length??0),s>65536&&l.Qe()},
Qe(){if(s){let u=n.Bn(i);l.Ne+=typeof u=="string"?u.length:u.byteLength,i=[],s=0,o.readyState===1&&o.send(u)}return o.bufferedAmount},zt(){let[u,b]=[a,d];return d=
o.bufferedAmount>0,a=l.Ne-o.bufferedAmount,b&&a>u},Q(u){o.onopen=o.onmessage=o.onclose=null,o.close(u===1e3||u>=3e3?u:1e3)}};return l};var ps=32<<20,kt=e=>Number.parseInt(e,10),Ur=(e,t,{Jt:n,...r})=>{let o=`connect to ${e._n.replace(/\?.*/,"")}`,i,s=0,a,d=0,l=0,u=0,b=Dr(e.no,{Qn:()=>{g()},Zn:(m,w,v)=>r.Te(
"waiting",{retryAt:Date.now()+v}),Se:()=>n(M)},1/0,void 0,Nr),h=(m,w)=>{clearTimeout(a),a=setTimeout(n,m,w)},g=async()=>{let m=++s;d=0,t.attempts++,h(e.Tn,()=>f.ue(
{code:$n,op:o,detail:`no welcome within ${e.Tn} ms`}));try{let w=e.Ie;if(typeof w=="function"&&(r.Te("authenticating"),w=await w(),m!==s))return;r.Te("connectin\
g"),i=Br(e.oo,e._n,e.Kt,{K:v=>n(()=>$(v,w)),eo:v=>n(()=>E(v)),te:(v,k)=>n(()=>f.ue(d||v!==1006?{code:$e(v),detail:k}:S))})}catch(w){m===s&&n(()=>f.ue({...S,detail:`${w}`}))}},
S={code:Fe,op:o,detail:"nobody answers there, or it is refused"},$=(m,w)=>{d++,m===e.Kt.gn?r.ro(w):r.Ye({code:Dn,op:o,detail:`it chose the subprotocol "${m}"`})},
E=m=>{let w=i;d++,t.bytesIn+=typeof m=="string"?m.length:m.byteLength;try{e.Kt.Un(m,v=>(r.E(v),i===w))}catch(v){f.ue({code:rt,detail:`${v}`})}r.so()},M=()=>{if(!f.F)
return;let m=d;f.m({t:"ping"}),h(e.ge/2,()=>{d===m&&f.ue({code:Ln})})},R=m=>{clearTimeout(a),s++,l+=i?.Ne??0,i?.Q(kt(m)),i=void 0,f.F=!1},f={F:!1,Ze:void 0,de:()=>b.de,
Ne:()=>l+(i?.Ne??0),zt:()=>i?.zt(),gt:()=>b.gt(),m:m=>i?.m(m),Qe(){(i?.Qe()??0)>ps&&n(()=>f.ue({code:Rn,detail:"the server takes too little"}))},io({user:m,agent:w}){
clearTimeout(a),f.F=!0,f.Ze=void 0,t.connects++,b.K(),r.Te("open",{...m&&{user:m},...w&&{server:w}})},ue(m,w=0){let v=kt(m.code);f.F&&(t.disconnects[v]=(t.disconnects[v]??
0)+1),R(m.code);let k=s;f.Ze=m,r.te(v),k===s&&(/^1...s/.test(m.code)?r.Ye(m):b.Yn("",Math.max(0,w),m)||r.Ye({...m,code:Un,op:o}))},ao(){i||b.gt()},async En(){let m=s;
if(!(typeof e.Ie!="function"||u===m)){u=m;try{let w=await e.Ie();m===s&&f.Cn(w)}catch{}u=0}},Cn(m){f.F&&m&&n(()=>f.m({t:"refresh",token:m}))},_e(m){i?.Qe(),b._e(),
R(m?.code??"1000"),f.Ze=m}};return f};var ms=64,jr=()=>({et:0,fe:[],Ce:[],tt:[]}),an=e=>{let t=e.indexOf(":");return[e.slice(0,t),+e.slice(t+1)]},cn=e=>`${e.p} ${e.ch}`,qr=(e,t,n)=>{let{maxRecords:r=1e3,
maxBytes:o=4<<20}=e,i=new Map,s=new Map,a=new Map,d,l=[],u=it(),b=jr(),h,g=new Map,S=f=>{i.set(f.id,f),s.set(f.key,f)},$=()=>{let f=u.qe.length+u.L.size,m=b.et||
b.fe.length||b.tt.length||f>256||f&&!E.W;if(!d||h||!m)return;let[w,v]=[u,b];u=it(),b=jr(),h=d.ln(w).then(()=>{h=void 0,t(v),$()},k=>{for(let C of v.tt)C();n(k)})},
E={oe:i,Ge:s,W:0,ht:0,nt:(f=1)=>E.W>=r*f||E.ht>=o*f,V(f){E.W++,E.ht+=f},Vt(f){E.W--,E.ht-=f},Wt(f){d=f;for(let m of f.L)a.set(cn(m),m);for(let[m,w]of f.We)g.set(
m,w);for(let m of f.oe){let w={...m,yt:dn(m),N:m.sent>0};S(w),E.V(w.yt)}},Xt(f,m){Object.assign(f,m),S(f);let[w,v]=an(f.key),[,,k,C]=g.get(w)??[0,0,[],0];if(M(w,
[v,Date.now(),k,C]),!d)return;let{yt:F,N:A,...P}=f;u.Ct.push(P),b.et=f.id,b.Ce.push(f)},co(f){let[m,w]=an(f),[v,,k,C]=g.get(m)??[0,0,[],0];if(!(w>v))return w<=C?
[w,"unknown",{code:Ae,detail:"too many others ended since"}]:k.find(F=>F[0]===w)??"delivered"},uo({x:f,He:m,D:w}){let v=i.keys().next().value??1/0;l=l.filter(k=>k.
id>=v),l.push({id:f,sent:m,mem:w}),u.fe=[...l],b.fe.push({x:f,He:m,D:w})},J(f,m){let w=cn(m);R(w,{...a.get(w)??m,successor:m.successor}),b.et=f},On(f,m,w){let[v,
k]=an(f),[C,,F,A]=g.get(v)??[0,0,[],0],P=[...F,[k,m,w]],[[U]=[0]]=P.splice(0,P.length-qn);M(v,[C,Date.now(),P,Math.max(A,U)])},Qt(f,m){let w=i.get(f);return w&&
(i.delete(f),s.delete(w.key),E.Vt(w.yt),d&&u.qe.push(f),m&&E.On(w.key,...m)),w},lo(f){let m=cn(f);if(!f.sealed)return R(m,f);a.delete(m),u.L.set(m,[f.ch,f.p])},
fo(f){d?b.tt.push(f):f()},po:$,async Q(f){let m=d;if(d=void 0,f)return m?.Q();await h,await m?.ln(u).catch(()=>{});for(let w of b.tt)w();m?.Q()}},M=(f,m)=>{g.set(
f,m),d&&u.We.set(f,m)},R=(f,m)=>{d&&(a.set(f,m),u.L.set(f,m))};return E},dn=e=>e.h.reduce((t,[n,r])=>t+n.length+r.length+4,ms+e.ch.length+e.data.length);var Wr=(e,t,n,r)=>{let o=!!e.F,{policy:i}=e,s,a,l=qr(e,f=>r.Jt(()=>{f.Ce.forEach(b);for(let m of f.tt)m();f.et&&r.De({i:"persisted",x:f.et});for(let m of f.fe)r.De(
{i:"marked",...m})}),r.Ye),u=f=>f.N?"sent":"pending",b=f=>n({e:"entry",id:f.key,status:u(f),producer:f.p,number:f.n}),h=(f,m)=>n({e:"entry",id:f,end:!0,...m}),g=(f,m,w)=>{
let v={code:m,detail:w};t.failed++,l.On(f,"failed",v),h(f,{status:"failed",fault:v})},S=f=>dn({ch:f.ch,data:f.data,h:f.h??[]}),$=({id:f})=>{let m=l.Ge.get(f),w=l.co(
f);if(m)b(m);else if(w)w==="delivered"?h(f,{status:w,ack:{offset:0,duplicate:!0,synced:!1,copies:0}}):h(f,{status:w[1],fault:w[2]});else return!1;return!0},E=()=>{
for(let f of l.oe.values())if(!f.N)return r.De({i:"drop",x:f.id,U:kt(At)}),!l.oe.has(f.id);return!1},M=()=>{s===void 0||s===l.nt()||R.K()},R={mo:l,bo(f,m){if($(
f))return!1;if(m)g(f.id,se,"the session was closed");else if(l.nt(i==="drop-oldest"?2:1))i==="drop-newest"?g(f.id,At,"the outbox is full"):g(f.id,Ht,"");else return l.V(
S(f)),!0;return!1},go(f){let{id:m,ch:w,type:v,data:k,h:C=[],exp:F}=f,A=S(f);if(l.Vt(A),!$(f)){if(i==="drop-oldest"){for(;l.nt()&&E(););if(l.nt())return g(m,Ht,"\
all was sent, and waits for answers")}l.V(A),a={key:m,ch:w,type:v,data:k,h:C,yt:A,N:!1},t.published++,r.De({i:"publish",ke:w,Ae:k.length,ie:F&&r.ho(F)}),M()}},yo(f){
l.Vt(S(f)),g(f.id,se,"the session was closed")},Xt(f){let m=a;l.Xt(m,f.b),o||b(m)},m({b:f,E:m,zn:w}){let v=l.oe.get(f.id);v&&(v.N||(v.N=!0,n({e:"entry",id:v.key,
status:"sent"})),w&&t.resent++,r.m({...m,h:v.h,content:v.type,data:v.data}))},Dt(f){let m=f.Dt,w=m==="delivered"?void 0:r.xo(f),v=l.Qt(f.b.id,w&&[m,w]);v&&(t[m]++,
f.xn&&t.duplicates++,w?l.fo(()=>h(v.key,{status:m,fault:w})):h(v.key,{status:m,ack:{offset:f.O,duplicate:f.xn,synced:f.Wn,copies:f.Gn}}),M())},wo(){for(let f of l.oe.
values()){let{key:m,ch:w,type:v,data:k,h:C,p:F,n:A}=f;n({e:"restored",id:m,ch:w,type:v,data:k,h:C,status:u(f),producer:F,number:A})}},K(){s=l.nt(),n({e:"outbox",
durable:e.durable,full:s})},_e(f){for(let m of l.oe.values()){let w=m.N;o?h(m.key,{status:u(m),fault:f}):w?h(m.key,{status:"unknown",fault:{code:Ae,detail:"no a\
nswer before the end"}}):h(m.key,{status:"failed",fault:f})}}};return R};var Gr=(e,t)=>{let n=new Map,r=new Set,o=a=>a&&(a.ne[0]>a.j[0]/2||a.ne[1]>a.j[1]/2),i=new Map,s=(a,d,l)=>(t(a.x,d,l)?.earlier??[]).map(([u,b])=>[u,b]);return{se:n,
vo(a,d,l){let u={x:a,j:l,w:"",ne:[0,0],r:[]};n.set(a,u),i.has(d)||i.set(d,u)},ko(a){let d=n.get(a);n.delete(a);for(let[l,u]of i)u===d&&i.delete(l)},I(a,[d,l]){let u=n.
get(a);u&&(u.ne=[Math.max(0,u.ne[0]-d),Math.max(0,u.ne[1]-l)])},Mn(a){let d=i.get(a.ch);return!d||!o(d)?!1:(d.X=a,!0)},$n(a){for(let d of n.values())!d.X||o(d)||
(a(d.X),d.X=void 0)},So(){for(let a of n.values())a.X=void 0},_o({M:a,w:d,E:l}){let u=n.get(a);if(!u)return!0;let{o:b=0,ts:h=0,by:g,h:S,content:$=0,data:E}=l,M=E?.
slice()??new Uint8Array;if(u.ne[0]>4*u.j[0]+1||u.ne[1]>4*u.j[1]+16777216)return!1;u.w!==d&&u.r.push({term:d,earlier:s(u,d,b)}),u.w=d;let R={o:b,ts:h,type:$,data:M};
return g&&(R.by=g),S?.length&&(R.h=S),u.r.push(R),u.ne[0]++,u.ne[1]+=M.length,r.add(u),!0},To({M:a,E:d}){let l=n.get(a);if(!l)return;let{from:u=0,to:b=0,term:h="",
after:g=0,why:S="unknown"}=d;l.w=h,l.r.push({gap:S,from:u,to:b,term:h,after:g,earlier:s(l,h,g)}),r.add(l)},Yt(){for(let a of r){r.delete(a);let d=a.r;a.r=[],e({
e:"records",sub:a.x,items:d})}}}};var Xe=e=>Array.from(crypto.getRandomValues(new Uint8Array(e)),t=>t.toString(16).padStart(2,"0")).join(""),Ve=e=>({code:$e(e.U),detail:e.Ve}),St={code:se,detail:"\
the session was closed"},bs=new Uint8Array,gs=()=>({connects:0,attempts:0,disconnects:{},published:0,delivered:0,failed:0,unknown:0,duplicates:0,resent:0,received:0,
duplicatesDropped:0,gaps:0,lost:0,bytesIn:0,bytesOut:0,rtt:0,outboxRecords:0,outboxBytes:0}),zr=(e,t)=>{let n=Date.now()-performance.now(),r=()=>Math.round(n+performance.
now()),o=gs(),i=[],s=!1,a=!1,d,l=0,u=[],b=!1,h=!1,g=p=>{if(u.push(p),!b){b=!0;for(let H=u.shift();H;H=u.shift())H();b=!1,!h&&(h=!0,queueMicrotask(S))}},S=()=>{h=
!1,!a&&(F.po(),k.Qe(),s&&!F.W&&g(ke),M())},$,E=1/0,M=()=>{let p=f.Se()??1/0;p>=E||(clearTimeout($),E=p,$=setTimeout(g,Math.min(Math.max(2,p-r()),1e9),R))},R=()=>{
E=1/0,k.zt()&&w({i:"moved",z:r()}),w({i:"tick"})},f=Fr({it:Xe(16),Kn:Xe(8),ve:Xe(16),le:e.le,qt:e.qt,Oe:e.Oe,ge:e.ge,Nt:!!e.Zt.F}),m,w=p=>{if(a)return;for(let B of f.De(
r(),p))v[B.i](B);let H=m;m=void 0,H?.()},v={send({E:p}){p.t==="hello"&&p.subs&&(p.subs=p.subs.filter(H=>!A.Mn(H))),!(p.t==="subscribe"&&A.Mn(p))&&(p.t==="ping"&&
(l=performance.now()),k.m(p))},publish:p=>C.m(p),persist:p=>C.Xt(p),mark:p=>F.uo(p),seal:p=>F.J(p.x,p.mt),outcome:p=>C.Dt(p),resolved:p=>F.lo(p.mt),held(p){p.b&&
t({e:"held",ch:p.b.ch,at:p.z-r()+Date.now(),fault:Ve(p)})},lost({ke:p,Jn:H,Z:B,ee:Q}){o.lost+=Q-B+1,t({e:"lost",ch:p,producer:H,from:B,to:Q})},record(p){o.received++,
A._o(p)||(m=()=>k.ue({code:Mn,detail:"the server sends far more than the window"}))},gap(p){o.gaps++,A.To(p)},subscribed:({M:p,E:{term:H="",o:B=0}})=>t({e:"subs\
cribed",sub:p,term:H,o:B}),ended:p=>me(p.M,p.U?Ve(p):void 0),welcome(p){k.io(p.E),A.$n(U),P.K()},disconnect(p){m=()=>k.ue(Ve(p),p.z-r())},authenticate(p){typeof e.Ie!=
"function"&&oe({code:$e(p.U),detail:k.Ze?.detail??""})},fail:p=>oe(Ve(p)),refresh:()=>{k.En()}},k=Ur(e,o,{Jt:p=>g(()=>a||p()),Te:(p,H)=>we(p,H),ro:p=>w({i:"conn\
ected",Ie:p}),E(p){p.t==="pong"&&l&&(o.rtt=performance.now()-l,l=0),p.t==="reply"&&P.Gt(p);let H=o.received;w({i:"frame",E:p}),p.t==="record"&&H===o.received&&o.
duplicatesDropped++},so:()=>A.Yt(),te(p){l=0,A.So(),P.Sn(),w({i:"disconnected",U:p})},Ye:p=>oe(p)}),C=Wr(e.Zt,o,t,{Jt:g,De:w,m:p=>k.m(p),Ye:p=>_(p),ho:p=>p-Date.
now()+r(),xo:Ve}),F=C.mo,A=Gr(t,(p,H,B)=>f.Ut(p,H,B)),P=Hr(t,p=>k.m(p)),U=p=>k.m({...p,t:"subscribe"}),we=(p,H)=>{let B=k.Ze;t({e:"status",status:{state:s&&!a?"\
closing":p,attempt:k.de(),...B&&{fault:B},...H}})},me=(p,H)=>{A.Yt(),A.ko(p),t({e:"ended",sub:p,...H&&{fault:H}})},V={publish:p=>C.go(p),subscribe({sub:p,c:H,earlier:B=[],
...Q}){let{ch:x,window:L,term:N,o:Z=0}=Q;A.vo(p,x,L),w({i:"subscribe",M:p,Pe:Q,Ut:N?{term:N,offset:Z,earlier:B}:void 0})},unsubscribe:p=>w({i:"unsubscribe",M:p.
sub}),done({sub:p,took:H,term:B="",o:Q}){A.I(p,H),Q!==void 0&&w({i:"done",M:p,w:B,O:Q}),k.F&&A.$n(U)},call:p=>P.Vn(p,k.F),cancel:p=>P.Xn(p.id),refresh:p=>{p.token?
k.Cn(p.token):k.En()},reconnect:()=>k.ao(),stats:({id:p})=>t({e:"stats",id:p,stats:{...o,bytesOut:k.Ne(),outboxRecords:F.W,outboxBytes:F.ht}}),close({drain:p}){
if(p<0)return ke(!0);s||(s=!0,we("closing"),d=setTimeout(g,p,()=>ke()))}},ve=p=>{p.c==="publish"&&C.yo(p),p.c==="subscribe"&&t({e:"ended",sub:p.sub,fault:St}),p.
c==="call"&&t({e:"reply",id:p.id,fault:St,type:0,data:bs}),p.c==="stats"&&V.stats(p)},re=p=>a?ve(p):V[p.c](p),ke=p=>{w({i:"bye"}),oe(void 0,p)},oe=(p,H)=>{if(!a){
A.Yt(),a=!0,clearTimeout($),clearTimeout(d),k._e(p),we(p?"failed":"closed");for(let B of A.se.keys())me(B,p);P.Sn(p??St),i?.forEach(ve),C._e(p??St),F.Q(H).then(
()=>t({e:"closed",left:F.W}))}},y=p=>{if(a)return p?.Q();p&&(F.Wt(p),f.Wt(p.L,Array.from(F.oe.values(),hs)),C.wo()),C.K();let H=i;i=void 0,H.forEach(re),k.gt()},
_=p=>g(()=>oe(p));return(async()=>e.Zt.F?.(e.le,_))().then(p=>g(()=>y(p)),_),{l(p){p.c==="publish"&&!C.bo(p,a||s)||(i&&!a?i.push(p):g(()=>re(p)))}}},hs=({id:e,ch:t,
p:n,n:r,size:o,sent:i,mem:s,expires:a})=>({id:e,ch:t,p:n,n:r,size:o,sent:i,mem:s,expires:a});var ys=new TextEncoder,xs=new TextDecoder("utf-8",{ignoreBOM:!0}),Ye=e=>ys.encode(e),_t=e=>xs.decode(e),un=(e,t,n)=>{t instanceof ArrayBuffer&&(t=new Uint8Array(
t));let r=ArrayBuffer.isView(t)&&new Uint8Array(t.buffer,t.byteOffset,t.byteLength).slice();if(r&&n!=="json")return[n==="text"?1:0,r];if(typeof t=="string"&&n!==
"json")return[n==="binary"?0:1,Ye(t)];let o;try{let i=r?Kn(new TextDecoder("utf-8",{fatal:!0,ignoreBOM:!0}).decode(r)):JSON.stringify(t);if(r&&JSON.parse(i),i!==
void 0&&(n??"json")==="json")return[2,Ye(i)]}catch(i){o=i}throw new G(Pn,e,`data cannot be ${n??"json"}`,o)},Qe=(e,t)=>e===2?JSON.parse(_t(t)):e?_t(t):t,ln=(e,t)=>{
if(!/^[^\p{C}\p{Z}"\\\uFFFD]+$/u.test(t)||Ye(t).length>255)throw new G(Hn,e,"1 to 255 bytes of printable text without spaces, quotes and backslashes are wanted")},
Jr=(e,t=[])=>{let n=(Array.isArray(t)?t:Object.entries(t)).map(([r,o])=>[`${r}`,`${o}`]);for(let[r,o]of n)if(!r||Ye(r).length>255||Ye(o).length>4096||n.length>64)
throw new G(Se,e,"headers: at most 64, names of 1 to 255 bytes, values of at most 4,096");return n};var ws=32,vs=50,Kr=["binary","text","json"],Tt=(e,t,n)=>{let r=n.filter(([o,i])=>o!==e&&i<t);return[[e||"-",t],...r].map(([o,i])=>`${o}@${i}`).join(" ")},fn=class{gap;channel;offset;term;time;user;headers;type;bytes;H;constructor(t,n,r,{
o,ts:i,by:s="",h:a=[],type:d,data:l}){this.channel=t,this.term=n,this.offset=o,this.time=i,this.user=s,this.headers=a,this.type=Kr[d],this.bytes=l,this.H=r}get data(){
return Qe(Kr.indexOf(this.type),this.bytes)}text(){return _t(this.bytes)}json(){return JSON.parse(this.text())}get position(){return Tt(this.term,this.offset,[])}get checkpoint(){
return Tt(this.term,this.offset,this.H)}},Et=class extends EventTarget{channel;x;l;Ln;en=be();ot=[];Be=0;w="";H=[];Se;xt=!1;Ee;wt;d;I=[0,0];A=0;constructor(t,n,r,o){
super(),this.x=t,this.channel=n,this.Ln=r,this.l=o}get ready(){return this.en.re}async*[Symbol.asyncIterator](){if(this.xt)throw new G(Se,`read ${this.channel}`,
"somebody else reads it already");this.xt=!0;try{for(;;){this.wt&&(this.d=this.wt),this.wt=void 0,this.Be>255&&(this.ot.splice(0,this.Be),this.Be=0);let t=this.ot[this.Be++];
if(this.B(!t)&&await ks(),t){let n=this.V(t);n&&(yield n);continue}if(this.ot=[],this.Be=0,this.Ee?.Rn)throw this.Ee.Rn;if(this.Ee)return;await new Promise(n=>{
this.Se=n})}}finally{this.xt=!1}}V(t){if("o"in t)return this.I[0]++,this.I[1]+=t.data.length,this.Ln||(this.wt=[this.w,t.o]),new fn(this.channel,this.w,this.H,t);
if(this.w=t.term,this.H=t.earlier,"gap"in t)return pn(this.channel,t)}B(t){let n=performance.now(),r=n-this.A>vs;if(!t&&!r&&this.I[0]<ws)return!1;r&&(this.A=n);
let[o,i]=this.d??[];return(this.d||this.I[0])&&this.l({c:"done",sub:this.x,took:this.I,...i!==void 0&&{term:o,o:i}}),this.I=[0,0],this.d=void 0,r&&!t}ack(t){this.d=
[t.term,t.offset],this.B(!0)}close(){this.Ee||(this.B(!0),this.ot=[],this.Be=0,this.l({c:"unsubscribe",sub:this.x}),this.rt())}addEventListener(t,n,r){super.addEventListener(
t,n,r),t==="record"&&!this.xt&&this.Eo()}async Eo(){try{for await(let t of this)X(this,t.gap?"gap":"record",t)}catch{}}be(t){if(!this.Ee){for(let n of t)this.ot.
push(n);this.Se?.()}}K(t,n){this.en.pe(Tt(t,n,[]))}rt(t){if(this.Ee)return;let n=t&&ue(t,`subscribe to ${this.channel}`);this.Ee={...n&&{Rn:n}},this.en.me(n??ue(
{code:se},`subscribe to ${this.channel}`)),this.Se?.(),X(this,"end",n)}},ks=()=>new Promise(e=>{let{port1:t,port2:n}=new MessageChannel;t.onmessage=()=>{t.close(),
e()},n.postMessage(0)}),pn=(e,{gap:t,from:n,to:r,term:o,after:i,earlier:s})=>({gap:t,channel:e,from:n,to:r,checkpoint:Tt(o,i,s)});var Ze=class extends ct(){status={state:"connecting",attempt:0};outbox;messages;Ue=new Map;_=new Map;X=new Map;G=Xe(8);j;Fn;tn;An=be();nn=new Map;on=0;constructor(t,n={}){
super(),this.messages=this.Ue;let r=_s(t),o=n.WebSocket??globalThis.WebSocket;if(!o)throw new G(Se,"open session","there is no WebSocket here; give the option W\
ebSocket");this.tn=`session with ${r.replace(/\?.*/,"")}`,this.j=[n.window?.records??512,n.window?.bytes??1<<20];let i=n.outbox??Be(),s=n.user??"",a=(u,b)=>zr({
_n:r,Kt:n.codec??tr,Ie:n.token,le:s,qt:n.agent??"holdfast-ts",Zt:b&&i.F?{...i,F:(h,g)=>i.F(h,g,b)}:i,no:n.backoff??{},Tn:n.connectTimeout??1e4,Oe:n.ackTimeout,ge:n.
pongTimeout??1e4,oo:o},u),d=u=>this.be(u),l=i.F?i.name:"";this.Fn=n.tabs?n.tabs(a,d,{url:r,user:s,outbox:l,page:this.G}):a(d)}get state(){return this.status.state}get error(){
return this.status.fault&&ue(this.status.fault,this.tn)}publish(t,n,r={}){let o=`publish to ${t}`;ln(o,t);let[i,s]=un(o,n,r.type),a=Jr(o,r.headers),d=`${this.G}\
:${++this.on}`,l=new Ue(d,t,n);return this.Ue.set(d,l),this.l({c:"publish",id:d,ch:t,type:i,data:s,...a[0]&&{h:a},...r.ttl&&{exp:Date.now()+r.ttl}}),l}subscribe(t,n={}){
let r=`subscribe to ${t}`;ln(r,t);let o=++this.on,i=[n.window?.records??this.j[0],n.window?.bytes??this.j[1]],s={c:"subscribe",sub:o,ch:t,window:i,...Ts(r,n.from)};
n.cursor&&(s.cursor=n.cursor);let a=new Et(o,t,n.ack==="manual",u=>this.l(u));this._.set(o,a),this.l(s);let{signal:d}=n,l=()=>a.close();return d?.addEventListener(
"abort",l),a.addEventListener("end",()=>d?.removeEventListener("abort",l)),d?.aborted&&l(),a}channel(t){return{name:t,publish:(n,r)=>this.publish(t,n,r),subscribe:n=>this.
subscribe(t,n)}}call(t,n,r={}){let o=`call ${t}`,[i,s]=n===void 0?[0,new Uint8Array]:un(o,n),[a,d]=this.Hn(),l=(g,S)=>{this.l({c:"cancel",id:a}),d.me(new G(g,o,
S))},u=r.timeout??3e4,b=setTimeout(()=>l(Fn,`no reply within ${u} ms`),u),h=()=>l(Nn,"");return r.signal?.addEventListener("abort",h),r.signal?.aborted?h():this.l(
{c:"call",id:a,name:t,type:i,data:s,...r.key&&{key:r.key}}),d.re.finally(()=>{clearTimeout(b),r.signal?.removeEventListener("abort",h),this.X.delete(a)})}refresh(t){
this.l({c:"refresh",...t&&{token:t}})}reconnect(){this.l({c:"reconnect"})}stats(){let[t,n]=this.Hn();return this.l({c:"stats",id:t}),n.re}connected(){return this.rn(
()=>this.state==="open")}room(){return this.rn(()=>!!this.outbox&&!this.outbox.full)}flush(){return this.rn(()=>!!this.outbox&&!this.Ue.size)}close({drain:t=5e3}={}){
for(let n of this._.values())n.B(!0);return this.l({c:"close",drain:t}),this.An.re}l(t){this.Fn.l(t)}Hn(){let t=++this.on,n=be();return this.X.set(t,n),[t,n]}rn(t){
let n=be();return this.nn.set(n,t),this.vt(),n.re}vt(){let t=this.state==="failed"||this.state==="closed";for(let[n,r]of this.nn){if(r())n.pe();else if(t)n.me(this.
error??ue(Ss,this.tn));else continue;this.nn.delete(n)}}be(t){switch(t.e){case"status":return this.status=t.status,X(this,"status",t.status),t.status.state==="f\
ailed"&&X(this,"error",this.error),this.vt();case"outbox":return this.outbox={durable:t.durable,full:t.full},X(this,"status",this.status),this.vt();case"restore\
d":return this.Ue.set(t.id,new Ue(t.id,t.ch,Qe(t.type,t.data),t.status)),this.b({e:"entry",id:t.id,status:t.status,producer:t.producer,number:t.number},!0);case"\
entry":return this.b(t);case"records":return this.W(t.sub,t.items);case"subscribed":return this._.get(t.sub)?.K(t.term,t.o);case"ended":{let n=this._.get(t.sub);
return this._.delete(t.sub),n?.rt(t.fault)}case"reply":return this.Gt(t);case"stats":this.X.get(t.id)?.pe(t.stats),this.X.delete(t.id);return;case"held":X(this,
"held",{channel:t.ch,at:t.at,error:ue(t.fault,`publish to ${t.ch}`)});return;case"lost":X(this,"lost",{channel:t.ch,producer:t.producer,from:t.from,to:t.to});return;case"\
closed":return this.An.pe(t.left)}}b(t,n=!1){let r=this.Ue.get(t.id);r&&(t.end&&this.Ue.delete(t.id),(r.be(t)||n)&&X(this,"message",r),t.end&&this.vt())}W(t,n){
let r=this._.get(t);if(r){r.be(n);for(let o of n)"gap"in o&&X(this,"gap",pn(r.channel,o))}}Gt({id:t,fault:n,type:r,data:o}){let i=this.X.get(t);if(n)return i?.me(
ue(n,"call"));try{i?.pe(Qe(r,o))}catch(s){i?.me(s)}}},Ss={code:se,detail:"the session was closed"},_s=e=>{try{let t=new URL(e,globalThis.location?.href);if(t.protocol=
t.protocol.replace("http","ws"),/^wss?:$/.test(t.protocol))return t.hash="",t.pathname==="/"&&(t.pathname="/ws"),t.href}catch{}throw new G(Se,"open session",`ur\
l: "${e}" is none for ws, wss, http or https`)},Ts=(e,t="head")=>{if(typeof t=="string")return{at:t};if("last"in t)return{at:"last",last:t.last};if("since"in t)
return{at:"time",since:t.since};if("offset"in t)return t.offset?{at:"position",o:t.offset}:{at:"start"};let n=t.checkpoint.split(/\s+/).filter(Boolean);if(!n[0])
return{at:"start"};let[[r,o],...i]=n.map(s=>{let a=/^(-|[\da-f]{16})@(\d{1,16})$/.exec(s);if(!a||n.length>8)throw new G(Se,e,`checkpoint: "${t.checkpoint}"`);return[
a[1].replace("-",""),+a[2]]});return r?{at:"position",term:r,o,earlier:i}:o?{at:"position",o}:{at:"start"}};var T=e=>document.getElementById(e);function D(e,t,...n){let r=document.createElement(e);return t&&(r.className=t),r.append(...n),r}function q(e,t){e.textContent!==
t&&(e.textContent=t),e.hidden=t===""}var pe=e=>q(T("announcement"),e);function Ct(e){let t=new Date(e),n=t.toDateString()===new Date().toDateString(),r=D("time",
"",n?t.toLocaleTimeString():t.toLocaleString());return r.dateTime=t.toISOString(),r.title=t.toLocaleString(void 0,{dateStyle:"full",timeStyle:"long"}),r}function et(e,t=""){
let n=D("span",`badge ${e}`,e);return n.title=t,n}function Le(e,t,n){q(t,n),n?e.setAttribute("aria-invalid","true"):e.removeAttribute("aria-invalid")}var mn=e=>new TextEncoder().
encode(e);function Es(e,t){if(t.trim()==="")return"There is nothing to send yet.";if(!e)return"";try{return JSON.parse(t),""}catch(n){return`That is not JSON: ${n.message}`}}
function Vr(e){let t=T("composer"),n=T("message"),r=()=>new FormData(t).get("type")==="json",o=()=>{n.rows=Math.min(6,n.value.split(`
`).length)};function i(){let s=r(),a=n.value,d=Es(s,a)||e(s?{json:a.trim()}:{text:a});Le(n,T("mistake"),d),d||(n.value=""),o(),n.focus()}t.onsubmit=s=>{s.preventDefault(),
i()},n.oninput=()=>{Le(n,T("mistake"),""),o()},n.onkeydown=s=>{s.key!=="Enter"||s.shiftKey||s.isComposing||(s.preventDefault(),i())},t.onchange=()=>{let s=r();n.
placeholder=s?'{"any": "JSON value"}':"Write a message",n.classList.toggle("json",s),Le(n,T("mistake"),"")},n.focus()}var ye=e=>{let{code:t=0,message:n="",op:r="",codeName:o}=e;return o?{code:t,detail:n.slice(r.length+2,-o.length-2).trim()}:{code:4300,detail:String(e)}},K=(e,t)=>`${e.
toLocaleString()} ${t}${e===1?"":"s"}`,bn=e=>e.charAt(0).toUpperCase()+e.slice(1);function Xr(e){function t({code:s,detail:a}){let d=e[s]?.[1]??"the server said\
 something that this page has no words for";return!a||a.includes(d)?bn(`${d} (${s}).`):bn(`${s<4e3?a:`${d}: ${a}`} (${s}).`)}let n=s=>e[s]?.[2]?`${bn(e[s][2])}.`:
"",r=({waiting:s,durable:a,owner:d})=>{let l=a?"safely in this browser":"here",u=s<2,b=d?` and ${u?"goes":"go"} out as ${d}`:"";return s===0?a?`What you write i\
s kept in this browser${b}.`:`What you write waits here${b}.`:`${K(s,"message")} ${u?"waits":"wait"} ${l}${b}.`};function o(s){let a=s.user?`to ${s.host} as ${s.
user}.`:`to ${s.host}.`,d=Number.isNaN(s.tokenEnds)?"soon":`in ${s.tokenEnds} s`;if(s.tokenEnds!==void 0)return`${a} The token ends ${d}; with the next one you \
stay connected.`;if(s.waiting===0)return a;let{waitingFor:l=0}=s;return`${a} ${K(s.waiting,"message")} on the way${l>=3?`, without an answer for ${l} s`:""}.`}function i(s){
let a=s.fault?t(s.fault):"";if(s.wantsToken)return["Not let in.",`${a} ${s.fault?n(s.fault.code):""} ${r(s)}`];switch(s.state){case"open":return["Connected",o(s)];case"\
waiting":return s.offline?["Offline.",`It goes on when there is a network again. ${r(s)}`]:[`${s.before?"Cut off":"Not connected"}. Next try in ${s.retryIn??0} \
s.`,`${a} ${r(s)}`];case"failed":return["Stopped.",`${a} ${s.fault?n(s.fault.code):""}`];case"closing":case"closed":return["Closed.",""];default:return[s.before?
"Connecting again…":"Connecting…",`to ${s.host}. ${s.before||s.waiting>0?r(s):""}`]}}return{sentence:t,advice:n,connection:i}}var Ot=(e,t)=>e[t]?.[0]??["now",
"later","authenticate","stop"][Math.floor(t/100)-40]??"now";function Yr(e,t,n,r){let o=!1,i,s,a="",d=0,l=h=>Ot(n,h)==="authenticate";async function u(){let{status:h}=e(),g=(S,$=1006)=>{e().status===h&&(s={code:$,detail:S})};
try{let S=await fetch("readyz",{cache:"no-store",signal:AbortSignal.timeout(3e3)}),$=(await S.text()).trim().slice(0,80),E=Number(S.headers.get("Holdfast-Code"));
E?g($,E):S.ok?g("the server is there but took no connection"):g(`the server is not ready: ${$}`)}catch{g("the server cannot be reached")}}let b=h=>{let g=e(),{state:S,
retryAt:$=0,user:E}=g.status,M=S==="open";return{host:location.host,state:S,before:o,user:E,owner:h.owner,offline:navigator.onLine===!1,fault:i??s??(g.error&&ye(
g.error)),retryIn:Math.max(0,Math.ceil(($-Date.now())/1e3)),wantsToken:!M&&i!==void 0,tokenEnds:M&&r.asked()?r.left()??Number.NaN:void 0,waiting:h.waiting,waitingFor:h.
since?Math.floor((Date.now()-Math.max(h.since,d))/1e3):0,durable:(g.outbox?.durable??!0)&&h.kept}};return{refused:()=>i!==void 0,renewed(){i=void 0},changed(){let h=e(),
{state:g}=h,S=h.error&&ye(h.error);g==="open"?(o=!0,i=void 0):S&&l(S.code)&&(g==="waiting"||g==="failed")&&(i=S),s=void 0,i&&i===S&&pe(`Not let in. ${t.sentence(
i)}`),g==="waiting"&&S?.code===4107&&!i&&u(),g!==a&&(a=g,g==="open"&&(d=Date.now()),g==="open"&&pe("Connected."),g==="waiting"&&!i&&pe(`Cut off. ${S?t.sentence(
S):""} It is tried again by itself.`),g==="failed"&&pe(`Stopped. ${S?t.sentence(S):""}`))},show(h){let g=b(h),[S,$]=t.connection(g),E=g.wantsToken?"failed":g.state;
T("connection").dataset.state=E==="authenticating"?"connecting":E==="failed"||E==="closed"?"stopped":E,q(T("headline"),S),q(T("explanation"),$.trim()),q(T("tabs"),
h.tabs),r.show(g.wantsToken===!0||g.tokenEnds!==void 0,g.wantsToken===!0),T("retry").hidden=g.wantsToken===!0||g.state!=="waiting"&&g.state!=="failed",T("retry").
textContent=g.state==="failed"?"Load again":"Try now"}}}function Qr(e){try{let t=atob(e.split(".")[1].replaceAll("-","+").replaceAll("_","/"));return Object(JSON.parse(new TextDecoder().decode(Uint8Array.from(t,n=>n.
charCodeAt(0)))))}catch{return{}}}function Zr(e){let t="",n=[],r=T("token"),o=T("credentials"),i=typeof BroadcastChannel=="function"?new BroadcastChannel("holdf\
ast page"):void 0;function s(a){t=a;let d=n;n=[];let{sub:l}=Qr(t);if(e(typeof l=="string"?l:void 0))for(let u of d)u(t)}return i&&(i.onmessage=({data:a})=>{typeof a?.
token=="string"?s(a.token):t&&i.postMessage({token:t})},i.postMessage({})),o.onsubmit=a=>{a.preventDefault();let d=r.value.trim();r.value="",i?.postMessage({token:d}),
s(d),T("message").focus()},{next:a=>a?new Promise(d=>n.push(d)):t,asked:()=>n.length>0,left(){let a=Number(Qr(t).exp)*1e3;return Number.isNaN(a)?void 0:Math.max(
0,Math.ceil((a-Date.now())/1e3))},show(a,d){a&&o.hidden&&d&&!T("message").value&&setTimeout(()=>r.focus()),o.hidden=!a,q(T("token-button"),d?"Connect":"Stay con\
nected")}}}var ee=e=>e.toLocaleString();function gn(e){if(e<1e3)return K(e,"byte");let t=["kB","MB","GB"],n=-1;do e/=1e3,n++;while(e>=1e3&&n<t.length-1);return`${e.toLocaleString(
void 0,{maximumFractionDigits:1})} ${t[n]}`}var Cs=e=>e>0?`${e<10?e.toFixed(1):Math.round(e)} ms`:"not measured yet";function Os(e){let t=Object.entries(e);return t.
length?t.map(([n,r])=>r>1?`${r} × ${n}`:n).join(", "):"none"}var eo=(e,t)=>[["Connection",[["Round trip",Cs(e.rtt)],["Connections",`${ee(e.connects)} of ${K(e.
attempts,"attempt")}`],["Ends, by code",Os(e.disconnects)],["Bytes in, out",`${gn(e.bytesIn)}, ${gn(e.bytesOut)}`],["Tabs",t.tabs]]],["Publishing",[["Taken",ee(
e.published)],["Delivered",ee(e.delivered)],["Failed, unknown",`${ee(e.failed)}, ${ee(e.unknown)}`],["Sent again",ee(e.resent)],["… which the server had",ee(e.
duplicates)],["Waiting",`${ee(e.outboxRecords)} (${gn(e.outboxBytes)})`],["Kept",t.outbox]]],["Receiving",[["Received",ee(e.received)],["Doubles dropped",ee(e.duplicatesDropped)],
["Gaps",ee(e.gaps)],["Lost by the server",ee(e.lost)]]]];function to(e,t){let n=T("figures-panel"),r=T("figures-button"),o=new Map;function i(u){for(let[b,h]of eo(
u,t()))for(let[g,S]of h){let $=`${b} ${g}`,E=o.get($);E&&q(E,S)}}function s(u){for(let[b,h]of eo(u,t())){let g=D("dl","");for(let[S,$]of h){let E=D("dd","",$);o.
set(`${b} ${S}`,E),g.append(D("div","",D("dt","",S),E))}n.append(D("section","",D("h2","",b),g))}}async function a(){let u=await e();o.size===0?s(u):i(u)}let d=()=>{
a().catch(()=>{})},l;r.onclick=()=>{let u=n.hidden;n.hidden=!u,r.setAttribute("aria-expanded",String(u)),clearInterval(l),u&&(d(),l=setInterval(d,1e3))}}var Ms=500,hn=4e3,$s=8,Ls=e=>Array.from(e.subarray(0,100),t=>t.toString(16).padStart(2,"0")).join(" "),no=e=>e.length>hn?`${e.slice(0,hn)}… and ${K(e.length-hn,
"more character")}`:e;function Rs(e){if("text"in e)return D("div","payload",D("p","data",no(e.text)));let t="bytes"in e,n=t?`${Ls(e.bytes)}${e.bytes.length>100?
" …":""}`:no(e.json);return D("div","payload",D("span","kind",t?K(e.bytes.length,"byte"):"JSON"),D("code","data",n))}function yn(e,t,n,r){let o=D("span","offs\
et",e?String(e):"–");o.title=e?`offset ${e}`:"it has no offset yet";let i=D("span","meta");return r&&i.append(D("span","by",r)),n&&i.append(Ct(n)),D("li","rec\
ord",o,Rs(t),i)}function ro(e){let t=T("log"),n=new Map,r=0,o=0;function i(a){for(t.append(a),o++;t.childElementCount>Ms;){let d=t.firstElementChild;d.classList.
contains("record")&&r++,n.delete(Number(d.dataset.offset)),d.remove()}e()}return{clear(){n=new Map,r=0,t.replaceChildren()},startsAfter(a){n.size===0&&(r=a)},record(a,d,l,u){
let b=yn(a,d,l,u);b.dataset.offset=String(a),n.set(a,b),i(b)},notice(a){i(D("li","notice",a))},mine(a,d){let l=n.get(a);if(!l)return!1;if(l.classList.contains("\
mine"))return!0;l.classList.add("mine");let u=l.querySelector(".meta");return u.querySelector(".by")?.remove(),u.prepend(D("span","by","you")),u.append(et("deli\
vered",d.synced?`synced to disk, on ${K(d.copies||1,"machine")}`:"in the server’s memory")),!0},forked(a){for(let[d,l]of n)d<a||(l.classList.add("gone"),l.querySelector(
".badge")?.replaceWith(et("gone")),n.delete(d))},empty:()=>t.childElementCount===0,hidden:()=>r,settle(){T("live").setAttribute("aria-live",o>$s?"off":"polite"),
o=0}}}var xn=3e3,wn=e=>({code:st,op:`open outbox ${e}`,detail:"another page uses it"}),oo=async e=>{let t=globalThis.navigator?.locks;return t&&new Promise((n,r)=>{t.
request(`holdfast:${e}`,{signal:AbortSignal.timeout(xn)},()=>new Promise(o=>n(o))).catch(()=>r(wn(e)))})};var vn="outbox",Mt=(e={})=>{let t=e.name??"holdfast";return{...e,name:t,durable:!0,F:(n,r,o="")=>As(t+o,n,r)}},Fs=(e,t)=>new Promise((n,r)=>{let o=!1,i=setTimeout(
()=>{o=!0,r(wn(e))},xn),s=a=>{let d=t,l=globalThis.indexedDB.open(`holdfast:${e}`,a);l.onupgradeneeded=u=>{d||=!!a,u.oldVersion||l.result.createObjectStore(vn)},
l.onsuccess=()=>{let u=l.result;if(d&&!o)return clearTimeout(i),n(u);u.close(),o||s(a?void 0:u.version+1)},l.onerror=()=>{l.error?.name==="VersionError"?s():r(l.
error)}};s()}),As=async(e,t,n)=>{let r,o=d=>new Promise((l,u)=>{let b=r.transaction(vn,"readwrite",{durability:"strict"});b.oncomplete=()=>l(),b.onabort=()=>u(at(
e,b.error)),d(b.objectStore(vn))}),i=[],s=await oo(e),a=()=>{r?.close(),s?.()};try{return r=await Fs(e,!!s),r.onclose=()=>n(at(e,"the browser has closed it")),await o(
d=>{d.openCursor().onsuccess=l=>{let u=l.target.result;u&&(i.push([u.key,u.value]),u.continue())}}),await Wn(e,t,i,d=>o(l=>Hs(l,d)),a)}catch(d){throw a(),at(e,d)}},
Hs=(e,t)=>{for(let n of t.Ct)e.put(n,n.id);for(let n of t.qe)e.delete(n);for(let n of t.L.values())Array.isArray(n)?e.delete(n):e.put(n,[n.ch,n.p]);t.le!==void 0&&
e.put(t.le,"user"),t.fe&&e.put(t.fe,"marks");for(let[n,r]of t.We)r?e.put(r,`page ${n}`):e.delete(`page ${n}`);e.transaction.commit()};var kn="holdfast page";function so(e){let t={user:"",first:"",left:[]};function n(){try{t={...t,...JSON.parse(localStorage.getItem(kn)??"{}")}}catch{}return t}function r(o){
t={...n(),...o};try{localStorage.setItem(kn,JSON.stringify(t))}catch{}}return window.addEventListener("storage",o=>o.key===kn&&e()),{last:()=>n().user,enters(o){
let{first:i,left:s}=n();r({user:o,first:i||o,left:s.filter(a=>a!==o)})},leaves(o){let{left:i}=n();o&&!i.includes(o)&&r({left:[...i,o]})},outbox(o){if(o!==n().first)
return Mt({name:`page of ${o}`});let i=Mt({name:"page"});return{...i,F:(s,a,d)=>i.F("",a,d)}},words(o){return n().left.filter(s=>s!==o).map(s=>`Messages of ${s}\
 wait safely in this browser. They go out when ${s} is back, and as nobody else.`).join(" ")}}}var io=100,Sn=e=>e.status==="failed"||e.status==="unknown",_n=e=>e.status==="pending"||e.status==="sent";function ao(e,t,n,r){let o=[],i=new Map,s="";function a(b){
o=o.filter(h=>h!==b),d(b),T("message").focus(),r()}function d(b){i.get(b)?.remove(),i.delete(b)}function l(b){let h=b.fault??{code:0},g=D("button","quiet","Send\
 again"),S=D("button","quiet","Dismiss");return g.type=S.type="button",S.onclick=()=>a(b),g.onclick=()=>{a(b),n(b)},D("div","trouble",D("p","",`${e.sentence(h)}\
 ${e.advice(h.code)}`),g,S)}function u(b){let h=i.get(b);h||(h=yn(0,b.payload,0,"you"),h.classList.add("mine"),h.querySelector(".meta").append(Ct(b.at)),i.set(b,
h),T("queue").append(h));let g=`${b.status}|${b.fault?.code??""}`;h.dataset.shown!==g&&(h.dataset.shown=g,h.querySelector(".badge")?.remove(),h.querySelector(".\
trouble")?.remove(),h.querySelector(".meta").append(et(b.status)),b.fault&&(h.append(Sn(b)?l(b):D("div","trouble",e.sentence(b.fault))),Sn(b)&&pe(`A message ${b.
status==="failed"?"failed":"has an unknown outcome"}. ${e.sentence(b.fault)}`)))}return{add:b=>{o.push(b)},waiting:()=>o.filter(_n).length,kept:()=>o.every(b=>b.
kept||!_n(b)),since:()=>o.find(_n)?.at,clear(b=!1){b&&(o=[]),i.clear(),T("queue").replaceChildren()},refresh(b,h){o=o.filter(M=>{if(M.status!=="delivered")return!0;
let{offset:R=0,synced:f=!1,copies:m=0}=M,w=M.channel!==b||R<=h;return M.channel===b&&R&&t.mine(R,{synced:f,copies:m}),w&&d(M),!w});let g=o.filter(M=>M.channel===
b);for(let M of g.slice(0,io))u(M);let S=g.length-io;q(T("queue-more"),S>0?`and ${K(S,"more message")}.`:""),T("outgoing").hidden=g.length===0,g.length===0&&(s=
""),q(T("queue-held"),s),q(T("outgoing-title"),g.length===0||g.some(M=>!Sn(M))?"Not yet in the channel":"Not stored, or not known to be");let $=o.filter(M=>M.channel!==
b),E=[...new Set($.map(M=>M.channel))].join(", ");q(T("elsewhere"),$.length?`${K($.length,"message")} of yours ${$.length===1?"is":"are"} not stored in ${E}.`:"")},
held(b){s=b,pe(b),r()},empty:()=>i.size===0}}var co=()=>typeof BroadcastChannel=="function"&&!!globalThis.navigator?.locks;function uo(e,t,n){let r,o,i=(s,a,d)=>{let{signal:l}=o;return navigator.locks.request(
`holdfast ${e} ${s}`,{signal:l},()=>{if(!l.aborted)return a(),d?void 0:new Promise(u=>l.addEventListener("abort",()=>u()))}).catch(u=>{if(!l.aborted)throw u})};
return{sn:()=>new Promise((s,a)=>{if(o)return s();o=new AbortController,r=new BroadcastChannel(`holdfast ${e}`),r.onmessage=({data:d})=>{typeof d?.t!="string"||
typeof d.from!="string"||d.to&&d.to!==t||(d.v===1?n.Co(d):n.Oo(d.t))},i(`tab ${t}`,()=>{s(),i("lead",n.Mo).catch(a)}).catch(a)}),an:()=>{o?.abort(),r?.close(),o=
r=void 0},l:(s,a,d)=>r?.postMessage({...a,v:1,t:s,from:t,to:d}),kt:s=>{i(`tab ${s}`,()=>n.te(s),!0)}}}var lo=(e,t)=>!e||t&&t.o<e.o?t:e;function fo(e,t){let n=new Map,r=[],o=0,i,s,a=[0,0],d=0,l=[0,0],u,b,h=()=>n.size>1?void 0:n.keys().next().value,g=()=>[...n.values(),
...u?[u]:[]],S=()=>{let v=o;o=0,v&&t.l({c:"unsubscribe",sub:v})},$=v=>{S(),o=t.$o(w),i=g().find(C=>C.C.cursor)?.C.cursor;let k=[0,1].map(C=>Math.min(...g().map(
F=>F.C.window[C])));t.l({...v,sub:o,window:k,...i&&{cursor:i}}),a=[0,0],l=[0,0]},E=v=>{let{term:k,o:C,earlier:F}=v;$({c:"subscribe",sub:o,ch:e,at:"position",o:C,
window:[0,0],...k&&{term:k,earlier:F}}),M(v)},M=v=>{s={...v},b=void 0,d=v.o;for(let k of n.values())Object.assign(k,{I:[0,0],d,w:v.term});t.B({e:"open",ch:e,g:o,
at:v},h())},R=()=>{u||!r.length||(u=r.shift(),b=n.size?s:void 0,s=void 0,$(u.C))},f=()=>{u=void 0,b&&n.size&&E(b),R()},m=()=>{if(!o||!n.size||u)return;let v,k=[
...a];for(let A of n.values()){(!v||A.d<v.d)&&(v=A);for(let P of[0,1])k[P]=Math.min(k[P],A.I[P])}let C=[k[0]-l[0],k[1]-l[1]],F=v.d>d;!F&&!C[0]&&!C[1]||(l=k,F&&(d=
v.d),t.l({c:"done",sub:o,took:C,...F&&{term:v.w,o:d}}))},w={ke:e,M:()=>o,sn(v,k){let{sub:C,cursor:F}=k.cmd,A={je:v,M:C,C:k.cmd,d:s?.o??0,w:s?.term??"",I:[...a]},
P=[...g(),...r].find(U=>F&&U.C.cursor&&U.C.cursor!==F);if(P){let U={code:ot,detail:`another tab reads it with the cursor ${P.C.cursor}`};t.B({e:"ended",sub:C,fault:U},
v)}else k.at?(n.set(v,A),u?b=lo(b,k.at):!s||k.at.o<s.o||F&&!i?E(lo(s,k.at)):t.B({e:"open",ch:e,g:o,at:{...s}},v)):(r.push(A),R())},an(v){n.delete(v);let k=r.findIndex(
C=>C.je===v);return k>=0&&r.splice(k,1),u?.je===v?(S(),f()):i&&s&&n.size&&!g().some(C=>C.C.cursor)?E(s):m(),n.size||u||r.length?!1:(S(),!0)},d(v,k,C,F,A){let P=n.
get(v);!P||k!==o||(P.I=[P.I[0]+C[0],P.I[1]+C[1]],F>P.d&&Object.assign(P,{d:F,w:A}),m())},Lo(v,k){if(!u)return;let C=u,F={term:v,o:k,earlier:C.C.term?C.C.earlier??
[]:[]};u=void 0,n.size||(b=void 0),n.set(C.je,C),t.B({e:"subscribed",sub:C.M,term:v,o:k},C.je),b&&b.o<k?E(b):M(F),R()},W(v){if(s){for(let k of v)"gap"in k?s={term:k.
term,o:k.after,earlier:k.earlier}:"term"in k?s={...s,term:k.term,earlier:k.earlier}:(s.o=k.o,a[0]++,a[1]+=k.data.length);t.B({e:"stream",ch:e,items:v},h())}},Qt(v){
o=0;let k=u?[u]:[...n.values()];for(let C of k)t.B({e:"ended",sub:C.M,...v&&{fault:v}},C.je),n.delete(C.je);return u||(s=void 0),f(),!n.size&&!u}};return w}var po=1e3,Ps=1e3,Is=1e3;function bo(e,t){let n=new Map,r=new Map,o=new Map,i=new Map,s=new Map,a=0,d=!0,l,u,b,h=[],g,S=[],$=[],E,M=[],R=()=>{let y=M;M=[];for(let _=0;_<
y.length;){let O=y[_][1],p=[];for(;_<y.length&&y[_][1]===O;_++)p.push(y[_][0]);e.B(p,O)}},f=(y,_)=>{M.push([y,_])===1&&queueMicrotask(R)},m=y=>n.get(y)?.St,w=(y,_)=>{
if(!(!_.cn||!_.St||!b)){_.cn=!1;for(let O of s.values())n.has(mo(O.id))||f(O,y)}},v=()=>{for(;!g&&h.length&&(!b.full||h.length>Is);)l.l(h.shift())},k=()=>{let y=S;
S=[];for(let[_,O]of y)re.V(_,O);me(),v()},C=y=>{let _=mo(y.id),{status:O,producer:p="",number:H=0}=y;y.end?s.delete(y.id):s.has(y.id)&&Object.assign(s.get(y.id),
p?{status:O,producer:p,number:H}:{status:O}),f(y,m(_)?_:void 0)},F=y=>{if(!(g&&y.e!=="closed"&&(y.e!=="entry"||/pending|sent/.test(y.status)))&&!(E&&y.e!=="clos\
ed"))switch(y.e){case"status":return y.status.state==="failed"&&y.status.fault?.code===st&&(E=setTimeout(oe,po),y={e:"status",status:{...y.status,state:"waiting",
retryAt:Date.now()+po}}),u=y,f(y);case"outbox":{b=y;for(let[_,O]of n)w(_,O);return f(y),queueMicrotask(k)}case"restored":return void s.set(y.id,y);case"entry":return C(
y);case"subscribed":case"records":case"ended":return A(y);case"reply":case"stats":{let _=i.get(y.id);return i.delete(y.id),_&&f({...y,id:_[1]},_[0])}case"closed":
return E?void 0:(g||f(y),R(),g?.());default:f(y)}},A=y=>{let _=o.get(y.sub);y.e==="ended"&&o.delete(y.sub),_?.M()===y.sub&&(y.e==="records"?_.W(y.items):y.e==="\
subscribed"?_.Lo(y.term,y.o):y.e==="ended"&&_.Qt(y.fault)&&r.delete(_.ke))},P=y=>{let _=r.get(y);return _||(_=fo(y,{$o:O=>(o.set(++a,O),a),l:O=>l.l(O),B:f}),r.set(
y,_)),_},U=(y,_)=>{if($)return void $.push([y,_]);let O=P(_.cmd.ch);n.get(y)?._.set(_.cmd.sub,O),O.sn(y,_)},we=(y,_)=>{_.an(y)&&r.get(_.ke)===_&&r.delete(_.ke)},
me=()=>{if(!$||!b||d&&[...n.values()].some(_=>!_.St))return;let y=$.sort(([,_],[,O])=>(_.at?.o??1/0)-(O.at?.o??1/0));$=void 0;for(let[_,O]of y)n.has(_)&&U(_,O)},
V=(y,_,O)=>{let p="sub"in O?_._.get(O.sub):void 0;switch(O.c){case"join":return U(y,O);case"unsubscribe":return _._.delete(O.sub),$=$?.filter(([H,B])=>H!==y||B.
cmd.sub!==O.sub),p&&we(y,p);case"done":return p?.d(y,O.g,O.took,O.o,O.term);case"call":case"stats":return i.set(++a,[y,O.id]),l.l({...O,id:a});case"cancel":for(let[
H,[B,Q]]of i)B===y&&Q===O.id&&l.l({...O,id:H});return;case"publish":return s.set(O.id,{...O,e:"restored",status:"pending",producer:"",number:0}),h.push(O),v();default:
l.l(O)}},ve=()=>{clearTimeout(ke),clearTimeout(E)},re={Pn(y,_,O){m(y)?re.te(y):n.has(y)||e.kt(y);let p={St:!0,cn:_,_:new Map};n.set(y,p),u&&f(u,y),w(y,p),b&&f(b,
y),re.V(y,O),me()},V(y,_){let O=n.get(y);if(!g){if(!b)S.push([y,_]);else if(O)for(let p of _)V(y,O,p)}},te(y){let _=n.get(y);n.delete(y),S=S.filter(O=>O[0]!==y),
$=$?.filter(O=>O[0]!==y);for(let O of new Set(_?._.values()))we(y,O);for(let[O,[p]]of i)p===y&&i.delete(O);me()},Q(y){if(ve(),E)return y();g=y,l.l({c:"close",drain:0}),
R()},qe(){ve(),R(),g=()=>{},l.l({c:"close",drain:-1})}},ke=setTimeout(()=>{d=!1,me()},Ps);for(let y of t)n.set(y,{St:!1,cn:!1,_:new Map}),e.kt(y);let oe=()=>{E=
void 0,l=e.dn(F)};return oe(),re}var mo=e=>e.slice(0,e.indexOf(":"));var ho=e=>({C:e,z:void 0,_t:void 0,In:0,A:!1,d:{term:"",o:0},Tt:[0,0],Y:[0,0]}),yo=(e,t,n)=>{let{earlier:r=[]}=e.C;e.z={term:t,o:n,earlier:e.C.term?r:[]},e.d={term:t,
o:n}},xo=(e,t,n)=>{e.In=n,e._t={...t,un:t.term},e.Y=[...e.Tt]},wo=(e,t)=>t.map((n,r)=>{let o=Math.min(n,e.Y[r]);return e.Y[r]-=o,e.Tt[r]-=n,n-o}),go=e=>[...e.earlier,
[e.term,e.o]],Ds=(e,t,n)=>{if(n<=e.o||!e.o||!e.term||t.term===e.term)return!1;let r=t.earlier.at(-1);return!r||r[1]<e.o?!0:r[0]===t.un&&r[0]!==e.term},Ns=(e,t)=>{
let n=new Map(go(t)),r=go(e);for(let o=r.length;o--;){let[i,s]=r[o];if(n.has(i))return{term:i,o:Math.min(s,n.get(i)),earlier:r.slice(0,o)}}return{term:"",o:0,earlier:[]}};
function vo(e,t){let{z:n,_t:r}=e,o={r:[],Et:[0,0],Dn:!1};if(!n||!r||r.o>n.o)return o;for(let i of t)if("gap"in i)Bs(n,r,i,o.r);else if("term"in i)r.term=i.term,
r.earlier=i.earlier;else if(Ds(n,r,i.o)){let s=Ns(n,{...r,o:i.o});return o.r.push({gap:"fork",from:s.o+1,to:n.o,term:s.term,after:s.o,earlier:s.earlier}),Object.
assign(n,s),o.Dn=!0,r.o=Number.POSITIVE_INFINITY,o}else{r.o=i.o,r.un=r.term;let s=i.data.length;i.o>n.o?((!e.A||n.term!==r.term)&&o.r.push({term:r.term,earlier:r.
earlier}),e.A=!0,n.term=r.term,n.o=i.o,n.earlier=r.earlier,o.r.push(i),e.Tt[0]++,e.Tt[1]+=s):(o.Et[0]++,o.Et[1]+=s)}return o}var Bs=(e,t,n,r)=>{let o={term:n.term,
o:n.after,earlier:n.earlier},i=n.gap==="fork";Object.assign(t,o,{un:n.term}),(i?e.o>n.after:n.to>e.o)&&(r.push({...n,from:i?n.after+1:Math.max(n.from,e.o+1),to:i?
e.o:n.to}),Object.assign(e,o))};function ko(e,t){let n=new Map,r=({C:s,z:a})=>({c:"join",cmd:s,...a&&{at:{...a}}}),o=(s,a,d)=>{let{d:l,_t:u,In:b}=a;if(!u)return;let{o:h,term:g}=l.o<u.o?l:u;e({
c:"done",sub:s,g:b,took:d,o:h,term:g})},i=(s,a,d)=>{let l=vo(a,d);l.r.length&&t({e:"records",sub:s,items:l.r}),l.Et[0]&&o(s,a,l.Et),l.Dn&&e(r(a))};return{Ro:()=>[
...n.values()].map(r),Fo(){for(let s of n.values())s._t=void 0},be(s){if(s.e==="subscribed"){let a=n.get(s.sub);if(!a||a.z)return;yo(a,s.term,s.o),t(s)}else if(s.
e==="ended")n.delete(s.sub)&&t(s);else for(let[a,d]of n)d.C.ch===s.ch&&(s.e==="open"?xo(d,s.at,s.g):i(a,d,s.items))},Ao(s){let a={code:ot,detail:"by this page"};
for(let l of n.values())if(l.C.ch===s.ch)return t({e:"ended",sub:s.sub,fault:a});let d=ho(s);n.set(s.sub,d),e(r(d))},Ho(s){n.delete(s.sub)&&(e(s),t({e:"ended",sub:s.
sub}))},d(s){let a=n.get(s.sub);a&&(s.o!==void 0&&(a.d={term:s.term,o:s.o}),o(s.sub,a,wo(a,s.took)))},rt(s){if(s)for(let a of n.keys())t({e:"ended",sub:a});n.clear()}}}var Us=64,Tn=(e,t)=>({code:e,detail:t});function So(e){let t=new Map,n=new Set,r=new Set,o=new Map,i="",s="",a,d=!1,l=!0,u,b,h=!1,g=!1,S=[],$=0,E,M=!1,R=()=>{let x=S;
if(S=[],!(!i||!x.length)){for(let L of x){let N=L.c==="publish"?t.get(L.id):L.c==="call"&&o.get(`call${L.id}`);N&&(N.N=!0)}u?u.V(e.G,x):V.l("want",{e:s,list:x},
i)}},f=x=>{S.push(x)===1&&queueMicrotask(R)},m=ko(f,e.P),w=x=>{for(let[L,{C:N,N:Z}]of o)!Z||N.c!=="call"||N.key||(o.delete(L),e.P({e:"reply",id:N.id,fault:Tn(Fe,
"the tab that made it is gone"),type:0,data:new Uint8Array}));if(x)for(let[L,{N}]of t)N&&(t.delete(L),e.P({e:"entry",id:L,status:"unknown",end:!0,fault:Tn(Ae,"t\
he tab that sent it is gone")}))},v=()=>[...[...t.values()].map(x=>x.C),...m.Ro(),...[...o.values()].map(x=>x.C)],k=(x,L)=>{if(!h||i&&L===s)return;s&&L!==s&&w(!e.Po),
S=[],i=x,s=L,m.Fo();let N=v(),Z={e:L,fresh:l,list:N};for(let De of[...t.values(),...o.values()])De.N=!0;u?u.Pn(e.G,Z.fresh,N):V.l("hello",Z,x)},C=x=>{if(!a)return;
let L=a.full||r.size>=Us;!x&&L===d||(d=L,e.P({...a,full:d}))},F=x=>{let L=t.get(x.id);if((x.number||x.end)&&r.delete(x.id),L&&(L.Te=x.status),(L||n.has(x.id))&&
e.P(x),!x.end)return C();t.delete(x.id),n.delete(x.id),C(),E&&!t.size&&O()},A=x=>{switch(x.e){case"entry":return F(x);case"restored":return n.add(x.id),e.P(x);case"\
outbox":return a=x,l=!1,C(!0);case"reply":case"stats":return o.delete((x.e==="reply"?"call":"stats")+x.id)?e.P(x):void 0;case"subscribed":case"ended":case"open":case"\
stream":return m.be(x);case"records":return;case"closed":return H("failed");default:e.P(x)}},P=(x,L)=>{L!==e.G&&V.l("news",{e:s,list:x},L),(!L||L===e.G)&&x.forEach(
A)},U=x=>V.l("lead",{e:s},x),we=async()=>{let x=`holdfast ${e.st} tab `,L=++$,N=`${e.G} ${L}`,{held:Z=[]}=await navigator.locks.query();if(L!==$||M)return;let De=Z.
flatMap(Ne=>Ne.name?.startsWith(x)?[Ne.name.slice(x.length)]:[]);u=bo({dn:e.dn,B:P,kt:Ne=>Ne!==e.G&&V.kt(Ne)},De),k(e.G,N),U()},me=x=>{if(x.t==="who")return u&&
U(x.from);if(x.t==="lead")return u||typeof x.e!="string"?void 0:k(x.from,x.e);if(Array.isArray(x.list)){if(x.t==="news"){for(let L of x.list)(i&&x.e===s||L.e===
"entry"&&L.end)&&A(L);return}!u||x.e!==s||(x.t==="hello"?u.Pn(x.from,!!x.fresh,x.list):x.t==="want"&&u.V(x.from,x.list))}},V=uo(e.st,e.G,{Mo:()=>{we().catch(y)},
Co:me,te:x=>u?.te(x),Oo:x=>{u?U():x==="lead"&&y()}}),ve=()=>{V.sn().then(()=>{h=!0,V.l("who",{})},y)},re=()=>{$++,u?.qe(),u=void 0,h=!1,i="",V.an()},ke=()=>{b||
g||M||(R(),g=!0,re())},oe=()=>{!g||b||M||(g=!1,e.P({e:"status",status:{state:"connecting",attempt:0}}),ve())},y=()=>{if(b||M)return;re(),w(!0),b=e.Io();let x=v();
m.rt(!1);for(let L of[t,o])L.clear();for(let L of x)L.c!=="join"?b.l(L):b.l({...L.cmd,...L.at&&{...L.at,at:"position"}})},_=[[document,"freeze",ke],[document,"r\
esume",oe],[globalThis,"pagehide",ke],[globalThis,"pageshow",oe]];for(let[x,L,N]of _)x.addEventListener(L,N);let O=()=>{M||(M=!0,R(),u?u.Q(()=>H("closed")):H("c\
losed"))},p=Tn(se,"the session was closed"),H=x=>{M=!0,clearTimeout(E);for(let[N,Z,De]of _)N.removeEventListener(Z,De);u=void 0,re(),x==="closed"&&e.P({e:"statu\
s",status:{state:x,attempt:0}}),m.rt(!0);for(let[N,{Te:Z}]of t)e.P({e:"entry",id:N,status:Z,end:!0,fault:p});for(let{C:N}of o.values())B(N);let{size:L}=t;for(let N of[
t,o])N.clear();e.P({e:"closed",left:L})},B=x=>{x.c==="publish"&&e.P({e:"entry",id:x.id,status:"failed",end:!0,fault:p}),(x.c==="call"||x.c==="stats")&&e.P({e:"r\
eply",id:x.id,fault:{op:x.c,...p},type:0,data:new Uint8Array}),x.c==="subscribe"&&e.P({e:"ended",sub:x.sub,fault:p})},Q=x=>{if(b)return b.l(x);if(M||E&&x.c==="p\
ublish")return B(x);switch(x.c){case"publish":return t.set(x.id,{C:x,N:!1,Te:"pending"}),r.add(x.id),f(x),C();case"call":case"stats":return o.set(x.c+x.id,{C:x,
N:!1}),f(x);case"cancel":return o.delete(`call${x.id}`),f(x);case"subscribe":return m.Ao(x);case"unsubscribe":return m.Ho(x);case"done":return m.d(x);case"close":
return E?void 0:(E=setTimeout(O,x.drain),e.P({e:"status",status:{state:"closing",attempt:0}}),void(t.size||O()));default:f(x)}};return ve(),{l:Q}}var js=e=>{let t="holdfast tab";try{return sessionStorage.getItem(t)||sessionStorage.setItem(t,e),sessionStorage.getItem(t)}catch{return e}},_o=()=>(e,t,n)=>{let r=()=>e(
t,`:${js(n.page)}`);return co()?So({st:JSON.stringify([n.url,n.user,n.outbox]),G:n.page,P:t,Po:!!n.outbox,dn:e,Io:r}):r()};function To(e){let t=_o(),n=!1,r=!1,o=1;async function i(){let{held:d=[]}=await navigator.locks?.query()??{},l=d.filter(u=>/^holdfast .* tab [^ ]+$/.test(u.name??
"")).length;l!==o&&(o=Math.max(1,l),e())}setInterval(()=>{i().catch(()=>{})},1e3);let s=(d,l,u)=>t((b,h)=>(n=!0,r=!1,e(),d(g=>{g.e==="status"&&(r=g.status.state===
"open"),g.e==="closed"&&(n=!1,e()),b(g)},h)),l,{...u,user:""}),a=()=>K(o-1,"other tab");return{share:s,connected:()=>n&&r,brief(){return o<2?"":n?`${a()} ${o===
2?"shares":"share"} this connection.`:"Through another tab’s connection."},words:()=>`${o}, ${n?"this":"another"} one has the connection`}}var qs=50,On=JSON.parse(T("codes").textContent??"{}"),ce=Xr(On),Oo=()=>new URLSearchParams(location.search).get("channel")||"chat:lobby",Eo=(e,t)=>t>e?`Records ${e}\
–${t} are`:`Record ${e} is`,Re="",xe=0,$t=new AbortController,tt=!1,Ie=!0,En=!1,ne=()=>{En||setTimeout(Xs),En=!0},Ws=4314,nt=so(ne),Y=nt.last(),Co=Promise.resolve(),
Oe=0,Mo=Zr(e=>(Rt.renewed(),e&&(Oe||e!==Y)?(Cn(e),!1):(j.state==="waiting"&&j.reconnect(),ne(),!0))),Lt=To(ne),j=$o();function $o(){let e=new Ze("ws",{agent:"ho\
ldfast-page",user:Y,outbox:Y===void 0?Be():nt.outbox(Y),tabs:Lt.share,token:()=>e===j&&!Oe?Mo.next(Lt.connected()||Rt.refused()):new Promise(()=>{})}),t=(n,r)=>e.
addEventListener(n,({detail:o})=>e===j&&!Oe&&r(o));return t("status",Gs),t("message",Js),t("held",({at:n,channel:r,error:o})=>{let i=Math.max(1,Math.ceil((n-Date.
now())/1e3));r===Re&&de.held(`${ce.sentence(ye(o))} It is tried again in ${i} s.`)}),t("lost",({channel:n,from:r,to:o})=>{let i={code:4322,detail:`your messages\
 ${r}–${o} in ${n}`};te.notice(`${ce.sentence(i)} ${ce.advice(4322)}`)}),e}function Cn(e){e!==Y&&Y&&!Oe&&de.waiting()&&nt.leaves(Y),Oe++,Co=Co.then(async()=>{
e!==Y&&($t.abort(),await Promise.allSettled([...Pe.keys()].map(t=>t.kept)),await j.close({drain:0}),Y=e,e!==void 0&&nt.enters(e),Pe.clear(),de.clear(!0),j=$o(),
Ft(Re)),Oe--,ne()})}function Gs(){let{state:e,user:t=""}=j.status;Rt.changed(),e==="open"&&t!==Y&&Cn(t),e==="failed"&&ye(j.error).code===Ws&&Cn(void 0),ne()}var Rt=Yr(
()=>j,ce,On,Mo),te=ro(ne),Pe=new Map,de=ao(ce,te,e=>Lo(e.payload,e.channel),ne);to(()=>j.stats(),()=>({outbox:j.outbox?.durable?"in this browser, on disk":"in t\
his tab",tabs:Lt.words()}));function Lo(e,t=Re){if(Oe||Y===void 0)return"The server is being asked as whom you write. Send it again in a moment.";if(j.outbox?.full)
return`${ce.sentence({code:4350})} Wait until some are stored, or dismiss those that failed.`;try{Ro("json"in e?j.publish(t,mn(e.json),{type:"json"}):j.publish(
t,"text"in e?e.text:e.bytes),e)}catch(n){return ce.sentence(ye(n))}return Ie=!0,ne(),""}function Ro(e,t){let n={channel:e.channel,payload:t,at:Date.now(),status:e.
status};Pe.set(e,n),e.kept.then(()=>{n.kept=!0,ne()},()=>{}),de.add(n)}var zs=e=>typeof e=="string"?{text:e}:e instanceof Uint8Array?{bytes:e}:{json:JSON.stringify(
e)};function Js(e){Pe.has(e)||Ro(e,zs(e.data));let t=Pe.get(e);t.status=e.status,t.fault=e.error&&ye(e.error),e.ack&&Object.assign(t,{offset:e.ack.offset,synced:e.
ack.synced,copies:e.ack.copies}),e.status!=="pending"&&e.status!=="sent"&&Pe.delete(e),ne()}function Ks(e){if(e.gap===void 0){let i=e.type==="json"?{json:e.text()}:
e.type==="text"?{text:e.text()}:{bytes:e.bytes};te.startsAfter(e.offset-1),te.record(e.offset,i,e.time,e.user),xe=e.offset;return}let{gap:t,from:n,to:r}=e;if(t!==
"fork"){xe=r,te.notice(`${Eo(n,r)} no longer kept.`);return}xe=n-1,te.forked(n);let o=xe?`goes on after record ${xe}`:"begins anew";te.notice(`${Eo(n,r)} no lon\
ger in the channel: the server’s store was restarted or restored, and the log ${o}.`)}async function Vs(e,t){let n;for(;!t.aborted;){let r=j.subscribe(e,{from:n===
void 0?{last:qs}:{checkpoint:n},signal:t});r.ready.then(o=>{t.aborted||(n??=o,tt=!0,xe=Math.max(xe,Number(o.split(" ")[0].split("@")[1])),ne())},()=>{});try{for await(let o of r)
Ks(o),n=o.checkpoint}catch(o){let i=ye(o),s=j.state!=="failed"&&["now","later"].includes(Ot(On,i.code));if(te.notice(`${e} is not subscribed. ${ce.sentence(i)} ${s?
"It is asked again by itself.":ce.advice(i.code)}`),!s)return;await new Promise(a=>setTimeout(a,1e3))}}}function Ft(e){$t.abort(),$t=new AbortController,Re=e,xe=
0,tt=!1,Ie=!0,te.clear(),de.clear(),T("newest").hidden=!0,T("channel").value=e,T("empty-command").textContent=`echo hello | holdfast publish ${location.origin} ${e}`,
document.title=`${e} · Holdfast`,Le(T("channel"),T("channel-mistake"),""),Vs(e,$t.signal),ne()}var Fo=()=>requestAnimationFrame(()=>T("view").scrollTo({top:T("\
view").scrollHeight,behavior:"instant"}));function Ao(){if(Oe&&/^clos/.test(j.state))return;let[e,t,n]=[de.waiting(),de.since(),de.kept()];Rt.show({waiting:e,since:t,
kept:n,tabs:Lt.brief(),owner:Y})}function Xs(){En=!1,de.refresh(Re,tt?xe:0);let e=te.empty()&&de.empty();T("empty").hidden=!e,q(T("empty-text"),tt?`Nothing in ${Re}\
 yet.`:"Records appear here as soon as there is a connection."),T("empty-hint").hidden=!tt;let t=te.hidden();q(T("before"),t?`${t.toLocaleString()} earlier reco\
rd${t===1?" is":"s are"} not shown here.`:""),te.settle(),q(T("others"),nt.words(Y)),Ao(),Ie?Fo():T("newest").hidden=!1}setInterval(Ao,250);Vr(Lo);T("chooser").
onsubmit=e=>{e.preventDefault();let t=T("channel").value.trim(),n=t===""||mn(t).length>255||/[\p{C}\p{Z}"\\\uFFFD]/u.test(t);Le(T("channel"),T("channel-mistake"),
n?`${ce.sentence({code:4304})} ${ce.advice(4304)}`:""),!(n||t===Re)&&(history.pushState(null,"",`?channel=${encodeURIComponent(t)}`),Ft(t),T("message").focus())};
T("retry").onclick=()=>{j.state==="failed"?location.reload():j.reconnect(),T("message").focus()};T("newest").onclick=()=>T("view").scrollTo({top:T("view").scrollHeight});
T("view").onscroll=()=>{let{scrollTop:e,clientHeight:t,scrollHeight:n}=T("view");Ie=n-e-t<40,Ie&&(T("newest").hidden=!0)};new ResizeObserver(()=>Ie&&Fo()).observe(
T("view"));window.onpopstate=()=>Ft(Oo());window.onbeforeunload=e=>{j.outbox?.durable===!1&&de.waiting()>0&&e.preventDefault()};pe("");Ft(Oo());})();
