// Pages in a real browser publish and read while connections are cut, servers killed and stopped, and pages reloaded and killed, at
// random. What they noted must hold before internal/check, which judges the Go clients as well. HOLDFAST_FUZZ is how long, in seconds;
// HOLDFAST_SEED repeats the choices of a run.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import {
  blackHole,
  type Chromium,
  type Collector,
  collect,
  cut,
  launch,
  long,
  type Owner,
  portsOf,
  root,
  type Server,
  serve,
  shotsFolder,
  show,
  test,
  until,
} from '../harness/index.ts';
import type {} from '../pages/fuzz.ts';
import { crash, freeze } from '../tabs/pages.ts';
import { hashOf, lineOf, messageOf, type Note } from './history.ts';

const seconds = Number(process.env.HOLDFAST_FUZZ ?? (long ? 300 : 20));
const seed = Number(process.env.HOLDFAST_SEED ?? Math.floor(Math.random() * 2 ** 32));
const channels = ['fuzz:a', 'fuzz:b'];

/** Numbers from 0 to 1 that the seed decides (mulberry32). */
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
let state = seed;
const upTo = (n: number) => Math.floor(random() * n);
const pause = (ms: number) => new Promise(done => setTimeout(done, ms));

/** One publisher and reader, which has a page, and another one after it. */
interface Client {
  name: string;
  outbox: string;
  share: boolean;
  /** Its page stays as it is, so that its memory can be measured. */
  steady: boolean;
  life: number;
  page: Page;
  count: number;
  places: Record<string, string>;
}

class World {
  notes: Note[] = [];
  faults: Record<string, number> = {};
  clients: Client[] = [];
  logs = new Map<string, Collector>();
  url = '';
  constructor(
    readonly owner: Owner,
    readonly server: Server,
    readonly browser: Chromium,
  ) {}

  async begin() {
    await this.browser.context.exposeBinding('note', (_source, notes: Note[]) => this.take(notes));
    this.url = await show(this.browser.context, this.server.url, 'sdk/ts/test/browser/pages/fuzz.ts');
    for (const c of channels) this.logs.set(c, collect(this.owner, this.server, c));
    const named = (name: string, more: object) => ({
      name,
      outbox: name,
      share: false,
      steady: false,
      life: 0,
      count: 0,
      places: {},
      ...more,
    });
    for (const c of [
      named('steady', { steady: true }),
      named('alone', {}),
      named('tab1', { outbox: 'tabs', share: true }),
      named('tab2', { outbox: 'tabs', share: true }),
      named('tab3', { outbox: 'tabs', share: true }),
    ]) {
      this.clients.push(c as Client);
      await this.open(c as Client);
    }
  }

  take(notes: Note[]) {
    for (const n of notes) {
      this.notes.push(n);
      const c = this.clients.find(c => c.name === n.Client);
      if (c && n.Kind === 'invoked') c.count = Number(n.Message!.split(' ')[1]);
      if (c && n.Kind === 'received') c.places[n.Channel!] = n.place!;
    }
  }

  async open(c: Client) {
    const q = new URLSearchParams({
      client: c.name,
      life: String(++c.life),
      channels: channels.join(),
      outbox: c.outbox,
      share: c.share ? '1' : '',
      count: String(c.count),
      places: JSON.stringify(c.places),
    });
    c.page = await this.browser.page(`${this.url}?${q}`);
    await c.page.evaluate(every => fuzz.begin(every), c.steady ? 30 : 10);
  }

  /** Ends a client's page in some way, and opens another one on the same outbox. */
  async again(c: Client, end: (p: Page) => Promise<unknown>) {
    const old = c.page;
    await end(old);
    await old.close().catch(() => {});
    // what it had noted is written down; nothing of it runs any more
    this.notes.push({ Kind: 'client crashed', Client: c.name, Outbox: 1 });
    await this.open(c);
  }

  someone = () => this.clients.filter(c => !c.steady)[upTo(this.clients.length - 1)]!;

  /** What may happen. */
  readonly happens: [string, () => Promise<unknown>][] = [
    ['all connections cut', () => cut(this.server)],
    ['all connections cut again', () => cut(this.server)],
    ["the browser's connections cut", () => cut(this.server, this.browser.pids())],
    ['server killed', () => this.restart(0)],
    ['server killed for a while', () => this.restart(upTo(1500))],
    [
      'server stopped',
      async () => {
        this.server.stop();
        await pause(upTo(2500));
        this.server.go();
      },
    ],
    [
      'connections go silent',
      async () => {
        const heal = await blackHole(this.owner, this.server, await portsOf(this.server, this.browser.pids()));
        await pause(500 + upTo(3000));
        await heal();
      },
    ],
    ['page closed', () => this.again(this.someone(), p => p.close())],
    ['page closed at once', () => this.again(this.someone(), p => p.close({ runBeforeUnload: false }))],
    ['page crashed', () => this.again(this.someone(), crash)],
    [
      'page frozen',
      async () => {
        const c = this.someone();
        await freeze(c.page, 'frozen');
        await pause(upTo(2000));
        await freeze(c.page, 'active');
      },
    ],
  ];

