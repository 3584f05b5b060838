import type { Command, Engine, EntrySignal, Fault, MessageStatus, Signal, Sink } from '../session/engine.ts';
import { Closed, Disconnected, UnknownOutcome } from '../spec/codes_gen.ts';
import { type Group, type Mail, newGroup } from './group.ts';
import { type Hub, type News, newHub, type Request } from './hub.ts';
import { newStreams } from './streams.ts';

/** What a tab is made of. */
export interface TabOptions {
  /** Of the group. */
  name_: string;
  /** The page's half of the ids of its records. */
  page_: string;
  sink_: Sink;
  /** The outbox is stored, so the next leader finds in it what the last one took. */
  stored_: boolean;
  /** Makes an engine in this page: the one that all share, or one for this page alone. */
  create_: (sink: Sink) => Engine;
  /** Makes one for this page alone. */
  alone_: () => Engine;
}

interface Letter extends Mail {
  /** Which leader's time it belongs to. */
  e?: string;
  fresh?: boolean;
  list?: unknown;
}

/** A record that the page waits for. */
interface Mine {
  cmd_: Command & { c: 'publish' };
  /** It has gone to a leader. */
  out_: boolean;
  status_: MessageStatus;
}

/** How many records a page may have under way to the outbox before that is called full. */
const maxUnkept = 64;

const fault = (code: string, detail: string): Fault => ({ code, detail });

/**
 * The engine of a page that shares: it passes on what the page wants to the tab that leads, which may be this one. Everything that has no
 * answer is kept, and told to the next leader when there is one.
 */
