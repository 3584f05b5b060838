// Several tabs share one connection and one outbox: whatever becomes of the one that leads, every message is there once, in order.
import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { check, test, until } from '../harness/index.ts';
import type {} from '../pages/tabs.ts';
import { crash, freeze } from './pages.ts';
import { open, same, start } from './start.ts';

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
  await far(d, Math.min(before + 60, 400)); // the fourth leads
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

test('a follower that reloads while there is no server finds what it had queued; one that is killed or frozen holds nobody up', async ({
  owner,
}) => {
  const t = await start(owner);
  const [a, b, c] = [await t.open('a'), await t.open('b'), await t.open('c')];
  for (const p of [a, b, c]) await open(p);
  await t.server.kill();
  await until('the follower hears of it', () => b.evaluate(() => shared.session.state === 'waiting'));
  await b.evaluate(() => shared.publish(10));
  await until('the leader has it', () => b.evaluate(() => shared.kept() === 10));
  await b.reload();
  await until('the new page is told', () => b.evaluate(() => shared.session.messages.size === 10));
  expect(await b.evaluate(() => [...shared.session.messages.values()].map(m => m.data).join())).toBe(
    Array.from({ length: 10 }, (_, i) => `b ${i + 1}`).join(),
  );
  await crash(c);
  await t.server.restart();
  expect(check(await t.other.take(10), { b: 10 })).toEqual([]);
  await until('and that it is stored', () => b.evaluate(() => !shared.session.messages.size));
  await same(a, t.other.texts());

  await b.evaluate(() => void shared.read());
  await same(b, t.other.texts());
  await freeze(b, 'frozen');
  await a.evaluate(() => shared.publish(1500)); // more than a window
  await t.other.take(1510);
  await same(a, t.other.texts());
  await freeze(b, 'active');
  await same(b, t.other.texts());
  await b.evaluate(() => void shared.session.publish('tabs:all', 'b 11'));
  expect(check(await t.other.take(1511), { a: 1500, b: 11 })).toEqual([]);
  expect(t.browser.mistakes).toEqual([]);
});

test('who is slow makes the others wait, a window behind, until it goes', async ({ owner }) => {
  const t = await start(owner);
  const a = await t.open('a');
  const slow = await t.open('slow', 'idle');
  await slow.evaluate(() => void shared.read({ hold: true, window: { records: 100 } }));
  for (const p of [a, slow]) await open(p);
  await a.evaluate(() => shared.publish(1000));
  await t.other.take(1000);
  await until('a has read as far as it may', () => a.evaluate(() => shared.texts.length >= 100));
  expect(await a.evaluate(() => shared.texts.length)).toBeLessThanOrEqual(102);
  await slow.close();
  await same(a, t.other.texts());
});

test('calls, figures and a named cursor go through the leader', async ({ owner }) => {
  const t = await start(owner);
  const [a, b] = [await t.open('a', 'idle'), await t.open('b', 'idle')];
  await open(b);
  await b.evaluate(() => shared.publish(3));
  await t.other.take(3);
  const code = () => shared.session.call('nobody.has.this').catch(e => e.codeName as string);
  expect(await b.evaluate(code)).toBe(await a.evaluate(code));
  expect(await b.evaluate(async () => (await shared.session.stats()).connects)).toBe(1);

  await b.evaluate(() => void shared.read({ cursor: 'k' }));
  await same(b, t.other.texts());
  await a.close(); // the leader
  await b.evaluate(() => shared.publish(1));
  await t.other.take(4);
  await same(b, t.other.texts());
  await until('all is answered', () => b.evaluate(() => shared.ends.delivered === 4));
  expect(await b.evaluate(() => shared.session.close())).toBe(0);
  expect(await b.evaluate(() => shared.session.stats().catch(e => e.codeName))).toBe('closed');
  const c = await t.open('c', 'idle');
  await c.evaluate(() => shared.publish(1));
  await t.other.take(5);
  await c.evaluate(() => void shared.read({ cursor: 'k' }));
  await same(c, ['c 1']);
});

test('without Web Locks, or with tabs of another version, each tab has a connection and an outbox of its own', async ({
  owner,
}) => {
  const t = await start(owner);
  await t.browser.context.addInitScript(() => {
    if (location.search.includes('nolocks')) Object.defineProperty(navigator, 'locks', { value: undefined });
  });
  const tabs = [await t.open('a', 'nolocks'), await t.open('b', 'nolocks'), await t.open('c')];
  for (const p of tabs) await open(p);
  expect(t.sockets()).toBe(3);
  for (const p of tabs) await p.evaluate(() => shared.publish(20));
  expect(check(await t.other.take(60), { a: 20, b: 20, c: 20 })).toEqual([]);
  for (const p of tabs) await same(p, t.other.texts());

  // c leads; a leader of another version speaks up in d's stead
  const d = await t.open('d');
  await open(d);
  expect(t.sockets()).toBe(3);
  await tabs[2]!.evaluate(async () => {
    const name = (await navigator.locks.query()).held!.find(l => l.name?.endsWith(' lead'))!.name!.slice(0, -' lead'.length);
    new BroadcastChannel(name).postMessage({ v: 99, t: 'lead', from: 'x', e: 'y' });
  });
  await until('d has a connection', () => t.sockets() === 4);
  await d.evaluate(() => shared.publish(20));
  expect(check(await t.other.take(80), { a: 20, b: 20, c: 20, d: 20 })).toEqual([]);
  await same(d, t.other.texts());

  // what a tab alone has queued is there after a reload
  await t.server.kill();
  await until('a hears of it', () => tabs[0]!.evaluate(() => shared.session.state === 'waiting'));
  await tabs[0]!.evaluate(() => shared.publish(5));
  await until('it is kept', () => tabs[0]!.evaluate(() => shared.kept() === 25));
  await tabs[0]!.reload();
  await until('it is there', () => tabs[0]!.evaluate(() => shared.session.messages.size === 5));
  await t.server.restart();
  expect(check(await t.other.take(85), { a: 25, b: 20, c: 20, d: 20 })).toEqual([]);
  expect(t.browser.mistakes).toEqual([]);
});

