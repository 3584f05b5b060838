import { longestTimer } from '../flow/deadlines.ts';
import type { CircuitBreaker } from '../socket/circuit.ts';
import { HoldfastError } from '../spec/error.ts';
import { bounded, type CallOptions, call, canceledError, timeoutError } from './call.ts';
import { type Call, Core, type RefusedError } from './core.ts';
import type { BreakerEvent } from './events.ts';
import { type BreakerOptions, badArgument, settings } from './options.ts';
import { restore, type Snapshot, snapshot } from './snapshot.ts';
import type { State, Stats } from './words.ts';

/**
 * The leave to make one call. `done` or `cancel` must be called when the call has ended: until then it holds one of the places of `capacity`,
 * and of the trials. The first of them counts.
 */
export interface Ticket {
  /**
   * Reports how the call ended: without an error it is a success, and so is one that `isFailure` does not call a failure. A call that was
   * let through before the state last changed is counted, and changes nothing else.
   */
  done(error?: unknown): void;
  /** Says that the call was not made, or that its end means nothing. It gives its places back, and counts for nothing. */
  cancel(): void;
}

/**
 * A circuit breaker: it stops calling what fails, so that callers fail at once instead of waiting, and what is down is not hammered; and it
 * finds out when it works again.
 *
 * It is closed, and lets calls through, until too many fail: `failureThreshold` in a row, or the part `failureRate` of those in a rolling
 * `window`. Then it is open, and refuses them, for `resetTimeout`. Then it is half-open, and lets a few trials through: if
 * `halfOpenMaxRequests` succeed it closes, and if one fails it opens again. A call that was let through before the last of these changes
 * changes nothing any more.
 *
 * ```ts
 * const orders = new Breaker({ name: 'orders', failureRate: 0.5 });
 * const order = await orders.call(signal => fetchOrder(id, signal), { fallback: () => cache.get(id) });
 * ```
 *
 * It has no timer but those of calls under way: an open breaker becomes half-open when somebody asks it after its time. Its memory is
 * bounded by `buckets` (about 11 kB by default) and the calls under way. One breaker may guard any number of sockets and calls.
 */
export class Breaker implements CircuitBreaker {
  private readonly core_: Core;

  /** A closed breaker. Errors: `bad_argument`, which names the option. */
  constructor(options: BreakerOptions = {}) {
    this.core_ = new Core(settings(options));
  }

  /** `BreakerOptions.name`. */
  get name(): string {
    return this.core_.o_.name_;
  }

  /** The state at this time. */
  get state(): State {
    this.core_.now_();
    return this.core_.state_;
  }

  /** When an open breaker lets a trial through, in ms since 1970; undefined if it is not open. */
  get until(): number | undefined {
    this.core_.now_();
    return this.core_.until_;
  }

  /** Whether it decides anything. */
  get enabled(): boolean {
    return !this.core_.disabled_;
  }

  /**
   * Asks for leave to make a call whose outcome the caller reports. Refused, it returns how many ms to wait until asking again makes sense;
   * `Infinity`: until `onChange` calls, since the trials are under way, or as many calls as `capacity` allows. `timeout` does not bound such
   * a call.
   */
  allow(): Ticket | number {
    const leave = this.core_.allow_();
    return leave instanceof HoldfastError ? leave.retryAfter : this.ticket_(leave);
  }

  /** The same; refused, it throws a {@link RefusedError}: `circuit_open` or `at_capacity`. */
  admit(): Ticket {
    const leave = this.core_.allow_();
    if (leave instanceof HoldfastError) throw leave;
    return this.ticket_(leave);
  }

  private ticket_(leave: Call): Ticket {
    const c = this.core_;
    return {
      done: error => c.end_(leave, error !== undefined && c.o_.isFailure_(error) ? 'failure' : 'success', error),
      cancel: () => c.end_(leave, 'cancel'),
    };
  }

  /**
   * Calls `f`, if the breaker lets it. What it throws is what `f` threw, or a `HoldfastError`:
   * - `circuit_open` or `at_capacity`: `f` was not called; see {@link RefusedError}.
   * - `timeout`: `f` took longer than `BreakerOptions.timeout`. Its signal ends, and the call counts as failed at once.
   * - `canceled`: `CallOptions.signal` was aborted. The signal of `f` ends, and the call counts for nothing.
   *
   * An `f` that does not heed its signal goes on behind the caller's back, and keeps its place of `capacity` until it ends.
   */
  call<T>(f: (signal: AbortSignal) => T | PromiseLike<T>, options: CallOptions<T> = {}): Promise<T> {
    return call(this.core_, f, options);
  }

