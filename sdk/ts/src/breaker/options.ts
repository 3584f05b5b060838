import { BadArgument } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';

/** Options of a {@link Breaker}. Times are in ms. Without any, five failures in a row open it for a minute. */
export interface BreakerOptions {
  /** What errors and snapshots call it, say a host. Default: none. */
  name?: string | undefined;
  /** How many failures in a row open it. Default 5; 0 or less turns this rule off. */
  failureThreshold?: number | undefined;
  /**
   * The part of the calls in `window`, above 0 and up to 1, that opens it when so many or more failed, out of at least `volume`. It is
   * looked at after each failure; a success never opens a breaker. Only calls since it was last closed count. Default 0: this rule is off.
   */
  failureRate?: number | undefined;
  /** The least number of calls in `window` for `failureRate` to mean something. Default 20. */
  volume?: number | undefined;
  /** The time that `failureRate` and the statistics look back on. Default 10,000. */
  window?: number | undefined;
  /**
   * In how many parts of equal length, 1 to 1,000, `window` moves on: it covers the part that is under way, and `buckets` - 1 before it.
   * Default 10.
   */
  buckets?: number | undefined;
  /** How long it stays open until a trial is let through. Infinity: until `reset`. Default 60,000. */
  resetTimeout?: number | undefined;
  /**
   * How many trials must succeed, while it is half-open, to close it. Those that are under way and those that succeeded are together never
   * more than that. One that fails opens it again. Default 3.
   */
  halfOpenMaxRequests?: number | undefined;
  /** Bounds a `call`, by the machine's clock and not by `now`. Default 5,000; 0 or less: no bound. */
  timeout?: number | undefined;
  /** How many calls may be under way at a time; more are refused with `at_capacity`. Default 0: no bound. */
  capacity?: number | undefined;
  /** A time after it was made in which failures open nothing. Default 0. */
  warmUp?: number | undefined;
  /**
   * Tells which errors of calls are failures. Others count as successes: who says "not found" is alive. It is not asked about a timeout, or
   * a call whose caller gave up. Default: every error is a failure.
   */
  isFailure?: ((error: unknown) => boolean) | undefined;
  /** What `checkHealth` and `watch` call; it fails by throwing or rejecting, and should end with its signal. Default: none. */
  healthCheck?: ((signal: AbortSignal) => unknown) | undefined;
  /** The clock: ms since 1970. One that is put back keeps nothing open for longer than it was to be. Default `Date.now`. */
  now?: (() => number) | undefined;
}

/** The same, with defaults, and private names. */
export interface Settings {
  name_: string;
  threshold_: number;
  rate_: number;
  volume_: number;
  window_: number;
  buckets_: number;
  reset_: number;
  trials_: number;
  timeout_: number;
  capacity_: number;
  warmUp_: number;
  isFailure_: (error: unknown) => boolean;
  healthCheck_: ((signal: AbortSignal) => unknown) | undefined;
  now_: () => number;
}

/** Bounds what a breaker's statistics take: a bucket has about 1.1 kB once calls ended in it. */
export const maxBuckets = 1000;

export const badArgument = (op: string, detail: string) => new HoldfastError(BadArgument, op, detail);

export function settings(o: BreakerOptions): Settings {
  const bounded = (name: keyof BreakerOptions, fallback: number, least: number, most = Infinity) => {
    const v = (o[name] as number | undefined) ?? fallback;
    if (!(v >= least && v <= most)) {
      throw badArgument(
        'make a breaker',
        `${name} is ${v}; it must be at least ${least}${most < 1e9 ? `, at most ${most}` : ''}`,
      );
    }
    return v;
  };
  const buckets = bounded('buckets', 10, 1, maxBuckets);
  return {
    name_: o.name ?? '',
    threshold_: bounded('failureThreshold', 5, -Infinity),
    rate_: bounded('failureRate', 0, 0, 1),
    volume_: bounded('volume', 20, 0),
    window_: bounded('window', 10_000, buckets, Number.MAX_SAFE_INTEGER),
    buckets_: Math.floor(buckets),
    reset_: bounded('resetTimeout', 60_000, 0),
    trials_: bounded('halfOpenMaxRequests', 3, 1),
    timeout_: bounded('timeout', 5000, -Infinity),
    capacity_: bounded('capacity', 0, 0),
    warmUp_: bounded('warmUp', 0, 0),
    isFailure_: o.isFailure ?? (() => true),
    healthCheck_: o.healthCheck,
    now_: o.now ?? Date.now,
  };
}
