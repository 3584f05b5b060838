// Lanes and what they send: internal/session/client_lanes.go in TypeScript.
import { Expired, MessageTooLarge } from '../spec/numbers_gen.ts';
import type { Hex128, Publish } from '../wire/frames.ts';
import { type Core, emit, OPEN, serverNow } from './core.ts';
import { fill, type Item, joinSkips, type LaneState, lowest, newItem, newLane, newSeal, rewind, skipBefore } from './lane.ts';
import type { Effect, Entry, Lane, MachineEvent } from './types.ts';

/** How many frames a lane sends before it is the next one's turn. */
const burst = 64;

const none = { next: 1, resolved: 0, acked: 0, mem: '', ackedAt: 0, forgotten: 0, successor: '', sealed: false };

/** Tells how an entry has ended. */
export const end = (
  c: Core,
  entry_: Entry,
  outcome_: (Effect & { k_: 'outcome' })['outcome_'],
  code_: number,
  detail_ = '',
  offset_ = 0,
  duplicate_ = false,
  synced_ = false,
  copies_ = 0,
): void => {
  emit(c, { k_: 'outcome', entry_, outcome_, offset_, duplicate_, synced_, copies_, code_, detail_ });
};

/** The half of a session that publishes. */
export type Publisher = ReturnType<typeof createPublisher>;

