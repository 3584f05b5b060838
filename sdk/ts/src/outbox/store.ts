import type { Entry, Lane } from '../machine/types.ts';
import type { Content, Fault, Headers } from '../session/engine.ts';
import { IO, OutboxMismatch } from '../spec/codes_gen.ts';

/** A record as it is stored: what the machine knows of it, and its content. */
export interface StoredEntry extends Entry {
  /** The page's name for it; see the command `publish`. */
  key: string;
  type: Content;
  data: Uint8Array;
  h: Headers;
}

/** All entries up to `id` that bear no mark were first sent at this server time, under this memory of lanes. */
export interface Mark {
  id: number;
  sent: number;
  mem: string;
}

/** Changes to what is stored, to be carried out in this order. All of them become durable together, or none does. */
export interface Changes {
  put_: StoredEntry[];
  /** Ids of entries that go. */
  drop_: number[];
  /** By channel and producer; those that go are pairs of these. */
  lanes_: Map<string, Lane | [ch: string, p: string]>;
  /** All marks from now on. */
  marks_?: Mark[] | undefined;
  /** To whom the outbox belongs from now on. */
  user_?: string | undefined;
  /** What became of a page's records; without, the page is forgotten. */
  pages_: Map<string, Taken | undefined>;
}

/**
 * Up to which of its records a page's were taken, when, and which of them did not end as delivered; of those up to `low` that is not
 * known any more.
 */
export type Taken = [n: number, at: number, ends: Ended[], low: number];

/** A record that ended as anything but delivered. */
export type Ended = [n: number, status: 'failed' | 'unknown', fault: Fault];

/** How many of these are kept for each page. */
export const maxEnds = 64;

/** How long it is remembered what a page has had taken: it may share with others, be frozen, and ask again when it goes on. In ms. */
const remembered = 7 * 864e5;

/** Options of an outbox. */
export interface OutboxOptions {
  /** Tells the outboxes of one origin apart. Two sessions with the same one exclude each other. Default `holdfast`. */
  name?: string | undefined;
  /** Records that wait for their answer at most. Default 1,000. */
  maxRecords?: number | undefined;
  /** Bytes of payload, headers and names that wait for their answer; one record may go beyond. Default 4 MiB. */
  maxBytes?: number | undefined;
  /**
   * What happens at the limits. `refuse`: the new record fails with `outbox_full`. `drop-oldest`: the oldest that was never sent fails
   * with `dropped`; where all were sent, the new one is refused. `drop-newest`: the new one fails with `dropped`. Default `refuse`; who
   * would rather wait awaits the session's `room()` before publishing.
   */
  policy?: 'refuse' | 'drop-oldest' | 'drop-newest' | undefined;
}

/** Keeps what was published until it is answered. One session at a time uses it. */
export interface Outbox extends OutboxOptions {
  /** Whether what it has taken survives a crash of the page, the browser and the machine. */
  readonly durable: boolean;
  /** Where it is kept; left out: in memory alone. `more` is added to its name. */
  readonly open_?: ((user: string, lost: (why: Fault) => void, more?: string) => Promise<Store>) | undefined;
}

/** An outbox's place that was opened, and what was in it. */
export interface Store {
  /** In order of the ids. */
  entries_: StoredEntry[];
  lanes_: Lane[];
  pages_: Map<string, Taken>;
  /** One call at a time. */
  write_(c: Changes): Promise<void>;
  /** Lets go of it. Nothing is written any more. */
  close_(): void;
}

/** An outbox that lives as long as the page: what has no answer then is gone. */
export const memoryOutbox = (o: OutboxOptions = {}): Outbox => ({ ...o, durable: false });

/** Nothing to change. */
export const noChanges = (): Changes => ({ put_: [], drop_: [], lanes_: new Map(), pages_: new Map() });

/** What an outbox fails with: a fault, or whatever the browser says. */
export const failure = (name: string, e: unknown): Fault =>
  typeof (e as Partial<Fault> | undefined)?.code === 'string' ? (e as Fault) : { code: IO, op: `outbox ${name}`, detail: `${e}` };

/**
 * Makes a store of what was read: keys are numbers for entries, pairs for lanes, `user`, `marks`, and `page PAGE`. An outbox with something in it is
 * refused to another user (`outbox_mismatch`).
 */
export const loaded = async (
  name: string,
  user: string,
  rows: [key: unknown, value: never][],
  write_: Store['write_'],
  close_: Store['close_'],
): Promise<Store> => {
  const c = noChanges();
  const entries_: StoredEntry[] = [];
  let lanes_: Lane[] = [];
  const pages_ = new Map<string, Taken>();
  let marks: Mark[] = [];
  let owner: string | undefined;
  for (const [key, value] of rows) {
    if (typeof key === 'number') entries_.push(value);
    else if (Array.isArray(key)) lanes_.push(value);
    else if (key === 'marks') marks = value;
    else if (key === 'user') owner = value;
    else if (`${key}`.startsWith('page ')) pages_.set(`${key}`.slice(5), value);
  }
  entries_.sort((a, b) => a.id - b.id);
  if (user && owner !== user) {
    const detail = `it belongs to user "${owner}", not to "${user}"`;
    if (entries_[0]) throw { code: OutboxMismatch, op: `open outbox ${name}`, detail } satisfies Fault;
    c.user_ = user;
    for (const l of lanes_) c.lanes_.set(l.ch + l.p, [l.ch, l.p]);
    lanes_ = [];
  }
  // a lane of which nothing is resolved yet has only entries; what comes after it has to know of it all the same
  const known = new Set(lanes_.map(l => l.p + l.ch));
  for (const { ch, p } of entries_) {
    if (known.has(p + ch)) continue;
    known.add(p + ch);
    lanes_.push({ ch, p, next: 1, resolved: 0, acked: 0, mem: '', ackedAt: 0, forgotten: 0, successor: '', sealed: false });
  }
  // a mark is not to hit the entries that will bear its numbers later
  for (const e of entries_) {
    const m = marks.find(m => e.id <= m.id);
    if (m && !e.sent) {
      Object.assign(e, { sent: m.sent, mem: m.mem });
      c.put_.push(e);
    }
  }
  for (const [page, [, at]] of pages_) if (at < Date.now() - remembered) c.pages_.set(page, undefined);
  c.marks_ = [];
  await write_(c);
  return { entries_, lanes_, pages_, write_, close_ };
};
