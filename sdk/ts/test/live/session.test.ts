import { expect } from 'vitest';
import { WebSocket as WS } from 'ws';
import { json } from '../../src/json.ts';
import { type ChannelRecord, type Gap, memoryOutbox, Session, type SessionOptions } from '../../src/session.ts';
import { check, collect, newIssuer, type Owner, publish, serve, test, until } from '../browser/harness/index.ts';
import { proxy } from './parts.ts';

const quick = { baseDelay: 50, maxDelay: 300 };

/** A session that ends with the test. */
const open = (owner: Owner, url: string, o: SessionOptions = {}) => {
  const s = new Session(url, { backoff: quick, ...o });
  owner.own(() => s.close({ drain: 0 }));
  return s;
};

/** Takes n records, which must come without a gap. */
const take = async <T>(sub: AsyncIterable<ChannelRecord<T> | Gap>, n: number) => {
  const all: ChannelRecord<T>[] = [];
  for await (const r of sub) {
    if (r.gap) throw new Error(`a gap: ${JSON.stringify(r)}`);
    all.push(r);
    if (all.length === n) break;
  }
  return all;
};

test.for([
  ['Node’s WebSocket, binary', {}],
  ['the package ws, as Node 20 needs it', { WebSocket: WS }],
  ['JSON', { codec: json() }],
] as const)('what is published is answered, and read as what it was: %s', async ([, o], { owner }) => {
  const server = await serve(owner, { store: 'memory' });
  const s = open(owner, server.url, o);
  const sub = s.subscribe('chat:lobby', { from: 'start' });
  const kinds = ['text', new Uint8Array([1, 2, 255]), { m: 'hi', n: [1, 2.5, null] }, 17, null];
  const sent = kinds.map(data => s.publish('chat:lobby', data, { headers: { lang: 'en' } }));
  expect(sent[0]).toMatchObject({ status: 'pending', channel: 'chat:lobby', data: 'text' });
  expect(await Promise.all(sent.map(m => m.done))).toMatchObject(
    [1, 2, 3, 4, 5].map(offset => ({ offset, duplicate: false, copies: 1 })),
  );
  expect(sent.map(m => [m.status, m.number])).toEqual([1, 2, 3, 4, 5].map(n => ['delivered', n]));
  const got = await take(sub, 5);
  expect(got.map(r => r.data)).toEqual(kinds);
  expect(got.map(r => r.type)).toEqual(['text', 'binary', 'json', 'json', 'json']);
  expect(got[0]).toMatchObject({ channel: 'chat:lobby', offset: 1, headers: [['lang', 'en']] });
  expect(got[4]!.position).toMatch(/^[\da-f]{16}@5$/);
});

test('cut connections and killed servers: everything exactly once and in order', async ({ owner }) => {
  const server = await serve(owner);
  const way = await proxy(owner, server.port);
  const publisher = open(owner, way.url);
  const reader = open(owner, way.url);
  const other = collect(owner, server, 'a');
  const got: string[] = [];
  const sub = reader.subscribe<string>('a', { from: 'start', window: { records: 64 } });
  sub.addEventListener('record', e => got.push(e.detail.data));
  sub.addEventListener('gap', e => got.push(`gap ${e.detail.from}`));
  const n = 6000;
  let delivered = 0;
  let next = 100;
  let troubles = 0;
  let restart = Promise.resolve();
  publisher.addEventListener('message', e => {
    if (e.detail.status !== 'delivered' || ++delivered < next) return;
    next = delivered + 200 + Math.random() * 200; // in the middle of what is on its way
    if (++troubles % 5) way.cut();
    else restart = restart.then(() => server.restart()); // it is killed first
  });
  for (let i = 1; i <= n; i++) {
    await publisher.room();
    publisher.publish('a', `p ${i}`);
  }
  await publisher.flush();
  await restart;
  expect(check(await other.take(n), { p: n })).toEqual([]);
  await until('all came here, too', () => got.length >= n);
  expect(got).toEqual(Array.from({ length: n }, (_, i) => `p ${i + 1}`));
  const stats = await publisher.stats();
  expect(stats).toMatchObject({ published: n, delivered: n, failed: 0, unknown: 0, lost: 0, outboxRecords: 0, outboxBytes: 0 });
  expect(stats.connects).toBeGreaterThan(4);
  expect(stats.resent).toBeGreaterThan(100);
});

test('a loop that is slow is not flooded', async ({ owner }) => {
  const server = await serve(owner, { store: 'memory' });
  const all = Array.from({ length: 3000 }, (_, i) => `${i + 1}`);
  publish(server, 'busy', all);
  const s = open(owner, server.url);
  const sub = s.subscribe<string>('busy', { from: 'start', window: { records: 50 } });
  const got: string[] = [];
  let most = 0;
  for await (const r of sub) {
    if (r.gap) throw new Error('a gap');
    got.push(r.data);
    if (got.length % 500 === 1) {
      await new Promise(ok => setTimeout(ok, 30));
      most = Math.max(most, (await s.stats()).received - got.length);
    }
    if (got.length === 3000) break;
  }
  expect(got).toEqual(all);
  expect(most).toBeLessThanOrEqual(50);
  expect(most).toBeGreaterThan(30);
});

