import { OutboxLocked } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';

/** How long an outbox is waited for that another page has: the one whose place this page takes may not be gone yet. */
const patience = 3e3;

/** Without Web Locks: how often a page says that it still has an outbox, and after how long without that it counts as gone, in ms. */
export const renewEvery = 2e3;
export const leaseOver = (at: number): boolean => Math.abs(Date.now() - at) > 7e3;

export const locked = (name: string): HoldfastError =>
  new HoldfastError(OutboxLocked, `open outbox ${name}`, 'another page uses it');

/**
 * Takes the lock of an outbox, and returns what lets go of it; undefined where there are no Web Locks. Fails with `outbox_locked` while
 * another page has it.
 */
export const lockOutbox = async (name: string): Promise<(() => void) | undefined> => {
  const locks = globalThis.navigator?.locks;
  return (
    locks &&
    new Promise((ok, no) => {
      locks
        .request(`holdfast:${name}`, { signal: AbortSignal.timeout(patience) }, () => new Promise<void>(release => ok(release)))
        .catch(() => no(locked(name)));
    })
  );
};

/** Tries again while a page may be gone that has not said so. */
export const patiently = async (me: number, f: () => Promise<void>): Promise<void> => {
  for (let left = 9; ; left--) {
    try {
      return await f();
    } catch (e) {
      if (!me || !left) throw e;
    }
    await new Promise(ok => setTimeout(ok, 1e3));
  }
};
