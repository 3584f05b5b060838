import type { Item, SubscribeCommand, Terms } from '../session/engine.ts';

/** A position with the terms before it. */
export interface Place {
  term: string;
  o: number;
  earlier: Terms;
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
  /** Where it began; what was before that it does not know. */
  start_: number;
  /** Where the stream is, as far as this tab has heard it. */
  stream_: Place | undefined;
  /** Which one that is. */
  g_: number;
  /** The page was told a term. */
  told_: boolean;
  /** The application is done up to here. */
  done_: number;
  /** What the page was given and has not taken yet, */
  untaken_: Amount;
  /** and how much of that was from a stream that is over. */
  stale_: Amount;
}

export const newReader = (cmd: SubscribeCommand): Reader => ({
  cmd_: cmd,
  at_: undefined,
  start_: 0,
  stream_: undefined,
  g_: 0,
  told_: false,
  done_: 0,
  untaken_: [0, 0],
  stale_: [0, 0],
});

/** The server has said where a new subscription begins. */
export const place = (r: Reader, term: string, o: number) => {
  const { earlier = [] } = r.cmd_;
  r.at_ = { term, o, earlier: r.cmd_.term ? earlier : [] };
  r.start_ = r.done_ = o;
};

/** The leader's stream begins, or begins again. */
export const begin = (r: Reader, at: Place, g: number) => {
  r.g_ = g;
  r.stream_ = { ...at };
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

const maxEarlier = 7;
const history = (p: Place): Terms => [...p.earlier, [p.term, p.o]];

/** The term of an offset in a history; undefined if that does not reach so far back. */
const termAt = (p: Place, o: number) =>
  p.earlier.length >= maxEarlier && o <= p.earlier[0]![1] ? undefined : (p.earlier.find(([, last]) => o <= last)?.[0] ?? p.term);

/** Reports whether a stream whose next record is `o` has another history than the tab. Same offset and term: same records up to there. */
const forked = (at: Place, start: number, stream: Place, o: number) => {
  if (stream.term === at.term || !at.term || o <= start || !at.o) return false;
  const [mine, its] = o > at.o ? [at.term, termAt(stream, at.o)] : [termAt(at, o), stream.term];
  return mine !== undefined && its !== undefined && mine !== its;
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
    } else if (forked(at, r.start_, stream, i.o)) {
      const back = common(at, { ...stream, o: i.o });
      t.items_.push({ gap: 'fork', from: back.o + 1, to: at.o, term: back.term, after: back.o, earlier: back.earlier });
      Object.assign(at, back);
      t.again_ = true;
      stream.o = Number.POSITIVE_INFINITY; // nothing more of this one
      return t;
    } else {
      stream.o = i.o;
      const size = i.data.length;
      if (i.o > at.o) {
        if (!r.told_ || at.term !== stream.term) t.items_.push({ term: stream.term, earlier: stream.earlier });
        r.told_ = true;
        Object.assign(at, stream);
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
  Object.assign(stream, to);
  if (fork ? at.o > i.after : i.to > at.o) {
    out.push({ ...i, from: fork ? i.after + 1 : Math.max(i.from, at.o + 1), to: fork ? at.o : i.to });
    Object.assign(at, to);
  }
};
