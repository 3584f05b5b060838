/** How attempts are spaced. */
export interface BackoffOptions {
  /** Delay before the first retry, in ms. Default 1,000. */
  baseDelay?: number | undefined;
  /** How much longer each delay is than the one before, at least 1. Default 2. */
  multiplier?: number | undefined;
  /** The longest delay, jitter included, in ms. Default 30,000. */
  maxDelay?: number | undefined;
  /** The part of a delay, 0 to 1, by which it is made longer or shorter at random. Default 0.5. */
  jitter?: number | undefined;
  /** How many retries in a row there are. 0: none; Infinity: no limit. The default is whoever's uses it. */
  maxRetries?: number | undefined;
  /** How long a connection must stay up for the count to start again, in ms. Default 5,000. */
  minUptime?: number | undefined;
  /** Whether the first retry waits, too. Default `'delayed'`: clients that one event cut off must not all come back at once. */
  first?: 'delayed' | 'immediate' | undefined;
}

/** Counts retries. It has no clock and no timer of its own. */
export interface Backoff {
  /** Retries since the last reset. */
  retries_: number;
  /** How long to wait before the next retry in ms, or undefined if there have been as many as allowed. */
  next_(): number | undefined;
  /** Tells of a connection that was open for so long (ms). It starts again, and returns true, only if that was long enough. */
  up_(open: number): boolean;
}

const or = (v: number | undefined, ok: boolean, otherwise: number) => (v !== undefined && ok ? v : otherwise);

/** Makes one. random gives numbers in [0, 1). */
export const createBackoff = (o: BackoffOptions, random: () => number = Math.random): Backoff => {
  const base = or(o.baseDelay, o.baseDelay! > 0, 1e3);
  const factor = or(o.multiplier, o.multiplier! >= 1, 2);
  const longest = or(o.maxDelay, o.maxDelay! > 0, 3e4);
  const jitter = Math.min(Math.max(o.jitter ?? 0.5, 0), 1);
  const b: Backoff = {
    retries_: 0,
    next_() {
      if (b.retries_ >= (o.maxRetries ?? Infinity)) return;
      let n = b.retries_++;
      if (o.first === 'immediate' && !n--) return 0;
      return Math.min(Math.min(base * factor ** n, longest) * (1 + jitter * (2 * random() - 1)), longest);
    },
    up_(open) {
      const long = open >= minUptime(o);
      if (long) b.retries_ = 0;
      return long;
    },
  };
  return b;
};

/** How long a connection must be up to count as one, in ms. */
export const minUptime = (o: BackoffOptions): number => or(o.minUptime, o.minUptime! > 0, 5e3);
