import { memoryOutbox } from '../outbox/store.ts';
import { createTimer } from '../socket/timer.ts';
import { BadArgument, Canceled, Timeout } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import { binary } from '../wire/binary.ts';
import type { Command, Engine, EntrySignal, Item, Signal, Stats, Status, SubscribeCommand, Terms } from './engine.ts';
import { closed, type Deferred, deferred, emit, errorOf, TargetOf } from './events.ts';
import { createLocalEngine, hex } from './local_engine.ts';
import { Message } from './message.ts';
import type { CallOptions, PublishOptions, SessionOptions } from './options.ts';
import { checkChannel, checkText, decode, encode, headersOf } from './payload.ts';
import { type Gap, gapOf, type SubscribeOptions, Subscription } from './subscription.ts';

/** Events of a {@link Session}. */
export interface SessionEvents {
  /** `state`, `status` or `outbox` has changed. */
  status: Status;
  /** A message's status has changed, also one's that an earlier page has published. */
  message: Message;
  /** Records are gone that a subscription was to have; see there. */
  gap: Gap;
  /** The records for a channel wait until `at` (Unix ms), because the server said so. */
  held: { channel: string; at: number; error: HoldfastError };
  /** The server has lost records of this publisher's that it had acknowledged: these numbers. */
  lost: { channel: string; producer: string; from: number; to: number };
  /** The session has failed: nothing more will come. */
  error: HoldfastError;
}

/** One typed channel. */
export interface Channel<T> {
  readonly name: string;
  publish(data: T, o?: PublishOptions): Message<T>;
  subscribe(o?: SubscribeOptions): Subscription<T>;
}

/**
 * One logical connection to a Holdfast server. It connects at once, and again whenever the connection ends, until it is closed or the server
 * says that there is no use. What was published is in the channel exactly once and in order, and a subscription misses, doubles and reorders
 * nothing.
 */
export class Session extends TargetOf<SessionEvents>() {
  /** How it is, and why. The event `status` tells of changes. */
  status: Status = { state: 'connecting', attempt: 0 };
  /** Whether published records survive a crash of the page, and whether there is room for more; undefined until it is open. */
  outbox: { durable: boolean; full: boolean } | undefined;
  /** What has no final answer, by id, also what an earlier page has left in the outbox. */
  readonly messages: ReadonlyMap<string, Message>;

  private readonly messages_ = new Map<string, Message>();
  private readonly subs_ = new Map<number, Subscription<never>>();
  private readonly asked_ = new Map<number, Deferred<never>>();
  private readonly page_ = hex(8);
  private readonly window_: [number, number];
  private readonly engine_: Engine;
  private readonly op_: string;
  private readonly closed_ = deferred<number>();
  private readonly waiters_ = new Map<Deferred<void>, () => boolean>();
  private count_ = 0;

  /**
   * The URL's scheme is ws, wss, http or https; without a path it means /ws, and in a page it may be relative. Throws `bad_argument`.
   */
  constructor(url: string | URL, o: SessionOptions = {}) {
    super();
    this.messages = this.messages_;
    const url_ = endpoint(url);
    const WebSocket_ = o.WebSocket ?? globalThis.WebSocket;
    if (!WebSocket_)
      throw new HoldfastError(BadArgument, 'open session', 'there is no WebSocket here; give the option WebSocket');
    this.op_ = `session with ${url_.replace(/\?.*/, '')}`;
    this.window_ = windowOf(o.window, [512, 1 << 20]);
    const outbox_ = o.outbox ?? memoryOutbox();
    const user_ = o.user ?? '';
    const create = (sink: (s: Signal) => void, alone?: string) =>
      createLocalEngine(
        {
          url_,
          codec_: o.codec ?? binary,
          token_: o.token,
          user_,
          agent_: o.agent ?? 'holdfast-ts',
          outbox_: alone && outbox_.open_ ? { ...outbox_, open_: (user, lost) => outbox_.open_!(user, lost, alone) } : outbox_,
          redial_: o.backoff ?? {},
          connectTimeout_: o.connectTimeout ?? 1e4,
          ackTimeout_: o.ackTimeout,
          pongTimeout_: o.pongTimeout ?? 1e4,
          WebSocket_,
        },
        sink,
      );
    const sink = (s: Signal) => this.hear_(s);
    const outbox = outbox_.open_ ? outbox_.name! : '';
    this.engine_ = o.tabs ? o.tabs(create, sink, { url: url_, user: user_, outbox, page: this.page_ }) : create(sink);
  }

  /** State of the connection. */
  get state(): Status['state'] {
    return this.status.state;
  }

  /** Why the session failed, the last connection ended, or the last attempt failed. */
  get error(): HoldfastError | undefined {
    return this.status.fault && errorOf(this.status.fault, this.op_);
  }

