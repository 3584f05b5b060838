import type { Fault } from '../session/engine.ts';
import { OutboxLocked } from '../spec/codes_gen.ts';

/** How long an outbox is waited for that another page has, in ms: the one whose place this page takes may not be gone yet. */
export const patience = 3e3;

export const inUse = (name: string): Fault => ({ code: OutboxLocked, op: `open outbox ${name}`, detail: 'another page uses it' });

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
        .catch(() => no(inUse(name)));
    })
  );
};
