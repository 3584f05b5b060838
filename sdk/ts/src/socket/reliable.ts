import { RetriesExhausted } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import { type CircuitBreaker, createCircuit } from './circuit.ts';
import type { Verdict } from './classify.ts';
import type { SocketEventMap, SocketState, TypedEventTarget } from './events.ts';
import { type CloseInfo, type Connection, createLine, type Line } from './line.ts';
import type { SendOptions, SocketData, SocketOptions, Value } from './options.ts';
import { createQueue, type Queue } from './queue.ts';
import { createRedial, type Redial } from './redial.ts';

/** What fits into a close frame, in whole characters. */
const shortened = (reason: string) => reason.slice(0, new TextEncoder().encodeInto(reason, new Uint8Array(123)).read);

/** Browsers refuse to send other codes. */
const sendable = (code: number) => (code > 2999 && code < 5000 ? code : 1000);

/**
 * A WebSocket to any server that connects again by itself: the browser's interface, and more. What is sent while there is no connection
 * waits and goes out in order, before `open`. What the network had when a connection ended may not have arrived; a Session knows.
 */
export class ReliableWebSocket extends (EventTarget as new () => TypedEventTarget<SocketEventMap>) {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;

  // what is more than in the browser's is optional, so that it stands wherever a WebSocket is wanted
  declare onopen: ((event: Event) => unknown) | null;
  declare onmessage: ((event: MessageEvent) => unknown) | null;
  declare onerror: ((event: Event & Partial<Pick<SocketEventMap['error'], 'message' | 'error'>>) => unknown) | null;
  declare onclose: ((event: CloseEvent & Partial<Pick<SocketEventMap['close'], 'class'>>) => unknown) | null;

  /** The circuit breaker, to look at, open and close by hand; undefined without one. */
  declare readonly breaker: CircuitBreaker | undefined;
  /** Why it has failed; undefined while it has not. */
  declare error: HoldfastError | undefined;
  /** The state of the connection in more detail than readyState. */
  state: SocketState = 'closed';

  /** @internal */
  declare readonly url_: Value<string | URL>;
  /** @internal */
  declare readonly protocols_: Value<string | string[] | undefined>;
  /** @internal */
  declare readonly o_: SocketOptions;
  /** @internal */
  declare readonly queue_: Queue;
  /** @internal */
  binary_: BinaryType = 'blob';
  declare private readonly redial_: Redial;
  /** @internal */
  declare ws_: Connection | undefined;
  private ready_ = 3;
  declare private line_: Line | undefined;
  private connects_ = 0;
  declare private unheard_: (() => void) | undefined; // of the breaker

  /**
   * Begins to connect, unless startClosed is set. Nothing that is wrong with the arguments throws: it is what the first attempt fails with.
   *
   * @param url where to connect to
   * @param protocols the subprotocols to offer, the preferred one first
   */
  constructor(url: Value<string | URL>, protocols?: Value<string | string[] | undefined>, options: SocketOptions = {}) {
    super();
    this.url_ = url;
    this.protocols_ = protocols;
    const o: SocketOptions = {
      baseDelay: options.minReconnectionDelay,
      maxDelay: options.maxReconnectionDelay,
      multiplier: options.reconnectionDelayGrowFactor,
      connectTimeout: options.connectionTimeout,
      ...options,
    };
    this.o_ = o;
    const most = o.maxEnqueuedMessages;
    const q = o.queue ?? (most === undefined ? {} : { maxMessages: most, maxBytes: Infinity, policy: 'dropNewest' });
    this.queue_ = 'put_' in q ? q : createQueue(q);
    this.queue_.discarded_ = why => this.emit_('discarded', { why });
    const b = o.breaker;
    this.breaker = b === 'off' ? undefined : b && 'allow' in b ? b : createCircuit(b);
    this.redial_ = createRedial(o, this, 10, this.breaker, o.wake);
    for (const type of ['open', 'message', 'error', 'close']) {
      const on = `on${type}` as 'onopen';
      this[on] = null;
      this.addEventListener(type, e => this[on]?.(e));
    }
    if (!o.startClosed) this.begin_();
  }

  /** As the browser's. Between two attempts it is CLOSED. */
  get readyState(): 0 | 1 | 2 | 3 {
    return (this.ready_ === 1 ? this.ws_!.readyState : this.ready_) as 0;
  }
  /** That of the last connection, `''` before the first. */
  get url(): string {
    return this.ws_?.url ?? '';
  }
  /** What the server has chosen on the last connection, or `''`. */
  get protocol(): string {
    return this.ws_?.protocol ?? '';
  }
  get extensions(): string {
    return this.ws_?.extensions ?? '';
  }
  get binaryType(): BinaryType {
    return this.binary_;
  }
  set binaryType(v: BinaryType) {
    this.binary_ = v;
    if (this.ws_) this.ws_.binaryType = v;
  }
  /** Bytes that wait in the queue, or in the platform's WebSocket to be written. */
  get bufferedAmount(): number {
    return this.queue_.bytes_ + ((this.ready_ < 3 && this.ws_?.bufferedAmount) || 0);
  }
  /** Attempts since a connection was last up for minUptime, without the first one. */
  get retryCount(): number {
    return this.redial_.attempts_;
  }

