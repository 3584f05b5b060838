// What reconnecting-websocket 4.4 and ReliableWebSocket do when they are told nothing, by a clock of the tests' own; with the preset, ours does
// what theirs does. And where theirs fails for good: in a process of its own, since that may be its end.
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import RWS from 'reconnecting-websocket';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { reconnectingWebSocket } from '../../../src/presets.ts';
import { ReliableWebSocket, type SocketOptions } from '../../../src/socket.ts';
import { FakeServer } from '../../../src/testing.ts';
import { startServer } from './server.ts';

describe('defaults', () => {
  const url = 'ws://example.test/';
  let server: FakeServer;
  let counted: typeof WebSocket; // the server's, which notes when attempts are made
  let times: number[];
  let sockets: { close(): void }[];
  beforeEach(() => {
    vi.useFakeTimers();
    server = new FakeServer();
    times = [];
    sockets = [];
    counted = class extends server.WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        times.push(Date.now());
      }
    };
  });
  afterEach(() => {
    for (const s of sockets) s.close();
    vi.useRealTimers();
  });

  type Make = (to?: string | (() => Promise<string>)) => RWS | ReliableWebSocket;
  const theirs: Make = (to = url) => new RWS(to, [], { WebSocket: counted });
  const ours = (o: SocketOptions = {}, to: Parameters<Make>[0] = url) =>
    new ReliableWebSocket(to, [], { ...o, WebSocket: counted });
  const likeTheirs: Make = to => ours(reconnectingWebSocket(), to);
  const plain: Make = to => ours({}, to);
  const made = (make: Make, to?: Parameters<Make>[0]) => {
    const s = make(to);
    sockets.push(s);
    return s;
  };
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  const waits = () => times.slice(1).map((t, i) => t - times[i]!);
  const both: [string, Make][] = [
    ['theirs', theirs],
    ['ours with the preset', likeTheirs],
  ];

  test.each(both)('delays, %s: 1 to 5 s, drawn once; 1.3 times as long; at most 10 s; without end', async (_, make) => {
    server.mode = 'refuse';
    made(make);
    await pass(1_000_000);
    const [first] = waits();
    expect(first! >= 999 && first! <= 5001).toBe(true);
    expect(times.length).toBeGreaterThan(90);
    for (const [i, wait] of waits().entries())
      expect(Math.abs(wait - Math.min(10_000, first! * 1.3 ** i)), `wait ${i}: ${wait}`).toBeLessThan(15);
  });

  test('delays, ours: 1 s, twice as long each time, each up to half longer or shorter, five times', async () => {
    server.mode = 'refuse';
    const s = made(() => ours({ breaker: 'off' })) as ReliableWebSocket;
    await pass(1_000_000);
    for (const [i, wait] of waits().entries()) {
      expect(wait / 2 ** i).toBeGreaterThanOrEqual(499);
      expect(wait / 2 ** i).toBeLessThanOrEqual(1501);
    }
    expect([times.length, s.state, s.error?.codeName]).toEqual([6, 'failed', 'retries_exhausted']);
  });

  test('delays, ours: at most 30 s, and jitter never goes above it', async () => {
    server.mode = 'refuse';
    made(() => ours({ breaker: 'off', maxRetries: 200 }));
    await pass(3_000_000);
    const late = waits().slice(6);
    expect(late.length).toBeGreaterThan(90);
    expect(Math.max(...late)).toBeLessThanOrEqual(30_010);
    expect(Math.min(...late)).toBeLessThan(29_000);
  });

  test('delays, ours: the circuit breaker opens after five failures, for a minute', async () => {
    server.mode = 'refuse';
    made(() => ours({ jitter: 0 }));
    await pass(1_000_000);
    expect(waits().map(w => Math.round(w / 100) / 10)).toEqual([1, 2, 4, 8, expect.closeTo(60, -1)]);
  });

  test.each([
    ['hang', 'a timeout', 6],
    ['accept', 'a close with 1011', 11],
  ] as const)('maxRetries, ours: where attempts end with %s, %s', async (mode, _, want) => {
    server = new FakeServer({ mode, serve: c => c.close(1011) });
    const s = made(() => new ReliableWebSocket(url, [], { WebSocket: server.WebSocket, breaker: 'off' })) as ReliableWebSocket;
    await pass(1_000_000);
    expect([server.attempts, s.state]).toEqual([want, 'failed']);
  });

  test.each([...both.map(([name, make]) => [name, 4000, make] as const), ['ours', 10_000, plain] as const])(
    'connectionTimeout, %s: %i ms',
    async (_, timeout, make) => {
      server.mode = 'hang';
      const s = made(make);
      const end = new Promise<number>(resolve => {
        (s as RWS).addEventListener('error', () => resolve(Date.now()));
      });
      await pass(60_000);
      expect(Math.abs((await end) - times[0]! - timeout)).toBeLessThan(15);
    },
  );

  test.each([
    ['theirs', 0, theirs],
    ['ours', 1, plain],
  ] as const)('connectionTimeout bounds a function for the URL, %s: %i', async (_, want, make) => {
    const s = made(make, () => new Promise(() => {}));
    let closes = 0;
    (s as RWS).addEventListener('close', () => void closes++);
    await pass(10_100);
    expect(closes).toBe(want);
  });

  test.each([...both, ['ours', plain] as [string, Make]])('minUptime, %s: 5 s', async (_, make) => {
    const s = made(make);
    await pass(10);
    server.cut();
    const opened = new Promise(resolve => (s as RWS).addEventListener('open', resolve));
    while (times.length < 2) await pass(10);
    await opened;
    await pass(4900);
    const before = s.retryCount;
    await pass(200);
    expect([before, s.retryCount]).toEqual([1, 0]);
  });

  test.each(both)('maxEnqueuedMessages, %s: no limit', async (_, make) => {
    const s = made(make);
    const all = Array.from({ length: 3000 }, (_, i) => `${i} ${'x'.repeat(2000)}`); // over 4 MiB
    for (const m of all) s.send(m);
    await pass(10);
    const [c] = server.connections;
    const got: unknown[] = [];
    for (const _ of all) got.push(await c!.receive());
    expect(got).toEqual(all);
  });

  test('queue, ours: 1,000 messages, 4 MiB, and an error at these', () => {
    const many = made(plain);
    for (let i = 0; i < 1000; i++) many.send('x');
    expect(() => many.send('x')).toThrow(/queue_full/);
    const large = made(plain);
    large.send(new Uint8Array(4 << 20));
    expect(() => large.send('x')).toThrow(/queue_full/);
  });

  test.each([...both, ['ours', plain] as [string, Make]])('startClosed and debug, %s: neither', async (_, make) => {
    const log = vi.spyOn(console, 'log');
    const s = made(make);
    await pass(10);
    expect([s.readyState, log.mock.calls]).toEqual([1, []]);
    log.mockRestore();
  });

  test('closeTimeout, ours: 5 s', async () => {
    const deaf = class extends counted {
      override close() {}
    };
    const s = made(() => new ReliableWebSocket(url, [], { WebSocket: deaf }));
    await pass(10);
    let closed = 0;
    (s as ReliableWebSocket).addEventListener('close', () => {
      closed = Date.now();
    });
    const from = Date.now();
    s.close();
    await pass(10_000);
    expect(Math.abs(closed - from - 5000)).toBeLessThan(15);
  });
});

