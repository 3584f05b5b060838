import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { memoryOutbox, Session, type SessionOptions, type SubscribeOptions } from '../../../src/session.ts';
import { type Server, simulate } from './server.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Without jitter, so that times are exact. */
const steady = { jitter: 0 };

const open = (server: Server, o: SessionOptions = {}) => {
  const s = new Session('ws://simulated', { WebSocket: server.WebSocket, backoff: steady, ...o });
  const states: string[] = [];
  s.addEventListener('status', e => {
    if (e.detail.state !== states.at(-1)) states.push(e.detail.state);
  });
  return { s, states };
};

const later = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const code = (p: Promise<unknown>) => p.then(() => 'fulfilled').catch(e => e.codeName);

test('it connects at once, waits longer each time, and says until when', async () => {
  const server = simulate();
  server.mode = 'refuse';
  const { s, states } = open(server);
  await later(10);
  expect(states).toEqual(['connecting', 'waiting']);
  expect(s.status).toMatchObject({ state: 'waiting', attempt: 1, fault: { op: 'connect to ws://simulated/ws' } });
  expect(s.status.retryAt! - Date.now()).toBeGreaterThan(950);
  expect(String(s.error)).toContain('(disconnected)');
  await later(1000 + 2000);
  expect(server.attempts).toBe(3);
  server.mode = 'greet';
  await later(4000);
  expect(s.status).toEqual({ state: 'open', attempt: 3 });
  expect(states).toEqual(['connecting', 'waiting', 'connecting', 'waiting', 'connecting', 'waiting', 'connecting', 'open']);
  await s.close();
});

test('an attempt that hangs, and a server that does not greet, are given up', async () => {
  for (const mode of ['hang', 'mute'] as const) {
    const server = simulate();
    server.mode = mode;
    const { s } = open(server, { connectTimeout: 3000 });
    await later(2999);
    expect(s.state).toBe('connecting');
    await later(2);
    expect(s.status).toMatchObject({ state: 'waiting', fault: { detail: 'no welcome within 3000 ms' } });
    await s.close();
  }
});

test('a connection that died while the machine slept is found soon, and not after a heartbeat', async () => {
  const server = simulate();
  const { s } = open(server);
  await later(10_000);
  server.pongs = false;
  vi.setSystemTime(Date.now() + 60_000); // timers stood still
  await later(20_000);
  expect((await s.stats()).disconnects).toEqual({ 4000: 1 });
  expect(s.state).toBe('open');
  await s.close();
});

test('a silent connection is pinged, and given up when it stays silent', async () => {
  const server = simulate();
  const { s } = open(server);
  await later(45_000);
  expect((await s.stats()).rtt).toBeGreaterThan(0);
  server.pongs = false;
  await later(45_000);
  expect((await s.stats()).disconnects).toEqual({ 4000: 1 });
  await s.close();
});

test('a token is asked for before each attempt; a failure is a failed attempt', async () => {
  const server = simulate();
  const token = vi
    .fn<() => Promise<string>>()
    .mockRejectedValueOnce(new Error('no network'))
    .mockResolvedValueOnce('one')
    .mockResolvedValue('two');
  const { s, states } = open(server, { token });
  await later(10);
  expect(s.status).toMatchObject({ state: 'waiting', fault: { detail: 'Error: no network' } });
  await later(1000);
  expect(server.frames.at(-1)).toMatchObject({ t: 'hello', token: 'one' });
  expect(states).toEqual(['connecting', 'authenticating', 'waiting', 'authenticating', 'connecting', 'open']);
  server.say({ t: 'refresh', delay: 60_000 });
  await later(10);
  expect(server.frames.at(-1)).toMatchObject({ t: 'refresh', token: 'two' });
  s.refresh('three');
  await later(10);
  expect(server.frames.at(-1)).toMatchObject({ t: 'refresh', token: 'three' });
  server.end(4201);
  await later(3000);
  expect(server.frames.at(-1)).toMatchObject({ t: 'hello', token: 'two' });
  await s.close();
});

test('a token that hangs is given up, and what it gives later is not used', async () => {
  const server = simulate();
  let late = (_: string) => {};
  const token = vi
    .fn<() => Promise<string>>()
    .mockReturnValueOnce(new Promise(ok => (late = ok)))
    .mockResolvedValue('two');
  const { s } = open(server, { token });
  await later(10_001);
  expect(s.state).toBe('waiting');
  late('one');
  await later(1500);
  expect(server.frames.map(f => f.t === 'hello' && f.token)).toEqual(['two']);
  await s.close();
});

