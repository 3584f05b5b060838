// The page at / in Firefox and WebKit: it publishes and reads, outlives a killed server, and keeps what was written.
import { describe, expect } from 'vitest';
import { check, collect, firefox, type OtherPage, serve, test, until, webkit } from '../harness/index.ts';
import { texts } from './driver.ts';

const write = async (page: OtherPage, list: string[]) => {
  for (const text of list) {
    await page.run(
      `(document.querySelector('#message').value = ${JSON.stringify(text)}, document.querySelector('#send').click(), 0)`,
    );
  }
};
const words = (page: OtherPage) => page.run(`document.querySelector('#connection p').textContent`) as Promise<string>;
const says = (page: OtherPage, what: RegExp) =>
  until(
    `the page says ${what}`,
    async () => {
      const text = await words(page);
      if (!what.test(text)) throw new Error(`it says ${JSON.stringify(text)}`);
      return true;
    },
    60,
  );
const shows = async (page: OtherPage, wanted: string[]) => {
  const log = () => page.run(`[...document.querySelectorAll('#log .data')].map(e => e.textContent)`) as Promise<string[]>;
  await until('the page shows all records', async () => (await log()).length >= wanted.length, 60);
  expect(await log()).toEqual(wanted);
};

describe.each([firefox, webkit])('$name', browser => {
  test.skipIf(browser.missing)('publishes, reads, and keeps what was written', async ({ owner }) => {
    const server = await serve(owner);
    const other = collect(owner, server, 'chat:lobby');
    const page = await browser.open(owner);
    await page.goto(server.url);
    await says(page, /^Connected/);
    await write(page, texts('ann', 1, 3));
    await shows(page, texts('ann', 1, 3));

    await server.kill();
    await says(page, /^Cut off/);
    await write(page, texts('ann', 4, 6));
    await says(page, /3 messages wait safely in this browser/);
    await server.restart();
    await page.goto(`${server.url}/?again`);
    await says(page, /^Connected/);
    await write(page, ['ann 7']);
    await shows(page, texts('ann', 1, 7));
    expect(check(await other.take(7), { ann: 7 })).toEqual([]);
  });
});
