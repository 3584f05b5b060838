import type { Checkpoint, Effect } from '../machine/types.ts';
import type { SubscribeFields } from '../wire/frames.ts';
import type { Item, Signal, Sink } from './engine.ts';

interface Reader {
  id_: number;
  window_: readonly [number, number];
  term_: string;
  /** What the page has not taken, in records and bytes. */
  left_: [number, number];
  items_: Item[];
  /** Held back until the page has taken more. */
  asked_?: SubscribeFields | undefined;
}

/** The subscriptions of an engine, as far as the machine does not know of them: what they have brought, and how much of it is left. */
export type Readers = ReturnType<typeof createReaders>;

/** Makes none at first. `checkpoint` is the machine's. */
export const createReaders = (sink: Sink, checkpoint: (sub: number, term: string, o: number) => Checkpoint | undefined) => {
  const all = new Map<number, Reader>();
  const touched = new Set<Reader>();

  const full = (r: Reader | undefined) => r && (r.left_[0] > r.window_[0] / 2 || r.left_[1] > r.window_[1] / 2);
  const byChannel = new Map<string, Reader>();
  const earlier = (r: Reader, term: string, o: number) =>
    (checkpoint(r.id_, term, o)?.earlier ?? []).map(([t, last]): [string, number] => [t, last]);

  return {
    all_: all,
    add_(id_: number, ch: string, window_: readonly [number, number]) {
      const r = { id_, window_, term_: '', left_: [0, 0] as [number, number], items_: [] };
      all.set(id_, r);
      if (!byChannel.has(ch)) byChannel.set(ch, r);
    },
    remove_(id: number) {
      const r = all.get(id);
      all.delete(id);
      for (const [ch, x] of byChannel) if (x === r) byChannel.delete(ch);
    },
    took_(id: number, [records, bytes]: [number, number]) {
      const r = all.get(id);
      if (r) r.left_ = [Math.max(0, r.left_[0] - records), Math.max(0, r.left_[1] - bytes)];
    },
    /**
     * Holds a subscription back whose page has not yet taken what earlier connections brought; false if it need not be. The server counts
     * what is pending, but only in records, and from a gap on it counts anew: the queue would grow by a window with each connection.
     */
    held_(q: SubscribeFields): boolean {
      const r = byChannel.get(q.ch);
      if (!r || !full(r)) return false;
      r.asked_ = q;
      return true;
    },
    /** Gives those that need not be held back any more. */
    release_(send: (q: SubscribeFields) => void) {
      for (const r of all.values()) {
        if (!r.asked_ || full(r)) continue;
        send(r.asked_);
        r.asked_ = undefined;
      }
    },
    /** What was held back has ended with its connection. */
    forget_() {
      for (const r of all.values()) r.asked_ = undefined;
    },
    /** Takes a record; false if it is far more than a server may send: windows for what is under way, after a gap, and from before. */
    record_({ sub_, term_, frame_ }: Effect & { k_: 'record' }): boolean {
      const r = all.get(sub_);
      if (!r) return true;
      const { o = 0, ts = 0, by, h, content = 0, data } = frame_;
      // a copy, since the rest of the message would be kept with it
      const bytes = data?.slice() ?? new Uint8Array();
      if (r.left_[0] > 4 * r.window_[0] + 1 || r.left_[1] > 4 * r.window_[1] + (16 << 20)) return false;
      if (r.term_ !== term_) r.items_.push({ term: term_, earlier: earlier(r, term_, o) });
      r.term_ = term_;
      const item: Item = { o, ts, type: content, data: bytes };
      if (by) item.by = by;
      if (h?.length) item.h = h as [string, string][];
      r.items_.push(item);
      r.left_[0]++;
      r.left_[1] += bytes.length;
      touched.add(r);
      return true;
    },
    gap_({ sub_, frame_ }: Effect & { k_: 'gap' }) {
      const r = all.get(sub_);
      if (!r) return;
      const { from = 0, to = 0, term = '', after = 0, why = 'unknown' } = frame_;
      r.term_ = term;
      r.items_.push({ gap: why, from, to, term, after, earlier: earlier(r, term, after) });
      touched.add(r);
    },
    /** Tells what has come, a batch for each subscription. */
    deliver_() {
      for (const r of touched) {
        touched.delete(r);
        const items = r.items_;
        r.items_ = [];
        sink({ e: 'records', sub: r.id_, items } satisfies Signal);
      }
    },
  };
};
