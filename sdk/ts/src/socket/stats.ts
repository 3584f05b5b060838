import type { CircuitState } from './circuit.ts';
import type { SocketState } from './events.ts';

/** Counters since the socket was made. */
export const newCounters = () => ({
  /** Attempts to connect, and how many of them succeeded or failed. */
  attempts: 0,
  connects: 0,
  failures: 0,
  /** Messages and bytes each way, without what the protocol adds. */
  messagesIn: 0,
  messagesOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  /** Dropped because the queue was full, and because they were too late. */
  dropped: 0,
  expired: 0,
  /** Heartbeats that were not answered in time. */
  missed: 0,
  /** When something was last received, as Date.now; 0 if nothing was. */
  lastActivity: 0,
});

/** What a socket has done, and what is so at the moment. The door `stats` adds distributions and a history. */
export interface SocketStats extends Readonly<ReturnType<typeof newCounters>> {
  readonly state: SocketState;
  /** Undefined without a circuit breaker. */
  readonly circuit: CircuitState | undefined;
  /** Attempts in a row since a connection was up for long enough. */
  readonly retries: number;
  /** How long the connection has been open, in ms; 0 if none is. */
  readonly uptime: number;
  readonly queueMessages: number;
  readonly queueBytes: number;
}
