import { createTimer } from './timer.ts';

/** What a circuit breaker does with attempts: lets them through, refuses them, or lets a few through to see whether they succeed. */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** The leave to make one attempt. Whoever has it calls one of its methods once the attempt has ended; the first call counts. */
export interface CircuitTicket {
  /** Says how it ended: undefined is a success, anything else what failed. */
  done(error?: unknown): void;
  /** Says that it was not made, or that its end means nothing. */
  cancel(): void;
}

/** What a socket needs of a circuit breaker. The door `breaker` has one with all powers; many sockets may share it. */
export interface CircuitBreaker {
  readonly state: CircuitState;
  /**
   * Asks for leave to make one attempt. Refused, it returns how many ms to wait until asking again makes sense; Infinity: until onChange
   * calls.
   */
  allow(): CircuitTicket | number;
  /** Opens it for so many ms (default: as long as after failures), by hand or because a server says when to come back. */
  trip(ms?: number): void;
  /** Closes it, by hand. */
  reset(): void;
  /** Calls f whenever allow might answer otherwise than before, until the function that it returns is called. */
  onChange(f: () => void): () => void;
}

/** Options of the socket's own circuit breaker. */
export interface CircuitOptions {
  /** How many attempts in a row must fail to open it. Default 5. */
  failureThreshold?: number | undefined;
  /** How long it stays open until it lets a trial through, in ms. Default 60,000. */
  resetTimeout?: number | undefined;
  /** How many trials must succeed to close it. One that fails opens it again. Default 3. */
  halfOpenMaxRequests?: number | undefined;
}

/** Makes the small breaker of one socket, which has one attempt at a time: it counts failures in a row, and nothing else. */
export const createCircuit = (o: CircuitOptions = {}): CircuitBreaker => {
  const listeners = new Set<() => void>();
  let count = 0; // of failures in a row; while half-open, of trials that succeeded
  const timer = createTimer();

  const move = (to: CircuitState) => {
    c.state = to;
    count = 0;
    timer();
    for (const f of [...listeners]) f();
  };
  const c = {
    state: 'closed' as CircuitState,
    allow: () =>
      c.state === 'open'
        ? Infinity
        : {
            done(error?: unknown) {
              const closed = c.state === 'closed';
              if (c.state === 'open') return;
              if (error !== undefined) {
                if (!closed || ++count >= (o.failureThreshold ?? 5)) c.trip();
              } else if (closed) count = 0;
              else if (++count >= (o.halfOpenMaxRequests ?? 3)) move('closed');
            },
            cancel() {},
          },
    trip(ms = o.resetTimeout ?? 6e4) {
      move('open');
      timer(() => move('half-open'), ms);
    },
    reset: () => move('closed'),
    onChange(f: () => void) {
      listeners.add(f);
      return () => {
        listeners.delete(f);
      };
    },
  };
  return c;
};
