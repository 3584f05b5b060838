import { BadArgument, Closed } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import type { Command, Content, Fault, GapItem, Headers, Item, RecordItem, Terms } from './engine.ts';
import { deferred, emit, errorOf } from './events.ts';
import { decode, textOf } from './payload.ts';

/** After how many records, or ms, the engine hears of progress while there is more to read. */
const tellEvery = 32;
const tellWithin = 50;

const kinds = ['binary', 'text', 'json'] as const;

const checkpoint = (term: string, o: number, earlier: Terms): string => {
  const before = earlier.filter(([t, last]) => t !== term && last < o);
  return [[term || '-', o], ...before].map(([t, o]) => `${t}@${o}`).join(' ');
};

/** A record as a subscriber sees it. T is the type of its data. */
export class ChannelRecord<T = unknown> {
  /** See {@link Gap}. */
  readonly gap: undefined;
  readonly channel: string;
  /** Position in the channel: offset, and term of the log. */
  readonly offset: number;
  readonly term: string;
  /** When the store took it in, Unix ms; never before its predecessor's. */
  readonly time: number;
  /** Who published it; empty without authentication. */
  readonly user: string;
  readonly headers: Headers;
  /** What `data` is read as. */
  readonly type: 'binary' | 'text' | 'json';
  /** The data as it is in the channel. */
  readonly bytes: Uint8Array;
  private readonly earlier_: Terms;

  constructor(channel: string, term: string, earlier: Terms, { o, ts, by = '', h = [], type, data }: RecordItem) {
    this.channel = channel;
    this.term = term;
    this.offset = o;
    this.time = ts;
    this.user = by;
    this.headers = h;
    this.type = kinds[type];
    this.bytes = data;
    this.earlier_ = earlier;
  }

  /** What was published: text as a string, JSON as its value, other bytes as a Uint8Array. */
  get data(): T {
    return decode(kinds.indexOf(this.type) as Content, this.bytes) as T;
  }

  /** The bytes as text. */
  text(): string {
    return textOf(this.bytes);
  }

  /** The bytes read as JSON. Throws a SyntaxError if they are none. */
  json(): T {
    return JSON.parse(this.text());
  }

  /** `TERM@OFFSET`, as the command line shows it. */
  get position(): string {
    return checkpoint(this.term, this.offset, []);
  }

  /** What to save to go on after this record, in any program: see `from` of {@link SubscribeOptions}. One line of text. */
  get checkpoint(): string {
    return checkpoint(this.term, this.offset, this.earlier_);
  }
}

/** Why records are missing; `unknown` where the server's reason is none of these. */
export type GapReason = 'retention' | 'fork' | 'unknown';

/**
 * Says that the records `from` to `to` of a channel will not come. It stands in their place, and does not end a subscription: what comes
 * next follows it.
 */
export interface Gap {
  /** `retention`: they are no longer retained. `fork`: the log is not the one that was read before, its store lost its end. */
  readonly gap: GapReason;
  readonly channel: string;
  readonly from: number;
  readonly to: number;
  /** What to save to go on after it. */
  readonly checkpoint: string;
}

/** How to subscribe. */
export interface SubscribeOptions {
  /**
   * Where to begin: `head` (what comes from now on), `start` (the oldest that is retained), with the last so many records, with the first that
   * is not older than a time (Unix ms), after an offset, or after a checkpoint; an empty one is the start. Default `head`.
   */
  from?: 'head' | 'start' | { last: number } | { since: number } | { offset: number } | { checkpoint: string } | undefined;
  /** Name of a position that the server keeps; where it has one, that goes before `from`, unless that is a checkpoint. */
  cursor?: string | undefined;
  /** `auto`: a record is done when the loop asks for the next one. `manual`: when the page calls `ack`. Default `auto`. */
  ack?: 'auto' | 'manual' | undefined;
  /** What may be on its way and not done. Default the session's. */
  window?: { records?: number | undefined; bytes?: number | undefined } | undefined;
  /** Ends the subscription. */
  signal?: AbortSignal | undefined;
}

/** Events of a {@link Subscription}. */
export interface SubscriptionEvents<T> {
  /** The next record. Who listens to this does not loop over the subscription; a record is done when all listeners have returned. */
  record: ChannelRecord<T>;
  gap: Gap;
  /** It is over; with an error if that was not asked for. */
  end: HoldfastError | undefined;
}

/**
 * One reader of one channel. It outlives connections: after each it goes on exactly after the last record that came. Loop over it with
 * `for await`, or listen to `record`. What came and was not taken is bounded by the window.
 */
export class Subscription<T = unknown> extends EventTarget implements AsyncIterable<ChannelRecord<T> | Gap> {
  readonly channel: string;
  private readonly id_: number;
  private readonly post_: (c: Command) => void;
  private readonly manual_: boolean;
  private readonly ready_ = deferred<string>();
  private queue_: Item[] = [];
  private next_ = 0; // of the queue
  private term_ = '';
  private earlier_: Terms = [];
  private wake_: (() => void) | undefined;
  private ranging_ = false;
  private over_: { error_?: HoldfastError } | undefined;
  private last_: [term: string, o: number] | undefined; // was given, and is done when the next one is asked for
  private done_: [term: string, o: number] | undefined; // the engine does not know yet
  private took_: [records: number, bytes: number] = [0, 0];
  private told_ = 0; // when

