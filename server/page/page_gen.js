// Generated from web/page and sdk/ts/src by npm run page in sdk/ts. DO NOT EDIT.
"use strict";(()=>{var En="1002s protocol_error";var On="1006n abnormal";var Cn="4000n heartbeat_timeout",Mn="4001n write_timeout";var Ln="4009n timeout";var Fe="4107l disconnected";var $n="4110l at_capacity";var rt="4300s bad_frame";var Fn="4304s bad_channel";var Rn="4309s bad_payload";var ot="4312s already_subscribed";var Re="4315s unknown_outcome";var ve="4321s bad_argument";var $t="4326s dropped";var Ft="4350s outbox_full",st="4351s outbox_locked";var An="4353s outbox_mismatch";var re="4357s closed";var Hn="4359s not_holdfast",Pn="4360s canceled",In="4361s io",Dn="4362s retries_exhausted";var Nn=`400s http_bad_request
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
4363s queue_full`;var Rt=3e3,At=e=>({code:st,op:`open outbox ${e}`,detail:"another page uses it"}),Bn=async e=>{let t=globalThis.navigator?.locks;return t&&new Promise((n,r)=>{t.
request(`holdfast:${e}`,{signal:AbortSignal.timeout(Rt)},()=>new Promise(o=>n(o))).catch(()=>r(At(e)))})};var Un=64,$o=7*864e5,jn=(e={})=>({...e,durable:!1}),it=()=>({Et:[],qe:[],R:new Map,We:new Map}),at=(e,t)=>typeof t?.code=="string"?t:{code:In,op:`outbox ${e}`,detail:`${t}`},
qn=async(e,t,n,r,o)=>{let s=it(),i=[],a=[],d=new Map,f=[],u;for(let[g,y]of n)typeof g=="number"?i.push(y):Array.isArray(g)?a.push(y):g==="marks"?f=y:g==="user"?
u=y:`${g}`.startsWith("page ")&&d.set(`${g}`.slice(5),y);if(i.sort((g,y)=>g.id-y.id),t&&u!==t){let g=`it belongs to user "${u}", not to "${t}"`;if(i[0])throw{code:An,
op:`open outbox ${e}`,detail:g};s.le=t;for(let y of a)s.R.set(y.ch+y.p,[y.ch,y.p]);a=[]}let b=new Set(a.map(g=>g.p+g.ch));for(let{ch:g,p:y}of i)b.has(y+g)||(b.add(
y+g),a.push({ch:g,p:y,next:1,resolved:0,acked:0,mem:"",ackedAt:0,forgotten:0,successor:"",sealed:!1}));for(let g of i){let y=f.find(O=>g.id<=O.id);y&&!g.sent&&(Object.
assign(g,{sent:y.sent,mem:y.mem}),s.Et.push(g))}for(let[g,[,y]]of d)y<Date.now()-$o&&s.We.set(g,void 0);return s.fe=[],await r(s),{oe:i,R:a,We:d,dn:r,X:o}};var Ht="outbox",Pt=(e={})=>{let t=e.name??"holdfast";return{...e,name:t,durable:!0,P:(n,r,o="")=>Ro(t+o,n,r)}},Fo=(e,t)=>new Promise((n,r)=>{let o=!1,s=setTimeout(
()=>{o=!0,r(At(e))},Rt),i=a=>{let d=t,f=globalThis.indexedDB.open(`holdfast:${e}`,a);f.onupgradeneeded=u=>{d||=!!a,u.oldVersion||f.result.createObjectStore(Ht)},
f.onsuccess=()=>{let u=f.result;if(d&&!o)return clearTimeout(s),n(u);u.close(),o||i(a?void 0:u.version+1)},f.onerror=()=>{f.error?.name==="VersionError"?i():r(f.
error)}};i()}),Ro=async(e,t,n)=>{let r,o=d=>new Promise((f,u)=>{let b=r.transaction(Ht,"readwrite",{durability:"strict"});b.oncomplete=()=>f(),b.onabort=()=>u(at(
e,b.error)),d(b.objectStore(Ht))}),s=[],i=await Bn(e),a=()=>{r?.close(),i?.()};try{return r=await Fo(e,!!i),r.onclose=()=>n(at(e,"the browser has closed it")),await o(
d=>{d.openCursor().onsuccess=f=>{let u=f.target.result;u&&(s.push([u.key,u.value]),u.continue())}}),await qn(e,t,s,d=>o(f=>Ao(f,d)),a)}catch(d){throw a(),at(e,d)}},
Ao=(e,t)=>{for(let n of t.Et)e.put(n,n.id);for(let n of t.qe)e.delete(n);for(let n of t.R.values())Array.isArray(n)?e.delete(n):e.put(n,[n.ch,n.p]);t.le!==void 0&&
e.put(t.le,"user"),t.fe&&e.put(t.fe,"marks");for(let[n,r]of t.We)r?e.put(r,`page ${n}`):e.delete(`page ${n}`);e.transaction.commit()};var G=class extends Error{constructor(t,n,r="",o){let s=t.replace(/^\S+ /,"");super(`${n}: ${r&&`${r} `}(${s})`,{cause:o}),Object.assign(this,{name:"HoldfastErr\
or",code:Number.parseInt(t,10),codeName:s,op:n})}};var ct=()=>EventTarget,Z=(e,t,n)=>e.dispatchEvent(new CustomEvent(t,{detail:n})),be=()=>{let e={};return e.re=new Promise((t,n)=>{e.pe=t,e.me=n}),e.re.catch(()=>{}),
e},ae=(e,t)=>new G(e.code,e.op??t,e.detail);var De=class extends ct(){id;channel;data;status;producer;number;ack;error;d=be();Oe=be();constructor(t,n,r,o="pending"){super(),this.id=t,this.channel=n,this.data=
r,this.status=o}get done(){return this.d.re}get kept(){return this.Oe.re}Ge(t){let n=t.status!==this.status||!!t.end;return this.status=t.status,t.number&&(this.
producer=t.producer,this.number=t.number,this.Oe.pe()),t.end&&(this.ack=t.ack,t.ack&&this.d.pe(t.ack),t.fault&&(this.error=ae(t.fault,`publish to ${this.channel}`),
this.d.me(this.error),this.Oe.me(this.error))),n&&Z(this,"status",this.status),n}};var Wn="ch:a n o data:d content:c h:h p:X term:x ts by:a id code:k detail:s retry count:u synced:f dup:f skipped:f copies:u sent mem:x from to at:w after gen wa\
nt cursor:a user:a session:X why:w token:s process:x counter agent:a subs:o results:o earlier:e last since window:p max_in_flight:p max_window:p heartbeat max_m\
essage:u max_subs:u dedupe clock name:a key:s successor:X first head version url:s delay pending",Gn="hello!B?@CD)EF publish!#)$67('& skip!#)89U subscribe!-#:*%\
H[IJ>K unsubscribe!-# ack!#%< call!-ST'& refresh!BZ ping!- pong!- bye!./",zn="welcome!@?ENOLMPQ725RG stored!#)$1%2345 refused!#)$.0=/ record!#%*+,('& pass!#%* g\
ap!#89*;A subscribed!-#*%VW<./0 unsubscribed!-#./ reply!-./'& join!#?@*X'& leave!#?@*X receipt!#>?% reconnect!ZY.",dt={at:["head","start","position","last","tim\
e"],why:["","retention","fork"]};var ut=class extends G{offset;constructor(t,n=""){super(rt,"read a message",`byte ${t}${n&&`: ${n}`}`),this.offset=t}};var It=[void 0,...Wn.split(" ").map((e,t)=>{let[n="",r="n"]=e.split(":");return{un:n,ln:r,fn:t*4+4+("nukfwc".includes(r)?0:r==="x"?1:r==="X"?3:2),Ot:"heo".includes(
r)}})],lt=(()=>{let e=Object.create(null),t=(n,r)=>{for(let[o,s]of n.split(" ").entries()){let[i="",a=""]=s.split("!");e[r+o]=e[i]={Nn:r+o,it:i,pn:[...a].map(d=>It[d.
charCodeAt(0)-34])}}};return t(Gn,1),t(zn,32),e})(),ft={n:2**53-1,u:2**32-1,k:65535,f:1,c:2,a:255,s:4096,h:64,e:8,o:1024},Dt={h:"as",e:"xn",p:"uu"},Nt=e=>lt[e===
"subs"?"subscribe":"subscribed"];var Ho=new TextDecoder("utf-8",{fatal:!0,ignoreBOM:!0}),Po=new TextEncoder,Ne,q,oe,ce,se=e=>{throw new ut(e)},ke=()=>{let e=0;for(let t=0,n=1;;t++,n*=128){q>=oe&&
se(oe);let r=Ne[q++];if((t>9||t>8&&r<128&&r>1)&&se(ce),e+=(r&127)*n,r<128)return e}},Ae=e=>(e>oe-q&&se(oe),q+=e,Ne.subarray(q-e,q)),Io=e=>e?Ae(e>2?16:e>1?ke():8):
ke(),Jn=(e,t)=>{if("as".includes(e)){let r=Ae(ke());try{if(r.length<=ft[e])return Ho.decode(r)}catch{}se(ce)}if(e==="d")return Ae(ke());if("xX".includes(e)){let r=Array.
from(Ae(e==="x"?8:16),o=>(o+256).toString(16).slice(1)).join("");return/[^0]/.test(r)?r:""}if("heop".includes(e)){let r=oe,o=Ae(ke()).length;oe=q,q-=o;let s=e===
"o"?Vn(Nt(t),{}):[...Dt[e]].map(i=>Jn(i,t));return q<oe&&se(q),oe=r,s}let n=ke();if(e==="w"){let r=dt[t];return n>0&&(r[n]??(r[0]&&se(ce)))}return n>ft[e]&&se(ce),
e==="f"?n>0:n},Vn=(e,t)=>{let n=[];for(;q<oe;){ce=q;let r=Ne[q]&3,o=ke(),s=It[Math.floor(o/4)];if((o<4||s&&(s.fn!==o||n.includes(s)))&&se(ce),s&&!s.Ot&&n.push(s),
ce=q,!s||!e.pn.includes(s))Io(r);else{let{un:i,ln:a,Ot:d}=s;t[i]?.length>=ft[a]&&se(ce);let f=Jn(a,i);d?(t[i]??=[],t[i].push(f)):f&&f.length!==0&&(a!=="p"||f[0]||
f[1])&&(t[i]=f)}}return t},Do=(e,t)=>{typeof e=="string"&&se(0);let n=new Uint8Array(e);for(let r=0;r<n.length;){Ne=n,ce=q=r,oe=n.length;let o=ke();Ae(o),o||se(
ce),r=oe=q,q-=o;let s=lt[Ne[q++]];if(s&&t(Vn(s,{t:s.it}))===!1)return}},de=new Uint8Array(1024),X=0,pt=e=>{if(X+e>de.length){let t=de;de=new Uint8Array((X+e)*2),
de.set(t)}},Be=e=>{for(pt(8);e>127;e=Math.floor(e/128))de[X++]=e%128+128;de[X++]=e},Kn=e=>{pt(e.length),de.set(e,X),X+=e.length},Xn=e=>{pt(1);let t=++X;e();let n=X-
t,r=0;for(let o=n;o>127;o>>=7)r++;pt(r),de.copyWithin(t+r,t,X),X=t-1,Be(n),X+=n},Yn=(e,t,n)=>{if("xX".includes(e))Kn(n.padStart(16,"0").match(/../g).map(r=>Number.
parseInt(r,16)));else if("asd".includes(e)){let r=e==="d"?n:Po.encode(n);Be(r.length),Kn(r)}else"heop".includes(e)?Xn(()=>{if(e==="o")Qn(Nt(t),n);else for(let r of[
0,1])Yn(Dt[e][r],t,n[r])}):Be(e==="w"?dt[t].indexOf(n):+n)},Qn=(e,t)=>{for(let{un:n,ln:r,fn:o,Ot:s}of e.pn){let i=t[n];if(!(!i||i.length===0||i===dt[n]?.[0]||r===
"p"&&!(i[0]||i[1])))for(let a of s?i:[i])Be(o),Yn(r,n,a)}},No=e=>{X=0;for(let n of e)Xn(()=>{let r=lt[n.t];Be(r.Nn),Qn(r,n)});let t=de.slice(0,X);return X>65536&&
(de=new Uint8Array(1024)),t},Zn={mn:"holdfast.v1.bin",Dn:No,Bn:Do};var er=e=>({A:{...e,Ce:e.Ce||5e3,be:e.be||1e4,Ct:e.Ct||100},S:0,Me:[],y:0,Un:0,ct:e.ct||"",D:"",bn:0,Le:0,dt:3e4,Mt:0,Lt:0,hn:0,se:[],R:[],ze:new Map,ut:new Map,
Fe:0,Ke:0,lt:!1,Je:0,ie:0,ae:0,ft:0,_:new Map,Ve:new Map,Ft:0,he:0,q:0,jn:0,$t:0,ce:0,pt:0,ge:0}),c,Ue=e=>{c=e};var D=e=>{c.Me.push(e)},mt=e=>{c.y=3,D({i:"fail",U:e,Xe:""})},Se=(e,t="")=>{D({i:"disconnect",U:e,Xe:t,Q:c.S})},_e=()=>c.S+c.bn,he=e=>Math.floor(e/100);var tr=e=>({T:e,mt:void 0,Rt:!1,r:[],$:0,m:0,At:!1,Y:0,ye:0,$e:0,Ht:0,Re:0,Pt:0}),Te=(e,t,n,r=!1)=>({b:n,z:!1,x:n?n.id:0,Ae:n?n.size:0,xe:r,Z:e,ee:t}),Bt=({T:{next:e}},t)=>({
...Te(e,e-1),z:!0,x:t}),je=e=>{e.m=e.$,e.Y=e.Re=e.Pt=0},ht=(e,t)=>{e.$=t,t*2>e.r.length&&(e.r.splice(0,t),e.m-=t,e.$=0)},Ut=(e,t)=>{e.Pt+=t,e.Re&&(e.Re+=t)},jt=e=>e.r[e.$]?.Z??
e.T.next,qt=(e,t)=>{let n=(e.r.at(-1)?.ee??e.T.resolved)+1;n<t&&e.r.push(Te(n,t-1))},bt=e=>e&&!e.b&&!e.z&&!e.xe,Wt=(e,t)=>{let n=e.r[t-1],r=e.r[t];return t<=e.m||
!bt(n)||!bt(r)?t:(r.Z=n.Z,--t>e.$?(e.r.splice(t,1),t):(e.m++,ht(e,t+1),e.$))},qe=(e,t)=>{je(e);let n=jt(e);if(t>=n)return;let r=e.r[e.$];r&&!r.b&&!r.z&&r.Z===n?
r.Z=t:e.r.splice(e.$,0,Te(t,n-1))};var Bo=64,Gt={next:1,resolved:0,acked:0,mem:"",ackedAt:0,forgotten:0,successor:"",sealed:!1},We=(e,t,n,r="",o=0,s=!1,i=!1,a=0)=>{D({i:"outcome",b:e,It:t,L:o,gn:s,
qn:i,Wn:a,U:n,Xe:r})},Me=(e,t=c.A.we)=>c.ze.get(t+e),gt=e=>{let t=tr(e);return c.ze.set(e.p+e.ch,t),c.se.push(t),t},ge=e=>{!e.At&&e.m<e.r.length&&(e.At=!0,c.R.push(
e))},nr=(e,t)=>{for(let n of e)gt({...n,next:Math.max(n.next,n.resolved+1),sealed:!1});for(let n of t){let{ch:r,p:o,n:s,id:i}=n,a=Me(r,o)??gt({...Gt,ch:r,p:o});
qt(a,s),a.r.push(Te(s,s,n,!!(n.sent||n.mem))),a.T.next=Math.max(a.T.next,s+1),c.Fe=Math.max(c.Fe,i),zt(n.expires)}c.Ke=c.Fe;for(let n of c.se){let r=n.T;r.acked||
(r.forgotten=Math.max(r.forgotten,jt(n)-1))}for(let{ch:n,p:r}of e)Uo(Me(n,r));c.se.forEach(ge)},Uo=e=>{let{ch:t,next:n,successor:r}=e.T;if(qt(e,n),!r){c.ut.set(
t,e);return}e.r.push(Bt(e,0));let o=Me(t,r);o||(o=gt({...Gt,ch:t,p:r}),o.Rt=!0,c.ut.set(t,o)),o.mt=e},jo=e=>{let t=c.ut.get(e);if(t?.T.p===c.A.we)return t;let n=gt(
{...Gt,ch:e,p:c.A.we});if(c.ut.set(e,n),t){t.T.successor=c.A.we,n.mt=t;let r={...t.T};qo(t,++c.Fe),ge(t),D({i:"seal",x:c.Fe,bt:r})}return n},qo=(e,t)=>{let n=e.T;
e.$===e.r.length&&n.acked&&e.r.push(Te(n.next,n.next++)),e.r.push(Bt(e,t))},rr=({ve:e,Ae:t,ie:n=0})=>{let r=jo(e),o=r.T.next++,s=c.A.Nt&&c.y===2,[i,a]=s?[_e(),c.D]:
[0,""],d={id:++c.Fe,ch:e,p:c.A.we,n:o,size:t,sent:i,mem:a,expires:n};zt(n),r.r.push(Te(o,o,d)),ge(r),D({i:"persist",b:d})},or=({x:e,He:t,D:n})=>{c.lt=!1;for(let r of c.R)
for(let o of r.r.slice(r.m))o.b&&!o.xe&&o.x<=e&&(o.b.sent=t,o.b.mem=n)},sr=(e,t,n)=>{let{Z:r,ee:o,b:s}=e.r[t];e.r[t]=Te(r,o),We(s,"failed",n)},ir=(e,t,n)=>{for(let r of c.R)
for(let o=r.m;o<r.r.length;o++){let{b:s,xe:i}=r.r[o];if(!(!s||i||!n(s))&&(sr(r,o,e),o=Wt(r,o),bt(r.r[o+1])&&(o=Wt(r,o+1)),t))return}},zt=e=>{e&&(c.ie=Math.min(c.ie||
e,e))},ar=()=>{!c.ie||c.S<c.ie||(c.ie=0,ir(4325,!1,e=>(c.S<e.expires&&zt(e.expires),e.expires>0&&c.S>=e.expires)))},cr=()=>{for(let e=0;e<c.R.length&&c.ae<c.Lt;){
c.Je>=c.R.length&&(c.Je=0);let t=c.R[c.Je],n=c.Me.length;Wo(t),e=c.Me.length>n?0:e+1,t.m<t.r.length?c.Je++:(t.At=!1,c.R.splice(c.Je,1),e=0)}},Wo=e=>{if(!(e.mt&&
!e.mt.T.sealed||c.S<e.$e)){if(e.$e=0,e.ye){if(e.m>e.$)return;qe(e,e.ye),e.ye=0}for(let t=0;t<Bo&&e.m<e.r.length;t++){let{b:n,xe:r,Ae:o}=e.r[e.m];n&&!r&&c.Mt&&o>
c.Mt&&sr(e,e.m,4303);let s=e.r[e.m];if(Go(e,s))return;zo(e,s)}}},Go=(e,t)=>{let n=e.m-e.$;return c.ae>=c.Lt||c.ae&&c.ft+t.Ae>c.hn||e.Re&&n>=e.Re||t.z&&n?!0:t.xe?
!1:e.Y?!0:c.A.Nt?t.x>c.Ke?!0:!t.b||t.b.mem===c.D?!1:(c.lt||(c.lt=!0,D({i:"mark",x:c.Ke,He:_e(),D:c.D})),!0):!1},zo=(e,t)=>{c.ae++||(c.ce=c.S),c.ft+=t.Ae;let{ch:n,
successor:r}=e.T,o=e.T.p===c.A.we?"":e.T.p,{b:s,xe:i,Z:a,ee:d}=t;if(s){let f={t:"publish",ch:n,p:o,n:d};i?(f.sent=s.sent,f.mem=s.mem,dr(s)&&e.Y++):c.A.Nt||(s.sent=
_e(),s.mem=c.D),D({i:"publish",E:f,b:s,Gn:i})}else D({i:"send",E:{t:"skip",ch:n,p:o,from:a,to:d,successor:t.z?r:""}});t.xe=!0,e.m++},dr=e=>e.mem!==c.D||c.Le&&_e()-
e.sent>c.Le,yt=(e,t)=>{c.ae--,c.ft-=t.Ae,t.b&&e.Y&&dr(t.b)&&e.Y--},ur=(e,t)=>ir(t,!0,n=>n.id===e);var lr=e=>{let t=Me(e.ch,e.p);if(!t)return;let{$:n,T:r}=t,o=0,s=n;for(;s<t.m;s++){let i=t.r[s];if(i.ee>(e.n||0)||i.z&&(s>n||!e.skipped))break;yt(t,i),i.z&&(r.sealed=
!0),i.b&&Jo(i.b,e),o=i.ee}s!==n&&(Jt(t),e.skipped||((r.mem!==c.D||!mr(t))&&Vt(t),r.acked=o,r.mem=c.D,r.ackedAt=_e()),Ut(t,s-n),ht(t,s),hr(t),fr(t,o))},Jo=(e,t)=>{
let n=(t.n||0)-e.n,r=n<(t.count||1);r&&t.skipped?We(e,"failed",4328):We(e,"delivered",0,"",r?Math.max(0,(t.o||0)-n):0,r&&!!t.dup,t.synced,t.copies)},Jt=e=>{e.Ht=
c.pt=0,c.ce=c.S},Vt=({T:e})=>{e.forgotten=Math.max(e.forgotten,e.acked)},fr=(e,t)=>{let n=e.T;if(!(t<=n.resolved&&!n.sealed)){if(n.resolved=Math.max(n.resolved,
t),n.sealed){e.$===e.r.length&&(c.ze.delete(n.p+n.ch),c.se=c.se.filter(o=>o!==e));let r=Me(n.ch,n.successor);r?.Rt&&(r.Rt=!1,D({i:"resolved",bt:{...r.T}}))}D({i:"\
resolved",bt:{...n}})}},pr=e=>{let t=Me(e.ch,e.p),{code:n=0}=e;t&&(n===4302?mt(n):n===4003||n===4316?Vo(t,e.want||1):he(n)===41?Xo(t,e,n):Yo(t,e,n))},Vo=(e,t)=>{
let n=e.T;if(++e.Ht>3){Se(4003,`lane ${n.p} makes no progress`);return}if(t<=n.acked)if(n.mem===c.D&&mr(e)){let r=Math.max(t,n.forgotten+1);r<=n.acked&&D({i:"lo\
st",ve:n.ch,zn:n.p,Z:r,ee:n.acked}),n.acked=t-1}else Vt(e);br(e),qe(e,t),ge(e)},mr=e=>!c.Le||_e()-e.T.ackedAt<c.Le-Math.floor(c.Le/10),br=e=>{for(let t of e.r.slice(
e.$,e.m))yt(e,t)},Xo=(e,{n:t=0,retry:n,detail:r=""},o)=>{e.$e=c.S+(n||1e3),Jt(e);let s=e.r.slice(e.$,e.m).findLast(a=>a.ee===t)?.b;br(e);let i=e.Pt;je(e),o===4102&&
(e.Re=Math.max(1,i)),ge(e),D({i:"held",b:s,U:o,Xe:r,Q:e.$e})},Yo=(e,{n:t=0,want:n=0,detail:r},o)=>{let s=e.r.findIndex((f,u)=>u>=e.$&&u<e.m&&f.ee===t&&!f.z);if(s<
0)return;let i=e.r[s],a=o===4315;yt(e,i),Jt(e),a&&(e.ye||=Math.max(n,1),n<=e.T.acked&&Vt(e)),i.b&&We(i.b,a?"unknown":"failed",o,r),Ut(e,1);let d=s===e.$;d?ht(e,
s+1):(e.r.splice(s,1),e.m--),hr(e),d&&fr(e,t)},hr=e=>{e.m===e.$&&e.ye&&(qe(e,e.ye),e.ye=0),ge(e)};var gr=1,yr=e=>e.d<=e.M||e.L<=e.M?0:Math.floor(e.ht*(e.d-e.M)/(e.L-e.M)),xt=e=>e.y===2&&e.d>e.M,xr=e=>{e.ht-=yr(e),e.M=e.d},Xt=(e,t)=>{!t||t===e.w||(e.w&&e.L&&(e.H=
[...e.H,[e.w,e.L]].slice(-7)),e.w=t)},Qo=(e,t,n)=>n<=(t===e.w?e.L:e.H.find(r=>r[0]===t)?.[1]??-1),Zo=(e,t)=>{let n=e.findIndex(r=>r[1]>=t);return n<0?e:[...e.slice(
0,n),[e[n][0],t]]},Yt=e=>{e.yn=++c.Ft,e.y=gr,e.Qe=0,xr(e);let{w:t,L:n,H:r}=e;return{...e.Pe,id:c.Ft,window:e.j,...e.Dt&&{at:"position",term:t,o:n,earlier:r,last:0,
since:0,pending:n-e.d}}},wr=e=>D({i:"send",F:e.x,E:{t:"subscribe",...Yt(e)}}),vr=({F:e,Pe:t,Bt:n})=>{if(c.Ve.has(t.ch))return Sr(e,4312);let{term:r,offset:o,earlier:s}=n??
{term:"",offset:0,earlier:[]},[i=0,a=0]=t.window??[],[d=0,f=0]=c.A.j??[],u={x:e,y:0,Pe:t,yn:0,Dt:!!(r||o),w:r,L:o,H:s,xn:0,j:[i||d||512,a||f||1<<20],d:o,M:o,ht:0,
Ut:0,Qe:0};c._.set(e,u),c.Ve.set(t.ch,u),c.y===2&&wr(u)},kr=e=>{let t=c._.get(e);t&&(t.y&&(xt(t)&&en(t),D({i:"send",E:{t:"unsubscribe",id:++c.Ft,ch:t.Pe.ch}})),
Qt(t))},Sr=(e,t,n="")=>D({i:"ended",F:e,U:t,Xe:n}),Qt=(e,t=0,n)=>{c._.delete(e.x),c.Ve.delete(e.Pe.ch),Sr(e.x,t,n)},wt=(e,t)=>{e.y=0,e.Qe=t},Zt=e=>{let t=c.Ve.get(
e.ch),{code:n,term:r="",o=0}=e;if(!(t?.y!==gr||t.yn!==e.id)){if(n){he(n)===40||he(n)===41?wt(t,c.S+Math.max(1e3,e.retry||0)):Qt(t,n,e.detail);return}t.y=2,t.xn=
e.gen||0,t.Dt||(t.Dt=!0,t.w=r,t.H=[],t.L=t.d=t.M=o),D({i:"subscribed",F:t.x,E:e})}},vt=e=>{let t=c.Ve.get(e);return t?.y===2?t:void 0},_r=({ch:e,id:t,code:n,detail:r})=>{
let o=vt(e);!o||t||!n||(he(n)===43?Qt(o,n,r):wt(o,c.he+1e3))},Tr=e=>{let t=vt(e.ch),{o:n=0}=e;if(!(!t||n<=t.L)){if(n!==t.L+1)return Se(4008);Xt(t,e.term),t.L=n,
t.ht+=e.data?.length||0,D({i:"record",F:t.x,w:t.w,E:e})}},Er=({ch:e,o:t=0,term:n})=>{let r=vt(e);!r||t<=r.L||(Xt(r,n),r.d===r.L&&(r.d=t),r.L=t)},Or=e=>{let t=vt(
e.ch),{term:n="",after:r=0}=e;t&&(e.why==="fork"?t.H=Zo([...t.H,[t.w,t.L]],r).filter(o=>o[0]&&o[0]!==n).slice(-7):Xt(t,n),t.w=n,t.L=t.d=t.M=r,t.ht=0,D({i:"gap",
F:t.x,E:e}))},Cr=({F:e,w:t,L:n})=>{let r=c._.get(e);if(!r||n<=r.d||!Qo(r,t,n))return;r.d<=r.M&&(r.Ut=c.S),r.d=n;let[o,s]=r.j;r.y===2&&c.y===2&&((n-r.M)*4>=o||yr(
r)*4>=s)&&en(r)},en=e=>{xr(e),D({i:"send",E:{t:"ack",ch:e.Pe.ch,o:e.d,gen:e.xn}})},tn=e=>{for(let t of c._.values())!t.y&&(e==="hello"||t.Qe&&c.S>=t.Qe)&&wr(t)},
nn=e=>{for(let t of c._.values())xt(t)&&(e||c.S>=t.Ut+c.A.Ct)&&en(t)},Mr=(e,t,n)=>{let r=c._.get(e);if(!r)return;let o=r.H.findIndex(s=>s[0]===t||s[1]>=n);return{
term:t,offset:n,earlier:o<0?r.H:r.H.slice(0,o)}};var ts=e=>{c.y=1,c.he=c.$t=c.S,c.q=c.ge=c.pt=0;let{le:t,Kn:n,we:r,jt:o}=c.A;D({i:"send",E:{t:"hello",token:e,user:t,session:c.ct,process:n,counter:++c.Un,p:r,agent:o,
subs:[...c._.values()].map(Yt)}})},ns=e=>{c.y=0,c.q=c.ge=0,c.ae=c.ft=0,c.lt=!1;for(let t of c.se)je(t),t.$e=t.Ht=0,ge(t);for(let t of c._.values())wt(t,0);he(e)===
43?mt(e):he(e)===42&&D({i:"authenticate",U:e})},rs=e=>{if(c.y!==1)return;let{session:t="",mem:n="",clock:r=0,dedupe:o=0,max_message:s=0,results:i=[]}=e,[a=0,d=0]=e.
max_in_flight??[];c.y=2,c.ct=t,c.D=n,c.bn=r-c.S,c.Le=o,c.dt=e.heartbeat||3e4,c.Mt=s,c.Lt=a||1024,c.hn=d||1<<20,c.ce=c.S,D({i:"welcome",E:e}),i.forEach(Zt),tn("h\
ello")},os=()=>{if(ar(),!c.y)return;let e=(t,n)=>c.S>=t+n;if(c.ge&&e(c.ge,0))return c.ge=0,Se(4104,"the server asked to come back");if(c.q){if(e(c.q,c.A.be))return Se(
4e3)}else if(c.ae&&e(c.ce,c.A.Ce)){if(++c.pt>3)return Se(4002);c.ce=c.S,rn()}else e(c.he,c.dt)&&rn();c.y===2&&(nn(!1),tn("refusal"))},ss=e=>{c.y&&(e>c.he&&(c.he=
e,c.q=0),e>c.ce&&(c.ce=e,c.pt=0),c.y===2&&!c.q&&c.S>=c.$t+c.dt&&(rn(),c.q=0))},rn=()=>{c.q=c.$t=c.S,D({i:"send",E:{t:"ping",id:++c.jn}})},is={record:Tr,stored:lr,
refused:pr,pass:Er,gap:Or,subscribed:Zt,unsubscribed:_r,welcome:rs,ping:({id:e})=>D({i:"send",E:{t:"pong",id:e}}),refresh:()=>c.y===2&&D({i:"refresh"}),reconnect:({
delay:e=0})=>{c.ge=c.S+e}},as={tick:os,connected:e=>ts(e.Ie),disconnected:e=>ns(e.U),frame:({E:e})=>{c.he=c.S,c.q=0,is[e.t]?.(e)},publish:rr,persisted:e=>{c.Ke=
Math.max(c.Ke,e.x)},marked:or,drop:e=>ur(e.x,e.U),subscribe:vr,unsubscribe:e=>kr(e.F),done:Cr,bye:()=>{c.y===2&&(nn(!0),D({i:"send",E:{t:"bye",code:1e3}})),c.y=
3},moved:e=>ss(e.Q)},$r=e=>{let t=er(e);return{qt:(n,r)=>{Ue(t),nr(n,r)},Ne:(n,r)=>(Ue(t),t.S=n,t.Me=[],t.y!==3&&as[r.i](r),t.y===2&&t.Me.at(-1)?.i!=="disconnec\
t"&&cr(),t.Me),ke:()=>(Ue(t),cs()),Bt:(n,r,o)=>(Ue(t),Mr(n,r,o))}},cs=()=>{let e=1/0,t=n=>{n&&n<e&&(e=n)};if(t(c.ie),c.y%3){t(c.ge),c.q?t(c.q+c.A.be):(t(c.he+c.dt),
c.ae&&t(c.ce+c.A.Ce));for(let n of c._.values())xt(n)&&t(n.Ut+c.A.Ct),t(n.Qe);for(let n of c.R)t(n.$e)}return e<1/0?e:void 0};var Le=e=>new RegExp(`^${e}[a-z] .*`,"m").exec(Nn)?.[0]??`${e}${ds(e)} code ${e}`,ds=e=>e>=4e3&&e<4400?"nlas"[(e-4e3)/100|0]:e>=500&&e<600||e===408||e===425||e===
429?"l":e>=400&&e<500?"s":e?"n":"o";var Fr=1e3,Rr=(e,t)=>{let n=new Map,r=(s,i)=>{n.delete(s)&&e({e:"reply",id:s,fault:i,type:0,data:new Uint8Array})},o=s=>{let{id:i,name:a,key:d,type:f,data:u}=s.wn;
s.He=!0,t({t:"call",id:i,name:a,key:d,content:f,data:u})};return{Jn(s,i){let a={wn:s,He:!1},d=n.size<Fr;n.set(s.id,a),d?i&&o(a):r(s.id,{code:$n,detail:`${Fr} ca\
lls are under way`})},Vn:s=>n.delete(s),Wt({id:s=0,code:i,detail:a,content:d=0,data:f}){if(i)return r(s,{code:Le(i),detail:a??""});n.delete(s)&&e({e:"reply",id:s,
type:d,data:f?.slice()??new Uint8Array})},K(){for(let s of n.values())o(s)},vn(s){for(let[i,{wn:a,He:d}]of n)(s||d&&!a.key)&&r(i,s??{code:Fe,detail:"the connect\
ion ended before the reply; a call with a key would be made again"})}}};var sn={network:{maxRetries:5,baseDelay:1e3,multiplier:2},timeout:{maxRetries:5,baseDelay:1e3,multiplier:2},tls:{retry:"stop"},authentication:{maxRetries:3,baseDelay:2e3,
multiplier:1.5},rate_limit:{maxRetries:10,baseDelay:5e3,multiplier:1.5},protocol:{retry:"stop"},policy:{retry:"stop"},server:{},overload:{},application:{},closed:{
retry:"stop"}};var an=e=>e.minUptime>0?e.minUptime:5e3,Ar=(e,t,n)=>{if(t>=e.maxRetries)return;let r=t;if(e.first==="immediate"&&!r--)return 0;let o=e.maxDelay>=0?e.maxDelay:3e4,
s=(e.baseDelay>=0?e.baseDelay:1e3)*(e.multiplier>=1?e.multiplier:2)**r,i=Math.min(Math.max(e.jitter??.5,0),1);return Math.min(Math.min(s,o)*(1+i*(2*n()-1)),o)};var Hr=()=>{let e;return(t,n=2147483648)=>{clearTimeout(e),n<2147483648&&(e=setTimeout(t,n))}},Ge=()=>performance.now();var us=6e5,ls=e=>Object.fromEntries(Object.entries(e).filter(t=>t[1]!==void 0)),Pr=(e,t,n,r,o)=>{let s=e.random??Math.random,i={},a=Hr(),d=0,f=0,u,b,g,y=()=>{d&&
Ge()-d+2>an(e)&&(i={},L.de=0,O("done"))},O=($,p)=>{u?.[$](p),u=void 0},R=()=>{y(),d?t.ke():f&&a(T,f-Ge())},T=()=>{a(),g?.(),f=0;let $=r?.allow();typeof $=="numb\
er"?(g=r.onChange(T),a(T,$),t.Ro?.()):(u=$,t.Xn())},L={de:0,Se($){L._e(),i={},L.de=0,$&&r?.state==="open"&&r.reset(),b=o?.(R),T()},K(){d=Ge(),a(y,an(e))},Qn($,p=0,m=$){
y(),d=0,O("done",m);let w=e.strategies?.[$],v={maxRetries:n,...sn[$],...ls(e),...w},k=w||sn[$]?.maxRetries?$:"",C=i[k]??0,F=globalThis.navigator?.onLine===!1,P=w?.
maxRetries===void 0&&L.de>=e.maxRetries,A=F?e.maxDelay??3e4:P?void 0:Ar(v,C,s);if(A===void 0)return L._e(),!1;F||(L.de++,i[k]=C+1),f=Math.min(A,v.baseDelay??1e3);
let j=Math.min(p,us);return j>A&&(f=A=j+s()*Math.min(j/4,A)),f+=Ge(),a(T,A),t.Yn(L.de,v.maxRetries,A),!0},_e(){a(),d=f=0,g?.(),O("cancel"),b?.()}};return L};var Ir=e=>{let t=new AbortController,n=globalThis.document,r=()=>n?.visibilityState==="hidden"||e(),o=(a,...d)=>{for(let f of d)a?.addEventListener?.(f,r,{signal:t.
signal})};o(globalThis,"online","offline","pageshow"),o(n,"visibilitychange","resume");let s=Date.now(),i=setInterval(()=>{let a=Date.now(),d=Math.abs(a-s-1e4);
s=a,d>2e3&&e()},1e4);return()=>{clearInterval(i),t.abort()}};var Dr=(e,t,n,r)=>{let o=new e(t,[n.mn]),s=[],i=0,a=0,d=!1;o.binaryType="arraybuffer",o.onopen=()=>r.K(o.protocol),o.onmessage=u=>r.Zn(u.data),o.onclose=u=>r.te(
u.code,u.reason),o.onerror=()=>{o.readyState||setTimeout(()=>o.onclose&&r.te(1006,""),9)};let f={De:0,m(u){s.push(u),i+=64+(u.data?.length??0),i>65536&&f.Ye()},
Ye(){if(i){let u=n.Dn(s);f.De+=typeof u=="string"?u.length:u.byteLength,s=[],i=0,o.readyState===1&&o.send(u)}return o.bufferedAmount},Gt(){let[u,b]=[a,d];return d=
o.bufferedAmount>0,a=f.De-o.bufferedAmount,b&&a>u},X(u){o.onopen=o.onmessage=o.onclose=null,o.close(u===1e3||u>=3e3?u:1e3)}};return f};var fs=32<<20,kt=e=>Number.parseInt(e,10),Nr=(e,t,{zt:n,...r})=>{let o=`connect to ${e.kn.replace(/\?.*/,"")}`,s,i=0,a,d=0,f=0,u=0,b=Pr(e.eo,{Xn:()=>{y()},Yn:(m,w,v)=>r.Te(
"waiting",{retryAt:Date.now()+v}),ke:()=>n(L)},1/0,void 0,Ir),g=(m,w)=>{clearTimeout(a),a=setTimeout(n,m,w)},y=async()=>{let m=++i;d=0,t.attempts++,g(e.Sn,()=>p.ue(
{code:On,op:o,detail:`no welcome within ${e.Sn} ms`}));try{let w=e.Ie;if(typeof w=="function"&&(r.Te("authenticating"),w=await w(),m!==i))return;r.Te("connectin\
g"),s=Dr(e.no,e.kn,e.Kt,{K:v=>n(()=>R(v,w)),Zn:v=>n(()=>T(v)),te:(v,k)=>n(()=>p.ue(d||v!==1006?{code:Le(v),detail:k}:O))})}catch(w){m===i&&n(()=>p.ue({...O,detail:`${w}`}))}},
O={code:Fe,op:o,detail:"nobody answers there, or it is refused"},R=(m,w)=>{d++,m===e.Kt.mn?r.oo(w):r.Ze({code:Hn,op:o,detail:`it chose the subprotocol "${m}"`})},
T=m=>{let w=s;d++,t.bytesIn+=typeof m=="string"?m.length:m.byteLength;try{e.Kt.Bn(m,v=>(r.E(v),s===w))}catch(v){p.ue({code:rt,detail:`${v}`})}r.ro()},L=()=>{if(!p.P)
return;let m=d;p.m({t:"ping"}),g(e.be/2,()=>{d===m&&p.ue({code:Cn})})},$=m=>{clearTimeout(a),i++,f+=s?.De??0,s?.X(kt(m)),s=void 0,p.P=!1},p={P:!1,et:void 0,de:()=>b.de,
De:()=>f+(s?.De??0),Gt:()=>s?.Gt(),Se:()=>b.Se(),m:m=>s?.m(m),Ye(){(s?.Ye()??0)>fs&&n(()=>p.ue({code:Mn,detail:"the server takes too little"}))},so({user:m,agent:w}){
clearTimeout(a),p.P=!0,p.et=void 0,t.connects++,b.K(),r.Te("open",{...m&&{user:m},...w&&{server:w}})},ue(m,w=0){let v=kt(m.code);p.P&&(t.disconnects[v]=(t.disconnects[v]??
0)+1),$(m.code);let k=i;p.et=m,r.te(v),k===i&&(/^1...s/.test(m.code)?r.Ze(m):b.Qn("",Math.max(0,w),m)||r.Ze({...m,code:Dn,op:o}))},io(){s||b.Se()},async _n(){let m=i;
if(!(typeof e.Ie!="function"||u===m)){u=m;try{let w=await e.Ie();m===i&&p.Tn(w)}catch{}u=0}},Tn(m){p.P&&m&&n(()=>p.m({t:"refresh",token:m}))},_e(m){s?.Ye(),b._e(),
$(m?.code??"1000"),p.et=m}};return p};var ps=64,Br=()=>({tt:0,fe:[],Oe:[],nt:[]}),cn=e=>{let t=e.indexOf(":");return[e.slice(0,t),+e.slice(t+1)]},dn=e=>`${e.p} ${e.ch}`,Ur=(e,t,n)=>{let{maxRecords:r=1e3,
maxBytes:o=4<<20}=e,s=new Map,i=new Map,a=new Map,d,f=[],u=it(),b=Br(),g,y=new Map,O=p=>{s.set(p.id,p),i.set(p.key,p)},R=()=>{let p=u.qe.length+u.R.size,m=b.tt||
b.fe.length||b.nt.length||p>256||p&&!T.W;if(!d||g||!m)return;let[w,v]=[u,b];u=it(),b=Br(),g=d.dn(w).then(()=>{g=void 0,t(v),R()},k=>{for(let C of v.nt)C();n(k)})},
T={oe:s,ze:i,W:0,gt:0,ot:(p=1)=>T.W>=r*p||T.gt>=o*p,J(p){T.W++,T.gt+=p},Jt(p){T.W--,T.gt-=p},qt(p){d=p;for(let m of p.R)a.set(dn(m),m);for(let[m,w]of p.We)y.set(
m,w);for(let m of p.oe){let w={...m,yt:un(m),I:m.sent>0};O(w),T.J(w.yt)}},Vt(p,m){Object.assign(p,m),O(p);let[w,v]=cn(p.key),[,,k,C]=y.get(w)??[0,0,[],0];if(L(w,
[v,Date.now(),k,C]),!d)return;let{yt:F,I:P,...A}=p;u.Et.push(A),b.tt=p.id,b.Oe.push(p)},ao(p){let[m,w]=cn(p),[v,,k,C]=y.get(m)??[0,0,[],0];if(!(w>v))return w<=C?
[w,"unknown",{code:Re,detail:"too many others ended since"}]:k.find(F=>F[0]===w)??"delivered"},co({x:p,He:m,D:w}){let v=s.keys().next().value??1/0;f=f.filter(k=>k.
id>=v),f.push({id:p,sent:m,mem:w}),u.fe=[...f],b.fe.push({x:p,He:m,D:w})},z(p,m){let w=dn(m);$(w,{...a.get(w)??m,successor:m.successor}),b.tt=p},En(p,m,w){let[v,
k]=cn(p),[C,,F,P]=y.get(v)??[0,0,[],0],A=[...F,[k,m,w]],[[j]=[0]]=A.splice(0,A.length-Un);L(v,[C,Date.now(),A,Math.max(P,j)])},Xt(p,m){let w=s.get(p);return w&&
(s.delete(p),i.delete(w.key),T.Jt(w.yt),d&&u.qe.push(p),m&&T.En(w.key,...m)),w},uo(p){let m=dn(p);if(!p.sealed)return $(m,p);a.delete(m),u.R.set(m,[p.ch,p.p])},
lo(p){d?b.nt.push(p):p()},fo:R,async X(p){let m=d;if(d=void 0,p)return m?.X();await g,await m?.dn(u).catch(()=>{});for(let w of b.nt)w();m?.X()}},L=(p,m)=>{y.set(
p,m),d&&u.We.set(p,m)},$=(p,m)=>{d&&(a.set(p,m),u.R.set(p,m))};return T},un=e=>e.h.reduce((t,[n,r])=>t+n.length+r.length+4,ps+e.ch.length+e.data.length);var jr=(e,t,n,r)=>{let o=!!e.P,{policy:s}=e,i,a,f=Ur(e,p=>r.zt(()=>{p.Oe.forEach(b);for(let m of p.nt)m();p.tt&&r.Ne({i:"persisted",x:p.tt});for(let m of p.fe)r.Ne(
{i:"marked",...m})}),r.Ze),u=p=>p.I?"sent":"pending",b=p=>n({e:"entry",id:p.key,status:u(p),producer:p.p,number:p.n}),g=(p,m)=>n({e:"entry",id:p,end:!0,...m}),y=(p,m,w)=>{
let v={code:m,detail:w};t.failed++,f.En(p,"failed",v),g(p,{status:"failed",fault:v})},O=p=>un({ch:p.ch,data:p.data,h:p.h??[]}),R=({id:p})=>{let m=f.ze.get(p),w=f.ao(
p);if(m)b(m);else if(w)w==="delivered"?g(p,{status:w,ack:{offset:0,duplicate:!0,synced:!1,copies:0}}):g(p,{status:w[1],fault:w[2]});else return!1;return!0},T=()=>{
for(let p of f.oe.values())if(!p.I)return r.Ne({i:"drop",x:p.id,U:kt($t)}),!f.oe.has(p.id);return!1},L=()=>{i===void 0||i===f.ot()||$.K()},$={po:f,mo(p,m){if(R(
p))return!1;if(m)y(p.id,re,"the session was closed");else if(f.ot(s==="drop-oldest"?2:1))s==="drop-newest"?y(p.id,$t,"the outbox is full"):y(p.id,Ft,"");else return f.J(
O(p)),!0;return!1},bo(p){let{id:m,ch:w,type:v,data:k,h:C=[],exp:F}=p,P=O(p);if(f.Jt(P),!R(p)){if(s==="drop-oldest"){for(;f.ot()&&T(););if(f.ot())return y(m,Ft,"\
all was sent, and waits for answers")}f.J(P),a={key:m,ch:w,type:v,data:k,h:C,yt:P,I:!1},t.published++,r.Ne({i:"publish",ve:w,Ae:k.length,ie:F&&r.ho(F)}),L()}},go(p){
f.Jt(O(p)),y(p.id,re,"the session was closed")},Vt(p){let m=a;f.Vt(m,p.b),o||b(m)},m({b:p,E:m,Gn:w}){let v=f.oe.get(p.id);v&&(v.I||(v.I=!0,n({e:"entry",id:v.key,
status:"sent"})),w&&t.resent++,r.m({...m,h:v.h,content:v.type,data:v.data}))},It(p){let m=p.It,w=m==="delivered"?void 0:r.yo(p),v=f.Xt(p.b.id,w&&[m,w]);v&&(t[m]++,
p.gn&&t.duplicates++,w?f.lo(()=>g(v.key,{status:m,fault:w})):g(v.key,{status:m,ack:{offset:p.L,duplicate:p.gn,synced:p.qn,copies:p.Wn}}),L())},xo(){for(let p of f.oe.
values()){let{key:m,ch:w,type:v,data:k,h:C,p:F,n:P}=p;n({e:"restored",id:m,ch:w,type:v,data:k,h:C,status:u(p),producer:F,number:P})}},K(){i=f.ot(),n({e:"outbox",
durable:e.durable,full:i})},_e(p){for(let m of f.oe.values()){let w=m.I;o?g(m.key,{status:u(m),fault:p}):w?g(m.key,{status:"unknown",fault:{code:Re,detail:"no a\
nswer before the end"}}):g(m.key,{status:"failed",fault:p})}}};return $};var qr=(e,t)=>{let n=new Map,r=new Set,o=a=>a&&(a.ne[0]>a.j[0]/2||a.ne[1]>a.j[1]/2),s=new Map,i=(a,d,f)=>(t(a.x,d,f)?.earlier??[]).map(([u,b])=>[u,b]);return{se:n,
wo(a,d,f){let u={x:a,j:f,w:"",ne:[0,0],r:[]};n.set(a,u),s.has(d)||s.set(d,u)},vo(a){let d=n.get(a);n.delete(a);for(let[f,u]of s)u===d&&s.delete(f)},N(a,[d,f]){let u=n.
get(a);u&&(u.ne=[Math.max(0,u.ne[0]-d),Math.max(0,u.ne[1]-f)])},On(a){let d=s.get(a.ch);return!d||!o(d)?!1:(d.V=a,!0)},Cn(a){for(let d of n.values())!d.V||o(d)||
(a(d.V),d.V=void 0)},ko(){for(let a of n.values())a.V=void 0},So({F:a,w:d,E:f}){let u=n.get(a);if(!u)return!0;let{o:b=0,ts:g=0,by:y,h:O,content:R=0,data:T}=f,L=T?.
slice()??new Uint8Array;if(u.ne[0]>4*u.j[0]+1||u.ne[1]>4*u.j[1]+16777216)return!1;u.w!==d&&u.r.push({term:d,earlier:i(u,d,b)}),u.w=d;let $={o:b,ts:g,type:R,data:L};
return y&&($.by=y),O?.length&&($.h=O),u.r.push($),u.ne[0]++,u.ne[1]+=L.length,r.add(u),!0},_o({F:a,E:d}){let f=n.get(a);if(!f)return;let{from:u=0,to:b=0,term:g="",
after:y=0,why:O="unknown"}=d;f.w=g,f.r.push({gap:O,from:u,to:b,term:g,after:y,earlier:i(f,g,y)}),r.add(f)},Qt(){for(let a of r){r.delete(a);let d=a.r;a.r=[],e({
e:"records",sub:a.x,items:d})}}}};var Ke=e=>Array.from(crypto.getRandomValues(new Uint8Array(e)),t=>t.toString(16).padStart(2,"0")).join(""),ze=e=>({code:Le(e.U),detail:e.Xe}),St={code:re,detail:"\
the session was closed"},ms=new Uint8Array,bs=()=>({connects:0,attempts:0,disconnects:{},published:0,delivered:0,failed:0,unknown:0,duplicates:0,resent:0,received:0,
duplicatesDropped:0,gaps:0,lost:0,bytesIn:0,bytesOut:0,rtt:0,outboxRecords:0,outboxBytes:0}),Wr=(e,t)=>{let n=Date.now()-performance.now(),r=()=>Math.round(n+performance.
now()),o=bs(),s=[],i=!1,a=!1,d,f=0,u=[],b=!1,g=!1,y=l=>{if(u.push(l),!b){b=!0;for(let H=u.shift();H;H=u.shift())H();b=!1,!g&&(g=!0,queueMicrotask(O))}},O=()=>{g=
!1,!a&&(F.fo(),k.Ye(),i&&!F.W&&y(V),L())},R,T=1/0,L=()=>{let l=p.ke()??1/0;l>=T||(clearTimeout(R),T=l,R=setTimeout(y,Math.min(Math.max(2,l-r()),1e9),$))},$=()=>{
T=1/0,k.Gt()&&w({i:"moved",Q:r()}),w({i:"tick"})},p=$r({ct:Ke(16),Kn:Ke(8),we:Ke(16),le:e.le,jt:e.jt,Ce:e.Ce,be:e.be,Nt:!!e.Yt.P}),m,w=l=>{if(a)return;for(let N of p.Ne(
r(),l))v[N.i](N);let H=m;m=void 0,H?.()},v={send({E:l}){l.t==="hello"&&l.subs&&(l.subs=l.subs.filter(H=>!P.On(H))),!(l.t==="subscribe"&&P.On(l))&&(l.t==="ping"&&
(f=performance.now()),k.m(l))},publish:l=>C.m(l),persist:l=>C.Vt(l),mark:l=>F.co(l),seal:l=>F.z(l.x,l.bt),outcome:l=>C.It(l),resolved:l=>F.uo(l.bt),held(l){l.b&&
t({e:"held",ch:l.b.ch,at:l.Q-r()+Date.now(),fault:ze(l)})},lost({ve:l,zn:H,Z:N,ee:K}){o.lost+=K-N+1,t({e:"lost",ch:l,producer:H,from:N,to:K})},record(l){o.received++,
P.So(l)||(m=()=>k.ue({code:En,detail:"the server sends far more than the window"}))},gap(l){o.gaps++,P._o(l)},subscribed:({F:l,E:{term:H="",o:N=0}})=>t({e:"subs\
cribed",sub:l,term:H,o:N}),ended:l=>pe(l.F,l.U?ze(l):void 0),welcome(l){k.so(l.E),P.Cn(j),A.K()},disconnect(l){m=()=>k.ue(ze(l),l.Q-r())},authenticate(l){typeof e.Ie!=
"function"&&ne({code:Le(l.U),detail:k.et?.detail??""})},fail:l=>ne(ze(l)),refresh:()=>{k._n()}},k=Nr(e,o,{zt:l=>y(()=>a||l()),Te:(l,H)=>fe(l,H),oo:l=>w({i:"conn\
ected",Ie:l}),E(l){l.t==="pong"&&f&&(o.rtt=performance.now()-f,f=0),l.t==="reply"&&A.Wt(l);let H=o.received;w({i:"frame",E:l}),l.t==="record"&&H===o.received&&o.
duplicatesDropped++},ro:()=>P.Qt(),te(l){f=0,P.ko(),A.vn(),w({i:"disconnected",U:l})},Ze:l=>ne(l)}),C=jr(e.Yt,o,t,{zt:y,Ne:w,m:l=>k.m(l),Ze:l=>S(l),ho:l=>l-Date.
now()+r(),yo:ze}),F=C.po,P=qr(t,(l,H,N)=>p.Bt(l,H,N)),A=Rr(t,l=>k.m(l)),j=l=>k.m({...l,t:"subscribe"}),fe=(l,H)=>{let N=k.et;t({e:"status",status:{state:i&&!a?"\
closing":l,attempt:k.de(),...N&&{fault:N},...H}})},pe=(l,H)=>{P.Qt(),P.vo(l),t({e:"ended",sub:l,...H&&{fault:H}})},we={publish:l=>C.bo(l),subscribe({sub:l,c:H,earlier:N=[],
...K}){let{ch:Ie,window:tt,term:nt,o:h=0}=K;P.wo(l,Ie,tt),w({i:"subscribe",F:l,Pe:K,Bt:nt?{term:nt,offset:h,earlier:N}:void 0})},unsubscribe:l=>w({i:"unsubscrib\
e",F:l.sub}),done({sub:l,took:H,term:N="",o:K}){P.N(l,H),K!==void 0&&w({i:"done",F:l,w:N,L:K}),k.P&&P.Cn(j)},call:l=>A.Jn(l,k.P),cancel:l=>A.Vn(l.id),refresh:l=>{
l.token?k.Tn(l.token):k._n()},reconnect:()=>k.io(),stats:({id:l})=>t({e:"stats",id:l,stats:{...o,bytesOut:k.De(),outboxRecords:F.W,outboxBytes:F.gt}}),close({drain:l}){
if(l<0)return V(!0);i||(i=!0,fe("closing"),d=setTimeout(y,l,()=>V()))}},Oe=l=>{l.c==="publish"&&C.go(l),l.c==="subscribe"&&t({e:"ended",sub:l.sub,fault:St}),l.c===
"call"&&t({e:"reply",id:l.id,fault:St,type:0,data:ms}),l.c==="stats"&&we.stats(l)},me=l=>a?Oe(l):we[l.c](l),V=l=>{w({i:"bye"}),ne(void 0,l)},ne=(l,H)=>{if(!a){P.Qt(),
a=!0,clearTimeout(R),clearTimeout(d),k._e(l),fe(l?"failed":"closed");for(let N of P.se.keys())pe(N,l);A.vn(l??St),s?.forEach(Oe),C._e(l??St),F.X(H).then(()=>t({
e:"closed",left:F.W}))}},x=l=>{if(a)return l?.X();l&&(F.qt(l),p.qt(l.R,Array.from(F.oe.values(),hs)),C.xo()),C.K();let H=s;s=void 0,H.forEach(me),k.Se()},S=l=>y(
()=>ne(l));return(async()=>e.Yt.P?.(e.le,S))().then(l=>y(()=>x(l)),S),{l(l){l.c==="publish"&&!C.mo(l,a||i)||(s&&!a?s.push(l):y(()=>me(l)))}}},hs=({id:e,ch:t,p:n,
n:r,size:o,sent:s,mem:i,expires:a})=>({id:e,ch:t,p:n,n:r,size:o,sent:s,mem:i,expires:a});var gs=new TextEncoder,ys=new TextDecoder,Je=e=>gs.encode(e),Ve=e=>ys.decode(e),ln=(e,t,n)=>{t instanceof ArrayBuffer&&(t=new Uint8Array(t));let r=ArrayBuffer.isView(
t)&&new Uint8Array(t.buffer,t.byteOffset,t.byteLength).slice();if(r&&n!=="json")return[n==="text"?1:0,r];if(typeof t=="string"&&n!=="json")return[n==="binary"?0:
1,Je(t)];let o;try{let s=JSON.stringify(r?JSON.parse(Ve(r)):t);if(s!==void 0&&(n??"json")==="json")return[2,Je(s)]}catch(s){o=s}throw new G(Rn,e,`data cannot be\
 ${n??"json"}`,o)},Xe=(e,t)=>e===2?JSON.parse(Ve(t)):e?Ve(t):t,fn=(e,t)=>{if(!/^[^\p{C}\p{Z}"\\\uFFFD]+$/u.test(t)||Je(t).length>255)throw new G(Fn,e,"1 to 255 \
bytes of printable text without spaces, quotes and backslashes are wanted")},Gr=(e,t=[])=>{let n=(Array.isArray(t)?t:Object.entries(t)).map(([r,o])=>[`${r}`,`${o}`]);
for(let[r,o]of n)if(!r||Je(r).length>255||Je(o).length>4096||n.length>64)throw new G(ve,e,"headers: at most 64, names of 1 to 255 bytes, values of at most 4,096");
return n};var xs=32,ws=50,zr=["binary","text","json"],_t=(e,t,n)=>{let r=n.filter(([o,s])=>o!==e&&s<t);return[[e||"-",t],...r].map(([o,s])=>`${o}@${s}`).join(" ")},pn=class{gap;channel;offset;term;time;user;headers;type;bytes;H;constructor(t,n,r,{
o,ts:s,by:i="",h:a=[],type:d,data:f}){this.channel=t,this.term=n,this.offset=o,this.time=s,this.user=i,this.headers=a,this.type=zr[d],this.bytes=f,this.H=r}get data(){
return Xe(zr.indexOf(this.type),this.bytes)}text(){return Ve(this.bytes)}json(){return JSON.parse(this.text())}get position(){return _t(this.term,this.offset,[])}get checkpoint(){
return _t(this.term,this.offset,this.H)}},Tt=class extends EventTarget{channel;x;l;Mn;Zt=be();rt=[];Be=0;w="";H=[];ke;xt=!1;Ee;wt;d;N=[0,0];M=0;constructor(t,n,r,o){
super(),this.x=t,this.channel=n,this.Mn=r,this.l=o}get ready(){return this.Zt.re}async*[Symbol.asyncIterator](){if(this.xt)throw new G(ve,`read ${this.channel}`,
"somebody else reads it already");this.xt=!0;try{for(;;){this.wt&&(this.d=this.wt),this.wt=void 0,this.Be>255&&(this.rt.splice(0,this.Be),this.Be=0);let t=this.rt[this.Be++];
if(this.B(!t)&&await vs(),t){let n=this.J(t);n&&(yield n);continue}if(this.rt=[],this.Be=0,this.Ee?.Ln)throw this.Ee.Ln;if(this.Ee)return;await new Promise(n=>{
this.ke=n})}}finally{this.xt=!1}}J(t){if("o"in t)return this.N[0]++,this.N[1]+=t.data.length,this.Mn||(this.wt=[this.w,t.o]),new pn(this.channel,this.w,this.H,t);
if(this.w=t.term,this.H=t.earlier,"gap"in t)return mn(this.channel,t)}B(t){let n=performance.now(),r=n-this.M>ws;if(!t&&!r&&this.N[0]<xs)return!1;r&&(this.M=n);
let[o,s]=this.d??[];return(this.d||this.N[0])&&this.l({c:"done",sub:this.x,took:this.N,...s!==void 0&&{term:o,o:s}}),this.N=[0,0],this.d=void 0,r&&!t}ack(t){this.d=
[t.term,t.offset],this.B(!0)}close(){this.Ee||(this.B(!0),this.rt=[],this.Be=0,this.l({c:"unsubscribe",sub:this.x}),this.Fn())}addEventListener(t,n,r){super.addEventListener(
t,n,r),t==="record"&&!this.xt&&this.To()}async To(){try{for await(let t of this)Z(this,t.gap?"gap":"record",t)}catch{}}Ge(t){if(!this.Ee){for(let n of t)this.rt.
push(n);this.ke?.()}}K(t,n){this.Zt.pe(_t(t,n,[]))}Fn(t){if(this.Ee)return;let n=t&&ae(t,`subscribe to ${this.channel}`);this.Ee={...n&&{Ln:n}},this.Zt.me(n??ae(
{code:re},`subscribe to ${this.channel}`)),this.ke?.(),Z(this,"end",n)}},vs=()=>new Promise(e=>{let{port1:t,port2:n}=new MessageChannel;t.onmessage=()=>{t.close(),
e()},n.postMessage(0)}),mn=(e,{gap:t,from:n,to:r,term:o,after:s,earlier:i})=>({gap:t,channel:e,from:n,to:r,checkpoint:_t(o,s,i)});var Ye=class extends ct(){status={state:"connecting",attempt:0};outbox;messages;Ue=new Map;_=new Map;V=new Map;G=Ke(8);j;$n;en;Rn=be();tn=new Map;nn=0;constructor(t,n={}){
super(),this.messages=this.Ue;let r=Ss(t),o=n.WebSocket??globalThis.WebSocket;if(!o)throw new G(ve,"open session","there is no WebSocket here; give the option W\
ebSocket");this.en=`session with ${r.replace(/\?.*/,"")}`,this.j=[n.window?.records??512,n.window?.bytes??1<<20];let s=n.outbox??jn(),i=n.user??"",a=(u,b)=>Wr({
kn:r,Kt:n.codec??Zn,Ie:n.token,le:i,jt:n.agent??"holdfast-ts",Yt:b&&s.P?{...s,P:(g,y)=>s.P(g,y,b)}:s,eo:n.backoff??{},Sn:n.connectTimeout??1e4,Ce:n.ackTimeout,be:n.
pongTimeout??1e4,no:o},u),d=u=>this.Ge(u),f=s.P?s.name:"";this.$n=n.tabs?n.tabs(a,d,{url:r,user:i,outbox:f,page:this.G}):a(d)}get state(){return this.status.state}get error(){
return this.status.fault&&ae(this.status.fault,this.en)}publish(t,n,r={}){let o=`publish to ${t}`;fn(o,t);let[s,i]=ln(o,n,r.type),a=Gr(o,r.headers),d=`${this.G}\
:${++this.nn}`,f=new De(d,t,n);return this.Ue.set(d,f),this.l({c:"publish",id:d,ch:t,type:s,data:i,...a[0]&&{h:a},...r.ttl&&{exp:Date.now()+r.ttl}}),f}subscribe(t,n={}){
let r=`subscribe to ${t}`;fn(r,t);let o=++this.nn,s=[n.window?.records??this.j[0],n.window?.bytes??this.j[1]],i={c:"subscribe",sub:o,ch:t,window:s,..._s(r,n.from)};
n.cursor&&(i.cursor=n.cursor);let a=new Tt(o,t,n.ack==="manual",u=>this.l(u));this._.set(o,a),this.l(i);let{signal:d}=n,f=()=>a.close();return d?.addEventListener(
"abort",f),a.addEventListener("end",()=>d?.removeEventListener("abort",f)),d?.aborted&&f(),a}channel(t){return{name:t,publish:(n,r)=>this.publish(t,n,r),subscribe:n=>this.
subscribe(t,n)}}call(t,n,r={}){let o=`call ${t}`,[s,i]=n===void 0?[0,new Uint8Array]:ln(o,n),[a,d]=this.An(),f=(y,O)=>{this.l({c:"cancel",id:a}),d.me(new G(y,o,
O))},u=r.timeout??3e4,b=setTimeout(()=>f(Ln,`no reply within ${u} ms`),u),g=()=>f(Pn,"");return r.signal?.addEventListener("abort",g),r.signal?.aborted?g():this.l(
{c:"call",id:a,name:t,type:s,data:i,...r.key&&{key:r.key}}),d.re.finally(()=>{clearTimeout(b),r.signal?.removeEventListener("abort",g),this.V.delete(a)})}refresh(t){
this.l({c:"refresh",...t&&{token:t}})}reconnect(){this.l({c:"reconnect"})}stats(){let[t,n]=this.An();return this.l({c:"stats",id:t}),n.re}connected(){return this.on(
()=>this.state==="open")}room(){return this.on(()=>!!this.outbox&&!this.outbox.full)}flush(){return this.on(()=>!!this.outbox&&!this.Ue.size)}close({drain:t=5e3}={}){
for(let n of this._.values())n.B(!0);return this.l({c:"close",drain:t}),this.Rn.re}l(t){this.$n.l(t)}An(){let t=++this.nn,n=be();return this.V.set(t,n),[t,n]}on(t){
let n=be();return this.tn.set(n,t),this.vt(),n.re}vt(){let t=this.state==="failed"||this.state==="closed";for(let[n,r]of this.tn){if(r())n.pe();else if(t)n.me(this.
error??ae(ks,this.en));else continue;this.tn.delete(n)}}Ge(t){switch(t.e){case"status":return this.status=t.status,Z(this,"status",t.status),t.status.state==="f\
ailed"&&Z(this,"error",this.error),this.vt();case"outbox":return this.outbox={durable:t.durable,full:t.full},Z(this,"status",this.status),this.vt();case"restore\
d":return this.Ue.set(t.id,new De(t.id,t.ch,Xe(t.type,t.data),t.status)),this.b({e:"entry",id:t.id,status:t.status,producer:t.producer,number:t.number},!0);case"\
entry":return this.b(t);case"records":return this.W(t.sub,t.items);case"subscribed":return this._.get(t.sub)?.K(t.term,t.o);case"ended":{let n=this._.get(t.sub);
return this._.delete(t.sub),n?.Fn(t.fault)}case"reply":return this.Wt(t);case"stats":this.V.get(t.id)?.pe(t.stats),this.V.delete(t.id);return;case"held":Z(this,
"held",{channel:t.ch,at:t.at,error:ae(t.fault,`publish to ${t.ch}`)});return;case"lost":Z(this,"lost",{channel:t.ch,producer:t.producer,from:t.from,to:t.to});return;case"\
closed":return this.Rn.pe(t.left)}}b(t,n=!1){let r=this.Ue.get(t.id);r&&(t.end&&this.Ue.delete(t.id),(r.Ge(t)||n)&&Z(this,"message",r),t.end&&this.vt())}W(t,n){
let r=this._.get(t);if(r){r.Ge(n);for(let o of n)"gap"in o&&Z(this,"gap",mn(r.channel,o))}}Wt({id:t,fault:n,type:r,data:o}){let s=this.V.get(t);if(n)return s?.me(
ae(n,"call"));try{s?.pe(Xe(r,o))}catch(i){s?.me(i)}}},ks={code:re,detail:"the session was closed"},Ss=e=>{try{let t=new URL(e,globalThis.location?.href);if(t.protocol=
t.protocol.replace("http","ws"),/^wss?:$/.test(t.protocol))return t.hash="",t.pathname==="/"&&(t.pathname="/ws"),t.href}catch{}throw new G(ve,"open session",`ur\
l: "${e}" is none for ws, wss, http or https`)},_s=(e,t="head")=>{if(typeof t=="string")return{at:t};if("last"in t)return{at:"last",last:t.last};if("since"in t)
return{at:"time",since:t.since};if("offset"in t)return t.offset?{at:"position",o:t.offset}:{at:"start"};let n=t.checkpoint.split(/\s+/).filter(Boolean);if(!n[0])
return{at:"start"};let[[r,o],...s]=n.map(i=>{let a=/^(-|[\da-f]{16})@(\d{1,16})$/.exec(i);if(!a||n.length>8)throw new G(ve,e,`checkpoint: "${t.checkpoint}"`);return[
a[1].replace("-",""),+a[2]]});return r?{at:"position",term:r,o,earlier:s}:o?{at:"position",o}:{at:"start"}};var E=e=>document.getElementById(e);function B(e,t,...n){let r=document.createElement(e);return t&&(r.className=t),r.append(...n),r}function W(e,t){e.textContent!==
t&&(e.textContent=t),e.hidden=t===""}var ue=e=>W(E("announcement"),e);function Et(e){let t=new Date(e),n=t.toDateString()===new Date().toDateString(),r=B("time",
"",n?t.toLocaleTimeString():t.toLocaleString());return r.dateTime=t.toISOString(),r.title=t.toLocaleString(void 0,{dateStyle:"full",timeStyle:"long"}),r}function Qe(e,t=""){
let n=B("span",`badge ${e}`,e);return n.title=t,n}function $e(e,t,n){W(t,n),n?e.setAttribute("aria-invalid","true"):e.removeAttribute("aria-invalid")}var bn=e=>new TextEncoder().
encode(e);function Ts(e,t){if(t.trim()==="")return"There is nothing to send yet.";if(!e)return"";try{return JSON.parse(t),""}catch(n){return`That is not JSON: ${n.message}`}}
function Kr(e){let t=E("composer"),n=E("message"),r=()=>new FormData(t).get("type")==="json",o=()=>{n.rows=Math.min(6,n.value.split(`
`).length)};function s(){let i=r(),a=n.value,d=Ts(i,a)||e(i?{json:a.trim()}:{text:a});$e(n,E("mistake"),d),d||(n.value=""),o(),n.focus()}t.onsubmit=i=>{i.preventDefault(),
s()},n.oninput=()=>{$e(n,E("mistake"),""),o()},n.onkeydown=i=>{i.key!=="Enter"||i.shiftKey||i.isComposing||(i.preventDefault(),s())},t.onchange=()=>{let i=r();n.
placeholder=i?'{"any": "JSON value"}':"Write a message",n.classList.toggle("json",i),$e(n,E("mistake"),"")},n.focus()}var Ee=e=>{let{code:t=0,message:n="",op:r="",codeName:o}=e;return o?{code:t,detail:n.slice(r.length+2,-o.length-2).trim()}:{code:4300,detail:String(e)}},Y=(e,t)=>`${e.
toLocaleString()} ${t}${e===1?"":"s"}`,hn=e=>e.charAt(0).toUpperCase()+e.slice(1);function Jr(e){function t({code:i,detail:a}){let d=e[i]?.[1]??"the server said\
 something that this page has no words for";return!a||a.includes(d)?hn(`${d} (${i}).`):hn(`${i<4e3?a:`${d}: ${a}`} (${i}).`)}let n=i=>e[i]?.[2]?`${hn(e[i][2])}.`:
"",r=({waiting:i,durable:a})=>{let d=a?"safely in this browser":"here";return i===0?a?"What you write is kept in this browser.":"What you write waits here.":`${Y(
i,"message")} ${i===1?"waits":"wait"} ${d}.`};function o(i){let a=i.user?`to ${i.host} as ${i.user}.`:`to ${i.host}.`,d=Number.isNaN(i.tokenEnds)?"soon":`in ${i.
tokenEnds} s`;if(i.tokenEnds!==void 0)return`${a} The token ends ${d}; with the next one you stay connected.`;if(i.waiting===0)return a;let{waitingFor:f=0}=i;return`${a}\
 ${Y(i.waiting,"message")} on the way${f>=3?`, without an answer for ${f} s`:""}.`}function s(i){let a=i.fault?t(i.fault):"";if(i.wantsToken)return["Not let in.",
`${a} ${i.fault?n(i.fault.code):""} ${r(i)}`];switch(i.state){case"open":return["Connected",o(i)];case"waiting":return i.offline?["Offline.",`It goes on when th\
ere is a network again. ${r(i)}`]:[`${i.before?"Cut off":"Not connected"}. Next try in ${i.retryIn??0} s.`,`${a} ${r(i)}`];case"failed":return["Stopped.",`${a} ${i.
fault?n(i.fault.code):""}`];case"closing":case"closed":return["Closed.",""];default:return[i.before?"Connecting again…":"Connecting…",`to ${i.host}. ${i.before||
i.waiting>0?r(i):""}`]}}return{sentence:t,advice:n,connection:s}}var Ot=(e,t)=>e[t]?.[0]??["now","later","authenticate","stop"][Math.floor(t/100)-40]??"now";function Vr(e,t,n,r){let o=!1,s,i,a="",d=0,f=g=>Ot(n,g)==="authenticate";async function u(){let{status:g}=e,y=(O,R=1006)=>{e.status===g&&(i={code:R,detail:O})};
try{let O=await fetch("readyz",{cache:"no-store",signal:AbortSignal.timeout(3e3)}),R=(await O.text()).trim().slice(0,80),T=Number(O.headers.get("Holdfast-Code"));
T?y(R,T):O.ok?y("the server is there but took no connection"):y(`the server is not ready: ${R}`)}catch{y("the server cannot be reached")}}let b=g=>{let{state:y,
retryAt:O=0,user:R}=e.status,T=y==="open";return{host:location.host,state:y,before:o,user:R,offline:navigator.onLine===!1,fault:s??i??(e.error&&Ee(e.error)),retryIn:Math.
max(0,Math.ceil((O-Date.now())/1e3)),wantsToken:!T&&s!==void 0,tokenEnds:T&&r.asked()?r.left()??Number.NaN:void 0,waiting:g.waiting,waitingFor:g.since?Math.floor(
(Date.now()-Math.max(g.since,d))/1e3):0,durable:(e.outbox?.durable??!0)&&g.kept}};return{refused:()=>s!==void 0,renewed(){s=void 0},changed(){let{state:g}=e,y=e.
error&&Ee(e.error);g==="open"?(o=!0,s=void 0):y&&f(y.code)&&(g==="waiting"||g==="failed")&&(s=y),i=void 0,s&&s===y&&ue(`Not let in. ${t.sentence(s)}`),g==="wait\
ing"&&y?.code===4107&&!s&&u(),g!==a&&(a=g,g==="open"&&(d=Date.now()),g==="open"&&ue("Connected."),g==="waiting"&&!s&&ue(`Cut off. ${y?t.sentence(y):""} It is tr\
ied again by itself.`),g==="failed"&&ue(`Stopped. ${y?t.sentence(y):""}`))},show(g){let y=b(g),[O,R]=t.connection(y),T=y.wantsToken?"failed":y.state;E("connecti\
on").dataset.state=T==="authenticating"?"connecting":T==="failed"||T==="closed"?"stopped":T,W(E("headline"),O),W(E("explanation"),R.trim()),W(E("tabs"),g.tabs),
r.show(y.wantsToken===!0||y.tokenEnds!==void 0,y.wantsToken===!0),E("retry").hidden=y.wantsToken===!0||y.state!=="waiting"&&y.state!=="failed",E("retry").textContent=
y.state==="failed"?"Load again":"Try now"}}}function Es(e){try{let t=e.split(".")[1].replaceAll("-","+").replaceAll("_","/");return Number(JSON.parse(atob(t)).exp)*1e3}catch{return Number.NaN}}function Xr(e){
let t="",n=[],r=E("token"),o=E("credentials"),s=typeof BroadcastChannel=="function"?new BroadcastChannel("holdfast page"):void 0;function i(a){t=a;let d=n;n=[];
for(let f of d)f(t);e()}return s&&(s.onmessage=({data:a})=>{typeof a?.token=="string"?i(a.token):t&&s.postMessage({token:t})},s.postMessage({})),o.onsubmit=a=>{
a.preventDefault();let d=r.value.trim();r.value="",s?.postMessage({token:d}),i(d),E("message").focus()},{next:a=>a?new Promise(d=>n.push(d)):t,asked:()=>n.length>
0,left(){let a=Es(t);return Number.isNaN(a)?void 0:Math.max(0,Math.ceil((a-Date.now())/1e3))},show(a,d){a&&o.hidden&&d&&!E("message").value&&setTimeout(()=>r.focus()),
o.hidden=!a,W(E("token-button"),d?"Connect":"Stay connected")}}}var ee=e=>e.toLocaleString();function gn(e){if(e<1e3)return Y(e,"byte");let t=["kB","MB","GB"],n=-1;do e/=1e3,n++;while(e>=1e3&&n<t.length-1);return`${e.toLocaleString(
void 0,{maximumFractionDigits:1})} ${t[n]}`}var Os=e=>e>0?`${e<10?e.toFixed(1):Math.round(e)} ms`:"not measured yet";function Cs(e){let t=Object.entries(e);return t.
length?t.map(([n,r])=>r>1?`${r} × ${n}`:n).join(", "):"none"}var Yr=(e,t)=>[["Connection",[["Round trip",Os(e.rtt)],["Connections",`${ee(e.connects)} of ${Y(e.
attempts,"attempt")}`],["Ends, by code",Cs(e.disconnects)],["Bytes in, out",`${gn(e.bytesIn)}, ${gn(e.bytesOut)}`],["Tabs",t.tabs]]],["Publishing",[["Taken",ee(
e.published)],["Delivered",ee(e.delivered)],["Failed, unknown",`${ee(e.failed)}, ${ee(e.unknown)}`],["Sent again",ee(e.resent)],["… which the server had",ee(e.
duplicates)],["Waiting",`${ee(e.outboxRecords)} (${gn(e.outboxBytes)})`],["Kept",t.outbox]]],["Receiving",[["Received",ee(e.received)],["Doubles dropped",ee(e.duplicatesDropped)],
["Gaps",ee(e.gaps)],["Lost by the server",ee(e.lost)]]]];function Qr(e,t){let n=E("figures-panel"),r=E("figures-button"),o=new Map;function s(u){for(let[b,g]of Yr(
u,t()))for(let[y,O]of g){let R=`${b} ${y}`,T=o.get(R);T&&W(T,O)}}function i(u){for(let[b,g]of Yr(u,t())){let y=B("dl","");for(let[O,R]of g){let T=B("dd","",R);o.
set(`${b} ${O}`,T),y.append(B("div","",B("dt","",O),T))}n.append(B("section","",B("h2","",b),y))}}async function a(){let u=await e();o.size===0?i(u):s(u)}let d=()=>{
a().catch(()=>{})},f;r.onclick=()=>{let u=n.hidden;n.hidden=!u,r.setAttribute("aria-expanded",String(u)),clearInterval(f),u&&(d(),f=setInterval(d,1e3))}}var Ms=500,yn=4e3,Ls=8,$s=e=>Array.from(e.subarray(0,100),t=>t.toString(16).padStart(2,"0")).join(" "),Zr=e=>e.length>yn?`${e.slice(0,yn)}… and ${Y(e.length-yn,
"more character")}`:e;function Fs(e){if("text"in e)return B("div","payload",B("p","data",Zr(e.text)));let t="bytes"in e,n=t?`${$s(e.bytes)}${e.bytes.length>100?
" …":""}`:Zr(e.json);return B("div","payload",B("span","kind",t?Y(e.bytes.length,"byte"):"JSON"),B("code","data",n))}function xn(e,t,n,r){let o=B("span","offs\
et",e?String(e):"–");o.title=e?`offset ${e}`:"it has no offset yet";let s=B("span","meta");return r&&s.append(B("span","by",r)),n&&s.append(Et(n)),B("li","rec\
ord",o,Fs(t),s)}function eo(e){let t=E("log"),n=new Map,r=0,o=0;function s(a){for(t.append(a),o++;t.childElementCount>Ms;){let d=t.firstElementChild;d.classList.
contains("record")&&r++,n.delete(Number(d.dataset.offset)),d.remove()}e()}return{clear(){n=new Map,r=0,t.replaceChildren()},startsAfter(a){n.size===0&&(r=a)},record(a,d,f,u){
let b=xn(a,d,f,u);b.dataset.offset=String(a),n.set(a,b),s(b)},notice(a){s(B("li","notice",a))},mine(a,d){let f=n.get(a);if(!f)return!1;if(f.classList.contains("\
mine"))return!0;f.classList.add("mine");let u=f.querySelector(".meta");return u.querySelector(".by")?.remove(),u.prepend(B("span","by","you")),u.append(Qe("deli\
vered",d.synced?`synced to disk, on ${Y(d.copies||1,"machine")}`:"in the server’s memory")),!0},forked(a){for(let[d,f]of n)d<a||(f.classList.add("gone"),f.querySelector(
".badge")?.replaceWith(Qe("gone")),n.delete(d))},empty:()=>t.childElementCount===0,hidden:()=>r,settle(){E("live").setAttribute("aria-live",o>Ls?"off":"polite"),
o=0}}}var to=100,wn=e=>e.status==="failed"||e.status==="unknown",vn=e=>e.status==="pending"||e.status==="sent";function no(e,t,n,r){let o=[],s=new Map,i="";function a(b){
o=o.filter(g=>g!==b),d(b),E("message").focus(),r()}function d(b){s.get(b)?.remove(),s.delete(b)}function f(b){let g=b.fault??{code:0},y=B("button","quiet","Send\
 again"),O=B("button","quiet","Dismiss");return y.type=O.type="button",O.onclick=()=>a(b),y.onclick=()=>{a(b),n(b)},B("div","trouble",B("p","",`${e.sentence(g)}\
 ${e.advice(g.code)}`),y,O)}function u(b){let g=s.get(b);g||(g=xn(0,b.payload,0,"you"),g.classList.add("mine"),g.querySelector(".meta").append(Et(b.at)),s.set(b,
g),E("queue").append(g));let y=`${b.status}|${b.fault?.code??""}`;g.dataset.shown!==y&&(g.dataset.shown=y,g.querySelector(".badge")?.remove(),g.querySelector(".\
trouble")?.remove(),g.querySelector(".meta").append(Qe(b.status)),b.fault&&(g.append(wn(b)?f(b):B("div","trouble",e.sentence(b.fault))),wn(b)&&ue(`A message ${b.
status==="failed"?"failed":"has an unknown outcome"}. ${e.sentence(b.fault)}`)))}return{add:b=>{o.push(b)},waiting:()=>o.filter(vn).length,kept:()=>o.every(b=>b.
kept||!vn(b)),since:()=>o.find(vn)?.at,clear(){s.clear(),E("queue").replaceChildren()},refresh(b,g){o=o.filter(L=>{if(L.status!=="delivered")return!0;let{offset:$=0,
synced:p=!1,copies:m=0}=L,w=L.channel!==b||$<=g;return L.channel===b&&$&&t.mine($,{synced:p,copies:m}),w&&d(L),!w});let y=o.filter(L=>L.channel===b);for(let L of y.
slice(0,to))u(L);let O=y.length-to;W(E("queue-more"),O>0?`and ${Y(O,"more message")}.`:""),E("outgoing").hidden=y.length===0,y.length===0&&(i=""),W(E("queue-hel\
d"),i),W(E("outgoing-title"),y.length===0||y.some(L=>!wn(L))?"Not yet in the channel":"Not stored, or not known to be");let R=o.filter(L=>L.channel!==b),T=[...new Set(
R.map(L=>L.channel))].join(", ");W(E("elsewhere"),R.length?`${Y(R.length,"message")} of yours ${R.length===1?"is":"are"} not stored in ${T}.`:"")},held(b){i=b,ue(
b),r()},empty:()=>s.size===0}}var ro=()=>typeof BroadcastChannel=="function"&&!!globalThis.navigator?.locks;function oo(e,t,n){let r,o,s=(i,a,d)=>{let{signal:f}=o;return navigator.locks.request(
`holdfast ${e} ${i}`,{signal:f},()=>{if(!f.aborted)return a(),d?void 0:new Promise(u=>f.addEventListener("abort",()=>u()))}).catch(u=>{if(!f.aborted)throw u})};
return{rn:()=>new Promise((i,a)=>{if(o)return i();o=new AbortController,r=new BroadcastChannel(`holdfast ${e}`),r.onmessage=({data:d})=>{typeof d?.t!="string"||
typeof d.from!="string"||d.to&&d.to!==t||(d.v===1?n.Eo(d):n.Oo(d.t))},s(`tab ${t}`,()=>{i(),s("lead",n.Co).catch(a)}).catch(a)}),sn:()=>{o?.abort(),r?.close(),o=
r=void 0},l:(i,a,d)=>r?.postMessage({...a,v:1,t:i,from:t,to:d}),kt:i=>{s(`tab ${i}`,()=>n.te(i),!0)}}}var so=(e,t)=>!e||t&&t.o<e.o?t:e;function io(e,t){let n=new Map,r=[],o=0,s,i,a=[0,0],d=0,f=[0,0],u,b,g=()=>n.size>1?void 0:n.keys().next().value,y=()=>[...n.values(),
...u?[u]:[]],O=()=>{let v=o;o=0,v&&t.l({c:"unsubscribe",sub:v})},R=v=>{O(),o=t.Mo(w),s=y().find(C=>C.O.cursor)?.O.cursor;let k=[0,1].map(C=>Math.min(...y().map(
F=>F.O.window[C])));t.l({...v,sub:o,window:k,...s&&{cursor:s}}),a=[0,0],f=[0,0]},T=v=>{let{term:k,o:C,earlier:F}=v;R({c:"subscribe",sub:o,ch:e,at:"position",o:C,
window:[0,0],...k&&{term:k,earlier:F}}),L(v)},L=v=>{i={...v},b=void 0,d=v.o;for(let k of n.values())Object.assign(k,{N:[0,0],d,w:v.term});t.B({e:"open",ch:e,g:o,
at:v},g())},$=()=>{u||!r.length||(u=r.shift(),b=n.size?i:void 0,i=void 0,R(u.O))},p=()=>{u=void 0,b&&n.size&&T(b),$()},m=()=>{if(!o||!n.size||u)return;let v,k=[
...a];for(let P of n.values()){(!v||P.d<v.d)&&(v=P);for(let A of[0,1])k[A]=Math.min(k[A],P.N[A])}let C=[k[0]-f[0],k[1]-f[1]],F=v.d>d;!F&&!C[0]&&!C[1]||(f=k,F&&(d=
v.d),t.l({c:"done",sub:o,took:C,...F&&{term:v.w,o:d}}))},w={ve:e,F:()=>o,rn(v,k){let{sub:C,cursor:F}=k.cmd,P={je:v,F:C,O:k.cmd,d:i?.o??0,w:i?.term??"",N:[...a]},
A=[...y(),...r].find(j=>F&&j.O.cursor&&j.O.cursor!==F);if(A){let j={code:ot,detail:`another tab reads it with the cursor ${A.O.cursor}`};t.B({e:"ended",sub:C,fault:j},
v)}else k.at?(n.set(v,P),u?b=so(b,k.at):!i||k.at.o<i.o||F&&!s?T(so(i,k.at)):t.B({e:"open",ch:e,g:o,at:{...i}},v)):(r.push(P),$())},sn(v){n.delete(v);let k=r.findIndex(
C=>C.je===v);return k>=0&&r.splice(k,1),u?.je===v?(O(),p()):s&&i&&n.size&&!y().some(C=>C.O.cursor)?T(i):m(),n.size||u||r.length?!1:(O(),!0)},d(v,k,C,F,P){let A=n.
get(v);!A||k!==o||(A.N=[A.N[0]+C[0],A.N[1]+C[1]],F>A.d&&Object.assign(A,{d:F,w:P}),m())},Lo(v,k){if(!u)return;let C=u,F={term:v,o:k,earlier:C.O.term?C.O.earlier??
[]:[]};u=void 0,n.size||(b=void 0),n.set(C.je,C),t.B({e:"subscribed",sub:C.F,term:v,o:k},C.je),b&&b.o<k?T(b):L(F),$()},W(v){if(i){for(let k of v)"gap"in k?i={term:k.
term,o:k.after,earlier:k.earlier}:"term"in k?i={...i,term:k.term,earlier:k.earlier}:(i.o=k.o,a[0]++,a[1]+=k.data.length);t.B({e:"stream",ch:e,items:v},g())}},Xt(v){
o=0;let k=u?[u]:[...n.values()];for(let C of k)t.B({e:"ended",sub:C.F,...v&&{fault:v}},C.je),n.delete(C.je);return u||(i=void 0),p(),!n.size&&!u}};return w}var ao=(e,t)=>{e.set(t.id,t),e.size>As&&e.delete(e.keys().next().value)},co=1e3,Rs=1e3,As=2e3,Hs=1e3;function lo(e,t){let n=new Map,r=new Map,o=new Map,s=new Map,
i=new Map,a=new Map,d=0,f=!0,u,b,g,y=[],O,R=[],T=[],L,$=[],p=()=>{let x=$;$=[];for(let S=0;S<x.length;){let M=x[S][1],l=[];for(;S<x.length&&x[S][1]===M;S++)l.push(
x[S][0]);e.B(l,M)}},m=(x,S)=>{$.push([x,S])===1&&queueMicrotask(p)},w=x=>n.get(x)?.St,v=(x,S)=>{if(!(!S.an||!S.St||!g)){S.an=!1;for(let M of i.values())n.has(uo(
M.id))||m(M,x)}},k=()=>{for(;y.length&&(!g.full||y.length>Hs);)u.l(y.shift())},C=x=>{let S=uo(x.id),{status:M,producer:l="",number:H=0}=x;x.end?i.delete(x.id):i.
has(x.id)&&Object.assign(i.get(x.id),l?{status:M,producer:l,number:H}:{status:M});let N=w(S);m(x,N?S:void 0),x.end&&ao(N?n.get(S).M:a,x)},F=x=>{if(!(O&&x.e!=="c\
losed"&&(x.e!=="entry"||/pending|sent/.test(x.status)))&&!(L&&x.e!=="closed"))switch(x.e){case"status":return x.status.state==="failed"&&x.status.fault?.code===
st&&(L=setTimeout(ne,co),x={e:"status",status:{...x.status,state:"waiting",retryAt:Date.now()+co}}),b=x,m(x);case"outbox":g=x;for(let[S,M]of n)v(S,M);m(x);for(let[
S,M]of R.splice(0))me.J(S,M);return pe(),k();case"restored":return void i.set(x.id,x);case"entry":return C(x);case"subscribed":case"records":case"ended":return P(
x);case"reply":case"stats":{let S=s.get(x.id);return s.delete(x.id),S&&m({...x,id:S[1]},S[0])}case"closed":return L?void 0:(O||m(x),p(),O?.());default:m(x)}},P=x=>{
let S=o.get(x.sub);x.e==="ended"&&o.delete(x.sub),S?.F()===x.sub&&(x.e==="records"?S.W(x.items):x.e==="subscribed"?S.Lo(x.term,x.o):x.e==="ended"&&S.Xt(x.fault)&&
r.delete(S.ve))},A=x=>{let S=r.get(x);return S||(S=io(x,{Mo:M=>(o.set(++d,M),d),l:M=>u.l(M),B:m}),r.set(x,S)),S},j=(x,S)=>{if(T)return void T.push([x,S]);let M=A(
S.cmd.ch);n.get(x)?._.set(S.cmd.sub,M),M.rn(x,S)},fe=(x,S)=>{S.sn(x)&&r.get(S.ve)===S&&r.delete(S.ve)},pe=()=>{if(!T||!g||f&&[...n.values()].some(S=>!S.St))return;
let x=T.sort(([,S],[,M])=>(S.at?.o??1/0)-(M.at?.o??1/0));T=void 0;for(let[S,M]of x)n.has(S)&&j(S,M)},we=(x,S,M)=>{let l="sub"in M?S._.get(M.sub):void 0;switch(M.
c){case"join":return j(x,M);case"unsubscribe":return S._.delete(M.sub),T=T?.filter(([H,N])=>H!==x||N.cmd.sub!==M.sub),l&&fe(x,l);case"done":return l?.d(x,M.g,M.
took,M.o,M.term);case"call":case"stats":return s.set(++d,[x,M.id]),u.l({...M,id:d});case"cancel":for(let[H,[N,K]]of s)N===x&&K===M.id&&u.l({...M,id:H});return;case"\
publish":{let H=a.get(M.id);return a.delete(M.id),H?m(H,x):(i.set(M.id,{...M,e:"restored",status:"pending",producer:"",number:0}),y.push(M),k())}default:u.l(M)}},
Oe=()=>{clearTimeout(V),clearTimeout(L)},me={Hn(x,S,M){w(x)?me.te(x):n.has(x)||e.kt(x);let l={St:!0,an:S,_:new Map,M:new Map};n.set(x,l),b&&m(b,x),v(x,l),g&&m(g,
x),me.J(x,M),pe()},J(x,S){let M=n.get(x);if(!O){if(!g)R.push([x,S]);else if(M)for(let l of S)we(x,M,l)}},te(x){let S=n.get(x);n.delete(x);for(let M of S?.M.values()??
[])ao(a,M);for(let M of new Set(S?._.values()))fe(x,M);for(let[M,[l]]of s)l===x&&s.delete(M);pe()},X(x){if(Oe(),L)return x();O=x,u.l({c:"close",drain:0}),p()},qe(){
Oe(),p(),O=()=>{},u.l({c:"close",drain:-1})}},V=setTimeout(()=>{f=!1,pe()},Rs);for(let x of t)n.set(x,{St:!1,an:!1,_:new Map,M:new Map}),e.kt(x);let ne=()=>{L=void 0,
u=e.cn(F)};return ne(),me}var uo=e=>e.slice(0,e.indexOf(":"));var mo=e=>({O:e,Q:void 0,Se:0,st:void 0,Pn:0,M:!1,d:{term:"",o:0},_t:[0,0],Y:[0,0]}),bo=(e,t,n)=>{let{earlier:r=[]}=e.O;e.Q={term:t,o:n,earlier:e.O.term?r:[]},e.Se=
n,e.d={term:t,o:n}},ho=(e,t,n)=>{e.Pn=n,e.st={...t},e.Y=[...e._t]},go=(e,t)=>t.map((n,r)=>{let o=Math.min(n,e.Y[r]);return e.Y[r]-=o,e._t[r]-=n,n-o});var fo=e=>[...e.earlier,[e.term,e.o]],po=(e,t)=>e.earlier.length>=7&&t<=e.earlier[0][1]?void 0:e.earlier.find(([,n])=>t<=n)?.[0]??e.term,Ps=(e,t,n,r)=>{if(n.term===
e.term||!e.term||r<=t||!e.o)return!1;let[o,s]=r>e.o?[e.term,po(n,e.o)]:[po(e,r),n.term];return o!==void 0&&s!==void 0&&o!==s},Is=(e,t)=>{let n=new Map(fo(t)),r=fo(
e);for(let o=r.length;o--;){let[s,i]=r[o];if(n.has(s))return{term:s,o:Math.min(i,n.get(s)),earlier:r.slice(0,o)}}return{term:"",o:0,earlier:[]}};function yo(e,t){
let{Q:n,st:r}=e,o={r:[],Tt:[0,0],In:!1};if(!n||!r||r.o>n.o)return o;for(let s of t)if("gap"in s)Ds(n,r,s,o.r);else if("term"in s)r.term=s.term,r.earlier=s.earlier;else if(Ps(
n,e.Se,r,s.o)){let i=Is(n,{...r,o:s.o});return o.r.push({gap:"fork",from:i.o+1,to:n.o,term:i.term,after:i.o,earlier:i.earlier}),Object.assign(n,i),o.In=!0,r.o=Number.
POSITIVE_INFINITY,o}else{r.o=s.o;let i=s.data.length;s.o>n.o?((!e.M||n.term!==r.term)&&o.r.push({term:r.term,earlier:r.earlier}),e.M=!0,Object.assign(n,r),o.r.push(
s),e._t[0]++,e._t[1]+=i):(o.Tt[0]++,o.Tt[1]+=i)}return o}var Ds=(e,t,n,r)=>{let o={term:n.term,o:n.after,earlier:n.earlier},s=n.gap==="fork";Object.assign(t,o),
(s?e.o>n.after:n.to>e.o)&&(r.push({...n,from:s?n.after+1:Math.max(n.from,e.o+1),to:s?e.o:n.to}),Object.assign(e,o))};var Ns=64,Ct=(e,t)=>({code:e,detail:t});function xo(e){let t=new Map,n=new Set,r=new Set,o=new Map,s=new Map,i="",a="",d,f=!1,u=!0,b,g,y=!1,O=!1,R=[],T=0,L,$=!1,
p=()=>{let h=R;if(R=[],!(!i||!h.length)){for(let _ of h)_.c==="publish"&&(t.get(_.id).I=!0),_.c==="call"&&o.has(`call${_.id}`)&&(o.get(`call${_.id}`).I=!0);b?b.J(
e.G,h):V.l("want",{e:a,list:h},i)}},m=h=>{R.push(h)===1&&queueMicrotask(p)},w=({O:h,Q:_})=>({c:"join",cmd:h,..._&&{at:{..._}}}),v=h=>{for(let[_,{O:I,I:U}]of o)!U||
I.c!=="call"||I.key||(o.delete(_),e.C({e:"reply",id:I.id,fault:Ct(Fe,"the tab that made it is gone"),type:0,data:new Uint8Array}));if(h)for(let[_,{I}]of t)I&&(t.
delete(_),e.C({e:"entry",id:_,status:"unknown",end:!0,fault:Ct(Re,"the tab that sent it is gone")}))},k=()=>[...[...t.values()].map(h=>h.O),...[...s.values()].map(
w),...[...o.values()].map(h=>h.O)],C=(h,_)=>{if(!y||i&&_===a)return;a&&_!==a&&v(!e.Fo),R=[];for(let Q of s.values())Q.st=void 0;i=h,a=_;for(let Q of s.values())
Q.st=void 0;let I=k(),U={e:_,fresh:u,list:I};for(let Q of[...t.values(),...o.values()])Q.I=!0;b?b.Hn(e.G,U.fresh,I):V.l("hello",U,h)},F=(h,_,I)=>{let{d:U,st:Q,Pn:Ce}=_;
if(!Q)return;let{o:Mo,term:Lo}=U.o<Q.o?U:Q;m({c:"done",sub:h,g:Ce,took:I,o:Mo,term:Lo})},P=(h,_,I)=>{let U=yo(_,I);U.r.length&&e.C({e:"records",sub:h,items:U.r}),
U.Tt[0]&&F(h,_,U.Tt),U.In&&m(w(_))},A=h=>{if(!d)return;let _=d.full||r.size>=Ns;!h&&_===f||(f=_,e.C({...d,full:f}))},j=h=>{let _=t.get(h.id);if((h.number||h.end)&&
r.delete(h.id),_&&(_.Te=h.status),(_||n.has(h.id))&&e.C(h),!h.end)return A();t.delete(h.id),n.delete(h.id),A(),L&&!t.size&&N()},fe=h=>{switch(h.e){case"entry":return j(
h);case"restored":return n.add(h.id),e.C(h);case"outbox":return d=h,u=!1,A(!0);case"reply":case"stats":return o.delete((h.e==="reply"?"call":"stats")+h.id)?e.C(
h):void 0;case"subscribed":{let _=s.get(h.sub);return _&&bo(_,h.term,h.o),_&&e.C(h)}case"ended":return s.delete(h.sub)?e.C(h):void 0;case"open":case"stream":for(let[
_,I]of s)I.O.ch===h.ch&&(h.e==="open"?ho(I,h.at,h.g):P(_,I,h.items));return;case"records":return;case"closed":return Ie("failed");default:e.C(h)}},pe=(h,_)=>{_!==
e.G&&V.l("news",{e:a,list:h},_),(!_||_===e.G)&&h.forEach(fe)},we=h=>V.l("lead",{e:a},h),Oe=async()=>{let h=`holdfast ${e.it} tab `,_=++T,I=`${e.G} ${_}`,{held:U=[]}=await navigator.
locks.query();if(_!==T||$)return;let Q=U.flatMap(Ce=>Ce.name?.startsWith(h)?[Ce.name.slice(h.length)]:[]);b=lo({cn:e.cn,B:pe,kt:Ce=>Ce!==e.G&&V.kt(Ce)},Q),C(e.G,
I),we()},me=h=>{if(h.t==="who")return b&&we(h.from);if(h.t==="lead")return b||typeof h.e!="string"?void 0:C(h.from,h.e);if(Array.isArray(h.list)){if(h.t==="news"){
for(let _ of h.list)(i&&h.e===a||_.e==="entry"&&_.end)&&fe(_);return}!b||h.e!==a||(h.t==="hello"?b.Hn(h.from,!!h.fresh,h.list):h.t==="want"&&b.J(h.from,h.list))}},
V=oo(e.it,e.G,{Co:()=>{Oe().catch(l)},Eo:me,te:h=>b?.te(h),Oo:h=>{b?we():h==="lead"&&l()}}),ne=()=>{V.rn().then(()=>{y=!0,V.l("who",{})},l)},x=()=>{T++,b?.qe(),
b=void 0,y=!1,i="",V.sn()},S=()=>{g||O||$||(p(),O=!0,x())},M=()=>{!O||g||$||(O=!1,e.C({e:"status",status:{state:"connecting",attempt:0}}),ne())},l=()=>{if(g||$)
return;x(),v(!0),g=e.$o();let h=k();for(let _ of[s,t,o])_.clear();for(let _ of h)_.c!=="join"?g.l(_):g.l({..._.cmd,..._.at&&{..._.at,at:"position"}})},H=[[document,
"freeze",S],[document,"resume",M],[globalThis,"pagehide",S],[globalThis,"pageshow",M]];for(let[h,_,I]of H)h.addEventListener(_,I);let N=()=>{$||($=!0,p(),b?b.X(
()=>Ie("closed")):Ie("closed"))},K=Ct(re,"the session was closed"),Ie=h=>{$=!0,clearTimeout(L);for(let[I,U,Q]of H)I.removeEventListener(U,Q);b=void 0,x(),h==="c\
losed"&&e.C({e:"status",status:{state:h,attempt:0}});for(let I of s.keys())e.C({e:"ended",sub:I});for(let[I,{Te:U}]of t)e.C({e:"entry",id:I,status:U,end:!0,fault:K});
for(let{O:I}of o.values())tt(I);let{size:_}=t;for(let I of[s,t,o])I.clear();e.C({e:"closed",left:_})},tt=h=>{h.c==="publish"&&e.C({e:"entry",id:h.id,status:"fai\
led",end:!0,fault:K}),h.c==="call"&&e.C({e:"reply",id:h.id,fault:K,type:0,data:new Uint8Array}),h.c==="subscribe"&&e.C({e:"ended",sub:h.sub,fault:K})},nt=h=>{if(g)
return g.l(h);if($||L&&h.c==="publish")return tt(h);switch(h.c){case"publish":return t.set(h.id,{O:h,I:!1,Te:"pending"}),r.add(h.id),m(h),A();case"call":case"st\
ats":return o.set(h.c+h.id,{O:h,I:!1}),m(h);case"cancel":return o.delete(`call${h.id}`),m(h);case"subscribe":{let _=mo(h);for(let I of s.values())if(I.O.ch===h.
ch)return e.C({e:"ended",sub:h.sub,fault:Ct(ot,"by this page")});return s.set(h.sub,_),m(w(_))}case"unsubscribe":return s.delete(h.sub)?(m(h),e.C({e:"ended",sub:h.
sub})):void 0;case"done":{let _=s.get(h.sub);return _?(h.o!==void 0&&(_.d={term:h.term,o:h.o}),F(h.sub,_,go(_,h.took))):void 0}case"close":return L?void 0:(L=setTimeout(
N,h.drain),e.C({e:"status",status:{state:"closing",attempt:0}}),void(t.size||N()));default:m(h)}};return ne(),{l:nt}}var Bs=e=>{let t="holdfast tab";try{return sessionStorage.getItem(t)||sessionStorage.setItem(t,e),sessionStorage.getItem(t)}catch{return e}},wo=()=>(e,t,n)=>{let r=()=>e(
t,`:${Bs(n.page)}`);return ro()?xo({it:JSON.stringify([n.url,n.user,n.outbox]),G:n.page,C:t,Fo:!!n.outbox,cn:e,$o:r}):r()};function vo(e){let t=wo(),n=!1,r=!1,o=1;async function s(){let{held:d=[]}=await navigator.locks?.query()??{},f=d.filter(u=>/^holdfast .* tab [^ ]+$/.test(u.name??
"")).length;f!==o&&(o=Math.max(1,f),e())}setInterval(()=>{s().catch(()=>{})},1e3);let i=(d,f,u)=>t((b,g)=>(n=!0,r=!1,e(),d(y=>{y.e==="status"&&(r=y.status.state===
"open"),y.e==="closed"&&(n=!1,e()),b(y)},g)),f,u),a=()=>Y(o-1,"other tab");return{share:i,connected:()=>n&&r,brief(){return o<2?"":n?`${a()} ${o===2?"shares":"s\
hare"} this connection.`:"Through another tab’s connection."},words:()=>`${o}, ${n?"this":"another"} one has the connection`}}var Us=50,_n=JSON.parse(E("codes").textContent??"{}"),ie=Jr(_n),So=()=>new URLSearchParams(location.search).get("channel")||"chat:lobby",ko=(e,t)=>t>e?`Records ${e}\
–${t} are`:`Record ${e} is`,He="",ye=0,kn=new AbortController,Ze=!1,Pe=!0,Sn=!1,le=()=>{Sn||setTimeout(Gs),Sn=!0},_o=Xr(()=>{et.renewed(),z.state==="waiting"&&
z.reconnect(),le()}),Lt=vo(le),z=new Ye("ws",{agent:"holdfast-page",outbox:Pt({name:"page"}),tabs:Lt.share,token:()=>_o.next(Lt.connected()||et.refused())}),et=Vr(
z,ie,_n,_o),te=eo(le),Mt=new Map,xe=no(ie,te,e=>To(e.payload,e.channel),le);Qr(()=>z.stats(),()=>({outbox:z.outbox?.durable?"in this browser, on disk":"in this \
tab",tabs:Lt.words()}));function To(e,t=He){if(z.outbox?.full)return`${ie.sentence({code:4350})} Wait until some are stored, or dismiss those that failed.`;try{
Eo("json"in e?z.publish(t,bn(e.json),{type:"json"}):z.publish(t,"text"in e?e.text:e.bytes),e)}catch(n){return ie.sentence(Ee(n))}return Pe=!0,le(),""}function Eo(e,t){
let n={channel:e.channel,payload:t,at:Date.now(),status:e.status};Mt.set(e,n),e.kept.then(()=>{n.kept=!0,le()},()=>{}),xe.add(n)}var js=e=>typeof e=="string"?{text:e}:
e instanceof Uint8Array?{bytes:e}:{json:JSON.stringify(e)};z.addEventListener("message",({detail:e})=>{Mt.has(e)||Eo(e,js(e.data));let t=Mt.get(e);t.status=e.status,
t.fault=e.error&&Ee(e.error),e.ack&&Object.assign(t,{offset:e.ack.offset,synced:e.ack.synced,copies:e.ack.copies}),e.status!=="pending"&&e.status!=="sent"&&Mt.delete(
e),le()});z.addEventListener("held",({detail:e})=>{let t=Math.max(1,Math.ceil((e.at-Date.now())/1e3));e.channel===He&&xe.held(`${ie.sentence(Ee(e.error))} It is\
 tried again in ${t} s.`)});z.addEventListener("lost",({detail:{channel:e,from:t,to:n}})=>{let r={code:4322,detail:`your messages ${t}–${n} in ${e}`};te.notice(
`${ie.sentence(r)} ${ie.advice(4322)}`)});function qs(e){if(e.gap===void 0){let s=e.type==="json"?{json:e.text()}:e.type==="text"?{text:e.text()}:{bytes:e.bytes};
te.startsAfter(e.offset-1),te.record(e.offset,s,e.time,e.user),ye=e.offset;return}let{gap:t,from:n,to:r}=e;if(t!=="fork"){ye=r,te.notice(`${ko(n,r)} no longer k\
ept.`);return}ye=n-1,te.forked(n);let o=ye?`goes on after record ${ye}`:"begins anew";te.notice(`${ko(n,r)} no longer in the channel: the server’s store was res\
tarted or restored, and the log ${o}.`)}async function Ws(e,t){let n;for(;!t.aborted;){let r=z.subscribe(e,{from:n===void 0?{last:Us}:{checkpoint:n},signal:t});
r.ready.then(o=>{t.aborted||(n??=o,Ze=!0,ye=Math.max(ye,Number(o.split(" ")[0].split("@")[1])),le())},()=>{});try{for await(let o of r)qs(o),n=o.checkpoint}catch(o){
let s=Ee(o),i=z.state!=="failed"&&["now","later"].includes(Ot(_n,s.code));if(te.notice(`${e} is not subscribed. ${ie.sentence(s)} ${i?"It is asked again by itse\
lf.":ie.advice(s.code)}`),!i)return;await new Promise(a=>setTimeout(a,1e3))}}}function Tn(e){kn.abort(),kn=new AbortController,He=e,ye=0,Ze=!1,Pe=!0,te.clear(),
xe.clear(),E("newest").hidden=!0,E("channel").value=e,E("empty-command").textContent=`echo hello | holdfast publish ${location.origin} ${e}`,document.title=`${e}\
 · Holdfast`,$e(E("channel"),E("channel-mistake"),""),Ws(e,kn.signal),le()}var Oo=()=>requestAnimationFrame(()=>E("view").scrollTo({top:E("view").scrollHeight,
behavior:"instant"})),Co=()=>({waiting:xe.waiting(),since:xe.since(),kept:xe.kept(),tabs:Lt.brief()});function Gs(){Sn=!1,xe.refresh(He,Ze?ye:0);let e=te.empty()&&
xe.empty();E("empty").hidden=!e,W(E("empty-text"),Ze?`Nothing in ${He} yet.`:"Records appear here as soon as there is a connection."),E("empty-hint").hidden=!Ze;
let t=te.hidden();W(E("before"),t?`${t.toLocaleString()} earlier record${t===1?" is":"s are"} not shown here.`:""),te.settle(),et.show(Co()),Pe?Oo():E("newest").
hidden=!1}z.addEventListener("status",()=>{et.changed(),le()});setInterval(()=>et.show(Co()),250);Kr(To);E("chooser").onsubmit=e=>{e.preventDefault();let t=E("c\
hannel").value.trim(),n=t===""||bn(t).length>255||/[\p{C}\p{Z}"\\\uFFFD]/u.test(t);$e(E("channel"),E("channel-mistake"),n?`${ie.sentence({code:4304})} ${ie.advice(
4304)}`:""),!(n||t===He)&&(history.pushState(null,"",`?channel=${encodeURIComponent(t)}`),Tn(t),E("message").focus())};E("retry").onclick=()=>{z.state==="failed"?
location.reload():z.reconnect(),E("message").focus()};E("newest").onclick=()=>E("view").scrollTo({top:E("view").scrollHeight});E("view").onscroll=()=>{let{scrollTop:e,
clientHeight:t,scrollHeight:n}=E("view");Pe=n-e-t<40,Pe&&(E("newest").hidden=!0)};new ResizeObserver(()=>Pe&&Oo()).observe(E("view"));window.onpopstate=()=>Tn(So());
window.onbeforeunload=e=>{z.outbox?.durable===!1&&xe.waiting()>0&&e.preventDefault()};ue("");Tn(So());})();
