import { classes } from '../spec/classes_gen.ts';
import { type BackoffOptions, delayOf, minUptime } from './backoff.ts';
import type { CircuitBreaker, CircuitTicket } from './circuit.ts';
import type { ClassOptions } from './classify.ts';
import { createTimer, now } from './timer.ts';

/** How attempts to connect are made again. */
export interface RedialOptions extends BackoffOptions, ClassOptions {
  /** Gives numbers in [0, 1) to the jitter. Default Math.random. */
  random?: (() => number) | undefined;
}

/** What redial asks of its owner. */
export interface RedialHooks {
  /** Make an attempt now. */
  dial_(): void;
  /** Attempt number `attempt` of `max` (Infinity: no limit) will be made after `delay` ms. */
  waiting_(attempt: number, max: number, delay: number): void;
  /** The circuit breaker holds the attempt back. That uses up no retry. */
  blocked_?(): void;
  /** The page or the machine may have slept, or the network has changed, while a connection is open: find out whether it lives. */
  wake_(): void;
}

/** Decides whether there is another attempt, and when. It is the only way to one, for sockets and sessions alike. */
export interface Redial {
  /** Attempts since a connection was last up for long enough, without the first one. */
  attempts_: number;
  /** Begins, or begins again: all counts are forgotten, and an attempt is made at once. An open breaker is closed by `reset`. */
  start_(reset?: boolean): void;
  /** The attempt has led to a connection. */
  opened_(): void;
  /**
   * The attempt has failed, or the connection has ended. Waits, and has another attempt made; or returns false if there are no more. cls is
   * the class of failure; '' for those who treat all alike. retryAfter (ms) is what the server has asked for, 0 if nothing.
   */
  failed_(cls: string, retryAfter?: number, error?: unknown): boolean;
  /** The attempt has ended in a way that says nothing about the server, or nothing more is wanted: ends all waiting and listening. */
  stop_(): void;
}

/** A server can make a client stay away for ten minutes, not longer. */
const maxRetryAfter = 6e5;
/** Options without those that are undefined. */
const set = (o: object): object => Object.fromEntries(Object.entries(o).filter(e => e[1] !== undefined));

/**
 * Makes one. retries is how many there are where neither the options nor the class of failure says. watch is what tells of wake-ups:
 * watchWakes of wake.ts.
 */
export const createRedial = (
  o: RedialOptions,
  hooks: RedialHooks,
  retries: number,
  circuit?: CircuitBreaker,
  watch?: (woke: () => void) => () => void,
): Redial => {
  const random = o.random ?? Math.random;
  let counts: Record<string, number> = {}; // of retries: of each class that has its own, and of all others
  const timer = createTimer();
  let openedAt = 0; // by performance.now; 0: there is no connection
  let soonest = 0; // to which a wake-up may cut the waiting short; 0: nothing is waited for
  let ticket: CircuitTicket | undefined;
  let unwatch: (() => void) | undefined;
  let unheard: (() => void) | undefined;

  const settle = () => {
    // timers may be a little early
    if (openedAt && now() - openedAt + 2 > minUptime(o)) {
      counts = {};
      redial.attempts_ = 0;
      end('done');
    }
  };
  const end = (how: 'done' | 'cancel', error?: unknown) => {
    ticket?.[how](error);
    ticket = undefined;
  };

  const woke = () => {
    settle();
    if (openedAt) hooks.wake_();
    else if (soonest) timer(attempt, soonest - now());
  };

  const attempt = () => {
    timer();
    unheard?.();
    soonest = 0;
    const leave = circuit?.allow();
    if (typeof leave === 'number') {
      unheard = circuit!.onChange(attempt);
      timer(attempt, leave);
      hooks.blocked_?.();
    } else {
      ticket = leave;
      hooks.dial_();
    }
  };

  const redial: Redial = {
    attempts_: 0,
    start_(reset) {
      redial.stop_();
      counts = {};
      redial.attempts_ = 0;
      if (reset && circuit?.state === 'open') circuit.reset();
      unwatch = watch?.(woke);
      attempt();
    },
    opened_() {
      openedAt = now();
      timer(settle, minUptime(o));
    },
    failed_(cls, retryAfter = 0, error = cls) {
      settle();
      openedAt = 0;
      end('done', error);
      // what the user says of the class goes before what he says of all, and that before the table
      const mine = o.strategies?.[cls];
      const own: BackoffOptions = { maxRetries: retries, ...classes[cls], ...set(o), ...mine };
      const key = mine || classes[cls]?.maxRetries ? cls : '';
      const count = counts[key] ?? 0;
      // without a network no attempt can succeed, so none of them counts
      const offline = globalThis.navigator?.onLine === false;
      const all = mine?.maxRetries === undefined && redial.attempts_ >= o.maxRetries!;
      let delay = offline ? (o.maxDelay ?? 3e4) : all ? undefined : delayOf(own, count, random);
      if (delay === undefined) {
        redial.stop_();
        return false;
      }
      if (!offline) {
        redial.attempts_++;
        counts[key] = count + 1;
      }
      // a network that comes and goes must not make a hammer of it
      soonest = Math.min(delay, own.baseDelay ?? 1e3);
      const asked = Math.min(retryAfter, maxRetryAfter);
      // so that not all come at once
      if (asked > delay) soonest = delay = asked + random() * Math.min(asked / 4, delay);
      soonest += now();
      timer(attempt, delay);
      hooks.waiting_(redial.attempts_, own.maxRetries!, delay);
      return true;
    },
    stop_() {
      timer();
      openedAt = soonest = 0;
      unheard?.();
      end('cancel');
      unwatch?.();
    },
  };
  return redial;
};
