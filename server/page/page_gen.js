// Generated from web/page and sdk/ts/src by npm run page in sdk/ts. DO NOT EDIT.
"use strict";(()=>{var sn="1002s protocol_error";var an="1006n abnormal";var dn="4000n heartbeat_timeout",cn="4001n write_timeout";var un="4009n timeout";var Ce="4107l disconnected";var ln="4110l at_capacity";var Qe="4300s bad_frame";var fn="4304s bad_channel";var pn="4309s bad_payload";var Ye="4312s already_subscribed";var Ae="4315s unknown_outcome";var xe="4321s bad_argument";var St="4326s dropped";var _t="4350s outbox_full",Ze="4351s outbox_locked";var mn="4353s outbox_mismatch";var ie="4357s closed";var bn="4359s not_holdfast",hn="4360s canceled",et="4361s io",gn="4362s retries_exhausted";var yn=`400s http_bad_request
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
4363s queue_full`;var z=class extends Error{name="HoldfastError";code;codeName;op;detail;constructor(t,n,r="",s){let a=t.slice(t.indexOf(" ")+1);super(`${n}: ${r&&`${r} `}(${a})`,
s===void 0?void 0:{cause:s}),this.code=Number.parseInt(t,10),this.codeName=a,this.op=n,this.detail=r}};var Gr=3e3,xn=2e3,wn=e=>Math.abs(Date.now()-e)>7e3,Tt=e=>new z(Ze,`open outbox ${e}`,"another page uses it"),vn=async e=>{let t=globalThis.navigator?.locks;return t&&
new Promise((n,r)=>{t.request(`holdfast:${e}`,{signal:AbortSignal.timeout(Gr)},()=>new Promise(s=>n(s))).catch(()=>r(Tt(e)))})},kn=async(e,t)=>{for(let n=9;;n--){
try{return await t()}catch(r){if(!e||!n)throw r}await new Promise(r=>setTimeout(r,1e3))}};var zr=7*864e5,Sn=(e={})=>({...e,durable:!1}),tt=()=>({yt:[],ce:[],ee:new Map,Pe:new Map}),_n=async(e,t,n,r,s)=>{let a=tt(),i=[],d=[],c=new Map,w=[],f;for(let[h,
v]of n)typeof h=="number"?i.push(v):Array.isArray(h)?d.push(v):h==="marks"?w=v:h==="user"?f=v:`${h}`.startsWith("page ")&&c.set(`${h}`.slice(5),v);if(i.sort((h,v)=>h.
id-v.id),t&&f!==t){if(i[0])throw new z(mn,`open outbox ${e}`,`it belongs to user "${f}", not to "${t}"`);a.de=t;for(let h of d)a.ee.set(h.ch+h.p,[h.ch,h.p]);d=[]}
let m=new Set(d.map(h=>h.p+h.ch));for(let{ch:h,p:v}of i)m.has(v+h)||(m.add(v+h),d.push({ch:h,p:v,next:1,resolved:0,acked:0,mem:"",ackedAt:0,forgotten:0,successor:"",
sealed:!1}));for(let h of i){let v=w.find(E=>h.id<=E.id);v&&!h.sent&&(Object.assign(h,{sent:v.sent,mem:v.mem}),a.yt.push(h))}for(let[h,[,v]]of c)v<Date.now()-zr&&
a.Pe.set(h,void 0);return a.ue=[],await r(a),{te:i,ee:d,Pe:c,tn:r,V:s}};var Et="outbox",Kr=e=>new Promise((t,n)=>{e.onsuccess=()=>t(e.result),e.onerror=()=>n(e.error)}),Ct=(e={})=>{let t=e.name??"holdfast";return{...e,name:t,durable:!0,
A:(n,r,s="")=>Jr(t+s,n,r)}},Jr=async(e,t,n)=>{let r=m=>m instanceof z?m:new z(et,`outbox ${e}`,"IndexedDB failed",m),s=await vn(e),a=s?0:Math.random(),i,d,c=!1,
w=()=>{clearInterval(i),c&&f(m=>m.delete("owner")).catch(()=>{}),d?.close(),s?.()},f=m=>new Promise((h,v)=>{let E,$=d.transaction(Et,"readwrite",{durability:"st\
rict"}),O=$.objectStore(Et);if($.oncomplete=()=>h(),$.onabort=()=>v(r(E??$.error)),!a)return m(O);let g=O.get("owner");g.onsuccess=()=>{g.result&&g.result[0]!==
a&&(c||!wn(g.result[1]))?(E=Tt(e),$.abort()):(c=!0,O.put([a,Date.now()],"owner"),m(O))}});try{let m=globalThis.indexedDB.open(`holdfast:${e}`,1);m.onupgradeneeded=
()=>m.result.createObjectStore(Et),d=await Kr(m),d.onclose=()=>n(r(void 0));let h=[],v=O=>{O.openCursor().onsuccess=g=>{let x=g.target.result;x&&(h.push([x.key,
x.value]),x.continue())}};await kn(a,()=>f(v));let $=_n(e,t,h,O=>f(g=>Vr(g,O)),w);return a&&(i=setInterval(()=>f(()=>{}).catch(n),xn)),await $}catch(m){throw w(),
r(m)}},Vr=(e,t)=>{for(let n of t.yt)e.put(n,n.id);for(let n of t.ce)e.delete(n);for(let n of t.ee.values())Array.isArray(n)?e.delete(n):e.put(n,[n.ch,n.p]);t.de!==
void 0&&e.put(t.de,"user"),t.ue&&e.put(t.ue,"marks");for(let[n,r]of t.Pe)r?e.put(r,`page ${n}`):e.delete(`page ${n}`);e.transaction.commit()};var nt=()=>EventTarget,re=(e,t,n)=>e.dispatchEvent(new CustomEvent(t,{detail:n})),be=()=>{let e={};return e.ne=new Promise((t,n)=>{e.le=t,e.fe=n}),e.ne.catch(()=>{}),
e},ue=(e,t)=>new z(e.code,e.op??t,e.detail);var He=class extends nt(){id;channel;data;status;producer;number;ack;error;d=be();Se=be();constructor(t,n,r,s="pending"){super(),this.id=t,this.channel=n,this.data=
r,this.status=s}get done(){return this.d.ne}get kept(){return this.Se.ne}Ie(t){let n=t.status!==this.status||!!t.end;return this.status=t.status,t.number&&(this.
producer=t.producer,this.number=t.number,this.Se.le()),t.end&&(this.ack=t.ack,t.ack&&this.d.le(t.ack),t.fault&&(this.error=ue(t.fault,`publish to ${this.channel}`),
this.d.fe(this.error),this.Se.fe(this.error))),n&&re(this,"status",this.status),n}};var Tn="ch:a n o data:d content:c h:h p:X term:x ts by:a id code:k detail:s retry count:u synced:f dup:f skipped:f copies:u sent mem:x from to at:w after gen wa\
nt cursor:a user:a session:X why:w token:s process:x counter agent:a subs:o results:o earlier:e last since window:p max_in_flight:p max_window:p heartbeat max_m\
essage:u max_subs:u dedupe clock name:a key:s successor:X first head version url:s delay pending",En="hello!B?@CD)EF publish!#)$67('& skip!#)89U subscribe!-#:*%\
H[IJ>K unsubscribe!-# ack!#%< call!-ST'& refresh!BZ ping!- pong!- bye!./",Cn="welcome!@?ENOLMPQ725RG stored!#)$1%2345 refused!#)$.0=/ record!#%*+,('& pass!#%* g\
ap!#89*;A subscribed!-#*%VW<./0 unsubscribed!-#./ reply!-./'& join!#?@*X'& leave!#?@*X receipt!#>?% reconnect!ZY.",rt={at:["head","start","position","last","tim\
e"],why:["","retention","fork"]};var ot=class extends z{offset;constructor(t,n=""){super(Qe,"read a message",`byte ${t}${n&&`: ${n}`}`),this.offset=t}};var Ot=[void 0,...Tn.split(" ").map((e,t)=>{let[n="",r="n"]=e.split(":");return{nn:n,rn:r,on:t*4+4+("nukfwc".includes(r)?0:r==="x"?1:r==="X"?3:2),xt:"heo".includes(
r)}})],st=(()=>{let e=Object.create(null),t=(n,r)=>{for(let[s,a]of n.split(" ").entries()){let[i="",d=""]=a.split("!");e[r+s]=e[i]={$n:r+s,Xe:i,sn:[...d].map(c=>Ot[c.
charCodeAt(0)-34])}}};return t(En,1),t(Cn,32),e})(),it={n:2**53-1,u:2**32-1,k:65535,f:1,c:2,a:255,s:4096,h:64,e:8,o:1024},Mt={h:"as",e:"xn",p:"uu"},Lt=e=>st[e===
"subs"?"subscribe":"subscribed"];var Xr=new TextDecoder("utf-8",{fatal:!0,ignoreBOM:!0}),Qr=new TextEncoder,Fe,J,ae,le,de=e=>{throw new ot(e)},we=()=>{let e=0;for(let t=0,n=1;;t++,n*=128){J>=ae&&
de(ae);let r=Fe[J++];if((t>9||t>8&&r<128&&r>1)&&de(le),e+=(r&127)*n,r<128)return e}},Oe=e=>(e>ae-J&&de(ae),J+=e,Fe.subarray(J-e,J)),Yr=e=>e?Oe(e>2?16:e>1?we():8):
we(),Mn=(e,t)=>{if("as".includes(e)){let r=Oe(we());try{if(r.length<=it[e])return Xr.decode(r)}catch{}de(le)}if(e==="d")return Oe(we());if("xX".includes(e)){let r=Array.
from(Oe(e==="x"?8:16),s=>(s+256).toString(16).slice(1)).join("");return/[^0]/.test(r)?r:""}if("heop".includes(e)){let r=ae,s=Oe(we()).length;ae=J,J-=s;let a=e===
"o"?Ln(Lt(t),{}):[...Mt[e]].map(i=>Mn(i,t));return J<ae&&de(J),ae=r,a}let n=we();if(e==="w"){let r=rt[t];return n>0&&(r[n]??(r[0]&&de(le)))}return n>it[e]&&de(le),
e==="f"?n>0:n},Ln=(e,t)=>{let n=[];for(;J<ae;){le=J;let r=Fe[J]&3,s=we(),a=Ot[Math.floor(s/4)];if((s<4||a&&(a.on!==s||n.includes(a)))&&de(le),a&&!a.xt&&n.push(a),
le=J,!a||!e.sn.includes(a))Yr(r);else{let{nn:i,rn:d,xt:c}=a;t[i]?.length>=it[d]&&de(le);let w=Mn(d,i);c?(t[i]??=[],t[i].push(w)):w&&w.length!==0&&(d!=="p"||w[0]||
w[1])&&(t[i]=w)}}return t},Zr=(e,t)=>{typeof e=="string"&&de(0);let n=new Uint8Array(e);for(let r=0;r<n.length;){Fe=n,le=J=r,ae=n.length;let s=we();Oe(s),s||de(
le),r=ae=J,J-=s;let a=st[Fe[J++]];if(a&&t(Ln(a,{t:a.Xe}))===!1)return}},fe=new Uint8Array(1024),te=0,at=e=>{if(te+e>fe.length){let t=fe;fe=new Uint8Array((te+e)*
2),fe.set(t)}},Pe=e=>{for(at(8);e>127;e=Math.floor(e/128))fe[te++]=e%128+128;fe[te++]=e},On=e=>{at(e.length),fe.set(e,te),te+=e.length},$n=e=>{at(1);let t=++te;
e();let n=te-t,r=0;for(let s=n;s>127;s>>=7)r++;at(r),fe.copyWithin(t+r,t,te),te=t-1,Pe(n),te+=n},Rn=(e,t,n)=>{if("xX".includes(e))On(n.padStart(16,"0").match(/../g).
map(r=>Number.parseInt(r,16)));else if("asd".includes(e)){let r=e==="d"?n:Qr.encode(n);Pe(r.length),On(r)}else"heop".includes(e)?$n(()=>{if(e==="o")An(Lt(t),n);else
for(let r of[0,1])Rn(Mt[e][r],t,n[r])}):Pe(e==="w"?rt[t].indexOf(n):+n)},An=(e,t)=>{for(let{nn:n,rn:r,on:s,xt:a}of e.sn){let i=t[n];if(!(!i||i.length===0||i===rt[n]?.[0]||
r==="p"&&!(i[0]||i[1])))for(let d of a?i:[i])Pe(s),Rn(r,n,d)}},eo=e=>{te=0;for(let n of e)$n(()=>{let r=st[n.t];Pe(r.$n),An(r,n)});let t=fe.slice(0,te);return te>
65536&&(fe=new Uint8Array(1024)),t},Hn={an:"holdfast.v1.bin",Rn:eo,An:Zr};var q=(e,t)=>{e._e.push(t)},dt=(e,t,n)=>{e.y=3,q(e,{i:"fail",I:t,Ne:n})},ve=(e,t,n="")=>{q(e,{i:"disconnect",I:t,Ne:n,X:e._})},ke=e=>e._+e.cn,he=e=>Math.floor(e/
100);var Fn=e=>({w:e,Qe:void 0,wt:!1,r:[],L:0,m:0,vt:!1,Q:0,pe:0,Te:0,kt:0,Ee:0,Be:0}),Se=(e,t,n,r=!1)=>({b:n,W:!1,x:n?n.id:0,Ce:n?n.size:0,me:r,G:e,N:t}),$t=({w:{next:e}},t)=>({
...Se(e,e-1),W:!0,x:t}),De=e=>{e.m=e.L,e.Q=e.Ee=e.Be=0},ct=(e,t)=>{e.L=t,t*2>e.r.length&&(e.r.splice(0,t),e.m-=t,e.L=0)},Rt=(e,t)=>{e.Be+=t,e.Ee&&(e.Ee+=t)},At=e=>e.r[e.L]?.G??
e.w.next,Ht=(e,t)=>{let n=(e.r.at(-1)?.N??e.w.resolved)+1;n<t&&e.r.push(Se(n,t-1))},Ie=e=>e&&!e.b&&!e.W&&!e.me,Pn=(e,t)=>{let{r:n,L:r,m:s}=e,a=Math.max(t-1,s);if(a===
r&&Ie(n[a])&&Ie(n[a+1])&&!Ie(n[a+2])){n[a+1].G=n[a].G,e.m++,ct(e,a+1);return}for(let i=a+1;i<n.length;i++){let d=n[a],c=n[i];Ie(d)&&Ie(c)&&d.N+1===c.G?d.N=c.N:n[++a]=
c}a+1<n.length&&(n.length=a+1)},Ne=(e,t)=>{De(e);let n=At(e);if(t>=n)return;let r=e.r[e.L];r&&!r.b&&!r.W&&r.G===n?r.G=t:e.r.splice(e.L,0,Se(t,n-1))};var to=64,Ft={next:1,resolved:0,acked:0,mem:"",ackedAt:0,forgotten:0,successor:"",sealed:!1},Be=(e,t,n,r,s="",a=0,i=!1,d=!1,c=0)=>{q(e,{i:"outcome",b:t,St:n,O:a,
dn:i,Fn:d,Hn:c,I:r,Ne:s})},In=e=>{let{un:t,Pn:n}=e._t,r=[],s=[],a=new Map,i=new Map,d=0,c=0,w=!1,f=0,m=0,h=(S,M=t)=>a.get(M+S),v=S=>{let M=Fn(S);return a.set(S.
p+S.ch,M),r.push(M),M},E=S=>{!S.vt&&S.m<S.r.length&&(S.vt=!0,s.push(S))},$=(S,M)=>{for(let F of S)v({...F,next:Math.max(F.next,F.resolved+1),sealed:!1});for(let F of M){
let{ch:I,p:D,n:N,id:_}=F,C=h(I,D)??v({...Ft,ch:I,p:D});Ht(C,N),C.r.push(Se(N,N,F,!!(F.sent||F.mem))),C.w.next=Math.max(C.w.next,N+1),d=Math.max(d,_),b(F.expires)}
c=d;for(let F of r){let I=F.w;I.acked||(I.forgotten=Math.max(I.forgotten,At(F)-1))}for(let{ch:F,p:I}of S)O(h(F,I));r.forEach(E)},O=S=>{let{ch:M,next:F,successor:I}=S.w;
if(Ht(S,F),!I){i.set(M,S);return}S.r.push($t(S,0));let D=h(M,I);D||(D=v({...Ft,ch:M,p:I}),D.wt=!0,i.set(M,D)),D.Qe=S},g=S=>{let M=i.get(S);if(M?.w.p===t)return M;
let F=v({...Ft,ch:S,p:t});if(i.set(S,F),M){M.w.successor=t,F.Qe=M;let I={...M.w};x(M,++d),E(M),q(e,{i:"seal",x:d,Ye:I})}return F},x=(S,M)=>{let F=S.w;S.L===S.r.
length&&F.acked&&S.r.push(Se(F.next,F.next++)),S.r.push($t(S,M))},u=({be:S,Ce:M,Tt:F=0})=>{let I=g(S),D=I.w.next++,N=n&&e.y===2,[_,C]=N?[ke(e),e.P]:[0,""],R={id:++d,
ch:S,p:t,n:D,size:M,sent:_,mem:C,expires:F};b(F),I.r.push(Se(D,D,R)),E(I),q(e,{i:"persist",b:R})},o=({x:S,Oe:M,P:F})=>{w=!1;for(let I of s)for(let D of I.r.slice(
I.m))D.b&&!D.me&&D.x<=S&&(D.b.sent=M,D.b.mem=F)},l=(S,M,F,I)=>{let D=S.r[M];S.r[M]=Se(D.G,D.N),Be(e,D.b,"failed",F,I)},y=(S,M,F)=>{for(let I of s){let D=-1;for(let N=I.m;N<
I.r.length;N++){let{b:_,me:C}=I.r[N];if(_&&!C&&F(_)&&(l(I,N,S),D<0&&(D=N),M))break}if(D>=0&&Pn(I,D),M&&D>=0)return}},b=S=>{S&&(m=Math.min(m||S,S))},T=()=>{!m||e._<
m||(m=0,y(4325,!1,S=>(e._<S.expires&&b(S.expires),S.expires>0&&e._>=S.expires)))},H=()=>{for(let S=0;S<s.length&&e.re<e.Et;){f>=s.length&&(f=0);let M=s[f],F=e._e.
length;P(M),S=e._e.length>F?0:S+1,M.m<M.r.length?f++:(M.vt=!1,s.splice(f,1),S=0)}},P=S=>{if(!(S.Qe&&!S.Qe.w.sealed||e._<S.Te)){if(S.Te=0,S.pe){if(S.m>S.L)return;
Ne(S,S.pe),S.pe=0}for(let M=0;M<to&&S.m<S.r.length;M++){let{b:F,me:I,Ce:D}=S.r[S.m];F&&!I&&e.Ze&&D>e.Ze&&l(S,S.m,4303,`publish: data has ${D} bytes; the server'\
s limit is ${e.Ze}`);let N=S.r[S.m];if(U(S,N))return;K(S,N)}}},U=(S,M)=>{let F=S.m-S.L;return e.re>=e.Et||e.re&&e.et+M.Ce>e.ln||S.Ee&&F>=S.Ee||M.W&&F?!0:M.me?!1:
S.Q?!0:n?M.x>c?!0:!M.b||M.b.mem===e.P?!1:(w||(w=!0,q(e,{i:"mark",x:c,Oe:ke(e),P:e.P})),!0):!1},K=(S,M)=>{e.re++||(e.oe=e._),e.et+=M.Ce;let{ch:F,successor:I}=S.w,
D=S.w.p===t?"":S.w.p,{b:N,me:_,G:C,N:R}=M;if(N){let p={t:"publish",ch:F,p:D,n:R};_?(p.sent=N.sent,p.mem=N.mem,Q(N)&&S.Q++):n||(N.sent=ke(e),N.mem=e.P),q(e,{i:"p\
ublish",T:p,b:N,In:_})}else q(e,{i:"send",T:{t:"skip",ch:F,p:D,from:C,to:R,successor:M.W?I:""}});M.me=!0,S.m++},Q=S=>S.mem!==e.P||e.Me&&ke(e)-S.sent>e.Me;return{
De:$,Ct:u,Nn:S=>{c=Math.max(c,S)},Bn:o,ce:(S,M)=>y(M,!0,F=>F.id===S),Dn:T,Un:H,jn:h,he:E,Be:(S,M)=>{e.re--,e.et-=M.Ce,M.b&&S.Q&&Q(M.b)&&S.Q--},Ot:S=>{a.delete(S.w.
p+S.w.ch),r=r.filter(M=>M!==S)},Mt:()=>{e.re=e.et=0,w=!1;for(let S of r)De(S),S.Te=S.kt=0,E(S)},Tt:()=>m,qn:()=>s.map(S=>S.Te)}};var Dn=(e,{jn:t,he:n,Be:r,Ot:s})=>{let a=g=>{let x=t(g.ch,g.p);if(!x)return;let{L:u,w:o}=x,l=0,y=u;for(;y<x.m;y++){let b=x.r[y];if(b.N>(g.n||0)||b.W&&(y>u||!g.skipped))
break;r(x,b),b.W&&(o.sealed=!0),b.b&&i(b.b,g),l=b.N}y!==u&&(d(x),g.skipped||((o.mem!==e.P||!h(x))&&c(x),o.acked=l,o.mem=e.P,o.ackedAt=ke(e)),Rt(x,y-u),ct(x,y),O(
x),w(x,l))},i=(g,x)=>{let u=(x.n||0)-g.n,o=u<(x.count||1);o&&x.skipped?Be(e,g,"failed",4328):Be(e,g,"delivered",0,"",o?Math.max(0,(x.o||0)-u):0,o&&!!x.dup,x.synced,
x.copies)},d=g=>{g.kt=e.tt=0,e.oe=e._},c=({w:g})=>{g.forgotten=Math.max(g.forgotten,g.acked)},w=(g,x)=>{let u=g.w;if(!(x<=u.resolved&&!u.sealed)){if(u.resolved=
Math.max(u.resolved,x),u.sealed){g.L===g.r.length&&s(g);let o=t(u.ch,u.successor);o?.wt&&(o.wt=!1,q(e,{i:"resolved",Ye:{...o.w}}))}q(e,{i:"resolved",Ye:{...u}})}},
f=g=>{let x=t(g.ch,g.p),{code:u=0}=g;x&&(u===4302?dt(e,u,`lane ${x.w.p} in ${g.ch}: number ${g.n} was used for something else`):u===4003||u===4316?m(x,g.want||1):
he(u)===41?E(x,g,u):$(x,g,u))},m=(g,x)=>{let u=g.w;if(++g.kt>3){ve(e,4003,`lane ${u.p} makes no progress`);return}if(x<=u.acked)if(u.mem===e.P&&h(g)){let o=Math.
max(x,u.forgotten+1);o<=u.acked&&q(e,{i:"lost",be:u.ch,Wn:u.p,G:o,N:u.acked}),u.acked=x-1}else c(g);v(g),Ne(g,x),n(g)},h=g=>!e.Me||ke(e)-g.w.ackedAt<e.Me-Math.floor(
e.Me/10),v=g=>{for(let x of g.r.slice(g.L,g.m))r(g,x)},E=(g,{n:x=0,retry:u,detail:o=""},l)=>{g.Te=e._+(u||1e3),d(g);let y=g.r.slice(g.L,g.m).findLast(T=>T.N===x)?.b;
v(g);let b=g.Be;De(g),l===4102&&(g.Ee=Math.max(1,b)),n(g),q(e,{i:"held",b:y,I:l,Ne:o,X:g.Te})},$=(g,{n:x=0,want:u=0,detail:o},l)=>{let y=g.r.findIndex((P,U)=>U>=
g.L&&U<g.m&&P.N===x&&!P.W);if(y<0)return;let b=g.r[y],T=l===4315;r(g,b),d(g),T&&(g.pe||=Math.max(u,1),u<=g.w.acked&&c(g)),b.b&&Be(e,b.b,T?"unknown":"failed",l,o),
Rt(g,1);let H=y===g.L;H?ct(g,y+1):(g.r.splice(y,1),g.m--),O(g),H&&w(g,x)},O=g=>{g.m===g.L&&g.pe&&(Ne(g,g.pe),g.pe=0),n(g)};return{Gn:a,zn:f}};var Nn=1,Un=e=>e.d<=e.$||e.O<=e.$?0:Math.floor(e.nt*(e.d-e.$)/(e.O-e.$)),It=e=>e.y===2&&e.d>e.$,Bn=e=>{e.nt-=Un(e),e.$=e.d},Dt=(e,t)=>{!t||t===e.S||(e.S&&e.O&&(e.R=
[...e.R,[e.S,e.O]].slice(-7)),e.S=t)},ro=(e,t,n)=>n<=(t===e.S?e.O:e.R.find(r=>r[0]===t)?.[1]??-1),oo=(e,t)=>{let n=e.findIndex(r=>r[1]>=t);return n<0?e:[...e.slice(
0,n),[e[n][0],t]]},jn=e=>{let t=new Map,n=new Map,r=0,s=e._t.Ar||100,a=o=>{o.fn=++r,o.y=Nn,o.Ue=0,Bn(o);let{S:l,O:y,R:b}=o;return{...o.Le,id:r,window:o.B,...o.Lt&&
{at:"position",term:l,o:y,earlier:b,last:0,since:0,pending:y-o.d}}},i=o=>q(e,{i:"send",M:o.x,T:{t:"subscribe",...a(o)}}),d=({M:o,Le:l,je:y})=>{if(n.has(l.ch))return w(
o,4312);let{term:b,offset:T,earlier:H}=y??{term:"",offset:0,earlier:[]},[P=0,U=0]=l.window??[],[K=0,Q=0]=e._t.B??[],S={x:o,y:0,Le:l,fn:0,Lt:!!(b||T),S:b,O:T,R:H,
pn:0,B:[P||K||512,U||Q||1<<20],d:T,$:T,nt:0,$t:0,Ue:0};t.set(o,S),n.set(l.ch,S),e.y===2&&i(S)},c=o=>{let l=t.get(o);l&&(l.y&&(It(l)&&u(l),q(e,{i:"send",T:{t:"un\
subscribe",id:++r,ch:l.Le.ch}})),f(l))},w=(o,l,y="")=>q(e,{i:"ended",M:o,I:l,Ne:y}),f=(o,l=0,y)=>{t.delete(o.x),n.delete(o.Le.ch),w(o.x,l,y)},m=(o,l)=>{o.y=0,o.Ue=
l},h=o=>{let l=n.get(o.ch),{code:y,term:b="",o:T=0}=o;if(!(l?.y!==Nn||l.fn!==o.id)){if(y){he(y)===40||he(y)===41?m(l,e._+Math.max(1e3,o.retry||0)):f(l,y,o.detail);
return}l.y=2,l.pn=o.gen||0,l.Lt||(l.Lt=!0,l.S=b,l.R=[],l.O=l.d=l.$=T),q(e,{i:"subscribed",M:l.x,T:o})}},v=o=>{let l=n.get(o);return l?.y===2?l:void 0},E=({ch:o,
id:l,code:y,detail:b})=>{let T=v(o);!T||l||!y||(he(y)===43?f(T,y,b):m(T,e.ge+1e3))},$=o=>{let l=v(o.ch),{o:y=0}=o;if(!(!l||y<=l.O)){if(y!==l.O+1)return ve(e,4008);
Dt(l,o.term),l.O=y,l.nt+=o.data?.length||0,q(e,{i:"record",M:l.x,S:l.S,T:o})}},O=({ch:o,o:l=0,term:y})=>{let b=v(o);!b||l<=b.O||(Dt(b,y),b.d===b.O&&(b.d=l),b.O=
l)},g=o=>{let l=v(o.ch),{term:y="",after:b=0}=o;l&&(o.why==="fork"?l.R=oo([...l.R,[l.S,l.O]],b).filter(T=>T[0]&&T[0]!==y).slice(-7):Dt(l,y),l.S=y,l.O=l.d=l.$=b,
l.nt=0,q(e,{i:"gap",M:l.x,T:o}))},x=({M:o,S:l,O:y})=>{let b=t.get(o);if(!b||y<=b.d||!ro(b,l,y))return;b.d<=b.$&&(b.$t=e._),b.d=y;let[T,H]=b.B;b.y===2&&e.y===2&&
((y-b.$)*4>=T||Un(b)*4>=H)&&u(b)},u=o=>{Bn(o),q(e,{i:"send",T:{t:"ack",ch:o.Le.ch,o:o.d,gen:o.pn}})};return{Kn:d,Jn:c,rt:h,Vn:E,Rt:$,Xn:O,At:g,d:x,Qn:()=>[...t.
values()].map(a),qe:o=>{for(let l of t.values())!l.y&&(o==="hello"||l.Ue&&e._>=l.Ue)&&i(l)},mn:o=>{for(let l of t.values())It(l)&&(o||e._>=l.$t+s)&&u(l)},Mt:()=>{
for(let o of t.values())m(o,0)},Yn:()=>[...t.values()].flatMap(o=>[o.Ue,It(o)?o.$t+s:0]),je:(o,l,y)=>{let b=t.get(o);if(!b)return;let T=b.R.findIndex(H=>H[0]===
l||H[1]>=y);return{term:l,offset:y,earlier:T<0?b.R:b.R.slice(0,T)}}}};var Gn=e=>{let t={_t:e,_:0,_e:[],y:0,ot:e.ot??"",P:"",cn:0,Me:0,st:3e4,Ze:0,Et:0,ln:0,re:0,et:0,oe:0,tt:0,ge:0},n=e.Ft||5e3,r=e.it||1e4,s=In(t),a=Dn(t,s),i=jn(t),
d=0,c=0,w=0,f=0,m=0,h=o=>{t.y=1,t.ge=f=t._,c=m=t.tt=0;let{de:l,Zn:y,un:b,Ht:T}=e;q(t,{i:"send",T:{t:"hello",token:o,user:l,session:t.ot,process:y,counter:++d,p:b,
agent:T,subs:i.Qn()}})},v=o=>{t.y=0,c=m=0,s.Mt(),i.Mt(),he(o)===43?dt(t,o,"the server closed the connection"):he(o)===42&&q(t,{i:"authenticate",I:o})},E=o=>{if(t.y!==
1)return;let{session:l="",mem:y="",clock:b=0,dedupe:T=0,max_message:H=0,results:P=[]}=o,[U=0,K=0]=o.max_in_flight??[];t.y=2,t.ot=l,t.P=y,t.cn=b-t._,t.Me=T,t.st=
o.heartbeat||3e4,t.Ze=H,t.Et=U||1024,t.ln=K||1<<20,t.oe=t._,q(t,{i:"welcome",T:o}),P.forEach(i.rt),i.qe("hello")},$=()=>{if(s.Dn(),!t.y)return;let o=(l,y)=>t._>=
l+y;if(m&&o(m,0))return m=0,ve(t,4104,"the server asked to come back");if(c){if(o(c,r))return ve(t,4e3)}else if(t.re&&o(t.oe,n)){if(++t.tt>3)return ve(t,4002);t.oe=
t._,g()}else o(t.ge,t.st)&&g();t.y===2&&(i.mn(!1),i.qe("refusal"))},O=o=>{t.y&&(o>t.ge&&(t.ge=o,c=0),o>t.oe&&(t.oe=o,t.tt=0),t.y===2&&!c&&t._>=f+t.st&&(g(),c=0))},
g=()=>{c=f=t._,q(t,{i:"send",T:{t:"ping",id:++w}})},x={record:i.Rt,stored:a.Gn,refused:a.zn,pass:i.Xn,gap:i.At,subscribed:i.rt,unsubscribed:i.Vn,welcome:E,ping:({
id:o})=>q(t,{i:"send",T:{t:"pong",id:o}}),refresh:()=>t.y===2&&q(t,{i:"refresh"}),reconnect:({delay:o=0})=>{m=t._+o}},u={tick:$,connected:o=>h(o.$e),disconnected:o=>v(
o.I),frame:({T:o})=>{t.ge=t._,c=0,x[o.t]?.(o)},publish:s.Ct,persisted:o=>s.Nn(o.x),marked:s.Bn,drop:o=>s.ce(o.x,o.I),subscribe:i.Kn,unsubscribe:o=>i.Jn(o.M),done:i.d,
bye:()=>{t.y===2&&(i.mn(!0),q(t,{i:"send",T:{t:"bye",code:1e3}})),t.y=3},moved:o=>O(o.X)};return{De:s.De,Re:(o,l)=>(t._=o,t._e=[],t.y!==3&&u[l.i](l),t.y===2&&t._e.
at(-1)?.i!=="disconnect"&&s.Un(),t._e),ye:()=>{let o=[s.Tt()];t.y%3&&(o.push(m,...i.Yn(),...s.qn()),c?o.push(c+r):o.push(t.ge+t.st,t.re&&t.oe+n));let l=o.filter(
y=>y>0);return l.length?Math.min(...l):void 0},je:i.je}};var _e=e=>new RegExp(`^${e}[a-z] .*`,"m").exec(yn)?.[0]??`${e}${so(e)} code ${e}`,so=e=>e>=4e3&&e<4400?"nlas"[(e-4e3)/100|0]:e>=500&&e<600||e===408||e===425||e===
429?"l":e>=400&&e<500?"s":e?"n":"o";var zn=1e3,Kn=(e,t)=>{let n=new Map,r=(a,i)=>{n.delete(a)&&e({e:"reply",id:a,fault:i,type:0,data:new Uint8Array})},s=a=>{let{id:i,name:d,key:c,type:w,data:f}=a.bn;
a.Oe=!0,t({t:"call",id:i,name:d,key:c,content:w,data:f})};return{er(a,i){let d={bn:a,Oe:!1},c=n.size<zn;n.set(a.id,d),c?i&&s(d):r(a.id,{code:ln,detail:`${zn} ca\
lls are under way`})},tr:a=>n.delete(a),Pt({id:a=0,code:i,detail:d,content:c=0,data:w}){if(i)return r(a,{code:_e(i),detail:d??""});n.delete(a)&&e({e:"reply",id:a,
type:c,data:w?.slice()??new Uint8Array})},z(){for(let a of n.values())s(a)},hn(a){for(let[i,{bn:d,Oe:c}]of n)(a||c&&!d.key)&&r(i,a??{code:Ce,detail:"the connect\
ion ended before the reply; a call with a key would be made again"})}}};var ut=(e,t,n)=>e!==void 0&&t?e:n,Jn=(e,t=Math.random)=>{let n=ut(e.baseDelay,e.baseDelay>0,1e3),r=ut(e.multiplier,e.multiplier>=1,2),s=ut(e.maxDelay,e.maxDelay>
0,3e4),a=Math.min(Math.max(e.jitter??.5,0),1),i={ct:0,se(){if(i.ct>=(e.maxRetries??1/0))return;let d=i.ct++;return e.first==="immediate"&&!d--?0:Math.min(Math.min(
n*r**d,s)*(1+a*(2*t()-1)),s)},Fr(d){let c=d>=lt(e);return c&&(i.ct=0),c}};return i},lt=e=>ut(e.minUptime,e.minUptime>0,5e3);var Vn=[["network",1,5,1e3,2],["timeout",1,5,1e3,2],["tls",0],["authentication",1,3,2e3,1.5],["rate_limit",1,10,5e3,1.5],["protocol",0],["policy",0],["server",1],
["overload",1],["application",1],["closed",0]];var Xn=e=>Vn.find(t=>t[0]===e);var io=6e5,Bt=1e4,ao=2e3,Ut=0,Qn=1,Yn=2,ft=3,Zn=(e,t,n,r)=>{let s=e.random??Math.random,a={},i=Ut,d,c=0,w=0,f=0,m=0,h=0,v,E,$,O=T=>{let H=e.strategies?.[T],P=Xn(
T)??[];return[H?.maxRetries??e.maxRetries??P[2]??n,H?.baseDelay??e.baseDelay??P[3],H?.multiplier??e.multiplier??P[4]]},g=()=>{if(!(performance.now()-h+2<lt(e))){
for(let T of Object.values(a))T.ct=0;b.ie=0,v?.done(),v=void 0}},x=T=>{clearTimeout(d),f=T,c=Math.min(T,Bt),w=Date.now(),d=setTimeout(u,c)},u=()=>{if(f-=c,Math.
abs(Date.now()-w-c)>ao)return f=0,o();if(f>0)return x(f);if(i!==ft)return l();g(),x(Bt)},o=()=>{i===ft?(g(),x(Bt),t.ye()):i===Qn?(x(Math.max(0,f-(Date.now()-w)-
m)),m=0):i===Yn&&l()},l=()=>{clearTimeout(d),$?.(),$=void 0;let T=r?.allow();if(typeof T=="number"){i=Yn,$=r.onChange(l),x(T||1),t.Hr?.();return}v=T,i=Ut,t.nr()},
y=()=>{if(E)return;E=new AbortController;let T={signal:E.signal},H=globalThis.document,P=()=>H?.visibilityState==="hidden"||o();for(let U of["online","offline",
"pageshow"])globalThis.addEventListener?.(U,P,T);for(let U of["visibilitychange","resume"])H?.addEventListener(U,P,T)},b={ie:0,xe(T){b.we(),a={},b.ie=0,T&&r?.state===
"open"&&r.reset(),y(),l()},z(){i=ft,h=performance.now(),x(lt(e))},rr(T,H=0,P=T){i===ft&&g(),v?.done(P??T),v=void 0,i=Qn;let U=O(T),[K,Q,S]=U,M=`${U}`==`${O("")}`?
"":T;a[M]??=Jn({...e,maxRetries:K,baseDelay:Q,multiplier:S},s);let F=globalThis.navigator?.onLine===!1,I=e.strategies?.[T]?.maxRetries===void 0&&b.ie>=(e.maxRetries??
1/0),D=F?e.maxDelay??3e4:I?void 0:a[M].se(),N=Math.min(H,io),_=N+s()*Math.min(N/4,D??0);return N&&r&&r.trip(_),D===void 0?(b.we(),!1):(F||b.ie++,!r&&N>D&&(D=_),
m=N?0:Math.max(0,D-(Q??1e3)),x(D),t.or(b.ie,K,D),!0)},we(){clearTimeout(d),i=Ut,$?.(),$=void 0,v?.cancel(),v=void 0,E?.abort(),E=void 0}};return b};var er=(e,t,n,r)=>{let s=new e(t,[n.an]),a=[],i=0,d=0,c=!1;s.binaryType="arraybuffer",s.onopen=()=>r.z(s.protocol),s.onmessage=f=>r.sr(f.data),s.onclose=f=>r.Y(
f.code,f.reason),s.onerror=()=>{s.readyState||setTimeout(()=>s.onclose&&r.Y(1006,""),9)};let w={Ae:0,m(f){a.push(f),i+=64+(f.data?.length??0),i>65536&&w.We()},We(){
if(i){let f=n.Rn(a);w.Ae+=typeof f=="string"?f.length:f.byteLength,a=[],i=0,s.send(f)}return s.bufferedAmount},It(){let[f,m]=[d,c];return c=s.bufferedAmount>0,d=
w.Ae-s.bufferedAmount,m&&d>f},V(f){s.onopen=s.onmessage=s.onclose=null,s.close(f===1e3||f>=3e3?f:1e3)}};return w};var co=32<<20,pt=e=>Number.parseInt(e,10),tr=(e,t,{Nt:n,...r})=>{let s=`connect to ${e.gn.replace(/\?.*/,"")}`,a,i=0,d,c=0,w=0,f=0,m=Zn(e.ir,{nr:()=>{v()},or:(o,l,y)=>r.ve(
"waiting",{retryAt:Date.now()+y}),ye:()=>n(g)},1/0),h=(o,l)=>{clearTimeout(d),d=setTimeout(n,o,l)},v=async()=>{let o=++i;c=0,t.attempts++,h(e.yn,()=>u.ae({code:an,
op:s,detail:`no welcome within ${e.yn} ms`}));try{let l=e.$e;if(typeof l=="function"&&(r.ve("authenticating"),l=await l(),o!==i))return;r.ve("connecting"),a=er(
e.ar,e.gn,e.Bt,{z:y=>n(()=>$(y,l)),sr:y=>n(()=>O(y)),Y:(y,b)=>n(()=>u.ae(c||y!==1006?{code:_e(y),detail:b}:E))})}catch(l){o===i&&n(()=>u.ae({...E,detail:`${l}`}))}},
E={code:Ce,op:s,detail:"nobody answers there, or it is refused"},$=(o,l)=>{c++,o===e.Bt.an?r.cr(l):r.Ge({code:bn,op:s,detail:`it chose the subprotocol "${o}"`})},
O=o=>{let l=a;c++,t.bytesIn+=typeof o=="string"?o.length:o.byteLength;try{e.Bt.An(o,y=>(r.T(y),a===l))}catch(y){u.ae({code:Qe,detail:`${y}`})}r.dr()},g=()=>{if(!u.A)
return;let o=c;u.m({t:"ping"}),h(e.it/2,()=>{c===o&&u.ae({code:dn})})},x=o=>{clearTimeout(d),i++,w+=a?.Ae??0,a?.V(pt(o)),a=void 0,u.A=!1},u={A:!1,ze:void 0,ie:()=>m.ie,
Ae:()=>w+(a?.Ae??0),It:()=>a?.It(),xe:()=>m.xe(),m:o=>a?.m(o),We(){(a?.We()??0)>co&&n(()=>u.ae({code:cn,detail:"the server takes too little"}))},ur({user:o,agent:l}){
clearTimeout(d),u.A=!0,u.ze=void 0,t.connects++,m.z(),r.ve("open",{...o&&{user:o},...l&&{server:l}})},ae(o,l=0){let y=pt(o.code);u.A&&(t.disconnects[y]=(t.disconnects[y]??
0)+1),x(o.code);let b=i;u.ze=o,r.Y(y),b===i&&(/^1...s/.test(o.code)?r.Ge(o):m.rr("",Math.max(0,l),o)||r.Ge({...o,code:gn,op:s}))},lr(){a||m.xe()},async xn(){let o=i;
if(!(typeof e.$e!="function"||f===o)){f=o;try{let l=await e.$e();o===i&&u.wn(l)}catch{}f=0}},wn(o){u.A&&o&&n(()=>u.m({t:"refresh",token:o}))},we(o){a?.We(),m.we(),
x(o?.code??"1000"),u.ze=o}};return u};var uo=64,nr=()=>({Ke:0,ue:[],Se:[],Je:[]}),rr=e=>{let t=e.indexOf(":");return[e.slice(0,t),+e.slice(t+1)]},jt=e=>`${e.p} ${e.ch}`,or=(e,t,n)=>{let{maxRecords:r=1e3,
maxBytes:s=4<<20}=e,a=new Map,i=new Map,d=new Map,c,w=[],f=tt(),m=nr(),h,v=new Map,E=x=>{a.set(x.id,x),i.set(x.key,x)},$=()=>{let x=f.ce.length+f.ee.size,u=m.Ke||
m.ue.length||m.Je.length||x>256||x&&!O.U;if(!c||h||!u)return;let[o,l]=[f,m];f=tt(),m=nr(),h=c.tn(o).then(()=>{h=void 0,t(l),$()},y=>{for(let b of l.Je)b();n(y)})},
O={te:a,fr:i,U:0,dt:0,Ve:(x=1)=>O.U>=r*x||O.dt>=s*x,K(x){O.U++,O.dt+=x},Dt(x){O.U--,O.dt-=x},De(x){c=x;for(let u of x.ee)d.set(jt(u),u);for(let[u,[o]]of x.Pe)v.
set(u,o);for(let u of x.te){let o={...u,ut:qt(u),F:u.sent>0};E(o),O.K(o.ut)}},Ut(x,u){Object.assign(x,u),E(x);let[o,l]=rr(x.key);if(v.set(o,l),!c)return;f.Pe.set(
o,[l,Date.now()]);let{ut:y,F:b,...T}=x;f.yt.push(T),m.Ke=x.id,m.Se.push(x)},pr(x){let[u,o]=rr(x);return o<=(v.get(u)??0)},mr({x,Oe:u,P:o}){let l=a.keys().next().
value??1/0;w=w.filter(y=>y.id>=l),w.push({id:x,sent:u,mem:o}),f.ue=[...w],m.ue.push({x,Oe:u,P:o})},W(x,u){let o=jt(u);g(o,{...d.get(o)??u,successor:u.successor}),
m.Ke=x},jt(x){let u=a.get(x);return u&&(a.delete(x),i.delete(u.key),O.Dt(u.ut),c&&f.ce.push(x)),u},br(x){let u=jt(x);if(!x.sealed)return g(u,x);d.delete(u),f.ee.
set(u,[x.ch,x.p])},hr(x){c?m.Je.push(x):x()},gr:$,async V(x){let u=c;if(c=void 0,x)return u?.V();await h,await u?.tn(f).catch(()=>{});for(let o of m.Je)o();u?.V()}},
g=(x,u)=>{c&&(d.set(x,u),f.ee.set(x,u))};return O},qt=e=>e.h.reduce((t,[n,r])=>t+n.length+r.length+4,uo+e.ch.length+e.data.length);var sr=(e,t,n,r)=>{let s=!!e.A,{policy:a}=e,i,d,w=or(e,u=>r.Nt(()=>{u.Se.forEach(m);for(let o of u.Je)o();u.Ke&&r.Re({i:"persisted",x:u.Ke});for(let o of u.ue)r.Re(
{i:"marked",...o})}),r.Ge),f=u=>u.F?"sent":"pending",m=u=>n({e:"entry",id:u.key,status:f(u),producer:u.p,number:u.n}),h=(u,o)=>n({e:"entry",id:u,end:!0,...o}),v=(u,o,l)=>{
t.failed++,h(u,{status:"failed",fault:{code:o,detail:l}})},E=u=>qt({ch:u.ch,data:u.data,h:u.h??[]}),$=({id:u})=>{let o=w.fr.get(u);if(o)m(o);else if(w.pr(u))h(u,
{status:"unknown",fault:{code:Ae,detail:"an earlier page took it"}});else return!1;return!0},O=()=>{for(let u of w.te.values())if(!u.F)return r.Re({i:"drop",x:u.
id,I:pt(St)}),!w.te.has(u.id);return!1},g=()=>{i===void 0||i===w.Ve()||x.z()},x={yr:w,xr(u,o){if($(u))return!1;if(o)v(u.id,ie,"the session was closed");else if(w.Ve(
a==="drop-oldest"?2:1))a==="drop-newest"?v(u.id,St,"the outbox is full"):v(u.id,_t,"");else return w.K(E(u)),!0;return!1},Ct(u){let{id:o,ch:l,type:y,data:b,h:T=[],
exp:H}=u,P=E(u);if(w.Dt(P),!$(u)){if(a==="drop-oldest"){for(;w.Ve()&&O(););if(w.Ve())return v(o,_t,"all was sent, and waits for answers")}w.K(P),d={key:o,ch:l,type:y,
data:b,h:T,ut:P,F:!1},t.published++,r.Re({i:"publish",be:l,Ce:b.length,Tt:H&&r.wr(H)}),g()}},vr(u){w.Dt(E(u)),v(u.id,ie,"the session was closed")},Ut(u){let o=d;
w.Ut(o,u.b),s||m(o)},m({b:u,T:o,In:l}){let y=w.te.get(u.id);y&&(y.F||(y.F=!0,n({e:"entry",id:y.key,status:"sent"})),l&&t.resent++,r.m({...o,h:y.h,content:y.type,
data:y.data}))},St(u){let o=w.jt(u.b.id);if(!o)return;let l=u.St;if(t[l]++,u.dn&&t.duplicates++,l==="delivered")h(o.key,{status:l,ack:{offset:u.O,duplicate:u.dn,
synced:u.Fn,copies:u.Hn}});else{let y=r.kr(u);w.hr(()=>h(o.key,{status:l,fault:y}))}g()},Sr(){for(let u of w.te.values()){let{key:o,ch:l,type:y,data:b,h:T,p:H,n:P}=u;
n({e:"restored",id:o,ch:l,type:y,data:b,h:T,status:f(u),producer:H,number:P})}},z(){i=w.Ve(),n({e:"outbox",durable:e.durable,full:i})},we(u){for(let o of w.te.values()){
let l=o.F;s?h(o.key,{status:f(o),fault:u}):l?h(o.key,{status:"unknown",fault:{code:Ae,detail:"no answer before the end"}}):h(o.key,{status:"failed",fault:u})}}};
return x};var ir=(e,t)=>{let n=new Map,r=new Set,s=d=>d&&(d.Z[0]>d.B[0]/2||d.Z[1]>d.B[1]/2),a=new Map,i=(d,c,w)=>(t(d.x,c,w)?.earlier??[]).map(([f,m])=>[f,m]);return{_r:n,
Tr(d,c,w){let f={x:d,B:w,S:"",Z:[0,0],r:[]};n.set(d,f),a.has(c)||a.set(c,f)},Er(d){let c=n.get(d);n.delete(d);for(let[w,f]of a)f===c&&a.delete(w)},H(d,[c,w]){let f=n.
get(d);f&&(f.Z=[Math.max(0,f.Z[0]-c),Math.max(0,f.Z[1]-w)])},vn(d){let c=a.get(d.ch);return!c||!s(c)?!1:(c.J=d,!0)},kn(d){for(let c of n.values())!c.J||s(c)||(d(
c.J),c.J=void 0)},Ot(){for(let d of n.values())d.J=void 0},Rt({M:d,S:c,T:w}){let f=n.get(d);if(!f)return!0;let{o:m=0,ts:h=0,by:v,h:E,content:$=0,data:O}=w,g=O?.
slice()??new Uint8Array;if(f.Z[0]>4*f.B[0]+1||f.Z[1]>4*f.B[1]+16777216)return!1;f.S!==c&&f.r.push({term:c,earlier:i(f,c,m)}),f.S=c;let x={o:m,ts:h,type:$,data:g};
return v&&(x.by=v),E?.length&&(x.h=E),f.r.push(x),f.Z[0]++,f.Z[1]+=g.length,r.add(f),!0},At({M:d,T:c}){let w=n.get(d);if(!w)return;let{from:f=0,to:m=0,term:h="",
after:v=0,why:E="unknown"}=c;w.S=h,w.r.push({gap:E,from:f,to:m,term:h,after:v,earlier:i(w,h,v)}),r.add(w)},qt(){for(let d of r){r.delete(d);let c=d.r;d.r=[],e({
e:"records",sub:d.x,items:c})}}}};var je=e=>Array.from(crypto.getRandomValues(new Uint8Array(e)),t=>t.toString(16).padStart(2,"0")).join(""),ar=e=>e instanceof z?{code:_e(e.code),op:e.op,detail:e.
detail+(e.cause?`: ${e.cause}`:"")}:{code:et,detail:`${e}`},Ue=e=>({code:_e(e.I),detail:e.Ne}),mt={code:ie,detail:"the session was closed"},lo=new Uint8Array,fo=()=>({
connects:0,attempts:0,disconnects:{},published:0,delivered:0,failed:0,unknown:0,duplicates:0,resent:0,received:0,duplicatesDropped:0,gaps:0,lost:0,bytesIn:0,bytesOut:0,
rtt:0,outboxRecords:0,outboxBytes:0}),dr=(e,t)=>{let n=Date.now()-performance.now(),r=()=>Math.round(n+performance.now()),s=fo(),a=[],i=!1,d=!1,c,w=0,f=[],m=!1,
h=!1,v=p=>{if(f.push(p),!m){m=!0;for(let B=f.shift();B;B=f.shift())B();m=!1,!h&&(h=!0,queueMicrotask(E))}},E=()=>{h=!1,!d&&(H.gr(),b.We(),i&&!H.U&&v(D),g())},$,
O=1/0,g=()=>{let p=u.ye()??1/0;p>=O||(clearTimeout($),O=p,$=setTimeout(v,Math.min(Math.max(2,p-r()),1e9),x))},x=()=>{O=1/0,b.It()&&l({i:"moved",X:r()}),l({i:"ti\
ck"})},u=Gn({ot:je(16),Zn:je(8),un:je(16),de:e.de,Ht:e.Ht,Ft:e.Ft,it:e.it,Pn:!!e.Wt.A}),o,l=p=>{if(d)return;for(let W of u.Re(r(),p))y[W.i](W);let B=o;o=void 0,
B?.()},y={send({T:p}){p.t==="hello"&&p.subs&&(p.subs=p.subs.filter(B=>!P.vn(B))),!(p.t==="subscribe"&&P.vn(p))&&(p.t==="ping"&&(w=performance.now()),b.m(p))},publish:p=>T.m(
p),persist:p=>T.Ut(p),mark:p=>H.mr(p),seal:p=>H.W(p.x,p.Ye),outcome:p=>T.St(p),resolved:p=>H.br(p.Ye),held(p){p.b&&t({e:"held",ch:p.b.ch,at:p.X-r()+Date.now(),fault:Ue(
p)})},lost({be:p,Wn:B,G:W,N:ee}){s.lost+=ee-W+1,t({e:"lost",ch:p,producer:B,from:W,to:ee})},record(p){s.received++,P.Rt(p)||(o=()=>b.ae({code:sn,detail:"the ser\
ver sends far more than the window"}))},gap(p){s.gaps++,P.At(p)},subscribed:({M:p,T:{term:B="",o:W=0}})=>t({e:"subscribed",sub:p,term:B,o:W}),ended:p=>S(p.M,p.I?
Ue(p):void 0),welcome(p){b.ur(p.T),P.kn(K),U.z()},disconnect(p){o=()=>b.ae(Ue(p),p.X-r())},authenticate(p){typeof e.$e!="function"&&N({code:_e(p.I),detail:b.ze?.
detail??""})},fail:p=>N(Ue(p)),refresh:()=>{b.xn()}},b=tr(e,s,{Nt:p=>v(()=>d||p()),ve:(p,B)=>Q(p,B),cr:p=>l({i:"connected",$e:p}),T(p){p.t==="pong"&&w&&(s.rtt=performance.
now()-w,w=0),p.t==="reply"&&U.Pt(p);let B=s.received;l({i:"frame",T:p}),p.t==="record"&&B===s.received&&s.duplicatesDropped++},dr:()=>P.qt(),Y(p){w=0,P.Ot(),U.hn(),
l({i:"disconnected",I:p})},Ge:p=>N(p)}),T=sr(e.Wt,s,t,{Nt:v,Re:l,m:p=>b.m(p),Ge:p=>v(()=>N(ar(p))),wr:p=>p-Date.now()+r(),kr:Ue}),H=T.yr,P=ir(t,(p,B,W)=>u.je(p,
B,W)),U=Kn(t,p=>b.m(p)),K=p=>b.m({...p,t:"subscribe"}),Q=(p,B)=>{let W=b.ze;t({e:"status",status:{state:i&&!d?"closing":p,attempt:b.ie(),...W&&{fault:W},...B}})},
S=(p,B)=>{P.qt(),P.Er(p),t({e:"ended",sub:p,...B&&{fault:B}})},M={publish:p=>T.Ct(p),subscribe({sub:p,c:B,earlier:W=[],...ee}){let{ch:Xe,window:kt,term:k,o:L=0}=ee;
P.Tr(p,Xe,kt),l({i:"subscribe",M:p,Le:ee,je:k?{term:k,offset:L,earlier:W}:void 0})},unsubscribe:p=>l({i:"unsubscribe",M:p.sub}),done({sub:p,took:B,term:W="",o:ee}){
P.H(p,B),ee!==void 0&&l({i:"done",M:p,S:W,O:ee}),b.A&&P.kn(K)},call:p=>U.er(p,b.A),cancel:p=>U.tr(p.id),refresh:p=>{p.token?b.wn(p.token):b.xn()},reconnect:()=>b.lr(),
stats:({id:p})=>t({e:"stats",id:p,stats:{...s,bytesOut:b.Ae(),outboxRecords:H.U,outboxBytes:H.dt}}),close({drain:p}){if(p<0)return D(!0);i||(i=!0,Q("closing"),c=
setTimeout(v,p,()=>D()))}},F=p=>{p.c==="publish"&&T.vr(p),p.c==="subscribe"&&t({e:"ended",sub:p.sub,fault:mt}),p.c==="call"&&t({e:"reply",id:p.id,fault:mt,type:0,
data:lo}),p.c==="stats"&&M.stats(p)},I=p=>d?F(p):M[p.c](p),D=p=>{l({i:"bye"}),N(void 0,p)},N=(p,B)=>{if(!d){P.qt(),d=!0,clearTimeout($),clearTimeout(c),b.we(p),
Q(p?"failed":"closed");for(let W of P._r.keys())S(W,p);U.hn(p??mt),a?.forEach(F),T.we(p??mt),H.V(B).then(()=>t({e:"closed",left:H.U}))}},_=p=>{if(d)return p?.V();
p&&(H.De(p),u.De(p.ee,Array.from(H.te.values(),po)),T.Sr()),T.z();let B=a;a=void 0,B.forEach(I),b.xe()},C=p=>v(()=>N(ar(p)));return(async()=>e.Wt.A?.(e.de,C))().
then(p=>v(()=>_(p)),C),{l(p){p.c==="publish"&&!T.xr(p,d||i)||(a&&!d?a.push(p):v(()=>I(p)))}}},po=({id:e,ch:t,p:n,n:r,size:s,sent:a,mem:i,expires:d})=>({id:e,ch:t,
p:n,n:r,size:s,sent:a,mem:i,expires:d});var mo=new TextEncoder,bo=new TextDecoder,qe=e=>mo.encode(e),We=e=>bo.decode(e),Wt=(e,t,n)=>{t instanceof ArrayBuffer&&(t=new Uint8Array(t));let r=ArrayBuffer.isView(
t)&&new Uint8Array(t.buffer,t.byteOffset,t.byteLength).slice();if(r&&n!=="json")return[n==="text"?1:0,r];if(typeof t=="string"&&n!=="json")return[n==="binary"?0:
1,qe(t)];let s;try{let a=JSON.stringify(r?JSON.parse(We(r)):t);if(a!==void 0&&(n??"json")==="json")return[2,qe(a)]}catch(a){s=a}throw new z(pn,e,`data cannot be\
 ${n??"json"}`,s)},Ge=(e,t)=>e===2?JSON.parse(We(t)):e?We(t):t,Gt=(e,t)=>{if(!/^[^\p{C}\p{Z}"\\\uFFFD]+$/u.test(t)||qe(t).length>255)throw new z(fn,e,"1 to 255 \
bytes of printable text without spaces, quotes and backslashes are wanted")},cr=(e,t=[])=>{let n=(Array.isArray(t)?t:Object.entries(t)).map(([r,s])=>[`${r}`,`${s}`]);
for(let[r,s]of n)if(!r||qe(r).length>255||qe(s).length>4096||n.length>64)throw new z(xe,e,"headers: at most 64, names of 1 to 255 bytes, values of at most 4,096");
return n};var ho=32,go=50,ur=["binary","text","json"],bt=(e,t,n)=>{let r=n.filter(([s,a])=>s!==e&&a<t);return[[e||"-",t],...r].map(([s,a])=>`${s}@${a}`).join(" ")},zt=class{gap;channel;offset;term;time;user;headers;type;bytes;R;constructor(t,n,r,{
o:s,ts:a,by:i="",h:d=[],type:c,data:w}){this.channel=t,this.term=n,this.offset=s,this.time=a,this.user=i,this.headers=d,this.type=ur[c],this.bytes=w,this.R=r}get data(){
return Ge(ur.indexOf(this.type),this.bytes)}text(){return We(this.bytes)}json(){return JSON.parse(this.text())}get position(){return bt(this.term,this.offset,[])}get checkpoint(){
return bt(this.term,this.offset,this.R)}},ht=class extends EventTarget{channel;x;l;Sn;Gt=be();he=[];se=0;S="";R=[];ye;lt=!1;ke;ft;d;H=[0,0];$=0;constructor(t,n,r,s){
super(),this.x=t,this.channel=n,this.Sn=r,this.l=s}get ready(){return this.Gt.ne}async*[Symbol.asyncIterator](){if(this.lt)throw new z(xe,`read ${this.channel}`,
"somebody else reads it already");this.lt=!0;try{for(;;){this.ft&&(this.d=this.ft),this.ft=void 0,this.se>255&&(this.he.splice(0,this.se),this.se=0);let t=this.he[this.se++];
if(this.D(!t)&&await yo(),t){let n=this.K(t);n&&(yield n);continue}if(this.he=[],this.se=0,this.ke?._n)throw this.ke._n;if(this.ke)return;await new Promise(n=>{
this.ye=n})}}finally{this.lt=!1}}K(t){if("o"in t)return this.H[0]++,this.H[1]+=t.data.length,this.Sn||(this.ft=[this.S,t.o]),new zt(this.channel,this.S,this.R,t);
if(this.S=t.term,this.R=t.earlier,"gap"in t)return Kt(this.channel,t)}D(t){let n=performance.now(),r=n-this.$>go;if(!t&&!r&&this.H[0]<ho)return!1;r&&(this.$=n);
let[s,a]=this.d??[];return(this.d||this.H[0])&&this.l({c:"done",sub:this.x,took:this.H,...a!==void 0&&{term:s,o:a}}),this.H=[0,0],this.d=void 0,r&&!t}ack(t){this.d=
[t.term,t.offset],this.D(!0)}close(){this.ke||(this.D(!0),this.he=[],this.se=0,this.l({c:"unsubscribe",sub:this.x}),this.Tn())}addEventListener(t,n,r){super.addEventListener(
t,n,r),t==="record"&&!this.lt&&this.Cr()}async Cr(){try{for await(let t of this)re(this,t.gap?"gap":"record",t)}catch{}}Ie(t){if(!this.ke){for(let n of t)this.he.
push(n);this.ye?.()}}z(t,n){this.Gt.le(bt(t,n,[]))}Tn(t){if(this.ke)return;let n=t&&ue(t,`subscribe to ${this.channel}`);this.ke={...n&&{_n:n}},this.Gt.fe(n??ue(
{code:ie},`subscribe to ${this.channel}`)),this.ye?.(),re(this,"end",n)}},yo=()=>new Promise(e=>{let{port1:t,port2:n}=new MessageChannel;t.onmessage=()=>{t.close(),
e()},n.postMessage(0)}),Kt=(e,{gap:t,from:n,to:r,term:s,after:a,earlier:i})=>({gap:t,channel:e,from:n,to:r,checkpoint:bt(s,a,i)});var ze=class extends nt(){status={state:"connecting",attempt:0};outbox;messages;Fe=new Map;j=new Map;J=new Map;q=je(8);B;En;zt;Cn=be();Kt=new Map;Jt=0;constructor(t,n={}){
super(),this.messages=this.Fe;let r=wo(t),s=n.WebSocket??globalThis.WebSocket;if(!s)throw new z(xe,"open session","there is no WebSocket here; give the option W\
ebSocket");this.zt=`session with ${r.replace(/\?.*/,"")}`,this.B=[n.window?.records??512,n.window?.bytes??1<<20];let a=n.outbox??Sn(),i=n.user??"",d=(f,m)=>dr({
gn:r,Bt:n.codec??Hn,$e:n.token,de:i,Ht:n.agent??"holdfast-ts",Wt:m&&a.A?{...a,A:(h,v)=>a.A(h,v,m)}:a,ir:n.backoff??{},yn:n.connectTimeout??1e4,Ft:n.ackTimeout,it:n.
pongTimeout??1e4,ar:s},f),c=f=>this.Ie(f),w=a.A?a.name:"";this.En=n.tabs?n.tabs(d,c,{url:r,user:i,outbox:w,page:this.q}):d(c)}get state(){return this.status.state}get error(){
return this.status.fault&&ue(this.status.fault,this.zt)}publish(t,n,r={}){let s=`publish to ${t}`;Gt(s,t);let[a,i]=Wt(s,n,r.type),d=cr(s,r.headers),c=`${this.q}\
:${++this.Jt}`,w=new He(c,t,n);return this.Fe.set(c,w),this.l({c:"publish",id:c,ch:t,type:a,data:i,...d[0]&&{h:d},...r.ttl&&{exp:Date.now()+r.ttl}}),w}subscribe(t,n={}){
let r=`subscribe to ${t}`;Gt(r,t);let s=++this.Jt,a=[n.window?.records??this.B[0],n.window?.bytes??this.B[1]],i={c:"subscribe",sub:s,ch:t,window:a,...vo(r,n.from)};
n.cursor&&(i.cursor=n.cursor);let d=new ht(s,t,n.ack==="manual",c=>this.l(c));return this.j.set(s,d),this.l(i),n.signal?.addEventListener("abort",()=>d.close(),
{once:!0}),n.signal?.aborted&&d.close(),d}channel(t){return{name:t,publish:(n,r)=>this.publish(t,n,r),subscribe:n=>this.subscribe(t,n)}}call(t,n,r={}){let s=`ca\
ll ${t}`,[a,i]=n===void 0?[0,new Uint8Array]:Wt(s,n),[d,c]=this.qe(),w=(v,E)=>{this.l({c:"cancel",id:d}),c.fe(new z(v,s,E))},f=r.timeout??3e4,m=setTimeout(()=>w(
un,`no reply within ${f} ms`),f),h=()=>w(hn,"");return r.signal?.addEventListener("abort",h),r.signal?.aborted?h():this.l({c:"call",id:d,name:t,type:a,data:i,...r.
key&&{key:r.key}}),c.ne.finally(()=>{clearTimeout(m),r.signal?.removeEventListener("abort",h),this.J.delete(d)})}refresh(t){this.l({c:"refresh",...t&&{token:t}})}reconnect(){
this.l({c:"reconnect"})}stats(){let[t,n]=this.qe();return this.l({c:"stats",id:t}),n.ne}connected(){return this.Vt(()=>this.state==="open")}room(){return this.Vt(
()=>!!this.outbox&&!this.outbox.full)}flush(){return this.Vt(()=>!!this.outbox&&!this.Fe.size)}close({drain:t=5e3}={}){return this.l({c:"close",drain:t}),this.Cn.ne}l(t){
this.En.l(t)}qe(){let t=++this.Jt,n=be();return this.J.set(t,n),[t,n]}Vt(t){let n=be();return this.Kt.set(n,t),this.pt(),n.ne}pt(){let t=this.state==="failed"||
this.state==="closed";for(let[n,r]of this.Kt){if(r())n.le();else if(t)n.fe(this.error??ue(xo,this.zt));else continue;this.Kt.delete(n)}}Ie(t){switch(t.e){case"s\
tatus":return this.status=t.status,re(this,"status",t.status),t.status.state==="failed"&&re(this,"error",this.error),this.pt();case"outbox":return this.outbox={
durable:t.durable,full:t.full},re(this,"status",this.status),this.pt();case"restored":return this.Fe.set(t.id,new He(t.id,t.ch,Ge(t.type,t.data),t.status)),this.b(
{e:"entry",id:t.id,status:t.status,producer:t.producer,number:t.number},!0);case"entry":return this.b(t);case"records":return this.U(t.sub,t.items);case"subscri\
bed":return this.j.get(t.sub)?.z(t.term,t.o);case"ended":{let n=this.j.get(t.sub);return this.j.delete(t.sub),n?.Tn(t.fault)}case"reply":return this.Pt(t);case"\
stats":this.J.get(t.id)?.le(t.stats),this.J.delete(t.id);return;case"held":re(this,"held",{channel:t.ch,at:t.at,error:ue(t.fault,`publish to ${t.ch}`)});return;case"\
lost":re(this,"lost",{channel:t.ch,producer:t.producer,from:t.from,to:t.to});return;case"closed":return this.Cn.le(t.left)}}b(t,n=!1){let r=this.Fe.get(t.id);r&&
(t.end&&this.Fe.delete(t.id),(r.Ie(t)||n)&&re(this,"message",r),t.end&&this.pt())}U(t,n){let r=this.j.get(t);if(r){r.Ie(n);for(let s of n)"gap"in s&&re(this,"ga\
p",Kt(r.channel,s))}}Pt({id:t,fault:n,type:r,data:s}){let a=this.J.get(t);if(n)return a?.fe(ue(n,"call"));try{a?.le(Ge(r,s))}catch(i){a?.fe(i)}}},xo={code:ie,detail:"\
the session was closed"},wo=e=>{try{let t=new URL(e,globalThis.location?.href);if(t.protocol=t.protocol.replace("http","ws"),/^wss?:$/.test(t.protocol))return t.
hash="",t.pathname==="/"&&(t.pathname="/ws"),t.href}catch{}throw new z(xe,"open session",`url: "${e}" is none for ws, wss, http or https`)},vo=(e,t="head")=>{if(typeof t==
"string")return{at:t};if("last"in t)return{at:"last",last:t.last};if("since"in t)return{at:"time",since:t.since};if("offset"in t)return t.offset?{at:"position",
o:t.offset}:{at:"start"};let n=t.checkpoint.split(/\s+/).filter(Boolean);if(!n[0])return{at:"start"};let[[r,s],...a]=n.map(i=>{let d=/^(-|[\da-f]{16})@(\d{1,16})$/.
exec(i);if(!d||n.length>8)throw new z(xe,e,`checkpoint: "${t.checkpoint}"`);return[d[1].replace("-",""),+d[2]]});return r?{at:"position",term:r,o:s,earlier:a}:s?
{at:"position",o:s}:{at:"start"}};var A=e=>document.getElementById(e);function G(e,t,...n){let r=document.createElement(e);return t&&(r.className=t),r.append(...n),r}function V(e,t){e.textContent!==
t&&(e.textContent=t),e.hidden=t===""}var pe=e=>V(A("announcement"),e);function gt(e){let t=new Date(e),n=t.toDateString()===new Date().toDateString(),r=G("time",
"",n?t.toLocaleTimeString():t.toLocaleString());return r.dateTime=t.toISOString(),r.title=t.toLocaleString(void 0,{dateStyle:"full",timeStyle:"long"}),r}function Ke(e,t=""){
let n=G("span",`badge ${e}`,e);return n.title=t,n}function Ee(e,t,n){V(t,n),n?e.setAttribute("aria-invalid","true"):e.removeAttribute("aria-invalid")}var Jt=e=>new TextEncoder().
encode(e);function ko(e,t){if(t.trim()==="")return"There is nothing to send yet.";if(!e)return"";try{return JSON.parse(t),""}catch(n){return`That is not JSON: ${n.message}`}}
function lr(e){let t=A("composer"),n=A("message"),r=()=>new FormData(t).get("type")==="json",s=()=>{n.rows=Math.min(6,n.value.split(`
`).length)};function a(){let i=r(),d=n.value,c=ko(i,d)||e(i?{json:d.trim()}:{text:d});Ee(n,A("mistake"),c),c||(n.value=""),s(),n.focus()}t.onsubmit=i=>{i.preventDefault(),
a()},n.oninput=()=>{Ee(n,A("mistake"),""),s()},n.onkeydown=i=>{i.key!=="Enter"||i.shiftKey||i.isComposing||(i.preventDefault(),a())},t.onchange=()=>{let i=r();n.
placeholder=i?'{"any": "JSON value"}':"Write a message",n.classList.toggle("json",i),Ee(n,A("mistake"),"")},n.focus()}var Te=e=>{let{code:t,detail:n}=e;return typeof t=="number"?{code:t,detail:String(n??"")}:{code:4300,detail:String(e)}},ne=(e,t)=>`${e.toLocaleString()} ${t}${e===
1?"":"s"}`,Vt=e=>e.charAt(0).toUpperCase()+e.slice(1);function fr(e){function t({code:i,detail:d}){let c=e[i]?.[1]??"the server said something that this page ha\
s no words for";return!d||d.includes(c)?Vt(`${c} (${i}).`):Vt(`${i<4e3?d:`${c}: ${d}`} (${i}).`)}let n=i=>e[i]?.[2]?`${Vt(e[i][2])}.`:"",r=({waiting:i,durable:d})=>{
let c=d?"safely in this browser":"here";return i===0?d?"What you write is kept in this browser.":"What you write waits here.":`${ne(i,"message")} ${i===1?"waits":
"wait"} ${c}.`};function s(i){let d=i.user?`to ${i.host} as ${i.user}.`:`to ${i.host}.`,c=Number.isNaN(i.tokenEnds)?"soon":`in ${i.tokenEnds} s`;if(i.tokenEnds!==
void 0)return`${d} The token ends ${c}; with the next one you stay connected.`;if(i.waiting===0)return d;let{waitingFor:w=0}=i;return`${d} ${ne(i.waiting,"messa\
ge")} on the way${w>=3?`, without an answer for ${w} s`:""}.`}function a(i){let d=i.fault?t(i.fault):"";if(i.wantsToken)return["Not let in.",`${d} ${i.fault?n(i.
fault.code):""} ${r(i)}`];switch(i.state){case"open":return["Connected",s(i)];case"waiting":return i.offline?["Offline.",`It goes on when there is a network aga\
in. ${r(i)}`]:[`${i.before?"Cut off":"Not connected"}. Next try in ${i.retryIn??0} s.`,`${d} ${r(i)}`];case"failed":return["Stopped.",`${d} ${i.fault?n(i.fault.
code):""}`];case"closing":case"closed":return["Closed.",""];default:return[i.before?"Connecting again…":"Connecting…",`to ${i.host}. ${i.before||i.waiting>0?
r(i):""}`]}}return{sentence:t,advice:n,connection:a}}var yt=(e,t)=>e[t]?.[0]??["now","later","authenticate","stop"][Math.floor(t/100)-40]??"now";function pr(e,t,n,r){let s=!1,a,i,d="",c=0,w=h=>yt(n,h)==="authenticate";async function f(){let{status:h}=e,v=(E,$=1006)=>{e.status===h&&(i={code:$,detail:E})};
try{let E=await fetch("readyz",{cache:"no-store",signal:AbortSignal.timeout(3e3)}),$=(await E.text()).trim().slice(0,80),O=Number(E.headers.get("Holdfast-Code"));
O?v($,O):E.ok?v("the server is there but took no connection"):v(`the server is not ready: ${$}`)}catch{v("the server cannot be reached")}}let m=h=>{let{state:v,
retryAt:E=0,user:$}=e.status,O=v==="open";return{host:location.host,state:v,before:s,user:$,offline:navigator.onLine===!1,fault:a??i??(e.error&&Te(e.error)),retryIn:Math.
max(0,Math.ceil((E-Date.now())/1e3)),wantsToken:!O&&a!==void 0,tokenEnds:O&&r.asked()?r.left()??Number.NaN:void 0,waiting:h.waiting,waitingFor:h.since?Math.floor(
(Date.now()-Math.max(h.since,c))/1e3):0,durable:(e.outbox?.durable??!0)&&h.kept}};return{refused:()=>a!==void 0,renewed(){a=void 0},changed(){let{state:h}=e,v=e.
error&&Te(e.error);h==="open"?(s=!0,a=void 0):v&&w(v.code)&&(h==="waiting"||h==="failed")&&(a=v),i=void 0,a&&a===v&&pe(`Not let in. ${t.sentence(a)}`),h==="wait\
ing"&&v?.code===4107&&!a&&f(),h!==d&&(d=h,h==="open"&&(c=Date.now()),h==="open"&&pe("Connected."),h==="waiting"&&!a&&pe(`Cut off. ${v?t.sentence(v):""} It is tr\
ied again by itself.`),h==="failed"&&pe(`Stopped. ${v?t.sentence(v):""}`))},show(h){let v=m(h),[E,$]=t.connection(v),O=v.wantsToken?"failed":v.state;A("connecti\
on").dataset.state=O==="authenticating"?"connecting":O==="failed"||O==="closed"?"stopped":O,V(A("headline"),E),V(A("explanation"),$.trim()),V(A("tabs"),h.tabs),
r.show(v.wantsToken===!0||v.tokenEnds!==void 0,v.wantsToken===!0),A("retry").hidden=v.wantsToken===!0||v.state!=="waiting"&&v.state!=="failed",A("retry").textContent=
v.state==="failed"?"Load again":"Try now"}}}function So(e){try{let t=e.split(".")[1].replaceAll("-","+").replaceAll("_","/");return Number(JSON.parse(atob(t)).exp)*1e3}catch{return Number.NaN}}function mr(e){
let t="",n=[],r=A("token"),s=A("credentials"),a=typeof BroadcastChannel=="function"?new BroadcastChannel("holdfast page"):void 0;function i(d){t=d;let c=n;n=[];
for(let w of c)w(t);e()}return a&&(a.onmessage=({data:d})=>{typeof d?.token=="string"?i(d.token):t&&a.postMessage({token:t})},a.postMessage({})),s.onsubmit=d=>{
d.preventDefault();let c=r.value.trim();r.value="",a?.postMessage({token:c}),i(c),A("message").focus()},{next:d=>d?new Promise(c=>n.push(c)):t,asked:()=>n.length>
0,left(){let d=So(t);return Number.isNaN(d)?void 0:Math.max(0,Math.ceil((d-Date.now())/1e3))},show(d,c){d&&s.hidden&&c&&!A("message").value&&setTimeout(()=>r.focus()),
s.hidden=!d,V(A("token-button"),c?"Connect":"Stay connected")}}}var oe=e=>e.toLocaleString();function Xt(e){if(e<1e3)return ne(e,"byte");let t=["kB","MB","GB"],n=-1;do e/=1e3,n++;while(e>=1e3&&n<t.length-1);return`${e.toLocaleString(
void 0,{maximumFractionDigits:1})} ${t[n]}`}var _o=e=>e>0?`${e<10?e.toFixed(1):Math.round(e)} ms`:"not measured yet";function To(e){let t=Object.entries(e);return t.
length?t.map(([n,r])=>r>1?`${r} × ${n}`:n).join(", "):"none"}var br=(e,t)=>[["Connection",[["Round trip",_o(e.rtt)],["Connections",`${oe(e.connects)} of ${ne(e.
attempts,"attempt")}`],["Ends, by code",To(e.disconnects)],["Bytes in, out",`${Xt(e.bytesIn)}, ${Xt(e.bytesOut)}`],["Tabs",t.tabs]]],["Publishing",[["Taken",oe(
e.published)],["Delivered",oe(e.delivered)],["Failed, unknown",`${oe(e.failed)}, ${oe(e.unknown)}`],["Sent again",oe(e.resent)],["… which the server had",oe(e.
duplicates)],["Waiting",`${oe(e.outboxRecords)} (${Xt(e.outboxBytes)})`],["Kept",t.outbox]]],["Receiving",[["Received",oe(e.received)],["Doubles dropped",oe(e.duplicatesDropped)],
["Gaps",oe(e.gaps)],["Lost by the server",oe(e.lost)]]]];function hr(e,t){let n=A("figures-panel"),r=A("figures-button"),s=new Map;function a(f){for(let[m,h]of br(
f,t()))for(let[v,E]of h){let $=`${m} ${v}`,O=s.get($);O&&V(O,E)}}function i(f){for(let[m,h]of br(f,t())){let v=G("dl","");for(let[E,$]of h){let O=G("dd","",$);s.
set(`${m} ${E}`,O),v.append(G("div","",G("dt","",E),O))}n.append(G("section","",G("h2","",m),v))}}async function d(){let f=await e();s.size===0?i(f):a(f)}let c=()=>{
d().catch(()=>{})},w;r.onclick=()=>{let f=n.hidden;n.hidden=!f,r.setAttribute("aria-expanded",String(f)),clearInterval(w),f&&(c(),w=setInterval(c,1e3))}}var Eo=500,Qt=4e3,Co=8,Oo=e=>Array.from(e.subarray(0,100),t=>t.toString(16).padStart(2,"0")).join(" "),gr=e=>e.length>Qt?`${e.slice(0,Qt)}… and ${ne(e.length-
Qt,"more character")}`:e;function Mo(e){if("text"in e)return G("div","payload",G("p","data",gr(e.text)));let t="bytes"in e,n=t?`${Oo(e.bytes)}${e.bytes.length>100?
" …":""}`:gr(e.json);return G("div","payload",G("span","kind",t?ne(e.bytes.length,"byte"):"JSON"),G("code","data",n))}function Yt(e,t,n,r){let s=G("span","off\
set",e?String(e):"–");s.title=e?`offset ${e}`:"it has no offset yet";let a=G("span","meta");return r&&a.append(G("span","by",r)),n&&a.append(gt(n)),G("li","re\
cord",s,Mo(t),a)}function yr(e){let t=A("log"),n=new Map,r=0,s=0;function a(d){for(t.append(d),s++;t.childElementCount>Eo;){let c=t.firstElementChild;c.classList.
contains("record")&&r++,n.delete(Number(c.dataset.offset)),c.remove()}e()}return{clear(){n=new Map,r=0,t.replaceChildren()},startsAfter(d){n.size===0&&(r=d)},record(d,c,w,f){
let m=Yt(d,c,w,f);m.dataset.offset=String(d),n.set(d,m),a(m)},notice(d){a(G("li","notice",d))},mine(d,c){let w=n.get(d);if(!w)return!1;if(w.classList.contains("\
mine"))return!0;w.classList.add("mine");let f=w.querySelector(".meta");return f.querySelector(".by")?.remove(),f.prepend(G("span","by","you")),f.append(Ke("deli\
vered",c.synced?`synced to disk, on ${ne(c.copies||1,"machine")}`:"in the server’s memory")),!0},forked(d){for(let[c,w]of n)c<d||(w.classList.add("gone"),w.querySelector(
".badge")?.replaceWith(Ke("gone")),n.delete(c))},empty:()=>t.childElementCount===0,hidden:()=>r,settle(){A("live").setAttribute("aria-live",s>Co?"off":"polite"),
s=0}}}var xr=100,Zt=e=>e.status==="failed"||e.status==="unknown",en=e=>e.status==="pending"||e.status==="sent";function wr(e,t,n,r){let s=[],a=new Map,i="";function d(m){
s=s.filter(h=>h!==m),c(m),A("message").focus(),r()}function c(m){a.get(m)?.remove(),a.delete(m)}function w(m){let h=m.fault??{code:0},v=G("button","quiet","Send\
 again"),E=G("button","quiet","Dismiss");return v.type=E.type="button",E.onclick=()=>d(m),v.onclick=()=>{d(m),n(m)},G("div","trouble",G("p","",`${e.sentence(h)}\
 ${e.advice(h.code)}`),v,E)}function f(m){let h=a.get(m);h||(h=Yt(0,m.payload,0,"you"),h.classList.add("mine"),h.querySelector(".meta").append(gt(m.at)),a.set(m,
h),A("queue").append(h));let v=`${m.status}|${m.fault?.code??""}`;h.dataset.shown!==v&&(h.dataset.shown=v,h.querySelector(".badge")?.remove(),h.querySelector(".\
trouble")?.remove(),h.querySelector(".meta").append(Ke(m.status)),m.fault&&(h.append(Zt(m)?w(m):G("div","trouble",e.sentence(m.fault))),Zt(m)&&pe(`A message ${m.
status==="failed"?"failed":"has an unknown outcome"}. ${e.sentence(m.fault)}`)))}return{add:m=>{s.push(m)},waiting:()=>s.filter(en).length,kept:()=>s.every(m=>m.
kept||!en(m)),since:()=>s.find(en)?.at,clear(){a.clear(),A("queue").replaceChildren()},refresh(m,h){s=s.filter(g=>{if(g.status!=="delivered")return!0;let{offset:x=0,
synced:u=!1,copies:o=0}=g,l=g.channel!==m||x<=h;return g.channel===m&&x&&t.mine(x,{synced:u,copies:o}),l&&c(g),!l});let v=s.filter(g=>g.channel===m);for(let g of v.
slice(0,xr))f(g);let E=v.length-xr;V(A("queue-more"),E>0?`and ${ne(E,"more message")}.`:""),A("outgoing").hidden=v.length===0,v.length===0&&(i=""),V(A("queue-he\
ld"),i),V(A("outgoing-title"),v.length===0||v.some(g=>!Zt(g))?"Not yet in the channel":"Not stored, or not known to be");let $=s.filter(g=>g.channel!==m),O=[...new Set(
$.map(g=>g.channel))].join(", ");V(A("elsewhere"),$.length?`${ne($.length,"message")} of yours ${$.length===1?"is":"are"} not stored in ${O}.`:"")},held(m){i=m,
pe(m),r()},empty:()=>a.size===0}}var vr=()=>typeof BroadcastChannel=="function"&&!!globalThis.navigator?.locks;function kr(e,t,n){let r,s,a=(i,d,c)=>{let{signal:w}=s;return navigator.locks.request(
`holdfast ${e} ${i}`,{signal:w},()=>{if(!w.aborted)return d(),c?void 0:new Promise(f=>w.addEventListener("abort",()=>f()))}).catch(f=>{if(!w.aborted)throw f})};
return{Xt:()=>new Promise((i,d)=>{if(s)return i();s=new AbortController,r=new BroadcastChannel(`holdfast ${e}`),r.onmessage=({data:c})=>{typeof c?.t!="string"||
typeof c.from!="string"||c.to&&c.to!==t||(c.v===1?n.Or(c):n.Mr(c.t))},a(`tab ${t}`,()=>{i(),a("lead",n.Lr).catch(d)}).catch(d)}),Qt:()=>{s?.abort(),r?.close(),s=
r=void 0},l:(i,d,c)=>r?.postMessage({...d,v:1,t:i,from:t,to:c}),mt:i=>{a(`tab ${i}`,()=>n.Y(i),!0)}}}var Sr=(e,t)=>!e||t&&t.o<e.o?t:e;function _r(e,t){let n=new Map,r=[],s=0,a,i,d=[0,0],c=0,w=[0,0],f,m,h=()=>n.size>1?void 0:n.keys().next().value,v=()=>[...n.values(),
...f?[f]:[]],E=()=>{let y=s;s=0,y&&t.l({c:"unsubscribe",sub:y})},$=y=>{E(),s=t.$r(l),a=v().find(T=>T.E.cursor)?.E.cursor;let b=[0,1].map(T=>Math.min(...v().map(
H=>H.E.window[T])));t.l({...y,sub:s,window:b,...a&&{cursor:a}}),d=[0,0],w=[0,0],c=0;for(let T of n.values())T.H=[0,0]},O=y=>{let{term:b,o:T,earlier:H}=y;$({c:"s\
ubscribe",sub:s,ch:e,at:"position",o:T,window:[0,0],...b&&{term:b,earlier:H}}),g(y)},g=y=>{i={...y},m=void 0,t.D({e:"open",ch:e,g:s,at:y},h())},x=()=>{f||!r.length||
(f=r.shift(),m=n.size?i:void 0,i=void 0,$(f.E))},u=()=>{f=void 0,m&&n.size&&O(m),x()},o=()=>{if(!s||!n.size||f)return;let y,b=[...d];for(let P of n.values()){(!y||
P.d<y.d)&&(y=P);for(let U of[0,1])b[U]=Math.min(b[U],P.H[U])}let T=[b[0]-w[0],b[1]-w[1]],H=y.d>c;!H&&!T[0]&&!T[1]||(w=b,H&&(c=y.d),t.l({c:"done",sub:s,took:T,...H&&
{term:y.S,o:c}}))},l={be:e,M:()=>s,Xt(y,b){let{sub:T,cursor:H}=b.cmd,P={He:y,M:T,E:b.cmd,d:b.done??0,S:b.at?.term??"",H:[...d]},U=[...v(),...r].find(K=>H&&K.E.cursor&&
K.E.cursor!==H);if(U){let K={code:Ye,detail:`another tab reads it with the cursor ${U.E.cursor}`};t.D({e:"ended",sub:T,fault:K},y)}else b.at?(n.set(y,P),f?m=Sr(
m,b.at):!i||b.at.o<i.o||H&&!a?O(Sr(i,b.at)):t.D({e:"open",ch:e,g:s,at:{...i}},y)):(r.push(P),x())},Qt(y){n.delete(y);let b=r.findIndex(T=>T.He===y);return b>=0&&
r.splice(b,1),f?.He===y?(E(),u()):a&&i&&n.size&&!v().some(T=>T.E.cursor)?O(i):o(),n.size||f||r.length?!1:(E(),!0)},d(y,b,T,H,P){let U=n.get(y);U&&(b===s&&(U.H=[
U.H[0]+T[0],U.H[1]+T[1]]),H!==void 0&&([U.d,U.S]=[H,P??""]),o())},rt(y,b){if(!f)return;let T=f,H={term:y,o:b,earlier:T.E.term?T.E.earlier??[]:[]};f=void 0,T.d=b,
T.S=y,n.size||(m=void 0),n.set(T.He,T),t.D({e:"subscribed",sub:T.M,term:y,o:b},T.He),m&&m.o<b?O(m):g(H),x()},U(y){if(i){for(let b of y)"gap"in b?i={term:b.term,
o:b.after,earlier:b.earlier}:"term"in b?i={...i,term:b.term,earlier:b.earlier}:(i.o=b.o,d[0]++,d[1]+=b.data.length);t.D({e:"stream",ch:e,items:y},h())}},jt(y){s=
0;let b=f?[f]:[...n.values()];for(let T of b)t.D({e:"ended",sub:T.M,...y&&{fault:y}},T.He),n.delete(T.He);return f||(i=void 0),u(),!n.size&&!f}};return l}var Tr=1e3,Lo=1e3,$o=1e3,Ro=1e3;function Cr(e,t){let n=new Map,r=new Map,s=new Map,a=new Map,i=new Map,d=new Map,c=0,w=!0,f,m,h,v=[],E,$=[],O=[],g,x=[],u=()=>{let _=x;
x=[];for(let C=0;C<_.length;){let R=_[C][1],p=[];for(;C<_.length&&_[C][1]===R;C++)p.push(_[C][0]);e.D(p,R)}},o=(_,C)=>{x.push([_,C])===1&&queueMicrotask(u)},l=_=>n.
get(_)?.bt,y=(_,C)=>{if(!(!C.Yt||!C.bt||!h)){C.Yt=!1;for(let R of i.values())n.has(Er(R.id))||o(R,_)}},b=()=>{for(;v.length&&(!h.full||v.length>Ro);)f.l(v.shift())},
T=_=>{let C=Er(_.id),{status:R,producer:p="",number:B=0}=_;if(_.end?i.delete(_.id):i.has(_.id)&&Object.assign(i.get(_.id),p?{status:R,producer:p,number:B}:{status:R}),
l(C))return o(_,C);o(_),_.end&&(d.set(_.id,_),d.size>$o&&d.delete(d.keys().next().value))},H=_=>{if(!(E&&_.e!=="closed"&&(_.e!=="entry"||/pending|sent/.test(_.status)))&&
!(g&&_.e!=="closed"))switch(_.e){case"status":return _.status.state==="failed"&&_.status.fault?.code===Ze&&(g=setTimeout(N,Tr),_={e:"status",status:{..._.status,
state:"waiting",retryAt:Date.now()+Tr}}),m=_,o(_);case"outbox":h=_;for(let[C,R]of n)y(C,R);o(_);for(let[C,R]of $.splice(0))I.K(C,R);return S(),b();case"restored":
return void i.set(_.id,_);case"entry":return T(_);case"subscribed":case"records":case"ended":return P(_);case"reply":case"stats":{let C=a.get(_.id);return a.delete(
_.id),C&&o({..._,id:C[1]},C[0])}case"closed":return g?void 0:(E||o(_),u(),E?.());default:o(_)}},P=_=>{let C=s.get(_.sub);_.e==="ended"&&s.delete(_.sub),C?.M()===
_.sub&&(_.e==="records"?C.U(_.items):_.e==="subscribed"?C.rt(_.term,_.o):_.e==="ended"&&C.jt(_.fault)&&r.delete(C.be))},U=_=>{let C=r.get(_);return C||(C=_r(_,{
$r:R=>(s.set(++c,R),c),l:R=>f.l(R),D:o}),r.set(_,C)),C},K=(_,C)=>{if(O)return void O.push([_,C]);let R=U(C.cmd.ch);n.get(_)?.j.set(C.cmd.sub,R),R.Xt(_,C)},Q=(_,C)=>{
C.Qt(_)&&r.get(C.be)===C&&r.delete(C.be)},S=()=>{if(!O||!h||w&&[...n.values()].some(C=>!C.bt))return;let _=O.sort(([,C],[,R])=>(C.at?.o??1/0)-(R.at?.o??1/0));O=
void 0;for(let[C,R]of _)n.has(C)&&K(C,R)},M=(_,C,R)=>{let p="sub"in R?C.j.get(R.sub):void 0;switch(R.c){case"join":return K(_,R);case"unsubscribe":return C.j.delete(
R.sub),O=O?.filter(([B,W])=>B!==_||W.cmd.sub!==R.sub),p&&Q(_,p);case"done":return p?.d(_,R.g,R.took,R.o,R.term);case"call":case"stats":return a.set(++c,[_,R.id]),
f.l({...R,id:c});case"cancel":for(let[B,[W,ee]]of a)W===_&&ee===R.id&&f.l({...R,id:B});return;case"publish":{let B=d.get(R.id);return d.delete(R.id),B?o(B,_):(i.
set(R.id,{...R,e:"restored",status:"pending",producer:"",number:0}),v.push(R),b())}default:f.l(R)}},F=()=>{clearTimeout(D),clearTimeout(g)},I={On(_,C,R){l(_)?I.Y(
_):n.has(_)||e.mt(_);let p={bt:!0,Yt:C,j:new Map};n.set(_,p),m&&o(m,_),y(_,p),h&&o(h,_),I.K(_,R),S()},K(_,C){let R=n.get(_);if(!E){if(!h)$.push([_,C]);else if(R)
for(let p of C)M(_,R,p)}},Y(_){let C=n.get(_);n.delete(_);for(let R of new Set(C?.j.values()))Q(_,R);for(let[R,[p]]of a)p===_&&a.delete(R);S()},V(_){if(F(),g)return _();
E=_,f.l({c:"close",drain:0}),u()},ce(){F(),u(),E=()=>{},f.l({c:"close",drain:-1})}},D=setTimeout(()=>{w=!1,S()},Lo);for(let _ of t)n.set(_,{bt:!1,Yt:!1,j:new Map}),
e.mt(_);let N=()=>{g=void 0,f=e.Zt(H)};return N(),I}var Er=e=>e.slice(0,e.indexOf(":"));var Lr=e=>({E:e,X:void 0,xe:0,Mn:void 0,en:0,$:!1,d:0,ht:[0,0],Q:[0,0]}),$r=(e,t,n)=>{let{earlier:r=[]}=e.E;e.X={term:t,o:n,earlier:e.E.term?r:[]},e.xe=e.d=n},Rr=(e,t,n)=>{
e.en=n,e.Mn={...t},e.Q=[...e.ht]},Ar=(e,t)=>t.map((n,r)=>{let s=Math.min(n,e.Q[r]);return e.Q[r]-=s,e.ht[r]-=n,n-s});var Or=e=>[...e.earlier,[e.term,e.o]],Mr=(e,t)=>e.earlier.length>=7&&t<=e.earlier[0][1]?void 0:e.earlier.find(([,n])=>t<=n)?.[0]??e.term,Ao=(e,t,n,r)=>{if(n.term===
e.term||!e.term||r<=t||!e.o)return!1;let[s,a]=r>e.o?[e.term,Mr(n,e.o)]:[Mr(e,r),n.term];return s!==void 0&&a!==void 0&&s!==a},Ho=(e,t)=>{let n=new Map(Or(t)),r=Or(
e);for(let s=r.length;s--;){let[a,i]=r[s];if(n.has(a))return{term:a,o:Math.min(i,n.get(a)),earlier:r.slice(0,s)}}return{term:"",o:0,earlier:[]}};function Hr(e,t){
let{X:n,Mn:r}=e,s={r:[],gt:[0,0],Ln:!1};if(!n||!r||r.o>n.o)return s;for(let a of t)if("gap"in a)Fo(n,r,a,s.r);else if("term"in a)r.term=a.term,r.earlier=a.earlier;else if(Ao(
n,e.xe,r,a.o)){let i=Ho(n,{...r,o:a.o});return s.r.push({gap:"fork",from:i.o+1,to:n.o,term:i.term,after:i.o,earlier:i.earlier}),Object.assign(n,i),s.Ln=!0,r.o=Number.
POSITIVE_INFINITY,s}else{r.o=a.o;let i=a.data.length;a.o>n.o?((!e.$||n.term!==r.term)&&s.r.push({term:r.term,earlier:r.earlier}),e.$=!0,Object.assign(n,r),s.r.push(
a),e.ht[0]++,e.ht[1]+=i):(s.gt[0]++,s.gt[1]+=i)}return s}var Fo=(e,t,n,r)=>{let s={term:n.term,o:n.after,earlier:n.earlier},a=n.gap==="fork";Object.assign(t,s),
(a?e.o>n.after:n.to>e.o)&&(r.push({...n,from:a?n.after+1:Math.max(n.from,e.o+1),to:a?e.o:n.to}),Object.assign(e,s))};var Po=256,xt=(e,t)=>({code:e,detail:t});function Fr(e){let t=new Map,n=new Set,r=new Set,s=new Map,a=new Map,i="",d="",c,w=!1,f=!0,m,h,v=!1,E=!1,$=[],O=0,g,x=!1,
u=()=>{let k=$;if($=[],!(!i||!k.length)){for(let L of k)L.c==="publish"&&(t.get(L.id).F=!0),L.c==="call"&&s.has(`call${L.id}`)&&(s.get(`call${L.id}`).F=!0);m?m.K(
e.q,k):I.l("want",{e:d,list:k},i)}},o=k=>{$.push(k)===1&&queueMicrotask(u)},l=({E:k,X:L,d:j})=>({c:"join",cmd:k,...L&&{at:{...L},done:j}}),y=k=>{for(let[L,{E:j,
F:Y}]of s)!Y||j.c!=="call"||j.key||(s.delete(L),e.C({e:"reply",id:j.id,fault:xt(Ce,"the tab that made it is gone"),type:0,data:new Uint8Array}));if(k)for(let[L,
{F:j}]of t)j&&(t.delete(L),e.C({e:"entry",id:L,status:"unknown",end:!0,fault:xt(Ae,"the tab that sent it is gone")}))},b=()=>[...[...t.values()].map(k=>k.E),...[
...a.values()].map(l),...[...s.values()].map(k=>k.E)],T=(k,L)=>{if(!v||i&&L===d)return;d&&L!==d&&y(!c?.durable),$=[],i=k,d=L;let j=b(),Y={e:L,fresh:f,list:j};for(let $e of[
...t.values(),...s.values()])$e.F=!0;m?m.On(e.q,Y.fresh,j):I.l("hello",Y,k)},H=(k,L,j)=>{let Y=Hr(L,j);Y.r.length&&e.C({e:"records",sub:k,items:Y.r}),Y.gt[0]&&o(
{c:"done",sub:k,g:L.en,took:Y.gt}),Y.Ln&&o(l(L))},P=k=>{if(!c)return;let L=c.full||r.size>=Po;!k&&L===w||(w=L,e.C({...c,full:w}))},U=k=>{let L=t.get(k.id);if((k.
number||k.end)&&r.delete(k.id),L&&(L.ve=k.status),(L||n.has(k.id))&&e.C(k),!k.end)return P();t.delete(k.id),n.delete(k.id),P(),g&&!t.size&&B()},K=k=>{switch(k.e){case"\
entry":return U(k);case"restored":return n.add(k.id),e.C(k);case"outbox":return c=k,f=!1,P(!0);case"reply":case"stats":return s.delete((k.e==="reply"?"call":"st\
ats")+k.id)?e.C(k):void 0;case"subscribed":{let L=a.get(k.sub);return L&&$r(L,k.term,k.o),L&&e.C(k)}case"ended":return a.delete(k.sub)?e.C(k):void 0;case"open":case"\
stream":for(let[L,j]of a)j.E.ch===k.ch&&(k.e==="open"?Rr(j,k.at,k.g):H(L,j,k.items));return;case"records":return;case"closed":return ee("failed");default:e.C(k)}},
Q=(k,L)=>{L!==e.q&&I.l("news",{e:d,list:k},L),(!L||L===e.q)&&k.forEach(K)},S=k=>I.l("lead",{e:d},k),M=async()=>{let k=`holdfast ${e.Xe} tab `,L=++O,j=`${e.q} ${L}`,
{held:Y=[]}=await navigator.locks.query();if(L!==O||x)return;let $e=Y.flatMap(Re=>Re.name?.startsWith(k)?[Re.name.slice(k.length)]:[]);m=Cr({Zt:e.Zt,D:Q,mt:Re=>Re!==
e.q&&I.mt(Re)},$e),T(e.q,j),S()},F=k=>{if(k.t==="who")return m&&S(k.from);if(k.t==="lead")return m||typeof k.e!="string"?void 0:T(k.from,k.e);if(Array.isArray(k.
list)){if(k.t==="news"){for(let L of k.list)(k.e===d||L.e==="entry"&&L.end)&&K(L);return}!m||k.e!==d||(k.t==="hello"?m.On(k.from,!!k.fresh,k.list):k.t==="want"&&
m.K(k.from,k.list))}},I=kr(e.Xe,e.q,{Lr:()=>{M().catch(R)},Or:F,Y:k=>m?.Y(k),Mr:k=>{m?S():k==="lead"&&R()}}),D=()=>{I.Xt().then(()=>{v=!0,I.l("who",{})},R)},N=()=>{
O++,m?.ce(),m=void 0,v=!1,i="",I.Qt()},_=()=>{h||E||x||(u(),E=!0,N())},C=()=>{!E||h||x||(E=!1,e.C({e:"status",status:{state:"connecting",attempt:0}}),D())},R=()=>{
if(h||x)return;N(),y(!0),h=e.Rr();let k=b();for(let L of[a,t,s])L.clear();for(let L of k)L.c!=="join"?h.l(L):h.l({...L.cmd,...L.at&&{...L.at,at:"position"}})},p=[
[document,"freeze",_],[document,"resume",C],[globalThis,"pagehide",_],[globalThis,"pageshow",C]];for(let[k,L,j]of p)k.addEventListener(L,j);let B=()=>{x||(x=!0,
u(),m?m.V(()=>ee("closed")):ee("closed"))},W=xt(ie,"the session was closed"),ee=k=>{x=!0,clearTimeout(g);for(let[j,Y,$e]of p)j.removeEventListener(Y,$e);m=void 0,
N(),k==="closed"&&e.C({e:"status",status:{state:k,attempt:0}});for(let j of a.keys())e.C({e:"ended",sub:j});for(let[j,{ve:Y}]of t)e.C({e:"entry",id:j,status:Y,end:!0,
fault:W});for(let{E:j}of s.values())Xe(j);let{size:L}=t;for(let j of[a,t,s])j.clear();e.C({e:"closed",left:L})},Xe=k=>{k.c==="publish"&&e.C({e:"entry",id:k.id,status:"\
failed",end:!0,fault:W}),k.c==="call"&&e.C({e:"reply",id:k.id,fault:W,type:0,data:new Uint8Array}),k.c==="subscribe"&&e.C({e:"ended",sub:k.sub,fault:W})},kt=k=>{
if(h)return h.l(k);if(x||g&&k.c==="publish")return Xe(k);switch(k.c){case"publish":return t.set(k.id,{E:k,F:!1,ve:"pending"}),r.add(k.id),o(k),P();case"call":case"\
stats":return s.set(k.c+k.id,{E:k,F:!1}),o(k);case"cancel":return s.delete(`call${k.id}`),o(k);case"subscribe":{let L=Lr(k);for(let j of a.values())if(j.E.ch===
k.ch)return e.C({e:"ended",sub:k.sub,fault:xt(Ye,"by this page")});return a.set(k.sub,L),o(l(L))}case"unsubscribe":return a.delete(k.sub)?(o(k),e.C({e:"ended",sub:k.
sub})):void 0;case"done":{let L=a.get(k.sub);return L?(k.o!==void 0&&(L.d=k.o),o({...k,g:L.en,took:Ar(L,k.took)})):void 0}case"close":return g?void 0:(g=setTimeout(
B,k.drain),e.C({e:"status",status:{state:"closing",attempt:0}}),void(t.size||B()));default:o(k)}};return D(),{l:kt}}var Io=e=>{let t="holdfast tab";try{return sessionStorage.getItem(t)||sessionStorage.setItem(t,e),sessionStorage.getItem(t)}catch{return e}},Pr=()=>(e,t,n)=>{let r=()=>e(
t,`:${Io(n.page)}`);return vr()?Fr({Xe:JSON.stringify([n.url,n.user,n.outbox]),q:n.page,C:t,Zt:e,Rr:r}):r()};function Ir(e){let t=Pr(),n=!1,r=!1,s=1;async function a(){let{held:c=[]}=await navigator.locks?.query()??{},w=c.filter(f=>/^holdfast .* tab [^ ]+$/.test(f.name??
"")).length;w!==s&&(s=Math.max(1,w),e())}setInterval(()=>{a().catch(()=>{})},1e3);let i=(c,w,f)=>t((m,h)=>(n=!0,r=!1,e(),c(v=>{v.e==="status"&&(r=v.status.state===
"open"),v.e==="closed"&&(n=!1,e()),m(v)},h)),w,f),d=()=>ne(s-1,"other tab");return{share:i,connected:()=>n&&r,brief(){return s<2?"":n?`${d()} ${s===2?"shares":"\
share"} this connection.`:"Through another tab’s connection."},words:()=>`${s}, ${n?"this":"another"} one has the connection`}}var Do=50,rn=JSON.parse(A("codes").textContent??"{}"),ce=fr(rn),Nr=()=>new URLSearchParams(location.search).get("channel")||"chat:lobby",Dr=(e,t)=>t>e?`Records ${e}\
–${t} are`:`Record ${e} is`,Me="",ge=0,tn=new AbortController,Je=!1,Le=!0,nn=!1,me=()=>{nn||setTimeout(jo),nn=!0},Br=mr(()=>{Ve.renewed(),X.state==="waiting"&&
X.reconnect(),me()}),vt=Ir(me),X=new ze("ws",{agent:"holdfast-page",outbox:Ct({name:"page"}),tabs:vt.share,token:()=>Br.next(vt.connected()||Ve.refused())}),Ve=pr(
X,ce,rn,Br),se=yr(me),wt=new Map,ye=wr(ce,se,e=>Ur(e.payload,e.channel),me);hr(()=>X.stats(),()=>({outbox:X.outbox?.durable?"in this browser, on disk":"in this \
tab",tabs:vt.words()}));function Ur(e,t=Me){if(X.outbox?.full)return`${ce.sentence({code:4350})} Wait until some are stored, or dismiss those that failed.`;try{
jr("json"in e?X.publish(t,Jt(e.json),{type:"json"}):X.publish(t,"text"in e?e.text:e.bytes),e)}catch(n){return ce.sentence(Te(n))}return Le=!0,me(),""}function jr(e,t){
let n={channel:e.channel,payload:t,at:Date.now(),status:e.status};wt.set(e,n),e.kept.then(()=>{n.kept=!0,me()},()=>{}),ye.add(n)}var No=e=>typeof e=="string"?{text:e}:
e instanceof Uint8Array?{bytes:e}:{json:JSON.stringify(e)};X.addEventListener("message",({detail:e})=>{wt.has(e)||jr(e,No(e.data));let t=wt.get(e);t.status=e.status,
t.fault=e.error&&Te(e.error),e.ack&&Object.assign(t,{offset:e.ack.offset,synced:e.ack.synced,copies:e.ack.copies}),e.status!=="pending"&&e.status!=="sent"&&wt.delete(
e),me()});X.addEventListener("held",({detail:e})=>{let t=Math.max(1,Math.ceil((e.at-Date.now())/1e3));e.channel===Me&&ye.held(`${ce.sentence(Te(e.error))} It is\
 tried again in ${t} s.`)});X.addEventListener("lost",({detail:{channel:e,from:t,to:n}})=>{let r={code:4322,detail:`your messages ${t}–${n} in ${e}`};se.notice(
`${ce.sentence(r)} ${ce.advice(4322)}`)});function Bo(e){if(e.gap===void 0){let a=e.type==="json"?{json:e.text()}:e.type==="text"?{text:e.text()}:{bytes:e.bytes};
se.startsAfter(e.offset-1),se.record(e.offset,a,e.time,e.user),ge=e.offset;return}let{gap:t,from:n,to:r}=e;if(t!=="fork"){ge=r,se.notice(`${Dr(n,r)} no longer k\
ept.`);return}ge=n-1,se.forked(n);let s=ge?`goes on after record ${ge}`:"begins anew";se.notice(`${Dr(n,r)} no longer in the channel: the server’s store was res\
tarted or restored, and the log ${s}.`)}async function Uo(e,t){let n;for(;!t.aborted;){let r=X.subscribe(e,{from:n===void 0?{last:Do}:{checkpoint:n},signal:t});
r.ready.then(s=>{t.aborted||(n??=s,Je=!0,ge=Math.max(ge,Number(s.split(" ")[0].split("@")[1])),me())},()=>{});try{for await(let s of r)Bo(s),n=s.checkpoint}catch(s){
let a=Te(s),i=X.state!=="failed"&&["now","later"].includes(yt(rn,a.code));if(se.notice(`${e} is not subscribed. ${ce.sentence(a)} ${i?"It is asked again by itse\
lf.":ce.advice(a.code)}`),!i)return;await new Promise(d=>setTimeout(d,1e3))}}}function on(e){tn.abort(),tn=new AbortController,Me=e,ge=0,Je=!1,Le=!0,se.clear(),
ye.clear(),A("newest").hidden=!0,A("channel").value=e,A("empty-command").textContent=`echo hello | holdfast publish ${location.origin} ${e}`,document.title=`${e}\
 · Holdfast`,Ee(A("channel"),A("channel-mistake"),""),Uo(e,tn.signal),me()}var qr=()=>requestAnimationFrame(()=>A("view").scrollTo({top:A("view").scrollHeight,
behavior:"instant"})),Wr=()=>({waiting:ye.waiting(),since:ye.since(),kept:ye.kept(),tabs:vt.brief()});function jo(){nn=!1,ye.refresh(Me,Je?ge:0);let e=se.empty()&&
ye.empty();A("empty").hidden=!e,V(A("empty-text"),Je?`Nothing in ${Me} yet.`:"Records appear here as soon as there is a connection."),A("empty-hint").hidden=!Je;
let t=se.hidden();V(A("before"),t?`${t.toLocaleString()} earlier record${t===1?" is":"s are"} not shown here.`:""),se.settle(),Ve.show(Wr()),Le?qr():A("newest").
hidden=!1}X.addEventListener("status",()=>{Ve.changed(),me()});setInterval(()=>Ve.show(Wr()),250);lr(Ur);A("chooser").onsubmit=e=>{e.preventDefault();let t=A("c\
hannel").value.trim(),n=t===""||Jt(t).length>255||/[\p{C}\p{Z}"\\\uFFFD]/u.test(t);Ee(A("channel"),A("channel-mistake"),n?`${ce.sentence({code:4304})} ${ce.advice(
4304)}`:""),!(n||t===Me)&&(history.pushState(null,"",`?channel=${encodeURIComponent(t)}`),on(t),A("message").focus())};A("retry").onclick=()=>{X.state==="failed"?
location.reload():X.reconnect(),A("message").focus()};A("newest").onclick=()=>A("view").scrollTo({top:A("view").scrollHeight});A("view").onscroll=()=>{let{scrollTop:e,
clientHeight:t,scrollHeight:n}=A("view");Le=n-e-t<40,Le&&(A("newest").hidden=!0)};new ResizeObserver(()=>Le&&qr()).observe(A("view"));window.onpopstate=()=>on(Nr());
window.onbeforeunload=e=>{X.outbox?.durable===!1&&ye.waiting()>0&&e.preventDefault()};pe("");on(Nr());})();
