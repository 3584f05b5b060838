import { guarded } from '../flow/guarded.ts';
import { AtCapacity, CircuitOpen } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import { type BreakerEvent, type BreakerEventKind, Feed } from './events.ts';
import type { Settings } from './options.ts';
import { Window } from './window.ts';
import { type Counters, newCounters, type Reason, reasonWords, type State, type Stats } from './words.ts';

/** How a call ended. */
export type Outcome = 'success' | 'failure' | 'timeout' | 'cancel';

/** Why a call was not let through: code `circuit_open`, or `at_capacity`. */
export interface RefusedError extends HoldfastError {
  /** The ms until a trial; Infinity where nobody knows: it is half-open and the trials are under way, or full. */
  readonly retryAfter: number;
}

/** A call that is under way. */
export interface Call {
  readonly generation_: number;
  readonly start_: number;
  settled_: boolean; // its outcome is known
  released_: boolean; // it has given its places back
  readonly ruled_: boolean; // its outcome may change the state: the breaker was not disabled
}

/** The longest that a breaker can be open: that of Go's, 292 years. */
const longest = 2 ** 63 / 1e6;

/**
 * The machine behind a breaker. It is pure: there is no timer in it, only a clock that may be replaced, and an open breaker becomes half-open
 * when somebody asks after its time.
 */
export class Core {
  readonly feed_ = new Feed();
  readonly op_: string;
  state_: State = 'closed';
  reason_: Reason = 'nothing';
  since_: number;
  until_: number | undefined; // while open: when a trial is allowed
  disabled_ = false;
  failures_ = 0; // in a row
  total_: Counters = newCounters();
  readonly window_: Window;
  private length_ = 0; // while open: for how long until_ was set
  private readonly warm_: number; // failures before it open nothing
  // Each change of state begins a generation. What was let through in an earlier one decides nothing any more.
  private generation_ = 0;
  private underWay_ = 0;
  private running_ = 0; // trials of this generation, while half-open
  private proven_ = 0; // that succeeded
  private readonly waiting_ = new Set<() => void>();

  constructor(readonly o_: Settings) {
    const now = o_.now_();
    this.op_ = o_.name_ ? `call ${o_.name_}` : 'call';
    this.since_ = now;
    this.warm_ = now + o_.warmUp_;
    this.window_ = new Window(now, o_.window_, o_.buckets_);
  }

  /** The time. It makes an open breaker half-open when its own has come. */
  now_(): number {
    const now = this.o_.now_();
    if (this.until_ !== undefined) {
      this.until_ = Math.min(this.until_, now + this.length_); // the clock may have been put back
      if (now >= this.until_) this.move_(now, 'half-open', 'time');
    }
    return now;
  }

  tell_(kind: BreakerEventKind, time: number, more?: Partial<BreakerEvent>): void {
    if (this.feed_.listening_()) this.feed_.add_({ kind, time, state: this.state_, ...more });
  }

  /** Has f called when `allow` may answer otherwise. */
  onChange_(f: () => void): () => void {
    this.waiting_.add(f);
    return () => this.waiting_.delete(f);
  }

  private notify_(): void {
    for (const f of [...this.waiting_]) guarded(f);
  }

  private tellState_(now: number, from: State, error: unknown): void {
    const more: Partial<BreakerEvent> = { from, reason: this.reason_, until: this.until_ };
    if (error !== undefined) more.error = error;
    this.tell_('state', now, more);
    this.notify_();
  }

  /** Opens it for so long, or keeps it open for longer. */
  open_(now: number, ms: number, why: Reason, error?: unknown): void {
    const length = Math.min(ms, longest);
    const until = now + length;
    if (this.state_ !== 'open') {
      this.until_ = until;
      this.length_ = length;
      this.move_(now, 'open', why, error);
    } else if (until > this.until_!) {
      this.until_ = until;
      this.length_ = length;
      this.reason_ = why;
      this.tellState_(now, 'open', error);
    }
  }

  /** Begins a generation in a state. */
  move_(now: number, to: State, why: Reason, error?: unknown): void {
    const from = this.state_;
    this.state_ = to;
    this.reason_ = why;
    this.since_ = now;
    this.generation_++;
    this.running_ = this.proven_ = 0;
    if (to !== 'open') this.until_ = undefined;
    if (to === 'closed') this.forget_();
    this.tellState_(now, from, error);
  }

  /** Puts an open breaker's end where a snapshot has it. */
  restoreUntil_(now: number, ms: number): void {
    this.length_ = ms;
    this.until_ = now + ms;
  }

  /** Takes away what the rules go by. */
  forget_(): void {
    this.failures_ = 0;
    this.window_.forget_();
  }

  able_(enabled: boolean): void {
    const now = this.now_();
    if (enabled === this.disabled_) {
      this.disabled_ = !enabled;
      this.tell_(enabled ? 'enabled' : 'disabled', now);
      this.notify_();
    }
  }

