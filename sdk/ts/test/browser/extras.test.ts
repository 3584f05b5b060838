import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { end, GraphQLServer, installed } from '../live/programs.ts';
import { launch, type Owner, show, test } from './harness/index.ts';
import type { Extras } from './pages/extras.ts';

declare const extras: Extras;

/** A browser with the page, shown at the address of a server. */
async function open(owner: Owner, origin: string) {
  const browser = await launch(owner);
  const page = await browser.page(await show(browser.context, origin, 'sdk/ts/test/browser/pages/extras.ts'));
  return { browser, page };
}

/** A real server that does what the scenarios want, and doubles numbers where it is asked to, cutting the connection now and then. */
async function realServer(owner: Owner): Promise<string> {
  const http = createServer();
  const server = new WebSocketServer({ server: http });
  owner.own(() => new Promise(r => http.close(r)));
  owner.own(() => {
    for (const c of server.clients) c.terminate();
  });
  let requests = 0;
  server.on('connection', (ws, { url }) => {
    if (decodeURIComponent(url ?? '').endsWith('the server sends and closes')) {
      ws.send('one');
      ws.send('two');
      ws.close(4000, 'done');
    }
    ws.on('message', (data, binary) => {
      const text = String(data);
      if (binary) ws.send(data, () => ws.close(1000));
      else if (text === 'cut') ws.terminate();
      else if (text.startsWith('{')) {
        const { id, params } = JSON.parse(text) as { id: number; params: number };
        if (++requests % 40 === 0) ws.terminate();
        else ws.send(JSON.stringify({ id, result: 2 * params }), () => {});
      }
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return `127.0.0.1:${(http.address() as AddressInfo).port}`;
}

test("the test double tells what Chromium's WebSocket tells of a real server, in the same order", async ({ owner }) => {
  const host = await realServer(owner);
  const { browser, page } = await open(owner, `http://${host}`);
  for (const name of await page.evaluate(() => extras.scenarios)) {
    const real = await page.evaluate(([name, url]) => extras.real(name, url), [name, `ws://${host}`] as const);
    const fake = await page.evaluate(name => extras.fake(name), name);
    expect(fake, name).toEqual(real);
  }
  // the browser itself complains of what is sent after closing
  expect(browser.mistakes.filter(m => !m.includes('already in CLOSING or CLOSED'))).toEqual([]);
});

test('calls from a page are all answered, whatever is cut', async ({ owner }) => {
  const host = await realServer(owner);
  const { browser, page } = await open(owner, `http://${host}`);
  expect(await page.evaluate(url => extras.double(url, 200), `ws://${host}`)).toEqual({ right: 200, repeated: true });
  expect(browser.mistakes).toEqual([]);
});

test.skipIf(!installed)('a GraphQL subscription in a page goes on when the server was killed', async ({ owner }) => {
  owner.own(end);
  const server = await GraphQLServer.start('transport');
  const { browser, page } = await open(owner, `http://127.0.0.1:${server.port}`);
  await page.evaluate(url => extras.graphql(url), `ws://127.0.0.1:${server.port}/graphql`);
  await page.evaluate(() => extras.follow('subscription { ticks }'));
  const seen = () => page.evaluate(() => extras.seen as [n: number, gaps: number][]);
  await vi.waitUntil(async () => (await seen()).length > 3, { timeout: 30_000 });
  await server.kill();
  const again = await GraphQLServer.start('transport', server.port);
  expect(await page.evaluate(() => extras.execute('{ pid }'))).toEqual({ data: { pid: again.pid } });
  await vi.waitUntil(async () => (await seen()).at(-1)?.[0] === 1 || (await seen()).some(([, gaps]) => gaps), {
    timeout: 30_000,
  });
  const all = await seen();
  const gap = all.findIndex(([, gaps]) => gaps > 0);
  expect(all[gap]).toEqual([1, 1]);
  expect(all.slice(0, gap).every(([n], i) => n === i + 1)).toBe(true);
  expect(browser.mistakes).toEqual([]);
});
