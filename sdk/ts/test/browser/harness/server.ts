// A real `holdfast serve`, and the commands of the same program.
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { type Child, type Owner, start, until } from './owner.ts';

/** The top of the repository. */
export const root = resolve(import.meta.dirname, '../../../../..');

/** The program: what HOLDFAST_BIN says, else what `make build` has built. */
export function program(): string {
  const bin = process.env.HOLDFAST_BIN ?? join(root, 'bin/holdfast');
  if (!existsSync(bin)) throw new Error(`${bin} is missing: run make build, or set HOLDFAST_BIN`);
  return bin;
}

export interface ServerOptions {
  /** Default: 'disk', in a folder of its own. */
  store?: 'disk' | 'memory';
  /** Folder of the disk store. Default: a new one. */
  data?: string;
  /** Further flags of serve. */
  flags?: string[];
}

export interface Server {
  port: number;
  /** Such as http://127.0.0.1:23456. */
  url: string;
  /** Such as ws://127.0.0.1:23456/ws. */
  ws: string;
  pid(): number;
  /** Kills it with SIGKILL. */
  kill(): Promise<void>;
  /** Starts it on the same port and data, when it has ended; with other flags, if there are. */
  restart(flags?: string[]): Promise<void>;
  /** SIGSTOP. */
  stop(): void;
  /** SIGCONT. */
  go(): void;
  /** What it has logged. */
  log(): string;
}

/** Starts a server, and waits until it listens. */
export async function serve(owner: Owner, options: ServerOptions = {}): Promise<Server> {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const data = options.data ?? (options.store === 'memory' ? '' : owner.folder());
  let flags = options.flags ?? [];
  let child: Child;
  let log = '';
  const run = async () => {
    const store = options.store === 'memory' ? ['--store=memory'] : ['--store=disk', `--data=${data}`];
    child = start(owner, program(), ['serve', `--listen=${address}`, ...store, ...flags]);
    await until('the server listens', () => {
      if (!child.alive()) throw new Error(`the server ended: ${child.err()}`);
      return child.out().includes('listening on');
    });
  };
  await run();
  return {
    port,
    url: `http://${address}`,
    ws: `ws://${address}/ws`,
    pid: () => child.pid,
    kill: () => child.kill(),
    async restart(other) {
      await child.kill();
      log += child.err();
      flags = other ?? flags;
      await run();
    },
    stop: () => child.signal('SIGSTOP'),
    go: () => child.signal('SIGCONT'),
    log: () => log + child.err(),
  };
}

/** Publishes texts, and returns when they are stored. */
export function publish(server: Server, channel: string, texts: string[]): void {
  execFileSync(program(), ['publish', server.url, channel, '--type=text'], { input: texts.join('\n') });
}

// Below the ports that are given to outgoing connections, so that nobody else has it while the server is down.
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const free = await new Promise<boolean>(resolve => {
      const s = createServer();
      s.once('error', () => resolve(false));
      s.listen(port, '127.0.0.1', () => s.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

/** Makes a secret for `--auth-jwt-secret-file`, and tokens that are signed with it. */
export function newIssuer(owner: Owner): { flags: string[]; token(user: string, seconds: number): string } {
  const file = join(owner.folder(), 'secret');
  writeFileSync(file, crypto.randomUUID() + crypto.randomUUID());
  return {
    flags: [`--auth-jwt-secret-file=${file}`, '--auth-leeway=0s'],
    token: (user, seconds) =>
      execFileSync(program(), ['token', 'new', `--secret-file=${file}`, `--user=${user}`, `--expires=${seconds}s`])
        .toString()
        .trim(),
  };
}
