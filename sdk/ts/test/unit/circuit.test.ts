import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type CircuitTicket, createCircuit } from '../../src/socket/circuit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const failing = (c: ReturnType<typeof createCircuit>, times: number) => {
  for (let i = 0; i < times; i++) (c.allow() as CircuitTicket).done(new Error('no'));
};

test('five failures in a row open it for a minute; then three trials that succeed close it', () => {
  const c = createCircuit();
  failing(c, 4);
  (c.allow() as CircuitTicket).done();
  failing(c, 4);
  expect(c.state).toBe('closed');
  failing(c, 1);
  expect([c.state, c.allow()]).toEqual(['open', Infinity]);
  vi.advanceTimersByTime(59_999);
  expect(c.state).toBe('open');
  vi.advanceTimersByTime(1);
  (c.allow() as CircuitTicket).cancel();
  expect(c.state).toBe('half-open');
  for (const state of ['half-open', 'half-open', 'closed']) {
    (c.allow() as CircuitTicket).done();
    expect(c.state).toBe(state);
  }
});

test('a trial that fails opens it again, and what began before changes nothing', () => {
  const c = createCircuit({ failureThreshold: 1, resetTimeout: 100 });
  const early = c.allow() as CircuitTicket;
  failing(c, 1);
  early.done();
  expect(c.state).toBe('open');
  vi.advanceTimersByTime(100);
  failing(c, 1);
  expect([c.state, c.allow()]).toEqual(['open', Infinity]);
  c.reset();
});

test('by hand it opens and closes, and tells of it', () => {
  const c = createCircuit();
  const states: string[] = [];
  const leave = c.onChange(() => states.push(c.state));
  c.trip(Infinity);
  vi.advanceTimersByTime(1e9);
  expect([c.state, c.allow()]).toEqual(['open', Infinity]);
  c.reset();
  c.trip(50);
  vi.advanceTimersByTime(50);
  leave();
  c.reset();
  expect(states).toEqual(['open', 'closed', 'open', 'half-open']);
  expect(vi.getTimerCount()).toBe(0);
});
