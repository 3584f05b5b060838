// Generated from web/page and sdk/ts/src by npm run page in sdk/ts. DO NOT EDIT.
"use strict";(()=>{var qn="1002s protocol_error";var jn="1006n abnormal";var Wn="4000n heartbeat_timeout",Gn="4001n write_timeout";var zn="4009n timeout";var He="4107l disconnected";var Jn="4110l at_capacity";var Kn="4300s bad_frame";var Vn="4304s bad_channel";var Xn="4309s bad_payload";var Qn="4312s already_subscribed";var Ke="4315s unknown_outcome";var Oe="4321s bad_argument";var Ut="4326s dropped";var qt="4350s outbox_full",ft="4351s outbox_locked";var Yn="4353s outbox_mismatch";var be="4357s closed";var Zn="4359s not_holdfast",er="4360s canceled",Ne="4361s io",tr="4362s retries_exhausted";var nr=`400s http_bad_request
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
o===void 0?void 0:{cause:o}),this.code=Number.parseInt(t,10),this.codeName=s,this.op=n,this.detail=r}};var ns=3e3,rr=2e3,or=e=>Math.abs(Date.now()-e)>7e3,jt=e=>new q(ft,`open outbox ${e}`,"another page uses it"),sr=async e=>{let t=globalThis.navigator?.locks;return t&&
new Promise((n,r)=>{t.request(`holdfast:${e}`,{signal:AbortSignal.timeout(ns)},()=>new Promise(o=>n(o))).catch(()=>r(jt(e)))})},ir=async(e,t)=>{for(let n=9;;n--){
try{return await t()}catch(r){if(!e||!n)throw r}await new Promise(r=>setTimeout(r,1e3))}};var rs=7*864e5,ar=(e={})=>({...e,durable:!1}),pt=()=>({Et:[],Ue:[],E:new Map,qe:new Map}),dr=async(e,t,n,r,o)=>{let s=pt(),a=[],i=[],c=new Map,b=[],l;for(let[u,
p]of n)typeof u=="number"?a.push(p):Array.isArray(u)?i.push(p):u==="marks"?b=p:u==="user"?l=p:`${u}`.startsWith("page ")&&c.set(`${u}`.slice(5),p);if(a.sort((u,p)=>u.
id-p.id),t&&l!==t){if(a[0])throw new q(Yn,`open outbox ${e}`,`it belongs to user "${l}", not to "${t}"`);s.ce=t;for(let u of i)s.E.set(u.ch+u.p,[u.ch,u.p]);i=[]}
for(let u of a){let p=b.find(g=>u.id<=g.id);p&&!u.sent&&(Object.assign(u,{sent:p.sent,mem:p.mem}),s.Et.push(u))}for(let[u,[,p]]of c)p<Date.now()-rs&&s.qe.set(u,
void 0);return s.le=[],await r(s),{te:a,E:i,qe:c,an:r,X:o}};var Wt="outbox",os=e=>new Promise((t,n)=>{e.onsuccess=()=>t(e.result),e.onerror=()=>n(e.error)}),Gt=(e={})=>{let t=e.name??"holdfast";return{...e,name:t,durable:!0,
ne:(n,r,o="")=>ss(t+o,n,r)}},ss=async(e,t,n)=>{let r=u=>u instanceof q?u:new q(Ne,`outbox ${e}`,"IndexedDB failed",u),o=await sr(e),s=o?0:Math.random(),a,i,c=!1,
b=()=>{clearInterval(a),c&&l(u=>u.delete("owner")).catch(()=>{}),i?.close(),o?.()},l=u=>new Promise((p,g)=>{let M,L=i.transaction(Wt,"readwrite",{durability:"st\
rict"}),w=L.objectStore(Wt);if(L.oncomplete=()=>p(),L.onabort=()=>g(r(M??L.error)),!s)return u(w);let R=w.get("owner");R.onsuccess=()=>{R.result&&R.result[0]!==
s&&(c||!or(R.result[1]))?(M=jt(e),L.abort()):(c=!0,w.put([s,Date.now()],"owner"),u(w))}});try{let u=globalThis.indexedDB.open(`holdfast:${e}`,1);u.onupgradeneeded=
()=>u.result.createObjectStore(Wt),i=await os(u),i.onclose=()=>n(r(void 0));let p=[],g=w=>{w.openCursor().onsuccess=R=>{let h=R.target.result;h&&(p.push([h.key,
h.value]),h.continue())}};await ir(s,()=>l(g));let L=dr(e,t,p,w=>l(R=>is(R,w)),b);return s&&(a=setInterval(()=>l(()=>{}).catch(n),rr)),await L}catch(u){throw b(),
r(u)}},is=(e,t)=>{for(let n of t.Et)e.put(n,n.id);for(let n of t.Ue)e.delete(n);for(let n of t.E.values())Array.isArray(n)?e.delete(n):e.put(n,[n.ch,n.p]);t.ce!==
void 0&&e.put(t.ce,"user"),t.le&&e.put(t.le,"marks");for(let[n,r]of t.qe)r?e.put(r,`page ${n}`):e.delete(`page ${n}`);e.transaction.commit()};var mt=()=>EventTarget,ie=(e,t,n)=>e.dispatchEvent(new CustomEvent(t,{detail:n})),xe=()=>{let e={};return e.re=new Promise((t,n)=>{e.fe=t,e.pe=n}),e.re.catch(()=>{}),
e},ge=(e,t)=>new q(e.code,e.op??t,e.detail);var Ve=class extends mt(){id;channel;data;status;producer;number;ack;error;i=xe();Te=xe();constructor(t,n,r,o="pending"){super(),this.id=t,this.channel=n,this.data=
r,this.status=o}get done(){return this.i.re}get kept(){return this.Te.re}je(t){let n=t.status!==this.status||!!t.end;return this.status=t.status,t.number&&(this.
producer=t.producer,this.number=t.number,this.Te.fe()),t.end&&(this.ack=t.ack,t.ack&&this.i.fe(t.ack),t.fault&&(this.error=ge(t.fault,`publish to ${this.channel}`),
this.i.pe(this.error),this.Te.pe(this.error))),n&&ie(this,"status",this.status),n}};var ur="ch:a n:n o:n data:d content:c h:h p:X term:x ts:n by:a id:n code:k detail:s retry:n count:u synced:f dup:f skipped:f copies:u sent:n mem:x from:n to:n a\
t:w after:n gen:n want:n cursor:a user:a session:X why:w token:s process:x counter:n agent:a subs:o results:o earlier:e last:n since:n window:p max_in_flight:p \
max_window:p heartbeat:n max_message:u max_subs:u dedupe:n clock:n name:a key:s successor:X first:n head:n version:n url:s delay:n pending:n",cr="1hello B?@CD)E\
F 2publish #)$67('& 3skip #)89U 4subscribe -#:*%H[IJ>K 5unsubscribe -# 6ack #%< 7call -ST'& 8refresh BZ 9ping - 10pong - 11bye ./ 32welcome @?ENOLMPQ725RG 33sto\
red #)$1%2345 34refused #)$.0=/ 35record #%*+,('& 36pass #%* 37gap #89*;A 38subscribed -#*%VW<./0 39unsubscribed -#./ 40reply -./'& 41join #?@*X'& 42leave #?@*X\
 43receipt #>?% 44reconnect ZY.",zt={at:["head","start","position","last","time"],why:["","retention","fork"]};var bt=class extends Error{offset;constructor(t,n){super(`byte ${t} of the message: ${n}`),this.offset=t}};var Jt=` ${ur}`.split(" ").map((e,t)=>{let[n="",r=""]=e.split(":");return{Ee:t,Mt:n,dn:r,un:t*4+(r==="x"?1:r==="X"?3:"nukfwc".includes(r)?0:2),Ot:"heo".includes(
r)}}),ht=(()=>{let e=Object.create(null);for(let[,t,n,r]of cr.matchAll(/(\d+)(\w+) (\S+)/g)){let o=[...r].map(a=>Jt[a.charCodeAt(0)-34]),s=[];for(let a of o)s[a.Ee]=
a;e[t]=e[n]={Rn:+t,tt:n,An:o,Hn:s}}return e})(),Xe=e=>(e==="n"?2**53:e==="k"?2**16:2**32)-1,lr=e=>e==="a"?255:4096,fr=e=>e==="h"?64:e==="e"?8:1024,Kt=e=>ht[e===
"subs"?"subscribe":"subscribed"];var as=new TextDecoder("utf-8",{fatal:!0,ignoreBOM:!0}),ds=new TextEncoder,us=Array.from({length:256},(e,t)=>(t+256).toString(16).slice(1)),Qe,V,le,ae,de=(e,t)=>{
throw new bt(e,t)},xt=()=>de(le,"it ends too early"),ye=()=>{let e=0;for(let t=0,n=1;;t++,n*=128){V>=le&&xt();let r=Qe[V++];if((t>9||t===9&&r<128&&r>1)&&de(ae,"\
over 64 bits"),e+=(r&127)*n,r<128)return e}},wt=e=>(e>le-V&&xt(),V+=e,Qe.subarray(V-e,V)),gt=e=>{let t=ye();return t>e?de(ae,`over ${e}`):t},Vt=e=>{let t="",n=0;
for(let r of wt(e))t+=us[r],n|=r;return n?t:""},Xt=e=>{let t=wt(ye());t.length>e&&de(ae,`over ${e} bytes`);try{return as.decode(t)}catch{return de(ae,"not UTF-8")}},
yt=e=>{let t=ye();t>le-V&&xt();let n=le;le=V+t;let r=e();return V<le&&de(V,"more than its parts"),le=n,r},pr=(e,t)=>{switch(e){case"f":case"c":{let n=ye();return n>
(e==="c"?2:1)&&de(ae,t),e==="c"?n:!!n}case"w":{let n=zt[t];return n[ye()]??(n[0]&&de(ae,t))}case"x":return Vt(8);case"X":return Vt(16);case"s":case"a":return Xt(
lr(e));case"d":return wt(ye());case"p":return yt(()=>[gt(Xe("u")),gt(Xe("u"))]);case"h":return yt(()=>[Xt(255),Xt(4096)]);case"e":return yt(()=>[Vt(8),gt(Xe("n"))]);case"\
o":return yt(()=>br(Kt(t),{}))}return gt(Xe(e))},cs=e=>{e?wt(e===2?ye():e===1?8:16):ye()},br=(e,t)=>{let n=[];for(;V<le;){ae=V;let r=Qe[V]&3,o=ye();o<4&&de(ae,"\
field 0");let s=Jt[Math.floor(o/4)];if(s&&(s.un!==o||n[s.Ee]&&!s.Ot)&&de(ae,`${s.Mt}: another kind, or twice`),s&&(n[s.Ee]=!0),ae=V,!s||!e.Hn[s.Ee]){cs(r);continue}
let{Mt:a,dn:i,Ot:c}=s;if(c)t[a]??=[],t[a].length>=fr(i)&&de(ae,"too many"),t[a].push(pr(i,a));else{let b=pr(i,a);b&&(i!=="d"||b.length)&&(i!=="p"||b[0]||b[1])&&
(t[a]=b)}}return t},ls=(e,t)=>{typeof e=="string"&&de(0,"text");let n=ArrayBuffer.isView(e)?e:new Uint8Array(e);for(let r=0;r<n.length;){Qe=n,ae=V=r,le=n.length;
let o=ye();o>le-V&&xt(),o||de(ae,"an empty frame"),r=le=V+o;let s=ht[Qe[V++]];if(s&&t(br(s,{t:s.tt}))===!1)return}},fe=new Uint8Array(1024),Z=0,Ue=e=>{if(Z+e>fe.
length){let t=fe;fe=new Uint8Array((Z+e)*2),fe.set(t)}},Fe=e=>{for(Ue(8);e>127;e=Math.floor(e/128))fe[Z++]=e%128+128;fe[Z++]=e},hr=e=>{Fe(e.length),Ue(e.length),
fe.set(e,Z),Z+=e.length},Qt=e=>hr(ds.encode(e)),mr=e=>{Ue(16);for(let t=0;t<e.length;t+=2)fe[Z++]=Number.parseInt(e.slice(t,t+2),16)},Yt=(e,t)=>{let n=Z,r=e<99?
1:e<16e3?2:3;Ue(3),Z+=r,t();let o=Z-n-r;Ue(8);let s=o<128?1:Math.ceil((32-Math.clz32(o))/7);s!==r&&fe.copyWithin(n+s,n+r,Z),Z=n,Fe(o),Z+=o},gr=(e,t)=>{for(let{Mt:n,
dn:r,un:o,Ot:s}of e.An){let a=t[n];if(a)for(let i of s?a:[a])(r==="p"?!(i[0]||i[1]):r==="d"&&!i.length)||(Fe(o),r==="d"?hr(i):"as".includes(r)?Qt(i):"xX".includes(
r)?mr(i):r==="w"?Fe(zt[n].indexOf(i)):r==="o"?Yt(0,()=>gr(Kt(n),i)):"hep".includes(r)?Yt(0,()=>{(r==="h"?Qt:r==="e"?mr:Fe)(i[0]),(r==="h"?Qt:Fe)(i[1])}):Fe(+i))}},
fs=e=>{Z=0;for(let n of e)Yt(n.data?n.data.length:0,()=>{let r=ht[n.t];Ue(1),fe[Z++]=r.Rn,gr(r,n)});let t=fe.slice(0,Z);return Z>65536&&(fe=new Uint8Array(1024)),
t},yr={cn:"holdfast.v1.bin",Fn:fs,Pn:ls};var xr=e=>({A:e,b:0,Me:[],d:"away",nt:e.nt??"",In:0,M:"",ln:0,fn:0,Oe:0,rt:3e4,ot:0,Ct:1024,pn:1048576,oe:[],E:[],We:new Map,st:new Map,Ce:0,Ge:0,it:!1,se:0,dt:0,
ze:0,Q:0,y:new Map,Je:new Map,Le:0,me:0,B:0,Dn:0,Lt:0,ie:0,ut:0,be:0});var H=(e,t)=>{e.Me.push(t)},we=e=>e.ln+e.b-e.fn,Ye=e=>({ch:e.P,p:e.N,next:e.O,resolved:e.ae,acked:e.U,mem:e.M,ackedAt:e.ct,forgotten:e.he,successor:e.de,sealed:e.Ke}),
Ce=e=>Math.floor(e/100);var vt=(e,t,n)=>e.We.get(n+t),St=(e,t,n)=>vt(e,t,n||e.A.lt),Zt=e=>e.r.length-e.S,Pe=(e,t,n)=>({ue:n?"record":"skip",q:!1,Y:!!n&&!!(n.sent||n.mem),u:n,f:n?n.id:0,
ge:n?n.size:0,j:e,I:t}),vr=(e,t)=>({...Pe(e.O,e.O-1),ue:"seal",f:t}),et=e=>{for(let t=e.S;t<e.l;t++)e.r[t].q=!1;e.l=e.S,e.Z=e.$e=e.$t=0},_t=(e,t)=>{e.S=t,t*2>e.r.
length&&(e.r.splice(0,t),e.l-=t,e.S=0)},en=(e,t)=>{e.$t+=t,e.$e&&(e.$e+=t)},kr=e=>e.r[e.S]?.j??e.O,Sr=(e,t,n)=>{for(let r of t){let o=kt(e,r.ch,r.p,Math.max(r.next,
r.resolved+1));o.ae=r.resolved,o.de=r.successor,o.U=r.acked,o.M=r.mem,o.ct=r.ackedAt,o.he=r.forgotten}for(let r of n){let o=vt(e,r.ch,r.p)??kt(e,r.ch,r.p,1);wr(
o,r.n),o.r.push(Pe(r.n,r.n,r)),o.O=Math.max(o.O,r.n+1),e.Ce=Math.max(e.Ce,r.id),nn(e,r.expires)}e.Ge=e.Ce;for(let r of e.oe)r.U||(r.he=Math.max(r.he,kr(r)-1));for(let{
ch:r,p:o}of t){let s=vt(e,r,o);if(wr(s,s.O),!s.de){e.st.set(r,s);continue}s.r.push(vr(s,0));let a=vt(e,r,s.de);a||(a=kt(e,r,s.de,1),a.Rt=!0,e.st.set(r,a)),a.ft=
s}for(let r of e.oe)ve(e,r)},wr=(e,t)=>{let n=(e.r.at(-1)?.I??e.ae)+1;n<t&&e.r.push(Pe(n,t-1))},kt=(e,t,n,r)=>{let o={P:t,N:n,O:r,ae:0,U:0,M:"",ct:0,he:0,de:"",
ft:void 0,Ke:!1,Rt:!1,r:[],S:0,l:0,At:!1,Z:0,ye:0,Re:0,Ht:0,$e:0,$t:0};return e.We.set(n+t,o),e.oe.push(o),o},ve=(e,t)=>{!t.At&&t.l<t.r.length&&(t.At=!0,e.E.push(
t))},ms=(e,t)=>{let n=e.st.get(t),r=e.A.lt;if(n?.N===r)return n;let o=kt(e,t,r,1);if(e.st.set(t,o),n){n.de=r;let s=Ye(n);bs(n,++e.Ce),o.ft=n,ve(e,n),H(e,{s:"sea\
l",f:e.Ce,pt:s})}return o},bs=(e,t)=>{!Zt(e)&&e.U&&e.r.push(Pe(e.O,e.O++)),e.r.push(vr(e,t))},_r=(e,t)=>{let n=ms(e,t.P),r=e.A.Ft&&e.d==="open",o=n.O++,s={id:++e.Ce,
ch:t.P,p:n.N,n:o,size:t.ge,sent:r?we(e):0,mem:r?e.M:"",expires:t.Q||0};nn(e,s.expires),n.r.push({...Pe(o,o,s),Y:!1}),ve(e,n),H(e,{s:"persist",u:s})},Tr=(e,t)=>{
e.it=!1;for(let n of e.E)for(let r=n.l;r<n.r.length;r++){let o=n.r[r];!o.Y&&o.u&&o.f<=t.f&&(o.u.sent=t.q,o.u.mem=t.M)}},tn=(e,t,n,r)=>{let o=t.r[n],s=r===4303?`\
publish: data has ${o.ge} bytes; the server's limit is ${e.ot}`:"";t.r[n]=Pe(o.j,o.I),H(e,{s:"outcome",u:o.u,Ve:"failed",x:0,mt:!1,Pt:!1,It:0,C:r,W:s})},Er=(e,t,n)=>{
n.u&&!n.Y&&e.ot&&n.ge>e.ot&&tn(e,t,t.l,4303)},Mr=(e,t,n)=>{for(let r of e.E)for(let o=r.l;o<r.r.length;o++){let s=r.r[o];if(s.f===t&&s.u&&!s.Y){tn(e,r,o,n),Cr(r,
o);return}}},nn=(e,t)=>{t&&!(e.Q&&t>=e.Q)&&(e.Q=t)},Or=e=>{if(!(!e.Q||e.b<e.Q)){e.Q=0;for(let t of e.E){let n=-1;for(let r=t.l;r<t.r.length;r++){let{Y:o,u:s}=t.r[r];
o||!s?.expires||(e.b<s.expires?nn(e,s.expires):(tn(e,t,r,4325),n<0&&(n=r)))}n>=0&&Cr(t,n)}}},Ze=e=>e?.ue==="skip"&&!e.Y,Cr=(e,t)=>{let{r:n,S:r,l:o}=e,s=Math.max(
t-1,o);if(s===r&&Ze(n[s])&&Ze(n[s+1])&&!Ze(n[s+2])){n[s+1].j=n[s].j,e.l++,_t(e,s+1);return}for(let a=s+1;a<n.length;a++){let[i,c]=[n[s],n[a]];Ze(i)&&Ze(c)&&i.I+
1===c.j?i.I=c.I:n[++s]=c}n.length=Math.min(n.length,s+1)},tt=(e,t)=>{et(e);let n=kr(e);if(t>=n)return;let r=e.r[e.S];r?.ue==="skip"&&r.j===n?r.j=t:e.r.splice(e.S,
0,Pe(t,n-1))};var hs=64,Lr=e=>{for(let t=0;e.E.length&&t<e.E.length&&e.se<e.Ct;){e.ze>=e.E.length&&(e.ze=0);let n=e.E[e.ze],r=e.Me.length;gs(e,n),t=e.Me.length>r?0:t+1,n.l>=n.r.
length?(n.At=!1,e.E.splice(e.ze,1),t=0):e.ze++}},gs=(e,t)=>{if(!(t.ft&&!t.ft.Ke||e.b<t.Re)){if(t.Re=0,t.ye){if(t.l>t.S)return;tt(t,t.ye),t.ye=0}for(let n=0;n<hs&&
t.l<t.r.length;n++){Er(e,t,t.r[t.l]);let r=t.r[t.l];if(ys(e,t,r))return;xs(e,t,r)}}},ys=(e,t,n)=>{let r=t.l-t.S;return e.se>=e.Ct||e.se&&e.dt+n.ge>e.pn||t.$e&&r>=
t.$e||n.ue==="seal"&&r?!0:n.Y?!1:t.Z?!0:e.A.Ft?n.f>e.Ge?!0:!n.u||n.u.mem===e.M?!1:(e.it||(e.it=!0,H(e,{s:"mark",f:e.Ge,q:we(e),M:e.M})),!0):!1},xs=(e,t,n)=>{e.se++||
(e.ie=e.b),e.dt+=n.ge;let{P:r}=t,{u:o,Y:s,j:a,I:i}=n,c=t.N===e.A.lt?"":t.N;if(o){let b={t:"publish",ch:r,p:c,n:o.n};s?(b.sent=o.sent,b.mem=o.mem,$r(e,o)&&t.Z++):
e.A.Ft||(o.sent=we(e),o.mem=e.M),H(e,{s:"publish",w:b,u:o,Bn:s})}else H(e,{s:"send",w:{t:"skip",ch:r,p:c,from:a,to:i,successor:n.ue==="seal"?t.de:""}});n.q=n.Y=
!0,t.l++},$r=(e,t)=>t.mem!==e.M||e.Oe>0&&we(e)-t.sent>e.Oe,Tt=(e,t,n)=>{n.q&&(n.q=!1,e.se--,e.dt-=n.ge,n.u&&t.Z&&$r(e,n.u)&&t.Z--)};var Rr=(e,t)=>{let n=St(e,t.ch,t.p);if(!n)return;let r=n.S;for(;r<n.l;r++){let s=n.r[r];if(s.I>(t.n||0)||s.ue==="seal"&&(r>n.S||!t.skipped))break;Tt(e,n,s),s.ue===
"seal"&&(n.Ke=!0),s.u&&vs(e,s.u,t)}if(r===n.S)return;on(e,n);let o=n.r[r-1].I;t.skipped||((n.M!==e.M||!Fr(e,n))&&sn(n),n.U=o,n.M=e.M,n.ct=we(e)),en(n,r-n.S),_t(
n,r),Ir(e,n),Ar(e,n,o)},vs=(e,t,n)=>{let r=(n.n||0)-t.n,o=r<(n.count||1),s=o&&!!n.skipped;H(e,{s:"outcome",u:t,Ve:s?"failed":"delivered",x:o&&!s?Math.max(0,(n.o||
0)-r):0,mt:o&&!s&&!!n.dup,Pt:!s&&!!n.synced,It:s?0:n.copies||0,C:s?4328:0,W:""})},on=(e,t)=>{t.Ht=e.ut=0,e.ie=e.b},sn=e=>{e.he=Math.max(e.he,e.U)},Ar=(e,t,n)=>{
if(!(n<=t.ae&&!t.Ke)){if(t.ae=Math.max(t.ae,n),t.Ke){Zt(t)||(e.We.delete(t.N+t.P),e.oe=e.oe.filter(o=>o!==t));let r=St(e,t.P,t.de);r?.Rt&&(r.Rt=!1,H(e,{s:"resol\
ved",pt:Ye(r)}))}H(e,{s:"resolved",pt:Ye(t)})}},Hr=(e,t)=>{let n=St(e,t.ch,t.p);if(!n)return;let r=t.code||0;r===4302?(e.d="over",H(e,{s:"fail",C:r,W:`lane ${n.N}\
 in ${t.ch}: number ${t.n||0} was used for something else`})):r===4003||r===4316?ks(e,n,t.want||1):Ce(r)===41?Ss(e,n,t):_s(e,n,t)},ks=(e,t,n)=>{if(++t.Ht>3){H(e,
{s:"disconnect",C:4003,W:`lane ${t.N} makes no progress`,G:e.b});return}if(n<=t.U)if(t.M===e.M&&Fr(e,t)){let r=Math.max(n,t.he+1);r<=t.U&&H(e,{s:"lost",P:t.P,N:t.N,
j:r,I:t.U}),t.U=n-1}else sn(t);Pr(e,t),tt(t,n),ve(e,t)},Fr=(e,t)=>!e.Oe||we(e)-t.ct<e.Oe-Math.floor(e.Oe/10),Pr=(e,t)=>{for(let n=t.S;n<t.l;n++)Tt(e,t,t.r[n])},
Ss=(e,t,n)=>{t.Re=e.b+(n.retry||1e3),on(e,t);let r=t.r.slice(t.S,t.l).findLast(s=>s.I===n.n)?.u;Pr(e,t);let o=t.$t;et(t),n.code===4102&&(t.$e=Math.max(1,o)),ve(
e,t),H(e,{s:"held",u:r,C:n.code,W:n.detail||"",G:t.Re})},_s=(e,t,n)=>{let r=t.S;for(;r<t.l&&(t.r[r].I!==n.n||t.r[r].ue==="seal");)r++;if(r===t.l)return;let o=t.r[r],
s=n.code===4315,a=n.want||0;Tt(e,t,o),on(e,t),s&&(t.ye||=Math.max(a,1),a<=t.U&&sn(t)),o.u&&H(e,{s:"outcome",u:o.u,Ve:s?"unknown":"failed",x:0,mt:!1,Pt:!1,It:0,C:n.
code||0,W:n.detail||""});let i=r===t.S;en(t,1),i?_t(t,r+1):(t.r.splice(r,1),t.l--),Ir(e,t),i&&Ar(e,t,n.n)},Ir=(e,t)=>{t.l===t.S&&t.ye&&(tt(t,t.ye),t.ye=0),ve(e,
t)};var Dr=e=>e.i<=e.L||e.x<=e.L?0:Math.floor(e.bt*(e.i-e.L)/(e.x-e.L)),Et=e=>e.d==="open"&&e.i>e.L,Br=e=>{e.bt-=Dr(e),e.L=e.i},an=(e,t)=>{t.Le=++e.Le,t.d="asked",t.xe=
0,Br(t);let n={...t.Ae,id:t.Le,window:[t.H,t.we]};return t.Dt?{...n,at:"position",term:t.m,o:t.x,last:0,since:0,earlier:t.$,pending:t.x-t.i}:n},Nr=(e,t)=>{let{_:n,
Ae:r,Bt:o}=t;if(e.Je.has(r.ch)){H(e,{s:"ended",_:n,C:4312,W:""});return}let s=!!(o&&(o.term||o.offset)),a=s?o.offset:0,i={f:n,d:"away",Ae:r,Le:0,Dt:s,m:s?o.term:
"",x:a,$:s?o.earlier:[],mn:0,H:r.window?.[0]||e.A.z?.[0]||512,we:r.window?.[1]||e.A.z?.[1]||1<<20,i:a,L:a,bt:0,Nt:0,xe:0};e.y.set(n,i),e.Je.set(r.ch,i),e.d==="o\
pen"&&Mt(e,i)},Mt=(e,t)=>{H(e,{s:"send",_:t.f,w:{t:"subscribe",...an(e,t)}})},Ur=e=>{for(let t of e.y.values())t.d==="away"&&t.xe&&e.b>=t.xe&&Mt(e,t)},qr=(e,t)=>{
let n=e.y.get(t);n&&(n.d!=="away"&&(Et(n)&&ln(e,n),H(e,{s:"send",w:{t:"unsubscribe",id:++e.Le,ch:n.Ae.ch}})),dn(e,n))},dn=(e,t,n=0,r="")=>{e.y.delete(t.f),e.Je.
delete(t.Ae.ch),H(e,{s:"ended",_:t.f,C:n,W:r})},un=(e,t)=>{let n=e.Je.get(t.ch);if(!(n?.d!=="asked"||n.Le!==t.id)){if(t.code){Ce(t.code)>41||t.code<4e3?dn(e,n,t.
code,t.detail):(n.d="away",n.xe=e.b+Math.max(1e3,t.retry||0));return}n.d="open",n.mn=t.gen||0,n.Dt||(n.Dt=!0,n.m=t.term||"",n.$=[],n.x=n.i=n.L=t.o||0),H(e,{s:"s\
ubscribed",_:n.f,w:t})}},jr=(e,t)=>{let n=Ot(e,t.ch);!n||t.id||!t.code||(Ce(t.code)===43?dn(e,n,t.code,t.detail):(n.d="away",n.xe=e.me+1e3))},Ot=(e,t)=>{let n=e.Je.
get(t);return n?.d==="open"?n:void 0},Wr=(e,t)=>{let n=Ot(e,t.ch),r=t.o||0;if(!(!n||r<=n.x)){if(r!==n.x+1){H(e,{s:"disconnect",C:4008,W:"",G:e.b});return}cn(n,t.
term),n.x=r,n.bt+=t.data?.length||0,H(e,{s:"record",_:n.f,m:n.m,w:t})}},cn=(e,t)=>{!t||t===e.m||(e.m&&e.x&&(e.$=Gr([...e.$,[e.m,e.x]])),e.m=t)},Gr=e=>e.slice(-7),
zr=(e,t)=>{let n=Ot(e,t.ch),r=t.o||0;!n||r<=n.x||(cn(n,t.term),n.i===n.x&&(n.i=r),n.x=r)},Jr=(e,t)=>{let n=Ot(e,t.ch);if(!n)return;let r=t.after||0;if(t.why==="\
fork"){let o=Ts([...n.$,[n.m,n.x]],r);n.$=Gr(o.filter(([s])=>s&&s!==t.term))}else cn(n,t.term);n.m=t.term||"",n.x=n.i=n.L=r,n.bt=0,H(e,{s:"gap",_:n.f,w:t})},Ts=(e,t)=>{
let n=e.findIndex(r=>r[1]>=t);return n<0?e:[...e.slice(0,n),[e[n][0],t]]},Kr=(e,{_:t,m:n,x:r})=>{let o=e.y.get(t);!o||r<=o.i||!Es(o,n,r)||(o.i<=o.L&&(o.Nt=e.b),
o.i=r,o.d==="open"&&e.d==="open"&&((r-o.L)*4>=o.H||Dr(o)*4>=o.we)&&ln(e,o))},Es=(e,t,n)=>n<=(t===e.m?e.x:e.$.find(r=>r[0]===t)?.[1]??-1),ln=(e,t)=>{Br(t),H(e,{s:"\
send",w:{t:"ack",ch:t.Ae.ch,o:t.i,gen:t.mn}})},fn=(e,t)=>{for(let n of e.y.values())Et(n)&&(t||e.b>=n.Nt+e.A.Ut)&&ln(e,n)},Vr=(e,t,n,r)=>{let o=e.y.get(t);if(!o)
return;let s=o.$.findIndex(a=>a[0]===n||a[1]>=r);return{term:n,offset:r,earlier:s<0?o.$:o.$.slice(0,s)}};var Xr=e=>{let t=xr({...e,He:e.He||5e3,ve:e.ve||1e4,Ut:e.Ut||100});return{qt:(n,r)=>Sr(t,n,r),Nn:(n,r)=>Ms(t,n,r),ke:()=>Cs(t)||void 0,Bt:(n,r,o)=>Vr(t,n,r,o)}},
Ms=(e,t,n)=>(e.Me=[],e.b=t,e.d!=="over"&&Os(e,n),e.d==="open"&&e.Me.at(-1)?.s!=="disconnect"&&Lr(e),e.Me),Os=(e,t)=>{switch(t.s){case"tick":return Hs(e);case"co\
nnected":return Ls(e,t.Fe);case"disconnected":return $s(e,t.C);case"frame":return e.me=e.b,e.B=0,Rs(e,t.w);case"publish":return _r(e,t);case"persisted":e.Ge=Math.
max(e.Ge,t.f);return;case"marked":return Tr(e,t);case"drop":return Mr(e,t.f,t.C);case"subscribe":return Nr(e,t);case"unsubscribe":return qr(e,t._);case"done":return Kr(
e,t);case"bye":e.d==="open"&&(fn(e,!0),H(e,{s:"send",w:{t:"bye",code:1e3}})),e.d="over";return;case"moved":return Fs(e,t.G)}},Cs=e=>{let t=e.Q,n=r=>{r&&!(t&&r>=
t)&&(t=r)};if(e.d==="away"||e.d==="over")return t;e.B?n(e.B+e.A.ve):(n(e.me+e.rt),e.se&&n(e.ie+e.A.He)),n(e.be);for(let r of e.y.values())Et(r)&&n(r.Nt+e.A.Ut),
n(r.xe);for(let r of e.E)n(r.Re);return t},Ls=(e,t)=>{e.d="greeting",e.me=e.Lt=e.b,e.B=e.be=e.ut=0;let{ce:n,Un:r,lt:o,jt:s}=e.A,a=[...e.y.values()].map(i=>an(e,
i));H(e,{s:"send",w:{t:"hello",token:t,user:n,session:e.nt,process:r,counter:++e.In,p:o,agent:s,subs:a}})},$s=(e,t)=>{e.d="away",e.se=e.dt=e.B=e.be=0,e.it=!1;for(let n of e.oe)
et(n),n.Re=n.Ht=0,ve(e,n);for(let n of e.y.values())n.d="away",n.xe=0;Ce(t)===43?(e.d="over",H(e,{s:"fail",C:t,W:"the server closed the connection"})):Ce(t)===42&&
H(e,{s:"authenticate",C:t})},Rs=(e,t)=>{switch(t.t){case"record":return Wr(e,t);case"stored":return Rr(e,t);case"refused":return Hr(e,t);case"pass":return zr(e,
t);case"gap":return Jr(e,t);case"subscribed":return un(e,t);case"unsubscribed":return jr(e,t);case"ping":return H(e,{s:"send",w:{t:"pong",id:t.id}});case"welcom\
e":return As(e,t);case"refresh":e.d==="open"&&H(e,{s:"refresh"});return;case"reconnect":e.be=e.b+(t.delay||0)}},As=(e,t)=>{if(e.d==="greeting"){e.d="open",e.nt=
t.session||"",e.M=t.mem||"",e.ln=t.clock||0,e.Oe=t.dedupe||0,e.rt=t.heartbeat||3e4,e.ot=t.max_message||0,e.Ct=t.max_in_flight?.[0]||1024,e.pn=t.max_in_flight?.[1]||
1<<20,e.fn=e.ie=e.b,H(e,{s:"welcome",w:t});for(let n of t.results||[])un(e,n);for(let n of e.y.values())n.d==="away"&&Mt(e,n)}},Hs=e=>{if(Or(e),e.d==="away")return;
let t=r=>e.b>=r,n=(r,o="")=>H(e,{s:"disconnect",C:r,W:o,G:e.b});if(e.be&&t(e.be))return e.be=0,n(4104,"the server asked to come back");if(e.B){if(t(e.B+e.A.ve))
return n(4e3)}else if(e.se&&t(e.ie+e.A.He)){if(++e.ut>3)return n(4002);e.ie=e.b,pn(e)}else t(e.me+e.rt)&&pn(e);e.d==="open"&&(fn(e,!1),Ur(e))},Fs=(e,t)=>{e.d!==
"away"&&(t>e.me&&(e.me=t,e.B=0),t>e.ie&&(e.ie=t,e.ut=0),e.d==="open"&&!e.B&&e.b>=e.Lt+e.rt&&(pn(e),e.B=0))},pn=e=>{e.B=e.Lt=e.b,H(e,{s:"send",w:{t:"ping",id:++e.Dn}})};var Ps=64,Qr=()=>({Xe:0,le:[],Te:[],Qe:[]}),Yr=e=>{let t=e.indexOf(":");return[e.slice(0,t),+e.slice(t+1)]},mn=e=>`${e.p} ${e.ch}`,Zr=(e,t,n)=>{let{maxRecords:r=1e3,
maxBytes:o=4<<20}=e,s=new Map,a=new Map,i=new Map,c,b=[],l=pt(),u=Qr(),p,g=new Map,M=h=>{s.set(h.id,h),a.set(h.key,h)},L=()=>{let h=l.Ue.length+l.E.size,k=u.Xe||
u.le.length||u.Qe.length||h>256||h&&!w.H;if(!c||p||!k)return;let[$,U]=[l,u];l=pt(),u=Qr(),p=c.an($).then(()=>{p=void 0,t(U),L()},T=>{for(let O of U.Qe)O();n(T)})},
w={te:s,We:a,H:0,we:0,Ye:(h=1)=>w.H>=r*h||w.we>=o*h,J(h){w.H++,w.we+=h},bn(h){w.H--,w.we-=h},qt(h){c=h;for(let k of h.E)i.set(mn(k),k);for(let[k,[$]]of h.qe)g.set(
k,$);for(let k of h.te){let $={...k,ht:bn(k),R:k.sent>0};M($),w.J($.ht)}},qn(h,k){Object.assign(h,k),M(h);let[$,U]=Yr(h.key);if(g.set($,U),!c)return;l.qe.set($,
[U,Date.now()]);let{ht:T,R:O,...C}=h;l.Et.push(C),u.Xe=h.id,u.Te.push(h)},jn(h){let[k,$]=Yr(h);return $<=(g.get(k)??0)},Wn({f:h,q:k,M:$}){let U=s.keys().next().
value??1/0;b=b.filter(T=>T.id>=U),b.push({id:h,sent:k,mem:$}),l.le=[...b],u.le.push({f:h,q:k,M:$})},Gn(h,k){let $=mn(k);R($,{...i.get($)??k,successor:k.successor}),
u.Xe=h},Wt(h){let k=s.get(h);return k&&(s.delete(h),a.delete(k.key),w.bn(k.ht),c&&l.Ue.push(h)),k},ae(h){let k=mn(h);if(!h.sealed)return R(k,h);i.delete(k),l.E.
set(k,[h.ch,h.p])},zn(h){c?u.Qe.push(h):h()},Jn:L,async X(h){let k=c;if(c=void 0,h)return k?.X();await p,await k?.an(l).catch(()=>{});for(let $ of u.Qe)$();k?.X()}},
R=(h,k)=>{c&&(i.set(h,k),l.E.set(h,k))};return w},bn=e=>e.h.reduce((t,[n,r])=>t+n.length+r.length+4,Ps+e.ch.length+e.data.length);var Ct=(e,t,n)=>e!==void 0&&t?e:n,eo=(e,t=Math.random)=>{let n=Ct(e.baseDelay,e.baseDelay>0,1e3),r=Ct(e.multiplier,e.multiplier>=1,2),o=Ct(e.maxDelay,e.maxDelay>
0,3e4),s=Math.min(Math.max(e.jitter??.5,0),1),a={gt:0,O(){if(a.gt>=(e.maxRetries??1/0))return;let i=a.gt++;return e.first==="immediate"&&!i--?0:Math.min(Math.min(
n*r**i,o)*(1+s*(2*t()-1)),o)},mr(i){let c=i>=Lt(e);return c&&(a.gt=0),c}};return a},Lt=e=>Ct(e.minUptime,e.minUptime>0,5e3);var to=[["network",1,5,1e3,2],["timeout",1,5,1e3,2],["tls",0],["authentication",1,3,2e3,1.5],["rate_limit",1,10,5e3,1.5],["protocol",0],["policy",0],["server",1],
["overload",1],["application",1],["closed",0]];var no=e=>to.find(t=>t[0]===e);var Is=6e5,hn=1e4,Ds=2e3,gn=0,ro=1,oo=2,$t=3,so=(e,t,n,r)=>{let o=e.random??Math.random,s={},a=gn,i,c=0,b=0,l=0,u=0,p=0,g,M,L,w=S=>{let D=e.strategies?.[S],P=no(
S);return{...e,maxRetries:D?.maxRetries??e.maxRetries??P?.[2]??n,baseDelay:D?.baseDelay??e.baseDelay??P?.[3],multiplier:D?.multiplier??e.multiplier??P?.[4]}},R=(S,D)=>S.
maxRetries===D.maxRetries&&S.baseDelay===D.baseDelay&&S.multiplier===D.multiplier,h=()=>{if(!(performance.now()-p+2<Lt(e))){for(let S of Object.values(s))S.gt=0;
C.Pe=0,g?.done(),g=void 0}},k=S=>{clearTimeout(i),l=S,c=Math.min(S,hn),b=Date.now(),i=setTimeout($,c)},$=()=>{if(l-=c,Math.abs(Date.now()-b-c)>Ds)return l=0,U();
if(l>0)return k(l);if(a!==$t)return T();h(),k(hn)},U=()=>{a===$t?(h(),k(hn),t.ke()):a===ro?(k(Math.max(0,l-(Date.now()-b)-u)),u=0):a===oo&&T()},T=()=>{clearTimeout(
i),L?.(),L=void 0;let S=r?.allow();if(typeof S=="number"){a=oo,L=r.onChange(T),k(S||1),t.br?.();return}g=S,a=gn,t.Kn()},O=()=>{if(M)return;M=new AbortController;
let S={signal:M.signal},D=globalThis.document,P=()=>D?.visibilityState==="hidden"||U();for(let F of["online","offline","pageshow"])globalThis.addEventListener?.(
F,P,S);for(let F of["visibilitychange","resume"])D?.addEventListener(F,P,S)},C={Pe:0,Ze(S){C.Gt(),s={},C.Pe=0,S&&r?.state==="open"&&r.reset(),O(),T()},Se(){a=$t,
p=performance.now(),k(Lt(e))},Vn(S,D=0,P=S){a===$t&&h(),g?.done(P??S),g=void 0,a=ro;let F=w(""),Q=w(S),W=R(Q,F)?"":S;s[W]??=eo(Q,o);let ce=s[W],re=globalThis.navigator?.
onLine===!1,G=e.strategies?.[S]?.maxRetries===void 0&&C.Pe>=(e.maxRetries??1/0),z=re?e.maxDelay??3e4:G?void 0:ce.O(),ne=Math.min(D,Is),m=ne+o()*Math.min(ne/4,z??
0);return ne&&r&&r.trip(m),z===void 0?(C.Gt(),!1):(re||C.Pe++,!r&&ne>z&&(z=m),u=ne?0:Math.max(0,z-(Q.baseDelay??1e3)),k(z),t.Xn(C.Pe,Q.maxRetries,z),!0)},Gt(){clearTimeout(
i),a=gn,L?.(),L=void 0,g?.cancel(),g=void 0,M?.abort(),M=void 0}};return C};var Ie=e=>new RegExp(`^${e}[a-z] .*`,"m").exec(nr)?.[0]??`${e}${Bs(e)} code ${e}`,Bs=e=>e>=4e3&&e<4400?"nlas"[(e-4e3)/100|0]:e>=500&&e<600||e===408||e===425||e===
429?"l":e>=400&&e<500?"s":e?"n":"o";var io=1e3,ao=(e,t)=>{let n=new Map,r=(s,a)=>{n.delete(s)&&e({e:"reply",id:s,fault:a,type:0,data:new Uint8Array})},o=s=>{let{id:a,name:i,key:c,type:b,data:l}=s.hn;
s.q=!0,t({t:"call",id:a,name:i,key:c,content:b,data:l})};return{Qn(s,a){let i={hn:s,q:!1},c=n.size<io;n.set(s.id,i),c?a&&o(i):r(s.id,{code:Jn,detail:`${io} call\
s are under way`})},Yn:s=>n.delete(s),zt({id:s=0,code:a,detail:i,content:c=0,data:b}){if(a)return r(s,{code:Ie(a),detail:i??""});n.delete(s)&&e({e:"reply",id:s,
type:c,data:b?.slice()??new Uint8Array})},Se(){for(let s of n.values())o(s)},gn(s){for(let[a,{hn:i,q:c}]of n)(s||c&&!i.key)&&r(a,s??{code:He,detail:"the connect\
ion ended before the reply; a call with a key would be made again"})}}};var uo=(e,t,n,r)=>{let o=new e(t,[n.cn]),s=[],a=0,i=0,c=!1;o.binaryType="arraybuffer",o.onopen=()=>r.Se(o.protocol),o.onmessage=l=>r.Zn(l.data),o.onclose=l=>r.Ie(
l.code,l.reason),o.onerror=()=>{};let b={yt:0,l(l){s.push(l),a+=64+(l.data?.length??0),a>65536&&b.yn()},yn(){if(a){let l=n.Fn(s);b.yt+=typeof l=="string"?l.length:
l.byteLength,s=[],a=0,o.send(l)}return o.bufferedAmount},er(){let[l,u]=[i,c];return c=o.bufferedAmount>0,i=b.yt-o.bufferedAmount,u&&i>l},X(l){o.onopen=o.onmessage=
o.onclose=null,o.close(l===1e3||l>=3e3?l:1e3)}};return b};var co=(e,t)=>{let n=new Map,r=new Set,o=i=>i&&(i.ee[0]>i.z[0]/2||i.ee[1]>i.z[1]/2),s=new Map,a=(i,c,b)=>(t(i.f,c,b)?.earlier??[]).map(([l,u])=>[l,u]);return{oe:n,
tr(i,c,b){let l={f:i,z:b,m:"",ee:[0,0],r:[]};n.set(i,l),s.has(c)||s.set(c,l)},nr(i){let c=n.get(i);n.delete(i);for(let[b,l]of s)l===c&&s.delete(b)},F(i,[c,b]){let l=n.
get(i);l&&(l.ee=[Math.max(0,l.ee[0]-c),Math.max(0,l.ee[1]-b)])},xn(i){let c=s.get(i.ch);return!c||!o(c)?!1:(c.K=i,!0)},wn(i){for(let c of n.values())!c.K||o(c)||
(i(c.K),c.K=void 0)},rr(){for(let i of n.values())i.K=void 0},or({_:i,m:c,w:b}){let l=n.get(i);if(!l)return!0;let{o:u=0,ts:p=0,by:g,h:M,content:L=0,data:w}=b,R=w?.
slice()??new Uint8Array;if(l.ee[0]>4*l.z[0]+1||l.ee[1]>4*l.z[1]+16777216)return!1;l.m!==c&&l.r.push({term:c,earlier:a(l,c,u)}),l.m=c;let h={o:u,ts:p,type:L,data:R};
return g&&(h.by=g),M?.length&&(h.h=M),l.r.push(h),l.ee[0]++,l.ee[1]+=R.length,r.add(l),!0},sr({_:i,w:c}){let b=n.get(i);if(!b)return;let{from:l=0,to:u=0,term:p="",
after:g=0,why:M="unknown"}=c;b.m=p,b.r.push({gap:M,from:l,to:u,term:p,after:g,earlier:a(b,p,g)}),r.add(b)},Jt(){for(let i of r){r.delete(i);let c=i.r;i.r=[],e({
e:"records",sub:i.f,items:c})}}}};var rt=e=>Array.from(crypto.getRandomValues(new Uint8Array(e)),t=>t.toString(16).padStart(2,"0")).join(""),nt=e=>Number.parseInt(e,10),yn=(e,t)=>e instanceof q?
{code:Ie(e.code),op:e.op,detail:e.detail+(e.cause?`: ${e.cause}`:"")}:{code:t,detail:String(e)},lo=(e,t)=>{let n=Date.now()-performance.now(),r=()=>Math.round(n+
performance.now()),o=`connect to ${e.Kt.replace(/\?.*/,"")}`,{policy:s,durable:a}=e.De,i={connects:0,attempts:0,disconnects:{},published:0,delivered:0,failed:0,
unknown:0,duplicates:0,resent:0,received:0,duplicatesDropped:0,gaps:0,lost:0,bytesIn:0,bytesOut:0,rtt:0,outboxRecords:0,outboxBytes:0},c=!1,b=!1,l=!1,u=[],p=!1,
g=[],M=!1,L=!1,w=d=>{if(g.push(d),!M){M=!0;for(let x=g.shift();x;x=g.shift())x();M=!1,!L&&(L=!0,queueMicrotask(R))}},R=()=>{L=!1,!l&&(B.Jn(),We(),b&&!B.H&&w(Nt),
$())},h,k=1/0,$=()=>{let d=T.ke()??1/0;d>=k||(clearTimeout(h),k=d,h=setTimeout(()=>{k=1/0,w(U)},Math.min(Math.max(2,d-r()),1e9)))},U=()=>{l||(F?.er()&&S({s:"mov\
ed",G:r()}),S({s:"tick"}))},T=Xr({nt:rt(16),Un:rt(8),lt:rt(16),ce:e.ce,jt:e.jt,He:e.He,ve:e.ve,Ft:!!e.De.ne}),O,C,S=d=>{if(l)return;for(let A of T.Nn(r(),d))D(A);
let x=C;C=void 0,x?.()},D=d=>{switch(d.s){case"send":return Re(d.w);case"publish":return zo(d);case"persist":B.qn(O,d.u),e.De.ne||Bt(O);return;case"mark":return B.Wn(
d);case"seal":return B.Gn(d.f,d.pt);case"outcome":return Ko(d);case"resolved":return B.ae(d.pt);case"held":d.u&&t({e:"held",ch:d.u.ch,at:d.G-r()+Date.now(),fault:P(
d)});return;case"lost":return i.lost+=d.I-d.j+1,t({e:"lost",ch:d.P,producer:d.N,from:d.j,to:d.I});case"record":i.received++,se.or(d)||(C=()=>Y({code:qn,detail:"\
the server sends far more than the window"}));return;case"gap":return i.gaps++,se.sr(d);case"subscribed":return t({e:"subscribed",sub:d._,term:d.w.term??"",o:d.w.
o??0});case"ended":return Fn(d._,d.C?P(d):void 0);case"welcome":return E(d);case"disconnect":C=()=>Y(P(d),d.G-r());return;case"authenticate":return typeof e.Fe==
"function"?void 0:Me({code:Ie(d.C),detail:re?.detail??""});case"fail":return Me(P(d));case"refresh":return J()}},P=d=>({code:Ie(d.C),detail:d.W}),F,Q=!1,W=0,ce,
re,G=0,z=0,ne=0,m=0,y=(d,x)=>{b&&!l&&(d="closing"),t({e:"status",status:{state:d,attempt:v.Pe,...re&&{fault:re},...x}})},v=so(e.ir,{Kn:()=>{j()},Xn:(d,x,A)=>y("\
waiting",{retryAt:Date.now()+A}),ke:()=>w(I)},1/0),j=async()=>{let d=++W;i.attempts++,clearTimeout(ce),ce=setTimeout(()=>w(()=>Y({code:jn,op:o,detail:`no welcom\
e within ${e.vn} ms`})),e.vn);try{let x=e.Fe;if(typeof x=="function"&&(y("authenticating"),x=await x(),d!==W))return;y("connecting"),F=uo(e.ar,e.Kt,e.Vt,{Se:A=>w(
()=>{z=1,A===e.Vt.cn?S({s:"connected",Fe:x}):Me({code:Zn,op:o,detail:`it chose the subprotocol "${A}"`})}),Zn:A=>w(()=>Dt(A)),Ie:(A,K)=>w(()=>Y(z||A!==1006?{code:Ie(
A),detail:K}:oe))}),z=0}catch(x){d===W&&w(()=>Y({code:He,op:o,detail:String(x)}))}},oe={code:He,op:o,detail:"nobody answers there, or it is refused"},Y=(d,x=0)=>{
if(!l){if(Te(d.code),re=d,Q&&(i.disconnects[nt(d.code)]=(i.disconnects[nt(d.code)]??0)+1),Q=!1,se.rr(),Be.gn(),S({s:"disconnected",C:nt(d.code)}),/^1\d{3}s/.test(
d.code))return Me(d);!l&&!v.Vn("",Math.max(0,x),d)&&Me({code:tr,op:o,detail:d.detail??""})}},Te=d=>{clearTimeout(ce),W++,ne+=F?.yt??0,F?.X(nt(d)),F=void 0},We=()=>{
F&&F.yn()>Us&&w(()=>Y({code:Gn,detail:"the server takes too little"}))},Dt=d=>{let x=F;z++,i.bytesIn+=typeof d=="string"?d.length:d.byteLength;try{e.Vt.Pn(d,A=>(f(
A),F===x))}catch(A){Y({code:Kn,op:`read from ${e.Kt}`,detail:String(A)})}se.Jt()},f=d=>{d.t==="pong"&&G&&(i.rtt=performance.now()-G,G=0),d.t==="reply"&&Be.zt(d);
let x=i.received;S({s:"frame",w:d}),d.t==="record"&&x===i.received&&i.duplicatesDropped++},E=d=>{clearTimeout(ce),Q=!0,i.connects++,v.Se(),re=void 0;let{user:x,
agent:A}=d.w;y("open",{...x&&{user:x},...A&&{server:A}}),se.wn(An),Be.Se()},I=()=>{if(!Q||!F)return;let d=W,x=z;F.l({t:"ping"}),clearTimeout(ce),ce=setTimeout(()=>{
d===W&&z===x&&w(()=>Y({code:Wn}))},e.ve/2)},J=async()=>{let d=W;if(!(typeof e.Fe!="function"||m===d)){m=d;try{let x=await e.Fe();d===W&&Ee(x)}catch{}m=0}},Ee=d=>{
Q&&d&&w(()=>F?.l({t:"refresh",token:d}))},Re=d=>{d.t==="hello"&&d.subs&&(d.subs=d.subs.filter(x=>!se.xn(x))),!(d.t==="subscribe"&&se.xn(d))&&(d.t==="ping"&&(G=performance.
now()),F?.l(d))},zo=({u:d,w:x,Bn:A})=>{let K=B.te.get(d.id);K&&(K.R||(K.R=!0,t({e:"entry",id:K.key,status:"sent"})),A&&i.resent++,F?.l({...x,h:K.h,content:K.type,
data:K.data}))},An=d=>F?.l({...d,t:"subscribe"}),Jo=d=>w(()=>{d.Te.forEach(Bt);for(let x of d.Qe)x();d.Xe&&S({s:"persisted",f:d.Xe});for(let x of d.le)S({s:"mar\
ked",...x})}),B=Zr(e.De,Jo,d=>w(()=>Me(yn(d,Ne)))),Bt=d=>t({e:"entry",id:d.key,status:d.R?"sent":"pending",producer:d.p,number:d.n}),Hn=()=>{!c||p===B.Ye()||(p=
!p,t({e:"outbox",durable:a,full:p}))},Ae=(d,x)=>t({e:"entry",id:d,end:!0,...x}),Ko=d=>{let x=B.Wt(d.u.id);if(!x)return;i[d.Ve]++,d.mt&&i.duplicates++;let A={status:d.Ve};
d.Ve==="delivered"?(A.ack={offset:d.x,duplicate:d.mt,synced:d.Pt,copies:d.It},Ae(x.key,A)):(A.fault=P(d),B.zn(()=>Ae(x.key,A))),Hn()},se=co(t,(d,x,A)=>T.Bt(d,x,
A)),Be=ao(t,d=>F?.l(d)),Fn=(d,x)=>{se.Jt(),se.nr(d),t({e:"ended",sub:d,...x&&{fault:x}})},Ge=(d,x,A)=>{i.failed++,Ae(d,{status:"failed",fault:{code:x,detail:A}})},
Vo=d=>{let x=B.We.get(d.id);if(x)Bt(x);else if(B.jn(d.id))Ae(d.id,{status:"unknown",fault:{code:Ke,detail:"it was taken by an earlier page"}});else if(l||b)Ge(d.
id,be,"the session was closed");else if(B.Ye(s==="drop-oldest"?2:1))s==="drop-newest"?Ge(d.id,Ut,"the outbox is full, and drops what is new"):Ge(d.id,qt,"the ou\
tbox is full");else return B.J(Pn(d)),!0;return!1},Pn=d=>bn({ch:d.ch,data:d.data,h:d.h??[]}),Xo=d=>{let{id:x,ch:A,type:K,data:ee,h:ze=[],exp:lt=0}=d,Je=Pn(d);if(s===
"drop-oldest"){for(B.bn(Je);B.Ye()&&Qo(););if(B.Ye())return Ge(x,qt,"everything in the outbox was sent, and waits for its answer");B.J(Je)}O={key:x,ch:A,type:K,
data:ee,h:ze,ht:Je,R:!1},i.published++,S({s:"publish",P:A,ge:ee.length,Q:lt&&lt-Date.now()+r()}),Hn()},Qo=()=>{for(let d of B.te.values())if(!d.R)return S({s:"d\
rop",f:d.id,C:nt(Ut)}),!B.te.has(d.id);return!1},In=d=>{if(l)return Bn(d);switch(d.c){case"publish":return Xo(d);case"subscribe":{let{sub:x,c:A,earlier:K,...ee}=d;
se.tr(x,d.ch,d.window);let ze=d.term?{term:d.term,offset:d.o??0,earlier:K??[]}:void 0;return S({s:"subscribe",_:x,Ae:ee,Bt:ze})}case"unsubscribe":return S({s:"u\
nsubscribe",_:d.sub});case"done":se.F(d.sub,d.took),d.o!==void 0&&S({s:"done",_:d.sub,m:d.term??"",x:d.o}),Q&&se.wn(An);return;case"call":return Be.Qn(d,Q);case"\
cancel":Be.Yn(d.id);return;case"refresh":return d.token?Ee(d.token):void J();case"reconnect":!F&&!b&&v.Ze();return;case"stats":return Dn(d.id);case"close":return Yo(
d.drain)}},Dn=d=>t({e:"stats",id:d,stats:{...i,bytesOut:ne+(F?.yt??0),outboxRecords:B.H,outboxBytes:B.we}}),Bn=d=>{let x={code:be,detail:"the session was closed"};
d.c==="publish"&&Ge(d.id,be,x.detail),d.c==="subscribe"&&t({e:"ended",sub:d.sub,fault:x}),d.c==="call"&&t({e:"reply",id:d.id,fault:x,type:0,data:new Uint8Array}),
d.c==="stats"&&Dn(d.id)},Nn,Yo=d=>{if(d<0)return Nt(!0);b||(b=!0,y("closing"),Nn=setTimeout(()=>w(Nt),d))},Nt=d=>{S({s:"bye"}),Un("closed",void 0,d)},Me=d=>Un("\
failed",d),Un=(d,x,A)=>{if(l)return;se.Jt(),We(),l=!0;for(let ee of[h,Nn])clearTimeout(ee);v.Gt(),Te(x?.code??"1000"),re=x,y(d);let K=x??{code:be,detail:"the se\
ssion was closed"};for(let ee of se.oe.keys())Fn(ee,x);Be.gn(K),u.forEach(Bn);for(let ee of B.te.values())e.De.ne?Ae(ee.key,{status:ee.R?"sent":"pending",fault:K}):
ee.R?Ae(ee.key,{status:"unknown",fault:{code:Ke,detail:"the session ended before the answer came"}}):Ae(ee.key,{status:"failed",fault:K});B.X(A).then(()=>t({e:"\
closed",left:B.H}))},Zo=d=>{if(d&&l)return d.X();if(d){B.qt(d),T.qt(d.E,[...B.te.values()].map(Ns));for(let A of B.te.values()){let{key:K,ch:ee,type:ze,data:lt,
h:Je,p:es,n:ts}=A;t({e:"restored",id:K,ch:ee,type:ze,data:lt,h:Je,status:A.R?"sent":"pending",producer:es,number:ts})}}c=!0,p=B.Ye(),t({e:"outbox",durable:a,full:p});
let x=u;u=[],x.forEach(In),v.Ze()};return(e.De.ne?.(e.ce,d=>w(()=>Me(yn(d,Ne))))??Promise.resolve(void 0)).then(d=>w(()=>Zo(d)),d=>w(()=>Me(yn(d,Ne)))),{a(d){d.
c==="publish"&&!Vo(d)||(c||l?w(()=>In(d)):u.push(d))}}},Ns=({id:e,ch:t,p:n,n:r,size:o,sent:s,mem:a,expires:i})=>({id:e,ch:t,p:n,n:r,size:o,sent:s,mem:a,expires:i}),
Us=32<<20;var qs=new TextEncoder,js=new TextDecoder,ot=e=>qs.encode(e),st=e=>js.decode(e),xn=(e,t,n)=>{if(t instanceof ArrayBuffer&&(t=new Uint8Array(t)),ArrayBuffer.isView(
t)){let o=new Uint8Array(t.buffer,t.byteOffset,t.byteLength).slice();if(n!=="json")return[n==="text"?1:0,o];t=JSON.parse(st(o))}if(typeof t=="string"&&n!=="json")
return[n==="binary"?0:1,ot(t)];let r=JSON.stringify(t);if(r===void 0||n&&n!=="json")throw new q(Xn,e,`data cannot be ${n??"written as JSON"}`);return[2,ot(r)]},
it=(e,t)=>e===2?JSON.parse(st(t)):e?st(t):t,wn=(e,t)=>{if(!/^[^\p{C}\p{Z}"\\\uFFFD]+$/u.test(t)||ot(t).length>255)throw new q(Vn,e,"1 to 255 bytes of printable \
text without spaces, quotes and backslashes are wanted")},fo=(e,t=[])=>{let n=(Array.isArray(t)?t:Object.entries(t)).map(([r,o])=>[`${r}`,`${o}`]);for(let[r,o]of n)
if(!r||ot(r).length>255||ot(o).length>4096||n.length>64)throw new q(Oe,e,"headers: at most 64, names of 1 to 255 bytes, values of at most 4,096");return n};var Ws=32,Gs=50,po=["binary","text","json"],Rt=(e,t,n)=>{let r=n.filter(([o,s])=>o!==e&&s<t);return[[e||"-",t],...r].map(([o,s])=>`${o}@${s}`).join(" ")},vn=class{gap;channel;offset;term;time;user;headers;type;bytes;$;constructor(t,n,r,{
o,ts:s,by:a="",h:i=[],type:c,data:b}){this.channel=t,this.term=n,this.offset=o,this.time=s,this.user=a,this.headers=i,this.type=po[c],this.bytes=b,this.$=r}get data(){
return it(po.indexOf(this.type),this.bytes)}text(){return st(this.bytes)}json(){return JSON.parse(this.text())}get position(){return Rt(this.term,this.offset,[])}get checkpoint(){
return Rt(this.term,this.offset,this.$)}},At=class extends EventTarget{channel;f;a;kn;Xt=xe();et=[];O=0;m="";$=[];ke;xt=!1;_e;wt;i;F=[0,0];L=0;constructor(t,n,r,o){
super(),this.f=t,this.channel=n,this.kn=r,this.a=o}get ready(){return this.Xt.re}async*[Symbol.asyncIterator](){if(this.xt)throw new q(Oe,`read ${this.channel}`,
"somebody else reads it already");this.xt=!0;try{for(;;){this.wt&&(this.i=this.wt),this.wt=void 0,this.O>255&&(this.et.splice(0,this.O),this.O=0);let t=this.et[this.O++];
if(this.D(!t)&&await zs(),t){let n=this.J(t);n&&(yield n);continue}if(this.et=[],this.O=0,this._e?.Sn)throw this._e.Sn;if(this._e)return;await new Promise(n=>{this.ke=
n})}}finally{this.xt=!1}}J(t){if("o"in t)return this.F[0]++,this.F[1]+=t.data.length,this.kn||(this.wt=[this.m,t.o]),new vn(this.channel,this.m,this.$,t);if(this.m=
t.term,this.$=t.earlier,"gap"in t)return kn(this.channel,t)}D(t){let n=performance.now(),r=n-this.L>Gs;if(!t&&!r&&this.F[0]<Ws)return!1;r&&(this.L=n);let[o,s]=this.i??
[];return(this.i||this.F[0])&&this.a({c:"done",sub:this.f,took:this.F,...s!==void 0&&{term:o,o:s}}),this.F=[0,0],this.i=void 0,r&&!t}ack(t){this.i=[t.term,t.offset],
this.D(!0)}close(){this._e||(this.D(!0),this.et=[],this.O=0,this.a({c:"unsubscribe",sub:this.f}),this._n())}addEventListener(t,n,r){super.addEventListener(t,n,r),
t==="record"&&!this.xt&&this.dr()}async dr(){try{for await(let t of this)ie(this,t.gap?"gap":"record",t)}catch{}}je(t){if(!this._e){for(let n of t)this.et.push(
n);this.ke?.()}}Se(t,n){this.Xt.fe(Rt(t,n,[]))}_n(t){if(this._e)return;let n=t&&ge(t,`subscribe to ${this.channel}`);this._e={...n&&{Sn:n}},this.Xt.pe(n??ge({code:be},
`subscribe to ${this.channel}`)),this.ke?.(),ie(this,"end",n)}},zs=()=>new Promise(e=>{let{port1:t,port2:n}=new MessageChannel;t.onmessage=()=>{t.close(),e()},n.
postMessage(0)}),kn=(e,{gap:t,from:n,to:r,term:o,after:s,earlier:a})=>({gap:t,channel:e,from:n,to:r,checkpoint:Rt(o,s,a)});var at=class extends mt(){status={state:"connecting",attempt:0};outbox;messages;Be=new Map;y=new Map;K=new Map;V=rt(8);z;Tn;Qt;En=xe();Yt=new Map;Zt=0;constructor(t,n={}){
super(),this.messages=this.Be;let r=Ks(t),o=n.WebSocket??globalThis.WebSocket;if(!o)throw new q(Oe,"open session","there is no WebSocket here; give the option W\
ebSocket");this.Qt=`session with ${r.replace(/\?.*/,"")}`,this.z=[n.window?.records??512,n.window?.bytes??1<<20];let s=n.outbox??ar(),a=n.user??"",i=(l,u)=>lo({
Kt:r,Vt:n.codec??yr,Fe:n.token,ce:a,jt:n.agent??"holdfast-ts",De:u&&s.ne?{...s,ne:(p,g)=>s.ne(p,g,u)}:s,ir:n.backoff??{},vn:n.connectTimeout??1e4,He:n.ackTimeout,
ve:n.pongTimeout??1e4,ar:o},l),c=l=>this.je(l),b=s.ne?s.name:"";this.Tn=n.tabs?n.tabs(i,c,{url:r,user:a,outbox:b,page:this.V}):i(c)}get state(){return this.status.
state}get error(){return this.status.fault&&ge(this.status.fault,this.Qt)}publish(t,n,r={}){let o=`publish to ${t}`;wn(o,t);let[s,a]=xn(o,n,r.type),i=fo(o,r.headers),
c=`${this.V}:${++this.Zt}`,b=new Ve(c,t,n);return this.Be.set(c,b),this.a({c:"publish",id:c,ch:t,type:s,data:a,...i[0]&&{h:i},...r.ttl&&{exp:Date.now()+r.ttl}}),
b}subscribe(t,n={}){let r=`subscribe to ${t}`;wn(r,t);let o=++this.Zt,s=[n.window?.records??this.z[0],n.window?.bytes??this.z[1]],a={c:"subscribe",sub:o,ch:t,window:s,
...Vs(r,n.from)};n.cursor&&(a.cursor=n.cursor);let i=new At(o,t,n.ack==="manual",c=>this.a(c));return this.y.set(o,i),this.a(a),n.signal?.addEventListener("abor\
t",()=>i.close(),{once:!0}),n.signal?.aborted&&i.close(),i}channel(t){return{name:t,publish:(n,r)=>this.publish(t,n,r),subscribe:n=>this.subscribe(t,n)}}call(t,n,r={}){
let o=`call ${t}`,[s,a]=n===void 0?[0,new Uint8Array]:xn(o,n),[i,c]=this.Mn(),b=(g,M)=>{this.a({c:"cancel",id:i}),c.pe(new q(g,o,M))},l=r.timeout??3e4,u=setTimeout(
()=>b(zn,`no reply within ${l} ms`),l),p=()=>b(er,"");return r.signal?.addEventListener("abort",p),r.signal?.aborted?p():this.a({c:"call",id:i,name:t,type:s,data:a,
...r.key&&{key:r.key}}),c.re.finally(()=>{clearTimeout(u),r.signal?.removeEventListener("abort",p),this.K.delete(i)})}refresh(t){this.a({c:"refresh",...t&&{token:t}})}reconnect(){
this.a({c:"reconnect"})}stats(){let[t,n]=this.Mn();return this.a({c:"stats",id:t}),n.re}connected(){return this.en(()=>this.state==="open")}room(){return this.en(
()=>!!this.outbox&&!this.outbox.full)}flush(){return this.en(()=>!!this.outbox&&!this.Be.size)}close({drain:t=5e3}={}){return this.a({c:"close",drain:t}),this.En.re}a(t){
this.Tn.a(t)}Mn(){let t=++this.Zt,n=xe();return this.K.set(t,n),[t,n]}en(t){let n=xe();return this.Yt.set(n,t),this.vt(),n.re}vt(){let t=this.state==="failed"||
this.state==="closed";for(let[n,r]of this.Yt){if(r())n.fe();else if(t)n.pe(this.error??ge(Js,this.Qt));else continue;this.Yt.delete(n)}}je(t){switch(t.e){case"s\
tatus":return this.status=t.status,ie(this,"status",t.status),t.status.state==="failed"&&ie(this,"error",this.error),this.vt();case"outbox":return this.outbox={
durable:t.durable,full:t.full},ie(this,"status",this.status),this.vt();case"restored":return this.Be.set(t.id,new Ve(t.id,t.ch,it(t.type,t.data),t.status)),this.u(
{e:"entry",id:t.id,status:t.status,producer:t.producer,number:t.number},!0);case"entry":return this.u(t);case"records":return this.H(t.sub,t.items);case"subscri\
bed":return this.y.get(t.sub)?.Se(t.term,t.o);case"ended":{let n=this.y.get(t.sub);return this.y.delete(t.sub),n?._n(t.fault)}case"reply":return this.zt(t);case"\
stats":this.K.get(t.id)?.fe(t.stats),this.K.delete(t.id);return;case"held":ie(this,"held",{channel:t.ch,at:t.at,error:ge(t.fault,`publish to ${t.ch}`)});return;case"\
lost":ie(this,"lost",{channel:t.ch,producer:t.producer,from:t.from,to:t.to});return;case"closed":return this.En.fe(t.left)}}u(t,n=!1){let r=this.Be.get(t.id);r&&
(t.end&&this.Be.delete(t.id),(r.je(t)||n)&&ie(this,"message",r),t.end&&this.vt())}H(t,n){let r=this.y.get(t);if(r){r.je(n);for(let o of n)"gap"in o&&ie(this,"ga\
p",kn(r.channel,o))}}zt({id:t,fault:n,type:r,data:o}){let s=this.K.get(t);if(n)return s?.pe(ge(n,"call"));try{s?.fe(it(r,o))}catch(a){s?.pe(a)}}},Js={code:be,detail:"\
the session was closed"},Ks=e=>{try{let t=new URL(e,globalThis.location?.href);if(t.protocol=t.protocol.replace("http","ws"),/^wss?:$/.test(t.protocol))return t.
hash="",t.pathname==="/"&&(t.pathname="/ws"),t.href}catch{}throw new q(Oe,"open session",`url: "${e}" is none for ws, wss, http or https`)},Vs=(e,t="head")=>{if(typeof t==
"string")return{at:t};if("last"in t)return{at:"last",last:t.last};if("since"in t)return{at:"time",since:t.since};if("offset"in t)return t.offset?{at:"position",
o:t.offset}:{at:"start"};let n=t.checkpoint.split(/\s+/).filter(Boolean);if(!n[0])return{at:"start"};let[[r,o],...s]=n.map(a=>{let i=/^(-|[\da-f]{16})@(\d{1,16})$/.
exec(a);if(!i||n.length>8)throw new q(Oe,e,`checkpoint: "${t.checkpoint}"`);return[i[1].replace("-",""),+i[2]]});return r?{at:"position",term:r,o,earlier:s}:o?{
at:"position",o}:{at:"start"}};var _=e=>document.getElementById(e);function N(e,t,...n){let r=document.createElement(e);return t&&(r.className=t),r.append(...n),r}function te(e,t){e.textContent!==
t&&(e.textContent=t),e.hidden=t===""}var ke=e=>te(_("announcement"),e);function Ht(e){let t=new Date(e),n=t.toDateString()===new Date().toDateString(),r=N("time",
"",n?t.toLocaleTimeString():t.toLocaleString());return r.dateTime=t.toISOString(),r.title=t.toLocaleString(void 0,{dateStyle:"full",timeStyle:"long"}),r}function dt(e,t=""){
let n=N("span",`badge ${e}`,e);return n.title=t,n}function De(e,t,n){te(t,n),n?e.setAttribute("aria-invalid","true"):e.removeAttribute("aria-invalid")}var Sn=e=>new TextEncoder().
encode(e);function Xs(e,t){if(t.trim()==="")return"There is nothing to send yet.";if(!e)return"";try{return JSON.parse(t),""}catch(n){return`That is not JSON: ${n.message}`}}
function mo(e){let t=_("composer"),n=_("message"),r=()=>new FormData(t).get("type")==="json",o=()=>{n.rows=Math.min(6,n.value.split(`
`).length)};function s(){let a=r(),i=n.value,c=Xs(a,i)||e(a?{json:i.trim()}:{text:i});De(n,_("mistake"),c),c||(n.value=""),o(),n.focus()}t.onsubmit=a=>{a.preventDefault(),
s()},n.oninput=()=>{De(n,_("mistake"),""),o()},n.onkeydown=a=>{a.key!=="Enter"||a.shiftKey||a.isComposing||(a.preventDefault(),s())},t.onchange=()=>{let a=r();n.
placeholder=a?'{"any": "JSON value"}':"Write a message",n.classList.toggle("json",a),De(n,_("mistake"),"")},n.focus()}var Le=e=>{let{code:t,detail:n}=e;return typeof t=="number"?{code:t,detail:String(n??"")}:{code:4300,detail:String(e)}},ue=(e,t)=>`${e.toLocaleString()} ${t}${e===
1?"":"s"}`,_n=e=>e.charAt(0).toUpperCase()+e.slice(1);function bo(e){function t({code:a,detail:i}){let c=e[a]?.[1]??"the server said something that this page ha\
s no words for";return!i||i.includes(c)?_n(`${c} (${a}).`):_n(`${a<4e3?i:`${c}: ${i}`} (${a}).`)}let n=a=>e[a]?.[2]?`${_n(e[a][2])}.`:"",r=({waiting:a,durable:i})=>{
let c=i?"safe in this browser":"here";return a===0?i?"What you write is kept in this browser.":"What you write waits here.":`${ue(a,"message")} ${a===1?"waits":
"wait"} ${c}.`};function o(a){let i=a.user?`to ${a.host} as ${a.user}.`:`to ${a.host}.`,c=Number.isNaN(a.tokenEnds)?"soon":`in ${a.tokenEnds} s`;return a.tokenEnds!==
void 0?`${i} The token ends ${c}; with the next one you stay connected.`:a.waiting>0?`${i} ${ue(a.waiting,"message")} on the way.`:i}function s(a){let i=a.fault?
t(a.fault):"";if(a.wantsToken)return["Not let in.",`${i} ${a.fault?n(a.fault.code):""} ${r(a)}`];switch(a.state){case"open":return["Connected",o(a)];case"waitin\
g":return a.offline?["Offline.",`It goes on when there is a network again. ${r(a)}`]:[`${a.before?"Cut off":"Not connected"}. Next try in ${a.retryIn??0} s.`,`${i}\
 ${r(a)}`];case"failed":return["Stopped.",`${i} ${a.fault?n(a.fault.code):""}`];case"closing":case"closed":return["Closed.",""];default:return[a.before?"Connect\
ing again…":"Connecting…",`to ${a.host}. ${a.before||a.waiting>0?r(a):""}`]}}return{sentence:t,advice:n,connection:s}}var Ft=(e,t)=>e[t]?.[0]??["now","later",
"authenticate","stop"][Math.floor(t/100)-40]??"now";function ho(e,t,n,r){let o=!1,s,a,i="",c=u=>Ft(n,u)==="authenticate";async function b(){let{status:u}=e,p=(g,M=4107)=>{e.status===u&&(a={code:M,detail:g})};try{
let g=await fetch("readyz",{cache:"no-store",signal:AbortSignal.timeout(3e3)}),M=(await g.text()).trim().slice(0,80),L=Number(g.headers.get("Holdfast-Code"));L?
p(M,L):g.ok?p("the server is there but took no connection"):p(`the server is not ready: ${M}`)}catch{p("the server cannot be reached")}}let l=u=>{let{state:p,retryAt:g=0,
user:M}=e.status,L=p==="open";return{host:location.host,state:p,before:o,user:M,offline:navigator.onLine===!1,fault:s??a??(e.error&&Le(e.error)),retryIn:Math.max(
0,Math.ceil((g-Date.now())/1e3)),wantsToken:!L&&s!==void 0,tokenEnds:L&&r.asked()?r.left()??Number.NaN:void 0,waiting:u.waiting,durable:e.outbox?.durable??!0}};
return{refused:()=>s!==void 0,renewed(){s=void 0},changed(){let{state:u}=e,p=e.error&&Le(e.error);u==="open"?(o=!0,s=void 0):p&&c(p.code)&&(u==="waiting"||u==="\
failed")&&(s=p),a=void 0,u==="waiting"&&p?.code===4107&&!s&&b(),u!==i&&(i=u,u==="open"&&ke("Connected."),u==="waiting"&&!s&&ke(`Cut off. ${p?t.sentence(p):""} I\
t is tried again by itself.`),u==="failed"&&ke(`Stopped. ${p?t.sentence(p):""}`))},show(u){let p=l(u),[g,M]=t.connection(p),L=p.wantsToken?"failed":p.state;_("c\
onnection").dataset.state=L==="authenticating"?"connecting":L==="failed"||L==="closed"?"stopped":L,te(_("headline"),g),te(_("explanation"),M.trim()),te(_("tabs"),
u.tabs),r.show(p.wantsToken===!0||p.tokenEnds!==void 0),_("retry").hidden=p.wantsToken===!0||p.state!=="waiting"&&p.state!=="failed",_("retry").textContent=p.state===
"failed"?"Load again":"Try now"}}}function Qs(e){try{let t=e.split(".")[1].replaceAll("-","+").replaceAll("_","/");return Number(JSON.parse(atob(t)).exp)*1e3}catch{return Number.NaN}}function go(e){
let t="",n=[],r=_("token"),o=_("credentials"),s=typeof BroadcastChannel=="function"?new BroadcastChannel("holdfast page"):void 0;function a(i){t=i;let c=n;n=[];
for(let b of c)b(t);e()}return s&&(s.onmessage=({data:i})=>{typeof i?.token=="string"?a(i.token):t&&s.postMessage({token:t})},s.postMessage({})),o.onsubmit=i=>{
i.preventDefault();let c=r.value.trim();r.value="",s?.postMessage({token:c}),a(c),_("message").focus()},{next:i=>i?new Promise(c=>n.push(c)):t,asked:()=>n.length>
0,left(){let i=Qs(t);return Number.isNaN(i)?void 0:Math.max(0,Math.ceil((i-Date.now())/1e3))},show(i){i&&o.hidden&&setTimeout(()=>r.focus()),o.hidden=!i}}}var pe=e=>e.toLocaleString();function Tn(e){if(e<1e3)return ue(e,"byte");let t=["kB","MB","GB"],n=-1;do e/=1e3,n++;while(e>=1e3&&n<t.length-1);return`${e.toLocaleString(
void 0,{maximumFractionDigits:1})} ${t[n]}`}var Ys=e=>e>0?`${e<10?e.toFixed(1):Math.round(e)} ms`:"not measured yet";function Zs(e){let t=Object.entries(e);return t.
length?t.map(([n,r])=>r>1?`${r} × ${n}`:n).join(", "):"none"}var yo=(e,t)=>[["Connection",[["Round trip",Ys(e.rtt)],["Connections",`${pe(e.connects)} of ${ue(e.
attempts,"attempt")}`],["Ends, by code",Zs(e.disconnects)],["Bytes in, out",`${Tn(e.bytesIn)}, ${Tn(e.bytesOut)}`],["Tabs",t.tabs]]],["Publishing",[["Taken",pe(
e.published)],["Delivered",pe(e.delivered)],["Failed, unknown",`${pe(e.failed)}, ${pe(e.unknown)}`],["Sent again",pe(e.resent)],["… which the server had",pe(e.
duplicates)],["Waiting",`${pe(e.outboxRecords)} (${Tn(e.outboxBytes)})`],["Kept",t.outbox]]],["Receiving",[["Received",pe(e.received)],["Doubles dropped",pe(e.duplicatesDropped)],
["Gaps",pe(e.gaps)],["Lost by the server",pe(e.lost)]]]];function xo(e,t){let n=_("figures-panel"),r=_("figures-button"),o=new Map;function s(l){for(let[u,p]of yo(
l,t()))for(let[g,M]of p){let L=`${u} ${g}`,w=o.get(L);w&&te(w,M)}}function a(l){for(let[u,p]of yo(l,t())){let g=N("dl","");for(let[M,L]of p){let w=N("dd","",L);
o.set(`${u} ${M}`,w),g.append(N("div","",N("dt","",M),w))}n.append(N("section","",N("h2","",u),g))}}async function i(){let l=await e();o.size===0?a(l):s(l)}let c=()=>{
i().catch(()=>{})},b;r.onclick=()=>{let l=n.hidden;n.hidden=!l,r.setAttribute("aria-expanded",String(l)),clearInterval(b),l&&(c(),b=setInterval(c,1e3))}}var ei=500,ti=8,ni=e=>Array.from(e.subarray(0,100),t=>t.toString(16).padStart(2,"0")).join(" ");function ri(e){if("text"in e)return N("div","payload",N("p","dat\
a",e.text));let t="bytes"in e,n=t?`${ni(e.bytes)}${e.bytes.length>100?" …":""}`:e.json;return N("div","payload",N("span","kind",t?ue(e.bytes.length,"byte"):"J\
SON"),N("code","data",n))}function En(e,t,n,r){let o=N("span","offset",e?String(e):"–");o.title=e?`offset ${e}`:"it has no offset yet";let s=N("span","meta");
return r&&s.append(N("span","by",r)),n&&s.append(Ht(n)),N("li","record",o,ri(t),s)}function wo(e){let t=_("log"),n=new Map,r=0,o=0;function s(i){for(t.append(i),
o++;t.childElementCount>ei;){let c=t.firstElementChild;c.classList.contains("record")&&r++,n.delete(Number(c.dataset.offset)),c.remove()}e()}return{clear(){n=new Map,
r=0,t.replaceChildren()},startsAfter(i){n.size===0&&(r=i)},record(i,c,b,l){let u=En(i,c,b,l);u.dataset.offset=String(i),n.set(i,u),s(u)},notice(i){s(N("li","not\
ice",i))},mine(i,c){let b=n.get(i);if(!b)return!1;if(b.classList.contains("mine"))return!0;b.classList.add("mine");let l=b.querySelector(".meta");return l.querySelector(
".by")?.remove(),l.prepend(N("span","by","you")),l.append(dt("delivered",c.synced?`synced to disk, on ${ue(c.copies||1,"machine")}`:"in the server’s memory")),
!0},forked(i){for(let[c,b]of n)c<i||(b.classList.add("gone"),b.querySelector(".badge")?.replaceWith(dt("gone")),n.delete(c))},empty:()=>t.childElementCount===0,
hidden:()=>r,settle(){_("live").setAttribute("aria-live",o>ti?"off":"polite"),o=0}}}var vo=100,Mn=e=>e.status==="failed"||e.status==="unknown",oi=e=>e.status==="pending"||e.status==="sent";function ko(e,t,n,r){let o=[],s=new Map,a="";function i(u){
o=o.filter(p=>p!==u),c(u),_("message").focus(),r()}function c(u){s.get(u)?.remove(),s.delete(u)}function b(u){let p=u.fault??{code:0},g=N("button","quiet","Send\
 again"),M=N("button","quiet","Dismiss");return g.type=M.type="button",M.onclick=()=>i(u),g.onclick=()=>{i(u),n(u)},N("div","trouble",N("p","",`${e.sentence(p)}\
 ${e.advice(p.code)}`),g,M)}function l(u){let p=s.get(u);p||(p=En(0,u.payload,0,"you"),p.classList.add("mine"),p.querySelector(".meta").append(Ht(u.at)),s.set(u,
p),_("queue").append(p));let g=`${u.status}|${u.fault?.code??""}`;p.dataset.shown!==g&&(p.dataset.shown=g,p.querySelector(".badge")?.remove(),p.querySelector(".\
trouble")?.remove(),p.querySelector(".meta").append(dt(u.status)),u.fault&&(p.append(Mn(u)?b(u):N("div","trouble",e.sentence(u.fault))),Mn(u)&&ke(`A message ${u.
status==="failed"?"failed":"has an unknown outcome"}. ${e.sentence(u.fault)}`)))}return{add:u=>{o.push(u)},waiting:()=>o.filter(oi).length,clear(){s.clear(),_("\
queue").replaceChildren()},refresh(u,p){o=o.filter(R=>{if(R.status!=="delivered")return!0;let{offset:h=0,synced:k=!1,copies:$=0}=R,U=R.channel!==u||h<=p;return R.
channel===u&&h&&t.mine(h,{synced:k,copies:$}),U&&c(R),!U});let g=o.filter(R=>R.channel===u);for(let R of g.slice(0,vo))l(R);let M=g.length-vo;te(_("queue-more"),
M>0?`and ${ue(M,"more message")}.`:""),_("outgoing").hidden=g.length===0,g.length===0&&(a=""),te(_("queue-held"),a),te(_("outgoing-title"),g.length===0||g.some(
R=>!Mn(R))?"Not yet in the channel":"Not stored, or not known to be");let L=o.filter(R=>R.channel!==u),w=[...new Set(L.map(R=>R.channel))].join(", ");te(_("else\
where"),L.length?`${ue(L.length,"message")} of yours ${L.length===1?"is":"are"} not stored in ${w}.`:"")},held(u){a=u,ke(u),r()},empty:()=>s.size===0}}var So=()=>typeof BroadcastChannel=="function"&&!!globalThis.navigator?.locks;function _o(e,t,n){let r,o,s=(a,i,c)=>{let{signal:b}=o;return navigator.locks.request(
`holdfast ${e} ${a}`,{signal:b},()=>{if(!b.aborted)return i(),c?void 0:new Promise(l=>b.addEventListener("abort",()=>l()))}).catch(l=>{if(!b.aborted)throw l})};
return{tn:()=>new Promise((a,i)=>{if(o)return a();o=new AbortController,r=new BroadcastChannel(`holdfast ${e}`),r.onmessage=({data:c})=>{!c||typeof c.t!="string"||
typeof c.from!="string"||c.to&&c.to!==t||(c.v===1?n.ur(c):n.cr(c.t))},s(`tab ${t}`,()=>{a(),s("lead",n.lr).catch(i)}).catch(i)}),nn:()=>{o?.abort(),r?.close(),o=
r=void 0},a:(a,i,c)=>r?.postMessage({...i,v:1,t:a,from:t,to:c}),kt:a=>{s(`tab ${a}`,()=>n.Ie(a),!0)}}}var To=(e,t)=>!e||t&&t.o<e.o?t:e;function Eo(e,t){let n=new Map,r=[],o=0,s,a,i=[0,0],c=0,b=[0,0],l,u,p=()=>n.size>1?void 0:n.keys().next().value,g=()=>[...n.values(),
...l?[l]:[]],M=()=>{let T=o;o=0,T&&t.a({c:"unsubscribe",sub:T})},L=T=>{M(),o=t.Ee(U),s=g().find(C=>C.k.cursor)?.k.cursor;let O=[0,1].map(C=>Math.min(...g().map(
S=>S.k.window[C])));t.a({...T,sub:o,window:O,...s&&{cursor:s}}),i=[0,0],b=[0,0],c=0;for(let C of n.values())C.F=[0,0]},w=T=>{let{term:O,o:C,earlier:S}=T;L({c:"s\
ubscribe",sub:o,ch:e,at:"position",o:C,window:[0,0],...O&&{term:O,earlier:S}}),R(T)},R=T=>{a={...T},u=void 0,t.D({e:"open",ch:e,g:o,at:T},p())},h=()=>{l||!r.length||
(l=r.shift(),u=n.size?a:void 0,a=void 0,L(l.k))},k=()=>{l=void 0,u&&n.size&&w(u),h()},$=()=>{if(!o||!n.size||l)return;let T,O=[...i];for(let D of n.values()){(!T||
D.i<T.i)&&(T=D);for(let P of[0,1])O[P]=Math.min(O[P],D.F[P])}let C=[O[0]-b[0],O[1]-b[1]],S=T.i>c;!S&&!C[0]&&!C[1]||(b=O,S&&(c=T.i),t.a({c:"done",sub:o,took:C,...S&&
{term:T.m,o:c}}))},U={P:e,_:()=>o,tn(T,O){let{sub:C,cursor:S}=O.cmd,D={Ne:T,_:C,k:O.cmd,i:O.done??0,m:O.at?.term??"",F:[...i]},P=[...g(),...r].find(F=>S&&F.k.cursor&&
F.k.cursor!==S);if(P){let F={code:Qn,detail:`another tab reads it with the cursor ${P.k.cursor}`};t.D({e:"ended",sub:C,fault:F},T)}else O.at?(n.set(T,D),l?u=To(
u,O.at):!a||O.at.o<a.o||S&&!s?w(To(a,O.at)):t.D({e:"open",ch:e,g:o,at:a},T)):(r.push(D),h())},nn(T){let O=n.get(T);n.delete(T);let C=r.findIndex(S=>S.Ne===T);return C>=
0&&r.splice(C,1),l?.Ne===T?(M(),k()):O?.k.cursor&&n.size&&a?w(a):$(),n.size||l||r.length?!1:(M(),!0)},i(T,O,C,S,D){let P=n.get(T);P&&(O===o&&(P.F=[P.F[0]+C[0],P.F[1]+
C[1]]),S!==void 0&&([P.i,P.m]=[S,D??""]),$())},fr(T,O){if(!l)return;let C=l,S={term:T,o:O,earlier:C.k.term?C.k.earlier??[]:[]};l=void 0,C.i=O,C.m=T,n.size||(u=void 0),
n.set(C.Ne,C),t.D({e:"subscribed",sub:C._,term:T,o:O},C.Ne),u&&u.o<O?w(u):R(S),h()},H(T){if(a){for(let O of T)"gap"in O?a={term:O.term,o:O.after,earlier:O.earlier}:
"term"in O?a={...a,term:O.term,earlier:O.earlier}:(a.o=O.o,i[0]++,i[1]+=O.data.length);t.D({e:"stream",ch:e,items:T},p())}},Wt(T){o=0;let O=l?[l]:[...n.values()];
for(let C of O)t.D({e:"ended",sub:C._,...T&&{fault:T}},C.Ne),n.delete(C.Ne);return l||(a=void 0),k(),!n.size&&!l}};return U}var Mo=1e3,si=1e3,ii=1e3,ai=1e3;function Co(e,t){let n=new Map,r=new Map,o=new Map,s=new Map,a=new Map,i=new Map,c=0,b=!0,l,u,p,g=[],M,L=[],w=[],R,h=[],k=()=>{let m=h;
h=[];for(let y=0;y<m.length;){let v=m[y][1],j=[];for(;y<m.length&&m[y][1]===v;y++)j.push(m[y][0]);e.D(j,v)}},$=(m,y)=>{h.push([m,y])===1&&queueMicrotask(k)},U=m=>n.
get(m)?.St,T=(m,y)=>{if(!(!y.rn||!y.St||!p)){y.rn=!1;for(let v of a.values())n.has(Oo(v.id))||$(v,m)}},O=()=>{for(;g.length&&(!p.full||g.length>ai);)l.a(g.shift())},
C=m=>{let y=Oo(m.id),{status:v,producer:j="",number:oe=0}=m;if(m.end?a.delete(m.id):a.has(m.id)&&Object.assign(a.get(m.id),j?{status:v,producer:j,number:oe}:{status:v}),
U(y))return $(m,y);$(m),m.end&&(i.set(m.id,m),i.size>ii&&i.delete(i.keys().next().value))},S=m=>{if(!(M&&m.e!=="closed"&&(m.e!=="entry"||/pending|sent/.test(m.status)))&&
!(R&&m.e!=="closed"))switch(m.e){case"status":return m.status.state==="failed"&&m.status.fault?.code===ft&&(R=setTimeout(ne,Mo),m={e:"status",status:{...m.status,
state:"waiting",retryAt:Date.now()+Mo}}),u=m,$(m);case"outbox":p=m;for(let[y,v]of n)T(y,v);$(m);for(let[y,v]of L.splice(0))G.J(y,v);return W(),O();case"restored":
return void a.set(m.id,m);case"entry":return C(m);case"subscribed":case"records":case"ended":return D(m);case"reply":case"stats":{let y=s.get(m.id);return s.delete(
m.id),y&&$({...m,id:y[1]},y[0])}case"closed":return R?void 0:(M||$(m),k(),M?.());default:$(m)}},D=m=>{let y=o.get(m.sub);m.e==="ended"&&o.delete(m.sub),y?._()===
m.sub&&(m.e==="records"?y.H(m.items):m.e==="subscribed"?y.fr(m.term,m.o):m.e==="ended"&&y.Wt(m.fault)&&r.delete(y.P))},P=m=>{let y=r.get(m);return y||(y=Eo(m,{Ee:v=>(o.
set(++c,v),c),a:v=>l.a(v),D:$}),r.set(m,y)),y},F=(m,y)=>{if(w)return void w.push([m,y]);let v=P(y.cmd.ch);n.get(m)?.y.set(y.cmd.sub,v),v.tn(m,y)},Q=(m,y)=>{y.nn(
m)&&r.delete(y.P)},W=()=>{if(!w||!p||b&&[...n.values()].some(y=>!y.St))return;let m=w.sort(([,y],[,v])=>(y.at?.o??1/0)-(v.at?.o??1/0));w=void 0;for(let[y,v]of m)
n.has(y)&&F(y,v)},ce=(m,y,v)=>{let j="sub"in v?y.y.get(v.sub):void 0;switch(v.c){case"join":return F(m,v);case"unsubscribe":return y.y.delete(v.sub),w=w?.filter(
([oe,Y])=>oe!==m||Y.cmd.sub!==v.sub),j&&Q(m,j);case"done":return j?.i(m,v.g,v.took,v.o,v.term);case"call":case"stats":return s.set(++c,[m,v.id]),l.a({...v,id:c});case"\
cancel":for(let[oe,[Y,Te]]of s)Y===m&&Te===v.id&&l.a({...v,id:oe});return;case"publish":{let oe=i.get(v.id);return i.delete(v.id),oe?$(oe,m):(a.set(v.id,{...v,e:"\
restored",status:"pending",producer:"",number:0}),g.push(v),O())}default:l.a(v)}},re=()=>{clearTimeout(z),clearTimeout(R)},G={On(m,y,v){U(m)?G.Ie(m):n.has(m)||e.kt(
m);let j={St:!0,rn:y,y:new Map};n.set(m,j),u&&$(u,m),T(m,j),p&&$(p,m),G.J(m,v),W()},J(m,y){let v=n.get(m);if(!p)L.push([m,y]);else if(v)for(let j of y)ce(m,v,j)},
Ie(m){let y=n.get(m);n.delete(m);for(let v of new Set(y?.y.values()))Q(m,v);for(let[v,[j]]of s)j===m&&s.delete(v);W()},X(m){if(re(),R)return m();M=m,l.a({c:"clo\
se",drain:0}),k()},Ue(){re(),k(),M=()=>{},l.a({c:"close",drain:-1})}},z=setTimeout(()=>{b=!1,W()},si);for(let m of t)n.set(m,{St:!1,rn:!1,y:new Map}),e.kt(m);let ne=()=>{
R=void 0,l=e.on(S)};return ne(),G}var Oo=e=>e.slice(0,e.indexOf(":"));var Ro=e=>({k:e,G:void 0,Ze:0,Cn:void 0,sn:0,L:!1,i:0,_t:[0,0],Z:[0,0]}),Ao=(e,t,n)=>{let{earlier:r=[]}=e.k;e.G={term:t,o:n,earlier:e.k.term?r:[]},e.Ze=e.i=n},Ho=(e,t,n)=>{
e.sn=n,e.Cn={...t},e.Z=[...e._t]},Fo=(e,t)=>t.map((n,r)=>{let o=Math.min(n,e.Z[r]);return e.Z[r]-=o,e._t[r]-=n,n-o});var Lo=e=>[...e.earlier,[e.term,e.o]],$o=(e,t)=>e.earlier.length>=7&&t<=e.earlier[0][1]?void 0:e.earlier.find(([,n])=>t<=n)?.[0]??e.term,di=(e,t,n,r)=>{if(n.term===
e.term||!e.term||r<=t||!e.o)return!1;let[o,s]=r>e.o?[e.term,$o(n,e.o)]:[$o(e,r),n.term];return o!==void 0&&s!==void 0&&o!==s},ui=(e,t)=>{let n=new Map(Lo(t)),r=Lo(
e);for(let o=r.length;o--;){let[s,a]=r[o];if(n.has(s))return{term:s,o:Math.min(a,n.get(s)),earlier:r.slice(0,o)}}return{term:"",o:0,earlier:[]}};function Po(e,t){
let{G:n,Cn:r}=e,o={r:[],Tt:[0,0],Ln:!1};if(!n||!r||r.o>n.o)return o;for(let s of t)if("gap"in s)ci(n,r,s,o.r);else if("term"in s)r.term=s.term,r.earlier=s.earlier;else if(di(
n,e.Ze,r,s.o)){let a=ui(n,{...r,o:s.o});return o.r.push({gap:"fork",from:a.o+1,to:n.o,term:a.term,after:a.o,earlier:a.earlier}),Object.assign(n,a),o.Ln=!0,r.o=Number.
POSITIVE_INFINITY,o}else{r.o=s.o;let a=s.data.length;s.o>n.o?((!e.L||n.term!==r.term)&&o.r.push({term:r.term,earlier:r.earlier}),e.L=!0,Object.assign(n,r),o.r.push(
s),e._t[0]++,e._t[1]+=a):(o.Tt[0]++,o.Tt[1]+=a)}return o}var ci=(e,t,n,r)=>{let o={term:n.term,o:n.after,earlier:n.earlier},s=n.gap==="fork";Object.assign(t,o),
(s?e.o>n.after:n.to>e.o)&&(r.push({...n,from:s?n.after+1:Math.max(n.from,e.o+1),to:s?e.o:n.to}),Object.assign(e,o))};var li=256,On=(e,t)=>({code:e,detail:t});function Io(e){let t=new Map,n=new Set,r=new Set,o=new Map,s=new Map,a="",i="",c,b=!1,l=!0,u,p,g=!1,M=!1,L=[],w=0,R,h=!1,
k=()=>{let f=L;if(L=[],!(!a||!f.length)){for(let E of f)E.c==="publish"&&(t.get(E.id).R=!0),E.c==="call"&&o.has(`call${E.id}`)&&(o.get(`call${E.id}`).R=!0);u?u.J(
e.V,f):G.a("want",{e:i,list:f},a)}},$=f=>{L.push(f)===1&&queueMicrotask(k)},U=({k:f,G:E,i:I})=>({c:"join",cmd:f,...E&&{at:{...E},done:I}}),T=f=>{for(let[E,{k:I,
R:J}]of o)!J||I.c!=="call"||I.key||(o.delete(E),e.T({e:"reply",id:I.id,fault:On(He,"the tab that made it is gone"),type:0,data:new Uint8Array}));if(f)for(let[E,
{R:I}]of t)I&&(t.delete(E),e.T({e:"entry",id:E,status:"unknown",end:!0,fault:On(Ke,"the tab that sent it is gone")}))},O=()=>[...[...t.values()].map(f=>f.k),...[
...s.values()].map(U),...[...o.values()].map(f=>f.k)],C=(f,E)=>{if(!g||E===i)return;i&&T(!c?.durable),L=[],a=f,i=E;let I=O(),J={e:E,fresh:l,list:I};l=!1;for(let Ee of[
...t.values(),...o.values()])Ee.R=!0;u?u.On(e.V,J.fresh,I):G.a("hello",J,f)},S=(f,E,I)=>{let J=Po(E,I);J.r.length&&e.T({e:"records",sub:f,items:J.r}),J.Tt[0]&&$(
{c:"done",sub:f,g:E.sn,took:J.Tt}),J.Ln&&$(U(E))},D=f=>{if(!c)return;let E=c.full||r.size>=li;!f&&E===b||(b=E,e.T({...c,full:b}))},P=f=>{let E=t.get(f.id);if((f.
number||f.end)&&r.delete(f.id),E&&(E.$n=f.status),(E||n.has(f.id))&&e.T(f),!f.end)return D();t.delete(f.id),n.delete(f.id),D(),R&&!t.size&&oe()},F=f=>{switch(f.
e){case"entry":return P(f);case"restored":return n.add(f.id),e.T(f);case"outbox":return c=f,D(!0);case"reply":case"stats":return o.delete((f.e==="reply"?"call":
"stats")+f.id)?e.T(f):void 0;case"subscribed":{let E=s.get(f.sub);return E&&Ao(E,f.term,f.o),E&&e.T(f)}case"ended":return s.delete(f.sub)?e.T(f):void 0;case"ope\
n":case"stream":for(let[E,I]of s)I.k.ch===f.ch&&(f.e==="open"?Ho(I,f.at,f.g):S(E,I,f.items));return;case"records":return;case"closed":return Te("failed");default:
e.T(f)}},Q=(f,E)=>{E!==e.V&&G.a("news",{e:i,list:f},E),(!E||E===e.V)&&f.forEach(F)},W=f=>G.a("lead",{e:i},f),ce=async()=>{let f=crypto.randomUUID(),E=`holdfast ${e.tt}\
 tab `,I=++w,{held:J=[]}=await navigator.locks.query();if(I!==w||h)return;let Ee=J.flatMap(Re=>Re.name?.startsWith(E)?[Re.name.slice(E.length)]:[]);u=Co({on:e.on,
D:Q,kt:Re=>Re!==e.V&&G.kt(Re)},Ee),C(e.V,f),W()},re=f=>{if(f.t==="who")return u&&W(f.from);if(f.t==="lead")return u||typeof f.e!="string"?void 0:C(f.from,f.e);if(Array.
isArray(f.list)){if(f.t==="news"){for(let E of f.list)(f.e===i||E.e==="entry"&&E.end)&&F(E);return}!u||f.e!==i||(f.t==="hello"?u.On(f.from,!!f.fresh,f.list):f.t===
"want"&&u.J(f.from,f.list))}},G=_o(e.tt,e.V,{lr:()=>{ce().catch(v)},ur:re,Ie:f=>u?.Ie(f),cr:f=>{u?W():f==="lead"&&v()}}),z=()=>{G.tn().then(()=>{g=!0,G.a("who",
{})},v)},ne=()=>{w++,u?.Ue(),u=void 0,g=!1,a="",G.nn()},m=()=>{p||M||h||(k(),M=!0,ne())},y=()=>{!M||p||h||(M=!1,e.T({e:"status",status:{state:"connecting",attempt:0}}),
z())},v=()=>{if(!(p||h)){ne(),T(!0),p=e.pr();for(let f of O())f.c!=="join"?p.a(f):p.a({...f.cmd,...f.at&&{...f.at,at:"position"}})}},j=[[document,"freeze",m],[document,
"resume",y],[globalThis,"pagehide",m],[globalThis,"pageshow",y]];for(let[f,E,I]of j)f.addEventListener(E,I);let oe=()=>{h||(h=!0,k(),u?u.X(()=>Te("closed")):Te(
"closed"))},Y=On(be,"the session was closed"),Te=f=>{h=!0,clearTimeout(R);for(let[I,J,Ee]of j)I.removeEventListener(J,Ee);u=void 0,ne(),f==="closed"&&e.T({e:"st\
atus",status:{state:f,attempt:0}});for(let I of s.keys())e.T({e:"ended",sub:I});for(let[I,{$n:J}]of t)e.T({e:"entry",id:I,status:J,end:!0,fault:Y});for(let{k:I}of o.
values())We(I);let{size:E}=t;for(let I of[s,t,o])I.clear();e.T({e:"closed",left:E})},We=f=>{f.c==="publish"&&e.T({e:"entry",id:f.id,status:"failed",end:!0,fault:Y}),
f.c==="call"&&e.T({e:"reply",id:f.id,fault:Y,type:0,data:new Uint8Array}),f.c==="subscribe"&&e.T({e:"ended",sub:f.sub,fault:Y})},Dt=f=>{if(p)return p.a(f);if(h||
R&&f.c==="publish")return We(f);switch(f.c){case"publish":return t.set(f.id,{k:f,R:!1,$n:"pending"}),r.add(f.id),$(f),D();case"call":case"stats":return o.set(f.
c+f.id,{k:f,R:!1}),$(f);case"cancel":return o.delete(`call${f.id}`),$(f);case"subscribe":{let E=Ro(f);return s.set(f.sub,E),$(U(E))}case"unsubscribe":return s.delete(
f.sub)?($(f),e.T({e:"ended",sub:f.sub})):void 0;case"done":{let E=s.get(f.sub);return E?(f.o!==void 0&&(E.i=f.o),$({...f,g:E.sn,took:Fo(E,f.took)})):void 0}case"\
close":return R?void 0:(R=setTimeout(oe,f.drain),e.T({e:"status",status:{state:"closing",attempt:0}}),void(t.size||oe()));default:$(f)}};return z(),{a:Dt}}var fi=()=>{let e="holdfast tab";try{let t=sessionStorage.getItem(e)??crypto.randomUUID();return sessionStorage.setItem(e,t),t}catch{return crypto.randomUUID()}},
Do=()=>(e,t,n)=>{let r=()=>e(t,`:${fi()}`);return So()?Io({tt:JSON.stringify([n.url,n.user,n.outbox]),V:n.page,T:t,on:e,pr:r}):r()};function Bo(e){let t=Do(),n=!1,r=1;async function o(){let{held:i=[]}=await navigator.locks?.query()??{},c=i.filter(b=>/^holdfast .* tab [^ ]+$/.test(b.name??"")).
length;c!==r&&(r=Math.max(1,c),e())}setInterval(()=>{o().catch(()=>{})},1e3);let s=(i,c,b)=>t((l,u)=>(n=!0,e(),i(p=>{p.e==="closed"&&(n=!1,e()),l(p)},u)),c,b),a=()=>ue(
r-1,"other tab");return{share:s,brief(){return r<2?"":n?`${a()} ${r===2?"uses":"use"} this connection.`:"Through another tab’s connection."},words:()=>`${r}, ${n?
"this one has the connection":"another one has the connection"}`}}var pi=50,$n=JSON.parse(_("codes").textContent??"{}"),he=bo($n),Uo=()=>new URLSearchParams(location.search).get("channel")||"chat:lobby",No=(e,t)=>t>e?`Records ${e}\
–${t} are`:`Record ${e} is`,qe="",Se=0,Cn=new AbortController,ut=!1,je=!0,Ln=!1,_e=()=>{Ln||setTimeout(gi),Ln=!0},qo=go(()=>{ct.renewed(),X.state==="waiting"&&
X.reconnect(),_e()}),It=Bo(_e),X=new at("ws",{agent:"holdfast-page",outbox:Gt({name:"page"}),tabs:It.share,token:()=>qo.next(X.state==="open"||ct.refused())}),ct=ho(
X,he,$n,qo),me=wo(_e),Pt=new Map,$e=ko(he,me,e=>jo(e.payload,e.channel),_e);xo(()=>X.stats(),()=>({outbox:X.outbox?.durable?"in this browser, on disk":"in this \
tab",tabs:It.words()}));function jo(e,t=qe){if(X.outbox?.full)return`${he.sentence({code:4350})} Wait until some are stored, or dismiss those that failed.`;try{
Wo("json"in e?X.publish(t,Sn(e.json),{type:"json"}):X.publish(t,"text"in e?e.text:e.bytes),e)}catch(n){return he.sentence(Le(n))}return je=!0,_e(),""}function Wo(e,t){
let n={channel:e.channel,payload:t,at:Date.now(),status:e.status};Pt.set(e,n),$e.add(n)}var mi=e=>typeof e=="string"?{text:e}:e instanceof Uint8Array?{bytes:e}:
{json:JSON.stringify(e)};X.addEventListener("message",({detail:e})=>{Pt.has(e)||Wo(e,mi(e.data));let t=Pt.get(e);t.status=e.status,t.fault=e.error&&Le(e.error),
e.ack&&Object.assign(t,{offset:e.ack.offset,synced:e.ack.synced,copies:e.ack.copies}),e.status!=="pending"&&e.status!=="sent"&&Pt.delete(e),_e()});X.addEventListener(
"held",({detail:e})=>{let t=Math.max(1,Math.ceil((e.at-Date.now())/1e3));e.channel===qe&&$e.held(`${he.sentence(Le(e.error))} It is tried again in ${t} s.`)});X.
addEventListener("lost",({detail:{channel:e,from:t,to:n}})=>{let r={code:4322,detail:`your messages ${t}–${n} in ${e}`};me.notice(`${he.sentence(r)} ${he.advice(
4322)}`)});function bi(e){if(e.gap===void 0){let s=e.type==="json"?{json:e.text()}:e.type==="text"?{text:e.text()}:{bytes:e.bytes};me.startsAfter(e.offset-1),me.
record(e.offset,s,e.time,e.user),Se=e.offset;return}let{gap:t,from:n,to:r}=e;if(t!=="fork"){Se=r,me.notice(`${No(n,r)} no longer kept.`);return}Se=n-1,me.forked(
n);let o=Se?`goes on after record ${Se}`:"begins anew";me.notice(`${No(n,r)} no longer in the channel: the server’s store was restarted or restored, and the log\
 ${o}.`)}async function hi(e,t){let n;for(;!t.aborted;){let r=X.subscribe(e,{from:n===void 0?{last:pi}:{checkpoint:n},signal:t});r.ready.then(o=>{t.aborted||(n??=
o,ut=!0,Se=Math.max(Se,Number(o.split(" ")[0].split("@")[1])),_e())},()=>{});try{for await(let o of r)bi(o),n=o.checkpoint}catch(o){let s=Le(o),a=X.state!=="fai\
led"&&["now","later"].includes(Ft($n,s.code));if(me.notice(`${e} is not subscribed. ${he.sentence(s)} ${a?"It is asked again by itself.":he.advice(s.code)}`),!a)
return;await new Promise(i=>setTimeout(i,1e3))}}}function Rn(e){Cn.abort(),Cn=new AbortController,qe=e,Se=0,ut=!1,je=!0,me.clear(),$e.clear(),_("newest").hidden=
!0,_("channel").value=e,_("empty-command").textContent=`echo hello | holdfast publish ${location.origin} ${e}`,document.title=`${e} · Holdfast`,De(_("channel"),
_("channel-mistake"),""),hi(e,Cn.signal),_e()}var Go=()=>requestAnimationFrame(()=>_("view").scrollTo({top:_("view").scrollHeight,behavior:"instant"}));function gi(){
Ln=!1,$e.refresh(qe,ut?Se:0);let e=me.empty()&&$e.empty();_("empty").hidden=!e,te(_("empty-text"),ut?`Nothing in ${qe} yet.`:"Records appear here as soon as the\
re is a connection."),_("empty-hint").hidden=!ut;let t=me.hidden();te(_("before"),t?`${t.toLocaleString()} earlier record${t===1?" is":"s are"} not shown here.`:
""),me.settle(),ct.show({waiting:$e.waiting(),tabs:It.brief()}),je?Go():_("newest").hidden=!1}X.addEventListener("status",()=>{ct.changed(),_e()});setInterval(()=>ct.
show({waiting:$e.waiting(),tabs:It.brief()}),250);mo(jo);_("chooser").onsubmit=e=>{e.preventDefault();let t=_("channel").value.trim(),n=t===""||Sn(t).length>255||
/[\p{C}\p{Z}"\\\uFFFD]/u.test(t);De(_("channel"),_("channel-mistake"),n?`${he.sentence({code:4304})} ${he.advice(4304)}`:""),!(n||t===qe)&&(history.pushState(null,
"",`?channel=${encodeURIComponent(t)}`),Rn(t),_("message").focus())};_("retry").onclick=()=>{X.state==="failed"?location.reload():X.reconnect(),_("message").focus()};
_("newest").onclick=()=>_("view").scrollTo({top:_("view").scrollHeight});_("view").onscroll=()=>{let{scrollTop:e,clientHeight:t,scrollHeight:n}=_("view");je=n-e-
t<40,je&&(_("newest").hidden=!0)};new ResizeObserver(()=>je&&Go()).observe(_("view"));window.onpopstate=()=>Rn(Uo());window.onbeforeunload=e=>{X.outbox?.durable===
!1&&$e.waiting()>0&&e.preventDefault()};ke("");Rn(Uo());})();
