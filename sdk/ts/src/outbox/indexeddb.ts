import type { Fault } from '../session/engine.ts';
import { inUse, lockOutbox, patience } from './lock.ts';
import { type Changes, failure, loaded, type Outbox, type OutboxOptions, type Store } from './store.ts';

// One object store. Numbers are the ids of entries, pairs (channel, producer) name lanes, and the rest is called by strings.
const box = 'outbox';

/**
 * An outbox in IndexedDB: what it has taken survives a reload and a crash. It is written with strict durability, so that a record is on
 * the disk before it is sent.
 */
export const indexedDB = (o: OutboxOptions = {}): Outbox => {
  const name = o.name ?? 'holdfast';
  return { ...o, name, durable: true, open_: (user, lost, more = '') => open(name + more, user, lost) };
};

/**
 * Opens a database. Who has no lock opens it so that no other page has it open as long as this one lives: for a higher version all others
 * must have let go, and they do not.
 */
const connect = (name: string, locked: boolean) =>
  new Promise<IDBDatabase>((ok, no) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      no(inUse(name));
    }, patience);
    const attempt = (version?: number) => {
      let mine = locked;
      const r = globalThis.indexedDB.open(`holdfast:${name}`, version);
      r.onupgradeneeded = e => {
        mine ||= !!version;
        if (!e.oldVersion) r.result.createObjectStore(box);
      };
      r.onsuccess = () => {
        const db = r.result;
        if (mine && !late) {
          clearTimeout(timer);
          return ok(db);
        }
        db.close();
        if (!late) attempt(version ? undefined : db.version + 1); // another one may have been quicker
      };
      r.onerror = () => {
        if (r.error?.name === 'VersionError') attempt();
        else no(r.error);
      };
    };
    attempt();
  });

const open = async (name: string, user: string, lost: (why: Fault) => void): Promise<Store> => {
  let db: IDBDatabase | undefined;
  const transact = (work: (s: IDBObjectStore) => void) =>
    new Promise<void>((ok, no) => {
      const tx = db!.transaction(box, 'readwrite', { durability: 'strict' });
      tx.oncomplete = () => ok();
      tx.onabort = () => no(tx.error);
      work(tx.objectStore(box)); // this throws as well where the browser has let go of the database
    }).catch(e => {
      throw failure(name, e);
    });
  const all: [IDBValidKey, never][] = [];
  const release = await lockOutbox(name);
  const close_ = () => {
    db?.close();
    release?.();
  };
  try {
    db = await connect(name, !!release);
    db.onclose = () => lost(failure(name, 'the browser has closed it'));
    await transact(s => {
      s.openCursor().onsuccess = e => {
        const c = (e.target as IDBRequest<IDBCursorWithValue | null>).result;
        if (!c) return;
        all.push([c.key, c.value as never]);
        c.continue();
      };
    });
    return await loaded(name, user, all, c => transact(s => write(s, c)), close_);
  } catch (e) {
    close_();
    throw failure(name, e);
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
