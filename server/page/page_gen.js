// Generated from web/page and sdk/ts/src by npm run page in sdk/ts. DO NOT EDIT.
"use strict";(()=>{var An="1002s protocol_error";var Hn="1006n abnormal";var Pn="4000n heartbeat_timeout",In="4001n write_timeout";var Dn="4009n timeout";var Ae="4107l disconnected";var Nn="4110l at_capacity";var at="4300s bad_frame";var Bn="4304s bad_channel";var Un="4309s bad_payload";var ct="4312s already_subscribed";var He="4315s unknown_outcome";var be="4321s bad_argument";var Dt="4326s dropped";var Nt="4350s outbox_full",dt="4351s outbox_locked";var jn="4353s outbox_mismatch";var Pe="4357s closed";var qn="4359s not_holdfast",Wn="4360s canceled",Gn="4361s io",zn="4362s retries_exhausted";var Jn=`400s http_bad_request
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
4363s queue_full`;var Kn=64,Bo=7*864e5,We=(e={})=>({...e,durable:!1}),ut=()=>({Ct:[],qe:[],L:new Map,We:new Map}),lt=(e,t)=>typeof t?.code=="string"?t:{code:Gn,op:`outbox ${e}`,detail:`${t}`},
Vn=async(e,t,n,r,o)=>{let i=ut(),s=[],a=[],u=new Map,l=[],f;for(let[h,g]of n)typeof h=="number"?s.push(g):Array.isArray(h)?a.push(g):h==="marks"?l=g:h==="user"?
f=g:`${h}`.startsWith("page ")&&u.set(`${h}`.slice(5),g);if(s.sort((h,g)=>h.id-g.id),t&&f!==t){let h=`it belongs to user "${f}", not to "${t}"`;if(s[0])throw{code:jn,
op:`open outbox ${e}`,detail:h};i.le=t;for(let g of a)i.L.set(g.ch+g.p,[g.ch,g.p]);a=[]}let m=new Set(a.map(h=>h.p+h.ch));for(let{ch:h,p:g}of s)m.has(g+h)||(m.add(
g+h),a.push({ch:h,p:g,next:1,resolved:0,acked:0,mem:"",ackedAt:0,forgotten:0,successor:"",sealed:!1}));for(let h of s){let g=l.find(S=>h.id<=S.id);g&&!h.sent&&(Object.
assign(h,{sent:g.sent,mem:g.mem}),i.Ct.push(h))}for(let[h,[,g]]of u)g<Date.now()-Bo&&i.We.set(h,void 0);return i.fe=[],await r(i),{oe:s,L:a,We:u,ln:r,Q:o}};var q=class extends Error{constructor(t,n,r="",o){let i=t.replace(/^\S+ /,"");super(`${n}: ${r&&`${r} `}(${i})`,{cause:o}),Object.assign(this,{name:"HoldfastErr\
or",code:Number.parseInt(t,10),codeName:i,op:n})}};var ft=()=>EventTarget,X=(e,t,n)=>e.dispatchEvent(new CustomEvent(t,{detail:n})),ge=()=>{let e={};return e.re=new Promise((t,n)=>{e.pe=t,e.me=n}),e.re.catch(()=>{}),
e},ce={code:Pe,detail:"the session was closed"},de=(e,t)=>new q(e.code,e.op??t,e.detail);var Ge=class extends ft(){id;channel;data;status;producer;number;ack;error;d=ge();be=ge();constructor(t,n,r,o="pending"){super(),this.id=t,this.channel=n,this.data=
r,this.status=o}get done(){return this.d.re}get kept(){return this.be.re}ge(t){let n=t.status!==this.status||!!t.end;return this.status=t.status,t.number&&(this.
producer=t.producer,this.number=t.number,this.be.pe()),t.end&&(this.ack=t.ack,t.ack&&this.d.pe(t.ack),t.fault&&(this.error=de(t.fault,`publish to ${this.channel}`),
this.d.me(this.error),this.be.me(this.error))),n&&X(this,"status",this.status),n}};var Se=()=>{let e;return(t,n=2147483648)=>{clearTimeout(e),n<2147483648&&(e=setTimeout(t,n))}},ze=()=>performance.now();var Xn="ch:a n o data:d content:c h:h p:X term:x ts by:a id code:k detail:s retry count:u synced:f dup:f skipped:f copies:u sent mem:x from to at:w after gen wa\
nt cursor:a user:a session:X why:w token:s process:x counter agent:a subs:o results:o earlier:e last since window:p max_in_flight:p max_window:p heartbeat max_m\
essage:u max_subs:u dedupe clock name:a key:s successor:X first head version url:s delay pending",Yn="hello!B?@CD)EF publish!#)$67('& skip!#)89U subscribe!-#:*%\
H[IJ>K unsubscribe!-# ack!#%< call!-ST'& refresh!BZ ping!- pong!- bye!./",Qn="welcome!@?ENOLMPQ725RG stored!#)$1%2345 refused!#)$.0=/ record!#%*+,('& pass!#%* g\
ap!#89*;A subscribed!-#*%VW<./0 unsubscribed!-#./ reply!-./'& join!#?@*X'& leave!#?@*X receipt!#>?% reconnect!ZY.",pt={at:["head","start","position","last","tim\
e"],why:["","retention","fork"]};var mt=class extends q{offset;constructor(t,n=""){super(at,"read a message",`byte ${t}${n&&`: ${n}`}`),this.offset=t}},Zn=e=>e.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g,
"").replace(/[\r\n]/g," ");var Bt=[void 0,...Xn.split(" ").map((e,t)=>{let[n="",r="n"]=e.split(":");return{fn:n,pn:r,mn:t*4+4+("nukfwc".includes(r)?0:r==="x"?1:r==="X"?3:2),Ot:"heo".includes(
r)}})],bt=(()=>{let e=Object.create(null),t=(n,r)=>{for(let[o,i]of n.split(" ").entries()){let[s="",a=""]=i.split("!");e[r+o]=e[s]={Nn:r+o,rt:s,bn:[...a].map(u=>Bt[u.
charCodeAt(0)-34])}}};return t(Yn,1),t(Qn,32),e})(),gt={n:2**53-1,u:2**32-1,k:65535,f:1,c:2,a:255,s:4096,h:64,e:8,o:1024},Ut={h:"as",e:"xn",p:"uu"},jt=e=>bt[e===
"subs"?"subscribe":"subscribed"];var Uo=new TextDecoder("utf-8",{fatal:!0,ignoreBOM:!0}),jo=new TextEncoder,Je,W,ne,ue,re=e=>{throw new mt(e)},_e=()=>{let e=0;for(let t=0,n=1;;t++,n*=128){W>=ne&&
re(ne);let r=Je[W++];if((t>9||t>8&&r<128&&r>1)&&re(ue),e+=(r&127)*n,r<128)return e}},Ie=e=>(e>ne-W&&re(ne),W+=e,Je.subarray(W-e,W)),qo=e=>e?Ie(e>2?16:e>1?_e():8):
_e(),tr=(e,t)=>{if("as".includes(e)){let r=Ie(_e());try{if(r.length<=gt[e])return Uo.decode(r)}catch{}re(ue)}if(e==="d")return Ie(_e());if("xX".includes(e)){let r=Array.
from(Ie(e==="x"?8:16),o=>(o+256).toString(16).slice(1)).join("");return/[^0]/.test(r)?r:""}if("heop".includes(e)){let r=ne,o=Ie(_e()).length;ne=W,W-=o;let i=e===
"o"?nr(jt(t),{}):[...Ut[e]].map(s=>tr(s,t));return W<ne&&re(W),ne=r,i}let n=_e();if(e==="w"){let r=pt[t];return n>0&&(r[n]??(r[0]&&re(ue)))}return n>gt[e]&&re(ue),
e==="f"?n>0:n},nr=(e,t)=>{let n=[];for(;W<ne;){ue=W;let r=Je[W]&3,o=_e(),i=Bt[Math.floor(o/4)];if((o<4||i&&(i.mn!==o||n.includes(i)))&&re(ue),i&&!i.Ot&&n.push(i),
ue=W,!i||!e.bn.includes(i))qo(r);else{let{fn:s,pn:a,Ot:u}=i;t[s]?.length>=gt[a]&&re(ue);let l=tr(a,s);u?(t[s]??=[],t[s].push(l)):l&&l.length!==0&&(a!=="p"||l[0]||
l[1])&&(t[s]=l)}}return t},Wo=(e,t)=>{typeof e=="string"&&re(0);let n=new Uint8Array(e);for(let r=0;r<n.length;){Je=n,ue=W=r,ne=n.length;let o=_e();Ie(o),o||re(
ue),r=ne=W,W-=o;let i=bt[Je[W++]];if(i&&t(nr(i,{t:i.rt}))===!1)return}},le=new Uint8Array(1024),J=0,ht=e=>{if(J+e>le.length){let t=le;le=new Uint8Array((J+e)*2),
le.set(t)}},Ke=e=>{for(ht(8);e>127;e=Math.floor(e/128))le[J++]=e%128+128;le[J++]=e},er=e=>{ht(e.length),le.set(e,J),J+=e.length},rr=e=>{ht(1);let t=++J;e();let n=J-
t,r=0;for(let o=n;o>127;o>>=7)r++;ht(r),le.copyWithin(t+r,t,J),J=t-1,Ke(n),J+=n},or=(e,t,n)=>{if("xX".includes(e))er(n.padStart(16,"0").match(/../g).map(r=>Number.
parseInt(r,16)));else if("asd".includes(e)){let r=e==="d"?n:jo.encode(n);Ke(r.length),er(r)}else"heop".includes(e)?rr(()=>{if(e==="o")sr(jt(t),n);else for(let r of[
0,1])or(Ut[e][r],t,n[r])}):Ke(e==="w"?pt[t].indexOf(n):+n)},sr=(e,t)=>{for(let{fn:n,pn:r,mn:o,Ot:i}of e.bn){let s=t[n];if(!(!s||s.length===0||s===pt[n]?.[0]||r===
"p"&&!(s[0]||s[1])))for(let a of i?s:[s])Ke(o),or(r,n,a)}},Go=e=>{J=0;for(let n of e)rr(()=>{let r=bt[n.t];Ke(r.Nn),sr(r,n)});let t=le.slice(0,J);return J>65536&&
(le=new Uint8Array(1024)),t},ir={gn:"holdfast.v1.bin",Bn:Go,Un:Wo};var ar=e=>({R:{...e,Oe:e.Oe||5e3,he:e.he||1e4,Mt:e.Mt||100},S:0,Me:[],y:0,jn:0,st:e.st||"",D:"",hn:0,$e:0,it:3e4,$t:0,Lt:0,yn:0,se:[],L:[],Ge:new Map,ct:new Map,
Le:0,ze:0,dt:!1,Je:0,ie:0,ae:0,ut:0,_:new Map,Ke:new Map,Rt:0,ye:0,j:0,qn:0,Ft:0,ce:0,lt:0,xe:0}),c,Ve=e=>{c=e};var P=e=>{c.Me.push(e)},yt=e=>{c.y=3,P({i:"fail",U:e,Ve:""})},Te=(e,t="")=>{P({i:"disconnect",U:e,Ve:t,z:c.S})},Ee=()=>c.S+c.hn,he=e=>Math.floor(e/100);var cr=e=>({T:e,ft:void 0,At:!1,r:[],$:0,m:0,Ht:!1,Y:0,we:0,Re:0,Pt:0,Fe:0,It:0}),Oe=(e,t,n,r=!1)=>({b:n,J:!1,x:n?n.id:0,Ae:n?n.size:0,ve:r,Z:e,ee:t}),qt=({T:{next:e}},t)=>({
...Oe(e,e-1),J:!0,x:t}),Xe=e=>{e.m=e.$,e.Y=e.Fe=e.It=0},wt=(e,t)=>{e.$=t,t*2>e.r.length&&(e.r.splice(0,t),e.m-=t,e.$=0)},Wt=(e,t)=>{e.It+=t,e.Fe&&(e.Fe+=t)},Gt=e=>e.r[e.$]?.Z??
e.T.next,zt=(e,t)=>{let n=(e.r.at(-1)?.ee??e.T.resolved)+1;n<t&&e.r.push(Oe(n,t-1))},xt=e=>e&&!e.b&&!e.J&&!e.ve,Jt=(e,t)=>{let n=e.r[t-1],r=e.r[t];return t<=e.m||
!xt(n)||!xt(r)?t:(r.Z=n.Z,--t>e.$?(e.r.splice(t,1),t):(e.m++,wt(e,t+1),e.$))},Ye=(e,t)=>{Xe(e);let n=Gt(e);if(t>=n)return;let r=e.r[e.$];r&&!r.b&&!r.J&&r.Z===n?
r.Z=t:e.r.splice(e.$,0,Oe(t,n-1))};var zo=64,Kt={next:1,resolved:0,acked:0,mem:"",ackedAt:0,forgotten:0,successor:"",sealed:!1},Qe=(e,t,n,r="",o=0,i=!1,s=!1,a=0)=>{P({i:"outcome",b:e,Dt:t,O:o,xn:i,
Wn:s,Gn:a,U:n,Ve:r})},$e=(e,t=c.R.ke)=>c.Ge.get(t+e),vt=e=>{let t=cr(e);return c.Ge.set(e.p+e.ch,t),c.se.push(t),t},ye=e=>{!e.Ht&&e.m<e.r.length&&(e.Ht=!0,c.L.push(
e))},dr=(e,t)=>{for(let n of e)vt({...n,next:Math.max(n.next,n.resolved+1),sealed:!1});for(let n of t){let{ch:r,p:o,n:i,id:s}=n,a=$e(r,o)??vt({...Kt,ch:r,p:o});
zt(a,i),a.r.push(Oe(i,i,n,!!(n.sent||n.mem))),a.T.next=Math.max(a.T.next,i+1),c.Le=Math.max(c.Le,s),Vt(n.expires)}c.ze=c.Le;for(let n of c.se){let r=n.T;r.acked||
(r.forgotten=Math.max(r.forgotten,Gt(n)-1))}for(let{ch:n,p:r}of e)Jo($e(n,r));c.se.forEach(ye)},Jo=e=>{let{ch:t,next:n,successor:r}=e.T;if(zt(e,n),!r){c.ct.set(
t,e);return}e.r.push(qt(e,0));let o=$e(t,r);o||(o=vt({...Kt,ch:t,p:r}),o.At=!0,c.ct.set(t,o)),o.ft=e},Ko=e=>{let t=c.ct.get(e);if(t?.T.p===c.R.ke)return t;let n=vt(
{...Kt,ch:e,p:c.R.ke});if(c.ct.set(e,n),t){t.T.successor=c.R.ke,n.ft=t;let r={...t.T};Vo(t,++c.Le),ye(t),P({i:"seal",x:c.Le,pt:r})}return n},Vo=(e,t)=>{let n=e.T;
e.$===e.r.length&&n.acked&&e.r.push(Oe(n.next,n.next++)),e.r.push(qt(e,t))},ur=({Se:e,Ae:t,ie:n=0})=>{let r=Ko(e),o=r.T.next++,i=c.R.Nt&&c.y===2,[s,a]=i?[Ee(),c.D]:
[0,""],u={id:++c.Le,ch:e,p:c.R.ke,n:o,size:t,sent:s,mem:a,expires:n};Vt(n),r.r.push(Oe(o,o,u)),ye(r),P({i:"persist",b:u})},lr=({x:e,He:t,D:n})=>{c.dt=!1;for(let r of c.L)
for(let o of r.r.slice(r.m))o.b&&!o.ve&&o.x<=e&&(o.b.sent=t,o.b.mem=n)},fr=(e,t,n)=>{let{Z:r,ee:o,b:i}=e.r[t];e.r[t]=Oe(r,o),Qe(i,"failed",n)},pr=(e,t,n)=>{for(let r of c.L)
for(let o=r.m;o<r.r.length;o++){let{b:i,ve:s}=r.r[o];if(!(!i||s||!n(i))&&(fr(r,o,e),o=Jt(r,o),xt(r.r[o+1])&&(o=Jt(r,o+1)),t))return}},Vt=e=>{e&&(c.ie=Math.min(c.ie||
e,e))},mr=()=>{!c.ie||c.S<c.ie||(c.ie=0,pr(4325,!1,e=>(c.S<e.expires&&Vt(e.expires),e.expires>0&&c.S>=e.expires)))},br=()=>{for(let e=0;e<c.L.length&&c.ae<c.Lt;){
c.Je>=c.L.length&&(c.Je=0);let t=c.L[c.Je],n=c.Me.length;Xo(t),e=c.Me.length>n?0:e+1,t.m<t.r.length?c.Je++:(t.Ht=!1,c.L.splice(c.Je,1),e=0)}},Xo=e=>{if(!(e.ft&&
!e.ft.T.sealed||c.S<e.Re)){if(e.Re=0,e.we){if(e.m>e.$)return;Ye(e,e.we),e.we=0}for(let t=0;t<zo&&e.m<e.r.length;t++){let{b:n,ve:r,Ae:o}=e.r[e.m];n&&!r&&c.$t&&o>
c.$t&&fr(e,e.m,4303);let i=e.r[e.m];if(Yo(e,i))return;Qo(e,i)}}},Yo=(e,t)=>{let n=e.m-e.$;return c.ae>=c.Lt||c.ae&&c.ut+t.Ae>c.yn||e.Fe&&n>=e.Fe||t.J&&n?!0:t.ve?
!1:e.Y?!0:c.R.Nt?t.x>c.ze?!0:!t.b||t.b.mem===c.D?!1:(c.dt||(c.dt=!0,P({i:"mark",x:c.ze,He:Ee(),D:c.D})),!0):!1},Qo=(e,t)=>{c.ae++||(c.ce=c.S),c.ut+=t.Ae;let{ch:n,
successor:r}=e.T,o=e.T.p===c.R.ke?"":e.T.p,{b:i,ve:s,Z:a,ee:u}=t;if(i){let l={t:"publish",ch:n,p:o,n:u};s?(l.sent=i.sent,l.mem=i.mem,gr(i)&&e.Y++):c.R.Nt||(i.sent=
Ee(),i.mem=c.D),P({i:"publish",E:l,b:i,zn:s})}else P({i:"send",E:{t:"skip",ch:n,p:o,from:a,to:u,successor:t.J?r:""}});t.ve=!0,e.m++},gr=e=>e.mem!==c.D||c.$e&&Ee()-
e.sent>c.$e,kt=(e,t)=>{c.ae--,c.ut-=t.Ae,t.b&&e.Y&&gr(t.b)&&e.Y--},hr=(e,t)=>pr(t,!0,n=>n.id===e);var yr=e=>{let t=$e(e.ch,e.p);if(!t)return;let{$:n,T:r}=t,o=0,i=n;for(;i<t.m;i++){let s=t.r[i];if(s.ee>(e.n||0)||s.J&&(i>n||!e.skipped))break;kt(t,s),s.J&&(r.sealed=
!0),s.b&&es(s.b,e),o=s.ee}i!==n&&(Yt(t),e.skipped||((r.mem!==c.D||!vr(t))&&Qt(t),r.acked=o,r.mem=c.D,r.ackedAt=e.dup?t.r[i-1].b?.sent||0:Ee()),Wt(t,i-n),wt(t,i),
Sr(t),xr(t,o))},es=(e,t)=>{let n=(t.n||0)-e.n,r=n<(t.count||1);r&&t.skipped?Qe(e,"failed",4328):Qe(e,"delivered",0,"",r?Math.max(0,(t.o||0)-n):0,r&&!!t.dup,t.synced,
t.copies)},Yt=e=>{e.Pt=c.lt=0,c.ce=c.S},Qt=({T:e})=>{e.forgotten=Math.max(e.forgotten,e.acked)},xr=(e,t)=>{let n=e.T;if(!(t<=n.resolved&&!n.sealed)){if(n.resolved=
Math.max(n.resolved,t),n.sealed){e.$===e.r.length&&(c.Ge.delete(n.p+n.ch),c.se=c.se.filter(o=>o!==e));let r=$e(n.ch,n.successor);r?.At&&(r.At=!1,P({i:"resolved",
pt:{...r.T}}))}P({i:"resolved",pt:{...n}})}},wr=e=>{let t=$e(e.ch,e.p),{code:n=0}=e;t&&(n===4302?yt(n):n===4003||n===4316?ts(t,e.want||1):he(n)===41?ns(t,e,n):rs(
t,e,n))},ts=(e,t)=>{let n=e.T;if(++e.Pt>3){Te(4003,`lane ${n.p} makes no progress`);return}if(t<=n.acked)if(n.mem===c.D&&vr(e)){let r=Math.max(t,n.forgotten+1);
r<=n.acked&&P({i:"lost",Se:n.ch,Jn:n.p,Z:r,ee:n.acked}),n.acked=t-1}else Qt(e);kr(e),Ye(e,t),ye(e)},vr=e=>!c.$e||Ee()-e.T.ackedAt<c.$e-Math.floor(c.$e/10),kr=e=>{
for(let t of e.r.slice(e.$,e.m))kt(e,t)},ns=(e,{n:t=0,retry:n,detail:r=""},o)=>{e.Re=c.S+(n||1e3),Yt(e);let i=e.r.slice(e.$,e.m).findLast(a=>a.ee===t)?.b;kr(e);
let s=e.It;Xe(e),o===4102&&(e.Fe=Math.max(1,s)),ye(e),P({i:"held",b:i,U:o,Ve:r,z:e.Re})},rs=(e,{n:t=0,want:n=0,detail:r},o)=>{let i=e.r.findIndex((l,f)=>f>=e.$&&
f<e.m&&l.ee===t&&!l.J);if(i<0)return;let s=e.r[i],a=o===4315;kt(e,s),Yt(e),a&&(e.we||=Math.max(n,1),n<=e.T.acked&&Qt(e)),s.b&&Qe(s.b,a?"unknown":"failed",o,r),Wt(
e,1);let u=i===e.$;u?wt(e,i+1):(e.r.splice(i,1),e.m--),Sr(e),u&&xr(e,t)},Sr=e=>{e.m===e.$&&e.we&&(Ye(e,e.we),e.we=0),ye(e)};var _r=1,Tr=e=>e.d<=e.A||e.O<=e.A?0:Math.floor(e.mt*(e.d-e.A)/(e.O-e.A)),St=e=>e.y===2&&e.d>e.A,Er=e=>{e.mt-=Tr(e),e.A=e.d},Zt=(e,t)=>{!t||t===e.w||(e.w&&e.O&&(e.H=
[...e.H,[e.w,e.O]].slice(-7)),e.w=t)},os=(e,t,n)=>n<=(t===e.w?e.O:e.H.find(r=>r[0]===t)?.[1]??-1),ss=(e,t)=>{let n=e.findIndex(r=>r[1]>=t);return n<0?e:[...e.slice(
0,n),[e[n][0],t]]},en=e=>{e.wn=++c.Rt,e.y=_r,e.Xe=0,Er(e);let{w:t,O:n,H:r}=e;return{...e.Pe,id:c.Rt,window:e.q,...e.Bt&&{at:"position",term:t,o:n,earlier:r,last:0,
since:0,pending:n-e.d}}},Or=e=>P({i:"send",M:e.x,E:{t:"subscribe",...en(e)}}),Cr=({M:e,Pe:t,Ut:n})=>{if(c.Ke.has(t.ch))return $r(e,4312);let{term:r,offset:o,earlier:i}=n??
{term:"",offset:0,earlier:[]},[s=0,a=0]=t.window??[],[u=0,l=0]=c.R.q??[],f={x:e,y:0,Pe:t,wn:0,Bt:!!(r||o),w:r,O:o,H:i,vn:0,q:[s||u||512,a||l||1<<20],d:o,A:o,mt:0,
jt:0,Xe:0};c._.set(e,f),c.Ke.set(t.ch,f),c.y===2&&Or(f)},Mr=e=>{let t=c._.get(e);t&&(t.y&&(St(t)&&rn(t),P({i:"send",E:{t:"unsubscribe",id:++c.Rt,ch:t.Pe.ch}})),
tn(t))},$r=(e,t,n="")=>P({i:"ended",M:e,U:t,Ve:n}),tn=(e,t=0,n)=>{c._.delete(e.x),c.Ke.delete(e.Pe.ch),$r(e.x,t,n)},_t=(e,t)=>{e.y=0,e.Xe=t},nn=e=>{let t=c.Ke.get(
e.ch),{code:n,term:r="",o=0}=e;if(!(t?.y!==_r||t.wn!==e.id)){if(n){he(n)===40||he(n)===41?_t(t,c.S+Math.max(1e3,e.retry||0)):tn(t,n,e.detail);return}t.y=2,t.vn=
e.gen||0,t.Bt||(t.Bt=!0,t.w=r,t.H=[],t.O=t.d=t.A=o),P({i:"subscribed",M:t.x,E:e})}},Tt=e=>{let t=c.Ke.get(e);return t?.y===2?t:void 0},Lr=({ch:e,id:t,code:n,detail:r})=>{
let o=Tt(e);!o||t||!n||(he(n)===43?tn(o,n,r):_t(o,c.ye+1e3))},Rr=e=>{let t=Tt(e.ch),{o:n=0}=e;if(!(!t||n<=t.O)){if(n!==t.O+1)return Te(4008);Zt(t,e.term),t.O=n,
t.mt+=e.data?.length||0,P({i:"record",M:t.x,w:t.w,E:e})}},Fr=({ch:e,o:t=0,term:n})=>{let r=Tt(e);!r||t<=r.O||(Zt(r,n),r.d===r.O&&(r.d=t),r.O=t)},Ar=e=>{let t=Tt(
e.ch),{term:n="",after:r=0}=e;t&&(e.why==="fork"?t.H=ss([...t.H,[t.w,t.O]],r).filter(o=>o[0]&&o[0]!==n).slice(-7):Zt(t,n),t.w=n,t.O=t.d=t.A=r,t.mt=0,P({i:"gap",
M:t.x,E:e}))},Hr=({M:e,w:t,O:n})=>{let r=c._.get(e);if(!r||n<=r.d||!os(r,t,n))return;r.d<=r.A&&(r.jt=c.S),r.d=n;let[o,i]=r.q;r.y===2&&c.y===2&&((n-r.A)*4>=o||Tr(
r)*4>=i)&&rn(r)},rn=e=>{Er(e),P({i:"send",E:{t:"ack",ch:e.Pe.ch,o:e.d,gen:e.vn}})},on=e=>{for(let t of c._.values())!t.y&&(e==="hello"||t.Xe&&c.S>=t.Xe)&&Or(t)},
sn=e=>{for(let t of c._.values())St(t)&&(e||c.S>=t.jt+c.R.Mt)&&rn(t)},Pr=(e,t,n)=>{let r=c._.get(e);if(!r)return;let o=r.H.findIndex(i=>i[0]===t||i[1]>=n);return{
term:t,offset:n,earlier:o<0?r.H:r.H.slice(0,o)}};var as=e=>{c.y=1,c.ye=c.Ft=c.S,c.j=c.xe=c.lt=0;let{le:t,Kn:n,ke:r,qt:o}=c.R;P({i:"send",E:{t:"hello",token:e,user:t,session:c.st,process:n,counter:++c.jn,p:r,agent:o,
subs:[...c._.values()].map(en)}})},cs=e=>{c.y=0,c.j=c.xe=0,c.ae=c.ut=0,c.dt=!1;for(let t of c.se)Xe(t),t.Re=t.Pt=0,ye(t);for(let t of c._.values())_t(t,0);he(e)===
43?yt(e):he(e)===42&&P({i:"authenticate",U:e})},ds=e=>{if(c.y!==1)return;let{session:t="",mem:n="",clock:r=0,dedupe:o=0,max_message:i=0,results:s=[]}=e,[a=0,u=0]=e.
max_in_flight??[];c.y=2,c.st=t,c.D=n,c.hn=r-c.S,c.$e=o,c.it=e.heartbeat||3e4,c.$t=i,c.Lt=a||1024,c.yn=u||1<<20,c.ce=c.S,P({i:"welcome",E:e}),s.forEach(nn),on("h\
ello")},us=()=>{if(mr(),!c.y)return;let e=(t,n)=>c.S>=t+n;if(c.xe&&e(c.xe,0))return c.xe=0,Te(4104,"the server asked to come back");if(c.j){if(e(c.j,c.R.he))return Te(
4e3)}else if(c.ae&&e(c.ce,c.R.Oe)){if(++c.lt>3)return Te(4002);c.ce=c.S,an()}else e(c.ye,c.it)&&an();c.y===2&&(sn(!1),on("refusal"))},ls=e=>{c.y&&(e>c.ye&&(c.ye=
e,c.j=0),e>c.ce&&(c.ce=e,c.lt=0),c.y===2&&!c.j&&c.S>=c.Ft+c.it&&(an(),c.j=0))},an=()=>{c.j=c.Ft=c.S,P({i:"send",E:{t:"ping",id:++c.qn}})},fs={record:Rr,stored:yr,
refused:wr,pass:Fr,gap:Ar,subscribed:nn,unsubscribed:Lr,welcome:ds,ping:({id:e})=>P({i:"send",E:{t:"pong",id:e}}),refresh:()=>c.y===2&&P({i:"refresh"}),reconnect:({
delay:e=0})=>{c.xe=c.S+e}},ps={tick:us,connected:e=>as(e.Ie),disconnected:e=>cs(e.U),frame:({E:e})=>{c.ye=c.S,c.j=0,fs[e.t]?.(e)},publish:ur,persisted:e=>{c.ze=
Math.max(c.ze,e.x)},marked:lr,drop:e=>hr(e.x,e.U),subscribe:Cr,unsubscribe:e=>Mr(e.M),done:Hr,bye:()=>{c.y===2&&(sn(!0),P({i:"send",E:{t:"bye",code:1e3}})),c.y=
3},moved:e=>ls(e.z)},Dr=e=>{let t=ar(e);return{Wt:(n,r)=>{Ve(t),dr(n,r)},De:(n,r)=>(Ve(t),t.S=n,t.Me=[],t.y!==3&&ps[r.i](r),t.y===2&&t.Me.at(-1)?.i!=="disconnec\
t"&&br(),t.Me),_e:()=>(Ve(t),ms()),Ut:(n,r,o)=>(Ve(t),Pr(n,r,o))}},ms=()=>{let e=1/0,t=n=>{n&&n<e&&(e=n)};if(t(c.ie),c.y%3){t(c.xe),c.j?t(c.j+c.R.he):(t(c.ye+c.it),
c.ae&&t(c.ce+c.R.Oe));for(let n of c._.values())St(n)&&t(n.jt+c.R.Mt),t(n.Xe);for(let n of c.L)t(n.Re)}return e<1/0?e:void 0};var Le=e=>new RegExp(`^${e}[a-z] .*`,"m").exec(Jn)?.[0]??`${e}${bs(e)} code ${e}`,bs=e=>e>=4e3&&e<4400?"nlas"[(e-4e3)/100|0]:e>=500&&e<600||e===408||e===425||e===
429?"l":e>=400&&e<500?"s":e?"n":"o";var Nr=1e3,Br=(e,t)=>{let n=new Map,r=(i,s)=>{n.delete(i)&&e({e:"reply",id:i,fault:s,type:0,data:new Uint8Array})},o=i=>{let{id:s,name:a,key:u,type:l,data:f}=i.kn;
i.He=!0,t({t:"call",id:s,name:a,key:u,content:l,data:f})};return{Vn(i,s){let a={kn:i,He:!1},u=n.size<Nr;n.set(i.id,a),u?s&&o(a):r(i.id,{code:Nn,detail:`${Nr} ca\
lls are under way`})},Xn:i=>n.delete(i),Gt({id:i=0,code:s,detail:a,content:u=0,data:l}){if(s)return r(i,{code:Le(s),detail:a??""});n.delete(i)&&e({e:"reply",id:i,
type:u,data:l?.slice()??new Uint8Array})},K(){for(let i of n.values())o(i)},Sn(i){for(let[s,{kn:a,He:u}]of n)(i||u&&!a.key)&&r(s,i??{code:Ae,detail:"the connect\
ion ended before the reply; a call with a key would be made again"})}}};var dn={network:{maxRetries:5,baseDelay:1e3,multiplier:2},timeout:{maxRetries:5,baseDelay:1e3,multiplier:2},tls:{retry:"stop"},authentication:{maxRetries:3,baseDelay:2e3,
multiplier:1.5},rate_limit:{maxRetries:10,baseDelay:5e3,multiplier:1.5},protocol:{retry:"stop"},policy:{retry:"stop"},server:{},overload:{},application:{},closed:{
retry:"stop"}};var un=e=>e.minUptime>0?e.minUptime:5e3,Ur=(e,t,n)=>{if(t>=e.maxRetries)return;let r=t;if(e.first==="immediate"&&!r--)return 0;let o=e.maxDelay>=0?e.maxDelay:3e4,
i=(e.baseDelay>=0?e.baseDelay:1e3)*(e.multiplier>=1?e.multiplier:2)**r,s=Math.min(Math.max(e.jitter??.5,0),1);return Math.min(Math.min(i,o)*(1+s*(2*n()-1)),o)};var gs=6e5,hs=e=>Object.fromEntries(Object.entries(e).filter(t=>t[1]!==void 0)),jr=(e,t,n,r,o)=>{let i=e.random??Math.random,s={},a=Se(),u=0,l=0,f,m,h,g=()=>{u&&
ze()-u+2>un(e)&&(s={},C.de=0,S("done"))},S=(R,p)=>{f?.[R](p),f=void 0},$=()=>{g(),u?t._e():l&&a(E,l-ze())},E=()=>{a(),h?.(),l=0;let R=r?.allow();typeof R=="numb\
er"?(h=r.onChange(E),a(E,R),t.Do?.()):(f=R,t.Qn())},C={de:0,bt(R){C.Te(),s={},C.de=0,R&&r?.state==="open"&&r.reset(),m=o?.($),E()},K(){u=ze(),a(g,un(e))},Yn(R,p=0,b=R){
g(),u=0,S("done",b);let w=e.strategies?.[R],v={maxRetries:n,...dn[R],...hs(e),...w},k=w||dn[R]?.maxRetries?R:"",O=s[k]??0,F=globalThis.navigator?.onLine===!1,A=w?.
maxRetries===void 0&&C.de>=e.maxRetries,H=F?e.maxDelay??3e4:A?void 0:Ur(v,O,i);if(H===void 0)return C.Te(),!1;F||(C.de++,s[k]=O+1),l=Math.min(H,v.baseDelay??1e3);
let B=Math.min(p,gs);return B>H&&(l=H=B+i()*Math.min(B/4,H)),l+=ze(),a(E,H),t.Zn(C.de,v.maxRetries,H),!0},Te(){a(),u=l=0,h?.(),S("cancel"),m?.()}};return C};var qr=e=>{let t=new AbortController,n=globalThis.document,r=()=>n?.visibilityState==="hidden"||e(),o=(a,...u)=>{for(let l of u)a?.addEventListener?.(l,r,{signal:t.
signal})};o(globalThis,"online","offline","pageshow"),o(n,"visibilitychange","resume");let i=Date.now(),s=setInterval(()=>{let a=Date.now(),u=Math.abs(a-i-1e4);
i=a,u>2e3&&e()},1e4);return()=>{clearInterval(s),t.abort()}};var Wr=(e,t,n,r)=>{let o=new e(t,[n.gn]),i=[],s=0,a=0,u=0,l=!1;o.binaryType="arraybuffer",o.onopen=()=>r.K(o.protocol),o.onmessage=m=>r.eo(m.data),o.onclose=m=>r.te(
m.code,m.reason),o.onerror=()=>{o.readyState||setTimeout(()=>o.onclose&&r.te(1006,""),9)};let f={Ne:0,m(m){i.push(m);let{length:h=0}=m.data??{};s+=64+h,a=Math.max(
a,h),s>65536&&f.Qe()},Qe(){if(s){let m=n.Bn(i);f.Ne+=typeof m=="string"?m.length:m.byteLength,i=[],s=0,o.readyState===1&&o.send(m)}return o.bufferedAmount-2*a},
zt(){let[m,h]=[u,l];return l=o.bufferedAmount>0,u=f.Ne-o.bufferedAmount,h&&u>m},Q(m){o.onopen=o.onmessage=o.onclose=null,o.close(m===1e3||m>=3e3?m:1e3)}};return f};var ys=32<<20,Et=e=>Number.parseInt(e,10),Gr=(e,t,{Jt:n,...r})=>{let o=`connect to ${e._n.replace(/\?.*/,"")}`,i,s=0,a=Se(),u=0,l=0,f=0,m=jr(e.no,{Qn:()=>{g()},
Zn:(b,w,v)=>r.Ee("waiting",{retryAt:Date.now()+v}),_e:()=>n(C)},1/0,void 0,qr),h=(b,w)=>a(()=>n(w),b),g=async()=>{let b=++s;u=0,t.attempts++,h(e.Tn,()=>p.ue({code:Hn,
op:o,detail:`no welcome within ${e.Tn} ms`}));try{let w=e.Ie;if(typeof w=="function"&&(r.Ee("authenticating"),w=await w(),b!==s)||(r.Ee("connecting"),b!==s))return;
i=Wr(e.oo,e._n,e.Kt,{K:v=>n(()=>$(v,w)),eo:v=>n(()=>E(v)),te:(v,k)=>n(()=>p.ue(u||v!==1006?{code:Le(v),detail:k}:S))})}catch(w){b===s&&n(()=>p.ue({...S,detail:`${w}`}))}},
S={code:Ae,op:o,detail:"nobody answers there, or it is refused"},$=(b,w)=>{u++,b===e.Kt.gn?r.ro(w):r.Ye({code:qn,op:o,detail:`it chose the subprotocol "${b}"`})},
E=b=>{let w=i;u++,t.bytesIn+=typeof b=="string"?b.length:b.byteLength;try{e.Kt.Un(b,v=>(r.E(v),i===w))}catch(v){p.ue({code:at,detail:`${v}`})}r.so()},C=()=>{if(!p.F)
return;let b=u;p.m({t:"ping"}),h(e.he/2,()=>{u===b&&p.ue({code:Pn})})},R=b=>{a(),s++,l+=i?.Ne??0,i?.Q(Et(b)),i=void 0,p.F=!1},p={F:!1,Ze:void 0,de:()=>m.de,Ne:()=>l+
(i?.Ne??0),zt:()=>i?.zt(),bt:()=>m.bt(),m:b=>i?.m(b),Qe(){(i?.Qe()??0)>ys&&n(()=>p.ue({code:In,detail:"the server takes too little"}))},io({user:b,agent:w}){a(),
p.F=!0,p.Ze=void 0,t.connects++,m.K(),r.Ee("open",{...b&&{user:b},...w&&{server:w}})},ue(b,w=0){let v=Et(b.code);p.F&&(t.disconnects[v]=(t.disconnects[v]??0)+1),
R(b.code);let k=s;p.Ze=b,r.te(v),k===s&&(/^1...s/.test(b.code)?r.Ye(b):m.Yn("",Math.max(0,w),b)||r.Ye({...b,code:zn,op:o}))},ao(){i||m.bt()},async En(){let b=s;
if(!(typeof e.Ie!="function"||f===b)){f=b;try{let w=await e.Ie();b===s&&p.Cn(w)}catch{}f=0}},Cn(b){p.F&&b&&n(()=>p.m({t:"refresh",token:b}))},Te(b){i?.Qe(),m.Te(),
R(b?.code??"1000"),p.Ze=b}};return p};var xs=64,zr=()=>({et:0,fe:[],be:[],gt:[]}),ln=e=>{let t=e.indexOf(":");return[e.slice(0,t),+e.slice(t+1)]},fn=e=>`${e.p} ${e.ch}`,Jr=(e,t,n)=>{let{maxRecords:r=1e3,
maxBytes:o=4<<20}=e,i=new Map,s=new Map,a=new Map,u,l=[],f=ut(),m=zr(),h,g=new Map,S=p=>{i.set(p.id,p),s.set(p.key,p)},$=()=>{let p=f.qe.length+f.L.size,b=m.et||
m.fe.length||m.gt.length||p>256||p&&!E.W;if(!u||h||!b)return;let[w,v]=[f,m];f=ut(),m=zr(),h=u.ln(w).then(()=>{h=void 0,t(v),$()},k=>{for(let O of v.gt)O();n(k)})},
E={oe:i,Ge:s,W:0,ht:0,tt:(p=1)=>E.W>=r*p||E.ht>=o*p,V(p){E.W++,E.ht+=p},Vt(p){E.W--,E.ht-=p},Wt(p){u=p;for(let b of p.L)a.set(fn(b),b);for(let[b,w]of p.We)g.set(
b,w);for(let b of p.oe){let w={...b,yt:pn(b),N:b.sent>0};S(w),E.V(w.yt)}},Xt(p,b){Object.assign(p,b),S(p);let[w,v]=ln(p.key),[,,k,O]=g.get(w)??[0,0,[],0];if(C(w,
[v,Date.now(),k,O]),!u)return;let{yt:F,N:A,...H}=p;f.Ct.push(H),m.et=p.id,m.be.push(p)},co(p){let[b,w]=ln(p),[v,,k,O]=g.get(b)??[0,0,[],0];if(!(w>v))return w<=O?
[w,"unknown",{code:He,detail:"too many ended since"}]:k.find(F=>F[0]===w)??"delivered"},uo({x:p,He:b,D:w}){let v=i.keys().next().value??1/0;l=l.filter(k=>k.id>=
v),l.push({id:p,sent:b,mem:w}),f.fe=[...l],m.fe.push({x:p,He:b,D:w})},J(p,b){let w=fn(b);R(w,{...a.get(w)??b,successor:b.successor}),m.et=p},On(p,b,w){let[v,k]=ln(
p),[O,,F,A]=g.get(v)??[0,0,[],0],H=[...F,[k,b,w]],[[B]=[0]]=H.splice(0,H.length-Kn);C(v,[O,Date.now(),H,Math.max(A,B)])},Qt(p,b){let w=i.get(p);return w&&(i.delete(
p),s.delete(w.key),E.Vt(w.yt),u&&f.qe.push(p),b&&E.On(w.key,...b)),w},lo(p){let b=fn(p);if(!p.sealed)return R(b,p);a.delete(b),f.L.set(b,[p.ch,p.p])},fo(p){u?m.gt.
push(p):p()},po:$,async Q(p){let b=u;if(u=void 0,p)return b?.Q();await h,await b?.ln(f).catch(()=>{m.be=[]}),t(m),b?.Q()}},C=(p,b)=>{g.set(p,b),u&&f.We.set(p,b)},
R=(p,b)=>{u&&(a.set(p,b),f.L.set(p,b))};return E},pn=e=>e.h.reduce((t,[n,r])=>t+n.length+r.length+4,xs+e.ch.length+e.data.length);var Kr=(e,t,n,r)=>{let o=!!e.F,{policy:i}=e,s,a,l=Jr(e,p=>r.Jt(()=>{p.be.forEach(m);for(let b of p.gt)b();p.et&&r.De({i:"persisted",x:p.et});for(let b of p.fe)r.De(
{i:"marked",...b})}),r.Ye),f=p=>p.N?"sent":"pending",m=p=>n({e:"entry",id:p.key,status:f(p),producer:p.p,number:p.n}),h=(p,b)=>n({e:"entry",id:p,end:!0,...b}),g=(p,b)=>{
t.failed++,l.On(p,"failed",b),h(p,{status:"failed",fault:b})},S=p=>pn({ch:p.ch,data:p.data,h:p.h??[]}),$=({id:p})=>{let b=l.Ge.get(p),w=l.co(p);if(b)m(b);else if(w)
w==="delivered"?h(p,{status:w,ack:{offset:0,duplicate:!0,synced:!1,copies:0}}):h(p,{status:w[1],fault:w[2]});else return!1;return!0},E=()=>{for(let p of l.oe.values())
if(!p.N)return r.De({i:"drop",x:p.id,U:Et(Dt)}),!l.oe.has(p.id);return!1},C=()=>{s===void 0||s===l.tt()||R.K()},R={mo:l,bo(p,b){if($(p))return!1;if(b)g(p.id,ce);else if(l.tt(
i==="drop-oldest"?2:1))i==="drop-newest"?g(p.id,{code:Dt,detail:"the outbox is full"}):g(p.id,{code:Nt});else return l.V(S(p)),!0;return!1},go(p){let{id:b,ch:w,
type:v,data:k,h:O=[],exp:F}=p,A=S(p);if(l.Vt(A),!$(p)){if(i==="drop-oldest"){for(;l.tt()&&E(););if(l.tt())return g(b,{code:Nt,detail:"all was sent, and waits fo\
r answers"})}l.V(A),a={key:b,ch:w,type:v,data:k,h:O,yt:A,N:!1},t.published++,r.De({i:"publish",Se:w,Ae:k.length,ie:F&&r.ho(F)}),C()}},yo(p){l.Vt(S(p)),g(p.id,ce)},
Xt(p){let b=a;l.Xt(b,p.b),o||m(b)},m({b:p,E:b,zn:w}){let v=l.oe.get(p.id);v&&(v.N||(v.N=!0,n({e:"entry",id:v.key,status:"sent"})),w&&t.resent++,r.m({...b,h:v.h,
content:v.type,data:v.data}))},Dt(p){let b=p.Dt,w=b==="delivered"?void 0:r.xo(p),v=l.Qt(p.b.id,w&&[b,w]);v&&(t[b]++,p.xn&&t.duplicates++,w?l.fo(()=>h(v.key,{status:b,
fault:w})):h(v.key,{status:b,ack:{offset:p.O,duplicate:p.xn,synced:p.Wn,copies:p.Gn}}),C())},wo(){for(let p of l.oe.values()){let{key:b,ch:w,type:v,data:k,h:O,p:F,
n:A}=p;n({e:"restored",id:b,ch:w,type:v,data:k,h:O,status:f(p),producer:F,number:A})}},K(){s=l.tt(),n({e:"outbox",durable:e.durable,full:s})},async Te(p,b){o&&await l.Q(
b);for(let w of l.oe.values()){let v=w.N;o?h(w.key,{status:f(w),fault:p}):v?h(w.key,{status:"unknown",fault:{code:He,detail:"no answer before the end"}}):h(w.key,
{status:"failed",fault:p})}n({e:"closed",left:l.W})}};return R};var Vr=(e,t)=>{let n=new Map,r=new Set,o=a=>a&&(a.ne[0]>a.q[0]/2||a.ne[1]>a.q[1]/2),i=new Map,s=(a,u,l)=>(t(a.x,u,l)?.earlier??[]).map(([f,m])=>[f,m]);return{se:n,
vo(a,u,l){let f={x:a,q:l,w:"",ne:[0,0],r:[]};n.set(a,f),i.has(u)||i.set(u,f)},ko(a){let u=n.get(a);n.delete(a);for(let[l,f]of i)f===u&&i.delete(l)},I(a,[u,l]){let f=n.
get(a);f&&(f.ne=[Math.max(0,f.ne[0]-u),Math.max(0,f.ne[1]-l)])},Mn(a){let u=i.get(a.ch);return!u||!o(u)?!1:(u.X=a,!0)},$n(a){for(let u of n.values())!u.X||o(u)||
(a(u.X),u.X=void 0)},So(){for(let a of n.values())a.X=void 0},_o({M:a,w:u,E:l}){let f=n.get(a);if(!f)return!0;let{o:m=0,ts:h=0,by:g,h:S,content:$=0,data:E}=l,C=E?.
slice()??new Uint8Array;if(f.ne[0]>4*f.q[0]+1||f.ne[1]>4*f.q[1]+16777216)return!1;f.w!==u&&f.r.push({term:u,earlier:s(f,u,m)}),f.w=u;let R={o:m,ts:h,type:$,data:C};
return g&&(R.by=g),S?.length&&(R.h=S),f.r.push(R),f.ne[0]++,f.ne[1]+=C.length,r.add(f),!0},To({M:a,E:u}){let l=n.get(a);if(!l)return;let{from:f=0,to:m=0,term:h="",
after:g=0,why:S="unknown"}=u;l.w=h,l.r.push({gap:S,from:f,to:m,term:h,after:g,earlier:s(l,h,g)}),r.add(l)},Yt(){for(let a of r){r.delete(a);let u=a.r;a.r=[],e({
e:"records",sub:a.x,items:u})}}}};var et=e=>Array.from(crypto.getRandomValues(new Uint8Array(e)),t=>t.toString(16).padStart(2,"0")).join(""),Ze=e=>({code:Le(e.U),detail:e.Ve}),ws=new Uint8Array,
vs=()=>({connects:0,attempts:0,disconnects:{},published:0,delivered:0,failed:0,unknown:0,duplicates:0,resent:0,received:0,duplicatesDropped:0,gaps:0,lost:0,bytesIn:0,
bytesOut:0,rtt:0,outboxRecords:0,outboxBytes:0}),Xr=(e,t)=>{let n=Date.now()-performance.now(),r=()=>Math.round(n+performance.now()),o=vs(),i=[],s=!1,a=!1,u=Se(),
l=0,f=[],m=!1,h=!1,g=d=>{if(f.push(d),!m){m=!0;for(let M=f.shift();M;M=f.shift())M();m=!1,!h&&(h=!0,queueMicrotask(S))}},S=()=>{h=!1,!a&&(F.po(),k.Qe(),s&&!F.W&&
g(te),C())},$,E=1/0,C=()=>{let d=p._e()??1/0;d>=E||(clearTimeout($),E=d,$=setTimeout(g,Math.min(Math.max(2,d-r()),1e9),R))},R=()=>{E=1/0,k.zt()&&w({i:"moved",z:r()}),
w({i:"tick"})},p=Dr({st:et(16),Kn:et(8),ke:et(16),le:e.le,qt:e.qt,Oe:e.Oe,he:e.he,Nt:!!e.Zt.F}),b,w=d=>{if(a)return;for(let I of p.De(r(),d))v[I.i](I);let M=b;b=
void 0,M?.()},v={send({E:d}){d.t==="hello"&&d.subs&&(d.subs=d.subs.filter(M=>!A.Mn(M))),!(d.t==="subscribe"&&A.Mn(d))&&(d.t==="ping"&&(l=performance.now()),k.m(
d))},publish:d=>O.m(d),persist:d=>O.Xt(d),mark:d=>F.uo(d),seal:d=>F.J(d.x,d.pt),outcome:d=>O.Dt(d),resolved:d=>F.lo(d.pt),held(d){d.b&&t({e:"held",ch:d.b.ch,at:d.z-
r()+Date.now(),fault:Ze(d)})},lost({Se:d,Jn:M,Z:I,ee:V}){o.lost+=V-I+1,t({e:"lost",ch:d,producer:M,from:I,to:V})},record(d){o.received++,A._o(d)||(b=()=>k.ue({code:An,
detail:"far more than the window"}))},gap(d){o.gaps++,A.To(d)},subscribed:({M:d,E:{term:M="",o:I=0}})=>t({e:"subscribed",sub:d,term:M,o:I}),ended:d=>pe(d.M,d.U?
Ze(d):void 0),welcome(d){k.io(d.E),A.$n(B),H.K()},disconnect(d){b=()=>k.ue(Ze(d),d.z-r())},authenticate(d){typeof e.Ie!="function"&&ie({code:Le(d.U),detail:k.Ze?.
detail??""})},fail:d=>ie(Ze(d)),refresh:()=>{k.En()}},k=Gr(e,o,{Jt:d=>g(()=>a||d()),Ee:(d,M)=>ve(d,M),ro:d=>w({i:"connected",Ie:d}),E(d){d.t==="pong"&&l&&(o.rtt=
performance.now()-l,l=0),d.t==="reply"&&H.Gt(d);let M=o.received;w({i:"frame",E:d}),d.t==="record"&&M===o.received&&o.duplicatesDropped++},so:()=>A.Yt(),te(d){l=
0,A.So(),H.Sn(),w({i:"disconnected",U:d})},Ye:d=>ie(d)}),O=Kr(e.Zt,o,t,{Jt:g,De:w,m:d=>k.m(d),Ye:d=>y(d),ho:d=>d-Date.now()+r(),xo:Ze}),F=O.mo,A=Vr(t,(d,M,I)=>p.Ut(
d,M,I)),H=Br(t,d=>k.m(d)),B=d=>k.m({...d,t:"subscribe"}),ve=(d,M)=>{let I=k.Ze;t({e:"status",status:{state:s&&!a?"closing":d,attempt:k.de(),...I&&{fault:I},...M}})},
pe=(d,M)=>{A.Yt(),A.ko(d),t({e:"ended",sub:d,...M&&{fault:M}})},z={publish:d=>O.go(d),subscribe({sub:d,c:M,earlier:I=[],...V}){let{ch:It,window:x,term:L,o:N=0}=V;
A.vo(d,It,x),w({i:"subscribe",M:d,Pe:V,Ut:L?{term:L,offset:N,earlier:I}:void 0})},unsubscribe:d=>w({i:"unsubscribe",M:d.sub}),done({sub:d,took:M,term:I="",o:V}){
A.I(d,M),V!==void 0&&w({i:"done",M:d,w:I,O:V}),k.F&&A.$n(B)},call:d=>H.Vn(d,k.F),cancel:d=>H.Xn(d.id),refresh:d=>{d.token?k.Cn(d.token):k.En()},reconnect:()=>k.ao(),
stats:({id:d})=>t({e:"stats",id:d,stats:{...o,bytesOut:k.Ne(),outboxRecords:F.W,outboxBytes:F.ht}}),close({drain:d}){if(d<0)return te(!0);s||(s=!0,ve("closing"),
u(()=>g(te),d))}},Me=d=>{d.c==="publish"&&O.yo(d),d.c==="subscribe"&&t({e:"ended",sub:d.sub,fault:ce}),d.c==="call"&&t({e:"reply",id:d.id,fault:ce,type:0,data:ws}),
d.c==="stats"&&z.stats(d)},me=d=>a?Me(d):z[d.c](d),te=d=>{w({i:"bye"}),ie(void 0,d)},ie=(d,M)=>{if(!a){A.Yt(),a=!0,clearTimeout($),u(),k.Te(d),ve(d?"failed":"cl\
osed");for(let I of A.se.keys())pe(I,d);H.Sn(d??ce),i?.forEach(Me),O.Te(d??ce,M)}},ke=d=>{if(a)return d?.Q();d&&(F.Wt(d),p.Wt(d.L,Array.from(F.oe.values(),ks)),
O.wo()),O.K();let M=i;i=void 0,k.bt(),M.forEach(me)},y=d=>g(()=>ie(d));return(async()=>e.Zt.F?.(e.le,y))().then(d=>g(()=>ke(d)),y),{l(d){d.c==="publish"&&!O.bo(
d,a||s)||(i&&!a?i.push(d):g(()=>me(d)))}}},ks=({id:e,ch:t,p:n,n:r,size:o,sent:i,mem:s,expires:a})=>({id:e,ch:t,p:n,n:r,size:o,sent:i,mem:s,expires:a});var Ss=new TextEncoder,_s=new TextDecoder("utf-8",{ignoreBOM:!0}),De=e=>Ss.encode(e),Ot=e=>_s.decode(e),mn=(e,t,n)=>{let r={}.toString.call(t);/ArrayBuffer/.test(
r)&&(t=new Uint8Array(t));let o=ArrayBuffer.isView(t)&&new Uint8Array(t.buffer,t.byteOffset,t.byteLength).slice();if(o&&n!=="json")return[n==="text"?1:0,o];if(typeof t==
"string"&&n!=="json")return[n==="binary"?0:1,De(t)];let i;try{let s=o?Zn(new TextDecoder("utf-8",{fatal:!0,ignoreBOM:!0}).decode(o)):JSON.stringify(t);if(o&&JSON.
parse(s),s!==void 0&&(n??"json")==="json"&&!/ (Blob|File|Promise)/.test(r))return[2,De(s)]}catch(s){i=s}throw new q(Un,e,`data cannot be ${n??"json"}`,i)},tt=(e,t)=>e===
2?JSON.parse(Ot(t)):e?Ot(t):t,bn=(e,t)=>{if(!/^[^\p{C}\p{Z}"\\\uFFFD]+$/u.test(t)||De(t).length>255)throw new q(Bn,e,"1 to 255 bytes of printable text without s\
paces, quotes and backslashes are wanted")},nt=(e,t,n="",r=4096)=>{if(De(n).length>r)throw new q(be,e,`${t}: over ${r} bytes`)},Yr=(e,t=[])=>{let n=(Array.isArray(
t)?t:Object.entries(t)).map(([r,o])=>[`${r}`,`${o}`]);for(let[r,o]of n)if(!r||De(r).length>255||De(o).length>4096||n.length>64)throw new q(be,e,"headers: at mos\
t 64, names of 1 to 255 bytes, values to 4,096");return n};var Ts=32,Es=50,Qr=["binary","text","json"],Ct=(e,t,n)=>{let r=n.filter(([o,i])=>o!==e&&i<t);return[[e||"-",t],...r].map(([o,i])=>`${o}@${i}`).join(" ")},gn=class{gap;channel;offset;term;time;user;headers;type;bytes;H;constructor(t,n,r,{
o,ts:i,by:s="",h:a=[],type:u,data:l}){this.channel=t,this.term=n,this.offset=o,this.time=i,this.user=s,this.headers=a,this.type=Qr[u],this.bytes=l,this.H=r}get data(){
return tt(Qr.indexOf(this.type),this.bytes)}text(){return Ot(this.bytes)}json(){return JSON.parse(this.text())}get position(){return Ct(this.term,this.offset,[])}get checkpoint(){
return Ct(this.term,this.offset,this.H)}},Mt=class extends EventTarget{channel;x;l;Ln;en=ge();nt=[];Be=0;w="";H=[];_e;xt=!1;Ce;wt;d;I=[0,0];A=0;constructor(t,n,r,o){
super(),this.x=t,this.channel=n,this.Ln=r,this.l=o}get ready(){return this.en.re}async*[Symbol.asyncIterator](){if(this.xt)throw new q(be,`read ${this.channel}`,
"somebody else reads it already");this.xt=!0;try{for(;;){this.wt&&(this.d=this.wt),this.wt=void 0,this.Be>255&&(this.nt.splice(0,this.Be),this.Be=0);let t=this.nt[this.Be++];
if(this.B(!t)&&await Os(),t){let n=this.V(t);n&&(yield n);continue}if(this.nt=[],this.Be=0,this.Ce?.Rn)throw this.Ce.Rn;if(this.Ce)return;await new Promise(n=>{
this._e=n})}}finally{this.xt=!1}}V(t){if("o"in t)return this.I[0]++,this.I[1]+=t.data.length,this.Ln||(this.wt=[this.w,t.o]),new gn(this.channel,this.w,this.H,t);
if(this.w=t.term,this.H=t.earlier,"gap"in t)return hn(this.channel,t)}B(t){let n=performance.now(),r=n-this.A>Es;if(!t&&!r&&this.I[0]<Ts)return!1;r&&(this.A=n);
let[o,i]=this.d??[];return(this.d||this.I[0])&&this.l({c:"done",sub:this.x,took:this.I,...i!==void 0&&{term:o,o:i}}),this.I=[0,0],this.d=void 0,r&&!t}ack(t){this.d=
[t.term,t.offset],this.B(!0)}close(){this.Ce||(this.B(!0),this.nt=[],this.Be=0,this.l({c:"unsubscribe",sub:this.x}),this.ot())}addEventListener(t,n,r){super.addEventListener(
t,n,r),t==="record"&&!this.xt&&this.Eo()}async Eo(){try{for await(let t of this)X(this,t.gap?"gap":"record",t)}catch{}}ge(t){if(!this.Ce){for(let n of t)this.nt.
push(n);this._e?.()}}K(t,n){this.en.pe(Ct(t,n,[]))}ot(t){if(this.Ce)return;let n=t&&de(t,`subscribe to ${this.channel}`);this.Ce={...n&&{Rn:n}},this.en.me(n??de(
{code:Pe},`subscribe to ${this.channel}`)),this._e?.(),X(this,"end",n)}},Os=()=>new Promise(e=>{let{port1:t,port2:n}=new MessageChannel;t.onmessage=()=>{t.close(),
e()},n.postMessage(0)}),hn=(e,{gap:t,from:n,to:r,term:o,after:i,earlier:s})=>({gap:t,channel:e,from:n,to:r,checkpoint:Ct(o,i,s)});var rt=class extends ft(){status={state:"connecting",attempt:0};outbox;messages;Ue=new Map;_=new Map;X=new Map;G=et(8);q;Fn;tn;An=ge();nn=new Map;on=0;constructor(t,n={}){
super(),this.messages=this.Ue;let r=Cs(t),o=n.WebSocket??globalThis.WebSocket;if(!o)throw new q(be,"open session","there is no WebSocket here; give the option W\
ebSocket");this.tn=`session with ${r.replace(/\?.*/,"")}`,this.q=Zr(n.window,[512,1<<20]);let i=n.outbox??We(),s=n.user??"",a=(f,m)=>Xr({_n:r,Kt:n.codec??ir,Ie:n.
token,le:s,qt:n.agent??"holdfast-ts",Zt:m&&i.F?{...i,F:(h,g)=>i.F(h,g,m)}:i,no:n.backoff??{},Tn:n.connectTimeout??1e4,Oe:n.ackTimeout,he:n.pongTimeout??1e4,oo:o},
f),u=f=>this.ge(f),l=i.F?i.name:"";this.Fn=n.tabs?n.tabs(a,u,{url:r,user:s,outbox:l,page:this.G}):a(u)}get state(){return this.status.state}get error(){return this.
status.fault&&de(this.status.fault,this.tn)}publish(t,n,r={}){let o=`publish to ${t}`;bn(o,t);let[i,s]=mn(o,n,r.type),a=Yr(o,r.headers),u=`${this.G}:${++this.on}`,
l=new Ge(u,t,n);return this.Ue.set(u,l),this.l({c:"publish",id:u,ch:t,type:i,data:s,...a[0]&&{h:a},...r.ttl&&{exp:Date.now()+r.ttl}}),l}subscribe(t,n={}){let r=`\
subscribe to ${t}`;bn(r,t);let o=++this.on,i=Zr(n.window,this.q),s={c:"subscribe",sub:o,ch:t,window:i,...Ms(r,n.from)};nt(r,"cursor",n.cursor,255),n.cursor&&(s.
cursor=n.cursor);let a=new Mt(o,t,n.ack==="manual",f=>this.l(f));this._.set(o,a),this.l(s);let{signal:u}=n,l=()=>a.close();return u?.addEventListener("abort",l),
a.addEventListener("end",()=>u?.removeEventListener("abort",l)),u?.aborted&&l(),a}channel(t){return{name:t,publish:(n,r)=>this.publish(t,n,r),subscribe:n=>this.
subscribe(t,n)}}call(t,n,r={}){let o=`call ${t}`;nt(o,"name",t,255),nt(o,"key",r.key);let[i,s]=n===void 0?[0,new Uint8Array]:mn(o,n),[a,u]=this.Hn(),l=(g,S)=>{this.l(
{c:"cancel",id:a}),u.me(new q(g,o,S))},f=r.timeout??3e4,m=Se();m(()=>l(Dn,`no reply within ${f} ms`),f);let h=()=>l(Wn,"");return r.signal?.addEventListener("ab\
ort",h),r.signal?.aborted?h():this.l({c:"call",id:a,name:t,type:i,data:s,...r.key&&{key:r.key}}),u.re.finally(()=>{m(),r.signal?.removeEventListener("abort",h),
this.X.delete(a)})}refresh(t){nt("refresh","token",t),this.l({c:"refresh",...t&&{token:t}})}reconnect(){this.l({c:"reconnect"})}stats(){let[t,n]=this.Hn();return this.l(
{c:"stats",id:t}),n.re}connected(){return this.rn(()=>this.state==="open")}room(){return this.rn(()=>!!this.outbox&&!this.outbox.full&&!/clos|fail/.test(this.state))}flush(){
return this.rn(()=>!!this.outbox&&!this.Ue.size)}close({drain:t=5e3}={}){for(let n of this._.values())n.B(!0);return this.l({c:"close",drain:t}),this.An.re}l(t){
this.Fn.l(t)}Hn(){let t=++this.on,n=ge();return this.X.set(t,n),[t,n]}rn(t){let n=ge();return this.nn.set(n,t),this.vt(),n.re}vt(){let t=this.state==="failed"||
this.state==="closed";for(let[n,r]of this.nn){if(r())n.pe();else if(t)n.me(this.error??de(ce,this.tn));else continue;this.nn.delete(n)}}ge(t){switch(t.e){case"s\
tatus":return this.status=t.status,X(this,"status",t.status),t.status.state==="failed"&&X(this,"error",this.error),this.vt();case"outbox":return this.outbox={durable:t.
durable,full:t.full},X(this,"status",this.status),this.vt();case"restored":return this.Ue.set(t.id,new Ge(t.id,t.ch,tt(t.type,t.data),t.status)),this.b({e:"entr\
y",id:t.id,status:t.status,producer:t.producer,number:t.number},!0);case"entry":return this.b(t);case"records":return this.W(t.sub,t.items);case"subscribed":return this._.
get(t.sub)?.K(t.term,t.o);case"ended":{let n=this._.get(t.sub);return this._.delete(t.sub),n?.ot(t.fault)}case"reply":return this.Gt(t);case"stats":this.X.get(t.
id)?.pe(t.stats),this.X.delete(t.id);return;case"held":X(this,"held",{channel:t.ch,at:t.at,error:de(t.fault,`publish to ${t.ch}`)});return;case"lost":X(this,"lo\
st",{channel:t.ch,producer:t.producer,from:t.from,to:t.to});return;case"closed":return this.An.pe(t.left)}}b(t,n=!1){let r=this.Ue.get(t.id);r&&(t.end&&this.Ue.
delete(t.id),(r.ge(t)||n)&&X(this,"message",r),t.end&&this.vt())}W(t,n){let r=this._.get(t);if(r){r.ge(n);for(let o of n)"gap"in o&&X(this,"gap",hn(r.channel,o))}}Gt({
id:t,fault:n,type:r,data:o}){let i=this.X.get(t);if(n)return i?.me(de(n,"call"));try{i?.pe(tt(r,o))}catch(s){i?.me(s)}}},Cs=e=>{try{let t=new URL(e,globalThis.location?.
href);if(t.protocol=t.protocol.replace("http","ws"),/^wss?:$/.test(t.protocol))return t.hash="",t.pathname==="/"&&(t.pathname="/ws"),t.href}catch{}throw new q(be,
"open session",`url: "${e}" is none for ws, wss, http or https`)},Ne=(e,t=9e15)=>e>0?Math.min(Math.ceil(e),t):0,Zr=(e,[t,n])=>[Ne(e?.records??0,4e9)||t,Ne(e?.bytes??
0,4e9)||n],yn=e=>e?{at:"position",o:e}:{at:"start"},Ms=(e,t="head")=>{if(typeof t=="string")return{at:t};if("last"in t)return{at:"last",last:Ne(t.last)};if("sin\
ce"in t)return{at:"time",since:Ne(t.since)};if("offset"in t)return yn(Ne(t.offset));let n=t.checkpoint.split(/\s+/).filter(Boolean);if(!n[0])return yn(0);let[[r,
o],...i]=n.map(s=>{let a=/^(-|[\da-f]{16})@(\d{1,16})$/.exec(s);if(!a||n.length>8)throw new q(be,e,`checkpoint: "${t.checkpoint}"`);return[a[1].replace("-",""),
Ne(+a[2])]});return r?{at:"position",term:r,o,earlier:i}:yn(o)};var T=e=>document.getElementById(e);function D(e,t,...n){let r=document.createElement(e);return t&&(r.className=t),r.append(...n),r}function j(e,t){e.textContent!==
t&&(e.textContent=t),e.hidden=t===""}var fe=e=>j(T("announcement"),e);function $t(e){let t=new Date(e),n=t.toDateString()===new Date().toDateString(),r=D("time",
"",n?t.toLocaleTimeString():t.toLocaleString());return r.dateTime=t.toISOString(),r.title=t.toLocaleString(void 0,{dateStyle:"full",timeStyle:"long"}),r}function ot(e,t=""){
let n=D("span",`badge ${e}`,e);return n.title=t,n}function Re(e,t,n){j(t,n),n?e.setAttribute("aria-invalid","true"):e.removeAttribute("aria-invalid")}var xn=e=>new TextEncoder().
encode(e);function $s(e,t){if(t.trim()==="")return"There is nothing to send yet.";if(!e)return"";try{return JSON.parse(t),""}catch(n){return`That is not JSON: ${n.message}`}}
function eo(e){let t=T("composer"),n=T("message"),r=()=>new FormData(t).get("type")==="json",o=()=>{n.rows=Math.min(6,n.value.split(`
`).length)};function i(){let s=r(),a=n.value,u=$s(s,a)||e(s?{json:a.trim()}:{text:a});Re(n,T("mistake"),u),u||(n.value=""),o(),n.focus()}t.onsubmit=s=>{s.preventDefault(),
i()},n.oninput=()=>{Re(n,T("mistake"),""),o()},n.onkeydown=s=>{s.key!=="Enter"||s.shiftKey||s.isComposing||(s.preventDefault(),i())},t.onchange=()=>{let s=r();n.
placeholder=s?'{"any": "JSON value"}':"Write a message",n.classList.toggle("json",s),Re(n,T("mistake"),"")},n.focus()}var xe=e=>{let{code:t=0,message:n="",op:r="",codeName:o}=e;return o?{code:t,detail:n.slice(r.length+2,-o.length-2).trim()}:{code:4300,detail:String(e)}},K=(e,t)=>`${e.
toLocaleString()} ${t}${e===1?"":"s"}`,wn=e=>e.charAt(0).toUpperCase()+e.slice(1);function to(e){function t({code:s,detail:a}){let u=e[s]?.[1]??"the server said\
 something that this page has no words for";return!a||a.includes(u)?wn(`${u} (${s}).`):wn(`${s<4e3?a:`${u}: ${a}`} (${s}).`)}let n=s=>e[s]?.[2]?`${wn(e[s][2])}.`:
"",r=({waiting:s,durable:a,owner:u})=>{let l=a?"safely in this browser":"here",f=s<2,m=u?` and ${f?"goes":"go"} out as ${u}`:"";return s===0?a?`What you write i\
s kept in this browser${m}.`:`What you write waits here${m}.`:`${K(s,"message")} ${f?"waits":"wait"} ${l}${m}.`};function o(s){let a=s.user?`to ${s.host} as ${s.
user}.`:`to ${s.host}.`,u=Number.isNaN(s.tokenEnds)?"soon":`in ${s.tokenEnds} s`;if(s.tokenEnds!==void 0)return`${a} The token ends ${u}; with the next one you \
stay connected.`;if(s.waiting===0)return a;let{waitingFor:l=0}=s;return`${a} ${K(s.waiting,"message")} on the way${l>=3?`, without an answer for ${l} s`:""}.`}function i(s){
let a=s.fault?t(s.fault):"";if(s.wantsToken)return["Not let in.",`${a} ${s.fault?n(s.fault.code):""} ${r(s)}`];switch(s.state){case"open":return["Connected",o(s)];case"\
waiting":return s.offline?["Offline.",`It goes on when there is a network again. ${r(s)}`]:[`${s.before?"Cut off":"Not connected"}. Next try in ${s.retryIn??0} \
s.`,`${a} ${r(s)}`];case"failed":return["Stopped.",`${a} ${s.fault?n(s.fault.code):""}`];case"closing":case"closed":return["Closed.",""];default:return[s.before?
"Connecting again…":"Connecting…",`to ${s.host}. ${s.before||s.waiting>0?r(s):""}`]}}return{sentence:t,advice:n,connection:i}}var Lt=(e,t)=>e[t]?.[0]??["now",
"later","authenticate","stop"][Math.floor(t/100)-40]??"now";function no(e,t,n,r){let o=!1,i,s,a="",u=0,l=h=>Lt(n,h)==="authenticate";async function f(){let{status:h}=e(),g=(S,$=1006)=>{e().status===h&&(s={code:$,detail:S})};
try{let S=await fetch("readyz",{cache:"no-store",signal:AbortSignal.timeout(3e3)}),$=(await S.text()).trim().slice(0,80),E=Number(S.headers.get("Holdfast-Code"));
E?g($,E):S.ok?g("the server is there but took no connection"):g(`the server is not ready: ${$}`)}catch{g("the server cannot be reached")}}let m=h=>{let g=e(),{state:S,
retryAt:$=0,user:E}=g.status,C=S==="open";return{host:location.host,state:S,before:o,user:E,owner:h.owner,offline:navigator.onLine===!1,fault:i??s??(g.error&&xe(
g.error)),retryIn:Math.max(0,Math.ceil(($-Date.now())/1e3)),wantsToken:!C&&i!==void 0,tokenEnds:C&&r.asked()?r.left()??Number.NaN:void 0,waiting:h.waiting,waitingFor:h.
since?Math.floor((Date.now()-Math.max(h.since,u))/1e3):0,durable:(g.outbox?.durable??!0)&&h.kept}};return{refused:()=>i!==void 0,renewed(){i=void 0},changed(){let h=e(),
{state:g}=h,S=h.error&&xe(h.error);g==="open"?(o=!0,i=void 0):S&&l(S.code)&&(g==="waiting"||g==="failed")&&(i=S),s=void 0,i&&i===S&&fe(`Not let in. ${t.sentence(
i)}`),g==="waiting"&&S?.code===4107&&!i&&f(),g!==a&&(a=g,g==="open"&&(u=Date.now()),g==="open"&&fe("Connected."),g==="waiting"&&!i&&fe(`Cut off. ${S?t.sentence(
S):""} It is tried again by itself.`),g==="failed"&&fe(`Stopped. ${S?t.sentence(S):""}`))},show(h){let g=m(h),[S,$]=t.connection(g),E=g.wantsToken?"failed":g.state;
T("connection").dataset.state=E==="authenticating"?"connecting":E==="failed"||E==="closed"?"stopped":E,j(T("headline"),S),j(T("explanation"),$.trim()),j(T("tabs"),
h.tabs),r.show(g.wantsToken===!0||g.tokenEnds!==void 0,g.wantsToken===!0),T("retry").hidden=g.wantsToken===!0||g.state!=="waiting"&&g.state!=="failed",T("retry").
textContent=g.state==="failed"?"Load again":"Try now"}}}function ro(e){try{let t=atob(e.split(".")[1].replaceAll("-","+").replaceAll("_","/"));return Object(JSON.parse(new TextDecoder().decode(Uint8Array.from(t,n=>n.
charCodeAt(0)))))}catch{return{}}}function oo(e){let t="",n=[],r=T("token"),o=T("credentials"),i=typeof BroadcastChannel=="function"?new BroadcastChannel("holdf\
ast page"):void 0;function s(a){t=a;let u=n;n=[];let{sub:l}=ro(t);if(e(typeof l=="string"?l:void 0))for(let f of u)f(t)}return i&&(i.onmessage=({data:a})=>{typeof a?.
token=="string"?s(a.token):t&&i.postMessage({token:t})},i.postMessage({})),o.onsubmit=a=>{a.preventDefault();let u=r.value.trim();r.value="",i?.postMessage({token:u}),
s(u),T("message").focus()},{next:a=>a?new Promise(u=>n.push(u)):t,asked:()=>n.length>0,left(){let a=Number(ro(t).exp)*1e3;return Number.isNaN(a)?void 0:Math.max(
0,Math.ceil((a-Date.now())/1e3))},show(a,u){a&&o.hidden&&u&&!T("message").value&&setTimeout(()=>r.focus()),o.hidden=!a,j(T("token-button"),u?"Connect":"Stay con\
nected")}}}var Q=e=>e.toLocaleString();function vn(e){if(e<1e3)return K(e,"byte");let t=["kB","MB","GB"],n=-1;do e/=1e3,n++;while(e>=1e3&&n<t.length-1);return`${e.toLocaleString(
void 0,{maximumFractionDigits:1})} ${t[n]}`}var Ls=e=>e>0?`${e<10?e.toFixed(1):Math.round(e)} ms`:"not measured yet";function Rs(e){let t=Object.entries(e);return t.
length?t.map(([n,r])=>r>1?`${r} × ${n}`:n).join(", "):"none"}var so=(e,t)=>[["Connection",[["Round trip",Ls(e.rtt)],["Connections",`${Q(e.connects)} of ${K(e.attempts,
"attempt")}`],["Ends, by code",Rs(e.disconnects)],["Bytes in, out",`${vn(e.bytesIn)}, ${vn(e.bytesOut)}`],["Tabs",t.tabs]]],["Publishing",[["Taken",Q(e.published)],
["Delivered",Q(e.delivered)],["Failed, unknown",`${Q(e.failed)}, ${Q(e.unknown)}`],["Sent again",Q(e.resent)],["… which the server had",Q(e.duplicates)],["Wai\
ting",`${Q(e.outboxRecords)} (${vn(e.outboxBytes)})`],["Kept",t.outbox]]],["Receiving",[["Received",Q(e.received)],["Doubles dropped",Q(e.duplicatesDropped)],["\
Gaps",Q(e.gaps)],["Lost by the server",Q(e.lost)]]]];function io(e,t){let n=T("figures-panel"),r=T("figures-button"),o=new Map;function i(f){for(let[m,h]of so(f,
t()))for(let[g,S]of h){let $=`${m} ${g}`,E=o.get($);E&&j(E,S)}}function s(f){for(let[m,h]of so(f,t())){let g=D("dl","");for(let[S,$]of h){let E=D("dd","",$);o.set(
`${m} ${S}`,E),g.append(D("div","",D("dt","",S),E))}n.append(D("section","",D("h2","",m),g))}}async function a(){let f=await e();o.size===0?s(f):i(f)}let u=()=>{
a().catch(()=>{})},l;r.onclick=()=>{let f=n.hidden;n.hidden=!f,r.setAttribute("aria-expanded",String(f)),clearInterval(l),f&&(u(),l=setInterval(u,1e3))}}var Fs=500,kn=4e3,As=8,Hs=e=>Array.from(e.subarray(0,100),t=>t.toString(16).padStart(2,"0")).join(" "),ao=e=>e.length>kn?`${e.slice(0,kn)}… and ${K(e.length-kn,
"more character")}`:e;function Ps(e){if("text"in e)return D("div","payload",D("p","data",ao(e.text)));let t="bytes"in e,n=t?`${Hs(e.bytes)}${e.bytes.length>100?
" …":""}`:ao(e.json);return D("div","payload",D("span","kind",t?K(e.bytes.length,"byte"):"JSON"),D("code","data",n))}function Sn(e,t,n,r){let o=D("span","offs\
et",e?String(e):"–");o.title=e?`offset ${e}`:"it has no offset yet";let i=D("span","meta");return r&&i.append(D("span","by",r)),n&&i.append($t(n)),D("li","rec\
ord",o,Ps(t),i)}function co(e){let t=T("log"),n=new Map,r=0,o=0;function i(a){for(t.append(a),o++;t.childElementCount>Fs;){let u=t.firstElementChild;u.classList.
contains("record")&&r++,n.delete(Number(u.dataset.offset)),u.remove()}e()}return{clear(){n=new Map,r=0,t.replaceChildren()},startsAfter(a){n.size===0&&(r=a)},record(a,u,l,f){
let m=Sn(a,u,l,f);m.dataset.offset=String(a),n.set(a,m),i(m)},notice(a){i(D("li","notice",a))},mine(a,u){let l=n.get(a);if(!l)return!1;if(l.classList.contains("\
mine"))return!0;l.classList.add("mine");let f=l.querySelector(".meta");return f.querySelector(".by")?.remove(),f.prepend(D("span","by","you")),f.append(ot("deli\
vered",u.synced?`synced to disk, on ${K(u.copies||1,"machine")}`:"in the server’s memory")),!0},forked(a){for(let[u,l]of n)u<a||(l.classList.add("gone"),l.querySelector(
".badge")?.replaceWith(ot("gone")),n.delete(u))},empty:()=>t.childElementCount===0,hidden:()=>r,settle(){T("live").setAttribute("aria-live",o>As?"off":"polite"),
o=0}}}var _n=3e3,Tn=e=>({code:dt,op:`open outbox ${e}`,detail:"another page uses it"}),uo=async e=>{let t=globalThis.navigator?.locks;return t&&new Promise((n,r)=>{t.
request(`holdfast:${e}`,{signal:AbortSignal.timeout(_n)},()=>new Promise(o=>n(o))).catch(()=>r(Tn(e)))})};var En="outbox",Rt=(e={})=>{let t=e.name??"holdfast";return{...e,name:t,durable:!0,F:(n,r,o="")=>Ds(t+o,n,r)}},Is=(e,t)=>new Promise((n,r)=>{let o=!1,i=setTimeout(
()=>{o=!0,r(Tn(e))},_n),s=a=>{let u=t,l=globalThis.indexedDB.open(`holdfast:${e}`,a);l.onupgradeneeded=f=>{u||=!!a,f.oldVersion||l.result.createObjectStore(En)},
l.onsuccess=()=>{let f=l.result;if(u&&!o)return clearTimeout(i),n(f);f.close(),o||s(a?void 0:f.version+1)},l.onerror=()=>{l.error?.name==="VersionError"?s():r(l.
error)}};s()}),Ds=async(e,t,n)=>{let r,o=u=>new Promise((l,f)=>{let m=r.transaction(En,"readwrite",{durability:"strict"});m.oncomplete=()=>l(),m.onabort=()=>f(m.
error),u(m.objectStore(En))}).catch(l=>{throw lt(e,l)}),i=[],s=await uo(e),a=()=>{r?.close(),s?.()};try{return r=await Is(e,!!s),r.onclose=()=>n(lt(e,"the brows\
er has closed it")),await o(u=>{u.openCursor().onsuccess=l=>{let f=l.target.result;f&&(i.push([f.key,f.value]),f.continue())}}),await Vn(e,t,i,u=>o(l=>Ns(l,u)),
a)}catch(u){throw a(),lt(e,u)}},Ns=(e,t)=>{for(let n of t.Ct)e.put(n,n.id);for(let n of t.qe)e.delete(n);for(let n of t.L.values())Array.isArray(n)?e.delete(n):
e.put(n,[n.ch,n.p]);t.le!==void 0&&e.put(t.le,"user"),t.fe&&e.put(t.fe,"marks");for(let[n,r]of t.We)r?e.put(r,`page ${n}`):e.delete(`page ${n}`);e.transaction.commit()};var On="holdfast page";function lo(e){let t={user:"",first:"",left:[]};function n(){try{t={...t,...JSON.parse(localStorage.getItem(On)??"{}")}}catch{}return t}function r(o){
t={...n(),...o};try{localStorage.setItem(On,JSON.stringify(t))}catch{}}return window.addEventListener("storage",o=>o.key===On&&e()),{last:()=>n().user,enters(o){
let{first:i,left:s}=n();r({user:o,first:i||o,left:s.filter(a=>a!==o)})},leaves(o){let{left:i}=n();o&&!i.includes(o)&&r({left:[...i,o]})},outbox(o){if(o!==n().first)
return Rt({name:`page of ${o}`});let i=Rt({name:"page"});return{...i,F:(s,a,u)=>i.F("",a,u)}},words(o){return n().left.filter(s=>s!==o).map(s=>`Messages of ${s}\
 wait safely in this browser. They go out when ${s} is back, and as nobody else.`).join(" ")}}}var fo=100,Cn=e=>e.status==="failed"||e.status==="unknown",Mn=e=>e.status==="pending"||e.status==="sent";function po(e,t,n,r){let o=[],i=new Map,s="";function a(m){
o=o.filter(h=>h!==m),u(m),T("message").focus(),r()}function u(m){i.get(m)?.remove(),i.delete(m)}function l(m){let h=m.fault??{code:0},g=D("button","quiet","Send\
 again"),S=D("button","quiet","Dismiss");return g.type=S.type="button",S.onclick=()=>a(m),g.onclick=()=>{a(m),n(m)},D("div","trouble",D("p","",`${e.sentence(h)}\
 ${e.advice(h.code)}`),g,S)}function f(m){let h=i.get(m);h||(h=Sn(0,m.payload,0,"you"),h.classList.add("mine"),h.querySelector(".meta").append($t(m.at)),i.set(m,
h),T("queue").append(h));let g=`${m.status}|${m.fault?.code??""}`;h.dataset.shown!==g&&(h.dataset.shown=g,h.querySelector(".badge")?.remove(),h.querySelector(".\
trouble")?.remove(),h.querySelector(".meta").append(ot(m.status)),m.fault&&(h.append(Cn(m)?l(m):D("div","trouble",e.sentence(m.fault))),Cn(m)&&fe(`A message ${m.
status==="failed"?"failed":"has an unknown outcome"}. ${e.sentence(m.fault)}`)))}return{add:m=>{o.push(m)},waiting:()=>o.filter(Mn).length,kept:()=>o.every(m=>m.
kept||!Mn(m)),since:()=>o.find(Mn)?.at,clear(m=!1){m&&(o=[]),i.clear(),T("queue").replaceChildren()},refresh(m,h){o=o.filter(C=>{if(C.status!=="delivered")return!0;
let{offset:R=0,synced:p=!1,copies:b=0}=C,w=C.channel!==m||R<=h;return C.channel===m&&R&&t.mine(R,{synced:p,copies:b}),w&&u(C),!w});let g=o.filter(C=>C.channel===
m);for(let C of g.slice(0,fo))f(C);let S=g.length-fo;j(T("queue-more"),S>0?`and ${K(S,"more message")}.`:""),T("outgoing").hidden=g.length===0,g.length===0&&(s=
""),j(T("queue-held"),s),j(T("outgoing-title"),g.length===0||g.some(C=>!Cn(C))?"Not yet in the channel":"Not stored, or not known to be");let $=o.filter(C=>C.channel!==
m),E=[...new Set($.map(C=>C.channel))].join(", ");j(T("elsewhere"),$.length?`${K($.length,"message")} of yours ${$.length===1?"is":"are"} not stored in ${E}.`:"")},
held(m){s=m,fe(m),r()},empty:()=>i.size===0}}var mo=()=>typeof BroadcastChannel=="function"&&!!globalThis.navigator?.locks;function bo(e,t,n){let r,o,i=(s,a,u)=>{let{signal:l}=o;return navigator.locks.request(
`holdfast ${e} ${s}`,{signal:l},()=>{if(!l.aborted)return a(),u?void 0:new Promise(f=>l.addEventListener("abort",()=>f()))}).catch(f=>{if(!l.aborted)throw f})};
return{sn:()=>new Promise((s,a)=>{if(o)return s();o=new AbortController,r=new BroadcastChannel(`holdfast ${e}`),r.onmessage=({data:u})=>{typeof u?.t!="string"||
typeof u.from!="string"||u.to&&u.to!==t||(u.v===1?n.Co(u):n.Oo(u.t))},i(`tab ${t}`,()=>{s(),i("lead",n.Mo).catch(a)}).catch(a)}),an:()=>{o?.abort(),r?.close(),o=
r=void 0},l:(s,a,u)=>r?.postMessage({...a,v:1,t:s,from:t,to:u}),kt:s=>{i(`tab ${s}`,()=>n.te(s),!0)}}}var go=(e,t)=>!e||t&&t.o<e.o?t:e;function ho(e,t){let n=new Map,r=[],o=0,i,s,a=[0,0],u=0,l=[0,0],f,m,h=()=>n.size>1?void 0:n.keys().next().value,g=()=>[...n.values(),
...f?[f]:[]],S=()=>{let v=o;o=0,v&&t.l({c:"unsubscribe",sub:v})},$=v=>{S(),o=t.$o(w),i=g().find(O=>O.C.cursor)?.C.cursor;let k=[0,1].map(O=>Math.min(...g().map(
F=>F.C.window[O])));t.l({...v,sub:o,window:k,...i&&{cursor:i}}),a=[0,0],l=[0,0]},E=v=>{let{term:k,o:O,earlier:F}=v;$({c:"subscribe",sub:o,ch:e,at:"position",o:O,
window:[0,0],...k&&{term:k,earlier:F}}),C(v)},C=v=>{s={...v},m=void 0,u=v.o;for(let k of n.values())Object.assign(k,{I:[0,0],d:u,w:v.term});t.B({e:"open",ch:e,g:o,
at:v},h())},R=()=>{f||!r.length||(f=r.shift(),m=n.size?s:void 0,s=void 0,$(f.C))},p=()=>{f=void 0,m&&n.size&&E(m),R()},b=()=>{if(!o||!n.size||f)return;let v,k=[
...a];for(let A of n.values()){(!v||A.d<v.d)&&(v=A);for(let H of[0,1])k[H]=Math.min(k[H],A.I[H])}let O=[k[0]-l[0],k[1]-l[1]],F=v.d>u;!F&&!O[0]&&!O[1]||(l=k,F&&(u=
v.d),t.l({c:"done",sub:o,took:O,...F&&{term:v.w,o:u}}))},w={Se:e,M:()=>o,sn(v,k){let{sub:O,cursor:F}=k.cmd,A={je:v,M:O,C:k.cmd,d:s?.o??0,w:s?.term??"",I:[...a]},
H=[...g(),...r].find(B=>F&&B.C.cursor&&B.C.cursor!==F);if(H){let B={code:ct,detail:`another tab reads it with the cursor ${H.C.cursor}`};t.B({e:"ended",sub:O,fault:B},
v)}else k.at?(n.set(v,A),f?m=go(m,k.at):!s||k.at.o<s.o||F&&!i?E(go(s,k.at)):t.B({e:"open",ch:e,g:o,at:{...s}},v)):(r.push(A),R())},an(v){n.delete(v);let k=r.findIndex(
O=>O.je===v);return k>=0&&r.splice(k,1),f?.je===v?(S(),p()):i&&s&&n.size&&!g().some(O=>O.C.cursor)?E(s):b(),n.size||f||r.length?!1:(S(),!0)},d(v,k,O,F,A){let H=n.
get(v);!H||k!==o||(H.I=[H.I[0]+O[0],H.I[1]+O[1]],F>H.d&&Object.assign(H,{d:F,w:A}),b())},Lo(v,k){if(!f)return;let O=f,F={term:v,o:k,earlier:O.C.term?O.C.earlier??
[]:[]};f=void 0,n.size||(m=void 0),n.set(O.je,O),t.B({e:"subscribed",sub:O.M,term:v,o:k},O.je),m&&m.o<k?E(m):C(F),R()},W(v){if(s){for(let k of v)"gap"in k?s={term:k.
term,o:k.after,earlier:k.earlier}:"term"in k?s={...s,term:k.term,earlier:k.earlier}:(s.o=k.o,a[0]++,a[1]+=k.data.length);t.B({e:"stream",ch:e,items:v},h())}},Qt(v){
o=0;let k=f?[f]:[...n.values()];for(let O of k)t.B({e:"ended",sub:O.M,...v&&{fault:v}},O.je),n.delete(O.je);return f||(s=void 0),p(),!n.size&&!f}};return w}var yo=1e3,Bs=1e3,Us=1e3;function wo(e,t){let n=new Map,r=new Map,o=new Map,i=new Map,s=new Map,a=0,u=!0,l,f,m,h=[],g,S=[],$=[],E,C=[],R=()=>{let y=C;C=[];for(let _=0;_<
y.length;){let d=y[_][1],M=[];for(;_<y.length&&y[_][1]===d;_++)M.push(y[_][0]);e.B(M,d)}},p=(y,_)=>{C.push([y,_])===1&&queueMicrotask(R)},b=y=>n.get(y)?.St,w=(y,_)=>{
if(!(!_.cn||!_.St||!m)){_.cn=!1;for(let d of s.values())n.has(xo(d.id))||p(d,y)}},v=()=>{for(;!g&&h.length&&(!m.full||h.length>Us);)l.l(h.shift())},k=()=>{let y=S;
S=[];for(let[_,d]of y)te.V(_,d);pe(),v()},O=y=>{let _=xo(y.id),{status:d,producer:M="",number:I=0}=y;y.end?s.delete(y.id):s.has(y.id)&&Object.assign(s.get(y.id),
M?{status:d,producer:M,number:I}:{status:d}),p(y,b(_)?_:void 0)},F=y=>{if(!(g&&y.e!=="closed"&&(y.e!=="entry"||/pending|sent/.test(y.status)))&&!(E&&y.e!=="clos\
ed"))switch(y.e){case"status":return y.status.state==="failed"&&y.status.fault?.code===dt&&(E=setTimeout(ke,yo),y={e:"status",status:{...y.status,state:"waiting",
retryAt:Date.now()+yo}}),f=y,p(y);case"outbox":{m=y;for(let[_,d]of n)w(_,d);return p(y),queueMicrotask(k)}case"restored":return void s.set(y.id,y);case"entry":return O(
y);case"subscribed":case"records":case"ended":return A(y);case"reply":case"stats":{let _=i.get(y.id);return i.delete(y.id),_&&p({...y,id:_[1]},_[0])}case"closed":
return E?void 0:(g||p(y),R(),g?.());default:p(y)}},A=y=>{let _=o.get(y.sub);y.e==="ended"&&o.delete(y.sub),_?.M()===y.sub&&(y.e==="records"?_.W(y.items):y.e==="\
subscribed"?_.Lo(y.term,y.o):y.e==="ended"&&_.Qt(y.fault)&&r.delete(_.Se))},H=y=>{let _=r.get(y);return _||(_=ho(y,{$o:d=>(o.set(++a,d),a),l:d=>l.l(d),B:p}),r.set(
y,_)),_},B=(y,_)=>{if($)return void $.push([y,_]);let d=H(_.cmd.ch);n.get(y)?._.set(_.cmd.sub,d),d.sn(y,_)},ve=(y,_)=>{_.an(y)&&r.get(_.Se)===_&&r.delete(_.Se)},
pe=()=>{if(!$||!m||u&&[...n.values()].some(_=>!_.St))return;let y=$.sort(([,_],[,d])=>(_.at?.o??1/0)-(d.at?.o??1/0));$=void 0;for(let[_,d]of y)n.has(_)&&B(_,d)},
z=(y,_)=>{for(let[d,[M,I]]of i)M===y&&(_??I)===I&&(i.delete(d),l.l({c:"cancel",id:d}))},Me=(y,_,d)=>{let M="sub"in d?_._.get(d.sub):void 0;switch(d.c){case"join":
return B(y,d);case"unsubscribe":return _._.delete(d.sub),$=$?.filter(([I,V])=>I!==y||V.cmd.sub!==d.sub),M&&ve(y,M);case"done":return M?.d(y,d.g,d.took,d.o,d.term);case"\
call":case"stats":return i.set(++a,[y,d.id]),l.l({...d,id:a});case"cancel":return z(y,d.id);case"publish":return s.set(d.id,{...d,e:"restored",status:"pending",
producer:"",number:0}),h.push(d),v();default:l.l(d)}},me=()=>{clearTimeout(ie),clearTimeout(E)},te={Pn(y,_,d){b(y)?te.te(y):n.has(y)||e.kt(y);let M={St:!0,cn:_,
_:new Map};n.set(y,M),f&&p(f,y),w(y,M),m&&p(m,y),te.V(y,d),pe()},V(y,_){let d=n.get(y);if(!g){if(!m)S.push([y,_]);else if(d)for(let M of _)Me(y,d,M)}},te(y){let _=n.
get(y);n.delete(y),S=S.filter(d=>d[0]!==y),$=$?.filter(d=>d[0]!==y);for(let d of new Set(_?._.values()))ve(y,d);z(y),pe()},Q(y){if(me(),E)return y();g=y,l.l({c:"\
close",drain:0}),R()},qe(){me(),R(),g=()=>{},l.l({c:"close",drain:-1})}},ie=setTimeout(()=>{u=!1,pe()},Bs);for(let y of t)n.set(y,{St:!1,cn:!1,_:new Map}),e.kt(
y);let ke=()=>{E=void 0,l=e.dn(F)};return ke(),te}var xo=e=>e.slice(0,e.indexOf(":"));var ko=e=>({C:e,z:void 0,_t:void 0,In:0,A:!1,d:{term:"",o:0},Tt:[0,0],Y:[0,0]}),So=(e,t,n)=>{let{earlier:r=[]}=e.C;e.z={term:t,o:n,earlier:e.C.term?r:[]},e.d={term:t,
o:n}},_o=(e,t,n)=>{e.In=n,e._t={...t,un:t.term},e.Y=[...e.Tt]},To=(e,t)=>t.map((n,r)=>{let o=Math.min(n,e.Y[r]);return e.Y[r]-=o,e.Tt[r]-=n,n-o}),vo=e=>[...e.earlier,
[e.term,e.o]],js=(e,t,n)=>{if(n<=e.o||!e.o||!e.term||t.term===e.term)return!1;let r=t.earlier.at(-1);return!r||r[1]<e.o?!0:r[0]===t.un&&r[0]!==e.term},qs=(e,t)=>{
let n=new Map(vo(t)),r=vo(e);for(let o=r.length;o--;){let[i,s]=r[o];if(n.has(i))return{term:i,o:Math.min(s,n.get(i)),earlier:r.slice(0,o)}}return{term:"",o:0,earlier:[]}};
function Eo(e,t){let{z:n,_t:r}=e,o={r:[],Et:[0,0],Dn:!1};if(!n||!r||r.o>n.o)return o;for(let i of t)if("gap"in i)Ws(n,r,i,o.r);else if("term"in i)r.term=i.term,
r.earlier=i.earlier;else if(js(n,r,i.o)){let s=qs(n,{...r,o:i.o});return o.r.push({gap:"fork",from:s.o+1,to:n.o,term:s.term,after:s.o,earlier:s.earlier}),Object.
assign(n,s),o.Dn=!0,r.o=Number.POSITIVE_INFINITY,o}else{r.o=i.o,r.un=r.term;let s=i.data.length;i.o>n.o?((!e.A||n.term!==r.term)&&o.r.push({term:r.term,earlier:r.
earlier}),e.A=!0,n.term=r.term,n.o=i.o,n.earlier=r.earlier,o.r.push(i),e.Tt[0]++,e.Tt[1]+=s):(o.Et[0]++,o.Et[1]+=s)}return o}var Ws=(e,t,n,r)=>{let o={term:n.term,
o:n.after,earlier:n.earlier},i=n.gap==="fork";Object.assign(t,o,{un:n.term}),(i?e.o>n.after:n.to>e.o)&&(r.push({...n,from:i?n.after+1:Math.max(n.from,e.o+1),to:i?
e.o:n.to}),Object.assign(e,o))};function Oo(e,t){let n=new Map,r=({C:s,z:a})=>({c:"join",cmd:s,...a&&{at:{...a}}}),o=(s,a,u)=>{let{d:l,_t:f,In:m}=a;if(!f)return;let{o:h,term:g}=l.o<f.o?l:f;e({
c:"done",sub:s,g:m,took:u,o:h,term:g})},i=(s,a,u)=>{let l=Eo(a,u);l.r.length&&t({e:"records",sub:s,items:l.r}),l.Et[0]&&o(s,a,l.Et),l.Dn&&e(r(a))};return{Ro:()=>[
...n.values()].map(r),Fo(){for(let s of n.values())s._t=void 0},ge(s){if(s.e==="subscribed"){let a=n.get(s.sub);if(!a||a.z)return;So(a,s.term,s.o),t(s)}else if(s.
e==="ended")n.delete(s.sub)&&t(s);else for(let[a,u]of n)u.C.ch===s.ch&&(s.e==="open"?_o(u,s.at,s.g):i(a,u,s.items))},Ao(s){let a={code:ct,detail:"by this page"};
for(let l of n.values())if(l.C.ch===s.ch)return t({e:"ended",sub:s.sub,fault:a});let u=ko(s);n.set(s.sub,u),e(r(u))},Ho(s){n.delete(s.sub)&&(e(s),t({e:"ended",sub:s.
sub}))},d(s){let a=n.get(s.sub);a&&(s.o!==void 0&&(a.d={term:s.term,o:s.o}),o(s.sub,a,To(a,s.took)))},ot(s){if(s)for(let a of n.keys())t({e:"ended",sub:a});n.clear()}}}var Gs=64,$n=(e,t)=>({code:e,detail:t});function Co(e){let t=new Map,n=new Set,r=new Set,o=new Map,i="",s="",a,u=!1,l=!0,f,m,h=!1,g=!1,S=[],$=0,E,C=!1,R=()=>{let x=S;
if(S=[],!(!i||!x.length)){for(let L of x){let N=L.c==="publish"?t.get(L.id):L.c==="call"&&o.get(`call${L.id}`);N&&(N.N=!0)}f?f.V(e.G,x):z.l("want",{e:s,list:x},
i)}},p=x=>{S.push(x)===1&&queueMicrotask(R)},b=Oo(p,e.P),w=x=>{for(let[L,{C:N,N:ae}]of o)!ae||N.c!=="call"||N.key||(o.delete(L),e.P({e:"reply",id:N.id,fault:$n(
Ae,"the tab that made it is gone"),type:0,data:new Uint8Array}));if(x)for(let[L,{N}]of t)N&&(t.delete(L),e.P({e:"entry",id:L,status:"unknown",end:!0,fault:$n(He,
"the tab that sent it is gone")}))},v=()=>[...[...t.values()].map(x=>x.C),...b.Ro(),...[...o.values()].map(x=>x.C)],k=(x,L)=>{if(!h||i&&L===s)return;s&&w(L!==s&&
!e.Po),S=[],i=x,s=L,b.Fo();let N=v(),ae={e:L,fresh:l,list:N};for(let je of[...t.values(),...o.values()])je.N=!0;f?f.Pn(e.G,ae.fresh,N):z.l("hello",ae,x)},O=x=>{
if(!a)return;let L=a.full||r.size>=Gs;!x&&L===u||(u=L,e.P({...a,full:u}))},F=x=>{let L=t.get(x.id);if((x.number||x.end)&&r.delete(x.id),L&&(L.Ee=x.status),(L||n.
has(x.id))&&e.P(x),!x.end)return O();t.delete(x.id),n.delete(x.id),O(),E&&!t.size&&d()},A=x=>{switch(x.e){case"entry":return F(x);case"restored":return n.add(x.
id),e.P(x);case"outbox":return a=x,l=!1,O(!0);case"reply":case"stats":return o.delete((x.e==="reply"?"call":"stats")+x.id)?e.P(x):void 0;case"subscribed":case"e\
nded":case"open":case"stream":return b.ge(x);case"records":return;case"closed":return I("failed");default:e.P(x)}},H=(x,L)=>{L!==e.G&&z.l("news",{e:s,list:x},L),
(!L||L===e.G)&&x.forEach(A)},B=x=>z.l("lead",{e:s},x),ve=async()=>{let x=`holdfast ${e.rt} tab `,L=++$,N=`${e.G} ${L}`,{held:ae=[]}=await navigator.locks.query();
if(L!==$||C)return;let je=ae.flatMap(qe=>qe.name?.startsWith(x)?[qe.name.slice(x.length)]:[]);f=wo({dn:e.dn,B:H,kt:qe=>qe!==e.G&&z.kt(qe)},je),k(e.G,N),B()},pe=x=>{
if(x.t==="who")return f&&B(x.from);if(x.t==="lead")return f||typeof x.e!="string"?void 0:k(x.from,x.e);if(Array.isArray(x.list)){if(x.t==="news"){for(let L of x.
list)(i&&x.e===s||L.e==="entry"&&L.end)&&A(L);return}!f||x.e!==s||(x.t==="hello"?f.Pn(x.from,!!x.fresh,x.list):x.t==="want"&&f.V(x.from,x.list))}},z=bo(e.rt,e.G,
{Mo:()=>{ve().catch(ke)},Co:pe,te:x=>f?.te(x),Oo:x=>{f?B():x==="lead"&&ke()}}),Me=()=>{z.sn().then(()=>{h=!0,z.l("who",{})},ke)},me=()=>{$++,f?.qe(),f=void 0,h=
!1,i="",z.an()},te=()=>{m||g||C||(R(),g=!0,me())},ie=()=>{!g||m||C||(g=!1,e.P({e:"status",status:{state:"connecting",attempt:0}}),Me())},ke=()=>{if(m||C)return;
me(),w(!0),m=e.Io();let x=v();b.ot(!1);for(let L of[t,o])L.clear();for(let L of x)L.c!=="join"?m.l(L):m.l({...L.cmd,...L.at&&{...L.at,at:"position"}})},{document:y=globalThis}=globalThis,
_=[[y,"freeze",te],[y,"resume",ie],[globalThis,"pagehide",te],[globalThis,"pageshow",ie]];for(let[x,L,N]of _)x.addEventListener?.(L,N);let d=()=>{C||(C=!0,R(),f?
f.Q(()=>I("closed")):I("closed"))},M=$n(Pe,"the session was closed"),I=x=>{C=!0,clearTimeout(E);for(let[N,ae,je]of _)N.removeEventListener?.(ae,je);f=void 0,me(),
x==="closed"&&e.P({e:"status",status:{state:x,attempt:0}}),b.ot(!0);for(let[N,{Ee:ae}]of t)e.P({e:"entry",id:N,status:ae,end:!0,fault:M});for(let{C:N}of o.values())
V(N);let{size:L}=t;for(let N of[t,o])N.clear();e.P({e:"closed",left:L})},V=x=>{x.c==="publish"&&e.P({e:"entry",id:x.id,status:"failed",end:!0,fault:M}),(x.c==="\
call"||x.c==="stats")&&e.P({e:"reply",id:x.id,fault:{op:x.c,...M},type:0,data:new Uint8Array}),x.c==="subscribe"&&e.P({e:"ended",sub:x.sub,fault:M})},It=x=>{if(m)
return m.l(x);if(C||E&&x.c==="publish")return V(x);switch(x.c){case"publish":return t.set(x.id,{C:x,N:!1,Ee:"pending"}),r.add(x.id),p(x),O();case"call":case"sta\
ts":return o.set(x.c+x.id,{C:x,N:!1}),p(x);case"cancel":return o.delete(`call${x.id}`),p(x);case"subscribe":return b.Ao(x);case"unsubscribe":return b.Ho(x);case"\
done":return b.d(x);case"close":return E?void 0:(E=setTimeout(d,Math.min(x.drain,2**31-1)),e.P({e:"status",status:{state:"closing",attempt:0}}),void(t.size||d()));default:
p(x)}};return Me(),{l:It}}var zs=e=>{let t="holdfast tab";try{return sessionStorage.getItem(t)||sessionStorage.setItem(t,e),sessionStorage.getItem(t)}catch{return e}},Mo=()=>(e,t,n)=>{let r=()=>e(
t,`:${zs(n.page)}`);return mo()?Co({rt:JSON.stringify([n.url,n.user,n.outbox]),G:n.page,P:t,Po:!!n.outbox,dn:e,Io:r}):r()};function $o(e){let t=Mo(),n=!1,r=!1,o=1;async function i(){let{held:u=[]}=await navigator.locks?.query()??{},l=u.filter(f=>/^holdfast .* tab [^ ]+$/.test(f.name??
"")).length;l!==o&&(o=Math.max(1,l),e())}setInterval(()=>{i().catch(()=>{})},1e3);let s=(u,l,f)=>t((m,h)=>(n=!0,r=!1,e(),u(g=>{g.e==="status"&&(r=g.status.state===
"open"),g.e==="closed"&&(n=!1,e()),m(g)},h)),l,{...f,user:""}),a=()=>K(o-1,"other tab");return{share:s,connected:()=>n&&r,brief(){return o<2?"":n?`${a()} ${o===
2?"shares":"share"} this connection.`:"Through another tab’s connection."},words:()=>`${o}, ${n?"this":"another"} one has the connection`}}var Js=50,Fn=JSON.parse(T("codes").textContent??"{}"),oe=to(Fn),Fo=()=>new URLSearchParams(location.search).get("channel")||"chat:lobby",Lo=(e,t)=>t>e?`Records ${e}\
–${t} are`:`Record ${e} is`,Fe="",we=0,Ft=new AbortController,st=!1,Ue=!0,Ln=!1,ee=()=>{Ln||setTimeout(ei),Ln=!0},Ks=4314,it=lo(ee),Y=it.last(),Ro=Promise.resolve(),
Ce=0,Ao=oo(e=>(Ht.renewed(),e&&(Ce||e!==Y)?(Rn(e),!1):(U.state==="waiting"&&U.reconnect(),ee(),!0))),At=$o(ee),U=Ho();function Ho(){let e=new rt("ws",{agent:"ho\
ldfast-page",user:Y,outbox:Y===void 0?We():it.outbox(Y),tabs:At.share,token:()=>e===U&&!Ce?Ao.next(At.connected()||Ht.refused()):new Promise(()=>{})}),t=(n,r)=>e.
addEventListener(n,({detail:o})=>e===U&&!Ce&&r(o));return t("status",Vs),t("message",Ys),t("held",({at:n,channel:r,error:o})=>{let i=Math.max(1,Math.ceil((n-Date.
now())/1e3));r===Fe&&se.held(`${oe.sentence(xe(o))} It is tried again in ${i} s.`)}),t("lost",({channel:n,from:r,to:o})=>{let i={code:4322,detail:`your messages\
 ${r}–${o} in ${n}`};Z.notice(`${oe.sentence(i)} ${oe.advice(4322)}`)}),e}function Rn(e){e!==Y&&Y&&!Ce&&se.waiting()&&it.leaves(Y),Ce++,Ro=Ro.then(async()=>{e!==
Y&&(Ft.abort(),await Promise.allSettled([...Be.keys()].map(t=>t.kept)),await U.close({drain:0}),Y=e,e!==void 0&&it.enters(e),Be.clear(),se.clear(!0),U=Ho(),Pt(Fe)),
Ce--,ee()})}function Vs(){let{state:e,user:t=""}=U.status;Ht.changed(),e==="open"&&t!==Y&&Rn(t),e==="failed"&&xe(U.error).code===Ks&&Rn(void 0),ee()}var Ht=no(()=>U,
oe,Fn,Ao),Z=co(ee),Be=new Map,se=po(oe,Z,e=>Po(e.payload,e.channel),ee);io(()=>U.stats(),()=>({outbox:U.outbox?.durable?"in this browser, on disk":"in this tab",
tabs:At.words()}));function Po(e,t=Fe){if(Ce||Y===void 0)return"The server is being asked as whom you write. Send it again in a moment.";if(U.outbox?.full)return`${oe.
sentence({code:4350})} Wait until some are stored, or dismiss those that failed.`;try{Io("json"in e?U.publish(t,xn(e.json),{type:"json"}):U.publish(t,"text"in e?
e.text:e.bytes),e)}catch(n){return oe.sentence(xe(n))}return Ue=!0,ee(),""}function Io(e,t){let n={channel:e.channel,payload:t,at:Date.now(),status:e.status};Be.
set(e,n),e.kept.then(()=>{n.kept=!0,ee()},()=>{}),se.add(n)}var Xs=e=>typeof e=="string"?{text:e}:e instanceof Uint8Array?{bytes:e}:{json:JSON.stringify(e)};function Ys(e){
Be.has(e)||Io(e,Xs(e.data));let t=Be.get(e);t.status=e.status,t.fault=e.error&&xe(e.error),e.ack&&Object.assign(t,{offset:e.ack.offset,synced:e.ack.synced,copies:e.
ack.copies}),e.status!=="pending"&&e.status!=="sent"&&Be.delete(e),ee()}function Qs(e){if(e.gap===void 0){let i=e.type==="json"?{json:e.text()}:e.type==="text"?
{text:e.text()}:{bytes:e.bytes};Z.startsAfter(e.offset-1),Z.record(e.offset,i,e.time,e.user),we=e.offset;return}let{gap:t,from:n,to:r}=e;if(t!=="fork"){we=r,Z.notice(
`${Lo(n,r)} no longer kept.`);return}we=n-1,Z.forked(n);let o=we?`goes on after record ${we}`:"begins anew";Z.notice(`${Lo(n,r)} no longer in the channel: the s\
erver’s store was restarted or restored, and the log ${o}.`)}async function Zs(e,t){let n;for(;!t.aborted;){let r=U.subscribe(e,{from:n===void 0?{last:Js}:{checkpoint:n},
signal:t});r.ready.then(o=>{t.aborted||(n??=o,st=!0,we=Math.max(we,Number(o.split(" ")[0].split("@")[1])),ee())},()=>{});try{for await(let o of r)Qs(o),n=o.checkpoint}catch(o){
let i=xe(o),s=U.state!=="failed"&&["now","later"].includes(Lt(Fn,i.code));if(Z.notice(`${e} is not subscribed. ${oe.sentence(i)} ${s?"It is asked again by itsel\
f.":oe.advice(i.code)}`),!s)return;await new Promise(a=>setTimeout(a,1e3))}}}function Pt(e){Ft.abort(),Ft=new AbortController,Fe=e,we=0,st=!1,Ue=!0,Z.clear(),se.
clear(),T("newest").hidden=!0,T("channel").value=e,T("empty-command").textContent=`echo hello | holdfast publish ${location.origin} ${e}`,document.title=`${e} ·\
 Holdfast`,Re(T("channel"),T("channel-mistake"),""),Zs(e,Ft.signal),ee()}var Do=()=>requestAnimationFrame(()=>T("view").scrollTo({top:T("view").scrollHeight,behavior:"\
instant"}));function No(){if(Ce&&/^clos/.test(U.state))return;let[e,t,n]=[se.waiting(),se.since(),se.kept()];Ht.show({waiting:e,since:t,kept:n,tabs:At.brief(),owner:Y})}
function ei(){Ln=!1,se.refresh(Fe,st?we:0);let e=Z.empty()&&se.empty();T("empty").hidden=!e,j(T("empty-text"),st?`Nothing in ${Fe} yet.`:"Records appear here as\
 soon as there is a connection."),T("empty-hint").hidden=!st;let t=Z.hidden();j(T("before"),t?`${t.toLocaleString()} earlier record${t===1?" is":"s are"} not sh\
own here.`:""),Z.settle(),j(T("others"),it.words(Y)),No(),Ue?Do():T("newest").hidden=!1}setInterval(No,250);eo(Po);T("chooser").onsubmit=e=>{e.preventDefault();
let t=T("channel").value.trim(),n=t===""||xn(t).length>255||/[\p{C}\p{Z}"\\\uFFFD]/u.test(t);Re(T("channel"),T("channel-mistake"),n?`${oe.sentence({code:4304})}\
 ${oe.advice(4304)}`:""),!(n||t===Fe)&&(history.pushState(null,"",`?channel=${encodeURIComponent(t)}`),Pt(t),T("message").focus())};T("retry").onclick=()=>{U.state===
"failed"?location.reload():U.reconnect(),T("message").focus()};T("newest").onclick=()=>T("view").scrollTo({top:T("view").scrollHeight});T("view").onscroll=()=>{
let{scrollTop:e,clientHeight:t,scrollHeight:n}=T("view");Ue=n-e-t<40,Ue&&(T("newest").hidden=!0)};new ResizeObserver(()=>Ue&&Do()).observe(T("view"));window.onpopstate=
()=>Pt(Fo());window.onbeforeunload=e=>{U.outbox?.durable===!1&&se.waiting()>0&&e.preventDefault()};fe("");Pt(Fo());})();
