import type { Outbox } from '../outbox/store.ts';
import type { WebSocketClass } from '../socket/options.ts';
import type { RedialOptions } from '../socket/redial.ts';
import type { Codec } from '../wire/frames.ts';
import type { Headers, TabsFactory } from './engine.ts';
import type { ContentType } from './payload.ts';

/** Configures a session. */
export interface SessionOptions {
  /**
   * Who this is, or a function that gives it, also asynchronously: it is asked before every attempt to connect, and when the server says
   * that the last token ends soon. A function that throws is a failed attempt. Default: none.
   */
  token?: string | (() => string | Promise<string>) | undefined;
  /** Who the page expects to be; a server that knows the token as another's refuses. It also guards the outbox. Default: anybody. */
  user?: string | undefined;
  /** Names the program to the server. Default `holdfast-ts`. */
  agent?: string | undefined;
  /** How frames are written. Default binary; `json()` from `@holdfast/client/json` is for people who look at them. */
  codec?: Codec | undefined;
  /** Keeps what was published until it is answered: `indexedDB()`, `memoryOutbox()`, `localStorageOutbox()`. Default in memory. */
  outbox?: Outbox | undefined;
  /** Has all tabs share one connection and one outbox: `shareTabs()` from `@holdfast/client/tabs`. Default: a connection each. */
  tabs?: TabsFactory | undefined;
  /** How attempts to connect are spaced. Default: 1 s, doubled up to 30 s, with jitter, without end. */
  backoff?: RedialOptions | undefined;
  /** Bounds one attempt, from the token to the welcome, in ms. Default 10,000. */
  connectTimeout?: number | undefined;
  /** Without an answer to a publish for so long there is a probe, and after three of them a reconnect, in ms. Default 5,000. */
  ackTimeout?: number | undefined;
  /** Without any traffic for so long after a ping there is a reconnect, in ms. Default 10,000. */
  pongTimeout?: number | undefined;
  /** Of subscriptions that name none: what may be on its way and not done. Default 512 records, 1 MiB. */
  window?: { records?: number | undefined; bytes?: number | undefined } | undefined;
  /** What makes WebSockets, for Node 20: `import { WebSocket } from 'ws'`. Default the global one. */
  WebSocket?: WebSocketClass | undefined;
}

/** Changes one publish. */
export interface PublishOptions {
  /** At most 64; an array of pairs where names repeat. Names have at most 255 bytes, values 4,096. Default none. */
  headers?: Readonly<{ [name: string]: string }> | Readonly<Headers> | undefined;
  /** Drops the record (`expired`) if it was not sent within so many ms. Once sent it does not expire. Default: never. */
  ttl?: number | undefined;
  /** What kind of bytes it is. Default: strings are text, ArrayBuffers and views of them binary, and all else JSON. */
  type?: ContentType | undefined;
}

/** Changes one call. */
export interface CallOptions {
  /** Idempotency key. With one the call is made again after the connection has ended, without one at most once. Default none. */
  key?: string | undefined;
  /** For all of it, in ms. Default 30,000. */
  timeout?: number | undefined;
  /** Ends the waiting. */
  signal?: AbortSignal | undefined;
}
