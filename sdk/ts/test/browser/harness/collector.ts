// The other side: a subscriber in Go that writes down what it gets, and the check of what that was.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Owner, start, until } from './owner.ts';
import { program, type Server } from './server.ts';

/** A record as `holdfast subscribe --json` writes it; of data, text and base64 one is there. */
export interface Collected {
  channel: string;
  offset: number;
  position: string;
  time: string;
  publisher?: string;
  type: string;
  headers?: [string, string][];
  data?: unknown;
  text?: string;
  base64?: string;
}

export interface Collector {
  pid: number;
  records: Collected[];
  /** The texts of all records until now. */
  texts(): string[];
  /** Waits until there are n records, and then a moment for one too many; returns all. */
  take(n: number, seconds?: number): Promise<Collected[]>;
}

/** Subscribes to a channel from its start. */
export function collect(owner: Owner, server: Server, channel: string, options: { token?: string } = {}): Collector {
  const flags = ['--from=start', '--json', '--retry-delay=100ms', '--retry-max=500ms'];
  if (options.token) {
    const file = join(owner.folder(), 'token');
    writeFileSync(file, options.token);
    flags.push(`--token-file=${file}`);
  }
  const child = start(owner, program(), ['subscribe', server.url, channel, ...flags]);
  const records: Collected[] = [];
  child.onLine(line => void records.push(JSON.parse(line) as Collected));
  return {
    pid: child.pid,
    records,
    texts: () => records.map(textOf),
    async take(n, seconds = 60) {
      await until(
        `${n} records on the other side`,
        () => {
          if (!child.alive()) throw new Error(`the collector ended: ${child.err()}`);
          return records.length >= n || undefined;
        },
        seconds,
      ).catch(e => {
        throw new Error(`${records.length} of ${n} records came: ${JSON.stringify(records.slice(-5).map(textOf))}`, { cause: e });
      });
      // what is doubled would come behind the last
      await new Promise(resolve => setTimeout(resolve, 200));
      return records;
    },
  };
}

/** A message that was published: by whom, and its number there. */
export interface Numbered {
  by: string;
  n: number;
}

const textOf = (r: Collected) => r.text ?? (typeof r.data === 'string' ? r.data : '');

/** Reads texts like "tab-1 17" (whoever published, and its number there). */
export const numbered = (r: Collected): Numbered => {
  const m = /^(\S+) (\d+)$/.exec(textOf(r));
  if (!m) throw new Error(`not a numbered message: ${JSON.stringify(r)}`);
  return { by: m[1]!, n: Number(m[2]) };
};

/**
 * Says what is wrong with what came, one line each; nothing if every message is there exactly once, each publisher's in
 * order, and the offsets have no hole.
 *
 * @param sent How many each has published, numbered from 1.
 */
export function check(records: Collected[], sent: Record<string, number>, read = numbered): string[] {
  const wrong: string[] = [];
  const last = new Map<string, number>();
  records.forEach((r, i) => {
    const { by, n } = read(r);
    const before = last.get(by) ?? 0;
    if (n !== before + 1) wrong.push(`offset ${r.offset}: ${by} ${n} came after ${by} ${before}`);
    last.set(by, n);
    if (r.offset !== i + 1) wrong.push(`record ${i + 1} has the offset ${r.offset}`);
    if (!(by in sent)) wrong.push(`${by} published nothing, and ${by} ${n} came`);
  });
  for (const [by, n] of Object.entries(sent)) {
    if ((last.get(by) ?? 0) !== n) wrong.push(`the last of ${by} is ${last.get(by) ?? 0}, and not ${n}`);
  }
  return wrong;
}
