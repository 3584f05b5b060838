import type { Command, Fault, Item, Signal, SubscribeCommand } from '../session/engine.ts';
import { AlreadySubscribed } from '../spec/codes_gen.ts';
import type { Amount, Place } from './reader.ts';

/** A tab's part in a channel. */
export interface Member {
  tab_: string;
  sub_: number;
  cmd_: SubscribeCommand;
  /** It is done with the stream up to here: with what it had already, and what its application is done with; */
  done_: number;
  term_: string;
  /** and has taken so much of it. */
  took_: Amount;
}

/** What a tab asks for with a subscription: the page's command; `at` and what follows, when it has a place already. */
export interface Join {
  c: 'join';
  cmd: SubscribeCommand;
  at?: Place;
}

/** What tabs are told of a channel beside what sessions are. */
export type ChannelSignal = { e: 'open'; ch: string; g: number; at: Place } | { e: 'stream'; ch: string; items: Item[] };

/** What a channel needs of the leader. */
export interface ChannelHost {
  /** Draws the number of a new subscription of the engine's. */
  number_(c: Channel): number;
  /** To the engine. */
  post_(c: Command): void;
  /** To one tab, or to all. */
  tell_(s: Signal | ChannelSignal, tab?: string): void;
}

/** One channel that tabs read. */
export interface Channel extends ReturnType<typeof newChannel> {}

const least = (a: Place | undefined, b: Place | undefined) => (!a || (b && b.o < a.o) ? b : a);

/**
 * The one subscription that the leader has of a channel, for all its tabs. It begins where the tab stands that is furthest behind.
 *
 * Where a new tab's subscription begins is the server's to say: so it is asked for by itself first, and if others stand further behind
 * the stream begins anew there. What counts as done is what all tabs are done with: the slowest sets the pace within the window, and
 * the smallest window counts.
 */
