import { guarded } from '../flow/guarded.ts';
import { type Pull, pull } from '../flow/pull.ts';
import { CallFailed, QueueFull } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import type { Gap, Result } from './frames.ts';
import type { Observer } from './options.ts';

/** An operation under way, as its client knows it. */
export interface Operation {
  readonly op_: string; // for errors
  readonly payload_: string;
  readonly stream_: boolean; // a subscription
  readonly repeat_: boolean; // sent again on the next connection
  readonly atOnce_: boolean; // gaps are told at once
  readonly sink_: Sink;
  id_: string; // on the connection of the moment; '': none
  begun_: boolean; // it was sent on some connection
  answered_: boolean; // by a result
  gap_: Gap | undefined; // since the last result that went to the sink
  over_: boolean;
  readonly due_: number; // deadline
}

/** Where the results of an operation go. */
export interface Sink {
  next_(r: Result): void;
  /** It was sent again, and there is a gap. */
  gap_(): void;
  /** It is over; undefined: complete. */
  end_(error: HoldfastError | undefined): void;
}

export const plus = (a: Gap | undefined, b: Gap | undefined): Gap => ({
  reconnects: (a?.reconnects ?? 0) + (b?.reconnects ?? 0),
  dropped: (a?.dropped ?? 0) + (b?.dropped ?? 0),
});

/** Takes the gap that an operation waits to tell. */
export function takeGap(op: Operation): Gap | undefined {
  const gap = op.gap_;
  op.gap_ = undefined;
  return gap;
}

/** Has an observer hear of it. */
export const observing = (o: Observer, op: () => Operation): Sink => ({
  next_: r => guarded(() => o.next?.(r)),
  gap_() {
    const gap = op().atOnce_ && takeGap(op());
    if (gap) guarded(() => o.next?.({ gap }));
  },
  end_: error => guarded(() => (error ? o.error?.(error) : o.complete?.())),
});

/** Gives the one result of a query or mutation, once the server has completed it. */
export function once(op: string, resolve: (r: Result) => void, reject: (e: Error) => void, leave: () => void): Sink {
  let result: Result | undefined;
  return {
    next_(r) {
      if (result)
        leave(); // a second result of what has one: it is a subscription
      else result = r;
    },
    gap_() {},
    end_(error) {
      if (error) reject(error);
      else if (result) resolve(result);
      else reject(new HoldfastError(CallFailed, op, 'the server completed it without a result'));
    },
  };
}

/** What an iterator is made of. */
export interface Iteration {
  limit_: number;
  slow_: 'dropOldest' | 'end';
  signal_: AbortSignal | undefined;
  /** Puts the operation on its way, when somebody asks for the first result. */
  start_(sink: Sink): Operation;
  leave_(op: Operation, error?: HoldfastError): void;
  dropped_(): void;
}

/** Makes the iterator over a subscription, with its buffer. */
export function iterating(o: Iteration): AsyncIterableIterator<Result, undefined> {
  let op: Operation | undefined;
  const buffer: Result[] = [];
  let left = false;
  let end: { error_: HoldfastError | undefined } | undefined;
  const sink: Sink = {
    next_(r) {
      if (buffer.length >= o.limit_ && o.slow_ === 'end') {
        const why = `buffer: ${o.limit_} results wait to be taken; take them faster, raise the limit, or let the oldest make room (slow)`;
        o.leave_(op!, new HoldfastError(QueueFull, op!.op_, why));
        return;
      }
      buffer.push(r);
      if (buffer.length > o.limit_) {
        o.dropped_();
        const gap = plus(buffer.shift()!.gap, { reconnects: 0, dropped: 1 });
        buffer[0]!.gap = plus(gap, buffer[0]!.gap);
      }
      p.wake_();
    },
    gap_: () => p.wake_(),
    end_(error) {
      end = { error_: error };
      p.wake_();
    },
  };
  const p: Pull<Result> = pull<Result>(
    () => {
      if (buffer.length) return { value: buffer.shift()! };
      if (end?.error_) throw end.error_;
      if (end) return { done: true, value: undefined };
      const gap = op?.atOnce_ && op.id_ && takeGap(op);
      return gap ? { value: { gap } } : undefined;
    },
    () => {
      left = true;
      if (op) o.leave_(op);
    },
    o.signal_,
  );
  const { next } = p.iterator_;
  p.iterator_.next = async () => {
    if (!op && !left && !o.signal_?.aborted) op = o.start_(sink);
    return next();
  };
  return p.iterator_;
}
