// A queue that outlives the page: what a socket could not send yet is kept in IndexedDB.

import type { SocketData } from './socket/options.ts';
import { copyOf, createQueue, type Queue, type Queued, type QueueOptions, sizeOf } from './socket/queue.ts';
import { Closed, IO, OutboxLocked, QueueFull } from './spec/codes_gen.ts';
import { HoldfastError } from './spec/error.ts';

export type { QueueOptions, QueuePolicy } from './socket/queue.ts';

/** Options of a durable queue. */
export interface DurableQueueOptions extends QueueOptions {
  /** The name of its database. Two pages cannot use one name at a time. Default `holdfast-queue`. */
  name?: string | undefined;
}

/** A queue for the option `queue` of one ReliableWebSocket. */
export interface DurableQueue extends Queue {
  /** Resolves when all that was put into it so far is on disk. Rejects with a HoldfastError `io` or `outbox_locked` when it cannot be. */
  kept(): Promise<void>;
  /** Lets go of the database, for another socket. What waits stays there. */
  close(): Promise<void>;
}

/** A message as it is stored; its key is its number. */
interface Stored {
  data: SocketData;
  expires: number;
}

const table = 'messages';
/** How long another page may take to let go, say one that is being reloaded, in ms. */
const patience = 1000;

/** Where the messages are kept. */
interface Place {
  db: IDBDatabase;
  list: [number, Stored][];
  release: () => void;
}

const failed = (cause: unknown) =>
  cause instanceof HoldfastError ? cause : new HoldfastError(IO, 'keep a message', `${cause}`, cause);

const result = <T>(r: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    r.onsuccess = () => resolve(r.result);
    r.onerror = () => reject(failed(r.error));
  });

/** Holds the lock of a name until the function that it gives is called. Where there are no locks nothing is held. */
const lock = (name: string) =>
  new Promise<() => void>((resolve, reject) => {
    const locks = globalThis.navigator?.locks as LockManager | undefined;
    if (!locks) return resolve(() => {});
    locks
      .request(`holdfast queue ${name}`, { signal: AbortSignal.timeout(patience) }, () => new Promise<void>(resolve))
      .catch(() => reject(new HoldfastError(OutboxLocked, 'open a queue', `another page uses ${name}`)));
  });

const openPlace = async (name: string): Promise<Place> => {
  const release = await lock(name);
  try {
    const r = indexedDB.open(name, 1);
    r.onupgradeneeded = () => r.result.createObjectStore(table);
    const db = await result(r);
    const store = db.transaction(table).objectStore(table);
    const [keys, values] = await Promise.all([result(store.getAllKeys()), result(store.getAll())]);
    return { db, list: keys.map((k, i) => [k as number, values[i] as Stored]), release };
  } catch (e) {
    release();
    throw failed(e);
  }
};

/** Writes one batch: messages to keep, and numbers of those to remove. Resolves when it is on disk. */
const write = (db: IDBDatabase, batch: ReadonlyMap<number, Stored | undefined>) =>
  new Promise<void>((resolve, reject) => {
    const tx = db.transaction(table, 'readwrite', { durability: 'strict' });
    const store = tx.objectStore(table);
    tx.oncomplete = () => resolve();
    tx.onabort = tx.onerror = () => reject(failed(tx.error));
    for (const [id, m] of batch) {
      if (m) store.put(m, id);
      else store.delete(id);
    }
  });

/**
 * Makes a queue that keeps what waits in IndexedDB, with strict durability, and gives it to the next socket that has a queue of the same name.
 * `send` does not wait for the disk; `kept` does. What was handed over when the page crashed may go out again.
 */
export const durableQueue = (o: DurableQueueOptions = {}): DurableQueue => {
  const name = o.name ?? 'holdfast-queue';
  let early: { data: SocketData; ttl: number | undefined }[] = []; // taken before the database was open
  let earlyBytes = 0;
  let place: Place | undefined;
  let opening: Promise<void> | undefined;
  let over = false;
  let next = 1;
  let pending = new Map<number, Stored | undefined>();
  let writing: Promise<void> | undefined;
  let error: HoldfastError | undefined;

  const later = (id: number, m: Stored | undefined) => {
    pending.set(id, m);
    writing ??= writeAll();
  };
  const writeAll = async () => {
    await undefined; // all of this turn goes into one transaction
    while (pending.size && place && !error) {
      const batch = pending;
      pending = new Map();
      try {
        await write(place.db, batch);
      } catch (e) {
        error = failed(e);
        pending = new Map([...batch, ...pending]);
      }
    }
    writing = undefined;
  };

  const q = createQueue(o, m => later(m.id_!, undefined));
  const take = (data: SocketData, ttl: number | undefined, id = 0): Queued | undefined => {
    const m = q.put_(data, ttl);
    if (m) m.id_ = id || next++;
    if (m && !id) later(m.id_!, { data: m.data_, expires: m.expires_ });
    if (!m && id) later(id, undefined);
    return m;
  };
  /** For what was promised already, the limits are no reason to throw. */
  const takeOrDrop = (data: SocketData, ttl: number | undefined, id?: number) => {
    try {
      take(data, ttl, id);
    } catch {
      if (id) later(id, undefined);
      q.discarded_('dropped');
    }
  };

  const open = async () => {
    if (over) throw new HoldfastError(Closed, 'open a queue');
    place = await openPlace(name);
    next = (place.list.at(-1)?.[0] ?? 0) + 1;
    for (const [id, m] of place.list) takeOrDrop(m.data, m.expires - Date.now(), id);
    const waiting = early;
    early = [];
    earlyBytes = 0;
    for (const m of waiting) takeOrDrop(m.data, m.ttl);
  };
  const ready = () => {
    opening ??= open().catch(e => {
      opening = undefined;
      throw e;
    });
    return opening;
  };
  const takeEarly = (data: SocketData, ttl: number | undefined) => {
    const size = sizeOf(data);
    if (early.length >= (o.maxMessages ?? 1000) || (earlyBytes && earlyBytes + size > (o.maxBytes ?? 4 << 20))) {
      if (!o.policy || o.policy === 'refuse') throw new HoldfastError(QueueFull, 'send', `${early.length} messages wait`);
      return q.discarded_('dropped');
    }
    early.push({ data: copyOf(data), ttl });
    earlyBytes += size;
    ready().catch(() => {}); // the attempt to connect will tell
  };

  return {
    get count_() {
      return q.count_ + early.length;
    },
    get bytes_() {
      return q.bytes_ + earlyBytes;
    },
    get discarded_() {
      return q.discarded_;
    },
    set discarded_(f) {
      q.discarded_ = f;
    },
    ready_: ready,
    put_: (data, ttl) => (place ? take(data, ttl) : (takeEarly(data, ttl) as undefined)),
    flush_: q.flush_,
    async kept() {
      await ready();
      if (pending.size) writing ??= writeAll();
      while (writing) await writing;
      if (!error) return;
      const e = error;
      error = undefined; // the next one who asks has it tried again
      throw e;
    },
    async close() {
      over = true;
      await opening?.catch(() => {});
      while (writing) await writing;
      place?.db.close();
      place?.release();
      place = undefined;
    },
  };
};
