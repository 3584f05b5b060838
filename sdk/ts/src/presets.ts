// Sets of options for kinds of use. Spread one before your own: new ReliableWebSocket(url, [], { ...critical, jitter: 0.2 }).
import type { SocketOptions } from './socket/options.ts';

/** Does not give up soon: 20 retries, the first after 2 s. */
export const critical: SocketOptions = { maxRetries: 20, baseDelay: 2000 };

/** Gives up soon: 5 retries, the first after 1 s. */
export const casual: SocketOptions = { maxRetries: 5, baseDelay: 1000 };

/** Finds a dead connection within 13 s: heartbeats every 10 s, answered within 3 s. */
export const fastHeartbeat: SocketOptions = { heartbeat: { interval: 10_000, timeout: 3000 } };

/** Is sparing: heartbeats every 60 s, answered within 10 s. */
export const slow: SocketOptions = { heartbeat: { interval: 60_000, timeout: 10_000 } };

/** Has the circuit breaker open after 3 failures, for 30 s. */
export const sensitive: SocketOptions = { breaker: { failureThreshold: 3, resetTimeout: 30_000 } };

/** Has the circuit breaker open after 10 failures, for 120 s. */
export const steady: SocketOptions = { breaker: { failureThreshold: 10, resetTimeout: 120_000 } };

const retry = { retry: 'retry' } as const;

/**
 * The defaults of reconnecting-websocket 4.4: it never gives up whatever the code of a close, has no circuit breaker and no heartbeat, queues
 * without limit, and waits 1 to 5 s at first (drawn once), 1.3 times as long each time and at most 10 s.
 */
export const reconnectingWebSocket = (): SocketOptions => ({
  baseDelay: 1000 + Math.random() * 4000,
  multiplier: 1.3,
  maxDelay: 10_000,
  jitter: 0,
  minUptime: 5000,
  connectTimeout: 4000,
  maxRetries: Infinity,
  breaker: 'off',
  heartbeat: 'off',
  queue: { maxMessages: Infinity, maxBytes: Infinity },
  strategies: { tls: retry, protocol: retry, policy: retry, closed: retry },
});
