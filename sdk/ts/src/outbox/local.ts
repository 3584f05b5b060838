import type { Fault } from '../session/engine.ts';
import { inUse, lockOutbox } from './lock.ts';
import { type Changes, failure, loaded, noChanges, type Outbox, type OutboxOptions, type Store } from './store.ts';

/**
 * An outbox in localStorage, for where IndexedDB does not work. It survives a reload, but it is **not durable**: the browser writes
 * localStorage to the disk when it likes, so a crash may lose what was published last. Its `durable` is false, and so is the session's.
 * Default `maxBytes` 1 MiB, since localStorage has room for a few.
 */
export const localStorageOutbox = (o: OutboxOptions = {}): Outbox => {
  const name = o.name ?? 'holdfast';
  return { maxBytes: 1 << 20, ...o, name, durable: false, open_: (user, lost, more = '') => open(name + more, user, lost) };
};

/** Without Web Locks: how often a page says that it still has an outbox, and after how long without that it counts as gone, in ms. */
const renewEvery = 2e3;
const leaseOver = (at: number) => Math.abs(Date.now() - at) > 7e3;

/** Tries again while a page may be gone that has not said so. */
const patiently = async (me: number, f: () => void) => {
  for (let left = 9; ; left--) {
    try {
      return f();
    } catch (e) {
      if (!me || !left) throw e;
    }
    await new Promise(ok => setTimeout(ok, 1e3));
  }
};

const toText = (b: Uint8Array) => btoa(Array.from(b, c => String.fromCharCode(c)).join(''));
const toBytes = (s: string) => Uint8Array.from(atob(s), c => c.charCodeAt(0));

const open = async (name: string, user: string, lost: (why: Fault) => void): Promise<Store> => {
  const prefix = `holdfast:${name}:`;
  const release = await lockOutbox(name);
  const me = release ? 0 : Math.random();
  let timer: ReturnType<typeof setInterval> | undefined;
  let ours = false;
  const close_ = () => {
    clearInterval(timer);
    if (ours && me) localStorage.removeItem(`${prefix}"owner"`);
    ours = false;
    release?.();
  };
  const put = (key: unknown, value: unknown) => localStorage.setItem(prefix + JSON.stringify(key), JSON.stringify(value));
  const renew = () => {
    if (!me) return;
    const [owner, at] = JSON.parse(localStorage.getItem(`${prefix}"owner"`) ?? '[0,0]') as [number, number];
    if (owner !== me && (ours || !leaseOver(at))) throw inUse(name);
    ours = true;
    put('owner', [me, Date.now()]);
  };
  const write_ = async (c: Changes) => {
    try {
      renew();
      for (const e of c.put_) put(e.id, { ...e, data: toText(e.data) });
      for (const id of c.drop_) localStorage.removeItem(prefix + id);
      for (const l of c.lanes_.values()) {
        if (Array.isArray(l)) localStorage.removeItem(prefix + JSON.stringify(l));
        else put([l.ch, l.p], l);
      }
      if (c.user_ !== undefined) put('user', c.user_);
      if (c.marks_) put('marks', c.marks_);
      for (const [page, t] of c.pages_) {
        if (t) put(`page ${page}`, t);
        else localStorage.removeItem(`${prefix}"page ${page}"`);
      }
    } catch (e) {
      throw failure(name, e);
    }
  };
  try {
    await patiently(me, renew);
    const rows: [unknown, never][] = [];
    for (const k of Object.keys(localStorage)) {
      const text = k.slice(prefix.length);
      if (!k.startsWith(prefix) || !/^(\d+$|["[])/.test(text)) continue; // names of others may begin with this one
      const key = JSON.parse(text) as unknown;
      const value = JSON.parse(localStorage.getItem(k)!);
      if (typeof key === 'number') value.data = toBytes(value.data);
      rows.push([key, value as never]);
    }
    const store = await loaded(name, user, rows, write_, close_);
    if (me) timer = setInterval(() => write_(noChanges()).catch(lost), renewEvery);
    return store;
  } catch (e) {
    close_();
    throw failure(name, e);
  }
};