export const createPublisher = (c: Core) => {
  const { producer_, durable_ } = c.o_;
  let all: LaneState[] = []; // in the order in which they were begun
  const lanes: LaneState[] = []; // those that have something to send
  const byKey = new Map<string, LaneState>();
  const current = new Map<string, LaneState>(); // the lane that new records of a channel go to
  let lastEntry = 0;
  let persisted = 0;
  let marking = false;
  let turn = 0; // whose lane's turn it is
  let expires = 0; // nothing expires before

  const laneOf = (ch: string, p: Hex128 = producer_) => byKey.get(p + ch);

  const addLane = (facts: Lane): LaneState => {
    const l = newLane(facts);
    byKey.set(facts.p + facts.ch, l);
    all.push(l);
    return l;
  };

  /** Makes the lane one that pump looks at, if it has anything to send. */
  const queue = (l: LaneState) => {
    if (!l.queued_ && l.send_ < l.items_.length) {
      l.queued_ = true;
      lanes.push(l);
    }
  };

  const load = (known: readonly Lane[], entries: readonly Entry[]) => {
    for (const x of known) addLane({ ...x, next: Math.max(x.next, x.resolved + 1), sealed: false });
    for (const e of entries) {
      const { ch, p, n, id } = e;
      const l = laneOf(ch, p) ?? addLane({ ...none, ch, p });
      fill(l, n);
      l.items_.push(newItem(n, n, e, !!(e.sent || e.mem)));
      l.facts_.next = Math.max(l.facts_.next, n + 1);
      lastEntry = Math.max(lastEntry, id);
      willExpire(e.expires);
    }
    persisted = lastEntry;
    for (const l of all) {
      const f = l.facts_; // of what came before nothing is known, so nothing of it can be said to be lost
      if (!f.acked) f.forgotten = Math.max(f.forgotten, lowest(l) - 1);
    }
    for (const { ch, p } of known) goOn(laneOf(ch, p)!);
    all.forEach(queue);
  };

  /** Goes on with a lane of an earlier opening, or with its successor. */
  const goOn = (l: LaneState) => {
    const { ch, next, successor: p } = l.facts_;
    fill(l, next);
    if (!p) {
      current.set(ch, l);
      return;
    }
    // it may have been sealed already, and then it takes no other number
    l.items_.push(newSeal(l, 0));
    let s = laneOf(ch, p);
    if (!s) {
      // it was chosen, and then the page or process ended before anything was published in it
      s = addLane({ ...none, ch, p });
      s.unwritten_ = true;
      current.set(ch, s);
    }
    s.after_ = l;
  };

  /**
   * The lane that new records of a channel go to. An outbox that is opened anew goes on in a new lane, to which the old one is
   * handed over: a copy of the outbox would hand it to another.
   */
  const laneFor = (ch: string): LaneState => {
    const old = current.get(ch);
    if (old?.facts_.p === producer_) return old;
    const l = addLane({ ...none, ch, p: producer_ });
    current.set(ch, l);
    if (old) {
      old.facts_.successor = producer_;
      l.after_ = old;
      const lane_ = { ...old.facts_ };
      seal(old, ++lastEntry);
      queue(old);
      emit(c, { k_: 'seal', id_: lastEntry, lane_ });
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

  const publish = ({ ch_: ch, size_: size, expires_ = 0 }: MachineEvent & { k_: 'publish' }) => {
    const l = laneFor(ch);
    const n = l.facts_.next++;
    const marks = durable_ && c.state_ === OPEN;
    const [sent, mem] = marks ? [serverNow(c), c.mem_] : [0, ''];
    const entry_: Entry = { id: ++lastEntry, ch, p: producer_, n, size, sent, mem, expires: expires_ };
    willExpire(expires_);
    l.items_.push(newItem(n, n, entry_));
    queue(l);
    emit(c, { k_: 'persist', entry_ });
  };

  const marked = ({ id_, sent_, mem_ }: MachineEvent & { k_: 'marked' }) => {
    marking = false;
    for (const l of lanes)
      for (const x of l.items_.slice(l.send_))
        if (x.entry_ && !x.ever_ && x.id_ <= id_) {
          x.entry_.sent = sent_;
          x.entry_.mem = mem_;
        }
  };

  // ---- giving up

  /** Resolves a record that was never sent as failed; a skip takes its place. */
  const giveUp = (l: LaneState, i: number, code: number, detail?: string) => {
    const x = l.items_[i]!;
    l.items_[i] = newItem(x.from_, x.to_);
    end(c, x.entry_!, 'failed', code, detail);
  };

  /** Gives up those records, or the first of those, that were never sent and of which this is true. */
  const giveUpWhere = (code: number, one: boolean, is: (e: Entry) => boolean) => {
    for (const l of lanes) {
      let first = -1;
      for (let i = l.send_; i < l.items_.length; i++) {
        const { entry_, ever_ } = l.items_[i]!;
        if (entry_ && !ever_ && is(entry_)) {
          giveUp(l, i, code);
          if (first < 0) first = i;
          if (one) break;
        }
      }
      if (first >= 0) joinSkips(l, first);
      if (one && first >= 0) return;
    }
  };

  const willExpire = (t: number) => {
    if (t) expires = Math.min(expires || t, t);
  };

  const expire = () => {
    if (!expires || c.now_ < expires) return;
    expires = 0;
    giveUpWhere(Expired, false, e => {
      if (c.now_ < e.expires) willExpire(e.expires);
      return e.expires > 0 && c.now_ >= e.expires;
    });
  };

  // ---- sending

  /** Sends what may be sent: lanes in turn, each in its order, within the server's bounds. */
  const pump = () => {
    for (let idle = 0; idle < lanes.length && c.flight_ < c.maxRecords_; ) {
      if (turn >= lanes.length) turn = 0;
      const l = lanes[turn]!;
      const before = c.fx_.length;
      pumpLane(l);
      idle = c.fx_.length > before ? 0 : idle + 1;
      if (l.send_ < l.items_.length) turn++;
      else {
        l.queued_ = false;
        lanes.splice(turn, 1);
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
      if (entry_ && !ever_ && c.maxMessage_ && size_ > c.maxMessage_)
        giveUp(l, l.send_, MessageTooLarge, `publish: data has ${size_} bytes; the server's limit is ${c.maxMessage_}`);
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
    // a server that has forgotten the lane would take a seal all the same, and with it all numbers before it as given up
    if (x.seal_ && unanswered) return true;
    if (x.ever_) return false;
    if (l.stale_) return true; // what comes after an unknown has to wait for the skip
    if (!durable_) return false;
    if (x.id_ > persisted) return true;
    if (!x.entry_ || x.entry_.mem === c.mem_) return false;
    if (!marking) {
      marking = true;
      emit(c, { k_: 'mark', id_: persisted, sent_: serverNow(c), mem_: c.mem_ });
    }
    return true;
  };

  const send = (l: LaneState, x: Item) => {
    if (!c.flight_++) c.answered_ = c.now_;
    c.flightBytes_ += x.size_;
    const { ch, successor } = l.facts_;
    const p = l.facts_.p === producer_ ? '' : l.facts_.p;
    const { entry_: e, ever_: resend_, from_: from, to_: to } = x;
    if (e) {
      const frame_: Publish = { t: 'publish', ch, p, n: to };
      if (resend_) {
        frame_.sent = e.sent;
        frame_.mem = e.mem;
        if (stale(e)) l.stale_++;
      } else if (!durable_) {
        e.sent = serverNow(c);
        e.mem = c.mem_;
      }
      emit(c, { k_: 'publish', frame_, entry_: e, resend_ });
    } else emit(c, { k_: 'send', frame_: { t: 'skip', ch, p, from, to, successor: x.seal_ ? successor : '' } });
    x.ever_ = true;
    l.send_++;
  };

  /** Whether the server may have to answer that it cannot know. */
  const stale = (e: Entry) => e.mem !== c.mem_ || (c.dedupe_ && serverNow(c) - e.sent > c.dedupe_);

  return {
    load_: load,
    publish_: publish,
    persisted_: (id: number) => {
      persisted = Math.max(persisted, id);
    },
    marked_: marked,
    drop_: (id: number, code: number) => giveUpWhere(code, true, e => e.id === id),
    expire_: expire,
    pump_: pump,
    laneOf_: laneOf,
    queue_: queue,
    /** Takes an item off what is in flight. */
    landed_: (l: LaneState, x: Item) => {
      c.flight_--;
      c.flightBytes_ -= x.size_;
      if (x.entry_ && l.stale_ && stale(x.entry_)) l.stale_--;
    },
    /** Forgets a lane that has come to its end. */
    forget_: (l: LaneState) => {
      byKey.delete(l.facts_.p + l.facts_.ch);
      all = all.filter(x => x !== l);
    },
    /** The socket is gone: everything without an answer goes out again on the next one. */
    away_: () => {
      c.flight_ = c.flightBytes_ = 0;
      marking = false;
      for (const l of all) {
        rewind(l);
        l.haltedUntil_ = l.goneBack_ = 0;
        queue(l);
      }
    },
    /** When something expires, and when halted lanes go on. */
    expires_: () => expires,
    halts_: () => lanes.map(l => l.haltedUntil_),
  };
};
