import type { Core } from './core.ts';
import { badArgument, maxBuckets } from './options.ts';
import { type Counters, newCounters, type State } from './words.ts';

/**
 * What a breaker knows, to be kept as JSON and restored by another program or page, so that one that is started again does not run
 * against what is known to be down. Times are RFC 3339. Go's package `breaker` writes and reads the same.
 */
export interface Snapshot {
  version: 1;
  name?: string;
  /** When it was taken. */
  taken: string;
  state: State;
  since: string;
  /** When an open breaker lets a trial through; missing otherwise. */
  until?: string;
  disabled?: boolean;
  /** Those since the last success. */
  consecutiveFailures?: number;
  /** The calls that the rate rule goes by, oldest first, at most 1,000 entries. */
  ended?: SnapshotCalls[];
  total: Counters;
}

/** Calls that ended in one part of the window. */
export interface SnapshotCalls {
  /** When that part began. */
  at: string;
  successes: number;
  failures: number;
}

const iso = (ms: number) => new Date(ms).toISOString();

export function snapshot(c: Core): Snapshot {
  const now = c.now_();
  const s: Snapshot = { version: 1, taken: iso(now), state: c.state_, since: iso(c.since_), total: { ...c.total_ } };
  if (c.o_.name_) s.name = c.o_.name_;
  if (c.until_ !== undefined) s.until = iso(c.until_);
  if (c.disabled_) s.disabled = true;
  if (c.failures_) s.consecutiveFailures = c.failures_;
  const parts = c.window_.parts_(now);
  if (parts.length) s.ended = parts.map(p => ({ at: iso(p.at), successes: p.ok, failures: p.bad }));
  return s;
}

const op = 'restore a breaker';

/** Puts a breaker where a snapshot was; see `Breaker.restore`. */
export function restore(c: Core, given: unknown): void {
  const s = check(given, c.o_.name_);
  const now = c.now_();
  c.total_ = s.total_;
  c.disabled_ = s.disabled_;
  if (s.state_ === 'open') c.restoreUntil_(now, Math.max(0, Math.min(s.until_ - now, s.until_ - s.taken_)));
  c.move_(now, s.state_, 'restore');
  c.failures_ = s.failures_;
  c.since_ = Math.min(s.since_, now);
  c.window_.restore_(now, s.ended_);
  c.now_();
}

/** Judges a snapshot that may come from anywhere. */
function check(given: unknown, name: string) {
  const s = object(given, 'the snapshot');
  if (s.version !== 1) throw badArgument(op, `version is ${show(s.version)}; this program reads 1`);
  if (s.name && name && s.name !== name) throw badArgument(op, `name is ${show(s.name)}; this breaker is ${show(name)}`);
  const state = s.state as State;
  if (!['closed', 'open', 'half-open'].includes(state)) throw badArgument(op, `state is ${show(state)}`);
  const ended = s.ended ?? [];
  if (!Array.isArray(ended) || ended.length > maxBuckets)
    throw badArgument(op, `ended is no list of at most ${maxBuckets} entries`);
  const counts = object(s.total, 'total');
  const total = newCounters();
  for (const what of Object.keys(total) as (keyof Counters)[]) total[what] = count(counts[what], `total.${what}`);
  return {
    state_: state,
    taken_: time(s.taken, 'taken'),
    since_: time(s.since, 'since'),
    until_: state === 'open' ? time(s.until, 'until') : 0,
    disabled_: s.disabled === true,
    failures_: count(s.consecutiveFailures, 'consecutiveFailures'),
    total_: total,
    ended_: ended.map((e, i) => {
      const part = object(e, `ended ${i}`);
      const of = (field: string) => `${field} of ended ${i}`;
      return {
        at: time(part.at, of('at')),
        ok: count(part.successes, of('successes')),
        bad: count(part.failures, of('failures')),
      };
    }),
  };
}

const show = (v: unknown) => (typeof v === 'object' ? typeof v : String(JSON.stringify(v)).slice(0, 80));

function object(v: unknown, what: string): Record<string, unknown> {
  if (typeof v !== 'object' || v === null) throw badArgument(op, `${what} is missing`);
  return v as Record<string, unknown>;
}

/** The largest count is what JSON numbers hold exactly everywhere, 2^53. */
function count(v: unknown, what: string): number {
  const n = v ?? 0;
  if (typeof n !== 'number' || !(n >= 0 && n <= 2 ** 53 && n % 1 === 0)) {
    throw badArgument(op, `${what} is ${show(v)}; it must be a whole number from 0 to 2^53`);
  }
  return n;
}

const yearOne = Date.parse('0001-01-01T00:00:00Z');

function time(v: unknown, what: string): number {
  // Go writes up to nine digits of a second, and not every engine reads more than three
  const ms = typeof v === 'string' ? Date.parse(v.replace(/(\.\d{3})\d+/, '$1')) : Number.NaN;
  if (!(ms >= yearOne)) throw badArgument(op, `${what} is ${show(v)}; it must be a time of RFC 3339`);
  return ms;
}
