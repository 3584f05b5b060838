import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Breaker, type BreakerEvent, Registry } from '../../../src/breaker.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-01-01T00:00:00Z') });
});
afterEach(() => {
  expect(vi.getTimerCount(), 'timers left behind').toBe(0);
  vi.useRealTimers();
});

const down = new Error('it is down');
const fails = () => Promise.reject(down);
const never = () => new Promise<never>(() => {});
/** A function that heeds its signal. */
const heeds = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

describe('call', () => {
  test('gives the result, and the error as it is', async () => {
    const b = new Breaker();
    expect(await b.call(() => 1)).toBe(1);
    expect(await b.call(async () => 2)).toBe(2);
    await expect(b.call(fails)).rejects.toBe(down);
    await expect(
      b.call(() => {
        throw down;
      }),
    ).rejects.toBe(down);
    expect(b.stats().total).toMatchObject({ calls: 4, successes: 2, failures: 2 });
  });

  test('refuses while it is open, and lets trials through after its time', async () => {
    const b = new Breaker({ name: 'orders', failureThreshold: 1, resetTimeout: 1000, halfOpenMaxRequests: 1 });
    await expect(b.call(fails)).rejects.toBe(down);
    await expect(b.call(() => 1)).rejects.toMatchObject({ codeName: 'circuit_open', op: 'call orders', retryAfter: 1000 });
    vi.advanceTimersByTime(1000);
    expect(b.state).toBe('half-open');
    expect(await b.call(() => 1)).toBe(1);
    expect(b.state).toBe('closed');
  });

  test('a call that takes too long fails at once, and its late end counts for nothing', async () => {
    const b = new Breaker({ timeout: 100, capacity: 1 });
    let end: (v: number) => void = () => {};
    const call = b.call(
      () =>
        new Promise<number>(r => {
          end = r;
        }),
    );
    const failed = expect(call).rejects.toMatchObject({ codeName: 'timeout' });
    await vi.advanceTimersByTimeAsync(100);
    await failed;
    expect(b.stats().total).toMatchObject({ failures: 1, timeouts: 1 });
    await expect(b.call(() => 1)).rejects.toMatchObject({ codeName: 'at_capacity' }); // it still runs
    end(1);
    await vi.waitFor(() => expect(b.stats().inFlight).toBe(0));
    expect(b.stats().total).toMatchObject({ successes: 0, failures: 1, timeouts: 1 });
    expect(await b.call(() => 1)).toBe(1);
  });

  test('the function hears by its signal that the time is over', async () => {
    const b = new Breaker({ timeout: 100 });
    const failed = expect(b.call(heeds)).rejects.toMatchObject({ codeName: 'timeout' });
    await vi.advanceTimersByTimeAsync(100);
    await failed;
    expect(b.stats()).toMatchObject({ inFlight: 0, total: { failures: 1, timeouts: 1 } });
  });

  test('a caller who gives up counts for nothing', async () => {
    const b = new Breaker({ failureThreshold: 1 });
    const given = new AbortController();
    const call = b.call(heeds, { signal: given.signal, fallback: () => expect.unreachable() });
    given.abort(down);
    await expect(call).rejects.toMatchObject({ codeName: 'canceled', cause: down });
    await expect(b.call(() => 1, { signal: given.signal })).rejects.toMatchObject({ codeName: 'canceled' });
    await vi.waitFor(() => expect(b.stats().inFlight).toBe(0));
    expect(b.stats()).toMatchObject({ state: 'closed', total: { calls: 1, canceled: 1, failures: 0 } });
  });

  test('a trial that is given up makes room for another, though it goes on', async () => {
    const b = new Breaker({ failureThreshold: 1, halfOpenMaxRequests: 1, resetTimeout: 10 });
    await expect(b.call(fails)).rejects.toBe(down);
    vi.advanceTimersByTime(10);
    const given = new AbortController();
    const call = b.call(never, { signal: given.signal });
    let room = 0;
    b.onChange(() => room++);
    given.abort();
    await expect(call).rejects.toMatchObject({ codeName: 'canceled' });
    expect(room).toBe(1);
    expect(await b.call(() => 1)).toBe(1);
    expect(b.state).toBe('closed');
  });

  test('a fallback answers refusals, timeouts and failures, and nothing else', async () => {
    const missing = new Error('there is none');
    const b = new Breaker({ failureThreshold: 2, timeout: 50, isFailure: e => e !== missing });
    const fallback = (e: unknown) => (e instanceof Error ? e.message : '');
    expect(await b.call<string>(fails, { fallback })).toBe('it is down');
    const late = b.call<string>(never, { fallback });
    await vi.advanceTimersByTimeAsync(50);
    expect(await late).toContain('(timeout)');
    expect(await b.call<string>(() => 'not asked', { fallback })).toContain('(circuit_open)');
    b.reset();
    await expect(b.call<string>(() => Promise.reject(missing), { fallback })).rejects.toBe(missing);
    b.disable();
    await expect(b.call<string>(fails, { fallback })).rejects.toBe(down);
    expect(b.stats().total.fallbacks).toBe(3);
  });

  test('an isFailure that throws gives the place back', async () => {
    const b = new Breaker({
      capacity: 1,
      isFailure: () => {
        throw new Error('a mistake');
      },
    });
    await expect(b.call(fails)).rejects.toThrow('a mistake');
    expect(b.stats()).toMatchObject({ inFlight: 0, total: { failures: 1 } });
  });
});

