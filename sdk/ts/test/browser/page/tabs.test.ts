// The page at / in several tabs: one of them has the connection, and any of them may go.
import type { CDPSession } from 'playwright-core';
import { expect } from 'vitest';
import { check, collect, launch, serve, shoot, test, until } from '../harness/index.ts';
import { type Person, shows, texts, visit } from './driver.ts';

interface Tab extends Person {
  name: string;
  written: number;
}

/** The next messages of a tab, "tab-1 4" and so on. */
const write = async (tab: Tab, n: number) => {
  const from = tab.written + 1;
  tab.written += n;
  await tab.write(...texts(tab.name, from, tab.written));
};

const leads = async (tab: Tab) => /use.? this connection/.test(await tab.words());

/** The tab that has the connection, once all have found their places. */
async function leaderOf(tabs: Tab[]): Promise<Tab> {
  return until('one tab leads, and the others go through it', async () => {
    const words = await Promise.all(tabs.map(t => t.words()));
    const leader = words.findIndex(w => w.includes(`${tabs.length - 1} other tab`));
    const through = words.filter(w => w.startsWith('Connected') && w.includes('Through another tab’s connection.'));
    return leader >= 0 && through.length === tabs.length - 1 ? tabs[leader] : undefined;
  });
}

test('five tabs: the one that leads is closed, then the next is killed', async ({ owner }) => {
  const server = await serve(owner);
  const browser = await launch(owner);
  const other = collect(owner, server, 'chat:lobby');
  const all: Tab[] = [];
  for (let i = 1; i <= 5; i++) all.push(Object.assign(await visit(browser, server.url), { name: `tab-${i}`, written: 0 }));
  let tabs = all;
  const total = () => all.reduce((n, t) => n + t.written, 0);

  const first = await leaderOf(tabs);
  await Promise.all(tabs.map(t => write(t, 4)));
  await Promise.all(tabs.map(t => t.settled()));
  await shoot(first.page, 'tabs-leader');
  await shoot(tabs.find(t => t !== first)!.page, 'tabs-follower');

  // closed, while the others publish
  tabs = tabs.filter(t => t !== first);
  await Promise.all([first.page.close(), ...tabs.map(t => write(t, 4))]);
  await Promise.all(tabs.map(t => t.settled()));
  const second = await leaderOf(tabs);

  // killed, while the others publish
  tabs = tabs.filter(t => t !== second);
  const crash: CDPSession = await browser.context.newCDPSession(second.page);
  const writing = tabs.map(t => write(t, 4));
  crash.send('Page.crash').catch(() => {}); // nobody is left to answer
  await Promise.all(writing);
  await Promise.all(tabs.map(t => t.settled()));
  const third = await leaderOf(tabs);
  expect(await leads(third)).toBe(true);

  const sent = Object.fromEntries(all.map(t => [t.name, t.written]));
  expect(check(await other.take(total()), sent)).toEqual([]);
  for (const t of tabs) await shows(t, other.texts());
  expect(browser.mistakes).toEqual([]);
});
