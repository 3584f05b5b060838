// Several tabs share one connection and one outbox: whatever becomes of the one that leads, every message is there once, in order.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { check, collect, launch, type Owner, serve, show, test, until } from '../harness/index.ts';
import type {} from '../pages/tabs.ts';

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
