import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Breaker } from '../../../src/breaker.ts';
import { ReliableWebSocket } from '../../../src/socket.ts';
import { FakeServer } from '../../../src/testing.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

// One breaker guards all sockets to a host, and calls to it: what one learns the others know.
test('sockets that share a breaker wait together, and only as many try as it lets', async () => {
  const server = new FakeServer({ mode: 'refuse' });
  const breaker = new Breaker({ failureThreshold: 4, resetTimeout: 10_000, halfOpenMaxRequests: 1 });
  const options = { WebSocket: server.WebSocket, breaker, baseDelay: 100, jitter: 0, maxRetries: Infinity };
  const sockets = ['a', 'b', 'c'].map(name => new ReliableWebSocket(`ws://example.test/${name}`, [], options));
  const states = () => sockets.map(s => s.state);
  await pass(1000);
  expect([breaker.state, server.attempts]).toEqual(['open', 4]);
  expect(states()).toEqual(['blocked', 'blocked', 'blocked']);
  await expect(breaker.call(() => 'a call to the same host')).rejects.toMatchObject({ codeName: 'circuit_open' });

  server.mode = 'accept';
  await pass(10_000);
  expect([breaker.state, server.attempts]).toEqual(['half-open', 5]);
  expect(states().sort()).toEqual(['blocked', 'blocked', 'open']);
  await pass(5000); // the trial has proven to last
  expect(breaker.state).toBe('closed');
  expect(states()).toEqual(['open', 'open', 'open']);

  breaker.trip(); // leaves connections alone
  expect(states()).toEqual(['open', 'open', 'open']);
  server.cut();
  await pass(1000);
  expect(states()).toEqual(['blocked', 'blocked', 'blocked']);
  breaker.reset();
  await pass(1000);
  expect(states()).toEqual(['open', 'open', 'open']);
});
