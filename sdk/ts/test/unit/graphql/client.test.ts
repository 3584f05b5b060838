import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { decode, GraphQLClient, GraphQLErrors, type GraphQLOptions, type SubscribeOptions } from '../../../src/graphql.ts';
import { type FakeConnection, FakeServer } from '../../../src/testing.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Message {
  id: string;
  type: string;
  payload: { query: string };
}

/** The server's end of one connection. */
class Peer {
  constructor(
    readonly c: FakeConnection,
    readonly n: number, // of the connection, from 1
  ) {}

  say(frame: object): void {
    this.c.send(JSON.stringify(frame));
  }

  next(id: string, data: unknown): void {
    this.say({ type: 'next', id, payload: { data } });
  }

  /** The next message of a type; others are left out. */
  async hear(type: string): Promise<Message> {
    for (;;) {
      const m = JSON.parse((await this.c.receive()) as string) as Message;
      if (m.type === type) return m;
    }
  }

  /** The handshake, and the first operation. */
  async ready(): Promise<Message> {
    await this.hear('connection_init');
    this.say({ type: 'connection_ack' });
    return this.hear('subscribe');
  }
}

/** A client, and a server that does on each connection what it is told. */
function script(play: (p: Peer) => unknown, options: GraphQLOptions = {}, protocol?: string) {
  let n = 0;
  const server = new FakeServer({
    choose: offered => protocol ?? offered[0]!,
    serve: c => Promise.resolve(play(new Peer(c, ++n))).catch(e => (c.open ? Promise.reject(e) : undefined)),
  });
  const socket = { WebSocket: server.WebSocket, baseDelay: 10, jitter: 0, ...options.socket };
  const client = new GraphQLClient('ws://example.test/graphql', { ...options, socket });
  return { server, client };
}

const ticks = { query: 'subscription ticks { ticks }', operationName: 'ticks' };
const hello = { query: '{ hello }' };

/** Writes down what a subscription yields, in short. */
async function follow(client: GraphQLClient, options?: SubscribeOptions): Promise<string> {
  const got: string[] = [];
  try {
    for await (const { data = '', gap } of client.subscribe(ticks, options)) {
      got.push(gap ? `${gap.reconnects},${gap.dropped}:${data}` : `${data}`);
    }
  } catch (e) {
    got.push((e as { codeName: string }).codeName);
  }
  return got.join(' ');
}

/** For the server: waits in the time that the test has pass. */
const sleep = (ms: number) => new Promise(r => setTimeout(r, ms));

const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

describe('gaps', () => {
  test.each([
    ['withNext', '1 1,0:2'],
    ['atOnce', '1 1,0: 2'],
  ] as const)('are told %s', async (gaps, want) => {
    const ids: string[] = [];
    const { client } = script(async p => {
      const { id } = await p.ready();
      ids.push(id);
      await sleep(1); // time for the gap to be told
      p.next(ids[0]!, 1); // on the second connection, that is one of the connection before
      await sleep(1);
      if (p.n === 1) return p.c.cut();
      p.next(id, 2);
      p.say({ type: 'complete', id });
    });
    const got = follow(client, { gaps });
    await pass(1000);
    expect(await got).toBe(want);
    expect(ids).toHaveLength(2);
    expect(ids[0]).not.toBe(ids[1]);
    expect(client.stats()).toEqual({ operations: 0, results: 2, dropped: 0, resubscribed: 1, strays: 1, unreadable: 0 });
  });

  test.each([
    ['dropOldest', '1 0,2:4 5', 2],
    ['end', '1 2 3 queue_full', 0],
  ] as const)('a slow loop, %s', async (slow, want, dropped) => {
    const { client } = script(async p => {
      const { id } = await p.ready();
      for (let n = 1; n <= 5; n++) p.next(id, n);
      p.say({ type: 'complete', id });
    });
    const it = client.subscribe(ticks, { slow, buffer: 2 });
    const first = it.next();
    await pass(); // all have come, and only the first was taken
    const got: string[] = [`${(await first).value?.data}`];
    const rest = async () => {
      for await (const { data, gap } of it) got.push(gap ? `${gap.reconnects},${gap.dropped}:${data}` : `${data}`);
    };
    await rest().catch((e: { codeName: string }) => got.push(e.codeName));
    expect(got.join(' ')).toBe(want);
    expect(client.stats().dropped).toBe(dropped);
  });
});

