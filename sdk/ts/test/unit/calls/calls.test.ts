import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CallError, Calls, type CallsOptions, jsonCalls } from '../../../src/calls.ts';
import { ReliableWebSocket } from '../../../src/socket.ts';
import { type FakeConnection, FakeServer } from '../../../src/testing.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Request {
  id: number;
  method: string;
  params: unknown;
}

/** What a server has heard, by method, and what it says. */
function answering() {
  const heard: Record<string, number> = {};
  const late: string[] = [];
  const serve = async (c: FakeConnection) => {
    for await (const m of c.messages()) {
      const { id, method, params } = JSON.parse(m as string) as Request;
      heard[method] = (heard[method] ?? 0) + 1;
      const answer = JSON.stringify({ id, result: params });
      if (method === 'echo') c.send(answer);
      else if (method === 'news') [JSON.stringify({ event: 'news' }), answer].map(t => c.send(t));
      else if (method === 'twice') [answer, answer].map(t => c.send(t));
      else if (method === 'fail') c.send(JSON.stringify({ id, error: { code: -32601, message: 'no such method', data: [1] } }));
      else if (method === 'later' && late.push(answer) === 3) [2, 0, 1].map(i => c.send(late[i]!));
      else if (method === 'cut') {
        if (heard.cut! > 1) c.send(answer);
        else c.cut();
      }
    }
  };
  return { heard, serve };
}

/** Calls over a socket that connects again. */
function over(options: CallsOptions = {}) {
  const { heard, serve } = answering();
  const server = new FakeServer({ serve });
  const socket = new ReliableWebSocket('ws://example.test', [], {
    WebSocket: server.WebSocket,
    heartbeat: 'off',
    baseDelay: 100,
    jitter: 0,
  });
  return { heard, server, socket, calls: new Calls(socket, options) };
}

/** Has what is under way happen, also what waits for timers up to so many ms. */
const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

test('each gets its answer, in whatever order they come', async () => {
  const { calls } = over({ codec: jsonCalls({ version: '2.0' }) });
  expect(await Promise.all([1, 2, 3].map(n => calls.call('later', n)))).toEqual([1, 2, 3]);
});

test('a call waits for the connection, and a thousand go at a time', async () => {
  const { calls } = over();
  const all = Array.from({ length: 1000 }, (_, n) => calls.call<number>('echo', n));
  await expect(calls.call('echo')).rejects.toMatchObject({ codeName: 'at_capacity', op: 'call echo' });
  expect(await Promise.all(all)).toEqual(all.map((_, n) => n));
  expect(calls.stats()).toMatchObject({ underWay: 0, calls: 1000 });
});

describe('a call fails', () => {
  test('with the error of the server', async () => {
    const { calls } = over();
    const error: unknown = await calls.call('fail').catch((e: unknown) => e);
    expect(error).toMatchObject({
      codeName: 'call_failed',
      message: 'call fail: the server answered with an error: no such method (-32601) (call_failed)',
    });
    expect((error as Error).cause).toEqual(new CallError('no such method', -32601, [1]));
  });

  test('when there is no answer in time, whether it was sent or not', async () => {
    const { calls, server, heard } = over({ timeout: 1000 });
    const sent = expect(calls.call('silence')).rejects.toMatchObject({ codeName: 'timeout' });
    const sooner = expect(calls.call('silence', 1, { timeout: 100 })).rejects.toMatchObject({ codeName: 'timeout' });
    await pass(100);
    await sooner;
    expect(calls.stats()).toMatchObject({ underWay: 1, timeouts: 1 });
    await pass(900);
    await sent;
    server.mode = 'hang';
    server.cut();
    await pass();
    const waits = expect(calls.call('later')).rejects.toMatchObject({ codeName: 'timeout' });
    await pass(1000);
    await waits;
    server.mode = 'accept';
    server.cut();
    await pass(1000);
    expect(heard).toEqual({ silence: 2 }); // what has failed is not carried out later
  });

  test('when nobody waits for it any more', async () => {
    const { calls } = over();
    const given = new AbortController();
    const waits = calls.call('silence', 1, { signal: given.signal });
    given.abort('enough');
    await expect(waits).rejects.toMatchObject({ codeName: 'canceled', cause: 'enough' });
    await expect(calls.call('echo', 1, { signal: given.signal })).rejects.toMatchObject({ codeName: 'canceled' });
    expect(calls.stats().underWay).toBe(0);
  });

  test('when the connection ends before the answer', async () => {
    const { calls, heard } = over();
    await expect(calls.call('cut', 1)).rejects.toMatchObject({ codeName: 'disconnected' });
    await pass(1000);
    expect(heard).toEqual({ cut: 1 });
    expect(calls.stats().cut).toBe(1);
  });

  test('when the socket or the calls are closed', async () => {
    const { calls, socket } = over();
    const under = expect(calls.call('silence')).rejects.toMatchObject({ codeName: 'closed' });
    calls.close();
    calls.close();
    await under;
    await expect(calls.call('echo')).rejects.toMatchObject({ codeName: 'closed' });
    const others = new Calls(socket);
    socket.close();
    await pass(10_000);
    await expect(others.call('echo')).rejects.toMatchObject({ codeName: 'closed' });
  });
});

