// The page at /, used by one after the other: what each has written goes out as that one.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { type Chromium, check, collect, launch, newIssuer, type Owner, serve, shoot, test, until } from '../harness/index.ts';
import { type Person, visit } from './driver.ts';

const give = async (person: Person, token: string) => {
  await person.page.fill('#token', token);
  await person.page.press('#token', 'Enter');
};

/** As newIssuer: tokens of which only the server knows whose they are, since it asks a program. */
async function opaqueIssuer(owner: Owner): Promise<ReturnType<typeof newIssuer>> {
  const known = new Map<string, { user: string; ends: number }>();
  const http = createServer(async (request, response) => {
    let body = '';
    for await (const text of request) body += text;
    const { user = '', ends = 0 } = known.get(JSON.parse(body).token) ?? {};
    response.statusCode = user ? 200 : 401;
    response.end(JSON.stringify({ user, expires_in: Math.round((ends - Date.now()) / 1000) }));
  });
  await new Promise<void>(listens => http.listen(0, '127.0.0.1', listens));
  owner.own(() => http.close());
  return {
    flags: [`--auth-webhook=http://127.0.0.1:${(http.address() as AddressInfo).port}`, '--auth-leeway=0s'],
    token(user, seconds) {
      const token = crypto.randomUUID();
      known.set(token, { user, ends: Date.now() + seconds * 1000 });
      return token;
    },
  };
}

/** A server that wants tokens, what is in its channel, and a browser that alice has left with two messages that were not sent. */
async function aliceHasGone(owner: Owner, issuer = newIssuer(owner)) {
  const server = await serve(owner, { flags: [...issuer.flags, '--auth-refresh-window=1s'] });
  const browser = await launch(owner);
  const other = collect(owner, server, 'chat:lobby', { token: issuer.token('go', 600) });
  const page = await visit(browser, server.url);
  await page.says(/^Not let in\./);
  await give(page, issuer.token('alice', 4));
  await page.says(/^Connected to \S+ as alice\./);
  await page.write('alice 1');
  await page.settled();
  await page.says(/^Not let in\./);
  await page.write('alice 2', 'alice 3');
  await page.says(/2 messages wait safely in this browser and go out as alice\./);
  return { issuer, server, browser, other, page };
}

const about = /^Messages of alice wait safely in this browser\. They go out when alice is back, and as nobody else\.$/;
const others = (p: Person) => p.page.locator('#others').innerText();
const saysOfOthers = (p: Person, what: RegExp) => until(`it says ${what}`, async () => what.test(await others(p)));

/** alice is back in her browser: all that she has written is there as hers, and what bob has written is his. */
async function aliceIsBack({ issuer, browser, other, page }: Awaited<ReturnType<typeof aliceHasGone>>, all: Person[]) {
  for (const p of all) await p.says(/^Not let in\./);
  await give(page, issuer.token('alice', 600));
  for (const p of all) await p.says(/^Connected to \S+ as alice\./);
  await page.write('alice 4');
  expect(check(await other.take(6), { alice: 4, bob: 2 })).toEqual([]);
  for (const r of other.records) expect(r.text, `record ${r.offset}`).toMatch(new RegExp(`^${r.publisher} `));
  for (const p of all) await p.settled();
  for (const p of all) await saysOfOthers(p, /^$/);
  mistakesOf(browser);
}
const mistakesOf = (browser: Chromium) => expect(browser.mistakes).toEqual([]);

test('another user in the same page', async ({ owner }) => {
  const s = await aliceHasGone(owner);
  const { issuer, page, other } = s;
  await shoot(page.page, 'users-alice-gone');
  await give(page, issuer.token('bob', 6));
  await page.says(/^Connected to \S+ as bob\./);
  await page.write('bob 1', 'bob 2');
  await page.settled();
  await saysOfOthers(page, about);
  await shoot(page.page, 'users-bob');
  expect((await other.take(3)).map(r => `${r.publisher}: ${r.text}`)).toEqual(['alice: alice 1', 'bob: bob 1', 'bob: bob 2']);
  await aliceIsBack(s, [page]);
  await shoot(page.page, 'users-alice-back');
});

test('another user by a token of which only the server knows whose it is', async ({ owner }) => {
  const s = await aliceHasGone(owner, await opaqueIssuer(owner));
  const { issuer, page, other } = s;
  await give(page, issuer.token('bob', 6));
  await page.says(/^Connected to \S+ as bob\./);
  await page.write('bob 1', 'bob 2');
  await page.settled();
  await saysOfOthers(page, about);
  expect((await other.take(3)).map(r => `${r.publisher}: ${r.text}`)).toEqual(['alice: alice 1', 'bob: bob 1', 'bob: bob 2']);
  await aliceIsBack(s, [page]);
});

