import type { Effect, Entry, Lane } from '../machine/types.ts';
import type { Fault } from '../session/engine.ts';
import { UnknownOutcome } from '../spec/codes_gen.ts';
import { type Ended, maxEnds, noChanges, type Outbox, type Store, type StoredEntry, type Taken } from './store.ts';

/** A record in the outbox. */
export interface Held extends StoredEntry {
  /** What it takes of the room. */
  room_: number;
  /** It was sent, or may have been. */
  out_: boolean;
}

/** What is due when everything before it is durable. */
export interface Notices {
  /** Ids of entries and seals up to here; 0: none. */
  through_: number;
  marks_: { id_: number; sent_: number; mem_: string }[];
  kept_: Held[];
  then_: (() => void)[];
}

/** What an entry takes besides its content, about. */
const overhead = 64;

/** The outbox of a session: what waits for its answer, and the changes that are on their way to where it is kept. */
export type Box = ReturnType<typeof createBox>;

const nothing = (): Notices => ({ through_: 0, marks_: [], kept_: [], then_: [] });
const split = (key: string): [page: string, n: number] => {
  const i = key.indexOf(':');
  return [key.slice(0, i), +key.slice(i + 1)];
};
const keyOf = (l: { ch: string; p: string }) => `${l.p} ${l.ch}`;

/** Makes one. told gets what has become durable; failed is the end. */
export const createBox = (o: Outbox, told: (n: Notices) => void, failed: (why: Fault) => void) => {
  const { maxRecords = 1e3, maxBytes = 4 << 20 } = o;
  const entries = new Map<number, Held>();
  const byKey = new Map<string, Held>();
  const lanes = new Map<string, Lane>();
  let store: Store | undefined;
  let marks: { id: number; sent: number; mem: string }[] = [];
  let changes = noChanges();
  let due = nothing();
  let writing: Promise<void> | undefined;
  const pages = new Map<string, Taken>();

  const insert = (e: Held) => {
    entries.set(e.id, e);
    byKey.set(e.key, e);
  };

  /** Writes what has gathered, if anybody waits for it or there is nothing else to do; one transaction at a time. */
  const commit_ = () => {
    const lazy = changes.drop_.length + changes.lanes_.size;
    const wanted = due.through_ || due.marks_.length || due.then_.length || lazy > 256 || (lazy && !box.records_);
    if (!store || writing || !wanted) return;
    const [c, n] = [changes, due];
    changes = noChanges();
    due = nothing();
    writing = store.write_(c).then(
      () => {
        writing = undefined;
        told(n);
        commit_();
      },
      why => {
        for (const f of n.then_) f();
        failed(why);
      },
    );
  };

  const box = {
    entries_: entries,
    byKey_: byKey,
    /** What is in it, or was let in and is on its way. */
    records_: 0,
    bytes_: 0,
    /** Whether so many times its limits are reached. */
    full_: (times = 1) => box.records_ >= maxRecords * times || box.bytes_ >= maxBytes * times,
    take_(room: number) {
      box.records_++;
      box.bytes_ += room;
    },
    give_(room: number) {
      box.records_--;
      box.bytes_ -= room;
    },
    /** Takes in what a place held. */
    load_(from: Store) {
      store = from;
      for (const l of from.lanes_) lanes.set(keyOf(l), l);
      for (const [page, t] of from.pages_) pages.set(page, t);
      for (const e of from.entries_) {
        const held = { ...e, room_: roomOf(e), out_: e.sent > 0 };
        insert(held);
        box.take_(held.room_);
      }
    },
    /** Takes a record in under the id and number that the machine gave it. */
    persist_(e: Held, x: Entry) {
      Object.assign(e, x);
      insert(e);
      const [page, n] = split(e.key);
      const [, , ends, low] = pages.get(page) ?? [0, 0, [], 0];
      note(page, [n, Date.now(), ends, low]);
      if (!store) return;
      const { room_, out_, ...stored } = e;
      changes.put_.push(stored);
      due.through_ = e.id;
      due.kept_.push(e);
    },
    /**
     * What became of a record that was taken, now or by an earlier page, and is not in the outbox any more; undefined if it never was.
     * All that left it were delivered but those that are noted.
     */
    had_(key: string): 'delivered' | Ended | undefined {
      const [page, n] = split(key);
      const [to, , ends, low] = pages.get(page) ?? [0, 0, [], 0];
      if (n > to) return;
      if (n <= low) return [n, 'unknown', { code: UnknownOutcome, detail: 'too many ended since' }];
      return ends.find(e => e[0] === n) ?? 'delivered';
    },
    mark_({ id_, sent_, mem_ }: Effect & { k_: 'mark' }) {
      const first = entries.keys().next().value ?? Infinity;
      marks = marks.filter(m => m.id >= first);
      marks.push({ id: id_, sent: sent_, mem: mem_ });
      changes.marks_ = [...marks];
      due.marks_.push({ id_, sent_, mem_ });
    },
    seal_(id: number, l: Lane) {
      const k = keyOf(l);
      setLane(k, { ...(lanes.get(k) ?? l), successor: l.successor });
      due.through_ = id;
    },
    /** Notes that a record has ended otherwise than delivered, also one that was refused, so that it is not taken for delivered later. */
    note_(key: string, status: Ended[1], why: Fault) {
      const [page, n] = split(key);
      const [to, , ends, low] = pages.get(page) ?? [0, 0, [], 0];
      const more: Ended[] = [...ends, [n, status, why]];
      const [[gone] = [0]] = more.splice(0, more.length - maxEnds);
      note(page, [to, Date.now(), more, Math.max(low, gone)]);
    },
    /** Takes an entry out that has its final answer; with `why`, if that is not that it was delivered. */
    ended_(id: number, why?: [status: Ended[1], Fault]): Held | undefined {
      const e = entries.get(id);
      if (e) {
        entries.delete(id);
        byKey.delete(e.key);
        box.give_(e.room_);
        if (store) changes.drop_.push(id);
        if (why) box.note_(e.key, ...why);
      }
      return e;
    },
    /** Notes how far a lane has its answers; lazily, since answers that are forgotten are only asked for again. */
    resolved_(l: Lane) {
      const k = keyOf(l);
      if (!l.sealed) return setLane(k, l);
      lanes.delete(k);
      changes.lanes_.set(k, [l.ch, l.p]);
    },
    /** Calls f once all that was noted is durable; at once if nothing can be. */
    whenDurable_(f: () => void) {
      if (store) due.then_.push(f);
      else f();
    },
    commit_,
    /** Writes the rest, and lets go of the place; if it is to be now, without what nobody waits for. */
    async close_(now?: boolean) {
      const s = store;
      store = undefined;
      if (now) return s?.close_();
      await writing;
      await s?.write_(changes).catch(() => {
        due.kept_ = [];
      });
      told(due);
      s?.close_();
    },
  };
  const note = (page: string, t: Taken) => {
    pages.set(page, t);
    if (store) changes.pages_.set(page, t);
  };
  const setLane = (k: string, l: Lane) => {
    if (!store) return;
    lanes.set(k, l);
    changes.lanes_.set(k, l);
  };
  return box;
};

/** About what a record takes in memory. */
export const roomOf = (e: { ch: string; data: Uint8Array; h: readonly (readonly [string, string])[] }): number =>
  e.h.reduce((n, [k, v]) => n + k.length + v.length + 4, overhead + e.ch.length + e.data.length);
