// The seam between the session that the page holds and what does the work.
//
// A session tells its engine what it wants by posting commands, and hears what happens by signals. Nothing else crosses, and
// all of it can be cloned (structuredClone, postMessage), so that an engine may live in another tab. Commands take effect in
// the order in which they are posted. An engine never throws, and never waits for whoever listens.
//
// The keys below are sent between tabs and are not shortened by the build.

/** What kind of bytes a payload is: 0 any, 1 UTF-8, 2 one JSON value. */
export type Content = 0 | 1 | 2;

/** Headers in their order; names may repeat. */
export type Headers = [name: string, value: string][];

/** Earlier terms of a history with their last offsets, oldest first. */
export type Terms = [term: string, last: number][];

/** Why something failed. `code` is in the form of codes_gen.ts; `op` is what was tried, where that is not plain. */
export interface Fault {
  code: string;
  op?: string;
  detail?: string;
}

/** What a session wants. */
export type Command =
  /**
   * Take a record into the outbox and publish it. `id` is drawn by the session and never used twice: `PAGE:N`, where PAGE names
   * the page by 16 random hexadecimal digits and N counts its records from 1. `exp` is when it is dropped if it was not sent,
   * in Unix milliseconds. Answered by `entry`, several times; the last one has `end`. One that comes again is not published again,
   * whatever became of it: a page that shares sends it to the next engine when the one before is gone.
   */
  | { c: 'publish'; id: string; ch: string; type: Content; data: Uint8Array; h?: Headers; exp?: number }
  /** Subscribe under `sub`, which the session chose. A `term` says that `at` is a position to go on from. */
  | SubscribeCommand
  /** End a subscription. Answered by `ended`. */
  | { c: 'unsubscribe'; sub: number }
  /**
   * `took` is how many records, and bytes of data, the page has taken since the last such command; with `o`, it is also done with
   * all records up to that position.
   */
  | { c: 'done'; sub: number; term?: string; o?: number; took: [records: number, bytes: number] }
  /** Call something on the server. With a key it is sent again after the connection has ended. Answered by `reply`. */
  | { c: 'call'; id: number; name: string; key?: string; type: Content; data: Uint8Array }
  /** Nobody waits for the reply any more. */
  | { c: 'cancel'; id: number }
  /** Send the server a new token; without one, ask for it where tokens come from. */
  | { c: 'refresh'; token?: string }
  /** Attempt to connect now, whatever the backoff says. */
  | { c: 'reconnect' }
  /** Answered by `stats`, or by `reply` with a fault where there are none any more. */
  | { c: 'stats'; id: number }
  /**
   * Take nothing more, wait up to `drain` milliseconds until all is answered, say goodbye. Answered by `closed`. Below 0: let go of
   * everything before post_ returns, since the page is being frozen; what is being written to the outbox is still written.
   */
  | { c: 'close'; drain: number };

/** See {@link Command}. */
export interface SubscribeCommand {
  c: 'subscribe';
  sub: number;
  ch: string;
  at: 'head' | 'start' | 'position' | 'last' | 'time';
  term?: string;
  o?: number;
  earlier?: Terms;
  last?: number;
  since?: number;
  cursor?: string;
  /** Records and bytes on their way. */
  window: [records: number, bytes: number];
}

/** Status of a published record. */
export type MessageStatus = 'pending' | 'sent' | 'delivered' | 'failed' | 'unknown';

/** The server's answer to a publish that was stored. */
export interface Ack {
  /** Offset of the record in its channel; 0 if the server knows that it is stored, but no longer where. */
  offset: number;
  /** The server had it already: an earlier answer was lost on the way. */
  duplicate: boolean;
  /** It was fsynced. */
  synced: boolean;
  /** On how many machines it is. */
  copies: number;
}

/** State of the connection. */
export type State = 'connecting' | 'authenticating' | 'open' | 'waiting' | 'closing' | 'failed' | 'closed';

/** How a session is, and why. */
export interface Status {
  state: State;
  /** Attempts since the last connection that lasted; 0 while there is one. */
  attempt: number;
  /** `waiting`: when the next attempt will be made, in Unix milliseconds. */
  retryAt?: number;
  /** Why the last attempt failed, the last connection ended, or the session has failed. */
  fault?: Fault;
  /** `open`: who the server says this is, and its program and version. */
  user?: string;
  server?: string;
}

