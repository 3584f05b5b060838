import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws';
import { FakeServer } from '../../src/testing.ts';

// What the test double tells a client is what a real server and this platform's WebSocket tell it.

let real: WebSocketServer;
beforeAll(async () => {
  real = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(real, 'listening');
});
afterAll(() => real.close());

interface Peer {
  send(text: string): void;
  close(code: number, reason: string): void;
  cut(): void;
}

type Scenario = (ws: WebSocket, server: () => Promise<Peer>) => void | Promise<void>;

async function tell(ws: WebSocket, server: () => Promise<Peer>, play: Scenario): Promise<string[]> {
  const told: string[] = [];
  for (const type of ['open', 'message', 'close'] as const) {
    ws.addEventListener(type, e => {
      const { data = '', code = '', reason = '', wasClean = '' } = e as Partial<MessageEvent & CloseEvent>;
      told.push([type, data, code, reason, wasClean, ws.readyState, ws.protocol, ws.bufferedAmount].join());
    });
  }
  const closed = new Promise(r => ws.addEventListener('close', r));
  await play(ws, server);
  await closed;
  return told;
}

const overReal = async (play: Scenario) => {
  const met = once(real, 'connection') as Promise<[ServerSocket]>;
  const ws = new WebSocket(`ws://127.0.0.1:${(real.address() as AddressInfo).port}`, ['chat']);
  const peer = async () => {
    const [s] = await met;
    return { send: (t: string) => s.send(t), close: (c: number, r: string) => s.close(c, r), cut: () => s.terminate() };
  };
  return tell(ws, peer, play);
};

const overFake = (play: Scenario) => {
  const fake = new FakeServer();
  return tell(new fake.WebSocket('ws://example.test', ['chat']), () => fake.connection(), play);
};

const opened = (ws: WebSocket) => new Promise(r => ws.addEventListener('open', r));

const scenarios: [string, Scenario][] = [
  [
    'the server sends and closes',
    async (_, server) => {
      const s = await server();
      s.send('one');
      s.send('two');
      s.close(4000, 'done');
    },
  ],
  [
    'the server cuts',
    async (ws, server) => {
      await opened(ws);
      (await server()).cut();
    },
  ],
  [
    'the client closes with a code',
    async ws => {
      await opened(ws);
      ws.send('x');
      ws.close(3001, 'enough');
    },
  ],
  [
    'the client closes without one',
    async ws => {
      await opened(ws);
      ws.close();
      ws.close();
    },
  ],
];

describe('the same as a real one', () => {
  test.each(scenarios)('%s', async (_, play) => {
    expect(await overFake(play)).toEqual(await overReal(play));
  });
});