test('with an outbox in memory, what a dead leader may have sent ends as unknown', async ({ owner }) => {
  const t = await start(owner);
  const [a, b] = [await t.open('a', 'memory'), await t.open('b', 'memory')];
  for (const p of [a, b]) await open(p);
  await t.server.kill();
  await until('the follower hears of it', () => b.evaluate(() => shared.session.state === 'waiting'));
  await b.evaluate(() => shared.publish(3));
  await until('the leader has it', () => b.evaluate(() => shared.kept() === 3));
  await crash(a);
  await until('the follower hears what became of it', () => b.evaluate(() => shared.ends.unknown === 3));
  await t.server.restart();
  await b.evaluate(() => shared.publish(2));
  expect((await t.other.take(2)).map(r => r.text)).toEqual(['b 4', 'b 5']);
});

test('tabs wait for a page that has the outbox and does not share it', async ({ owner }) => {
  const t = await start(owner);
  const single = await t.open('s', 'single');
  await open(single);
  const [a, b] = [await t.open('a', 'hasty'), await t.open('b', 'hasty')];
  await b.evaluate(() => void shared.publish(5));
  await until('they say why they wait', () => b.evaluate(() => shared.session.error?.codeName === 'outbox_locked'));
  await single.close();
  for (const p of [a, b]) await open(p);
  expect(check(await t.other.take(5), { b: 5 })).toEqual([]);
  await same(a, t.other.texts());
});

/** A page that the browser puts away has answers on their way to it that it never hears: pages hear nothing while they are `deaf`. */
const deafen = (c: BrowserContext) =>
  c.addInitScript(() => {
    Object.defineProperty(BroadcastChannel.prototype, 'onmessage', {
      set(f: (e: Event) => void) {
        this.addEventListener('message', (e: Event) => 'deaf' in globalThis || f(e));
      },
    });
  });

test.for(['indexedDB', 'local'])(
  'what a tab that is away does not hear is known to the next leader, too, and not published again: %s',
  async (how, { owner }) => {
    const t = await start(owner);
    const a = await t.open('a', how);
    await deafen(t.browser.context);
    const b = await t.open('b', how);
    await b.evaluate(() => {
      Object.assign(globalThis, { deaf: true });
      return shared.publish(1);
    });
    expect((await t.other.take(1)).length).toBe(1);
    await until('the leader has its answer', () => a.evaluate(async () => (await shared.session.stats()).outboxRecords === 0));
    await b.evaluate(() => void dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
    await a.close();
    await b.evaluate(() => {
      Reflect.deleteProperty(globalThis, 'deaf');
      dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    });
    await until('b knows', () => b.evaluate(() => shared.ends.delivered === 1));
    await b.evaluate(() => shared.publish(1));
    await t.other.take(2);
    expect(t.other.texts()).toEqual(['b 1', 'b 2']);
    expect(t.browser.mistakes).toEqual([]);
  },
);

test('a worker shares with pages', async ({ owner }) => {
  const t = await start(owner);
  const a = await t.open('a');
  await open(a);
  const b = await t.open('b');
  await b.evaluate(() => void new Worker(`${document.scripts[0]!.src}?name=w&idle`));
  const records = await t.other.take(100);
  expect(check(records, { w: 100 })).toEqual([]);
  expect(t.sockets()).toBe(1);
  expect(t.browser.mistakes).toEqual([]);
});

test('a call without a key is not made again by a tab that was away', async ({ owner }) => {
  const t = await start(owner);
  const a = await t.open('a');
  await open(a);
  await deafen(t.browser.context);
  const b = await t.open('b');
  await open(b);
  const bytes = () => a.evaluate(async () => (await shared.session.stats()).bytesIn);
  const before = await bytes();
  const how = b.evaluate(() => {
    Object.assign(globalThis, { deaf: true });
    const code = (key?: string) => shared.session.call('none', 1, { key }).catch(e => e.codeName);
    return Promise.all([code(), code('with a key')]);
  });
  await until('the leader has replies', async () => (await bytes()) > before);
  await b.evaluate(() => {
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
    Reflect.deleteProperty(globalThis, 'deaf');
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
  });
  expect(await how).toEqual(['disconnected', 'no_such_call']);
  expect(t.browser.mistakes).toEqual([]);
});
