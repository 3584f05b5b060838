// The half of a session that subscribes: internal/session/client_subs.go in TypeScript.
import { AlreadySubscribed, RecordHole } from '../spec/numbers_gen.ts';
import type { Gap, Hex64, Pass, RecordFrame, SubscribedFields, SubscribeFields, TermEnd, Unsubscribed } from '../wire/frames.ts';
import { c, disconnect, emit, kindOf, OPEN } from './core.ts';
import type { Checkpoint, MachineEvent } from './types.ts';

const ASKED = 1;

/** A subscription as the subscriber sees it: a contiguous position. */
export interface Sub {
  id_: number;
  /**
   * AWAY: no socket, or not asked for on this one; ASKED: subscribe is out, and records before its answer are dropped; OPEN: records
   * follow.
   */
  state_: number;
  spec_: SubscribeFields;
  request_: number;
  /** The position is known, so a reconnect goes on from there. */
  placed_: boolean;
  term_: Hex64;
  offset_: number;
  earlier_: readonly TermEnd[];
  gen_: number;
  window_: readonly [records: number, bytes: number];
  /** The application is done up to here, */
  done_: number;
  /** and the server knows up to here; */
  told_: number;
  /** bytes of the records after that. */
  untold_: number;
  /** When the first untold was done. */
  since_: number;
  /** Subscribe again then. */
  retryAt_: number;
}

/** About how many bytes are done that the server does not know of. */
const doneBytes = (s: Sub) =>
  s.done_ <= s.told_ || s.offset_ <= s.told_ ? 0 : Math.floor((s.untold_ * (s.done_ - s.told_)) / (s.offset_ - s.told_));

export const unacked = (s: Sub) => s.state_ === OPEN && s.done_ > s.told_;

/** Notes that the server is told what is done. */
const toTell = (s: Sub) => {
  s.untold_ -= doneBytes(s);
  s.told_ = s.done_;
};

/** Notes the term of what comes next, if it is a new one. */
const enter = (s: Sub, term: Hex64 | undefined) => {
  if (!term || term === s.term_) return;
  if (s.term_ && s.offset_) s.earlier_ = [...s.earlier_, [s.term_, s.offset_] as const].slice(-7);
  s.term_ = term;
};

/** Whether a position is in the history that led to the present one; after a fork it may not be any more. */
const has = (s: Sub, term: Hex64, offset: number) =>
  offset <= (term === s.term_ ? s.offset_ : (s.earlier_.find(t => t[0] === term)?.[1] ?? -1));

/** Cuts a history off after an offset. */
const common = (h: TermEnd[], last: number): TermEnd[] => {
  const i = h.findIndex(t => t[1] >= last);
  return i < 0 ? h : [...h.slice(0, i), [h[i]![0], last]];
};

/** Makes a new request of the subscription; what comes before its answer belongs to an older one. */
export const request = (s: Sub): SubscribeFields => {
  s.request_ = ++c.requests_;
  s.state_ = ASKED;
  s.retryAt_ = 0;
  toTell(s);
  const { term_: term, offset_: o, earlier_: earlier } = s;
  return {
    ...s.spec_,
    id: c.requests_,
    window: s.window_,
    ...(s.placed_ && { at: 'position', term, o, earlier, last: 0, since: 0, pending: o - s.done_ }),
  };
};

const ask = (s: Sub) => emit({ k_: 'send', sub_: s.id_, frame_: { t: 'subscribe', ...request(s) } });

export const subscribe = ({ sub_: id_, spec_, checkpoint_ }: MachineEvent & { k_: 'subscribe' }) => {
  if (c.byChannel_.has(spec_.ch)) return ended(id_, AlreadySubscribed);
  const { term: term_, offset: offset_, earlier: earlier_ } = checkpoint_ ?? { term: '', offset: 0, earlier: [] };
  const [records = 0, bytes = 0] = spec_.window ?? [];
  const [usual = 0, usualBytes = 0] = c.o_.window_ ?? [];
  const s: Sub = {
    id_,
    state_: 0,
    spec_,
    request_: 0,
    placed_: !!(term_ || offset_),
    term_,
    offset_,
    earlier_,
    gen_: 0,
    window_: [records || usual || 512, bytes || usualBytes || 1 << 20],
    done_: offset_,
    told_: offset_,
    untold_: 0,
    since_: 0,
    retryAt_: 0,
  };
  c.subs_.set(id_, s);
  c.byChannel_.set(spec_.ch, s);
  if (c.state_ === OPEN) ask(s);
};

export const unsubscribe = (id: number) => {
  const s = c.subs_.get(id);
  if (!s) return;
  // the hello's subscriptions end behind it, even while there is no welcome
  if (s.state_) {
    if (unacked(s)) tell(s);
    emit({ k_: 'send', frame_: { t: 'unsubscribe', id: ++c.requests_, ch: s.spec_.ch } });
  }
  forget(s);
};

