// Generated from web/page and sdk/ts/src by npm run page in sdk/ts. DO NOT EDIT.
"use strict";(()=>{var Dn="1002s protocol_error";var Nn="1006n abnormal";var Bn="4000n heartbeat_timeout",Un="4001n write_timeout";var qn="4009n timeout";var He="4107l disconnected";var jn="4110l at_capacity";var ft="4300s bad_frame";var Wn="4304s bad_channel";var Gn="4309s bad_payload";var zn="4312s already_subscribed";var Je="4315s unknown_outcome";var Oe="4321s bad_argument";var Bt="4326s dropped";var Ut="4350s outbox_full",pt="4351s outbox_locked";var Jn="4353s outbox_mismatch";var le="4357s closed";var Kn="4359s not_holdfast",Vn="4360s canceled",Ne="4361s io",Xn="4362s retries_exhausted";var Qn=`400s http_bad_request
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
o===void 0?void 0:{cause:o}),this.code=Number.parseInt(t,10),this.codeName=s,this.op=n,this.detail=r}};var Zo=3e3,Yn=2e3,Zn=e=>Math.abs(Date.now()-e)>7e3,qt=e=>new q(pt,`open outbox ${e}`,"another page uses it"),er=async e=>{let t=globalThis.navigator?.locks;return t&&
new Promise((n,r)=>{t.request(`holdfast:${e}`,{signal:AbortSignal.timeout(Zo)},()=>new Promise(o=>n(o))).catch(()=>r(qt(e)))})},tr=async(e,t)=>{for(let n=9;;n--){
try{return await t()}catch(r){if(!e||!n)throw r}await new Promise(r=>setTimeout(r,1e3))}};var es=7*864e5,nr=(e={})=>({...e,durable:!1}),mt=()=>({Lt:[],Ge:[],$:new Map,ze:new Map}),rr=async(e,t,n,r,o)=>{let s=mt(),i=[],a=[],u=new Map,b=[],c;for(let[l,
p]of n)typeof l=="number"?i.push(p):Array.isArray(l)?a.push(p):l==="marks"?b=p:l==="user"?c=p:`${l}`.startsWith("page ")&&u.set(`${l}`.slice(5),p);if(i.sort((l,p)=>l.
id-p.id),t&&c!==t){if(i[0])throw new q(Jn,`open outbox ${e}`,`it belongs to user "${c}", not to "${t}"`);s.be=t;for(let l of a)s.$.set(l.ch+l.p,[l.ch,l.p]);a=[]}
for(let l of i){let p=b.find(h=>l.id<=h.id);p&&!l.sent&&(Object.assign(l,{sent:p.sent,mem:p.mem}),s.Lt.push(l))}for(let[l,[,p]]of u)p<Date.now()-es&&s.ze.set(l,
void 0);return s.he=[],await r(s),{ie:i,$:a,ze:u,cn:r,te:o}};var jt="outbox",ts=e=>new Promise((t,n)=>{e.onsuccess=()=>t(e.result),e.onerror=()=>n(e.error)}),Wt=(e={})=>{let t=e.name??"holdfast";return{...e,name:t,durable:!0,
ae:(n,r,o="")=>ns(t+o,n,r)}},ns=async(e,t,n)=>{let r=l=>l instanceof q?l:new q(Ne,`outbox ${e}`,"IndexedDB failed",l),o=await er(e),s=o?0:Math.random(),i,a,u=!1,
b=()=>{clearInterval(i),u&&c(l=>l.delete("owner")).catch(()=>{}),a?.close(),o?.()},c=l=>new Promise((p,h)=>{let T,$=a.transaction(jt,"readwrite",{durability:"st\
rict"}),y=$.objectStore(jt);if($.oncomplete=()=>p(),$.onabort=()=>h(r(T??$.error)),!s)return l(y);let C=y.get("owner");C.onsuccess=()=>{C.result&&C.result[0]!==
s&&(u||!Zn(C.result[1]))?(T=qt(e),$.abort()):(u=!0,y.put([s,Date.now()],"owner"),l(y))}});try{let l=globalThis.indexedDB.open(`holdfast:${e}`,1);l.onupgradeneeded=
()=>l.result.createObjectStore(jt),a=await ts(l),a.onclose=()=>n(r(void 0));let p=[],h=y=>{y.openCursor().onsuccess=C=>{let g=C.target.result;g&&(p.push([g.key,
g.value]),g.continue())}};await tr(s,()=>c(h));let $=rr(e,t,p,y=>c(C=>rs(C,y)),b);return s&&(i=setInterval(()=>c(()=>{}).catch(n),Yn)),await $}catch(l){throw b(),
r(l)}},rs=(e,t)=>{for(let n of t.Lt)e.put(n,n.id);for(let n of t.Ge)e.delete(n);for(let n of t.$.values())Array.isArray(n)?e.delete(n):e.put(n,[n.ch,n.p]);t.be!==
void 0&&e.put(t.be,"user"),t.he&&e.put(t.he,"marks");for(let[n,r]of t.ze)r?e.put(r,`page ${n}`):e.delete(`page ${n}`);e.transaction.commit()};var bt=()=>EventTarget,de=(e,t,n)=>e.dispatchEvent(new CustomEvent(t,{detail:n})),we=()=>{let e={};return e.de=new Promise((t,n)=>{e.ge=t,e.ye=n}),e.de.catch(()=>{}),
e},be=(e,t)=>new q(e.code,e.op??t,e.detail);var Ke=class extends bt(){id;channel;data;status;producer;number;ack;error;d=we();Le=we();constructor(t,n,r,o="pending"){super(),this.id=t,this.channel=n,this.data=
r,this.status=o}get done(){return this.d.de}get kept(){return this.Le.de}Je(t){let n=t.status!==this.status||!!t.end;return this.status=t.status,t.number&&(this.
producer=t.producer,this.number=t.number,this.Le.ge()),t.end&&(this.ack=t.ack,t.ack&&this.d.ge(t.ack),t.fault&&(this.error=be(t.fault,`publish to ${this.channel}`),
this.d.ye(this.error),this.Le.ye(this.error))),n&&de(this,"status",this.status),n}};var or="ch:a n o data:d content:c h:h p:X term:x ts by:a id code:k detail:s retry count:u synced:f dup:f skipped:f copies:u sent mem:x from to at:w after gen wa\
nt cursor:a user:a session:X why:w token:s process:x counter agent:a subs:o results:o earlier:e last since window:p max_in_flight:p max_window:p heartbeat max_m\
essage:u max_subs:u dedupe clock name:a key:s successor:X first head version url:s delay pending",sr="hello!B?@CD)EF publish!#)$67('& skip!#)89U subscribe!-#:*%\
H[IJ>K unsubscribe!-# ack!#%< call!-ST'& refresh!BZ ping!- pong!- bye!./",ir="welcome!@?ENOLMPQ725RG stored!#)$1%2345 refused!#)$.0=/ record!#%*+,('& pass!#%* g\
ap!#89*;A subscribed!-#*%VW<./0 unsubscribed!-#./ reply!-./'& join!#?@*X'& leave!#?@*X receipt!#>?% reconnect!ZY.",ht={at:["head","start","position","last","tim\
e"],why:["","retention","fork"]};var gt=class extends q{offset;constructor(t,n=""){super(ft,"read a message",`byte ${t}${n&&`: ${n}`}`),this.offset=t}};var Gt=[void 0,...or.split(" ").map((e,t)=>{let[n="",r="n"]=e.split(":");return{ln:n,fn:r,pn:t*4+4+("nukfwc".includes(r)?0:r==="x"?1:r==="X"?3:2),$t:"heo".includes(
r)}})],yt=(()=>{let e=Object.create(null),t=(n,r)=>{for(let[o,s]of n.split(" ").entries()){let[i="",a=""]=s.split("!");e[r+o]=e[i]={In:r+o,st:i,mn:[...a].map(u=>Gt[u.
charCodeAt(0)-34])}}};return t(sr,1),t(ir,32),e})(),xt={n:2**53-1,u:2**32-1,k:65535,f:1,c:2,a:255,s:4096,h:64,e:8,o:1024},zt={h:"as",e:"xn",p:"uu"},Jt=e=>yt[e===
"subs"?"subscribe":"subscribed"];var os=new TextDecoder("utf-8",{fatal:!0,ignoreBOM:!0}),ss=new TextEncoder,Ve,V,fe,he,pe=e=>{throw new gt(e)},Ce=()=>{let e=0;for(let t=0,n=1;;t++,n*=128){V>=fe&&
pe(fe);let r=Ve[V++];if((t>9||t>8&&r<128&&r>1)&&pe(he),e+=(r&127)*n,r<128)return e}},Be=e=>(e>fe-V&&pe(fe),V+=e,Ve.subarray(V-e,V)),is=e=>e?Be(e>2?16:e>1?Ce():8):
Ce(),dr=(e,t)=>{if("as".includes(e)){let r=Be(Ce());try{if(r.length<=xt[e])return os.decode(r)}catch{}pe(he)}if(e==="d")return Be(Ce());if("xX".includes(e)){let r=Array.
from(Be(e==="x"?8:16),o=>(o+256).toString(16).slice(1)).join("");return/[^0]/.test(r)?r:""}if("heop".includes(e)){let r=fe,o=Be(Ce()).length;fe=V,V-=o;let s=e===
"o"?ur(Jt(t),{}):[...zt[e]].map(i=>dr(i,t));return V<fe&&pe(V),fe=r,s}let n=Ce();if(e==="w"){let r=ht[t];return n>0&&(r[n]??(r[0]&&pe(he)))}return n>xt[e]&&pe(he),
e==="f"?n>0:n},ur=(e,t)=>{let n=[];for(;V<fe;){he=V;let r=Ve[V]&3,o=Ce(),s=Gt[Math.floor(o/4)];if((o<4||s&&(s.pn!==o||n.includes(s)))&&pe(he),s&&!s.$t&&n.push(s),
he=V,!s||!e.mn.includes(s))is(r);else{let{ln:i,fn:a,$t:u}=s;t[i]?.length>=xt[a]&&pe(he);let b=dr(a,i);u?(t[i]??=[],t[i].push(b)):b&&b.length!==0&&(a!=="p"||b[0]||
b[1])&&(t[i]=b)}}return t},as=(e,t)=>{typeof e=="string"&&pe(0);let n=new Uint8Array(e);for(let r=0;r<n.length;){Ve=n,he=V=r,fe=n.length;let o=Ce();Be(o),o||pe(
he),r=fe=V,V-=o;let s=yt[Ve[V++]];if(s&&t(ur(s,{t:s.st}))===!1)return}},ge=new Uint8Array(1024),se=0,wt=e=>{if(se+e>ge.length){let t=ge;ge=new Uint8Array((se+e)*
2),ge.set(t)}},Xe=e=>{for(wt(8);e>127;e=Math.floor(e/128))ge[se++]=e%128+128;ge[se++]=e},ar=e=>{wt(e.length),ge.set(e,se),se+=e.length},cr=e=>{wt(1);let t=++se;
e();let n=se-t,r=0;for(let o=n;o>127;o>>=7)r++;wt(r),ge.copyWithin(t+r,t,se),se=t-1,Xe(n),se+=n},lr=(e,t,n)=>{if("xX".includes(e))ar(n.padStart(16,"0").match(/../g).
map(r=>Number.parseInt(r,16)));else if("asd".includes(e)){let r=e==="d"?n:ss.encode(n);Xe(r.length),ar(r)}else"heop".includes(e)?cr(()=>{if(e==="o")fr(Jt(t),n);else
for(let r of[0,1])lr(zt[e][r],t,n[r])}):Xe(e==="w"?ht[t].indexOf(n):+n)},fr=(e,t)=>{for(let{ln:n,fn:r,pn:o,$t:s}of e.mn){let i=t[n];if(!(!i||i.length===0||i===ht[n]?.[0]||
r==="p"&&!(i[0]||i[1])))for(let a of s?i:[i])Xe(o),lr(r,n,a)}},ds=e=>{se=0;for(let n of e)cr(()=>{let r=yt[n.t];Xe(r.In),fr(r,n)});let t=ge.slice(0,se);return se>
65536&&(ge=new Uint8Array(1024)),t},pr={bn:"holdfast.v1.bin",Dn:ds,Bn:as};var mr=e=>({D:e,S:0,$e:[],m:"away",it:e.it??"",Nn:0,R:"",hn:0,gn:0,Re:0,dt:3e4,ut:0,Rt:1024,yn:1048576,ue:[],$:[],Ke:new Map,ct:new Map,Ae:0,Ve:0,lt:!1,ce:0,ft:0,
Xe:0,ne:0,_:new Map,Qe:new Map,He:0,xe:0,W:0,Un:0,At:0,le:0,pt:0,we:0});var H=(e,t)=>{e.$e.push(t)},ve=e=>e.hn+e.S-e.gn,Qe=e=>({ch:e.U,p:e.G,next:e.A,resolved:e.fe,acked:e.z,mem:e.R,ackedAt:e.mt,forgotten:e.ve,successor:e.pe,sealed:e.Ye}),
Le=e=>Math.floor(e/100);var vt=(e,t,n)=>e.Ke.get(n+t),St=(e,t,n)=>vt(e,t,n||e.D.bt),Kt=e=>e.r.length-e.O,Fe=(e,t,n)=>({me:n?"record":"skip",J:!1,re:!!n&&!!(n.sent||n.mem),b:n,x:n?n.id:
0,ke:n?n.size:0,K:e,q:t}),hr=(e,t)=>({...Fe(e.A,e.A-1),me:"seal",x:t}),Ze=e=>{for(let t=e.O;t<e.y;t++)e.r[t].J=!1;e.y=e.O,e.oe=e.Fe=e.Ht=0},_t=(e,t)=>{e.O=t,t*2>
e.r.length&&(e.r.splice(0,t),e.y-=t,e.O=0)},Vt=(e,t)=>{e.Ht+=t,e.Fe&&(e.Fe+=t)},gr=e=>e.r[e.O]?.K??e.A,yr=(e,t,n)=>{for(let r of t){let o=kt(e,r.ch,r.p,Math.max(
r.next,r.resolved+1));o.fe=r.resolved,o.pe=r.successor,o.z=r.acked,o.R=r.mem,o.mt=r.ackedAt,o.ve=r.forgotten}for(let r of n){let o=vt(e,r.ch,r.p)??kt(e,r.ch,r.p,
1);br(o,r.n),o.r.push(Fe(r.n,r.n,r)),o.A=Math.max(o.A,r.n+1),e.Ae=Math.max(e.Ae,r.id),Qt(e,r.expires)}e.Ve=e.Ae;for(let r of e.ue)r.z||(r.ve=Math.max(r.ve,gr(r)-
1));for(let{ch:r,p:o}of t){let s=vt(e,r,o);if(br(s,s.A),!s.pe){e.ct.set(r,s);continue}s.r.push(hr(s,0));let i=vt(e,r,s.pe);i||(i=kt(e,r,s.pe,1),i.Ft=!0,e.ct.set(
r,i)),i.ht=s}for(let r of e.ue)ke(e,r)},br=(e,t)=>{let n=(e.r.at(-1)?.q??e.fe)+1;n<t&&e.r.push(Fe(n,t-1))},kt=(e,t,n,r)=>{let o={U:t,G:n,A:r,fe:0,z:0,R:"",mt:0,
ve:0,pe:"",ht:void 0,Ye:!1,Ft:!1,r:[],O:0,y:0,Pt:!1,oe:0,Se:0,Pe:0,It:0,Fe:0,Ht:0};return e.Ke.set(n+t,o),e.ue.push(o),o},ke=(e,t)=>{!t.Pt&&t.y<t.r.length&&(t.Pt=
!0,e.$.push(t))},cs=(e,t)=>{let n=e.ct.get(t),r=e.D.bt;if(n?.G===r)return n;let o=kt(e,t,r,1);if(e.ct.set(t,o),n){n.pe=r;let s=Qe(n);ls(n,++e.Ae),o.ht=n,ke(e,n),
H(e,{i:"seal",x:e.Ae,gt:s})}return o},ls=(e,t)=>{!Kt(e)&&e.z&&e.r.push(Fe(e.A,e.A++)),e.r.push(hr(e,t))},xr=(e,t)=>{let n=cs(e,t.U),r=e.D.Dt&&e.m==="open",o=n.A++,
s={id:++e.Ae,ch:t.U,p:n.G,n:o,size:t.ke,sent:r?ve(e):0,mem:r?e.R:"",expires:t.ne||0};Qt(e,s.expires),n.r.push({...Fe(o,o,s),re:!1}),ke(e,n),H(e,{i:"persist",b:s})},
wr=(e,t)=>{e.lt=!1;for(let n of e.$)for(let r=n.y;r<n.r.length;r++){let o=n.r[r];!o.re&&o.b&&o.x<=t.x&&(o.b.sent=t.J,o.b.mem=t.R)}},Xt=(e,t,n,r)=>{let o=t.r[n],
s=r===4303?`publish: data has ${o.ke} bytes; the server's limit is ${e.ut}`:"";t.r[n]=Fe(o.K,o.q),H(e,{i:"outcome",b:o.b,Ze:"failed",T:0,yt:!1,Bt:!1,Nt:0,H:r,V:s})},
vr=(e,t,n)=>{n.b&&!n.re&&e.ut&&n.ke>e.ut&&Xt(e,t,t.y,4303)},kr=(e,t,n)=>{for(let r of e.$)for(let o=r.y;o<r.r.length;o++){let s=r.r[o];if(s.x===t&&s.b&&!s.re){Xt(
e,r,o,n),_r(r,o);return}}},Qt=(e,t)=>{t&&!(e.ne&&t>=e.ne)&&(e.ne=t)},Sr=e=>{if(!(!e.ne||e.S<e.ne)){e.ne=0;for(let t of e.$){let n=-1;for(let r=t.y;r<t.r.length;r++){
let{re:o,b:s}=t.r[r];o||!s?.expires||(e.S<s.expires?Qt(e,s.expires):(Xt(e,t,r,4325),n<0&&(n=r)))}n>=0&&_r(t,n)}}},Ye=e=>e?.me==="skip"&&!e.re,_r=(e,t)=>{let{r:n,
O:r,y:o}=e,s=Math.max(t-1,o);if(s===r&&Ye(n[s])&&Ye(n[s+1])&&!Ye(n[s+2])){n[s+1].K=n[s].K,e.y++,_t(e,s+1);return}for(let i=s+1;i<n.length;i++){let[a,u]=[n[s],n[i]];
Ye(a)&&Ye(u)&&a.q+1===u.K?a.q=u.q:n[++s]=u}n.length=Math.min(n.length,s+1)},et=(e,t)=>{Ze(e);let n=gr(e);if(t>=n)return;let r=e.r[e.O];r?.me==="skip"&&r.K===n?r.K=
t:e.r.splice(e.O,0,Fe(t,n-1))};var fs=64,Tr=e=>{for(let t=0;e.$.length&&t<e.$.length&&e.ce<e.Rt;){e.Xe>=e.$.length&&(e.Xe=0);let n=e.$[e.Xe],r=e.$e.length;ps(e,n),t=e.$e.length>r?0:t+1,n.y>=n.r.
length?(n.Pt=!1,e.$.splice(e.Xe,1),t=0):e.Xe++}},ps=(e,t)=>{if(!(t.ht&&!t.ht.Ye||e.S<t.Pe)){if(t.Pe=0,t.Se){if(t.y>t.O)return;et(t,t.Se),t.Se=0}for(let n=0;n<fs&&
t.y<t.r.length;n++){vr(e,t,t.r[t.y]);let r=t.r[t.y];if(ms(e,t,r))return;bs(e,t,r)}}},ms=(e,t,n)=>{let r=t.y-t.O;return e.ce>=e.Rt||e.ce&&e.ft+n.ke>e.yn||t.Fe&&r>=
t.Fe||n.me==="seal"&&r?!0:n.re?!1:t.oe?!0:e.D.Dt?n.x>e.Ve?!0:!n.b||n.b.mem===e.R?!1:(e.lt||(e.lt=!0,H(e,{i:"mark",x:e.Ve,J:ve(e),R:e.R})),!0):!1},bs=(e,t,n)=>{e.ce++||
(e.le=e.S),e.ft+=n.ke;let{U:r}=t,{b:o,re:s,K:i,q:a}=n,u=t.G===e.D.bt?"":t.G;if(o){let b={t:"publish",ch:r,p:u,n:o.n};s?(b.sent=o.sent,b.mem=o.mem,Er(e,o)&&t.oe++):
e.D.Dt||(o.sent=ve(e),o.mem=e.R),H(e,{i:"publish",E:b,b:o,qn:s})}else H(e,{i:"send",E:{t:"skip",ch:r,p:u,from:i,to:a,successor:n.me==="seal"?t.pe:""}});n.J=n.re=
!0,t.y++},Er=(e,t)=>t.mem!==e.R||e.Re>0&&ve(e)-t.sent>e.Re,Tt=(e,t,n)=>{n.J&&(n.J=!1,e.ce--,e.ft-=n.ke,n.b&&t.oe&&Er(e,n.b)&&t.oe--)};var Mr=(e,t)=>{let n=St(e,t.ch,t.p);if(!n)return;let r=n.O;for(;r<n.y;r++){let s=n.r[r];if(s.q>(t.n||0)||s.me==="seal"&&(r>n.O||!t.skipped))break;Tt(e,n,s),s.me===
"seal"&&(n.Ye=!0),s.b&&gs(e,s.b,t)}if(r===n.O)return;Zt(e,n);let o=n.r[r-1].q;t.skipped||((n.R!==e.R||!Lr(e,n))&&en(n),n.z=o,n.R=e.R,n.mt=ve(e)),Vt(n,r-n.O),_t(
n,r),Rr(e,n),Or(e,n,o)},gs=(e,t,n)=>{let r=(n.n||0)-t.n,o=r<(n.count||1),s=o&&!!n.skipped;H(e,{i:"outcome",b:t,Ze:s?"failed":"delivered",T:o&&!s?Math.max(0,(n.o||
0)-r):0,yt:o&&!s&&!!n.dup,Bt:!s&&!!n.synced,Nt:s?0:n.copies||0,H:s?4328:0,V:""})},Zt=(e,t)=>{t.It=e.pt=0,e.le=e.S},en=e=>{e.ve=Math.max(e.ve,e.z)},Or=(e,t,n)=>{
if(!(n<=t.fe&&!t.Ye)){if(t.fe=Math.max(t.fe,n),t.Ye){Kt(t)||(e.Ke.delete(t.G+t.U),e.ue=e.ue.filter(o=>o!==t));let r=St(e,t.U,t.pe);r?.Ft&&(r.Ft=!1,H(e,{i:"resol\
ved",gt:Qe(r)}))}H(e,{i:"resolved",gt:Qe(t)})}},Cr=(e,t)=>{let n=St(e,t.ch,t.p);if(!n)return;let r=t.code||0;r===4302?(e.m="over",H(e,{i:"fail",H:r,V:`lane ${n.G}\
 in ${t.ch}: number ${t.n||0} was used for something else`})):r===4003||r===4316?ys(e,n,t.want||1):Le(r)===41?xs(e,n,t):ws(e,n,t)},ys=(e,t,n)=>{if(++t.It>3){H(e,
{i:"disconnect",H:4003,V:`lane ${t.G} makes no progress`,X:e.S});return}if(n<=t.z)if(t.R===e.R&&Lr(e,t)){let r=Math.max(n,t.ve+1);r<=t.z&&H(e,{i:"lost",U:t.U,G:t.G,
K:r,q:t.z}),t.z=n-1}else en(t);$r(e,t),et(t,n),ke(e,t)},Lr=(e,t)=>!e.Re||ve(e)-t.mt<e.Re-Math.floor(e.Re/10),$r=(e,t)=>{for(let n=t.O;n<t.y;n++)Tt(e,t,t.r[n])},
xs=(e,t,n)=>{t.Pe=e.S+(n.retry||1e3),Zt(e,t);let r=t.r.slice(t.O,t.y).findLast(s=>s.q===n.n)?.b;$r(e,t);let o=t.Ht;Ze(t),n.code===4102&&(t.Fe=Math.max(1,o)),ke(
e,t),H(e,{i:"held",b:r,H:n.code,V:n.detail||"",X:t.Pe})},ws=(e,t,n)=>{let r=t.O;for(;r<t.y&&(t.r[r].q!==n.n||t.r[r].me==="seal");)r++;if(r===t.y)return;let o=t.r[r],
s=n.code===4315,i=n.want||0;Tt(e,t,o),Zt(e,t),s&&(t.Se||=Math.max(i,1),i<=t.z&&en(t)),o.b&&H(e,{i:"outcome",b:o.b,Ze:s?"unknown":"failed",T:0,yt:!1,Bt:!1,Nt:0,H:n.
code||0,V:n.detail||""});let a=r===t.O;Vt(t,1),a?_t(t,r+1):(t.r.splice(r,1),t.y--),Rr(e,t),a&&Or(e,t,n.n)},Rr=(e,t)=>{t.y===t.O&&t.Se&&(et(t,t.Se),t.Se=0),ke(e,
t)};var Ar=e=>e.d<=e.F||e.T<=e.F?0:Math.floor(e.xt*(e.d-e.F)/(e.T-e.F)),Et=e=>e.m==="open"&&e.d>e.F,Hr=e=>{e.xt-=Ar(e),e.F=e.d},tn=(e,t)=>{t.He=++e.He,t.m="asked",t._e=
0,Hr(t);let n={...t.Ie,id:t.He,window:[t.B,t.Te]};return t.Ut?{...n,at:"position",term:t.w,o:t.T,last:0,since:0,earlier:t.P,pending:t.T-t.d}:n},Fr=(e,t)=>{let{C:n,
Ie:r,qt:o}=t;if(e.Qe.has(r.ch)){H(e,{i:"ended",C:n,H:4312,V:""});return}let s=!!(o&&(o.term||o.offset)),i=s?o.offset:0,a={x:n,m:"away",Ie:r,He:0,Ut:s,w:s?o.term:
"",T:i,P:s?o.earlier:[],xn:0,B:r.window?.[0]||e.D.Q?.[0]||512,Te:r.window?.[1]||e.D.Q?.[1]||1<<20,d:i,F:i,xt:0,jt:0,_e:0};e._.set(n,a),e.Qe.set(r.ch,a),e.m==="o\
pen"&&Mt(e,a)},Mt=(e,t)=>{H(e,{i:"send",C:t.x,E:{t:"subscribe",...tn(e,t)}})},Pr=e=>{for(let t of e._.values())t.m==="away"&&t._e&&e.S>=t._e&&Mt(e,t)},Ir=(e,t)=>{
let n=e._.get(t);n&&(n.m!=="away"&&(Et(n)&&sn(e,n),H(e,{i:"send",E:{t:"unsubscribe",id:++e.He,ch:n.Ie.ch}})),nn(e,n))},nn=(e,t,n=0,r="")=>{e._.delete(t.x),e.Qe.
delete(t.Ie.ch),H(e,{i:"ended",C:t.x,H:n,V:r})},rn=(e,t)=>{let n=e.Qe.get(t.ch);if(!(n?.m!=="asked"||n.He!==t.id)){if(t.code){Le(t.code)>41||t.code<4e3?nn(e,n,t.
code,t.detail):(n.m="away",n._e=e.S+Math.max(1e3,t.retry||0));return}n.m="open",n.xn=t.gen||0,n.Ut||(n.Ut=!0,n.w=t.term||"",n.P=[],n.T=n.d=n.F=t.o||0),H(e,{i:"s\
ubscribed",C:n.x,E:t})}},Dr=(e,t)=>{let n=Ot(e,t.ch);!n||t.id||!t.code||(Le(t.code)===43?nn(e,n,t.code,t.detail):(n.m="away",n._e=e.xe+1e3))},Ot=(e,t)=>{let n=e.Qe.
get(t);return n?.m==="open"?n:void 0},Nr=(e,t)=>{let n=Ot(e,t.ch),r=t.o||0;if(!(!n||r<=n.T)){if(r!==n.T+1){H(e,{i:"disconnect",H:4008,V:"",X:e.S});return}on(n,t.
term),n.T=r,n.xt+=t.data?.length||0,H(e,{i:"record",C:n.x,w:n.w,E:t})}},on=(e,t)=>{!t||t===e.w||(e.w&&e.T&&(e.P=Br([...e.P,[e.w,e.T]])),e.w=t)},Br=e=>e.slice(-7),
Ur=(e,t)=>{let n=Ot(e,t.ch),r=t.o||0;!n||r<=n.T||(on(n,t.term),n.d===n.T&&(n.d=r),n.T=r)},qr=(e,t)=>{let n=Ot(e,t.ch);if(!n)return;let r=t.after||0;if(t.why==="\
fork"){let o=vs([...n.P,[n.w,n.T]],r);n.P=Br(o.filter(([s])=>s&&s!==t.term))}else on(n,t.term);n.w=t.term||"",n.T=n.d=n.F=r,n.xt=0,H(e,{i:"gap",C:n.x,E:t})},vs=(e,t)=>{
let n=e.findIndex(r=>r[1]>=t);return n<0?e:[...e.slice(0,n),[e[n][0],t]]},jr=(e,{C:t,w:n,T:r})=>{let o=e._.get(t);!o||r<=o.d||!ks(o,n,r)||(o.d<=o.F&&(o.jt=e.S),
o.d=r,o.m==="open"&&e.m==="open"&&((r-o.F)*4>=o.B||Ar(o)*4>=o.Te)&&sn(e,o))},ks=(e,t,n)=>n<=(t===e.w?e.T:e.P.find(r=>r[0]===t)?.[1]??-1),sn=(e,t)=>{Hr(t),H(e,{i:"\
send",E:{t:"ack",ch:t.Ie.ch,o:t.d,gen:t.xn}})},an=(e,t)=>{for(let n of e._.values())Et(n)&&(t||e.S>=n.jt+e.D.Wt)&&sn(e,n)},Wr=(e,t,n,r)=>{let o=e._.get(t);if(!o)
return;let s=o.P.findIndex(i=>i[0]===n||i[1]>=r);return{term:n,offset:r,earlier:s<0?o.P:o.P.slice(0,s)}};var Gr=e=>{let t=mr({...e,De:e.De||5e3,Ee:e.Ee||1e4,Wt:e.Wt||100});return{Gt:(n,r)=>yr(t,n,r),jn:(n,r)=>Ss(t,n,r),Me:()=>Ts(t)||void 0,qt:(n,r,o)=>Wr(t,n,r,o)}},
Ss=(e,t,n)=>(e.$e=[],e.S=t,e.m!=="over"&&_s(e,n),e.m==="open"&&e.$e.at(-1)?.i!=="disconnect"&&Tr(e),e.$e),_s=(e,t)=>{switch(t.i){case"tick":return Ls(e);case"co\
nnected":return Es(e,t.Be);case"disconnected":return Ms(e,t.H);case"frame":return e.xe=e.S,e.W=0,Os(e,t.E);case"publish":return xr(e,t);case"persisted":e.Ve=Math.
max(e.Ve,t.x);return;case"marked":return wr(e,t);case"drop":return kr(e,t.x,t.H);case"subscribe":return Fr(e,t);case"unsubscribe":return Ir(e,t.C);case"done":return jr(
e,t);case"bye":e.m==="open"&&(an(e,!0),H(e,{i:"send",E:{t:"bye",code:1e3}})),e.m="over";return;case"moved":return $s(e,t.X)}},Ts=e=>{let t=e.ne,n=r=>{r&&!(t&&r>=
t)&&(t=r)};if(e.m==="away"||e.m==="over")return t;e.W?n(e.W+e.D.Ee):(n(e.xe+e.dt),e.ce&&n(e.le+e.D.De)),n(e.we);for(let r of e._.values())Et(r)&&n(r.jt+e.D.Wt),
n(r._e);for(let r of e.$)n(r.Pe);return t},Es=(e,t)=>{e.m="greeting",e.xe=e.At=e.S,e.W=e.we=e.pt=0;let{be:n,Wn:r,bt:o,zt:s}=e.D,i=[...e._.values()].map(a=>tn(e,
a));H(e,{i:"send",E:{t:"hello",token:t,user:n,session:e.it,process:r,counter:++e.Nn,p:o,agent:s,subs:i}})},Ms=(e,t)=>{e.m="away",e.ce=e.ft=e.W=e.we=0,e.lt=!1;for(let n of e.ue)
Ze(n),n.Pe=n.It=0,ke(e,n);for(let n of e._.values())n.m="away",n._e=0;Le(t)===43?(e.m="over",H(e,{i:"fail",H:t,V:"the server closed the connection"})):Le(t)===42&&
H(e,{i:"authenticate",H:t})},Os=(e,t)=>{switch(t.t){case"record":return Nr(e,t);case"stored":return Mr(e,t);case"refused":return Cr(e,t);case"pass":return Ur(e,
t);case"gap":return qr(e,t);case"subscribed":return rn(e,t);case"unsubscribed":return Dr(e,t);case"ping":return H(e,{i:"send",E:{t:"pong",id:t.id}});case"welcom\
e":return Cs(e,t);case"refresh":e.m==="open"&&H(e,{i:"refresh"});return;case"reconnect":e.we=e.S+(t.delay||0)}},Cs=(e,t)=>{if(e.m==="greeting"){e.m="open",e.it=
t.session||"",e.R=t.mem||"",e.hn=t.clock||0,e.Re=t.dedupe||0,e.dt=t.heartbeat||3e4,e.ut=t.max_message||0,e.Rt=t.max_in_flight?.[0]||1024,e.yn=t.max_in_flight?.[1]||
1<<20,e.gn=e.le=e.S,H(e,{i:"welcome",E:t});for(let n of t.results||[])rn(e,n);for(let n of e._.values())n.m==="away"&&Mt(e,n)}},Ls=e=>{if(Sr(e),e.m==="away")return;
let t=r=>e.S>=r,n=(r,o="")=>H(e,{i:"disconnect",H:r,V:o,X:e.S});if(e.we&&t(e.we))return e.we=0,n(4104,"the server asked to come back");if(e.W){if(t(e.W+e.D.Ee))
return n(4e3)}else if(e.ce&&t(e.le+e.D.De)){if(++e.pt>3)return n(4002);e.le=e.S,dn(e)}else t(e.xe+e.dt)&&dn(e);e.m==="open"&&(an(e,!1),Pr(e))},$s=(e,t)=>{e.m!==
"away"&&(t>e.xe&&(e.xe=t,e.W=0),t>e.le&&(e.le=t,e.pt=0),e.m==="open"&&!e.W&&e.S>=e.At+e.dt&&(dn(e),e.W=0))},dn=e=>{e.W=e.At=e.S,H(e,{i:"send",E:{t:"ping",id:++e.Un}})};var Rs=64,zr=()=>({et:0,he:[],Le:[],tt:[]}),Jr=e=>{let t=e.indexOf(":");return[e.slice(0,t),+e.slice(t+1)]},un=e=>`${e.p} ${e.ch}`,Kr=(e,t,n)=>{let{maxRecords:r=1e3,
maxBytes:o=4<<20}=e,s=new Map,i=new Map,a=new Map,u,b=[],c=mt(),l=zr(),p,h=new Map,T=g=>{s.set(g.id,g),i.set(g.key,g)},$=()=>{let g=c.Ge.length+c.$.size,M=l.et||
l.he.length||l.tt.length||g>256||g&&!y.B;if(!u||p||!M)return;let[L,N]=[c,l];c=mt(),l=zr(),p=u.cn(L).then(()=>{p=void 0,t(N),$()},O=>{for(let _ of N.tt)_();n(O)})},
y={ie:s,Ke:i,B:0,Te:0,nt:(g=1)=>y.B>=r*g||y.Te>=o*g,Y(g){y.B++,y.Te+=g},wn(g){y.B--,y.Te-=g},Gt(g){u=g;for(let M of g.$)a.set(un(M),M);for(let[M,[L]]of g.ze)h.set(
M,L);for(let M of g.ie){let L={...M,wt:cn(M),I:M.sent>0};T(L),y.Y(L.wt)}},Gn(g,M){Object.assign(g,M),T(g);let[L,N]=Jr(g.key);if(h.set(L,N),!u)return;c.ze.set(L,
[N,Date.now()]);let{wt:O,I:_,...v}=g;c.Lt.push(v),l.et=g.id,l.Le.push(g)},zn(g){let[M,L]=Jr(g);return L<=(h.get(M)??0)},Jn({x:g,J:M,R:L}){let N=s.keys().next().
value??1/0;b=b.filter(O=>O.id>=N),b.push({id:g,sent:M,mem:L}),c.he=[...b],l.he.push({x:g,J:M,R:L})},Kn(g,M){let L=un(M);C(L,{...a.get(L)??M,successor:M.successor}),
l.et=g},Jt(g){let M=s.get(g);return M&&(s.delete(g),i.delete(M.key),y.wn(M.wt),u&&c.Ge.push(g)),M},fe(g){let M=un(g);if(!g.sealed)return C(M,g);a.delete(M),c.$.
set(M,[g.ch,g.p])},Vn(g){u?l.tt.push(g):g()},Xn:$,async te(g){let M=u;if(u=void 0,g)return M?.te();await p,await M?.cn(c).catch(()=>{});for(let L of l.tt)L();M?.te()}},
C=(g,M)=>{u&&(a.set(g,M),c.$.set(g,M))};return y},cn=e=>e.h.reduce((t,[n,r])=>t+n.length+r.length+4,Rs+e.ch.length+e.data.length);var Ct=(e,t,n)=>e!==void 0&&t?e:n,Vr=(e,t=Math.random)=>{let n=Ct(e.baseDelay,e.baseDelay>0,1e3),r=Ct(e.multiplier,e.multiplier>=1,2),o=Ct(e.maxDelay,e.maxDelay>
0,3e4),s=Math.min(Math.max(e.jitter??.5,0),1),i={vt:0,A(){if(i.vt>=(e.maxRetries??1/0))return;let a=i.vt++;return e.first==="immediate"&&!a--?0:Math.min(Math.min(
n*r**a,o)*(1+s*(2*t()-1)),o)},yr(a){let u=a>=Lt(e);return u&&(i.vt=0),u}};return i},Lt=e=>Ct(e.minUptime,e.minUptime>0,5e3);var Xr=[["network",1,5,1e3,2],["timeout",1,5,1e3,2],["tls",0],["authentication",1,3,2e3,1.5],["rate_limit",1,10,5e3,1.5],["protocol",0],["policy",0],["server",1],
["overload",1],["application",1],["closed",0]];var Qr=e=>Xr.find(t=>t[0]===e);var As=6e5,ln=1e4,Hs=2e3,fn=0,Yr=1,Zr=2,$t=3,eo=(e,t,n,r)=>{let o=e.random??Math.random,s={},i=fn,a,u=0,b=0,c=0,l=0,p=0,h,T,$,y=v=>{let R=e.strategies?.[v],U=Qr(
v)??[];return[R?.maxRetries??e.maxRetries??U[2]??n,R?.baseDelay??e.baseDelay??U[3],R?.multiplier??e.multiplier??U[4]]},C=()=>{if(!(performance.now()-p+2<Lt(e))){
for(let v of Object.values(s))v.vt=0;_.Ne=0,h?.done(),h=void 0}},g=v=>{clearTimeout(a),c=v,u=Math.min(v,ln),b=Date.now(),a=setTimeout(M,u)},M=()=>{if(c-=u,Math.
abs(Date.now()-b-u)>Hs)return c=0,L();if(c>0)return g(c);if(i!==$t)return N();C(),g(ln)},L=()=>{i===$t?(C(),g(ln),t.Me()):i===Yr?(g(Math.max(0,c-(Date.now()-b)-
l)),l=0):i===Zr&&N()},N=()=>{clearTimeout(a),$?.(),$=void 0;let v=r?.allow();if(typeof v=="number"){i=Zr,$=r.onChange(N),g(v||1),t.xr?.();return}h=v,i=fn,t.Qn()},
O=()=>{if(T)return;T=new AbortController;let v={signal:T.signal},R=globalThis.document,U=()=>R?.visibilityState==="hidden"||L();for(let I of["online","offline",
"pageshow"])globalThis.addEventListener?.(I,U,v);for(let I of["visibilitychange","resume"])R?.addEventListener(I,U,v)},_={Ne:0,rt(v){_.Kt(),s={},_.Ne=0,v&&r?.state===
"open"&&r.reset(),O(),N()},Oe(){i=$t,p=performance.now(),g(Lt(e))},Yn(v,R=0,U=v){i===$t&&C(),h?.done(U??v),h=void 0,i=Yr;let I=y(v),[F,ee,G]=I,ae=`${I}`==`${y("")}`?
"":v;s[ae]??=Vr({...e,maxRetries:F,baseDelay:ee,multiplier:G},o);let ne=globalThis.navigator?.onLine===!1,W=e.strategies?.[v]?.maxRetries===void 0&&_.Ne>=(e.maxRetries??
1/0),z=ne?e.maxDelay??3e4:W?void 0:s[ae].A(),te=Math.min(R,As),m=te+o()*Math.min(te/4,z??0);return te&&r&&r.trip(m),z===void 0?(_.Kt(),!1):(ne||_.Ne++,!r&&te>z&&
(z=m),l=te?0:Math.max(0,z-(ee??1e3)),g(z),t.Zn(_.Ne,F,z),!0)},Kt(){clearTimeout(a),i=fn,$?.(),$=void 0,h?.cancel(),h=void 0,T?.abort(),T=void 0}};return _};var Pe=e=>new RegExp(`^${e}[a-z] .*`,"m").exec(Qn)?.[0]??`${e}${Fs(e)} code ${e}`,Fs=e=>e>=4e3&&e<4400?"nlas"[(e-4e3)/100|0]:e>=500&&e<600||e===408||e===425||e===
429?"l":e>=400&&e<500?"s":e?"n":"o";var to=1e3,no=(e,t)=>{let n=new Map,r=(s,i)=>{n.delete(s)&&e({e:"reply",id:s,fault:i,type:0,data:new Uint8Array})},o=s=>{let{id:i,name:a,key:u,type:b,data:c}=s.vn;
s.J=!0,t({t:"call",id:i,name:a,key:u,content:b,data:c})};return{er(s,i){let a={vn:s,J:!1},u=n.size<to;n.set(s.id,a),u?i&&o(a):r(s.id,{code:jn,detail:`${to} call\
s are under way`})},tr:s=>n.delete(s),Vt({id:s=0,code:i,detail:a,content:u=0,data:b}){if(i)return r(s,{code:Pe(i),detail:a??""});n.delete(s)&&e({e:"reply",id:s,
type:u,data:b?.slice()??new Uint8Array})},Oe(){for(let s of n.values())o(s)},kn(s){for(let[i,{vn:a,J:u}]of n)(s||u&&!a.key)&&r(i,s??{code:He,detail:"the connect\
ion ended before the reply; a call with a key would be made again"})}}};var ro=(e,t,n,r)=>{let o=new e(t,[n.bn]),s=[],i=0,a=0,u=!1;o.binaryType="arraybuffer",o.onopen=()=>r.Oe(o.protocol),o.onmessage=c=>r.nr(c.data),o.onclose=c=>r.Ue(
c.code,c.reason),o.onerror=()=>{};let b={kt:0,y(c){s.push(c),i+=64+(c.data?.length??0),i>65536&&b.Sn()},Sn(){if(i){let c=n.Dn(s);b.kt+=typeof c=="string"?c.length:
c.byteLength,s=[],i=0,o.send(c)}return o.bufferedAmount},rr(){let[c,l]=[a,u];return u=o.bufferedAmount>0,a=b.kt-o.bufferedAmount,l&&a>c},te(c){o.onopen=o.onmessage=
o.onclose=null,o.close(c===1e3||c>=3e3?c:1e3)}};return b};var oo=(e,t)=>{let n=new Map,r=new Set,o=a=>a&&(a.se[0]>a.Q[0]/2||a.se[1]>a.Q[1]/2),s=new Map,i=(a,u,b)=>(t(a.x,u,b)?.earlier??[]).map(([c,l])=>[c,l]);return{ue:n,
or(a,u,b){let c={x:a,Q:b,w:"",se:[0,0],r:[]};n.set(a,c),s.has(u)||s.set(u,c)},sr(a){let u=n.get(a);n.delete(a);for(let[b,c]of s)c===u&&s.delete(b)},N(a,[u,b]){let c=n.
get(a);c&&(c.se=[Math.max(0,c.se[0]-u),Math.max(0,c.se[1]-b)])},_n(a){let u=s.get(a.ch);return!u||!o(u)?!1:(u.Z=a,!0)},Tn(a){for(let u of n.values())!u.Z||o(u)||
(a(u.Z),u.Z=void 0)},ir(){for(let a of n.values())a.Z=void 0},ar({C:a,w:u,E:b}){let c=n.get(a);if(!c)return!0;let{o:l=0,ts:p=0,by:h,h:T,content:$=0,data:y}=b,C=y?.
slice()??new Uint8Array;if(c.se[0]>4*c.Q[0]+1||c.se[1]>4*c.Q[1]+16777216)return!1;c.w!==u&&c.r.push({term:u,earlier:i(c,u,l)}),c.w=u;let g={o:l,ts:p,type:$,data:C};
return h&&(g.by=h),T?.length&&(g.h=T),c.r.push(g),c.se[0]++,c.se[1]+=C.length,r.add(c),!0},dr({C:a,E:u}){let b=n.get(a);if(!b)return;let{from:c=0,to:l=0,term:p="",
after:h=0,why:T="unknown"}=u;b.w=p,b.r.push({gap:T,from:c,to:l,term:p,after:h,earlier:i(b,p,h)}),r.add(b)},Xt(){for(let a of r){r.delete(a);let u=a.r;a.r=[],e({
e:"records",sub:a.x,items:u})}}}};var nt=e=>Array.from(crypto.getRandomValues(new Uint8Array(e)),t=>t.toString(16).padStart(2,"0")).join(""),tt=e=>Number.parseInt(e,10),pn=(e,t)=>e instanceof q?
{code:Pe(e.code),op:e.op,detail:e.detail+(e.cause?`: ${e.cause}`:"")}:{code:t,detail:String(e)},so=(e,t)=>{let n=Date.now()-performance.now(),r=()=>Math.round(n+
performance.now()),o=`connect to ${e.Qt.replace(/\?.*/,"")}`,{policy:s,durable:i}=e.qe,a={connects:0,attempts:0,disconnects:{},published:0,delivered:0,failed:0,
unknown:0,duplicates:0,resent:0,received:0,duplicatesDropped:0,gaps:0,lost:0,bytesIn:0,bytesOut:0,rtt:0,outboxRecords:0,outboxBytes:0},u=!1,b=!1,c=!1,l=[],p=!1,
h=[],T=!1,$=!1,y=d=>{if(h.push(d),!T){T=!0;for(let w=h.shift();w;w=h.shift())w();T=!1,!$&&($=!0,queueMicrotask(C))}},C=()=>{$=!1,!c&&(D.Xn(),je(),b&&!D.B&&y(Nt),
L())},g,M=1/0,L=()=>{let d=O.Me()??1/0;d>=M||(clearTimeout(g),M=d,g=setTimeout(()=>{M=1/0,y(N)},Math.min(Math.max(2,d-r()),1e9)))},N=()=>{c||(F?.rr()&&R({i:"mov\
ed",X:r()}),R({i:"tick"}))},O=Gr({it:nt(16),Wn:nt(8),bt:nt(16),be:e.be,zt:e.zt,De:e.De,Ee:e.Ee,Dt:!!e.qe.ae}),_,v,R=d=>{if(c)return;for(let A of O.jn(r(),d))U(A);
let w=v;v=void 0,w?.()},U=d=>{switch(d.i){case"send":return Re(d.E);case"publish":return jo(d);case"persist":D.Gn(_,d.b),e.qe.ae||Dt(_);return;case"mark":return D.Jn(
d);case"seal":return D.Kn(d.x,d.gt);case"outcome":return Go(d);case"resolved":return D.fe(d.gt);case"held":d.b&&t({e:"held",ch:d.b.ch,at:d.X-r()+Date.now(),fault:I(
d)});return;case"lost":return a.lost+=d.q-d.K+1,t({e:"lost",ch:d.U,producer:d.G,from:d.K,to:d.q});case"record":a.received++,oe.ar(d)||(v=()=>Q({code:Dn,detail:"\
the server sends far more than the window"}));return;case"gap":return a.gaps++,oe.dr(d);case"subscribed":return t({e:"subscribed",sub:d.C,term:d.E.term??"",o:d.E.
o??0});case"ended":return $n(d.C,d.H?I(d):void 0);case"welcome":return E(d);case"disconnect":v=()=>Q(I(d),d.X-r());return;case"authenticate":return typeof e.Be==
"function"?void 0:Me({code:Pe(d.H),detail:ne?.detail??""});case"fail":return Me(I(d));case"refresh":return J()}},I=d=>({code:Pe(d.H),detail:d.V}),F,ee=!1,G=0,ae,
ne,W=0,z=0,te=0,m=0,x=(d,w)=>{b&&!c&&(d="closing"),t({e:"status",status:{state:d,attempt:k.Ne,...ne&&{fault:ne},...w}})},k=eo(e.ur,{Qn:()=>{j()},Zn:(d,w,A)=>x("\
waiting",{retryAt:Date.now()+A}),Me:()=>y(P)},1/0),j=async()=>{let d=++G;a.attempts++,clearTimeout(ae),ae=setTimeout(()=>y(()=>Q({code:Nn,op:o,detail:`no welcom\
e within ${e.En} ms`})),e.En);try{let w=e.Be;if(typeof w=="function"&&(x("authenticating"),w=await w(),d!==G))return;x("connecting"),F=ro(e.cr,e.Qt,e.Yt,{Oe:A=>y(
()=>{z=1,A===e.Yt.bn?R({i:"connected",Be:w}):Me({code:Kn,op:o,detail:`it chose the subprotocol "${A}"`})}),nr:A=>y(()=>It(A)),Ue:(A,K)=>y(()=>Q(z||A!==1006?{code:Pe(
A),detail:K}:re))}),z=0}catch(w){d===G&&y(()=>Q({code:He,op:o,detail:String(w)}))}},re={code:He,op:o,detail:"nobody answers there, or it is refused"},Q=(d,w=0)=>{
if(!c){if(Te(d.code),ne=d,ee&&(a.disconnects[tt(d.code)]=(a.disconnects[tt(d.code)]??0)+1),ee=!1,oe.ir(),De.kn(),R({i:"disconnected",H:tt(d.code)}),/^1\d{3}s/.test(
d.code))return Me(d);!c&&!k.Yn("",Math.max(0,w),d)&&Me({code:Xn,op:o,detail:d.detail??""})}},Te=d=>{clearTimeout(ae),G++,te+=F?.kt??0,F?.te(tt(d)),F=void 0},je=()=>{
F&&F.Sn()>Is&&y(()=>Q({code:Un,detail:"the server takes too little"}))},It=d=>{let w=F;z++,a.bytesIn+=typeof d=="string"?d.length:d.byteLength;try{e.Yt.Bn(d,A=>(f(
A),F===w))}catch(A){Q({code:ft,op:`read from ${e.Qt}`,detail:String(A)})}oe.Xt()},f=d=>{d.t==="pong"&&W&&(a.rtt=performance.now()-W,W=0),d.t==="reply"&&De.Vt(d);
let w=a.received;R({i:"frame",E:d}),d.t==="record"&&w===a.received&&a.duplicatesDropped++},E=d=>{clearTimeout(ae),ee=!0,a.connects++,k.Oe(),ne=void 0;let{user:w,
agent:A}=d.E;x("open",{...w&&{user:w},...A&&{server:A}}),oe.Tn(Cn),De.Oe()},P=()=>{if(!ee||!F)return;let d=G,w=z;F.y({t:"ping"}),clearTimeout(ae),ae=setTimeout(
()=>{d===G&&z===w&&y(()=>Q({code:Bn}))},e.Ee/2)},J=async()=>{let d=G;if(!(typeof e.Be!="function"||m===d)){m=d;try{let w=await e.Be();d===G&&Ee(w)}catch{}m=0}},
Ee=d=>{ee&&d&&y(()=>F?.y({t:"refresh",token:d}))},Re=d=>{d.t==="hello"&&d.subs&&(d.subs=d.subs.filter(w=>!oe._n(w))),!(d.t==="subscribe"&&oe._n(d))&&(d.t==="pin\
g"&&(W=performance.now()),F?.y(d))},jo=({b:d,E:w,qn:A})=>{let K=D.ie.get(d.id);K&&(K.I||(K.I=!0,t({e:"entry",id:K.key,status:"sent"})),A&&a.resent++,F?.y({...w,
h:K.h,content:K.type,data:K.data}))},Cn=d=>F?.y({...d,t:"subscribe"}),Wo=d=>y(()=>{d.Le.forEach(Dt);for(let w of d.tt)w();d.et&&R({i:"persisted",x:d.et});for(let w of d.he)
R({i:"marked",...w})}),D=Kr(e.qe,Wo,d=>y(()=>Me(pn(d,Ne)))),Dt=d=>t({e:"entry",id:d.key,status:d.I?"sent":"pending",producer:d.p,number:d.n}),Ln=()=>{!u||p===D.nt()||
(p=!p,t({e:"outbox",durable:i,full:p}))},Ae=(d,w)=>t({e:"entry",id:d,end:!0,...w}),Go=d=>{let w=D.Jt(d.b.id);if(!w)return;a[d.Ze]++,d.yt&&a.duplicates++;let A={
status:d.Ze};d.Ze==="delivered"?(A.ack={offset:d.T,duplicate:d.yt,synced:d.Bt,copies:d.Nt},Ae(w.key,A)):(A.fault=I(d),D.Vn(()=>Ae(w.key,A))),Ln()},oe=oo(t,(d,w,A)=>O.qt(
d,w,A)),De=no(t,d=>F?.y(d)),$n=(d,w)=>{oe.Xt(),oe.sr(d),t({e:"ended",sub:d,...w&&{fault:w}})},We=(d,w,A)=>{a.failed++,Ae(d,{status:"failed",fault:{code:w,detail:A}})},
zo=d=>{let w=D.Ke.get(d.id);if(w)Dt(w);else if(D.zn(d.id))Ae(d.id,{status:"unknown",fault:{code:Je,detail:"it was taken by an earlier page"}});else if(c||b)We(d.
id,le,"the session was closed");else if(D.nt(s==="drop-oldest"?2:1))s==="drop-newest"?We(d.id,Bt,"the outbox is full, and drops what is new"):We(d.id,Ut,"the ou\
tbox is full");else return D.Y(Rn(d)),!0;return!1},Rn=d=>cn({ch:d.ch,data:d.data,h:d.h??[]}),Jo=d=>{let{id:w,ch:A,type:K,data:Z,h:Ge=[],exp:lt=0}=d,ze=Rn(d);if(s===
"drop-oldest"){for(D.wn(ze);D.nt()&&Ko(););if(D.nt())return We(w,Ut,"everything in the outbox was sent, and waits for its answer");D.Y(ze)}_={key:w,ch:A,type:K,
data:Z,h:Ge,wt:ze,I:!1},a.published++,R({i:"publish",U:A,ke:Z.length,ne:lt&&lt-Date.now()+r()}),Ln()},Ko=()=>{for(let d of D.ie.values())if(!d.I)return R({i:"dr\
op",x:d.id,H:tt(Bt)}),!D.ie.has(d.id);return!1},An=d=>{if(c)return Fn(d);switch(d.c){case"publish":return Jo(d);case"subscribe":{let{sub:w,c:A,earlier:K,...Z}=d;
oe.or(w,d.ch,d.window);let Ge=d.term?{term:d.term,offset:d.o??0,earlier:K??[]}:void 0;return R({i:"subscribe",C:w,Ie:Z,qt:Ge})}case"unsubscribe":return R({i:"un\
subscribe",C:d.sub});case"done":oe.N(d.sub,d.took),d.o!==void 0&&R({i:"done",C:d.sub,w:d.term??"",T:d.o}),ee&&oe.Tn(Cn);return;case"call":return De.er(d,ee);case"\
cancel":De.tr(d.id);return;case"refresh":return d.token?Ee(d.token):void J();case"reconnect":!F&&!b&&k.rt();return;case"stats":return Hn(d.id);case"close":return Vo(
d.drain)}},Hn=d=>t({e:"stats",id:d,stats:{...a,bytesOut:te+(F?.kt??0),outboxRecords:D.B,outboxBytes:D.Te}}),Fn=d=>{let w={code:le,detail:"the session was closed"};
d.c==="publish"&&We(d.id,le,w.detail),d.c==="subscribe"&&t({e:"ended",sub:d.sub,fault:w}),d.c==="call"&&t({e:"reply",id:d.id,fault:w,type:0,data:new Uint8Array}),
d.c==="stats"&&Hn(d.id)},Pn,Vo=d=>{if(d<0)return Nt(!0);b||(b=!0,x("closing"),Pn=setTimeout(()=>y(Nt),d))},Nt=d=>{R({i:"bye"}),In("closed",void 0,d)},Me=d=>In("\
failed",d),In=(d,w,A)=>{if(c)return;oe.Xt(),je(),c=!0;for(let Z of[g,Pn])clearTimeout(Z);k.Kt(),Te(w?.code??"1000"),ne=w,x(d);let K=w??{code:le,detail:"the sess\
ion was closed"};for(let Z of oe.ue.keys())$n(Z,w);De.kn(K),l.forEach(Fn);for(let Z of D.ie.values())e.qe.ae?Ae(Z.key,{status:Z.I?"sent":"pending",fault:K}):Z.I?
Ae(Z.key,{status:"unknown",fault:{code:Je,detail:"the session ended before the answer came"}}):Ae(Z.key,{status:"failed",fault:K});D.te(A).then(()=>t({e:"closed",
left:D.B}))},Xo=d=>{if(d&&c)return d.te();if(d){D.Gt(d),O.Gt(d.$,[...D.ie.values()].map(Ps));for(let A of D.ie.values()){let{key:K,ch:Z,type:Ge,data:lt,h:ze,p:Qo,
n:Yo}=A;t({e:"restored",id:K,ch:Z,type:Ge,data:lt,h:ze,status:A.I?"sent":"pending",producer:Qo,number:Yo})}}u=!0,p=D.nt(),t({e:"outbox",durable:i,full:p});let w=l;
l=[],w.forEach(An),k.rt()};return(e.qe.ae?.(e.be,d=>y(()=>Me(pn(d,Ne))))??Promise.resolve(void 0)).then(d=>y(()=>Xo(d)),d=>y(()=>Me(pn(d,Ne)))),{l(d){d.c==="pub\
lish"&&!zo(d)||(u||c?y(()=>An(d)):l.push(d))}}},Ps=({id:e,ch:t,p:n,n:r,size:o,sent:s,mem:i,expires:a})=>({id:e,ch:t,p:n,n:r,size:o,sent:s,mem:i,expires:a}),Is=32<<
20;var Ds=new TextEncoder,Ns=new TextDecoder,rt=e=>Ds.encode(e),ot=e=>Ns.decode(e),mn=(e,t,n)=>{if(t instanceof ArrayBuffer&&(t=new Uint8Array(t)),ArrayBuffer.isView(
t)){let o=new Uint8Array(t.buffer,t.byteOffset,t.byteLength).slice();if(n!=="json")return[n==="text"?1:0,o];t=JSON.parse(ot(o))}if(typeof t=="string"&&n!=="json")
return[n==="binary"?0:1,rt(t)];let r=JSON.stringify(t);if(r===void 0||n&&n!=="json")throw new q(Gn,e,`data cannot be ${n??"written as JSON"}`);return[2,rt(r)]},
st=(e,t)=>e===2?JSON.parse(ot(t)):e?ot(t):t,bn=(e,t)=>{if(!/^[^\p{C}\p{Z}"\\\uFFFD]+$/u.test(t)||rt(t).length>255)throw new q(Wn,e,"1 to 255 bytes of printable \
text without spaces, quotes and backslashes are wanted")},io=(e,t=[])=>{let n=(Array.isArray(t)?t:Object.entries(t)).map(([r,o])=>[`${r}`,`${o}`]);for(let[r,o]of n)
if(!r||rt(r).length>255||rt(o).length>4096||n.length>64)throw new q(Oe,e,"headers: at most 64, names of 1 to 255 bytes, values of at most 4,096");return n};var Bs=32,Us=50,ao=["binary","text","json"],Rt=(e,t,n)=>{let r=n.filter(([o,s])=>o!==e&&s<t);return[[e||"-",t],...r].map(([o,s])=>`${o}@${s}`).join(" ")},hn=class{gap;channel;offset;term;time;user;headers;type;bytes;P;constructor(t,n,r,{
o,ts:s,by:i="",h:a=[],type:u,data:b}){this.channel=t,this.term=n,this.offset=o,this.time=s,this.user=i,this.headers=a,this.type=ao[u],this.bytes=b,this.P=r}get data(){
return st(ao.indexOf(this.type),this.bytes)}text(){return ot(this.bytes)}json(){return JSON.parse(this.text())}get position(){return Rt(this.term,this.offset,[])}get checkpoint(){
return Rt(this.term,this.offset,this.P)}},At=class extends EventTarget{channel;x;l;Mn;Zt=we();ot=[];A=0;w="";P=[];Me;St=!1;Ce;_t;d;N=[0,0];F=0;constructor(t,n,r,o){
super(),this.x=t,this.channel=n,this.Mn=r,this.l=o}get ready(){return this.Zt.de}async*[Symbol.asyncIterator](){if(this.St)throw new q(Oe,`read ${this.channel}`,
"somebody else reads it already");this.St=!0;try{for(;;){this._t&&(this.d=this._t),this._t=void 0,this.A>255&&(this.ot.splice(0,this.A),this.A=0);let t=this.ot[this.A++];
if(this.j(!t)&&await qs(),t){let n=this.Y(t);n&&(yield n);continue}if(this.ot=[],this.A=0,this.Ce?.On)throw this.Ce.On;if(this.Ce)return;await new Promise(n=>{this.Me=
n})}}finally{this.St=!1}}Y(t){if("o"in t)return this.N[0]++,this.N[1]+=t.data.length,this.Mn||(this._t=[this.w,t.o]),new hn(this.channel,this.w,this.P,t);if(this.w=
t.term,this.P=t.earlier,"gap"in t)return gn(this.channel,t)}j(t){let n=performance.now(),r=n-this.F>Us;if(!t&&!r&&this.N[0]<Bs)return!1;r&&(this.F=n);let[o,s]=this.d??
[];return(this.d||this.N[0])&&this.l({c:"done",sub:this.x,took:this.N,...s!==void 0&&{term:o,o:s}}),this.N=[0,0],this.d=void 0,r&&!t}ack(t){this.d=[t.term,t.offset],
this.j(!0)}close(){this.Ce||(this.j(!0),this.ot=[],this.A=0,this.l({c:"unsubscribe",sub:this.x}),this.Cn())}addEventListener(t,n,r){super.addEventListener(t,n,r),
t==="record"&&!this.St&&this.lr()}async lr(){try{for await(let t of this)de(this,t.gap?"gap":"record",t)}catch{}}Je(t){if(!this.Ce){for(let n of t)this.ot.push(
n);this.Me?.()}}Oe(t,n){this.Zt.ge(Rt(t,n,[]))}Cn(t){if(this.Ce)return;let n=t&&be(t,`subscribe to ${this.channel}`);this.Ce={...n&&{On:n}},this.Zt.ye(n??be({code:le},
`subscribe to ${this.channel}`)),this.Me?.(),de(this,"end",n)}},qs=()=>new Promise(e=>{let{port1:t,port2:n}=new MessageChannel;t.onmessage=()=>{t.close(),e()},n.
postMessage(0)}),gn=(e,{gap:t,from:n,to:r,term:o,after:s,earlier:i})=>({gap:t,channel:e,from:n,to:r,checkpoint:Rt(o,s,i)});var it=class extends bt(){status={state:"connecting",attempt:0};outbox;messages;je=new Map;_=new Map;Z=new Map;ee=nt(8);Q;Ln;en;$n=we();tn=new Map;nn=0;constructor(t,n={}){
super(),this.messages=this.je;let r=Ws(t),o=n.WebSocket??globalThis.WebSocket;if(!o)throw new q(Oe,"open session","there is no WebSocket here; give the option W\
ebSocket");this.en=`session with ${r.replace(/\?.*/,"")}`,this.Q=[n.window?.records??512,n.window?.bytes??1<<20];let s=n.outbox??nr(),i=n.user??"",a=(c,l)=>so({
Qt:r,Yt:n.codec??pr,Be:n.token,be:i,zt:n.agent??"holdfast-ts",qe:l&&s.ae?{...s,ae:(p,h)=>s.ae(p,h,l)}:s,ur:n.backoff??{},En:n.connectTimeout??1e4,De:n.ackTimeout,
Ee:n.pongTimeout??1e4,cr:o},c),u=c=>this.Je(c),b=s.ae?s.name:"";this.Ln=n.tabs?n.tabs(a,u,{url:r,user:i,outbox:b,page:this.ee}):a(u)}get state(){return this.status.
state}get error(){return this.status.fault&&be(this.status.fault,this.en)}publish(t,n,r={}){let o=`publish to ${t}`;bn(o,t);let[s,i]=mn(o,n,r.type),a=io(o,r.headers),
u=`${this.ee}:${++this.nn}`,b=new Ke(u,t,n);return this.je.set(u,b),this.l({c:"publish",id:u,ch:t,type:s,data:i,...a[0]&&{h:a},...r.ttl&&{exp:Date.now()+r.ttl}}),
b}subscribe(t,n={}){let r=`subscribe to ${t}`;bn(r,t);let o=++this.nn,s=[n.window?.records??this.Q[0],n.window?.bytes??this.Q[1]],i={c:"subscribe",sub:o,ch:t,window:s,
...Gs(r,n.from)};n.cursor&&(i.cursor=n.cursor);let a=new At(o,t,n.ack==="manual",u=>this.l(u));return this._.set(o,a),this.l(i),n.signal?.addEventListener("abor\
t",()=>a.close(),{once:!0}),n.signal?.aborted&&a.close(),a}channel(t){return{name:t,publish:(n,r)=>this.publish(t,n,r),subscribe:n=>this.subscribe(t,n)}}call(t,n,r={}){
let o=`call ${t}`,[s,i]=n===void 0?[0,new Uint8Array]:mn(o,n),[a,u]=this.Rn(),b=(h,T)=>{this.l({c:"cancel",id:a}),u.ye(new q(h,o,T))},c=r.timeout??3e4,l=setTimeout(
()=>b(qn,`no reply within ${c} ms`),c),p=()=>b(Vn,"");return r.signal?.addEventListener("abort",p),r.signal?.aborted?p():this.l({c:"call",id:a,name:t,type:s,data:i,
...r.key&&{key:r.key}}),u.de.finally(()=>{clearTimeout(l),r.signal?.removeEventListener("abort",p),this.Z.delete(a)})}refresh(t){this.l({c:"refresh",...t&&{token:t}})}reconnect(){
this.l({c:"reconnect"})}stats(){let[t,n]=this.Rn();return this.l({c:"stats",id:t}),n.de}connected(){return this.rn(()=>this.state==="open")}room(){return this.rn(
()=>!!this.outbox&&!this.outbox.full)}flush(){return this.rn(()=>!!this.outbox&&!this.je.size)}close({drain:t=5e3}={}){return this.l({c:"close",drain:t}),this.$n.de}l(t){
this.Ln.l(t)}Rn(){let t=++this.nn,n=we();return this.Z.set(t,n),[t,n]}rn(t){let n=we();return this.tn.set(n,t),this.Tt(),n.de}Tt(){let t=this.state==="failed"||
this.state==="closed";for(let[n,r]of this.tn){if(r())n.ge();else if(t)n.ye(this.error??be(js,this.en));else continue;this.tn.delete(n)}}Je(t){switch(t.e){case"s\
tatus":return this.status=t.status,de(this,"status",t.status),t.status.state==="failed"&&de(this,"error",this.error),this.Tt();case"outbox":return this.outbox={
durable:t.durable,full:t.full},de(this,"status",this.status),this.Tt();case"restored":return this.je.set(t.id,new Ke(t.id,t.ch,st(t.type,t.data),t.status)),this.b(
{e:"entry",id:t.id,status:t.status,producer:t.producer,number:t.number},!0);case"entry":return this.b(t);case"records":return this.B(t.sub,t.items);case"subscri\
bed":return this._.get(t.sub)?.Oe(t.term,t.o);case"ended":{let n=this._.get(t.sub);return this._.delete(t.sub),n?.Cn(t.fault)}case"reply":return this.Vt(t);case"\
stats":this.Z.get(t.id)?.ge(t.stats),this.Z.delete(t.id);return;case"held":de(this,"held",{channel:t.ch,at:t.at,error:be(t.fault,`publish to ${t.ch}`)});return;case"\
lost":de(this,"lost",{channel:t.ch,producer:t.producer,from:t.from,to:t.to});return;case"closed":return this.$n.ge(t.left)}}b(t,n=!1){let r=this.je.get(t.id);r&&
(t.end&&this.je.delete(t.id),(r.Je(t)||n)&&de(this,"message",r),t.end&&this.Tt())}B(t,n){let r=this._.get(t);if(r){r.Je(n);for(let o of n)"gap"in o&&de(this,"ga\
p",gn(r.channel,o))}}Vt({id:t,fault:n,type:r,data:o}){let s=this.Z.get(t);if(n)return s?.ye(be(n,"call"));try{s?.ge(st(r,o))}catch(i){s?.ye(i)}}},js={code:le,detail:"\
the session was closed"},Ws=e=>{try{let t=new URL(e,globalThis.location?.href);if(t.protocol=t.protocol.replace("http","ws"),/^wss?:$/.test(t.protocol))return t.
hash="",t.pathname==="/"&&(t.pathname="/ws"),t.href}catch{}throw new q(Oe,"open session",`url: "${e}" is none for ws, wss, http or https`)},Gs=(e,t="head")=>{if(typeof t==
"string")return{at:t};if("last"in t)return{at:"last",last:t.last};if("since"in t)return{at:"time",since:t.since};if("offset"in t)return t.offset?{at:"position",
o:t.offset}:{at:"start"};let n=t.checkpoint.split(/\s+/).filter(Boolean);if(!n[0])return{at:"start"};let[[r,o],...s]=n.map(i=>{let a=/^(-|[\da-f]{16})@(\d{1,16})$/.
exec(i);if(!a||n.length>8)throw new q(Oe,e,`checkpoint: "${t.checkpoint}"`);return[a[1].replace("-",""),+a[2]]});return r?{at:"position",term:r,o,earlier:s}:o?{
at:"position",o}:{at:"start"}};var S=e=>document.getElementById(e);function B(e,t,...n){let r=document.createElement(e);return t&&(r.className=t),r.append(...n),r}function X(e,t){e.textContent!==
t&&(e.textContent=t),e.hidden=t===""}var ye=e=>X(S("announcement"),e);function Ht(e){let t=new Date(e),n=t.toDateString()===new Date().toDateString(),r=B("time",
"",n?t.toLocaleTimeString():t.toLocaleString());return r.dateTime=t.toISOString(),r.title=t.toLocaleString(void 0,{dateStyle:"full",timeStyle:"long"}),r}function at(e,t=""){
let n=B("span",`badge ${e}`,e);return n.title=t,n}function Ie(e,t,n){X(t,n),n?e.setAttribute("aria-invalid","true"):e.removeAttribute("aria-invalid")}var yn=e=>new TextEncoder().
encode(e);function zs(e,t){if(t.trim()==="")return"There is nothing to send yet.";if(!e)return"";try{return JSON.parse(t),""}catch(n){return`That is not JSON: ${n.message}`}}
function uo(e){let t=S("composer"),n=S("message"),r=()=>new FormData(t).get("type")==="json",o=()=>{n.rows=Math.min(6,n.value.split(`
`).length)};function s(){let i=r(),a=n.value,u=zs(i,a)||e(i?{json:a.trim()}:{text:a});Ie(n,S("mistake"),u),u||(n.value=""),o(),n.focus()}t.onsubmit=i=>{i.preventDefault(),
s()},n.oninput=()=>{Ie(n,S("mistake"),""),o()},n.onkeydown=i=>{i.key!=="Enter"||i.shiftKey||i.isComposing||(i.preventDefault(),s())},t.onchange=()=>{let i=r();n.
placeholder=i?'{"any": "JSON value"}':"Write a message",n.classList.toggle("json",i),Ie(n,S("mistake"),"")},n.focus()}var $e=e=>{let{code:t,detail:n}=e;return typeof t=="number"?{code:t,detail:String(n??"")}:{code:4300,detail:String(e)}},ie=(e,t)=>`${e.toLocaleString()} ${t}${e===
1?"":"s"}`,xn=e=>e.charAt(0).toUpperCase()+e.slice(1);function co(e){function t({code:i,detail:a}){let u=e[i]?.[1]??"the server said something that this page ha\
s no words for";return!a||a.includes(u)?xn(`${u} (${i}).`):xn(`${i<4e3?a:`${u}: ${a}`} (${i}).`)}let n=i=>e[i]?.[2]?`${xn(e[i][2])}.`:"",r=({waiting:i,durable:a})=>{
let u=a?"safely in this browser":"here";return i===0?a?"What you write is kept in this browser.":"What you write waits here.":`${ie(i,"message")} ${i===1?"waits":
"wait"} ${u}.`};function o(i){let a=i.user?`to ${i.host} as ${i.user}.`:`to ${i.host}.`,u=Number.isNaN(i.tokenEnds)?"soon":`in ${i.tokenEnds} s`;if(i.tokenEnds!==
void 0)return`${a} The token ends ${u}; with the next one you stay connected.`;if(i.waiting===0)return a;let{waitingFor:b=0}=i;return`${a} ${ie(i.waiting,"messa\
ge")} on the way${b>=3?`, without an answer for ${b} s`:""}.`}function s(i){let a=i.fault?t(i.fault):"";if(i.wantsToken)return["Not let in.",`${a} ${i.fault?n(i.
fault.code):""} ${r(i)}`];switch(i.state){case"open":return["Connected",o(i)];case"waiting":return i.offline?["Offline.",`It goes on when there is a network aga\
in. ${r(i)}`]:[`${i.before?"Cut off":"Not connected"}. Next try in ${i.retryIn??0} s.`,`${a} ${r(i)}`];case"failed":return["Stopped.",`${a} ${i.fault?n(i.fault.
code):""}`];case"closing":case"closed":return["Closed.",""];default:return[i.before?"Connecting again…":"Connecting…",`to ${i.host}. ${i.before||i.waiting>0?
r(i):""}`]}}return{sentence:t,advice:n,connection:s}}var Ft=(e,t)=>e[t]?.[0]??["now","later","authenticate","stop"][Math.floor(t/100)-40]??"now";function lo(e,t,n,r){let o=!1,s,i,a="",u=0,b=p=>Ft(n,p)==="authenticate";async function c(){let{status:p}=e,h=(T,$=4107)=>{e.status===p&&(i={code:$,detail:T})};
try{let T=await fetch("readyz",{cache:"no-store",signal:AbortSignal.timeout(3e3)}),$=(await T.text()).trim().slice(0,80),y=Number(T.headers.get("Holdfast-Code"));
y?h($,y):T.ok?h("the server is there but took no connection"):h(`the server is not ready: ${$}`)}catch{h("the server cannot be reached")}}let l=p=>{let{state:h,
retryAt:T=0,user:$}=e.status,y=h==="open";return{host:location.host,state:h,before:o,user:$,offline:navigator.onLine===!1,fault:s??i??(e.error&&$e(e.error)),retryIn:Math.
max(0,Math.ceil((T-Date.now())/1e3)),wantsToken:!y&&s!==void 0,tokenEnds:y&&r.asked()?r.left()??Number.NaN:void 0,waiting:p.waiting,waitingFor:p.since?Math.floor(
(Date.now()-Math.max(p.since,u))/1e3):0,durable:e.outbox?.durable??!0}};return{refused:()=>s!==void 0,renewed(){s=void 0},changed(){let{state:p}=e,h=e.error&&$e(
e.error);p==="open"?(o=!0,s=void 0):h&&b(h.code)&&(p==="waiting"||p==="failed")&&(s=h),i=void 0,s&&s===h&&ye(`Not let in. ${t.sentence(s)}`),p==="waiting"&&h?.code===
4107&&!s&&c(),p!==a&&(a=p,p==="open"&&(u=Date.now()),p==="open"&&ye("Connected."),p==="waiting"&&!s&&ye(`Cut off. ${h?t.sentence(h):""} It is tried again by its\
elf.`),p==="failed"&&ye(`Stopped. ${h?t.sentence(h):""}`))},show(p){let h=l(p),[T,$]=t.connection(h),y=h.wantsToken?"failed":h.state;S("connection").dataset.state=
y==="authenticating"?"connecting":y==="failed"||y==="closed"?"stopped":y,X(S("headline"),T),X(S("explanation"),$.trim()),X(S("tabs"),p.tabs),r.show(h.wantsToken===
!0||h.tokenEnds!==void 0,h.wantsToken===!0),S("retry").hidden=h.wantsToken===!0||h.state!=="waiting"&&h.state!=="failed",S("retry").textContent=h.state==="faile\
d"?"Load again":"Try now"}}}function Js(e){try{let t=e.split(".")[1].replaceAll("-","+").replaceAll("_","/");return Number(JSON.parse(atob(t)).exp)*1e3}catch{return Number.NaN}}function fo(e){
let t="",n=[],r=S("token"),o=S("credentials"),s=typeof BroadcastChannel=="function"?new BroadcastChannel("holdfast page"):void 0;function i(a){t=a;let u=n;n=[];
for(let b of u)b(t);e()}return s&&(s.onmessage=({data:a})=>{typeof a?.token=="string"?i(a.token):t&&s.postMessage({token:t})},s.postMessage({})),o.onsubmit=a=>{
a.preventDefault();let u=r.value.trim();r.value="",s?.postMessage({token:u}),i(u),S("message").focus()},{next:a=>a?new Promise(u=>n.push(u)):t,asked:()=>n.length>
0,left(){let a=Js(t);return Number.isNaN(a)?void 0:Math.max(0,Math.ceil((a-Date.now())/1e3))},show(a,u){a&&o.hidden&&u&&!S("message").value&&setTimeout(()=>r.focus()),
o.hidden=!a,X(S("token-button"),u?"Connect":"Stay connected")}}}var ue=e=>e.toLocaleString();function wn(e){if(e<1e3)return ie(e,"byte");let t=["kB","MB","GB"],n=-1;do e/=1e3,n++;while(e>=1e3&&n<t.length-1);return`${e.toLocaleString(
void 0,{maximumFractionDigits:1})} ${t[n]}`}var Ks=e=>e>0?`${e<10?e.toFixed(1):Math.round(e)} ms`:"not measured yet";function Vs(e){let t=Object.entries(e);return t.
length?t.map(([n,r])=>r>1?`${r} × ${n}`:n).join(", "):"none"}var po=(e,t)=>[["Connection",[["Round trip",Ks(e.rtt)],["Connections",`${ue(e.connects)} of ${ie(e.
attempts,"attempt")}`],["Ends, by code",Vs(e.disconnects)],["Bytes in, out",`${wn(e.bytesIn)}, ${wn(e.bytesOut)}`],["Tabs",t.tabs]]],["Publishing",[["Taken",ue(
e.published)],["Delivered",ue(e.delivered)],["Failed, unknown",`${ue(e.failed)}, ${ue(e.unknown)}`],["Sent again",ue(e.resent)],["… which the server had",ue(e.
duplicates)],["Waiting",`${ue(e.outboxRecords)} (${wn(e.outboxBytes)})`],["Kept",t.outbox]]],["Receiving",[["Received",ue(e.received)],["Doubles dropped",ue(e.duplicatesDropped)],
["Gaps",ue(e.gaps)],["Lost by the server",ue(e.lost)]]]];function mo(e,t){let n=S("figures-panel"),r=S("figures-button"),o=new Map;function s(c){for(let[l,p]of po(
c,t()))for(let[h,T]of p){let $=`${l} ${h}`,y=o.get($);y&&X(y,T)}}function i(c){for(let[l,p]of po(c,t())){let h=B("dl","");for(let[T,$]of p){let y=B("dd","",$);o.
set(`${l} ${T}`,y),h.append(B("div","",B("dt","",T),y))}n.append(B("section","",B("h2","",l),h))}}async function a(){let c=await e();o.size===0?i(c):s(c)}let u=()=>{
a().catch(()=>{})},b;r.onclick=()=>{let c=n.hidden;n.hidden=!c,r.setAttribute("aria-expanded",String(c)),clearInterval(b),c&&(u(),b=setInterval(u,1e3))}}var Xs=500,vn=4e3,Qs=8,Ys=e=>Array.from(e.subarray(0,100),t=>t.toString(16).padStart(2,"0")).join(" "),bo=e=>e.length>vn?`${e.slice(0,vn)}… and ${ie(e.length-
vn,"more character")}`:e;function Zs(e){if("text"in e)return B("div","payload",B("p","data",bo(e.text)));let t="bytes"in e,n=t?`${Ys(e.bytes)}${e.bytes.length>100?
" …":""}`:bo(e.json);return B("div","payload",B("span","kind",t?ie(e.bytes.length,"byte"):"JSON"),B("code","data",n))}function kn(e,t,n,r){let o=B("span","off\
set",e?String(e):"–");o.title=e?`offset ${e}`:"it has no offset yet";let s=B("span","meta");return r&&s.append(B("span","by",r)),n&&s.append(Ht(n)),B("li","re\
cord",o,Zs(t),s)}function ho(e){let t=S("log"),n=new Map,r=0,o=0;function s(a){for(t.append(a),o++;t.childElementCount>Xs;){let u=t.firstElementChild;u.classList.
contains("record")&&r++,n.delete(Number(u.dataset.offset)),u.remove()}e()}return{clear(){n=new Map,r=0,t.replaceChildren()},startsAfter(a){n.size===0&&(r=a)},record(a,u,b,c){
let l=kn(a,u,b,c);l.dataset.offset=String(a),n.set(a,l),s(l)},notice(a){s(B("li","notice",a))},mine(a,u){let b=n.get(a);if(!b)return!1;if(b.classList.contains("\
mine"))return!0;b.classList.add("mine");let c=b.querySelector(".meta");return c.querySelector(".by")?.remove(),c.prepend(B("span","by","you")),c.append(at("deli\
vered",u.synced?`synced to disk, on ${ie(u.copies||1,"machine")}`:"in the server’s memory")),!0},forked(a){for(let[u,b]of n)u<a||(b.classList.add("gone"),b.querySelector(
".badge")?.replaceWith(at("gone")),n.delete(u))},empty:()=>t.childElementCount===0,hidden:()=>r,settle(){S("live").setAttribute("aria-live",o>Qs?"off":"polite"),
o=0}}}var go=100,Sn=e=>e.status==="failed"||e.status==="unknown",yo=e=>e.status==="pending"||e.status==="sent";function xo(e,t,n,r){let o=[],s=new Map,i="";function a(l){
o=o.filter(p=>p!==l),u(l),S("message").focus(),r()}function u(l){s.get(l)?.remove(),s.delete(l)}function b(l){let p=l.fault??{code:0},h=B("button","quiet","Send\
 again"),T=B("button","quiet","Dismiss");return h.type=T.type="button",T.onclick=()=>a(l),h.onclick=()=>{a(l),n(l)},B("div","trouble",B("p","",`${e.sentence(p)}\
 ${e.advice(p.code)}`),h,T)}function c(l){let p=s.get(l);p||(p=kn(0,l.payload,0,"you"),p.classList.add("mine"),p.querySelector(".meta").append(Ht(l.at)),s.set(l,
p),S("queue").append(p));let h=`${l.status}|${l.fault?.code??""}`;p.dataset.shown!==h&&(p.dataset.shown=h,p.querySelector(".badge")?.remove(),p.querySelector(".\
trouble")?.remove(),p.querySelector(".meta").append(at(l.status)),l.fault&&(p.append(Sn(l)?b(l):B("div","trouble",e.sentence(l.fault))),Sn(l)&&ye(`A message ${l.
status==="failed"?"failed":"has an unknown outcome"}. ${e.sentence(l.fault)}`)))}return{add:l=>{o.push(l)},waiting:()=>o.filter(yo).length,since:()=>o.find(yo)?.
at,clear(){s.clear(),S("queue").replaceChildren()},refresh(l,p){o=o.filter(C=>{if(C.status!=="delivered")return!0;let{offset:g=0,synced:M=!1,copies:L=0}=C,N=C.channel!==
l||g<=p;return C.channel===l&&g&&t.mine(g,{synced:M,copies:L}),N&&u(C),!N});let h=o.filter(C=>C.channel===l);for(let C of h.slice(0,go))c(C);let T=h.length-go;X(
S("queue-more"),T>0?`and ${ie(T,"more message")}.`:""),S("outgoing").hidden=h.length===0,h.length===0&&(i=""),X(S("queue-held"),i),X(S("outgoing-title"),h.length===
0||h.some(C=>!Sn(C))?"Not yet in the channel":"Not stored, or not known to be");let $=o.filter(C=>C.channel!==l),y=[...new Set($.map(C=>C.channel))].join(", ");
X(S("elsewhere"),$.length?`${ie($.length,"message")} of yours ${$.length===1?"is":"are"} not stored in ${y}.`:"")},held(l){i=l,ye(l),r()},empty:()=>s.size===0}}var wo=()=>typeof BroadcastChannel=="function"&&!!globalThis.navigator?.locks;function vo(e,t,n){let r,o,s=(i,a,u)=>{let{signal:b}=o;return navigator.locks.request(
`holdfast ${e} ${i}`,{signal:b},()=>{if(!b.aborted)return a(),u?void 0:new Promise(c=>b.addEventListener("abort",()=>c()))}).catch(c=>{if(!b.aborted)throw c})};
return{on:()=>new Promise((i,a)=>{if(o)return i();o=new AbortController,r=new BroadcastChannel(`holdfast ${e}`),r.onmessage=({data:u})=>{!u||typeof u.t!="string"||
typeof u.from!="string"||u.to&&u.to!==t||(u.v===1?n.fr(u):n.pr(u.t))},s(`tab ${t}`,()=>{i(),s("lead",n.mr).catch(a)}).catch(a)}),sn:()=>{o?.abort(),r?.close(),o=
r=void 0},l:(i,a,u)=>r?.postMessage({...a,v:1,t:i,from:t,to:u}),Et:i=>{s(`tab ${i}`,()=>n.Ue(i),!0)}}}var ko=(e,t)=>!e||t&&t.o<e.o?t:e;function So(e,t){let n=new Map,r=[],o=0,s,i,a=[0,0],u=0,b=[0,0],c,l,p=()=>n.size>1?void 0:n.keys().next().value,h=()=>[...n.values(),
...c?[c]:[]],T=()=>{let O=o;o=0,O&&t.l({c:"unsubscribe",sub:O})},$=O=>{T(),o=t.br(N),s=h().find(v=>v.M.cursor)?.M.cursor;let _=[0,1].map(v=>Math.min(...h().map(
R=>R.M.window[v])));t.l({...O,sub:o,window:_,...s&&{cursor:s}}),a=[0,0],b=[0,0],u=0;for(let v of n.values())v.N=[0,0]},y=O=>{let{term:_,o:v,earlier:R}=O;$({c:"s\
ubscribe",sub:o,ch:e,at:"position",o:v,window:[0,0],..._&&{term:_,earlier:R}}),C(O)},C=O=>{i={...O},l=void 0,t.j({e:"open",ch:e,g:o,at:O},p())},g=()=>{c||!r.length||
(c=r.shift(),l=n.size?i:void 0,i=void 0,$(c.M))},M=()=>{c=void 0,l&&n.size&&y(l),g()},L=()=>{if(!o||!n.size||c)return;let O,_=[...a];for(let U of n.values()){(!O||
U.d<O.d)&&(O=U);for(let I of[0,1])_[I]=Math.min(_[I],U.N[I])}let v=[_[0]-b[0],_[1]-b[1]],R=O.d>u;!R&&!v[0]&&!v[1]||(b=_,R&&(u=O.d),t.l({c:"done",sub:o,took:v,...R&&
{term:O.w,o:u}}))},N={U:e,C:()=>o,on(O,_){let{sub:v,cursor:R}=_.cmd,U={We:O,C:v,M:_.cmd,d:_.done??0,w:_.at?.term??"",N:[...a]},I=[...h(),...r].find(F=>R&&F.M.cursor&&
F.M.cursor!==R);if(I){let F={code:zn,detail:`another tab reads it with the cursor ${I.M.cursor}`};t.j({e:"ended",sub:v,fault:F},O)}else _.at?(n.set(O,U),c?l=ko(
l,_.at):!i||_.at.o<i.o||R&&!s?y(ko(i,_.at)):t.j({e:"open",ch:e,g:o,at:i},O)):(r.push(U),g())},sn(O){let _=n.get(O);n.delete(O);let v=r.findIndex(R=>R.We===O);return v>=
0&&r.splice(v,1),c?.We===O?(T(),M()):_?.M.cursor&&n.size&&i?y(i):L(),n.size||c||r.length?!1:(T(),!0)},d(O,_,v,R,U){let I=n.get(O);I&&(_===o&&(I.N=[I.N[0]+v[0],I.N[1]+
v[1]]),R!==void 0&&([I.d,I.w]=[R,U??""]),L())},hr(O,_){if(!c)return;let v=c,R={term:O,o:_,earlier:v.M.term?v.M.earlier??[]:[]};c=void 0,v.d=_,v.w=O,n.size||(l=void 0),
n.set(v.We,v),t.j({e:"subscribed",sub:v.C,term:O,o:_},v.We),l&&l.o<_?y(l):C(R),g()},B(O){if(i){for(let _ of O)"gap"in _?i={term:_.term,o:_.after,earlier:_.earlier}:
"term"in _?i={...i,term:_.term,earlier:_.earlier}:(i.o=_.o,a[0]++,a[1]+=_.data.length);t.j({e:"stream",ch:e,items:O},p())}},Jt(O){o=0;let _=c?[c]:[...n.values()];
for(let v of _)t.j({e:"ended",sub:v.C,...O&&{fault:O}},v.We),n.delete(v.We);return c||(i=void 0),M(),!n.size&&!c}};return N}var _o=1e3,ei=1e3,ti=1e3,ni=1e3;function Eo(e,t){let n=new Map,r=new Map,o=new Map,s=new Map,i=new Map,a=new Map,u=0,b=!0,c,l,p,h=[],T,$=[],y=[],C,g=[],M=()=>{let m=g;
g=[];for(let x=0;x<m.length;){let k=m[x][1],j=[];for(;x<m.length&&m[x][1]===k;x++)j.push(m[x][0]);e.j(j,k)}},L=(m,x)=>{g.push([m,x])===1&&queueMicrotask(M)},N=m=>n.
get(m)?.Mt,O=(m,x)=>{if(!(!x.an||!x.Mt||!p)){x.an=!1;for(let k of i.values())n.has(To(k.id))||L(k,m)}},_=()=>{for(;h.length&&(!p.full||h.length>ni);)c.l(h.shift())},
v=m=>{let x=To(m.id),{status:k,producer:j="",number:re=0}=m;if(m.end?i.delete(m.id):i.has(m.id)&&Object.assign(i.get(m.id),j?{status:k,producer:j,number:re}:{status:k}),
N(x))return L(m,x);L(m),m.end&&(a.set(m.id,m),a.size>ti&&a.delete(a.keys().next().value))},R=m=>{if(!(T&&m.e!=="closed"&&(m.e!=="entry"||/pending|sent/.test(m.status)))&&
!(C&&m.e!=="closed"))switch(m.e){case"status":return m.status.state==="failed"&&m.status.fault?.code===pt&&(C=setTimeout(te,_o),m={e:"status",status:{...m.status,
state:"waiting",retryAt:Date.now()+_o}}),l=m,L(m);case"outbox":p=m;for(let[x,k]of n)O(x,k);L(m);for(let[x,k]of $.splice(0))W.Y(x,k);return G(),_();case"restored":
return void i.set(m.id,m);case"entry":return v(m);case"subscribed":case"records":case"ended":return U(m);case"reply":case"stats":{let x=s.get(m.id);return s.delete(
m.id),x&&L({...m,id:x[1]},x[0])}case"closed":return C?void 0:(T||L(m),M(),T?.());default:L(m)}},U=m=>{let x=o.get(m.sub);m.e==="ended"&&o.delete(m.sub),x?.C()===
m.sub&&(m.e==="records"?x.B(m.items):m.e==="subscribed"?x.hr(m.term,m.o):m.e==="ended"&&x.Jt(m.fault)&&r.delete(x.U))},I=m=>{let x=r.get(m);return x||(x=So(m,{br:k=>(o.
set(++u,k),u),l:k=>c.l(k),j:L}),r.set(m,x)),x},F=(m,x)=>{if(y)return void y.push([m,x]);let k=I(x.cmd.ch);n.get(m)?._.set(x.cmd.sub,k),k.on(m,x)},ee=(m,x)=>{x.sn(
m)&&r.delete(x.U)},G=()=>{if(!y||!p||b&&[...n.values()].some(x=>!x.Mt))return;let m=y.sort(([,x],[,k])=>(x.at?.o??1/0)-(k.at?.o??1/0));y=void 0;for(let[x,k]of m)
n.has(x)&&F(x,k)},ae=(m,x,k)=>{let j="sub"in k?x._.get(k.sub):void 0;switch(k.c){case"join":return F(m,k);case"unsubscribe":return x._.delete(k.sub),y=y?.filter(
([re,Q])=>re!==m||Q.cmd.sub!==k.sub),j&&ee(m,j);case"done":return j?.d(m,k.g,k.took,k.o,k.term);case"call":case"stats":return s.set(++u,[m,k.id]),c.l({...k,id:u});case"\
cancel":for(let[re,[Q,Te]]of s)Q===m&&Te===k.id&&c.l({...k,id:re});return;case"publish":{let re=a.get(k.id);return a.delete(k.id),re?L(re,m):(i.set(k.id,{...k,e:"\
restored",status:"pending",producer:"",number:0}),h.push(k),_())}default:c.l(k)}},ne=()=>{clearTimeout(z),clearTimeout(C)},W={An(m,x,k){N(m)?W.Ue(m):n.has(m)||e.Et(
m);let j={Mt:!0,an:x,_:new Map};n.set(m,j),l&&L(l,m),O(m,j),p&&L(p,m),W.Y(m,k),G()},Y(m,x){let k=n.get(m);if(!p)$.push([m,x]);else if(k)for(let j of x)ae(m,k,j)},
Ue(m){let x=n.get(m);n.delete(m);for(let k of new Set(x?._.values()))ee(m,k);for(let[k,[j]]of s)j===m&&s.delete(k);G()},te(m){if(ne(),C)return m();T=m,c.l({c:"c\
lose",drain:0}),M()},Ge(){ne(),M(),T=()=>{},c.l({c:"close",drain:-1})}},z=setTimeout(()=>{b=!1,G()},ei);for(let m of t)n.set(m,{Mt:!1,an:!1,_:new Map}),e.Et(m);
let te=()=>{C=void 0,c=e.dn(R)};return te(),W}var To=e=>e.slice(0,e.indexOf(":"));var Co=e=>({M:e,X:void 0,rt:0,Hn:void 0,un:0,F:!1,d:0,Ot:[0,0],oe:[0,0]}),Lo=(e,t,n)=>{let{earlier:r=[]}=e.M;e.X={term:t,o:n,earlier:e.M.term?r:[]},e.rt=e.d=n},
$o=(e,t,n)=>{e.un=n,e.Hn={...t},e.oe=[...e.Ot]},Ro=(e,t)=>t.map((n,r)=>{let o=Math.min(n,e.oe[r]);return e.oe[r]-=o,e.Ot[r]-=n,n-o});var Mo=e=>[...e.earlier,[e.term,e.o]],Oo=(e,t)=>e.earlier.length>=7&&t<=e.earlier[0][1]?void 0:e.earlier.find(([,n])=>t<=n)?.[0]??e.term,ri=(e,t,n,r)=>{if(n.term===
e.term||!e.term||r<=t||!e.o)return!1;let[o,s]=r>e.o?[e.term,Oo(n,e.o)]:[Oo(e,r),n.term];return o!==void 0&&s!==void 0&&o!==s},oi=(e,t)=>{let n=new Map(Mo(t)),r=Mo(
e);for(let o=r.length;o--;){let[s,i]=r[o];if(n.has(s))return{term:s,o:Math.min(i,n.get(s)),earlier:r.slice(0,o)}}return{term:"",o:0,earlier:[]}};function Ao(e,t){
let{X:n,Hn:r}=e,o={r:[],Ct:[0,0],Fn:!1};if(!n||!r||r.o>n.o)return o;for(let s of t)if("gap"in s)si(n,r,s,o.r);else if("term"in s)r.term=s.term,r.earlier=s.earlier;else if(ri(
n,e.rt,r,s.o)){let i=oi(n,{...r,o:s.o});return o.r.push({gap:"fork",from:i.o+1,to:n.o,term:i.term,after:i.o,earlier:i.earlier}),Object.assign(n,i),o.Fn=!0,r.o=Number.
POSITIVE_INFINITY,o}else{r.o=s.o;let i=s.data.length;s.o>n.o?((!e.F||n.term!==r.term)&&o.r.push({term:r.term,earlier:r.earlier}),e.F=!0,Object.assign(n,r),o.r.push(
s),e.Ot[0]++,e.Ot[1]+=i):(o.Ct[0]++,o.Ct[1]+=i)}return o}var si=(e,t,n,r)=>{let o={term:n.term,o:n.after,earlier:n.earlier},s=n.gap==="fork";Object.assign(t,o),
(s?e.o>n.after:n.to>e.o)&&(r.push({...n,from:s?n.after+1:Math.max(n.from,e.o+1),to:s?e.o:n.to}),Object.assign(e,o))};var ii=256,_n=(e,t)=>({code:e,detail:t});function Ho(e){let t=new Map,n=new Set,r=new Set,o=new Map,s=new Map,i="",a="",u,b=!1,c=!0,l,p,h=!1,T=!1,$=[],y=0,C,g=!1,
M=()=>{let f=$;if($=[],!(!i||!f.length)){for(let E of f)E.c==="publish"&&(t.get(E.id).I=!0),E.c==="call"&&o.has(`call${E.id}`)&&(o.get(`call${E.id}`).I=!0);l?l.Y(
e.ee,f):W.l("want",{e:a,list:f},i)}},L=f=>{$.push(f)===1&&queueMicrotask(M)},N=({M:f,X:E,d:P})=>({c:"join",cmd:f,...E&&{at:{...E},done:P}}),O=f=>{for(let[E,{M:P,
I:J}]of o)!J||P.c!=="call"||P.key||(o.delete(E),e.L({e:"reply",id:P.id,fault:_n(He,"the tab that made it is gone"),type:0,data:new Uint8Array}));if(f)for(let[E,
{I:P}]of t)P&&(t.delete(E),e.L({e:"entry",id:E,status:"unknown",end:!0,fault:_n(Je,"the tab that sent it is gone")}))},_=()=>[...[...t.values()].map(f=>f.M),...[
...s.values()].map(N),...[...o.values()].map(f=>f.M)],v=(f,E)=>{if(!h||E===a)return;a&&O(!u?.durable),$=[],i=f,a=E;let P=_(),J={e:E,fresh:c,list:P};c=!1;for(let Ee of[
...t.values(),...o.values()])Ee.I=!0;l?l.An(e.ee,J.fresh,P):W.l("hello",J,f)},R=(f,E,P)=>{let J=Ao(E,P);J.r.length&&e.L({e:"records",sub:f,items:J.r}),J.Ct[0]&&
L({c:"done",sub:f,g:E.un,took:J.Ct}),J.Fn&&L(N(E))},U=f=>{if(!u)return;let E=u.full||r.size>=ii;!f&&E===b||(b=E,e.L({...u,full:b}))},I=f=>{let E=t.get(f.id);if((f.
number||f.end)&&r.delete(f.id),E&&(E.Pn=f.status),(E||n.has(f.id))&&e.L(f),!f.end)return U();t.delete(f.id),n.delete(f.id),U(),C&&!t.size&&re()},F=f=>{switch(f.
e){case"entry":return I(f);case"restored":return n.add(f.id),e.L(f);case"outbox":return u=f,U(!0);case"reply":case"stats":return o.delete((f.e==="reply"?"call":
"stats")+f.id)?e.L(f):void 0;case"subscribed":{let E=s.get(f.sub);return E&&Lo(E,f.term,f.o),E&&e.L(f)}case"ended":return s.delete(f.sub)?e.L(f):void 0;case"ope\
n":case"stream":for(let[E,P]of s)P.M.ch===f.ch&&(f.e==="open"?$o(P,f.at,f.g):R(E,P,f.items));return;case"records":return;case"closed":return Te("failed");default:
e.L(f)}},ee=(f,E)=>{E!==e.ee&&W.l("news",{e:a,list:f},E),(!E||E===e.ee)&&f.forEach(F)},G=f=>W.l("lead",{e:a},f),ae=async()=>{let f=crypto.randomUUID(),E=`holdfa\
st ${e.st} tab `,P=++y,{held:J=[]}=await navigator.locks.query();if(P!==y||g)return;let Ee=J.flatMap(Re=>Re.name?.startsWith(E)?[Re.name.slice(E.length)]:[]);l=
Eo({dn:e.dn,j:ee,Et:Re=>Re!==e.ee&&W.Et(Re)},Ee),v(e.ee,f),G()},ne=f=>{if(f.t==="who")return l&&G(f.from);if(f.t==="lead")return l||typeof f.e!="string"?void 0:
v(f.from,f.e);if(Array.isArray(f.list)){if(f.t==="news"){for(let E of f.list)(f.e===a||E.e==="entry"&&E.end)&&F(E);return}!l||f.e!==a||(f.t==="hello"?l.An(f.from,
!!f.fresh,f.list):f.t==="want"&&l.Y(f.from,f.list))}},W=vo(e.st,e.ee,{mr:()=>{ae().catch(k)},fr:ne,Ue:f=>l?.Ue(f),pr:f=>{l?G():f==="lead"&&k()}}),z=()=>{W.on().
then(()=>{h=!0,W.l("who",{})},k)},te=()=>{y++,l?.Ge(),l=void 0,h=!1,i="",W.sn()},m=()=>{p||T||g||(M(),T=!0,te())},x=()=>{!T||p||g||(T=!1,e.L({e:"status",status:{
state:"connecting",attempt:0}}),z())},k=()=>{if(!(p||g)){te(),O(!0),p=e.gr();for(let f of _())f.c!=="join"?p.l(f):p.l({...f.cmd,...f.at&&{...f.at,at:"position"}})}},
j=[[document,"freeze",m],[document,"resume",x],[globalThis,"pagehide",m],[globalThis,"pageshow",x]];for(let[f,E,P]of j)f.addEventListener(E,P);let re=()=>{g||(g=
!0,M(),l?l.te(()=>Te("closed")):Te("closed"))},Q=_n(le,"the session was closed"),Te=f=>{g=!0,clearTimeout(C);for(let[P,J,Ee]of j)P.removeEventListener(J,Ee);l=void 0,
te(),f==="closed"&&e.L({e:"status",status:{state:f,attempt:0}});for(let P of s.keys())e.L({e:"ended",sub:P});for(let[P,{Pn:J}]of t)e.L({e:"entry",id:P,status:J,
end:!0,fault:Q});for(let{M:P}of o.values())je(P);let{size:E}=t;for(let P of[s,t,o])P.clear();e.L({e:"closed",left:E})},je=f=>{f.c==="publish"&&e.L({e:"entry",id:f.
id,status:"failed",end:!0,fault:Q}),f.c==="call"&&e.L({e:"reply",id:f.id,fault:Q,type:0,data:new Uint8Array}),f.c==="subscribe"&&e.L({e:"ended",sub:f.sub,fault:Q})},
It=f=>{if(p)return p.l(f);if(g||C&&f.c==="publish")return je(f);switch(f.c){case"publish":return t.set(f.id,{M:f,I:!1,Pn:"pending"}),r.add(f.id),L(f),U();case"c\
all":case"stats":return o.set(f.c+f.id,{M:f,I:!1}),L(f);case"cancel":return o.delete(`call${f.id}`),L(f);case"subscribe":{let E=Co(f);return s.set(f.sub,E),L(N(
E))}case"unsubscribe":return s.delete(f.sub)?(L(f),e.L({e:"ended",sub:f.sub})):void 0;case"done":{let E=s.get(f.sub);return E?(f.o!==void 0&&(E.d=f.o),L({...f,g:E.un,
took:Ro(E,f.took)})):void 0}case"close":return C?void 0:(C=setTimeout(re,f.drain),e.L({e:"status",status:{state:"closing",attempt:0}}),void(t.size||re()));default:
L(f)}};return z(),{l:It}}var ai=()=>{let e="holdfast tab";try{let t=sessionStorage.getItem(e)??crypto.randomUUID();return sessionStorage.setItem(e,t),t}catch{return crypto.randomUUID()}},
Fo=()=>(e,t,n)=>{let r=()=>e(t,`:${ai()}`);return wo()?Ho({st:JSON.stringify([n.url,n.user,n.outbox]),ee:n.page,L:t,dn:e,gr:r}):r()};function Po(e){let t=Fo(),n=!1,r=!1,o=1;async function s(){let{held:u=[]}=await navigator.locks?.query()??{},b=u.filter(c=>/^holdfast .* tab [^ ]+$/.test(c.name??
"")).length;b!==o&&(o=Math.max(1,b),e())}setInterval(()=>{s().catch(()=>{})},1e3);let i=(u,b,c)=>t((l,p)=>(n=!0,r=!1,e(),u(h=>{h.e==="status"&&(r=h.status.state===
"open"),h.e==="closed"&&(n=!1,e()),l(h)},p)),b,c),a=()=>ie(o-1,"other tab");return{share:i,connected:()=>n&&r,brief(){return o<2?"":n?`${a()} ${o===2?"uses":"us\
e"} this connection.`:"Through another tab’s connection."},words:()=>`${o}, ${n?"this one has the connection":"another one has the connection"}`}}var di=50,Mn=JSON.parse(S("codes").textContent??"{}"),me=co(Mn),Do=()=>new URLSearchParams(location.search).get("channel")||"chat:lobby",Io=(e,t)=>t>e?`Records ${e}\
–${t} are`:`Record ${e} is`,Ue="",Se=0,Tn=new AbortController,dt=!1,qe=!0,En=!1,_e=()=>{En||setTimeout(fi),En=!0},No=fo(()=>{ct.renewed(),Y.state==="waiting"&&
Y.reconnect(),_e()}),ut=Po(_e),Y=new it("ws",{agent:"holdfast-page",outbox:Wt({name:"page"}),tabs:ut.share,token:()=>No.next(ut.connected()||ct.refused())}),ct=lo(
Y,me,Mn,No),ce=ho(_e),Pt=new Map,xe=xo(me,ce,e=>Bo(e.payload,e.channel),_e);mo(()=>Y.stats(),()=>({outbox:Y.outbox?.durable?"in this browser, on disk":"in this \
tab",tabs:ut.words()}));function Bo(e,t=Ue){if(Y.outbox?.full)return`${me.sentence({code:4350})} Wait until some are stored, or dismiss those that failed.`;try{
Uo("json"in e?Y.publish(t,yn(e.json),{type:"json"}):Y.publish(t,"text"in e?e.text:e.bytes),e)}catch(n){return me.sentence($e(n))}return qe=!0,_e(),""}function Uo(e,t){
let n={channel:e.channel,payload:t,at:Date.now(),status:e.status};Pt.set(e,n),xe.add(n)}var ui=e=>typeof e=="string"?{text:e}:e instanceof Uint8Array?{bytes:e}:
{json:JSON.stringify(e)};Y.addEventListener("message",({detail:e})=>{Pt.has(e)||Uo(e,ui(e.data));let t=Pt.get(e);t.status=e.status,t.fault=e.error&&$e(e.error),
e.ack&&Object.assign(t,{offset:e.ack.offset,synced:e.ack.synced,copies:e.ack.copies}),e.status!=="pending"&&e.status!=="sent"&&Pt.delete(e),_e()});Y.addEventListener(
"held",({detail:e})=>{let t=Math.max(1,Math.ceil((e.at-Date.now())/1e3));e.channel===Ue&&xe.held(`${me.sentence($e(e.error))} It is tried again in ${t} s.`)});Y.
addEventListener("lost",({detail:{channel:e,from:t,to:n}})=>{let r={code:4322,detail:`your messages ${t}–${n} in ${e}`};ce.notice(`${me.sentence(r)} ${me.advice(
4322)}`)});function ci(e){if(e.gap===void 0){let s=e.type==="json"?{json:e.text()}:e.type==="text"?{text:e.text()}:{bytes:e.bytes};ce.startsAfter(e.offset-1),ce.
record(e.offset,s,e.time,e.user),Se=e.offset;return}let{gap:t,from:n,to:r}=e;if(t!=="fork"){Se=r,ce.notice(`${Io(n,r)} no longer kept.`);return}Se=n-1,ce.forked(
n);let o=Se?`goes on after record ${Se}`:"begins anew";ce.notice(`${Io(n,r)} no longer in the channel: the server’s store was restarted or restored, and the log\
 ${o}.`)}async function li(e,t){let n;for(;!t.aborted;){let r=Y.subscribe(e,{from:n===void 0?{last:di}:{checkpoint:n},signal:t});r.ready.then(o=>{t.aborted||(n??=
o,dt=!0,Se=Math.max(Se,Number(o.split(" ")[0].split("@")[1])),_e())},()=>{});try{for await(let o of r)ci(o),n=o.checkpoint}catch(o){let s=$e(o),i=Y.state!=="fai\
led"&&["now","later"].includes(Ft(Mn,s.code));if(ce.notice(`${e} is not subscribed. ${me.sentence(s)} ${i?"It is asked again by itself.":me.advice(s.code)}`),!i)
return;await new Promise(a=>setTimeout(a,1e3))}}}function On(e){Tn.abort(),Tn=new AbortController,Ue=e,Se=0,dt=!1,qe=!0,ce.clear(),xe.clear(),S("newest").hidden=
!0,S("channel").value=e,S("empty-command").textContent=`echo hello | holdfast publish ${location.origin} ${e}`,document.title=`${e} · Holdfast`,Ie(S("channel"),
S("channel-mistake"),""),li(e,Tn.signal),_e()}var qo=()=>requestAnimationFrame(()=>S("view").scrollTo({top:S("view").scrollHeight,behavior:"instant"}));function fi(){
En=!1,xe.refresh(Ue,dt?Se:0);let e=ce.empty()&&xe.empty();S("empty").hidden=!e,X(S("empty-text"),dt?`Nothing in ${Ue} yet.`:"Records appear here as soon as ther\
e is a connection."),S("empty-hint").hidden=!dt;let t=ce.hidden();X(S("before"),t?`${t.toLocaleString()} earlier record${t===1?" is":"s are"} not shown here.`:""),
ce.settle(),ct.show({waiting:xe.waiting(),since:xe.since(),tabs:ut.brief()}),qe?qo():S("newest").hidden=!1}Y.addEventListener("status",()=>{ct.changed(),_e()});
setInterval(()=>ct.show({waiting:xe.waiting(),since:xe.since(),tabs:ut.brief()}),250);uo(Bo);S("chooser").onsubmit=e=>{e.preventDefault();let t=S("channel").value.
trim(),n=t===""||yn(t).length>255||/[\p{C}\p{Z}"\\\uFFFD]/u.test(t);Ie(S("channel"),S("channel-mistake"),n?`${me.sentence({code:4304})} ${me.advice(4304)}`:""),
!(n||t===Ue)&&(history.pushState(null,"",`?channel=${encodeURIComponent(t)}`),On(t),S("message").focus())};S("retry").onclick=()=>{Y.state==="failed"?location.reload():
Y.reconnect(),S("message").focus()};S("newest").onclick=()=>S("view").scrollTo({top:S("view").scrollHeight});S("view").onscroll=()=>{let{scrollTop:e,clientHeight:t,
scrollHeight:n}=S("view");qe=n-e-t<40,qe&&(S("newest").hidden=!0)};new ResizeObserver(()=>qe&&qo()).observe(S("view"));window.onpopstate=()=>On(Do());window.onbeforeunload=
e=>{Y.outbox?.durable===!1&&xe.waiting()>0&&e.preventDefault()};ye("");On(Do());})();
