import type { Command, Engine, EntrySignal, Signal, Sink, SubscribeCommand } from '../session/engine.ts';
import { OutboxLocked } from '../spec/codes_gen.ts';
import { type Channel, type ChannelSignal, type Join, newChannel } from './channel.ts';

/** What a tab asks of the leader: what its page wants, with positions and streams added. */
export type Request = Exclude<Command, SubscribeCommand | { c: 'done' }> | Join | (Command & { c: 'done'; g: number });

/** What the leader tells tabs. */
export type News = Signal | ChannelSignal;

/** The leader's half: it has the engine, and does for all tabs what they ask. */
export interface Hub {
  /** A tab says who it is, and everything that it waits for. `fresh`: for the first time. */
  hello_(tab: string, fresh: boolean, list: Request[]): void;
  /** A tab wants something. */
  take_(tab: string, list: Request[]): void;
  /** A tab is gone. */
  gone_(tab: string): void;
  /** Closes the engine, and calls back when it has let go of everything. */
  close_(then: () => void): void;
  /** Lets go of everything at once. */
  drop_(): void;
}

/** What the leader needs of its tab. */
export interface HubHost {
  create_: (sink: Sink) => Engine;
  /** To one tab, or to all: the leader's own among them. */
  tell_: (list: News[], to: string | undefined) => void;
  /** Has gone_ called when the tab ends. */
  watch_: (tab: string) => void;
}

interface Tab {
  /** It has said hello. */
  here_: boolean;
  /** It has still to hear what was left in the outbox. */
  fresh_: boolean;
  subs_: Map<number, Channel>;
}

/** How long after another page was found to have the outbox that is tried again; in ms. */
const again = 1e3;
/** How long a new leader waits to hear from all tabs where they stand, before it subscribes; in ms. */
const patience = 1e3;
/** How many publishes wait for room in the outbox, beyond what that says of itself; a tab hears of a full one a little late. */
const maxHold = 1e3;