test('an expired token without a way to the next one ends the session', async () => {
  const server = simulate();
  const { s } = open(server, { token: 'fixed' });
  const m = s.publish('a', 1);
  await later(10);
  await m.done;
  server.stores = false;
  const [sent] = [s.publish('a', 2)];
  await later(10);
  const errors = vi.fn();
  s.addEventListener('error', e => errors(e.detail.codeName));
  server.end(4201);
  expect(s.state).toBe('failed');
  expect(errors).toHaveBeenCalledWith('token_expired');
  expect(sent).toMatchObject({ status: 'unknown', error: { codeName: 'unknown_outcome' } });
  expect(await code(s.connected())).toBe('token_expired');
  expect(await code(s.publish('a', 3).done)).toBe('closed');
  expect(await code(s.call('x'))).toBe('closed');
  await expect(s.subscribe('a')[Symbol.asyncIterator]().next()).rejects.toMatchObject({ codeName: 'closed' });
});

test('what is published at a time goes out in one message, and in order even where listeners publish', async () => {
  const server = simulate();
  const { s } = open(server);
  s.addEventListener('message', e => {
    if (e.detail.data === 'first' && e.detail.status === 'sent') s.publish('a', 'from a listener');
  });
  await later(10);
  server.messages = 0;
  const first = s.publish('a', 'first');
  s.publish('a', 'second');
  expect(first.status).toBe('sent');
  await later(10);
  expect(server.messages).toBe(1);
  const sent = server.frames.flatMap(f => (f.t === 'publish' ? [[f.n, new TextDecoder().decode(f.data)]] : []));
  expect(sent).toEqual([
    [1, 'first'],
    [2, 'from a listener'],
    [3, 'second'],
  ]);
  await s.close();
});

test('what was not sent in time expires, and what was does not', async () => {
  const server = simulate();
  server.mode = 'refuse';
  const { s } = open(server);
  const m = s.publish('a', 1, { ttl: 5000 });
  const n = s.publish('a', 2);
  await later(4900);
  expect(m.status).toBe('pending');
  await later(200);
  expect(m).toMatchObject({ status: 'failed', error: { codeName: 'expired', op: 'publish to a' } });
  server.mode = 'greet';
  await later(10_000);
  expect(n.status).toBe('delivered');
  await s.close();
});

test('the limits of the outbox, by policy', async () => {
  for (const [policy, want] of [
    ['refuse', ['pending', 'pending', 'outbox_full']],
    ['drop-newest', ['pending', 'pending', 'dropped']],
    ['drop-oldest', ['dropped', 'pending', 'pending']],
  ] as const) {
    const server = simulate();
    server.mode = 'refuse';
    const { s } = open(server, { outbox: memoryOutbox({ maxRecords: 2, policy }) });
    await later(10);
    const all = [1, 2, 3].map(n => s.publish('a', n));
    expect(all.map(m => m.error?.codeName ?? m.status)).toEqual(want);
    expect(s.outbox).toEqual({ durable: false, full: true });
    let room = false;
    void s.room().then(() => {
      room = true;
    });
    await later(10);
    expect(room).toBe(false);
    server.mode = 'greet';
    await later(3000);
    expect(room).toBe(true);
    expect(await s.stats()).toMatchObject({ delivered: 2, outboxRecords: 0, outboxBytes: 0 });
    await s.close();
  }
});

test('close waits for answers, and then says how many are missing', async () => {
  const server = simulate();
  server.stores = false;
  const { s, states } = open(server);
  const m = s.publish('a', 1);
  await later(10);
  let left: number | undefined;
  void s.close({ drain: 2000 }).then(n => {
    left = n;
  });
  expect(s.state).toBe('closing');
  expect(await code(s.publish('a', 2).done)).toBe('closed');
  await later(1900);
  expect(left).toBeUndefined();
  await later(200);
  expect(left).toBe(1);
  expect(m.status).toBe('unknown');
  expect(states.at(-1)).toBe('closed');
  expect(server.frames.at(-1)?.t).toBe('bye');
  expect(vi.getTimerCount()).toBe(0);
});

