import { longestTimer } from '../flow/deadlines.ts';
import { AtCapacity, Canceled, CircuitOpen, Timeout } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import type { Core } from './core.ts';

/** Changes one `Breaker.call`. */
export interface CallOptions<T> {
  /** Ends the waiting, and the signal that the function got. The call then counts for nothing. Default: none. */
  signal?: AbortSignal | undefined;
  /**
   * Gives the result of a call that was refused, timed out or failed; `error` says which. It is not asked about errors that `isFailure` does
   * not call failures, after `signal` was aborted, or while the breaker is disabled. Default: none.
   */
  fallback?: ((error: unknown) => T | PromiseLike<T>) | undefined;
}

/** How `bounded` ended before the function did. */
type Cut = 'timeout' | 'cancel';

/**
 * Runs a function, and settles when it does, when the time is over or when the caller gives up, whichever is first. `cut` hears of the latter
 * two, and returns the error; `ended` hears of the function's own end in any case, be it later.
 */
export function bounded<T>(
  f: (signal: AbortSignal) => T | PromiseLike<T>,
  ms: number,
  signal: AbortSignal | undefined,
  cut: (how: Cut) => unknown,
  ended: (error: unknown, failed: boolean) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const own = new AbortController();
    const stop = (how: Cut) => {
      release();
      const error = cut(how);
      own.abort(error);
      reject(error);
    };
    const canceled = () => stop('cancel');
    const timer = ms > 0 && ms <= longestTimer ? setTimeout(stop, ms, 'timeout') : undefined;
    const release = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', canceled);
    };
    signal?.addEventListener('abort', canceled);
    const settle = (failed: boolean, value: unknown) => {
      release();
      try {
        ended(value, failed);
      } catch (error) {
        return reject(error);
      }
      if (failed) reject(value);
      else resolve(value as T);
    };
    new Promise<T>(r => r(f(own.signal))).then(
      v => settle(false, v),
      e => settle(true, e),
    );
  });
}

export const timeoutError = (c: Core) =>
  new HoldfastError(Timeout, c.op_, `there was no answer within ${c.o_.timeout_} ms, the timeout of the circuit breaker`);

export const canceledError = (op: string, signal: AbortSignal) =>
  new HoldfastError(Canceled, op, 'the caller gave up', signal.reason);

export async function call<T>(c: Core, f: (signal: AbortSignal) => T | PromiseLike<T>, o: CallOptions<T>): Promise<T> {
  const { signal, fallback } = o;
  try {
    return await attempt(c, f, signal);
  } catch (error) {
    if (!fallback || signal?.aborted || c.disabled_ || !wantsFallback(c, error)) throw error;
    const now = c.now_();
    c.count_(now, 'fallbacks');
    c.tell_('fallback', now, { error });
    return fallback(error);
  }
}

async function attempt<T>(c: Core, f: (signal: AbortSignal) => T | PromiseLike<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal?.aborted) throw canceledError(c.op_, signal);
  const leave = c.allow_();
  if (leave instanceof HoldfastError) throw leave;
  return bounded(
    f,
    c.disabled_ ? 0 : c.o_.timeout_,
    signal,
    how => {
      const error = how === 'timeout' ? timeoutError(c) : canceledError(c.op_, signal!);
      c.giveUp_(leave, how, error);
      return error;
    },
    (error, failed) => {
      let bad = failed;
      try {
        bad &&= leave.settled_ || c.o_.isFailure_(error); // nobody is asked about what was given up
      } finally {
        c.end_(leave, bad ? 'failure' : 'success', failed ? error : undefined);
      }
    },
  );
}

const codes = [CircuitOpen, AtCapacity, Timeout].map(c => Number.parseInt(c, 10));

/** Whether an error is one that a fallback is for: a refusal or timeout of this breaker, or a failure. */
function wantsFallback(c: Core, error: unknown): boolean {
  const ours = error instanceof HoldfastError && error.op === c.op_ && codes.includes(error.code);
  return ours || c.o_.isFailure_(error);
}