test('an observer hears the same, and can leave', async () => {
  const { client, server } = script(async p => {
    const { id } = await p.ready();
    p.next(id, 1);
    if (p.n === 2) {
      p.next(id, 2);
      p.say({ type: 'complete', id });
    }
  });
  const heard: string[] = [];
  const stop = client.observe<number>(ticks, {
    next: r => heard.push(`${r.gap?.reconnects ?? 0}:${r.data}`),
    complete: () => heard.push('complete'),
  });
  await pass();
  server.cut();
  await pass(1000);
  expect(heard).toEqual(['0:1', '1:1', '0:2', 'complete']);
  stop(); // too late to matter
  const given = new AbortController();
  client.observe(ticks, { next: () => expect.unreachable(), error: () => expect.unreachable() }, { signal: given.signal });
  await pass();
  const [c] = server.connections;
  given.abort();
  expect(JSON.parse((await c!.receive()) as string)).toMatchObject({ type: 'subscribe' });
  expect(JSON.parse((await c!.receive()) as string)).toEqual({ id: '3', type: 'complete' });
  expect(heard).toHaveLength(4);
});

test('what an observer throws ends nothing', async () => {
  const { client } = script(async p => {
    const { id } = await p.ready();
    p.next(id, 1);
    p.say({ type: 'complete', id });
  });
  const thrown = new Promise(r => process.once('uncaughtException', r));
  let complete = 0;
  client.observe(ticks, {
    next: () => {
      throw new Error('a mistake');
    },
    complete: () => complete++,
  });
  await pass();
  expect(await thrown).toMatchObject({ message: 'a mistake' });
  expect(complete).toBe(1);
});

test('leaving the loop tells the server', async () => {
  const left = vi.fn();
  const { client } = script(async p => {
    const { id } = await p.ready();
    p.next(id, 1);
    expect(await p.hear('complete')).toEqual({ id, type: 'complete' });
    left();
  });
  for await (const r of client.subscribe(ticks)) {
    expect(r.data).toBe(1);
    break;
  }
  await pass();
  expect(left).toHaveBeenCalledOnce();
  const never = client.subscribe(ticks);
  await never.return?.();
  expect(await never.next()).toEqual({ done: true, value: undefined });
  const given = new AbortController();
  given.abort();
  expect(await follow(client, { signal: given.signal })).toBe('');
  expect(client.stats().operations).toBe(0);
});

