// Backpressure: sending that waits, for a socket that may be slow.

import { Closed, QueueFull } from './spec/codes_gen.ts';
import { HoldfastError } from './spec/error.ts';

/** What flow needs of a socket: a WebSocket or a ReliableWebSocket. */
export interface FlowSocket extends EventTarget {
  readonly readyState: number;
  readonly bufferedAmount: number;
  /** Of a ReliableWebSocket. */
  readonly state?: string;
  /** Of a ReliableWebSocket that has failed. */
  readonly error?: unknown;
  send(data: never, options?: { ttl?: number }): void;
}

/** Options of flow. */
export interface FlowOptions {
  /** How many bytes may wait in the socket before send waits. Default 1 MiB. */
  highWater?: number | undefined;
  /** How few must wait there before it goes on. Default 256 KiB. */
  lowWater?: number | undefined;
}

/** Ends waiting, not the socket. */
export interface FlowWait {
  signal?: AbortSignal | undefined;
}

/** Waits for a socket. All of it rejects with the signal's reason, or with a HoldfastError when the socket is closed or has failed. */
export interface Flow {
  /**
   * Waits while the socket has more than highWater to write until it is down to lowWater, and while its queue is full; then sends. Those who
   * wait are served in order.
   */
  send(data: string | ArrayBufferLike | Blob | ArrayBufferView, options?: FlowWait & { ttl?: number }): Promise<void>;
  /** Waits until the socket is open. */
  opened(options?: FlowWait): Promise<void>;
  /** Waits until no more than lowWater is left to be written. */
  drained(options?: FlowWait): Promise<void>;
  /** Waits until all that was sent is written to the network. Written is not arrived. */
  flush(options?: FlowWait): Promise<void>;
}

/** How often it is looked whether the platform has written something, in ms: it does not tell. */
const lookEvery = 20;

/** Makes the flow of a socket. One for a socket. */
export const flow = (socket: FlowSocket, o: FlowOptions = {}): Flow => {
  const high = o.highWater ?? 1 << 20;
  const low = Math.min(o.lowWater ?? 1 << 18, high);
  let held = false;
  let last: Promise<unknown> = Promise.resolve();

  const over = () => (socket.state ? /closed|failed/.test(socket.state) : socket.readyState === 3);

  /** Waits until something is so. While the socket is open its buffer is looked at; otherwise its events tell. */
  const until = (ready: () => boolean, { signal }: FlowWait = {}) =>
    new Promise<void>((resolve, reject) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const events = ['open', 'close', 'statechange', 'discarded'];
      const done = (f: () => void) => {
        clearTimeout(timer);
        for (const e of events) socket.removeEventListener(e, look);
        signal?.removeEventListener('abort', look);
        f();
      };
      const look = () => {
        clearTimeout(timer);
        try {
          if (signal?.aborted) done(() => reject(signal.reason));
          else if (ready()) done(resolve);
          else if (over()) done(() => reject(socket.error ?? new HoldfastError(Closed, 'wait for a socket')));
          else if (socket.readyState === 1) timer = setTimeout(look, lookEvery);
        } catch (e) {
          done(() => reject(e));
        }
      };
      for (const e of events) socket.addEventListener(e, look);
      signal?.addEventListener('abort', look);
      look();
    });

  const fits = () => {
    const waiting = socket.bufferedAmount;
    held = held ? waiting > low : waiting >= high;
    return socket.readyState !== 1 || !held;
  };

  return {
    send(data, options) {
      const sent = () => {
        if (over() || !fits()) return false;
        // a plain WebSocket throws away what it is given too early
        if (socket.state === undefined && socket.readyState !== 1) return false;
        try {
          socket.send(data as never, options);
        } catch (e) {
          if (e instanceof HoldfastError && e.code === Number.parseInt(QueueFull, 10)) return false;
          throw e;
        }
        return true;
      };
      const mine = last.then(() => until(sent, options));
      last = mine.catch(() => {});
      return mine;
    },
    opened: options => until(() => socket.readyState === 1, options),
    drained: options => until(() => socket.bufferedAmount <= low, options),
    flush: options => until(() => socket.bufferedAmount === 0, options),
  };
};
