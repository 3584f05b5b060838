import { expect } from 'vitest';
import { check, collect, launch, numbered, type Owner, serve, show, test, until } from './harness/index.ts';

const entry = 'sdk/ts/test/browser/pages/session.ts';

const setUp = async (owner: Owner) => {
  const server = await serve(owner);
  const browser = await launch(owner);
  const address = await show(browser.context, server.url, entry);
  return { server, browser, address, page: await browser.page(address) };
};

for (const kind of ['indexedDB', 'localStorageOutbox'] as const) {
  test(`${kind}: what was queued offline is sent by the page that comes after a reload, once and in order`, async ({ owner }) => {
    const { server, browser, page } = await setUp(owner);
    await page.evaluate(async kind => {
      const s = sdk.open({ outbox: sdk[kind]({ name: 'box' }) });
      sdk.s = s;
      for (let i = 1; i <= 20; i++) s.publish('a', `p ${i}`);
      await s.flush();
    }, kind);
    await server.kill();
    const queued = await page.evaluate(async () => {
      const sent = [];
      for (let i = 21; i <= 40; i++) sent.push(sdk.s!.publish('a', `p ${i}`));
      await Promise.all(sent.map(m => m.kept));
      return { outbox: sdk.s!.outbox, statuses: sent.map(m => m.status) };
    });
    expect(queued.outbox).toEqual({ durable: kind === 'indexedDB', full: false });
    expect(queued.statuses).not.toContain('failed');
    await page.reload();
    await server.restart();
    const other = collect(owner, server, 'a');
    const left = await page.evaluate(async kind => {
      const s = sdk.open({ outbox: sdk[kind]({ name: 'box' }) });
      const restored = await new Promise<unknown[]>(ok => {
        s.addEventListener('status', () => s.outbox && ok([...s.messages.values()].map(m => m.data)));
      });
      for (let i = 41; i <= 60; i++) s.publish('a', `p ${i}`);
      await s.flush();
      return restored;
    }, kind);
    expect(left).toEqual(Array.from({ length: 20 }, (_, i) => `p ${i + 21}`));
    expect(check(await other.take(60), { p: 60 })).toEqual([]);
    expect(browser.mistakes).toEqual([]);
  });
}

test('browsers that are killed while they publish lose and double nothing that was kept', async ({ owner }) => {
  const server = await serve(owner);
  const profile = owner.folder();
  const other = collect(owner, server, 'a');
  const kept: Record<string, number> = {};
  for (const life of ['a', 'b', 'c', 'last']) {
    kept[life] = 0;
    const browser = await launch(owner, { profile });
    const page = await browser.page(await show(browser.context, server.url, entry));
    await page.exposeFunction('kept', (n: number) => {
      kept[life] = n;
    });
    const publishing = page.evaluate(
      async ([life, n]) => {
        const s = sdk.open({ outbox: sdk.indexedDB() });
        const told = (globalThis as unknown as { kept(n: number): Promise<void> }).kept;
        for (let i = 1; i <= n; i++) {
          await s.room();
          const m = s.publish('a', `${life} ${i}`);
          if (i % 8 === 0) void m.kept.then(() => told(i));
          if (i % 16 === 0) await m.kept;
        }
        await s.flush();
      },
      [life, life === 'last' ? 50 : 1e6] as const,
    );
    if (life === 'last') {
      await publishing;
      kept[life] = 50;
    } else {
      publishing.catch(() => {}); // the page goes away
      await until('some were kept', () => kept[life]! > 150);
      await browser.kill();
    }
  }
  await until('the last one came', () => other.texts().includes('last 50'));
  // behind what was told to be kept, each life may have got some more through
  const there = { ...kept };
  for (const { by, n } of other.records.map(numbered)) there[by] = Math.max(there[by]!, n);
  expect(check(other.records, there)).toEqual([]);
});

