import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  Breaker,
  type BreakerOptions,
  type Latency,
  type RefusedError,
  type Snapshot,
  type Stats,
  type Ticket,
} from '../../../src/breaker.ts';
import { HoldfastError } from '../../../src/spec/error.ts';

// spec/vectors/breaker.json says what these mean.
interface Vector {
  name: string;
  options: BreakerOptions;
  steps: Step[];
}

interface Step {
  at: number;
  do: string;
  ticket?: string;
  times?: number;
  for?: number;
  snapshot?: Snapshot;
  want?: {
    refused?: string;
    error?: string;
    retryAfter?: number;
    state?: string;
    until?: number | null;
    stats?: Partial<Stats>;
  };
}

const { cases } = JSON.parse(readFileSync(new URL('../../../../../spec/vectors/breaker.json', import.meta.url), 'utf8')) as {
  cases: Vector[];
};
const epoch = Date.parse('2026-01-01T00:00:00Z');
const down = new Error('it is down');
const ignored = new Error('there is no such thing');

/** A breaker that a vector is played to. */
class Run {
  at = 0;
  private b: Breaker;
  private readonly tickets = new Map<string, Ticket>();
  private snapshot = '';

  constructor(private readonly options: BreakerOptions) {
    this.b = this.make();
  }

  private make(): Breaker {
    return new Breaker({
      ...this.options,
      isFailure: e => e !== ignored,
      healthCheck: () => Promise.reject(down),
      now: () => epoch + this.at,
    });
  }

  async step(s: Step): Promise<void> {
    switch (s.do) {
      case 'allow':
        return this.allow(s);
      case 'success':
        return this.ticket(s).done();
      case 'failure':
        return this.ticket(s).done(down);
      case 'ignored':
        return this.ticket(s).done(ignored);
      case 'cancel':
        return this.ticket(s).cancel();
      case 'trip':
        return this.b.trip(s.for);
      case 'reset':
        return this.b.reset();
      case 'enable':
        return this.b.enable();
      case 'disable':
        return this.b.disable();
      case 'healthFailed':
        return expect(this.b.checkHealth()).rejects.toBe(down);
      case 'look':
        return;
      case 'snapshot':
        this.snapshot = JSON.stringify(this.b.snapshot());
        return;
      case 'restore':
        return this.restore(s);
      default:
        throw new Error(`nobody knows how to ${s.do}`);
    }
  }

  private allow(s: Step): void {
    const { refused, retryAfter } = s.want ?? {};
    if (!refused) {
      this.tickets.set(s.ticket ?? '', this.b.admit());
      return;
    }
    const error = thrown(() => this.b.admit());
    expect(error.codeName).toBe(refused);
    if (retryAfter !== undefined) expect((error as RefusedError).retryAfter).toBe(retryAfter || Infinity);
  }

  private ticket(s: Step): Ticket {
    if (s.ticket === undefined) return this.b.admit();
    const t = this.tickets.get(s.ticket);
    if (!t) throw new Error(`no ticket ${s.ticket}`);
    return t;
  }

  private restore(s: Step): void {
    const snapshot = s.snapshot ?? (JSON.parse(this.snapshot) as Snapshot);
    if (s.want?.error) {
      expect(thrown(() => this.b.restore(snapshot)).codeName).toBe(s.want.error);
      return;
    }
    this.b = this.make();
    this.b.restore(snapshot);
  }

  compare(want: NonNullable<Step['want']>): void {
    const stats = this.b.stats();
    if (want.state) expect([stats.state, this.b.state]).toEqual([want.state, want.state]);
    if (want.until !== undefined) expect(this.b.until).toBe(want.until === null ? undefined : epoch + want.until);
    const { latency, ...rest } = want.stats ?? {};
    expect(stats).toMatchObject(rest);
    for (const [name, value] of Object.entries(latency ?? {})) {
      const got = stats.latency[name as keyof Latency];
      expect(Math.abs(got - value), `latency ${name}: ${got}, want ${value}`).toBeLessThanOrEqual(
        name.startsWith('p') ? value * 0.0625 : 0,
      );
    }
  }
}

function thrown(f: () => unknown): HoldfastError {
  try {
    f();
  } catch (e) {
    if (e instanceof HoldfastError) return e;
    throw e;
  }
  throw new Error('nothing was thrown');
}

describe('vectors', () => {
  test.each(cases.map(c => [c.name, c] as const))('%s', async (_, c) => {
    const run = new Run(c.options);
    for (const [i, s] of c.steps.entries()) {
      run.at = s.at;
      try {
        for (let n = 0; n < (s.times ?? 1); n++) await run.step(s);
        run.compare(s.want ?? {});
      } catch (e) {
        throw new Error(`step ${i + 1}, ${s.do} at ${s.at} ms: ${e instanceof Error ? e.message : e}`, { cause: e });
      }
    }
  });
});
