// Pages of one browser: a bundle of the SDK and a test's own code, served from one origin, opened as often as a test wants tabs.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

export interface Pages {
  context: BrowserContext;
  browser: Browser;
  origin: string;
  /** Opens one more tab, with what the page said of its errors. */
  open(): Promise<Page & { errors: string[] }>;
  close(): Promise<void>;
}

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // a process each, as different tabs of a person have
  '--disable-features=ProcessPerSiteUpToMainFrameThreshold',
];

/** Serves the script at `entry` in an empty page, and starts a browser. */
export async function startPages(entry: string): Promise<Pages> {
  const bundle = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    mangleProps: /[^_]_$/,
  });
  const script = bundle.outputFiles[0]!.text;
  const server = createServer((q, a) => {
    if (q.url === '/page.js') a.setHeader('content-type', 'text/javascript').end(script);
    else
      a.setHeader('content-type', 'text/html').end(
        '<!doctype html><meta charset=utf-8><title>tab</title><script src=/page.js></script>',
      );
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });
  const context = await browser.newContext();
  return {
    context,
    browser,
    origin,
    async open() {
      const page = Object.assign(await context.newPage(), { errors: [] as string[] });
      page.on('pageerror', e => page.errors.push(e.stack ?? String(e)));
      await page.goto(origin);
      return page;
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise(done => server.close(done));
    },
  };
}

/** Ends a tab's process as a crash does: nothing of the page runs any more. */
export async function crash(page: Page): Promise<void> {
  const crashed = new Promise(done => page.once('crash', done));
  const cdp = await page.context().newCDPSession(page);
  cdp.send('Page.crash').catch(() => {}); // its answer never comes
  await crashed;
}

/** Freezes a tab, as browsers do to those in the background, or lets it go on. */
export async function freeze(page: Page, state: 'frozen' | 'active'): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Page.setWebLifecycleState', { state });
  await cdp.detach();
}

/** Waits until a page says so. */
export async function until(what: string, f: () => Promise<boolean> | boolean, ms = 30_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await f())) {
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise(done => setTimeout(done, 20));
  }
}
