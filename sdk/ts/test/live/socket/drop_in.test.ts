// The same scenarios over reconnecting-websocket 4.4 and over ReliableWebSocket with its options, against a real server. What they tell, in
// which order and in which readyState, is the same, or the difference is on purpose: docs/reconnecting-websocket.md has a row for each.
// What they do by default, and when theirs fails for good, is in drop_in_defaults.test.ts.
import RWS from 'reconnecting-websocket';
import { describe, expect, test, vi } from 'vitest';
import { WebSocket as WS } from 'ws';
import { reconnectingWebSocket } from '../../../src/presets.ts';
import { ReliableWebSocket, type SocketEventMap } from '../../../src/socket.ts';
import { differs, type Make, next, ours, record, same, server, sockets, theirs, until } from './both.ts';
import { startServer } from './server.ts';

describe('events', () => {
  same(
    'open, message, close',
    async make => {
      const s = make(server.url, {}, 'one');
      const log = record(s);
      const before = [s.readyState, s.url, s.protocol, s.extensions, s.binaryType, s.retryCount];
      await next(s, 'open');
      const during = [s.readyState, s.url === server.url, s.protocol, s.extensions];
      (await server.connection()).send('hello');
      expect((await next(s, 'message')).data).toBe('hello');
      s.close(4001, 'bye');
      const closing = s.readyState;
      const { code, reason } = await next(s, 'close');
      return { before, during, closing, code, reason, log };
    },
    {
      before: [0, '', '', '', 'blob', 0],
      during: [1, true, 'one', ''],
      closing: 2,
      code: 4001,
      reason: 'bye',
      log: ['open 1', 'message 1', 'close 3 4001'],
    },
  );

  same(
    'the server goes away, the network is cut',
    async make => {
      const s = make();
      const log = record(s);
      await next(s, 'open');
      (await server.connection()).close(1012);
      await next(s, 'open');
      const retries = s.retryCount;
      (await server.connection()).terminate();
      await next(s, 'open');
      return { retries, log };
    },
    { retries: 1, log: ['open 1', 'close 3 1012', 'open 1', 'close 3 1006', 'open 1'] },
  );

  same(
    'on* goes before listeners, whichever was first; objects with handleEvent; removeEventListener',
    async make => {
      const log: string[] = [];
      const s = make();
      const gone = () => void log.push('gone');
      (s as RWS).addEventListener('open', gone);
      (s as RWS).addEventListener('open', () => void log.push('listener'));
      (s as RWS).addEventListener('open', { handleEvent: () => log.push('object') } as never);
      s.onopen = () => void log.push('onopen');
      (s as RWS).removeEventListener('open', gone);
      await next(s, 'open');
      return log;
    },
    ['onopen', 'listener', 'object'],
  );

  same(
    'each of the four goes to on* before listeners',
    async make => {
      const log: string[] = [];
      server.answer = 500;
      const s = make();
      for (const type of ['open', 'message', 'error', 'close'] as const) {
        (s as RWS).addEventListener(type, () => void log.push(type));
        (s as RWS)[`on${type}`] = () => void log.push(`on${type}`);
      }
      await next(s, 'error');
      server.answer = 'accept';
      await next(s, 'open');
      (await server.connection()).send('hello');
      await next(s, 'message');
      s.close();
      await next(s, 'close');
      const pairs = log.flatMap((name, i) => (name.startsWith('on') ? [[name, log[i + 1]].join()] : []));
      return [[...new Set(pairs)].sort(), log.length === 2 * pairs.length];
    },
    [['onclose,close', 'onerror,error', 'onmessage,message', 'onopen,open'], true],
  );

  differs(
    'addEventListener with once and signal',
    async make => {
      const log: string[] = [];
      const s = make();
      const left = new AbortController();
      const listen = s.addEventListener.bind(s) as EventTarget['addEventListener'];
      listen('open', () => void log.push('once'), { once: true });
      listen('open', () => void log.push('signal'), { signal: left.signal });
      await next(s, 'open');
      left.abort();
      (await server.connection()).terminate();
      await next(s, 'open');
      return log;
    },
    ['once', 'signal', 'once', 'signal'],
    ['once', 'signal'],
  );

  differs(
    'dispatchEvent calls listeners, ours on*, too',
    async make => {
      const log: string[] = [];
      const s = make(server.url, { startClosed: true });
      s.onopen = () => void log.push('onopen');
      (s as RWS).addEventListener('open', () => void log.push('listener'));
      (s as RWS).dispatchEvent(new Event('open') as never);
      return log;
    },
    ['listener'],
    ['onopen', 'listener'],
  );

  differs(
    'an attempt that is refused',
    async make => {
      server.answer = 500;
      const s = make();
      const log = record(s);
      await until(() => log.length >= 2);
      return log.slice(0, 2);
    },
    ['close 2 1000', 'error 2'],
    ['error 0', 'close 3 1006'],
  );

  differs(
    'a close that another attempt would not mend',
    async make => {
      const s = make();
      const log = record(s);
      await next(s, 'open');
      (await server.connection()).close(1008);
      await next(s, 'close');
      if (make === theirs) await until(() => server.requests.length > 1);
      else await new Promise(resolve => setTimeout(resolve, 100)); // nothing is to come
      return [log.slice(0, 2), server.requests.length];
    },
    [['open 1', 'close 3 1008'], 2],
    [['open 1', 'close 3 1008'], 1],
  );

  differs(
    'connectionTimeout',
    async make => {
      server.answer = 'silence';
      // over ws, theirs ends the process with an error that nobody can catch
      const s = make(server.url, { connectionTimeout: 50, WebSocket });
      const log = record(s);
      await until(() => log.length >= 2);
      return log.slice(0, 2);
    },
    ['close 2 1000', 'error 2'],
    ['error 0', 'close 3 1006'],
  );
});

