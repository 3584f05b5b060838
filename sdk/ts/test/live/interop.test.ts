// Sessions in TypeScript and in Go over one server: each goes on with what the other has begun.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { json } from '../../src/json.ts';
import { type ChannelRecord, type Gap, Session, type SessionOptions, type Subscription } from '../../src/session.ts';
import {
  check,
  collect,
  newIssuer,
  type Owner,
  program,
  publish,
  root,
  type Server,
  serve,
  test,
  until,
} from '../browser/harness/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-interop-'));
const peer = join(folder, 'peer');
beforeAll(() => void execFileSync('go', ['build', '-o', peer, './sdk/ts/test/live/peer'], { cwd: root }), 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

interface Order {
  do: 'publish' | 'take';
  channel: string;
  type?: 0 | 1 | 2;
  data?: string;
  headers?: [string, string][];
  n?: number;
  done?: number;
  cursor?: string;
  checkpoint?: string;
}

interface PeerRecord {
  offset: number;
  type: 'binary' | 'text' | 'json';
  data: string;
  headers: [string, string][];
  publisher: string;
  checkpoint: string;
}

interface Answer {
  offset?: number;
  records?: PeerRecord[];
  gaps?: { from: number; to: number; reason: string }[];
  error?: string;
}

const base64 = (data: string | Uint8Array) => Buffer.from(data).toString('base64');
const bytesOf = (r: PeerRecord) => Buffer.from(r.data ?? '', 'base64');

/** Has a session in Go do these things; one that does not work rejects. */
const inGo = async (server: Server, codec: 'bin' | 'json', ...orders: Order[]): Promise<Answer[]> => {
  const out = await new Promise<string>((ok, fail) => {
    const p = execFile(peer, [server.url, codec], { maxBuffer: 1 << 26 }, (e, stdout, stderr) =>
      e ? fail(new Error(stderr, { cause: e })) : ok(stdout),
    );
    p.stdin!.end(orders.map(o => `${JSON.stringify(o)}\n`).join(''));
  });
  const answers: Answer[] = out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
  for (const a of answers) if (a.error) throw new Error(a.error);
  return answers;
};

/** What a session in Go reads of a channel from its start, or from what the order says. */
const takenInGo = async (server: Server, codec: 'bin' | 'json', channel: string, n: number, o: Partial<Order> = {}) =>
  (await inGo(server, codec, { do: 'take', channel, n, ...o }))[0]!;

/** A session here, which ends with the test. */
const open = (owner: Owner, server: Server, o: SessionOptions = {}) => {
  const s = new Session(server.url, { backoff: { baseDelay: 50, maxDelay: 300 }, ...o });
  owner.own(() => s.close({ drain: 0 }));
  return s;
};

/** Takes n records, and the gaps before them. */
const take = async (sub: Subscription, n: number) => {
  const records: ChannelRecord[] = [];
  const gaps: Gap[] = [];
  for await (const r of sub) {
    if (r.gap) gaps.push(r);
    else records.push(r);
    if (records.length === n) break;
  }
  return { records, gaps };
};

const codecs = [
  { here: 'binary', there: 'bin', store: 'memory' },
  { here: 'json', there: 'bin', store: 'disk' },
  { here: 'binary', there: 'json', store: 'disk' },
  { here: 'json', there: 'json', store: 'memory' },
] as const;

describe.each(codecs)('$here here, $there in Go, $store', ({ here, there, store }) => {
  const options: SessionOptions = here === 'json' ? { codec: json() } : {};

  test('what is published here is read in Go, byte by byte', async ({ owner }) => {
    const server = await serve(owner, { store });
    const s = open(owner, server, options);
    const large = new Uint8Array(300_000).map((_, i) => i * 31);
    const headers: [string, string][] = [
      ['lang', 'dé'],
      ['lang', 'en'],
      ['empty', ''],
    ];
    s.publish('all', 'text with "quotes", \n and 😀', { headers });
    s.publish('all', { m: 'hi', n: [1, 2.5e30, null], half: '\ud800', '': {} });
    s.publish('all', large);
    s.publish('all', new Uint8Array());
    s.publish('all', '');
    await s.publish('all', 0).done;
    const { records } = await takenInGo(server, there, 'all', 6);
    expect(records!.map(r => [r.offset, r.type])).toEqual([
      [1, 'text'],
      [2, 'json'],
      [3, 'binary'],
      [4, 'binary'],
      [5, 'text'],
      [6, 'json'],
    ]);
    expect(records![0]!.headers).toEqual(headers);
    expect(bytesOf(records![0]!).toString()).toBe('text with "quotes", \n and 😀');
    expect(bytesOf(records![1]!).toString()).toBe('{"m":"hi","n":[1,2.5e+30,null],"half":"\\ud800","":{}}');
    expect(Buffer.compare(bytesOf(records![2]!), large)).toBe(0);
    expect([3, 4, 5].map(i => bytesOf(records![i]!).toString())).toEqual(['', '', '0']);
  });

  test('what is published in Go is read here, byte by byte', async ({ owner }) => {
    const server = await serve(owner, { store });
    const channel = 'all';
    const large = new Uint8Array(300_000).map((_, i) => i * 17);
    const headers: [string, string][] = [['trace', '00-4bf9 "x"\\']];
    await inGo(
      server,
      there,
      { do: 'publish', channel, type: 1, data: base64('grüß dich\u2028'), headers },
      { do: 'publish', channel, type: 2, data: base64(' {"a" : 1.0e2,\r\n "n":12345678901234567890}\n') },
      { do: 'publish', channel, type: 0, data: base64(large) },
      { do: 'publish', channel, type: 0 },
    );
    const { records } = await take(open(owner, server, options).subscribe(channel, { from: 'start' }), 4);
    expect(records.map(r => [r.offset, r.type])).toEqual([
      [1, 'text'],
      [2, 'json'],
      [3, 'binary'],
      [4, 'binary'],
    ]);
    expect(records[0]).toMatchObject({ data: 'grüß dich\u2028', headers });
    expect(records[1]!.text()).toBe('{"a" : 1.0e2,   "n":12345678901234567890}');
    expect(Buffer.compare(records[2]!.bytes, large)).toBe(0);
    expect(records[3]!.bytes.length).toBe(0);
  });

  test('a cursor with a name goes from Go to here and back', async ({ owner }) => {
    const server = await serve(owner, { store });
    publish(server, 'jobs', ['1', '2', '3', '4', '5', '6']);
    const begun = await takenInGo(server, there, 'jobs', 3, { cursor: 'worker', done: 2 });
    expect(begun.records!.map(r => bytesOf(r).toString())).toEqual(['1', '2', '3']);
    const s = open(owner, server, options);
    const sub = s.subscribe('jobs', { cursor: 'worker', ack: 'manual' });
    const { records } = await take(sub, 3);
    expect(records.map(r => r.data)).toEqual(['3', '4', '5']);
    sub.ack(records[1]!);
    await s.close();
    const rest = await takenInGo(server, there, 'jobs', 2, { cursor: 'worker' });
    expect(rest.records!.map(r => bytesOf(r).toString())).toEqual(['5', '6']);
  });

  test('a cursor is taken over by whoever comes later', async ({ owner }) => {
    const server = await serve(owner, { store });
    publish(server, 'jobs', ['1', '2']);
    const s = open(owner, server, options);
    const sub = s.subscribe('jobs', { from: 'start', cursor: 'worker', ack: 'manual' }); // so both are left for the other
    await take(sub, 1);
    const over = expect(take(sub, 99)).rejects.toMatchObject({ codeName: 'cursor_taken' });
    await takenInGo(server, there, 'jobs', 1, { cursor: 'worker' });
    await over;
  });
});

test('checkpoints are the same text, over several terms', async ({ owner }) => {
  const server = await serve(owner, { store: 'disk' });
  publish(server, 'log', ['1', '2']);
  await server.restart();
  publish(server, 'log', ['3', '4']);
  await server.restart();
  publish(server, 'log', ['5', '6', '7']);
  const go = await takenInGo(server, 'bin', 'log', 7);
  const here = await take(open(owner, server).subscribe('log', { from: 'start' }), 7);
  expect(here.records.map(r => r.checkpoint)).toEqual(go.records!.map(r => r.checkpoint));
  expect(here.records[4]!.checkpoint).toMatch(/^[\da-f]{16}@5 [\da-f]{16}@2 [\da-f]{16}@4$/);
  // each goes on after what the other saved
  for (const r of here.records.slice(0, 6)) {
    const { checkpoint } = r;
    expect((await takenInGo(server, 'json', 'log', 1, { checkpoint })).records![0]!.offset).toBe(r.offset + 1);
    const again = open(owner, server, { codec: json() }).subscribe('log', { from: { checkpoint } });
    expect((await take(again, 1)).records[0]!.checkpoint).toBe(go.records![r.offset]!.checkpoint);
  }
});

test('the newest records, and those since a time', async ({ owner }) => {
  const server = await serve(owner, { store: 'memory' });
  publish(server, 'log', ['1', '2', '3']);
  const s = open(owner, server);
  const [before] = (await take(s.subscribe('log', { from: { last: 1 } }), 1)).records;
  expect(before!.data).toBe('3');
  await until('the clock goes on', () => Date.now() > before!.time);
  publish(server, 'log', ['4', '5']);
  const since = open(owner, server).subscribe('log', { from: { since: before!.time + 1 } });
  expect((await take(since, 2)).records.map(r => r.data)).toEqual(['4', '5']);
  const after = open(owner, server).subscribe('log', { from: { offset: 1 } });
  expect((await take(after, 4)).records.map(r => r.data)).toEqual(['2', '3', '4', '5']);
});

test('retention has passed a checkpoint: the same gap here and in Go', async ({ owner }) => {
  const server = await serve(owner, { store: 'memory', flags: ['--retention-records=5'] });
  publish(server, 'short', ['1']);
  const checkpoint = (await takenInGo(server, 'bin', 'short', 1)).records![0]!.checkpoint;
  publish(
    server,
    'short',
    Array.from({ length: 5000 }, (_, i) => `${i + 2}`),
  );
  const go = await takenInGo(server, 'bin', 'short', 1, { checkpoint });
  const here = await take(open(owner, server).subscribe('short', { from: { checkpoint } }), 1);
  expect(go.gaps).toEqual([{ from: 2, to: expect.any(Number), reason: 'retention' }]);
  expect(here.gaps.map(g => ({ from: g.from, to: g.to, reason: g.gap }))).toEqual(go.gaps);
  expect(here.records[0]!.offset).toBe(go.gaps![0]!.to + 1);
});

test('a store in memory is lost: the same fork here and in Go, and for who was there', async ({ owner }) => {
  const server = await serve(owner, { store: 'memory' });
  publish(server, 'log', ['1', '2', '3']);
  const s = open(owner, server);
  const sub = s.subscribe('log', { from: 'start' });
  const before = (await take(sub, 3)).records;
  expect(before.map(r => r.data)).toEqual(['1', '2', '3']);
  const { checkpoint } = before[2]!;
  await server.restart();
  publish(server, 'log', ['other 1']);
  const there = await take(sub, 1);
  expect(there.gaps).toMatchObject([{ gap: 'fork', from: 1, to: 3 }]);
  expect(there.records[0]).toMatchObject({ offset: 1, data: 'other 1' });
  const go = await takenInGo(server, 'bin', 'log', 1, { checkpoint });
  expect(go.gaps).toEqual([{ from: 1, to: 3, reason: 'fork' }]);
  const here = await take(open(owner, server, { codec: json() }).subscribe('log', { from: { checkpoint } }), 1);
  expect(here.gaps).toMatchObject([{ gap: 'fork', from: 1, to: 3 }]);
  expect(here.records[0]!.checkpoint).toBe(go.records![0]!.checkpoint);
});

test('a call that the server does not have', async ({ owner }) => {
  const server = await serve(owner, { store: 'memory' });
  for (const o of [{}, { codec: json() }])
    await expect(open(owner, server, o).call('holdfast.nothing', { a: 1 })).rejects.toMatchObject({
      codeName: 'no_such_call',
      message: expect.stringContaining('holdfast.nothing'),
    });
});

test('who published is known on the other side', async ({ owner }) => {
  const issuer = newIssuer(owner);
  const server = await serve(owner, { store: 'memory', flags: issuer.flags });
  const file = join(owner.folder(), 'token');
  writeFileSync(file, issuer.token('bob', 60));
  const s = open(owner, server, { token: issuer.token('alice', 60), codec: json() });
  await s.publish('room', 'from here').done;
  execFileSync(program(), ['publish', server.url, 'room', `--token-file=${file}`], { input: 'from there' });
  const { records } = await take(s.subscribe('room', { from: 'start' }), 2);
  expect(records.map(r => [r.user, r.data])).toEqual([
    ['alice', 'from here'],
    ['bob', 'from there'],
  ]);
});

test('tokens are renewed in JSON, too, and a reader in Go misses nothing', async ({ owner }) => {
  const issuer = newIssuer(owner);
  const server = await serve(owner, { store: 'memory', flags: [...issuer.flags, '--auth-refresh-window=3s'] });
  const other = collect(owner, server, 'room', { token: issuer.token('bob', 300) });
  let asked = 0;
  const token = () => {
    asked++;
    return issuer.token('alice', 4);
  };
  const s = open(owner, server, { token, codec: json() });
  await s.publish('room', 'alice 1').done;
  await until('the first tokens are over', () => asked > 3, 60);
  await s.publish('room', 'alice 2').done;
  expect(check(await other.take(2), { alice: 2 })).toEqual([]);
  expect(await s.stats()).toMatchObject({ connects: 1 });
});
