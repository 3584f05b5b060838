import { Breaker } from '../breaker/breaker.ts';
import { guarded } from '../flow/guarded.ts';
import type { CircuitBreaker } from '../socket/circuit.ts';
import { ReliableWebSocket } from '../socket/reliable.ts';
import { talk } from './graphql.ts';
import type {
  ReconnectCircuitState,
  ReconnectEvents,
  ReconnectOptions,
  ReconnectState,
  ReconnectStats,
  SocketData,
} from './options.ts';
import { platform } from './platform.ts';

// biome-ignore lint/suspicious/noExplicitAny: each event has its own arguments
type AnyListener = (...args: any[]) => void;

const upper = <S extends string>(s: string) => s.toUpperCase() as S;

/**
 * Takes the place of a class that many have copied, of the same name: its options, methods, events and states, on a {@link ReliableWebSocket}.
 *
 * ```js
 * const { WebSocketReconnect } = require('@holdfast/client/compat');
 * const ws = new WebSocketReconnect({ url: 'wss://api.example.com/socket' });
 * ws.on('message', event => console.log(event.data));
 * ws.connect();
 * ```
 *
 * Every end of a connection but its own `close` leads to another attempt. What is sent while there is no connection waits. Close codes that
 * browsers refuse to send, such as 1001, are sent as 1000.
 */
export class WebSocketReconnect {
  private readonly socket_: ReliableWebSocket;
  private readonly breaker_: Breaker;
  private readonly listeners_ = new Map<string, AnyListener[]>();
  private readonly maxRetries_: number;
  private readonly threshold_: number;
  private openedAt_ = 0; // by performance.now
  private lastActivity_ = 0;

  constructor(options: ReconnectOptions) {
    const { failureThreshold = 5, resetTimeout } = options.circuitBreaker ?? {};
    const { maxRetries = 10, baseDelay = 1000, maxDelay = 30_000, multiplier = 2, jitter = 0.1 } = options;
    const { heartbeatInterval = 30_000, heartbeatTimeout = 5000, heartbeatMessage = '{"type":"ping"}' } = options;
    this.maxRetries_ = maxRetries;
    this.threshold_ = failureThreshold;
    this.breaker_ = new Breaker({ failureThreshold, resetTimeout, halfOpenMaxRequests: 1 });
    const t = talk(heartbeatMessage, [options.protocols ?? []].flat());
    const { protocols, socket } = platform(options, t.protocols);
    this.socket_ = new ReliableWebSocket(options.url, protocols, {
      ...socket,
      startClosed: true,
      maxRetries,
      baseDelay,
      maxDelay,
      multiplier,
      jitter,
      classify: () => 'network', // whatever it was, it is tried again
      heartbeat:
        heartbeatInterval > 0
          ? { mode: 'message', interval: heartbeatInterval, timeout: heartbeatTimeout, message: t.message }
          : 'off',
      setup: t.setup,
      breaker: this.kept_(),
    });
    this.forward_();
  }

  /** The breaker as the socket sees it: a reconnect does not close it. */
  private kept_(): CircuitBreaker {
    const b = this.breaker_;
    return {
      get state() {
        return b.state;
      },
      allow: () => b.allow(),
      trip: ms => b.trip(ms),
      reset: () => {},
      onChange: f => b.onChange(f),
    };
  }

  private forward_(): void {
    const s = this.socket_;
    s.addEventListener('open', () => {
      this.openedAt_ = performance.now();
      this.lastActivity_ = Date.now();
      this.emit_('open');
    });
    s.addEventListener('message', e => {
      this.lastActivity_ = Date.now();
      this.emit_('message', e);
    });
    s.addEventListener('close', ({ code, reason }) => this.emit_('close', { code, reason }));
    s.addEventListener('error', e => this.emit_('error', e.error));
    s.addEventListener('retry', ({ attempt, delay }) => this.emit_('retry', { attempt, delay, maxRetries: this.maxRetries_ }));
    s.addEventListener('statechange', e => this.emit_('stateChange', upper(e.state)));
    let known = this.breaker_.state;
    this.breaker_.onChange(() => {
      const { state } = this.breaker_;
      if (state === known) return;
      known = state;
      this.emit_('circuitChange', upper(state));
    });
  }

  /** What it is doing. `CONNECTING` is also the time until the next attempt. */
  get state(): ReconnectState {
    return upper(this.socket_.state);
  }

  /** Has `f` called with each event of that name. */
  on<K extends keyof ReconnectEvents>(event: K, f: (...args: ReconnectEvents[K]) => void): this {
    this.listeners_.set(event, [...(this.listeners_.get(event) ?? []), f]);
    return this;
  }

  /** The same, for one event. */
  once<K extends keyof ReconnectEvents>(event: K, f: (...args: ReconnectEvents[K]) => void): this {
    const first = (...args: ReconnectEvents[K]) => {
      this.off(event, first);
      f(...args);
    };
    return this.on(event, first);
  }

  /** Ends what `on` began; without a function, for all of that event. */
  off<K extends keyof ReconnectEvents>(event: K, f?: (...args: ReconnectEvents[K]) => void): this {
    const left = f ? (this.listeners_.get(event) ?? []) : [];
    this.listeners_.set(
      event,
      left.filter(g => g !== f),
    );
    return this;
  }

  private emit_<K extends keyof ReconnectEvents>(event: K, ...args: ReconnectEvents[K]): void {
    for (const f of this.listeners_.get(event) ?? []) guarded(f as AnyListener, ...args);
  }

  /**
   * Connects. What is returned resolves when the connection is open, and rejects when it was given up or closed; nobody has to look at it. Nothing
   * happens if it is connected or about to be.
   */
  connect(): Promise<void> {
    const s = this.socket_;
    const opened = new Promise<void>((resolve, reject) => {
      const look = () => {
        if (s.state === 'open') resolve();
        else if (s.state === 'failed' || s.state === 'closed') reject(s.error ?? new Error('it was closed'));
        else return;
        s.removeEventListener('statechange', look);
      };
      if (s.state === 'open') return resolve();
      s.addEventListener('statechange', look);
      if (s.state === 'closed' || s.state === 'failed' || s.state === 'closing') s.reconnect();
    });
    opened.catch(() => {});
    return opened;
  }

  /** Sends a message, or has it wait for the connection. Throws `queue_full` when as many wait as may. */
  send(data: SocketData): void {
    this.socket_.send(data);
  }

  /** Ends the connection, and all attempts. */
  close(code?: number, reason?: string): void {
    this.socket_.close(code, reason);
  }

  getCircuitState(): ReconnectCircuitState {
    return upper(this.breaker_.state);
  }

  /** Opens the circuit breaker by hand: no attempts are made for `resetTimeout`. A connection stays. */
  openCircuit(): void {
    this.breaker_.trip();
  }

  /** Closes the circuit breaker by hand. */
  closeCircuit(): void {
    this.breaker_.reset();
  }

  getStats(): ReconnectStats {
    return {
      state: this.state,
      circuitState: this.getCircuitState(),
      retryCount: this.socket_.retryCount,
      maxRetries: this.maxRetries_,
      circuitFailures: this.breaker_.stats().consecutiveFailures,
      failureThreshold: this.threshold_,
      lastActivity: this.lastActivity_,
      uptime: this.socket_.readyState === 1 ? Math.floor(performance.now() - this.openedAt_) : 0,
    };
  }
}