/** Opens a subscription and sends it five records, the last two of another term. */
const five = async (server: Server, s: Session, o: SubscribeOptions) => {
  const sub = s.subscribe<number>('a', o);
  await later(10);
  const asked = server.frames.at(-1) as { id: number };
  server.say({ t: 'subscribed', id: asked.id, ch: 'a', term: '1'.repeat(16), o: 10 });
  for (let o = 11; o <= 15; o++)
    server.say({
      t: 'record',
      ch: 'a',
      o,
      ts: o,
      content: 2,
      data: new TextEncoder().encode(`${o}`),
      ...(o === 14 && { term: '2'.repeat(16) }),
    });
  await later(10);
  return sub;
};
const acks = (server: Server) => server.frames.flatMap(f => (f.t === 'ack' ? [f.o] : []));

test('a record is done when the loop asks for the next one, or when the page says so', async () => {
  for (const [ack, want] of [
    ['auto', [13]],
    ['manual', [12]],
  ] as const) {
    const server = simulate();
    const { s } = open(server);
    await later(10);
    const sub = await five(server, s, { ack });
    let n = 0;
    for await (const r of sub) {
      if (ack === 'manual' && !r.gap && r.offset === 12) sub.ack(r);
      if (++n === 4) break;
    }
    await later(60);
    expect(acks(server)).toEqual([]); // it waits for more
    await s.close();
    expect(acks(server)).toEqual(want);
  }
});

test('a checkpoint has the terms that led there, and is gone on from', async () => {
  const server = simulate();
  const { s } = open(server);
  await later(10);
  const sub = await five(server, s, {});
  expect(await sub.ready).toBe('1111111111111111@10');
  const seen: string[] = [];
  sub.addEventListener('record', e => seen.push(`${e.detail.data} ${e.detail.checkpoint}`));
  await later(10);
  expect(seen.at(2)).toBe('13 1111111111111111@13');
  expect(seen.at(4)).toBe('15 2222222222222222@15 1111111111111111@13');
  sub.close();
  s.subscribe('a', { from: { checkpoint: seen.at(4)!.slice(3) } });
  await later(10);
  expect(server.frames.at(-1)).toMatchObject({
    t: 'subscribe',
    at: 'position',
    term: '2'.repeat(16),
    o: 15,
    earlier: [['1'.repeat(16), 13]],
  });
  await s.close();
});

test('calls: replies, timeouts, and what a cut connection means', async () => {
  const server = simulate();
  const { s } = open(server);
  await later(10);
  const id = () => (server.frames.at(-1) as { id: number }).id;
  const sum = s.call<number>('add', [1, 2]);
  await later(1);
  server.say({ t: 'reply', id: id(), content: 2, data: new TextEncoder().encode('3') });
  await later(10);
  expect(await sum).toBe(3);
  const slow = code(s.call('slow', null, { timeout: 500 }));
  await later(500);
  expect(await slow).toBe('timeout');
  const stop = new AbortController();
  const stopped = code(s.call('stopped', null, { signal: stop.signal }));
  stop.abort();
  expect(await stopped).toBe('canceled');
  const once = code(s.call('once'));
  const again = s.call('again', undefined, { key: 'k' });
  await later(1);
  server.end(1006);
  await later(2000);
  expect(await once).toBe('disconnected');
  expect(server.frames.at(-1)).toMatchObject({ t: 'call', name: 'again', key: 'k' });
  server.say({ t: 'reply', id: id(), content: 1, data: new TextEncoder().encode('done') });
  await later(10);
  expect(await again).toBe('done');
  await s.close();
});

test('mistakes are told at once', () => {
  const { s } = open(simulate());
  const name = (f: () => unknown) => {
    try {
      f();
    } catch (e) {
      return (e as { codeName?: string }).codeName ?? String(e);
    }
    return 'none';
  };
  expect(name(() => s.publish('a b', 1))).toBe('bad_channel');
  expect(name(() => s.publish('x'.repeat(256), 1))).toBe('bad_channel');
  expect(name(() => s.publish('a', undefined))).toBe('bad_payload');
  expect(name(() => s.publish('a', 1, { headers: { '': 'x' } }))).toBe('bad_argument');
  expect(name(() => s.subscribe('a', { from: { checkpoint: 'nonsense' } }))).toBe('bad_argument');
  expect(name(() => new Session('ftp://x'))).toBe('bad_argument');
  // a server takes a frame with any of these for nonsense, and that would be the end of the session
  expect(name(() => s.subscribe('a', { cursor: 'ü'.repeat(128) }))).toBe('bad_argument');
  expect(name(() => s.call('x'.repeat(256)))).toBe('bad_argument');
  expect(name(() => s.call('x', 1, { key: 'x'.repeat(4097) }))).toBe('bad_argument');
  expect(name(() => s.refresh('x'.repeat(4097)))).toBe('bad_argument');
  expect(name(() => s.publish('größe:ü', 1))).toBe('none');
  void s.close({ drain: 0 });
});

