// Firefox and WebKit as Debian has them, each through the protocol that it speaks itself. Enough to open a page and to run
// something in it.
import { existsSync, globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { type Owner, start, until } from './owner.ts';
import { freePort } from './server.ts';

/** A page in another browser. */
export interface OtherPage {
  goto(url: string): Promise<void>;
  /** Evaluates an expression, whose value is JSON. */
  run(expression: string): Promise<unknown>;
}

export interface OtherBrowser {
  name: string;
  /** What is missing here to run it; empty if nothing. */
  missing: string;
  open(owner: Owner): Promise<OtherPage>;
}

const missing = (...files: string[]) => files.filter(f => !existsSync(f)).join(', ');

const preferences = {
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': '',
};

/** Firefox, over WebDriver BiDi. */
export const firefox: OtherBrowser = {
  name: 'Firefox',
  missing: missing('/usr/bin/firefox-esr'),
  async open(owner) {
    const profile = owner.folder();
    const lines = Object.entries(preferences).map(([k, v]) => `user_pref(${JSON.stringify(k)}, ${JSON.stringify(v)});`);
    writeFileSync(join(profile, 'user.js'), lines.join('\n'));
    const port = await freePort();
    const child = start(owner, '/usr/bin/firefox-esr', [
      '--headless',
      '--no-remote',
      `--profile`,
      profile,
      `--remote-debugging-port=${port}`,
    ]);
    await until('Firefox listens', () => (child.err() + child.out()).includes('BiDi listening'), 60);
    const call = await bidi(owner, `ws://127.0.0.1:${port}/session`);
    await call('session.new', { capabilities: {} });
    const { contexts } = (await call('browsingContext.getTree', {})) as { contexts: { context: string }[] };
    const context = contexts[0]!.context;
    return {
      goto: async url => void (await call('browsingContext.navigate', { context, url, wait: 'complete' })),
      async run(expression) {
        const params = { expression: `JSON.stringify(${expression})`, target: { context }, awaitPromise: true };
        const { result, exceptionDetails } = (await call('script.evaluate', params)) as Evaluated;
        if (!result) throw new Error(exceptionDetails?.text);
        return result.value === undefined ? undefined : JSON.parse(result.value);
      },
    };
  },
};

interface Evaluated {
  result?: { value?: string };
  exceptionDetails?: { text: string };
}

type Call = (method: string, params: object) => Promise<unknown>;

async function bidi(owner: Owner, url: string): Promise<Call> {
  const ws = new WebSocket(url);
  await new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject));
  owner.own(() => ws.terminate());
  const waiting = new Map<number, [resolve: (v: unknown) => void, reject: (e: Error) => void]>();
  ws.on('message', data => {
    const m = JSON.parse(String(data)) as { id?: number; result?: unknown; error?: string; message?: string };
    const [resolve, reject] = waiting.get(m.id ?? 0) ?? [];
    waiting.delete(m.id ?? 0);
    if (m.error) reject?.(new Error(`${m.error}: ${m.message}`));
    else resolve?.(m.result);
  });
  ws.on('close', () => {
    for (const [, reject] of waiting.values()) reject(new Error('Firefox has ended'));
  });
  let id = 0;
  return (method, params) =>
    new Promise((resolve, reject) => {
      waiting.set(++id, [resolve, reject]);
      ws.send(JSON.stringify({ id, method, params }));
    });
}

const miniBrowser = globSync('/usr/lib/*/webkit2gtk-4.1/MiniBrowser')[0] ?? 'MiniBrowser';

/** WebKitGTK's small browser, over WebDriver, on a screen in memory. */
export const webkit: OtherBrowser = {
  name: 'WebKit',
  missing: missing('/usr/bin/WebKitWebDriver', miniBrowser, '/usr/bin/Xvfb'),
  async open(owner) {
    const screen = start(owner, '/usr/bin/Xvfb', ['-displayfd', '1', '-screen', '0', '1200x800x24', '-nolisten', 'tcp']);
    const display = await until('the screen is there', () => /^(\d+)\n/.exec(screen.out())?.[1], 60);
    const port = await freePort();
    const env = { DISPLAY: `:${display}`, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', HOME: owner.folder() };
    start(owner, '/usr/bin/WebKitWebDriver', [`--port=${port}`], env);
    const post = async (path: string, body: object): Promise<unknown> => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', body: JSON.stringify(body) });
      const { value } = (await answer.json()) as { value: unknown };
      if (!answer.ok) throw new Error(JSON.stringify(value));
      return value;
    };
    await until('WebKitWebDriver listens', () => fetch(`http://127.0.0.1:${port}/status`), 60);
    const alwaysMatch = { 'webkitgtk:browserOptions': { binary: miniBrowser, args: ['--automation'] } };
    const { sessionId } = (await post('/session', { capabilities: { alwaysMatch } })) as { sessionId: string };
    owner.own(() => fetch(`http://127.0.0.1:${port}/session/${sessionId}`, { method: 'DELETE' }));
    return {
      goto: async url => void (await post(`/session/${sessionId}/url`, { url })),
      run: expression => post(`/session/${sessionId}/execute/sync`, { script: `return (${expression})`, args: [] }),
    };
  },
};
