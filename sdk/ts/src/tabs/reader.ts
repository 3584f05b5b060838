import type { Item, SubscribeCommand, Terms } from '../session/engine.ts';

/** A position with the terms before it. */
export interface Place {
  term: string;
  o: number;
  earlier: Terms;
}

/** Where a stream is. `was_` is the term of its last record, when the next one's is known already. */
interface Stream extends Place {
  was_: string;
}

/** Records, and bytes of their data. */
export type Amount = [records: number, bytes: number];

/**
 * One tab's subscription. The leader has one stream for each channel, which begins where the tab that is furthest behind stands,
 * and all tabs hear it: each takes what it has not had yet.
 */
export interface Reader {
  cmd_: SubscribeCommand;
  /** Where the tab stands; not known before the server's first answer. */
  at_: Place | undefined;
  /** Where the stream is, as far as this tab has heard it. */
  stream_: Stream | undefined;
  /** Which one that is. */
  g_: number;
  /** The page was told a term. */
  told_: boolean;
  /** The application is done up to here. */
  done_: { term: string; o: number };
  /** What the page was given and has not taken yet, */
  untaken_: Amount;
  /** and how much of that was from a stream that is over. */
  stale_: Amount;
}

export const newReader = (cmd: SubscribeCommand): Reader => ({
  cmd_: cmd,
  at_: undefined,
  stream_: undefined,
  g_: 0,
  told_: false,
  done_: { term: '', o: 0 },
  untaken_: [0, 0],
  stale_: [0, 0],
});

/** The server has said where a new subscription begins. */
export const place = (r: Reader, term: string, o: number) => {
  const { earlier = [] } = r.cmd_;
  r.at_ = { term, o, earlier: r.cmd_.term ? earlier : [] };
  r.done_ = { term, o };
};

/** The leader's stream begins, or begins again. */
export const begin = (r: Reader, at: Place, g: number) => {
  r.g_ = g;
  r.stream_ = { ...at, was_: at.term };
  r.stale_ = [...r.untaken_];
};

/** The page has taken so much: returns how much of it was the present stream's. */
export const taken = (r: Reader, took: Amount): Amount =>
  took.map((n, i) => {
    const old = Math.min(n, r.stale_[i]!);
    r.stale_[i]! -= old;
    r.untaken_[i]! -= n;
    return n - old;
  }) as Amount;

const history = (p: Place): Terms => [...p.earlier, [p.term, p.o]];

/**
 * Reports whether a stream that goes on behind the tab, with `o`, has another history than the tab: the same offset in the same term means
 * the same records up to there. Histories may have lost their beginnings, so that nothing is known before.
 */
const forked = (at: Place, stream: Stream, o: number) => {
  if (o <= at.o || !at.o || !at.term || stream.term === at.term) return false;
  const before = stream.earlier.at(-1);
  if (!before || before[1] < at.o) return true;
  return before[0] === stream.was_ && before[0] !== at.term;
};

/** The last place that two histories have in common. */
const common = (a: Place, b: Place): Place => {
  const theirs = new Map(history(b));
  const own = history(a);
  for (let i = own.length; i--; ) {
    const [term, last] = own[i]!;
    if (theirs.has(term)) return { term, o: Math.min(last, theirs.get(term)!), earlier: own.slice(0, i) };
  }
  return { term: '', o: 0, earlier: [] };
};

/** What a tab takes of the stream. */
export interface Took {
  /** For the page, */
  items_: Item[];
  /** and what it had already. */
  dropped_: Amount;
  /** The log is another one than this tab knows: the stream has to begin again at its place, for what it passed over meanwhile. */
  again_: boolean;
}

/** Takes from the stream what the tab has not had yet. */
export function take(r: Reader, items: Item[]): Took {
  const { at_: at, stream_: stream } = r;
  const t: Took = { items_: [], dropped_: [0, 0], again_: false };
  // a stream that is ahead of the tab is not its own: it began before the tab came
  if (!at || !stream || stream.o > at.o) return t;
  for (const i of items) {
    if ('gap' in i) passGap(at, stream, i, t.items_);
    else if ('term' in i) {
      stream.term = i.term;
      stream.earlier = i.earlier;
    } else if (forked(at, stream, i.o)) {
      const back = common(at, { ...stream, o: i.o });
      t.items_.push({ gap: 'fork', from: back.o + 1, to: at.o, term: back.term, after: back.o, earlier: back.earlier });
      Object.assign(at, back);
      t.again_ = true;
      stream.o = Number.POSITIVE_INFINITY; // nothing more of this one
      return t;
    } else {
      stream.o = i.o;
      stream.was_ = stream.term;
      const size = i.data.length;
      if (i.o > at.o) {
        if (!r.told_ || at.term !== stream.term) t.items_.push({ term: stream.term, earlier: stream.earlier });
        r.told_ = true;
        at.term = stream.term;
        at.o = i.o;
        at.earlier = stream.earlier;
        t.items_.push(i);
        r.untaken_[0]++;
        r.untaken_[1] += size;
      } else {
        t.dropped_[0]++;
        t.dropped_[1] += size;
      }
    }
  }
  return t;
}

/** Has a tab told of a gap as far as it concerns it. */
const passGap = (at: Place, stream: Place, i: Extract<Item, { gap: string }>, out: Item[]) => {
  const to = { term: i.term, o: i.after, earlier: i.earlier };
  const fork = i.gap === 'fork';
  Object.assign(stream, to, { was_: i.term });
  if (fork ? at.o > i.after : i.to > at.o) {
    out.push({ ...i, from: fork ? i.after + 1 : Math.max(i.from, at.o + 1), to: fork ? at.o : i.to });
    Object.assign(at, to);
  }
};
