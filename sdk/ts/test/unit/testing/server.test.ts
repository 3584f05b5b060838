import { expect, test } from 'vitest';
import { FakeServer } from '../../../src/testing.ts';

/** Writes down what a socket tells, and its readyState then. */
function diary(ws: WebSocket): string[] {
  const told: string[] = [];
  for (const type of ['open', 'message', 'error', 'close'] as const) {
    ws.addEventListener(type, e => {
      const about = e instanceof MessageEvent ? ` ${e.data}` : type === 'close' ? ` ${(e as CloseEvent).code}` : '';
      told.push(`${type}${about} @${ws.readyState}`);
    });
  }
  return told;
}

const closed = (ws: WebSocket) => new Promise(r => ws.addEventListener('close', r));

test('messages go both ways, in order', async () => {
  const server = new FakeServer();
  const ws = new server.WebSocket('http://example.test/a', ['a', 'b']);
  const told = diary(ws);
  expect([ws.readyState, ws.url]).toEqual([0, 'ws://example.test/a']);
  const c = await server.connection();
  expect([ws.protocol, c.protocols, c.url]).toEqual(['a', ['a', 'b'], ws.url]);
  ws.send('one');
  ws.send(new Uint8Array([1, 2]));
  ws.send(new Blob(['three']));
  ws.send('four');
  expect(ws.bufferedAmount).toBe(14);
  expect(await c.receive()).toBe('one');
  expect(await c.receive()).toEqual(new Uint8Array([1, 2]).buffer);
  expect(new TextDecoder().decode((await c.receive()) as ArrayBuffer)).toBe('three');
  expect(await c.receive()).toBe('four');
  expect(ws.bufferedAmount).toBe(0);
  c.send('five');
  c.send('six');
  c.close(4321, 'enough');
  expect(await closed(ws)).toMatchObject({ code: 4321, reason: 'enough', wasClean: true });
  expect(told).toEqual(['open @1', 'message five @1', 'message six @1', 'close 4321 @3']);
  expect(server.connections).toEqual([]);
});

test('a connection is cut, and an attempt refused', async () => {
  const server = new FakeServer();
  const ws = new server.WebSocket('ws://example.test');
  const told = diary(ws);
  const c = await server.connection();
  ws.send('last');
  c.cut();
  await closed(ws);
  expect(told).toEqual(['open @1', 'close 1006 @3']);
  expect(await c.ended).toEqual({ code: 1006, reason: '', wasClean: false });
  await expect(c.receive().then(() => c.receive())).rejects.toMatchObject({ codeName: 'disconnected' });

  server.mode = 'refuse';
  const again = new server.WebSocket('ws://example.test');
  const toldAgain = diary(again);
  await closed(again);
  expect(toldAgain).toEqual(['error @3', 'close 1006 @3']);
  expect(server.attempts).toBe(2);
});

test('the client closes', async () => {
  const server = new FakeServer();
  const ws = new server.WebSocket('ws://example.test');
  const c = await server.connection();
  ws.send('bye');
  ws.close(3000, 'gone');
  expect(ws.readyState).toBe(2);
  expect(await closed(ws)).toMatchObject({ code: 3000, wasClean: true });
  expect(await c.receive()).toBe('bye');
  expect(await c.ended).toMatchObject({ code: 3000, reason: 'gone' });
});

test('in a black hole nothing arrives, and nobody is told', async () => {
  const server = new FakeServer();
  const ws = new server.WebSocket('ws://example.test');
  const told = diary(ws);
  const c = await server.connection();
  c.blackHole();
  ws.send('anybody?');
  c.send('somebody');
  c.close();
  ws.close();
  for (let i = 0; i < 20; i++) await Promise.resolve();
  expect(told).toEqual(['open @1']);
  expect([ws.readyState, ws.bufferedAmount]).toEqual([2, 8]);
  c.cut();
  await closed(ws);
  expect(told).toEqual(['open @1', 'close 1006 @3']);
});

test('what is held waits in the client', async () => {
  const server = new FakeServer();
  const ws = new server.WebSocket('ws://example.test');
  const c = await server.connection();
  c.hold();
  ws.send('x'.repeat(1000));
  for (let i = 0; i < 5; i++) await Promise.resolve();
  expect(ws.bufferedAmount).toBe(1000);
  c.release();
  expect(await c.receive()).toHaveLength(1000);
  expect(ws.bufferedAmount).toBe(0);
});

test('the test decides on attempts', async () => {
  const server = new FakeServer({ mode: 'ask' });
  const first = new server.WebSocket('ws://example.test', 'chat');
  (await server.connection()).refuse();
  expect(await closed(first)).toMatchObject({ code: 1006 });
  const second = new server.WebSocket('ws://example.test', 'chat');
  const c = await server.connection();
  expect([c.open, second.readyState]).toEqual([false, 0]);
  c.accept('chat');
  await new Promise(r => second.addEventListener('open', r));
  expect([c.open, second.protocol]).toEqual([true, 'chat']);
  server.mode = 'hang';
  const third = new server.WebSocket('ws://example.test');
  expect(server.connections).toHaveLength(2);
  third.close();
  expect(await closed(third)).toMatchObject({ code: 1006 });
});

test('the server talks by itself', async () => {
  const server = new FakeServer({
    serve: async c => {
      for await (const m of c.messages()) {
        if (m === 'fail') throw new Error('as it was told');
        c.send(`${m}!`);
      }
    },
  });
  const ws = new server.WebSocket('ws://example.test');
  const told = diary(ws);
  ws.onopen = () => {
    ws.send('one');
    ws.send('fail');
  };
  expect(await closed(ws)).toMatchObject({ code: 1011, reason: 'as it was told' });
  expect(told).toEqual(['open @1', 'message one! @1', 'close 1011 @3']);
});

test('waiting can be given up', async () => {
  const server = new FakeServer();
  const given = new AbortController();
  const waiting = server.connection(given.signal);
  given.abort(new Error('enough'));
  await expect(waiting).rejects.toMatchObject({ codeName: 'canceled' });
  new server.WebSocket('ws://example.test');
  const c = await server.connection();
  const receiving = c.receive(AbortSignal.abort(new Error('enough')));
  await expect(receiving).rejects.toThrow('enough');
});

test('what a browser refuses is refused', () => {
  const { WebSocket: Fake } = new FakeServer();
  expect(() => new Fake('ftp://example.test')).toThrow('scheme');
  expect(() => new Fake('ws://example.test', ['a', 'a'])).toThrow('twice');
  const ws = new Fake('ws://example.test');
  expect(() => ws.send('early')).toThrow(expect.objectContaining({ name: 'InvalidStateError' }));
  expect(() => ws.close(1001)).toThrow(expect.objectContaining({ name: 'InvalidAccessError' }));
  expect(() => ws.close(1000, 'x'.repeat(124))).toThrow(expect.objectContaining({ name: 'SyntaxError' }));
});