describe('the handshake', () => {
  test('is made once for each connection, with what init gives, and nothing goes before its ack', async () => {
    const heard: unknown[] = [];
    let tokens = 0;
    const { client, server } = script(
      async p => {
        heard.push(JSON.parse((await p.c.receive()) as string));
        p.say({ type: 'ping', payload: { n: p.n } });
        heard.push(JSON.parse((await p.c.receive()) as string));
        await sleep(100);
        expect(client.stats().operations).toBe(1);
        p.say({ type: 'connection_ack', payload: { you: p.n } });
        const { id } = await p.hear('subscribe');
        p.next(id, p.n);
        if (p.n === 2) p.say({ type: 'complete', id });
      },
      { init: async () => ({ token: ++tokens }) },
    );
    const got = follow(client);
    await pass(200);
    expect(client.ackPayload).toEqual({ you: 1 });
    server.cut();
    await pass(1000);
    expect(await got).toBe('1 1,0:2');
    expect(heard).toEqual([
      { type: 'connection_init', payload: { token: 1 } },
      { type: 'pong', payload: { n: 1 } },
      { type: 'connection_init', payload: { token: 2 } },
      { type: 'pong', payload: { n: 2 } },
    ]);
  });

  test.each<[what: string, play: (p: Peer) => unknown, protocol: string | undefined, codeName: string]>([
    ['something else', p => p.c.send('hello'), undefined, 'bad_frame'],
    ['a result before the ack', p => p.next('1', 1), undefined, 'unexpected_frame'],
    ['a refusal', p => p.say({ type: 'connection_error', payload: { message: 'no' } }), 'graphql-ws', 'unauthenticated'],
    ['another protocol', () => {}, 'soap', 'unsupported_protocol'],
  ])('ends for good with %s', async (_, play, protocol, codeName) => {
    const { client, server } = script(play, {}, protocol);
    const failed = expect(client.execute(hello)).rejects.toMatchObject({ codeName: 'closed', cause: expect.anything() });
    await pass(60_000);
    await failed;
    expect(client.socket.state).toBe('failed');
    expect(client.socket.error?.cause).toMatchObject({ codeName });
    expect(server.attempts).toBe(1);
    await expect(client.execute(hello)).rejects.toMatchObject({ codeName: 'closed' });
  });

  test('is bounded', async () => {
    const { client, server } = script(p => p.n === 2 && p.say({ type: 'connection_ack' }), { ackTimeout: 1000 });
    await pass(500);
    expect(server.attempts).toBe(1);
    await pass(2000);
    expect(client.socket.state).toBe('open');
    expect(server.attempts).toBe(2);
  });
});

describe('execute', () => {
  test('gives the result that the server completes', async () => {
    const { client } = script(async p => {
      const m = await p.ready();
      expect(m.payload).toEqual({ query: 'query B { hello }', operationName: 'B', variables: { n: 1 } });
      p.say({
        type: 'next',
        id: m.id,
        payload: { data: { hello: 'you' }, errors: [{ message: 'half', path: ['a', 0] }], extensions: { x: 1 } },
      });
      p.say({ type: 'complete', id: m.id });
    });
    const r = await client.execute<{ hello: string }>({ query: 'query B { hello }', operationName: 'B', variables: { n: 1 } });
    expect(r).toEqual({ data: { hello: 'you' }, errors: [{ message: 'half', path: ['a', 0] }], extensions: { x: 1 } });
    expect(() => decode(r)).toThrow(expect.objectContaining({ codeName: 'call_failed', cause: expect.any(GraphQLErrors) }));
  });

  test('fails with what the server has to say', async () => {
    const { client } = script(async p => {
      const { id } = await p.ready();
      p.say({ type: 'error', id, payload: [{ message: 'bad', locations: [{ line: 1, column: 9 }] }] });
      const { id: second } = await p.hear('subscribe');
      p.say({ type: 'complete', id: second });
      const { id: third } = await p.hear('subscribe');
      p.say({ type: 'next', id: third, payload: 'no result' });
    });
    await expect(client.execute(hello)).rejects.toThrow('refused the operation: bad (line 1, column 9)');
    await expect(client.execute(hello)).rejects.toThrow('without a result');
    await expect(client.execute(hello)).rejects.toMatchObject({ codeName: 'bad_payload' });
    expect(client.stats()).toMatchObject({ unreadable: 1, operations: 0 });
  });

  test('is sent once, unless it may be repeated', async () => {
    const heard: string[] = [];
    const { client } = script(async p => {
      heard.push((await p.ready()).payload.query);
      const { id, payload } = await p.hear('subscribe');
      heard.push(payload.query);
      if (p.n === 1) p.c.cut();
      else {
        p.next(id, 1);
        p.say({ type: 'complete', id });
      }
    });
    const once = expect(client.execute({ query: 'mutation { a }' })).rejects.toMatchObject({ codeName: 'disconnected' });
    const again = client.execute({ query: '{ b }' }, { repeat: 'again' });
    await pass(5);
    await once;
    const third = expect(client.execute({ query: '{ c }' })).resolves.toEqual({ data: 1 });
    await pass(1000);
    await third;
    expect(heard).toEqual(['mutation { a }', '{ b }', '{ b }', '{ c }']);
    client.close();
    await expect(again).rejects.toMatchObject({ codeName: 'closed' });
  });

  test('ends in time, or when nobody waits any more', async () => {
    const { client, server } = script(p => p.ready(), { timeout: 1000 });
    const late = expect(client.execute(hello)).rejects.toMatchObject({ codeName: 'timeout' });
    const given = new AbortController();
    const left = expect(client.execute(hello, { signal: given.signal })).rejects.toMatchObject({
      codeName: 'canceled',
      cause: 'enough',
    });
    await pass(100);
    given.abort('enough');
    await left;
    await pass(900);
    await late;
    const texts: string[] = [];
    for (let i = 0; i < 3; i++) texts.push((JSON.parse((await server.connections[0]!.receive()) as string) as Message).type);
    expect(texts).toEqual(['subscribe', 'complete', 'complete']);
    await expect(client.execute(hello, { signal: given.signal })).rejects.toMatchObject({ codeName: 'canceled' });
  });

  test('is refused where too many are under way', async () => {
    const { client } = script(p => p.ready(), { maxOperations: 1 });
    const first = expect(client.execute(hello)).rejects.toMatchObject({ codeName: 'closed' });
    await expect(client.execute(hello)).rejects.toMatchObject({ codeName: 'at_capacity' });
    client.close();
    client.close();
    await first;
    await expect(client.execute(hello)).rejects.toMatchObject({ codeName: 'closed' });
    await pass();
    expect(client.socket.state).toBe('closed');
  });
});

