import { createMachine } from '../machine/machine.ts';
import type { Effect, Entry, MachineEvent } from '../machine/types.ts';
import type { Outbox, Store } from '../outbox/store.ts';
import type { WebSocketClass } from '../socket/options.ts';
import type { RedialOptions } from '../socket/redial.ts';
import { createTimer } from '../socket/timer.ts';
import { codeOf } from '../spec/codes.ts';
import { ProtocolError } from '../spec/codes_gen.ts';
import type { Codec, ServerFrame, SubscribeFields } from '../wire/frames.ts';
import { createCalls } from './calls.ts';
import { createConnection } from './connection.ts';
import type { Command, Engine, Fault, Sink, State, Stats, Status } from './engine.ts';
import { closed } from './events.ts';
import { createPublishing } from './publishing.ts';
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
  WebSocket_: WebSocketClass;
}

export const hex = (bytes: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), b => b.toString(16).padStart(2, '0')).join('');

const faultIn = (f: { code_: number; detail_: string }): Fault => ({ code: codeOf(f.code_), detail: f.detail_ });
const nothing = new Uint8Array();

/** What is done about each kind of thing. */
type Handlers = { [kind: string]: (x: never) => void };

const noStats = (): Stats => ({
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
});

/**
 * Makes the engine that does the work in this page. It opens the outbox and connects at once. What happens is done one thing at a time, as
 * by the owner of a session in Go: a step of the machine is never within another.
 */
