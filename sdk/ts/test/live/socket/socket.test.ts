import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket as WS } from 'ws';
import { ReliableWebSocket, type SocketEventMap, type SocketOptions, type Value } from '../../../src/socket.ts';
import { startServer, type TestServer } from './server.ts';

let server: TestServer;
let sockets: ReliableWebSocket[];
beforeEach(async () => {
  server = await startServer(['two', 'one']);
  sockets = [];
});
afterEach(async () => {
  for (const s of sockets) s.close();
  await server.close();
});

/** A socket with short delays, closed at the end of the test. */
const open = (
  o: SocketOptions = {},
  url: Value<string | URL> = server.url,
  protocols?: Value<string | string[] | undefined>,
): ReliableWebSocket => {
  const s = new ReliableWebSocket(url, protocols, { baseDelay: 10, jitter: 0, ...o });
  sockets.push(s);
  return s;
};

/** Waits for the next event of a type. */
const next = <K extends keyof SocketEventMap>(s: ReliableWebSocket, type: K): Promise<SocketEventMap[K]> =>
  new Promise(resolve => s.addEventListener(type, resolve, { once: true }));

/** Writes down events, in order. */
const record = (s: ReliableWebSocket, ...types: (keyof SocketEventMap)[]) => {
  const log: string[] = [];
  for (const type of types) s.addEventListener(type, () => log.push(`${type} ${s.readyState} ${s.state}`));
  return log;
};

// The platform's WebSocket, and the package ws as for Node 20.
describe.each([
  ['the platform', {}],
  ['ws', { WebSocket: WS }],
])('over %s', (_, kind: SocketOptions) => {
  test('it is a WebSocket: opens, sends and receives text and bytes, closes', async () => {
    const s = open(kind, server.url, ['one', 'two']);
    expect([s.readyState, s.state, s.url, s.protocol]).toEqual([0, 'connecting', '', '']);
    s.binaryType = 'arraybuffer';
    await next(s, 'open');
    expect([s.readyState, s.url, s.protocol, s.extensions]).toEqual([1, server.url, 'two', '']);
    const peer = await server.connection();
    s.send('hello');
    s.send(new Uint8Array([1, 2]));
    s.send(new Uint8Array([9, 3, 4]).subarray(1));
    s.send(new Uint8Array([5]).buffer);
    s.send(new Blob(['6']));
    expect([
      await server.message(),
      await server.message(),
      await server.message(),
      await server.message(),
      await server.message(),
    ]).toEqual(['hello', '<0102>', '<0304>', '<05>', '<36>']);
    peer.send('text');
    expect((await next(s, 'message')).data).toBe('text');
    peer.send(new Uint8Array([7]));
    expect(new Uint8Array((await next(s, 'message')).data)).toEqual(new Uint8Array([7]));
    const closed = next(s, 'close');
    s.close(4001, 'done');
    expect([s.readyState, s.state]).toEqual([2, 'closing']);
    expect(await closed).toMatchObject({ code: 4001, reason: 'done', wasClean: true });
    expect([s.readyState, s.state, s.error]).toEqual([3, 'closed', undefined]);
  });

  test('what was sent before goes out in order, before open is told; a cut is followed by a new connection', async () => {
    const s = open(kind);
    const log = record(s, 'open', 'close', 'reconnected', 'retry');
    const bytes = new Uint8Array([1]);
    s.send('a');
    s.send(bytes);
    bytes[0] = 9; // it is copied
    s.onopen = () => s.send('c');
    expect(s.bufferedAmount).toBe(2);
    expect([await server.message(), await server.message(), await server.message()]).toEqual(['a', '<01>', 'c']);
    const closed = next(s, 'close');
    (await server.connection()).terminate();
    expect(await closed).toMatchObject({ code: 1006, wasClean: false, class: 'network' });
    s.send('d');
    expect(await server.message()).toBe('d');
    expect(await server.message()).toBe('c');
    expect(log).toEqual(['open 1 open', 'close 3 connecting', 'retry 3 connecting', 'open 1 open', 'reconnected 1 open']);
  });

  test('nobody there: each attempt tells error, then close, as a WebSocket does; then it has failed', async () => {
    await server.close();
    const s = open({ ...kind, maxRetries: 1 });
    const log = record(s, 'error', 'close', 'retry', 'statechange');
    await new Promise<void>(resolve => s.addEventListener('statechange', () => s.state === 'failed' && resolve()));
    expect(log).toEqual([
      'error 0 connecting',
      'close 3 connecting',
      'retry 3 connecting',
      'error 0 connecting',
      'close 3 connecting',
      'statechange 3 failed',
    ]);
    expect(s.error).toMatchObject({ code: 4362, codeName: 'retries_exhausted', op: 'connect' });
    expect(s.error!.message).toContain('2 attempts');
    server = await startServer();
    const elsewhere = open({ ...kind, maxRetries: 0 }, () => (elsewhere.error ? server.url : 'ws://127.0.0.1:1'));
    await next(elsewhere, 'close');
    expect(elsewhere.state).toBe('failed');
  });

  test('an attempt that hangs ends at connectTimeout', async () => {
    server.answer = 'silence';
    const s = open({ ...kind, connectTimeout: 300 });
    const error = await next(s, 'error');
    expect(error.error).toMatchObject({ codeName: 'timeout' });
    expect(await next(s, 'close')).toMatchObject({ code: 1006, class: 'timeout' });
    server.answer = 'accept';
    await next(s, 'open');
  });

  test('heartbeats of the application find out that nobody is there', async () => {
    const s = open({ ...kind, heartbeat: { mode: 'message', interval: 20, timeout: 1500, answers: 'hidden' } });
    const messages = record(s, 'message');
    expect(await server.message()).toBe('{"type":"ping"}');
    (await server.connection()).send('{"type":"pong"}');
    const { rtt, missed } = await next(s, 'heartbeat');
    expect(rtt).toBeGreaterThan(0);
    expect([missed, messages]).toEqual([0, []]);
    const lost = await next(s, 'error'); // the next one stays unanswered
    expect(lost.error).toMatchObject({ code: 4000, codeName: 'heartbeat_timeout' });
    await next(s, 'open');
  });
});

