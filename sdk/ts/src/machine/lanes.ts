// Lanes and what they send: internal/session/client_lanes.go in TypeScript.
import { Expired, MessageTooLarge } from '../spec/numbers_gen.ts';
import type { Hex128 } from '../wire/frames.ts';
import { emit, facts, type Item, type LaneState, type State, serverNow } from './state.ts';
import type { Entry, Lane, MachineEvent } from './types.ts';

const laneAt = (c: State, ch: string, p: Hex128) => c.byKey_.get(p + ch);

export const laneOf = (c: State, ch: string, p: Hex128 | undefined): LaneState | undefined => laneAt(c, ch, p || c.o_.producer_);

/** How many items have no answer. */
export const left = (l: LaneState): number => l.items_.length - l.first_;

const newItem = (from_: number, to_: number, entry_?: Entry): Item => ({
  kind_: entry_ ? 'record' : 'skip',
  sent_: false,
  ever_: !!entry_ && !!(entry_.sent || entry_.mem),
  entry_,
  id_: entry_ ? entry_.id : 0,
  size_: entry_ ? entry_.size : 0,
  from_,
  to_,
});

const newSeal = (l: LaneState, id_: number): Item => ({ ...newItem(l.next_, l.next_ - 1), kind_: 'seal', id_ });

