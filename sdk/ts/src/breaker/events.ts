import { guarded } from '../flow/guarded.ts';
import { type Pull, pull } from '../flow/pull.ts';
import type { Reason, State } from './words.ts';

/**
 * What an event is about:
 * - `state`: a state, or an open breaker's new end: `from`, `state`, `reason`, `until`, and `error` where a failure led to it. It is also
 *   the first event of every iterator.
 * - `success`: a call that succeeded: `latency`, and in `error` what `isFailure` did not call a failure.
 * - `failure`: a call that failed: `latency`, `error`.
 * - `timeout`: a call that took longer than `BreakerOptions.timeout`: `latency` until then, `error`.
 * - `cancel`: a call that counts for nothing: `latency`, and `error` if there was any.
 * - `reject`: a call that was not let through: `error`.
 * - `capacity`: a call that was not let through because `capacity` were under way: `error`.
 * - `fallback`: a call whose fallback is asked: `error` is why.
 * - `healthFailed`: a health check that failed: `error`.
 * - `enabled`, `disabled`: what `enable` and `disable` did.
 * - `dropped`: how many events this iterator missed, because it was too slow: `dropped`.
 */
export type BreakerEventKind =
  | 'state'
  | 'success'
  | 'failure'
  | 'timeout'
  | 'cancel'
  | 'reject'
  | 'capacity'
  | 'fallback'
  | 'healthFailed'
  | 'enabled'
  | 'disabled'
  | 'dropped';

/** Something that happened to a breaker. What its kind does not name is missing. */
export interface BreakerEvent {
  kind: BreakerEventKind;
  /** By `BreakerOptions.now`. */
  time: number;
  /** The state after the event, whatever its kind. */
  state: State;
  /** The state before a `state` event; the same as `state` in an iterator's first, and where only `until` moved. */
  from?: State;
  reason?: Reason;
  /** When an open breaker lets a trial through. */
  until?: number | undefined;
  /** In ms. */
  latency?: number;
  error?: unknown;
  dropped?: number;
}

interface Listener {
  pull_: Pull<BreakerEvent>;
  queue_: BreakerEvent[];
  dropped_: number;
}

const backlog = 256;

/** Passes events on, to functions at once and to iterators as they ask. None of them can hold the breaker up. */
export class Feed {
  private readonly iterators_ = new Set<Listener>();
  private readonly functions_ = new Set<(e: BreakerEvent) => void>();

  /** Whether anybody listens, so that an event that nobody wants need not be made. */
  listening_(): boolean {
    return this.iterators_.size + this.functions_.size > 0;
  }

  add_(e: BreakerEvent): void {
    for (const l of this.iterators_) {
      if (l.queue_.push(e) > backlog) {
        l.queue_.shift();
        l.dropped_++;
      }
      l.pull_.wake_();
    }
    for (const f of [...this.functions_]) guarded(f, e);
  }

  listen_(f: (e: BreakerEvent) => void): () => void {
    this.functions_.add(f);
    return () => this.functions_.delete(f);
  }

  iterate_(first: BreakerEvent, signal?: AbortSignal): AsyncIterableIterator<BreakerEvent, undefined> {
    const l: Listener = { queue_: [first], dropped_: 0, pull_: undefined as unknown as Pull<BreakerEvent> };
    l.pull_ = pull<BreakerEvent>(
      () => {
        const next = l.queue_[0];
        if (!next) return undefined;
        if (l.dropped_) {
          const value: BreakerEvent = { kind: 'dropped', time: next.time, state: next.state, dropped: l.dropped_ };
          l.dropped_ = 0;
          return { value };
        }
        l.queue_.shift();
        return { value: next };
      },
      () => this.iterators_.delete(l),
      signal,
    );
    if (!signal?.aborted) this.iterators_.add(l);
    return l.pull_.iterator_;
  }
}
