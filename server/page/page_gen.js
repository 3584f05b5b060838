// Generated from web/page and sdk/ts/src by npm run page in sdk/ts. DO NOT EDIT.
"use strict";(()=>{var In="1002s protocol_error";var Dn="1006n abnormal";var Nn="4000n heartbeat_timeout",Bn="4001n write_timeout";var Un="4009n timeout";var He="4107l disconnected";var qn="4110l at_capacity";var ft="4300s bad_frame";var jn="4304s bad_channel";var Wn="4309s bad_payload";var Gn="4312s already_subscribed";var Je="4315s unknown_outcome";var Me="4321s bad_argument";var Bt="4326s dropped";var Ut="4350s outbox_full",pt="4351s outbox_locked";var zn="4353s outbox_mismatch";var le="4357s closed";var Jn="4359s not_holdfast",Kn="4360s canceled",Ne="4361s io",Vn="4362s retries_exhausted";var Xn=`400s http_bad_request
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
4363s queue_full`;var q=class extends Error{name="HoldfastError";code;codeName;op;detail;constructor(t,n,r="",o){let s=t.slice(t.indexOf(" ")+1);super(`${n}: ${r&&`${r} `}(${s})`,
o===void 0?void 0:{cause:o}),this.code=Number.parseInt(t,10),this.codeName=s,this.op=n,this.detail=r}};var Xo=3e3,Qn=2e3,Yn=e=>Math.abs(Date.now()-e)>7e3,qt=e=>new q(pt,`open outbox ${e}`,"another page uses it"),Zn=async e=>{let t=globalThis.navigator?.locks;return t&&
new Promise((n,r)=>{t.request(`holdfast:${e}`,{signal:AbortSignal.timeout(Xo)},()=>new Promise(o=>n(o))).catch(()=>r(qt(e)))})},er=async(e,t)=>{for(let n=9;;n--){
try{return await t()}catch(r){if(!e||!n)throw r}await new Promise(r=>setTimeout(r,1e3))}};var Qo=7*864e5,tr=(e={})=>({...e,durable:!1}),mt=()=>({Lt:[],Ge:[],$:new Map,ze:new Map}),nr=async(e,t,n,r,o)=>{let s=mt(),i=[],a=[],c=new Map,b=[],l;for(let[u,
p]of n)typeof u=="number"?i.push(p):Array.isArray(u)?a.push(p):u==="marks"?b=p:u==="user"?l=p:`${u}`.startsWith("page ")&&c.set(`${u}`.slice(5),p);if(i.sort((u,p)=>u.
id-p.id),t&&l!==t){if(i[0])throw new q(zn,`open outbox ${e}`,`it belongs to user "${l}", not to "${t}"`);s.be=t;for(let u of a)s.$.set(u.ch+u.p,[u.ch,u.p]);a=[]}
for(let u of i){let p=b.find(g=>u.id<=g.id);p&&!u.sent&&(Object.assign(u,{sent:p.sent,mem:p.mem}),s.Lt.push(u))}for(let[u,[,p]]of c)p<Date.now()-Qo&&s.ze.set(u,
void 0);return s.he=[],await r(s),{ie:i,$:a,ze:c,cn:r,te:o}};var jt="outbox",Yo=e=>new Promise((t,n)=>{e.onsuccess=()=>t(e.result),e.onerror=()=>n(e.error)}),Wt=(e={})=>{let t=e.name??"holdfast";return{...e,name:t,durable:!0,
ae:(n,r,o="")=>Zo(t+o,n,r)}},Zo=async(e,t,n)=>{let r=u=>u instanceof q?u:new q(Ne,`outbox ${e}`,"IndexedDB failed",u),o=await Zn(e),s=o?0:Math.random(),i,a,c=!1,
b=()=>{clearInterval(i),c&&l(u=>u.delete("owner")).catch(()=>{}),a?.close(),o?.()},l=u=>new Promise((p,g)=>{let E,C=a.transaction(jt,"readwrite",{durability:"st\
rict"}),w=C.objectStore(jt);if(C.oncomplete=()=>p(),C.onabort=()=>g(r(E??C.error)),!s)return u(w);let L=w.get("owner");L.onsuccess=()=>{L.result&&L.result[0]!==
s&&(c||!Yn(L.result[1]))?(E=qt(e),C.abort()):(c=!0,w.put([s,Date.now()],"owner"),u(w))}});try{let u=globalThis.indexedDB.open(`holdfast:${e}`,1);u.onupgradeneeded=
()=>u.result.createObjectStore(jt),a=await Yo(u),a.onclose=()=>n(r(void 0));let p=[],g=w=>{w.openCursor().onsuccess=L=>{let h=L.target.result;h&&(p.push([h.key,
h.value]),h.continue())}};await er(s,()=>l(g));let C=nr(e,t,p,w=>l(L=>es(L,w)),b);return s&&(i=setInterval(()=>l(()=>{}).catch(n),Qn)),await C}catch(u){throw b(),
r(u)}},es=(e,t)=>{for(let n of t.Lt)e.put(n,n.id);for(let n of t.Ge)e.delete(n);for(let n of t.$.values())Array.isArray(n)?e.delete(n):e.put(n,[n.ch,n.p]);t.be!==
void 0&&e.put(t.be,"user"),t.he&&e.put(t.he,"marks");for(let[n,r]of t.ze)r?e.put(r,`page ${n}`):e.delete(`page ${n}`);e.transaction.commit()};var bt=()=>EventTarget,ae=(e,t,n)=>e.dispatchEvent(new CustomEvent(t,{detail:n})),xe=()=>{let e={};return e.de=new Promise((t,n)=>{e.ge=t,e.ye=n}),e.de.catch(()=>{}),
e},be=(e,t)=>new q(e.code,e.op??t,e.detail);var Ke=class extends bt(){id;channel;data;status;producer;number;ack;error;d=xe();Le=xe();constructor(t,n,r,o="pending"){super(),this.id=t,this.channel=n,this.data=
r,this.status=o}get done(){return this.d.de}get kept(){return this.Le.de}Je(t){let n=t.status!==this.status||!!t.end;return this.status=t.status,t.number&&(this.
producer=t.producer,this.number=t.number,this.Le.ge()),t.end&&(this.ack=t.ack,t.ack&&this.d.ge(t.ack),t.fault&&(this.error=be(t.fault,`publish to ${this.channel}`),
this.d.ye(this.error),this.Le.ye(this.error))),n&&ae(this,"status",this.status),n}};var rr="ch:a n o data:d content:c h:h p:X term:x ts by:a id code:k detail:s retry count:u synced:f dup:f skipped:f copies:u sent mem:x from to at:w after gen wa\
nt cursor:a user:a session:X why:w token:s process:x counter agent:a subs:o results:o earlier:e last since window:p max_in_flight:p max_window:p heartbeat max_m\
essage:u max_subs:u dedupe clock name:a key:s successor:X first head version url:s delay pending",or="hello!B?@CD)EF publish!#)$67('& skip!#)89U subscribe!-#:*%\
H[IJ>K unsubscribe!-# ack!#%< call!-ST'& refresh!BZ ping!- pong!- bye!./",sr="welcome!@?ENOLMPQ725RG stored!#)$1%2345 refused!#)$.0=/ record!#%*+,('& pass!#%* g\
ap!#89*;A subscribed!-#*%VW<./0 unsubscribed!-#./ reply!-./'& join!#?@*X'& leave!#?@*X receipt!#>?% reconnect!ZY.",ht={at:["head","start","position","last","tim\
e"],why:["","retention","fork"]};var gt=class extends q{offset;constructor(t,n=""){super(ft,"read a message",`byte ${t}${n&&`: ${n}`}`),this.offset=t}};var Gt=[void 0,...rr.split(" ").map((e,t)=>{let[n="",r="n"]=e.split(":");return{ln:n,fn:r,pn:t*4+4+("nukfwc".includes(r)?0:r==="x"?1:r==="X"?3:2),$t:"heo".includes(
r)}})],yt=(()=>{let e=Object.create(null),t=(n,r)=>{for(let[o,s]of n.split(" ").entries()){let[i="",a=""]=s.split("!");e[r+o]=e[i]={In:r+o,st:i,mn:[...a].map(c=>Gt[c.
charCodeAt(0)-34])}}};return t(or,1),t(sr,32),e})(),xt={n:2**53-1,u:2**32-1,k:65535,f:1,c:2,a:255,s:4096,h:64,e:8,o:1024},zt={h:"as",e:"xn",p:"uu"},Jt=e=>yt[e===
"subs"?"subscribe":"subscribed"];var ts=new TextDecoder("utf-8",{fatal:!0,ignoreBOM:!0}),ns=new TextEncoder,Ve,V,fe,he,pe=e=>{throw new gt(e)},Oe=()=>{let e=0;for(let t=0,n=1;;t++,n*=128){V>=fe&&
pe(fe);let r=Ve[V++];if((t>9||t>8&&r<128&&r>1)&&pe(he),e+=(r&127)*n,r<128)return e}},Be=e=>(e>fe-V&&pe(fe),V+=e,Ve.subarray(V-e,V)),rs=e=>e?Be(e>2?16:e>1?Oe():8):
Oe(),ar=(e,t)=>{if("as".includes(e)){let r=Be(Oe());try{if(r.length<=xt[e])return ts.decode(r)}catch{}pe(he)}if(e==="d")return Be(Oe());if("xX".includes(e)){let r=Array.
from(Be(e==="x"?8:16),o=>(o+256).toString(16).slice(1)).join("");return/[^0]/.test(r)?r:""}if("heop".includes(e)){let r=fe,o=Be(Oe()).length;fe=V,V-=o;let s=e===
"o"?dr(Jt(t),{}):[...zt[e]].map(i=>ar(i,t));return V<fe&&pe(V),fe=r,s}let n=Oe();if(e==="w"){let r=ht[t];return n>0&&(r[n]??(r[0]&&pe(he)))}return n>xt[e]&&pe(he),
e==="f"?n>0:n},dr=(e,t)=>{let n=[];for(;V<fe;){he=V;let r=Ve[V]&3,o=Oe(),s=Gt[Math.floor(o/4)];if((o<4||s&&(s.pn!==o||n.includes(s)))&&pe(he),s&&!s.$t&&n.push(s),
he=V,!s||!e.mn.includes(s))rs(r);else{let{ln:i,fn:a,$t:c}=s;t[i]?.length>=xt[a]&&pe(he);let b=ar(a,i);c?(t[i]??=[],t[i].push(b)):b&&b.length!==0&&(a!=="p"||b[0]||
b[1])&&(t[i]=b)}}return t},os=(e,t)=>{typeof e=="string"&&pe(0);let n=new Uint8Array(e);for(let r=0;r<n.length;){Ve=n,he=V=r,fe=n.length;let o=Oe();Be(o),o||pe(
he),r=fe=V,V-=o;let s=yt[Ve[V++]];if(s&&t(dr(s,{t:s.st}))===!1)return}},ge=new Uint8Array(1024),se=0,wt=e=>{if(se+e>ge.length){let t=ge;ge=new Uint8Array((se+e)*
2),ge.set(t)}},Xe=e=>{for(wt(8);e>127;e=Math.floor(e/128))ge[se++]=e%128+128;ge[se++]=e},ir=e=>{wt(e.length),ge.set(e,se),se+=e.length},ur=e=>{wt(1);let t=++se;
e();let n=se-t,r=0;for(let o=n;o>127;o>>=7)r++;wt(r),ge.copyWithin(t+r,t,se),se=t-1,Xe(n),se+=n},cr=(e,t,n)=>{if("xX".includes(e))ir(n.padStart(16,"0").match(/../g).
map(r=>Number.parseInt(r,16)));else if("asd".includes(e)){let r=e==="d"?n:ns.encode(n);Xe(r.length),ir(r)}else"heop".includes(e)?ur(()=>{if(e==="o")lr(Jt(t),n);else
for(let r of[0,1])cr(zt[e][r],t,n[r])}):Xe(e==="w"?ht[t].indexOf(n):+n)},lr=(e,t)=>{for(let{ln:n,fn:r,pn:o,$t:s}of e.mn){let i=t[n];if(!(!i||i.length===0||i===ht[n]?.[0]||
r==="p"&&!(i[0]||i[1])))for(let a of s?i:[i])Xe(o),cr(r,n,a)}},ss=e=>{se=0;for(let n of e)ur(()=>{let r=yt[n.t];Xe(r.In),lr(r,n)});let t=ge.slice(0,se);return se>
65536&&(ge=new Uint8Array(1024)),t},fr={bn:"holdfast.v1.bin",Dn:ss,Bn:os};var pr=e=>({D:e,S:0,$e:[],m:"away",it:e.it??"",Nn:0,R:"",hn:0,gn:0,Re:0,dt:3e4,ut:0,Rt:1024,yn:1048576,ue:[],$:[],Ke:new Map,ct:new Map,Ae:0,Ve:0,lt:!1,ce:0,ft:0,
Xe:0,ne:0,_:new Map,Qe:new Map,He:0,xe:0,W:0,Un:0,At:0,le:0,pt:0,we:0});var H=(e,t)=>{e.$e.push(t)},we=e=>e.hn+e.S-e.gn,Qe=e=>({ch:e.U,p:e.G,next:e.A,resolved:e.fe,acked:e.z,mem:e.R,ackedAt:e.mt,forgotten:e.ve,successor:e.pe,sealed:e.Ye}),
Ce=e=>Math.floor(e/100);var vt=(e,t,n)=>e.Ke.get(n+t),St=(e,t,n)=>vt(e,t,n||e.D.bt),Kt=e=>e.r.length-e.O,Fe=(e,t,n)=>({me:n?"record":"skip",J:!1,re:!!n&&!!(n.sent||n.mem),b:n,x:n?n.id:
0,ke:n?n.size:0,K:e,q:t}),br=(e,t)=>({...Fe(e.A,e.A-1),me:"seal",x:t}),Ze=e=>{for(let t=e.O;t<e.y;t++)e.r[t].J=!1;e.y=e.O,e.oe=e.Fe=e.Ht=0},_t=(e,t)=>{e.O=t,t*2>
e.r.length&&(e.r.splice(0,t),e.y-=t,e.O=0)},Vt=(e,t)=>{e.Ht+=t,e.Fe&&(e.Fe+=t)},hr=e=>e.r[e.O]?.K??e.A,gr=(e,t,n)=>{for(let r of t){let o=kt(e,r.ch,r.p,Math.max(
r.next,r.resolved+1));o.fe=r.resolved,o.pe=r.successor,o.z=r.acked,o.R=r.mem,o.mt=r.ackedAt,o.ve=r.forgotten}for(let r of n){let o=vt(e,r.ch,r.p)??kt(e,r.ch,r.p,
1);mr(o,r.n),o.r.push(Fe(r.n,r.n,r)),o.A=Math.max(o.A,r.n+1),e.Ae=Math.max(e.Ae,r.id),Qt(e,r.expires)}e.Ve=e.Ae;for(let r of e.ue)r.z||(r.ve=Math.max(r.ve,hr(r)-
1));for(let{ch:r,p:o}of t){let s=vt(e,r,o);if(mr(s,s.A),!s.pe){e.ct.set(r,s);continue}s.r.push(br(s,0));let i=vt(e,r,s.pe);i||(i=kt(e,r,s.pe,1),i.Ft=!0,e.ct.set(
r,i)),i.ht=s}for(let r of e.ue)ve(e,r)},mr=(e,t)=>{let n=(e.r.at(-1)?.q??e.fe)+1;n<t&&e.r.push(Fe(n,t-1))},kt=(e,t,n,r)=>{let o={U:t,G:n,A:r,fe:0,z:0,R:"",mt:0,
ve:0,pe:"",ht:void 0,Ye:!1,Ft:!1,r:[],O:0,y:0,Pt:!1,oe:0,Se:0,Pe:0,It:0,Fe:0,Ht:0};return e.Ke.set(n+t,o),e.ue.push(o),o},ve=(e,t)=>{!t.Pt&&t.y<t.r.length&&(t.Pt=
!0,e.$.push(t))},as=(e,t)=>{let n=e.ct.get(t),r=e.D.bt;if(n?.G===r)return n;let o=kt(e,t,r,1);if(e.ct.set(t,o),n){n.pe=r;let s=Qe(n);ds(n,++e.Ae),o.ht=n,ve(e,n),
H(e,{i:"seal",x:e.Ae,gt:s})}return o},ds=(e,t)=>{!Kt(e)&&e.z&&e.r.push(Fe(e.A,e.A++)),e.r.push(br(e,t))},yr=(e,t)=>{let n=as(e,t.U),r=e.D.Dt&&e.m==="open",o=n.A++,
s={id:++e.Ae,ch:t.U,p:n.G,n:o,size:t.ke,sent:r?we(e):0,mem:r?e.R:"",expires:t.ne||0};Qt(e,s.expires),n.r.push({...Fe(o,o,s),re:!1}),ve(e,n),H(e,{i:"persist",b:s})},
xr=(e,t)=>{e.lt=!1;for(let n of e.$)for(let r=n.y;r<n.r.length;r++){let o=n.r[r];!o.re&&o.b&&o.x<=t.x&&(o.b.sent=t.J,o.b.mem=t.R)}},Xt=(e,t,n,r)=>{let o=t.r[n],
s=r===4303?`publish: data has ${o.ke} bytes; the server's limit is ${e.ut}`:"";t.r[n]=Fe(o.K,o.q),H(e,{i:"outcome",b:o.b,Ze:"failed",T:0,yt:!1,Bt:!1,Nt:0,H:r,V:s})},
wr=(e,t,n)=>{n.b&&!n.re&&e.ut&&n.ke>e.ut&&Xt(e,t,t.y,4303)},vr=(e,t,n)=>{for(let r of e.$)for(let o=r.y;o<r.r.length;o++){let s=r.r[o];if(s.x===t&&s.b&&!s.re){Xt(
e,r,o,n),Sr(r,o);return}}},Qt=(e,t)=>{t&&!(e.ne&&t>=e.ne)&&(e.ne=t)},kr=e=>{if(!(!e.ne||e.S<e.ne)){e.ne=0;for(let t of e.$){let n=-1;for(let r=t.y;r<t.r.length;r++){
let{re:o,b:s}=t.r[r];o||!s?.expires||(e.S<s.expires?Qt(e,s.expires):(Xt(e,t,r,4325),n<0&&(n=r)))}n>=0&&Sr(t,n)}}},Ye=e=>e?.me==="skip"&&!e.re,Sr=(e,t)=>{let{r:n,
O:r,y:o}=e,s=Math.max(t-1,o);if(s===r&&Ye(n[s])&&Ye(n[s+1])&&!Ye(n[s+2])){n[s+1].K=n[s].K,e.y++,_t(e,s+1);return}for(let i=s+1;i<n.length;i++){let[a,c]=[n[s],n[i]];
Ye(a)&&Ye(c)&&a.q+1===c.K?a.q=c.q:n[++s]=c}n.length=Math.min(n.length,s+1)},et=(e,t)=>{Ze(e);let n=hr(e);if(t>=n)return;let r=e.r[e.O];r?.me==="skip"&&r.K===n?r.K=
t:e.r.splice(e.O,0,Fe(t,n-1))};var us=64,_r=e=>{for(let t=0;e.$.length&&t<e.$.length&&e.ce<e.Rt;){e.Xe>=e.$.length&&(e.Xe=0);let n=e.$[e.Xe],r=e.$e.length;cs(e,n),t=e.$e.length>r?0:t+1,n.y>=n.r.
length?(n.Pt=!1,e.$.splice(e.Xe,1),t=0):e.Xe++}},cs=(e,t)=>{if(!(t.ht&&!t.ht.Ye||e.S<t.Pe)){if(t.Pe=0,t.Se){if(t.y>t.O)return;et(t,t.Se),t.Se=0}for(let n=0;n<us&&
t.y<t.r.length;n++){wr(e,t,t.r[t.y]);let r=t.r[t.y];if(ls(e,t,r))return;fs(e,t,r)}}},ls=(e,t,n)=>{let r=t.y-t.O;return e.ce>=e.Rt||e.ce&&e.ft+n.ke>e.yn||t.Fe&&r>=
t.Fe||n.me==="seal"&&r?!0:n.re?!1:t.oe?!0:e.D.Dt?n.x>e.Ve?!0:!n.b||n.b.mem===e.R?!1:(e.lt||(e.lt=!0,H(e,{i:"mark",x:e.Ve,J:we(e),R:e.R})),!0):!1},fs=(e,t,n)=>{e.ce++||
(e.le=e.S),e.ft+=n.ke;let{U:r}=t,{b:o,re:s,K:i,q:a}=n,c=t.G===e.D.bt?"":t.G;if(o){let b={t:"publish",ch:r,p:c,n:o.n};s?(b.sent=o.sent,b.mem=o.mem,Tr(e,o)&&t.oe++):
e.D.Dt||(o.sent=we(e),o.mem=e.R),H(e,{i:"publish",E:b,b:o,qn:s})}else H(e,{i:"send",E:{t:"skip",ch:r,p:c,from:i,to:a,successor:n.me==="seal"?t.pe:""}});n.J=n.re=
!0,t.y++},Tr=(e,t)=>t.mem!==e.R||e.Re>0&&we(e)-t.sent>e.Re,Tt=(e,t,n)=>{n.J&&(n.J=!1,e.ce--,e.ft-=n.ke,n.b&&t.oe&&Tr(e,n.b)&&t.oe--)};var Er=(e,t)=>{let n=St(e,t.ch,t.p);if(!n)return;let r=n.O;for(;r<n.y;r++){let s=n.r[r];if(s.q>(t.n||0)||s.me==="seal"&&(r>n.O||!t.skipped))break;Tt(e,n,s),s.me===
"seal"&&(n.Ye=!0),s.b&&ms(e,s.b,t)}if(r===n.O)return;Zt(e,n);let o=n.r[r-1].q;t.skipped||((n.R!==e.R||!Cr(e,n))&&en(n),n.z=o,n.R=e.R,n.mt=we(e)),Vt(n,r-n.O),_t(
n,r),$r(e,n),Mr(e,n,o)},ms=(e,t,n)=>{let r=(n.n||0)-t.n,o=r<(n.count||1),s=o&&!!n.skipped;H(e,{i:"outcome",b:t,Ze:s?"failed":"delivered",T:o&&!s?Math.max(0,(n.o||
0)-r):0,yt:o&&!s&&!!n.dup,Bt:!s&&!!n.synced,Nt:s?0:n.copies||0,H:s?4328:0,V:""})},Zt=(e,t)=>{t.It=e.pt=0,e.le=e.S},en=e=>{e.ve=Math.max(e.ve,e.z)},Mr=(e,t,n)=>{
if(!(n<=t.fe&&!t.Ye)){if(t.fe=Math.max(t.fe,n),t.Ye){Kt(t)||(e.Ke.delete(t.G+t.U),e.ue=e.ue.filter(o=>o!==t));let r=St(e,t.U,t.pe);r?.Ft&&(r.Ft=!1,H(e,{i:"resol\
ved",gt:Qe(r)}))}H(e,{i:"resolved",gt:Qe(t)})}},Or=(e,t)=>{let n=St(e,t.ch,t.p);if(!n)return;let r=t.code||0;r===4302?(e.m="over",H(e,{i:"fail",H:r,V:`lane ${n.G}\
 in ${t.ch}: number ${t.n||0} was used for something else`})):r===4003||r===4316?bs(e,n,t.want||1):Ce(r)===41?hs(e,n,t):gs(e,n,t)},bs=(e,t,n)=>{if(++t.It>3){H(e,
{i:"disconnect",H:4003,V:`lane ${t.G} makes no progress`,X:e.S});return}if(n<=t.z)if(t.R===e.R&&Cr(e,t)){let r=Math.max(n,t.ve+1);r<=t.z&&H(e,{i:"lost",U:t.U,G:t.G,
K:r,q:t.z}),t.z=n-1}else en(t);Lr(e,t),et(t,n),ve(e,t)},Cr=(e,t)=>!e.Re||we(e)-t.mt<e.Re-Math.floor(e.Re/10),Lr=(e,t)=>{for(let n=t.O;n<t.y;n++)Tt(e,t,t.r[n])},
hs=(e,t,n)=>{t.Pe=e.S+(n.retry||1e3),Zt(e,t);let r=t.r.slice(t.O,t.y).findLast(s=>s.q===n.n)?.b;Lr(e,t);let o=t.Ht;Ze(t),n.code===4102&&(t.Fe=Math.max(1,o)),ve(
e,t),H(e,{i:"held",b:r,H:n.code,V:n.detail||"",X:t.Pe})},gs=(e,t,n)=>{let r=t.O;for(;r<t.y&&(t.r[r].q!==n.n||t.r[r].me==="seal");)r++;if(r===t.y)return;let o=t.r[r],
s=n.code===4315,i=n.want||0;Tt(e,t,o),Zt(e,t),s&&(t.Se||=Math.max(i,1),i<=t.z&&en(t)),o.b&&H(e,{i:"outcome",b:o.b,Ze:s?"unknown":"failed",T:0,yt:!1,Bt:!1,Nt:0,H:n.
code||0,V:n.detail||""});let a=r===t.O;Vt(t,1),a?_t(t,r+1):(t.r.splice(r,1),t.y--),$r(e,t),a&&Mr(e,t,n.n)},$r=(e,t)=>{t.y===t.O&&t.Se&&(et(t,t.Se),t.Se=0),ve(e,
t)};var Rr=e=>e.d<=e.F||e.T<=e.F?0:Math.floor(e.xt*(e.d-e.F)/(e.T-e.F)),Et=e=>e.m==="open"&&e.d>e.F,Ar=e=>{e.xt-=Rr(e),e.F=e.d},tn=(e,t)=>{t.He=++e.He,t.m="asked",t._e=
0,Ar(t);let n={...t.Ie,id:t.He,window:[t.B,t.Te]};return t.Ut?{...n,at:"position",term:t.w,o:t.T,last:0,since:0,earlier:t.P,pending:t.T-t.d}:n},Hr=(e,t)=>{let{C:n,
Ie:r,qt:o}=t;if(e.Qe.has(r.ch)){H(e,{i:"ended",C:n,H:4312,V:""});return}let s=!!(o&&(o.term||o.offset)),i=s?o.offset:0,a={x:n,m:"away",Ie:r,He:0,Ut:s,w:s?o.term:
"",T:i,P:s?o.earlier:[],xn:0,B:r.window?.[0]||e.D.Q?.[0]||512,Te:r.window?.[1]||e.D.Q?.[1]||1<<20,d:i,F:i,xt:0,jt:0,_e:0};e._.set(n,a),e.Qe.set(r.ch,a),e.m==="o\
pen"&&Mt(e,a)},Mt=(e,t)=>{H(e,{i:"send",C:t.x,E:{t:"subscribe",...tn(e,t)}})},Fr=e=>{for(let t of e._.values())t.m==="away"&&t._e&&e.S>=t._e&&Mt(e,t)},Pr=(e,t)=>{
let n=e._.get(t);n&&(n.m!=="away"&&(Et(n)&&sn(e,n),H(e,{i:"send",E:{t:"unsubscribe",id:++e.He,ch:n.Ie.ch}})),nn(e,n))},nn=(e,t,n=0,r="")=>{e._.delete(t.x),e.Qe.
delete(t.Ie.ch),H(e,{i:"ended",C:t.x,H:n,V:r})},rn=(e,t)=>{let n=e.Qe.get(t.ch);if(!(n?.m!=="asked"||n.He!==t.id)){if(t.code){Ce(t.code)>41||t.code<4e3?nn(e,n,t.
code,t.detail):(n.m="away",n._e=e.S+Math.max(1e3,t.retry||0));return}n.m="open",n.xn=t.gen||0,n.Ut||(n.Ut=!0,n.w=t.term||"",n.P=[],n.T=n.d=n.F=t.o||0),H(e,{i:"s\
ubscribed",C:n.x,E:t})}},Ir=(e,t)=>{let n=Ot(e,t.ch);!n||t.id||!t.code||(Ce(t.code)===43?nn(e,n,t.code,t.detail):(n.m="away",n._e=e.xe+1e3))},Ot=(e,t)=>{let n=e.Qe.
get(t);return n?.m==="open"?n:void 0},Dr=(e,t)=>{let n=Ot(e,t.ch),r=t.o||0;if(!(!n||r<=n.T)){if(r!==n.T+1){H(e,{i:"disconnect",H:4008,V:"",X:e.S});return}on(n,t.
term),n.T=r,n.xt+=t.data?.length||0,H(e,{i:"record",C:n.x,w:n.w,E:t})}},on=(e,t)=>{!t||t===e.w||(e.w&&e.T&&(e.P=Nr([...e.P,[e.w,e.T]])),e.w=t)},Nr=e=>e.slice(-7),
Br=(e,t)=>{let n=Ot(e,t.ch),r=t.o||0;!n||r<=n.T||(on(n,t.term),n.d===n.T&&(n.d=r),n.T=r)},Ur=(e,t)=>{let n=Ot(e,t.ch);if(!n)return;let r=t.after||0;if(t.why==="\
fork"){let o=ys([...n.P,[n.w,n.T]],r);n.P=Nr(o.filter(([s])=>s&&s!==t.term))}else on(n,t.term);n.w=t.term||"",n.T=n.d=n.F=r,n.xt=0,H(e,{i:"gap",C:n.x,E:t})},ys=(e,t)=>{
let n=e.findIndex(r=>r[1]>=t);return n<0?e:[...e.slice(0,n),[e[n][0],t]]},qr=(e,{C:t,w:n,T:r})=>{let o=e._.get(t);!o||r<=o.d||!xs(o,n,r)||(o.d<=o.F&&(o.jt=e.S),
o.d=r,o.m==="open"&&e.m==="open"&&((r-o.F)*4>=o.B||Rr(o)*4>=o.Te)&&sn(e,o))},xs=(e,t,n)=>n<=(t===e.w?e.T:e.P.find(r=>r[0]===t)?.[1]??-1),sn=(e,t)=>{Ar(t),H(e,{i:"\
send",E:{t:"ack",ch:t.Ie.ch,o:t.d,gen:t.xn}})},an=(e,t)=>{for(let n of e._.values())Et(n)&&(t||e.S>=n.jt+e.D.Wt)&&sn(e,n)},jr=(e,t,n,r)=>{let o=e._.get(t);if(!o)
return;let s=o.P.findIndex(i=>i[0]===n||i[1]>=r);return{term:n,offset:r,earlier:s<0?o.P:o.P.slice(0,s)}};var Wr=e=>{let t=pr({...e,De:e.De||5e3,Ee:e.Ee||1e4,Wt:e.Wt||100});return{Gt:(n,r)=>gr(t,n,r),jn:(n,r)=>ws(t,n,r),Me:()=>ks(t)||void 0,qt:(n,r,o)=>jr(t,n,r,o)}},
ws=(e,t,n)=>(e.$e=[],e.S=t,e.m!=="over"&&vs(e,n),e.m==="open"&&e.$e.at(-1)?.i!=="disconnect"&&_r(e),e.$e),vs=(e,t)=>{switch(t.i){case"tick":return Ms(e);case"co\
nnected":return Ss(e,t.Be);case"disconnected":return _s(e,t.H);case"frame":return e.xe=e.S,e.W=0,Ts(e,t.E);case"publish":return yr(e,t);case"persisted":e.Ve=Math.
max(e.Ve,t.x);return;case"marked":return xr(e,t);case"drop":return vr(e,t.x,t.H);case"subscribe":return Hr(e,t);case"unsubscribe":return Pr(e,t.C);case"done":return qr(
e,t);case"bye":e.m==="open"&&(an(e,!0),H(e,{i:"send",E:{t:"bye",code:1e3}})),e.m="over";return;case"moved":return Os(e,t.X)}},ks=e=>{let t=e.ne,n=r=>{r&&!(t&&r>=
t)&&(t=r)};if(e.m==="away"||e.m==="over")return t;e.W?n(e.W+e.D.Ee):(n(e.xe+e.dt),e.ce&&n(e.le+e.D.De)),n(e.we);for(let r of e._.values())Et(r)&&n(r.jt+e.D.Wt),
n(r._e);for(let r of e.$)n(r.Pe);return t},Ss=(e,t)=>{e.m="greeting",e.xe=e.At=e.S,e.W=e.we=e.pt=0;let{be:n,Wn:r,bt:o,zt:s}=e.D,i=[...e._.values()].map(a=>tn(e,
a));H(e,{i:"send",E:{t:"hello",token:t,user:n,session:e.it,process:r,counter:++e.Nn,p:o,agent:s,subs:i}})},_s=(e,t)=>{e.m="away",e.ce=e.ft=e.W=e.we=0,e.lt=!1;for(let n of e.ue)
Ze(n),n.Pe=n.It=0,ve(e,n);for(let n of e._.values())n.m="away",n._e=0;Ce(t)===43?(e.m="over",H(e,{i:"fail",H:t,V:"the server closed the connection"})):Ce(t)===42&&
H(e,{i:"authenticate",H:t})},Ts=(e,t)=>{switch(t.t){case"record":return Dr(e,t);case"stored":return Er(e,t);case"refused":return Or(e,t);case"pass":return Br(e,
t);case"gap":return Ur(e,t);case"subscribed":return rn(e,t);case"unsubscribed":return Ir(e,t);case"ping":return H(e,{i:"send",E:{t:"pong",id:t.id}});case"welcom\
e":return Es(e,t);case"refresh":e.m==="open"&&H(e,{i:"refresh"});return;case"reconnect":e.we=e.S+(t.delay||0)}},Es=(e,t)=>{if(e.m==="greeting"){e.m="open",e.it=
t.session||"",e.R=t.mem||"",e.hn=t.clock||0,e.Re=t.dedupe||0,e.dt=t.heartbeat||3e4,e.ut=t.max_message||0,e.Rt=t.max_in_flight?.[0]||1024,e.yn=t.max_in_flight?.[1]||
1<<20,e.gn=e.le=e.S,H(e,{i:"welcome",E:t});for(let n of t.results||[])rn(e,n);for(let n of e._.values())n.m==="away"&&Mt(e,n)}},Ms=e=>{if(kr(e),e.m==="away")return;
let t=r=>e.S>=r,n=(r,o="")=>H(e,{i:"disconnect",H:r,V:o,X:e.S});if(e.we&&t(e.we))return e.we=0,n(4104,"the server asked to come back");if(e.W){if(t(e.W+e.D.Ee))
return n(4e3)}else if(e.ce&&t(e.le+e.D.De)){if(++e.pt>3)return n(4002);e.le=e.S,dn(e)}else t(e.xe+e.dt)&&dn(e);e.m==="open"&&(an(e,!1),Fr(e))},Os=(e,t)=>{e.m!==
"away"&&(t>e.xe&&(e.xe=t,e.W=0),t>e.le&&(e.le=t,e.pt=0),e.m==="open"&&!e.W&&e.S>=e.At+e.dt&&(dn(e),e.W=0))},dn=e=>{e.W=e.At=e.S,H(e,{i:"send",E:{t:"ping",id:++e.Un}})};var Cs=64,Gr=()=>({et:0,he:[],Le:[],tt:[]}),zr=e=>{let t=e.indexOf(":");return[e.slice(0,t),+e.slice(t+1)]},un=e=>`${e.p} ${e.ch}`,Jr=(e,t,n)=>{let{maxRecords:r=1e3,
maxBytes:o=4<<20}=e,s=new Map,i=new Map,a=new Map,c,b=[],l=mt(),u=Gr(),p,g=new Map,E=h=>{s.set(h.id,h),i.set(h.key,h)},C=()=>{let h=l.Ge.length+l.$.size,M=u.et||
u.he.length||u.tt.length||h>256||h&&!w.B;if(!c||p||!M)return;let[$,N]=[l,u];l=mt(),u=Gr(),p=c.cn($).then(()=>{p=void 0,t(N),C()},O=>{for(let _ of N.tt)_();n(O)})},
w={ie:s,Ke:i,B:0,Te:0,nt:(h=1)=>w.B>=r*h||w.Te>=o*h,Y(h){w.B++,w.Te+=h},wn(h){w.B--,w.Te-=h},Gt(h){c=h;for(let M of h.$)a.set(un(M),M);for(let[M,[$]]of h.ze)g.set(
M,$);for(let M of h.ie){let $={...M,wt:cn(M),I:M.sent>0};E($),w.Y($.wt)}},Gn(h,M){Object.assign(h,M),E(h);let[$,N]=zr(h.key);if(g.set($,N),!c)return;l.ze.set($,
[N,Date.now()]);let{wt:O,I:_,...v}=h;l.Lt.push(v),u.et=h.id,u.Le.push(h)},zn(h){let[M,$]=zr(h);return $<=(g.get(M)??0)},Jn({x:h,J:M,R:$}){let N=s.keys().next().
value??1/0;b=b.filter(O=>O.id>=N),b.push({id:h,sent:M,mem:$}),l.he=[...b],u.he.push({x:h,J:M,R:$})},Kn(h,M){let $=un(M);L($,{...a.get($)??M,successor:M.successor}),
u.et=h},Jt(h){let M=s.get(h);return M&&(s.delete(h),i.delete(M.key),w.wn(M.wt),c&&l.Ge.push(h)),M},fe(h){let M=un(h);if(!h.sealed)return L(M,h);a.delete(M),l.$.
set(M,[h.ch,h.p])},Vn(h){c?u.tt.push(h):h()},Xn:C,async te(h){let M=c;if(c=void 0,h)return M?.te();await p,await M?.cn(l).catch(()=>{});for(let $ of u.tt)$();M?.te()}},
L=(h,M)=>{c&&(a.set(h,M),l.$.set(h,M))};return w},cn=e=>e.h.reduce((t,[n,r])=>t+n.length+r.length+4,Cs+e.ch.length+e.data.length);var Ct=(e,t,n)=>e!==void 0&&t?e:n,Kr=(e,t=Math.random)=>{let n=Ct(e.baseDelay,e.baseDelay>0,1e3),r=Ct(e.multiplier,e.multiplier>=1,2),o=Ct(e.maxDelay,e.maxDelay>
0,3e4),s=Math.min(Math.max(e.jitter??.5,0),1),i={vt:0,A(){if(i.vt>=(e.maxRetries??1/0))return;let a=i.vt++;return e.first==="immediate"&&!a--?0:Math.min(Math.min(
n*r**a,o)*(1+s*(2*t()-1)),o)},yr(a){let c=a>=Lt(e);return c&&(i.vt=0),c}};return i},Lt=e=>Ct(e.minUptime,e.minUptime>0,5e3);var Vr=[["network",1,5,1e3,2],["timeout",1,5,1e3,2],["tls",0],["authentication",1,3,2e3,1.5],["rate_limit",1,10,5e3,1.5],["protocol",0],["policy",0],["server",1],
["overload",1],["application",1],["closed",0]];var Xr=e=>Vr.find(t=>t[0]===e);var Ls=6e5,ln=1e4,$s=2e3,fn=0,Qr=1,Yr=2,$t=3,Zr=(e,t,n,r)=>{let o=e.random??Math.random,s={},i=fn,a,c=0,b=0,l=0,u=0,p=0,g,E,C,w=v=>{let R=e.strategies?.[v],U=Xr(
v)??[];return[R?.maxRetries??e.maxRetries??U[2]??n,R?.baseDelay??e.baseDelay??U[3],R?.multiplier??e.multiplier??U[4]]},L=()=>{if(!(performance.now()-p+2<Lt(e))){
for(let v of Object.values(s))v.vt=0;_.Ne=0,g?.done(),g=void 0}},h=v=>{clearTimeout(a),l=v,c=Math.min(v,ln),b=Date.now(),a=setTimeout(M,c)},M=()=>{if(l-=c,Math.
abs(Date.now()-b-c)>$s)return l=0,$();if(l>0)return h(l);if(i!==$t)return N();L(),h(ln)},$=()=>{i===$t?(L(),h(ln),t.Me()):i===Qr?(h(Math.max(0,l-(Date.now()-b)-
u)),u=0):i===Yr&&N()},N=()=>{clearTimeout(a),C?.(),C=void 0;let v=r?.allow();if(typeof v=="number"){i=Yr,C=r.onChange(N),h(v||1),t.xr?.();return}g=v,i=fn,t.Qn()},
O=()=>{if(E)return;E=new AbortController;let v={signal:E.signal},R=globalThis.document,U=()=>R?.visibilityState==="hidden"||$();for(let I of["online","offline",
"pageshow"])globalThis.addEventListener?.(I,U,v);for(let I of["visibilitychange","resume"])R?.addEventListener(I,U,v)},_={Ne:0,rt(v){_.Kt(),s={},_.Ne=0,v&&r?.state===
"open"&&r.reset(),O(),N()},Oe(){i=$t,p=performance.now(),h(Lt(e))},Yn(v,R=0,U=v){i===$t&&L(),g?.done(U??v),g=void 0,i=Qr;let I=w(v),[F,ee,G]=I,ie=`${I}`==`${w("")}`?
"":v;s[ie]??=Kr({...e,maxRetries:F,baseDelay:ee,multiplier:G},o);let ne=globalThis.navigator?.onLine===!1,W=e.strategies?.[v]?.maxRetries===void 0&&_.Ne>=(e.maxRetries??
1/0),z=ne?e.maxDelay??3e4:W?void 0:s[ie].A(),te=Math.min(R,Ls),m=te+o()*Math.min(te/4,z??0);return te&&r&&r.trip(m),z===void 0?(_.Kt(),!1):(ne||_.Ne++,!r&&te>z&&
(z=m),u=te?0:Math.max(0,z-(ee??1e3)),h(z),t.Zn(_.Ne,F,z),!0)},Kt(){clearTimeout(a),i=fn,C?.(),C=void 0,g?.cancel(),g=void 0,E?.abort(),E=void 0}};return _};var Pe=e=>new RegExp(`^${e}[a-z] .*`,"m").exec(Xn)?.[0]??`${e}${Rs(e)} code ${e}`,Rs=e=>e>=4e3&&e<4400?"nlas"[(e-4e3)/100|0]:e>=500&&e<600||e===408||e===425||e===
429?"l":e>=400&&e<500?"s":e?"n":"o";var eo=1e3,to=(e,t)=>{let n=new Map,r=(s,i)=>{n.delete(s)&&e({e:"reply",id:s,fault:i,type:0,data:new Uint8Array})},o=s=>{let{id:i,name:a,key:c,type:b,data:l}=s.vn;
s.J=!0,t({t:"call",id:i,name:a,key:c,content:b,data:l})};return{er(s,i){let a={vn:s,J:!1},c=n.size<eo;n.set(s.id,a),c?i&&o(a):r(s.id,{code:qn,detail:`${eo} call\
s are under way`})},tr:s=>n.delete(s),Vt({id:s=0,code:i,detail:a,content:c=0,data:b}){if(i)return r(s,{code:Pe(i),detail:a??""});n.delete(s)&&e({e:"reply",id:s,
type:c,data:b?.slice()??new Uint8Array})},Oe(){for(let s of n.values())o(s)},kn(s){for(let[i,{vn:a,J:c}]of n)(s||c&&!a.key)&&r(i,s??{code:He,detail:"the connect\
ion ended before the reply; a call with a key would be made again"})}}};var no=(e,t,n,r)=>{let o=new e(t,[n.bn]),s=[],i=0,a=0,c=!1;o.binaryType="arraybuffer",o.onopen=()=>r.Oe(o.protocol),o.onmessage=l=>r.nr(l.data),o.onclose=l=>r.Ue(
l.code,l.reason),o.onerror=()=>{};let b={kt:0,y(l){s.push(l),i+=64+(l.data?.length??0),i>65536&&b.Sn()},Sn(){if(i){let l=n.Dn(s);b.kt+=typeof l=="string"?l.length:
l.byteLength,s=[],i=0,o.send(l)}return o.bufferedAmount},rr(){let[l,u]=[a,c];return c=o.bufferedAmount>0,a=b.kt-o.bufferedAmount,u&&a>l},te(l){o.onopen=o.onmessage=
o.onclose=null,o.close(l===1e3||l>=3e3?l:1e3)}};return b};var ro=(e,t)=>{let n=new Map,r=new Set,o=a=>a&&(a.se[0]>a.Q[0]/2||a.se[1]>a.Q[1]/2),s=new Map,i=(a,c,b)=>(t(a.x,c,b)?.earlier??[]).map(([l,u])=>[l,u]);return{ue:n,
or(a,c,b){let l={x:a,Q:b,w:"",se:[0,0],r:[]};n.set(a,l),s.has(c)||s.set(c,l)},sr(a){let c=n.get(a);n.delete(a);for(let[b,l]of s)l===c&&s.delete(b)},N(a,[c,b]){let l=n.
get(a);l&&(l.se=[Math.max(0,l.se[0]-c),Math.max(0,l.se[1]-b)])},_n(a){let c=s.get(a.ch);return!c||!o(c)?!1:(c.Z=a,!0)},Tn(a){for(let c of n.values())!c.Z||o(c)||
(a(c.Z),c.Z=void 0)},ir(){for(let a of n.values())a.Z=void 0},ar({C:a,w:c,E:b}){let l=n.get(a);if(!l)return!0;let{o:u=0,ts:p=0,by:g,h:E,content:C=0,data:w}=b,L=w?.
slice()??new Uint8Array;if(l.se[0]>4*l.Q[0]+1||l.se[1]>4*l.Q[1]+16777216)return!1;l.w!==c&&l.r.push({term:c,earlier:i(l,c,u)}),l.w=c;let h={o:u,ts:p,type:C,data:L};
return g&&(h.by=g),E?.length&&(h.h=E),l.r.push(h),l.se[0]++,l.se[1]+=L.length,r.add(l),!0},dr({C:a,E:c}){let b=n.get(a);if(!b)return;let{from:l=0,to:u=0,term:p="",
after:g=0,why:E="unknown"}=c;b.w=p,b.r.push({gap:E,from:l,to:u,term:p,after:g,earlier:i(b,p,g)}),r.add(b)},Xt(){for(let a of r){r.delete(a);let c=a.r;a.r=[],e({
e:"records",sub:a.x,items:c})}}}};var nt=e=>Array.from(crypto.getRandomValues(new Uint8Array(e)),t=>t.toString(16).padStart(2,"0")).join(""),tt=e=>Number.parseInt(e,10),pn=(e,t)=>e instanceof q?
{code:Pe(e.code),op:e.op,detail:e.detail+(e.cause?`: ${e.cause}`:"")}:{code:t,detail:String(e)},oo=(e,t)=>{let n=Date.now()-performance.now(),r=()=>Math.round(n+
performance.now()),o=`connect to ${e.Qt.replace(/\?.*/,"")}`,{policy:s,durable:i}=e.qe,a={connects:0,attempts:0,disconnects:{},published:0,delivered:0,failed:0,
unknown:0,duplicates:0,resent:0,received:0,duplicatesDropped:0,gaps:0,lost:0,bytesIn:0,bytesOut:0,rtt:0,outboxRecords:0,outboxBytes:0},c=!1,b=!1,l=!1,u=[],p=!1,
g=[],E=!1,C=!1,w=d=>{if(g.push(d),!E){E=!0;for(let x=g.shift();x;x=g.shift())x();E=!1,!C&&(C=!0,queueMicrotask(L))}},L=()=>{C=!1,!l&&(D.Xn(),je(),b&&!D.B&&w(Nt),
$())},h,M=1/0,$=()=>{let d=O.Me()??1/0;d>=M||(clearTimeout(h),M=d,h=setTimeout(()=>{M=1/0,w(N)},Math.min(Math.max(2,d-r()),1e9)))},N=()=>{l||(F?.rr()&&R({i:"mov\
ed",X:r()}),R({i:"tick"}))},O=Wr({it:nt(16),Wn:nt(8),bt:nt(16),be:e.be,zt:e.zt,De:e.De,Ee:e.Ee,Dt:!!e.qe.ae}),_,v,R=d=>{if(l)return;for(let A of O.jn(r(),d))U(A);
let x=v;v=void 0,x?.()},U=d=>{switch(d.i){case"send":return Re(d.E);case"publish":return Bo(d);case"persist":D.Gn(_,d.b),e.qe.ae||Dt(_);return;case"mark":return D.Jn(
d);case"seal":return D.Kn(d.x,d.gt);case"outcome":return qo(d);case"resolved":return D.fe(d.gt);case"held":d.b&&t({e:"held",ch:d.b.ch,at:d.X-r()+Date.now(),fault:I(
d)});return;case"lost":return a.lost+=d.q-d.K+1,t({e:"lost",ch:d.U,producer:d.G,from:d.K,to:d.q});case"record":a.received++,oe.ar(d)||(v=()=>Q({code:In,detail:"\
the server sends far more than the window"}));return;case"gap":return a.gaps++,oe.dr(d);case"subscribed":return t({e:"subscribed",sub:d.C,term:d.E.term??"",o:d.E.
o??0});case"ended":return Ln(d.C,d.H?I(d):void 0);case"welcome":return T(d);case"disconnect":v=()=>Q(I(d),d.X-r());return;case"authenticate":return typeof e.Be==
"function"?void 0:Ee({code:Pe(d.H),detail:ne?.detail??""});case"fail":return Ee(I(d));case"refresh":return J()}},I=d=>({code:Pe(d.H),detail:d.V}),F,ee=!1,G=0,ie,
ne,W=0,z=0,te=0,m=0,y=(d,x)=>{b&&!l&&(d="closing"),t({e:"status",status:{state:d,attempt:k.Ne,...ne&&{fault:ne},...x}})},k=Zr(e.ur,{Qn:()=>{j()},Zn:(d,x,A)=>y("\
waiting",{retryAt:Date.now()+A}),Me:()=>w(P)},1/0),j=async()=>{let d=++G;a.attempts++,clearTimeout(ie),ie=setTimeout(()=>w(()=>Q({code:Dn,op:o,detail:`no welcom\
e within ${e.En} ms`})),e.En);try{let x=e.Be;if(typeof x=="function"&&(y("authenticating"),x=await x(),d!==G))return;y("connecting"),F=no(e.cr,e.Qt,e.Yt,{Oe:A=>w(
()=>{z=1,A===e.Yt.bn?R({i:"connected",Be:x}):Ee({code:Jn,op:o,detail:`it chose the subprotocol "${A}"`})}),nr:A=>w(()=>It(A)),Ue:(A,K)=>w(()=>Q(z||A!==1006?{code:Pe(
A),detail:K}:re))}),z=0}catch(x){d===G&&w(()=>Q({code:He,op:o,detail:String(x)}))}},re={code:He,op:o,detail:"nobody answers there, or it is refused"},Q=(d,x=0)=>{
if(!l){if(_e(d.code),ne=d,ee&&(a.disconnects[tt(d.code)]=(a.disconnects[tt(d.code)]??0)+1),ee=!1,oe.ir(),De.kn(),R({i:"disconnected",H:tt(d.code)}),/^1\d{3}s/.test(
d.code))return Ee(d);!l&&!k.Yn("",Math.max(0,x),d)&&Ee({code:Vn,op:o,detail:d.detail??""})}},_e=d=>{clearTimeout(ie),G++,te+=F?.kt??0,F?.te(tt(d)),F=void 0},je=()=>{
F&&F.Sn()>Hs&&w(()=>Q({code:Bn,detail:"the server takes too little"}))},It=d=>{let x=F;z++,a.bytesIn+=typeof d=="string"?d.length:d.byteLength;try{e.Yt.Bn(d,A=>(f(
A),F===x))}catch(A){Q({code:ft,op:`read from ${e.Qt}`,detail:String(A)})}oe.Xt()},f=d=>{d.t==="pong"&&W&&(a.rtt=performance.now()-W,W=0),d.t==="reply"&&De.Vt(d);
let x=a.received;R({i:"frame",E:d}),d.t==="record"&&x===a.received&&a.duplicatesDropped++},T=d=>{clearTimeout(ie),ee=!0,a.connects++,k.Oe(),ne=void 0;let{user:x,
agent:A}=d.E;y("open",{...x&&{user:x},...A&&{server:A}}),oe.Tn(On),De.Oe()},P=()=>{if(!ee||!F)return;let d=G,x=z;F.y({t:"ping"}),clearTimeout(ie),ie=setTimeout(
()=>{d===G&&z===x&&w(()=>Q({code:Nn}))},e.Ee/2)},J=async()=>{let d=G;if(!(typeof e.Be!="function"||m===d)){m=d;try{let x=await e.Be();d===G&&Te(x)}catch{}m=0}},
Te=d=>{ee&&d&&w(()=>F?.y({t:"refresh",token:d}))},Re=d=>{d.t==="hello"&&d.subs&&(d.subs=d.subs.filter(x=>!oe._n(x))),!(d.t==="subscribe"&&oe._n(d))&&(d.t==="pin\
g"&&(W=performance.now()),F?.y(d))},Bo=({b:d,E:x,qn:A})=>{let K=D.ie.get(d.id);K&&(K.I||(K.I=!0,t({e:"entry",id:K.key,status:"sent"})),A&&a.resent++,F?.y({...x,
h:K.h,content:K.type,data:K.data}))},On=d=>F?.y({...d,t:"subscribe"}),Uo=d=>w(()=>{d.Le.forEach(Dt);for(let x of d.tt)x();d.et&&R({i:"persisted",x:d.et});for(let x of d.he)
R({i:"marked",...x})}),D=Jr(e.qe,Uo,d=>w(()=>Ee(pn(d,Ne)))),Dt=d=>t({e:"entry",id:d.key,status:d.I?"sent":"pending",producer:d.p,number:d.n}),Cn=()=>{!c||p===D.nt()||
(p=!p,t({e:"outbox",durable:i,full:p}))},Ae=(d,x)=>t({e:"entry",id:d,end:!0,...x}),qo=d=>{let x=D.Jt(d.b.id);if(!x)return;a[d.Ze]++,d.yt&&a.duplicates++;let A={
status:d.Ze};d.Ze==="delivered"?(A.ack={offset:d.T,duplicate:d.yt,synced:d.Bt,copies:d.Nt},Ae(x.key,A)):(A.fault=I(d),D.Vn(()=>Ae(x.key,A))),Cn()},oe=ro(t,(d,x,A)=>O.qt(
d,x,A)),De=to(t,d=>F?.y(d)),Ln=(d,x)=>{oe.Xt(),oe.sr(d),t({e:"ended",sub:d,...x&&{fault:x}})},We=(d,x,A)=>{a.failed++,Ae(d,{status:"failed",fault:{code:x,detail:A}})},
jo=d=>{let x=D.Ke.get(d.id);if(x)Dt(x);else if(D.zn(d.id))Ae(d.id,{status:"unknown",fault:{code:Je,detail:"it was taken by an earlier page"}});else if(l||b)We(d.
id,le,"the session was closed");else if(D.nt(s==="drop-oldest"?2:1))s==="drop-newest"?We(d.id,Bt,"the outbox is full, and drops what is new"):We(d.id,Ut,"the ou\
tbox is full");else return D.Y($n(d)),!0;return!1},$n=d=>cn({ch:d.ch,data:d.data,h:d.h??[]}),Wo=d=>{let{id:x,ch:A,type:K,data:Z,h:Ge=[],exp:lt=0}=d,ze=$n(d);if(s===
"drop-oldest"){for(D.wn(ze);D.nt()&&Go(););if(D.nt())return We(x,Ut,"everything in the outbox was sent, and waits for its answer");D.Y(ze)}_={key:x,ch:A,type:K,
data:Z,h:Ge,wt:ze,I:!1},a.published++,R({i:"publish",U:A,ke:Z.length,ne:lt&&lt-Date.now()+r()}),Cn()},Go=()=>{for(let d of D.ie.values())if(!d.I)return R({i:"dr\
op",x:d.id,H:tt(Bt)}),!D.ie.has(d.id);return!1},Rn=d=>{if(l)return Hn(d);switch(d.c){case"publish":return Wo(d);case"subscribe":{let{sub:x,c:A,earlier:K,...Z}=d;
oe.or(x,d.ch,d.window);let Ge=d.term?{term:d.term,offset:d.o??0,earlier:K??[]}:void 0;return R({i:"subscribe",C:x,Ie:Z,qt:Ge})}case"unsubscribe":return R({i:"un\
subscribe",C:d.sub});case"done":oe.N(d.sub,d.took),d.o!==void 0&&R({i:"done",C:d.sub,w:d.term??"",T:d.o}),ee&&oe.Tn(On);return;case"call":return De.er(d,ee);case"\
cancel":De.tr(d.id);return;case"refresh":return d.token?Te(d.token):void J();case"reconnect":!F&&!b&&k.rt();return;case"stats":return An(d.id);case"close":return zo(
d.drain)}},An=d=>t({e:"stats",id:d,stats:{...a,bytesOut:te+(F?.kt??0),outboxRecords:D.B,outboxBytes:D.Te}}),Hn=d=>{let x={code:le,detail:"the session was closed"};
d.c==="publish"&&We(d.id,le,x.detail),d.c==="subscribe"&&t({e:"ended",sub:d.sub,fault:x}),d.c==="call"&&t({e:"reply",id:d.id,fault:x,type:0,data:new Uint8Array}),
d.c==="stats"&&An(d.id)},Fn,zo=d=>{if(d<0)return Nt(!0);b||(b=!0,y("closing"),Fn=setTimeout(()=>w(Nt),d))},Nt=d=>{R({i:"bye"}),Pn("closed",void 0,d)},Ee=d=>Pn("\
failed",d),Pn=(d,x,A)=>{if(l)return;oe.Xt(),je(),l=!0;for(let Z of[h,Fn])clearTimeout(Z);k.Kt(),_e(x?.code??"1000"),ne=x,y(d);let K=x??{code:le,detail:"the sess\
ion was closed"};for(let Z of oe.ue.keys())Ln(Z,x);De.kn(K),u.forEach(Hn);for(let Z of D.ie.values())e.qe.ae?Ae(Z.key,{status:Z.I?"sent":"pending",fault:K}):Z.I?
Ae(Z.key,{status:"unknown",fault:{code:Je,detail:"the session ended before the answer came"}}):Ae(Z.key,{status:"failed",fault:K});D.te(A).then(()=>t({e:"closed",
left:D.B}))},Jo=d=>{if(d&&l)return d.te();if(d){D.Gt(d),O.Gt(d.$,[...D.ie.values()].map(As));for(let A of D.ie.values()){let{key:K,ch:Z,type:Ge,data:lt,h:ze,p:Ko,
n:Vo}=A;t({e:"restored",id:K,ch:Z,type:Ge,data:lt,h:ze,status:A.I?"sent":"pending",producer:Ko,number:Vo})}}c=!0,p=D.nt(),t({e:"outbox",durable:i,full:p});let x=u;
u=[],x.forEach(Rn),k.rt()};return(e.qe.ae?.(e.be,d=>w(()=>Ee(pn(d,Ne))))??Promise.resolve(void 0)).then(d=>w(()=>Jo(d)),d=>w(()=>Ee(pn(d,Ne)))),{l(d){d.c==="pub\
lish"&&!jo(d)||(c||l?w(()=>Rn(d)):u.push(d))}}},As=({id:e,ch:t,p:n,n:r,size:o,sent:s,mem:i,expires:a})=>({id:e,ch:t,p:n,n:r,size:o,sent:s,mem:i,expires:a}),Hs=32<<
20;var Fs=new TextEncoder,Ps=new TextDecoder,rt=e=>Fs.encode(e),ot=e=>Ps.decode(e),mn=(e,t,n)=>{if(t instanceof ArrayBuffer&&(t=new Uint8Array(t)),ArrayBuffer.isView(
t)){let o=new Uint8Array(t.buffer,t.byteOffset,t.byteLength).slice();if(n!=="json")return[n==="text"?1:0,o];t=JSON.parse(ot(o))}if(typeof t=="string"&&n!=="json")
return[n==="binary"?0:1,rt(t)];let r=JSON.stringify(t);if(r===void 0||n&&n!=="json")throw new q(Wn,e,`data cannot be ${n??"written as JSON"}`);return[2,rt(r)]},
st=(e,t)=>e===2?JSON.parse(ot(t)):e?ot(t):t,bn=(e,t)=>{if(!/^[^\p{C}\p{Z}"\\\uFFFD]+$/u.test(t)||rt(t).length>255)throw new q(jn,e,"1 to 255 bytes of printable \
text without spaces, quotes and backslashes are wanted")},so=(e,t=[])=>{let n=(Array.isArray(t)?t:Object.entries(t)).map(([r,o])=>[`${r}`,`${o}`]);for(let[r,o]of n)
if(!r||rt(r).length>255||rt(o).length>4096||n.length>64)throw new q(Me,e,"headers: at most 64, names of 1 to 255 bytes, values of at most 4,096");return n};var Is=32,Ds=50,io=["binary","text","json"],Rt=(e,t,n)=>{let r=n.filter(([o,s])=>o!==e&&s<t);return[[e||"-",t],...r].map(([o,s])=>`${o}@${s}`).join(" ")},hn=class{gap;channel;offset;term;time;user;headers;type;bytes;P;constructor(t,n,r,{
o,ts:s,by:i="",h:a=[],type:c,data:b}){this.channel=t,this.term=n,this.offset=o,this.time=s,this.user=i,this.headers=a,this.type=io[c],this.bytes=b,this.P=r}get data(){
return st(io.indexOf(this.type),this.bytes)}text(){return ot(this.bytes)}json(){return JSON.parse(this.text())}get position(){return Rt(this.term,this.offset,[])}get checkpoint(){
return Rt(this.term,this.offset,this.P)}},At=class extends EventTarget{channel;x;l;Mn;Zt=xe();ot=[];A=0;w="";P=[];Me;St=!1;Ce;_t;d;N=[0,0];F=0;constructor(t,n,r,o){
super(),this.x=t,this.channel=n,this.Mn=r,this.l=o}get ready(){return this.Zt.de}async*[Symbol.asyncIterator](){if(this.St)throw new q(Me,`read ${this.channel}`,
"somebody else reads it already");this.St=!0;try{for(;;){this._t&&(this.d=this._t),this._t=void 0,this.A>255&&(this.ot.splice(0,this.A),this.A=0);let t=this.ot[this.A++];
if(this.j(!t)&&await Ns(),t){let n=this.Y(t);n&&(yield n);continue}if(this.ot=[],this.A=0,this.Ce?.On)throw this.Ce.On;if(this.Ce)return;await new Promise(n=>{this.Me=
n})}}finally{this.St=!1}}Y(t){if("o"in t)return this.N[0]++,this.N[1]+=t.data.length,this.Mn||(this._t=[this.w,t.o]),new hn(this.channel,this.w,this.P,t);if(this.w=
t.term,this.P=t.earlier,"gap"in t)return gn(this.channel,t)}j(t){let n=performance.now(),r=n-this.F>Ds;if(!t&&!r&&this.N[0]<Is)return!1;r&&(this.F=n);let[o,s]=this.d??
[];return(this.d||this.N[0])&&this.l({c:"done",sub:this.x,took:this.N,...s!==void 0&&{term:o,o:s}}),this.N=[0,0],this.d=void 0,r&&!t}ack(t){this.d=[t.term,t.offset],
this.j(!0)}close(){this.Ce||(this.j(!0),this.ot=[],this.A=0,this.l({c:"unsubscribe",sub:this.x}),this.Cn())}addEventListener(t,n,r){super.addEventListener(t,n,r),
t==="record"&&!this.St&&this.lr()}async lr(){try{for await(let t of this)ae(this,t.gap?"gap":"record",t)}catch{}}Je(t){if(!this.Ce){for(let n of t)this.ot.push(
n);this.Me?.()}}Oe(t,n){this.Zt.ge(Rt(t,n,[]))}Cn(t){if(this.Ce)return;let n=t&&be(t,`subscribe to ${this.channel}`);this.Ce={...n&&{On:n}},this.Zt.ye(n??be({code:le},
`subscribe to ${this.channel}`)),this.Me?.(),ae(this,"end",n)}},Ns=()=>new Promise(e=>{let{port1:t,port2:n}=new MessageChannel;t.onmessage=()=>{t.close(),e()},n.
postMessage(0)}),gn=(e,{gap:t,from:n,to:r,term:o,after:s,earlier:i})=>({gap:t,channel:e,from:n,to:r,checkpoint:Rt(o,s,i)});var it=class extends bt(){status={state:"connecting",attempt:0};outbox;messages;je=new Map;_=new Map;Z=new Map;ee=nt(8);Q;Ln;en;$n=xe();tn=new Map;nn=0;constructor(t,n={}){
super(),this.messages=this.je;let r=Us(t),o=n.WebSocket??globalThis.WebSocket;if(!o)throw new q(Me,"open session","there is no WebSocket here; give the option W\
ebSocket");this.en=`session with ${r.replace(/\?.*/,"")}`,this.Q=[n.window?.records??512,n.window?.bytes??1<<20];let s=n.outbox??tr(),i=n.user??"",a=(l,u)=>oo({
Qt:r,Yt:n.codec??fr,Be:n.token,be:i,zt:n.agent??"holdfast-ts",qe:u&&s.ae?{...s,ae:(p,g)=>s.ae(p,g,u)}:s,ur:n.backoff??{},En:n.connectTimeout??1e4,De:n.ackTimeout,
Ee:n.pongTimeout??1e4,cr:o},l),c=l=>this.Je(l),b=s.ae?s.name:"";this.Ln=n.tabs?n.tabs(a,c,{url:r,user:i,outbox:b,page:this.ee}):a(c)}get state(){return this.status.
state}get error(){return this.status.fault&&be(this.status.fault,this.en)}publish(t,n,r={}){let o=`publish to ${t}`;bn(o,t);let[s,i]=mn(o,n,r.type),a=so(o,r.headers),
c=`${this.ee}:${++this.nn}`,b=new Ke(c,t,n);return this.je.set(c,b),this.l({c:"publish",id:c,ch:t,type:s,data:i,...a[0]&&{h:a},...r.ttl&&{exp:Date.now()+r.ttl}}),
b}subscribe(t,n={}){let r=`subscribe to ${t}`;bn(r,t);let o=++this.nn,s=[n.window?.records??this.Q[0],n.window?.bytes??this.Q[1]],i={c:"subscribe",sub:o,ch:t,window:s,
...qs(r,n.from)};n.cursor&&(i.cursor=n.cursor);let a=new At(o,t,n.ack==="manual",c=>this.l(c));return this._.set(o,a),this.l(i),n.signal?.addEventListener("abor\
t",()=>a.close(),{once:!0}),n.signal?.aborted&&a.close(),a}channel(t){return{name:t,publish:(n,r)=>this.publish(t,n,r),subscribe:n=>this.subscribe(t,n)}}call(t,n,r={}){
let o=`call ${t}`,[s,i]=n===void 0?[0,new Uint8Array]:mn(o,n),[a,c]=this.Rn(),b=(g,E)=>{this.l({c:"cancel",id:a}),c.ye(new q(g,o,E))},l=r.timeout??3e4,u=setTimeout(
()=>b(Un,`no reply within ${l} ms`),l),p=()=>b(Kn,"");return r.signal?.addEventListener("abort",p),r.signal?.aborted?p():this.l({c:"call",id:a,name:t,type:s,data:i,
...r.key&&{key:r.key}}),c.de.finally(()=>{clearTimeout(u),r.signal?.removeEventListener("abort",p),this.Z.delete(a)})}refresh(t){this.l({c:"refresh",...t&&{token:t}})}reconnect(){
this.l({c:"reconnect"})}stats(){let[t,n]=this.Rn();return this.l({c:"stats",id:t}),n.de}connected(){return this.rn(()=>this.state==="open")}room(){return this.rn(
()=>!!this.outbox&&!this.outbox.full)}flush(){return this.rn(()=>!!this.outbox&&!this.je.size)}close({drain:t=5e3}={}){return this.l({c:"close",drain:t}),this.$n.de}l(t){
this.Ln.l(t)}Rn(){let t=++this.nn,n=xe();return this.Z.set(t,n),[t,n]}rn(t){let n=xe();return this.tn.set(n,t),this.Tt(),n.de}Tt(){let t=this.state==="failed"||
this.state==="closed";for(let[n,r]of this.tn){if(r())n.ge();else if(t)n.ye(this.error??be(Bs,this.en));else continue;this.tn.delete(n)}}Je(t){switch(t.e){case"s\
tatus":return this.status=t.status,ae(this,"status",t.status),t.status.state==="failed"&&ae(this,"error",this.error),this.Tt();case"outbox":return this.outbox={
durable:t.durable,full:t.full},ae(this,"status",this.status),this.Tt();case"restored":return this.je.set(t.id,new Ke(t.id,t.ch,st(t.type,t.data),t.status)),this.b(
{e:"entry",id:t.id,status:t.status,producer:t.producer,number:t.number},!0);case"entry":return this.b(t);case"records":return this.B(t.sub,t.items);case"subscri\
bed":return this._.get(t.sub)?.Oe(t.term,t.o);case"ended":{let n=this._.get(t.sub);return this._.delete(t.sub),n?.Cn(t.fault)}case"reply":return this.Vt(t);case"\
stats":this.Z.get(t.id)?.ge(t.stats),this.Z.delete(t.id);return;case"held":ae(this,"held",{channel:t.ch,at:t.at,error:be(t.fault,`publish to ${t.ch}`)});return;case"\
lost":ae(this,"lost",{channel:t.ch,producer:t.producer,from:t.from,to:t.to});return;case"closed":return this.$n.ge(t.left)}}b(t,n=!1){let r=this.je.get(t.id);r&&
(t.end&&this.je.delete(t.id),(r.Je(t)||n)&&ae(this,"message",r),t.end&&this.Tt())}B(t,n){let r=this._.get(t);if(r){r.Je(n);for(let o of n)"gap"in o&&ae(this,"ga\
p",gn(r.channel,o))}}Vt({id:t,fault:n,type:r,data:o}){let s=this.Z.get(t);if(n)return s?.ye(be(n,"call"));try{s?.ge(st(r,o))}catch(i){s?.ye(i)}}},Bs={code:le,detail:"\
the session was closed"},Us=e=>{try{let t=new URL(e,globalThis.location?.href);if(t.protocol=t.protocol.replace("http","ws"),/^wss?:$/.test(t.protocol))return t.
hash="",t.pathname==="/"&&(t.pathname="/ws"),t.href}catch{}throw new q(Me,"open session",`url: "${e}" is none for ws, wss, http or https`)},qs=(e,t="head")=>{if(typeof t==
"string")return{at:t};if("last"in t)return{at:"last",last:t.last};if("since"in t)return{at:"time",since:t.since};if("offset"in t)return t.offset?{at:"position",
o:t.offset}:{at:"start"};let n=t.checkpoint.split(/\s+/).filter(Boolean);if(!n[0])return{at:"start"};let[[r,o],...s]=n.map(i=>{let a=/^(-|[\da-f]{16})@(\d{1,16})$/.
exec(i);if(!a||n.length>8)throw new q(Me,e,`checkpoint: "${t.checkpoint}"`);return[a[1].replace("-",""),+a[2]]});return r?{at:"position",term:r,o,earlier:s}:o?{
at:"position",o}:{at:"start"}};var S=e=>document.getElementById(e);function B(e,t,...n){let r=document.createElement(e);return t&&(r.className=t),r.append(...n),r}function X(e,t){e.textContent!==
t&&(e.textContent=t),e.hidden=t===""}var ye=e=>X(S("announcement"),e);function Ht(e){let t=new Date(e),n=t.toDateString()===new Date().toDateString(),r=B("time",
"",n?t.toLocaleTimeString():t.toLocaleString());return r.dateTime=t.toISOString(),r.title=t.toLocaleString(void 0,{dateStyle:"full",timeStyle:"long"}),r}function at(e,t=""){
let n=B("span",`badge ${e}`,e);return n.title=t,n}function Ie(e,t,n){X(t,n),n?e.setAttribute("aria-invalid","true"):e.removeAttribute("aria-invalid")}var yn=e=>new TextEncoder().
encode(e);function js(e,t){if(t.trim()==="")return"There is nothing to send yet.";if(!e)return"";try{return JSON.parse(t),""}catch(n){return`That is not JSON: ${n.message}`}}
function ao(e){let t=S("composer"),n=S("message"),r=()=>new FormData(t).get("type")==="json",o=()=>{n.rows=Math.min(6,n.value.split(`
`).length)};function s(){let i=r(),a=n.value,c=js(i,a)||e(i?{json:a.trim()}:{text:a});Ie(n,S("mistake"),c),c||(n.value=""),o(),n.focus()}t.onsubmit=i=>{i.preventDefault(),
s()},n.oninput=()=>{Ie(n,S("mistake"),""),o()},n.onkeydown=i=>{i.key!=="Enter"||i.shiftKey||i.isComposing||(i.preventDefault(),s())},t.onchange=()=>{let i=r();n.
placeholder=i?'{"any": "JSON value"}':"Write a message",n.classList.toggle("json",i),Ie(n,S("mistake"),"")},n.focus()}var Le=e=>{let{code:t,detail:n}=e;return typeof t=="number"?{code:t,detail:String(n??"")}:{code:4300,detail:String(e)}},de=(e,t)=>`${e.toLocaleString()} ${t}${e===
1?"":"s"}`,xn=e=>e.charAt(0).toUpperCase()+e.slice(1);function uo(e){function t({code:i,detail:a}){let c=e[i]?.[1]??"the server said something that this page ha\
s no words for";return!a||a.includes(c)?xn(`${c} (${i}).`):xn(`${i<4e3?a:`${c}: ${a}`} (${i}).`)}let n=i=>e[i]?.[2]?`${xn(e[i][2])}.`:"",r=({waiting:i,durable:a})=>{
let c=a?"safe in this browser":"here";return i===0?a?"What you write is kept in this browser.":"What you write waits here.":`${de(i,"message")} ${i===1?"waits":
"wait"} ${c}.`};function o(i){let a=i.user?`to ${i.host} as ${i.user}.`:`to ${i.host}.`,c=Number.isNaN(i.tokenEnds)?"soon":`in ${i.tokenEnds} s`;return i.tokenEnds!==
void 0?`${a} The token ends ${c}; with the next one you stay connected.`:i.waiting>0?`${a} ${de(i.waiting,"message")} on the way.`:a}function s(i){let a=i.fault?
t(i.fault):"";if(i.wantsToken)return["Not let in.",`${a} ${i.fault?n(i.fault.code):""} ${r(i)}`];switch(i.state){case"open":return["Connected",o(i)];case"waitin\
g":return i.offline?["Offline.",`It goes on when there is a network again. ${r(i)}`]:[`${i.before?"Cut off":"Not connected"}. Next try in ${i.retryIn??0} s.`,`${a}\
 ${r(i)}`];case"failed":return["Stopped.",`${a} ${i.fault?n(i.fault.code):""}`];case"closing":case"closed":return["Closed.",""];default:return[i.before?"Connect\
ing again…":"Connecting…",`to ${i.host}. ${i.before||i.waiting>0?r(i):""}`]}}return{sentence:t,advice:n,connection:s}}var Ft=(e,t)=>e[t]?.[0]??["now","later",
"authenticate","stop"][Math.floor(t/100)-40]??"now";function co(e,t,n,r){let o=!1,s,i,a="",c=u=>Ft(n,u)==="authenticate";async function b(){let{status:u}=e,p=(g,E=4107)=>{e.status===u&&(i={code:E,detail:g})};try{
let g=await fetch("readyz",{cache:"no-store",signal:AbortSignal.timeout(3e3)}),E=(await g.text()).trim().slice(0,80),C=Number(g.headers.get("Holdfast-Code"));C?
p(E,C):g.ok?p("the server is there but took no connection"):p(`the server is not ready: ${E}`)}catch{p("the server cannot be reached")}}let l=u=>{let{state:p,retryAt:g=0,
user:E}=e.status,C=p==="open";return{host:location.host,state:p,before:o,user:E,offline:navigator.onLine===!1,fault:s??i??(e.error&&Le(e.error)),retryIn:Math.max(
0,Math.ceil((g-Date.now())/1e3)),wantsToken:!C&&s!==void 0,tokenEnds:C&&r.asked()?r.left()??Number.NaN:void 0,waiting:u.waiting,durable:e.outbox?.durable??!0}};
return{refused:()=>s!==void 0,renewed(){s=void 0},changed(){let{state:u}=e,p=e.error&&Le(e.error);u==="open"?(o=!0,s=void 0):p&&c(p.code)&&(u==="waiting"||u==="\
failed")&&(s=p),i=void 0,s&&s===p&&ye(`Not let in. ${t.sentence(s)}`),u==="waiting"&&p?.code===4107&&!s&&b(),u!==a&&(a=u,u==="open"&&ye("Connected."),u==="waiti\
ng"&&!s&&ye(`Cut off. ${p?t.sentence(p):""} It is tried again by itself.`),u==="failed"&&ye(`Stopped. ${p?t.sentence(p):""}`))},show(u){let p=l(u),[g,E]=t.connection(
p),C=p.wantsToken?"failed":p.state;S("connection").dataset.state=C==="authenticating"?"connecting":C==="failed"||C==="closed"?"stopped":C,X(S("headline"),g),X(S(
"explanation"),E.trim()),X(S("tabs"),u.tabs),r.show(p.wantsToken===!0||p.tokenEnds!==void 0,p.wantsToken===!0),S("retry").hidden=p.wantsToken===!0||p.state!=="w\
aiting"&&p.state!=="failed",S("retry").textContent=p.state==="failed"?"Load again":"Try now"}}}function Ws(e){try{let t=e.split(".")[1].replaceAll("-","+").replaceAll("_","/");return Number(JSON.parse(atob(t)).exp)*1e3}catch{return Number.NaN}}function lo(e){
let t="",n=[],r=S("token"),o=S("credentials"),s=typeof BroadcastChannel=="function"?new BroadcastChannel("holdfast page"):void 0;function i(a){t=a;let c=n;n=[];
for(let b of c)b(t);e()}return s&&(s.onmessage=({data:a})=>{typeof a?.token=="string"?i(a.token):t&&s.postMessage({token:t})},s.postMessage({})),o.onsubmit=a=>{
a.preventDefault();let c=r.value.trim();r.value="",s?.postMessage({token:c}),i(c),S("message").focus()},{next:a=>a?new Promise(c=>n.push(c)):t,asked:()=>n.length>
0,left(){let a=Ws(t);return Number.isNaN(a)?void 0:Math.max(0,Math.ceil((a-Date.now())/1e3))},show(a,c){a&&o.hidden&&c&&!S("message").value&&setTimeout(()=>r.focus()),
o.hidden=!a,X(S("token-button"),c?"Connect":"Stay connected")}}}var ue=e=>e.toLocaleString();function wn(e){if(e<1e3)return de(e,"byte");let t=["kB","MB","GB"],n=-1;do e/=1e3,n++;while(e>=1e3&&n<t.length-1);return`${e.toLocaleString(
void 0,{maximumFractionDigits:1})} ${t[n]}`}var Gs=e=>e>0?`${e<10?e.toFixed(1):Math.round(e)} ms`:"not measured yet";function zs(e){let t=Object.entries(e);return t.
length?t.map(([n,r])=>r>1?`${r} × ${n}`:n).join(", "):"none"}var fo=(e,t)=>[["Connection",[["Round trip",Gs(e.rtt)],["Connections",`${ue(e.connects)} of ${de(e.
attempts,"attempt")}`],["Ends, by code",zs(e.disconnects)],["Bytes in, out",`${wn(e.bytesIn)}, ${wn(e.bytesOut)}`],["Tabs",t.tabs]]],["Publishing",[["Taken",ue(
e.published)],["Delivered",ue(e.delivered)],["Failed, unknown",`${ue(e.failed)}, ${ue(e.unknown)}`],["Sent again",ue(e.resent)],["… which the server had",ue(e.
duplicates)],["Waiting",`${ue(e.outboxRecords)} (${wn(e.outboxBytes)})`],["Kept",t.outbox]]],["Receiving",[["Received",ue(e.received)],["Doubles dropped",ue(e.duplicatesDropped)],
["Gaps",ue(e.gaps)],["Lost by the server",ue(e.lost)]]]];function po(e,t){let n=S("figures-panel"),r=S("figures-button"),o=new Map;function s(l){for(let[u,p]of fo(
l,t()))for(let[g,E]of p){let C=`${u} ${g}`,w=o.get(C);w&&X(w,E)}}function i(l){for(let[u,p]of fo(l,t())){let g=B("dl","");for(let[E,C]of p){let w=B("dd","",C);o.
set(`${u} ${E}`,w),g.append(B("div","",B("dt","",E),w))}n.append(B("section","",B("h2","",u),g))}}async function a(){let l=await e();o.size===0?i(l):s(l)}let c=()=>{
a().catch(()=>{})},b;r.onclick=()=>{let l=n.hidden;n.hidden=!l,r.setAttribute("aria-expanded",String(l)),clearInterval(b),l&&(c(),b=setInterval(c,1e3))}}var Js=500,Ks=8,Vs=e=>Array.from(e.subarray(0,100),t=>t.toString(16).padStart(2,"0")).join(" ");function Xs(e){if("text"in e)return B("div","payload",B("p","dat\
a",e.text));let t="bytes"in e,n=t?`${Vs(e.bytes)}${e.bytes.length>100?" …":""}`:e.json;return B("div","payload",B("span","kind",t?de(e.bytes.length,"byte"):"J\
SON"),B("code","data",n))}function vn(e,t,n,r){let o=B("span","offset",e?String(e):"–");o.title=e?`offset ${e}`:"it has no offset yet";let s=B("span","meta");
return r&&s.append(B("span","by",r)),n&&s.append(Ht(n)),B("li","record",o,Xs(t),s)}function mo(e){let t=S("log"),n=new Map,r=0,o=0;function s(a){for(t.append(a),
o++;t.childElementCount>Js;){let c=t.firstElementChild;c.classList.contains("record")&&r++,n.delete(Number(c.dataset.offset)),c.remove()}e()}return{clear(){n=new Map,
r=0,t.replaceChildren()},startsAfter(a){n.size===0&&(r=a)},record(a,c,b,l){let u=vn(a,c,b,l);u.dataset.offset=String(a),n.set(a,u),s(u)},notice(a){s(B("li","not\
ice",a))},mine(a,c){let b=n.get(a);if(!b)return!1;if(b.classList.contains("mine"))return!0;b.classList.add("mine");let l=b.querySelector(".meta");return l.querySelector(
".by")?.remove(),l.prepend(B("span","by","you")),l.append(at("delivered",c.synced?`synced to disk, on ${de(c.copies||1,"machine")}`:"in the server’s memory")),
!0},forked(a){for(let[c,b]of n)c<a||(b.classList.add("gone"),b.querySelector(".badge")?.replaceWith(at("gone")),n.delete(c))},empty:()=>t.childElementCount===0,
hidden:()=>r,settle(){S("live").setAttribute("aria-live",o>Ks?"off":"polite"),o=0}}}var bo=100,kn=e=>e.status==="failed"||e.status==="unknown",Qs=e=>e.status==="pending"||e.status==="sent";function ho(e,t,n,r){let o=[],s=new Map,i="";function a(u){
o=o.filter(p=>p!==u),c(u),S("message").focus(),r()}function c(u){s.get(u)?.remove(),s.delete(u)}function b(u){let p=u.fault??{code:0},g=B("button","quiet","Send\
 again"),E=B("button","quiet","Dismiss");return g.type=E.type="button",E.onclick=()=>a(u),g.onclick=()=>{a(u),n(u)},B("div","trouble",B("p","",`${e.sentence(p)}\
 ${e.advice(p.code)}`),g,E)}function l(u){let p=s.get(u);p||(p=vn(0,u.payload,0,"you"),p.classList.add("mine"),p.querySelector(".meta").append(Ht(u.at)),s.set(u,
p),S("queue").append(p));let g=`${u.status}|${u.fault?.code??""}`;p.dataset.shown!==g&&(p.dataset.shown=g,p.querySelector(".badge")?.remove(),p.querySelector(".\
trouble")?.remove(),p.querySelector(".meta").append(at(u.status)),u.fault&&(p.append(kn(u)?b(u):B("div","trouble",e.sentence(u.fault))),kn(u)&&ye(`A message ${u.
status==="failed"?"failed":"has an unknown outcome"}. ${e.sentence(u.fault)}`)))}return{add:u=>{o.push(u)},waiting:()=>o.filter(Qs).length,clear(){s.clear(),S("\
queue").replaceChildren()},refresh(u,p){o=o.filter(L=>{if(L.status!=="delivered")return!0;let{offset:h=0,synced:M=!1,copies:$=0}=L,N=L.channel!==u||h<=p;return L.
channel===u&&h&&t.mine(h,{synced:M,copies:$}),N&&c(L),!N});let g=o.filter(L=>L.channel===u);for(let L of g.slice(0,bo))l(L);let E=g.length-bo;X(S("queue-more"),
E>0?`and ${de(E,"more message")}.`:""),S("outgoing").hidden=g.length===0,g.length===0&&(i=""),X(S("queue-held"),i),X(S("outgoing-title"),g.length===0||g.some(L=>!kn(
L))?"Not yet in the channel":"Not stored, or not known to be");let C=o.filter(L=>L.channel!==u),w=[...new Set(C.map(L=>L.channel))].join(", ");X(S("elsewhere"),
C.length?`${de(C.length,"message")} of yours ${C.length===1?"is":"are"} not stored in ${w}.`:"")},held(u){i=u,ye(u),r()},empty:()=>s.size===0}}var go=()=>typeof BroadcastChannel=="function"&&!!globalThis.navigator?.locks;function yo(e,t,n){let r,o,s=(i,a,c)=>{let{signal:b}=o;return navigator.locks.request(
`holdfast ${e} ${i}`,{signal:b},()=>{if(!b.aborted)return a(),c?void 0:new Promise(l=>b.addEventListener("abort",()=>l()))}).catch(l=>{if(!b.aborted)throw l})};
return{on:()=>new Promise((i,a)=>{if(o)return i();o=new AbortController,r=new BroadcastChannel(`holdfast ${e}`),r.onmessage=({data:c})=>{!c||typeof c.t!="string"||
typeof c.from!="string"||c.to&&c.to!==t||(c.v===1?n.fr(c):n.pr(c.t))},s(`tab ${t}`,()=>{i(),s("lead",n.mr).catch(a)}).catch(a)}),sn:()=>{o?.abort(),r?.close(),o=
r=void 0},l:(i,a,c)=>r?.postMessage({...a,v:1,t:i,from:t,to:c}),Et:i=>{s(`tab ${i}`,()=>n.Ue(i),!0)}}}var xo=(e,t)=>!e||t&&t.o<e.o?t:e;function wo(e,t){let n=new Map,r=[],o=0,s,i,a=[0,0],c=0,b=[0,0],l,u,p=()=>n.size>1?void 0:n.keys().next().value,g=()=>[...n.values(),
...l?[l]:[]],E=()=>{let O=o;o=0,O&&t.l({c:"unsubscribe",sub:O})},C=O=>{E(),o=t.br(N),s=g().find(v=>v.M.cursor)?.M.cursor;let _=[0,1].map(v=>Math.min(...g().map(
R=>R.M.window[v])));t.l({...O,sub:o,window:_,...s&&{cursor:s}}),a=[0,0],b=[0,0],c=0;for(let v of n.values())v.N=[0,0]},w=O=>{let{term:_,o:v,earlier:R}=O;C({c:"s\
ubscribe",sub:o,ch:e,at:"position",o:v,window:[0,0],..._&&{term:_,earlier:R}}),L(O)},L=O=>{i={...O},u=void 0,t.j({e:"open",ch:e,g:o,at:O},p())},h=()=>{l||!r.length||
(l=r.shift(),u=n.size?i:void 0,i=void 0,C(l.M))},M=()=>{l=void 0,u&&n.size&&w(u),h()},$=()=>{if(!o||!n.size||l)return;let O,_=[...a];for(let U of n.values()){(!O||
U.d<O.d)&&(O=U);for(let I of[0,1])_[I]=Math.min(_[I],U.N[I])}let v=[_[0]-b[0],_[1]-b[1]],R=O.d>c;!R&&!v[0]&&!v[1]||(b=_,R&&(c=O.d),t.l({c:"done",sub:o,took:v,...R&&
{term:O.w,o:c}}))},N={U:e,C:()=>o,on(O,_){let{sub:v,cursor:R}=_.cmd,U={We:O,C:v,M:_.cmd,d:_.done??0,w:_.at?.term??"",N:[...a]},I=[...g(),...r].find(F=>R&&F.M.cursor&&
F.M.cursor!==R);if(I){let F={code:Gn,detail:`another tab reads it with the cursor ${I.M.cursor}`};t.j({e:"ended",sub:v,fault:F},O)}else _.at?(n.set(O,U),l?u=xo(
u,_.at):!i||_.at.o<i.o||R&&!s?w(xo(i,_.at)):t.j({e:"open",ch:e,g:o,at:i},O)):(r.push(U),h())},sn(O){let _=n.get(O);n.delete(O);let v=r.findIndex(R=>R.We===O);return v>=
0&&r.splice(v,1),l?.We===O?(E(),M()):_?.M.cursor&&n.size&&i?w(i):$(),n.size||l||r.length?!1:(E(),!0)},d(O,_,v,R,U){let I=n.get(O);I&&(_===o&&(I.N=[I.N[0]+v[0],I.N[1]+
v[1]]),R!==void 0&&([I.d,I.w]=[R,U??""]),$())},hr(O,_){if(!l)return;let v=l,R={term:O,o:_,earlier:v.M.term?v.M.earlier??[]:[]};l=void 0,v.d=_,v.w=O,n.size||(u=void 0),
n.set(v.We,v),t.j({e:"subscribed",sub:v.C,term:O,o:_},v.We),u&&u.o<_?w(u):L(R),h()},B(O){if(i){for(let _ of O)"gap"in _?i={term:_.term,o:_.after,earlier:_.earlier}:
"term"in _?i={...i,term:_.term,earlier:_.earlier}:(i.o=_.o,a[0]++,a[1]+=_.data.length);t.j({e:"stream",ch:e,items:O},p())}},Jt(O){o=0;let _=l?[l]:[...n.values()];
for(let v of _)t.j({e:"ended",sub:v.C,...O&&{fault:O}},v.We),n.delete(v.We);return l||(i=void 0),M(),!n.size&&!l}};return N}var vo=1e3,Ys=1e3,Zs=1e3,ei=1e3;function So(e,t){let n=new Map,r=new Map,o=new Map,s=new Map,i=new Map,a=new Map,c=0,b=!0,l,u,p,g=[],E,C=[],w=[],L,h=[],M=()=>{let m=h;
h=[];for(let y=0;y<m.length;){let k=m[y][1],j=[];for(;y<m.length&&m[y][1]===k;y++)j.push(m[y][0]);e.j(j,k)}},$=(m,y)=>{h.push([m,y])===1&&queueMicrotask(M)},N=m=>n.
get(m)?.Mt,O=(m,y)=>{if(!(!y.an||!y.Mt||!p)){y.an=!1;for(let k of i.values())n.has(ko(k.id))||$(k,m)}},_=()=>{for(;g.length&&(!p.full||g.length>ei);)l.l(g.shift())},
v=m=>{let y=ko(m.id),{status:k,producer:j="",number:re=0}=m;if(m.end?i.delete(m.id):i.has(m.id)&&Object.assign(i.get(m.id),j?{status:k,producer:j,number:re}:{status:k}),
N(y))return $(m,y);$(m),m.end&&(a.set(m.id,m),a.size>Zs&&a.delete(a.keys().next().value))},R=m=>{if(!(E&&m.e!=="closed"&&(m.e!=="entry"||/pending|sent/.test(m.status)))&&
!(L&&m.e!=="closed"))switch(m.e){case"status":return m.status.state==="failed"&&m.status.fault?.code===pt&&(L=setTimeout(te,vo),m={e:"status",status:{...m.status,
state:"waiting",retryAt:Date.now()+vo}}),u=m,$(m);case"outbox":p=m;for(let[y,k]of n)O(y,k);$(m);for(let[y,k]of C.splice(0))W.Y(y,k);return G(),_();case"restored":
return void i.set(m.id,m);case"entry":return v(m);case"subscribed":case"records":case"ended":return U(m);case"reply":case"stats":{let y=s.get(m.id);return s.delete(
m.id),y&&$({...m,id:y[1]},y[0])}case"closed":return L?void 0:(E||$(m),M(),E?.());default:$(m)}},U=m=>{let y=o.get(m.sub);m.e==="ended"&&o.delete(m.sub),y?.C()===
m.sub&&(m.e==="records"?y.B(m.items):m.e==="subscribed"?y.hr(m.term,m.o):m.e==="ended"&&y.Jt(m.fault)&&r.delete(y.U))},I=m=>{let y=r.get(m);return y||(y=wo(m,{br:k=>(o.
set(++c,k),c),l:k=>l.l(k),j:$}),r.set(m,y)),y},F=(m,y)=>{if(w)return void w.push([m,y]);let k=I(y.cmd.ch);n.get(m)?._.set(y.cmd.sub,k),k.on(m,y)},ee=(m,y)=>{y.sn(
m)&&r.delete(y.U)},G=()=>{if(!w||!p||b&&[...n.values()].some(y=>!y.Mt))return;let m=w.sort(([,y],[,k])=>(y.at?.o??1/0)-(k.at?.o??1/0));w=void 0;for(let[y,k]of m)
n.has(y)&&F(y,k)},ie=(m,y,k)=>{let j="sub"in k?y._.get(k.sub):void 0;switch(k.c){case"join":return F(m,k);case"unsubscribe":return y._.delete(k.sub),w=w?.filter(
([re,Q])=>re!==m||Q.cmd.sub!==k.sub),j&&ee(m,j);case"done":return j?.d(m,k.g,k.took,k.o,k.term);case"call":case"stats":return s.set(++c,[m,k.id]),l.l({...k,id:c});case"\
cancel":for(let[re,[Q,_e]]of s)Q===m&&_e===k.id&&l.l({...k,id:re});return;case"publish":{let re=a.get(k.id);return a.delete(k.id),re?$(re,m):(i.set(k.id,{...k,e:"\
restored",status:"pending",producer:"",number:0}),g.push(k),_())}default:l.l(k)}},ne=()=>{clearTimeout(z),clearTimeout(L)},W={An(m,y,k){N(m)?W.Ue(m):n.has(m)||e.Et(
m);let j={Mt:!0,an:y,_:new Map};n.set(m,j),u&&$(u,m),O(m,j),p&&$(p,m),W.Y(m,k),G()},Y(m,y){let k=n.get(m);if(!p)C.push([m,y]);else if(k)for(let j of y)ie(m,k,j)},
Ue(m){let y=n.get(m);n.delete(m);for(let k of new Set(y?._.values()))ee(m,k);for(let[k,[j]]of s)j===m&&s.delete(k);G()},te(m){if(ne(),L)return m();E=m,l.l({c:"c\
lose",drain:0}),M()},Ge(){ne(),M(),E=()=>{},l.l({c:"close",drain:-1})}},z=setTimeout(()=>{b=!1,G()},Ys);for(let m of t)n.set(m,{Mt:!1,an:!1,_:new Map}),e.Et(m);
let te=()=>{L=void 0,l=e.dn(R)};return te(),W}var ko=e=>e.slice(0,e.indexOf(":"));var Eo=e=>({M:e,X:void 0,rt:0,Hn:void 0,un:0,F:!1,d:0,Ot:[0,0],oe:[0,0]}),Mo=(e,t,n)=>{let{earlier:r=[]}=e.M;e.X={term:t,o:n,earlier:e.M.term?r:[]},e.rt=e.d=n},
Oo=(e,t,n)=>{e.un=n,e.Hn={...t},e.oe=[...e.Ot]},Co=(e,t)=>t.map((n,r)=>{let o=Math.min(n,e.oe[r]);return e.oe[r]-=o,e.Ot[r]-=n,n-o});var _o=e=>[...e.earlier,[e.term,e.o]],To=(e,t)=>e.earlier.length>=7&&t<=e.earlier[0][1]?void 0:e.earlier.find(([,n])=>t<=n)?.[0]??e.term,ti=(e,t,n,r)=>{if(n.term===
e.term||!e.term||r<=t||!e.o)return!1;let[o,s]=r>e.o?[e.term,To(n,e.o)]:[To(e,r),n.term];return o!==void 0&&s!==void 0&&o!==s},ni=(e,t)=>{let n=new Map(_o(t)),r=_o(
e);for(let o=r.length;o--;){let[s,i]=r[o];if(n.has(s))return{term:s,o:Math.min(i,n.get(s)),earlier:r.slice(0,o)}}return{term:"",o:0,earlier:[]}};function Lo(e,t){
let{X:n,Hn:r}=e,o={r:[],Ct:[0,0],Fn:!1};if(!n||!r||r.o>n.o)return o;for(let s of t)if("gap"in s)ri(n,r,s,o.r);else if("term"in s)r.term=s.term,r.earlier=s.earlier;else if(ti(
n,e.rt,r,s.o)){let i=ni(n,{...r,o:s.o});return o.r.push({gap:"fork",from:i.o+1,to:n.o,term:i.term,after:i.o,earlier:i.earlier}),Object.assign(n,i),o.Fn=!0,r.o=Number.
POSITIVE_INFINITY,o}else{r.o=s.o;let i=s.data.length;s.o>n.o?((!e.F||n.term!==r.term)&&o.r.push({term:r.term,earlier:r.earlier}),e.F=!0,Object.assign(n,r),o.r.push(
s),e.Ot[0]++,e.Ot[1]+=i):(o.Ct[0]++,o.Ct[1]+=i)}return o}var ri=(e,t,n,r)=>{let o={term:n.term,o:n.after,earlier:n.earlier},s=n.gap==="fork";Object.assign(t,o),
(s?e.o>n.after:n.to>e.o)&&(r.push({...n,from:s?n.after+1:Math.max(n.from,e.o+1),to:s?e.o:n.to}),Object.assign(e,o))};var oi=256,Sn=(e,t)=>({code:e,detail:t});function $o(e){let t=new Map,n=new Set,r=new Set,o=new Map,s=new Map,i="",a="",c,b=!1,l=!0,u,p,g=!1,E=!1,C=[],w=0,L,h=!1,
M=()=>{let f=C;if(C=[],!(!i||!f.length)){for(let T of f)T.c==="publish"&&(t.get(T.id).I=!0),T.c==="call"&&o.has(`call${T.id}`)&&(o.get(`call${T.id}`).I=!0);u?u.Y(
e.ee,f):W.l("want",{e:a,list:f},i)}},$=f=>{C.push(f)===1&&queueMicrotask(M)},N=({M:f,X:T,d:P})=>({c:"join",cmd:f,...T&&{at:{...T},done:P}}),O=f=>{for(let[T,{M:P,
I:J}]of o)!J||P.c!=="call"||P.key||(o.delete(T),e.L({e:"reply",id:P.id,fault:Sn(He,"the tab that made it is gone"),type:0,data:new Uint8Array}));if(f)for(let[T,
{I:P}]of t)P&&(t.delete(T),e.L({e:"entry",id:T,status:"unknown",end:!0,fault:Sn(Je,"the tab that sent it is gone")}))},_=()=>[...[...t.values()].map(f=>f.M),...[
...s.values()].map(N),...[...o.values()].map(f=>f.M)],v=(f,T)=>{if(!g||T===a)return;a&&O(!c?.durable),C=[],i=f,a=T;let P=_(),J={e:T,fresh:l,list:P};l=!1;for(let Te of[
...t.values(),...o.values()])Te.I=!0;u?u.An(e.ee,J.fresh,P):W.l("hello",J,f)},R=(f,T,P)=>{let J=Lo(T,P);J.r.length&&e.L({e:"records",sub:f,items:J.r}),J.Ct[0]&&
$({c:"done",sub:f,g:T.un,took:J.Ct}),J.Fn&&$(N(T))},U=f=>{if(!c)return;let T=c.full||r.size>=oi;!f&&T===b||(b=T,e.L({...c,full:b}))},I=f=>{let T=t.get(f.id);if((f.
number||f.end)&&r.delete(f.id),T&&(T.Pn=f.status),(T||n.has(f.id))&&e.L(f),!f.end)return U();t.delete(f.id),n.delete(f.id),U(),L&&!t.size&&re()},F=f=>{switch(f.
e){case"entry":return I(f);case"restored":return n.add(f.id),e.L(f);case"outbox":return c=f,U(!0);case"reply":case"stats":return o.delete((f.e==="reply"?"call":
"stats")+f.id)?e.L(f):void 0;case"subscribed":{let T=s.get(f.sub);return T&&Mo(T,f.term,f.o),T&&e.L(f)}case"ended":return s.delete(f.sub)?e.L(f):void 0;case"ope\
n":case"stream":for(let[T,P]of s)P.M.ch===f.ch&&(f.e==="open"?Oo(P,f.at,f.g):R(T,P,f.items));return;case"records":return;case"closed":return _e("failed");default:
e.L(f)}},ee=(f,T)=>{T!==e.ee&&W.l("news",{e:a,list:f},T),(!T||T===e.ee)&&f.forEach(F)},G=f=>W.l("lead",{e:a},f),ie=async()=>{let f=crypto.randomUUID(),T=`holdfa\
st ${e.st} tab `,P=++w,{held:J=[]}=await navigator.locks.query();if(P!==w||h)return;let Te=J.flatMap(Re=>Re.name?.startsWith(T)?[Re.name.slice(T.length)]:[]);u=
So({dn:e.dn,j:ee,Et:Re=>Re!==e.ee&&W.Et(Re)},Te),v(e.ee,f),G()},ne=f=>{if(f.t==="who")return u&&G(f.from);if(f.t==="lead")return u||typeof f.e!="string"?void 0:
v(f.from,f.e);if(Array.isArray(f.list)){if(f.t==="news"){for(let T of f.list)(f.e===a||T.e==="entry"&&T.end)&&F(T);return}!u||f.e!==a||(f.t==="hello"?u.An(f.from,
!!f.fresh,f.list):f.t==="want"&&u.Y(f.from,f.list))}},W=yo(e.st,e.ee,{mr:()=>{ie().catch(k)},fr:ne,Ue:f=>u?.Ue(f),pr:f=>{u?G():f==="lead"&&k()}}),z=()=>{W.on().
then(()=>{g=!0,W.l("who",{})},k)},te=()=>{w++,u?.Ge(),u=void 0,g=!1,i="",W.sn()},m=()=>{p||E||h||(M(),E=!0,te())},y=()=>{!E||p||h||(E=!1,e.L({e:"status",status:{
state:"connecting",attempt:0}}),z())},k=()=>{if(!(p||h)){te(),O(!0),p=e.gr();for(let f of _())f.c!=="join"?p.l(f):p.l({...f.cmd,...f.at&&{...f.at,at:"position"}})}},
j=[[document,"freeze",m],[document,"resume",y],[globalThis,"pagehide",m],[globalThis,"pageshow",y]];for(let[f,T,P]of j)f.addEventListener(T,P);let re=()=>{h||(h=
!0,M(),u?u.te(()=>_e("closed")):_e("closed"))},Q=Sn(le,"the session was closed"),_e=f=>{h=!0,clearTimeout(L);for(let[P,J,Te]of j)P.removeEventListener(J,Te);u=void 0,
te(),f==="closed"&&e.L({e:"status",status:{state:f,attempt:0}});for(let P of s.keys())e.L({e:"ended",sub:P});for(let[P,{Pn:J}]of t)e.L({e:"entry",id:P,status:J,
end:!0,fault:Q});for(let{M:P}of o.values())je(P);let{size:T}=t;for(let P of[s,t,o])P.clear();e.L({e:"closed",left:T})},je=f=>{f.c==="publish"&&e.L({e:"entry",id:f.
id,status:"failed",end:!0,fault:Q}),f.c==="call"&&e.L({e:"reply",id:f.id,fault:Q,type:0,data:new Uint8Array}),f.c==="subscribe"&&e.L({e:"ended",sub:f.sub,fault:Q})},
It=f=>{if(p)return p.l(f);if(h||L&&f.c==="publish")return je(f);switch(f.c){case"publish":return t.set(f.id,{M:f,I:!1,Pn:"pending"}),r.add(f.id),$(f),U();case"c\
all":case"stats":return o.set(f.c+f.id,{M:f,I:!1}),$(f);case"cancel":return o.delete(`call${f.id}`),$(f);case"subscribe":{let T=Eo(f);return s.set(f.sub,T),$(N(
T))}case"unsubscribe":return s.delete(f.sub)?($(f),e.L({e:"ended",sub:f.sub})):void 0;case"done":{let T=s.get(f.sub);return T?(f.o!==void 0&&(T.d=f.o),$({...f,g:T.un,
took:Co(T,f.took)})):void 0}case"close":return L?void 0:(L=setTimeout(re,f.drain),e.L({e:"status",status:{state:"closing",attempt:0}}),void(t.size||re()));default:
$(f)}};return z(),{l:It}}var si=()=>{let e="holdfast tab";try{let t=sessionStorage.getItem(e)??crypto.randomUUID();return sessionStorage.setItem(e,t),t}catch{return crypto.randomUUID()}},
Ro=()=>(e,t,n)=>{let r=()=>e(t,`:${si()}`);return go()?$o({st:JSON.stringify([n.url,n.user,n.outbox]),ee:n.page,L:t,dn:e,gr:r}):r()};function Ao(e){let t=Ro(),n=!1,r=!1,o=1;async function s(){let{held:c=[]}=await navigator.locks?.query()??{},b=c.filter(l=>/^holdfast .* tab [^ ]+$/.test(l.name??
"")).length;b!==o&&(o=Math.max(1,b),e())}setInterval(()=>{s().catch(()=>{})},1e3);let i=(c,b,l)=>t((u,p)=>(n=!0,r=!1,e(),c(g=>{g.e==="status"&&(r=g.status.state===
"open"),g.e==="closed"&&(n=!1,e()),u(g)},p)),b,l),a=()=>de(o-1,"other tab");return{share:i,connected:()=>n&&r,brief(){return o<2?"":n?`${a()} ${o===2?"uses":"us\
e"} this connection.`:"Through another tab’s connection."},words:()=>`${o}, ${n?"this one has the connection":"another one has the connection"}`}}var ii=50,En=JSON.parse(S("codes").textContent??"{}"),me=uo(En),Fo=()=>new URLSearchParams(location.search).get("channel")||"chat:lobby",Ho=(e,t)=>t>e?`Records ${e}\
–${t} are`:`Record ${e} is`,Ue="",ke=0,_n=new AbortController,dt=!1,qe=!0,Tn=!1,Se=()=>{Tn||setTimeout(ci),Tn=!0},Po=lo(()=>{ct.renewed(),Y.state==="waiting"&&
Y.reconnect(),Se()}),ut=Ao(Se),Y=new it("ws",{agent:"holdfast-page",outbox:Wt({name:"page"}),tabs:ut.share,token:()=>Po.next(ut.connected()||ct.refused())}),ct=co(
Y,me,En,Po),ce=mo(Se),Pt=new Map,$e=ho(me,ce,e=>Io(e.payload,e.channel),Se);po(()=>Y.stats(),()=>({outbox:Y.outbox?.durable?"in this browser, on disk":"in this \
tab",tabs:ut.words()}));function Io(e,t=Ue){if(Y.outbox?.full)return`${me.sentence({code:4350})} Wait until some are stored, or dismiss those that failed.`;try{
Do("json"in e?Y.publish(t,yn(e.json),{type:"json"}):Y.publish(t,"text"in e?e.text:e.bytes),e)}catch(n){return me.sentence(Le(n))}return qe=!0,Se(),""}function Do(e,t){
let n={channel:e.channel,payload:t,at:Date.now(),status:e.status};Pt.set(e,n),$e.add(n)}var ai=e=>typeof e=="string"?{text:e}:e instanceof Uint8Array?{bytes:e}:
{json:JSON.stringify(e)};Y.addEventListener("message",({detail:e})=>{Pt.has(e)||Do(e,ai(e.data));let t=Pt.get(e);t.status=e.status,t.fault=e.error&&Le(e.error),
e.ack&&Object.assign(t,{offset:e.ack.offset,synced:e.ack.synced,copies:e.ack.copies}),e.status!=="pending"&&e.status!=="sent"&&Pt.delete(e),Se()});Y.addEventListener(
"held",({detail:e})=>{let t=Math.max(1,Math.ceil((e.at-Date.now())/1e3));e.channel===Ue&&$e.held(`${me.sentence(Le(e.error))} It is tried again in ${t} s.`)});Y.
addEventListener("lost",({detail:{channel:e,from:t,to:n}})=>{let r={code:4322,detail:`your messages ${t}–${n} in ${e}`};ce.notice(`${me.sentence(r)} ${me.advice(
4322)}`)});function di(e){if(e.gap===void 0){let s=e.type==="json"?{json:e.text()}:e.type==="text"?{text:e.text()}:{bytes:e.bytes};ce.startsAfter(e.offset-1),ce.
record(e.offset,s,e.time,e.user),ke=e.offset;return}let{gap:t,from:n,to:r}=e;if(t!=="fork"){ke=r,ce.notice(`${Ho(n,r)} no longer kept.`);return}ke=n-1,ce.forked(
n);let o=ke?`goes on after record ${ke}`:"begins anew";ce.notice(`${Ho(n,r)} no longer in the channel: the server’s store was restarted or restored, and the log\
 ${o}.`)}async function ui(e,t){let n;for(;!t.aborted;){let r=Y.subscribe(e,{from:n===void 0?{last:ii}:{checkpoint:n},signal:t});r.ready.then(o=>{t.aborted||(n??=
o,dt=!0,ke=Math.max(ke,Number(o.split(" ")[0].split("@")[1])),Se())},()=>{});try{for await(let o of r)di(o),n=o.checkpoint}catch(o){let s=Le(o),i=Y.state!=="fai\
led"&&["now","later"].includes(Ft(En,s.code));if(ce.notice(`${e} is not subscribed. ${me.sentence(s)} ${i?"It is asked again by itself.":me.advice(s.code)}`),!i)
return;await new Promise(a=>setTimeout(a,1e3))}}}function Mn(e){_n.abort(),_n=new AbortController,Ue=e,ke=0,dt=!1,qe=!0,ce.clear(),$e.clear(),S("newest").hidden=
!0,S("channel").value=e,S("empty-command").textContent=`echo hello | holdfast publish ${location.origin} ${e}`,document.title=`${e} · Holdfast`,Ie(S("channel"),
S("channel-mistake"),""),ui(e,_n.signal),Se()}var No=()=>requestAnimationFrame(()=>S("view").scrollTo({top:S("view").scrollHeight,behavior:"instant"}));function ci(){
Tn=!1,$e.refresh(Ue,dt?ke:0);let e=ce.empty()&&$e.empty();S("empty").hidden=!e,X(S("empty-text"),dt?`Nothing in ${Ue} yet.`:"Records appear here as soon as ther\
e is a connection."),S("empty-hint").hidden=!dt;let t=ce.hidden();X(S("before"),t?`${t.toLocaleString()} earlier record${t===1?" is":"s are"} not shown here.`:""),
ce.settle(),ct.show({waiting:$e.waiting(),tabs:ut.brief()}),qe?No():S("newest").hidden=!1}Y.addEventListener("status",()=>{ct.changed(),Se()});setInterval(()=>ct.
show({waiting:$e.waiting(),tabs:ut.brief()}),250);ao(Io);S("chooser").onsubmit=e=>{e.preventDefault();let t=S("channel").value.trim(),n=t===""||yn(t).length>255||
/[\p{C}\p{Z}"\\\uFFFD]/u.test(t);Ie(S("channel"),S("channel-mistake"),n?`${me.sentence({code:4304})} ${me.advice(4304)}`:""),!(n||t===Ue)&&(history.pushState(null,
"",`?channel=${encodeURIComponent(t)}`),Mn(t),S("message").focus())};S("retry").onclick=()=>{Y.state==="failed"?location.reload():Y.reconnect(),S("message").focus()};
S("newest").onclick=()=>S("view").scrollTo({top:S("view").scrollHeight});S("view").onscroll=()=>{let{scrollTop:e,clientHeight:t,scrollHeight:n}=S("view");qe=n-e-
t<40,qe&&(S("newest").hidden=!0)};new ResizeObserver(()=>qe&&No()).observe(S("view"));window.onpopstate=()=>Mn(Fo());window.onbeforeunload=e=>{Y.outbox?.durable===
!1&&$e.waiting()>0&&e.preventDefault()};ye("");Mn(Fo());})();