describe('sending', () => {
  same(
    'before open: in order, before open is told',
    async make => {
      const s = make();
      s.onopen = () => s.send('c');
      s.send('a');
      s.send(new Uint8Array([1]));
      const { bufferedAmount } = s;
      const got = [await server.message(), await server.message(), await server.message()];
      return { bufferedAmount, got };
    },
    { bufferedAmount: 2, got: ['a', '<01>', 'c'] },
  );

  differs(
    'bytes that wait: ours are as they were when they were sent',
    async make => {
      const s = make();
      const bytes = new Uint8Array([1]);
      s.send(bytes);
      bytes[0] = 2;
      return server.message();
    },
    '<02>',
    '<01>',
  );

  same(
    'bufferedAmount: of text its length, while it waits here; then what the platform has',
    async make => {
      const s = make();
      s.send('ä'); // two bytes on the wire
      s.send(new Blob(['abc']));
      const { bufferedAmount } = s;
      await next(s, 'open');
      const peer = await server.connection();
      await until(() => s.bufferedAmount === 0);
      peer.pause();
      const large = new Uint8Array(1 << 20);
      let sent = 0;
      while (s.bufferedAmount < large.length) {
        s.send(large);
        await new Promise(resolve => setTimeout(resolve, sent++ && 20)); // what the kernel takes is written
      }
      const waits = s.bufferedAmount <= sent * (large.length + 14);
      peer.terminate();
      return [bufferedAmount, waits];
    },
    [4, true],
  );

  same(
    'maxEnqueuedMessages drops the newest',
    async make => {
      const s = make(server.url, { maxEnqueuedMessages: 2 });
      for (const m of ['a', 'b', 'c']) s.send(m);
      await next(s, 'open');
      s.send('d');
      return [await server.message(), await server.message(), await server.message()];
    },
    ['a', 'b', 'd'],
  );

  same(
    'after close: waits for a reconnect',
    async make => {
      const s = make();
      await next(s, 'open');
      s.close();
      await next(s, 'close');
      s.send('later');
      s.reconnect();
      return server.message();
    },
    'later',
  );
});

