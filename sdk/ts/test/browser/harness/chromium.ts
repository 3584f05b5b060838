// Chromium as Debian has it, its processes, and pictures of what it shows.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { type Owner, until } from './owner.ts';

/** A name that is this machine's, which the browser takes for another's: what comes from there by http is not secure. */
export const elsewhere = 'elsewhere.test';

const flags = [
  `--host-resolver-rules=MAP ${elsewhere} 127.0.0.1`,
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // pages of a test come from the test and not from the network, and may speak to this machine all the same
  '--disable-features=LocalNetworkAccessChecks',
];

/** A Chromium with a profile of its own, which outlives it. */
export interface Chromium {
  context: BrowserContext;
  /** The folder of its profile. */
  profile: string;
  /** All its processes. */
  pids(): number[];
  /** A new page in the same profile. Mistakes that nobody caught there are noted in `mistakes`. */
  page(url?: string): Promise<Page>;
  /** Uncaught errors and unhandled rejections of all pages, and what the console was told as an error. */
  mistakes: string[];
  /** SIGSTOP to all its processes. */
  stop(): void;
  /** SIGCONT to all its processes. */
  go(): void;
  /** SIGKILL to all its processes. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a Chromium. With the profile of another one that has ended, it goes on with what that one has stored. */
export async function launch(owner: Owner, options: BrowserContextOptions & { profile?: string } = {}): Promise<Chromium> {
  const { profile = owner.folder(), ...rest } = options;
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args: flags,
    viewport: { width: 1200, height: 800 },
    ...rest,
  });
  const mistakes: string[] = [];
  const pids = () => family(profile);
  const each = (signal: NodeJS.Signals) => {
    for (const pid of pids()) {
      try {
        process.kill(pid, signal);
      } catch {} // it has just ended
    }
  };
  const watch = (page: Page) => {
    page.on('pageerror', e => void mistakes.push(String(e.stack ?? e)));
    page.on('console', m => {
      // the browser itself says there that a connection failed, which is what tests are about
      if (m.type() === 'error' && !/WebSocket connection|Failed to load resource|ERR_/.test(m.text())) mistakes.push(m.text());
    });
  };
  context.pages().forEach(watch);
  context.on('page', watch);
  let ended = false;
  const self: Chromium = {
    context,
    profile,
    pids,
    mistakes,
    async page(url) {
      const page = await context.newPage();
      if (url) await page.goto(url);
      return page;
    },
    stop: () => each('SIGSTOP'),
    go: () => each('SIGCONT'),
    async kill() {
      each('SIGKILL');
      ended = true;
      await until('Chromium has ended', () => pids().length === 0);
      await context.close().catch(() => {});
    },
    async close() {
      if (ended) return;
      ended = true;
      self.go();
      await context.close();
    },
  };
  owner.own(() => self.close());
  return self;
}

// family finds the process that has this profile, and all that descend from it.
function family(profile: string): number[] {
  const parents = new Map<number, number>();
  const found = new Set<number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!pid) continue;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z') continue;
      parents.set(pid, Number(parent));
      if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`--user-data-dir=${profile}`)) found.add(pid);
    } catch {} // it has just ended
  }
  for (let more = true; more; ) {
    more = false;
    for (const [pid, parent] of parents) {
      if (found.has(parent) && !found.has(pid)) {
        found.add(pid);
        more = true;
      }
    }
  }
  return [...found];
}

/** Where pictures go: HOLDFAST_SHOTS, else a folder for temporary files. */
export const shotsFolder = process.env.HOLDFAST_SHOTS ?? join(tmpdir(), 'holdfast-shots');

/** Takes pictures of a page as it is now: narrow and wide, light and dark. NAME-wide-dark.png, and so on. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(shotsFolder, { recursive: true });
  const before = page.viewportSize();
  for (const [size, width, height] of [
    ['wide', 1200, 800],
    ['narrow', 380, 760],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(shotsFolder, `${name}-${size}-${colorScheme}.png`), animations: 'disabled' });
    }
  }
  await page.emulateMedia({ colorScheme: null });
  if (before) await page.setViewportSize(before);
}
