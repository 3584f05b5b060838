// The page at / on a bad network: whatever happens, every message is in the channel exactly once and in order, and the page
// says what is happening.
import { expect } from 'vitest';
import { blackHole, check, collect, cut, launch, long, portsOf, publish, serve, shoot, test, until } from '../harness/index.ts';
import { type Person, shows, texts, visit } from './driver.ts';

/** Everything that the page has said about being cut off. */
const cutOff = async (person: Person) => (await person.said()).filter(text => /^Cut off\. Next try in \d+ s\./.test(text));

test('first visit', async ({ owner }) => {
  const server = await serve(owner);
  const browser = await launch(owner);
  const other = collect(owner, server, 'chat:lobby');
  const ann = await visit(browser, server.url);

  expect(await ann.says(/^Connected/)).toBe(`Connected to 127.0.0.1:${server.port}.`);
  await until('it says that there is nothing', () => ann.page.getByText('Nothing in chat:lobby yet.').isVisible());
  await shoot(ann.page, 'first-visit');

  await ann.write('ann 1', 'ann 2');
  await ann.settled();
  publish(server, 'chat:lobby', ['go 1', 'go 2']);
  await ann.write('ann 3');
  await ann.settled();
  await shows(ann, ['ann 1', 'ann 2', 'go 1', 'go 2', 'ann 3']);
  expect((await ann.log()).map(r => r.status)).toEqual(['delivered', 'delivered', '', '', 'delivered']);
  await ann.page.check('[name=type][value=json]', { force: true });
  await ann.page.fill('#message', '{"a": ');
  await ann.page.click('#send');
  expect(await ann.page.locator('#mistake').innerText()).toMatch(/^That is not JSON/);
  await ann.write('{"build": 4711, "state": "passed"}');
  await ann.settled();

  await ann.page.click('#figures-button');
  await until('the figures are there', () => ann.page.getByText('Round trip').isVisible());
  await shoot(ann.page, 'figures');
  expect((await other.take(6)).map(r => r.text ?? r.data)).toEqual([
    'ann 1',
    'ann 2',
    'go 1',
    'go 2',
    'ann 3',
    { build: 4711, state: 'passed' },
  ]);
  expect(browser.mistakes).toEqual([]);
});

test('the connection is cut, again and again, while one publishes', async ({ owner }) => {
  const server = await serve(owner);
  const browser = await launch(owner);
  const other = collect(owner, server, 'chat:lobby');
  const ann = await visit(browser, server.url);
  await ann.says(/^Connected/);

  for (let from = 1; from <= 60; from += 20) {
    const writing = ann.write(...texts('ann', from, from + 19));
    await until('some of them came', () => other.records.length >= from);
    const before = (await cutOff(ann)).length;
    await cut(server, browser.pids());
    await until('it says so', async () => (await cutOff(ann)).length > before);
    if (from === 1) await shoot(ann.page, 'cut');
    await writing;
    await ann.says(/^Connected/);
  }
  await ann.settled();
  expect(check(await other.take(60), { ann: 60 })).toEqual([]);
  await shows(ann, texts('ann', 1, 60));
  expect(await cutOff(ann)).toContainEqual(expect.stringMatching(/The connection ended without a close frame \(1006\)\./));
  expect(browser.mistakes).toEqual([]);
});

test('the server is killed, and comes back', async ({ owner }) => {
  const server = await serve(owner);
  const browser = await launch(owner);
  const other = collect(owner, server, 'chat:lobby');
  const ann = await visit(browser, server.url);
  await ann.says(/^Connected/);
  await ann.write(...texts('ann', 1, 3));
  await ann.settled();

  await server.kill();
  await ann.says(/^Cut off\. Next try in \d+ s\./);
  await ann.write(...texts('ann', 4, 6));
  expect(await ann.says(/3 messages/)).toContain('3 messages wait safely in this browser.');
  expect((await ann.queue()).map(r => r.status)).toEqual(['pending', 'pending', 'pending']);
  await shoot(ann.page, 'server-killed');

  await server.restart();
  await ann.page.getByRole('button', { name: 'Try now' }).click();
  await ann.says(/^Connected/);
  await ann.settled();
  expect(check(await other.take(6), { ann: 6 })).toEqual([]);
  await shows(ann, texts('ann', 1, 6));
  await shoot(ann.page, 'server-back');
  expect(browser.mistakes).toEqual([]);
});

