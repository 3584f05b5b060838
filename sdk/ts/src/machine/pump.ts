// What of the lanes is sent, and when: the second half of internal/session/client_lanes.go in TypeScript.
import type { Publish } from '../wire/frames.ts';
import { giveUpLarge, skipBefore } from './lanes.ts';
import { emit, type Item, type LaneState, type State, serverNow } from './state.ts';

/** How many frames a lane sends before it is the next one's turn. */
const burst = 64;

/** Sends what may be sent: lanes in turn, each in its order, within the server's bounds. */
export const pump = (c: State): void => {
  for (let idle = 0; c.lanes_.length && idle < c.lanes_.length && c.flight_ < c.maxRecords_; ) {
    if (c.turn_ >= c.lanes_.length) c.turn_ = 0;
    const l = c.lanes_[c.turn_]!;
    const before = c.fx_.length;
    pumpLane(c, l);
    idle = c.fx_.length > before ? 0 : idle + 1;
    if (l.send_ >= l.items_.length) {
      l.queued_ = false;
      c.lanes_.splice(c.turn_, 1);
      idle = 0;
    } else c.turn_++;
  }
};

const pumpLane = (c: State, l: LaneState) => {
  if ((l.after_ && !l.after_.sealed_) || c.now_ < l.haltedUntil_) return;
  l.haltedUntil_ = 0;
  if (l.unknownFrom_) {
    if (l.send_ > l.first_) return; // more answers are to come first
    skipBefore(l, l.unknownFrom_);
    l.unknownFrom_ = 0;
  }
  for (let n = 0; n < burst && l.send_ < l.items_.length; n++) {
    giveUpLarge(c, l, l.items_[l.send_]!);
    const x = l.items_[l.send_]!;
    if (holdBack(c, l, x)) return;
    sendItem(c, l, x);
  }
};

/** Whether x may not be sent yet. */
const holdBack = (c: State, l: LaneState, x: Item): boolean => {
  const unanswered = l.send_ - l.first_;
  if (c.flight_ >= c.maxRecords_ || (c.flight_ && c.flightBytes_ + x.size_ > c.maxBytes_)) return true;
  if (l.pace_ && unanswered >= l.pace_) return true;
  // a server that has forgotten the lane would take a seal all the same, and with it all numbers before it as given up
  if (x.kind_ === 'seal' && unanswered) return true;
  if (x.ever_) return false;
  if (l.stale_) return true; // what comes after an unknown has to wait for the skip
  if (!c.o_.durable_) return false;
  if (x.id_ > c.persisted_) return true;
  if (!x.entry_ || x.entry_.mem === c.mem_) return false;
  if (!c.marking_) {
    c.marking_ = true;
    emit(c, { k_: 'mark', id_: c.persisted_, sent_: serverNow(c), mem_: c.mem_ });
  }
  return true;
};

const sendItem = (c: State, l: LaneState, x: Item) => {
  if (!c.flight_++) c.answered_ = c.now_;
  c.flightBytes_ += x.size_;
  const { ch_: ch } = l;
  const { entry_: e, ever_: resend_, from_: from, to_: to } = x;
  const p = l.p_ === c.o_.producer_ ? '' : l.p_;
  if (e) {
    const frame_: Publish = { t: 'publish', ch, p, n: e.n };
    if (resend_) {
      frame_.sent = e.sent;
      frame_.mem = e.mem;
      if (stale(c, e)) l.stale_++;
    } else if (!c.o_.durable_) {
      e.sent = serverNow(c);
      e.mem = c.mem_;
    }
    emit(c, { k_: 'publish', frame_, entry_: e, resend_ });
  } else emit(c, { k_: 'send', frame_: { t: 'skip', ch, p, from, to, successor: x.kind_ === 'seal' ? l.successor_ : '' } });
  x.sent_ = x.ever_ = true;
  l.send_++;
};

/** Whether the server may have to answer that it cannot know. */
const stale = (c: State, e: { sent: number; mem: string }) =>
  e.mem !== c.mem_ || (c.dedupe_ > 0 && serverNow(c) - e.sent > c.dedupe_);

/** Takes an item off what is in flight. */
export const landed = (c: State, l: LaneState, x: Item): void => {
  if (!x.sent_) return;
  x.sent_ = false;
  c.flight_--;
  c.flightBytes_ -= x.size_;
  if (x.entry_ && l.stale_ && stale(c, x.entry_)) l.stale_--;
};
