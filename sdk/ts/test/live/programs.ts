import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';

// Programs that tests start, and end behind them.

const ends: (() => unknown)[] = [];

/** Has something done when the test has ended. */
export const atEnd = (f: () => unknown) => ends.push(f);

/** For afterEach. */
export async function end(): Promise<void> {
  for (const f of ends.splice(0).reverse()) await f();
}

/** A program that Node.js runs. */
export class Program {
  readonly lines: string[] = [];
  readonly process: ChildProcess;
  /** Its exit code, or the signal that killed it. */
  readonly gone: Promise<number | NodeJS.Signals | null>;

  constructor(file: string, args: string[], cwd: string, env: Record<string, string> = {}) {
    this.process = spawn(process.execPath, [file, ...args], {
      cwd,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    this.gone = new Promise(r => this.process.once('exit', (code, signal) => r(code ?? signal)));
    createInterface({ input: this.process.stdout! }).on('line', l => this.lines.push(l));
    atEnd(() => this.kill());
  }

  /** Waits for a line that begins so, after the first `from` lines. */
  says(begin: string, from = 0): Promise<string> {
    return vi.waitUntil(() => this.lines.slice(from).find(l => l.startsWith(begin)), { timeout: 30_000 });
  }

  count(line: string): number {
    return this.lines.filter(l => l === line).length;
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.gone;
  }
}

const folder = fileURLToPath(new URL('../../../../internal/thirdparty/graphqlws/', import.meta.url));

/** Whether the GraphQL servers of others are. */
export const installed = existsSync(`${folder}node_modules/.package-lock.json`);
if (!installed && process.env.CI === 'true') throw new Error('run internal/thirdparty/graphqlws/install first');

/** A GraphQL server of others: graphql-ws (`transport`), or subscriptions-transport-ws (`legacy`). */
export class GraphQLServer extends Program {
  port = 0;

  static async start(protocol: string, port = 0): Promise<GraphQLServer> {
    const s = new GraphQLServer('server.js', [`${port}`, protocol], folder);
    s.port = Number((await s.says('listening')).split(' ')[1]);
    return s;
  }

  get pid(): number | undefined {
    return this.process.pid;
  }
}