  count_(now: number, what: keyof Counters): void {
    this.window_.count_(now, what);
    this.total_[what]++;
  }

  /** Lets a call through, or returns why not. */
  allow_(): Call | RefusedError {
    const now = this.now_();
    this.count_(now, 'calls');
    if (!this.disabled_) {
      const refused = this.refuse_(now);
      if (refused) return refused;
      if (this.state_ === 'half-open') this.running_++;
    }
    this.underWay_++;
    return { generation_: this.generation_, start_: now, settled_: false, released_: false, ruled_: !this.disabled_ };
  }

  private refuse_(now: number): RefusedError | undefined {
    const { trials_, capacity_ } = this.o_;
    const refused = (code: string, why: string) =>
      Object.assign(new HoldfastError(code, this.op_, why), {
        retryAfter: this.until_ === undefined ? Infinity : this.until_ - now,
      });
    let error: RefusedError;
    if (this.state_ === 'open' || (this.state_ === 'half-open' && this.running_ + this.proven_ >= trials_)) {
      const why =
        this.state_ === 'open'
          ? `open: ${reasonWords[this.reason_]}`
          : 'half-open, and as many trials as it allows are under way';
      error = refused(CircuitOpen, `the circuit breaker is ${why}`);
      this.count_(now, 'rejected');
      this.tell_('reject', now, { error });
    } else if (capacity_ && this.underWay_ >= capacity_) {
      error = refused(AtCapacity, `capacity: ${capacity_} are under way`);
      this.count_(now, 'atCapacity');
      this.tell_('capacity', now, { error });
    } else return undefined;
    return error;
  }

  /** Settles a call, and gives its places back. */
  end_(c: Call, how: Outcome, error?: unknown): void {
    const now = this.now_();
    if (c.released_) return;
    c.released_ = true;
    this.underWay_--;
    this.settle_(c, now, how, error);
    if (this.state_ === 'half-open' || this.o_.capacity_) this.notify_();
  }

  /** Settles a call that goes on. It keeps its place of `capacity`. */
  giveUp_(c: Call, how: Outcome, error: unknown): void {
    const now = this.now_();
    if (!c.released_) this.settle_(c, now, how, error);
  }

  /** Takes the outcome of a call in, once. */
  private settle_(c: Call, now: number, how: Outcome, error: unknown): void {
    if (c.settled_) return;
    c.settled_ = true;
    const latency = Math.max(0, now - c.start_);
    this.record_(now, how, latency);
    this.tell_(how, now, error === undefined ? { latency } : { latency, error });
    if (!c.ruled_ || this.disabled_ || c.generation_ !== this.generation_) return;
    if (this.state_ === 'half-open') this.running_--;
    if (how === 'success') this.succeeded_(now);
    else if (how !== 'cancel') this.failed_(now, error);
    else if (this.state_ === 'half-open') this.notify_();
  }

  private record_(now: number, how: Outcome, latency: number): void {
    if (how === 'cancel') {
      this.count_(now, 'canceled');
      return;
    }
    if (how === 'success') this.count_(now, 'successes');
    else this.count_(now, 'failures');
    if (how === 'timeout') this.count_(now, 'timeouts');
    this.window_.took_(now, latency);
  }

  private succeeded_(now: number): void {
    this.failures_ = 0;
    if (this.state_ === 'closed') this.window_.at_(now).ok_++;
    else if (this.state_ === 'half-open' && ++this.proven_ >= this.o_.trials_) this.move_(now, 'closed', 'trialSuccess');
  }

  private failed_(now: number, error: unknown): void {
    const { threshold_, reset_ } = this.o_;
    this.failures_++;
    if (this.state_ === 'half-open') {
      this.open_(now, reset_, 'trialFailure', error);
    } else if (now < this.warm_) {
      this.failures_ = 0;
    } else {
      this.window_.at_(now).bad_++;
      if (threshold_ > 0 && this.failures_ >= threshold_) this.open_(now, reset_, 'consecutiveFailures', error);
      else if (this.rateReached_()) this.open_(now, reset_, 'failureRate', error);
    }
  }

  private rateReached_(): boolean {
    const { rate_, volume_ } = this.o_;
    if (!rate_) return false;
    const [ok, bad] = this.window_.rule_();
    return ok + bad >= volume_ && bad >= rate_ * (ok + bad);
  }

  stats_(): Stats {
    const now = this.now_();
    const [window, latency] = this.window_.sum_(now);
    const ended = window.successes + window.failures;
    return {
      name: this.o_.name_,
      state: this.state_,
      reason: this.reason_,
      since: this.since_,
      until: this.until_,
      enabled: !this.disabled_,
      consecutiveFailures: this.failures_,
      inFlight: this.underWay_,
      window,
      failureRate: ended && window.failures / ended,
      latency,
      total: { ...this.total_ },
    };
  }
}