test.for(['that says whose it is', 'of which only the server knows'])(
  'another user’s token, %s, instead of the next one',
  async (kind, { owner }) => {
    const issuer = kind.startsWith('that') ? newIssuer(owner) : await opaqueIssuer(owner);
    const server = await serve(owner, { flags: [...issuer.flags, '--auth-refresh-window=60s'] });
    const browser = await launch(owner);
    const page = await visit(browser, server.url);
    await page.says(/^Not let in\./);
    await give(page, issuer.token('alice', 30));
    await page.says(/^Connected to \S+ as alice\. The token ends/);
    await page.write('alice 1');
    await page.settled();
    await give(page, issuer.token('bob', 600));
    await page.says(/^Connected to \S+ as bob\./);
    await page.write('bob 1');
    await page.settled();
    const other = collect(owner, server, 'chat:lobby', { token: issuer.token('go', 600) });
    expect((await other.take(2)).map(r => `${r.publisher}: ${r.text}`)).toEqual(['alice: alice 1', 'bob: bob 1']);
    mistakesOf(browser);
  },
);

test('a server that does not ask for some time who one is', async ({ owner }) => {
  const { issuer, server, page, other, browser } = await aliceHasGone(owner);
  await server.restart([]);
  await page.page.reload();
  await page.says(/^Connected to \S+$/);
  await page.write('somebody 1');
  await page.settled();
  await saysOfOthers(page, about);
  expect((await other.take(2)).map(r => `${r.publisher}: ${r.text}`)).toEqual(['alice: alice 1', 'undefined: somebody 1']);
  await server.restart(issuer.flags);
  await page.says(/^Not let in\./);
  await give(page, issuer.token('alice', 600));
  await page.says(/^Connected to \S+ as alice\./);
  expect((await other.take(4)).slice(2).map(r => `${r.publisher}: ${r.text}`)).toEqual(['alice: alice 2', 'alice: alice 3']);
  await saysOfOthers(page, /^$/);
  mistakesOf(browser);
});

test('another user after a reload, in several tabs', async ({ owner }) => {
  const s = await aliceHasGone(owner);
  const { issuer, page, other, server, browser } = s;
  await page.page.reload();
  await page.says(/2 messages wait safely in this browser and go out as alice\./);
  const second = await visit(browser, server.url);
  await second.says(/^Not let in\./);
  await give(second, issuer.token('bob', 8));
  for (const p of [page, second]) await p.says(/^Connected to \S+ as bob\./);
  await page.write('bob 1');
  await page.settled();
  await second.write('bob 2');
  await second.settled();
  for (const p of [page, second]) await saysOfOthers(p, about);
  expect((await other.take(3)).map(r => `${r.publisher}: ${r.text}`)).toEqual(['alice: alice 1', 'bob: bob 1', 'bob: bob 2']);
  await aliceIsBack(s, [page, second]);
});

// Nobody types a token: the server looks into a cookie, and by the next connection it is another one's.
test('another user by a cookie, while there is no connection', async ({ owner }) => {
  const issuer = newIssuer(owner);
  const server = await serve(owner, { flags: [...issuer.flags, '--auth-cookie=who'] });
  const browser = await launch(owner);
  const other = collect(owner, server, 'chat:lobby', { token: issuer.token('go', 600) });
  const login = (user: string) => browser.context.addCookies([{ name: 'who', value: issuer.token(user, 600), url: server.url }]);
  await login('alice');
  const pages = [await visit(browser, server.url), await visit(browser, server.url)];
  const all = (f: (p: Person) => Promise<unknown>) => Promise.all(pages.map(f));
  await all(p => p.says(/^Connected to \S+ as alice\./));
  await pages[0]!.write('alice 1');
  await pages[0]!.settled();
  await server.kill();
  await all(p => p.says(/^Cut off/));
  await pages[0]!.write('alice 2');
  await pages[1]!.write('alice 3');
  await all(p => p.says(/1 message waits safely in this browser and goes out as alice\./));

  await login('bob');
  await server.restart();
  await all(p => p.says(/^Connected to \S+ as bob\./));
  await pages[1]!.write('bob 1');
  await pages[1]!.settled();
  await all(p => saysOfOthers(p, about));
  expect((await other.take(2)).map(r => `${r.publisher}: ${r.text}`)).toEqual(['alice: alice 1', 'bob: bob 1']);

  await login('alice');
  await server.kill();
  await server.restart();
  await all(p => p.says(/^Connected to \S+ as alice\./));
  const records = await other.take(4);
  expect(records.map(r => `${r.publisher}: ${r.text}`).sort()).toEqual([
    'alice: alice 1',
    'alice: alice 2',
    'alice: alice 3',
    'bob: bob 1',
  ]);
  await all(p => saysOfOthers(p, /^$/));
  mistakesOf(browser);
});
