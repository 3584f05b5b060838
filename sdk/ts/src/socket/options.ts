import type { ClassName } from '../spec/classes_gen.ts';
import type { CircuitBreaker, CircuitOptions } from './circuit.ts';
import type { Queue, QueueOptions } from './queue.ts';
import type { RedialOptions } from './redial.ts';

/** What a WebSocket sends. Views and buffers that wait are copied. */
export type SocketData = string | ArrayBufferLike | Blob | ArrayBufferView;

/**
 * A value, or a function that is asked for it before every attempt. A function that fails makes the attempt fail. Its signal ends with the
 * attempt.
 */
export type Value<T> = T | ((signal: AbortSignal) => T | Promise<T>);

/** A class with the browser's WebSocket interface, such as that of the package `ws`. */
// biome-ignore lint/suspicious/noExplicitAny: constructors of other packages take more and narrower arguments
export type WebSocketClass = new (url: any, ...rest: any[]) => unknown;

/** What a heartbeat is: pings of the protocol's, messages of the application's, or both. */
export type HeartbeatMode = 'ping' | 'message' | 'both';

/** Finds out that nobody is there any more. A heartbeat is sent only when nothing has been received for `interval`. */
export interface HeartbeatOptions {
  /**
   * What is sent. Default: pings where the platform has them, which the package `ws` does. Browsers have none; there it is `message` if a
   * heartbeat was asked for, and nothing otherwise, since a server may not know the message.
   */
  mode?: HeartbeatMode | undefined;
  /** Silence after which it is sent, in ms. Default 30,000. */
  interval?: number | undefined;
  /** Time in which it must be answered, in ms. Default 10,000. */
  timeout?: number | undefined;
  /** How many in a row must stay unanswered before the connection is given up. Default 1. */
  maxMissed?: number | undefined;
  /**
   * The application's heartbeat: a string, bytes, anything else as JSON, or a function that returns one of them. Default the text
   * `{"type":"ping"}`.
   */
  message?: unknown;
  /**
   * Says whether a message answers a heartbeat. With it, and without pings, nothing else counts as a sign of life. Default: all that comes
   * is one, and `{"type":"pong"}` is the answer.
   */
  match?: ((data: unknown) => boolean) | undefined;
  /** Whether the application gets the answers, too. Default `shown`. */
  answers?: 'shown' | 'hidden' | undefined;
}

/** Options of one message. */
export interface SendOptions {
  /** Drops it if it could not be sent for so long, in ms. Default: that of the queue. */
  ttl?: number | undefined;
}

/** A new connection, before the socket is open. */
export interface Setup {
  /** The connection itself. */
  readonly ws: WebSocket;
  /** Its number; they rise from 1. */
  readonly number: number;
  /** Ends when the connection or the time for the attempt does. */
  readonly signal: AbortSignal;
  /** What came so far. What stays in it is the application's, after `open`. */
  readonly early: MessageEvent[];
}

/** Options of a ReliableWebSocket. All are optional. */
export interface SocketOptions extends RedialOptions {
  /** The class that makes connections. Default: the platform's WebSocket. In Node 20 give that of the package `ws`. */
  WebSocket?: WebSocketClass | undefined;
  /** Third argument of that class; with `ws`: `{ headers: … }` and the like. Default: none. */
  websocketOptions?: Value<unknown>;
  /**
   * How many retries in a row there are. 0: none; Infinity: no limit. Default: what spec/classes.json says of the kind of failure (network and
   * timeout 5, authentication 3, rate limit 10), otherwise 10.
   */
  maxRetries?: number | undefined;
  /** Bounds one attempt, with all functions that are asked, in ms. Default 10,000. */
  connectTimeout?: number | undefined;
  /**
   * Called on each new connection, within connectTimeout, before anything that waits is sent and before `open`: the moment to authenticate
   * and to subscribe. If it fails, the attempt has failed. The door `setup` makes it a conversation.
   */
  setup?: ((setup: Setup) => unknown) | undefined;
  /**
   * May give another class to a failure than the table and `codes` do. It gets the close code (1006 for what has none), and the error that
   * the platform told; see the door `status`. Returns undefined to leave it. Default: none.
   */
  classify?: ((code: number, cause: unknown) => ClassName | (string & {}) | undefined) | undefined;
  /** Finds out that nobody is there any more; `off` for never. */
  heartbeat?: HeartbeatOptions | 'off' | undefined;
  /** The circuit breaker before the attempts: options of the socket's own, one that is shared (see the door `breaker`), or `off`. */
  breaker?: CircuitOptions | CircuitBreaker | 'off' | undefined;
  /** Keeps what is sent while there is no connection: options, or a queue of the door `queue`, which outlives the page. */
  queue?: QueueOptions | Queue | undefined;
  /**
   * Watches for what makes waiting or trusting a connection pointless: a page that is seen again, a network that is back, a machine that has
   * slept. Default: nothing does; give it `watchWakes` of the door `wake`.
   */
  wake?: ((woke: () => void) => () => void) | undefined;
  /** How long it may take to write what was sent and to finish the closing handshake, in ms; then the connection is cut. Default 5,000. */
  closeTimeout?: number | undefined;
  /** Whether it begins closed, and is opened with `reconnect()`. Default false. */
  startClosed?: boolean | undefined;
  /** Writes every event to the console, or gives it to a function. Default false. */
  debug?: boolean | ((...about: unknown[]) => void) | undefined;

  /** reconnecting-websocket's name for baseDelay. */
  minReconnectionDelay?: number | undefined;
  /** reconnecting-websocket's name for maxDelay. */
  maxReconnectionDelay?: number | undefined;
  /** reconnecting-websocket's name for multiplier. */
  reconnectionDelayGrowFactor?: number | undefined;
  /** reconnecting-websocket's name for connectTimeout. */
  connectionTimeout?: number | undefined;
  /** reconnecting-websocket's name for a queue with that maxMessages, no limit in bytes and the policy `dropNewest`. */
  maxEnqueuedMessages?: number | undefined;
}
