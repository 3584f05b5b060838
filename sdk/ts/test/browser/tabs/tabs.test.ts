// Several tabs share one connection and one outbox: whatever becomes of the one that leads, every message is there once, in order.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { check, collect, launch, type Owner, serve, show, test, until } from '../harness/index.ts';
import type {} from '../pages/tabs.ts';
import { crash, freeze } from './pages.ts';

const entry = 'sdk/ts/test/browser/pages/tabs.ts';
const channel = 'tabs:all';

async function start(owner: Owner) {
  const server = await serve(owner);
  const browser = await launch(owner);
  const url = await show(browser.context, server.url, entry);
  const other = collect(owner, server, channel);
  const tabs = new Map<string, Page>();
  let sockets = 0;
  browser.context.on('page', p => p.on('websocket', () => sockets++));
  return {
    server,
    browser,
    other,
    tabs,
    /** How many connections all tabs have made. */
    sockets: () => sockets,
    async open(name: string): Promise<Page> {
      const page = await browser.page(`${url}?name=${name}&channel=${channel}`);
      tabs.set(name, page);
      await page.evaluate(() => void shared.read());
      return page;
    },
  };
}

const open = (p: Page) => until('it is open', () => p.evaluate(() => shared.session.state === 'open'));

/** What is wrong with what a tab has read: it must be what the other side has. */
async function same(p: Page, texts: string[]) {
  await until('the tab has read everything', () => p.evaluate(n => shared.texts.length >= n, texts.length), 60).catch(async e => {
    throw new Error(`${await p.evaluate(() => `${shared.texts.length} in ${shared.session.state}, ${shared.gaps}`)}`, {
      cause: e,
    });
  });
  expect(await p.evaluate(() => shared.texts)).toEqual(texts);
  expect(await p.evaluate(() => shared.gaps)).toEqual([]);
}

test('five tabs have one connection, and each publishes and reads over it', async ({ owner }) => {
  const t = await start(owner);
  for (const name of ['a', 'b', 'c', 'd', 'e']) await t.open(name);
  for (const p of t.tabs.values()) await open(p);
  expect(t.sockets()).toBe(1);

  await Promise.all([...t.tabs.values()].map(p => p.evaluate(() => shared.publish(200))));
  const records = await t.other.take(1000);
  expect(check(records, { a: 200, b: 200, c: 200, d: 200, e: 200 })).toEqual([]);
  for (const p of t.tabs.values()) {
    await same(p, t.other.texts());
    await until('all are answered', () => p.evaluate(() => shared.ends.delivered === 200));
    expect(await p.evaluate(() => shared.session.messages.size)).toBe(0);
  }
  expect(t.browser.mistakes).toEqual([]);
});

test('the leader is closed, the next one crashes, then the server, and the third is frozen: nothing is lost or doubled', async ({
  owner,
}) => {
  const t = await start(owner);
  for (const name of ['a', 'b', 'c', 'd', 'e']) await t.open(name);
  const [a, b, c, d, e] = [...t.tabs.values()] as [Page, Page, Page, Page, Page];
  for (const p of t.tabs.values()) await open(p);
  for (const p of t.tabs.values()) await p.evaluate(() => void shared.publish(400, 5));
  const far = (p: Page, n: number) => until(`${n} are kept`, () => p.evaluate(n => shared.kept() >= n, n));

  await far(a, 40);
  const keptA = await a.evaluate(() => shared.kept());
  await a.close();

  await far(b, 120);
  const keptB = await b.evaluate(() => shared.kept());
  await crash(b);

  await far(c, 160);
  await t.server.kill();
  await far(d, 200); // without a server, over the third leader
  await t.server.restart();

  await far(c, 240);
  await freeze(c, 'frozen');
  const before = await d.evaluate(() => shared.kept());
  await far(d, before + 60); // the fourth leads
  await freeze(c, 'active');

  for (const p of [c, d, e]) {
    await until('all are answered', () => p.evaluate(() => shared.ends.delivered === 400), 60).catch(async e => {
      throw new Error(await p.evaluate(() => JSON.stringify([shared.ends, shared.failures.slice(0, 9), shared.session.status])), {
        cause: e,
      });
    });
  }
  await until('the other side has it all', async () => ['c', 'd', 'e'].every(x => t.other.texts().includes(`${x} 400`)));
  const records = await t.other.take(1200);
  // what a tab had not given away when it ended is lost with it; what was kept is not
  const came = (name: string) => Math.max(0, ...t.other.texts().map(x => (x.startsWith(`${name} `) ? +x.slice(2) : 0)));
  expect(check(records, { a: came('a'), b: came('b'), c: 400, d: 400, e: 400 })).toEqual([]);
  expect(came('a')).toBeGreaterThanOrEqual(keptA);
  expect(came('b')).toBeGreaterThanOrEqual(keptB);
  for (const p of [c, d, e]) await same(p, t.other.texts());
  expect(t.browser.mistakes).toEqual([]);
});
