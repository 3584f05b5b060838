import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type CircuitBreaker, createCircuit } from '../../src/socket/circuit.ts';
import { createRedial, type Redial, type RedialOptions } from '../../src/socket/redial.ts';
import { watchWakes } from '../../src/socket/wake.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.advanceTimersByTime(1); // no platform's performance.now is 0
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A redial whose doings are written down; random is such that there is no jitter. */
const start = (o: RedialOptions = {}, retries = 10, circuit?: CircuitBreaker) => {
  const log: string[] = [];
  const redial: Redial = createRedial(
    { random: () => 0.5, ...o },
    {
      dial_: () => log.push('dial'),
      waiting_: (attempt, max, delay) => log.push(`${attempt}/${max} in ${delay}`),
      blocked_: () => log.push('blocked'),
      wake_: () => log.push('wake'),
    },
    retries,
    circuit,
    watchWakes,
  );
  redial.start_();
  return { redial, log, since: () => log.splice(0) };
};

describe('attempts', () => {
  test('the first is made at once, later ones after the backoff, until there are no more', () => {
    const { redial, since } = start({ maxRetries: 2 });
    expect(since()).toEqual(['dial']);
    redial.failed_('');
    vi.advanceTimersByTime(999);
    expect(since()).toEqual(['1/2 in 1000']);
    vi.advanceTimersByTime(1);
    redial.failed_('');
    vi.advanceTimersByTime(2000);
    expect(since()).toEqual(['dial', '2/2 in 2000', 'dial']);
    expect(redial.failed_('')).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('each class has its own count and delays, and what the user says of all goes before the table', () => {
    const { redial, since } = start();
    since();
    for (const cls of ['network', 'rate_limit', 'rate_limit', 'server']) redial.failed_(cls);
    expect(since()).toEqual(['1/5 in 1000', '2/10 in 5000', '3/10 in 7500', '4/10 in 1000']);
    const mine = start({ baseDelay: 100, strategies: { maintenance: { maxRetries: 1, baseDelay: 7 } } });
    mine.since();
    mine.redial.failed_('network');
    mine.redial.failed_('maintenance');
    expect(mine.since()).toEqual(['1/5 in 100', '2/1 in 7']);
    expect(mine.redial.failed_('maintenance')).toBe(false);
  });

  test('only a connection that stayed up starts the count again', () => {
    const { redial, since } = start();
    redial.failed_('');
    vi.advanceTimersByTime(1000);
    redial.opened_();
    vi.advanceTimersByTime(4900);
    redial.failed_('');
    vi.advanceTimersByTime(2000);
    redial.opened_();
    vi.advanceTimersByTime(5000);
    expect(redial.attempts_).toBe(0);
    redial.failed_('');
    expect(since().filter(s => s !== 'dial')).toEqual(['1/10 in 1000', '2/10 in 2000', '1/10 in 1000']);
  });

  test('a server that says when to come back is believed, up to ten minutes, and not all come at once', () => {
    const { redial, since } = start();
    redial.failed_('', 20_000);
    redial.failed_('', 3_600_000);
    expect(since()).toEqual(['dial', '1/10 in 20500', '2/10 in 601000']);
  });

  test('starting again forgets all counts', () => {
    const { redial, since } = start({ maxRetries: 1 });
    redial.failed_('');
    redial.start_();
    redial.failed_('');
    expect(since()).toEqual(['dial', '1/1 in 1000', 'dial', '1/1 in 1000']);
    redial.stop_();
    vi.advanceTimersByTime(60_000);
    expect(since()).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('the circuit breaker', () => {
  test('holds attempts back, which uses up no retry', () => {
    const { redial, since } = start({ maxRetries: 3 }, 10, createCircuit({ failureThreshold: 2, resetTimeout: 10_000 }));
    redial.failed_('');
    vi.advanceTimersByTime(1000);
    redial.failed_('');
    vi.advanceTimersByTime(2000);
    expect(since()).toEqual(['dial', '1/3 in 1000', 'dial', '2/3 in 2000', 'blocked']);
    vi.advanceTimersByTime(7_999);
    expect(since()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(since()).toEqual(['dial']);
  });

  test('closed by hand, it lets the attempt through at once', () => {
    const circuit = createCircuit();
    circuit.trip(Infinity);
    const { since } = start({}, 10, circuit);
    vi.advanceTimersByTime(1e7);
    expect(new Set(since())).toEqual(new Set(['blocked']));
    circuit.reset();
    expect(since()).toEqual(['dial']);
  });

  test('a connection that stays up is a success, one that does not is a failure', () => {
    const circuit = createCircuit({ failureThreshold: 1 });
    const { redial } = start({}, 10, circuit);
    redial.opened_();
    vi.advanceTimersByTime(5000);
    redial.failed_('');
    expect(circuit.state).toBe('closed');
    vi.advanceTimersByTime(1000);
    redial.opened_();
    redial.failed_('');
    expect(circuit.state).toBe('open');
  });
});

describe('waking up', () => {
  test('the network is back: what is waited for is cut short, but not below the base delay', () => {
    const page = new EventTarget();
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
    const { redial, since } = start();
    for (let i = 0; i < 4; i++) redial.failed_('');
    since(); // 8 s to wait
    vi.advanceTimersByTime(200);
    page.dispatchEvent(new Event('online'));
    page.dispatchEvent(new Event('online'));
    vi.advanceTimersByTime(799);
    expect(since()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(since()).toEqual(['dial']);
    redial.stop_();
    page.dispatchEvent(new Event('online'));
    expect(since()).toEqual([]);
  });

  test('while there is no network no attempt counts', () => {
    vi.stubGlobal('navigator', { onLine: false });
    const { redial, since } = start({ maxRetries: 1 });
    for (let i = 0; i < 3; i++) expect(redial.failed_('')).toBe(true);
    expect(since()).toEqual(['dial', '0/1 in 30000', '0/1 in 30000', '0/1 in 30000']);
  });

  test('an open connection is probed when the page is seen again, not when it is hidden', () => {
    const page = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
    vi.stubGlobal('document', page);
    const { redial, since } = start();
    redial.opened_();
    since();
    page.dispatchEvent(new Event('visibilitychange'));
    expect(since()).toEqual([]);
    page.visibilityState = 'visible';
    page.dispatchEvent(new Event('visibilitychange'));
    expect(since()).toEqual(['wake']);
  });

  test('timers that jumped mean sleep: an open connection is probed, an attempt is made', () => {
    const { redial, since } = start();
    redial.opened_();
    since();
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(10_000);
    expect(since()).toEqual(['wake']);
    for (let i = 0; i < 7; i++) redial.failed_('');
    since(); // 30 s to wait
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(10_001);
    expect(since()).toEqual(['dial']);
  });
});
