// What a test starts, and how all of it ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Ends what was started, in reverse order. */
export interface Owner {
  /** Has end called when the test is over, whatever became of it. */
  own(end: () => unknown): void;
  /** A folder that is removed at the end. */
  folder(): string;
  /** Ends everything. It throws the first failure, after the others have been ended too. */
  end(): Promise<void>;
}

export function newOwner(): Owner {
  const ends: (() => unknown)[] = [];
  const owner: Owner = {
    own: end => void ends.push(end),
    folder() {
      const dir = mkdtempSync(join(tmpdir(), 'holdfast-browser-'));
      owner.own(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
      return dir;
    },
    async end() {
      const failures: unknown[] = [];
      for (let end = ends.pop(); end; end = ends.pop()) {
        try {
          await end();
        } catch (e) {
          failures.push(e);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
  return owner;
}

// Where a run is broken off, no owner comes to its end any more.
const lastly = new Set<() => void>();
process.on('exit', () => {
  for (const end of lastly) end();
});

/** Has something called if this process ends before what is returned is called. It must not wait. */
export function atExit(end: () => void): () => void {
  lastly.add(end);
  return () => void lastly.delete(end);
}

/** A child process and what it has written. */
export interface Child {
  pid: number;
  /** What it wrote to standard output, until now. */
  out(): string;
  /** What it wrote to standard error, until now. */
  err(): string;
  alive(): boolean;
  /** Sends a signal and, if that ends it, waits until it has ended. */
  kill(signal?: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Called for each line of standard output from now on. */
  onLine(take: (line: string) => void): void;
}

/** Starts a program; it is killed when its owner ends. */
export function start(owner: Owner, program: string, args: string[], env: NodeJS.ProcessEnv = {}): Child {
  const p: ChildProcess = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const ending = atExit(() => void p.kill('SIGKILL'));
  let out = '';
  let err = '';
  let rest = '';
  const takers: ((line: string) => void)[] = [];
  p.stdout!.setEncoding('utf8').on('data', (s: string) => {
    out += s;
    const lines = (rest + s).split('\n');
    rest = lines.pop()!;
    for (const line of lines) for (const take of takers) take(line);
  });
  p.stderr!.setEncoding('utf8').on('data', (s: string) => {
    err += s;
  });
  const ended = new Promise<void>(resolve => {
    p.once('exit', () => {
      ending();
      resolve();
    });
    p.once('error', e => {
      err += e.message;
      resolve();
    });
  });
  const alive = () => p.pid !== undefined && p.exitCode === null && p.signalCode === null;
  const child: Child = {
    pid: p.pid ?? 0,
    out: () => out,
    err: () => err,
    alive,
    async kill(signal = 'SIGKILL') {
      if (alive()) p.kill(signal);
      await ended;
    },
    signal: s => void p.kill(s),
    onLine: take => void takers.push(take),
  };
  owner.own(() => child.kill());
  return child;
}

/** Asks again and again until the answer is neither false nor undefined nor null, and returns it. */
export async function until<T>(what: string, ask: () => T | Promise<T>, seconds = 30): Promise<NonNullable<T>> {
  const end = performance.now() + seconds * 1000;
  for (let last: unknown; ; ) {
    try {
      const answer = await ask();
      if (answer !== false && answer !== undefined && answer !== null) return answer as NonNullable<T>;
      last = undefined;
    } catch (e) {
      last = e;
    }
    if (performance.now() > end) throw new Error(`waited ${seconds} s in vain: ${what}`, { cause: last });
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}