test(`offline for ${long ? 'a minute' : 'some seconds'} with ten messages queued`, async ({ owner }) => {
  const server = await serve(owner);
  const browser = await launch(owner);
  const other = collect(owner, server, 'chat:lobby');
  const ann = await visit(browser, server.url);
  await ann.says(/^Connected/);

  await browser.context.setOffline(true);
  await cut(server, browser.pids()); // what is open is not cut by that
  await ann.says(/^Offline\. It goes on when there is a network again\./);
  await ann.write(...texts('ann', 1, 10));
  await ann.says(/10 messages wait safely in this browser/);
  await shoot(ann.page, 'offline');
  await ann.page.waitForTimeout(long ? 60_000 : 4_000); // what is tested is time
  expect(other.records).toEqual([]);

  const back = performance.now();
  await browser.context.setOffline(false);
  await ann.says(/^Connected/);
  expect(performance.now() - back).toBeLessThan(10_000); // it heard that there is a network, and did not wait for the next try
  await ann.settled();
  expect(check(await other.take(10), { ann: 10 })).toEqual([]);
  await shows(ann, texts('ann', 1, 10));
  expect(browser.mistakes).toEqual([]);
});

test('half-open: the heartbeat finds out that nothing arrives any more', async ({ owner }) => {
  const server = await serve(owner, { flags: ['--heartbeat=1s', '--pong-timeout=1s'] });
  const browser = await launch(owner);
  const other = collect(owner, server, 'chat:lobby');
  const ann = await visit(browser, server.url);
  await ann.says(/^Connected/);
  await ann.write(...texts('ann', 1, 2));
  await ann.settled();

  await blackHole(owner, server, await portsOf(server, browser.pids()));
  await ann.write(...texts('ann', 3, 5));
  publish(server, 'chat:lobby', ['go 1', 'go 2']);
  expect(await ann.words()).toMatch(/^Connected/); // nobody told it
  expect((await ann.queue()).map(r => r.status)).toEqual(['sent', 'sent', 'sent']);
  await shoot(ann.page, 'half-open');
  await ann.settled();
  expect(await ann.said()).toContainEqual(
    expect.stringMatching(/^Cut off\. Next try in \d s\. Nothing was heard of the other side for too long \(4000\)\./),
  );
  expect(check(await other.take(7), { ann: 5, go: 2 })).toEqual([]);
  await shows(ann, ['ann 1', 'ann 2', 'go 1', 'go 2', 'ann 3', 'ann 4', 'ann 5']);
  expect(browser.mistakes).toEqual([]);
});

test(`Chromium is stopped for ${long ? 'a minute' : 'some seconds'}, and goes on`, async ({ owner }) => {
  const server = await serve(owner, { flags: ['--heartbeat=1s', '--pong-timeout=1s'] });
  const browser = await launch(owner);
  const other = collect(owner, server, 'chat:lobby');
  const ann = await visit(browser, server.url);
  await ann.says(/^Connected/);
  await ann.write(...texts('ann', 1, 5));

  browser.stop();
  publish(server, 'chat:lobby', texts('go', 1, 5));
  await new Promise(resolve => setTimeout(resolve, long ? 60_000 : 5_000)); // what is tested is time
  browser.go();
  await ann.write(...texts('ann', 6, 8));
  await ann.settled();
  expect(check(await other.take(13), { ann: 8, go: 5 })).toEqual([]);
  await shows(ann, other.texts());
  expect(await ann.said()).toContainEqual(expect.stringMatching(/^Cut off\. Next try in \d s\./)); // the server had given it up
  await shoot(ann.page, 'stopped-and-continued');
  expect(browser.mistakes).toEqual([]);
});