describe('attempts', () => {
  same(
    'minReconnectionDelay, reconnectionDelayGrowFactor, maxReconnectionDelay',
    async make => {
      server.answer = 500;
      make(server.url, { minReconnectionDelay: 40, reconnectionDelayGrowFactor: 2, maxReconnectionDelay: 100 });
      const at = server.times;
      await until(() => at.length > 4);
      return [40, 80, 100, 100].map((least, i) => at[i + 1]! - at[i]! > least - 2);
    },
    [true, true, true, true],
  );

  same(
    'maxRetries',
    async make => {
      server.answer = 500;
      const s = make(server.url, { maxRetries: 2 });
      await until(() => server.requests.length === 3);
      await new Promise(resolve => setTimeout(resolve, 100)); // nothing is to come
      return [server.requests.length, s.retryCount];
    },
    [3, 2],
  );

  differs(
    'reconnect after maxRetries',
    async make => {
      server.answer = 500;
      const s = make(server.url, { maxRetries: 0 });
      await next(s, 'close');
      server.answer = 'accept';
      s.reconnect();
      const opened = next(s, 'open').then(() => 'open');
      return Promise.race([opened, new Promise(resolve => setTimeout(resolve, make === theirs ? 100 : 30_000, 'nothing'))]);
    },
    'nothing',
    'open',
  );

  same(
    'minUptime',
    async make => {
      const s = make(server.url, { minUptime: 100 });
      await next(s, 'open');
      (await server.connection()).terminate();
      await next(s, 'open');
      const { retryCount } = s;
      await until(() => s.retryCount === 0);
      return retryCount;
    },
    1,
  );

  same(
    'a URL function is asked before each attempt, also a slow one',
    async make => {
      let n = 0;
      const s = make(async () => `${server.url}${++n}`);
      await next(s, 'open');
      (await server.connection()).terminate();
      await next(s, 'open');
      return [server.requests.map(r => r.url), s.url === `${server.url}2`];
    },
    [['/1', '/2'], true],
  );

  differs(
    'retryCount in a close listener',
    async make => {
      const s = make();
      await next(s, 'open');
      const counted = new Promise(resolve => {
        s.onclose = () => resolve(s.retryCount);
      });
      (await server.connection()).terminate();
      return counted;
    },
    1,
    0,
  );

  differs(
    'readyState while a later attempt waits for its URL',
    async make => {
      let n = 0;
      let answer = (_: string) => {};
      const s = make(() => (n++ ? new Promise(resolve => (answer = resolve)) : Promise.resolve(server.url)));
      await next(s, 'open');
      (await server.connection()).terminate();
      await next(s, 'close');
      const between = s.readyState;
      await until(() => n === 2);
      const { readyState } = s;
      answer(server.url);
      await next(s, 'open');
      return [between, readyState];
    },
    [3, 3],
    [3, 0],
  );

  same(
    'a URL function may be no promise',
    async make => {
      const s = make(() => server.url);
      await next(s, 'open');
      return s.url;
    },
    expect.stringMatching(/^ws:/),
  );

  test('ours takes a URL object', async () => {
    const s = new ReliableWebSocket(new URL(server.url), [], { WebSocket: WS });
    sockets.push(s);
    await next(s, 'open');
    expect(s.url).toBe(server.url);
  });

  same(
    'protocols: a list, offered in its order',
    async make => {
      const s = make(server.url, {}, ['two', 'one']);
      await next(s, 'open');
      return [server.requests[0]!.headers['sec-websocket-protocol'], s.protocol];
    },
    ['two,one', 'one'],
  );

  test('protocols: ours takes a function, asked before each attempt', async () => {
    let n = 0;
    const s = new ReliableWebSocket(server.url, async () => [`token-${++n}`, 'one'], { WebSocket: WS, baseDelay: 10 });
    sockets.push(s);
    (await server.connection()).terminate();
    await server.connection();
    expect(server.requests.map(r => r.headers['sec-websocket-protocol'])).toEqual(['token-1,one', 'token-2,one']);
  });

  test('what is no URL: theirs rejects where nobody can catch it; ours has failed', async () => {
    const s = ours('nowhere');
    const log = record(s);
    await next(s, 'close');
    expect([log, s.state]).toEqual([['error 0', 'close 3 1006'], 'failed']);
  });

  test('our defaults: 1 s, half longer or shorter, and five retries where nobody is there', async () => {
    server.answer = 500;
    const s = new ReliableWebSocket(server.url, undefined, { WebSocket: WS });
    sockets.push(s);
    const { delay, max, attempt } = await new Promise<SocketEventMap['retry']>(resolve => s.addEventListener('retry', resolve));
    expect([attempt, max]).toEqual([1, 5]);
    expect(delay >= 500 && delay <= 1500).toBe(true);
  });

  test('a URL function that fails: theirs rejects and hangs; ours makes another attempt', async () => {
    let n = 0;
    const s = ours(async () => {
      if (!n++) throw new Error('no token');
      return server.url;
    });
    const log = record(s);
    await next(s, 'open');
    expect(log).toEqual(['error 0', 'close 3 1006', 'open 1']);
  });
});

