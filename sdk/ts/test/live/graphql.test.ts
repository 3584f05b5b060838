import { afterEach, describe, expect, test, vi } from 'vitest';
import WS from 'ws';
import { decode, GraphQLClient, type GraphQLOptions } from '../../src/graphql.ts';
import { atEnd, end, installed, GraphQLServer as Server } from './programs.ts';

// Against GraphQL servers of others (graphql-ws, and subscriptions-transport-ws), each in a process of its own.

afterEach(end);

function open(server: Server, options: GraphQLOptions = {}): GraphQLClient {
  const socket = { baseDelay: 20, maxDelay: 100, maxRetries: Infinity, breaker: 'off' as const, ...options.socket };
  const client = new GraphQLClient(`ws://127.0.0.1:${server.port}`, { ...options, socket });
  atEnd(() => client.close());
  return client;
}

const all = async <T>(of: AsyncIterable<{ data?: T | null }>) => {
  const got: (T | null | undefined)[] = [];
  for await (const r of of) got.push(r.data);
  return got;
};

const refused = { codeName: 'call_failed' };

describe.skipIf(!installed).each(['transport', 'legacy'] as const)('%s', protocol => {
  test('operations of all kinds', async () => {
    const server = await Server.start(protocol);
    const client = open(server);
    const query = 'query A { hello } query B($n: String) { hello(name: $n) }';
    expect(await client.execute({ query, operationName: 'B', variables: { n: 'you' } })).toEqual({
      data: { hello: 'hello you' },
    });
    for (const increment of [1, 2])
      expect(decode(await client.execute({ query: 'mutation { increment }' }))).toEqual({ increment });

    const half = await client.execute({ query: '{ hello boom }' });
    expect(half.data).toEqual({ hello: 'hello world', boom: null });
    expect(half.errors).toMatchObject([
      { message: 'boom', path: ['boom'], locations: [{ line: 1, column: 9 }], extensions: { code: 'BOOM' } },
    ]);
    await expect(client.execute({ query: '{ unknown }' }).then(decode)).rejects.toThrow('unknown');
    await expect(client.execute({ query: '{ unknown }' }).then(decode)).rejects.toMatchObject(refused);
    await expect(client.execute({ query: 'nonsense' }, { repeat: 'again' }).then(decode)).rejects.toMatchObject(refused);

    expect(await all(client.subscribe({ query: 'subscription { count(to: 3) }' }))).toEqual([
      { count: 1 },
      { count: 2 },
      { count: 3 },
    ]);
    await expect(all(client.subscribe({ query: 'subscription { broken }' }))).rejects.toThrow('the source broke');
    for await (const r of client.subscribe({ query: 'subscription { ticks }' })) {
      expect(r.gap).toBeUndefined();
      break;
    }
    await server.says('ended ticks');
    expect(client.stats()).toMatchObject({ operations: 0, unreadable: 0 });
  });

  // A process is killed and another one listens on its port, under new credentials.
  test('a subscription goes on in another server, and says where something is missing', async () => {
    const server = await Server.start(protocol);
    let inits = 0;
    const client = open(server, { timeout: 0, init: async () => ({ user: `me ${++inits}` }) });
    const seen: [n: number, gaps: number][] = [];
    const stop = client.observe<{ ticks: number }>(
      { query: 'subscription { ticks }' },
      { next: r => seen.push([r.data?.ticks ?? 0, r.gap?.reconnects ?? 0]), error: e => expect.unreachable(e.message) },
    );
    await vi.waitUntil(() => seen.length > 2, { timeout: 30_000 });
    const never = expect(client.execute({ query: '{ never }' })).rejects.toMatchObject({ codeName: 'disconnected' });
    await server.says('asked never');
    await server.kill();
    await never;
    const pid = client.execute<{ pid: number }>({ query: '{ pid }' });
    const before = seen.length;
    const again = await Server.start(protocol, server.port);
    expect(decode(await pid)).toEqual({ pid: again.pid });
    await vi.waitUntil(() => seen.length > before + 2, { timeout: 30_000 });
    stop();
    await again.says('ended ticks');
    expect(seen.slice(0, before).every(([n, gaps], i) => n === i + 1 && gaps === 0)).toBe(true);
    expect(seen.slice(before, before + 3)).toEqual([
      [1, 1],
      [2, 0],
      [3, 0],
    ]); // one gap, right where it is
    expect(client.stats().resubscribed).toBe(1);
    expect(inits).toBe(2);
    if (protocol === 'transport') expect(client.ackPayload).toEqual({ you: 'me 2' });
  });

  test('pings are answered, and do no harm', async () => {
    const server = await Server.start(protocol);
    for (const WebSocket of [globalThis.WebSocket, WS]) {
      const client = open(server, { socket: { WebSocket, heartbeat: { interval: 20, timeout: 10_000 } } });
      let beats = 0;
      let reconnects = 0;
      client.socket.addEventListener('close', () => reconnects++);
      client.socket.addEventListener('heartbeat', e => {
        if (e.missed === 0) beats++;
      });
      // legacy servers know no ping message, and a browser's WebSocket has no other
      const wants = protocol === 'legacy' && WebSocket !== WS ? 0 : 3;
      await vi.waitUntil(() => client.socket.state === 'open', { timeout: 30_000 });
      await vi.waitUntil(() => beats >= wants, { timeout: 30_000 });
      expect(decode(await client.execute({ query: '{ hello }' }))).toEqual({ hello: 'hello world' });
      expect(reconnects).toBe(0);
      client.close();
    }
  });
});

describe.skipIf(!installed)('what a server refuses ends the client with the class that the protocol gives to it', () => {
  const send = (text: string): GraphQLOptions => ({ socket: { setup: u => u.ws.send(text) } });
  test.each<[name: string, protocol: string, o: GraphQLOptions, code: number, cls: string]>([
    ['init refused', 'transport', { init: { deny: true } }, 4403, 'authentication'],
    ['init refused', 'legacy', { init: { deny: true } }, 1006, 'authentication'],
    ['two inits', 'transport', send('{"type":"connection_init"}'), 4429, 'protocol'],
    ['not a message', 'transport', send('nonsense'), 4400, 'protocol'],
    ['before init', 'transport', send('{"type":"subscribe","id":"1","payload":{"query":"{hello}"}}'), 4401, 'authentication'],
  ])('%s, %s', async (_, protocol, o, code, cls) => {
    const server = await Server.start(protocol);
    const client = open(server, { ...o, socket: { ...o.socket, maxRetries: 1 } });
    const closes: [number, string][] = [];
    client.socket.addEventListener('close', e => closes.push([e.code, e.class]));
    await expect(client.execute({ query: '{ hello }' })).rejects.toMatchObject({
      codeName: expect.stringMatching(/closed|disconnected/),
    });
    await vi.waitUntil(() => client.socket.state === 'failed', { timeout: 30_000 });
    expect(closes.at(-1)).toEqual([code, cls]);
  });
});
