// The page at / in several tabs: one of them has the connection, and any of them may go.
import { expect } from 'vitest';
import { type Chromium, check, collect, launch, serve, shoot, test, until } from '../harness/index.ts';
import { type Person, shows, texts, visit } from './driver.ts';

const open = async (browser: Chromium, url: string, n: number): Promise<Tab[]> => {
  const tabs: Tab[] = [];
  for (let i = 1; i <= n; i++) tabs.push(Object.assign(await visit(browser, url), { name: `tab-${i}`, written: 0 }));
  return tabs;
};

/** Kills the process of a page. */
const kill = async (browser: Chromium, tab: Tab) => {
  const session = await browser.context.newCDPSession(tab.page);
  session.send('Page.crash').catch(() => {}); // nobody is left to answer
};

const settled = (tabs: Tab[]) => Promise.all(tabs.map(t => t.settled()));
const sentBy = (tabs: Tab[]) => Object.fromEntries(tabs.map(t => [t.name, t.written]));
const total = (tabs: Tab[]) => tabs.reduce((n, t) => n + t.written, 0);

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
  const all = await open(browser, server.url, 5);

  const first = await leaderOf(all);
  await Promise.all(all.map(t => write(t, 4)));
  await settled(all);
  await shoot(first.page, 'tabs-leader');
  await shoot(all.find(t => t !== first)!.page, 'tabs-follower');

  // closed, while the others publish
  const four = all.filter(t => t !== first);
  await Promise.all([first.page.close(), ...four.map(t => write(t, 4))]);
  await settled(four);
  const second = await leaderOf(four);

  // killed, while the others publish
  const three = four.filter(t => t !== second);
  await Promise.all([kill(browser, second), ...three.map(t => write(t, 4))]);
  await settled(three);
  await leaderOf(three);

  expect(check(await other.take(total(all)), sentBy(all))).toEqual([]);
  for (const t of three) await shows(t, other.texts());
  expect(browser.mistakes).toEqual([]);
});

test('the tab that leads is killed with messages of all tabs in the outbox', async ({ owner }) => {
  const server = await serve(owner);
  const browser = await launch(owner);
  const other = collect(owner, server, 'chat:lobby');
  const all = await open(browser, server.url, 3);
  const leader = await leaderOf(all);
  await server.kill();
  await Promise.all(all.map(t => t.says(/^Cut off/)));
  for (const t of all) await write(t, 3);
  await Promise.all(all.map(t => t.says(/3 messages wait safely in this browser/)));
  await shoot(leader.page, 'tabs-cut-off');

  await kill(browser, leader);
  const rest = all.filter(t => t !== leader);
  for (const t of rest) await write(t, 2);
  await server.restart();
  await settled(rest);
  expect(check(await other.take(total(all)), sentBy(all))).toEqual([]);
  for (const t of rest) await shows(t, other.texts());
  expect(browser.mistakes).toEqual([]);
});
