const done = { done: true, value: undefined } as const;

/** An async iterator, and how its owner says that there is something new. */
export interface Pull<T> {
  iterator_: AsyncIterableIterator<T, undefined>;
  wake_: () => void;
}

/**
 * Makes an async iterator over what somebody else collects. `take` gives the next value, or the end, or undefined if there is nothing yet;
 * if it throws, that is the iterator's last word. `end` is called once, when the iterator is over for whatever reason: it has ended or
 * failed, was left, or `signal` was aborted; but not if that was so from the start. Unlike an async generator, it can be left while a `next` is waiting.
 */
export function pull<T>(take: () => IteratorResult<T, undefined> | undefined, end: () => void, signal?: AbortSignal): Pull<T> {
  let waiting: { resolve_: (r: IteratorResult<T, undefined>) => void; reject_: (e: unknown) => void }[] = [];
  let over = !!signal?.aborted;
  const finish = () => {
    if (!over) {
      over = true;
      signal?.removeEventListener('abort', finish);
      end();
    }
    for (const w of waiting) w.resolve_(done);
    waiting = [];
  };
  const wake = () => {
    while (!over && waiting.length) {
      try {
        const r = take();
        if (!r) return;
        waiting.shift()!.resolve_(r);
        if (r.done) finish();
      } catch (e) {
        waiting.shift()!.reject_(e);
        finish();
      }
    }
  };
  signal?.addEventListener('abort', finish);
  return {
    wake_: wake,
    iterator_: {
      next: () =>
        new Promise((resolve_, reject_) => {
          if (over) return resolve_(done);
          waiting.push({ resolve_, reject_ });
          wake();
        }),
      return: async () => {
        finish();
        return done;
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    },
  };
}
