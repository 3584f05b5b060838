
// One logical connection that outlives its sockets: greeting, one subscription with a contiguous position, signs of
// life, and coming back (spec/protocol.md, sections 6.1, 8 and 9).

const BACKOFF = { base: 1000, max: 30000, uptime: 5000 }; // ms
const PATIENCE = { connect: 10000, pong: 10000, answer: 5000 }; // ms
const WINDOW = [256, 1 << 20]; // records and bytes on their way to the page
const HISTORY = 50; // records to begin with

const CODES = JSON.parse(document.getElementById('codes').textContent);

const actionOf = (code) => CODES[code]?.[0] ?? { 40: 'now', 41: 'later', 42: 'authenticate', 43: 'stop' }[Math.floor(code / 100)] ?? 'now';

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// sentence says what happened, for people. A reason says more than the general words of RFC 6455's codes, and
// nothing if it only repeats the table's.
function sentence(code, detail) {
  const what = CODES[code]?.[1] ?? 'the server said something that this page has no words for';
  if (!detail || detail.includes(what)) return capital(`${what} (${code}).`);
  return capital(`${code < 4000 ? detail : `${what}: ${detail}`} (${code}).`);
}

// advice says what to do about it, if there is anything.
const advice = (code) => (CODES[code]?.[2] ? `${capital(CODES[code][2])}.` : '');

const randomHex = (bytes) => Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (b) => b.toString(16).padStart(2, '0')).join('');

// exactly keeps numbers that JavaScript would round as they were written, where the browser can.
const exactly = (key, value, context) =>
  typeof value === 'number' && JSON.rawJSON && context?.source && String(value) !== context.source ? JSON.rawJSON(context.source) : value;

class Session {
  // on has state(state), subscribed(sub, frame), record(frame), gap(frame), ended(channel, code, detail), lost(channel, from, to), and
  // flush() after each message. state is {name: connecting | open | waiting | stopped, code, detail, until}.
  constructor(url, on) {
    Object.assign(this, { url, on, token: '', ends: 0, ws: null, sub: null, counter: 0, request: 0, attempts: 0, state: { name: 'connecting' } });
    this.id = randomHex(16);
    this.process = randomHex(8);
    this.producer = randomHex(16);
    this.outbox = new Outbox(this.producer, {
      send: (text) => this.ws.send(`${text}\n`),
      disconnect: (code, detail) => this.lose(code, detail),
      stop: (code, detail) => this.lose(code, detail),
      lost: (...range) => on.lost(...range),
      changed: () => on.flush(),
    });
    setInterval(() => this.tick(), 1000);
  }

  send(frame) {
    this.ws.send(`${JSON.stringify(frame)}\n`);
  }

  change(state) {
    this.state = state;
    this.on.state(state);
  }

  // dial makes a new socket, and forgets the one before.
  dial() {
    clearTimeout(this.timer);
    const ws = new WebSocket(this.url, 'holdfast.v1.json');
    Object.assign(this, { ws, welcome: null, ends: 0, openedAt: 0, probes: 0, pingedAt: 0, heardAt: now() });
    this.timer = setTimeout(() => this.lose(1006, `no answer within ${PATIENCE.connect / 1000} s`), PATIENCE.connect);
    ws.onopen = () => this.hello();
    ws.onmessage = ({ data }) => this.message(ws, data);
    ws.onclose = ({ code, reason }) => this.lose(code, reason);
    this.change({ name: 'connecting' });
  }

  hello() {
    const frame = { t: 'hello', session: this.id, process: this.process, counter: ++this.counter, p: this.producer, agent: 'holdfast-page/1' };
    if (this.token) frame.token = this.token;
    if (this.sub) frame.subs = [this.ask()];
    this.send(frame);
  }

  // lose ends the socket, however it happened, and decides what comes next. Nothing dials without passing here.
  lose(code, detail) {
    const { ws, openedAt } = this;
    if (!ws) return;
    clearTimeout(this.timer);
    ws.onopen = ws.onmessage = ws.onclose = this.ws = this.welcome = null;
    ws.close(code >= 4000 ? code : 1000);
    this.outbox.closed();
    if (this.sub) this.sub.live = false;
    if (openedAt && now() - openedAt >= BACKOFF.uptime) this.attempts = 0;
    const action = actionOf(code);
    if (action === 'stop' || action === 'authenticate') this.change({ name: 'stopped', action, code, detail });
    else this.wait(code, detail, !openedAt);
  }

