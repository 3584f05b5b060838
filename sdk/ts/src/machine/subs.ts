// The machine's half of subscriptions: internal/session/client_subs.go in TypeScript.
import { AlreadySubscribed, RecordHole } from '../spec/numbers_gen.ts';
import type { Gap, Hex64, Pass, RecordFrame, SubscribedFields, SubscribeFields, TermEnd, Unsubscribed } from '../wire/frames.ts';
import { emit, kindOf, type State, type Sub } from './state.ts';
import type { Checkpoint, MachineEvent } from './types.ts';

/** About how many bytes are done that the server does not know of. */
const doneBytes = (s: Sub) =>
  s.done_ <= s.told_ || s.offset_ <= s.told_ ? 0 : Math.floor((s.untold_ * (s.done_ - s.told_)) / (s.offset_ - s.told_));

export const unacked = (s: Sub): boolean => s.state_ === 'open' && s.done_ > s.told_;

/** Notes that the server is told what is done. */
const toTell = (s: Sub) => {
  s.untold_ -= doneBytes(s);
  s.told_ = s.done_;
};

/** Makes a new request of the subscription; what comes before its answer belongs to an older one. */
export const request = (c: State, s: Sub): SubscribeFields => {
  s.request_ = ++c.request_;
  s.state_ = 'asked';
  s.retryAt_ = 0;
  toTell(s);
  const q: SubscribeFields = { ...s.spec_, id: s.request_, window: [s.records_, s.bytes_] };
  return s.placed_
    ? { ...q, at: 'position', term: s.term_, o: s.offset_, last: 0, since: 0, earlier: s.earlier_, pending: s.offset_ - s.done_ }
    : q;
};

export const subscribe = (c: State, e: MachineEvent & { k_: 'subscribe' }): void => {
  const { sub_: id_, spec_, checkpoint_: at } = e;
  if (c.byChannel_.has(spec_.ch)) {
    emit(c, { k_: 'ended', sub_: id_, code_: AlreadySubscribed, detail_: '' });
    return;
  }
  const placed_ = !!(at && (at.term || at.offset));
  const offset_ = placed_ ? at.offset : 0;
  const s: Sub = {
    id_,
    state_: 'away',
    spec_,
    request_: 0,
    placed_,
    term_: placed_ ? at.term : '',
    offset_,
    earlier_: placed_ ? at.earlier : [],
    gen_: 0,
    records_: spec_.window?.[0] || c.o_.window_?.[0] || 512,
    bytes_: spec_.window?.[1] || c.o_.window_?.[1] || 1 << 20,
    done_: offset_,
    told_: offset_,
    untold_: 0,
    since_: 0,
    retryAt_: 0,
  };
  c.subs_.set(id_, s);
  c.byChannel_.set(spec_.ch, s);
  if (c.state_ === 'open') ask(c, s);
};

export const ask = (c: State, s: Sub): void => {
  emit(c, { k_: 'send', sub_: s.id_, frame_: { t: 'subscribe', ...request(c, s) } });
};

export const resubscribe = (c: State): void => {
  for (const s of c.subs_.values()) if (s.state_ === 'away' && s.retryAt_ && c.now_ >= s.retryAt_) ask(c, s);
};

export const unsubscribe = (c: State, id: number): void => {
  const s = c.subs_.get(id);
  if (!s) return;
  // the hello's subscriptions end behind it, even while there is no welcome
  if (s.state_ !== 'away') {
    if (unacked(s)) tell(c, s);
    emit(c, { k_: 'send', frame_: { t: 'unsubscribe', id: ++c.request_, ch: s.spec_.ch } });
  }
  forget(c, s);
};

const forget = (c: State, s: Sub, code_ = 0, detail_ = '') => {
  c.subs_.delete(s.id_);
  c.byChannel_.delete(s.spec_.ch);
  emit(c, { k_: 'ended', sub_: s.id_, code_, detail_ });
};

export const subscribed = (c: State, f: SubscribedFields): void => {
  const s = c.byChannel_.get(f.ch);
  if (s?.state_ !== 'asked' || s.request_ !== f.id) return;
  if (f.code) {
    if (kindOf(f.code) > 41 || f.code < 4000) forget(c, s, f.code, f.detail);
    else {
      s.state_ = 'away';
      s.retryAt_ = c.now_ + Math.max(1000, f.retry || 0);
    }
    return;
  }
  s.state_ = 'open';
  s.gen_ = f.gen || 0;
  if (!s.placed_) {
    s.placed_ = true;
    s.term_ = f.term || '';
    s.earlier_ = [];
    s.offset_ = s.done_ = s.told_ = f.o || 0;
  }
  emit(c, { k_: 'subscribed', sub_: s.id_, frame_: f });
};

