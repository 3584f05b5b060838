// A page that has the SDK in its window, for tests that say there what to do.
import { indexedDB } from '../../../src/indexeddb.ts';
import { localStorageOutbox } from '../../../src/local.ts';
import { Session, type SessionOptions } from '../../../src/session.ts';

const all: { [id: string]: string } = {};
const open = (o: SessionOptions = {}, url = location.origin) => {
  const s = new Session(url, { backoff: { baseDelay: 50, maxDelay: 300 }, ...o });
  s.addEventListener('message', e => {
    all[e.detail.id] = `${e.detail.data} ${e.detail.status}`;
  });
  return s;
};

const tools = { open, indexedDB, localStorageOutbox, all, s: undefined as Session | undefined };

declare global {
  /** What this page has for tests. */
  var sdk: typeof tools;
}

globalThis.sdk = tools;