  /**
   * Sends, or has it wait in the queue while there is no connection; also after close, for the case of a reconnect. Throws a
   * HoldfastError `queue_full` at the queue's limits, with the policy `refuse`.
   */
  send(data: SocketData, o?: SendOptions): void {
    if (this.readyState === 1) this.ws_!.send(data as string);
    else this.queue_.put_(data, o?.ttl);
  }

  /**
   * Ends it for good, or until reconnect is called. A code that browsers refuse to send is sent as 1000, and a reason is cut off at 123
   * bytes. What is in the queue stays there.
   */
  close(code = 1000, reason = ''): void {
    if (this.ready_ === 2 || this.state === 'closed') return;
    this.redial_.stop_();
    if (this.ready_ === 3) this.over_('closed');
    else {
      this.ready_ = 2;
      this.to_('closing');
      this.line_!.close_(sendable(code), shortened(reason));
    }
  }

  /** Ends the connection, if there is one, and makes a new one at once. Starts all counts again, and closes an open circuit breaker. */
  reconnect(code = 1000, reason = ''): void {
    if (this.ready_ < 3) {
      this.line_!.drop_(sendable(code), shortened(reason));
      this.lost_('connecting', { code, reason, wasClean: true });
      if (this.state !== 'connecting') return;
    }
    this.begin_(true);
  }

  private emit_(type: string, init?: object) {
    const { debug } = this.o_;
    if (debug) (debug === true ? console.log : debug)('Holdfast', type, init);
    this.dispatchEvent(Object.assign(new Event(type), init));
  }

  private to_(state: SocketState, error?: HoldfastError) {
    const before = this.state;
    this.state = state;
    if (state !== before) this.emit_('statechange', { state, before, error });
  }

  private begin_(again?: boolean) {
    const { breaker } = this;
    this.error = undefined;
    this.unheard_ ??= breaker?.onChange(() => this.emit_('circuitchange', { state: breaker.state }));
    this.redial_.start_(again);
  }

  private over_(state: SocketState, error?: HoldfastError) {
    this.unheard_?.();
    this.unheard_ = undefined;
    this.to_(state, error);
  }

  /** A connection, or an attempt, has ended. */
  private lost_(state: SocketState, { code, reason, wasClean }: CloseInfo, cls = '') {
    this.ready_ = 3;
    if (state === 'closed') this.over_(state);
    else this.to_(state);
    this.emit_('close', { code, reason, wasClean, class: cls });
  }

  /** @internal */
  dial_(): void {
    this.ready_ = 0;
    this.to_('connecting');
    // a listener may have closed it
    if (this.state !== 'connecting') return;
    this.line_ = createLine(this, this.connects_ + 1);
  }
  /** @internal */
  waiting_(attempt: number, max: number, delay: number): void {
    this.emit_('retry', { attempt, max, delay });
  }
  /** @internal */
  blocked_(): void {
    this.to_('blocked');
  }
  /** @internal */
  wake_(): void {
    this.line_?.probe_();
  }
  /** @internal */
  fault_(error: HoldfastError): void {
    this.emit_('error', { message: error.message, error });
  }
  /** @internal */
  opened_(): void {
    this.ready_ = 1;
    this.redial_.opened_();
    this.queue_.flush_(d => this.ws_!.send(d as string));
    this.to_('open');
    this.emit_('open');
    if (this.connects_++) this.emit_('reconnected');
  }
  /** @internal */
  message_(e: MessageEvent): void {
    this.dispatchEvent(new MessageEvent('message', e as unknown as MessageEventInit));
  }
  /** @internal */
  beat_(rtt: number | undefined, missed: number): void {
    this.emit_('heartbeat', { rtt, missed });
  }
  /** @internal */
  ended_(close: CloseInfo, v: Verdict, error: HoldfastError): void {
    if (this.state === 'closing') {
      this.lost_('closed', close);
      return;
    }
    this.lost_('connecting', close, v.class);
    // a listener may have closed it, or reconnected
    if (this.state !== 'connecting' || this.ready_ < 3) return;
    if (v.retryable && this.redial_.failed_(v.class, 0, error)) return;
    this.redial_.stop_();
    this.error = v.retryable
      ? new HoldfastError(RetriesExhausted, 'connect', `${this.retryCount + 1} attempts; ${error.message}`, error)
      : error;
    this.over_('failed', this.error);
  }
}
