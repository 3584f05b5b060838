import type { CallCodec } from './codec.ts';

/** Options of a `Calls`. Times are in ms. */
export interface CallsOptions {
  /** Says how a request carries its id, and which messages are answers. Default `jsonCalls()`. */
  codec?: CallCodec | undefined;
  /** Of a call, with all waiting for connections and all repetitions. Default 30,000; 0 or less: only the caller's signal bounds it. */
  timeout?: number | undefined;
  /** How often a call that may be repeated is sent again after it may have been sent; see `CallOptions`. Default 3. */
  retries?: number | undefined;
  /**
   * After how long without an answer a call that may be repeated is sent again on the same connection, with the same id. Default: never;
   * only the end of a connection has it sent again.
   */
  patience?: number | undefined;
  /** How many calls may be under way at a time; more fail with `at_capacity`. Default 1,000. */
  maxCalls?: number | undefined;
  /** How many messages that are no answers wait to be taken from `messages`; the oldest makes room. Default 256. */
  backlog?: number | undefined;
}

/** Changes one call. */
export interface CallOptions {
  /** Ends the waiting: the call fails with `canceled`. The server may still carry it out. Default: none. */
  signal?: AbortSignal | undefined;
  /** In place of `CallsOptions.timeout`. */
  timeout?: number | undefined;
  /**
   * Says that it does no harm if the server carries the call out more than once. It is sent again after the connection has ended, up to
   * `retries` times. Default false, and true where `retries` is given and above 0.
   */
  idempotent?: boolean | undefined;
  /** In place of `CallsOptions.retries`. 0: it is never sent again. */
  retries?: number | undefined;
}

/** Counters, and what is so at the moment. */
export interface CallsStats {
  /** Calls that have neither succeeded nor failed yet. */
  underWay: number;
  /** Calls that have begun. */
  calls: number;
  /** How often one was sent again. */
  repeats: number;
  /** How many ran into their timeout. */
  timeouts: number;
  /** How many were given up because the connection ended. */
  cut: number;
  /** Messages that were no answers to a call under way; `dropped` of them made room for newer ones. */
  others: number;
  dropped: number;
}
