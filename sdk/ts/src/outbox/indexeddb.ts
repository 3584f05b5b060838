import { IO } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import { leaseOver, locked, lockOutbox, patiently, renewEvery } from './lock.ts';
import { type Changes, loaded, type Outbox, type OutboxOptions, type Store } from './store.ts';

// One object store. Numbers are the ids of entries, pairs (channel, producer) name lanes, and the rest is called by strings.
const box = 'outbox';

const result = <T>(r: IDBRequest<T>) =>
  new Promise<T>((ok, no) => {
    r.onsuccess = () => ok(r.result);
    r.onerror = () => no(r.error);
  });

/**
 * An outbox in IndexedDB: what it has taken survives a reload and a crash. It is written with strict durability, so that a record is on
 * the disk before it is sent.
 */
export const indexedDB = (o: OutboxOptions = {}): Outbox => {
  const name = o.name ?? 'holdfast';
  return { ...o, name, durable: true, open_: (user, lost, more = '') => open(name + more, user, lost) };
};

const open = async (name: string, user: string, lost: (why: unknown) => void): Promise<Store> => {
  const failure = (cause: unknown) =>
    cause instanceof HoldfastError ? cause : new HoldfastError(IO, `outbox ${name}`, 'IndexedDB failed', cause);
  const release = await lockOutbox(name);
  const me = release ? 0 : Math.random();
  let timer: ReturnType<typeof setInterval> | undefined;
  let db: IDBDatabase | undefined;
  let ours = false;
  const close_ = () => {
    clearInterval(timer);
    if (ours) transact(s => s.delete('owner')).catch(() => {});
    db?.close();
    release?.();
  };
  // Without Web Locks a transaction comes to nothing once another page has taken the outbox over.
  const transact = (work: (s: IDBObjectStore) => void) =>
    new Promise<void>((ok, no) => {
      let why: unknown;
      const tx = db!.transaction(box, 'readwrite', { durability: 'strict' });
      const s = tx.objectStore(box);
      tx.oncomplete = () => ok();
      tx.onabort = () => no(failure(why ?? tx.error));
      if (!me) return work(s);
      const r: IDBRequest<[owner: number, at: number] | undefined> = s.get('owner');
      r.onsuccess = () => {
        if (r.result && r.result[0] !== me && (ours || !leaseOver(r.result[1]))) {
          why = locked(name);
          tx.abort();
        } else {
          ours = true;
          s.put([me, Date.now()], 'owner');
          work(s);
        }
      };
    });
  try {
    const r = globalThis.indexedDB.open(`holdfast:${name}`, 1);
    r.onupgradeneeded = () => r.result.createObjectStore(box);
    db = await result(r);
    db.onclose = () => lost(failure(undefined));
    const all: [IDBValidKey, never][] = [];
    const read = (s: IDBObjectStore) => {
      s.openCursor().onsuccess = e => {
        const c = (e.target as IDBRequest<IDBCursorWithValue | null>).result;
        if (!c) return;
        all.push([c.key, c.value as never]);
        c.continue();
      };
    };
    await patiently(me, () => transact(read));
    const write_ = (c: Changes) => transact(s => write(s, c));
    const store = loaded(name, user, all, write_, close_);
    if (me) timer = setInterval(() => transact(() => {}).catch(lost), renewEvery);
    return await store;
  } catch (e) {
    close_();
    throw failure(e);
  }
};

const write = (s: IDBObjectStore, c: Changes) => {
  for (const e of c.put_) s.put(e, e.id);
  for (const id of c.drop_) s.delete(id);
  for (const l of c.lanes_.values()) {
    if (Array.isArray(l)) s.delete(l);
    else s.put(l, [l.ch, l.p]);
  }
  if (c.user_ !== undefined) s.put(c.user_, 'user');
  if (c.marks_) s.put(c.marks_, 'marks');
  for (const [page, t] of c.pages_) {
    if (t) s.put(t, `page ${page}`);
    else s.delete(`page ${page}`);
  }
  s.transaction.commit(); // also if the page is frozen now
};
