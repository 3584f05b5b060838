import { describe, expect, test } from 'vitest';
import { type BackoffOptions, createBackoff } from '../../src/socket/backoff.ts';
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
    const b = createBackoff(unset(options), () => random);
    for (const [i, s] of steps.entries()) {
      random = s.random;
      if (s.do === 'next') {
        const delay = b.next_();
        if (s.exhausted) expect(delay, `step ${i}`).toBeUndefined();
        else expect(delay, `step ${i}`).toBeCloseTo(s.delay!, 3);
      } else if (s.do === 'up') expect(b.up_(s.open), `step ${i}`).toBe(s.reset);
      else b.retries_ = 0;
      if (s.retries !== undefined) expect(b.retries_, `step ${i}`).toBe(s.retries);
    }
  });
});

test('no retries, and no jitter, can be asked for', () => {
  expect(createBackoff({ maxRetries: 0 }).next_()).toBeUndefined();
  expect(createBackoff({ jitter: 0 }).next_()).toBe(1000);
});
