// Who of several tabs leads, and what they tell each other.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { launch, type Owner, serve, show, test, until } from '../harness/index.ts';
import type {} from '../pages/group.ts';
import { crash, freeze } from './pages.ts';

const heard = (p: Page) => p.evaluate(() => tab.heard);
const hears = (p: Page, what: string) => until(what, async () => (await heard(p)).includes(what));

type M = { page: Page; id: string };

/** Opens tabs that join, each with its id. */
async function members(owner: Owner, n: number) {
  const browser = await launch(owner);
  const url = await show(browser.context, (await serve(owner)).url, 'sdk/ts/test/browser/pages/group.ts');
  const all = [];
  for (let i = 0; i < n; i++) {
    const page = await browser.page(url);
    await page.evaluate(() => tab.join());
    all.push({ page, id: await page.evaluate(() => tab.id) });
  }
  return { browser, all };
}

test('one tab leads; when it leaves, crashes or freezes, the next one does', async ({ owner }) => {
  const { browser, all } = await members(owner, 4);
  const [a, b, c, d] = all as [M, M, M, M];
  await hears(a.page, 'lead');
  for (const x of [b, c, d]) expect(await heard(x.page)).not.toContain('lead');

  await d.page.evaluate(other => tab.watch(other), a.id);
  await a.page.close();
  await hears(b.page, 'lead');
  await hears(d.page, `gone ${a.id}`);

  await d.page.evaluate(other => tab.watch(other), b.id);
  await crash(b.page);
  await hears(c.page, 'lead');
  await hears(d.page, `gone ${b.id}`);

  // a page that freezes leaves by itself
  await c.page.evaluate(() => document.addEventListener('freeze', () => tab.leave()));
  await freeze(c.page, 'frozen');
  await hears(d.page, 'lead');
  await freeze(c.page, 'active');
  await c.page.evaluate(() => tab.join());
  await d.page.evaluate(() => tab.leave());
  await until('the thawed tab leads again', async () => (await heard(c.page)).filter(x => x === 'lead').length === 2);

  // who watches hears of a tab's end before it hears of its return
  await d.page.evaluate(() => tab.join());
  await c.page.evaluate(other => tab.watch(other), d.id);
  await d.page.evaluate(async () => {
    tab.leave();
    await tab.join();
    tab.post('back');
  });
  await hears(c.page, `back from ${d.id}`);
  expect((await heard(c.page)).slice(-2)).toEqual([`gone ${d.id}`, `back from ${d.id}`]);
  expect(browser.mistakes).toEqual([]);
});

test('mail goes to one or to all; what is of another version, or no mail at all, is not taken for it', async ({ owner }) => {
  const { all } = await members(owner, 3);
  const [a, b, c] = all as [M, M, M];
  await a.page.evaluate(to => tab.post('you', to), b.id);
  await a.page.evaluate(() => tab.post('all'));
  for (const m of [null, 7, 'x', {}, { v: 1 }, { v: 1, t: 3, from: 'x' }, { t: 'x', v: 1 }])
    await a.page.evaluate(m => tab.raw(m), m);
  await a.page.evaluate(() => tab.raw({ v: 99, t: 'x', from: 'x' }));
  await hears(b.page, 'foreign x');
  await hears(c.page, 'foreign x');
  expect(await heard(b.page)).toEqual([`you from ${a.id}`, `all from ${a.id}`, 'foreign x']);
  expect(await heard(c.page)).toEqual([`all from ${a.id}`, 'foreign x']);
});