  wait(code, detail, neverOpened) {
    const delay = Math.min(BACKOFF.max, BACKOFF.base * 2 ** this.attempts++ * (0.5 + Math.random()));
    this.timer = setTimeout(() => this.dial(), delay);
    this.change({ name: 'waiting', code, detail, until: now() + delay });
    if (neverOpened && code === 1006) this.diagnose(this.state);
  }

  // diagnose asks the server why it takes no connection, since a browser does not tell a page.
  async diagnose(state) {
    let detail = 'the server is there but took no connection';
    try {
      const answer = await fetch('readyz', { cache: 'no-store', signal: AbortSignal.timeout(3000) });
      const code = Number(answer.headers.get('Holdfast-Code'));
      if (code) detail = (await answer.text()).trim();
      else if (!answer.ok) detail = `the server is not ready: ${(await answer.text()).trim().slice(0, 80)}`;
    } catch {
      detail = 'the server cannot be reached';
    }
    if (this.state === state) this.change({ ...state, detail });
  }

  // retry does not wait any longer, because a person says so.
  retry() {
    if (this.state.name === 'waiting' || this.state.name === 'stopped') this.dial();
  }

  // renew shows the server another token: on the connection that there is, or on a new one.
  renew(token) {
    Object.assign(this, { token, ends: 0 });
    if (this.welcome) this.send({ t: 'refresh', token });
    else this.retry();
    this.on.flush();
  }