/** Begins to lead. `live` are the tabs that there are. */
export function newHub(host: HubHost, live: string[]): Hub {
  const tabs = new Map<string, Tab>();
  const channels = new Map<string, Channel>();
  const byNumber = new Map<number, Channel>();
  const asked = new Map<number, [tab: string, id: number]>();
  /** What is in the outbox, of all pages. */
  const held = new Map<string, Signal & { e: 'restored' }>();
  let number = 0;
  let patient = true;
  let engine: Engine;
  let status: Signal | undefined;
  let outbox: (Signal & { e: 'outbox' }) | undefined;
  /** Publishes that wait for room. */
  const hold: (Command & { c: 'publish' })[] = [];
  let closed: (() => void) | undefined;
  /** What tabs want while the outbox is not open yet, so that it can say which records it has already. */
  let early: [string, Request[]][] = [];
  /** Where tabs want to read, until all have told. */
  let joins: [string, Join][] | undefined = [];
  let retry: ReturnType<typeof setTimeout> | undefined;
  let news: [News, string | undefined][] = [];

  /** Sends what has gathered, in order. */
  const flush = () => {
    const all = news;
    news = [];
    for (let i = 0; i < all.length; ) {
      const to = all[i]![1];
      const list: News[] = [];
      for (; i < all.length && all[i]![1] === to; i++) list.push(all[i]![0]);
      host.tell_(list, to);
    }
  };
  const tell = (s: News, to?: string) => {
    if (news.push([s, to]) === 1) queueMicrotask(flush);
  };

  const isHere = (tab: string) => tabs.get(tab)?.here_;
  /** What dead pages have left is told to each tab once, before the first `outbox`. */
  const tellLeft = (tab: string, t: Tab) => {
    if (!t.fresh_ || !t.here_ || !outbox) return;
    t.fresh_ = false;
    for (const s of held.values()) if (!tabs.has(pageOf(s.id))) tell(s, tab);
  };

  const pump = () => {
    while (!closed && hold.length && (!outbox!.full || hold.length > maxHold)) engine.post_(hold.shift()!);
  };

  const go = () => {
    const waited = early;
    early = [];
    for (const [tab, list] of waited) self.take_(tab, list);
    begin();
    pump();
  };

  const entry = (s: EntrySignal) => {
    const page = pageOf(s.id);
    const { status, producer = '', number = 0 } = s;
    if (s.end) held.delete(s.id);
    else if (held.has(s.id)) Object.assign(held.get(s.id)!, producer ? { status, producer, number } : { status });
    // a tab that is away sends the record again when it is back, and the engine knows how it ended
    tell(s, isHere(page) ? page : undefined);
  };

  const sink: Sink = s => {
    // what ends here only because this page leaves goes on with the next leader
    if (closed && s.e !== 'closed' && (s.e !== 'entry' || /pending|sent/.test(s.status))) return;
    if (retry && s.e !== 'closed') return;
    switch (s.e) {
      case 'status':
        if (s.status.state === 'failed' && s.status.fault?.code === OutboxLocked) {
          // by a page that does not share, or the last leader on its way out
          retry = setTimeout(start, again);
          s = { e: 'status', status: { ...s.status, state: 'waiting', retryAt: Date.now() + again } };
        }
        status = s;
        return tell(s);
      case 'outbox': {
        outbox = s;
        for (const [id, t] of tabs) tellLeft(id, t);
        tell(s);
        return queueMicrotask(go); // the engine takes nothing at once while it tells
      }
      case 'restored':
        return void held.set(s.id, s);
      case 'entry':
        return entry(s);
      case 'subscribed':
      case 'records':
      case 'ended':
        return ofChannel(s);
      case 'reply':
      case 'stats': {
        const who = asked.get(s.id);
        asked.delete(s.id);
        return who && tell({ ...s, id: who[1] }, who[0]);
      }
      case 'closed':
        if (retry) return;
        if (!closed) tell(s);
        flush();
        return closed?.();
      default:
        tell(s);
    }
  };

  const ofChannel = (s: Signal & { sub: number }) => {
    const c = byNumber.get(s.sub);
    if (s.e === 'ended') byNumber.delete(s.sub);
    if (c?.sub_() !== s.sub) return; // of a subscription that we have left
    if (s.e === 'records') c.records_(s.items);
    else if (s.e === 'subscribed') c.subscribed_(s.term, s.o);
    else if (s.e === 'ended' && c.ended_(s.fault)) channels.delete(c.ch_);
  };

  const channelOf = (ch: string) => {
    let c = channels.get(ch);
    if (!c) {
      c = newChannel(ch, {
        number_: x => {
          byNumber.set(++number, x);
          return number;
        },
        post_: x => engine.post_(x),
        tell_: tell,
      });
      channels.set(ch, c);
    }
    return c;
  };

  const join = (tab: string, j: Join) => {
    if (joins) return void joins.push([tab, j]);
    const c = channelOf(j.cmd.ch);
    tabs.get(tab)?.subs_.set(j.cmd.sub, c);
    c.join_(tab, j);
  };
  const leave = (tab: string, c: Channel) => {
    if (c.leave_(tab) && channels.get(c.ch_) === c) channels.delete(c.ch_);
  };

  /** Subscribes for those who have told where they stand, from the lowest place on, once all have or had time to. */
  const begin = () => {
    if (!joins || !outbox || (patient && [...tabs.values()].some(t => !t.here_))) return;
    const all = joins.sort(([, a], [, b]) => (a.at?.o ?? Infinity) - (b.at?.o ?? Infinity));
    joins = undefined;
    for (const [tab, j] of all) if (tabs.has(tab)) join(tab, j);
  };

  /** Nobody waits any more for one, or all, of what a tab has asked. */
  const cancel = (tab: string, id?: number) => {
    for (const [n, [x, y]] of asked)
      if (x === tab && (id ?? y) === y) {
        asked.delete(n);
        engine.post_({ c: 'cancel', id: n });
      }
  };

  const one = (tab: string, t: Tab, c: Request) => {
    const channel = 'sub' in c ? t.subs_.get(c.sub) : undefined;
    switch (c.c) {
      case 'join':
        return join(tab, c);
      case 'unsubscribe':
        t.subs_.delete(c.sub);
        joins = joins?.filter(([x, j]) => x !== tab || j.cmd.sub !== c.sub);
        return channel && leave(tab, channel);
      case 'done':
        return channel?.done_(tab, c.g, c.took, c.o!, c.term!);
      case 'call':
      case 'stats':
        asked.set(++number, [tab, c.id]);
        return engine.post_({ ...c, id: number });
      case 'cancel':
        return cancel(tab, c.id);
      case 'publish':
        held.set(c.id, { ...c, e: 'restored', status: 'pending', producer: '', number: 0 });
        hold.push(c);
        return pump();
      default:
        engine.post_(c);
    }
  };

  const stop = () => {
    clearTimeout(timer);
    clearTimeout(retry);
  };

  const self: Hub = {
    hello_(tab, fresh, list) {
      if (isHere(tab)) self.gone_(tab);
      else if (!tabs.has(tab)) host.watch_(tab);
      const t: Tab = { here_: true, fresh_: fresh, subs_: new Map() };
      tabs.set(tab, t);
      if (status) tell(status, tab);
      tellLeft(tab, t);
      if (outbox) tell(outbox, tab);
      self.take_(tab, list);
      begin();
    },
    take_(tab, list) {
      const t = tabs.get(tab);
      if (closed) return; // it is for the next leader
      if (!outbox) early.push([tab, list]);
      else if (t) for (const c of list) one(tab, t, c);
    },
    gone_(tab) {
      const t = tabs.get(tab);
      tabs.delete(tab);
      early = early.filter(x => x[0] !== tab);
      joins = joins?.filter(x => x[0] !== tab);
      for (const c of new Set(t?.subs_.values())) leave(tab, c);
      cancel(tab);
      begin();
    },
    close_(then) {
      stop();
      if (retry) return then();
      closed = then;
      engine.post_({ c: 'close', drain: 0 });
      flush();
    },
    drop_() {
      stop();
      flush();
      closed = () => {};
      engine.post_({ c: 'close', drain: -1 });
    },
  };
  const timer = setTimeout(() => {
    patient = false;
    begin();
  }, patience);
  for (const tab of live) {
    tabs.set(tab, { here_: false, fresh_: false, subs_: new Map() });
    host.watch_(tab);
  }
  const start = () => {
    retry = undefined;
    engine = host.create_(sink);
  };
  start();
  return self;
}

/** Ids of records are PAGE:N. */
const pageOf = (id: string) => id.slice(0, id.indexOf(':'));