test('a clock that is put back keeps nothing open for longer than it was to be', () => {
  const b = new Breaker();
  b.trip(1000);
  vi.setSystemTime(Date.now() - 3_600_000);
  expect(b.until).toBe(Date.now() + 1000);
  vi.setSystemTime(Date.now() + 1000);
  expect(b.state).toBe('half-open');
});

test('a snapshot that Go has written is restored', () => {
  const b = new Breaker({ name: 'x' });
  vi.setSystemTime(Date.parse('2026-11-22T20:43:00Z'));
  b.restore(
    JSON.parse(
      '{"version":1,"name":"x","taken":"2026-11-22T20:42:08.418988392Z","state":"open","since":"2026-11-22T20:42:05.226Z","until":"2026-11-22T20:43:08.5Z",' +
        '"consecutiveFailures":1,"ended":[{"at":"2026-11-22T20:42:05Z","successes":1,"failures":1}],"total":{"calls":2,"successes":1,"failures":1,' +
        '"timeouts":0,"canceled":0,"rejected":0,"atCapacity":0,"fallbacks":0}}',
    ),
  );
  expect(b.stats()).toMatchObject({ state: 'open', until: Date.now() + 8500, consecutiveFailures: 1, total: { calls: 2 } });
});

test('times without an end are none', async () => {
  const b = new Breaker({ failureThreshold: 1, resetTimeout: Infinity, timeout: Infinity });
  const call = b.call(() => new Promise(r => setTimeout(r, 1000, 'late')));
  await vi.advanceTimersByTimeAsync(1000);
  expect(await call).toBe('late');
  await expect(b.call(fails)).rejects.toBe(down);
  vi.setSystemTime(Date.now() + 100 * 365 * 86_400_000);
  expect(b.state).toBe('open');
});

test('a trip without an end lasts until it is reset, also through a snapshot', () => {
  const b = new Breaker();
  b.trip(Infinity);
  const again = new Breaker();
  again.restore(JSON.parse(JSON.stringify(b.snapshot())));
  vi.setSystemTime(Date.now() + 100 * 365 * 86_400_000);
  expect([b.state, again.state]).toEqual(['open', 'open']);
  b.reset();
  expect(b.state).toBe('closed');
});

test('onChange calls when allow may answer otherwise', () => {
  const b = new Breaker({ capacity: 1 });
  let calls = 0;
  const off = b.onChange(() => calls++);
  const noted = (act: () => void) => {
    const before = calls;
    act();
    return calls - before;
  };
  expect(noted(() => b.trip())).toBe(1);
  expect(noted(() => b.trip(120_000))).toBe(1);
  expect(noted(() => b.trip(1000))).toBe(0); // it shortens nothing
  expect(b.allow()).toBe(120_000);
  expect(noted(() => b.reset())).toBe(1);
  const t = b.admit();
  expect(b.allow()).toBe(Infinity);
  expect(noted(() => t.cancel())).toBe(1);
  expect(noted(() => b.disable())).toBe(1);
  expect(noted(() => b.enable())).toBe(1);
  off();
  expect(noted(() => b.trip())).toBe(0);
});

