// What the server answers to publishes and skips: internal/session/client_answers.go in TypeScript.
import { Hole, ProducerConflict, ProducerUnknown, RateLimited, RefusedEarlier, UnknownOutcome } from '../spec/numbers_gen.ts';
import type { Refused, Stored } from '../wire/frames.ts';
import { c, disconnect, emit, fail, kindOf, maxProbes, serverNow } from './core.ts';
import { answered, type LaneState, rewind, shift, skipBefore } from './lane.ts';
import { end, landed, laneOf, queue } from './publisher.ts';
import type { Entry } from './types.ts';

/** Resolves every number up to the one named; the last `count` of them are told apart. */
export const stored = (f: Stored) => {
  const l = laneOf(f.ch, f.p);
  if (!l) return;
  const { first_: first, facts_: facts } = l;
  let number = 0;
  let i = first;
  for (; i < l.send_; i++) {
    const x = l.items_[i]!;
    // a seal has an answer of its own
    if (x.to_ > (f.n || 0) || (x.seal_ && (i > first || !f.skipped))) break;
    landed(l, x);
    if (x.seal_) facts.sealed = true;
    if (x.entry_) outcome(x.entry_, f);
    number = x.to_; // never more than was sent, whatever the server says
  }
  if (i === first) return;
  progress(l);
  if (!f.skipped) {
    if (facts.mem !== c.mem_ || !remembered(l)) forgotten(l); // an earlier process may have gone on behind a skip
    facts.acked = number;
    facts.mem = c.mem_;
    // a server remembers a lane from when it stored something
    facts.ackedAt = f.dup ? l.items_[i - 1]!.entry_?.sent || 0 : serverNow();
  }
  answered(l, i - first);
  shift(l, i);
  requeue(l);
  resolvedTo(l, number);
};

const outcome = (e: Entry, f: Stored) => {
  const back = (f.n || 0) - e.n;
  const told = back < (f.count || 1); // what stands in the frame is about this one, too
  if (told && f.skipped) end(e, 'failed', RefusedEarlier);
  else end(e, 'delivered', 0, '', told ? Math.max(0, (f.o || 0) - back) : 0, told && !!f.dup, f.synced, f.copies);
};

/** Notes that the server answers. */
const progress = (l: LaneState) => {
  l.goneBack_ = c.probes_ = 0;
  c.answered_ = c.now_;
};

const forgotten = ({ facts_: f }: LaneState) => {
  f.forgotten = Math.max(f.forgotten, f.acked);
};

const resolvedTo = (l: LaneState, number: number) => {
  const f = l.facts_;
  if (number <= f.resolved && !f.sealed) return;
  f.resolved = Math.max(f.resolved, number);
  if (f.sealed) {
    if (l.first_ === l.items_.length) {
      c.byKey_.delete(f.p + f.ch);
      c.all_ = c.all_.filter(x => x !== l);
    }
    const s = laneOf(f.ch, f.successor);
    if (s?.unwritten_) {
      s.unwritten_ = false; // the outbox is to know how it goes on before it forgets this lane
      emit({ k_: 'resolved', lane_: { ...s.facts_ } });
    }
  }
  emit({ k_: 'resolved', lane_: { ...f } });
};

export const refused = (f: Refused) => {
  const l = laneOf(f.ch, f.p);
  const { code = 0 } = f;
  if (!l) return;
  if (code === ProducerConflict) fail(code);
  else if (code === Hole || code === ProducerUnknown) goBack(l, f.want || 1);
  else if (kindOf(code) === 41) hold(l, f, code);
  else refusedForGood(l, f, code);
};

/**
 * Sends the lane again from the number that the server wants. Numbers below its lowest have their outcome here, so the server is
 * told that they will not come; those it had acknowledged are lost.
 */
const goBack = (l: LaneState, want: number) => {
  const f = l.facts_;
  if (++l.goneBack_ > maxProbes) {
    disconnect(Hole, `lane ${f.p} makes no progress`);
    return;
  }
  if (want <= f.acked) {
    if (f.mem === c.mem_ && remembered(l)) {
      const from_ = Math.max(want, f.forgotten + 1);
      if (from_ <= f.acked) emit({ k_: 'lost', ch_: f.ch, p_: f.p, from_, to_: f.acked });
      f.acked = want - 1;
    } else forgotten(l);
  }
  land(l);
  skipBefore(l, want);
  queue(l);
};

/**
 * Whether the server must still know what it last acknowledged in the lane. It counts from before the acknowledgement was heard,
 * so towards the window's end a loss and a lane that was forgotten look the same.
 */
const remembered = (l: LaneState) => !c.dedupe_ || serverNow() - l.facts_.ackedAt < c.dedupe_ - Math.floor(c.dedupe_ / 10);

/** Takes all of the lane off what is in flight: no answer to it will come on this socket. */
const land = (l: LaneState) => {
  for (const x of l.items_.slice(l.first_, l.send_)) landed(l, x);
};

/**
 * Waits as long as the server says, and then sends from that number on; if the rate was exceeded, no more at first than came
 * through before, and one more for each answer.
 */
const hold = (l: LaneState, { n = 0, retry, detail: detail_ = '' }: Refused, code_: number) => {
  l.haltedUntil_ = c.now_ + (retry || 1000);
  progress(l);
  const entry_ = l.items_.slice(l.first_, l.send_).findLast(x => x.to_ === n)?.entry_;
  land(l);
  const through = l.landed_;
  rewind(l);
  if (code_ === RateLimited) l.pace_ = Math.max(1, through); // what goes beyond the rate would be discarded there, each time
  queue(l);
  emit({ k_: 'held', entry_, code_, detail_, at_: l.haltedUntil_ });
};

/** Ends one number, as failed or as unknown. */
const refusedForGood = (l: LaneState, { n = 0, want = 0, detail }: Refused, code: number) => {
  const i = l.items_.findIndex((x, at) => at >= l.first_ && at < l.send_ && x.to_ === n && !x.seal_);
  if (i < 0) return;
  const x = l.items_[i]!;
  const unknown = code === UnknownOutcome;
  landed(l, x);
  progress(l);
  if (unknown) {
    l.unknownFrom_ ||= Math.max(want, 1);
    if (want <= l.facts_.acked) forgotten(l);
  }
  if (x.entry_) end(x.entry_, unknown ? 'unknown' : 'failed', code, detail);
  answered(l, 1);
  const isLowest = i === l.first_;
  if (isLowest) shift(l, i + 1);
  else {
    l.items_.splice(i, 1);
    l.send_--;
  }
  requeue(l);
  if (isLowest) resolvedTo(l, n); // else what came before it has no answer yet
};

/** Makes pump look at a lane that owes a skip: a lane must have no hole when it goes on. */
const requeue = (l: LaneState) => {
  if (l.send_ === l.first_ && l.unknownFrom_) {
    skipBefore(l, l.unknownFrom_);
    l.unknownFrom_ = 0;
  }
  queue(l);
};
