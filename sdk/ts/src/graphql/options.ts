import type { SocketOptions, Value } from '../socket/options.ts';
import type { Result } from './frames.ts';

/** Options of a {@link GraphQLClient}. Times are in ms. */
export interface GraphQLOptions {
  /**
   * The payload of connection_init, often a token: an object, or a function that is asked for it for each connection anew. One that fails makes the
   * attempt fail. Default: no payload.
   */
  init?: Value<object | undefined> | undefined;
  /** Bounds the waiting for connection_ack; then the connection is given up, and made again. Default 5,000. */
  ackTimeout?: number | undefined;
  /**
   * Which protocols the server may choose from: `transport` is graphql-transport-ws; `legacy` is graphql-ws, that of subscriptions-transport-ws,
   * alone, for old servers that choose the first of whatever is offered; `both` in that order. Default `both`.
   */
  offer?: 'both' | 'transport' | 'legacy' | undefined;
  /** Of an `execute`, with all waiting for a connection. Default 30,000; 0 or less: only its signal bounds it. */
  timeout?: number | undefined;
  /** How many results of one subscription are received ahead of whoever iterates. Default 64. */
  buffer?: number | undefined;
  /** What happens when so many wait; see {@link SubscribeOptions}. Default `dropOldest`. */
  slow?: 'dropOldest' | 'end' | undefined;
  /** How many operations may be under way at a time; more fail with `at_capacity`. Default 1,000. */
  maxOperations?: number | undefined;
  /**
   * The connection. Its `setup` is called before connection_init. Of `codes`, what it says of a close code goes before what the protocol says. The
   * heartbeat is the protocol's own ping message where the server speaks graphql-transport-ws, unless it says otherwise; servers of the old
   * protocol have none that a browser can use.
   */
  socket?: SocketOptions | undefined;
}

/** An operation. */
export interface Request {
  /** The document. */
  query: string;
  /** Which operation of the document, where there are several. */
  operationName?: string | undefined;
  variables?: Record<string, unknown> | undefined;
  extensions?: Record<string, unknown> | undefined;
}

/** Changes one subscription. */
export interface SubscribeOptions {
  /** Ends it, as leaving the loop does. Default: none. */
  signal?: AbortSignal | undefined;
  /** In place of `GraphQLOptions.buffer`; at least 1. Observers need none. */
  buffer?: number | undefined;
  /**
   * What happens when the buffer is full: with `dropOldest` the oldest result makes room, and the gap of the one after it counts it; with `end` the
   * subscription ends with `queue_full`. Default: that of the client.
   */
  slow?: 'dropOldest' | 'end' | undefined;
  /**
   * When it is told of a gap: `withNext`, the next result has it; `atOnce`, as soon as the subscription was sent again a result comes that has
   * nothing but it, and again with the next connection. Default `withNext`.
   */
  gaps?: 'withNext' | 'atOnce' | undefined;
}

/** Hears of a subscription, in place of iterating. What it throws is told where unhandled errors are. */
export interface Observer<T = unknown> {
  next?(result: Result<T>): void;
  /** It has ended, and why; see `GraphQLClient.subscribe`. */
  error?(error: Error): void;
  /** The server has completed it. */
  complete?(): void;
}

/** Changes one `execute`. */
export interface ExecuteOptions {
  /** Ends the waiting. Default: none. */
  signal?: AbortSignal | undefined;
  /** In place of `GraphQLOptions.timeout`. */
  timeout?: number | undefined;
  /**
   * Whether it is sent again after the connection has ended, until its timeout: `again` for queries, and for mutations that may be carried out more
   * than once. Default `never`.
   */
  repeat?: 'never' | 'again' | undefined;
}

/** Counters, and what is so at the moment. */
export interface GraphQLStats {
  /** Operations under way. */
  operations: number;
  /** Results received, and how many of them were dropped because a subscription was too slow. */
  results: number;
  dropped: number;
  /** How often subscriptions were sent again. */
  resubscribed: number;
  /** Messages for operations that are over. They are left alone. */
  strays: number;
  /** What was no message of the protocol. It is left alone. */
  unreadable: number;
}