describe('theirs, in a process of its own', () => {
  /** What it wrote, or what it died of. */
  const run = (program: string) =>
    promisify(execFile)(
      process.execPath,
      ['-e', `const RWS = require('reconnecting-websocket'); const { WebSocket: WS } = require('ws'); ${program}`],
      { cwd: resolve(import.meta.dirname, '../../..'), timeout: 50_000 },
    ).then(
      ({ stdout }) => stdout.trim(),
      e => `died: ${e.stderr}`,
    );

  test('what is no URL', async () => {
    expect(await run(`const s = new RWS('nowhere', [], { WebSocket: WS }); s.onerror = s.onclose = () => {};`)).toMatch(
      /^died: [\s\S]*SyntaxError/,
    );
  });

  test('a URL function that fails', async () => {
    const program = `
      let asked = 0;
      const s = new RWS(async () => { asked++; throw new Error('no token'); }, [], { WebSocket: WS, minReconnectionDelay: 10 });
      s.onerror = s.onclose = () => console.log('told');`;
    expect(await run(program)).toMatch(/^died: [\s\S]*no token/);
    const goesOn = `process.on('unhandledRejection', () => console.log('rejected'));`;
    expect(await run(`${goesOn}${program} setTimeout(() => console.log(asked), 300);`)).toBe('rejected\n1');
  });

  test('connectionTimeout over the package ws', async () => {
    const server = await startServer();
    server.answer = 'silence';
    try {
      expect(
        await run(`const s = new RWS('${server.url}', [], { WebSocket: WS, connectionTimeout: 50 }); s.onerror = () => {};`),
      ).toMatch(/^died: [\s\S]*closed before the connection was established/);
    } finally {
      await server.close();
    }
  });
});
