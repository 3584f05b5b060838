import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { Session } from '../../src/session.ts';
import { launch, long, type Owner, serve, show, test, until } from './harness/index.ts';

/** Bytes that a page holds after everything that nobody needs was collected, those of buffers included. */
const heap = async (page: Page) => {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('HeapProfiler.enable');
  await cdp.send('HeapProfiler.collectGarbage');
  const h = (await cdp.send('Runtime.getHeapUsage')) as { usedSize: number; backingStorageSize?: number };
  await cdp.detach();
  return h.usedSize + (h.backingStorageSize ?? 0);
};

/** Publishes so many records a second, for so many seconds. */
const publishing = (owner: Owner, url: string, rate: number, seconds: number) => {
  const s = new Session(url);
  owner.own(() => s.close({ drain: 0 }));
  const pad = 'x'.repeat(100);
  const begin = performance.now();
  const run = async () => {
    for (let n = 0; n < rate * seconds; ) {
      const due = Math.min(rate * seconds, ((performance.now() - begin) / 1000) * rate);
      for (; n < due; n++) {
        await s.room();
        s.publish('busy', { n: n + 1, pad });
      }
      await new Promise(ok => setTimeout(ok, 5));
    }
    await s.flush();
  };
  return run();
};

// The whole: 5,000 records a second for a minute.
const [rate, seconds] = long ? [5000, 60] : [2500, 8];

for (const way of ['waits', 'works'] as const) {
  test(`a page that ${way} 20 ms for each record falls behind, keeps its memory, and loses nothing`, async ({ owner }) => {
    const server = await serve(owner);
    const browser = await launch(owner);
    const page = await browser.page(await show(browser.context, server.url, 'sdk/ts/test/browser/pages/session.ts'));
    await page.evaluate(async way => {
      const s = sdk.open();
      const state = { got: 0, wrong: 0, slow: true, worst: 0 };
      Object.assign(globalThis, { state, s });
      const sub = s.subscribe<{ n: number }>('busy', { from: 'start' });
      await sub.ready;
      let beat = performance.now();
      setInterval(() => {
        if (state.slow) state.worst = Math.max(state.worst, performance.now() - beat);
        beat = performance.now();
      }, 10);
      void (async () => {
        for await (const r of sub) {
          if (r.gap || r.data.n !== ++state.got) state.wrong++;
          const end = performance.now() + 20;
          if (!state.slow) continue;
          if (way === 'waits') await new Promise(ok => setTimeout(ok, 20));
          else while (performance.now() < end);
        }
      })();
    }, way);
    const look = () =>
      page.evaluate(() => (globalThis as unknown as { state: { got: number; wrong: number; worst: number } }).state);
    const before = await heap(page);
    await publishing(owner, server.url, rate, seconds);
    const middle = await look();
    const during = await heap(page);
    expect(middle.got).toBeLessThan(rate * seconds * 0.5); // it was slow
    await page.evaluate(() => {
      (globalThis as unknown as { state: { slow: boolean } }).state.slow = false;
    });
    await until('all have come', async () => (await look()).got >= rate * seconds, 120);
    const after = await heap(page);
    expect((await look()).wrong).toBe(0);
    expect(during - before).toBeLessThan(20 << 20);
    expect(after - before).toBeLessThan(20 << 20);
    if (way === 'works') expect(middle.worst).toBeLessThan(5000); // a window of records takes 10 s: the page did other things in between
    console.log(
      `${way}: ${middle.got} slowly, ${rate * seconds} in all; ${during - before} and ${after - before} bytes more; worst beat ${middle.worst} ms`,
    );
    expect(browser.mistakes).toEqual([]);
  });
}