test('whoever asks for an attempt before or during the first one still has one connection', async () => {
  const server = simulate();
  const { s } = open(server);
  s.reconnect(); // the outbox is not open yet
  await later(10);
  expect(server.attempts).toBe(1);
  server.end(1006);
  s.addEventListener('status', e => e.detail.state === 'connecting' && server.attempts === 1 && s.reconnect());
  await later(2000);
  expect([server.attempts, s.state]).toEqual([2, 'open']);
  expect(server.frames.map(f => f.t)).toEqual(['hello', 'hello']);
  await s.close();
});

test('times beyond what timers take never come', async () => {
  const server = simulate();
  const { s } = open(server, { connectTimeout: Infinity, pongTimeout: Infinity });
  await later(10);
  expect(s.state).toBe('open');
  vi.setSystemTime(Date.now() + 60_000); // it asks whether the connection lives
  await later(10_000);
  expect((await s.stats()).disconnects).toEqual({});
  const reply = code(s.call('slow', 1, { timeout: 2 ** 40 }));
  server.stores = false;
  const m = s.publish('a', 1);
  const closed = s.close({ drain: Infinity });
  await later(3000);
  expect([m.status, s.state]).toEqual(['sent', 'closing']);
  server.say({ t: 'stored', ch: 'a', n: 1, o: 1, copies: 1 });
  await later(10);
  expect(await closed).toBe(0);
  expect([m.status, await reply]).toEqual(['delivered', 'closed']);
});

test('nobody waits for room in a session that takes nothing any more', async () => {
  const server = simulate();
  server.stores = false;
  const { s } = open(server);
  await s.room();
  s.publish('a', 1);
  await later(10);
  const closed = s.close();
  const waiting = code(s.room());
  await later(6000);
  expect([await waiting, await code(s.room()), await closed]).toEqual(['closed', 'closed', 1]);
});

test('of numbers that no frame can say the nearest is taken', async () => {
  const server = simulate();
  const { s } = open(server, { window: { records: 0, bytes: Infinity } });
  await later(10);
  const most = 9e15;
  const cases: [SubscribeOptions, object][] = [
    [{}, { window: [512, 4e9] }],
    [{ window: { records: Infinity, bytes: -1 } }, { window: [4e9, 4e9] }],
    [{ window: { records: 1.5, bytes: Number.NaN } }, { window: [2, 4e9] }],
    [{ from: { last: Infinity } }, { at: 'last', last: most }],
    [{ from: { since: 1e12 + 0.5 } }, { at: 'time', since: 1e12 + 1 }],
    [{ from: { offset: Infinity } }, { at: 'position', o: most }],
    [{ from: { checkpoint: `${'1'.repeat(16)}@${'9'.repeat(16)}` } }, { at: 'position', o: most }],
  ];
  for (const [o, said] of cases) {
    const sub = s.subscribe('a', o);
    await later(1);
    expect(server.frames.at(-1)).toMatchObject(said);
    sub.close();
  }
  s.subscribe('a', { from: { last: -1 } });
  await later(1);
  expect(server.frames.at(-1)).not.toHaveProperty('last');
  await s.close();
});

test('a page that is slow with a window of 0 has the usual one', async () => {
  const server = simulate();
  const { s } = open(server);
  const sub = s.subscribe('a', { from: 'start', window: { records: 0 } });
  await later(10);
  const id = (server.frames[0] as { subs: { id: number }[] }).subs[0]!.id;
  server.say({ t: 'subscribed', id, ch: 'a', term: '2'.repeat(16), o: 0 });
  server.say(...[1, 2, 3, 4, 5].map(o => ({ t: 'record', ch: 'a', o, ts: 1, data: new Uint8Array([o]) }) as const));
  await later(10);
  expect([s.state, (await s.stats()).received]).toEqual(['open', 5]);
  sub.close();
  await s.close();
});