describe('what is asked before each attempt', () => {
  test('URL, subprotocols and what the class takes may be functions, also slow ones', async () => {
    let n = 0;
    const s = open(
      { WebSocket: WS, websocketOptions: () => ({ headers: { 'x-n': `${n}` } }) },
      async () => `${server.url}?n=${++n}`,
      () => [n % 2 ? 'one' : 'two'],
    );
    await next(s, 'open');
    expect([server.requests[0]!.url, server.requests[0]!.headers['x-n'], s.protocol]).toEqual(['/?n=1', '1', 'one']);
    (await server.connection()).terminate();
    await next(s, 'open');
    expect([server.requests[1]!.url, s.protocol]).toEqual(['/?n=2', 'two']);
  });

  test('a function that fails is a failed attempt', async () => {
    let n = 0;
    const s = open({}, () => {
      if (!n++) throw new Error('no token');
      return server.url;
    });
    expect((await next(s, 'error')).error).toMatchObject({ codeName: 'disconnected', cause: new Error('no token') });
    await next(s, 'open');
    expect(s.retryCount).toBe(1);
  });

  test('a function that never returns ends at connectTimeout, and is told so', async () => {
    let told = false;
    const s = open({ connectTimeout: 20, maxRetries: 0 }, signal => {
      signal.addEventListener('abort', () => {
        told = true;
      });
      return new Promise<string>(() => {});
    });
    await next(s, 'close');
    expect([s.state, told]).toEqual(['failed', true]);
  });

  test('what is no URL is not tried again', async () => {
    const s = open({}, 'no url');
    expect(await next(s, 'close')).toMatchObject({ class: 'policy' });
    expect([s.state, s.error?.codeName, s.retryCount]).toEqual(['failed', 'bad_argument', 0]);
  });
});

describe('setup', () => {
  test("comes before the queue and before open; what it does not take is the application's", async () => {
    const s = open({
      setup: async ({ ws, early, number }) => {
        ws.send(`token ${number}`);
        while (!early.length) await new Promise(resolve => ws.addEventListener('message', resolve, { once: true }));
        expect(early.shift()!.data).toBe('welcome');
      },
    });
    s.send('queued');
    const log = record(s, 'open', 'message');
    const peer = await server.connection();
    expect(await server.message()).toBe('token 1');
    expect(s.readyState).toBe(0);
    peer.send('welcome');
    peer.send('news');
    await next(s, 'message');
    expect(log).toEqual(['open 1 open', 'message 1 open']);
    expect(await server.message()).toBe('queued');
  });

  test('that fails is a failed attempt', async () => {
    const s = open({
      setup: ({ number }) => {
        if (s.retryCount === 0) throw new Error(`refused ${number}`);
      },
    });
    expect((await next(s, 'error')).message).toContain('refused 1');
    await next(s, 'open');
  });
});

describe('the queue', () => {
  test('refuses, or drops, what is too much', async () => {
    const refusing = open({ startClosed: true, queue: { maxMessages: 1 } });
    refusing.send('a');
    expect(() => refusing.send('b')).toThrow('1 messages wait (queue_full)');
    for (const [policy, kept] of [
      ['dropOldest', 'b'],
      ['dropNewest', 'a'],
    ] as const) {
      const s = open({ startClosed: true, queue: { maxBytes: 1, policy } });
      const dropped = next(s, 'discarded');
      s.send('a');
      s.send('b');
      expect(await dropped).toMatchObject({ why: 'dropped' });
      s.reconnect();
      expect(await server.message()).toBe(kept);
    }
  });

  test('takes one message however large, and drops no others in vain', async () => {
    for (const policy of ['refuse', 'dropOldest'] as const) {
      const s = open({ startClosed: true, queue: { maxBytes: 3, policy } });
      if (policy === 'dropOldest') s.send('a');
      s.send('large');
      s.reconnect();
      expect(await server.message()).toBe('large');
    }
  });

  test('drops what could not be sent in time', async () => {
    const s = open({ startClosed: true });
    const expired = next(s, 'discarded');
    s.send('late', { ttl: 1 });
    s.send('in time');
    await new Promise(resolve => setTimeout(resolve, 2));
    s.reconnect();
    expect(await server.message()).toBe('in time');
    expect(await expired).toMatchObject({ why: 'expired' });
  });
});

