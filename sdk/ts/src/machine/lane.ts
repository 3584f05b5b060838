// One producer's records in one channel, and what of them is to be sent: lane and item of internal/session/client_lanes.go.
import type { Entry, Lane } from './types.ts';

/** What a lane still has to send, or to hear about: a record, a skip, or a seal, which is a skip that hands the lane over. */
export interface Item {
  /** Of a record. */
  entry_: Entry | undefined;
  seal_: boolean;
  /** The entry's, or the seal's. */
  id_: number;
  size_: number;
  /** It was, or may have been sent, on any socket. */
  ever_: boolean;
  from_: number;
  /** The number of a record; the last of a skip. */
  to_: number;
}

export interface LaneState {
  /** What an outbox is to remember. */
  facts_: Lane;
  /** To be sealed before anything here is sent. */
  after_: LaneState | undefined;
  /** The outbox does not know of it yet. */
  unwritten_: boolean;
  /** In order of their numbers. Those from first_ on count: what is answered is only cut off now and then. */
  items_: Item[];
  first_: number;
  /** The next of items_ to be sent on this socket; those before it are in flight. */
  send_: number;
  queued_: boolean;
  /** Resends in flight whose outcome the server may not know. */
  stale_: number;
  unknownFrom_: number;
  haltedUntil_: number;
  /** So often without progress. */
  goneBack_: number;
  /** How many may be unanswered, since the server limits the rate; 0: as many as its bounds allow. */
  pace_: number;
  /** How many were answered on this socket since the lane was last held. */
  landed_: number;
}

export const newLane = (facts_: Lane): LaneState => ({
  facts_,
  after_: undefined,
  unwritten_: false,
  items_: [],
  first_: 0,
  send_: 0,
  queued_: false,
  stale_: 0,
  unknownFrom_: 0,
  haltedUntil_: 0,
  goneBack_: 0,
  pace_: 0,
  landed_: 0,
});

export const newItem = (from_: number, to_: number, entry_?: Entry, ever_ = false): Item => ({
  entry_,
  seal_: false,
  id_: entry_ ? entry_.id : 0,
  size_: entry_ ? entry_.size : 0,
  ever_,
  from_,
  to_,
});

export const newSeal = ({ facts_: { next } }: LaneState, id_: number): Item => ({ ...newItem(next, next - 1), seal_: true, id_ });

/** Makes the lane send again from its lowest. */
export const rewind = (l: LaneState): void => {
  l.send_ = l.first_;
  l.stale_ = l.pace_ = l.landed_ = 0;
};

/** Takes the items before that place off. */
export const shift = (l: LaneState, to: number): void => {
  l.first_ = to;
  if (to * 2 > l.items_.length) {
    l.items_.splice(0, to); // seldom enough that an item is moved once on average
    l.send_ -= to;
    l.first_ = 0;
  }
};

/** Notes that n more have their answer: the server takes so many at least, so as many more may follow. */
export const answered = (l: LaneState, n: number): void => {
  l.landed_ += n;
  if (l.pace_) l.pace_ += n;
};

/** The lowest number that has no answer and none to come. */
export const lowest = (l: LaneState): number => l.items_[l.first_]?.from_ ?? l.facts_.next;

/** Puts a skip where numbers below n are missing. */
export const fill = (l: LaneState, n: number): void => {
  const from = (l.items_.at(-1)?.to_ ?? l.facts_.resolved) + 1;
  if (from < n) l.items_.push(newItem(from, n - 1));
};

export const fresh = (x: Item | undefined) => x && !x.entry_ && !x.seal_ && !x.ever_;

/**
 * Makes one skip of the item at place i and the one before it if both are skips that were never sent: what is given up while there
 * is no connection takes no room. Returns where the later one stands now.
 */
export const join = (l: LaneState, i: number): number => {
  const x = l.items_[i - 1];
  const y = l.items_[i];
  if (i <= l.send_ || !fresh(x) || !fresh(y)) return i;
  y!.from_ = x!.from_;
  if (--i > l.first_) {
    l.items_.splice(i, 1);
    return i;
  }
  l.send_++; // the usual case: the oldest one goes
  shift(l, i + 1);
  return l.first_;
};

/** Puts a skip before the first item for all numbers from that one on which have their outcome here. */
export const skipBefore = (l: LaneState, from: number): void => {
  rewind(l);
  const below = lowest(l);
  if (from >= below) return;
  const x = l.items_[l.first_];
  if (x && !x.entry_ && !x.seal_ && x.from_ === below) x.from_ = from;
  else l.items_.splice(l.first_, 0, newItem(from, below - 1));
};