test('a checkpoint goes on in another session, a cursor in whichever comes', async ({ owner }) => {
  const server = await serve(owner, { store: 'memory' });
  publish(server, 'log', ['1', '2', '3', '4', '5', '6']);
  const first = open(owner, server.url);
  const begun = await take(first.subscribe('log', { from: { last: 5 }, cursor: 'worker', ack: 'manual' }), 3);
  expect(begun.map(r => r.data)).toEqual(['2', '3', '4']);
  const second = open(owner, server.url);
  expect((await take(second.subscribe('log', { from: { checkpoint: begun[1]!.checkpoint } }), 2)).map(r => r.offset)).toEqual([
    4, 5,
  ]);
  const sub = first.subscribe('other');
  await sub.ready;
  sub.close();
  expect(await take(sub, 1)).toEqual([]);
  // done with the first two of the three
  await first.close();
  const third = open(owner, server.url);
  const again = third.subscribe('log', { cursor: 'worker', ack: 'manual' });
  const [r] = await take(again, 1);
  expect(r!.data).toBe('2');
  again.ack(r!);
  await third.close();
  expect((await take(open(owner, server.url).subscribe('log', { cursor: 'worker' }), 1))[0]!.data).toBe('3');
});

test('a gap stands where records are gone, and the loop goes on', async ({ owner }) => {
  const server = await serve(owner, { store: 'memory', flags: ['--retention-records=5'] });
  publish(server, 'short', ['1']);
  const s = open(owner, server.url);
  const [r] = await take(s.subscribe('short', { from: 'start' }), 1);
  await s.close();
  publish(
    server,
    'short',
    Array.from({ length: 5000 }, (_, i) => `${i + 2}`),
  );
  const later = open(owner, server.url);
  const gaps: Gap[] = [];
  later.addEventListener('gap', e => gaps.push(e.detail));
  const items: (ChannelRecord | Gap)[] = [];
  for await (const x of later.subscribe('short', { from: { checkpoint: r!.checkpoint } })) {
    items.push(x);
    if (!x.gap && x.offset === 5001) break;
  }
  expect(items[0]).toMatchObject({ gap: 'retention', channel: 'short', from: 2 });
  const gap = items[0] as Gap;
  expect(gaps).toEqual([gap]);
  expect((items[1] as ChannelRecord).offset).toBe(gap.to + 1);
  expect((await later.stats()).gaps).toBe(1);
});

test('a token is renewed on the open connection', async ({ owner }) => {
  const issuer = newIssuer(owner);
  const server = await serve(owner, { store: 'memory', flags: [...issuer.flags, '--auth-refresh-window=3s'] });
  let asked = 0;
  const token = async () => {
    asked++;
    return issuer.token('alice', 5);
  };
  const s = open(owner, server.url, { token, user: 'alice' });
  await s.connected();
  expect(s.status).toMatchObject({ state: 'open', user: 'alice' });
  await until('it was asked for the next token, and the first is over', () => asked > 2, 30);
  await s.publish('x', 1).done;
  expect(await s.stats()).toMatchObject({ connects: 1, attempts: 1 });

  const mallory = open(owner, server.url, { token: issuer.token('mallory', 60), user: 'alice' });
  await expect(mallory.connected()).rejects.toMatchObject({ codeName: 'user_mismatch' });
  const nobody = open(owner, server.url);
  await expect(nobody.connected()).rejects.toMatchObject({ codeName: 'unauthenticated' });
  await expect(nobody.publish('x', 1).done).rejects.toMatchObject({ codeName: 'closed' });
});

test('a server that is not there is told at once, and tried again', async ({ owner }) => {
  const server = await serve(owner, { store: 'memory' });
  await server.kill();
  const s = open(owner, server.url, { connectTimeout: 60_000 });
  const m = s.publish('a', 1);
  await until('an attempt has failed', () => s.state === 'waiting');
  expect(s.error).toMatchObject({ codeName: 'disconnected', op: `connect to ${server.ws}` });
  await server.restart();
  expect(await m.done).toMatchObject({ offset: 1 });
});

test('who sleeps through many reconnects is not sent more and more', async ({ owner }) => {
  const server = await serve(owner, { store: 'memory', flags: ['--retention-records=2000'] });
  const way = await proxy(owner, server.port);
  const s = open(owner, way.url, { backoff: { baseDelay: 1, maxDelay: 5 } });
  const sub = s.subscribe('busy', { from: 'start', window: { records: 20 } });
  const loop = sub[Symbol.asyncIterator]();
  publish(server, 'busy', ['1']);
  expect((await loop.next()).value).toMatchObject({ offset: 1 });
  for (let round = 0; round < 10; round++) {
    // what it has not taken is no longer retained, so the server begins a new window behind each gap
    publish(
      server,
      'busy',
      Array.from({ length: 5000 }, (_, i) => `${i}`),
    );
    const before = (await s.stats()).connects;
    way.cut();
    await until('it is back', async () => (await s.stats()).connects > before && s.state === 'open');
  }
  expect((await s.stats()).received).toBeLessThan(2 * 20 + 10);
  // and goes on when it wakes up, with what there is
  const rest: (ChannelRecord | Gap)[] = [];
  for (;;) {
    const { value } = await loop.next();
    rest.push(value as ChannelRecord | Gap);
    if (!value?.gap && value?.offset === 50_001) break;
  }
  let last = 1;
  for (const r of rest) {
    expect(r.gap ? r.from : r.offset).toBe(last + 1); // nothing is missing that no gap told of
    last = r.gap ? r.to : r.offset;
  }
});

test('a record that is larger than what may wait to be written is written all the same', async ({ owner }) => {
  const server = await serve(owner, { store: 'memory', flags: ['--max-message=64M'] });
  const s = open(owner, server.url, { outbox: memoryOutbox({ maxBytes: 64 << 20 }) });
  await s.connected();
  const large = s.publish('a', new Uint8Array(40 << 20));
  const next = s.publish('a', 'next');
  expect([(await large.done).offset, (await next.done).offset]).toEqual([1, 2]);
  expect((await s.stats()).disconnects).toEqual({});
});