export const createLocalEngine = (o: EngineOptions, sink: Sink): Engine => {
  const base = Date.now() - performance.now();
  /** Goes on by itself, whatever happens to the wall clock. */
  const now = () => Math.round(base + performance.now());
  const stats = noStats();
  let early: Command[] | undefined = []; // until the outbox is open
  let closing = false;
  let over = false;
  const drain = createTimer();
  let pinged = 0;

  // ---- turns

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
    connection.flush_();
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
    timer = setTimeout(run, Math.min(Math.max(2, w - now()), 1e9), tick);
  };
  const tick = () => {
    due = Infinity;
    if (connection.moved_()) step({ k_: 'moved', at_: now() });
    step({ k_: 'tick' });
  };

  // ---- the machine, and what it wants

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
  let leave: (() => void) | undefined; // a disconnect that a step asked for
  const step = (e: MachineEvent) => {
    if (over) return;
    for (const f of machine.step_(now(), e)) (effects as Handlers)[f.k_]!(f as never);
    const f = leave;
    leave = undefined;
    f?.();
  };
  const effects: { [K in Effect['k_']]: (f: Effect & { k_: K }) => void } = {
    send({ frame_ }) {
      if (frame_.t === 'hello' && frame_.subs) frame_.subs = frame_.subs.filter(q => !readers.held_(q));
      if (frame_.t === 'subscribe' && readers.held_(frame_)) return;
      if (frame_.t === 'ping') pinged = performance.now();
      connection.send_(frame_);
    },
    publish: f => publishing.send_(f),
    persist: f => publishing.persist_(f),
    mark: f => box.mark_(f),
    seal: f => box.seal_(f.id_, f.lane_),
    outcome: f => publishing.outcome_(f),
    resolved: f => box.resolved_(f.lane_),
    held(f) {
      if (f.entry_) sink({ e: 'held', ch: f.entry_.ch, at: f.at_ - now() + Date.now(), fault: faultIn(f) });
    },
    lost({ ch_: ch, p_: producer, from_: from, to_: to }) {
      stats.lost += to - from + 1;
      sink({ e: 'lost', ch, producer, from, to });
    },
    record(f) {
      stats.received++;
      if (!readers.record_(f)) leave = () => connection.disconnect_({ code: ProtocolError, detail: 'far more than the window' });
    },
    gap(f) {
      stats.gaps++;
      readers.gap_(f);
    },
    subscribed: ({ sub_: sub, frame_: { term = '', o = 0 } }) => sink({ e: 'subscribed', sub, term, o }),
    ended: f => ended(f.sub_, f.code_ ? faultIn(f) : undefined),
    welcome(f) {
      connection.welcomed_(f.frame_);
      readers.release_(ask);
      calls.opened_();
    },
    disconnect(f) {
      leave = () => connection.disconnect_(faultIn(f), f.at_ - now());
    },
    authenticate(f) {
      // every attempt asks for a token, where there is somebody to ask
      if (typeof o.token_ !== 'function') finish({ code: codeOf(f.code_), detail: connection.why_?.detail ?? '' });
    },
    fail: f => finish(faultIn(f)),
    refresh: () => void connection.renew_(),
  };

  // ---- the parts

  const connection = createConnection(o, stats, {
    run_: f => run(() => over || f()),
    status_: (state, more) => status(state, more),
    connected_: token_ => step({ k_: 'connected', token_ }),
    frame_(f: ServerFrame) {
      if (f.t === 'pong' && pinged) {
        stats.rtt = performance.now() - pinged;
        pinged = 0;
      }
      if (f.t === 'reply') calls.reply_(f);
      const before = stats.received;
      step({ k_: 'frame', frame_: f });
      if (f.t === 'record' && before === stats.received) stats.duplicatesDropped++;
    },
    read_: () => readers.deliver_(),
    gone_(code_) {
      pinged = 0;
      readers.forget_();
      calls.lost_();
      step({ k_: 'disconnected', code_ });
    },
    fail_: f => finish(f),
  });
  const publishing = createPublishing(o.outbox_, stats, sink, {
    run_: run,
    step_: step,
    send_: f => connection.send_(f),
    fail_: f => fail(f),
    time_: at => at - Date.now() + now(),
    fault_: faultIn,
  });
  const box = publishing.box_;
  const readers = createReaders(sink, (sub, term, offset) => machine.checkpoint_(sub, term, offset));
  const calls = createCalls(sink, f => connection.send_(f));
  const ask = (q: SubscribeFields) => connection.send_({ ...q, t: 'subscribe' });
  const status = (state: State, more?: Partial<Status>) => {
    const fault = connection.why_;
    sink({
      e: 'status',
      status: { state: closing && !over ? 'closing' : state, attempt: connection.attempts_(), ...(fault && { fault }), ...more },
    });
  };
  const ended = (sub: number, fault?: Fault) => {
    readers.deliver_();
    readers.remove_(sub);
    sink({ e: 'ended', sub, ...(fault && { fault }) });
  };

  // ---- what the page wants

  const commands: { [K in Command['c']]: (c: Command & { c: K }) => void } = {
    publish: c => publishing.publish_(c),
    subscribe({ sub: sub_, c: _, earlier = [], ...spec_ }) {
      const { ch, window, term, o: offset = 0 } = spec_;
      readers.add_(sub_, ch, window);
      step({ k_: 'subscribe', sub_, spec_, checkpoint_: term ? { term, offset, earlier } : undefined });
    },
    unsubscribe: c => step({ k_: 'unsubscribe', sub_: c.sub }),
    done({ sub: sub_, took, term: term_ = '', o: offset_ }) {
      readers.took_(sub_, took);
      if (offset_ !== undefined) step({ k_: 'done', sub_, term_, offset_ });
      if (connection.open_) readers.release_(ask);
    },
    call: c => calls.call_(c, connection.open_),
    cancel: c => calls.cancel_(c.id),
    refresh: c => void (c.token ? connection.refresh_(c.token) : connection.renew_()),
    reconnect: () => connection.reconnect_(),
    stats: ({ id }) =>
      sink({
        e: 'stats',
        id,
        stats: { ...stats, bytesOut: connection.written_(), outboxRecords: box.records_, outboxBytes: box.bytes_ },
      }),
    close({ drain: ms }) {
      if (ms < 0) return bye(true);
      if (closing) return;
      closing = true;
      status('closing');
      drain(() => run(bye), ms);
    },
  };
  /** Answers what is not done any more. */
  const discard = (c: Command) => {
    if (c.c === 'publish') publishing.discard_(c);
    if (c.c === 'subscribe') sink({ e: 'ended', sub: c.sub, fault: closed });
    if (c.c === 'call') sink({ e: 'reply', id: c.id, fault: closed, type: 0, data: nothing });
    if (c.c === 'stats') commands.stats(c);
  };
  const handle = (c: Command) => (over ? discard(c) : (commands as Handlers)[c.c]!(c as never));

  // ---- beginning and end

  const bye = (now?: boolean) => {
    step({ k_: 'bye' });
    finish(undefined, now);
  };
  /** Lets go of everything; with a fault, the session has failed. */
  const finish = (f?: Fault, atOnce?: boolean) => {
    if (over) return;
    readers.deliver_();
    over = true;
    clearTimeout(timer);
    drain();
    connection.stop_(f);
    status(f ? 'failed' : 'closed');
    for (const sub of readers.all_.keys()) ended(sub, f);
    calls.lost_(f ?? closed);
    early?.forEach(discard);
    void publishing.stop_(f ?? closed, atOnce);
  };
  const begin = (store: Store | undefined) => {
    if (over) return store?.close_();
    if (store) {
      box.load_(store);
      machine.load_(store.lanes_, Array.from(box.entries_.values(), bare));
      publishing.restored_();
    }
    publishing.opened_();
    const waited = early!;
    early = undefined;
    connection.start_(); // before what may ask for an attempt, too
    waited.forEach(handle);
  };
  const fail = (f: Fault) => run(() => finish(f));
  const open = async () => o.outbox_.open_?.(o.user_, fail);
  open().then(s => run(() => begin(s)), fail);

  return {
    post_(c) {
      if (c.c === 'publish' && !publishing.admit_(c, over || closing)) return;
      if (early && !over) early.push(c);
      else run(() => handle(c));
    },
  };
};

/** What the machine is to know of an entry. */
const bare = ({ id, ch, p, n, size, sent, mem, expires }: Entry): Entry => ({ id, ch, p, n, size, sent, mem, expires });
