import { createMachine } from '../machine/machine.ts';
import type { Effect, Entry, MachineEvent } from '../machine/types.ts';
import { createBox, type Held, type Notices, roomOf } from '../outbox/box.ts';
import type { Outbox, Store } from '../outbox/store.ts';
import { createRedial, type RedialOptions } from '../socket/redial.ts';
import { codeOf } from '../spec/codes.ts';
import {
  Abnormal,
  BadFrame,
  Closed,
  Disconnected,
  Dropped,
  HeartbeatTimeout,
  IO,
  NotHoldfast,
  OutboxFull,
  ProtocolError,
  RetriesExhausted,
  UnknownOutcome,
  WriteTimeout,
} from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import type { Codec, ServerFrame, SubscribeFields } from '../wire/frames.ts';
import { createCalls } from './calls.ts';
import type { Command, Engine, EntrySignal, Fault, Sink, State, Stats, Status } from './engine.ts';
import { createLink, type Link, type WebSocketMaker } from './link.ts';
import { createReaders } from './readers.ts';

/** What the engine of a page needs to know. */
export interface EngineOptions {
  url_: string;
  codec_: Codec;
  token_?: string | (() => string | Promise<string>) | undefined;
  user_: string;
  agent_: string;
  outbox_: Outbox;
  redial_: RedialOptions;
  connectTimeout_: number;
  ackTimeout_?: number | undefined;
  pongTimeout_: number;
  WebSocket_: WebSocketMaker;
}

export const hex = (bytes: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), b => b.toString(16).padStart(2, '0')).join('');

const number = (code: string) => Number.parseInt(code, 10);

/** What stays of an error at the seam. */
const faultOf = (e: unknown, code: string): Fault =>
  e instanceof HoldfastError
    ? { code: codeOf(e.code), op: e.op, detail: e.detail + (e.cause ? `: ${e.cause}` : '') }
    : { code, detail: String(e) };

