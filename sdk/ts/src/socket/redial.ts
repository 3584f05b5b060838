import { type Backoff, type BackoffOptions, createBackoff, minUptime } from './backoff.ts';
import type { CircuitBreaker, CircuitTicket } from './circuit.ts';
import { type ClassOptions, classRow } from './classify.ts';

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
/** How often it is looked whether the machine has slept, in ms, and by how much the clock must have jumped for that. */
const napAtMost = 1e4;
const sleptFor = 2e3;

const idle = 0;
const waiting = 1;
const blocked = 2;
const open = 3;

/** Makes one. retries is how many there are where neither the options nor the class of failure says. */
export const createRedial = (o: RedialOptions, hooks: RedialHooks, retries: number, circuit?: CircuitBreaker): Redial => {
  const random = o.random ?? Math.random;
  let backoffs: Record<string, Backoff> = {};
  let phase = idle;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let nap = 0; // of the timer
  let since = 0; // when it was set, by the clock that goes on while the machine sleeps
  let left = 0; // ms to wait after nap
  let spare = 0; // of left: what a wake-up may cut off
  let openedAt = 0;
  let ticket: CircuitTicket | undefined;
  let listening: AbortController | undefined;
  let unheard: (() => void) | undefined;

  /** What counts for a class: what the user says of it, then what he says of all, then what the table says. */
  const numbersOf = (cls: string) => {
    const mine = o.strategies?.[cls];
    const row = classRow(cls) ?? [];
    return [
      mine?.maxRetries ?? o.maxRetries ?? row[2] ?? retries,
      mine?.baseDelay ?? o.baseDelay ?? row[3],
      mine?.multiplier ?? o.multiplier ?? row[4],
    ] as const;
  };

  const settle = () => {
    if (performance.now() - openedAt + 2 < minUptime(o)) return; // timers may be a little early
    for (const b of Object.values(backoffs)) b.retries_ = 0;
    redial.attempts_ = 0;
    ticket?.done();
    ticket = undefined;
  };

  const sleep = (ms: number) => {
    clearTimeout(timer);
    left = ms;
    nap = Math.min(ms, napAtMost);
    since = Date.now();
    timer = setTimeout(tick, nap);
  };
  const tick = () => {
    left -= nap;
    if (Math.abs(Date.now() - since - nap) > sleptFor) {
      left = 0;
      return woke();
    }
    if (left > 0) return sleep(left);
    if (phase !== open) return attempt();
    settle();
    sleep(napAtMost);
  };

  const woke = () => {
    if (phase === open) {
      settle();
      sleep(napAtMost);
      hooks.wake_();
    } else if (phase === waiting) {
      // what was waited for may be over; but flapping must not make a hammer of it
      sleep(Math.max(0, left - (Date.now() - since) - spare));
      spare = 0;
    } else if (phase === blocked) attempt();
  };

  const attempt = () => {
    clearTimeout(timer);
    unheard?.();
    unheard = undefined;
    const leave = circuit?.allow();
    if (typeof leave === 'number') {
      phase = blocked;
      unheard = circuit!.onChange(attempt);
      sleep(leave || 1);
      hooks.blocked_?.();
      return;
    }
    ticket = leave;
    phase = idle;
    hooks.dial_();
  };

  const listen = () => {
    if (listening) return;
    listening = new AbortController();
    const options = { signal: listening.signal };
    const page = globalThis.document as Document | undefined;
    const heard = () => page?.visibilityState === 'hidden' || woke();
    for (const name of ['online', 'offline', 'pageshow']) globalThis.addEventListener?.(name, heard, options);
    for (const name of ['visibilitychange', 'resume']) page?.addEventListener(name, heard, options);
  };

  const redial: Redial = {
    attempts_: 0,
    start_(reset) {
      redial.stop_();
      backoffs = {};
      redial.attempts_ = 0;
      if (reset && circuit?.state === 'open') circuit.reset();
      listen();
      attempt();
    },
    opened_() {
      phase = open;
      openedAt = performance.now();
      sleep(minUptime(o));
    },
    failed_(cls, retryAfter = 0, error = cls) {
      if (phase === open) settle();
      ticket?.done(error ?? cls);
      ticket = undefined;
      phase = waiting;
      const numbers = numbersOf(cls);
      const [maxRetries, baseDelay, multiplier] = numbers;
      const key = `${numbers}` === `${numbersOf('')}` ? '' : cls;
      backoffs[key] ??= createBackoff({ ...o, maxRetries, baseDelay, multiplier }, random);
      // without a network no attempt can succeed, so none of them counts
      const offline = globalThis.navigator?.onLine === false;
      const all = o.strategies?.[cls]?.maxRetries === undefined && redial.attempts_ >= (o.maxRetries ?? Infinity);
      let delay = offline ? (o.maxDelay ?? 3e4) : all ? undefined : backoffs[key].next_();
      const asked = Math.min(retryAfter, maxRetryAfter);
      const spread = asked + random() * Math.min(asked / 4, delay ?? 0);
      if (asked && circuit) circuit.trip(spread);
      if (delay === undefined) {
        redial.stop_();
        return false;
      }
      if (!offline) redial.attempts_++;
      if (!circuit && asked > delay) delay = spread;
      spare = asked ? 0 : Math.max(0, delay - (baseDelay ?? 1e3));
      sleep(delay);
      hooks.waiting_(redial.attempts_, maxRetries, delay);
      return true;
    },
    stop_() {
      clearTimeout(timer);
      phase = idle;
      unheard?.();
      unheard = undefined;
      ticket?.cancel();
      ticket = undefined;
      listening?.abort();
      listening = undefined;
    },
  };
  return redial;
};