  /**
   * Publishes a record, and says how far it is. What is published later to the same channel comes after it. Throws `bad_channel`,
   * `bad_payload` and `bad_argument`; all other failures are the message's.
   */
  publish<T>(channel: string, data: T, o: PublishOptions = {}): Message<T> {
    const op = `publish to ${channel}`;
    checkChannel(op, channel);
    const [type, bytes] = encode(op, data, o.type);
    const h = headersOf(op, o.headers);
    const id = `${this.page_}:${++this.count_}`;
    const m = new Message<T>(id, channel, data);
    this.messages_.set(id, m);
    this.post_({
      c: 'publish',
      id,
      ch: channel,
      type,
      data: bytes,
      ...(h[0] && { h }),
      ...(o.ttl && { exp: Date.now() + o.ttl }),
    });
    return m;
  }

  /**
   * Begins to read a channel. A server that refuses ends the subscription. One subscription for each channel and session. Throws
   * `bad_channel` and `bad_argument`.
   */
  subscribe<T = unknown>(channel: string, o: SubscribeOptions = {}): Subscription<T> {
    const op = `subscribe to ${channel}`;
    checkChannel(op, channel);
    const id = ++this.count_;
    const window = windowOf(o.window, this.window_);
    const c: SubscribeCommand = { c: 'subscribe', sub: id, ch: channel, window, ...place(op, o.from) };
    checkText(op, 'cursor', o.cursor, 255);
    if (o.cursor) c.cursor = o.cursor;
    const sub = new Subscription<T>(id, channel, o.ack === 'manual', c => this.post_(c));
    this.subs_.set(id, sub as Subscription<never>);
    this.post_(c);
    const { signal } = o;
    const abort = () => sub.close();
    signal?.addEventListener('abort', abort);
    sub.addEventListener('end', () => signal?.removeEventListener('abort', abort));
    if (signal?.aborted) abort();
    return sub;
  }

  /** A channel whose records' data are all of one type, which nobody checks. */
  channel<T>(name: string): Channel<T> {
    return { name, publish: (data, o) => this.publish(name, data, o), subscribe: o => this.subscribe<T>(name, o) };
  }

  /**
   * Calls something on the server. Rejects with the server's code, `disconnected` if the connection ended before the reply and there is no
   * key, `timeout`, `canceled`.
   */
  call<T = unknown>(name: string, data?: unknown, o: CallOptions = {}): Promise<T> {
    const op = `call ${name}`;
    checkText(op, 'name', name, 255);
    checkText(op, 'key', o.key);
    const [type, bytes] = data === undefined ? ([0, new Uint8Array()] as const) : encode(op, data);
    const [id, reply] = this.ask_<T>();
    const end = (code: string, detail: string) => {
      this.post_({ c: 'cancel', id });
      reply.no_(new HoldfastError(code, op, detail));
    };
    const ms = o.timeout ?? 3e4;
    const timer = createTimer();
    timer(() => end(Timeout, `no reply within ${ms} ms`), ms);
    const abort = () => end(Canceled, '');
    o.signal?.addEventListener('abort', abort);
    if (o.signal?.aborted) abort();
    else this.post_({ c: 'call', id, name, type, data: bytes, ...(o.key && { key: o.key }) });
    return reply.promise_.finally(() => {
      timer();
      o.signal?.removeEventListener('abort', abort);
      this.asked_.delete(id);
    });
  }

  /** Sends the server a new token over the open connection; without one, asks for it where tokens come from. */
  refresh(token?: string): void {
    checkText('refresh', 'token', token);
    this.post_({ c: 'refresh', ...(token && { token }) });
  }

  /** Makes the next attempt to connect now. */
  reconnect(): void {
    this.post_({ c: 'reconnect' });
  }

  /** Counters. Of tabs that share, all have the same; one that is closed has none, and rejects with `closed`. */
  stats(): Promise<Stats> {
    const [id, d] = this.ask_<Stats>();
    this.post_({ c: 'stats', id });
    return d.promise_;
  }

  /** Fulfilled when the server has greeted, at once while the session is open. Rejects when it has ended. */
  connected(): Promise<void> {
    return this.until_(() => this.state === 'open');
  }

  /** Fulfilled when the outbox has room for another record. Rejects when the session has ended. */
  room(): Promise<void> {
    return this.until_(() => !!this.outbox && !this.outbox.full && !/clos|fail/.test(this.state));
  }

  /** Fulfilled when everything that was published has its final answer, however it ended. Rejects when the session ends before. */
  flush(): Promise<void> {
    return this.until_(() => !!this.outbox && !this.messages_.size);
  }

  /**
   * Takes nothing more, waits for answers for up to `drain` ms (default 5,000), takes leave of the server and lets go of everything. What was
   * not answered stays in a durable outbox, and is gone with one in memory. Gives the number of these. Idempotent.
   */
  close({ drain = 5e3 }: { drain?: number | undefined } = {}): Promise<number> {
    for (const sub of this.subs_.values()) sub.tell_(true);
    this.post_({ c: 'close', drain });
    return this.closed_.promise_;
  }

  private post_(c: Command) {
    this.engine_.post_(c);
  }

  private ask_<T>(): [number, Deferred<T>] {
    const id = ++this.count_;
    const d = deferred<T>();
    this.asked_.set(id, d as Deferred<never>);
    return [id, d];
  }

