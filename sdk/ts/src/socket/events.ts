import type { HoldfastError } from '../spec/error.ts';
import type { CircuitState } from './circuit.ts';

/**
 * What a socket is doing. `connecting` is also the time until the next attempt; `blocked`: the circuit breaker holds the attempt back;
 * `failed`: it has given up, and `error` says why.
 */
export type SocketState = 'connecting' | 'open' | 'closing' | 'closed' | 'blocked' | 'failed';

/** An attempt has failed, or a heartbeat: why. */
export interface SocketErrorEvent extends Event {
  readonly message: string;
  readonly error: HoldfastError;
}
/** A connection, or an attempt to make one, has ended. class is what kind of failure it was, `''` for none. */
export interface SocketCloseEvent extends CloseEvent {
  readonly class: string;
}
/** Attempt number `attempt` of `max` (Infinity: no limit) will be made after `delay` ms. */
export interface RetryEvent extends Event {
  readonly attempt: number;
  readonly max: number;
  readonly delay: number;
}
/** The state has changed. */
export interface StateChangeEvent extends Event {
  readonly state: SocketState;
  readonly before: SocketState;
  /** Why it has failed. */
  readonly error?: HoldfastError;
}
/** The circuit breaker's state may have changed. */
export interface CircuitChangeEvent extends Event {
  readonly state: CircuitState;
}
/** A heartbeat was answered after `rtt` ms; or if that is undefined, `missed` in a row have not been. */
export interface HeartbeatEvent extends Event {
  readonly rtt?: number;
  readonly missed: number;
}
/** A message was dropped, because the queue was full or it was too late. */
export interface DiscardedEvent extends Event {
  readonly why: 'dropped' | 'expired';
}

/** All events of a socket. */
export interface SocketEventMap {
  /** It is open, and what waited was sent. */
  open: Event;
  message: MessageEvent;
  error: SocketErrorEvent;
  close: SocketCloseEvent;
  /** It is open, and was before. Comes after `open`. */
  reconnected: Event;
  retry: RetryEvent;
  statechange: StateChangeEvent;
  circuitchange: CircuitChangeEvent;
  heartbeat: HeartbeatEvent;
  discarded: DiscardedEvent;
}

type Listener<E> = ((event: E) => void) | { handleEvent(event: E): void } | null;

/** An EventTarget that knows its events: M says of what type each is. */
export interface TypedEventTarget<M> extends EventTarget {
  addEventListener<K extends keyof M & string>(
    type: K,
    listener: Listener<M[K]>,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof M & string>(
    type: K,
    listener: Listener<M[K]>,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}
