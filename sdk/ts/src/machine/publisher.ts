// Lanes and what they send: internal/session/client_lanes.go in TypeScript.
import { Expired, MessageTooLarge } from '../spec/numbers_gen.ts';
import type { Hex128, Publish } from '../wire/frames.ts';
import { c, emit, OPEN, serverNow } from './core.ts';
import { fill, fresh, type Item, join, type LaneState, lowest, newItem, newLane, newSeal, skipBefore } from './lane.ts';
import type { Effect, Entry, Lane, MachineEvent } from './types.ts';

/** How many frames a lane sends before it is the next one's turn. */
const burst = 64;

const none = { next: 1, resolved: 0, acked: 0, mem: '', ackedAt: 0, forgotten: 0, successor: '', sealed: false };

/** Tells how an entry has ended. */
export const end = (
  entry_: Entry,
  outcome_: (Effect & { k_: 'outcome' })['outcome_'],
  code_: number,
  detail_ = '',
  offset_ = 0,
  duplicate_ = false,
  synced_ = false,
  copies_ = 0,
): void => {
  emit({ k_: 'outcome', entry_, outcome_, offset_, duplicate_, synced_, copies_, code_, detail_ });
};

export const laneOf = (ch: string, p: Hex128 = c.o_.producer_) => c.byKey_.get(p + ch);

const addLane = (facts: Lane): LaneState => {
  const l = newLane(facts);
  c.byKey_.set(facts.p + facts.ch, l);
  c.all_.push(l);
  return l;
};

/** Makes the lane one that pump looks at, if it has anything to send. */
export const queue = (l: LaneState) => {
  if (!l.queued_ && l.send_ < l.items_.length) {
    l.queued_ = true;
    c.lanes_.push(l);
  }
};

export const load = (known: readonly Lane[], entries: readonly Entry[]) => {
  for (const x of known) addLane({ ...x, next: Math.max(x.next, x.resolved + 1), sealed: false });
  for (const e of entries) {
    const { ch, p, n, id } = e;
    const l = laneOf(ch, p) ?? addLane({ ...none, ch, p });
    fill(l, n);
    l.items_.push(newItem(n, n, e, !!(e.sent || e.mem)));
    l.facts_.next = Math.max(l.facts_.next, n + 1);
    c.lastEntry_ = Math.max(c.lastEntry_, id);
    willExpire(e.expires);
  }
  c.persisted_ = c.lastEntry_;
  for (const l of c.all_) {
    const f = l.facts_; // of what came before nothing is known, so nothing of it can be said to be lost
    if (!f.acked) f.forgotten = Math.max(f.forgotten, lowest(l) - 1);
  }
  for (const { ch, p } of known) goOn(laneOf(ch, p)!);
  c.all_.forEach(queue);
};

/** Goes on with a lane of an earlier opening, or with its successor. */
const goOn = (l: LaneState) => {
  const { ch, next, successor: p } = l.facts_;
  fill(l, next);
  if (!p) {
    c.current_.set(ch, l);
    return;
  }
  // it may have been sealed already, and then it takes no other number
  l.items_.push(newSeal(l, 0));
  let s = laneOf(ch, p);
  if (!s) {
    // it was chosen, and then the page or process ended before anything was published in it
    s = addLane({ ...none, ch, p });
    s.unwritten_ = true;
    c.current_.set(ch, s);
  }
  s.after_ = l;
};

/**
 * The lane that new records of a channel go to. An outbox that is opened anew goes on in a new lane, to which the old one is
 * handed over: a copy of the outbox would hand it to another.
 */
const laneFor = (ch: string): LaneState => {
  const old = c.current_.get(ch);
  if (old?.facts_.p === c.o_.producer_) return old;
  const l = addLane({ ...none, ch, p: c.o_.producer_ });
  c.current_.set(ch, l);
  if (old) {
    old.facts_.successor = c.o_.producer_;
    l.after_ = old;
    const lane_ = { ...old.facts_ };
    seal(old, ++c.lastEntry_);
    queue(old);
    emit({ k_: 'seal', id_: c.lastEntry_, lane_ });
  }
  return l;
};

/**
 * Ends the lane with its handing over. A server takes that also of a lane that it does not know, since it may have forgotten it
 * in peace; so a lane with nothing else to send gives a number up before, which a server that lost what it had acknowledged does
 * not expect.
 */
const seal = (l: LaneState, id: number) => {
  const f = l.facts_;
  if (l.first_ === l.items_.length && f.acked) l.items_.push(newItem(f.next, f.next++));
  l.items_.push(newSeal(l, id));
};

export const publish = ({ ch_: ch, size_: size, expires_ = 0 }: MachineEvent & { k_: 'publish' }) => {
  const l = laneFor(ch);
  const n = l.facts_.next++;
  const marks = c.o_.durable_ && c.state_ === OPEN;
  const [sent, mem] = marks ? [serverNow(), c.mem_] : [0, ''];
  const entry_: Entry = { id: ++c.lastEntry_, ch, p: c.o_.producer_, n, size, sent, mem, expires: expires_ };
  willExpire(expires_);
  l.items_.push(newItem(n, n, entry_));
  queue(l);
  emit({ k_: 'persist', entry_ });
};

export const marked = ({ id_, sent_, mem_ }: MachineEvent & { k_: 'marked' }) => {
  c.marking_ = false;
  for (const l of c.lanes_)
    for (const x of l.items_.slice(l.send_))
      if (x.entry_ && !x.ever_ && x.id_ <= id_) {
        x.entry_.sent = sent_;
        x.entry_.mem = mem_;
      }
};

