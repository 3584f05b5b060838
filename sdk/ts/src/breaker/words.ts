/** What a breaker does with calls: `closed` lets them through, `open` refuses them, `half-open` lets a few through to see whether they succeed. */
export type State = 'closed' | 'open' | 'half-open';

/**
 * Why a breaker changed:
 * - `nothing`: it never did.
 * - `consecutiveFailures`, `failureRate`: a rule opened it.
 * - `trialFailure`, `trialSuccess`: half-open, it found out.
 * - `healthCheck`: one that failed opened it, or kept it open.
 * - `trip`, `reset`: by hand, or because a server said Retry-After.
 * - `time`: it had been open for long enough.
 * - `restore`: a snapshot was restored.
 */
export type Reason =
  | 'nothing'
  | 'consecutiveFailures'
  | 'failureRate'
  | 'trialFailure'
  | 'healthCheck'
  | 'trip'
  | 'time'
  | 'trialSuccess'
  | 'reset'
  | 'restore';

/** What each reason is called in errors. */
export const reasonWords: Record<Reason, string> = {
  nothing: 'nothing happened',
  consecutiveFailures: 'too many failures in a row',
  failureRate: 'too many of the last calls failed',
  trialFailure: 'a trial failed',
  healthCheck: 'a health check failed',
  trip: 'it was opened by hand',
  time: 'the time to wait is over',
  trialSuccess: 'enough trials succeeded',
  reset: 'it was closed by hand',
  restore: 'a snapshot was restored',
};

/** Counts of calls. */
export interface Counters {
  /** How many asked for leave, whatever became of them. */
  calls: number;
  /** Ended well, or with an error that is not a failure. */
  successes: number;
  /** Include `timeouts`. */
  failures: number;
  timeouts: number;
  /** Count for nothing. */
  canceled: number;
  /** Were refused because the breaker was open, or half-open and busy. */
  rejected: number;
  /** Were refused because `capacity` were under way. */
  atCapacity: number;
  /** Were answered by a fallback. */
  fallbacks: number;
}

export const newCounters = (): Counters => ({
  calls: 0,
  successes: 0,
  failures: 0,
  timeouts: 0,
  canceled: 0,
  rejected: 0,
  atCapacity: 0,
  fallbacks: 0,
});

/**
 * How long the calls in the window took that succeeded, failed or timed out, in ms. `p995` is of 99.5 %. `count`, `mean`, `min` and `max`
 * are exact; the percentiles, by nearest rank, are within 6.25 % (or half a microsecond) up to 19 hours.
 */
export interface Latency {
  count: number;
  mean: number;
  min: number;
  max: number;
  p25: number;
  p50: number;
  p75: number;
  p90: number;
  p95: number;
  p99: number;
  p995: number;
}

/** A breaker's figures at one time. Times are ms since 1970. */
export interface Stats {
  name: string;
  state: State;
  /** Why it is in `state`, and since when. */
  reason: Reason;
  since: number;
  /** When an open breaker lets a trial through; undefined if it is not open. */
  until: number | undefined;
  enabled: boolean;
  /** Those since the last success, or since it was closed. */
  consecutiveFailures: number;
  /** How many calls are under way. */
  inFlight: number;
  /** Counts the calls of `BreakerOptions.window`: what was asked, and what ended, in it. */
  window: Counters;
  /** The part of the calls that ended in the window that failed; 0 without any. */
  failureRate: number;
  latency: Latency;
  /** Counts since it was made, and what a snapshot brought along. */
  total: Counters;
}
