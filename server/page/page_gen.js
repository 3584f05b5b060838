// Generated from web/page and sdk/ts/src by npm run page in sdk/ts. DO NOT EDIT.
"use strict";(()=>{var En="1002s protocol_error";var On="1006n abnormal";var Cn="4000n heartbeat_timeout",Mn="4001n write_timeout";var Ln="4009n timeout";var Re="4107l disconnected";var $n="4110l at_capacity";var rt="4300s bad_frame";var Fn="4304s bad_channel";var Rn="4309s bad_payload";var ot="4312s already_subscribed";var Ae="4315s unknown_outcome";var xe="4321s bad_argument";var $t="4326s dropped";var Ft="4350s outbox_full",st="4351s outbox_locked";var An="4353s outbox_mismatch";var ne="4357s closed";var Hn="4359s not_holdfast",Pn="4360s canceled",In="4361s io",Dn="4362s retries_exhausted";var Nn=`400s http_bad_request
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
request(`holdfast:${e}`,{signal:AbortSignal.timeout(Rt)},()=>new Promise(o=>n(o))).catch(()=>r(At(e)))})};var Un=64,Lo=7*864e5,jn=(e={})=>({...e,durable:!1}),it=()=>({Et:[],je:[],R:new Map,qe:new Map}),at=(e,t)=>typeof t?.code=="string"?t:{code:In,op:`outbox ${e}`,detail:`${t}`},
qn=async(e,t,n,r,o)=>{let s=it(),i=[],a=[],u=new Map,f=[],l;for(let[g,y]of n)typeof g=="number"?i.push(y):Array.isArray(g)?a.push(y):g==="marks"?f=y:g==="user"?
l=y:`${g}`.startsWith("page ")&&u.set(`${g}`.slice(5),y);if(i.sort((g,y)=>g.id-y.id),t&&l!==t){let g=`it belongs to user "${l}", not to "${t}"`;if(i[0])throw{code:An,
op:`open outbox ${e}`,detail:g};s.le=t;for(let y of a)s.R.set(y.ch+y.p,[y.ch,y.p]);a=[]}let b=new Set(a.map(g=>g.p+g.ch));for(let{ch:g,p:y}of i)b.has(y+g)||(b.add(
y+g),a.push({ch:g,p:y,next:1,resolved:0,acked:0,mem:"",ackedAt:0,forgotten:0,successor:"",sealed:!1}));for(let g of i){let y=f.find(E=>g.id<=E.id);y&&!g.sent&&(Object.
assign(g,{sent:y.sent,mem:y.mem}),s.Et.push(g))}for(let[g,[,y]]of u)y<Date.now()-Lo&&s.qe.set(g,void 0);return s.fe=[],await r(s),{oe:i,R:a,qe:u,un:r,Q:o}};var Ht="outbox",Pt=(e={})=>{let t=e.name??"holdfast";return{...e,name:t,durable:!0,P:(n,r,o="")=>Fo(t+o,n,r)}},$o=(e,t)=>new Promise((n,r)=>{let o=!1,s=setTimeout(
()=>{o=!0,r(At(e))},Rt),i=a=>{let u=t,f=globalThis.indexedDB.open(`holdfast:${e}`,a);f.onupgradeneeded=l=>{u||=!!a,l.oldVersion||f.result.createObjectStore(Ht)},
f.onsuccess=()=>{let l=f.result;if(u&&!o)return clearTimeout(s),n(l);l.close(),o||i(a?void 0:l.version+1)},f.onerror=()=>{f.error?.name==="VersionError"?i():r(f.
error)}};i()}),Fo=async(e,t,n)=>{let r,o=u=>new Promise((f,l)=>{let b=r.transaction(Ht,"readwrite",{durability:"strict"});b.oncomplete=()=>f(),b.onabort=()=>l(at(
e,b.error)),u(b.objectStore(Ht))}),s=[],i=await Bn(e),a=()=>{r?.close(),i?.()};try{return r=await $o(e,!!i),r.onclose=()=>n(at(e,"the browser has closed it")),await o(
u=>{u.openCursor().onsuccess=f=>{let l=f.target.result;l&&(s.push([l.key,l.value]),l.continue())}}),await qn(e,t,s,u=>o(f=>Ro(f,u)),a)}catch(u){throw a(),at(e,u)}},
Ro=(e,t)=>{for(let n of t.Et)e.put(n,n.id);for(let n of t.je)e.delete(n);for(let n of t.R.values())Array.isArray(n)?e.delete(n):e.put(n,[n.ch,n.p]);t.le!==void 0&&
e.put(t.le,"user"),t.fe&&e.put(t.fe,"marks");for(let[n,r]of t.qe)r?e.put(r,`page ${n}`):e.delete(`page ${n}`);e.transaction.commit()};var z=class extends Error{constructor(t,n,r="",o){let s=t.replace(/^\S+ /,"");super(`${n}: ${r&&`${r} `}(${s})`,{cause:o}),Object.assign(this,{name:"HoldfastErr\
or",code:Number.parseInt(t,10),codeName:s,op:n})}};var ct=()=>EventTarget,Q=(e,t,n)=>e.dispatchEvent(new CustomEvent(t,{detail:n})),pe=()=>{let e={};return e.re=new Promise((t,n)=>{e.pe=t,e.me=n}),e.re.catch(()=>{}),
e},ae=(e,t)=>new z(e.code,e.op??t,e.detail);var De=class extends ct(){id;channel;data;status;producer;number;ack;error;d=pe();Ee=pe();constructor(t,n,r,o="pending"){super(),this.id=t,this.channel=n,this.data=
r,this.status=o}get done(){return this.d.re}get kept(){return this.Ee.re}We(t){let n=t.status!==this.status||!!t.end;return this.status=t.status,t.number&&(this.
producer=t.producer,this.number=t.number,this.Ee.pe()),t.end&&(this.ack=t.ack,t.ack&&this.d.pe(t.ack),t.fault&&(this.error=ae(t.fault,`publish to ${this.channel}`),
this.d.me(this.error),this.Ee.me(this.error))),n&&Q(this,"status",this.status),n}};var Wn="ch:a n o data:d content:c h:h p:X term:x ts by:a id code:k detail:s retry count:u synced:f dup:f skipped:f copies:u sent mem:x from to at:w after gen wa\
nt cursor:a user:a session:X why:w token:s process:x counter agent:a subs:o results:o earlier:e last since window:p max_in_flight:p max_window:p heartbeat max_m\
essage:u max_subs:u dedupe clock name:a key:s successor:X first head version url:s delay pending",Gn="hello!B?@CD)EF publish!#)$67('& skip!#)89U subscribe!-#:*%\
H[IJ>K unsubscribe!-# ack!#%< call!-ST'& refresh!BZ ping!- pong!- bye!./",zn="welcome!@?ENOLMPQ725RG stored!#)$1%2345 refused!#)$.0=/ record!#%*+,('& pass!#%* g\
ap!#89*;A subscribed!-#*%VW<./0 unsubscribed!-#./ reply!-./'& join!#?@*X'& leave!#?@*X receipt!#>?% reconnect!ZY.",dt={at:["head","start","position","last","tim\
e"],why:["","retention","fork"]};var ut=class extends z{offset;constructor(t,n=""){super(rt,"read a message",`byte ${t}${n&&`: ${n}`}`),this.offset=t}};var It=[void 0,...Wn.split(" ").map((e,t)=>{let[n="",r="n"]=e.split(":");return{ln:n,fn:r,pn:t*4+4+("nukfwc".includes(r)?0:r==="x"?1:r==="X"?3:2),Ot:"heo".includes(
r)}})],lt=(()=>{let e=Object.create(null),t=(n,r)=>{for(let[o,s]of n.split(" ").entries()){let[i="",a=""]=s.split("!");e[r+o]=e[i]={Dn:r+o,st:i,mn:[...a].map(u=>It[u.
charCodeAt(0)-34])}}};return t(Gn,1),t(zn,32),e})(),ft={n:2**53-1,u:2**32-1,k:65535,f:1,c:2,a:255,s:4096,h:64,e:8,o:1024},Dt={h:"as",e:"xn",p:"uu"},Nt=e=>lt[e===
"subs"?"subscribe":"subscribed"];var Ao=new TextDecoder("utf-8",{fatal:!0,ignoreBOM:!0}),Ho=new TextEncoder,Ne,j,re,ce,oe=e=>{throw new ut(e)},we=()=>{let e=0;for(let t=0,n=1;;t++,n*=128){j>=re&&
oe(re);let r=Ne[j++];if((t>9||t>8&&r<128&&r>1)&&oe(ce),e+=(r&127)*n,r<128)return e}},He=e=>(e>re-j&&oe(re),j+=e,Ne.subarray(j-e,j)),Po=e=>e?He(e>2?16:e>1?we():8):
we(),Jn=(e,t)=>{if("as".includes(e)){let r=He(we());try{if(r.length<=ft[e])return Ao.decode(r)}catch{}oe(ce)}if(e==="d")return He(we());if("xX".includes(e)){let r=Array.
from(He(e==="x"?8:16),o=>(o+256).toString(16).slice(1)).join("");return/[^0]/.test(r)?r:""}if("heop".includes(e)){let r=re,o=He(we()).length;re=j,j-=o;let s=e===
"o"?Vn(Nt(t),{}):[...Dt[e]].map(i=>Jn(i,t));return j<re&&oe(j),re=r,s}let n=we();if(e==="w"){let r=dt[t];return n>0&&(r[n]??(r[0]&&oe(ce)))}return n>ft[e]&&oe(ce),
e==="f"?n>0:n},Vn=(e,t)=>{let n=[];for(;j<re;){ce=j;let r=Ne[j]&3,o=we(),s=It[Math.floor(o/4)];if((o<4||s&&(s.pn!==o||n.includes(s)))&&oe(ce),s&&!s.Ot&&n.push(s),
ce=j,!s||!e.mn.includes(s))Po(r);else{let{ln:i,fn:a,Ot:u}=s;t[i]?.length>=ft[a]&&oe(ce);let f=Jn(a,i);u?(t[i]??=[],t[i].push(f)):f&&f.length!==0&&(a!=="p"||f[0]||
f[1])&&(t[i]=f)}}return t},Io=(e,t)=>{typeof e=="string"&&oe(0);let n=new Uint8Array(e);for(let r=0;r<n.length;){Ne=n,ce=j=r,re=n.length;let o=we();He(o),o||oe(
ce),r=re=j,j-=o;let s=lt[Ne[j++]];if(s&&t(Vn(s,{t:s.st}))===!1)return}},de=new Uint8Array(1024),V=0,pt=e=>{if(V+e>de.length){let t=de;de=new Uint8Array((V+e)*2),
de.set(t)}},Be=e=>{for(pt(8);e>127;e=Math.floor(e/128))de[V++]=e%128+128;de[V++]=e},Kn=e=>{pt(e.length),de.set(e,V),V+=e.length},Xn=e=>{pt(1);let t=++V;e();let n=V-
t,r=0;for(let o=n;o>127;o>>=7)r++;pt(r),de.copyWithin(t+r,t,V),V=t-1,Be(n),V+=n},Yn=(e,t,n)=>{if("xX".includes(e))Kn(n.padStart(16,"0").match(/../g).map(r=>Number.
parseInt(r,16)));else if("asd".includes(e)){let r=e==="d"?n:Ho.encode(n);Be(r.length),Kn(r)}else"heop".includes(e)?Xn(()=>{if(e==="o")Qn(Nt(t),n);else for(let r of[
0,1])Yn(Dt[e][r],t,n[r])}):Be(e==="w"?dt[t].indexOf(n):+n)},Qn=(e,t)=>{for(let{ln:n,fn:r,pn:o,Ot:s}of e.mn){let i=t[n];if(!(!i||i.length===0||i===dt[n]?.[0]||r===
"p"&&!(i[0]||i[1])))for(let a of s?i:[i])Be(o),Yn(r,n,a)}},Do=e=>{V=0;for(let n of e)Xn(()=>{let r=lt[n.t];Be(r.Dn),Qn(r,n)});let t=de.slice(0,V);return V>65536&&
(de=new Uint8Array(1024)),t},Zn={bn:"holdfast.v1.bin",Bn:Do,Un:Io};var er=e=>({A:{...e,Oe:e.Oe||5e3,be:e.be||1e4,Ct:e.Ct||100},S:0,Ce:[],y:0,jn:0,it:e.it||"",D:"",hn:0,Me:0,ct:3e4,Mt:0,Lt:0,gn:0,se:[],R:[],Ge:new Map,dt:new Map,
Le:0,ze:0,ut:!1,Ke:0,ie:0,ae:0,lt:0,_:new Map,Je:new Map,Ft:0,he:0,q:0,qn:0,$t:0,ce:0,ft:0,ge:0}),c,Ue=e=>{c=e};var D=e=>{c.Ce.push(e)},mt=e=>{c.y=3,D({i:"fail",U:e,Ve:""})},ve=(e,t="")=>{D({i:"disconnect",U:e,Ve:t,z:c.S})},ke=()=>c.S+c.hn,me=e=>Math.floor(e/100);var tr=e=>({T:e,pt:void 0,Rt:!1,r:[],$:0,m:0,At:!1,Y:0,ye:0,Fe:0,Ht:0,$e:0,Pt:0}),Se=(e,t,n,r=!1)=>({b:n,K:!1,x:n?n.id:0,Re:n?n.size:0,xe:r,Z:e,ee:t}),Bt=({T:{next:e}},t)=>({
...Se(e,e-1),K:!0,x:t}),je=e=>{e.m=e.$,e.Y=e.$e=e.Pt=0},ht=(e,t)=>{e.$=t,t*2>e.r.length&&(e.r.splice(0,t),e.m-=t,e.$=0)},Ut=(e,t)=>{e.Pt+=t,e.$e&&(e.$e+=t)},jt=e=>e.r[e.$]?.Z??
e.T.next,qt=(e,t)=>{let n=(e.r.at(-1)?.ee??e.T.resolved)+1;n<t&&e.r.push(Se(n,t-1))},bt=e=>e&&!e.b&&!e.K&&!e.xe,Wt=(e,t)=>{let n=e.r[t-1],r=e.r[t];return t<=e.m||
!bt(n)||!bt(r)?t:(r.Z=n.Z,--t>e.$?(e.r.splice(t,1),t):(e.m++,ht(e,t+1),e.$))},qe=(e,t)=>{je(e);let n=jt(e);if(t>=n)return;let r=e.r[e.$];r&&!r.b&&!r.K&&r.Z===n?
r.Z=t:e.r.splice(e.$,0,Se(t,n-1))};var No=64,Gt={next:1,resolved:0,acked:0,mem:"",ackedAt:0,forgotten:0,successor:"",sealed:!1},We=(e,t,n,r="",o=0,s=!1,i=!1,a=0)=>{D({i:"outcome",b:e,It:t,L:o,yn:s,
Wn:i,Gn:a,U:n,Ve:r})},Me=(e,t=c.A.we)=>c.Ge.get(t+e),gt=e=>{let t=tr(e);return c.Ge.set(e.p+e.ch,t),c.se.push(t),t},be=e=>{!e.At&&e.m<e.r.length&&(e.At=!0,c.R.push(
e))},nr=(e,t)=>{for(let n of e)gt({...n,next:Math.max(n.next,n.resolved+1),sealed:!1});for(let n of t){let{ch:r,p:o,n:s,id:i}=n,a=Me(r,o)??gt({...Gt,ch:r,p:o});
qt(a,s),a.r.push(Se(s,s,n,!!(n.sent||n.mem))),a.T.next=Math.max(a.T.next,s+1),c.Le=Math.max(c.Le,i),zt(n.expires)}c.ze=c.Le;for(let n of c.se){let r=n.T;r.acked||
(r.forgotten=Math.max(r.forgotten,jt(n)-1))}for(let{ch:n,p:r}of e)Bo(Me(n,r));c.se.forEach(be)},Bo=e=>{let{ch:t,next:n,successor:r}=e.T;if(qt(e,n),!r){c.dt.set(
t,e);return}e.r.push(Bt(e,0));let o=Me(t,r);o||(o=gt({...Gt,ch:t,p:r}),o.Rt=!0,c.dt.set(t,o)),o.pt=e},Uo=e=>{let t=c.dt.get(e);if(t?.T.p===c.A.we)return t;let n=gt(
{...Gt,ch:e,p:c.A.we});if(c.dt.set(e,n),t){t.T.successor=c.A.we,n.pt=t;let r={...t.T};jo(t,++c.Le),be(t),D({i:"seal",x:c.Le,mt:r})}return n},jo=(e,t)=>{let n=e.T;
e.$===e.r.length&&n.acked&&e.r.push(Se(n.next,n.next++)),e.r.push(Bt(e,t))},rr=({ve:e,Re:t,ie:n=0})=>{let r=Uo(e),o=r.T.next++,s=c.A.Nt&&c.y===2,[i,a]=s?[ke(),c.D]:
[0,""],u={id:++c.Le,ch:e,p:c.A.we,n:o,size:t,sent:i,mem:a,expires:n};zt(n),r.r.push(Se(o,o,u)),be(r),D({i:"persist",b:u})},or=({x:e,Ae:t,D:n})=>{c.ut=!1;for(let r of c.R)
for(let o of r.r.slice(r.m))o.b&&!o.xe&&o.x<=e&&(o.b.sent=t,o.b.mem=n)},sr=(e,t,n)=>{let{Z:r,ee:o,b:s}=e.r[t];e.r[t]=Se(r,o),We(s,"failed",n)},ir=(e,t,n)=>{for(let r of c.R)
for(let o=r.m;o<r.r.length;o++){let{b:s,xe:i}=r.r[o];if(!(!s||i||!n(s))&&(sr(r,o,e),o=Wt(r,o),bt(r.r[o+1])&&(o=Wt(r,o+1)),t))return}},zt=e=>{e&&(c.ie=Math.min(c.ie||
e,e))},ar=()=>{!c.ie||c.S<c.ie||(c.ie=0,ir(4325,!1,e=>(c.S<e.expires&&zt(e.expires),e.expires>0&&c.S>=e.expires)))},cr=()=>{for(let e=0;e<c.R.length&&c.ae<c.Lt;){
c.Ke>=c.R.length&&(c.Ke=0);let t=c.R[c.Ke],n=c.Ce.length;qo(t),e=c.Ce.length>n?0:e+1,t.m<t.r.length?c.Ke++:(t.At=!1,c.R.splice(c.Ke,1),e=0)}},qo=e=>{if(!(e.pt&&
!e.pt.T.sealed||c.S<e.Fe)){if(e.Fe=0,e.ye){if(e.m>e.$)return;qe(e,e.ye),e.ye=0}for(let t=0;t<No&&e.m<e.r.length;t++){let{b:n,xe:r,Re:o}=e.r[e.m];n&&!r&&c.Mt&&o>
c.Mt&&sr(e,e.m,4303);let s=e.r[e.m];if(Wo(e,s))return;Go(e,s)}}},Wo=(e,t)=>{let n=e.m-e.$;return c.ae>=c.Lt||c.ae&&c.lt+t.Re>c.gn||e.$e&&n>=e.$e||t.K&&n?!0:t.xe?
!1:e.Y?!0:c.A.Nt?t.x>c.ze?!0:!t.b||t.b.mem===c.D?!1:(c.ut||(c.ut=!0,D({i:"mark",x:c.ze,Ae:ke(),D:c.D})),!0):!1},Go=(e,t)=>{c.ae++||(c.ce=c.S),c.lt+=t.Re;let{ch:n,
successor:r}=e.T,o=e.T.p===c.A.we?"":e.T.p,{b:s,xe:i,Z:a,ee:u}=t;if(s){let f={t:"publish",ch:n,p:o,n:u};i?(f.sent=s.sent,f.mem=s.mem,dr(s)&&e.Y++):c.A.Nt||(s.sent=
ke(),s.mem=c.D),D({i:"publish",E:f,b:s,zn:i})}else D({i:"send",E:{t:"skip",ch:n,p:o,from:a,to:u,successor:t.K?r:""}});t.xe=!0,e.m++},dr=e=>e.mem!==c.D||c.Me&&ke()-
e.sent>c.Me,yt=(e,t)=>{c.ae--,c.lt-=t.Re,t.b&&e.Y&&dr(t.b)&&e.Y--},ur=(e,t)=>ir(t,!0,n=>n.id===e);var lr=e=>{let t=Me(e.ch,e.p);if(!t)return;let{$:n,T:r}=t,o=0,s=n;for(;s<t.m;s++){let i=t.r[s];if(i.ee>(e.n||0)||i.K&&(s>n||!e.skipped))break;yt(t,i),i.K&&(r.sealed=
!0),i.b&&Ko(i.b,e),o=i.ee}s!==n&&(Jt(t),e.skipped||((r.mem!==c.D||!mr(t))&&Vt(t),r.acked=o,r.mem=c.D,r.ackedAt=ke()),Ut(t,s-n),ht(t,s),hr(t),fr(t,o))},Ko=(e,t)=>{
let n=(t.n||0)-e.n,r=n<(t.count||1);r&&t.skipped?We(e,"failed",4328):We(e,"delivered",0,"",r?Math.max(0,(t.o||0)-n):0,r&&!!t.dup,t.synced,t.copies)},Jt=e=>{e.Ht=
c.ft=0,c.ce=c.S},Vt=({T:e})=>{e.forgotten=Math.max(e.forgotten,e.acked)},fr=(e,t)=>{let n=e.T;if(!(t<=n.resolved&&!n.sealed)){if(n.resolved=Math.max(n.resolved,
t),n.sealed){e.$===e.r.length&&(c.Ge.delete(n.p+n.ch),c.se=c.se.filter(o=>o!==e));let r=Me(n.ch,n.successor);r?.Rt&&(r.Rt=!1,D({i:"resolved",mt:{...r.T}}))}D({i:"\
resolved",mt:{...n}})}},pr=e=>{let t=Me(e.ch,e.p),{code:n=0}=e;t&&(n===4302?mt(n):n===4003||n===4316?Jo(t,e.want||1):me(n)===41?Vo(t,e,n):Xo(t,e,n))},Jo=(e,t)=>{
let n=e.T;if(++e.Ht>3){ve(4003,`lane ${n.p} makes no progress`);return}if(t<=n.acked)if(n.mem===c.D&&mr(e)){let r=Math.max(t,n.forgotten+1);r<=n.acked&&D({i:"lo\
st",ve:n.ch,Kn:n.p,Z:r,ee:n.acked}),n.acked=t-1}else Vt(e);br(e),qe(e,t),be(e)},mr=e=>!c.Me||ke()-e.T.ackedAt<c.Me-Math.floor(c.Me/10),br=e=>{for(let t of e.r.slice(
e.$,e.m))yt(e,t)},Vo=(e,{n:t=0,retry:n,detail:r=""},o)=>{e.Fe=c.S+(n||1e3),Jt(e);let s=e.r.slice(e.$,e.m).findLast(a=>a.ee===t)?.b;br(e);let i=e.Pt;je(e),o===4102&&
(e.$e=Math.max(1,i)),be(e),D({i:"held",b:s,U:o,Ve:r,z:e.Fe})},Xo=(e,{n:t=0,want:n=0,detail:r},o)=>{let s=e.r.findIndex((f,l)=>l>=e.$&&l<e.m&&f.ee===t&&!f.K);if(s<
0)return;let i=e.r[s],a=o===4315;yt(e,i),Jt(e),a&&(e.ye||=Math.max(n,1),n<=e.T.acked&&Vt(e)),i.b&&We(i.b,a?"unknown":"failed",o,r),Ut(e,1);let u=s===e.$;u?ht(e,
s+1):(e.r.splice(s,1),e.m--),hr(e),u&&fr(e,t)},hr=e=>{e.m===e.$&&e.ye&&(qe(e,e.ye),e.ye=0),be(e)};var gr=1,yr=e=>e.d<=e.M||e.L<=e.M?0:Math.floor(e.bt*(e.d-e.M)/(e.L-e.M)),xt=e=>e.y===2&&e.d>e.M,xr=e=>{e.bt-=yr(e),e.M=e.d},Xt=(e,t)=>{!t||t===e.w||(e.w&&e.L&&(e.H=
[...e.H,[e.w,e.L]].slice(-7)),e.w=t)},Yo=(e,t,n)=>n<=(t===e.w?e.L:e.H.find(r=>r[0]===t)?.[1]??-1),Qo=(e,t)=>{let n=e.findIndex(r=>r[1]>=t);return n<0?e:[...e.slice(
0,n),[e[n][0],t]]},Yt=e=>{e.xn=++c.Ft,e.y=gr,e.Xe=0,xr(e);let{w:t,L:n,H:r}=e;return{...e.He,id:c.Ft,window:e.j,...e.Dt&&{at:"position",term:t,o:n,earlier:r,last:0,
since:0,pending:n-e.d}}},wr=e=>D({i:"send",F:e.x,E:{t:"subscribe",...Yt(e)}}),vr=({F:e,He:t,Bt:n})=>{if(c.Je.has(t.ch))return Sr(e,4312);let{term:r,offset:o,earlier:s}=n??
{term:"",offset:0,earlier:[]},[i=0,a=0]=t.window??[],[u=0,f=0]=c.A.j??[],l={x:e,y:0,He:t,xn:0,Dt:!!(r||o),w:r,L:o,H:s,wn:0,j:[i||u||512,a||f||1<<20],d:o,M:o,bt:0,
Ut:0,Xe:0};c._.set(e,l),c.Je.set(t.ch,l),c.y===2&&wr(l)},kr=e=>{let t=c._.get(e);t&&(t.y&&(xt(t)&&en(t),D({i:"send",E:{t:"unsubscribe",id:++c.Ft,ch:t.He.ch}})),
Qt(t))},Sr=(e,t,n="")=>D({i:"ended",F:e,U:t,Ve:n}),Qt=(e,t=0,n)=>{c._.delete(e.x),c.Je.delete(e.He.ch),Sr(e.x,t,n)},wt=(e,t)=>{e.y=0,e.Xe=t},Zt=e=>{let t=c.Je.get(
e.ch),{code:n,term:r="",o=0}=e;if(!(t?.y!==gr||t.xn!==e.id)){if(n){me(n)===40||me(n)===41?wt(t,c.S+Math.max(1e3,e.retry||0)):Qt(t,n,e.detail);return}t.y=2,t.wn=
e.gen||0,t.Dt||(t.Dt=!0,t.w=r,t.H=[],t.L=t.d=t.M=o),D({i:"subscribed",F:t.x,E:e})}},vt=e=>{let t=c.Je.get(e);return t?.y===2?t:void 0},_r=({ch:e,id:t,code:n,detail:r})=>{
let o=vt(e);!o||t||!n||(me(n)===43?Qt(o,n,r):wt(o,c.he+1e3))},Tr=e=>{let t=vt(e.ch),{o:n=0}=e;if(!(!t||n<=t.L)){if(n!==t.L+1)return ve(4008);Xt(t,e.term),t.L=n,
t.bt+=e.data?.length||0,D({i:"record",F:t.x,w:t.w,E:e})}},Er=({ch:e,o:t=0,term:n})=>{let r=vt(e);!r||t<=r.L||(Xt(r,n),r.d===r.L&&(r.d=t),r.L=t)},Or=e=>{let t=vt(
e.ch),{term:n="",after:r=0}=e;t&&(e.why==="fork"?t.H=Qo([...t.H,[t.w,t.L]],r).filter(o=>o[0]&&o[0]!==n).slice(-7):Xt(t,n),t.w=n,t.L=t.d=t.M=r,t.bt=0,D({i:"gap",
F:t.x,E:e}))},Cr=({F:e,w:t,L:n})=>{let r=c._.get(e);if(!r||n<=r.d||!Yo(r,t,n))return;r.d<=r.M&&(r.Ut=c.S),r.d=n;let[o,s]=r.j;r.y===2&&c.y===2&&((n-r.M)*4>=o||yr(
r)*4>=s)&&en(r)},en=e=>{xr(e),D({i:"send",E:{t:"ack",ch:e.He.ch,o:e.d,gen:e.wn}})},tn=e=>{for(let t of c._.values())!t.y&&(e==="hello"||t.Xe&&c.S>=t.Xe)&&wr(t)},
nn=e=>{for(let t of c._.values())xt(t)&&(e||c.S>=t.Ut+c.A.Ct)&&en(t)},Mr=(e,t,n)=>{let r=c._.get(e);if(!r)return;let o=r.H.findIndex(s=>s[0]===t||s[1]>=n);return{
term:t,offset:n,earlier:o<0?r.H:r.H.slice(0,o)}};var es=e=>{c.y=1,c.he=c.$t=c.S,c.q=c.ge=c.ft=0;let{le:t,Jn:n,we:r,jt:o}=c.A;D({i:"send",E:{t:"hello",token:e,user:t,session:c.it,process:n,counter:++c.jn,p:r,agent:o,
subs:[...c._.values()].map(Yt)}})},ts=e=>{c.y=0,c.q=c.ge=0,c.ae=c.lt=0,c.ut=!1;for(let t of c.se)je(t),t.Fe=t.Ht=0,be(t);for(let t of c._.values())wt(t,0);me(e)===
43?mt(e):me(e)===42&&D({i:"authenticate",U:e})},ns=e=>{if(c.y!==1)return;let{session:t="",mem:n="",clock:r=0,dedupe:o=0,max_message:s=0,results:i=[]}=e,[a=0,u=0]=e.
max_in_flight??[];c.y=2,c.it=t,c.D=n,c.hn=r-c.S,c.Me=o,c.ct=e.heartbeat||3e4,c.Mt=s,c.Lt=a||1024,c.gn=u||1<<20,c.ce=c.S,D({i:"welcome",E:e}),i.forEach(Zt),tn("h\
ello")},rs=()=>{if(ar(),!c.y)return;let e=(t,n)=>c.S>=t+n;if(c.ge&&e(c.ge,0))return c.ge=0,ve(4104,"the server asked to come back");if(c.q){if(e(c.q,c.A.be))return ve(
4e3)}else if(c.ae&&e(c.ce,c.A.Oe)){if(++c.ft>3)return ve(4002);c.ce=c.S,rn()}else e(c.he,c.ct)&&rn();c.y===2&&(nn(!1),tn("refusal"))},os=e=>{c.y&&(e>c.he&&(c.he=
e,c.q=0),e>c.ce&&(c.ce=e,c.ft=0),c.y===2&&!c.q&&c.S>=c.$t+c.ct&&(rn(),c.q=0))},rn=()=>{c.q=c.$t=c.S,D({i:"send",E:{t:"ping",id:++c.qn}})},ss={record:Tr,stored:lr,
refused:pr,pass:Er,gap:Or,subscribed:Zt,unsubscribed:_r,welcome:ns,ping:({id:e})=>D({i:"send",E:{t:"pong",id:e}}),refresh:()=>c.y===2&&D({i:"refresh"}),reconnect:({
delay:e=0})=>{c.ge=c.S+e}},is={tick:rs,connected:e=>es(e.Pe),disconnected:e=>ts(e.U),frame:({E:e})=>{c.he=c.S,c.q=0,ss[e.t]?.(e)},publish:rr,persisted:e=>{c.ze=
Math.max(c.ze,e.x)},marked:or,drop:e=>ur(e.x,e.U),subscribe:vr,unsubscribe:e=>kr(e.F),done:Cr,bye:()=>{c.y===2&&(nn(!0),D({i:"send",E:{t:"bye",code:1e3}})),c.y=
3},moved:e=>os(e.z)},$r=e=>{let t=er(e);return{qt:(n,r)=>{Ue(t),nr(n,r)},Ie:(n,r)=>(Ue(t),t.S=n,t.Ce=[],t.y!==3&&is[r.i](r),t.y===2&&t.Ce.at(-1)?.i!=="disconnec\
t"&&cr(),t.Ce),ke:()=>(Ue(t),as()),Bt:(n,r,o)=>(Ue(t),Mr(n,r,o))}},as=()=>{let e=1/0,t=n=>{n&&n<e&&(e=n)};if(t(c.ie),c.y%3){t(c.ge),c.q?t(c.q+c.A.be):(t(c.he+c.ct),
c.ae&&t(c.ce+c.A.Oe));for(let n of c._.values())xt(n)&&t(n.Ut+c.A.Ct),t(n.Xe);for(let n of c.R)t(n.Fe)}return e<1/0?e:void 0};var Le=e=>new RegExp(`^${e}[a-z] .*`,"m").exec(Nn)?.[0]??`${e}${cs(e)} code ${e}`,cs=e=>e>=4e3&&e<4400?"nlas"[(e-4e3)/100|0]:e>=500&&e<600||e===408||e===425||e===
429?"l":e>=400&&e<500?"s":e?"n":"o";var Fr=1e3,Rr=(e,t)=>{let n=new Map,r=(s,i)=>{n.delete(s)&&e({e:"reply",id:s,fault:i,type:0,data:new Uint8Array})},o=s=>{let{id:i,name:a,key:u,type:f,data:l}=s.vn;
s.Ae=!0,t({t:"call",id:i,name:a,key:u,content:f,data:l})};return{Vn(s,i){let a={vn:s,Ae:!1},u=n.size<Fr;n.set(s.id,a),u?i&&o(a):r(s.id,{code:$n,detail:`${Fr} ca\
lls are under way`})},Xn:s=>n.delete(s),Wt({id:s=0,code:i,detail:a,content:u=0,data:f}){if(i)return r(s,{code:Le(i),detail:a??""});n.delete(s)&&e({e:"reply",id:s,
type:u,data:f?.slice()??new Uint8Array})},J(){for(let s of n.values())o(s)},kn(s){for(let[i,{vn:a,Ae:u}]of n)(s||u&&!a.key)&&r(i,s??{code:Re,detail:"the connect\
ion ended before the reply; a call with a key would be made again"})}}};var sn={network:{maxRetries:5,baseDelay:1e3,multiplier:2},timeout:{maxRetries:5,baseDelay:1e3,multiplier:2},tls:{retry:"stop"},authentication:{maxRetries:3,baseDelay:2e3,
multiplier:1.5},rate_limit:{maxRetries:10,baseDelay:5e3,multiplier:1.5},protocol:{retry:"stop"},policy:{retry:"stop"},server:{},overload:{},application:{},closed:{
retry:"stop"}};var an=e=>e.minUptime>0?e.minUptime:5e3,Ar=(e,t,n)=>{if(t>=e.maxRetries)return;let r=t;if(e.first==="immediate"&&!r--)return 0;let o=e.maxDelay>=0?e.maxDelay:3e4,
s=(e.baseDelay>=0?e.baseDelay:1e3)*(e.multiplier>=1?e.multiplier:2)**r,i=Math.min(Math.max(e.jitter??.5,0),1);return Math.min(Math.min(s,o)*(1+i*(2*n()-1)),o)};var Hr=()=>{let e;return(t,n=2147483648)=>{clearTimeout(e),n<2147483648&&(e=setTimeout(t,n))}},Ge=()=>performance.now();var ds=6e5,us=e=>Object.fromEntries(Object.entries(e).filter(t=>t[1]!==void 0)),Pr=(e,t,n,r,o)=>{let s=e.random??Math.random,i={},a=Hr(),u=0,f=0,l,b,g,y=()=>{u&&
Ge()-u+2>an(e)&&(i={},M.de=0,E("done"))},E=(L,p)=>{l?.[L](p),l=void 0},F=()=>{y(),u?t.ke():f&&a(T,f-Ge())},T=()=>{a(),g?.(),f=0;let L=r?.allow();typeof L=="numb\
er"?(g=r.onChange(T),a(T,L),t.Ao?.()):(l=L,t.Qn())},M={de:0,ht(L){M.Se(),i={},M.de=0,L&&r?.state==="open"&&r.reset(),b=o?.(F),T()},J(){u=Ge(),a(y,an(e))},Yn(L,p=0,m=L){
y(),u=0,E("done",m);let w=e.strategies?.[L],v={maxRetries:n,...sn[L],...us(e),...w},k=w||sn[L]?.maxRetries?L:"",C=i[k]??0,R=globalThis.navigator?.onLine===!1,H=w?.
maxRetries===void 0&&M.de>=e.maxRetries,A=R?e.maxDelay??3e4:H?void 0:Ar(v,C,s);if(A===void 0)return M.Se(),!1;R||(M.de++,i[k]=C+1),f=Math.min(A,v.baseDelay??1e3);
let W=Math.min(p,ds);return W>A&&(f=A=W+s()*Math.min(W/4,A)),f+=Ge(),a(T,A),t.Zn(M.de,v.maxRetries,A),!0},Se(){a(),u=f=0,g?.(),E("cancel"),b?.()}};return M};var Ir=e=>{let t=new AbortController,n=globalThis.document,r=()=>n?.visibilityState==="hidden"||e(),o=(a,...u)=>{for(let f of u)a?.addEventListener?.(f,r,{signal:t.
signal})};o(globalThis,"online","offline","pageshow"),o(n,"visibilitychange","resume");let s=Date.now(),i=setInterval(()=>{let a=Date.now(),u=Math.abs(a-s-1e4);
s=a,u>2e3&&e()},1e4);return()=>{clearInterval(i),t.abort()}};var Dr=(e,t,n,r)=>{let o=new e(t,[n.bn]),s=[],i=0,a=0,u=!1;o.binaryType="arraybuffer",o.onopen=()=>r.J(o.protocol),o.onmessage=l=>r.eo(l.data),o.onclose=l=>r.te(
l.code,l.reason),o.onerror=()=>{o.readyState||setTimeout(()=>o.onclose&&r.te(1006,""),9)};let f={Ne:0,m(l){s.push(l),i+=64+(l.data?.length??0),i>65536&&f.Qe()},
Qe(){if(i){let l=n.Bn(s);f.Ne+=typeof l=="string"?l.length:l.byteLength,s=[],i=0,o.readyState===1&&o.send(l)}return o.bufferedAmount},Gt(){let[l,b]=[a,u];return u=
o.bufferedAmount>0,a=f.Ne-o.bufferedAmount,b&&a>l},Q(l){o.onopen=o.onmessage=o.onclose=null,o.close(l===1e3||l>=3e3?l:1e3)}};return f};var ls=32<<20,kt=e=>Number.parseInt(e,10),Nr=(e,t,{zt:n,...r})=>{let o=`connect to ${e.Sn.replace(/\?.*/,"")}`,s,i=0,a,u=0,f=0,l=0,b=Pr(e.no,{Qn:()=>{y()},Zn:(m,w,v)=>r._e(
"waiting",{retryAt:Date.now()+v}),ke:()=>n(M)},1/0,void 0,Ir),g=(m,w)=>{clearTimeout(a),a=setTimeout(n,m,w)},y=async()=>{let m=++i;u=0,t.attempts++,g(e._n,()=>p.ue(
{code:On,op:o,detail:`no welcome within ${e._n} ms`}));try{let w=e.Pe;if(typeof w=="function"&&(r._e("authenticating"),w=await w(),m!==i))return;r._e("connectin\
g"),s=Dr(e.oo,e.Sn,e.Kt,{J:v=>n(()=>F(v,w)),eo:v=>n(()=>T(v)),te:(v,k)=>n(()=>p.ue(u||v!==1006?{code:Le(v),detail:k}:E))})}catch(w){m===i&&n(()=>p.ue({...E,detail:`${w}`}))}},
E={code:Re,op:o,detail:"nobody answers there, or it is refused"},F=(m,w)=>{u++,m===e.Kt.bn?r.ro(w):r.Ye({code:Hn,op:o,detail:`it chose the subprotocol "${m}"`})},
T=m=>{let w=s;u++,t.bytesIn+=typeof m=="string"?m.length:m.byteLength;try{e.Kt.Un(m,v=>(r.E(v),s===w))}catch(v){p.ue({code:rt,detail:`${v}`})}r.so()},M=()=>{if(!p.P)
return;let m=u;p.m({t:"ping"}),g(e.be/2,()=>{u===m&&p.ue({code:Cn})})},L=m=>{clearTimeout(a),i++,f+=s?.Ne??0,s?.Q(kt(m)),s=void 0,p.P=!1},p={P:!1,Ze:void 0,de:()=>b.de,
Ne:()=>f+(s?.Ne??0),Gt:()=>s?.Gt(),ht:()=>b.ht(),m:m=>s?.m(m),Qe(){(s?.Qe()??0)>ls&&n(()=>p.ue({code:Mn,detail:"the server takes too little"}))},io({user:m,agent:w}){
clearTimeout(a),p.P=!0,p.Ze=void 0,t.connects++,b.J(),r._e("open",{...m&&{user:m},...w&&{server:w}})},ue(m,w=0){let v=kt(m.code);p.P&&(t.disconnects[v]=(t.disconnects[v]??
0)+1),L(m.code);let k=i;p.Ze=m,r.te(v),k===i&&(/^1...s/.test(m.code)?r.Ye(m):b.Yn("",Math.max(0,w),m)||r.Ye({...m,code:Dn,op:o}))},ao(){s||b.ht()},async Tn(){let m=i;
if(!(typeof e.Pe!="function"||l===m)){l=m;try{let w=await e.Pe();m===i&&p.En(w)}catch{}l=0}},En(m){p.P&&m&&n(()=>p.m({t:"refresh",token:m}))},Se(m){s?.Qe(),b.Se(),
L(m?.code??"1000"),p.Ze=m}};return p};var fs=64,Br=()=>({et:0,fe:[],Ee:[],tt:[]}),cn=e=>{let t=e.indexOf(":");return[e.slice(0,t),+e.slice(t+1)]},dn=e=>`${e.p} ${e.ch}`,Ur=(e,t,n)=>{let{maxRecords:r=1e3,
maxBytes:o=4<<20}=e,s=new Map,i=new Map,a=new Map,u,f=[],l=it(),b=Br(),g,y=new Map,E=p=>{s.set(p.id,p),i.set(p.key,p)},F=()=>{let p=l.je.length+l.R.size,m=b.et||
b.fe.length||b.tt.length||p>256||p&&!T.W;if(!u||g||!m)return;let[w,v]=[l,b];l=it(),b=Br(),g=u.un(w).then(()=>{g=void 0,t(v),F()},k=>{for(let C of v.tt)C();n(k)})},
T={oe:s,Ge:i,W:0,gt:0,nt:(p=1)=>T.W>=r*p||T.gt>=o*p,V(p){T.W++,T.gt+=p},Jt(p){T.W--,T.gt-=p},qt(p){u=p;for(let m of p.R)a.set(dn(m),m);for(let[m,w]of p.qe)y.set(
m,w);for(let m of p.oe){let w={...m,yt:un(m),I:m.sent>0};E(w),T.V(w.yt)}},Vt(p,m){Object.assign(p,m),E(p);let[w,v]=cn(p.key),[,,k,C]=y.get(w)??[0,0,[],0];if(M(w,
[v,Date.now(),k,C]),!u)return;let{yt:R,I:H,...A}=p;l.Et.push(A),b.et=p.id,b.Ee.push(p)},co(p){let[m,w]=cn(p),[v,,k,C]=y.get(m)??[0,0,[],0];if(!(w>v))return w<=C?
[w,"unknown",{code:Ae,detail:"too many others ended since"}]:k.find(R=>R[0]===w)??"delivered"},uo({x:p,Ae:m,D:w}){let v=s.keys().next().value??1/0;f=f.filter(k=>k.
id>=v),f.push({id:p,sent:m,mem:w}),l.fe=[...f],b.fe.push({x:p,Ae:m,D:w})},K(p,m){let w=dn(m);L(w,{...a.get(w)??m,successor:m.successor}),b.et=p},On(p,m,w){let[v,
k]=cn(p),[C,,R,H]=y.get(v)??[0,0,[],0],A=[...R,[k,m,w]],[[W]=[0]]=A.splice(0,A.length-Un);M(v,[C,Date.now(),A,Math.max(H,W)])},Xt(p,m){let w=s.get(p);return w&&
(s.delete(p),i.delete(w.key),T.Jt(w.yt),u&&l.je.push(p),m&&T.On(w.key,...m)),w},lo(p){let m=dn(p);if(!p.sealed)return L(m,p);a.delete(m),l.R.set(m,[p.ch,p.p])},
fo(p){u?b.tt.push(p):p()},po:F,async Q(p){let m=u;if(u=void 0,p)return m?.Q();await g,await m?.un(l).catch(()=>{});for(let w of b.tt)w();m?.Q()}},M=(p,m)=>{y.set(
p,m),u&&l.qe.set(p,m)},L=(p,m)=>{u&&(a.set(p,m),l.R.set(p,m))};return T},un=e=>e.h.reduce((t,[n,r])=>t+n.length+r.length+4,fs+e.ch.length+e.data.length);var jr=(e,t,n,r)=>{let o=!!e.P,{policy:s}=e,i,a,f=Ur(e,p=>r.zt(()=>{p.Ee.forEach(b);for(let m of p.tt)m();p.et&&r.Ie({i:"persisted",x:p.et});for(let m of p.fe)r.Ie(
{i:"marked",...m})}),r.Ye),l=p=>p.I?"sent":"pending",b=p=>n({e:"entry",id:p.key,status:l(p),producer:p.p,number:p.n}),g=(p,m)=>n({e:"entry",id:p,end:!0,...m}),y=(p,m,w)=>{
let v={code:m,detail:w};t.failed++,f.On(p,"failed",v),g(p,{status:"failed",fault:v})},E=p=>un({ch:p.ch,data:p.data,h:p.h??[]}),F=({id:p})=>{let m=f.Ge.get(p),w=f.co(
p);if(m)b(m);else if(w)w==="delivered"?g(p,{status:w,ack:{offset:0,duplicate:!0,synced:!1,copies:0}}):g(p,{status:w[1],fault:w[2]});else return!1;return!0},T=()=>{
for(let p of f.oe.values())if(!p.I)return r.Ie({i:"drop",x:p.id,U:kt($t)}),!f.oe.has(p.id);return!1},M=()=>{i===void 0||i===f.nt()||L.J()},L={mo:f,bo(p,m){if(F(
p))return!1;if(m)y(p.id,ne,"the session was closed");else if(f.nt(s==="drop-oldest"?2:1))s==="drop-newest"?y(p.id,$t,"the outbox is full"):y(p.id,Ft,"");else return f.V(
E(p)),!0;return!1},ho(p){let{id:m,ch:w,type:v,data:k,h:C=[],exp:R}=p,H=E(p);if(f.Jt(H),!F(p)){if(s==="drop-oldest"){for(;f.nt()&&T(););if(f.nt())return y(m,Ft,"\
all was sent, and waits for answers")}f.V(H),a={key:m,ch:w,type:v,data:k,h:C,yt:H,I:!1},t.published++,r.Ie({i:"publish",ve:w,Re:k.length,ie:R&&r.go(R)}),M()}},yo(p){
f.Jt(E(p)),y(p.id,ne,"the session was closed")},Vt(p){let m=a;f.Vt(m,p.b),o||b(m)},m({b:p,E:m,zn:w}){let v=f.oe.get(p.id);v&&(v.I||(v.I=!0,n({e:"entry",id:v.key,
status:"sent"})),w&&t.resent++,r.m({...m,h:v.h,content:v.type,data:v.data}))},It(p){let m=p.It,w=m==="delivered"?void 0:r.xo(p),v=f.Xt(p.b.id,w&&[m,w]);v&&(t[m]++,
p.yn&&t.duplicates++,w?f.fo(()=>g(v.key,{status:m,fault:w})):g(v.key,{status:m,ack:{offset:p.L,duplicate:p.yn,synced:p.Wn,copies:p.Gn}}),M())},wo(){for(let p of f.oe.
values()){let{key:m,ch:w,type:v,data:k,h:C,p:R,n:H}=p;n({e:"restored",id:m,ch:w,type:v,data:k,h:C,status:l(p),producer:R,number:H})}},J(){i=f.nt(),n({e:"outbox",
durable:e.durable,full:i})},Se(p){for(let m of f.oe.values()){let w=m.I;o?g(m.key,{status:l(m),fault:p}):w?g(m.key,{status:"unknown",fault:{code:Ae,detail:"no a\
nswer before the end"}}):g(m.key,{status:"failed",fault:p})}}};return L};var qr=(e,t)=>{let n=new Map,r=new Set,o=a=>a&&(a.ne[0]>a.j[0]/2||a.ne[1]>a.j[1]/2),s=new Map,i=(a,u,f)=>(t(a.x,u,f)?.earlier??[]).map(([l,b])=>[l,b]);return{se:n,
vo(a,u,f){let l={x:a,j:f,w:"",ne:[0,0],r:[]};n.set(a,l),s.has(u)||s.set(u,l)},ko(a){let u=n.get(a);n.delete(a);for(let[f,l]of s)l===u&&s.delete(f)},N(a,[u,f]){let l=n.
get(a);l&&(l.ne=[Math.max(0,l.ne[0]-u),Math.max(0,l.ne[1]-f)])},Cn(a){let u=s.get(a.ch);return!u||!o(u)?!1:(u.X=a,!0)},Mn(a){for(let u of n.values())!u.X||o(u)||
(a(u.X),u.X=void 0)},So(){for(let a of n.values())a.X=void 0},_o({F:a,w:u,E:f}){let l=n.get(a);if(!l)return!0;let{o:b=0,ts:g=0,by:y,h:E,content:F=0,data:T}=f,M=T?.
slice()??new Uint8Array;if(l.ne[0]>4*l.j[0]+1||l.ne[1]>4*l.j[1]+16777216)return!1;l.w!==u&&l.r.push({term:u,earlier:i(l,u,b)}),l.w=u;let L={o:b,ts:g,type:F,data:M};
return y&&(L.by=y),E?.length&&(L.h=E),l.r.push(L),l.ne[0]++,l.ne[1]+=M.length,r.add(l),!0},To({F:a,E:u}){let f=n.get(a);if(!f)return;let{from:l=0,to:b=0,term:g="",
after:y=0,why:E="unknown"}=u;f.w=g,f.r.push({gap:E,from:l,to:b,term:g,after:y,earlier:i(f,g,y)}),r.add(f)},Qt(){for(let a of r){r.delete(a);let u=a.r;a.r=[],e({
e:"records",sub:a.x,items:u})}}}};var Ke=e=>Array.from(crypto.getRandomValues(new Uint8Array(e)),t=>t.toString(16).padStart(2,"0")).join(""),ze=e=>({code:Le(e.U),detail:e.Ve}),St={code:ne,detail:"\
the session was closed"},ps=new Uint8Array,ms=()=>({connects:0,attempts:0,disconnects:{},published:0,delivered:0,failed:0,unknown:0,duplicates:0,resent:0,received:0,
duplicatesDropped:0,gaps:0,lost:0,bytesIn:0,bytesOut:0,rtt:0,outboxRecords:0,outboxBytes:0}),Wr=(e,t)=>{let n=Date.now()-performance.now(),r=()=>Math.round(n+performance.
now()),o=ms(),s=[],i=!1,a=!1,u,f=0,l=[],b=!1,g=!1,y=d=>{if(l.push(d),!b){b=!0;for(let $=l.shift();$;$=l.shift())$();b=!1,!g&&(g=!0,queueMicrotask(E))}},E=()=>{g=
!1,!a&&(R.po(),k.Qe(),i&&!R.W&&y(G),M())},F,T=1/0,M=()=>{let d=p.ke()??1/0;d>=T||(clearTimeout(F),T=d,F=setTimeout(y,Math.min(Math.max(2,d-r()),1e9),L))},L=()=>{
T=1/0,k.Gt()&&w({i:"moved",z:r()}),w({i:"tick"})},p=$r({it:Ke(16),Jn:Ke(8),we:Ke(16),le:e.le,jt:e.jt,Oe:e.Oe,be:e.be,Nt:!!e.Yt.P}),m,w=d=>{if(a)return;for(let I of p.Ie(
r(),d))v[I.i](I);let $=m;m=void 0,$?.()},v={send({E:d}){d.t==="hello"&&d.subs&&(d.subs=d.subs.filter($=>!H.Cn($))),!(d.t==="subscribe"&&H.Cn(d))&&(d.t==="ping"&&
(f=performance.now()),k.m(d))},publish:d=>C.m(d),persist:d=>C.Vt(d),mark:d=>R.uo(d),seal:d=>R.K(d.x,d.mt),outcome:d=>C.It(d),resolved:d=>R.lo(d.mt),held(d){d.b&&
t({e:"held",ch:d.b.ch,at:d.z-r()+Date.now(),fault:ze(d)})},lost({ve:d,Kn:$,Z:I,ee:B}){o.lost+=B-I+1,t({e:"lost",ch:d,producer:$,from:I,to:B})},record(d){o.received++,
H._o(d)||(m=()=>k.ue({code:En,detail:"the server sends far more than the window"}))},gap(d){o.gaps++,H.To(d)},subscribed:({F:d,E:{term:$="",o:I=0}})=>t({e:"subs\
cribed",sub:d,term:$,o:I}),ended:d=>Te(d.F,d.U?ze(d):void 0),welcome(d){k.io(d.E),H.Mn(W),A.J()},disconnect(d){m=()=>k.ue(ze(d),d.z-r())},authenticate(d){typeof e.Pe!=
"function"&&ie({code:Le(d.U),detail:k.Ze?.detail??""})},fail:d=>ie(ze(d)),refresh:()=>{k.Tn()}},k=Nr(e,o,{zt:d=>y(()=>a||d()),_e:(d,$)=>fe(d,$),ro:d=>w({i:"conn\
ected",Pe:d}),E(d){d.t==="pong"&&f&&(o.rtt=performance.now()-f,f=0),d.t==="reply"&&A.Wt(d);let $=o.received;w({i:"frame",E:d}),d.t==="record"&&$===o.received&&o.
duplicatesDropped++},so:()=>H.Qt(),te(d){f=0,H.So(),A.kn(),w({i:"disconnected",U:d})},Ye:d=>ie(d)}),C=jr(e.Yt,o,t,{zt:y,Ie:w,m:d=>k.m(d),Ye:d=>x(d),go:d=>d-Date.
now()+r(),xo:ze}),R=C.mo,H=qr(t,(d,$,I)=>p.Bt(d,$,I)),A=Rr(t,d=>k.m(d)),W=d=>k.m({...d,t:"subscribe"}),fe=(d,$)=>{let I=k.Ze;t({e:"status",status:{state:i&&!a?"\
closing":d,attempt:k.de(),...I&&{fault:I},...$}})},Te=(d,$)=>{H.Qt(),H.ko(d),t({e:"ended",sub:d,...$&&{fault:$}})},te={publish:d=>C.ho(d),subscribe({sub:d,c:$,earlier:I=[],
...B}){let{ch:Oe,window:tt,term:nt,o:h=0}=B;H.vo(d,Oe,tt),w({i:"subscribe",F:d,He:B,Bt:nt?{term:nt,offset:h,earlier:I}:void 0})},unsubscribe:d=>w({i:"unsubscrib\
e",F:d.sub}),done({sub:d,took:$,term:I="",o:B}){H.N(d,$),B!==void 0&&w({i:"done",F:d,w:I,L:B}),k.P&&H.Mn(W)},call:d=>A.Vn(d,k.P),cancel:d=>A.Xn(d.id),refresh:d=>{
d.token?k.En(d.token):k.Tn()},reconnect:()=>k.ao(),stats:({id:d})=>t({e:"stats",id:d,stats:{...o,bytesOut:k.Ne(),outboxRecords:R.W,outboxBytes:R.gt}}),close({drain:d}){
if(d<0)return G(!0);i||(i=!0,fe("closing"),u=setTimeout(y,d,()=>G()))}},Fe=d=>{d.c==="publish"&&C.yo(d),d.c==="subscribe"&&t({e:"ended",sub:d.sub,fault:St}),d.c===
"call"&&t({e:"reply",id:d.id,fault:St,type:0,data:ps}),d.c==="stats"&&te.stats(d)},Ee=d=>a?Fe(d):te[d.c](d),G=d=>{w({i:"bye"}),ie(void 0,d)},ie=(d,$)=>{if(!a){H.Qt(),
a=!0,clearTimeout(F),clearTimeout(u),k.Se(d),fe(d?"failed":"closed");for(let I of H.se.keys())Te(I,d);A.kn(d??St),s?.forEach(Fe),C.Se(d??St),R.Q($).then(()=>t({
e:"closed",left:R.W}))}},ye=d=>{if(a)return d?.Q();d&&(R.qt(d),p.qt(d.R,Array.from(R.oe.values(),bs)),C.wo()),C.J();let $=s;s=void 0,$.forEach(Ee),k.ht()},x=d=>y(
()=>ie(d));return(async()=>e.Yt.P?.(e.le,x))().then(d=>y(()=>ye(d)),x),{l(d){d.c==="publish"&&!C.bo(d,a||i)||(s&&!a?s.push(d):y(()=>Ee(d)))}}},bs=({id:e,ch:t,p:n,
n:r,size:o,sent:s,mem:i,expires:a})=>({id:e,ch:t,p:n,n:r,size:o,sent:s,mem:i,expires:a});var hs=new TextEncoder,gs=new TextDecoder,Je=e=>hs.encode(e),Ve=e=>gs.decode(e),ln=(e,t,n)=>{t instanceof ArrayBuffer&&(t=new Uint8Array(t));let r=ArrayBuffer.isView(
t)&&new Uint8Array(t.buffer,t.byteOffset,t.byteLength).slice();if(r&&n!=="json")return[n==="text"?1:0,r];if(typeof t=="string"&&n!=="json")return[n==="binary"?0:
1,Je(t)];let o;try{let s=JSON.stringify(r?JSON.parse(Ve(r)):t);if(s!==void 0&&(n??"json")==="json")return[2,Je(s)]}catch(s){o=s}throw new z(Rn,e,`data cannot be\
 ${n??"json"}`,o)},Xe=(e,t)=>e===2?JSON.parse(Ve(t)):e?Ve(t):t,fn=(e,t)=>{if(!/^[^\p{C}\p{Z}"\\\uFFFD]+$/u.test(t)||Je(t).length>255)throw new z(Fn,e,"1 to 255 \
bytes of printable text without spaces, quotes and backslashes are wanted")},Gr=(e,t=[])=>{let n=(Array.isArray(t)?t:Object.entries(t)).map(([r,o])=>[`${r}`,`${o}`]);
for(let[r,o]of n)if(!r||Je(r).length>255||Je(o).length>4096||n.length>64)throw new z(xe,e,"headers: at most 64, names of 1 to 255 bytes, values of at most 4,096");
return n};var ys=32,xs=50,zr=["binary","text","json"],_t=(e,t,n)=>{let r=n.filter(([o,s])=>o!==e&&s<t);return[[e||"-",t],...r].map(([o,s])=>`${o}@${s}`).join(" ")},pn=class{gap;channel;offset;term;time;user;headers;type;bytes;H;constructor(t,n,r,{
o,ts:s,by:i="",h:a=[],type:u,data:f}){this.channel=t,this.term=n,this.offset=o,this.time=s,this.user=i,this.headers=a,this.type=zr[u],this.bytes=f,this.H=r}get data(){
return Xe(zr.indexOf(this.type),this.bytes)}text(){return Ve(this.bytes)}json(){return JSON.parse(this.text())}get position(){return _t(this.term,this.offset,[])}get checkpoint(){
return _t(this.term,this.offset,this.H)}},Tt=class extends EventTarget{channel;x;l;Ln;Zt=pe();ot=[];De=0;w="";H=[];ke;xt=!1;Te;wt;d;N=[0,0];M=0;constructor(t,n,r,o){
super(),this.x=t,this.channel=n,this.Ln=r,this.l=o}get ready(){return this.Zt.re}async*[Symbol.asyncIterator](){if(this.xt)throw new z(xe,`read ${this.channel}`,
"somebody else reads it already");this.xt=!0;try{for(;;){this.wt&&(this.d=this.wt),this.wt=void 0,this.De>255&&(this.ot.splice(0,this.De),this.De=0);let t=this.ot[this.De++];
if(this.B(!t)&&await ws(),t){let n=this.V(t);n&&(yield n);continue}if(this.ot=[],this.De=0,this.Te?.Fn)throw this.Te.Fn;if(this.Te)return;await new Promise(n=>{
this.ke=n})}}finally{this.xt=!1}}V(t){if("o"in t)return this.N[0]++,this.N[1]+=t.data.length,this.Ln||(this.wt=[this.w,t.o]),new pn(this.channel,this.w,this.H,t);
if(this.w=t.term,this.H=t.earlier,"gap"in t)return mn(this.channel,t)}B(t){let n=performance.now(),r=n-this.M>xs;if(!t&&!r&&this.N[0]<ys)return!1;r&&(this.M=n);
let[o,s]=this.d??[];return(this.d||this.N[0])&&this.l({c:"done",sub:this.x,took:this.N,...s!==void 0&&{term:o,o:s}}),this.N=[0,0],this.d=void 0,r&&!t}ack(t){this.d=
[t.term,t.offset],this.B(!0)}close(){this.Te||(this.B(!0),this.ot=[],this.De=0,this.l({c:"unsubscribe",sub:this.x}),this.$n())}addEventListener(t,n,r){super.addEventListener(
t,n,r),t==="record"&&!this.xt&&this.Eo()}async Eo(){try{for await(let t of this)Q(this,t.gap?"gap":"record",t)}catch{}}We(t){if(!this.Te){for(let n of t)this.ot.
push(n);this.ke?.()}}J(t,n){this.Zt.pe(_t(t,n,[]))}$n(t){if(this.Te)return;let n=t&&ae(t,`subscribe to ${this.channel}`);this.Te={...n&&{Fn:n}},this.Zt.me(n??ae(
{code:ne},`subscribe to ${this.channel}`)),this.ke?.(),Q(this,"end",n)}},ws=()=>new Promise(e=>{let{port1:t,port2:n}=new MessageChannel;t.onmessage=()=>{t.close(),
e()},n.postMessage(0)}),mn=(e,{gap:t,from:n,to:r,term:o,after:s,earlier:i})=>({gap:t,channel:e,from:n,to:r,checkpoint:_t(o,s,i)});var Ye=class extends ct(){status={state:"connecting",attempt:0};outbox;messages;Be=new Map;_=new Map;X=new Map;G=Ke(8);j;Rn;en;An=pe();tn=new Map;nn=0;constructor(t,n={}){
super(),this.messages=this.Be;let r=ks(t),o=n.WebSocket??globalThis.WebSocket;if(!o)throw new z(xe,"open session","there is no WebSocket here; give the option W\
ebSocket");this.en=`session with ${r.replace(/\?.*/,"")}`,this.j=[n.window?.records??512,n.window?.bytes??1<<20];let s=n.outbox??jn(),i=n.user??"",a=(l,b)=>Wr({
Sn:r,Kt:n.codec??Zn,Pe:n.token,le:i,jt:n.agent??"holdfast-ts",Yt:b&&s.P?{...s,P:(g,y)=>s.P(g,y,b)}:s,no:n.backoff??{},_n:n.connectTimeout??1e4,Oe:n.ackTimeout,be:n.
pongTimeout??1e4,oo:o},l),u=l=>this.We(l),f=s.P?s.name:"";this.Rn=n.tabs?n.tabs(a,u,{url:r,user:i,outbox:f,page:this.G}):a(u)}get state(){return this.status.state}get error(){
return this.status.fault&&ae(this.status.fault,this.en)}publish(t,n,r={}){let o=`publish to ${t}`;fn(o,t);let[s,i]=ln(o,n,r.type),a=Gr(o,r.headers),u=`${this.G}\
:${++this.nn}`,f=new De(u,t,n);return this.Be.set(u,f),this.l({c:"publish",id:u,ch:t,type:s,data:i,...a[0]&&{h:a},...r.ttl&&{exp:Date.now()+r.ttl}}),f}subscribe(t,n={}){
let r=`subscribe to ${t}`;fn(r,t);let o=++this.nn,s=[n.window?.records??this.j[0],n.window?.bytes??this.j[1]],i={c:"subscribe",sub:o,ch:t,window:s,...Ss(r,n.from)};
n.cursor&&(i.cursor=n.cursor);let a=new Tt(o,t,n.ack==="manual",l=>this.l(l));this._.set(o,a),this.l(i);let{signal:u}=n,f=()=>a.close();return u?.addEventListener(
"abort",f),a.addEventListener("end",()=>u?.removeEventListener("abort",f)),u?.aborted&&f(),a}channel(t){return{name:t,publish:(n,r)=>this.publish(t,n,r),subscribe:n=>this.
subscribe(t,n)}}call(t,n,r={}){let o=`call ${t}`,[s,i]=n===void 0?[0,new Uint8Array]:ln(o,n),[a,u]=this.Hn(),f=(y,E)=>{this.l({c:"cancel",id:a}),u.me(new z(y,o,
E))},l=r.timeout??3e4,b=setTimeout(()=>f(Ln,`no reply within ${l} ms`),l),g=()=>f(Pn,"");return r.signal?.addEventListener("abort",g),r.signal?.aborted?g():this.l(
{c:"call",id:a,name:t,type:s,data:i,...r.key&&{key:r.key}}),u.re.finally(()=>{clearTimeout(b),r.signal?.removeEventListener("abort",g),this.X.delete(a)})}refresh(t){
this.l({c:"refresh",...t&&{token:t}})}reconnect(){this.l({c:"reconnect"})}stats(){let[t,n]=this.Hn();return this.l({c:"stats",id:t}),n.re}connected(){return this.on(
()=>this.state==="open")}room(){return this.on(()=>!!this.outbox&&!this.outbox.full)}flush(){return this.on(()=>!!this.outbox&&!this.Be.size)}close({drain:t=5e3}={}){
for(let n of this._.values())n.B(!0);return this.l({c:"close",drain:t}),this.An.re}l(t){this.Rn.l(t)}Hn(){let t=++this.nn,n=pe();return this.X.set(t,n),[t,n]}on(t){
let n=pe();return this.tn.set(n,t),this.vt(),n.re}vt(){let t=this.state==="failed"||this.state==="closed";for(let[n,r]of this.tn){if(r())n.pe();else if(t)n.me(this.
error??ae(vs,this.en));else continue;this.tn.delete(n)}}We(t){switch(t.e){case"status":return this.status=t.status,Q(this,"status",t.status),t.status.state==="f\
ailed"&&Q(this,"error",this.error),this.vt();case"outbox":return this.outbox={durable:t.durable,full:t.full},Q(this,"status",this.status),this.vt();case"restore\
d":return this.Be.set(t.id,new De(t.id,t.ch,Xe(t.type,t.data),t.status)),this.b({e:"entry",id:t.id,status:t.status,producer:t.producer,number:t.number},!0);case"\
entry":return this.b(t);case"records":return this.W(t.sub,t.items);case"subscribed":return this._.get(t.sub)?.J(t.term,t.o);case"ended":{let n=this._.get(t.sub);
return this._.delete(t.sub),n?.$n(t.fault)}case"reply":return this.Wt(t);case"stats":this.X.get(t.id)?.pe(t.stats),this.X.delete(t.id);return;case"held":Q(this,
"held",{channel:t.ch,at:t.at,error:ae(t.fault,`publish to ${t.ch}`)});return;case"lost":Q(this,"lost",{channel:t.ch,producer:t.producer,from:t.from,to:t.to});return;case"\
closed":return this.An.pe(t.left)}}b(t,n=!1){let r=this.Be.get(t.id);r&&(t.end&&this.Be.delete(t.id),(r.We(t)||n)&&Q(this,"message",r),t.end&&this.vt())}W(t,n){
let r=this._.get(t);if(r){r.We(n);for(let o of n)"gap"in o&&Q(this,"gap",mn(r.channel,o))}}Wt({id:t,fault:n,type:r,data:o}){let s=this.X.get(t);if(n)return s?.me(
ae(n,"call"));try{s?.pe(Xe(r,o))}catch(i){s?.me(i)}}},vs={code:ne,detail:"the session was closed"},ks=e=>{try{let t=new URL(e,globalThis.location?.href);if(t.protocol=
t.protocol.replace("http","ws"),/^wss?:$/.test(t.protocol))return t.hash="",t.pathname==="/"&&(t.pathname="/ws"),t.href}catch{}throw new z(xe,"open session",`ur\
l: "${e}" is none for ws, wss, http or https`)},Ss=(e,t="head")=>{if(typeof t=="string")return{at:t};if("last"in t)return{at:"last",last:t.last};if("since"in t)
return{at:"time",since:t.since};if("offset"in t)return t.offset?{at:"position",o:t.offset}:{at:"start"};let n=t.checkpoint.split(/\s+/).filter(Boolean);if(!n[0])
return{at:"start"};let[[r,o],...s]=n.map(i=>{let a=/^(-|[\da-f]{16})@(\d{1,16})$/.exec(i);if(!a||n.length>8)throw new z(xe,e,`checkpoint: "${t.checkpoint}"`);return[
a[1].replace("-",""),+a[2]]});return r?{at:"position",term:r,o,earlier:s}:o?{at:"position",o}:{at:"start"}};var O=e=>document.getElementById(e);function N(e,t,...n){let r=document.createElement(e);return t&&(r.className=t),r.append(...n),r}function q(e,t){e.textContent!==
t&&(e.textContent=t),e.hidden=t===""}var ue=e=>q(O("announcement"),e);function Et(e){let t=new Date(e),n=t.toDateString()===new Date().toDateString(),r=N("time",
"",n?t.toLocaleTimeString():t.toLocaleString());return r.dateTime=t.toISOString(),r.title=t.toLocaleString(void 0,{dateStyle:"full",timeStyle:"long"}),r}function Qe(e,t=""){
let n=N("span",`badge ${e}`,e);return n.title=t,n}function $e(e,t,n){q(t,n),n?e.setAttribute("aria-invalid","true"):e.removeAttribute("aria-invalid")}var bn=e=>new TextEncoder().
encode(e);function _s(e,t){if(t.trim()==="")return"There is nothing to send yet.";if(!e)return"";try{return JSON.parse(t),""}catch(n){return`That is not JSON: ${n.message}`}}
function Kr(e){let t=O("composer"),n=O("message"),r=()=>new FormData(t).get("type")==="json",o=()=>{n.rows=Math.min(6,n.value.split(`
`).length)};function s(){let i=r(),a=n.value,u=_s(i,a)||e(i?{json:a.trim()}:{text:a});$e(n,O("mistake"),u),u||(n.value=""),o(),n.focus()}t.onsubmit=i=>{i.preventDefault(),
s()},n.oninput=()=>{$e(n,O("mistake"),""),o()},n.onkeydown=i=>{i.key!=="Enter"||i.shiftKey||i.isComposing||(i.preventDefault(),s())},t.onchange=()=>{let i=r();n.
placeholder=i?'{"any": "JSON value"}':"Write a message",n.classList.toggle("json",i),$e(n,O("mistake"),"")},n.focus()}var _e=e=>{let{code:t=0,message:n="",op:r="",codeName:o}=e;return o?{code:t,detail:n.slice(r.length+2,-o.length-2).trim()}:{code:4300,detail:String(e)}},X=(e,t)=>`${e.
toLocaleString()} ${t}${e===1?"":"s"}`,hn=e=>e.charAt(0).toUpperCase()+e.slice(1);function Jr(e){function t({code:i,detail:a}){let u=e[i]?.[1]??"the server said\
 something that this page has no words for";return!a||a.includes(u)?hn(`${u} (${i}).`):hn(`${i<4e3?a:`${u}: ${a}`} (${i}).`)}let n=i=>e[i]?.[2]?`${hn(e[i][2])}.`:
"",r=({waiting:i,durable:a})=>{let u=a?"safely in this browser":"here";return i===0?a?"What you write is kept in this browser.":"What you write waits here.":`${X(
i,"message")} ${i===1?"waits":"wait"} ${u}.`};function o(i){let a=i.user?`to ${i.host} as ${i.user}.`:`to ${i.host}.`,u=Number.isNaN(i.tokenEnds)?"soon":`in ${i.
tokenEnds} s`;if(i.tokenEnds!==void 0)return`${a} The token ends ${u}; with the next one you stay connected.`;if(i.waiting===0)return a;let{waitingFor:f=0}=i;return`${a}\
 ${X(i.waiting,"message")} on the way${f>=3?`, without an answer for ${f} s`:""}.`}function s(i){let a=i.fault?t(i.fault):"";if(i.wantsToken)return["Not let in.",
`${a} ${i.fault?n(i.fault.code):""} ${r(i)}`];switch(i.state){case"open":return["Connected",o(i)];case"waiting":return i.offline?["Offline.",`It goes on when th\
ere is a network again. ${r(i)}`]:[`${i.before?"Cut off":"Not connected"}. Next try in ${i.retryIn??0} s.`,`${a} ${r(i)}`];case"failed":return["Stopped.",`${a} ${i.
fault?n(i.fault.code):""}`];case"closing":case"closed":return["Closed.",""];default:return[i.before?"Connecting again…":"Connecting…",`to ${i.host}. ${i.before||
i.waiting>0?r(i):""}`]}}return{sentence:t,advice:n,connection:s}}var Ot=(e,t)=>e[t]?.[0]??["now","later","authenticate","stop"][Math.floor(t/100)-40]??"now";function Vr(e,t,n,r){let o=!1,s,i,a="",u=0,f=g=>Ot(n,g)==="authenticate";async function l(){let{status:g}=e,y=(E,F=1006)=>{e.status===g&&(i={code:F,detail:E})};
try{let E=await fetch("readyz",{cache:"no-store",signal:AbortSignal.timeout(3e3)}),F=(await E.text()).trim().slice(0,80),T=Number(E.headers.get("Holdfast-Code"));
T?y(F,T):E.ok?y("the server is there but took no connection"):y(`the server is not ready: ${F}`)}catch{y("the server cannot be reached")}}let b=g=>{let{state:y,
retryAt:E=0,user:F}=e.status,T=y==="open";return{host:location.host,state:y,before:o,user:F,offline:navigator.onLine===!1,fault:s??i??(e.error&&_e(e.error)),retryIn:Math.
max(0,Math.ceil((E-Date.now())/1e3)),wantsToken:!T&&s!==void 0,tokenEnds:T&&r.asked()?r.left()??Number.NaN:void 0,waiting:g.waiting,waitingFor:g.since?Math.floor(
(Date.now()-Math.max(g.since,u))/1e3):0,durable:(e.outbox?.durable??!0)&&g.kept}};return{refused:()=>s!==void 0,renewed(){s=void 0},changed(){let{state:g}=e,y=e.
error&&_e(e.error);g==="open"?(o=!0,s=void 0):y&&f(y.code)&&(g==="waiting"||g==="failed")&&(s=y),i=void 0,s&&s===y&&ue(`Not let in. ${t.sentence(s)}`),g==="wait\
ing"&&y?.code===4107&&!s&&l(),g!==a&&(a=g,g==="open"&&(u=Date.now()),g==="open"&&ue("Connected."),g==="waiting"&&!s&&ue(`Cut off. ${y?t.sentence(y):""} It is tr\
ied again by itself.`),g==="failed"&&ue(`Stopped. ${y?t.sentence(y):""}`))},show(g){let y=b(g),[E,F]=t.connection(y),T=y.wantsToken?"failed":y.state;O("connecti\
on").dataset.state=T==="authenticating"?"connecting":T==="failed"||T==="closed"?"stopped":T,q(O("headline"),E),q(O("explanation"),F.trim()),q(O("tabs"),g.tabs),
r.show(y.wantsToken===!0||y.tokenEnds!==void 0,y.wantsToken===!0),O("retry").hidden=y.wantsToken===!0||y.state!=="waiting"&&y.state!=="failed",O("retry").textContent=
y.state==="failed"?"Load again":"Try now"}}}function Ts(e){try{let t=e.split(".")[1].replaceAll("-","+").replaceAll("_","/");return Number(JSON.parse(atob(t)).exp)*1e3}catch{return Number.NaN}}function Xr(e){
let t="",n=[],r=O("token"),o=O("credentials"),s=typeof BroadcastChannel=="function"?new BroadcastChannel("holdfast page"):void 0;function i(a){t=a;let u=n;n=[];
for(let f of u)f(t);e()}return s&&(s.onmessage=({data:a})=>{typeof a?.token=="string"?i(a.token):t&&s.postMessage({token:t})},s.postMessage({})),o.onsubmit=a=>{
a.preventDefault();let u=r.value.trim();r.value="",s?.postMessage({token:u}),i(u),O("message").focus()},{next:a=>a?new Promise(u=>n.push(u)):t,asked:()=>n.length>
0,left(){let a=Ts(t);return Number.isNaN(a)?void 0:Math.max(0,Math.ceil((a-Date.now())/1e3))},show(a,u){a&&o.hidden&&u&&!O("message").value&&setTimeout(()=>r.focus()),
o.hidden=!a,q(O("token-button"),u?"Connect":"Stay connected")}}}var Z=e=>e.toLocaleString();function gn(e){if(e<1e3)return X(e,"byte");let t=["kB","MB","GB"],n=-1;do e/=1e3,n++;while(e>=1e3&&n<t.length-1);return`${e.toLocaleString(
void 0,{maximumFractionDigits:1})} ${t[n]}`}var Es=e=>e>0?`${e<10?e.toFixed(1):Math.round(e)} ms`:"not measured yet";function Os(e){let t=Object.entries(e);return t.
length?t.map(([n,r])=>r>1?`${r} × ${n}`:n).join(", "):"none"}var Yr=(e,t)=>[["Connection",[["Round trip",Es(e.rtt)],["Connections",`${Z(e.connects)} of ${X(e.attempts,
"attempt")}`],["Ends, by code",Os(e.disconnects)],["Bytes in, out",`${gn(e.bytesIn)}, ${gn(e.bytesOut)}`],["Tabs",t.tabs]]],["Publishing",[["Taken",Z(e.published)],
["Delivered",Z(e.delivered)],["Failed, unknown",`${Z(e.failed)}, ${Z(e.unknown)}`],["Sent again",Z(e.resent)],["… which the server had",Z(e.duplicates)],["Wai\
ting",`${Z(e.outboxRecords)} (${gn(e.outboxBytes)})`],["Kept",t.outbox]]],["Receiving",[["Received",Z(e.received)],["Doubles dropped",Z(e.duplicatesDropped)],["\
Gaps",Z(e.gaps)],["Lost by the server",Z(e.lost)]]]];function Qr(e,t){let n=O("figures-panel"),r=O("figures-button"),o=new Map;function s(l){for(let[b,g]of Yr(l,
t()))for(let[y,E]of g){let F=`${b} ${y}`,T=o.get(F);T&&q(T,E)}}function i(l){for(let[b,g]of Yr(l,t())){let y=N("dl","");for(let[E,F]of g){let T=N("dd","",F);o.set(
`${b} ${E}`,T),y.append(N("div","",N("dt","",E),T))}n.append(N("section","",N("h2","",b),y))}}async function a(){let l=await e();o.size===0?i(l):s(l)}let u=()=>{
a().catch(()=>{})},f;r.onclick=()=>{let l=n.hidden;n.hidden=!l,r.setAttribute("aria-expanded",String(l)),clearInterval(f),l&&(u(),f=setInterval(u,1e3))}}var Cs=500,yn=4e3,Ms=8,Ls=e=>Array.from(e.subarray(0,100),t=>t.toString(16).padStart(2,"0")).join(" "),Zr=e=>e.length>yn?`${e.slice(0,yn)}… and ${X(e.length-yn,
"more character")}`:e;function $s(e){if("text"in e)return N("div","payload",N("p","data",Zr(e.text)));let t="bytes"in e,n=t?`${Ls(e.bytes)}${e.bytes.length>100?
" …":""}`:Zr(e.json);return N("div","payload",N("span","kind",t?X(e.bytes.length,"byte"):"JSON"),N("code","data",n))}function xn(e,t,n,r){let o=N("span","offs\
et",e?String(e):"–");o.title=e?`offset ${e}`:"it has no offset yet";let s=N("span","meta");return r&&s.append(N("span","by",r)),n&&s.append(Et(n)),N("li","rec\
ord",o,$s(t),s)}function eo(e){let t=O("log"),n=new Map,r=0,o=0;function s(a){for(t.append(a),o++;t.childElementCount>Cs;){let u=t.firstElementChild;u.classList.
contains("record")&&r++,n.delete(Number(u.dataset.offset)),u.remove()}e()}return{clear(){n=new Map,r=0,t.replaceChildren()},startsAfter(a){n.size===0&&(r=a)},record(a,u,f,l){
let b=xn(a,u,f,l);b.dataset.offset=String(a),n.set(a,b),s(b)},notice(a){s(N("li","notice",a))},mine(a,u){let f=n.get(a);if(!f)return!1;if(f.classList.contains("\
mine"))return!0;f.classList.add("mine");let l=f.querySelector(".meta");return l.querySelector(".by")?.remove(),l.prepend(N("span","by","you")),l.append(Qe("deli\
vered",u.synced?`synced to disk, on ${X(u.copies||1,"machine")}`:"in the server’s memory")),!0},forked(a){for(let[u,f]of n)u<a||(f.classList.add("gone"),f.querySelector(
".badge")?.replaceWith(Qe("gone")),n.delete(u))},empty:()=>t.childElementCount===0,hidden:()=>r,settle(){O("live").setAttribute("aria-live",o>Ms?"off":"polite"),
o=0}}}var to=100,wn=e=>e.status==="failed"||e.status==="unknown",vn=e=>e.status==="pending"||e.status==="sent";function no(e,t,n,r){let o=[],s=new Map,i="";function a(b){
o=o.filter(g=>g!==b),u(b),O("message").focus(),r()}function u(b){s.get(b)?.remove(),s.delete(b)}function f(b){let g=b.fault??{code:0},y=N("button","quiet","Send\
 again"),E=N("button","quiet","Dismiss");return y.type=E.type="button",E.onclick=()=>a(b),y.onclick=()=>{a(b),n(b)},N("div","trouble",N("p","",`${e.sentence(g)}\
 ${e.advice(g.code)}`),y,E)}function l(b){let g=s.get(b);g||(g=xn(0,b.payload,0,"you"),g.classList.add("mine"),g.querySelector(".meta").append(Et(b.at)),s.set(b,
g),O("queue").append(g));let y=`${b.status}|${b.fault?.code??""}`;g.dataset.shown!==y&&(g.dataset.shown=y,g.querySelector(".badge")?.remove(),g.querySelector(".\
trouble")?.remove(),g.querySelector(".meta").append(Qe(b.status)),b.fault&&(g.append(wn(b)?f(b):N("div","trouble",e.sentence(b.fault))),wn(b)&&ue(`A message ${b.
status==="failed"?"failed":"has an unknown outcome"}. ${e.sentence(b.fault)}`)))}return{add:b=>{o.push(b)},waiting:()=>o.filter(vn).length,kept:()=>o.every(b=>b.
kept||!vn(b)),since:()=>o.find(vn)?.at,clear(){s.clear(),O("queue").replaceChildren()},refresh(b,g){o=o.filter(M=>{if(M.status!=="delivered")return!0;let{offset:L=0,
synced:p=!1,copies:m=0}=M,w=M.channel!==b||L<=g;return M.channel===b&&L&&t.mine(L,{synced:p,copies:m}),w&&u(M),!w});let y=o.filter(M=>M.channel===b);for(let M of y.
slice(0,to))l(M);let E=y.length-to;q(O("queue-more"),E>0?`and ${X(E,"more message")}.`:""),O("outgoing").hidden=y.length===0,y.length===0&&(i=""),q(O("queue-hel\
d"),i),q(O("outgoing-title"),y.length===0||y.some(M=>!wn(M))?"Not yet in the channel":"Not stored, or not known to be");let F=o.filter(M=>M.channel!==b),T=[...new Set(
F.map(M=>M.channel))].join(", ");q(O("elsewhere"),F.length?`${X(F.length,"message")} of yours ${F.length===1?"is":"are"} not stored in ${T}.`:"")},held(b){i=b,ue(
b),r()},empty:()=>s.size===0}}var ro=()=>typeof BroadcastChannel=="function"&&!!globalThis.navigator?.locks;function oo(e,t,n){let r,o,s=(i,a,u)=>{let{signal:f}=o;return navigator.locks.request(
`holdfast ${e} ${i}`,{signal:f},()=>{if(!f.aborted)return a(),u?void 0:new Promise(l=>f.addEventListener("abort",()=>l()))}).catch(l=>{if(!f.aborted)throw l})};
return{rn:()=>new Promise((i,a)=>{if(o)return i();o=new AbortController,r=new BroadcastChannel(`holdfast ${e}`),r.onmessage=({data:u})=>{typeof u?.t!="string"||
typeof u.from!="string"||u.to&&u.to!==t||(u.v===1?n.Oo(u):n.Co(u.t))},s(`tab ${t}`,()=>{i(),s("lead",n.Mo).catch(a)}).catch(a)}),sn:()=>{o?.abort(),r?.close(),o=
r=void 0},l:(i,a,u)=>r?.postMessage({...a,v:1,t:i,from:t,to:u}),kt:i=>{s(`tab ${i}`,()=>n.te(i),!0)}}}var so=(e,t)=>!e||t&&t.o<e.o?t:e;function io(e,t){let n=new Map,r=[],o=0,s,i,a=[0,0],u=0,f=[0,0],l,b,g=()=>n.size>1?void 0:n.keys().next().value,y=()=>[...n.values(),
...l?[l]:[]],E=()=>{let v=o;o=0,v&&t.l({c:"unsubscribe",sub:v})},F=v=>{E(),o=t.Lo(w),s=y().find(C=>C.O.cursor)?.O.cursor;let k=[0,1].map(C=>Math.min(...y().map(
R=>R.O.window[C])));t.l({...v,sub:o,window:k,...s&&{cursor:s}}),a=[0,0],f=[0,0]},T=v=>{let{term:k,o:C,earlier:R}=v;F({c:"subscribe",sub:o,ch:e,at:"position",o:C,
window:[0,0],...k&&{term:k,earlier:R}}),M(v)},M=v=>{i={...v},b=void 0,u=v.o;for(let k of n.values())Object.assign(k,{N:[0,0],d:u,w:v.term});t.B({e:"open",ch:e,g:o,
at:v},g())},L=()=>{l||!r.length||(l=r.shift(),b=n.size?i:void 0,i=void 0,F(l.O))},p=()=>{l=void 0,b&&n.size&&T(b),L()},m=()=>{if(!o||!n.size||l)return;let v,k=[
...a];for(let H of n.values()){(!v||H.d<v.d)&&(v=H);for(let A of[0,1])k[A]=Math.min(k[A],H.N[A])}let C=[k[0]-f[0],k[1]-f[1]],R=v.d>u;!R&&!C[0]&&!C[1]||(f=k,R&&(u=
v.d),t.l({c:"done",sub:o,took:C,...R&&{term:v.w,o:u}}))},w={ve:e,F:()=>o,rn(v,k){let{sub:C,cursor:R}=k.cmd,H={Ue:v,F:C,O:k.cmd,d:i?.o??0,w:i?.term??"",N:[...a]},
A=[...y(),...r].find(W=>R&&W.O.cursor&&W.O.cursor!==R);if(A){let W={code:ot,detail:`another tab reads it with the cursor ${A.O.cursor}`};t.B({e:"ended",sub:C,fault:W},
v)}else k.at?(n.set(v,H),l?b=so(b,k.at):!i||k.at.o<i.o||R&&!s?T(so(i,k.at)):t.B({e:"open",ch:e,g:o,at:{...i}},v)):(r.push(H),L())},sn(v){n.delete(v);let k=r.findIndex(
C=>C.Ue===v);return k>=0&&r.splice(k,1),l?.Ue===v?(E(),p()):s&&i&&n.size&&!y().some(C=>C.O.cursor)?T(i):m(),n.size||l||r.length?!1:(E(),!0)},d(v,k,C,R,H){let A=n.
get(v);!A||k!==o||(A.N=[A.N[0]+C[0],A.N[1]+C[1]],R>A.d&&Object.assign(A,{d:R,w:H}),m())},Fo(v,k){if(!l)return;let C=l,R={term:v,o:k,earlier:C.O.term?C.O.earlier??
[]:[]};l=void 0,n.size||(b=void 0),n.set(C.Ue,C),t.B({e:"subscribed",sub:C.F,term:v,o:k},C.Ue),b&&b.o<k?T(b):M(R),L()},W(v){if(i){for(let k of v)"gap"in k?i={term:k.
term,o:k.after,earlier:k.earlier}:"term"in k?i={...i,term:k.term,earlier:k.earlier}:(i.o=k.o,a[0]++,a[1]+=k.data.length);t.B({e:"stream",ch:e,items:v},g())}},Xt(v){
o=0;let k=l?[l]:[...n.values()];for(let C of k)t.B({e:"ended",sub:C.F,...v&&{fault:v}},C.Ue),n.delete(C.Ue);return l||(i=void 0),p(),!n.size&&!l}};return w}var ao=(e,t)=>{e.set(t.id,t),e.size>Rs&&e.delete(e.keys().next().value)},co=1e3,Fs=1e3,Rs=2e3,As=1e3;function lo(e,t){let n=new Map,r=new Map,o=new Map,s=new Map,
i=new Map,a=new Map,u=0,f=!0,l,b,g,y=[],E,F=[],T=[],M,L=[],p=()=>{let x=L;L=[];for(let _=0;_<x.length;){let d=x[_][1],$=[];for(;_<x.length&&x[_][1]===d;_++)$.push(
x[_][0]);e.B($,d)}},m=(x,_)=>{L.push([x,_])===1&&queueMicrotask(p)},w=x=>n.get(x)?.St,v=(x,_)=>{if(!(!_.an||!_.St||!g)){_.an=!1;for(let d of i.values())n.has(uo(
d.id))||m(d,x)}},k=()=>{for(;!E&&y.length&&(!g.full||y.length>As);)l.l(y.shift())},C=()=>{let x=F;F=[];for(let[_,d]of x)G.V(_,d);te(),k()},R=x=>{let _=uo(x.id),
{status:d,producer:$="",number:I=0}=x;x.end?i.delete(x.id):i.has(x.id)&&Object.assign(i.get(x.id),$?{status:d,producer:$,number:I}:{status:d});let B=w(_);m(x,B?
_:void 0),x.end&&ao(B?n.get(_).M:a,x)},H=x=>{if(!(E&&x.e!=="closed"&&(x.e!=="entry"||/pending|sent/.test(x.status)))&&!(M&&x.e!=="closed"))switch(x.e){case"stat\
us":return x.status.state==="failed"&&x.status.fault?.code===st&&(M=setTimeout(ye,co),x={e:"status",status:{...x.status,state:"waiting",retryAt:Date.now()+co}}),
b=x,m(x);case"outbox":{g=x;for(let[_,d]of n)v(_,d);return m(x),queueMicrotask(C)}case"restored":return void i.set(x.id,x);case"entry":return R(x);case"subscribe\
d":case"records":case"ended":return A(x);case"reply":case"stats":{let _=s.get(x.id);return s.delete(x.id),_&&m({...x,id:_[1]},_[0])}case"closed":return M?void 0:
(E||m(x),p(),E?.());default:m(x)}},A=x=>{let _=o.get(x.sub);x.e==="ended"&&o.delete(x.sub),_?.F()===x.sub&&(x.e==="records"?_.W(x.items):x.e==="subscribed"?_.Fo(
x.term,x.o):x.e==="ended"&&_.Xt(x.fault)&&r.delete(_.ve))},W=x=>{let _=r.get(x);return _||(_=io(x,{Lo:d=>(o.set(++u,d),u),l:d=>l.l(d),B:m}),r.set(x,_)),_},fe=(x,_)=>{
if(T)return void T.push([x,_]);let d=W(_.cmd.ch);n.get(x)?._.set(_.cmd.sub,d),d.rn(x,_)},Te=(x,_)=>{_.sn(x)&&r.get(_.ve)===_&&r.delete(_.ve)},te=()=>{if(!T||!g||
f&&[...n.values()].some(_=>!_.St))return;let x=T.sort(([,_],[,d])=>(_.at?.o??1/0)-(d.at?.o??1/0));T=void 0;for(let[_,d]of x)n.has(_)&&fe(_,d)},Fe=(x,_,d)=>{let $="\
sub"in d?_._.get(d.sub):void 0;switch(d.c){case"join":return fe(x,d);case"unsubscribe":return _._.delete(d.sub),T=T?.filter(([I,B])=>I!==x||B.cmd.sub!==d.sub),$&&
Te(x,$);case"done":return $?.d(x,d.g,d.took,d.o,d.term);case"call":case"stats":return s.set(++u,[x,d.id]),l.l({...d,id:u});case"cancel":for(let[I,[B,Oe]]of s)B===
x&&Oe===d.id&&l.l({...d,id:I});return;case"publish":{let I=a.get(d.id);return a.delete(d.id),I?m(I,x):(i.set(d.id,{...d,e:"restored",status:"pending",producer:"",
number:0}),y.push(d),k())}default:l.l(d)}},Ee=()=>{clearTimeout(ie),clearTimeout(M)},G={Pn(x,_,d){w(x)?G.te(x):n.has(x)||e.kt(x);let $={St:!0,an:_,_:new Map,M:new Map};
n.set(x,$),b&&m(b,x),v(x,$),g&&m(g,x),G.V(x,d),te()},V(x,_){let d=n.get(x);if(!E){if(!g)F.push([x,_]);else if(d)for(let $ of _)Fe(x,d,$)}},te(x){let _=n.get(x);
n.delete(x),F=F.filter(d=>d[0]!==x),T=T?.filter(d=>d[0]!==x);for(let d of _?.M.values()??[])ao(a,d);for(let d of new Set(_?._.values()))Te(x,d);for(let[d,[$]]of s)
$===x&&s.delete(d);te()},Q(x){if(Ee(),M)return x();E=x,l.l({c:"close",drain:0}),p()},je(){Ee(),p(),E=()=>{},l.l({c:"close",drain:-1})}},ie=setTimeout(()=>{f=!1,
te()},Fs);for(let x of t)n.set(x,{St:!1,an:!1,_:new Map,M:new Map}),e.kt(x);let ye=()=>{M=void 0,l=e.cn(H)};return ye(),G}var uo=e=>e.slice(0,e.indexOf(":"));var po=e=>({O:e,z:void 0,rt:void 0,In:0,M:!1,d:{term:"",o:0},_t:[0,0],Y:[0,0]}),mo=(e,t,n)=>{let{earlier:r=[]}=e.O;e.z={term:t,o:n,earlier:e.O.term?r:[]},e.d={term:t,
o:n}},bo=(e,t,n)=>{e.In=n,e.rt={...t,dn:t.term},e.Y=[...e._t]},ho=(e,t)=>t.map((n,r)=>{let o=Math.min(n,e.Y[r]);return e.Y[r]-=o,e._t[r]-=n,n-o}),fo=e=>[...e.earlier,
[e.term,e.o]],Hs=(e,t,n)=>{if(n<=e.o||!e.o||!e.term||t.term===e.term)return!1;let r=t.earlier.at(-1);return!r||r[1]<e.o?!0:r[0]===t.dn&&r[0]!==e.term},Ps=(e,t)=>{
let n=new Map(fo(t)),r=fo(e);for(let o=r.length;o--;){let[s,i]=r[o];if(n.has(s))return{term:s,o:Math.min(i,n.get(s)),earlier:r.slice(0,o)}}return{term:"",o:0,earlier:[]}};
function go(e,t){let{z:n,rt:r}=e,o={r:[],Tt:[0,0],Nn:!1};if(!n||!r||r.o>n.o)return o;for(let s of t)if("gap"in s)Is(n,r,s,o.r);else if("term"in s)r.term=s.term,
r.earlier=s.earlier;else if(Hs(n,r,s.o)){let i=Ps(n,{...r,o:s.o});return o.r.push({gap:"fork",from:i.o+1,to:n.o,term:i.term,after:i.o,earlier:i.earlier}),Object.
assign(n,i),o.Nn=!0,r.o=Number.POSITIVE_INFINITY,o}else{r.o=s.o,r.dn=r.term;let i=s.data.length;s.o>n.o?((!e.M||n.term!==r.term)&&o.r.push({term:r.term,earlier:r.
earlier}),e.M=!0,n.term=r.term,n.o=s.o,n.earlier=r.earlier,o.r.push(s),e._t[0]++,e._t[1]+=i):(o.Tt[0]++,o.Tt[1]+=i)}return o}var Is=(e,t,n,r)=>{let o={term:n.term,
o:n.after,earlier:n.earlier},s=n.gap==="fork";Object.assign(t,o,{dn:n.term}),(s?e.o>n.after:n.to>e.o)&&(r.push({...n,from:s?n.after+1:Math.max(n.from,e.o+1),to:s?
e.o:n.to}),Object.assign(e,o))};var Ds=64,Ct=(e,t)=>({code:e,detail:t});function yo(e){let t=new Map,n=new Set,r=new Set,o=new Map,s=new Map,i="",a="",u,f=!1,l=!0,b,g,y=!1,E=!1,F=[],T=0,M,L=!1,
p=()=>{let h=F;if(F=[],!(!i||!h.length)){for(let S of h)S.c==="publish"&&(t.get(S.id).I=!0),S.c==="call"&&o.has(`call${S.id}`)&&(o.get(`call${S.id}`).I=!0);b?b.V(
e.G,h):G.l("want",{e:a,list:h},i)}},m=h=>{F.push(h)===1&&queueMicrotask(p)},w=({O:h,z:S})=>({c:"join",cmd:h,...S&&{at:{...S}}}),v=h=>{for(let[S,{O:P,I:U}]of o)!U||
P.c!=="call"||P.key||(o.delete(S),e.C({e:"reply",id:P.id,fault:Ct(Re,"the tab that made it is gone"),type:0,data:new Uint8Array}));if(h)for(let[S,{I:P}]of t)P&&
(t.delete(S),e.C({e:"entry",id:S,status:"unknown",end:!0,fault:Ct(Ae,"the tab that sent it is gone")}))},k=()=>[...[...t.values()].map(h=>h.O),...[...s.values()].
map(w),...[...o.values()].map(h=>h.O)],C=(h,S)=>{if(!y||i&&S===a)return;a&&S!==a&&v(!e.$o),F=[];for(let Y of s.values())Y.rt=void 0;i=h,a=S;for(let Y of s.values())
Y.rt=void 0;let P=k(),U={e:S,fresh:l,list:P};for(let Y of[...t.values(),...o.values()])Y.I=!0;b?b.Pn(e.G,U.fresh,P):G.l("hello",U,h)},R=(h,S,P)=>{let{d:U,rt:Y,In:Ce}=S;
if(!Y)return;let{o:Co,term:Mo}=U.o<Y.o?U:Y;m({c:"done",sub:h,g:Ce,took:P,o:Co,term:Mo})},H=(h,S,P)=>{let U=go(S,P);U.r.length&&e.C({e:"records",sub:h,items:U.r}),
U.Tt[0]&&R(h,S,U.Tt),U.Nn&&m(w(S))},A=h=>{if(!u)return;let S=u.full||r.size>=Ds;!h&&S===f||(f=S,e.C({...u,full:f}))},W=h=>{let S=t.get(h.id);if((h.number||h.end)&&
r.delete(h.id),S&&(S._e=h.status),(S||n.has(h.id))&&e.C(h),!h.end)return A();t.delete(h.id),n.delete(h.id),A(),M&&!t.size&&I()},fe=h=>{switch(h.e){case"entry":return W(
h);case"restored":return n.add(h.id),e.C(h);case"outbox":return u=h,l=!1,A(!0);case"reply":case"stats":return o.delete((h.e==="reply"?"call":"stats")+h.id)?e.C(
h):void 0;case"subscribed":{let S=s.get(h.sub);return!S||S.z?void 0:(mo(S,h.term,h.o),e.C(h))}case"ended":return s.delete(h.sub)?e.C(h):void 0;case"open":case"s\
tream":for(let[S,P]of s)P.O.ch===h.ch&&(h.e==="open"?bo(P,h.at,h.g):H(S,P,h.items));return;case"records":return;case"closed":return Oe("failed");default:e.C(h)}},
Te=(h,S)=>{S!==e.G&&G.l("news",{e:a,list:h},S),(!S||S===e.G)&&h.forEach(fe)},te=h=>G.l("lead",{e:a},h),Fe=async()=>{let h=`holdfast ${e.st} tab `,S=++T,P=`${e.G}\
 ${S}`,{held:U=[]}=await navigator.locks.query();if(S!==T||L)return;let Y=U.flatMap(Ce=>Ce.name?.startsWith(h)?[Ce.name.slice(h.length)]:[]);b=lo({cn:e.cn,B:Te,
kt:Ce=>Ce!==e.G&&G.kt(Ce)},Y),C(e.G,P),te()},Ee=h=>{if(h.t==="who")return b&&te(h.from);if(h.t==="lead")return b||typeof h.e!="string"?void 0:C(h.from,h.e);if(Array.
isArray(h.list)){if(h.t==="news"){for(let S of h.list)(i&&h.e===a||S.e==="entry"&&S.end)&&fe(S);return}!b||h.e!==a||(h.t==="hello"?b.Pn(h.from,!!h.fresh,h.list):
h.t==="want"&&b.V(h.from,h.list))}},G=oo(e.st,e.G,{Mo:()=>{Fe().catch(d)},Oo:Ee,te:h=>b?.te(h),Co:h=>{b?te():h==="lead"&&d()}}),ie=()=>{G.rn().then(()=>{y=!0,G.l(
"who",{})},d)},ye=()=>{T++,b?.je(),b=void 0,y=!1,i="",G.sn()},x=()=>{g||E||L||(p(),E=!0,ye())},_=()=>{!E||g||L||(E=!1,e.C({e:"status",status:{state:"connecting",
attempt:0}}),ie())},d=()=>{if(g||L)return;ye(),v(!0),g=e.Ro();let h=k();for(let S of[s,t,o])S.clear();for(let S of h)S.c!=="join"?g.l(S):g.l({...S.cmd,...S.at&&
{...S.at,at:"position"}})},$=[[document,"freeze",x],[document,"resume",_],[globalThis,"pagehide",x],[globalThis,"pageshow",_]];for(let[h,S,P]of $)h.addEventListener(
S,P);let I=()=>{L||(L=!0,p(),b?b.Q(()=>Oe("closed")):Oe("closed"))},B=Ct(ne,"the session was closed"),Oe=h=>{L=!0,clearTimeout(M);for(let[P,U,Y]of $)P.removeEventListener(
U,Y);b=void 0,ye(),h==="closed"&&e.C({e:"status",status:{state:h,attempt:0}});for(let P of s.keys())e.C({e:"ended",sub:P});for(let[P,{_e:U}]of t)e.C({e:"entry",
id:P,status:U,end:!0,fault:B});for(let{O:P}of o.values())tt(P);let{size:S}=t;for(let P of[s,t,o])P.clear();e.C({e:"closed",left:S})},tt=h=>{h.c==="publish"&&e.C(
{e:"entry",id:h.id,status:"failed",end:!0,fault:B}),h.c==="call"&&e.C({e:"reply",id:h.id,fault:B,type:0,data:new Uint8Array}),h.c==="subscribe"&&e.C({e:"ended",
sub:h.sub,fault:B})},nt=h=>{if(g)return g.l(h);if(L||M&&h.c==="publish")return tt(h);switch(h.c){case"publish":return t.set(h.id,{O:h,I:!1,_e:"pending"}),r.add(
h.id),m(h),A();case"call":case"stats":return o.set(h.c+h.id,{O:h,I:!1}),m(h);case"cancel":return o.delete(`call${h.id}`),m(h);case"subscribe":{let S=po(h);for(let P of s.
values())if(P.O.ch===h.ch)return e.C({e:"ended",sub:h.sub,fault:Ct(ot,"by this page")});return s.set(h.sub,S),m(w(S))}case"unsubscribe":return s.delete(h.sub)?(m(
h),e.C({e:"ended",sub:h.sub})):void 0;case"done":{let S=s.get(h.sub);return S?(h.o!==void 0&&(S.d={term:h.term,o:h.o}),R(h.sub,S,ho(S,h.took))):void 0}case"clos\
e":return M?void 0:(M=setTimeout(I,h.drain),e.C({e:"status",status:{state:"closing",attempt:0}}),void(t.size||I()));default:m(h)}};return ie(),{l:nt}}var Ns=e=>{let t="holdfast tab";try{return sessionStorage.getItem(t)||sessionStorage.setItem(t,e),sessionStorage.getItem(t)}catch{return e}},xo=()=>(e,t,n)=>{let r=()=>e(
t,`:${Ns(n.page)}`);return ro()?yo({st:JSON.stringify([n.url,n.user,n.outbox]),G:n.page,C:t,$o:!!n.outbox,cn:e,Ro:r}):r()};function wo(e){let t=xo(),n=!1,r=!1,o=1;async function s(){let{held:u=[]}=await navigator.locks?.query()??{},f=u.filter(l=>/^holdfast .* tab [^ ]+$/.test(l.name??
"")).length;f!==o&&(o=Math.max(1,f),e())}setInterval(()=>{s().catch(()=>{})},1e3);let i=(u,f,l)=>t((b,g)=>(n=!0,r=!1,e(),u(y=>{y.e==="status"&&(r=y.status.state===
"open"),y.e==="closed"&&(n=!1,e()),b(y)},g)),f,l),a=()=>X(o-1,"other tab");return{share:i,connected:()=>n&&r,brief(){return o<2?"":n?`${a()} ${o===2?"shares":"s\
hare"} this connection.`:"Through another tab’s connection."},words:()=>`${o}, ${n?"this":"another"} one has the connection`}}var Bs=50,_n=JSON.parse(O("codes").textContent??"{}"),se=Jr(_n),ko=()=>new URLSearchParams(location.search).get("channel")||"chat:lobby",vo=(e,t)=>t>e?`Records ${e}\
–${t} are`:`Record ${e} is`,Pe="",he=0,kn=new AbortController,Ze=!1,Ie=!0,Sn=!1,le=()=>{Sn||setTimeout(Ws),Sn=!0},So=Xr(()=>{et.renewed(),K.state==="waiting"&&
K.reconnect(),le()}),Lt=wo(le),K=new Ye("ws",{agent:"holdfast-page",outbox:Pt({name:"page"}),tabs:Lt.share,token:()=>So.next(Lt.connected()||et.refused())}),et=Vr(
K,se,_n,So),ee=eo(le),Mt=new Map,ge=no(se,ee,e=>_o(e.payload,e.channel),le);Qr(()=>K.stats(),()=>({outbox:K.outbox?.durable?"in this browser, on disk":"in this \
tab",tabs:Lt.words()}));function _o(e,t=Pe){if(K.outbox?.full)return`${se.sentence({code:4350})} Wait until some are stored, or dismiss those that failed.`;try{
To("json"in e?K.publish(t,bn(e.json),{type:"json"}):K.publish(t,"text"in e?e.text:e.bytes),e)}catch(n){return se.sentence(_e(n))}return Ie=!0,le(),""}function To(e,t){
let n={channel:e.channel,payload:t,at:Date.now(),status:e.status};Mt.set(e,n),e.kept.then(()=>{n.kept=!0,le()},()=>{}),ge.add(n)}var Us=e=>typeof e=="string"?{text:e}:
e instanceof Uint8Array?{bytes:e}:{json:JSON.stringify(e)};K.addEventListener("message",({detail:e})=>{Mt.has(e)||To(e,Us(e.data));let t=Mt.get(e);t.status=e.status,
t.fault=e.error&&_e(e.error),e.ack&&Object.assign(t,{offset:e.ack.offset,synced:e.ack.synced,copies:e.ack.copies}),e.status!=="pending"&&e.status!=="sent"&&Mt.delete(
e),le()});K.addEventListener("held",({detail:e})=>{let t=Math.max(1,Math.ceil((e.at-Date.now())/1e3));e.channel===Pe&&ge.held(`${se.sentence(_e(e.error))} It is\
 tried again in ${t} s.`)});K.addEventListener("lost",({detail:{channel:e,from:t,to:n}})=>{let r={code:4322,detail:`your messages ${t}–${n} in ${e}`};ee.notice(
`${se.sentence(r)} ${se.advice(4322)}`)});function js(e){if(e.gap===void 0){let s=e.type==="json"?{json:e.text()}:e.type==="text"?{text:e.text()}:{bytes:e.bytes};
ee.startsAfter(e.offset-1),ee.record(e.offset,s,e.time,e.user),he=e.offset;return}let{gap:t,from:n,to:r}=e;if(t!=="fork"){he=r,ee.notice(`${vo(n,r)} no longer k\
ept.`);return}he=n-1,ee.forked(n);let o=he?`goes on after record ${he}`:"begins anew";ee.notice(`${vo(n,r)} no longer in the channel: the server’s store was res\
tarted or restored, and the log ${o}.`)}async function qs(e,t){let n;for(;!t.aborted;){let r=K.subscribe(e,{from:n===void 0?{last:Bs}:{checkpoint:n},signal:t});
r.ready.then(o=>{t.aborted||(n??=o,Ze=!0,he=Math.max(he,Number(o.split(" ")[0].split("@")[1])),le())},()=>{});try{for await(let o of r)js(o),n=o.checkpoint}catch(o){
let s=_e(o),i=K.state!=="failed"&&["now","later"].includes(Ot(_n,s.code));if(ee.notice(`${e} is not subscribed. ${se.sentence(s)} ${i?"It is asked again by itse\
lf.":se.advice(s.code)}`),!i)return;await new Promise(a=>setTimeout(a,1e3))}}}function Tn(e){kn.abort(),kn=new AbortController,Pe=e,he=0,Ze=!1,Ie=!0,ee.clear(),
ge.clear(),O("newest").hidden=!0,O("channel").value=e,O("empty-command").textContent=`echo hello | holdfast publish ${location.origin} ${e}`,document.title=`${e}\
 · Holdfast`,$e(O("channel"),O("channel-mistake"),""),qs(e,kn.signal),le()}var Eo=()=>requestAnimationFrame(()=>O("view").scrollTo({top:O("view").scrollHeight,
behavior:"instant"})),Oo=()=>({waiting:ge.waiting(),since:ge.since(),kept:ge.kept(),tabs:Lt.brief()});function Ws(){Sn=!1,ge.refresh(Pe,Ze?he:0);let e=ee.empty()&&
ge.empty();O("empty").hidden=!e,q(O("empty-text"),Ze?`Nothing in ${Pe} yet.`:"Records appear here as soon as there is a connection."),O("empty-hint").hidden=!Ze;
let t=ee.hidden();q(O("before"),t?`${t.toLocaleString()} earlier record${t===1?" is":"s are"} not shown here.`:""),ee.settle(),et.show(Oo()),Ie?Eo():O("newest").
hidden=!1}K.addEventListener("status",()=>{et.changed(),le()});setInterval(()=>et.show(Oo()),250);Kr(_o);O("chooser").onsubmit=e=>{e.preventDefault();let t=O("c\
hannel").value.trim(),n=t===""||bn(t).length>255||/[\p{C}\p{Z}"\\\uFFFD]/u.test(t);$e(O("channel"),O("channel-mistake"),n?`${se.sentence({code:4304})} ${se.advice(
4304)}`:""),!(n||t===Pe)&&(history.pushState(null,"",`?channel=${encodeURIComponent(t)}`),Tn(t),O("message").focus())};O("retry").onclick=()=>{K.state==="failed"?
location.reload():K.reconnect(),O("message").focus()};O("newest").onclick=()=>O("view").scrollTo({top:O("view").scrollHeight});O("view").onscroll=()=>{let{scrollTop:e,
clientHeight:t,scrollHeight:n}=O("view");Ie=n-e-t<40,Ie&&(O("newest").hidden=!0)};new ResizeObserver(()=>Ie&&Eo()).observe(O("view"));window.onpopstate=()=>Tn(ko());
window.onbeforeunload=e=>{K.outbox?.durable===!1&&ge.waiting()>0&&e.preventDefault()};ue("");Tn(ko());})();