for (const [kind, locks] of [
  ['indexedDB', 'with'],
  ['indexedDB', 'without'],
  ['localStorageOutbox', 'with'],
  ['localStorageOutbox', 'without'],
] as const) {
  test(`${kind}, ${locks} Web Locks: of two pages the second is refused, and has it when the first is gone`, async ({
    owner,
  }) => {
    const { browser, address, page } = await setUp(owner);
    if (locks === 'without')
      await browser.context.addInitScript("Object.defineProperty(navigator, 'locks', { value: undefined })");
    await page.reload();
    const second = await browser.page(address);
    expect(await second.evaluate(() => !navigator.locks)).toBe(locks === 'without');
    const use = (kind: 'indexedDB' | 'localStorageOutbox') => {
      const s = sdk.open({ outbox: sdk[kind]() });
      return s.connected().then(
        () => 'open',
        (e: Error) => e.message,
      );
    };
    expect(await page.evaluate(use, kind)).toBe('open');
    expect(await second.evaluate(use, kind)).toMatch(/another page uses it \(outbox_locked\)/);
    const third = await browser.page(address);
    const waiting = third.evaluate(use, kind);
    await page.close();
    expect(await waiting).toBe('open');
    expect(browser.mistakes).toEqual([]);
  });
}

test('an outbox with something in it is refused to another user', async ({ owner }) => {
  const { server, page } = await setUp(owner);
  await server.kill();
  const how = await page.evaluate(async () => {
    const s = sdk.open({ outbox: sdk.indexedDB(), user: 'alice' });
    await s.publish('a', 1).kept;
    await s.close({ drain: 0 });
    const t = sdk.open({ outbox: sdk.indexedDB(), user: 'bob' });
    return t.connected().catch(e => e.message);
  });
  expect(how).toBe('open outbox holdfast: it belongs to user "alice", not to "bob" (outbox_mismatch)');
});

test('a database that is gone without a word, as on phones that slept, ends the session with io', async ({ owner }) => {
  const { page, browser } = await setUp(owner);
  const how = await page.evaluate(async () => {
    const { open } = IDBFactory.prototype;
    let db: IDBDatabase | undefined;
    IDBFactory.prototype.open = function (...about) {
      const r = open.apply(this, about);
      r.addEventListener('success', () => {
        db = r.result;
      });
      return r;
    };
    const s = sdk.open({ outbox: sdk.indexedDB() });
    await s.connected();
    db!.close(); // the next transaction throws
    const m = s.publish('a', 1);
    const why = await m.done.catch(e => e.codeName);
    return [why, s.state, s.error?.codeName, await s.close()];
  });
  expect(how).toEqual(['io', 'failed', 'io', 1]);
  expect(browser.mistakes).toEqual([]);
});

test('localStorageOutbox: a name that begins like another one’s is a name of its own', async ({ owner }) => {
  const { page, browser } = await setUp(owner);
  const how = await page.evaluate(async () => {
    for (const name of ['box:0123456789abcdef', 'box:1', 'box']) {
      const s = sdk.open({ outbox: sdk.localStorageOutbox({ name }) });
      await s.publish('a', name).done;
      await s.close();
    }
    const s = sdk.open({ outbox: sdk.localStorageOutbox({ name: 'box' }) });
    await s.connected();
    return [s.state, s.messages.size];
  });
  expect(how).toEqual(['open', 0]);
  expect(browser.mistakes).toEqual([]);
});

for (const kind of ['indexedDB', 'localStorageOutbox'] as const) {
  test(`${kind}: what is published right before the end is kept, and says so`, async ({ owner }) => {
    const { server, page } = await setUp(owner);
    await server.kill();
    const how = await page.evaluate(async kind => {
      const s = sdk.open({ outbox: sdk[kind]() });
      await s.room();
      const m = s.publish('a', 1);
      const settled = (p: Promise<unknown>) => p.then(() => 'fulfilled').catch(e => e.codeName);
      const all = Promise.all([settled(m.kept), settled(m.done), s.close({ drain: 0 })]);
      const t = sdk.open({ outbox: sdk[kind]() });
      await t.room();
      return [...(await all), m.status, t.messages.size];
    }, kind);
    expect(how).toEqual(['fulfilled', 'closed', 1, 'pending', 1]);
  });
}