export function newTab(o: TabOptions): Engine {
  const mine = new Map<string, Mine>();
  const left = new Set<string>();
  const unkept = new Set<string>();
  const waits = new Map<string, { cmd_: Command & { c: 'call' | 'stats' }; out_: boolean }>();
  let leader = '';
  let era = '';
  let outbox: (Signal & { e: 'outbox' }) | undefined;
  let full = false; // as the page was told
  let fresh = true;
  let hub: Hub | undefined;
  let alone: Engine | undefined;
  let joined = false;
  let paused = false;
  let out: Request[] = [];
  let turn = 0;
  let ending: ReturnType<typeof setTimeout> | undefined;
  let over = false;

  const flush = () => {
    const list = out;
    out = [];
    if (!leader || !list.length) return; // it is kept, and comes with the next hello
    for (const c of list) {
      const m = c.c === 'publish' ? mine.get(c.id) : c.c === 'call' && waits.get(`call${c.id}`);
      if (m) m.out_ = true;
    }
    if (hub) hub.take_(o.page_, list);
    else group.post_('want', { e: era, list }, leader);
  };
  const send = (c: Request) => {
    if (out.push(c) === 1) queueMicrotask(flush);
  };

  const streams = newStreams(send, o.sink_);

  /** Ends what a leader has had that took with it what became of it. */
  const giveUp = (entries: boolean) => {
    for (const [key, { cmd_: c, out_ }] of waits) {
      if (!out_ || c.c !== 'call' || c.key) continue;
      waits.delete(key);
      o.sink_({
        e: 'reply',
        id: c.id,
        fault: fault(Disconnected, 'the tab that made it is gone'),
        type: 0,
        data: new Uint8Array(),
      });
    }
    if (!entries) return;
    for (const [id, { out_ }] of mine) {
      if (!out_) continue;
      mine.delete(id);
      o.sink_({ e: 'entry', id, status: 'unknown', end: true, fault: fault(UnknownOutcome, 'the tab that sent it is gone') });
    }
  };

  /** Everything that is waited for. */
  const wants = (): Request[] => [
    ...[...mine.values()].map(m => m.cmd_),
    ...streams.wants_(),
    ...[...waits.values()].map(w => w.cmd_),
  ];

  const follow = (to: string, e: string) => {
    if (!joined || (leader && e === era)) return;
    if (era) giveUp(e !== era && !o.stored_); // the same one again: this tab was away, and has missed replies
    out = [];
    leader = to;
    era = e;
    streams.away_();
    const list = wants();
    const hello = { e, fresh, list };
    for (const m of [...mine.values(), ...waits.values()]) m.out_ = true;
    if (hub) hub.hello_(o.page_, hello.fresh, list);
    else group.post_('hello', hello, to);
  };

  /** Has the page told whether there is room. */
  const room = (news?: boolean) => {
    if (!outbox) return;
    const is = outbox.full || unkept.size >= maxUnkept;
    if (!news && is === full) return;
    full = is;
    o.sink_({ ...outbox, full });
  };
  const entry = (s: EntrySignal) => {
    const m = mine.get(s.id);
    if (s.number || s.end) unkept.delete(s.id);
    if (m) m.status_ = s.status;
    if (m || left.has(s.id)) o.sink_(s);
    if (!s.end) return room();
    mine.delete(s.id);
    left.delete(s.id);
    room();
    if (ending && !mine.size) end();
  };

  const hear = (s: News) => {
    switch (s.e) {
      case 'entry':
        return entry(s);
      case 'restored':
        left.add(s.id);
        return o.sink_(s);
      case 'outbox':
        outbox = s;
        fresh = false;
        return room(true);
      case 'reply':
      case 'stats':
        return waits.delete((s.e === 'reply' ? 'call' : 'stats') + s.id) ? o.sink_(s) : undefined;
      case 'subscribed':
      case 'ended':
      case 'open':
      case 'stream':
        return streams.hear_(s);
      case 'records':
        return;
      case 'closed': // the engine has failed
        return finish('failed');
      default:
        o.sink_(s);
    }
  };

  const tell = (list: News[], to: string | undefined) => {
    if (to !== o.page_) group.post_('news', { e: era, list }, to);
    if (!to || to === o.page_) list.forEach(hear);
  };

  const announce = (to?: string) => group.post_('lead', { e: era }, to);

  const lead = async () => {
    const key = `holdfast ${o.name_} tab `;
    const now = ++turn;
    const e = `${o.page_} ${now}`;
    const { held = [] } = await navigator.locks.query();
    if (now !== turn || over) return;
    const live = held.flatMap(l => (l.name?.startsWith(key) ? [l.name.slice(key.length)] : []));
    hub = newHub({ create_: o.create_, tell_: tell, watch_: t => t !== o.page_ && group.watch_(t) }, live);
    follow(o.page_, e);
    announce();
  };

  const mail = (m: Letter) => {
    if (m.t === 'who') return hub && announce(m.from);
    if (m.t === 'lead') return hub || typeof m.e !== 'string' ? undefined : follow(m.from, m.e);
    if (!Array.isArray(m.list)) return;
    if (m.t === 'news') {
      // how a record ended is good to know from any leader
      for (const s of m.list as News[]) if ((leader && m.e === era) || (s.e === 'entry' && s.end)) hear(s);
      return;
    }
    if (!hub || m.e !== era) return;
    if (m.t === 'hello') hub.hello_(m.from, !!m.fresh, m.list as Request[]);
    else if (m.t === 'want') hub.take_(m.from, m.list as Request[]);
  };

  const group: Group = newGroup(o.name_, o.page_, {
    lead_: () => void lead().catch(goAlone),
    mail_: mail,
    gone_: t => hub?.gone_(t),
    foreign_: t => {
      if (hub) announce();
      else if (t === 'lead') goAlone();
    },
  });

  const join = () => {
    group.join_().then(() => {
      joined = true;
      group.post_('who', {});
    }, goAlone);
  };

  const leave = () => {
    turn++;
    hub?.drop_();
    hub = undefined;
    joined = false;
    leader = '';
    group.leave_();
  };
  /** Lets others lead while this page is frozen, or gone. */
  const pause = () => {
    if (alone || paused || over) return;
    flush();
    paused = true;
    leave();
  };
  const resume = () => {
    if (!paused || alone || over) return;
    paused = false;
    o.sink_({ e: 'status', status: { state: 'connecting', attempt: 0 } });
    join();
  };

  /** Goes on with a connection of its own. */
  const goAlone = () => {
    if (alone || over) return;
    leave();
    giveUp(true);
    alone = o.alone_();
    const list = wants();
    streams.end_(false);
    for (const x of [mine, waits]) x.clear();
    for (const c of list) {
      if (c.c !== 'join') alone.post_(c as Command);
      else alone.post_({ ...c.cmd, ...(c.at && { ...c.at, at: 'position' }) });
    }
  };

  const { document = globalThis } = globalThis; // a worker has none
  const life: [EventTarget, string, (e: Event) => void][] = [
    [document, 'freeze', pause],
    [document, 'resume', resume],
    [globalThis, 'pagehide', pause],
    [globalThis, 'pageshow', resume],
  ];
  for (const [x, name, f] of life) x.addEventListener?.(name, f); // nor has Node

  const end = () => {
    if (over) return;
    over = true;
    flush();
    if (hub) hub.close_(() => finish('closed'));
    else finish('closed');
  };
  const gone = fault(Closed, 'the session was closed');
  /** Tells the page the end of everything. What is in the outbox stays there for the next leader. */
  const finish = (state: 'closed' | 'failed') => {
    over = true;
    clearTimeout(ending);
    for (const [x, name, f] of life) x.removeEventListener?.(name, f);
    hub = undefined;
    leave();
    if (state === 'closed') o.sink_({ e: 'status', status: { state, attempt: 0 } });
    streams.end_(true);
    for (const [id, { status_ }] of mine) o.sink_({ e: 'entry', id, status: status_, end: true, fault: gone });
    for (const { cmd_ } of waits.values()) discard(cmd_);
    const { size } = mine;
    for (const x of [mine, waits]) x.clear();
    o.sink_({ e: 'closed', left: size });
  };
  const discard = (c: Command) => {
    if (c.c === 'publish') o.sink_({ e: 'entry', id: c.id, status: 'failed', end: true, fault: gone });
    if (c.c === 'call' || c.c === 'stats')
      o.sink_({ e: 'reply', id: c.id, fault: { op: c.c, ...gone }, type: 0, data: new Uint8Array() });
    if (c.c === 'subscribe') o.sink_({ e: 'ended', sub: c.sub, fault: gone });
  };

  const post = (c: Command) => {
    if (alone) return alone.post_(c);
    if (over || (ending && c.c === 'publish')) return discard(c);
    switch (c.c) {
      case 'publish':
        mine.set(c.id, { cmd_: c, out_: false, status_: 'pending' });
        unkept.add(c.id);
        send(c);
        return room();
      case 'call':
      case 'stats':
        waits.set(c.c + c.id, { cmd_: c, out_: false });
        return send(c);
      case 'cancel':
        waits.delete(`call${c.id}`);
        return send(c);
      case 'subscribe':
        return streams.subscribe_(c);
      case 'unsubscribe':
        return streams.unsubscribe_(c);
      case 'done':
        return streams.done_(c);
      case 'close':
        if (ending) return;
        ending = setTimeout(end, Math.min(c.drain, 2 ** 31 - 1));
        o.sink_({ e: 'status', status: { state: 'closing', attempt: 0 } });
        return void (mine.size || end());
      default:
        send(c);
    }
  };
  join();
  return { post_: post };
}