describe('health', () => {
  test('is watched until the signal ends', async () => {
    let sick = false;
    let checks = 0;
    const b = new Breaker({
      resetTimeout: 100,
      healthCheck: () => {
        checks++;
        if (sick) throw down;
      },
    });
    const stop = new AbortController();
    const watching = b.watch(stop.signal, 1000);
    await vi.advanceTimersByTimeAsync(2500);
    expect([checks, b.state]).toEqual([3, 'closed']);
    sick = true;
    await vi.advanceTimersByTimeAsync(500);
    expect(b.stats()).toMatchObject({ state: 'open', reason: 'healthCheck' });
    stop.abort();
    await watching;
    await vi.advanceTimersByTimeAsync(5000);
    expect(checks).toBe(4);
  });

  test('a check that hangs has failed after the timeout', async () => {
    const b = new Breaker({ timeout: 100, healthCheck: never });
    const checked = expect(b.checkHealth()).rejects.toMatchObject({ codeName: 'timeout' });
    await vi.advanceTimersByTimeAsync(100);
    await checked;
    expect(b.state).toBe('open');
  });

  test('needs a check', async () => {
    await expect(new Breaker().checkHealth()).rejects.toMatchObject({ codeName: 'bad_argument' });
    await expect(new Breaker().watch(new AbortController().signal)).rejects.toMatchObject({ codeName: 'bad_argument' });
  });
});

describe('events', () => {
  test('tell what happens, the present state first', async () => {
    const b = new Breaker({ failureThreshold: 1, resetTimeout: 1000 });
    const stop = new AbortController();
    const heard: BreakerEvent[] = [];
    const off = b.listen(e => heard.push(e));
    const events = b.events(stop.signal);
    await b.call(() => 1);
    await expect(b.call(fails)).rejects.toBe(down);
    await expect(b.call(fails)).rejects.toMatchObject({ codeName: 'circuit_open' });
    b.disable();
    const seen: BreakerEvent[] = [];
    for await (const e of events) {
      seen.push(e);
      if (e.kind === 'disabled') stop.abort();
    }
    expect(seen.map(e => e.kind)).toEqual(['state', 'success', 'failure', 'state', 'reject', 'disabled']);
    expect(seen[3]).toMatchObject({
      from: 'closed',
      state: 'open',
      reason: 'consecutiveFailures',
      until: Date.now() + 1000,
      error: down,
    });
    expect(heard).toEqual(seen.slice(1));
    off();
    b.enable();
    expect(heard).toHaveLength(5);
  });

  test('a listener who is too slow hears how many it missed', async () => {
    const b = new Breaker();
    const events = b.events();
    for (let i = 0; i < 300; i++) b.admit().done();
    expect((await events.next()).value).toMatchObject({ kind: 'dropped', dropped: 45 });
    expect((await events.next()).value).toMatchObject({ kind: 'success' });
    await events.return?.();
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  test('one who waits can be left', async () => {
    const events = new Breaker().events();
    await events.next();
    const waiting = events.next();
    await events.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });
});

test('a registry has one breaker for each name, and no more than it may', () => {
  const r = new Registry({ max: 2 });
  const b = r.get('b', { failureThreshold: 1 });
  expect(r.get('b')).toBe(b);
  expect(r.get('a').name).toBe('a');
  expect(() => r.get('c')).toThrow('(at_capacity)');
  expect(r.names()).toEqual(['a', 'b']);
  expect(r.all().map(([name, breaker]) => name === breaker.name)).toEqual([true, true]);
  r.remove('b');
  expect(r.get('b')).not.toBe(b);
});

test.each([
  { failureRate: 1.1 },
  { failureRate: Number.NaN },
  { volume: -1 },
  { buckets: 0 },
  { buckets: 1001 },
  { window: 5 },
  { window: Infinity },
  { resetTimeout: -1 },
  { halfOpenMaxRequests: 0 },
  { capacity: -1 },
  { warmUp: -1 },
])('%o is refused', o => {
  expect(() => new Breaker(o)).toThrow(`${Object.keys(o)[0]} is`);
});
