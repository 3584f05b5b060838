// The doors that go with a socket, over real connections.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket as WS } from 'ws';
import { createSplitter, receiveChunks } from '../../../src/chunks.ts';
import { flow } from '../../../src/flow.ts';
import * as presets from '../../../src/presets.ts';
import { conversation } from '../../../src/setup.ts';
import { ReliableWebSocket, type SocketOptions } from '../../../src/socket.ts';
import { watchStats } from '../../../src/stats.ts';
import { byStatus } from '../../../src/status.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
let sockets: ReliableWebSocket[];
beforeEach(async () => {
  server = await startServer();
  sockets = [];
});
afterEach(async () => {
  for (const s of sockets) s.close();
  await server.close();
});
const open = (o: SocketOptions = {}) => {
  const s = new ReliableWebSocket(server.url, undefined, { WebSocket: WS, baseDelay: 10, jitter: 0, ...o });
  sockets.push(s);
  return s;
};

test('flow: a slow reader holds the sender back, and nothing is lost', async () => {
  const s = open();
  const f = flow(s, { highWater: 1 << 20, lowWater: 1 << 16 });
  await f.opened();
  const peer = await server.connection();
  peer.pause();
  const big = 'x'.repeat(1 << 20);
  let sent = 0;
  const all = Array.from({ length: 40 }, () => f.send(big).then(() => sent++));
  while (s.bufferedAmount < 1 << 20) await new Promise(resolve => setTimeout(resolve, 5));
  await new Promise(resolve => setTimeout(resolve, 100));
  expect(sent).toBeLessThan(40);
  expect(s.bufferedAmount).toBeLessThan(4 << 20);
  const impatient = new AbortController();
  const given = f.send('never', { signal: impatient.signal });
  impatient.abort(new Error('enough'));
  peer.resume();
  await Promise.all(all);
  await expect(given).rejects.toThrow('enough');
  for (let i = 0; i < 40; i++) expect(await server.message()).toHaveLength(1 << 20);
  await f.flush();
  expect(s.bufferedAmount).toBe(0);
});

test('flow: a full queue is waited for; a socket that is closed is not', async () => {
  const s = open({ startClosed: true, queue: { maxMessages: 1 } });
  const f = flow(s);
  await expect(f.opened()).rejects.toMatchObject({ codeName: 'closed' });
  s.reconnect();
  await f.send('a');
  const second = f.send('b');
  expect([await server.message(), await server.message()]).toEqual(['a', 'b']);
  await second;
});

test('a conversation comes before all else', async () => {
  const s = open({
    setup: conversation(async ({ send, receive, number }) => {
      send(`token ${number}`);
      const answer = await receive();
      if (answer !== 'welcome') throw new Error(`${answer}`);
    }),
  });
  s.send('queued');
  const got: unknown[] = [];
  s.onmessage = e => got.push(e.data);
  const first = await server.connection();
  expect(await server.message()).toBe('token 1');
  first.send('go away');
  const second = await server.connection();
  expect(await server.message()).toBe('token 1'); // no connection has been open so far
  second.send('welcome');
  second.send('news');
  expect(await server.message()).toBe('queued');
  while (!got.length) await new Promise(resolve => setTimeout(resolve, 1));
  expect(got).toEqual(['news']);
});

test('a conversation ends with its connection', async () => {
  const ends: unknown[] = [];
  open({
    setup: conversation(({ receive, number }) => receive().catch(e => ends.push([number, (e as Error).name]))),
  });
  (await server.connection()).terminate();
  await server.connection();
  expect(ends).toEqual([[1, 'AbortError']]);
});

test.each([
  [401, 'authentication'],
  [404, 'protocol'],
  [429, 'rate_limit'],
  [503, 'overload'],
])('with ws, HTTP status %i is %s', async (status, cls) => {
  server.answer = status;
  const s = open({ classify: byStatus });
  const e = await new Promise<{ class: string }>(resolve => s.addEventListener('close', resolve, { once: true }));
  expect(e.class).toBe(cls);
});

test('stats', async () => {
  const s = open({ heartbeat: { interval: 10 } });
  const w = watchStats(s);
  s.send('abc');
  await flow(s).opened();
  const peer = await server.connection();
  peer.send('hello');
  while (!w.stats().messagesIn || !w.stats().heartbeats) await new Promise(resolve => setTimeout(resolve, 1));
  expect(w.stats()).toMatchObject({
    state: 'open',
    circuit: 'closed',
    connects: 1,
    failures: 0,
    messagesOut: 1,
    bytesOut: 3,
    bytesIn: 5,
  });
  expect(w.stats().uptime).toBeGreaterThan(0);
  expect(w.stats().rtt.p50).toBeGreaterThan(0);
  server.answer = 500;
  peer.terminate();
  while (w.stats().failures < 1) await new Promise(resolve => setTimeout(resolve, 1));
  server.answer = 'accept';
  await flow(s).opened();
  const { connects, failures, reconnects, reconnectRate, closes, errors } = w.stats();
  expect({ connects, reconnects, reconnectRate }).toEqual({ connects: 2, reconnects: 1, reconnectRate: 1 / (1 + failures) });
  expect([closes[1006], errors.network]).toEqual([1 + failures, 1 + failures]);
  expect(w.errors().at(-1)).toMatchObject({ class: 'network', code: 1006, message: expect.stringContaining('500') });
  w.stop();
  s.send('d');
  expect(w.stats().messagesOut).toBe(1);
});

test('large messages go in pieces, others between them, and a cut makes them begin again', async () => {
  const s = open();
  const splitter = createSplitter(s, { size: 1 << 16, highWater: 1 << 17, lowWater: 1 << 16 });
  const sent = splitter.send('ä'.repeat(4 << 20));
  const first = await server.connection();
  first.pause();
  while (s.bufferedAmount < 1 << 16) await new Promise(resolve => setTimeout(resolve, 1));
  first.terminate();
  const got: unknown[] = [];
  const second = await server.connection();
  const end = receiveChunks(second as unknown as WebSocket, data => got.push(data));
  s.send('between');
  await sent;
  while (got.length < 2) await new Promise(resolve => setTimeout(resolve, 1));
  expect(got.map(d => (d as string).length).sort()).toEqual([4 << 20, 'between'.length].sort());
  end();
});

test('presets are options', () => {
  for (const preset of [presets.critical, presets.casual, presets.fastHeartbeat, presets.slow, presets.sensitive, presets.steady])
    expect(open({ startClosed: true, ...preset }).state).toBe('closed');
  const { baseDelay } = presets.reconnectingWebSocket();
  expect(baseDelay! >= 1000 && baseDelay! <= 5000).toBe(true);
});
