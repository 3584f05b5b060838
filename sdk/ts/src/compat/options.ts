import type { SocketData, WebSocketClass } from '../socket/options.ts';

/** Options of a {@link WebSocketReconnect}. Times are in ms. */
export interface ReconnectOptions {
  url: string;
  /** The subprotocols to offer. Default none. */
  protocols?: string | string[] | undefined;
  /** For the class that makes connections, in Node: `{ headers: { … } }` and the like. Default none. */
  websocketOptions?: Record<string, unknown> | undefined;
  /** How many retries in a row there are. Default 10. */
  maxRetries?: number | undefined;
  /** Default 1,000. */
  baseDelay?: number | undefined;
  /** Default 30,000. */
  maxDelay?: number | undefined;
  /** Default 2. */
  multiplier?: number | undefined;
  /** Default 0.1. */
  jitter?: number | undefined;
  /** Silence after which a heartbeat is sent; 0: never. Default 30,000. */
  heartbeatInterval?: number | undefined;
  /** Default 5,000. */
  heartbeatTimeout?: number | undefined;
  /** A string, or an object that is sent as JSON. Default `{"type":"ping"}`. */
  heartbeatMessage?: string | object | undefined;
  circuitBreaker?:
    | {
        /** Default 5. */
        failureThreshold?: number | undefined;
        /** Default 60,000. */
        resetTimeout?: number | undefined;
        /**
         * Is taken and has no effect: a socket makes one attempt at a time, and while the circuit is half-open one that succeeds closes it and one
         * that fails opens it again.
         */
        halfOpenMaxRequests?: number | undefined;
      }
    | undefined;
  /**
   * The class that makes connections. Default: in Node the package `ws` where it is installed, as for the class that this one takes the place of;
   * else the platform's.
   */
  WebSocket?: WebSocketClass | undefined;
}

export type ReconnectState = 'CLOSED' | 'CONNECTING' | 'OPEN' | 'CLOSING' | 'BLOCKED' | 'FAILED';
export type ReconnectCircuitState = 'CLOSED' | 'OPEN' | 'HALF-OPEN';

/** What the listeners of each event get. */
export interface ReconnectEvents {
  open: [];
  message: [event: MessageEvent];
  close: [event: { code: number; reason: string }];
  error: [error: Error];
  retry: [info: { attempt: number; delay: number; maxRetries: number }];
  stateChange: [state: ReconnectState];
  circuitChange: [state: ReconnectCircuitState];
}

/** What `getStats` returns. */
export interface ReconnectStats {
  state: ReconnectState;
  circuitState: ReconnectCircuitState;
  retryCount: number;
  maxRetries: number;
  /** In a row. */
  circuitFailures: number;
  failureThreshold: number;
  /** When something was last received or the connection opened, in ms since 1970; 0 before that. */
  lastActivity: number;
  /** How long the connection has been open, in ms. */
  uptime: number;
}

export type { SocketData };
