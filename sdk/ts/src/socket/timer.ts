/** A timer that is set anew with each call; without arguments it is off. What is longer than the platform's timers take never comes. */
export const createTimer = (): ((f?: () => void, ms?: number) => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (f, ms = 2 ** 31) => {
    clearTimeout(timer);
    if (ms < 2 ** 31) timer = setTimeout(f!, ms);
  };
};

/** The clock that never jumps, in ms. */
export const now = (): number => performance.now();