/** Makes the engine that does the work in this page. It opens the outbox and connects at once. */
export const createLocalEngine = (o: EngineOptions, sink: Sink): Engine => {
  const base = Date.now() - performance.now();
  /** Goes on by itself, whatever happens to the wall clock. */
  const now = () => Math.round(base + performance.now());
  const at = `connect to ${o.url_.replace(/\?.*/, '')}`;
  const { policy, durable } = o.outbox_;
  const stats: Stats = {
    connects: 0,
    attempts: 0,
    disconnects: {},
    published: 0,
    delivered: 0,
    failed: 0,
    unknown: 0,
    duplicates: 0,
    resent: 0,
    received: 0,
    duplicatesDropped: 0,
    gaps: 0,
    lost: 0,
    bytesIn: 0,
    bytesOut: 0,
    rtt: 0,
    outboxRecords: 0,
    outboxBytes: 0,
  };
  let ready = false; // the outbox is open
  let closing = false;
  let over = false;
  let early: Command[] = []; // before it was ready
  let full = false; // as it was told last

  // ---- turns: what happens is done one thing at a time, and a step of the machine is never within another

  const todo: (() => void)[] = [];
  let busy = false;
  let ending = false;
  const run = (f: () => void) => {
    todo.push(f);
    if (busy) return;
    busy = true;
    for (let next = todo.shift(); next; next = todo.shift()) next();
    busy = false;
    if (ending) return;
    ending = true;
    queueMicrotask(endTurn);
  };
  /** Frames and changes that were made at a time go out together. */
  const endTurn = () => {
    ending = false;
    if (over) return;
    box.commit_();
    flush();
    if (closing && !box.records_) run(bye);
    schedule();
  };

  let timer: ReturnType<typeof setTimeout> | undefined;
  let due = Infinity;
  const schedule = () => {
    const w = machine.wake_() ?? Infinity;
    if (w >= due) return; // a timer that is early does no harm
    clearTimeout(timer);
    due = w;
    timer = setTimeout(
      () => {
        due = Infinity;
        run(tick);
      },
      Math.min(Math.max(2, w - now()), 1e9),
    );
  };
  const tick = () => {
    if (over) return;
    if (link?.moved_()) step({ k_: 'moved', at_: now() });
    step({ k_: 'tick' });
  };

  // ---- the machine

  const machine = createMachine({
    session_: hex(16),
    process_: hex(8),
    producer_: hex(16),
    user_: o.user_,
    agent_: o.agent_,
    ackTimeout_: o.ackTimeout_,
    pongTimeout_: o.pongTimeout_,
    durable_: !!o.outbox_.open_,
  });
  let pending: Held | undefined; // what the event `publish` is about
  let leaving: (() => void) | undefined; // a disconnect that a step asked for
  const step = (e: MachineEvent) => {
    if (over) return;
    for (const f of machine.step_(now(), e)) carryOut(f);
    const leave = leaving;
    leaving = undefined;
    leave?.();
  };
  const carryOut = (f: Effect) => {
    switch (f.k_) {
      case 'send':
        return send(f.frame_);
      case 'publish':
        return sendEntry(f);
      case 'persist':
        box.persist_(pending!, f.entry_);
        if (!o.outbox_.open_) kept(pending!);
        return;
      case 'mark':
        return box.mark_(f);
      case 'seal':
        return box.seal_(f.id_, f.lane_);
      case 'outcome':
        return outcome(f);
      case 'resolved':
        return box.resolved_(f.lane_);
      case 'held':
        if (f.entry_) sink({ e: 'held', ch: f.entry_.ch, at: f.at_ - now() + Date.now(), fault: fault(f) });
        return;
      case 'lost':
        stats.lost += f.to_ - f.from_ + 1;
        return sink({ e: 'lost', ch: f.ch_, producer: f.p_, from: f.from_, to: f.to_ });
      case 'record':
        stats.received++;
        if (!readers.record_(f))
          leaving = () => disconnect({ code: ProtocolError, detail: 'the server sends far more than the window' });
        return;
      case 'gap':
        stats.gaps++;
        return readers.gap_(f);
      case 'subscribed':
        return sink({ e: 'subscribed', sub: f.sub_, term: f.frame_.term ?? '', o: f.frame_.o ?? 0 });
      case 'ended':
        return unsubscribed(f.sub_, f.code_ ? fault(f) : undefined);
      case 'welcome':
        return welcome(f);
      case 'disconnect':
        leaving = () => disconnect(fault(f), f.at_ - now());
        return;
      case 'authenticate':
        if (typeof o.token_ === 'function') return; // every attempt asks for one
        return fail({ code: codeOf(f.code_), detail: why?.detail ?? '' });
      case 'fail':
        return fail(fault(f));
      case 'refresh':
        return renew();
    }
  };
  const fault = (f: { code_: number; detail_: string }): Fault => ({ code: codeOf(f.code_), detail: f.detail_ });

  // ---- the connection

  let link: Link | undefined;
  let opened = false; // it was greeted
  let attempt = 0; // counts links, and attempts to make one
  let deadline: ReturnType<typeof setTimeout> | undefined; // of an attempt, or of a probe
  let why: Fault | undefined; // the last connection ended, or the last attempt failed
  let pinged = 0;
  let heard = 0; // messages
  let flown = 0; // bytes that earlier links have written
  let renewing = 0; // the link for which a token was asked for

  const status = (state: State, more?: Partial<Status>) => {
    if (closing && !over) state = 'closing';
    sink({ e: 'status', status: { state, attempt: redial.attempts_, ...(why && { fault: why }), ...more } });
  };
  const redial = createRedial(
    o.redial_,
    {
      dial_: () => void dial(),
      waiting_: (_, __, delay) => status('waiting', { retryAt: Date.now() + delay }),
      wake_: () => run(probe),
    },
    Infinity,
  );
  const dial = async () => {
    const mine = ++attempt;
    stats.attempts++;
    deadline = setTimeout(
      () => run(() => disconnect({ code: Abnormal, op: at, detail: `no welcome within ${o.connectTimeout_} ms` })),
      o.connectTimeout_,
    );
    try {
      let token = o.token_;
      if (typeof token === 'function') {
        status('authenticating');
        token = await token();
        if (mine !== attempt) return;
      }
      status('connecting');
      link = createLink(o.WebSocket_, o.url_, o.codec_, {
        opened_: protocol =>
          run(() => {
            heard = 1;
            if (protocol === o.codec_.subprotocol_) step({ k_: 'connected', token_: token as string | undefined });
            else fail({ code: NotHoldfast, op: at, detail: `it chose the subprotocol "${protocol}"` });
          }),
        message_: data => run(() => message(data)),
        gone_: (code, detail) => run(() => disconnect(heard || code !== 1006 ? { code: codeOf(code), detail } : unreachable)),
      });
      heard = 0;
    } catch (e) {
      if (mine === attempt) run(() => disconnect({ code: Disconnected, op: at, detail: String(e) }));
    }
  };
  const unreachable: Fault = { code: Disconnected, op: at, detail: 'nobody answers there, or it is refused' };

  /** Gives the connection, or the attempt, up. It is the only way to another one. */
  const disconnect = (f: Fault, notBefore = 0) => {
    if (over) return;
    drop(f.code);
    why = f;
    if (opened) stats.disconnects[number(f.code)] = (stats.disconnects[number(f.code)] ?? 0) + 1;
    opened = false;
    readers.forget_();
    calls.lost_();
    step({ k_: 'disconnected', code_: number(f.code) });
    if (/^1\d{3}s/.test(f.code)) return fail(f);
    if (!over && !redial.failed_('', Math.max(0, notBefore), f)) fail({ code: RetriesExhausted, op: at, detail: f.detail ?? '' });
  };
  const drop = (code: string) => {
    clearTimeout(deadline);
    attempt++;
    flown += link?.written_ ?? 0;
    link?.close_(number(code));
    link = undefined;
  };
  const flush = () => {
    if (link && link.flush_() > backlog) run(() => disconnect({ code: WriteTimeout, detail: 'the server takes too little' }));
  };
  const message = (data: ArrayBuffer | string) => {
    const mine = link;
    heard++;
    stats.bytesIn += typeof data === 'string' ? data.length : data.byteLength;
    try {
      o.codec_.decode_(data, f => {
        frame(f as ServerFrame);
        return link === mine;
      });
    } catch (e) {
      disconnect({ code: BadFrame, op: `read from ${o.url_}`, detail: String(e) });
    }
    readers.deliver_();
  };
  const frame = (f: ServerFrame) => {
    if (f.t === 'pong' && pinged) {
      stats.rtt = performance.now() - pinged;
      pinged = 0;
    }
    if (f.t === 'reply') calls.reply_(f);
    const before = stats.received;
    step({ k_: 'frame', frame_: f });
    if (f.t === 'record' && before === stats.received) stats.duplicatesDropped++;
  };
  const welcome = (f: Effect & { k_: 'welcome' }) => {
    clearTimeout(deadline);
    opened = true;
    stats.connects++;
    redial.opened_();
    why = undefined;
    const { user, agent } = f.frame_;
    status('open', { ...(user && { user }), ...(agent && { server: agent }) });
    readers.release_(ask);
    calls.opened_();
  };
  /** Finds out whether the connection has outlived a sleep of the page or the machine. */
  const probe = () => {
    if (!opened || !link) return;
    const mine = attempt;
    const before = heard;
    link.send_({ t: 'ping' });
    clearTimeout(deadline);
    deadline = setTimeout(() => {
      if (mine === attempt && heard === before) run(() => disconnect({ code: HeartbeatTimeout }));
    }, o.pongTimeout_ / 2);
  };
  /** Asks for the next token, so that the connection outlives the present one. The server asks again while none has come. */
  const renew = async () => {
    const mine = attempt;
    if (typeof o.token_ !== 'function' || renewing === mine) return;
    renewing = mine;
    try {
      const token = await o.token_();
      if (mine === attempt) refresh(token);
    } catch {}
    renewing = 0;
  };
  const refresh = (token: string) => {
    if (opened && token) run(() => link?.send_({ t: 'refresh', token }));
  };

  // ---- sending

  const send = (f: (Effect & { k_: 'send' })['frame_']) => {
    if (f.t === 'hello' && f.subs) f.subs = f.subs.filter(q => !readers.held_(q));
    if (f.t === 'subscribe' && readers.held_(f)) return;
    if (f.t === 'ping') pinged = performance.now();
    link?.send_(f);
  };
  const sendEntry = ({ entry_, frame_, resend_ }: Effect & { k_: 'publish' }) => {
    const e = box.entries_.get(entry_.id);
    if (!e) return;
    if (!e.out_) {
      e.out_ = true;
      sink({ e: 'entry', id: e.key, status: 'sent' });
    }
    if (resend_) stats.resent++;
    link?.send_({ ...frame_, h: e.h, content: e.type, data: e.data });
  };
  const ask = (q: SubscribeFields) => link?.send_({ ...q, t: 'subscribe' });

  // ---- the outbox

  const journaled = (n: Notices) =>
    run(() => {
      n.kept_.forEach(kept);
      for (const f of n.then_) f();
      if (n.through_) step({ k_: 'persisted', id_: n.through_ });
      for (const m of n.marks_) step({ k_: 'marked', ...m });
    });
  const box = createBox(o.outbox_, journaled, e => run(() => fail(faultOf(e, IO))));
  const kept = (e: Held) => sink({ e: 'entry', id: e.key, status: e.out_ ? 'sent' : 'pending', producer: e.p, number: e.n });
  const room = () => {
    if (!ready || full === box.full_()) return;
    full = !full;
    sink({ e: 'outbox', durable, full });
  };
  const ended = (id: string, s: Omit<EntrySignal, 'e' | 'id' | 'end'>) => sink({ e: 'entry', id, end: true, ...s });
  const outcome = (f: Effect & { k_: 'outcome' }) => {
    const e = box.ended_(f.entry_.id);
    if (!e) return;
    stats[f.outcome_]++;
    if (f.duplicate_) stats.duplicates++;
    const how: Omit<EntrySignal, 'e' | 'id' | 'end'> = { status: f.outcome_ };
    if (f.outcome_ === 'delivered') {
      how.ack = { offset: f.offset_, duplicate: f.duplicate_, synced: f.synced_, copies: f.copies_ };
      ended(e.key, how);
    } else {
      how.fault = fault(f); // not told before it is certain that no later page sends the record
      box.whenDurable_(() => ended(e.key, how));
    }
    room();
  };

  // ---- what the page wants

  const readers = createReaders(sink, (sub, term, offset) => machine.checkpoint_(sub, term, offset));
  const calls = createCalls(sink, f => link?.send_(f));
  const unsubscribed = (sub: number, f?: Fault) => {
    readers.deliver_();
    readers.remove_(sub);
    sink({ e: 'ended', sub, ...(f && { fault: f }) });
  };
  const refuse = (id: string, code: string, detail: string) => {
    stats.failed++;
    ended(id, { status: 'failed', fault: { code, detail } });
  };

  /** Lets a publish into the outbox, or not. */
  const admit = (c: Command & { c: 'publish' }): boolean => {
    const had = box.byKey_.get(c.id);
    if (had) kept(had);
    else if (box.had_(c.id))
      ended(c.id, { status: 'unknown', fault: { code: UnknownOutcome, detail: 'it was taken by an earlier page' } });
    else if (over || closing) refuse(c.id, Closed, 'the session was closed');
    else if (!box.full_(policy === 'drop-oldest' ? 2 : 1)) {
      box.take_(roomFor(c));
      return true;
    } else if (policy === 'drop-newest') refuse(c.id, Dropped, 'the outbox is full, and drops what is new');
    else refuse(c.id, OutboxFull, 'the outbox is full');
    return false;
  };
  const roomFor = (c: Command & { c: 'publish' }) => roomOf({ ch: c.ch, data: c.data, h: c.h ?? [] });
  const publish = (c: Command & { c: 'publish' }) => {
    const { id: key, ch, type, data, h = [], exp = 0 } = c;
    const room_ = roomFor(c);
    if (policy === 'drop-oldest') {
      box.give_(room_);
      while (box.full_() && dropOldest());
      if (box.full_()) return refuse(key, OutboxFull, 'everything in the outbox was sent, and waits for its answer');
      box.take_(room_);
    }
    pending = { key, ch, type, data, h, room_, out_: false } as Held;
    stats.published++;
    step({ k_: 'publish', ch_: ch, size_: data.length, expires_: exp && exp - Date.now() + now() });
    room();
  };
  const dropOldest = () => {
    for (const e of box.entries_.values()) {
      if (e.out_) continue;
      step({ k_: 'drop', id_: e.id, code_: number(Dropped) });
      return !box.entries_.has(e.id);
    }
    return false;
  };
  const handle = (c: Command) => {
    if (over) return discard(c);
    switch (c.c) {
      case 'publish':
        return publish(c);
      case 'subscribe': {
        const { sub, c: _, earlier, ...spec } = c;
        readers.add_(sub, c.ch, c.window);
        const checkpoint_ = c.term ? { term: c.term, offset: c.o ?? 0, earlier: earlier ?? [] } : undefined;
        return step({ k_: 'subscribe', sub_: sub, spec_: spec, checkpoint_ });
      }
      case 'unsubscribe':
        return step({ k_: 'unsubscribe', sub_: c.sub });
      case 'done':
        readers.took_(c.sub, c.took);
        if (c.o !== undefined) step({ k_: 'done', sub_: c.sub, term_: c.term ?? '', offset_: c.o });
        if (opened) readers.release_(ask);
        return;
      case 'call':
        return calls.call_(c, opened);
      case 'cancel':
        calls.cancel_(c.id);
        return;
      case 'refresh':
        if (c.token) return refresh(c.token);
        return void renew();
      case 'reconnect':
        if (!link && !closing) redial.start_();
        return;
      case 'stats':
        return tellStats(c.id);
      case 'close':
        return close(c.drain);
    }
  };
  const tellStats = (id: number) =>
    sink({
      e: 'stats',
      id,
      stats: { ...stats, bytesOut: flown + (link?.written_ ?? 0), outboxRecords: box.records_, outboxBytes: box.bytes_ },
    });
  /** Answers what nobody looks at any more. */
  const discard = (c: Command) => {
    const gone = { code: Closed, detail: 'the session was closed' };
    if (c.c === 'publish') refuse(c.id, Closed, gone.detail);
    if (c.c === 'subscribe') sink({ e: 'ended', sub: c.sub, fault: gone });
    if (c.c === 'call') sink({ e: 'reply', id: c.id, fault: gone, type: 0, data: new Uint8Array() });
    if (c.c === 'stats') tellStats(c.id);
  };

  // ---- beginning and end

  let drain: ReturnType<typeof setTimeout> | undefined;
  const close = (ms: number) => {
    if (ms < 0) return bye(true);
    if (closing) return;
    closing = true;
    status('closing');
    drain = setTimeout(() => run(bye), ms);
  };
  const bye = (now?: boolean) => {
    step({ k_: 'bye' });
    finish('closed', undefined, now);
  };
  const fail = (f: Fault) => finish('failed', f);
  /** Lets go of everything. */
  const finish = (state: State, f?: Fault, now?: boolean) => {
    if (over) return;
    readers.deliver_();
    flush();
    over = true;
    for (const t of [timer, drain]) clearTimeout(t);
    redial.stop_();
    drop(f?.code ?? '1000');
    why = f;
    status(state);
    const gone = f ?? { code: Closed, detail: 'the session was closed' };
    for (const sub of readers.all_.keys()) unsubscribed(sub, f);
    calls.lost_(gone);
    early.forEach(discard);
    for (const e of box.entries_.values()) {
      if (o.outbox_.open_) ended(e.key, { status: e.out_ ? 'sent' : 'pending', fault: gone });
      else if (e.out_)
        ended(e.key, { status: 'unknown', fault: { code: UnknownOutcome, detail: 'the session ended before the answer came' } });
      else ended(e.key, { status: 'failed', fault: gone });
    }
    void box.close_(now).then(() => sink({ e: 'closed', left: box.records_ }));
  };
  const begin = (store?: Store) => {
    if (store && over) return store.close_();
    if (store) {
      box.load_(store);
      machine.load_(store.lanes_, [...box.entries_.values()].map(bare));
      for (const e of box.entries_.values()) {
        const { key, ch, type, data, h, p, n } = e;
        sink({ e: 'restored', id: key, ch, type, data, h, status: e.out_ ? 'sent' : 'pending', producer: p, number: n });
      }
    }
    ready = true;
    full = box.full_();
    sink({ e: 'outbox', durable, full });
    const waited = early;
    early = [];
    waited.forEach(handle);
    redial.start_();
  };
  const open = o.outbox_.open_?.(o.user_, e => run(() => fail(faultOf(e, IO)))) ?? Promise.resolve(undefined);
  open.then(
    s => run(() => begin(s)),
    e => run(() => fail(faultOf(e, IO))),
  );

  return {
    post_(c) {
      if (c.c === 'publish' && !admit(c)) return;
      if (ready || over) run(() => handle(c));
      else early.push(c);
    },
  };
};

/** What the machine is to know of an entry. */
const bare = ({ id, ch, p, n, size, sent, mem, expires }: Held): Entry => ({ id, ch, p, n, size, sent, mem, expires });

/** What may wait to be written at most: far more than a session has to say. */
const backlog = 32 << 20;
