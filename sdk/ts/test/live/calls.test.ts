import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { Calls } from '../../src/calls.ts';
import { ReliableWebSocket } from '../../src/socket.ts';
import { atEnd, end } from './programs.ts';

afterEach(end);

/** A server that doubles numbers, some at once and some later, and cuts the connection behind every so many requests, before it answers. */
async function doubling(cutEvery: number) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  atEnd(() => new Promise(r => server.close(r)));
  const carriedOut = new Map<number, number>();
  let requests = 0;
  server.on('connection', ws => {
    atEnd(() => ws.terminate());
    ws.on('message', data => {
      const { id, params } = JSON.parse(String(data)) as { id: number; params: number };
      carriedOut.set(params, (carriedOut.get(params) ?? 0) + 1);
      const answer = () => ws.send(JSON.stringify({ id, result: 2 * params }), () => {});
      if (++requests % cutEvery === 0) ws.terminate();
      else if (requests % 3) answer();
      else setImmediate(answer);
    });
  });
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, carriedOut };
}

test('calls that may be repeated are all answered, whatever is cut', async () => {
  const { url, carriedOut } = await doubling(40);
  const socket = new ReliableWebSocket(url, [], { baseDelay: 1, maxDelay: 10, maxRetries: Infinity, breaker: 'off' });
  const calls = new Calls(socket);
  atEnd(() => {
    calls.close();
    socket.close();
  });
  const numbers = Array.from({ length: 500 }, (_, n) => n);
  // each cut ends all that are under way, so each call may need many attempts
  const answers = await Promise.all(numbers.map(n => calls.call<number>('double', n, { retries: 1000 })));
  expect(answers).toEqual(numbers.map(n => 2 * n));
  expect(calls.stats()).toMatchObject({ underWay: 0, calls: 500, cut: 0, timeouts: 0 });
  expect(calls.stats().repeats).toBeGreaterThan(0);
  expect(carriedOut.size).toBe(500);
});

test('calls that may not be repeated are carried out at most once, and say so when they were cut', async () => {
  const { url, carriedOut } = await doubling(10);
  const socket = new ReliableWebSocket(url, [], { baseDelay: 1, maxDelay: 10, maxRetries: Infinity, breaker: 'off' });
  const calls = new Calls(socket);
  atEnd(() => {
    calls.close();
    socket.close();
  });
  const ends = { answered: 0, disconnected: 0 };
  const one = (n: number) =>
    calls.call<number>('double', n).then(
      a => {
        expect(a).toBe(2 * n);
        ends.answered++;
      },
      e => {
        expect(e).toMatchObject({ codeName: 'disconnected' });
        ends.disconnected++;
      },
    );
  for (let n = 0; n < 200; n += 5) await Promise.all([0, 1, 2, 3, 4].map(i => one(n + i)));
  expect(ends.answered + ends.disconnected).toBe(200);
  expect(ends.answered).toBeGreaterThan(0);
  expect(ends.disconnected).toBeGreaterThan(0);
  expect([...carriedOut.values()].every(times => times === 1)).toBe(true);
});
