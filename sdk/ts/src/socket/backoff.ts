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

/** How long a connection must be up to count as one, in ms. */
export const minUptime = (o: BackoffOptions): number => (o.minUptime! > 0 ? o.minUptime! : 5e3);

/**
 * How long to wait before the next retry in ms, or undefined if there have been as many as allowed. retries is how many there were. random
 * gives numbers in [0, 1).
 */
export const delayOf = (o: BackoffOptions, retries: number, random: () => number): number | undefined => {
  if (retries >= o.maxRetries!) return;
  let n = retries;
  if (o.first === 'immediate' && !n--) return 0;
  const longest = o.maxDelay! >= 0 ? o.maxDelay! : 3e4;
  const course = (o.baseDelay! >= 0 ? o.baseDelay! : 1e3) * (o.multiplier! >= 1 ? o.multiplier! : 2) ** n;
  const jitter = Math.min(Math.max(o.jitter ?? 0.5, 0), 1);
  return Math.min(Math.min(course, longest) * (1 + jitter * (2 * random() - 1)), longest);
};