  /**
   * Has `f` called whenever `allow` may answer otherwise than before, until the function that is returned is called: the state or `until`
   * changed, also by hand; a trial's place or one of `capacity` became free; it was enabled or disabled. That the time `until` has come
   * calls nobody until somebody asks.
   */
  onChange(f: () => void): () => void {
    return this.core_.onChange_(f);
  }

  /**
   * Opens it by hand for so many ms, or for `resetTimeout`; `Infinity`: until `reset`. No `trip` shortens an earlier one. It is also for what a server
   * says of itself:
   *
   * ```ts
   * const answer = await orders.call(signal => fetch(url, { signal }));
   * if (answer.status === 503) orders.trip(1000 * Number(answer.headers.get('Retry-After')));
   * ```
   */
  trip(ms = 0): void {
    const now = this.core_.now_();
    this.core_.open_(now, ms > 0 ? ms : this.core_.o_.reset_, 'trip');
  }

  /** Closes it by hand, and forgets the failures that could open it. The statistics stay. */
  reset(): void {
    const now = this.core_.now_();
    if (this.core_.state_ === 'closed') this.core_.forget_();
    else this.core_.move_(now, 'closed', 'reset');
  }

  /**
   * Lets all calls through, without timeout, capacity or fallback, until `enable`. They are counted, and change nothing else; `trip`, health
   * checks and time still move the state.
   */
  disable(): void {
    this.core_.able_(false);
  }

  /** Ends what `disable` began. A breaker is enabled from the start. */
  enable(): void {
    this.core_.able_(true);
  }

  /** The figures at this time. */
  stats(): Stats {
    return this.core_.stats_();
  }

  /** Has `f` called with all that happens, at once and in order, until the function that is returned is called. */
  listen(f: (event: BreakerEvent) => void): () => void {
    return this.core_.feed_.listen_(f);
  }

  /**
   * Yields what happens from now on, the present state first, until `signal` ends. Each iterator may be 256 events behind; then the oldest are
   * dropped, and a `dropped` event says how many. Nobody waits for it.
   */
  events(signal?: AbortSignal): AsyncIterableIterator<BreakerEvent, undefined> {
    const c = this.core_;
    c.now_();
    return c.feed_.iterate_(
      { kind: 'state', time: c.since_, state: c.state_, from: c.state_, reason: c.reason_, until: c.until_ },
      signal,
    );
  }

  /** What it knows at this time. Latencies, calls under way and the successes of a half-open breaker are not in it. */
  snapshot(): Snapshot {
    return snapshot(this.core_);
  }

  /**
   * Puts it where a snapshot was; what it knew itself is forgotten, and calls under way decide nothing any more. An open breaker stays open
   * until the snapshot's `until`, but no longer than was left when it was taken, in case the clock went back in between; if that time has
   * passed it is half-open at once. A half-open one begins its trials anew.
   *
   * Errors: `bad_argument`, which names the field, if the snapshot is of another version or breaker, or no breaker makes it. Then nothing
   * has changed.
   */
  restore(snapshot: Snapshot): void {
    restore(this.core_, snapshot);
  }

  /**
   * Runs `healthCheck` once, bounded by `timeout`. If it fails, the breaker opens for `resetTimeout`, or if it is open stays so for
   * `resetTimeout` from now; the error is the check's, or `timeout`. One that succeeds changes nothing, and one that fails after `signal` was
   * aborted neither (`canceled`). Errors: `bad_argument` if there is no health check.
   */
  async checkHealth(signal?: AbortSignal): Promise<void> {
    const c = this.core_;
    const check = c.o_.healthCheck_;
    const op = 'check the health behind a breaker';
    if (!check) throw badArgument(op, 'healthCheck is not set');
    if (signal?.aborted) throw canceledError(op, signal);
    try {
      const cut = (how: string) => (how === 'timeout' ? timeoutError(c) : canceledError(op, signal!));
      await bounded(check, c.o_.timeout_, signal, cut, () => {});
    } catch (error) {
      if (!signal?.aborted) {
        const now = c.now_();
        c.tell_('healthFailed', now, { error });
        c.open_(now, c.o_.reset_, 'healthCheck', error);
      }
      throw error;
    }
  }

  /**
   * Checks the health at once and then every so many ms, until `signal` ends. Checks never overlap: one that takes longer puts off the next.
   * What they find is in the state and the events. Errors: `bad_argument` if there is no health check.
   */
  async watch(signal: AbortSignal, every = 5000): Promise<void> {
    if (!this.core_.o_.healthCheck_) throw badArgument('watch the health behind a breaker', 'healthCheck is not set');
    while (!signal.aborted) {
      const next = pause(every > 0 ? Math.min(every, longestTimer) : 5000, signal);
      await this.checkHealth(signal).catch(() => {}); // it has told the breaker
      await next;
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const stop = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve();
    };
    const timer = setTimeout(stop, ms);
    signal.addEventListener('abort', stop);
  });
}
