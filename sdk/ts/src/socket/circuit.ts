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

/** Makes the small breaker of a socket: it counts failures in a row, and nothing else. */
export const createCircuit = (o: CircuitOptions = {}): CircuitBreaker => {
  const listeners = new Set<() => void>();
  let state: CircuitState = 'closed';
  let failures = 0;
  let trials = 0; // under way or proven, while half-open
  let proven = 0;
  let generation = 0; // of tickets whose outcome means something
  let until = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const changed = () => {
    for (const f of [...listeners]) f();
  };
  const move = (to: CircuitState) => {
    state = to;
    failures = trials = proven = 0;
    generation++;
    clearTimeout(timer);
    changed();
  };
  const trip = (ms = o.resetTimeout ?? 6e4) => {
    until = performance.now() + ms;
    move('open');
    // setTimeout takes no more than 31 bits; longer is until reset
    if (ms < 2 ** 31) timer = setTimeout(move, ms, 'half-open');
  };

  return {
    get state() {
      return state;
    },
    allow() {
      const mine = generation;
      if (state === 'open') return Math.max(0, until - performance.now());
      if (state === 'half-open' && trials++ >= (o.halfOpenMaxRequests ?? 3)) {
        trials--;
        return Infinity;
      }
      let ended = false;
      const end = (f: () => void) => {
        if (!ended && mine === generation) f();
        ended = true;
      };
      return {
        done: error =>
          end(() => {
            if (error !== undefined) {
              if (state !== 'closed' || ++failures >= (o.failureThreshold ?? 5)) trip();
            } else if (state === 'closed') failures = 0;
            else if (++proven >= (o.halfOpenMaxRequests ?? 3)) move('closed');
          }),
        cancel: () =>
          end(() => {
            if (state !== 'closed') {
              trials--;
              changed();
            }
          }),
      };
    },
    trip,
    reset: () => move('closed'),
    onChange(f) {
      listeners.add(f);
      return () => {
        listeners.delete(f);
      };
    },
  };
};