/** Makes the lane send again from its lowest. */
export const rewind = (l: LaneState): void => {
  for (let i = l.first_; i < l.send_; i++) l.items_[i]!.sent_ = false;
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
const lowest = (l: LaneState) => l.items_[l.first_]?.from_ ?? l.next_;

export const load = (c: State, lanes: readonly Lane[], entries: readonly Entry[]): void => {
  for (const x of lanes) {
    const l = addLane(c, x.ch, x.p, Math.max(x.next, x.resolved + 1));
    l.resolved_ = x.resolved;
    l.successor_ = x.successor;
    l.acked_ = x.acked;
    l.mem_ = x.mem;
    l.ackedAt_ = x.ackedAt;
    l.forgotten_ = x.forgotten;
  }
  for (const e of entries) {
    const l = laneAt(c, e.ch, e.p) ?? addLane(c, e.ch, e.p, 1);
    fill(l, e.n);
    l.items_.push(newItem(e.n, e.n, e));
    l.next_ = Math.max(l.next_, e.n + 1);
    c.lastEntry_ = Math.max(c.lastEntry_, e.id);
    willExpire(c, e.expires);
  }
  c.persisted_ = c.lastEntry_;
  // of what came before nothing is known, so nothing of it can be said to be lost
  for (const l of c.all_) if (!l.acked_) l.forgotten_ = Math.max(l.forgotten_, lowest(l) - 1);
  for (const { ch, p } of lanes) {
    const l = laneAt(c, ch, p)!;
    fill(l, l.next_);
    if (!l.successor_) {
      c.current_.set(ch, l);
      continue;
    }
    // it may have been sealed already, and then it takes no other number
    l.items_.push(newSeal(l, 0));
    let s = laneAt(c, ch, l.successor_);
    if (!s) {
      // it was chosen, and then the page or process ended before anything was published in it
      s = addLane(c, ch, l.successor_, 1);
      s.unwritten_ = true;
      c.current_.set(ch, s);
    }
    s.after_ = l;
  }
  for (const l of c.all_) queue(c, l);
};

/** Puts a skip where numbers below n are missing. */
const fill = (l: LaneState, n: number) => {
  const from = (l.items_.at(-1)?.to_ ?? l.resolved_) + 1;
  if (from < n) l.items_.push(newItem(from, n - 1));
};

const addLane = (c: State, ch_: string, p_: Hex128, next_: number): LaneState => {
  const l: LaneState = {
    ch_,
    p_,
    next_,
    resolved_: 0,
    acked_: 0,
    mem_: '',
    ackedAt_: 0,
    forgotten_: 0,
    successor_: '',
    after_: undefined,
    sealed_: false,
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
  };
  c.byKey_.set(p_ + ch_, l);
  c.all_.push(l);
  return l;
};

/** Makes the lane one that pump looks at, if it has anything to send. */
export const queue = (c: State, l: LaneState): void => {
  if (!l.queued_ && l.send_ < l.items_.length) {
    l.queued_ = true;
    c.lanes_.push(l);
  }
};

/**
 * The lane that new records of a channel go to. An outbox that is opened anew goes on in a new lane, to which the old one is
 * handed over: a copy of the outbox would hand it to another.
 */
const laneFor = (c: State, ch: string): LaneState => {
  const old = c.current_.get(ch);
  const p = c.o_.producer_;
  if (old?.p_ === p) return old;
  const l = addLane(c, ch, p, 1);
  c.current_.set(ch, l);
  if (old) {
    old.successor_ = p;
    const lane_ = facts(old);
    seal(old, ++c.lastEntry_);
    l.after_ = old;
    queue(c, old);
    emit(c, { k_: 'seal', id_: c.lastEntry_, lane_ });
  }
  return l;
};

/**
 * Ends the lane with its handing over. A server takes that also of a lane that it does not know, since it may have forgotten it
 * in peace; so a lane with nothing else to send gives a number up before, which a server that lost what it had acknowledged does
 * not expect.
 */
const seal = (l: LaneState, id: number) => {
  if (!left(l) && l.acked_) l.items_.push(newItem(l.next_, l.next_++));
  l.items_.push(newSeal(l, id));
};

export const publish = (c: State, e: MachineEvent & { k_: 'publish' }): void => {
  const l = laneFor(c, e.ch_);
  const marks = c.o_.durable_ && c.state_ === 'open';
  const n = l.next_++;
  const entry_: Entry = {
    id: ++c.lastEntry_,
    ch: e.ch_,
    p: l.p_,
    n,
    size: e.size_,
    sent: marks ? serverNow(c) : 0,
    mem: marks ? c.mem_ : '',
    expires: e.expires_ || 0,
  };
  willExpire(c, entry_.expires);
  l.items_.push({ ...newItem(n, n, entry_), ever_: false });
  queue(c, l);
  emit(c, { k_: 'persist', entry_ });
};

export const marked = (c: State, e: MachineEvent & { k_: 'marked' }): void => {
  c.marking_ = false;
  for (const l of c.lanes_)
    for (let i = l.send_; i < l.items_.length; i++) {
      const x = l.items_[i]!;
      if (!x.ever_ && x.entry_ && x.id_ <= e.id_) {
        x.entry_.sent = e.sent_;
        x.entry_.mem = e.mem_;
      }
    }
};

const giveUp = (c: State, l: LaneState, i: number, code_: number) => {
  const x = l.items_[i]!;
  const detail_ = code_ === MessageTooLarge ? `publish: data has ${x.size_} bytes; the server's limit is ${c.maxMessage_}` : '';
  l.items_[i] = newItem(x.from_, x.to_);
  emit(c, {
    k_: 'outcome',
    entry_: x.entry_!,
    outcome_: 'failed',
    offset_: 0,
    duplicate_: false,
    synced_: false,
    copies_: 0,
    code_,
    detail_,
  });
};

/** Resolves a record that is too large as failed, if it was never sent; a skip takes its place. */
export const giveUpLarge = (c: State, l: LaneState, x: Item): void => {
  if (x.entry_ && !x.ever_ && c.maxMessage_ && x.size_ > c.maxMessage_) giveUp(c, l, l.send_, MessageTooLarge);
};

export const drop = (c: State, id: number, code: number): void => {
  for (const l of c.lanes_)
    for (let i = l.send_; i < l.items_.length; i++) {
      const x = l.items_[i]!;
      if (x.id_ === id && x.entry_ && !x.ever_) {
        giveUp(c, l, i, code);
        joinSkips(l, i);
        return;
      }
    }
};

const willExpire = (c: State, t: number) => {
  if (t && !(c.expires_ && t >= c.expires_)) c.expires_ = t;
};

export const expire = (c: State): void => {
  if (!c.expires_ || c.now_ < c.expires_) return;
  c.expires_ = 0;
  for (const l of c.lanes_) {
    let first = -1;
    for (let i = l.send_; i < l.items_.length; i++) {
      const { ever_, entry_ } = l.items_[i]!;
      if (ever_ || !entry_?.expires) continue;
      if (c.now_ < entry_.expires) willExpire(c, entry_.expires);
      else {
        giveUp(c, l, i, Expired);
        if (first < 0) first = i;
      }
    }
    if (first >= 0) joinSkips(l, first);
  }
};

const fresh = (x: Item | undefined) => x?.kind_ === 'skip' && !x.ever_;

/**
 * Makes one skip of those that lie side by side and were never sent, from just before place i on: what is given up while there
 * is no connection takes no room.
 */
const joinSkips = (l: LaneState, i: number) => {
  const { items_: all, first_, send_ } = l;
  let k = Math.max(i - 1, send_);
  if (k === first_ && fresh(all[k]) && fresh(all[k + 1]) && !fresh(all[k + 2])) {
    all[k + 1]!.from_ = all[k]!.from_; // the usual case: the oldest one goes
    l.send_++;
    shift(l, k + 1);
    return;
  }
  for (let j = k + 1; j < all.length; j++) {
    const [x, y] = [all[k]!, all[j]!];
    if (fresh(x) && fresh(y) && x.to_ + 1 === y.from_) x.to_ = y.to_;
    else all[++k] = y;
  }
  all.length = Math.min(all.length, k + 1);
};

/** Puts a skip before the first item for all numbers from that one on which have their outcome here. */
export const skipBefore = (l: LaneState, from: number): void => {
  rewind(l);
  const u = lowest(l);
  if (from >= u) return;
  const x = l.items_[l.first_];
  if (x?.kind_ === 'skip' && x.from_ === u) x.from_ = from;
  else l.items_.splice(l.first_, 0, newItem(from, u - 1));
};
