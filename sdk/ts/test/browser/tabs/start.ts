// Tabs that share, a server, and the other side.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { collect, launch, type Owner, serve, show, until } from '../harness/index.ts';
import type {} from '../pages/tabs.ts';

const entry = 'sdk/ts/test/browser/pages/tabs.ts';
export const channel = 'tabs:all';

export async function start(owner: Owner) {
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
    async open(name: string, how = ''): Promise<Page> {
      const page = await browser.page(`${url}?name=${name}&channel=${channel}&${how}`);
      tabs.set(name, page);
      // so that the first one leads, and then the others in their order
      if (!how.includes('hasty')) await until('it has joined', () => page.evaluate(() => !!shared.session.outbox));
      if (!how.includes('idle')) await page.evaluate(() => void shared.read());
      return page;
    },
  };
}

export const open = (p: Page) => until('it is open', () => p.evaluate(() => shared.session.state === 'open'));

/** What is wrong with what a tab has read: it must be what the other side has. */
export async function same(p: Page, texts: string[]) {
  await until('the tab has read everything', () => p.evaluate(n => shared.texts.length >= n, texts.length), 60).catch(async e => {
    const what = await p.evaluate(() => {
      const holes = shared.offsets.flatMap((o, i) => (i && o !== shared.offsets[i - 1]! + 1 ? [[shared.offsets[i - 1], o]] : []));
      return JSON.stringify([shared.texts.length, shared.offsets.at(-1), holes, shared.session.state, shared.gaps]);
    });
    throw new Error(`of ${texts.length}: ${what}`, { cause: e });
  });
  const got = await p.evaluate(() => shared.texts);
  const i = got.findIndex((x, i) => x !== texts[i]);
  expect(got.slice(Math.max(0, i - 3), i < 0 ? 0 : i + 5), `from record ${i} on, of ${got.length} and ${texts.length}`).toEqual(
    texts.slice(Math.max(0, i - 3), i < 0 ? 0 : i + 5),
  );
  expect(got.length).toBe(texts.length);
  expect(await p.evaluate(() => shared.gaps)).toEqual([]);
}