  async restart(after: number) {
    await this.server.kill();
    this.notes.push({ Kind: 'server crashed' });
    await pause(after);
    await this.server.restart();
  }

  async trouble() {
    const [name, happen] = this.happens[upTo(this.happens.length)]!;
    this.faults[name] = (this.faults[name] ?? 0) + 1;
    this.notes.push({ Kind: 'fault', Client: 'world', Detail: name });
    await happen();
    await pause(upTo(1000));
  }

  /** Bytes of a page's heap after collection. */
  async heap(p: Page): Promise<number> {
    const cdp = await p.context().newCDPSession(p);
    await cdp.send('HeapProfiler.collectGarbage');
    const { usedSize } = await cdp.send('Runtime.getHeapUsage');
    await cdp.detach();
    return usedSize;
  }

  /** Everything is healed: all is answered, and everybody reads to the end. */
  async end() {
    await Promise.all(this.clients.map(c => c.page.evaluate(() => fuzz.end())));
    for (const [channel, log] of this.logs) {
      const head = this.notes.reduce((n, x) => (x.Channel === channel && x.Pos ? Math.max(n, x.Pos.Offset) : n), 0);
      const records = await log.take(head, 60);
      for (const c of this.clients) {
        await until(
          `${c.name} has read ${channel} to the end`,
          () => c.page.evaluate(([ch, n]) => (fuzz.read[ch] ?? 0) >= n, [channel, records.length] as const),
          60,
        );
        await c.page.evaluate(() => fuzz.noted());
      }
      this.notes.push({
        Kind: 'final',
        Channel: channel,
        Records: records.map(r => {
          const [Term, Offset] = r.position.split('@');
          const text = r.text!;
          return {
            Pos: { Term: Term!, Offset: Number(Offset) },
            Message: messageOf(text),
            Hash: hashOf(text),
            Time: Date.parse(r.time),
          } as Note;
        }),
      });
    }
    this.notes.push({ Kind: 'quiesced' });
  }

  /** What internal/check says. */
  judge(): string {
    const file = join(this.owner.folder(), 'history');
    const text = this.notes.map(lineOf).join('\n');
    writeFileSync(file, text);
    try {
      return execFileSync('go', ['run', './internal/check/judge'], { cwd: root, input: text, maxBuffer: 1 << 28 }).toString();
    } catch (e) {
      const { stdout, stderr } = e as { stdout: Buffer; stderr: Buffer };
      const kept = `${shotsFolder}-fuzz-${seed}.jsonl`;
      writeFileSync(kept, text);
      throw new Error(`seed ${seed}, history in ${kept}:\n${stdout}${stderr}`.slice(0, 20_000));
    }
  }
}

test(
  `${seconds} seconds of random trouble`,
  async ({ owner }) => {
    const server = await serve(owner, { flags: ['--heartbeat=1s', '--pong-timeout=1s'] });
    const w = new World(owner, server, await launch(owner));
    await w.begin();
    const begin = performance.now();
    const until = (part: number) => performance.now() < begin + part * seconds * 1000;
    while (until(0.25)) await w.trouble();
    const steady = w.clients[0]!.page;
    const early = await w.heap(steady);
    while (until(1)) await w.trouble();
    await w.end();
    const late = await w.heap(steady);
    const verdict = w.judge();
    const count = (kind: string) => w.notes.filter(n => n.Kind === kind).length;
    console.log(
      `seed ${seed}: ${verdict.trim()}; ${count('invoked')} published, ${count('delivered')} acknowledged, ${count('received')} received, ` +
        `${count('client crashed')} pages ended; heap ${(early / 1e6).toFixed(1)} MB, then ${(late / 1e6).toFixed(1)} MB`,
      w.faults,
    );
    expect(w.notes.filter(n => ['refused', 'unknown', 'lost', 'stopped', 'gap'].includes(n.Kind))).toEqual([]); // nothing here is a reason for that
    expect(w.browser.mistakes).toEqual([]);
    expect(late - early).toBeLessThan(4e6);
  },
  (seconds + 180) * 1000,
);