/** A record: offset, Unix milliseconds, publisher, headers. It is of the term that the last `term` or gap before it has told. */
export interface RecordItem {
  o: number;
  ts: number;
  by?: string;
  h?: Headers;
  type: Content;
  data: Uint8Array;
}

/** The records that follow are of this term, after that history. */
export interface TermItem {
  term: string;
  earlier: Terms;
}

/** The records `from` to `to` will not come; the stream goes on after `after` in `term`. */
export interface GapItem extends TermItem {
  gap: 'retention' | 'fork' | 'unknown';
  from: number;
  to: number;
  after: number;
}

/** What is in a subscription's stream, in order. */
export type Item = RecordItem | TermItem | GapItem;

/** Counters since the session was opened. */
export interface Stats {
  /** Connections that were greeted, and attempts, failed ones among them. */
  connects: number;
  attempts: number;
  /** How connections ended, by code. */
  disconnects: { [code: number]: number };
  /** Records that were taken into the outbox, */
  published: number;
  /** and how they ended, those of earlier pages with the same outbox included. */
  delivered: number;
  failed: number;
  unknown: number;
  /** Of the delivered, how many the server had already. */
  duplicates: number;
  /** Publish frames that were sent again. */
  resent: number;
  /** Records that were handed to subscriptions, and those that were not because they had been already. */
  received: number;
  duplicatesDropped: number;
  gaps: number;
  /** Acknowledged records that the server was found to have lost. */
  lost: number;
  /** Payload bytes of WebSocket messages. */
  bytesIn: number;
  bytesOut: number;
  /** Round trip of the last ping, ms; 0 if there was none yet. */
  rtt: number;
  /** What waits for its answer. */
  outboxRecords: number;
  outboxBytes: number;
}

/** How far a published record is. The last signal of a record has `end`. */
export interface EntrySignal {
  e: 'entry';
  id: string;
  status: MessageStatus;
  /** The outbox has it, as durably as it can, under this name. */
  producer?: string;
  number?: number;
  end?: true;
  ack?: Ack;
  /** Why it ended otherwise than delivered. */
  fault?: Fault;
}

/** What happened. */
export type Signal =
  | { e: 'status'; status: Status }
  /** The outbox is open. `full`: what is published now is refused, or drops something; told again whenever that changes. */
  | { e: 'outbox'; durable: boolean; full: boolean }
  /** A record that an earlier page left in the outbox; all of them come before the first `outbox`. `entry` signals follow. */
  | {
      e: 'restored';
      id: string;
      ch: string;
      type: Content;
      data: Uint8Array;
      h?: Headers;
      status: MessageStatus;
      producer: string;
      number: number;
    }
  | EntrySignal
  /** The server has opened a subscription, for the first time or again, after this position. */
  | { e: 'subscribed'; sub: number; term: string; o: number }
  | { e: 'records'; sub: number; items: Item[] }
  /** A subscription is over; without a fault, that was asked for. */
  | { e: 'ended'; sub: number; fault?: Fault }
  | { e: 'reply'; id: number; fault?: Fault; type: Content; data: Uint8Array }
  /** The records for a channel wait until `at` (Unix ms) because the server said so. */
  | { e: 'held'; ch: string; at: number; fault: Fault }
  /** The server has lost the numbers `from` to `to` of this publisher's, though it had acknowledged them. */
  | { e: 'lost'; ch: string; producer: string; from: number; to: number }
  | { e: 'stats'; id: number; stats: Stats }
  /** All is let go of; nothing follows. `left` records have no answer yet. */
  | { e: 'closed'; left: number };

/** Takes signals. It must not throw. */
export type Sink = (s: Signal) => void;

/** What does a session's work. */
export interface Engine {
  /** Has a command carried out. It may signal before it returns. */
  post_(c: Command): void;
}

/** What the tabs of an origin must have in common to share an engine. */
export interface Shared {
  url: string;
  user: string;
  /** Name of the outbox; empty for one in memory. */
  outbox: string;
  /** This page, in the ids of its records. */
  page: string;
}

/**
 * Option `tabs` of a session: makes the engine that it talks to. `create` makes the one that does the work in this page, and may be
 * called again once the one before has signalled `closed`; it opens the outbox and connects at once. With `alone` it uses an outbox of
 * its own: the outbox's name with that added.
 */
export type TabsFactory = (create: (sink: Sink, alone?: string) => Engine, sink: Sink, about: Shared) => Engine;