// ---- giving up

/** Resolves a record that was never sent as failed; a skip takes its place. */
const giveUp = (l: LaneState, i: number, code: number) => {
  const { from_, to_, entry_ } = l.items_[i]!;
  l.items_[i] = newItem(from_, to_);
  end(entry_!, 'failed', code);
};

/** Gives up those records, or the first of those, that were never sent and of which this is true. */
const giveUpWhere = (code: number, one: boolean, is: (e: Entry) => boolean) => {
  for (const l of c.lanes_)
    for (let i = l.send_; i < l.items_.length; i++) {
      const { entry_, ever_ } = l.items_[i]!;
      if (!entry_ || ever_ || !is(entry_)) continue;
      giveUp(l, i, code);
      i = join(l, i);
      if (fresh(l.items_[i + 1])) i = join(l, i + 1);
      if (one) return;
    }
};

const willExpire = (t: number) => {
  if (t) c.expires_ = Math.min(c.expires_ || t, t);
};

export const expire = () => {
  if (!c.expires_ || c.now_ < c.expires_) return;
  c.expires_ = 0;
  giveUpWhere(Expired, false, e => {
    if (c.now_ < e.expires) willExpire(e.expires);
    return e.expires > 0 && c.now_ >= e.expires;
  });
};

// ---- sending

/** Sends what may be sent: c.lanes_ in c.turn_, each in its order, within the server's bounds. */
export const pump = () => {
  for (let idle = 0; idle < c.lanes_.length && c.flight_ < c.maxRecords_; ) {
    if (c.turn_ >= c.lanes_.length) c.turn_ = 0;
    const l = c.lanes_[c.turn_]!;
    const before = c.fx_.length;
    pumpLane(l);
    idle = c.fx_.length > before ? 0 : idle + 1;
    if (l.send_ < l.items_.length) c.turn_++;
    else {
      l.queued_ = false;
      c.lanes_.splice(c.turn_, 1);
      idle = 0;
    }
  }
};

const pumpLane = (l: LaneState) => {
  if ((l.after_ && !l.after_.facts_.sealed) || c.now_ < l.haltedUntil_) return;
  l.haltedUntil_ = 0;
  if (l.unknownFrom_) {
    if (l.send_ > l.first_) return; // more answers are to come first
    skipBefore(l, l.unknownFrom_);
    l.unknownFrom_ = 0;
  }
  for (let n = 0; n < burst && l.send_ < l.items_.length; n++) {
    const { entry_, ever_, size_ } = l.items_[l.send_]!;
    if (entry_ && !ever_ && c.maxMessage_ && size_ > c.maxMessage_) giveUp(l, l.send_, MessageTooLarge);
    const x = l.items_[l.send_]!;
    if (holdBack(l, x)) return;
    send(l, x);
  }
};

/** Whether x may not be sent yet. */
const holdBack = (l: LaneState, x: Item): boolean => {
  const unanswered = l.send_ - l.first_;
  if (c.flight_ >= c.maxRecords_ || (c.flight_ && c.flightBytes_ + x.size_ > c.maxBytes_)) return true;
  if (l.pace_ && unanswered >= l.pace_) return true;
  // a server that has forgotten the lane would take a seal c.all_ the same, and with it c.all_ numbers before it as given up
  if (x.seal_ && unanswered) return true;
  if (x.ever_) return false;
  if (l.stale_) return true; // what comes after an unknown has to wait for the skip
  if (!c.o_.durable_) return false;
  if (x.id_ > c.persisted_) return true;
  if (!x.entry_ || x.entry_.mem === c.mem_) return false;
  if (!c.marking_) {
    c.marking_ = true;
    emit({ k_: 'mark', id_: c.persisted_, sent_: serverNow(), mem_: c.mem_ });
  }
  return true;
};

const send = (l: LaneState, x: Item) => {
  if (!c.flight_++) c.answered_ = c.now_;
  c.flightBytes_ += x.size_;
  const { ch, successor } = l.facts_;
  const p = l.facts_.p === c.o_.producer_ ? '' : l.facts_.p;
  const { entry_: e, ever_: resend_, from_: from, to_: to } = x;
  if (e) {
    const frame_: Publish = { t: 'publish', ch, p, n: to };
    if (resend_) {
      frame_.sent = e.sent;
      frame_.mem = e.mem;
      if (stale(e)) l.stale_++;
    } else if (!c.o_.durable_) {
      e.sent = serverNow();
      e.mem = c.mem_;
    }
    emit({ k_: 'publish', frame_, entry_: e, resend_ });
  } else emit({ k_: 'send', frame_: { t: 'skip', ch, p, from, to, successor: x.seal_ ? successor : '' } });
  x.ever_ = true;
  l.send_++;
};

/** Whether the server may have to answer that it cannot know. */
export const stale = (e: Entry) => e.mem !== c.mem_ || (c.dedupe_ && serverNow() - e.sent > c.dedupe_);

/** Takes an item off what is in flight. */
export const landed = (l: LaneState, x: Item) => {
  c.flight_--;
  c.flightBytes_ -= x.size_;
  if (x.entry_ && l.stale_ && stale(x.entry_)) l.stale_--;
};

export const drop = (id: number, code: number) => giveUpWhere(code, true, e => e.id === id);
