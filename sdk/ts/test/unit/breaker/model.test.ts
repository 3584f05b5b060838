import { expect, test } from 'vitest';
import { Breaker, type Ticket } from '../../../src/breaker.ts';

// A breaker as its documentation tells it: it keeps every call for ever, and counts anew each time.

/** A generator of numbers below n that gives the same ones for the same seed (mulberry32). */
function random(seed: number): (n: number) => number {
  let a = seed;
  return n => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

interface Call {
  ticket: Ticket;
  period: number;
  over: boolean;
}

function play(seed: number): void {
  const pick = random(seed);
  const one = <T>(...of: T[]): T => of[pick(of.length)]!;
  const o = {
    failureThreshold: one(-1, 1, 3),
    failureRate: one(0, 0.3, 0.5, 1),
    volume: 1 + pick(6),
    window: one(1000, 3000),
    buckets: 1 + pick(5),
    resetTimeout: 2000,
    halfOpenMaxRequests: 1 + pick(3),
    capacity: one(0, 3),
  };
  let now = Date.parse('2026-01-01T00:00:00Z');
  const b = new Breaker({ ...o, now: () => now });
  let state = 'closed';
  let until: number | undefined;
  let period = 0;
  let row = 0;
  let proven = 0;
  let ended: { part: number; failed: boolean }[] = []; // of this period, while closed
  let calls: Call[] = [];

  const underWay = (which: (c: Call) => boolean) => calls.filter(c => !c.over && which(c)).length;
  const part = () => Math.floor(now / Math.floor(o.window / o.buckets));
  const move = (to: string, end?: number) => {
    [state, until, ended, proven] = [to, end, [], 0];
    period++;
    if (to === 'closed') row = 0;
  };
  const open = (ms: number) => {
    if (state !== 'open') move('open', now + ms);
    else until = Math.max(until!, now + ms);
  };
  const rateReached = () => {
    const recent = ended.filter(e => e.part > part() - o.buckets);
    return o.failureRate > 0 && recent.length >= o.volume && recent.filter(e => e.failed).length >= o.failureRate * recent.length;
  };
  const end = (c: Call, failed: boolean) => {
    c.over = true;
    if (c.period !== period) return;
    row = failed ? row + 1 : 0;
    if (state === 'half-open') {
      if (failed) open(o.resetTimeout);
      else if (++proven === o.halfOpenMaxRequests) move('closed');
    } else {
      ended.push({ part: part(), failed });
      if (failed && ((o.failureThreshold > 0 && row >= o.failureThreshold) || rateReached())) open(o.resetTimeout);
    }
  };
  const refuses = () => {
    if (state === 'open') return 'circuit_open';
    if (state === 'half-open' && underWay(c => c.period === period) + proven >= o.halfOpenMaxRequests) return 'circuit_open';
    return o.capacity && underWay(() => true) >= o.capacity ? 'at_capacity' : undefined;
  };
  const acts: (() => void)[] = [
    () => {
      const want = refuses();
      try {
        calls.push({ ticket: b.admit(), period, over: false });
        expect(want).toBeUndefined();
      } catch (e) {
        expect(e).toMatchObject({ codeName: want });
      }
    },
    ...[false, true, true].map(failed => () => {
      const c = one(...calls);
      c?.ticket.done(failed ? 'down' : undefined);
      if (c && !c.over) end(c, failed); // the first report counts
    }),
    () => {
      const c = one(...calls);
      c?.ticket.cancel();
      if (c) c.over = true;
    },
    () => {
      now += 1 + pick(2500);
      if (state === 'open' && now >= until!) move('half-open');
    },
    () => {
      if (pick(8)) return;
      const ms = 1 + pick(4000);
      b.trip(ms);
      open(ms);
    },
    () => {
      if (pick(8)) return;
      b.reset();
      if (state === 'closed') [row, ended] = [0, []];
      else move('closed');
    },
  ];
  for (let i = 0; i < 300; i++) {
    acts[Math.max(0, pick(acts.length + 3) - 3)]!();
    if (calls.length > 20) calls = calls.filter(c => !c.over);
    const s = b.stats();
    const t = s.total;
    const asked = t.successes + t.failures + t.canceled + t.rejected + t.atCapacity + s.inFlight;
    const got = [s.state, s.until, s.consecutiveFailures, s.inFlight, t.calls].join();
    const want = [state, until, row, underWay(() => true), asked].join();
    if (got !== want) expect(got).toBe(want); // expect is too slow for all of them
  }
}

test('whatever is done to it, in whatever order and time, it does what its documentation says', () => {
  for (let seed = 1; seed <= 200; seed++) {
    try {
      play(seed);
    } catch (e) {
      throw new Error(`seed ${seed}: ${e instanceof Error ? e.message : e}`, { cause: e });
    }
  }
});
