import { afterAll, beforeAll, expect, test } from 'vitest';
import type {} from './group.page.ts';
import { crash, freeze, type Pages, startPages, until } from './pages.ts';

let pages: Pages;
beforeAll(async () => {
  pages = await startPages('test/browser/tabs/group.page.ts');
});
afterAll(() => pages.close());

type Tab = Awaited<ReturnType<Pages['open']>>;
const heard = (p: Tab) => p.evaluate(() => tab.heard);
const hears = (p: Tab, what: string) => until(what, async () => (await heard(p)).includes(what));
const member = async () => {
  const page = await pages.open();
  await page.evaluate(() => tab.join());
  return { page, id: await page.evaluate(() => tab.id) };
};

test('one tab leads; when it leaves, crashes or freezes, the next one does', async () => {
  const [a, b, c, d] = [await member(), await member(), await member(), await member()];
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
  for (const x of [c, d]) expect(x.page.errors).toEqual([]);
});

test('mail goes to one or to all; what is of another version, or no mail at all, is not taken for it', async () => {
  const [a, b, c] = [await member(), await member(), await member()];
  await a.page.evaluate(to => tab.post('you', to), b.id);
  await a.page.evaluate(() => tab.post('all'));
  for (const m of [null, 7, 'x', {}, { v: 1 }, { v: 1, t: 3, from: 'x' }, { t: 'x', v: 1 }])
    await a.page.evaluate(m => tab.raw(m), m);
  await a.page.evaluate(() => tab.raw({ v: 99, t: 'x', from: 'x' }));
  await hears(b.page, 'foreign');
  await hears(c.page, 'foreign');
  expect(await heard(b.page)).toEqual([`you from ${a.id}`, `all from ${a.id}`, 'foreign']);
  expect(await heard(c.page)).toEqual([`all from ${a.id}`, 'foreign']);
});