test('what the server cannot stand is not sent again', async () => {
  const { client, server } = script(async p => {
    const { payload } = await p.ready();
    if (payload.query === 'nonsense') p.c.close(4500, 'Syntax Error');
  });
  const failed = expect(client.subscribe({ query: 'nonsense' }).next()).rejects.toMatchObject({ codeName: 'call_failed' });
  await pass(1000);
  await failed;
  expect(server.attempts).toBe(2);
  expect(client.stats().resubscribed).toBe(0);
});

test('heartbeats are the ping of the protocol, and find a black hole', async () => {
  const { client, server } = script(
    async p => {
      await p.hear('connection_init');
      p.say({ type: 'connection_ack' });
      if (p.n > 1) return;
      await p.hear('ping');
      p.say({ type: 'pong' });
      p.c.blackHole();
    },
    { socket: { heartbeat: { interval: 1000, timeout: 500 } } },
  );
  await pass(1100);
  expect(client.stats().unreadable).toBe(0);
  expect([server.attempts, client.socket.state]).toEqual([1, 'open']);
  await pass(2000);
  expect([server.attempts, client.socket.state]).toEqual([2, 'open']);
});

test('the old protocol has words of its own, and no heartbeat in a browser', async () => {
  const heard: unknown[] = [];
  const { client, server } = script(
    async p => {
      for await (const m of p.c.messages()) {
        const f = JSON.parse(m as string) as Message;
        heard.push(f.type);
        if (f.type === 'connection_init') [{ type: 'ka' }, { type: 'connection_ack' }, { type: 'ka' }].map(k => p.say(k));
        if (f.type === 'start') p.say({ type: 'data', id: f.id, payload: { data: 1 } });
      }
    },
    { offer: 'both', socket: { heartbeat: { interval: 1000 } } },
    'graphql-ws',
  );
  for await (const r of client.subscribe(ticks)) {
    expect(r).toEqual({ data: 1 });
    await pass(10_000);
    break;
  }
  await pass();
  expect(heard).toEqual(['connection_init', 'start', 'stop']);
  expect(server.attempts).toBe(1);
});

test.each<GraphQLOptions>([{ ackTimeout: -1 }, { buffer: 0 }, { maxOperations: Number.NaN }])('%o is refused', o => {
  expect(() => new GraphQLClient('ws://example.test', o)).toThrow(`${Object.keys(o)[0]} is`);
});