const ended = (sub_: number, code_: number, detail_ = '') => emit({ k_: 'ended', sub_, code_, detail_ });

const forget = (s: Sub, code = 0, detail?: string) => {
  c.subs_.delete(s.id_);
  c.byChannel_.delete(s.spec_.ch);
  ended(s.id_, code, detail);
};

export const retry = (s: Sub, at: number) => {
  s.state_ = 0;
  s.retryAt_ = at;
};

export const subscribed = (f: SubscribedFields) => {
  const s = c.byChannel_.get(f.ch);
  const { code, term = '', o = 0 } = f;
  if (s?.state_ !== ASKED || s.request_ !== f.id) return;
  if (code) {
    if (kindOf(code) === 40 || kindOf(code) === 41) retry(s, c.now_ + Math.max(1000, f.retry || 0));
    else forget(s, code, f.detail);
    return;
  }
  s.state_ = OPEN;
  s.gen_ = f.gen || 0;
  if (!s.placed_) {
    s.placed_ = true;
    s.term_ = term;
    s.earlier_ = [];
    s.offset_ = s.done_ = s.told_ = o;
  }
  emit({ k_: 'subscribed', sub_: s.id_, frame_: f });
};

const opened = (ch: string) => {
  const s = c.byChannel_.get(ch);
  return s?.state_ === OPEN ? s : undefined;
};

export const unsubscribed = ({ ch, id, code, detail }: Unsubscribed) => {
  const s = opened(ch);
  if (!s || id || !code) return; // an answer to our own request, or about an earlier subscription
  if (kindOf(code) === 43) forget(s, code, detail);
  else retry(s, c.heard_ + 1000);
};

/** Takes the next record; one that is not the next is a duplicate, or a fault of the server's. */
export const record = (f: RecordFrame) => {
  const s = opened(f.ch);
  const { o = 0 } = f;
  if (!s || o <= s.offset_) return;
  if (o !== s.offset_ + 1) return disconnect(RecordHole);
  enter(s, f.term);
  s.offset_ = o;
  s.untold_ += f.data?.length || 0;
  emit({ k_: 'record', sub_: s.id_, term_: s.term_, frame_: f });
};

export const pass = ({ ch, o = 0, term }: Pass) => {
  const s = opened(ch);
  if (!s || o <= s.offset_) return;
  enter(s, term);
  if (s.done_ === s.offset_) s.done_ = o;
  s.offset_ = o;
};

/** Moves the position to where the records go on. After a fork the offsets from its beginning on carry other records. */
export const gap = (f: Gap) => {
  const s = opened(f.ch);
  const { term = '', after = 0 } = f;
  if (!s) return;
  if (f.why === 'fork')
    s.earlier_ = common([...s.earlier_, [s.term_, s.offset_]], after)
      .filter(t => t[0] && t[0] !== term)
      .slice(-7);
  else enter(s, term);
  s.term_ = term;
  s.offset_ = s.done_ = s.told_ = after;
  s.untold_ = 0;
  emit({ k_: 'gap', sub_: s.id_, frame_: f });
};

export const done = ({ sub_, term_, offset_ }: MachineEvent & { k_: 'done' }) => {
  const s = c.subs_.get(sub_);
  if (!s || offset_ <= s.done_ || !has(s, term_, offset_)) return;
  if (s.done_ <= s.told_) s.since_ = c.now_;
  s.done_ = offset_;
  const [records, bytes] = s.window_;
  if (s.state_ === OPEN && c.state_ === OPEN && ((offset_ - s.told_) * 4 >= records || doneBytes(s) * 4 >= bytes)) tell(s);
};

const tell = (s: Sub) => {
  toTell(s);
  emit({ k_: 'send', frame_: { t: 'ack', ch: s.spec_.ch, o: s.done_, gen: s.gen_ } });
};

/** Asks for those that are wanted since the hello, or whose time has come to be asked for again. */
export const askFor = (since: 'hello' | 'refusal') => {
  for (const s of c.subs_.values()) if (!s.state_ && (since === 'hello' || (s.retryAt_ && c.now_ >= s.retryAt_))) ask(s);
};

/** Tells the server of progress that has waited for ackDelay, or all of it. */
export const acks = (all: boolean) => {
  for (const s of c.subs_.values()) if (unacked(s) && (all || c.now_ >= s.since_ + c.o_.ackDelay_!)) tell(s);
};

export const checkpoint = (id: number, term: Hex64, offset: number): Checkpoint | undefined => {
  const s = c.subs_.get(id);
  if (!s) return;
  const i = s.earlier_.findIndex(t => t[0] === term || t[1] >= offset);
  return { term, offset, earlier: i < 0 ? s.earlier_ : s.earlier_.slice(0, i) };
};