describe('kinds of failure', () => {
  test.each([
    [1000, 'closed', 'failed'],
    [1008, 'policy', 'failed'],
    [1012, 'server', 'connecting'],
    [4000, 'application', 'connecting'],
  ])('close code %i is %s, then it is %s', async (code, cls, state) => {
    const s = open({ baseDelay: 1e4 });
    (await server.connection()).close(code, 'why');
    expect(await next(s, 'close')).toMatchObject({ code, reason: 'why', wasClean: true, class: cls });
    expect(s.state).toBe(state);
    if (state === 'failed') expect(s.error?.code).toBe(code);
  });

  test('the application says what a code means, and what is done about a class', async () => {
    const s = open({ codes: { 4999: 'maintenance' }, strategies: { maintenance: { maxRetries: 7, baseDelay: 1e4 } } });
    (await server.connection()).close(4999);
    expect(await next(s, 'retry')).toMatchObject({ attempt: 1, max: 7, delay: 1e4 });
  });
});

describe('the circuit breaker', () => {
  test('opens after failures, blocks, and is closed by reconnect', async () => {
    server.answer = 503;
    const s = open({ breaker: { failureThreshold: 2 } });
    const changes = record(s, 'circuitchange');
    while (s.state !== 'blocked') await next(s, 'statechange');
    expect([s.breaker!.state, s.readyState, server.requests.length, changes.length]).toEqual(['open', 3, 2, 1]);
    server.answer = 'accept';
    s.reconnect();
    await next(s, 'open');
    expect(s.breaker!.state).toBe('closed');
  });
});

describe('cuts at random', () => {
  test('what arrives is in order and no more than once, and the last message does', async () => {
    const s = open({ minUptime: 1, breaker: 'off', maxRetries: Infinity });
    let over = false;
    const cutting = (async () => {
      while (!over) {
        const peer = await server.connection();
        await new Promise(resolve => setTimeout(resolve, Math.random() * 30));
        if (!over) peer.terminate();
      }
    })();
    for (let i = 1; i <= 500; i++) {
      s.send(`${i}`);
      if (i % 5 === 0) await new Promise(resolve => setTimeout(resolve, 2));
    }
    over = true;
    s.reconnect();
    await cutting;
    while (s.readyState !== 1) await new Promise(resolve => setTimeout(resolve, 1));
    s.send('last');
    const got: number[] = [];
    for (let m = await server.message(); m !== 'last'; m = await server.message()) got.push(Number(m));
    for (let i = 1; i < got.length; i++) expect(got[i]).toBeGreaterThan(got[i - 1]!);
    expect(got.length).toBeGreaterThan(50);
  });
});

describe('close and reconnect', () => {
  test('while waiting for the next attempt, close ends it without another close event', async () => {
    await server.close();
    const s = open({ baseDelay: 1e4 });
    await next(s, 'retry');
    const log = record(s, 'close', 'statechange');
    s.close();
    expect([s.state, s.readyState, log]).toEqual(['closed', 3, ['statechange 3 closed']]);
  });

  test('while connecting, close ends it, without an error', async () => {
    server.answer = 'silence';
    const s = open();
    const log = record(s, 'error', 'close');
    s.close();
    await next(s, 'close');
    expect(log).toEqual(['close 3 closed']);
    const later = open();
    while (server.requests.length < 1) await new Promise(resolve => setTimeout(resolve, 1));
    later.close();
    await next(later, 'close');
    expect(later.state).toBe('closed');
  });

  test('codes that browsers refuse are mapped, and a long reason is cut', async () => {
    const s = open();
    const peer = await server.connection();
    const closed = new Promise<[number, string]>(resolve => peer.on('close', (code, reason) => resolve([code, String(reason)])));
    await next(s, 'open');
    s.close(1006, 'ä'.repeat(100));
    expect(await closed).toEqual([1000, 'ä'.repeat(61)]);
  });

  test('a server that does not finish the closing handshake is left', async () => {
    const s = open({ closeTimeout: 30 });
    await next(s, 'open');
    (await server.connection()).pause();
    s.close();
    expect(await next(s, 'close')).toMatchObject({ code: 1006, wasClean: false });
    expect(s.state).toBe('closed');
  });

  test('a listener of close may close, or reconnect', async () => {
    const s = open();
    s.onclose = () => s.close();
    (await server.connection()).terminate();
    await next(s, 'close');
    expect(s.state).toBe('closed');
    s.onclose = null;
    s.reconnect();
    await next(s, 'open');
    s.addEventListener('close', () => s.reconnect(), { once: true });
    (await server.connection()).close(1000);
    await next(s, 'open');
    expect(s.retryCount).toBe(0);
  });
});
