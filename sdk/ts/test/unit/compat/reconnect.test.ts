import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ReconnectOptions, WebSocketReconnect } from '../../../src/compat.ts';
import { FakeServer } from '../../../src/testing.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-01-01T00:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

/** One that connects to a server in memory, and writes down what it tells. */
function make(options: Partial<ReconnectOptions> = {}) {
  const server = new FakeServer();
  const ws = new WebSocketReconnect({ url: 'ws://example.test', WebSocket: server.WebSocket, jitter: 0, ...options });
  const told: unknown[][] = [];
  for (const e of ['open', 'message', 'close', 'error', 'retry', 'stateChange', 'circuitChange'] as const) {
    ws.on(e, (...args: unknown[]) =>
      told.push([e, ...args.map(a => (a instanceof MessageEvent ? a.data : a instanceof Error ? 'Error' : a))]),
    );
  }
  return { server, ws, told };
}

test('the events are those of the document, with what they carry', async () => {
  const { server, ws, told } = make({ maxRetries: 3 });
  expect(ws.state).toBe('CLOSED');
  const connected = ws.connect();
  expect(ws.state).toBe('CONNECTING');
  ws.send('early'); // it waits
  await connected;
  const c = await server.connection();
  expect(await c.receive()).toBe('early');
  c.send('hello');
  await pass();
  c.cut();
  await pass(1000);
  ws.close(1001, 'Client shutting down');
  await pass();
  expect(told).toEqual([
    ['stateChange', 'CONNECTING'],
    ['stateChange', 'OPEN'],
    ['open'],
    ['message', 'hello'],
    ['stateChange', 'CONNECTING'],
    ['close', { code: 1006, reason: '' }],
    ['retry', { attempt: 1, delay: 1000, maxRetries: 3 }],
    ['stateChange', 'OPEN'],
    ['open'],
    ['stateChange', 'CLOSING'],
    ['stateChange', 'CLOSED'],
    ['close', { code: 1000, reason: 'Client shutting down' }],
  ]);
});

test('it gives up after as many retries as it may, with delays that grow', async () => {
  const { server, ws, told } = make({ maxRetries: 4, maxDelay: 3000, circuitBreaker: { failureThreshold: 100 } });
  server.mode = 'refuse';
  const failed = expect(ws.connect()).rejects.toMatchObject({ codeName: 'retries_exhausted' });
  await pass(60_000);
  await failed;
  const retries = told.filter(t => t[0] === 'retry').map(t => (t[1] as { delay: number }).delay);
  expect(retries).toEqual([1000, 2000, 3000, 3000]);
  expect(ws.state).toBe('FAILED');
  expect(server.attempts).toBe(5);
  expect(told.filter(t => t[0] === 'error')).toEqual(Array(5).fill(['error', 'Error']));
  server.mode = 'accept';
  await ws.connect(); // it may begin again
  expect(ws.state).toBe('OPEN');
});

test.each([1000, 1008, 4001])('it connects again after the server closes with %d, too', async code => {
  const { server, ws } = make();
  await ws.connect();
  (await server.connection()).close(code);
  await pass(1000);
  expect([ws.state, server.attempts]).toEqual(['OPEN', 2]);
});

test('nobody has to look at what connect returns', async () => {
  const { ws } = make();
  void ws.connect();
  ws.close();
  await pass(); // an unhandled rejection would fail the run
  expect(ws.state).toBe('CLOSED');
});

describe('the circuit', () => {
  test('opens after failures, blocks, and closes when a trial has succeeded', async () => {
    const { server, ws, told } = make({ circuitBreaker: { failureThreshold: 2, resetTimeout: 10_000 } });
    server.mode = 'refuse';
    void ws.connect();
    await pass(5000);
    expect([ws.state, ws.getCircuitState(), server.attempts]).toEqual(['BLOCKED', 'OPEN', 2]);
    expect(ws.getStats()).toMatchObject({ circuitFailures: 2, failureThreshold: 2, retryCount: 2 });
    server.mode = 'accept';
    await pass(7000);
    expect([ws.state, ws.getCircuitState(), server.attempts]).toEqual(['OPEN', 'HALF-OPEN', 3]);
    await pass(5000);
    expect(ws.getCircuitState()).toBe('CLOSED');
    expect(told.filter(t => t[0] === 'circuitChange').map(t => t[1])).toEqual(['OPEN', 'HALF-OPEN', 'CLOSED']);
  });

  test('is opened and closed by hand', async () => {
    const { server, ws } = make();
    ws.openCircuit();
    expect(ws.getCircuitState()).toBe('OPEN');
    void ws.connect();
    await pass(1000);
    expect([ws.state, server.attempts]).toEqual(['BLOCKED', 0]);
    ws.closeCircuit();
    await pass();
    expect([ws.state, ws.getCircuitState()]).toEqual(['OPEN', 'CLOSED']);
  });
});

describe('heartbeats', () => {
  test('are messages, and find out that nobody is there', async () => {
    const { server, ws } = make({ heartbeatInterval: 1000, heartbeatTimeout: 500, heartbeatMessage: { cmd: 'heartbeat' } });
    await ws.connect();
    const c = await server.connection();
    await pass(1100);
    expect(await c.receive()).toBe('{"cmd":"heartbeat"}');
    c.send('alive');
    c.blackHole();
    await pass(2800);
    expect([ws.state, server.attempts]).toEqual(['OPEN', 2]);
  });

  test('that init a GraphQL connection do so once, before open, in the words of the protocol', async () => {
    const init = JSON.stringify({ type: 'connection_init', payload: { token: 1 } });
    const { server, ws, told } = make({ protocols: ['graphql-ws'], heartbeatMessage: init, heartbeatInterval: 1000 });
    const connected = ws.connect();
    const c = await server.connection();
    expect(c.protocols).toEqual(['graphql-transport-ws', 'graphql-ws']);
    expect(await c.receive()).toBe(init);
    expect(told.at(-1)).toEqual(['stateChange', 'CONNECTING']);
    c.send('{"type":"connection_ack"}');
    await connected;
    await pass(1100);
    expect(told.slice(-2)).toEqual([['open'], ['message', '{"type":"connection_ack"}']]);
    expect(await c.receive()).toBe('{"type":"ping"}');
  });
});

test('getStats has the fields of the document', async () => {
  const { server, ws } = make();
  await ws.connect();
  await pass(15_000);
  (await server.connection()).send('x');
  await pass();
  expect(ws.getStats()).toEqual({
    state: 'OPEN',
    circuitState: 'CLOSED',
    retryCount: 0,
    maxRetries: 10,
    circuitFailures: 0,
    failureThreshold: 5,
    lastActivity: Date.now(),
    uptime: 15_000,
  });
});

test('listeners come and go', async () => {
  const { ws } = make();
  const seen: string[] = [];
  const never = () => seen.push('never');
  ws.on('open', never)
    .off('open', never)
    .once('open', () => seen.push('once'))
    .on('open', () => seen.push('open'));
  await ws.connect();
  ws.close();
  await pass();
  await ws.connect();
  expect(seen).toEqual(['once', 'open', 'open']);
  ws.off('open');
  ws.close();
  await pass();
  await ws.connect();
  expect(seen).toHaveLength(3);
});
