import { describe, expect, test } from 'vitest';
import { type BackoffOptions, delayOf, minUptime } from '../../src/socket/backoff.ts';
import { spec } from './vectors.ts';

interface Step {
  do: 'next' | 'up' | 'reset';
  random: number;
  delay?: number;
  exhausted?: boolean;
  open: number;
  reset: boolean;
  retries?: number;
}

// In the vectors, as in Go, 0 says that an option is not set. Here undefined does, so that 0 can mean none.
const unset = (o: BackoffOptions) => ({
  ...o,
  jitter: o.jitter === 0 ? undefined : o.jitter,
  maxRetries: o.maxRetries === 0 ? undefined : o.maxRetries,
});

const { cases } = spec<{ cases: { name: string; options: BackoffOptions; steps: Step[] }[] }>('vectors/backoff.json');

describe('backoff, as spec/vectors/backoff.json has it', () => {
  test.each(cases)('$name', ({ options, steps }) => {
    let random = 0;
    let retries = 0;
    for (const [i, s] of steps.entries()) {
      random = s.random;
      if (s.do === 'next') {
        const delay = delayOf(unset(options), retries, () => random);
        if (delay !== undefined) retries++;
        if (s.exhausted) expect(delay, `step ${i}`).toBeUndefined();
        else expect(delay, `step ${i}`).toBeCloseTo(s.delay!, 3);
      } else {
        const reset = s.do === 'reset' || s.open >= minUptime(unset(options));
        if (s.do === 'up') expect(reset, `step ${i}`).toBe(s.reset);
        if (reset) retries = 0;
      }
      if (s.retries !== undefined) expect(retries, `step ${i}`).toBe(s.retries);
    }
  });
});

test('no retries, and no jitter, can be asked for', () => {
  expect(delayOf({ maxRetries: 0 }, 0, Math.random)).toBeUndefined();
  expect(delayOf({ jitter: 0 }, 0, Math.random)).toBe(1000);
});
