/** How often it is looked whether the machine has slept, in ms, and by how much the clock must have jumped for that. */
const lookEvery = 1e4;
const sleptFor = 2e3;

/**
 * Calls woke when the page is seen again, the network changes, or timers came so late that the machine must have slept. Ends when the
 * function that it returns is called.
 */
export const watchWakes = (woke: () => void): (() => void) => {
  const over = new AbortController();
  const page = globalThis.document as Document | undefined;
  const heard = () => page?.visibilityState === 'hidden' || woke();
  const listen = (target: EventTarget | undefined, ...names: string[]) => {
    for (const name of names) target?.addEventListener?.(name, heard, { signal: over.signal });
  };
  listen(globalThis as unknown as EventTarget, 'online', 'offline', 'pageshow');
  listen(page, 'visibilitychange', 'resume');
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    const late = Math.abs(now - last - lookEvery);
    last = now;
    if (late > sleptFor) woke();
  }, lookEvery);
  return () => {
    clearInterval(timer);
    over.abort();
  };
};
