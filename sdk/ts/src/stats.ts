// What a socket has done: counters, round trips, a history of errors.
import type { CircuitState } from './socket/circuit.ts';
import type { SocketState } from './socket/events.ts';
import { sizeOf } from './socket/queue.ts';
import type { ReliableWebSocket } from './socket/reliable.ts';

/** A distribution of round trips, in ms; all 0 if there were none. */
export interface RoundTrips {
  last: number;
  min: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** An error, or the end of a connection. */
export interface ErrorRecord {
  /** By Date.now. */
  time: number;
  /** The class of the failure. */
  class: string;
  /** The code of the close, or 1006. */
  code: number;
  /** What was told with it. */
  message: string;
}

/** Counters since the stats were made, and what is so at the moment. */
export interface SocketStats {
  state: SocketState;
  /** Undefined without a circuit breaker. */
  circuit: CircuitState | undefined;
  /** How long the connection has been open, in ms; 0 if none is. */
  uptime: number;
  /** When something was last received, as Date.now; 0 if nothing was. */
  lastActivity: number;
  /** Attempts that succeeded, and that failed. */
  connects: number;
  failures: number;
  /** Attempts in a row since a connection was up for long enough. */
  retries: number;
  /** Connects after the first one, and the part of the attempts after it that succeeded; 1 if there were none. */
  reconnects: number;
  reconnectRate: number;
  /** Closes by code, and failures by class. */
  closes: Record<number, number>;
  errors: Record<string, number>;
  /** Messages and bytes each way; of text its length. What was sent may still wait. */
  messagesIn: number;
  messagesOut: number;
  bytesIn: number;
  bytesOut: number;
  /** Bytes that wait to be written. */
  bufferedAmount: number;
  /** Messages that were dropped because the queue was full, and because they were too late. */
  dropped: number;
  expired: number;
  /** Heartbeats that were answered, and that were not. */
  heartbeats: number;
  missed: number;
  /** Of the last 128 heartbeats. */
  rtt: RoundTrips;
}

/** Options of watchStats. */
export interface StatsOptions {
  /** How many errors are remembered. Default 50. */
  errorHistory?: number | undefined;
}

const tripsAtMost = 128;
const codesAtMost = 64;

const distribution = (trips: readonly number[]): RoundTrips => {
  const sorted = [...trips].sort((a, b) => a - b);
  const at = (p: number) => sorted[Math.round(p * (sorted.length - 1))] ?? 0;
  return { last: trips.at(-1) ?? 0, min: at(0), p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
};

const count = (table: Record<string, number>, key: string | number) => {
  // a server may invent codes
  const k = key in table || Object.keys(table).length < codesAtMost ? key : 'other';
  table[k] = (table[k] ?? 0) + 1;
};

/** Watches a socket from now on; make it right after the socket. It ends with the socket, or when `stop` is called. */
export const watchStats = (socket: ReliableWebSocket, o: StatsOptions = {}) => {
  const over = new AbortController();
  const c = {
    lastActivity: 0,
    connects: 0,
    failures: 0,
    closes: {} as Record<number, number>,
    errors: {} as Record<string, number>,
    messagesIn: 0,
    messagesOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    dropped: 0,
    expired: 0,
    heartbeats: 0,
    missed: 0,
  };
  const trips: number[] = [];
  const history: ErrorRecord[] = [];
  let openedAt = socket.readyState === 1 ? performance.now() : 0;
  let again = 0; // attempts after the first connect
  let message = '';
  const on: ReliableWebSocket['addEventListener'] = (type: string, f: never) =>
    socket.addEventListener(type, f, { signal: over.signal });

  on('open', () => {
    openedAt = performance.now();
    if (c.connects++) again++;
  });
  on('message', ({ data }) => {
    c.messagesIn++;
    c.bytesIn += sizeOf(data);
    c.lastActivity = Date.now();
  });
  on('error', e => {
    message = e.message;
  });
  on('close', e => {
    if (!openedAt && c.connects) again++;
    if (!openedAt) c.failures++;
    openedAt = 0;
    count(c.closes, e.code);
    if (e.class) {
      count(c.errors, e.class);
      history.push({ time: Date.now(), class: e.class, code: e.code, message: message || e.reason });
      if (history.length > (o.errorHistory ?? 50)) history.shift();
    }
    message = '';
  });
  on('discarded', e => {
    c[e.why]++;
  });
  on('heartbeat', e => {
    if (e.rtt === undefined) c.missed++;
    else {
      c.heartbeats++;
      trips.push(e.rtt);
      if (trips.length > tripsAtMost) trips.shift();
    }
  });
  const { send } = socket;
  socket.send = function (data, options) {
    send.call(this, data, options);
    c.messagesOut++;
    c.bytesOut += sizeOf(data);
  };

  return {
    /** The figures of the moment. */
    stats: (): SocketStats => ({
      ...c,
      closes: { ...c.closes },
      errors: { ...c.errors },
      state: socket.state,
      circuit: socket.breaker?.state,
      uptime: openedAt && performance.now() - openedAt,
      retries: socket.retryCount,
      reconnects: Math.max(0, c.connects - 1),
      reconnectRate: again ? Math.max(0, c.connects - 1) / again : 1,
      bufferedAmount: socket.bufferedAmount,
      rtt: distribution(trips),
    }),
    /** The last errors, the newest last. */
    errors: (): ErrorRecord[] => [...history],
    /** Ends watching. */
    stop(): void {
      over.abort();
      socket.send = send;
    },
  };
};