describe('close and reconnect', () => {
  same(
    'startClosed',
    async make => {
      const s = make(server.url, { startClosed: true });
      const state = s.readyState;
      s.send('early');
      await new Promise(resolve => setTimeout(resolve, 30)); // nothing is to come
      const { length } = server.requests;
      s.reconnect();
      return [state, length, await server.message()];
    },
    [3, 0, 'early'],
  );

  same(
    'close, then reconnect',
    async make => {
      const s = make();
      const log = record(s);
      await next(s, 'open');
      s.close();
      await next(s, 'close');
      s.close(); // does nothing
      s.reconnect();
      await next(s, 'open');
      return log;
    },
    ['open 1', 'close 3 1000', 'open 1'],
  );

  const closing = async (make: Make, code: number, reason: string) => {
    // the platform's, which refuses as browsers do
    const s = make(server.url, { WebSocket });
    await next(s, 'open');
    const told = new Promise(resolve =>
      server.connection().then(peer => peer.on('close', (n, text) => resolve([n, text.length]))),
    );
    s.close(code, reason);
    return told;
  };
  const throwing = (make: Make, code: number, reason: string) => closing(make, code, reason).catch(e => (e as Error).name);

  for (const code of [1001, 1006])
    differs(`close with ${code}`, make => throwing(make, code, 'bye'), 'InvalidAccessError', [1000, 3]);

  differs(
    'close with a reason of more than 123 bytes: ours keeps whole characters',
    make => throwing(make, 4000, 'ä'.repeat(100)),
    'SyntaxError',
    [4000, 122],
  );

  same('close with a reason of 123 bytes', make => closing(make, 4000, 'x'.repeat(123)), [4000, 123]);

  test('close: a server that does not finish the closing handshake is left after closeTimeout', async () => {
    const s = ours(server.url, { closeTimeout: 50 });
    await next(s, 'open');
    const peer = await server.connection();
    peer.pause(); // it does not read that it is to close
    const log = record(s);
    s.close(4000);
    await next(s, 'close');
    expect([log, s.state]).toEqual([['close 3 1006'], 'closed']);
  });

  same(
    'close while it waits for the next attempt: no more events',
    async make => {
      server.answer = 500;
      const s = make(server.url, { minReconnectionDelay: 400 });
      const log = record(s);
      await until(() => log.length === 2);
      s.close();
      await new Promise(resolve => setTimeout(resolve, 500)); // nothing is to come
      return [log.length, server.requests.length];
    },
    [2, 1],
  );

  differs(
    'close before there is a connection',
    async make => {
      const s = make();
      const log = record(s);
      s.close();
      await new Promise(resolve => setTimeout(resolve, 50)); // nothing more is to come
      return [s.readyState, log, server.requests.length];
    },
    [0, [], 0],
    [3, ['close 3 1006'], 0],
  );

  differs(
    'reconnect while open: close is told at once with the given code, then open',
    async make => {
      const s = make();
      await next(s, 'open');
      const log = record(s);
      const peer = await server.connection();
      const code = new Promise(resolve => peer.on('close', resolve));
      s.reconnect(4002, 'again');
      await next(s, 'open');
      return [log, await code];
    },
    [['close 2 4002', 'open 1'], 4002],
    [['close 3 4002', 'open 1'], 4002],
  );

  differs(
    'the server closes with 1000: theirs connects again, ours has ended',
    async make => {
      const s = make();
      (await server.connection()).close(1000);
      await next(s, 'close');
      if (make === theirs) await until(() => server.requests.length > 1);
      else await new Promise(resolve => setTimeout(resolve, 100)); // nothing is to come
      return server.requests.length;
    },
    2,
    1,
  );

  test('with the preset reconnectingWebSocket, ours connects again after 1000 and 1008, too', async () => {
    const s = ours(server.url, reconnectingWebSocket());
    s.addEventListener('retry', () => s.reconnect()); // its delay is seconds
    for (const code of [1000, 1008]) {
      (await server.connection()).close(code);
      await next(s, 'close');
      await next(s, 'open');
    }
  });

  test('with a strategy, ours connects again after 1000, too', async () => {
    const s = ours(server.url, { strategies: { closed: { retry: 'retry' } } });
    (await server.connection()).close(1000);
    await next(s, 'close');
    await next(s, 'open');
  });
});