export function newChannel(ch: string, host: ChannelHost) {
  const members = new Map<string, Member>();
  const waiting: Member[] = [];
  /** The engine's subscription; 0: none. */
  let sub = 0;
  /** The cursor that it has. */
  let cursor: string | undefined;
  /** How far its stream has come, and what it has had. */
  let at: Place | undefined;
  let sent: Amount = [0, 0];
  /** What of it the engine knows as done and taken. */
  let done = 0;
  let took: Amount = [0, 0];
  /** Who the server is being asked for; the others stand here meanwhile. */
  let asking: Member | undefined;
  let low: Place | undefined;

  /** For whom the stream is: one tab, or all. */
  const audience = () => (members.size > 1 ? undefined : members.keys().next().value);

  const all = () => [...members.values(), ...(asking ? [asking] : [])];

  const stop = () => {
    const old = sub;
    sub = 0; // what it says from now on is not heard
    if (old) host.post_({ c: 'unsubscribe', sub: old });
  };

  const subscribe = (spec: SubscribeCommand) => {
    stop();
    sub = host.number_(self);
    cursor = all().find(m => m.cmd_.cursor)?.cmd_.cursor;
    const window = [0, 1].map(i => Math.min(...all().map(m => m.cmd_.window[i]!))) as Amount;
    host.post_({ ...spec, sub, window, ...(cursor && { cursor }) });
    sent = [0, 0];
    took = [0, 0];
  };

  /** Begins the stream at a place that is known. */
  const restart = (from: Place) => {
    const { term, o, earlier } = from;
    subscribe({ c: 'subscribe', sub, ch, at: 'position', o, window: [0, 0], ...(term && { term, earlier }) });
    started(from);
  };

  const started = (from: Place) => {
    at = { ...from };
    low = undefined;
    done = from.o;
    for (const m of members.values()) Object.assign(m, { took_: [0, 0], done_: done, term_: from.term });
    host.tell_({ e: 'open', ch, g: sub, at: from }, audience());
  };

  /** Asks the server for the next who waits, once there is nobody else to ask for. */
  const next = () => {
    if (asking || !waiting.length) return;
    asking = waiting.shift()!;
    low = members.size ? at : undefined;
    at = undefined;
    subscribe(asking.cmd_);
  };

  /** Goes on after somebody was asked for, or left. */
  const settle = () => {
    asking = undefined;
    if (low && members.size) restart(low);
    next();
  };

  /** Tells the engine what all are done with, and have taken. */
  const report = () => {
    if (!sub || !members.size || asking) return;
    let slow: Member | undefined;
    const least: Amount = [...sent];
    for (const m of members.values()) {
      if (!slow || m.done_ < slow.done_) slow = m;
      for (const i of [0, 1]) least[i] = Math.min(least[i]!, m.took_[i]!);
    }
    const more: Amount = [least[0] - took[0], least[1] - took[1]];
    const on = slow!.done_ > done;
    if (!on && !more[0] && !more[1]) return;
    took = least;
    if (on) done = slow!.done_;
    host.post_({ c: 'done', sub, took: more, ...(on && { term: slow!.term_, o: done }) });
  };

  const self = {
    ch_: ch,
    /** Number of the engine's subscription. */
    sub_: () => sub,
    /** A tab subscribes. */
    join_(tab: string, j: Join) {
      const { sub: id, cursor: name } = j.cmd;
      const m: Member = { tab_: tab, sub_: id, cmd_: j.cmd, done_: at?.o ?? 0, term_: at?.term ?? '', took_: [...sent] };
      const other = [...all(), ...waiting].find(x => name && x.cmd_.cursor && x.cmd_.cursor !== name);
      if (other) {
        const fault: Fault = { code: AlreadySubscribed, detail: `another tab reads it with the cursor ${other.cmd_.cursor}` };
        host.tell_({ e: 'ended', sub: id, fault }, tab);
      } else if (!j.at) {
        waiting.push(m);
        next();
      } else {
        members.set(tab, m);
        if (asking) low = least(low, j.at);
        else if (!at || j.at.o < at.o || (name && !cursor)) restart(least(at, j.at)!);
        else host.tell_({ e: 'open', ch, g: sub, at: { ...at } }, tab);
      }
    },
    /** A tab unsubscribes, or is gone. Returns whether nobody is left. */
    leave_(tab: string): boolean {
      members.delete(tab);
      const w = waiting.findIndex(x => x.tab_ === tab);
      if (w >= 0) waiting.splice(w, 1);
      if (asking?.tab_ === tab) {
        stop();
        settle();
      } else if (cursor && at && members.size && !all().some(x => x.cmd_.cursor))
        restart(at); // the cursor must not move without it
      else report();
      if (members.size || asking || waiting.length) return false;
      stop();
      return true;
    },
    /** `g`: of which stream. */
    done_(tab: string, g: number, took: Amount, o: number, term: string) {
      const m = members.get(tab);
      if (!m || g !== sub) return;
      m.took_ = [m.took_[0] + took[0], m.took_[1] + took[1]];
      if (o > m.done_) Object.assign(m, { done_: o, term_: term });
      report();
    },
    /** The engine's signals. */
    subscribed_(term: string, o: number) {
      if (!asking) return;
      const m = asking;
      const from: Place = { term, o, earlier: m.cmd_.term ? (m.cmd_.earlier ?? []) : [] };
      asking = undefined;
      if (!members.size) low = undefined;
      members.set(m.tab_, m);
      host.tell_({ e: 'subscribed', sub: m.sub_, term, o }, m.tab_);
      if (low && low.o < o) restart(low);
      else started(from);
      next();
    },
    records_(items: Item[]) {
      if (!at) return;
      for (const i of items) {
        if ('gap' in i) at = { term: i.term, o: i.after, earlier: i.earlier };
        else if ('term' in i) at = { ...at, term: i.term, earlier: i.earlier };
        else {
          at.o = i.o;
          sent[0]++;
          sent[1] += i.data.length;
        }
      }
      host.tell_({ e: 'stream', ch, items }, audience());
    },
    /** Returns whether nobody is left. */
    ended_(fault: Fault | undefined): boolean {
      sub = 0;
      const over = asking ? [asking] : [...members.values()];
      for (const m of over) {
        host.tell_({ e: 'ended', sub: m.sub_, ...(fault && { fault }) }, m.tab_);
        members.delete(m.tab_);
      }
      if (!asking) at = undefined;
      settle();
      return !members.size && !asking;
    },
  };
  return self;
}
