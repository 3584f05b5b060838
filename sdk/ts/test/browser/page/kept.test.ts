// The page at /, reloaded, killed, without a good token, in another channel: what was written is kept.
import { expect } from 'vitest';
import { check, collect, elsewhere, launch, newIssuer, serve, shoot, test, until } from '../harness/index.ts';
import { shows, texts, visit } from './driver.ts';

test('the page is reloaded with messages queued', async ({ owner }) => {
  const server = await serve(owner);
  const browser = await launch(owner);
  const other = collect(owner, server, 'chat:lobby');
  const ann = await visit(browser, server.url);
  await ann.says(/^Connected/);
  await ann.write('ann 1');
  await ann.settled();
  await server.kill();
  await ann.says(/^Cut off/);
  await ann.write(...texts('ann', 2, 6));
  await ann.says(/5 messages wait safely in this browser/);

  await server.restart();
  await ann.page.reload();
  await ann.says(/^Connected/);
  await ann.write('ann 7');
  await ann.settled();
  await shoot(ann.page, 'reloaded');
  expect(check(await other.take(7), { ann: 7 })).toEqual([]);
  await shows(ann, texts('ann', 1, 7));
  expect(browser.mistakes).toEqual([]);
});

test('the whole browser is killed with messages queued', async ({ owner }) => {
  const server = await serve(owner);
  const first = await launch(owner);
  const other = collect(owner, server, 'chat:lobby');
  const before = await visit(first, server.url);
  await before.says(/^Connected/);
  await server.kill();
  await before.says(/^Cut off/);
  await before.write(...texts('ann', 1, 5));
  await before.says(/5 messages wait safely in this browser/);
  await first.kill();

  await server.restart();
  const second = await launch(owner, { profile: first.profile });
  const after = await visit(second, server.url);
  await after.says(/^Connected/);
  await after.write('ann 6');
  await after.settled();
  expect(check(await other.take(6), { ann: 6 })).toEqual([]);
  await shows(after, texts('ann', 1, 6));
  expect([...first.mistakes, ...second.mistakes]).toEqual([]);
});

test('the server wants a token, and the token expires', async ({ owner }) => {
  const issuer = newIssuer(owner);
  const server = await serve(owner, { flags: [...issuer.flags, '--auth-refresh-window=30s'] });
  const browser = await launch(owner);
  const other = collect(owner, server, 'chat:lobby', { token: issuer.token('go', 600) });
  const ann = await visit(browser, server.url);
  const give = async (token: string) => {
    await ann.page.fill('#token', token);
    await ann.page.press('#token', 'Enter');
  };

  await ann.says(/^Not let in\./);
  await ann.write('ann 1');
  await ann.says(/1 message waits safely in this browser/);
  await shoot(ann.page, 'token-wanted');
  await give(issuer.token('ann', 4));
  await ann.says(/^Connected to \S+ as ann\./);
  await ann.settled();
  await ann.says(/The token ends in \d s; with the next one you stay connected\./);
  await shoot(ann.page, 'token-ends');

  await ann.says(/^Not let in\. The token's time is over \(4201\)/);
  await ann.write('ann 2', 'ann 3');
  await ann.says(/2 messages wait safely in this browser/);
  await shoot(ann.page, 'token-expired');
  await give(issuer.token('ann', 10));
  await ann.says(/The token ends in \d+ s/);
  await ann.settled();

  // the next token in time: the connection stays
  const said = (await ann.said()).length;
  await give(issuer.token('ann', 600));
  await ann.says(/^Connected to \S+ as ann\.$/);
  await ann.write('ann 4');
  await ann.settled();
  expect((await ann.said()).slice(said)).not.toContainEqual(expect.stringMatching(/^(Cut off|Connecting|Not let in)/));
  expect(check(await other.take(4), { ann: 4 })).toEqual([]);
  expect(new Set(other.records.map(r => r.publisher))).toEqual(new Set(['ann']));
  await shows(ann, texts('ann', 1, 4));
  expect(browser.mistakes).toEqual([]);
});

test('a message that the server refuses is kept until one has seen why', async ({ owner }) => {
  const server = await serve(owner, { flags: ['--max-message=1K'] });
  const browser = await launch(owner);
  const other = collect(owner, server, 'chat:lobby');
  const ann = await visit(browser, server.url);
  await ann.says(/^Connected/);
  await ann.write('ann 1', 'x'.repeat(2000), 'ann 2');
  await until('only what failed is left', async () => (await ann.queue()).map(r => r.status).join() === 'failed');
  await until('it says why', () =>
    ann.page.locator('#queue').getByText('The record is larger than the server takes').isVisible(),
  );
  await shoot(ann.page, 'refused');
  await ann.page.getByRole('button', { name: 'Dismiss' }).click();
  await ann.settled();
  expect(check(await other.take(2), { ann: 2 })).toEqual([]);
  await shows(ann, texts('ann', 1, 2));
  expect(browser.mistakes).toEqual([]);
});

test('another channel: what is on its way goes on, and each shows its own', async ({ owner }) => {
  const server = await serve(owner);
  const browser = await launch(owner);
  const ann = await visit(browser, server.url);
  await ann.says(/^Connected/);
  await ann.write('ann 1');
  await ann.settled();
  await server.kill();
  await ann.write('ann 2');
  await ann.page.fill('#channel', 'chat:kitchen');
  await ann.page.press('#channel', 'Enter');
  await ann.write('tea 1');
  await until('it says that something waits elsewhere', () =>
    ann.page.getByText('1 message of yours is not stored in chat:lobby.').isVisible(),
  );
  expect((await ann.queue()).map(r => r.text)).toEqual(['tea 1']);
  await server.restart();
  await ann.settled();
  await shows(ann, ['tea 1']);
  expect(ann.page.url()).toBe(`${server.url}/?channel=chat%3Akitchen`);
  await ann.page.goBack();
  await shows(ann, ['ann 1', 'ann 2']);
  const lobby = collect(owner, server, 'chat:lobby');
  expect(check(await lobby.take(2), { ann: 2 })).toEqual([]);
  expect(browser.mistakes).toEqual([]);
});

// Such a page is not secure, and so has no Web Locks: each tab has a connection and an outbox of its own.
test('the page of another machine, without TLS, in two tabs', async ({ owner }) => {
  const server = await serve(owner, { flags: ['--insecure'] });
  const browser = await launch(owner);
  const url = `http://${elsewhere}:${server.port}`;
  const [ann, bob] = [await visit(browser, url), await visit(browser, url)];
  await Promise.all([ann.says(/^Connected/), bob.says(/^Connected/)]);
  expect(await ann.page.evaluate(() => isSecureContext)).toBe(false);
  await ann.write('ann 1');
  await ann.settled();
  await server.kill();
  await Promise.all([ann.says(/^Cut off/), bob.says(/^Cut off/)]);
  await ann.write(...texts('ann', 2, 4));
  await bob.write(...texts('bob', 1, 3));
  await Promise.all([ann, bob].map(p => p.says(/3 messages wait safely in this browser/)));
  await server.restart();
  await ann.page.reload();
  await ann.says(/^Connected/);
  await ann.settled();
  await bob.settled();
  const other = collect(owner, server, 'chat:lobby');
  expect(check(await other.take(7), { ann: 4, bob: 3 })).toEqual([]);
  await shows(ann, other.texts());
  await shows(bob, other.texts());
  expect(browser.mistakes.filter(m => !m.includes('Cross-Origin-Opener-Policy'))).toEqual([]);
});
