import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import WS, { type WebSocket, WebSocketServer } from 'ws';
import { bundle } from '../../../bundle.mjs';
import { WebSocketReconnect } from '../../../src/compat.ts';
import { atEnd, end, GraphQLServer, installed, Program } from '../programs.ts';

// The programs that are printed in the document run as they stand, with only the path of require changed, in a process of their own.

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-compat-'));
  await bundle(folder);
  // the document has one install ws; this one finds chat.example.com, where the program wants to, without DNS and TLS
  const ws = createRequire(import.meta.url).resolve('ws');
  await mkdir(join(folder, 'node_modules/ws'), { recursive: true });
  await writeFile(
    join(folder, 'node_modules/ws/index.js'),
    `const WebSocket = require(${JSON.stringify(ws)});
     module.exports = class extends WebSocket {
       constructor(url, ...rest) { super(String(url).replace('wss://chat.example.com', process.env.CHAT), ...rest); }
     };`,
  );
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(end);

/** The block of code in the document that has a class, ready to run, with an application behind it. */
async function program(name: string, application: string): Promise<string> {
  const doc = await readFile(new URL('testdata/websocket-reconnect.md', import.meta.url), 'utf8');
  const [block, ...more] = [...doc.matchAll(/```javascript\n(.*?)```/gs)]
    .map(m => m[1]!)
    .filter(b => b.includes(`class ${name}`));
  expect(more).toEqual([]);
  const path = "require('./scripts/websocket-reconnect.js')";
  expect(block!.split(path)).toHaveLength(2);
  const file = join(folder, `${name}.cjs`);
  await writeFile(file, block!.replace(path, "require('./cjs/compat.cjs')") + application);
  return file;
}

/** A chat server: it answers pings, greets, and tells everybody what anybody says. */
async function chatServer(
  port = 0,
): Promise<{ server: WebSocketServer; heard: Record<string, string>[]; port: number; cut(): void }> {
  const server = new WebSocketServer({ port, host: '127.0.0.1' });
  await once(server, 'listening');
  atEnd(() => new Promise(r => server.close(r)));
  const heard: Record<string, string>[] = [];
  const cut = () => {
    for (const c of server.clients) c.terminate();
  };
  atEnd(cut);
  server.on('connection', (ws: WebSocket, { url }) => {
    ws.on('message', data => {
      const m = JSON.parse(String(data)) as Record<string, string>;
      heard.push(m);
      if (m.type === 'ping') ws.send('{"type":"pong"}');
      if (m.type === 'online') ws.send(JSON.stringify({ type: 'system', content: `${m.userId} is online by ${url}` }));
      if (m.type === 'chat') for (const c of server.clients) c.send(JSON.stringify({ ...m, from: 'someone' }));
    });
  });
  return { server, heard, port: (server.address() as AddressInfo).port, cut };
}

const chatApplication = `
process.stdin.setEncoding('utf8').on('data', text => chat.sendMessage(text)).on('end', () => chat.disconnect());
`;

test('ChatClient goes on after its connection was cut, and after the server has restarted', async () => {
  const server = await chatServer();
  const chat = new Program(await program('ChatClient', chatApplication), [], folder, { CHAT: `ws://127.0.0.1:${server.port}` });
  const connected = (times: number) =>
    vi.waitUntil(() => chat.count('✅ Connected to chat server') === times, { timeout: 30_000 });
  const says = async (text: string) => {
    const from = chat.lines.length;
    chat.process.stdin!.write(text);
    await chat.says(`[someone]: ${text}`, from);
  };
  await connected(1);
  expect(chat.lines[0]).toBe('⚠️ Cannot send message: not connected'); // it is sent right behind connect()
  await chat.says('[System]: user123 is online by /socket?user=user123');
  await says('one');

  server.cut();
  await chat.says('❌ Disconnected from chat server');
  await chat.says('🔄 Reconnecting... Attempt 1/10');
  await connected(2);
  await says('two');

  await Promise.all([new Promise(r => server.server.close(r)), server.cut()]);
  await vi.waitUntil(() => chat.count('❌ Disconnected from chat server') >= 3, { timeout: 30_000 }); // an attempt has failed, too
  const again = await chatServer(server.port);
  await connected(3);
  await says('three');
  expect(server.heard.map(m => m.content ?? m.type)).toEqual(['online', 'one', 'online', 'two']);
  expect(again.heard.map(m => m.content ?? m.type)).toEqual(['online', 'three']);

  chat.process.stdin!.end();
  expect(await chat.gone).toBe(0); // nothing is left that would keep it alive
});

