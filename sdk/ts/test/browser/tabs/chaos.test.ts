// Tabs come and go at random, the server too: every message is there once, in order, and all tabs read the same.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { check, long, test, until } from '../harness/index.ts';
import type {} from '../pages/tabs.ts';
import { crash, freeze } from './pages.ts';
import { same, start } from './start.ts';

const seconds = Number(process.env.HOLDFAST_SECONDS ?? (long ? 300 : 8));
const pause = (ms: number) => new Promise(done => setTimeout(done, ms));

test(`tabs and a server that come and go for ${seconds} s`, { timeout: seconds * 1000 + 240_000 }, async ({ owner }) => {
  const t = await start(owner);
  const live = new Map<string, Page>();
  const atLeast: Record<string, number> = {};
  const story: string[] = [];
  let n = 0;
  const add = async () => {
    const name = `t${++n}`;
    const page = await t.open(name, 'hasty');
    live.set(name, page);
    await page.evaluate(() => void shared.publish(1e6, 4));
  };
  const any = () => [...live][Math.floor(Math.random() * live.size)]!;
  const kept = async (name: string, page: Page) => {
    const failures = await page.evaluate(() => shared.failures);
    expect(failures, `${name}, after ${story}`).toEqual([]);
    atLeast[name] = await page.evaluate(() => shared.kept());
    live.delete(name);
  };
  const deeds: Record<string, () => Promise<void>> = {
    async close() {
      const [name, page] = any();
      await kept(name, page);
      await page.close();
    },
    async crash() {
      const [name, page] = any();
      await kept(name, page);
      await crash(page);
      await page.close();
    },
    async freeze() {
      const [, page] = any();
      await freeze(page, 'frozen');
      await pause(Math.random() * 800);
      await freeze(page, 'active');
    },
    async kill() {
      await t.server.kill();
      await pause(Math.random() * 500);
      await t.server.restart();
    },
    add: async () => {},
  };

  for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
    while (live.size < 4) await add();
    const names = Object.keys(deeds);
    const what = names[Math.floor(Math.random() * names.length)]!;
    story.push(what);
    await deeds[what]!();
    await pause(Math.random() * 600);
  }

  try {
    const sent: Record<string, number> = {};
    for (const [name, page] of live) {
      await page.evaluate(() => shared.stop());
      await until(`${name} has its answers`, () => page.evaluate(() => shared.ends.delivered === shared.published()), 90).catch(
        async e => {
          throw new Error(
            await page.evaluate(() =>
              JSON.stringify([shared.published(), shared.ends, shared.failures.slice(0, 3), shared.session.status]),
            ),
            {
              cause: e,
            },
          );
        },
      );
      sent[name] = await page.evaluate(() => shared.published());
    }
    await until(
      'the other side has them',
      () => Object.entries(sent).every(([name, n]) => t.other.texts().includes(`${name} ${n}`)),
      60,
    );
    const texts = (await t.other.take(1)).map(r => r.text!);
    for (const [name, least] of Object.entries(atLeast)) {
      const last = texts.findLast(x => x.startsWith(`${name} `));
      const came = last ? Number(last.split(' ')[1]) : 0;
      expect(came, `${name} had ${least} kept when it ended`).toBeGreaterThanOrEqual(least);
      if (came) sent[name] = came;
    }
    expect(check(t.other.records, sent)).toEqual([]);
    for (const page of live.values()) await same(page, texts);
    expect(t.browser.mistakes).toEqual([]);
  } catch (e) {
    throw new Error(`after ${story}`, { cause: e });
  }
});