  private until_(ok: () => boolean): Promise<void> {
    const d = deferred<void>();
    this.waiters_.set(d, ok);
    this.look_();
    return d.promise_;
  }

  /** Lets go of those whose waiting has an end. */
  private look_() {
    const over = this.state === 'failed' || this.state === 'closed';
    for (const [d, ok] of this.waiters_) {
      if (ok()) d.ok_();
      else if (over) d.no_(this.error ?? errorOf(closed, this.op_));
      else continue;
      this.waiters_.delete(d);
    }
  }

  private hear_(s: Signal) {
    switch (s.e) {
      case 'status':
        this.status = s.status;
        emit(this, 'status', s.status);
        if (s.status.state === 'failed') emit(this, 'error', this.error);
        return this.look_();
      case 'outbox':
        this.outbox = { durable: s.durable, full: s.full };
        emit(this, 'status', this.status);
        return this.look_();
      case 'restored':
        this.messages_.set(s.id, new Message(s.id, s.ch, decode(s.type, s.data), s.status));
        return this.entry_({ e: 'entry', id: s.id, status: s.status, producer: s.producer, number: s.number }, true);
      case 'entry':
        return this.entry_(s);
      case 'records':
        return this.records_(s.sub, s.items);
      case 'subscribed':
        return this.subs_.get(s.sub)?.opened_(s.term, s.o);
      case 'ended': {
        const sub = this.subs_.get(s.sub);
        this.subs_.delete(s.sub);
        return sub?.end_(s.fault);
      }
      case 'reply':
        return this.reply_(s);
      case 'stats':
        this.asked_.get(s.id)?.ok_(s.stats as never);
        this.asked_.delete(s.id);
        return;
      case 'held':
        emit(this, 'held', { channel: s.ch, at: s.at, error: errorOf(s.fault, `publish to ${s.ch}`) });
        return;
      case 'lost':
        emit(this, 'lost', { channel: s.ch, producer: s.producer, from: s.from, to: s.to });
        return;
      case 'closed':
        return this.closed_.ok_(s.left);
    }
  }

  private entry_(s: EntrySignal, news = false) {
    const m = this.messages_.get(s.id);
    if (!m) return;
    if (s.end) this.messages_.delete(s.id);
    if (m.hear_(s) || news) emit(this, 'message', m);
    if (s.end) this.look_();
  }

  private records_(id: number, items: Item[]) {
    const sub = this.subs_.get(id);
    if (!sub) return;
    sub.hear_(items);
    for (const i of items) if ('gap' in i) emit(this, 'gap', gapOf(sub.channel, i));
  }

  private reply_({ id, fault, type, data }: Signal & { e: 'reply' }) {
    const d = this.asked_.get(id);
    if (fault) return d?.no_(errorOf(fault, 'call'));
    try {
      d?.ok_(decode(type, data) as never);
    } catch (e) {
      d?.no_(e);
    }
  }
}

/** Completes a URL. */
const endpoint = (url: string | URL): string => {
  try {
    const u = new URL(url, globalThis.location?.href);
    u.protocol = u.protocol.replace('http', 'ws');
    if (/^wss?:$/.test(u.protocol)) {
      u.hash = '';
      if (u.pathname === '/') u.pathname = '/ws';
      return u.href;
    }
  } catch {}
  throw new HoldfastError(BadArgument, 'open session', `url: "${url}" is none for ws, wss, http or https`);
};

/** The nearest number that a frame can say, about: of 53 bits, or 32. */
const whole = (n: number, most = 9e15) => (n > 0 ? Math.min(Math.ceil(n), most) : 0);

const windowOf = (w: SubscribeOptions['window'], [records, bytes]: [number, number]): [number, number] => [
  whole(w?.records ?? 0, 4e9) || records,
  whole(w?.bytes ?? 0, 4e9) || bytes,
];

const after = (o: number): { at: 'position' | 'start'; o?: number } => (o ? { at: 'position', o } : { at: 'start' });

/** Where a subscription begins. */
const place = (op: string, from: SubscribeOptions['from'] = 'head'): Partial<SubscribeCommand> & Pick<SubscribeCommand, 'at'> => {
  if (typeof from === 'string') return { at: from };
  if ('last' in from) return { at: 'last', last: whole(from.last) };
  if ('since' in from) return { at: 'time', since: whole(from.since) };
  if ('offset' in from) return after(whole(from.offset));
  const terms = from.checkpoint.split(/\s+/).filter(Boolean);
  if (!terms[0]) return after(0);
  const [[term, o], ...earlier] = terms.map((t): [string, number] => {
    const m = /^(-|[\da-f]{16})@(\d{1,16})$/.exec(t);
    if (!m || terms.length > 8) throw new HoldfastError(BadArgument, op, `checkpoint: "${from.checkpoint}"`);
    return [m[1]!.replace('-', ''), whole(+m[2]!)];
  }) as [[string, number], ...Terms];
  if (!term) return after(o);
  return { at: 'position', term, o, earlier };
};