export const unsubscribed = (c: State, f: Unsubscribed): void => {
  const s = opened(c, f.ch);
  if (!s || f.id || !f.code) return; // an answer to our own request, or about an earlier subscription
  if (kindOf(f.code) === 43) forget(c, s, f.code, f.detail);
  else {
    s.state_ = 'away';
    s.retryAt_ = c.heard_ + 1000;
  }
};

const opened = (c: State, ch: string): Sub | undefined => {
  const s = c.byChannel_.get(ch);
  return s?.state_ === 'open' ? s : undefined;
};

/** Takes the next record; one that is not the next is a duplicate, or a fault of the server's. */
export const record = (c: State, f: RecordFrame): void => {
  const s = opened(c, f.ch);
  const o = f.o || 0;
  if (!s || o <= s.offset_) return;
  if (o !== s.offset_ + 1) {
    emit(c, { k_: 'disconnect', code_: RecordHole, detail_: '', at_: c.now_ });
    return;
  }
  enter(s, f.term);
  s.offset_ = o;
  s.untold_ += f.data?.length || 0;
  emit(c, { k_: 'record', sub_: s.id_, term_: s.term_, frame_: f });
};

/** Notes the term of what comes next, if it is a new one. */
const enter = (s: Sub, term: Hex64 | undefined) => {
  if (!term || term === s.term_) return;
  if (s.term_ && s.offset_) s.earlier_ = latest([...s.earlier_, [s.term_, s.offset_]]);
  s.term_ = term;
};

/** As many terms as are remembered beside the current one. */
const latest = (h: TermEnd[]) => h.slice(-7);

export const pass = (c: State, f: Pass): void => {
  const s = opened(c, f.ch);
  const o = f.o || 0;
  if (!s || o <= s.offset_) return;
  enter(s, f.term);
  if (s.done_ === s.offset_) s.done_ = o;
  s.offset_ = o;
};

/** Moves the position to where the records go on. After a fork the offsets from its beginning on carry other records. */
export const gap = (c: State, f: Gap): void => {
  const s = opened(c, f.ch);
  if (!s) return;
  const after = f.after || 0;
  if (f.why === 'fork') {
    const all = common([...s.earlier_, [s.term_, s.offset_]], after);
    s.earlier_ = latest(all.filter(([term]) => term && term !== f.term));
  } else enter(s, f.term);
  s.term_ = f.term || '';
  s.offset_ = s.done_ = s.told_ = after;
  s.untold_ = 0;
  emit(c, { k_: 'gap', sub_: s.id_, frame_: f });
};

/** Cuts a history off after an offset. */
const common = (h: TermEnd[], last: number): TermEnd[] => {
  const i = h.findIndex(t => t[1] >= last);
  return i < 0 ? h : [...h.slice(0, i), [h[i]![0], last]];
};

export const done = (c: State, { sub_, term_, offset_ }: MachineEvent & { k_: 'done' }): void => {
  const s = c.subs_.get(sub_);
  if (!s || offset_ <= s.done_ || !has(s, term_, offset_)) return;
  if (s.done_ <= s.told_) s.since_ = c.now_;
  s.done_ = offset_;
  if (s.state_ === 'open' && c.state_ === 'open' && ((offset_ - s.told_) * 4 >= s.records_ || doneBytes(s) * 4 >= s.bytes_))
    tell(c, s);
};

/** Whether a position is in the history that led to the present one; after a fork it may not be any more. */
const has = (s: Sub, term: Hex64, offset: number) =>
  offset <= (term === s.term_ ? s.offset_ : (s.earlier_.find(t => t[0] === term)?.[1] ?? -1));

const tell = (c: State, s: Sub) => {
  toTell(s);
  emit(c, { k_: 'send', frame_: { t: 'ack', ch: s.spec_.ch, o: s.done_, gen: s.gen_ } });
};

/** Tells the server of progress that has waited for ackDelay, or all of it. */
export const acks = (c: State, all: boolean): void => {
  for (const s of c.subs_.values()) if (unacked(s) && (all || c.now_ >= s.since_ + c.o_.ackDelay_!)) tell(c, s);
};

export const checkpoint = (c: State, id: number, term: Hex64, offset: number): Checkpoint | undefined => {
  const s = c.subs_.get(id);
  if (!s) return;
  const i = s.earlier_.findIndex(t => t[0] === term || t[1] >= offset);
  return { term, offset, earlier: i < 0 ? s.earlier_ : s.earlier_.slice(0, i) };
};