  // wake is called when the network is back or the page is looked at again: it asks sooner, but never at once.
  wake() {
    if (this.state.name === 'open' && now() - this.heardAt > 1000) this.ping();
    if (this.state.name !== 'waiting') return;
    const soon = now() + BACKOFF.base * (0.5 + Math.random() / 2);
    if (soon >= this.state.until) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.dial(), soon - now());
    this.change({ ...this.state, until: soon });
  }

  message(ws, data) {
    this.heardAt = now();
    this.pingedAt = 0;
    for (const line of data.split('\n')) {
      if (!line.trim()) continue;
      let frame;
      try {
        frame = JSON.parse(line, exactly);
      } catch {
        this.lose(4300, 'the server sent what is not JSON');
        return;
      }
      this.frame(frame);
      if (this.ws !== ws) break;
    }
    this.on.flush();
  }

  frame(f) {
    switch (f.t) {
      case 'welcome': return this.greeted(f);
      case 'stored': return this.outbox.stored(f);
      case 'refused': return this.outbox.refused(f);
      case 'subscribed': return this.subscribed(f);
      case 'unsubscribed': return this.unsubscribed(f);
      case 'record': return this.record(f);
      case 'pass': return this.pass(f);
      case 'gap': return this.gap(f);
      case 'ping': return this.send({ t: 'pong', id: f.id });
      case 'reconnect': return this.announced(f);
      case 'refresh': this.ends = now() + (f.delay ?? 0); return;
    } // all others are for programs that can do more
  }

  greeted(f) {
    clearTimeout(this.timer);
    Object.assign(this, { welcome: f, id: f.session ?? this.id, openedAt: now() });
    this.change({ name: 'open' });
    for (const result of f.results ?? []) this.subscribed(result);
    this.outbox.opened(f);
  }

  // announced waits for the moment that the server gave this page. It comes back to the same place: the page's policy lets it
  // speak to no other.
  announced(f) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lose(f.code || 1012, ''), f.delay ?? 0);
    this.change({ name: 'open', leaving: true });
  }

  // watch leaves the channel that is subscribed and subscribes to another.
  watch(channel) {
    if (this.sub && this.welcome) {
      this.acknowledge();
      this.send({ t: 'unsubscribe', id: ++this.request, ch: this.sub.channel });
    }
    this.sub = { channel, id: 0, live: false, placed: false, term: undefined, offset: 0, earlier: [], done: 0, told: 0 };
    if (this.welcome) this.send({ t: 'subscribe', ...this.ask() });
  }

  // ask makes a new request of the subscription; what comes before its answer belongs to an older one.
  ask() {
    const s = this.sub;
    Object.assign(s, { id: ++this.request, live: false, told: s.done });
    const from = s.placed
      ? { at: 'position', term: s.term, o: s.offset || undefined, earlier: s.earlier.length ? s.earlier : undefined }
      : { at: 'last', last: HISTORY };
    return { id: s.id, ch: s.channel, ...from, window: WINDOW };
  }

  subscribed(f) {
    const s = this.sub;
    if (!s || f.ch !== s.channel || f.id !== s.id || s.live) return;
    if (f.code) {
      this.ended(f);
      return;
    }
    s.live = true;
    if (!s.placed) Object.assign(s, { placed: true, term: f.term, offset: f.o ?? 0, done: f.o ?? 0, told: f.o ?? 0 });
    this.on.subscribed(s, f);
  }

  unsubscribed(f) {
    if (this.sub && f.ch === this.sub.channel && !f.id && f.code) this.ended(f);
  }

  // ended asks again where that may help.
  ended(f) {
    const s = this.sub;
    const { id } = s;
    s.live = false;
    const again = ['now', 'later'].includes(actionOf(f.code));
    const ask = () => this.sub === s && s.id === id && this.welcome && this.send({ t: 'subscribe', ...this.ask() });
    if (again) setTimeout(ask, Math.max(1000, f.retry ?? 0));
    this.on.ended(s.channel, f.code, f.detail, again);
  }

  live(f) {
    return this.sub?.live && this.sub.channel === f.ch;
  }

  // enter notes the term of what comes next, if it is a new one.
  enter(term) {
    const s = this.sub;
    if (!term || term === s.term) return;
    if (s.term && s.offset > 0) s.earlier = [...s.earlier, [s.term, s.offset]].slice(-7);
    s.term = term;
  }

  record(f) {
    const s = this.sub;
    if (!this.live(f) || f.o <= s.offset) return; // a duplicate, or of an older subscription
    if (f.o !== s.offset + 1) {
      this.lose(4008, `record ${f.o} came after ${s.offset}`);
      return;
    }
    this.enter(f.term);
    s.offset = f.o;
    this.on.record(f);
  }

  pass(f) {
    const s = this.sub;
    if (!this.live(f) || f.o <= s.offset) return;
    this.enter(f.term);
    if (s.done === s.offset) s.done = f.o;
    s.offset = f.o;
  }

  gap(f) {
    const s = this.sub;
    const after = f.after ?? 0;
    if (!this.live(f)) return;
    if (f.why === 'fork') {
      const history = s.term ? [...s.earlier, [s.term, s.offset]] : s.earlier;
      const end = history.findIndex(([, last]) => last >= after);
      const common = end < 0 ? history : [...history.slice(0, end), [history[end][0], after]];
      s.earlier = common.filter(([term, last]) => term !== f.term && last > 0).slice(-7);
    } else {
      this.enter(f.term);
    }
    Object.assign(s, { term: f.term, offset: after, done: after, told: after });
    this.on.gap(f);
  }

  // done says that the page shows everything up to offset. The server hears of it soon, and before the window is used up.
  done(offset) {
    const s = this.sub;
    if (!(offset > s?.done)) return;
    s.done = offset;
    if (s.done - s.told >= WINDOW[0] / 4) this.acknowledge();
    else this.ackTimer ??= setTimeout(() => this.acknowledge(), 100);
  }

  acknowledge() {
    clearTimeout(this.ackTimer);
    this.ackTimer = undefined;
    const s = this.sub;
    if (!this.welcome || !s.live || s.done <= s.told) return;
    s.told = s.done;
    this.send({ t: 'ack', ch: s.channel, o: s.done });
  }

  ping() {
    if (this.pingedAt) return;
    this.pingedAt = now();
    this.send({ t: 'ping', id: ++this.request });
  }

  // tick looks for signs of life, and for answers that stay away.
  tick() {
    if (this.state.name !== 'open') return;
    const t = now();
    if (this.pingedAt && t - this.pingedAt > PATIENCE.pong) {
      this.lose(4000, '');
      return;
    }
    if (t - this.heardAt > (this.welcome.heartbeat || 30000)) this.ping();
    const { flight, answered } = this.outbox;
    if (!flight.records || t - answered < PATIENCE.answer) this.probes = 0;
    else if (t - answered > PATIENCE.answer * (this.probes + 1)) {
      if (++this.probes > 3) this.lose(4002, '');
      else this.ping();
    }
  }
}