describe('a call is sent again', () => {
  test('when it may be, after the connection has ended', async () => {
    const { calls, heard } = over();
    const answer = calls.call('cut', 7, { idempotent: true });
    await pass(1000);
    expect(await answer).toBe(7);
    expect(heard).toEqual({ cut: 2 });
    expect(calls.stats()).toMatchObject({ repeats: 1, cut: 0 });
  });

  test('as often as it may be', async () => {
    const { calls, server, heard } = over({ timeout: 0 });
    const failed = expect(calls.call('silence', 1, { retries: 2 })).rejects.toMatchObject({ codeName: 'disconnected' });
    for (let i = 0; i < 3; i++) {
      await pass(1000);
      server.cut();
    }
    await failed;
    expect(heard).toEqual({ silence: 3 });
  });

  test('on the same connection, when patience ends', async () => {
    const { calls, heard } = over({ patience: 100, retries: 2, timeout: 1000 });
    const failed = expect(calls.call('silence', 1, { idempotent: true })).rejects.toMatchObject({ codeName: 'timeout' });
    await pass(1000);
    await failed;
    expect(heard).toEqual({ silence: 3 });
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1); // the socket's own
  });

  test('not when it was never sent', async () => {
    const { calls, server, heard } = over();
    server.mode = 'refuse';
    const answer = calls.call('echo', 1);
    await pass(150);
    server.mode = 'accept';
    await pass(1000);
    expect(await answer).toBe(1);
    expect(heard).toEqual({ echo: 1 });
    expect(calls.stats().repeats).toBe(0);
  });
});

test('what is no answer can be taken, the newest first kept', async () => {
  const { calls } = over({ backlog: 2 });
  for (let i = 0; i < 3; i++) await calls.call('news');
  expect(calls.stats()).toMatchObject({ others: 3, dropped: 1 });
  await calls.call('twice', 5); // its second answer is another message
  await calls.call('echo');
  const got: unknown[] = [];
  for await (const m of calls.messages()) {
    got.push(m);
    if (got.length === 2) calls.close();
  }
  expect(got).toEqual(['{"event":"news"}', '{"id":4,"result":5}']);
});

test('a plain WebSocket will do, until it is closed', async () => {
  const { serve } = answering();
  const server = new FakeServer({ serve });
  const calls = new Calls(new server.WebSocket('ws://example.test'));
  expect(await calls.call('echo', 'hello')).toBe('hello');
  await expect(calls.call('cut', 1, { idempotent: true })).rejects.toMatchObject({ codeName: 'disconnected' });
  await expect(calls.call('echo')).rejects.toMatchObject({ codeName: 'closed' });
});

test.each<CallsOptions>([{ retries: -1 }, { patience: -1 }, { maxCalls: Number.NaN }, { backlog: -1 }])('%o is refused', o => {
  expect(() => new Calls(new new FakeServer().WebSocket('ws://example.test'), o)).toThrow('(bad_argument)');
});
