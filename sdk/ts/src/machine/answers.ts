// What the server answers to publishes and skips: internal/session/client_answers.go in TypeScript.
import { Hole, ProducerConflict, ProducerUnknown, RateLimited, RefusedEarlier, UnknownOutcome } from '../spec/numbers_gen.ts';
import type { Refused, Stored } from '../wire/frames.ts';
import { answered, laneOf, left, queue, rewind, shift, skipBefore } from './lanes.ts';
import { landed } from './pump.ts';
import { emit, facts, kindOf, type LaneState, maxProbes, type State, serverNow } from './state.ts';
import type { Entry } from './types.ts';

/** Resolves every number up to the one named; the last `count` of them are told apart. */
export const stored = (c: State, f: Stored): void => {
  const l = laneOf(c, f.ch, f.p);
  if (!l) return;
  let i = l.first_;
  for (; i < l.send_; i++) {
    const x = l.items_[i]!;
    // a seal has an answer of its own
    if (x.to_ > (f.n || 0) || (x.kind_ === 'seal' && (i > l.first_ || !f.skipped))) break;
    landed(c, l, x);
    if (x.kind_ === 'seal') l.sealed_ = true;
    if (x.entry_) outcome(c, x.entry_, f);
  }
  if (i === l.first_) return;
  progress(c, l);
  const number = l.items_[i - 1]!.to_; // never more than was sent, whatever the server says
  if (!f.skipped) {
    if (l.mem_ !== c.mem_ || !remembered(c, l)) forget(l); // an earlier process may have gone on behind a skip
    l.acked_ = number;
    l.mem_ = c.mem_;
    l.ackedAt_ = serverNow(c);
  }
  answered(l, i - l.first_);
  shift(l, i);
  requeue(c, l);
  resolvedTo(c, l, number);
};

const outcome = (c: State, entry_: Entry, f: Stored) => {
  const back = (f.n || 0) - entry_.n;
  const told = back < (f.count || 1); // what stands in the frame is about this one, too
  const lost = told && !!f.skipped;
  emit(c, {
    k_: 'outcome',
    entry_,
    outcome_: lost ? 'failed' : 'delivered',
    offset_: told && !lost ? Math.max(0, (f.o || 0) - back) : 0,
    duplicate_: told && !lost && !!f.dup,
    synced_: !lost && !!f.synced,
    copies_: lost ? 0 : f.copies || 0,
    code_: lost ? RefusedEarlier : 0,
    detail_: '',
  });
};

/** Notes that the server answers. */
const progress = (c: State, l: LaneState) => {
  l.goneBack_ = c.probes_ = 0;
  c.answered_ = c.now_;
};

const forget = (l: LaneState) => {
  l.forgotten_ = Math.max(l.forgotten_, l.acked_);
};

const resolvedTo = (c: State, l: LaneState, number: number) => {
  if (number <= l.resolved_ && !l.sealed_) return;
  l.resolved_ = Math.max(l.resolved_, number);
  if (l.sealed_) {
    if (!left(l)) {
      c.byKey_.delete(l.p_ + l.ch_);
      c.all_ = c.all_.filter(x => x !== l);
    }
    const s = laneOf(c, l.ch_, l.successor_);
    if (s?.unwritten_) {
      s.unwritten_ = false; // the outbox is to know how it goes on before it forgets this lane
      emit(c, { k_: 'resolved', lane_: facts(s) });
    }
  }
  emit(c, { k_: 'resolved', lane_: facts(l) });
};

export const refused = (c: State, f: Refused): void => {
  const l = laneOf(c, f.ch, f.p);
  if (!l) return;
  const code_ = f.code || 0;
  if (code_ === ProducerConflict) {
    c.state_ = 'over';
    emit(c, { k_: 'fail', code_, detail_: `lane ${l.p_} in ${f.ch}: number ${f.n || 0} was used for something else` });
  } else if (code_ === Hole || code_ === ProducerUnknown) goBack(c, l, f.want || 1);
  else if (kindOf(code_) === 41) hold(c, l, f);
  else refusedForGood(c, l, f);
};