describe('the rest', () => {
  same(
    'binaryType is kept over connections',
    async make => {
      const s = make();
      s.binaryType = 'arraybuffer';
      (await server.connection()).terminate();
      const peer = await server.connection();
      await next(s, 'open');
      peer.send(new Uint8Array([1]));
      return [(await next(s, 'message')).data instanceof ArrayBuffer, s.binaryType];
    },
    [true, 'arraybuffer'],
  );

  same(
    'url, protocol and extensions are those of the last connection',
    async make => {
      const other = await startServer(['one'], { perMessageDeflate: true });
      sockets.push({ close: () => void other.close() });
      const s = make(other.url, {}, 'one');
      const before = [s.url, s.protocol, s.extensions];
      await next(s, 'open');
      s.close();
      await next(s, 'close');
      return [before, s.url === other.url, s.protocol, s.extensions];
    },
    [['', '', ''], true, 'one', 'permessage-deflate'],
  );

  same(
    'the platform’s WebSocket is the default',
    async make => {
      const s = make(server.url, { WebSocket: undefined as never });
      await next(s, 'open');
      (await server.connection()).send('hello');
      const { data } = await next(s, 'message');
      return [data, server.requests[0]!.headers['user-agent']];
    },
    ['hello', expect.stringMatching(/undici|node/)],
  );

  test('constants', () => {
    const ready = ({ CONNECTING, OPEN, CLOSING, CLOSED }: Record<'CONNECTING' | 'OPEN' | 'CLOSING' | 'CLOSED', number>) => [
      CONNECTING,
      OPEN,
      CLOSING,
      CLOSED,
    ];
    for (const has of [
      RWS,
      ReliableWebSocket,
      WS,
      theirs(server.url, { startClosed: true }),
      ours(server.url, { startClosed: true }),
    ])
      expect(ready(has)).toEqual([0, 1, 2, 3]);
  });

  test('debug', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    try {
      const s = ours(server.url, { debug: true });
      await next(s, 'open');
      s.close();
      await next(s, 'close');
      expect(log).toHaveBeenCalledWith('Holdfast', 'open', undefined);
      log.mockClear();
      const lines: unknown[] = [];
      const given = ours(server.url, { debug: (...about) => void lines.push(about[1]) });
      await next(given, 'open');
      expect(lines).toContain('open');
      expect(log).not.toHaveBeenCalled();
    } finally {
      log.mockRestore();
    }
  });
});
