/** Calls a function of the application. If it throws, that is told where unhandled errors are, and ends nothing else. */
export function guarded<A extends unknown[]>(f: (...args: A) => void, ...args: A): void {
  try {
    f(...args);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
