import type { Command, Item, Signal, Sink } from '../session/engine.ts';
import { AlreadySubscribed } from '../spec/codes_gen.ts';
import type { ChannelSignal } from './channel.ts';
import type { Request } from './hub.ts';
import { type Amount, begin, newReader, place, type Reader, take, taken } from './reader.ts';

/** What the leader tells of subscriptions. */
type Told = ChannelSignal | (Signal & { e: 'subscribed' | 'ended' });

/** A tab's subscriptions: what it asks the leader for, and what it takes of the streams. */
export function newStreams(send: (c: Request) => void, sink: Sink) {
  const readers = new Map<number, Reader>();

  const joinOf = ({ cmd_: cmd, at_: at }: Reader): Request => ({ c: 'join', cmd, ...(at && { at: { ...at } }) });

  /** Tells the leader how far this tab is with a stream. */
  const progress = (sub: number, r: Reader, took: Amount) => {
    const { done_, stream_, g_: g } = r;
    if (!stream_) return;
    const { o, term } = done_.o < stream_.o ? done_ : stream_;
    send({ c: 'done', sub, g, took, o, term });
  };

  const items = (sub: number, r: Reader, items: Item[]) => {
    const t = take(r, items);
    if (t.items_.length) sink({ e: 'records', sub, items: t.items_ });
    if (t.dropped_[0]) progress(sub, r, t.dropped_);
    if (t.again_) send(joinOf(r));
  };

  return {
    /** Everything that it wants, for a new leader. */
    wants_: (): Request[] => [...readers.values()].map(joinOf),
    /** What of a stream goes by is not known until a leader says where that is. */
    away_() {
      for (const r of readers.values()) r.stream_ = undefined;
    },
    hear_(s: Told) {
      if (s.e === 'subscribed') {
        const r = readers.get(s.sub);
        if (!r || r.at_) return;
        place(r, s.term, s.o);
        sink(s);
      } else if (s.e === 'ended') {
        if (readers.delete(s.sub)) sink(s);
      } else {
        for (const [sub, r] of readers) {
          if (r.cmd_.ch !== s.ch) continue;
          if (s.e === 'open') begin(r, s.at, s.g);
          else items(sub, r, s.items);
        }
      }
    },
    subscribe_(c: Command & { c: 'subscribe' }) {
      const fault = { code: AlreadySubscribed, detail: 'by this page' };
      for (const x of readers.values()) if (x.cmd_.ch === c.ch) return sink({ e: 'ended', sub: c.sub, fault });
      const r = newReader(c);
      readers.set(c.sub, r);
      send(joinOf(r));
    },
    unsubscribe_(c: Command & { c: 'unsubscribe' }) {
      if (!readers.delete(c.sub)) return;
      send(c);
      sink({ e: 'ended', sub: c.sub });
    },
    done_(c: Command & { c: 'done' }) {
      const r = readers.get(c.sub);
      if (!r) return;
      if (c.o !== undefined) r.done_ = { term: c.term!, o: c.o };
      progress(c.sub, r, taken(r, c.took));
    },
    /** Forgets them all; tells the page that they are over. */
    end_(tell: boolean) {
      if (tell) for (const sub of readers.keys()) sink({ e: 'ended', sub });
      readers.clear();
    },
  };
}
