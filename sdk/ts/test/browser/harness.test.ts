// The harness does what it says: the tools of the other tests, each tried once.
import { expect } from 'vitest';
import { blackHole, check, collect, cut, launch, portsOf, publish, serve, show, test, until } from './harness/index.ts';
import type {} from './pages/bare.ts';

test('connections are cut, silenced and stopped, and what comes is checked', async ({ owner }) => {
  const server = await serve(owner);
  const browser = await launch(owner);
  const other = collect(owner, server, 'chat:lobby');
  const page = await browser.page(await show(browser.context, server.url, 'sdk/ts/test/browser/pages/bare.ts'));
  const closed = () => page.evaluate(() => window.bare.closed);
  const connect = () => page.evaluate(url => window.bare.connect(url), server.ws);

  await connect();
  expect(await cut(server, browser.pids())).toBeGreaterThan(0);
  await until('the page hears that it is cut', async () => (await closed()).length === 1);
  expect(await closed()).toEqual([1006]);

  await connect();
  const pass = await blackHole(owner, server, await portsOf(server, browser.pids()));
  await page.evaluate(() => window.bare.publish('page 1'));
  publish(server, 'chat:lobby', ['go 1']); // over a connection of its own, which is not silent
  expect((await other.take(1)).map(r => r.text)).toEqual(['go 1']);
  await pass();
  expect(check(await other.take(2), { go: 1, page: 1 })).toEqual([]);

  await server.kill();
  await until('the page hears that the server is gone', async () => (await closed()).length === 2);
  await server.restart();
  await connect();
  browser.stop();
  browser.go();
  await page.evaluate(() => window.bare.publish('page 2'));
  expect(check(await other.take(3), { go: 1, page: 2 })).toEqual([]);
  expect(browser.mistakes).toEqual([]);
});

test('a browser that is killed keeps what it has stored', async ({ owner }) => {
  const server = await serve(owner, { store: 'memory' });
  const first = await launch(owner);
  const address = await show(first.context, server.url, 'sdk/ts/test/browser/pages/bare.ts');
  const page = await first.page(address);
  await page.evaluate(() => window.bare.keep('anchor'));
  await first.kill();
  expect(first.pids()).toEqual([]);

  const second = await launch(owner, { profile: first.profile });
  await show(second.context, server.url, 'sdk/ts/test/browser/pages/bare.ts');
  expect(await (await second.page(address)).evaluate(() => window.bare.kept())).toBe('anchor');
});

test('the check finds what is lost, doubled or out of order', () => {
  const records = (...texts: string[]) =>
    texts.map((text, i) => ({ channel: 'c', offset: i + 1, position: `t@${i + 1}`, time: '', type: 'text', text }));
  expect(check(records('a 1', 'b 1', 'a 2'), { a: 2, b: 1 })).toEqual([]);
  expect(check(records('a 1', 'a 3'), { a: 3 })).toEqual(['offset 2: a 3 came after a 1']);
  expect(check(records('a 1', 'a 1'), { a: 1 })).toEqual(['offset 2: a 1 came after a 1']);
  expect(check(records('a 2', 'a 1'), { a: 2 })).not.toEqual([]);
  expect(check(records('a 1'), { a: 2 })).toEqual(['the last of a is 1, and not 2']);
  expect(check(records('a 1', 'x 1'), { a: 1 })).not.toEqual([]);
  expect(check(records('a 1', 'a 2').slice(1), { a: 2 })).not.toEqual([]);
});
