// The page at / as a person uses it: what it says, what one writes, what is to be seen.
import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { type Chromium, until } from '../harness/index.ts';

/** The page at / of a server. */
export interface Person {
  page: Page;
  /** What the page says about the connection now. */
  words(): Promise<string>;
  /** Waits until it says this. */
  says(what: RegExp, seconds?: number): Promise<string>;
  /** Everything that it has said about the connection since it was loaded, also for a moment. */
  said(): Promise<string[]>;
  /** Writes messages and sends each with Enter. */
  write(...texts: string[]): Promise<void>;
  /** Texts of the channel's records that are shown, in order, and the status of those that are one's own. */
  log(): Promise<{ offset: number; text: string; status: string }[]>;
  /** Messages that are not in the log yet. */
  queue(): Promise<{ text: string; status: string }[]>;
  /** Waits until nothing waits any more. */
  settled(seconds?: number): Promise<void>;
}

// listen notes everything that the page says.
const listen = () => {
  const said: string[] = [];
  Object.assign(globalThis, { said });
  document.addEventListener('DOMContentLoaded', () => {
    const note = () => {
      const text = ['headline', 'explanation'].map(id => document.getElementById(id)?.textContent ?? '').join(' ');
      if (said.at(-1) !== text) said.push(text);
    };
    new MutationObserver(note).observe(document.getElementById('connection')!, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  });
};

const listening = new WeakSet<BrowserContext>();

/** Opens the page at /. */
export async function visit(browser: Chromium, url: string): Promise<Person> {
  if (!listening.has(browser.context)) await browser.context.addInitScript(listen);
  listening.add(browser.context);
  const page = await browser.page(url);
  const words = () => page.locator('#connection p').innerText();
  const rows = (list: string) =>
    page.locator(`${list} > .record:not(.gone)`).evaluateAll(found =>
      found.map(row => ({
        offset: Number((row as HTMLElement).dataset.offset ?? 0),
        text: row.querySelector('.data')?.textContent ?? '',
        status: row.querySelector('.badge')?.textContent ?? '',
      })),
    );
  return {
    page,
    words,
    says: (what, seconds = 30) =>
      until(
        `the page says ${what}`,
        async () => {
          const text = await words();
          if (what.test(text)) return text;
          throw new Error(`it says ${JSON.stringify(text)}`);
        },
        seconds,
      ),
    said: () => page.evaluate(() => (globalThis as unknown as { said: string[] }).said),
    async write(...texts) {
      for (const text of texts) {
        await page.fill('#message', text);
        await page.press('#message', 'Enter');
      }
    },
    log: () => rows('#log'),
    queue: () => rows('#queue'),
    async settled(seconds = 60) {
      await until('nothing waits on the page', async () => (await rows('#queue')).length === 0, seconds);
    },
  };
}

/** Messages NAME FROM to NAME TO. */
export const texts = (name: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `${name} ${from + i}`);

/** The log shows these texts, each once and in this order, at the offsets 1, 2, 3 and so on. */
export async function shows(person: Person, wanted: string[]): Promise<void> {
  await until('the page shows all records', async () => (await person.log()).length >= wanted.length);
  const log = await person.log();
  expect(log.map(r => r.text)).toEqual(wanted);
  expect(log.map(r => r.offset)).toEqual(wanted.map((_, i) => i + 1));
}