const graphqlApplication = `
const client = new GraphQLSubscriptionClient(process.argv[2], { baseDelay: 50, heartbeatInterval: 100, circuitBreaker: { failureThreshold: 1000 } });
const log = what => payload => console.log(what, JSON.stringify(payload));
const leave = client.subscribe('subscription { ticks }', {}, { onData: log('ticks'), onError: log('error'), onComplete: log('complete') });
client.ws.on('message', e => e.data.includes('"pong"') && console.log('pong'));
client.connect();
process.stdin.setEncoding('utf8').on('data', text => {
  if (text === 'leave') leave();
  else client.subscribe('subscription($to: Int!) { count(to: $to) }', { to: 2 }, { onData: log('count'), onError: log('error'), onComplete: log('complete') });
}).on('end', () => client.disconnect());
`;

describe('GraphQLSubscriptionClient', () => {
  test.skipIf(!installed)('goes on with the graphql-ws server, after that was killed', async () => {
    const server = await GraphQLServer.start('transport');
    const url = `ws://127.0.0.1:${server.port}`;
    const client = new Program(await program('GraphQLSubscriptionClient', graphqlApplication), [url], folder);
    await client.says('GraphQL connection acknowledged');
    await client.says('ticks {"data":{"ticks":3}}');
    client.process.stdin!.write('count');
    await client.says('count {"data":{"count":2}}');
    await client.says('complete undefined');

    await server.kill();
    const from = client.lines.length;
    const again = await GraphQLServer.start('transport', server.port);
    await client.says('ticks {"data":{"ticks":1}}', from);
    client.process.stdin!.write('leave');
    await again.says('ended ticks');
    await vi.waitUntil(() => client.count('pong') >= 3, { timeout: 30_000 }); // heartbeats do no harm
    client.process.stdin!.write('count');
    await client.says('count {"data":{"count":2}}', from);
    client.process.stdin!.end();
    expect(await client.gone).toBe(0);
    expect(client.count('✅ GraphQL WebSocket connected')).toBe(2);
    expect(client.lines.filter(l => l.startsWith('error'))).toEqual([]);
  });

  // The document offers the old name and uses the new words: there are servers that do the same.
  test('goes on with a server that speaks as it does', async () => {
    const server = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      handleProtocols: offered => offered.has('graphql-ws') && 'graphql-ws',
    });
    await once(server, 'listening');
    atEnd(() => new Promise(r => server.close(r)));
    const heard: string[][] = [];
    server.on('connection', ws => {
      const mine: string[] = [];
      heard.push(mine);
      atEnd(() => ws.terminate());
      ws.on('message', data => {
        const m = JSON.parse(String(data)) as { type: string; id: string };
        mine.push(m.type);
        if (m.type === 'connection_init') ws.send('{"type":"connection_ack"}');
        if (m.type === 'subscribe') ws.send(JSON.stringify({ type: 'next', id: m.id, payload: { data: heard.length } }));
        if (m.type === 'subscribe' && heard.length === 1) ws.terminate();
      });
    });
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = new Program(await program('GraphQLSubscriptionClient', graphqlApplication), [url], folder);
    await client.says('ticks {"data":2}');
    client.process.stdin!.write('leave');
    await vi.waitUntil(() => heard[1]!.includes('complete'), { timeout: 30_000 });
    expect(heard[0]).toEqual(['connection_init', 'subscribe']);
    expect(heard[1]!.slice(0, 2)).toEqual(['connection_init', 'subscribe']);
  });
});

// In Node 22 a program may not have ws; then the platform's own WebSocket gets the options.
test('websocketOptions reach the server, with ws and without', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  atEnd(() => new Promise(r => server.close(r)));
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asked = () => once(server, 'connection') as Promise<[WebSocket, { headers: Record<string, string> }]>;
  const options = { url, protocols: ['chat'], websocketOptions: { headers: { authorization: 'Bearer token123' } } };

  const withWs = asked();
  const ws = new WebSocketReconnect({ ...options, WebSocket: WS });
  await ws.connect();
  expect((await withWs)[1].headers).toMatchObject({ authorization: 'Bearer token123', 'sec-websocket-protocol': 'chat' });
  ws.close();

  const elsewhere = join(folder, 'elsewhere');
  await mkdir(elsewhere, { recursive: true });
  await rm(join(folder, 'node_modules'), { recursive: true });
  const program = `
    const { WebSocketReconnect } = require('../cjs/compat.cjs');
    const ws = new WebSocketReconnect(${JSON.stringify(options)});
    ws.on('open', () => ws.close());
    ws.connect();`;
  await writeFile(join(elsewhere, 'program.cjs'), program);
  const without = asked();
  const p = new Program(join(elsewhere, 'program.cjs'), [], elsewhere);
  expect((await without)[1].headers).toMatchObject({ authorization: 'Bearer token123', 'sec-websocket-protocol': 'chat' });
  expect(await p.gone).toBe(0);
});