  constructor(id: number, channel: string, manual: boolean, post: (c: Command) => void) {
    super();
    this.id_ = id;
    this.channel = channel;
    this.manual_ = manual;
    this.post_ = post;
  }

  /**
   * Fulfilled when the server has opened the subscription for the first time, with what to save to begin at the same place again. Rejects
   * if it never does.
   */
  get ready(): Promise<string> {
    return this.ready_.promise_;
  }

  /**
   * Gives the records in order, each once, and a {@link Gap} where some are gone. It ends when the subscription was closed, and throws a
   * HoldfastError when it ended otherwise. Who breaks out of the loop may loop again, which goes on with the next record.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<ChannelRecord<T> | Gap, void, undefined> {
    if (this.ranging_) throw new HoldfastError(BadArgument, `read ${this.channel}`, 'somebody else reads it already');
    this.ranging_ = true;
    try {
      for (;;) {
        if (this.last_) this.done_ = this.last_;
        this.last_ = undefined;
        if (this.next_ > 255) {
          this.queue_.splice(0, this.next_);
          this.next_ = 0;
        }
        const item = this.queue_[this.next_++];
        if (this.tell_(!item)) await breathe();
        if (item) {
          const r = this.take_(item);
          if (r) yield r;
          continue;
        }
        this.queue_ = [];
        this.next_ = 0;
        if (this.over_?.error_) throw this.over_.error_;
        if (this.over_) return;
        await new Promise<void>(ok => {
          this.wake_ = ok;
        });
      }
    } finally {
      this.ranging_ = false;
    }
  }

  private take_(i: Item): ChannelRecord<T> | Gap | undefined {
    if ('o' in i) {
      this.took_[0]++;
      this.took_[1] += i.data.length;
      if (!this.manual_) this.last_ = [this.term_, i.o];
      return new ChannelRecord<T>(this.channel, this.term_, this.earlier_, i);
    }
    this.term_ = i.term;
    this.earlier_ = i.earlier;
    if ('gap' in i) return gapOf(this.channel, i);
    return;
  }

  /**
   * Tells the engine of progress: now and then while there is more to read, and at once when there is not. Returns whether it is time to
   * let the page do something else.
   */
  tell_(now: boolean): boolean {
    const at = performance.now();
    const long = at - this.told_ > tellWithin;
    if (!now && !long && this.took_[0] < tellEvery) return false;
    if (long) this.told_ = at;
    const [term, o] = this.done_ ?? [];
    if (this.done_ || this.took_[0])
      this.post_({ c: 'done', sub: this.id_, took: this.took_, ...(o !== undefined && { term: term!, o }) });
    this.took_ = [0, 0];
    this.done_ = undefined;
    return long && !now;
  }

  /** Says that the page is done with all records up to this one. It makes room in the window, and moves a named cursor. */
  ack(r: { term: string; offset: number }): void {
    this.done_ = [r.term, r.offset];
    this.tell_(true);
  }

  /** Ends the subscription. What was not read is dropped. */
  close(): void {
    if (this.over_) return;
    this.tell_(true);
    this.queue_ = [];
    this.next_ = 0;
    this.post_({ c: 'unsubscribe', sub: this.id_ });
    this.end_();
  }

  override addEventListener<K extends keyof SubscriptionEvents<T>>(
    type: K,
    listener: (e: CustomEvent<SubscriptionEvents<T>[K]>) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(type: string, listener: never, options?: boolean | AddEventListenerOptions): void {
    super.addEventListener(type, listener, options);
    if (type === 'record' && !this.ranging_) void this.push_();
  }

  private async push_() {
    try {
      for await (const r of this) emit(this, r.gap ? 'gap' : 'record', r);
    } catch {} // the event `end` tells
  }

  hear_(items: Item[]) {
    if (this.over_) return;
    for (const i of items) this.queue_.push(i);
    this.wake_?.();
  }

  opened_(term: string, o: number) {
    this.ready_.ok_(checkpoint(term, o, []));
  }

  end_(f?: Fault) {
    if (this.over_) return;
    const error_ = f && errorOf(f, `subscribe to ${this.channel}`);
    this.over_ = { ...(error_ && { error_ }) };
    this.ready_.no_(error_ ?? errorOf({ code: Closed }, `subscribe to ${this.channel}`));
    this.wake_?.();
    emit(this, 'end', error_);
  }
}

/** Lets the page do what else it has to do; a timer would be slow where the page is hidden. */
const breathe = () =>
  new Promise<void>(ok => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      ok();
    };
    port2.postMessage(0);
  });

export const gapOf = (channel: string, { gap, from, to, term, after, earlier }: GapItem): Gap => ({
  gap,
  channel,
  from,
  to,
  checkpoint: checkpoint(term, after, earlier),
});
