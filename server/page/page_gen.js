// Generated from web/page and sdk/ts/src by npm run page in sdk/ts. DO NOT EDIT.
"use strict";(()=>{var Un="1002s protocol_error";var qn="1006n abnormal";var jn="4000n heartbeat_timeout",Wn="4001n write_timeout";var Gn="4009n timeout";var Ce="4107l disconnected";var zn="4110l at_capacity";var Jn="4300s bad_frame";var Kn="4304s bad_channel";var Vn="4309s bad_payload";var Xn="4312s already_subscribed";var ct="4315s unknown_outcome";var _e="4321s bad_argument";var Bt="4326s dropped";var Nt="4350s outbox_full",Qn="4351s outbox_locked";var Yn="4353s outbox_mismatch";var le="4357s closed";var Zn="4359s not_holdfast",er="4360s canceled",De="4361s io",tr="4362s retries_exhausted";var nr=`400s http_bad_request
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
4363s queue_full`;var j=class extends Error{name="HoldfastError";code;codeName;op;detail;constructor(t,n,r="",o){let s=t.slice(t.indexOf(" ")+1);super(`${n}: ${r&&`${r} `}(${s})`,
o===void 0?void 0:{cause:o}),this.code=Number.parseInt(t,10),this.codeName=s,this.op=n,this.detail=r}};var es=3e3,rr=2e3,or=e=>Math.abs(Date.now()-e)>7e3,Ut=e=>new j(Qn,`open outbox ${e}`,"another page uses it"),sr=async e=>{let t=globalThis.navigator?.locks;return t&&
new Promise((n,r)=>{t.request(`holdfast:${e}`,{signal:AbortSignal.timeout(es)},()=>new Promise(o=>n(o))).catch(()=>r(Ut(e)))})},ir=async(e,t)=>{for(let n=9;;n--){
try{return await t()}catch(r){if(!e||!n)throw r}await new Promise(r=>setTimeout(r,1e3))}};var ar=(e={})=>({...e,durable:!1}),lt=()=>({Tt:[],Ne:[],E:new Map}),dr=async(e,t,n,r,o)=>{let s=lt(),a=[],i=[],u=[],p;for(let[c,l]of n)typeof c=="number"?a.push(
l):Array.isArray(c)?i.push(l):c==="marks"?u=l:c==="user"&&(p=l);if(a.sort((c,l)=>c.id-l.id),t&&p!==t){if(a[0])throw new j(Yn,`open outbox ${e}`,`it belongs to u\
ser "${p}", not to "${t}"`);s.ue=t;for(let c of i)s.E.set(c.ch+c.p,[c.ch,c.p]);i=[]}for(let c of a){let l=u.find(b=>c.id<=b.id);l&&!c.sent&&(Object.assign(c,{sent:l.
sent,mem:l.mem}),s.Tt.push(c))}return s.ce=[],await r(s),{ee:a,E:i,sn:r,te:o}};var qt="outbox",ts=e=>new Promise((t,n)=>{e.onsuccess=()=>t(e.result),e.onerror=()=>n(e.error)}),jt=(e={})=>{let t=e.name??"holdfast";return{...e,name:t,durable:!0,
Ue:(n,r)=>ns(t,n,r)}},ns=async(e,t,n)=>{let r=l=>l instanceof j?l:new j(De,`outbox ${e}`,"IndexedDB failed",l),o=await sr(e),s=o?0:Math.random(),a,i,u=!1,p=()=>{
clearInterval(a),u&&c(l=>l.delete("owner")).catch(()=>{}),i?.close(),o?.()},c=l=>new Promise((b,g)=>{let O,S=i.transaction(qt,"readwrite",{durability:"strict"}),
v=S.objectStore(qt);if(S.oncomplete=()=>b(),S.onabort=()=>g(r(O??S.error)),!s)return l(v);let h=v.get("owner");h.onsuccess=()=>{h.result&&h.result[0]!==s&&(u||!or(
h.result[1]))?(O=Ut(e),S.abort()):(u=!0,v.put([s,Date.now()],"owner"),l(v))}});try{let l=globalThis.indexedDB.open(`holdfast:${e}`,1);l.onupgradeneeded=()=>l.result.
createObjectStore(qt),i=await ts(l),i.onclose=()=>n(r(void 0));let b=[],g=v=>{v.openCursor().onsuccess=h=>{let w=h.target.result;w&&(b.push([w.key,w.value]),w.continue())}};
await ir(s,()=>c(g));let S=dr(e,t,b,v=>c(h=>rs(h,v)),p);return s&&(a=setInterval(()=>c(()=>{}).catch(n),rr)),await S}catch(l){throw p(),r(l)}},rs=(e,t)=>{for(let n of t.Tt)
e.put(n,n.id);for(let n of t.Ne)e.delete(n);for(let n of t.E.values())Array.isArray(n)?e.delete(n):e.put(n,[n.ch,n.p]);t.ue!==void 0&&e.put(t.ue,"user"),t.ce&&e.
put(t.ce,"marks")};var ft=()=>EventTarget,ne=(e,t,n)=>e.dispatchEvent(new CustomEvent(t,{detail:n})),he=()=>{let e={};return e.ne=new Promise((t,n)=>{e.le=t,e.fe=n}),e.ne.catch(()=>{}),
e},me=(e,t)=>new j(e.code,e.op??t,e.detail);var Je=class extends ft(){id;channel;data;status;producer;number;ack;error;i=he();_e=he();constructor(t,n,r,o="pending"){super(),this.id=t,this.channel=n,this.data=
r,this.status=o}get done(){return this.i.ne}get kept(){return this._e.ne}qe(t){let n=t.status!==this.status||!!t.end;return this.status=t.status,t.number&&(this.
producer=t.producer,this.number=t.number,this._e.le()),t.end&&(this.ack=t.ack,t.ack&&this.i.le(t.ack),t.fault&&(this.error=me(t.fault,`publish to ${this.channel}`),
this.i.fe(this.error),this._e.fe(this.error))),n&&ne(this,"status",this.status),n}};var ur="ch:a n:n o:n data:d content:c h:h p:X term:x ts:n by:a id:n code:k detail:s retry:n count:u synced:f dup:f skipped:f copies:u sent:n mem:x from:n to:n a\
t:w after:n gen:n want:n cursor:a user:a session:X why:w token:s process:x counter:n agent:a subs:o results:o earlier:e last:n since:n window:p max_in_flight:p \
max_window:p heartbeat:n max_message:u max_subs:u dedupe:n clock:n name:a key:s successor:X first:n head:n version:n url:s delay:n pending:n",cr="1hello B?@CD)E\
F 2publish #)$67('& 3skip #)89U 4subscribe -#:*%H[IJ>K 5unsubscribe -# 6ack #%< 7call -ST'& 8refresh BZ 9ping - 10pong - 11bye ./ 32welcome @?ENOLMPQ725RG 33sto\
red #)$1%2345 34refused #)$.0=/ 35record #%*+,('& 36pass #%* 37gap #89*;A 38subscribed -#*%VW<./0 39unsubscribed -#./ 40reply -./'& 41join #?@*X'& 42leave #?@*X\
 43receipt #>?% 44reconnect ZY.",Wt={at:["head","start","position","last","time"],why:["","retention","fork"]};var pt=class extends Error{offset;constructor(t,n){super(`byte ${t} of the message: ${n}`),this.offset=t}};var Gt=` ${ur}`.split(" ").map((e,t)=>{let[n="",r=""]=e.split(":");return{Te:t,Et:n,an:r,dn:t*4+(r==="x"?1:r==="X"?3:"nukfwc".includes(r)?0:2),Ot:"heo".includes(
r)}}),mt=(()=>{let e=Object.create(null);for(let[,t,n,r]of cr.matchAll(/(\d+)(\w+) (\S+)/g)){let o=[...r].map(a=>Gt[a.charCodeAt(0)-34]),s=[];for(let a of o)s[a.Te]=
a;e[t]=e[n]={$n:+t,et:n,Rn:o,An:s}}return e})(),Ke=e=>(e==="n"?2**53:e==="k"?2**16:2**32)-1,lr=e=>e==="a"?255:4096,fr=e=>e==="h"?64:e==="e"?8:1024,zt=e=>mt[e===
"subs"?"subscribe":"subscribed"];var os=new TextDecoder("utf-8",{fatal:!0,ignoreBOM:!0}),ss=new TextEncoder,is=Array.from({length:256},(e,t)=>(t+256).toString(16).slice(1)),Ve,V,ie,re,oe=(e,t)=>{
throw new pt(e,t)},gt=()=>oe(ie,"it ends too early"),be=()=>{let e=0;for(let t=0,n=1;;t++,n*=128){V>=ie&&gt();let r=Ve[V++];if((t>9||t===9&&r<128&&r>1)&&oe(re,"\
over 64 bits"),e+=(r&127)*n,r<128)return e}},yt=e=>(e>ie-V&&gt(),V+=e,Ve.subarray(V-e,V)),bt=e=>{let t=be();return t>e?oe(re,`over ${e}`):t},Jt=e=>{let t="",n=0;
for(let r of yt(e))t+=is[r],n|=r;return n?t:""},Kt=e=>{let t=yt(be());t.length>e&&oe(re,`over ${e} bytes`);try{return os.decode(t)}catch{return oe(re,"not UTF-8")}},
ht=e=>{let t=be();t>ie-V&&gt();let n=ie;ie=V+t;let r=e();return V<ie&&oe(V,"more than its parts"),ie=n,r},pr=(e,t)=>{switch(e){case"f":case"c":{let n=be();return n>
(e==="c"?2:1)&&oe(re,t),e==="c"?n:!!n}case"w":{let n=Wt[t];return n[be()]??(n[0]&&oe(re,t))}case"x":return Jt(8);case"X":return Jt(16);case"s":case"a":return Kt(
lr(e));case"d":return yt(be());case"p":return ht(()=>[bt(Ke("u")),bt(Ke("u"))]);case"h":return ht(()=>[Kt(255),Kt(4096)]);case"e":return ht(()=>[Jt(8),bt(Ke("n"))]);case"\
o":return ht(()=>br(zt(t),{}))}return bt(Ke(e))},as=e=>{e?yt(e===2?be():e===1?8:16):be()},br=(e,t)=>{let n=[];for(;V<ie;){re=V;let r=Ve[V]&3,o=be();o<4&&oe(re,"\
field 0");let s=Gt[Math.floor(o/4)];if(s&&(s.dn!==o||n[s.Te]&&!s.Ot)&&oe(re,`${s.Et}: another kind, or twice`),s&&(n[s.Te]=!0),re=V,!s||!e.An[s.Te]){as(r);continue}
let{Et:a,an:i,Ot:u}=s;if(u)t[a]??=[],t[a].length>=fr(i)&&oe(re,"too many"),t[a].push(pr(i,a));else{let p=pr(i,a);p&&(i!=="d"||p.length)&&(i!=="p"||p[0]||p[1])&&
(t[a]=p)}}return t},ds=(e,t)=>{typeof e=="string"&&oe(0,"text");let n=ArrayBuffer.isView(e)?e:new Uint8Array(e);for(let r=0;r<n.length;){Ve=n,re=V=r,ie=n.length;
let o=be();o>ie-V&&gt(),o||oe(re,"an empty frame"),r=ie=V+o;let s=mt[Ve[V++]];if(s&&t(br(s,{t:s.et}))===!1)return}},ae=new Uint8Array(1024),Q=0,Be=e=>{if(Q+e>ae.
length){let t=ae;ae=new Uint8Array((Q+e)*2),ae.set(t)}},Le=e=>{for(Be(8);e>127;e=Math.floor(e/128))ae[Q++]=e%128+128;ae[Q++]=e},hr=e=>{Le(e.length),Be(e.length),
ae.set(e,Q),Q+=e.length},Vt=e=>hr(ss.encode(e)),mr=e=>{Be(16);for(let t=0;t<e.length;t+=2)ae[Q++]=Number.parseInt(e.slice(t,t+2),16)},Xt=(e,t)=>{let n=Q,r=e<99?
1:e<16e3?2:3;Be(3),Q+=r,t();let o=Q-n-r;Be(8);let s=o<128?1:Math.ceil((32-Math.clz32(o))/7);s!==r&&ae.copyWithin(n+s,n+r,Q),Q=n,Le(o),Q+=o},gr=(e,t)=>{for(let{Et:n,
an:r,dn:o,Ot:s}of e.Rn){let a=t[n];if(a)for(let i of s?a:[a])(r==="p"?!(i[0]||i[1]):r==="d"&&!i.length)||(Le(o),r==="d"?hr(i):"as".includes(r)?Vt(i):"xX".includes(
r)?mr(i):r==="w"?Le(Wt[n].indexOf(i)):r==="o"?Xt(0,()=>gr(zt(n),i)):"hep".includes(r)?Xt(0,()=>{(r==="h"?Vt:r==="e"?mr:Le)(i[0]),(r==="h"?Vt:Le)(i[1])}):Le(+i))}},
us=e=>{Q=0;for(let n of e)Xt(n.data?n.data.length:0,()=>{let r=mt[n.t];Be(1),ae[Q++]=r.$n,gr(r,n)});let t=ae.slice(0,Q);return Q>65536&&(ae=new Uint8Array(1024)),
t},yr={un:"holdfast.v1.bin",Hn:us,Fn:ds};var xr=e=>({A:e,b:0,Ee:[],d:"away",tt:e.tt??"",Pn:0,O:"",cn:0,ln:0,Oe:0,nt:3e4,rt:0,Mt:1024,fn:1048576,re:[],E:[],je:new Map,ot:new Map,Me:0,We:0,st:!1,oe:0,it:0,
Ge:0,V:0,y:new Map,ze:new Map,Ce:0,pe:0,D:0,In:0,Ct:0,se:0,dt:0,me:0});var H=(e,t)=>{e.Ee.push(t)},ge=e=>e.cn+e.b-e.ln,Xe=e=>({ch:e.P,p:e.N,next:e.M,resolved:e.ie,acked:e.U,mem:e.O,ackedAt:e.ut,forgotten:e.be,successor:e.ae,sealed:e.Je}),
Te=e=>Math.floor(e/100);var xt=(e,t,n)=>e.je.get(n+t),vt=(e,t,n)=>xt(e,t,n||e.A.ct),Qt=e=>e.r.length-e.S,$e=(e,t,n)=>({de:n?"record":"skip",q:!1,X:!!n&&!!(n.sent||n.mem),u:n,f:n?n.id:0,
he:n?n.size:0,j:e,I:t}),vr=(e,t)=>({...$e(e.M,e.M-1),de:"seal",f:t}),Ye=e=>{for(let t=e.S;t<e.l;t++)e.r[t].q=!1;e.l=e.S,e.Q=e.Le=e.Lt=0},kt=(e,t)=>{e.S=t,t*2>e.r.
length&&(e.r.splice(0,t),e.l-=t,e.S=0)},Yt=(e,t)=>{e.Lt+=t,e.Le&&(e.Le+=t)},kr=e=>e.r[e.S]?.j??e.M,Sr=(e,t,n)=>{for(let r of t){let o=wt(e,r.ch,r.p,Math.max(r.next,
r.resolved+1));o.ie=r.resolved,o.ae=r.successor,o.U=r.acked,o.O=r.mem,o.ut=r.ackedAt,o.be=r.forgotten}for(let r of n){let o=xt(e,r.ch,r.p)??wt(e,r.ch,r.p,1);wr(
o,r.n),o.r.push($e(r.n,r.n,r)),o.M=Math.max(o.M,r.n+1),e.Me=Math.max(e.Me,r.id),en(e,r.expires)}e.We=e.Me;for(let r of e.re)r.U||(r.be=Math.max(r.be,kr(r)-1));for(let{
ch:r,p:o}of t){let s=xt(e,r,o);if(wr(s,s.M),!s.ae){e.ot.set(r,s);continue}s.r.push(vr(s,0));let a=xt(e,r,s.ae);a||(a=wt(e,r,s.ae,1),a.$t=!0,e.ot.set(r,a)),a.lt=
s}for(let r of e.re)ye(e,r)},wr=(e,t)=>{let n=(e.r.at(-1)?.I??e.ie)+1;n<t&&e.r.push($e(n,t-1))},wt=(e,t,n,r)=>{let o={P:t,N:n,M:r,ie:0,U:0,O:"",ut:0,be:0,ae:"",
lt:void 0,Je:!1,$t:!1,r:[],S:0,l:0,Rt:!1,Q:0,ge:0,$e:0,At:0,Le:0,Lt:0};return e.je.set(n+t,o),e.re.push(o),o},ye=(e,t)=>{!t.Rt&&t.l<t.r.length&&(t.Rt=!0,e.E.push(
t))},ls=(e,t)=>{let n=e.ot.get(t),r=e.A.ct;if(n?.N===r)return n;let o=wt(e,t,r,1);if(e.ot.set(t,o),n){n.ae=r;let s=Xe(n);fs(n,++e.Me),o.lt=n,ye(e,n),H(e,{s:"sea\
l",f:e.Me,ft:s})}return o},fs=(e,t)=>{!Qt(e)&&e.U&&e.r.push($e(e.M,e.M++)),e.r.push(vr(e,t))},_r=(e,t)=>{let n=ls(e,t.P),r=e.A.Ht&&e.d==="open",o=n.M++,s={id:++e.Me,
ch:t.P,p:n.N,n:o,size:t.he,sent:r?ge(e):0,mem:r?e.O:"",expires:t.V||0};en(e,s.expires),n.r.push({...$e(o,o,s),X:!1}),ye(e,n),H(e,{s:"persist",u:s})},Tr=(e,t)=>{
e.st=!1;for(let n of e.E)for(let r=n.l;r<n.r.length;r++){let o=n.r[r];!o.X&&o.u&&o.f<=t.f&&(o.u.sent=t.q,o.u.mem=t.O)}},Zt=(e,t,n,r)=>{let o=t.r[n],s=r===4303?`\
publish: data has ${o.he} bytes; the server's limit is ${e.rt}`:"";t.r[n]=$e(o.j,o.I),H(e,{s:"outcome",u:o.u,Ke:"failed",x:0,pt:!1,Ft:!1,Pt:0,C:r,W:s})},Er=(e,t,n)=>{
n.u&&!n.X&&e.rt&&n.he>e.rt&&Zt(e,t,t.l,4303)},Or=(e,t,n)=>{for(let r of e.E)for(let o=r.l;o<r.r.length;o++){let s=r.r[o];if(s.f===t&&s.u&&!s.X){Zt(e,r,o,n),Cr(r,
o);return}}},en=(e,t)=>{t&&!(e.V&&t>=e.V)&&(e.V=t)},Mr=e=>{if(!(!e.V||e.b<e.V)){e.V=0;for(let t of e.E){let n=-1;for(let r=t.l;r<t.r.length;r++){let{X:o,u:s}=t.r[r];
o||!s?.expires||(e.b<s.expires?en(e,s.expires):(Zt(e,t,r,4325),n<0&&(n=r)))}n>=0&&Cr(t,n)}}},Qe=e=>e?.de==="skip"&&!e.X,Cr=(e,t)=>{let{r:n,S:r,l:o}=e,s=Math.max(
t-1,o);if(s===r&&Qe(n[s])&&Qe(n[s+1])&&!Qe(n[s+2])){n[s+1].j=n[s].j,e.l++,kt(e,s+1);return}for(let a=s+1;a<n.length;a++){let[i,u]=[n[s],n[a]];Qe(i)&&Qe(u)&&i.I+
1===u.j?i.I=u.I:n[++s]=u}n.length=Math.min(n.length,s+1)},Ze=(e,t)=>{Ye(e);let n=kr(e);if(t>=n)return;let r=e.r[e.S];r?.de==="skip"&&r.j===n?r.j=t:e.r.splice(e.S,
0,$e(t,n-1))};var ps=64,Lr=e=>{for(let t=0;e.E.length&&t<e.E.length&&e.oe<e.Mt;){e.Ge>=e.E.length&&(e.Ge=0);let n=e.E[e.Ge],r=e.Ee.length;ms(e,n),t=e.Ee.length>r?0:t+1,n.l>=n.r.
length?(n.Rt=!1,e.E.splice(e.Ge,1),t=0):e.Ge++}},ms=(e,t)=>{if(!(t.lt&&!t.lt.Je||e.b<t.$e)){if(t.$e=0,t.ge){if(t.l>t.S)return;Ze(t,t.ge),t.ge=0}for(let n=0;n<ps&&
t.l<t.r.length;n++){Er(e,t,t.r[t.l]);let r=t.r[t.l];if(bs(e,t,r))return;hs(e,t,r)}}},bs=(e,t,n)=>{let r=t.l-t.S;return e.oe>=e.Mt||e.oe&&e.it+n.he>e.fn||t.Le&&r>=
t.Le||n.de==="seal"&&r?!0:n.X?!1:t.Q?!0:e.A.Ht?n.f>e.We?!0:!n.u||n.u.mem===e.O?!1:(e.st||(e.st=!0,H(e,{s:"mark",f:e.We,q:ge(e),O:e.O})),!0):!1},hs=(e,t,n)=>{e.oe++||
(e.se=e.b),e.it+=n.he;let{P:r}=t,{u:o,X:s,j:a,I:i}=n,u=t.N===e.A.ct?"":t.N;if(o){let p={t:"publish",ch:r,p:u,n:o.n};s?(p.sent=o.sent,p.mem=o.mem,$r(e,o)&&t.Q++):
e.A.Ht||(o.sent=ge(e),o.mem=e.O),H(e,{s:"publish",w:p,u:o,Bn:s})}else H(e,{s:"send",w:{t:"skip",ch:r,p:u,from:a,to:i,successor:n.de==="seal"?t.ae:""}});n.q=n.X=
!0,t.l++},$r=(e,t)=>t.mem!==e.O||e.Oe>0&&ge(e)-t.sent>e.Oe,St=(e,t,n)=>{n.q&&(n.q=!1,e.oe--,e.it-=n.he,n.u&&t.Q&&$r(e,n.u)&&t.Q--)};var Rr=(e,t)=>{let n=vt(e,t.ch,t.p);if(!n)return;let r=n.S;for(;r<n.l;r++){let s=n.r[r];if(s.I>(t.n||0)||s.de==="seal"&&(r>n.S||!t.skipped))break;St(e,n,s),s.de===
"seal"&&(n.Je=!0),s.u&&ys(e,s.u,t)}if(r===n.S)return;nn(e,n);let o=n.r[r-1].I;t.skipped||((n.O!==e.O||!Fr(e,n))&&rn(n),n.U=o,n.O=e.O,n.ut=ge(e)),Yt(n,r-n.S),kt(
n,r),Ir(e,n),Hr(e,n,o)},ys=(e,t,n)=>{let r=(n.n||0)-t.n,o=r<(n.count||1),s=o&&!!n.skipped;H(e,{s:"outcome",u:t,Ke:s?"failed":"delivered",x:o&&!s?Math.max(0,(n.o||
0)-r):0,pt:o&&!s&&!!n.dup,Ft:!s&&!!n.synced,Pt:s?0:n.copies||0,C:s?4328:0,W:""})},nn=(e,t)=>{t.At=e.dt=0,e.se=e.b},rn=e=>{e.be=Math.max(e.be,e.U)},Hr=(e,t,n)=>{
if(!(n<=t.ie&&!t.Je)){if(t.ie=Math.max(t.ie,n),t.Je){Qt(t)||(e.je.delete(t.N+t.P),e.re=e.re.filter(o=>o!==t));let r=vt(e,t.P,t.ae);r?.$t&&(r.$t=!1,H(e,{s:"resol\
ved",ft:Xe(r)}))}H(e,{s:"resolved",ft:Xe(t)})}},Ar=(e,t)=>{let n=vt(e,t.ch,t.p);if(!n)return;let r=t.code||0;r===4302?(e.d="over",H(e,{s:"fail",C:r,W:`lane ${n.N}\
 in ${t.ch}: number ${t.n||0} was used for something else`})):r===4003||r===4316?xs(e,n,t.want||1):Te(r)===41?ws(e,n,t):vs(e,n,t)},xs=(e,t,n)=>{if(++t.At>3){H(e,
{s:"disconnect",C:4003,W:`lane ${t.N} makes no progress`,G:e.b});return}if(n<=t.U)if(t.O===e.O&&Fr(e,t)){let r=Math.max(n,t.be+1);r<=t.U&&H(e,{s:"lost",P:t.P,N:t.N,
j:r,I:t.U}),t.U=n-1}else rn(t);Pr(e,t),Ze(t,n),ye(e,t)},Fr=(e,t)=>!e.Oe||ge(e)-t.ut<e.Oe-Math.floor(e.Oe/10),Pr=(e,t)=>{for(let n=t.S;n<t.l;n++)St(e,t,t.r[n])},
ws=(e,t,n)=>{t.$e=e.b+(n.retry||1e3),nn(e,t);let r=t.r.slice(t.S,t.l).findLast(s=>s.I===n.n)?.u;Pr(e,t);let o=t.Lt;Ye(t),n.code===4102&&(t.Le=Math.max(1,o)),ye(
e,t),H(e,{s:"held",u:r,C:n.code,W:n.detail||"",G:t.$e})},vs=(e,t,n)=>{let r=t.S;for(;r<t.l&&(t.r[r].I!==n.n||t.r[r].de==="seal");)r++;if(r===t.l)return;let o=t.r[r],
s=n.code===4315,a=n.want||0;St(e,t,o),nn(e,t),s&&(t.ge||=Math.max(a,1),a<=t.U&&rn(t)),o.u&&H(e,{s:"outcome",u:o.u,Ke:s?"unknown":"failed",x:0,pt:!1,Ft:!1,Pt:0,C:n.
code||0,W:n.detail||""});let i=r===t.S;Yt(t,1),i?kt(t,r+1):(t.r.splice(r,1),t.l--),Ir(e,t),i&&Hr(e,t,n.n)},Ir=(e,t)=>{t.l===t.S&&t.ge&&(Ze(t,t.ge),t.ge=0),ye(e,
t)};var Dr=e=>e.i<=e.L||e.x<=e.L?0:Math.floor(e.mt*(e.i-e.L)/(e.x-e.L)),_t=e=>e.d==="open"&&e.i>e.L,Br=e=>{e.mt-=Dr(e),e.L=e.i},on=(e,t)=>{t.Ce=++e.Ce,t.d="asked",t.ye=
0,Br(t);let n={...t.Re,id:t.Ce,window:[t.H,t.xe]};return t.It?{...n,at:"position",term:t.m,o:t.x,last:0,since:0,earlier:t.$,pending:t.x-t.i}:n},Nr=(e,t)=>{let{_:n,
Re:r,Bt:o}=t;if(e.ze.has(r.ch)){H(e,{s:"ended",_:n,C:4312,W:""});return}let s=!!(o&&(o.term||o.offset)),a=s?o.offset:0,i={f:n,d:"away",Re:r,Ce:0,It:s,m:s?o.term:
"",x:a,$:s?o.earlier:[],pn:0,H:r.window?.[0]||e.A.z?.[0]||512,xe:r.window?.[1]||e.A.z?.[1]||1<<20,i:a,L:a,mt:0,Dt:0,ye:0};e.y.set(n,i),e.ze.set(r.ch,i),e.d==="o\
pen"&&Tt(e,i)},Tt=(e,t)=>{H(e,{s:"send",_:t.f,w:{t:"subscribe",...on(e,t)}})},Ur=e=>{for(let t of e.y.values())t.d==="away"&&t.ye&&e.b>=t.ye&&Tt(e,t)},qr=(e,t)=>{
let n=e.y.get(t);n&&(n.d!=="away"&&(_t(n)&&un(e,n),H(e,{s:"send",w:{t:"unsubscribe",id:++e.Ce,ch:n.Re.ch}})),sn(e,n))},sn=(e,t,n=0,r="")=>{e.y.delete(t.f),e.ze.
delete(t.Re.ch),H(e,{s:"ended",_:t.f,C:n,W:r})},an=(e,t)=>{let n=e.ze.get(t.ch);if(!(n?.d!=="asked"||n.Ce!==t.id)){if(t.code){Te(t.code)>41||t.code<4e3?sn(e,n,t.
code,t.detail):(n.d="away",n.ye=e.b+Math.max(1e3,t.retry||0));return}n.d="open",n.pn=t.gen||0,n.It||(n.It=!0,n.m=t.term||"",n.$=[],n.x=n.i=n.L=t.o||0),H(e,{s:"s\
ubscribed",_:n.f,w:t})}},jr=(e,t)=>{let n=Et(e,t.ch);!n||t.id||!t.code||(Te(t.code)===43?sn(e,n,t.code,t.detail):(n.d="away",n.ye=e.pe+1e3))},Et=(e,t)=>{let n=e.ze.
get(t);return n?.d==="open"?n:void 0},Wr=(e,t)=>{let n=Et(e,t.ch),r=t.o||0;if(!(!n||r<=n.x)){if(r!==n.x+1){H(e,{s:"disconnect",C:4008,W:"",G:e.b});return}dn(n,t.
term),n.x=r,n.mt+=t.data?.length||0,H(e,{s:"record",_:n.f,m:n.m,w:t})}},dn=(e,t)=>{!t||t===e.m||(e.m&&e.x&&(e.$=Gr([...e.$,[e.m,e.x]])),e.m=t)},Gr=e=>e.slice(-7),
zr=(e,t)=>{let n=Et(e,t.ch),r=t.o||0;!n||r<=n.x||(dn(n,t.term),n.i===n.x&&(n.i=r),n.x=r)},Jr=(e,t)=>{let n=Et(e,t.ch);if(!n)return;let r=t.after||0;if(t.why==="\
fork"){let o=ks([...n.$,[n.m,n.x]],r);n.$=Gr(o.filter(([s])=>s&&s!==t.term))}else dn(n,t.term);n.m=t.term||"",n.x=n.i=n.L=r,n.mt=0,H(e,{s:"gap",_:n.f,w:t})},ks=(e,t)=>{
let n=e.findIndex(r=>r[1]>=t);return n<0?e:[...e.slice(0,n),[e[n][0],t]]},Kr=(e,{_:t,m:n,x:r})=>{let o=e.y.get(t);!o||r<=o.i||!Ss(o,n,r)||(o.i<=o.L&&(o.Dt=e.b),
o.i=r,o.d==="open"&&e.d==="open"&&((r-o.L)*4>=o.H||Dr(o)*4>=o.xe)&&un(e,o))},Ss=(e,t,n)=>n<=(t===e.m?e.x:e.$.find(r=>r[0]===t)?.[1]??-1),un=(e,t)=>{Br(t),H(e,{s:"\
send",w:{t:"ack",ch:t.Re.ch,o:t.i,gen:t.pn}})},cn=(e,t)=>{for(let n of e.y.values())_t(n)&&(t||e.b>=n.Dt+e.A.Nt)&&un(e,n)},Vr=(e,t,n,r)=>{let o=e.y.get(t);if(!o)
return;let s=o.$.findIndex(a=>a[0]===n||a[1]>=r);return{term:n,offset:r,earlier:s<0?o.$:o.$.slice(0,s)}};var Xr=e=>{let t=xr({...e,Ae:e.Ae||5e3,we:e.we||1e4,Nt:e.Nt||100});return{Ut:(n,r)=>Sr(t,n,r),Dn:(n,r)=>_s(t,n,r),ve:()=>Es(t)||void 0,Bt:(n,r,o)=>Vr(t,n,r,o)}},
_s=(e,t,n)=>(e.Ee=[],e.b=t,e.d!=="over"&&Ts(e,n),e.d==="open"&&e.Ee.at(-1)?.s!=="disconnect"&&Lr(e),e.Ee),Ts=(e,t)=>{switch(t.s){case"tick":return $s(e);case"co\
nnected":return Os(e,t.He);case"disconnected":return Ms(e,t.C);case"frame":return e.pe=e.b,e.D=0,Cs(e,t.w);case"publish":return _r(e,t);case"persisted":e.We=Math.
max(e.We,t.f);return;case"marked":return Tr(e,t);case"drop":return Or(e,t.f,t.C);case"subscribe":return Nr(e,t);case"unsubscribe":return qr(e,t._);case"done":return Kr(
e,t);case"bye":e.d==="open"&&(cn(e,!0),H(e,{s:"send",w:{t:"bye",code:1e3}})),e.d="over";return;case"moved":return Rs(e,t.G)}},Es=e=>{let t=e.V,n=r=>{r&&!(t&&r>=
t)&&(t=r)};if(e.d==="away"||e.d==="over")return t;e.D?n(e.D+e.A.we):(n(e.pe+e.nt),e.oe&&n(e.se+e.A.Ae)),n(e.me);for(let r of e.y.values())_t(r)&&n(r.Dt+e.A.Nt),
n(r.ye);for(let r of e.E)n(r.$e);return t},Os=(e,t)=>{e.d="greeting",e.pe=e.Ct=e.b,e.D=e.me=e.dt=0;let{ue:n,Nn:r,ct:o,qt:s}=e.A,a=[...e.y.values()].map(i=>on(e,
i));H(e,{s:"send",w:{t:"hello",token:t,user:n,session:e.tt,process:r,counter:++e.Pn,p:o,agent:s,subs:a}})},Ms=(e,t)=>{e.d="away",e.oe=e.it=e.D=e.me=0,e.st=!1;for(let n of e.re)
Ye(n),n.$e=n.At=0,ye(e,n);for(let n of e.y.values())n.d="away",n.ye=0;Te(t)===43?(e.d="over",H(e,{s:"fail",C:t,W:"the server closed the connection"})):Te(t)===42&&
H(e,{s:"authenticate",C:t})},Cs=(e,t)=>{switch(t.t){case"record":return Wr(e,t);case"stored":return Rr(e,t);case"refused":return Ar(e,t);case"pass":return zr(e,
t);case"gap":return Jr(e,t);case"subscribed":return an(e,t);case"unsubscribed":return jr(e,t);case"ping":return H(e,{s:"send",w:{t:"pong",id:t.id}});case"welcom\
e":return Ls(e,t);case"refresh":e.d==="open"&&H(e,{s:"refresh"});return;case"reconnect":e.me=e.b+(t.delay||0)}},Ls=(e,t)=>{if(e.d==="greeting"){e.d="open",e.tt=
t.session||"",e.O=t.mem||"",e.cn=t.clock||0,e.Oe=t.dedupe||0,e.nt=t.heartbeat||3e4,e.rt=t.max_message||0,e.Mt=t.max_in_flight?.[0]||1024,e.fn=t.max_in_flight?.[1]||
1<<20,e.ln=e.se=e.b,H(e,{s:"welcome",w:t});for(let n of t.results||[])an(e,n);for(let n of e.y.values())n.d==="away"&&Tt(e,n)}},$s=e=>{if(Mr(e),e.d==="away")return;
let t=r=>e.b>=r,n=(r,o="")=>H(e,{s:"disconnect",C:r,W:o,G:e.b});if(e.me&&t(e.me))return e.me=0,n(4104,"the server asked to come back");if(e.D){if(t(e.D+e.A.we))
return n(4e3)}else if(e.oe&&t(e.se+e.A.Ae)){if(++e.dt>3)return n(4002);e.se=e.b,ln(e)}else t(e.pe+e.nt)&&ln(e);e.d==="open"&&(cn(e,!1),Ur(e))},Rs=(e,t)=>{e.d!==
"away"&&(t>e.pe&&(e.pe=t,e.D=0),t>e.se&&(e.se=t,e.dt=0),e.d==="open"&&!e.D&&e.b>=e.Ct+e.nt&&(ln(e),e.D=0))},ln=e=>{e.D=e.Ct=e.b,H(e,{s:"send",w:{t:"ping",id:++e.In}})};var Hs=64,Qr=()=>({Ve:0,ce:[],_e:[],Xe:[]}),fn=e=>`${e.p} ${e.ch}`,Yr=(e,t,n)=>{let{maxRecords:r=1e3,maxBytes:o=4<<20}=e,s=new Map,a=new Map,i=new Map,u,p=[],c=lt(),
l=Qr(),b,g=h=>{s.set(h.id,h),a.set(h.key,h)},O=()=>{let h=c.Ne.length+c.E.size,w=l.Ve||l.ce.length||l.Xe.length||h>256||h&&!S.H;if(!u||b||!w)return;let[F,U]=[c,
l];c=lt(),l=Qr(),b=u.sn(F).then(()=>{b=void 0,t(U),O()},G=>{for(let M of U.Xe)M();n(G)})},S={ee:s,je:a,H:0,xe:0,Qe:(h=1)=>S.H>=r*h||S.xe>=o*h,Y(h){S.H++,S.xe+=h},
mn(h){S.H--,S.xe-=h},Ut(h){u=h;for(let w of h.E)i.set(fn(w),w);for(let w of h.ee){let F={...w,bt:pn(w),R:w.sent>0};g(F),S.Y(F.bt)}},Un(h,w){if(Object.assign(h,w),
g(h),!u)return;let{bt:F,R:U,...G}=h;c.Tt.push(G),l.Ve=h.id,l._e.push(h)},qn({f:h,q:w,O:F}){let U=s.keys().next().value??1/0;p=p.filter(G=>G.id>=U),p.push({id:h,
sent:w,mem:F}),c.ce=[...p],l.ce.push({f:h,q:w,O:F})},jn(h,w){let F=fn(w);v(F,{...i.get(F)??w,successor:w.successor}),l.Ve=h},jt(h){let w=s.get(h);return w&&(s.delete(
h),a.delete(w.key),S.mn(w.bt),u&&c.Ne.push(h)),w},ie(h){let w=fn(h);if(!h.sealed)return v(w,h);i.delete(w),c.E.set(w,[h.ch,h.p])},Wn(h){u?l.Xe.push(h):h()},Gn:O,
async te(){let h=u;u=void 0,await b,await h?.sn(c).catch(()=>{});for(let w of l.Xe)w();h?.te()}},v=(h,w)=>{u&&(i.set(h,w),c.E.set(h,w))};return S},pn=e=>e.h.reduce(
(t,[n,r])=>t+n.length+r.length+4,Hs+e.ch.length+e.data.length);var Ot=(e,t,n)=>e!==void 0&&t?e:n,Zr=(e,t=Math.random)=>{let n=Ot(e.baseDelay,e.baseDelay>0,1e3),r=Ot(e.multiplier,e.multiplier>=1,2),o=Ot(e.maxDelay,e.maxDelay>
0,3e4),s=Math.min(Math.max(e.jitter??.5,0),1),a={ht:0,M(){if(a.ht>=(e.maxRetries??1/0))return;let i=a.ht++;return e.first==="immediate"&&!i--?0:Math.min(Math.min(
n*r**i,o)*(1+s*(2*t()-1)),o)},fr(i){let u=i>=Mt(e);return u&&(a.ht=0),u}};return a},Mt=e=>Ot(e.minUptime,e.minUptime>0,5e3);var eo=[["network",1,5,1e3,2],["timeout",1,5,1e3,2],["tls",0],["authentication",1,3,2e3,1.5],["rate_limit",1,10,5e3,1.5],["protocol",0],["policy",0],["server",1],
["overload",1],["application",1],["closed",0]];var to=e=>eo.find(t=>t[0]===e);var As=6e5,mn=1e4,Fs=2e3,bn=0,no=1,ro=2,Ct=3,oo=(e,t,n,r)=>{let o=e.random??Math.random,s={},a=bn,i,u=0,p=0,c=0,l=0,b=0,g,O,S,v=k=>{let P=e.strategies?.[k],I=to(
k);return{...e,maxRetries:P?.maxRetries??e.maxRetries??I?.[2]??n,baseDelay:P?.baseDelay??e.baseDelay??I?.[3],multiplier:P?.multiplier??e.multiplier??I?.[4]}},h=(k,P)=>k.
maxRetries===P.maxRetries&&k.baseDelay===P.baseDelay&&k.multiplier===P.multiplier,w=()=>{if(!(performance.now()-b+2<Mt(e))){for(let k of Object.values(s))k.ht=0;
C.Fe=0,g?.done(),g=void 0}},F=k=>{clearTimeout(i),c=k,u=Math.min(k,mn),p=Date.now(),i=setTimeout(U,u)},U=()=>{if(c-=u,Math.abs(Date.now()-p-u)>Fs)return c=0,G();
if(c>0)return F(c);if(a!==Ct)return M();w(),F(mn)},G=()=>{a===Ct?(w(),F(mn),t.ve()):a===no?(F(Math.max(0,c-(Date.now()-p)-l)),l=0):a===ro&&M()},M=()=>{clearTimeout(
i),S?.(),S=void 0;let k=r?.allow();if(typeof k=="number"){a=ro,S=r.onChange(M),F(k||1),t.pr?.();return}g=k,a=bn,t.zn()},L=()=>{if(O)return;O=new AbortController;
let k={signal:O.signal},P=globalThis.document,I=()=>P?.visibilityState==="hidden"||G();for(let A of["online","offline","pageshow"])globalThis.addEventListener?.(
A,I,k);for(let A of["visibilitychange","resume"])P?.addEventListener(A,I,k)},C={Fe:0,Ye(k){C.Wt(),s={},C.Fe=0,k&&r?.state==="open"&&r.reset(),L(),M()},ke(){a=Ct,
b=performance.now(),F(Mt(e))},Jn(k,P=0,I=k){a===Ct&&w(),g?.done(I??k),g=void 0,a=no;let A=v(""),K=v(k),W=h(K,A)?"":k;s[W]??=Zr(K,o);let m=s[W],_=globalThis.navigator?.
onLine===!1,y=e.strategies?.[k]?.maxRetries===void 0&&C.Fe>=(e.maxRetries??1/0),R=_?e.maxDelay??3e4:y?void 0:m.M(),z=Math.min(P,As),ee=z+o()*Math.min(z/4,R??0);
return z&&r&&r.trip(ee),R===void 0?(C.Wt(),!1):(_||C.Fe++,!r&&z>R&&(R=ee),l=z?0:Math.max(0,R-(K.baseDelay??1e3)),F(R),t.Kn(C.Fe,K.maxRetries,R),!0)},Wt(){clearTimeout(
i),a=bn,S?.(),S=void 0,g?.cancel(),g=void 0,O?.abort(),O=void 0}};return C};var Re=e=>new RegExp(`^${e}[a-z] .*`,"m").exec(nr)?.[0]??`${e}${Ps(e)} code ${e}`,Ps=e=>e>=4e3&&e<4400?"nlas"[(e-4e3)/100|0]:e>=500&&e<600||e===408||e===425||e===
429?"l":e>=400&&e<500?"s":e?"n":"o";var so=1e3,io=(e,t)=>{let n=new Map,r=(s,a)=>{n.delete(s)&&e({e:"reply",id:s,fault:a,type:0,data:new Uint8Array})},o=s=>{let{id:a,name:i,key:u,type:p,data:c}=s.bn;
s.q=!0,t({t:"call",id:a,name:i,key:u,content:p,data:c})};return{Vn(s,a){let i={bn:s,q:!1},u=n.size<so;n.set(s.id,i),u?a&&o(i):r(s.id,{code:zn,detail:`${so} call\
s are under way`})},Xn:s=>n.delete(s),Gt({id:s=0,code:a,detail:i,content:u=0,data:p}){if(a)return r(s,{code:Re(a),detail:i??""});n.delete(s)&&e({e:"reply",id:s,
type:u,data:p?.slice()??new Uint8Array})},ke(){for(let s of n.values())o(s)},hn(s){for(let[a,{bn:i,q:u}]of n)(s||u&&!i.key)&&r(a,s??{code:Ce,detail:"the connect\
ion ended before the reply; a call with a key would be made again"})}}};var ao=(e,t,n,r)=>{let o=new e(t,[n.un]),s=[],a=0,i=0,u=!1;o.binaryType="arraybuffer",o.onopen=()=>r.ke(o.protocol),o.onmessage=c=>r.Qn(c.data),o.onclose=c=>r.Pe(
c.code,c.reason),o.onerror=()=>{};let p={gt:0,l(c){s.push(c),a+=64+(c.data?.length??0),a>65536&&p.gn()},gn(){if(a){let c=n.Hn(s);p.gt+=typeof c=="string"?c.length:
c.byteLength,s=[],a=0,o.send(c)}return o.bufferedAmount},Yn(){let[c,l]=[i,u];return u=o.bufferedAmount>0,i=p.gt-o.bufferedAmount,l&&i>c},te(c){o.onopen=o.onmessage=
o.onclose=null,o.close(c===1e3||c>=3e3?c:1e3)}};return p};var uo=(e,t)=>{let n=new Map,r=new Set,o=i=>i&&(i.Z[0]>i.z[0]/2||i.Z[1]>i.z[1]/2),s=new Map,a=(i,u,p)=>(t(i.f,u,p)?.earlier??[]).map(([c,l])=>[c,l]);return{re:n,
Zn(i,u,p){let c={f:i,z:p,m:"",Z:[0,0],r:[]};n.set(i,c),s.has(u)||s.set(u,c)},er(i){let u=n.get(i);n.delete(i);for(let[p,c]of s)c===u&&s.delete(p)},F(i,[u,p]){let c=n.
get(i);c&&(c.Z=[Math.max(0,c.Z[0]-u),Math.max(0,c.Z[1]-p)])},yn(i){let u=s.get(i.ch);return!u||!o(u)?!1:(u.J=i,!0)},xn(i){for(let u of n.values())!u.J||o(u)||(i(
u.J),u.J=void 0)},tr(){for(let i of n.values())i.J=void 0},nr({_:i,m:u,w:p}){let c=n.get(i);if(!c)return!0;let{o:l=0,ts:b=0,by:g,h:O,content:S=0,data:v}=p,h=v?.
slice()??new Uint8Array;if(c.Z[0]>4*c.z[0]+1||c.Z[1]>4*c.z[1]+16777216)return!1;c.m!==u&&c.r.push({term:u,earlier:a(c,u,l)}),c.m=u;let w={o:l,ts:b,type:S,data:h};
return g&&(w.by=g),O?.length&&(w.h=O),c.r.push(w),c.Z[0]++,c.Z[1]+=h.length,r.add(c),!0},rr({_:i,w:u}){let p=n.get(i);if(!p)return;let{from:c=0,to:l=0,term:b="",
after:g=0,why:O="unknown"}=u;p.m=b,p.r.push({gap:O,from:c,to:l,term:b,after:g,earlier:a(p,b,g)}),r.add(p)},zt(){for(let i of r){r.delete(i);let u=i.r;i.r=[],e({
e:"records",sub:i.f,items:u})}}}};var tt=e=>Array.from(crypto.getRandomValues(new Uint8Array(e)),t=>t.toString(16).padStart(2,"0")).join(""),et=e=>Number.parseInt(e,10),hn=(e,t)=>e instanceof j?
{code:Re(e.code),op:e.op,detail:e.detail+(e.cause?`: ${e.cause}`:"")}:{code:t,detail:String(e)},co=(e,t)=>{let n=Date.now()-performance.now(),r=()=>Math.round(n+
performance.now()),o=`connect to ${e.Jt.replace(/\?.*/,"")}`,{policy:s,durable:a}=e.Ie,i={connects:0,attempts:0,disconnects:{},published:0,delivered:0,failed:0,
unknown:0,duplicates:0,resent:0,received:0,duplicatesDropped:0,gaps:0,lost:0,bytesIn:0,bytesOut:0,rtt:0,outboxRecords:0,outboxBytes:0},u=!1,p=!1,c=!1,l=[],b=!1,
g=[],O=!1,S=!1,v=d=>{if(g.push(d),!O){O=!0;for(let x=g.shift();x;x=g.shift())x();O=!1,!S&&(S=!0,queueMicrotask(h))}},h=()=>{S=!1,!c&&(B.Gn(),je(),p&&!B.H&&v(Bn),
U())},w,F=1/0,U=()=>{let d=M.ve()??1/0;d>=F||(clearTimeout(w),F=d,w=setTimeout(()=>{F=1/0,v(G)},Math.min(Math.max(2,d-r()),1e9)))},G=()=>{c||(A?.Yn()&&k({s:"mov\
ed",G:r()}),k({s:"tick"}))},M=Xr({tt:tt(16),Nn:tt(8),ct:tt(16),ue:e.ue,qt:e.qt,Ae:e.Ae,we:e.we,Ht:!!e.Ie.Ue}),L,C,k=d=>{if(c)return;for(let $ of M.Dn(r(),d))P($);
let x=C;C=void 0,x?.()},P=d=>{switch(d.s){case"send":return Me(d.w);case"publish":return Wo(d);case"persist":B.Un(L,d.u),e.Ie.Ue||Dt(L);return;case"mark":return B.qn(
d);case"seal":return B.jn(d.f,d.ft);case"outcome":return zo(d);case"resolved":return B.ie(d.ft);case"held":d.u&&t({e:"held",ch:d.u.ch,at:d.G-r()+Date.now(),fault:I(
d)});return;case"lost":return i.lost+=d.I-d.j+1,t({e:"lost",ch:d.P,producer:d.N,from:d.j,to:d.I});case"record":i.received++,Z.nr(d)||(C=()=>te({code:Un,detail:"\
the server sends far more than the window"}));return;case"gap":return i.gaps++,Z.rr(d);case"subscribed":return t({e:"subscribed",sub:d._,term:d.w.term??"",o:d.w.
o??0});case"ended":return Hn(d._,d.C?I(d):void 0);case"welcome":return E(d);case"disconnect":C=()=>te(I(d),d.G-r());return;case"authenticate":return typeof e.He==
"function"?void 0:Se({code:Re(d.C),detail:_?.detail??""});case"fail":return Se(I(d));case"refresh":return J()}},I=d=>({code:Re(d.C),detail:d.W}),A,K=!1,W=0,m,_,
y=0,R=0,z=0,ee=0,ce=(d,x)=>{p&&!c&&(d="closing"),t({e:"status",status:{state:d,attempt:pe.Fe,..._&&{fault:_},...x}})},pe=oo(e.or,{zn:()=>{dt()},Kn:(d,x,$)=>ce("\
waiting",{retryAt:Date.now()+$}),ve:()=>v(D)},1/0),dt=async()=>{let d=++W;i.attempts++,clearTimeout(m),m=setTimeout(()=>v(()=>te({code:qn,op:o,detail:`no welcom\
e within ${e.wn} ms`})),e.wn);try{let x=e.He;if(typeof x=="function"&&(ce("authenticating"),x=await x(),d!==W))return;ce("connecting"),A=ao(e.sr,e.Jt,e.Kt,{ke:$=>v(
()=>{R=1,$===e.Kt.un?k({s:"connected",He:x}):Se({code:Zn,op:o,detail:`it chose the subprotocol "${$}"`})}),Qn:$=>v(()=>It($)),Pe:($,q)=>v(()=>te(R||$!==1006?{code:Re(
$),detail:q}:qe))}),R=0}catch(x){d===W&&v(()=>te({code:Ce,op:o,detail:String(x)}))}},qe={code:Ce,op:o,detail:"nobody answers there, or it is refused"},te=(d,x=0)=>{
if(!c){if(Ae(d.code),_=d,K&&(i.disconnects[et(d.code)]=(i.disconnects[et(d.code)]??0)+1),K=!1,Z.tr(),Pe.hn(),k({s:"disconnected",C:et(d.code)}),/^1\d{3}s/.test(
d.code))return Se(d);!c&&!pe.Jn("",Math.max(0,x),d)&&Se({code:tr,op:o,detail:d.detail??""})}},Ae=d=>{clearTimeout(m),W++,z+=A?.gt??0,A?.te(et(d)),A=void 0},je=()=>{
A&&A.gn()>Ds&&v(()=>te({code:Wn,detail:"the server takes too little"}))},It=d=>{let x=A;R++,i.bytesIn+=typeof d=="string"?d.length:d.byteLength;try{e.Kt.Fn(d,$=>(f(
$),A===x))}catch($){te({code:Jn,op:`read from ${e.Jt}`,detail:String($)})}Z.zt()},f=d=>{d.t==="pong"&&y&&(i.rtt=performance.now()-y,y=0),d.t==="reply"&&Pe.Gt(d);
let x=i.received;k({s:"frame",w:d}),d.t==="record"&&x===i.received&&i.duplicatesDropped++},E=d=>{clearTimeout(m),K=!0,i.connects++,pe.ke(),_=void 0;let{user:x,agent:$}=d.w;
ce("open",{...x&&{user:x},...$&&{server:$}}),Z.xn($n),Pe.ke()},D=()=>{if(!K||!A)return;let d=W,x=R;A.l({t:"ping"}),clearTimeout(m),m=setTimeout(()=>{d===W&&R===
x&&v(()=>te({code:jn}))},e.we/2)},J=async()=>{let d=W;if(!(typeof e.He!="function"||ee===d)){ee=d;try{let x=await e.He();d===W&&ke(x)}catch{}ee=0}},ke=d=>{K&&d&&
v(()=>A?.l({t:"refresh",token:d}))},Me=d=>{d.t==="hello"&&d.subs&&(d.subs=d.subs.filter(x=>!Z.yn(x))),!(d.t==="subscribe"&&Z.yn(d))&&(d.t==="ping"&&(y=performance.
now()),A?.l(d))},Wo=({u:d,w:x,Bn:$})=>{let q=B.ee.get(d.id);q&&(q.R||(q.R=!0,t({e:"entry",id:q.key,status:"sent"})),$&&i.resent++,A?.l({...x,h:q.h,content:q.type,
data:q.data}))},$n=d=>A?.l({...d,t:"subscribe"}),Go=d=>v(()=>{d._e.forEach(Dt);for(let x of d.Xe)x();d.Ve&&k({s:"persisted",f:d.Ve});for(let x of d.ce)k({s:"mar\
ked",...x})}),B=Yr(e.Ie,Go,d=>v(()=>Se(hn(d,De)))),Dt=d=>t({e:"entry",id:d.key,status:d.R?"sent":"pending",producer:d.p,number:d.n}),Rn=()=>{!u||b===B.Qe()||(b=
!b,t({e:"outbox",durable:a,full:b}))},Fe=(d,x)=>t({e:"entry",id:d,end:!0,...x}),zo=d=>{let x=B.jt(d.u.id);if(!x)return;i[d.Ke]++,d.pt&&i.duplicates++;let $={status:d.Ke};
d.Ke==="delivered"?($.ack={offset:d.x,duplicate:d.pt,synced:d.Ft,copies:d.Pt},Fe(x.key,$)):($.fault=I(d),B.Wn(()=>Fe(x.key,$))),Rn()},Z=uo(t,(d,x,$)=>M.Bt(d,x,$)),
Pe=io(t,d=>A?.l(d)),Hn=(d,x)=>{Z.zt(),Z.er(d),t({e:"ended",sub:d,...x&&{fault:x}})},We=(d,x,$)=>{i.failed++,Fe(d,{status:"failed",fault:{code:x,detail:$}})},Jo=d=>{
let x=B.je.get(d.id);if(x)Dt(x);else if(c||p)We(d.id,le,"the session was closed");else if(B.Qe(s==="drop-oldest"?2:1))s==="drop-newest"?We(d.id,Bt,"the outbox i\
s full, and drops what is new"):We(d.id,Nt,"the outbox is full");else return B.Y(An(d)),!0;return!1},An=d=>pn({ch:d.ch,data:d.data,h:d.h??[]}),Ko=d=>{let{id:x,ch:$,
type:q,data:Ie,h:Ge=[],exp:ut=0}=d,ze=An(d);if(s==="drop-oldest"){for(B.mn(ze);B.Qe()&&Vo(););if(B.Qe())return We(x,Nt,"everything in the outbox was sent, and w\
aits for its answer");B.Y(ze)}L={key:x,ch:$,type:q,data:Ie,h:Ge,bt:ze,R:!1},i.published++,k({s:"publish",P:$,he:Ie.length,V:ut&&ut-Date.now()+r()}),Rn()},Vo=()=>{
for(let d of B.ee.values())if(!d.R)return k({s:"drop",f:d.id,C:et(Bt)}),!B.ee.has(d.id);return!1},Fn=d=>{if(c)return In(d);switch(d.c){case"publish":return Ko(d);case"\
subscribe":{let{sub:x,c:$,earlier:q,...Ie}=d;Z.Zn(x,d.ch,d.window);let Ge=d.term?{term:d.term,offset:d.o??0,earlier:q??[]}:void 0;return k({s:"subscribe",_:x,Re:Ie,
Bt:Ge})}case"unsubscribe":return k({s:"unsubscribe",_:d.sub});case"done":Z.F(d.sub,d.took),d.o!==void 0&&k({s:"done",_:d.sub,m:d.term??"",x:d.o}),K&&Z.xn($n);return;case"\
call":return Pe.Vn(d,K);case"cancel":Pe.Xn(d.id);return;case"refresh":return d.token?ke(d.token):void J();case"reconnect":!A&&!p&&pe.Ye();return;case"stats":return Pn(
d.id);case"close":return Xo(d.drain)}},Pn=d=>t({e:"stats",id:d,stats:{...i,bytesOut:z+(A?.gt??0),outboxRecords:B.H,outboxBytes:B.xe}}),In=d=>{let x={code:le,detail:"\
the session was closed"};d.c==="publish"&&We(d.id,le,x.detail),d.c==="subscribe"&&t({e:"ended",sub:d.sub,fault:x}),d.c==="call"&&t({e:"reply",id:d.id,fault:x,type:0,
data:new Uint8Array}),d.c==="stats"&&Pn(d.id)},Dn,Xo=d=>{p||(p=!0,ce("closing"),Dn=setTimeout(()=>v(Bn),d))},Bn=()=>{k({s:"bye"}),Nn("closed")},Se=d=>Nn("failed",
d),Nn=(d,x)=>{if(c)return;Z.zt(),je(),c=!0;for(let q of[w,Dn])clearTimeout(q);pe.Wt(),Ae(x?.code??"1000"),_=x,ce(d);let $=x??{code:le,detail:"the session was cl\
osed"};for(let q of Z.re.keys())Hn(q,x);Pe.hn($),l.forEach(In);for(let q of B.ee.values())e.Ie.Ue?Fe(q.key,{status:q.R?"sent":"pending",fault:$}):q.R?Fe(q.key,{
status:"unknown",fault:{code:ct,detail:"the session ended before the answer came"}}):Fe(q.key,{status:"failed",fault:$});B.te().then(()=>t({e:"closed",left:B.H}))},
Qo=d=>{if(d&&c)return d.te();if(d){B.Ut(d),M.Ut(d.E,[...B.ee.values()].map(Is));for(let $ of B.ee.values()){let{key:q,ch:Ie,type:Ge,data:ut,h:ze,p:Yo,n:Zo}=$;t(
{e:"restored",id:q,ch:Ie,type:Ge,data:ut,h:ze,status:$.R?"sent":"pending",producer:Yo,number:Zo})}}u=!0,b=B.Qe(),t({e:"outbox",durable:a,full:b});let x=l;l=[],x.
forEach(Fn),pe.Ye()};return(e.Ie.Ue?.(e.ue,d=>v(()=>Se(hn(d,De))))??Promise.resolve(void 0)).then(d=>v(()=>Qo(d)),d=>v(()=>Se(hn(d,De)))),{a(d){d.c==="publish"&&
!Jo(d)||(u||c?v(()=>Fn(d)):l.push(d))}}},Is=({id:e,ch:t,p:n,n:r,size:o,sent:s,mem:a,expires:i})=>({id:e,ch:t,p:n,n:r,size:o,sent:s,mem:a,expires:i}),Ds=32<<20;var Bs=new TextEncoder,Ns=new TextDecoder,nt=e=>Bs.encode(e),rt=e=>Ns.decode(e),gn=(e,t,n)=>{if(t instanceof ArrayBuffer&&(t=new Uint8Array(t)),ArrayBuffer.isView(
t)){let o=new Uint8Array(t.buffer,t.byteOffset,t.byteLength).slice();if(n!=="json")return[n==="text"?1:0,o];t=JSON.parse(rt(o))}if(typeof t=="string"&&n!=="json")
return[n==="binary"?0:1,nt(t)];let r=JSON.stringify(t);if(r===void 0||n&&n!=="json")throw new j(Vn,e,`data cannot be ${n??"written as JSON"}`);return[2,nt(r)]},
ot=(e,t)=>e===2?JSON.parse(rt(t)):e?rt(t):t,yn=(e,t)=>{if(!/^[^\p{C}\p{Z}"\\\uFFFD]+$/u.test(t)||nt(t).length>255)throw new j(Kn,e,"1 to 255 bytes of printable \
text without spaces, quotes and backslashes are wanted")},lo=(e,t=[])=>{let n=(Array.isArray(t)?t:Object.entries(t)).map(([r,o])=>[`${r}`,`${o}`]);for(let[r,o]of n)
if(!r||nt(r).length>255||nt(o).length>4096||n.length>64)throw new j(_e,e,"headers: at most 64, names of 1 to 255 bytes, values of at most 4,096");return n};var Us=32,qs=50,fo=["binary","text","json"],Lt=(e,t,n)=>{let r=n.filter(([o,s])=>o!==e&&s<t);return[[e||"-",t],...r].map(([o,s])=>`${o}@${s}`).join(" ")},xn=class{gap;channel;offset;term;time;user;headers;type;bytes;$;constructor(t,n,r,{
o,ts:s,by:a="",h:i=[],type:u,data:p}){this.channel=t,this.term=n,this.offset=o,this.time=s,this.user=a,this.headers=i,this.type=fo[u],this.bytes=p,this.$=r}get data(){
return ot(fo.indexOf(this.type),this.bytes)}text(){return rt(this.bytes)}json(){return JSON.parse(this.text())}get position(){return Lt(this.term,this.offset,[])}get checkpoint(){
return Lt(this.term,this.offset,this.$)}},$t=class extends EventTarget{channel;f;a;vn;Vt=he();Ze=[];M=0;m="";$=[];ve;yt=!1;Se;xt;i;F=[0,0];L=0;constructor(t,n,r,o){
super(),this.f=t,this.channel=n,this.vn=r,this.a=o}get ready(){return this.Vt.ne}async*[Symbol.asyncIterator](){if(this.yt)throw new j(_e,`read ${this.channel}`,
"somebody else reads it already");this.yt=!0;try{for(;;){this.xt&&(this.i=this.xt),this.xt=void 0,this.M>255&&(this.Ze.splice(0,this.M),this.M=0);let t=this.Ze[this.M++];
if(this.B(!t)&&await js(),t){let n=this.Y(t);n&&(yield n);continue}if(this.Ze=[],this.M=0,this.Se?.kn)throw this.Se.kn;if(this.Se)return;await new Promise(n=>{this.ve=
n})}}finally{this.yt=!1}}Y(t){if("o"in t)return this.F[0]++,this.F[1]+=t.data.length,this.vn||(this.xt=[this.m,t.o]),new xn(this.channel,this.m,this.$,t);if(this.m=
t.term,this.$=t.earlier,"gap"in t)return wn(this.channel,t)}B(t){let n=performance.now(),r=n-this.L>qs;if(!t&&!r&&this.F[0]<Us)return!1;r&&(this.L=n);let[o,s]=this.i??
[];return(this.i||this.F[0])&&this.a({c:"done",sub:this.f,took:this.F,...s!==void 0&&{term:o,o:s}}),this.F=[0,0],this.i=void 0,r&&!t}ack(t){this.i=[t.term,t.offset],
this.B(!0)}close(){this.Se||(this.B(!0),this.Ze=[],this.M=0,this.a({c:"unsubscribe",sub:this.f}),this.Sn())}addEventListener(t,n,r){super.addEventListener(t,n,r),
t==="record"&&!this.yt&&this.ir()}async ir(){try{for await(let t of this)ne(this,t.gap?"gap":"record",t)}catch{}}qe(t){if(!this.Se){for(let n of t)this.Ze.push(
n);this.ve?.()}}ke(t,n){this.Vt.le(Lt(t,n,[]))}Sn(t){if(this.Se)return;let n=t&&me(t,`subscribe to ${this.channel}`);this.Se={...n&&{kn:n}},this.Vt.fe(n??me({code:le},
`subscribe to ${this.channel}`)),this.ve?.(),ne(this,"end",n)}},js=()=>new Promise(e=>{let{port1:t,port2:n}=new MessageChannel;t.onmessage=()=>{t.close(),e()},n.
postMessage(0)}),wn=(e,{gap:t,from:n,to:r,term:o,after:s,earlier:a})=>({gap:t,channel:e,from:n,to:r,checkpoint:Lt(o,s,a)});var st=class extends ft(){status={state:"connecting",attempt:0};outbox;messages;Be=new Map;y=new Map;J=new Map;K=tt(8);z;_n;Xt;Tn=he();Qt=new Map;Yt=0;constructor(t,n={}){
super(),this.messages=this.Be;let r=Gs(t),o=n.WebSocket??globalThis.WebSocket;if(!o)throw new j(_e,"open session","there is no WebSocket here; give the option W\
ebSocket");this.Xt=`session with ${r.replace(/\?.*/,"")}`,this.z=[n.window?.records??512,n.window?.bytes??1<<20];let s=n.outbox??ar(),a=n.user??"",i=c=>co({Jt:r,
Kt:n.codec??yr,He:n.token,ue:a,qt:n.agent??"holdfast-ts",Ie:s,or:n.backoff??{},wn:n.connectTimeout??1e4,Ae:n.ackTimeout,we:n.pongTimeout??1e4,sr:o},c),u=c=>this.qe(
c),p=s.Ue?s.name:"";this._n=n.tabs?n.tabs(i,u,{url:r,user:a,outbox:p,page:this.K}):i(u)}get state(){return this.status.state}get error(){return this.status.fault&&
me(this.status.fault,this.Xt)}publish(t,n,r={}){let o=`publish to ${t}`;yn(o,t);let[s,a]=gn(o,n,r.type),i=lo(o,r.headers),u=`${this.K}:${++this.Yt}`,p=new Je(u,
t,n);return this.Be.set(u,p),this.a({c:"publish",id:u,ch:t,type:s,data:a,...i[0]&&{h:i},...r.ttl&&{exp:Date.now()+r.ttl}}),p}subscribe(t,n={}){let r=`subscribe \
to ${t}`;yn(r,t);let o=++this.Yt,s=[n.window?.records??this.z[0],n.window?.bytes??this.z[1]],a={c:"subscribe",sub:o,ch:t,window:s,...zs(r,n.from)};n.cursor&&(a.
cursor=n.cursor);let i=new $t(o,t,n.ack==="manual",u=>this.a(u));return this.y.set(o,i),this.a(a),n.signal?.addEventListener("abort",()=>i.close(),{once:!0}),n.
signal?.aborted&&i.close(),i}channel(t){return{name:t,publish:(n,r)=>this.publish(t,n,r),subscribe:n=>this.subscribe(t,n)}}call(t,n,r={}){let o=`call ${t}`,[s,a]=n===
void 0?[0,new Uint8Array]:gn(o,n),[i,u]=this.En(),p=(g,O)=>{this.a({c:"cancel",id:i}),u.fe(new j(g,o,O))},c=r.timeout??3e4,l=setTimeout(()=>p(Gn,`no reply withi\
n ${c} ms`),c),b=()=>p(er,"");return r.signal?.addEventListener("abort",b),r.signal?.aborted?b():this.a({c:"call",id:i,name:t,type:s,data:a,...r.key&&{key:r.key}}),
u.ne.finally(()=>{clearTimeout(l),r.signal?.removeEventListener("abort",b),this.J.delete(i)})}refresh(t){this.a({c:"refresh",...t&&{token:t}})}reconnect(){this.a(
{c:"reconnect"})}stats(){let[t,n]=this.En();return this.a({c:"stats",id:t}),n.ne}connected(){return this.Zt(()=>this.state==="open")}room(){return this.Zt(()=>!!this.
outbox&&!this.outbox.full)}flush(){return this.Zt(()=>!!this.outbox&&!this.Be.size)}close({drain:t=5e3}={}){return this.a({c:"close",drain:t}),this.Tn.ne}a(t){this._n.a(
t)}En(){let t=++this.Yt,n=he();return this.J.set(t,n),[t,n]}Zt(t){let n=he();return this.Qt.set(n,t),this.wt(),n.ne}wt(){let t=this.state==="failed"||this.state===
"closed";for(let[n,r]of this.Qt){if(r())n.le();else if(t)n.fe(this.error??me(Ws,this.Xt));else continue;this.Qt.delete(n)}}qe(t){switch(t.e){case"status":return this.
status=t.status,ne(this,"status",t.status),t.status.state==="failed"&&ne(this,"error",this.error),this.wt();case"outbox":return this.outbox={durable:t.durable,full:t.
full},ne(this,"status",this.status),this.wt();case"restored":return this.Be.set(t.id,new Je(t.id,t.ch,ot(t.type,t.data),t.status)),this.u({e:"entry",id:t.id,status:t.
status,producer:t.producer,number:t.number},!0);case"entry":return this.u(t);case"records":return this.H(t.sub,t.items);case"subscribed":return this.y.get(t.sub)?.ke(
t.term,t.o);case"ended":{let n=this.y.get(t.sub);return this.y.delete(t.sub),n?.Sn(t.fault)}case"reply":return this.Gt(t);case"stats":this.J.get(t.id)?.le(t.stats),
this.J.delete(t.id);return;case"held":ne(this,"held",{channel:t.ch,at:t.at,error:me(t.fault,`publish to ${t.ch}`)});return;case"lost":ne(this,"lost",{channel:t.
ch,producer:t.producer,from:t.from,to:t.to});return;case"closed":return this.Tn.le(t.left)}}u(t,n=!1){let r=this.Be.get(t.id);r&&(t.end&&this.Be.delete(t.id),(r.qe(
t)||n)&&ne(this,"message",r),t.end&&this.wt())}H(t,n){let r=this.y.get(t);if(r){r.qe(n);for(let o of n)"gap"in o&&ne(this,"gap",wn(r.channel,o))}}Gt({id:t,fault:n,
type:r,data:o}){let s=this.J.get(t);if(n)return s?.fe(me(n,"call"));try{s?.le(ot(r,o))}catch(a){s?.fe(a)}}},Ws={code:le,detail:"the session was closed"},Gs=e=>{
try{let t=new URL(e,globalThis.location?.href);if(t.protocol=t.protocol.replace("http","ws"),/^wss?:$/.test(t.protocol))return t.hash="",t.pathname==="/"&&(t.pathname=
"/ws"),t.href}catch{}throw new j(_e,"open session",`url: "${e}" is none for ws, wss, http or https`)},zs=(e,t="head")=>{if(typeof t=="string")return{at:t};if("l\
ast"in t)return{at:"last",last:t.last};if("since"in t)return{at:"time",since:t.since};if("offset"in t)return t.offset?{at:"position",o:t.offset}:{at:"start"};let n=t.
checkpoint.split(/\s+/).filter(Boolean);if(!n[0])return{at:"start"};let[[r,o],...s]=n.map(a=>{let i=/^(-|[\da-f]{16})@(\d{1,16})$/.exec(a);if(!i||n.length>8)throw new j(
_e,e,`checkpoint: "${t.checkpoint}"`);return[i[1].replace("-",""),+i[2]]});return r?{at:"position",term:r,o,earlier:s}:o?{at:"position",o}:{at:"start"}};var T=e=>document.getElementById(e);function N(e,t,...n){let r=document.createElement(e);return t&&(r.className=t),r.append(...n),r}function Y(e,t){e.textContent!==
t&&(e.textContent=t),e.hidden=t===""}var xe=e=>Y(T("announcement"),e);function Rt(e){let t=new Date(e),n=t.toDateString()===new Date().toDateString(),r=N("time",
"",n?t.toLocaleTimeString():t.toLocaleString());return r.dateTime=t.toISOString(),r.title=t.toLocaleString(void 0,{dateStyle:"full",timeStyle:"long"}),r}function it(e,t=""){
let n=N("span",`badge ${e}`,e);return n.title=t,n}function He(e,t,n){Y(t,n),n?e.setAttribute("aria-invalid","true"):e.removeAttribute("aria-invalid")}var vn=e=>new TextEncoder().
encode(e);function Js(e,t){if(t.trim()==="")return"There is nothing to send yet.";if(!e)return"";try{return JSON.parse(t),""}catch(n){return`That is not JSON: ${n.message}`}}
function po(e){let t=T("composer"),n=T("message"),r=()=>new FormData(t).get("type")==="json",o=()=>{n.rows=Math.min(6,n.value.split(`
`).length)};function s(){let a=r(),i=n.value,u=Js(a,i)||e(a?{json:i.trim()}:{text:i});He(n,T("mistake"),u),u||(n.value=""),o(),n.focus()}t.onsubmit=a=>{a.preventDefault(),
s()},n.oninput=()=>{He(n,T("mistake"),""),o()},n.onkeydown=a=>{a.key!=="Enter"||a.shiftKey||a.isComposing||(a.preventDefault(),s())},t.onchange=()=>{let a=r();n.
placeholder=a?'{"any": "JSON value"}':"Write a message",n.classList.toggle("json",a),He(n,T("mistake"),"")},n.focus()}var Ee=e=>{let{code:t,detail:n}=e;return typeof t=="number"?{code:t,detail:String(n??"")}:{code:4300,detail:String(e)}},se=(e,t)=>`${e.toLocaleString()} ${t}${e===
1?"":"s"}`,kn=e=>e.charAt(0).toUpperCase()+e.slice(1);function mo(e){function t({code:a,detail:i}){let u=e[a]?.[1]??"the server said something that this page ha\
s no words for";return!i||i.includes(u)?kn(`${u} (${a}).`):kn(`${a<4e3?i:`${u}: ${i}`} (${a}).`)}let n=a=>e[a]?.[2]?`${kn(e[a][2])}.`:"",r=({waiting:a,durable:i})=>{
let u=i?"safe in this browser":"here";return a===0?i?"What you write is kept in this browser.":"What you write waits here.":`${se(a,"message")} ${a===1?"waits":
"wait"} ${u}.`};function o(a){let i=a.user?`to ${a.host} as ${a.user}.`:`to ${a.host}.`,u=Number.isNaN(a.tokenEnds)?"soon":`in ${a.tokenEnds} s`;return a.tokenEnds!==
void 0?`${i} The token ends ${u}; with the next one you stay connected.`:a.waiting>0?`${i} ${se(a.waiting,"message")} on the way.`:i}function s(a){let i=a.fault?
t(a.fault):"";if(a.wantsToken)return["Not let in.",`${i} ${a.fault?n(a.fault.code):""} ${r(a)}`];switch(a.state){case"open":return["Connected",o(a)];case"waitin\
g":return a.offline?["Offline.",`It goes on when there is a network again. ${r(a)}`]:[`${a.before?"Cut off":"Not connected"}. Next try in ${a.retryIn??0} s.`,`${i}\
 ${r(a)}`];case"failed":return["Stopped.",`${i} ${a.fault?n(a.fault.code):""}`];case"closing":case"closed":return["Closed.",""];default:return[a.before?"Connect\
ing again…":"Connecting…",`to ${a.host}. ${a.before||a.waiting>0?r(a):""}`]}}return{sentence:t,advice:n,connection:s}}var Ht=(e,t)=>e[t]?.[0]??["now","later",
"authenticate","stop"][Math.floor(t/100)-40]??"now";function bo(e,t,n,r){let o=!1,s,a,i="",u=l=>Ht(n,l)==="authenticate";async function p(){let{status:l}=e,b=(g,O=4107)=>{e.status===l&&(a={code:O,detail:g})};try{
let g=await fetch("readyz",{cache:"no-store",signal:AbortSignal.timeout(3e3)}),O=(await g.text()).trim().slice(0,80),S=Number(g.headers.get("Holdfast-Code"));S?
b(O,S):g.ok?b("the server is there but took no connection"):b(`the server is not ready: ${O}`)}catch{b("the server cannot be reached")}}let c=l=>{let{state:b,retryAt:g=0,
user:O}=e.status,S=b==="open";return{host:location.host,state:b,before:o,user:O,offline:navigator.onLine===!1,fault:s??a??(e.error&&Ee(e.error)),retryIn:Math.max(
0,Math.ceil((g-Date.now())/1e3)),wantsToken:!S&&s!==void 0,tokenEnds:S&&r.asked()?r.left()??Number.NaN:void 0,waiting:l.waiting,durable:e.outbox?.durable??!0}};
return{refused:()=>s!==void 0||e.error!==void 0&&u(e.error.code),changed(){let{state:l}=e,b=e.error&&Ee(e.error);l==="open"?(o=!0,s=void 0):b&&u(b.code)&&(s=b),
a=void 0,l==="waiting"&&b?.code===4107&&!s&&p(),l!==i&&(i=l,l==="open"&&xe("Connected."),l==="waiting"&&!s&&xe(`Cut off. ${b?t.sentence(b):""} It is tried again\
 by itself.`),l==="failed"&&xe(`Stopped. ${b?t.sentence(b):""}`))},show(l){let b=c(l),[g,O]=t.connection(b),S=b.wantsToken?"failed":b.state;T("connection").dataset.
state=S==="authenticating"?"connecting":S==="failed"||S==="closed"?"stopped":S,Y(T("headline"),g),Y(T("explanation"),O.trim()),Y(T("tabs"),l.tabs),r.show(b.wantsToken===
!0||b.tokenEnds!==void 0),T("retry").hidden=b.wantsToken===!0||b.state!=="waiting"&&b.state!=="failed",T("retry").textContent=b.state==="failed"?"Load again":"T\
ry now"}}}function Ks(e){try{let t=e.split(".")[1].replaceAll("-","+").replaceAll("_","/");return Number(JSON.parse(atob(t)).exp)*1e3}catch{return Number.NaN}}function ho(e){
let t="",n=[],r=T("token"),o=T("credentials"),s=typeof BroadcastChannel=="function"?new BroadcastChannel("holdfast page"):void 0;function a(i){t=i;let u=n;n=[];
for(let p of u)p(t);e()}return s&&(s.onmessage=({data:i})=>{typeof i?.token=="string"?a(i.token):t&&s.postMessage({token:t})},s.postMessage({})),o.onsubmit=i=>{
i.preventDefault();let u=r.value.trim();r.value="",s?.postMessage({token:u}),a(u),T("message").focus()},{next:i=>i?new Promise(u=>n.push(u)):t,asked:()=>n.length>
0,left(){let i=Ks(t);return Number.isNaN(i)?void 0:Math.max(0,Math.ceil((i-Date.now())/1e3))},show(i){i&&o.hidden&&setTimeout(()=>r.focus()),o.hidden=!i}}}var de=e=>e.toLocaleString();function Sn(e){if(e<1e3)return se(e,"byte");let t=["kB","MB","GB"],n=-1;do e/=1e3,n++;while(e>=1e3&&n<t.length-1);return`${e.toLocaleString(
void 0,{maximumFractionDigits:1})} ${t[n]}`}var Vs=e=>e>0?`${e<10?e.toFixed(1):Math.round(e)} ms`:"not measured yet";function Xs(e){let t=Object.entries(e);return t.
length?t.map(([n,r])=>r>1?`${r} × ${n}`:n).join(", "):"none"}var go=(e,t)=>[["Connection",[["Round trip",Vs(e.rtt)],["Connections",`${de(e.connects)} of ${se(e.
attempts,"attempt")}`],["Ends, by code",Xs(e.disconnects)],["Bytes in, out",`${Sn(e.bytesIn)}, ${Sn(e.bytesOut)}`],["Tabs",t.tabs]]],["Publishing",[["Taken",de(
e.published)],["Delivered",de(e.delivered)],["Failed, unknown",`${de(e.failed)}, ${de(e.unknown)}`],["Sent again",de(e.resent)],["… which the server had",de(e.
duplicates)],["Waiting",`${de(e.outboxRecords)} (${Sn(e.outboxBytes)})`],["Kept",t.outbox]]],["Receiving",[["Received",de(e.received)],["Doubles dropped",de(e.duplicatesDropped)],
["Gaps",de(e.gaps)],["Lost by the server",de(e.lost)]]]];function yo(e,t){let n=T("figures-panel"),r=T("figures-button"),o=new Map;function s(c){for(let[l,b]of go(
c,t()))for(let[g,O]of b){let S=`${l} ${g}`,v=o.get(S);v&&Y(v,O)}}function a(c){for(let[l,b]of go(c,t())){let g=N("dl","");for(let[O,S]of b){let v=N("dd","",S);o.
set(`${l} ${O}`,v),g.append(N("div","",N("dt","",O),v))}n.append(N("section","",N("h2","",l),g))}}async function i(){let c=await e();o.size===0?a(c):s(c)}let u=()=>{
i().catch(()=>{})},p;r.onclick=()=>{let c=n.hidden;n.hidden=!c,r.setAttribute("aria-expanded",String(c)),clearInterval(p),c&&(u(),p=setInterval(u,1e3))}}var Qs=500,Ys=8,Zs=e=>Array.from(e.subarray(0,100),t=>t.toString(16).padStart(2,"0")).join(" ");function ei(e){if("text"in e)return N("div","payload",N("p","dat\
a",e.text));let t="bytes"in e,n=t?`${Zs(e.bytes)}${e.bytes.length>100?" …":""}`:e.json;return N("div","payload",N("span","kind",t?se(e.bytes.length,"byte"):"J\
SON"),N("code","data",n))}function _n(e,t,n,r){let o=N("span","offset",e?String(e):"–");o.title=e?`offset ${e}`:"it has no offset yet";let s=N("span","meta");
return r&&s.append(N("span","by",r)),n&&s.append(Rt(n)),N("li","record",o,ei(t),s)}function xo(e){let t=T("log"),n=new Map,r=0,o=0;function s(i){for(t.append(i),
o++;t.childElementCount>Qs;){let u=t.firstElementChild;u.classList.contains("record")&&r++,n.delete(Number(u.dataset.offset)),u.remove()}e()}return{clear(){n=new Map,
r=0,t.replaceChildren()},startsAfter(i){n.size===0&&(r=i)},record(i,u,p,c){let l=_n(i,u,p,c);l.dataset.offset=String(i),n.set(i,l),s(l)},notice(i){s(N("li","not\
ice",i))},mine(i,u){let p=n.get(i);if(!p)return!1;if(p.classList.contains("mine"))return!0;p.classList.add("mine");let c=p.querySelector(".meta");return c.querySelector(
".by")?.remove(),c.prepend(N("span","by","you")),c.append(it("delivered",u.synced?`synced to disk, on ${se(u.copies||1,"machine")}`:"in the server’s memory")),
!0},forked(i){for(let[u,p]of n)u<i||(p.classList.add("gone"),p.querySelector(".badge")?.replaceWith(it("gone")),n.delete(u))},empty:()=>t.childElementCount===0,
hidden:()=>r,settle(){T("live").setAttribute("aria-live",o>Ys?"off":"polite"),o=0}}}var wo=100,Tn=e=>e.status==="failed"||e.status==="unknown",ti=e=>e.status==="pending"||e.status==="sent";function vo(e,t,n,r){let o=[],s=new Map,a="";function i(l){
o=o.filter(b=>b!==l),u(l),T("message").focus(),r()}function u(l){s.get(l)?.remove(),s.delete(l)}function p(l){let b=l.fault??{code:0},g=N("button","quiet","Send\
 again"),O=N("button","quiet","Dismiss");return g.type=O.type="button",O.onclick=()=>i(l),g.onclick=()=>{i(l),n(l)},N("div","trouble",N("p","",`${e.sentence(b)}\
 ${e.advice(b.code)}`),g,O)}function c(l){let b=s.get(l);b||(b=_n(0,l.payload,0,"you"),b.classList.add("mine"),b.querySelector(".meta").append(Rt(l.at)),s.set(l,
b),T("queue").append(b));let g=`${l.status}|${l.fault?.code??""}`;b.dataset.shown!==g&&(b.dataset.shown=g,b.querySelector(".badge")?.remove(),b.querySelector(".\
trouble")?.remove(),b.querySelector(".meta").append(it(l.status)),l.fault&&(b.append(Tn(l)?p(l):N("div","trouble",e.sentence(l.fault))),Tn(l)&&xe(`A message ${l.
status==="failed"?"failed":"has an unknown outcome"}. ${e.sentence(l.fault)}`)))}return{add:l=>{o.push(l)},waiting:()=>o.filter(ti).length,clear(){s.clear(),T("\
queue").replaceChildren()},refresh(l,b){o=o.filter(h=>{if(h.status!=="delivered")return!0;let{offset:w=0,synced:F=!1,copies:U=0}=h,G=h.channel!==l||w<=b;return h.
channel===l&&w&&t.mine(w,{synced:F,copies:U}),G&&u(h),!G});let g=o.filter(h=>h.channel===l);for(let h of g.slice(0,wo))c(h);let O=g.length-wo;Y(T("queue-more"),
O>0?`and ${se(O,"more message")}.`:""),T("outgoing").hidden=g.length===0,g.length===0&&(a=""),Y(T("queue-held"),a),Y(T("outgoing-title"),g.length===0||g.some(h=>!Tn(
h))?"Not yet in the channel":"Not stored, or not known to be");let S=o.filter(h=>h.channel!==l),v=[...new Set(S.map(h=>h.channel))].join(", ");Y(T("elsewhere"),
S.length?`${se(S.length,"message")} of yours ${S.length===1?"is":"are"} not stored in ${v}.`:"")},held(l){a=l,xe(l),r()},empty:()=>s.size===0}}var ko=()=>typeof BroadcastChannel=="function"&&!!globalThis.navigator?.locks;function So(e,t,n){let r,o,s=(a,i,u)=>{let{signal:p}=o;return navigator.locks.request(
`holdfast ${e} ${a}`,{signal:p},()=>{if(!p.aborted)return i(),u?void 0:new Promise(c=>p.addEventListener("abort",()=>c()))}).catch(c=>{if(!p.aborted)throw c})};
return{en:()=>new Promise((a,i)=>{if(o)return a();o=new AbortController,r=new BroadcastChannel(`holdfast ${e}`),r.onmessage=({data:u})=>{!u||typeof u.t!="string"||
typeof u.from!="string"||u.to&&u.to!==t||(u.v===1?n.ar(u):n.dr(u.t))},s(`tab ${t}`,()=>{a(),s("lead",n.ur).catch(i)}).catch(i)}),tn:()=>{o?.abort(),r?.close(),o=
r=void 0},a:(a,i,u)=>r?.postMessage({...i,v:1,t:a,from:t,to:u}),vt:a=>{s(`tab ${a}`,()=>n.Pe(a),!0)}}}var _o=(e,t)=>!e||t&&t.o<e.o?t:e;function To(e,t){let n=new Map,r=[],o=0,s,a,i=[0,0],u=0,p=[0,0],c,l,b=()=>n.size>1?void 0:n.keys().next().value,g=()=>[...n.values(),
...c?[c]:[]],O=()=>{o&&t.a({c:"unsubscribe",sub:o}),o=0},S=M=>{O(),o=t.Te(G),s=g().find(C=>C.k.cursor)?.k.cursor;let L=[0,1].map(C=>Math.min(...g().map(k=>k.k.window[C])));
t.a({...M,sub:o,window:L,...s&&{cursor:s}}),i=[0,0],p=[0,0],u=0;for(let C of n.values())C.F=[0,0]},v=M=>{let{term:L,o:C,earlier:k}=M;S({c:"subscribe",sub:o,ch:e,
at:"position",o:C,window:[0,0],...L&&{term:L,earlier:k}}),h(M)},h=M=>{a={...M},l=void 0,t.B({e:"open",ch:e,g:o,at:M},b())},w=()=>{c||!r.length||(c=r.shift(),l=n.
size?a:void 0,a=void 0,S(c.k))},F=()=>{c=void 0,l&&n.size&&v(l),w()},U=()=>{if(!o||!n.size||c)return;let M,L=[...i];for(let P of n.values()){(!M||P.i<M.i)&&(M=P);
for(let I of[0,1])L[I]=Math.min(L[I],P.F[I])}let C=[L[0]-p[0],L[1]-p[1]],k=M.i>u;!k&&!C[0]&&!C[1]||(p=L,k&&(u=M.i),t.a({c:"done",sub:o,took:C,...k&&{term:M.m,o:u}}))},
G={P:e,_:()=>o,en(M,L){let{sub:C,cursor:k}=L.cmd,P={De:M,_:C,k:L.cmd,i:L.done??0,m:L.at?.term??"",F:[...i]},I=[...g(),...r].find(A=>k&&A.k.cursor&&A.k.cursor!==
k);if(I){let A={code:Xn,detail:`another tab reads it with the cursor ${I.k.cursor}`};t.B({e:"ended",sub:C,fault:A},M)}else L.at?(n.set(M,P),c?l=_o(l,L.at):!a||L.
at.o<a.o||k&&!s?v(_o(a,L.at)):t.B({e:"open",ch:e,g:o,at:a},M)):(r.push(P),w())},tn(M){let L=n.get(M);n.delete(M);let C=r.findIndex(k=>k.De===M);return C>=0&&r.splice(
C,1),c?.De===M?(O(),F()):L?.k.cursor&&n.size&&a?v(a):U(),n.size||c||r.length?!1:(O(),!0)},i(M,L,C,k,P){let I=n.get(M);I&&(L===o&&(I.F=[I.F[0]+C[0],I.F[1]+C[1]]),
k!==void 0&&([I.i,I.m]=[k,P??""]),U())},cr(M,L){if(!c)return;let C=c,k={term:M,o:L,earlier:C.k.term?C.k.earlier??[]:[]};c=void 0,C.i=L,C.m=M,n.size||(l=void 0),
n.set(C.De,C),t.B({e:"subscribed",sub:C._,term:M,o:L},C.De),l&&l.o<L?v(l):h(k),w()},H(M){if(a){for(let L of M)"gap"in L?a={term:L.term,o:L.after,earlier:L.earlier}:
"term"in L?a={...a,term:L.term,earlier:L.earlier}:(a.o=L.o,i[0]++,i[1]+=L.data.length);t.B({e:"stream",ch:e,items:M},b())}},jt(M){o=0;let L=c?[c]:[...n.values()];
for(let C of L)t.B({e:"ended",sub:C._,...M&&{fault:M}},C.De),n.delete(C.De);return c||(a=void 0),F(),!n.size&&!c}};return G}var ni=1e3,ri=1e3,oi=1e3;function Oo(e,t){let n=new Map,r=new Map,o=new Map,s=new Map,a=new Map,i=new Map,u=0,p,c,l=[],b,g=[],O=[],S=()=>{let m=O;O=[];for(let _=0;_<
m.length;){let y=m[_][1],R=[];for(;_<m.length&&m[_][1]===y;_++)R.push(m[_][0]);e.B(R,y)}},v=(m,_)=>{O.push([m,_])===1&&queueMicrotask(S)},h=m=>n.get(m)?.kt,w=(m,_)=>{
if(!(!_.nn||!_.kt||!c)){_.nn=!1;for(let y of a.values())n.has(Eo(y.id))||v(y,m)}},F=()=>{for(;l.length&&c&&(!c.full||l.length>oi);)W.a(l.shift())},U=m=>{let _=Eo(
m.id),{status:y,producer:R="",number:z=0}=m;if(m.end?a.delete(m.id):a.has(m.id)&&Object.assign(a.get(m.id),R?{status:y,producer:R,number:z}:{status:y}),h(_))return v(
m,_);v(m),m.end&&(i.set(m.id,m),i.size>ri&&i.delete(i.keys().next().value))},G=m=>{if(!(b&&m.e!=="closed"&&(m.e!=="entry"||/pending|sent/.test(m.status))))switch(m.
e){case"status":return p=m,v(m);case"outbox":c=m;for(let[_,y]of n)w(_,y);return v(m),F();case"restored":return void a.set(m.id,m);case"entry":return U(m);case"s\
ubscribed":case"records":case"ended":return M(m);case"reply":case"stats":{let _=s.get(m.id);return s.delete(m.id),_&&v({...m,id:_[1]},_[0])}case"closed":return b||
v(m),S(),b?.();default:v(m)}},M=m=>{let _=o.get(m.sub);m.e==="ended"&&o.delete(m.sub),_?._()===m.sub&&(m.e==="records"?_.H(m.items):m.e==="subscribed"?_.cr(m.term,
m.o):m.e==="ended"&&_.jt(m.fault)&&r.delete(_.P))},L=m=>{let _=r.get(m);return _||(_=To(m,{Te:y=>(o.set(++u,y),u),a:y=>W.a(y),B:v}),r.set(m,_)),_},C=(m,_)=>{if(g)
return void g.push([m,_]);let y=L(_.cmd.ch);n.get(m)?.y.set(_.cmd.sub,y),y.en(m,_)},k=(m,_)=>{_.tn(m)&&r.delete(_.P)},P=m=>{if(!g||!m&&[...n.values()].some(y=>!y.kt))
return;clearTimeout(K);let _=g.sort(([,y],[,R])=>(y.at?.o??1/0)-(R.at?.o??1/0));g=void 0;for(let[y,R]of _)n.has(y)&&C(y,R)},I=(m,_,y)=>{let R="sub"in y?_.y.get(
y.sub):void 0;switch(y.c){case"join":return C(m,y);case"unsubscribe":return _.y.delete(y.sub),g=g?.filter(([z,ee])=>z!==m||ee.cmd.sub!==y.sub),R&&k(m,R);case"do\
ne":return R?.i(m,y.g,y.took,y.o,y.term);case"call":case"stats":return s.set(++u,[m,y.id]),W.a({...y,id:u});case"cancel":for(let[z,[ee,ce]]of s)ee===m&&ce===y.id&&
W.a({...y,id:z});return;case"publish":{let z=i.get(y.id);return i.delete(y.id),z?v(z,m):(a.set(y.id,{...y,e:"restored",status:"pending",producer:"",number:0}),l.
push(y),F())}default:W.a(y)}},A={On(m,_,y){h(m)?A.Pe(m):n.has(m)||e.vt(m);let R={kt:!0,nn:_,y:new Map};n.set(m,R),p&&v(p,m),w(m,R),c&&v(c,m),A.Y(m,y),P()},Y(m,_){
let y=n.get(m);if(y)for(let R of _)I(m,y,R)},Pe(m){let _=n.get(m);n.delete(m);for(let y of new Set(_?.y.values()))k(m,y);for(let[y,[R]]of s)R===m&&s.delete(y);P()},
te(m){clearTimeout(K),b=m,W.a({c:"close",drain:0}),S()},Ne(){clearTimeout(K),S(),b=()=>{},W.a({c:"close",drain:-1})}},K=setTimeout(P,ni,!0);for(let m of t)n.set(
m,{kt:!1,nn:!1,y:new Map}),e.vt(m);let W=e.rn(G);return A}var Eo=e=>e.slice(0,e.indexOf(":"));var Lo=e=>({k:e,G:void 0,Ye:0,Mn:void 0,on:0,L:!1,i:0,St:[0,0],Q:[0,0]}),$o=(e,t,n)=>{let{earlier:r=[]}=e.k;e.G={term:t,o:n,earlier:e.k.term?r:[]},e.Ye=e.i=n},Ro=(e,t,n)=>{
e.on=n,e.Mn={...t},e.Q=[...e.St]},Ho=(e,t)=>t.map((n,r)=>{let o=Math.min(n,e.Q[r]);return e.Q[r]-=o,e.St[r]-=n,n-o});var Mo=e=>[...e.earlier,[e.term,e.o]],Co=(e,t)=>e.earlier.length>=7&&t<=e.earlier[0][1]?void 0:e.earlier.find(([,n])=>t<=n)?.[0]??e.term,si=(e,t,n,r)=>{if(n.term===
e.term||!e.term||r<=t||!e.o)return!1;let[o,s]=r>e.o?[e.term,Co(n,e.o)]:[Co(e,r),n.term];return o!==void 0&&s!==void 0&&o!==s},ii=(e,t)=>{let n=new Map(Mo(t)),r=Mo(
e);for(let o=r.length;o--;){let[s,a]=r[o];if(n.has(s))return{term:s,o:Math.min(a,n.get(s)),earlier:r.slice(0,o)}}return{term:"",o:0,earlier:[]}};function Ao(e,t){
let{G:n,Mn:r}=e,o={r:[],_t:[0,0],Cn:!1};if(!n||!r||r.o>n.o)return o;for(let s of t)if("gap"in s)ai(n,r,s,o.r);else if("term"in s)r.term=s.term,r.earlier=s.earlier;else if(si(
n,e.Ye,r,s.o)){let a=ii(n,{...r,o:s.o});return o.r.push({gap:"fork",from:a.o+1,to:n.o,term:a.term,after:a.o,earlier:a.earlier}),Object.assign(n,a),o.Cn=!0,r.o=Number.
POSITIVE_INFINITY,o}else{r.o=s.o;let a=s.data.length;s.o>n.o?((!e.L||n.term!==r.term)&&o.r.push({term:r.term,earlier:r.earlier}),e.L=!0,Object.assign(n,r),o.r.push(
s),e.St[0]++,e.St[1]+=a):(o._t[0]++,o._t[1]+=a)}return o}var ai=(e,t,n,r)=>{let o={term:n.term,o:n.after,earlier:n.earlier},s=n.gap==="fork";Object.assign(t,o),
(s?e.o>n.after:n.to>e.o)&&(r.push({...n,from:s?n.after+1:Math.max(n.from,e.o+1),to:s?e.o:n.to}),Object.assign(e,o))};var di=256,En=(e,t)=>({code:e,detail:t});function Fo(e){let t=new Map,n=new Set,r=new Set,o=new Map,s=new Map,a="",i="",u,p=!1,c=!0,l,b,g=!1,O=!1,S=[],v=0,h,w=!1,
F=()=>{let f=S;if(S=[],!(!a||!f.length)){for(let E of f)E.c==="publish"&&(t.get(E.id).R=!0),E.c==="call"&&o.has(`call${E.id}`)&&(o.get(`call${E.id}`).R=!0);l?l.Y(
e.K,f):y.a("want",{e:i,list:f},a)}},U=f=>{S.push(f)===1&&queueMicrotask(F)},G=({k:f,G:E,i:D})=>({c:"join",cmd:f,...E&&{at:{...E},done:D}}),M=f=>{for(let[E,{k:D,
R:J}]of o)!J||D.c!=="call"||D.key||(o.delete(E),e.T({e:"reply",id:D.id,fault:En(Ce,"the tab that made it is gone"),type:0,data:new Uint8Array}));if(f)for(let[E,
{R:D}]of t)D&&(t.delete(E),e.T({e:"entry",id:E,status:"unknown",end:!0,fault:En(ct,"the tab that sent it is gone")}))},L=()=>[...[...t.values()].map(f=>f.k),...[
...s.values()].map(G),...[...o.values()].map(f=>f.k)],C=(f,E)=>{if(!g||E===i)return;i&&M(!u?.durable),S=[],a=f,i=E;let D=L(),J={e:E,fresh:c,list:D};c=!1;for(let ke of[
...t.values(),...o.values()])ke.R=!0;l?l.On(e.K,J.fresh,D):y.a("hello",J,f)},k=(f,E,D)=>{let J=Ao(E,D);J.r.length&&e.T({e:"records",sub:f,items:J.r}),J._t[0]&&U(
{c:"done",sub:f,g:E.on,took:J._t}),J.Cn&&U(G(E))},P=f=>{if(!u)return;let E=u.full||r.size>=di;!f&&E===p||(p=E,e.T({...u,full:p}))},I=f=>{let E=t.get(f.id);if((f.
number||f.end)&&r.delete(f.id),E&&(E.Ln=f.status),(E||n.has(f.id))&&e.T(f),!f.end)return P();t.delete(f.id),n.delete(f.id),P(),h&&!t.size&&qe()},A=f=>{switch(f.
e){case"entry":return I(f);case"restored":return n.add(f.id),e.T(f);case"outbox":return u=f,P(!0);case"reply":case"stats":return o.delete((f.e==="reply"?"call":
"stats")+f.id)?e.T(f):void 0;case"subscribed":{let E=s.get(f.sub);return E&&$o(E,f.term,f.o),E&&e.T(f)}case"ended":return s.delete(f.sub)?e.T(f):void 0;case"ope\
n":case"stream":for(let[E,D]of s)D.k.ch===f.ch&&(f.e==="open"?Ro(D,f.at,f.g):k(E,D,f.items));return;case"records":return;case"closed":return Ae("failed");default:
e.T(f)}},K=(f,E)=>{E!==e.K&&y.a("news",{e:i,list:f},E),(!E||E===e.K)&&f.forEach(A)},W=f=>y.a("lead",{e:i},f),m=async()=>{let f=crypto.randomUUID(),E=`holdfast ${e.et}\
 tab `,D=++v,{held:J=[]}=await navigator.locks.query();if(D!==v||w)return;let ke=J.flatMap(Me=>Me.name?.startsWith(E)?[Me.name.slice(E.length)]:[]);l=Oo({rn:e.rn,
B:K,vt:Me=>Me!==e.K&&y.vt(Me)},ke),C(e.K,f),W()},_=f=>{if(f.t==="who")return l&&W(f.from);if(f.t==="lead")return l||typeof f.e!="string"?void 0:C(f.from,f.e);if(Array.
isArray(f.list)){if(f.t==="news"){for(let E of f.list)(f.e===i||E.e==="entry"&&E.end)&&A(E);return}!l||f.e!==i||(f.t==="hello"?l.On(f.from,!!f.fresh,f.list):f.t===
"want"&&l.Y(f.from,f.list))}},y=So(e.et,e.K,{ur:()=>{m().catch(pe)},ar:_,Pe:f=>l?.Pe(f),dr:f=>{l?W():f==="lead"&&pe()}}),R=()=>{y.en().then(()=>{g=!0,y.a("who",
{})},pe)},z=()=>{v++,l?.Ne(),l=void 0,g=!1,a="",y.tn()},ee=()=>{b||O||w||(F(),O=!0,z())},ce=()=>{!O||b||w||(O=!1,e.T({e:"status",status:{state:"connecting",attempt:0}}),
R())},pe=()=>{if(!(b||w)){z(),M(!0),b=e.lr();for(let f of L())f.c!=="join"?b.a(f):b.a({...f.cmd,...f.at&&{...f.at,at:"position"}})}},dt=[[document,"freeze",ee],
[document,"resume",ce],[globalThis,"pagehide",ee],[globalThis,"pageshow",ce]];for(let[f,E,D]of dt)f.addEventListener(E,D);let qe=()=>{w||(w=!0,F(),l?l.te(()=>Ae(
"closed")):Ae("closed"))},te=En(le,"the session was closed"),Ae=f=>{w=!0,clearTimeout(h);for(let[D,J,ke]of dt)D.removeEventListener(J,ke);l=void 0,z(),f==="clos\
ed"&&e.T({e:"status",status:{state:f,attempt:0}});for(let D of s.keys())e.T({e:"ended",sub:D});for(let[D,{Ln:J}]of t)e.T({e:"entry",id:D,status:J,end:!0,fault:te});
for(let{k:D}of o.values())je(D);let{size:E}=t;for(let D of[s,t,o])D.clear();e.T({e:"closed",left:E})},je=f=>{f.c==="publish"&&e.T({e:"entry",id:f.id,status:"fai\
led",end:!0,fault:te}),f.c==="call"&&e.T({e:"reply",id:f.id,fault:te,type:0,data:new Uint8Array}),f.c==="subscribe"&&e.T({e:"ended",sub:f.sub,fault:te})},It=f=>{
if(b)return b.a(f);if(w||h&&f.c==="publish")return je(f);switch(f.c){case"publish":return t.set(f.id,{k:f,R:!1,Ln:"pending"}),r.add(f.id),U(f),P();case"call":case"\
stats":return o.set(f.c+f.id,{k:f,R:!1}),U(f);case"cancel":return o.delete(`call${f.id}`),U(f);case"subscribe":{let E=Lo(f);return s.set(f.sub,E),U(G(E))}case"u\
nsubscribe":return s.delete(f.sub)?(U(f),e.T({e:"ended",sub:f.sub})):void 0;case"done":{let E=s.get(f.sub);return E?(f.o!==void 0&&(E.i=f.o),U({...f,g:E.on,took:Ho(
E,f.took)})):void 0}case"close":return h?void 0:(h=setTimeout(qe,f.drain),e.T({e:"status",status:{state:"closing",attempt:0}}),void(t.size||qe()));default:U(f)}};
return R(),{a:It}}var ui=()=>{let e="holdfast tab";try{let t=sessionStorage.getItem(e)??crypto.randomUUID();return sessionStorage.setItem(e,t),t}catch{return crypto.randomUUID()}},
Po=()=>(e,t,n)=>{let r=()=>e(t,`:${ui()}`);return ko()?Fo({et:JSON.stringify([n.url,n.user,n.outbox]),K:n.page,T:t,rn:e,lr:r}):r()};function Io(e){let t=Po(),n=!1,r=1;async function o(){let{held:i=[]}=await navigator.locks?.query()??{},u=i.filter(p=>/^holdfast .* tab [^ ]+$/.test(p.name??"")).
length;u!==r&&(r=Math.max(1,u),e())}setInterval(()=>{o().catch(()=>{})},1e3);let s=(i,u,p)=>t((c,l)=>(n=!0,e(),i(b=>{b.e==="closed"&&(n=!1,e()),c(b)},l)),u,p),a=()=>se(
r-1,"other tab");return{share:s,brief(){return r<2?"":n?`${a()} ${r===2?"uses":"use"} this connection.`:"Through another tab’s connection."},words:()=>`${r}, ${n?
"this one has the connection":"another one has the connection"}`}}var ci=50,Cn=JSON.parse(T("codes").textContent??"{}"),fe=mo(Cn),Bo=()=>new URLSearchParams(location.search).get("channel")||"chat:lobby",Do=(e,t)=>t>e?`Records ${e}\
–${t} are`:`Record ${e} is`,Ne="",we=0,On=new AbortController,at=!1,Ue=!0,Mn=!1,ve=()=>{Mn||setTimeout(mi),Mn=!0},No=ho(()=>{X.state!=="open"&&X.reconnect(),ve()}),
Ft=Io(ve),X=new st("ws",{agent:"holdfast-page",outbox:jt({name:"page"}),tabs:Ft.share,token:()=>No.next(X.state==="open"||Pt.refused())}),Pt=bo(X,fe,Cn,No),ue=xo(
ve),At=new Map,Oe=vo(fe,ue,e=>Uo(e.payload,e.channel),ve);yo(()=>X.stats(),()=>({outbox:X.outbox?.durable?"in this browser, on disk":"in this tab",tabs:Ft.words()}));
function Uo(e,t=Ne){if(X.outbox?.full)return`${fe.sentence({code:4350})} Wait until some are stored, or dismiss those that failed.`;try{qo("json"in e?X.publish(
t,vn(e.json),{type:"json"}):X.publish(t,"text"in e?e.text:e.bytes),e)}catch(n){return fe.sentence(Ee(n))}return Ue=!0,ve(),""}function qo(e,t){let n={channel:e.
channel,payload:t,at:Date.now(),status:e.status};At.set(e,n),Oe.add(n)}var li=e=>typeof e=="string"?{text:e}:e instanceof Uint8Array?{bytes:e}:{json:JSON.stringify(
e)};X.addEventListener("message",({detail:e})=>{At.has(e)||qo(e,li(e.data));let t=At.get(e);t.status=e.status,t.fault=e.error&&Ee(e.error),e.ack&&Object.assign(
t,{offset:e.ack.offset,synced:e.ack.synced,copies:e.ack.copies}),e.status!=="pending"&&e.status!=="sent"&&At.delete(e),ve()});X.addEventListener("held",({detail:e})=>{
let t=Math.max(1,Math.ceil((e.at-Date.now())/1e3));e.channel===Ne&&Oe.held(`${fe.sentence(Ee(e.error))} It is tried again in ${t} s.`)});X.addEventListener("los\
t",({detail:{channel:e,from:t,to:n}})=>{let r={code:4322,detail:`your messages ${t}–${n} in ${e}`};ue.notice(`${fe.sentence(r)} ${fe.advice(4322)}`)});function fi(e){
if(e.gap===void 0){let s=e.type==="json"?{json:e.text()}:e.type==="text"?{text:e.text()}:{bytes:e.bytes};ue.startsAfter(e.offset-1),ue.record(e.offset,s,e.time,
e.user),we=e.offset;return}let{gap:t,from:n,to:r}=e;if(t!=="fork"){we=r,ue.notice(`${Do(n,r)} no longer kept.`);return}we=n-1,ue.forked(n);let o=we?`goes on aft\
er record ${we}`:"begins anew";ue.notice(`${Do(n,r)} no longer in the channel: the server’s store was restarted or restored, and the log ${o}.`)}async function pi(e,t){
let n;for(;!t.aborted;){let r=X.subscribe(e,{from:n===void 0?{last:ci}:{checkpoint:n},signal:t});r.ready.then(o=>{t.aborted||(n??=o,at=!0,we=Math.max(we,Number(
o.split(" ")[0].split("@")[1])),ve())},()=>{});try{for await(let o of r)fi(o),n=o.checkpoint}catch(o){let s=Ee(o),a=X.state!=="failed"&&["now","later"].includes(
Ht(Cn,s.code));if(ue.notice(`${e} is not subscribed. ${fe.sentence(s)} ${a?"It is asked again by itself.":fe.advice(s.code)}`),!a)return;await new Promise(i=>setTimeout(
i,1e3))}}}function Ln(e){On.abort(),On=new AbortController,Ne=e,we=0,at=!1,Ue=!0,ue.clear(),Oe.clear(),T("newest").hidden=!0,T("channel").value=e,T("empty-comma\
nd").textContent=`echo hello | holdfast publish ${location.origin} ${e}`,document.title=`${e} · Holdfast`,He(T("channel"),T("channel-mistake"),""),pi(e,On.signal),
ve()}var jo=()=>requestAnimationFrame(()=>T("view").scrollTo({top:T("view").scrollHeight,behavior:"instant"}));function mi(){Mn=!1,Oe.refresh(Ne,at?we:0);let e=ue.
empty()&&Oe.empty();T("empty").hidden=!e,Y(T("empty-text"),at?`Nothing in ${Ne} yet.`:"Records appear here as soon as there is a connection."),T("empty-hint").hidden=
!at;let t=ue.hidden();Y(T("before"),t?`${t.toLocaleString()} earlier record${t===1?" is":"s are"} not shown here.`:""),ue.settle(),Pt.show({waiting:Oe.waiting(),
tabs:Ft.brief()}),Ue?jo():T("newest").hidden=!1}X.addEventListener("status",()=>{Pt.changed(),ve()});setInterval(()=>Pt.show({waiting:Oe.waiting(),tabs:Ft.brief()}),
250);po(Uo);T("chooser").onsubmit=e=>{e.preventDefault();let t=T("channel").value.trim(),n=t===""||vn(t).length>255||/[\p{C}\p{Z}"\\\uFFFD]/u.test(t);He(T("chan\
nel"),T("channel-mistake"),n?`${fe.sentence({code:4304})} ${fe.advice(4304)}`:""),!(n||t===Ne)&&(history.pushState(null,"",`?channel=${encodeURIComponent(t)}`),
Ln(t),T("message").focus())};T("retry").onclick=()=>{X.state==="failed"?location.reload():X.reconnect(),T("message").focus()};T("newest").onclick=()=>T("view").
scrollTo({top:T("view").scrollHeight});T("view").onscroll=()=>{let{scrollTop:e,clientHeight:t,scrollHeight:n}=T("view");Ue=n-e-t<40,Ue&&(T("newest").hidden=!0)};
new ResizeObserver(()=>Ue&&jo()).observe(T("view"));window.onpopstate=()=>Ln(Bo());window.onbeforeunload=e=>{X.outbox?.durable===!1&&Oe.waiting()>0&&e.preventDefault()};
xe("");Ln(Bo());})();
