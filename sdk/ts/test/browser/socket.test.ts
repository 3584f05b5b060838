// The socket, the durable queue and waking up, in a real browser.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startServer, type TestServer } from '../live/socket/server.ts';

let site: Server;
let url: string;
let browser: Browser;
let context: BrowserContext;
let server: TestServer;

const script = `
  import { ReliableWebSocket } from './src/socket.ts';
  import { durableQueue } from './src/queue.ts';
  import { watchWakes } from './src/wake.ts';
  Object.assign(window, { ReliableWebSocket, durableQueue, watchWakes });
`;

beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: { contents: script, resolveDir: '.' },
    bundle: true,
    write: false,
    format: 'esm',
  });
  const code = outputFiles[0]!.text;
  site = createServer((_, answer) => {
    answer
      .setHeader('Content-Type', 'text/html; charset=utf-8')
      .end(`<!doctype html><title>test</title><script type="module">${code}</script>`);
  });
  await new Promise<void>(resolve => site.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser.close();
  site.closeAllConnections();
  await new Promise(resolve => site.close(resolve));
});
beforeEach(async () => {
  server = await startServer(['one']);
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  await server.close();
});

declare const ReliableWebSocket: typeof import('../../src/socket.ts').ReliableWebSocket;
declare const durableQueue: typeof import('../../src/queue.ts').durableQueue;
declare const watchWakes: typeof import('../../src/wake.ts').watchWakes;

const visit = async (): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(url);
  await page.waitForFunction(() => 'durableQueue' in window);
  return page;
};

/** Sends over a socket that cannot connect, until all of it is kept. */
const sendInVain = (page: Page, messages: string[]) =>
  page.evaluate(async list => {
    const queue = durableQueue();
    const s = new ReliableWebSocket('ws://127.0.0.1:1/', undefined, { queue, baseDelay: 60_000 });
    for (const m of list) s.send(m);
    s.send(new Uint8Array([1, 2]));
    await queue.kept();
    return s.bufferedAmount;
  }, messages);

test('a socket: text, bytes, blobs, a heartbeat, a cut, a close', async () => {
  const page = await visit();
  const run = page.evaluate(async address => {
    const log: unknown[] = [];
    const s = new ReliableWebSocket(address, ['one'], { baseDelay: 10, heartbeat: { interval: 200, answers: 'hidden' } });
    s.onopen = () => log.push(['open', s.readyState]);
    s.onclose = e => log.push(['close', s.readyState, e.code, e.class]);
    s.onmessage = e => {
      log.push([e instanceof MessageEvent, e.origin, e.data instanceof Blob ? e.data.size : e.data]);
      if (e.data === 'end') s.close(4000, 'done');
    };
    s.addEventListener('heartbeat', e => log.push(['heartbeat', e.rtt! > 0]), { once: true });
    s.send(new Blob(['blob']));
    while (s.state !== 'closed') await new Promise(resolve => s.addEventListener('statechange', resolve, { once: true }));
    await new Promise(resolve => setTimeout(resolve)); // close comes right after it
    return log;
  }, server.url);
  const first = await server.connection();
  expect(await server.message()).toBe('<626c6f62>');
  expect(await server.message()).toBe('{"type":"ping"}');
  first.send('{"type":"pong"}');
  first.send('text');
  first.send(Buffer.from('bytes'));
  first.close(1012);
  (await server.connection()).send('end');
  const origin = new URL(server.url).origin;
  expect(await run).toEqual([
    ['open', 1],
    ['heartbeat', true],
    [true, origin, 'text'],
    [true, origin, 'bytes'.length],
    ['close', 3, 1012, 'server'],
    ['open', 1],
    [true, origin, 'end'],
    ['close', 3, 4000, ''],
  ]);
});

test('nobody there: error, then close with 1006', async () => {
  const page = await visit();
  const log = await page.evaluate(async () => {
    const told: unknown[] = [];
    const s = new ReliableWebSocket('ws://127.0.0.1:1/', [], { maxRetries: 0 });
    s.onerror = e => told.push(['error', e.error!.codeName]);
    s.onclose = e => told.push(['close', e.code, s.state]);
    while (s.state !== 'failed') await new Promise(resolve => s.addEventListener('statechange', resolve, { once: true }));
    return told;
  });
  expect(log).toEqual([
    ['error', 'disconnected'],
    ['close', 1006, 'connecting'],
  ]);
});

test('what waits outlives a reload, and a page that is gone; it goes out once, in order, before what is new', async () => {
  const page = await visit();
  const list = Array.from({ length: 50 }, (_, i) => `${i}`);
  expect(await sendInVain(page, list)).toBe(list.join('').length + 2);
  await page.reload();
  await page.waitForFunction(() => 'durableQueue' in window);
  await sendInVain(page, ['after the reload']);
  await page.close();
  const another = await visit();
  await another.evaluate(async address => {
    const queue = durableQueue();
    const s = new ReliableWebSocket(address, undefined, { queue });
    s.send('new');
    await new Promise(resolve => s.addEventListener('open', resolve));
    await queue.kept();
  }, server.url);
  for (const want of [...list, '<0102>', 'after the reload', '<0102>', 'new']) expect(await server.message()).toBe(want);
  await another.close();
  const left = await (await visit()).evaluate(async () => {
    const queue = durableQueue();
    await queue.kept();
    return new ReliableWebSocket('ws://127.0.0.1:1/', undefined, { queue, startClosed: true }).bufferedAmount;
  });
  expect(left).toBe(0);
});

test('two pages cannot use one queue at a time', async () => {
  await sendInVain(await visit(), ['a']);
  const second = await visit();
  const refused = await second.evaluate(async address => {
    const s = new ReliableWebSocket(address, undefined, { queue: durableQueue(), maxRetries: 0 });
    while (s.state !== 'failed') await new Promise(resolve => s.addEventListener('statechange', resolve, { once: true }));
    return s.error!.message;
  }, server.url);
  expect(refused).toContain('outbox_locked');
});

test('dropped and late messages are not kept', async () => {
  const page = await visit();
  const left = await page.evaluate(async () => {
    const o = { maxMessages: 2, policy: 'dropOldest' } as const;
    const queue = durableQueue(o);
    await queue.kept();
    const s = new ReliableWebSocket('ws://127.0.0.1:1/', undefined, { queue, startClosed: true });
    for (const m of ['a', 'b', 'c']) s.send(m);
    await queue.kept();
    await queue.close();
    const again = durableQueue(o);
    await again.kept();
    const next = new ReliableWebSocket('ws://127.0.0.1:1/', undefined, { queue: again, startClosed: true });
    const before = next.bufferedAmount;
    next.send('late', { ttl: 1 });
    await new Promise(resolve => setTimeout(resolve, 5));
    next.send('d');
    await again.kept();
    return [before, next.bufferedAmount];
  });
  expect(left).toEqual([2, 5]); // b and c; late and d
});

test('a network that is back is noticed, and while it is gone no retry is used up', async () => {
  const page = await visit();
  await page.evaluate(address => {
    const s = new ReliableWebSocket(address, undefined, { wake: watchWakes, baseDelay: 50, maxRetries: 2, jitter: 0 });
    Object.assign(window, { s });
    return new Promise(resolve => s.addEventListener('open', resolve, { once: true }));
  }, server.url);
  await context.setOffline(true);
  (await server.connection()).terminate();
  await page.waitForFunction(() => (window as unknown as { s: WebSocket }).s.readyState === 3);
  await page.evaluate(() => (window as unknown as { s: WebSocket }).s.send('while offline'));
  await context.setOffline(false);
  expect(await server.message()).toBe('while offline');
});
