/** setTimeout takes 31 bits; whatever is longer it takes for no time at all. */
export const longestTimer = 2 ** 31 - 1;

/** One timer for any number of deadlines. */
export interface Deadlines {
  /** Has `due` called at this time (of `performance.now`), or soon after. */
  at_(time: number): void;
  stop_(): void;
}

/** `due` is given the time, ends what is over, and returns the next deadline, or Infinity if there is none. */
export function createDeadlines(due: (now: number) => number): Deadlines {
  let next = Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const at = (time: number) => {
    if (time >= next) return;
    next = time;
    clearTimeout(timer);
    timer = setTimeout(ring, Math.min(Math.max(time - performance.now(), 0), longestTimer));
  };
  const ring = () => {
    next = Infinity;
    at(due(performance.now()));
  };
  return {
    at_: at,
    stop_() {
      clearTimeout(timer);
      next = Infinity;
    },
  };
}