/**
 * Sends the lane again from the number that the server wants. Numbers below its lowest have their outcome here, so the server is
 * told that they will not come; those it had acknowledged are lost.
 */
const goBack = (c: State, l: LaneState, want: number) => {
  if (++l.goneBack_ > maxProbes) {
    emit(c, { k_: 'disconnect', code_: Hole, detail_: `lane ${l.p_} makes no progress`, at_: c.now_ });
    return;
  }
  if (want <= l.acked_) {
    if (l.mem_ === c.mem_ && remembered(c, l)) {
      const from_ = Math.max(want, l.forgotten_ + 1);
      if (from_ <= l.acked_) emit(c, { k_: 'lost', ch_: l.ch_, p_: l.p_, from_, to_: l.acked_ });
      l.acked_ = want - 1;
    } else forget(l);
  }
  land(c, l);
  skipBefore(l, want);
  queue(c, l);
};

/**
 * Whether the server must still know what it last acknowledged in the lane. It counts from before the acknowledgement was heard,
 * so towards the window's end a loss and a lane that was forgotten look the same.
 */
const remembered = (c: State, l: LaneState) => !c.dedupe_ || serverNow(c) - l.ackedAt_ < c.dedupe_ - Math.floor(c.dedupe_ / 10);

/** Takes all of the lane off what is in flight: no answer to it will come on this socket. */
const land = (c: State, l: LaneState) => {
  for (let i = l.first_; i < l.send_; i++) landed(c, l, l.items_[i]!);
};

/**
 * Waits as long as the server says, and then sends from that number on; if the rate was exceeded, no more at first than came
 * through before, and one more for each answer.
 */
const hold = (c: State, l: LaneState, f: Refused) => {
  l.haltedUntil_ = c.now_ + (f.retry || 1000);
  progress(c, l);
  const entry_ = l.items_.slice(l.first_, l.send_).findLast(x => x.to_ === f.n)?.entry_;
  land(c, l);
  const through = l.landed_;
  rewind(l);
  if (f.code === RateLimited) l.pace_ = Math.max(1, through); // what goes beyond the rate would be discarded there, each time
  queue(c, l);
  emit(c, { k_: 'held', entry_, code_: f.code!, detail_: f.detail || '', at_: l.haltedUntil_ });
};

/** Ends one number, as failed or as unknown. */
const refusedForGood = (c: State, l: LaneState, f: Refused) => {
  let i = l.first_;
  while (i < l.send_ && (l.items_[i]!.to_ !== f.n || l.items_[i]!.kind_ === 'seal')) i++;
  if (i === l.send_) return;
  const x = l.items_[i]!;
  const unknown = f.code === UnknownOutcome;
  const want = f.want || 0;
  landed(c, l, x);
  progress(c, l);
  if (unknown) {
    l.unknownFrom_ ||= Math.max(want, 1);
    if (want <= l.acked_) forget(l);
  }
  if (x.entry_)
    emit(c, {
      k_: 'outcome',
      entry_: x.entry_,
      outcome_: unknown ? 'unknown' : 'failed',
      offset_: 0,
      duplicate_: false,
      synced_: false,
      copies_: 0,
      code_: f.code || 0,
      detail_: f.detail || '',
    });
  const lowest = i === l.first_;
  answered(l, 1);
  if (lowest) shift(l, i + 1);
  else {
    l.items_.splice(i, 1);
    l.send_--;
  }
  requeue(c, l);
  if (lowest) resolvedTo(c, l, f.n!); // else what came before it has no answer yet
};

/** Makes pump look at a lane that owes a skip: a lane must have no hole when it goes on. */
const requeue = (c: State, l: LaneState) => {
  if (l.send_ === l.first_ && l.unknownFrom_) {
    skipBefore(l, l.unknownFrom_);
    l.unknownFrom_ = 0;
  }
  queue(c, l);
};
