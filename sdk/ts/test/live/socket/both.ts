// One scenario over reconnecting-websocket 4.4 and over ReliableWebSocket, against a real server.
import RWS from 'reconnecting-websocket';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket as WS } from 'ws';
import { ReliableWebSocket, type SocketOptions } from '../../../src/socket.ts';
import { startServer, type TestServer } from './server.ts';

export type Url = string | (() => string | Promise<string>);
export interface Options {
  maxReconnectionDelay?: number;
  minReconnectionDelay?: number;
  reconnectionDelayGrowFactor?: number;
  minUptime?: number;
  connectionTimeout?: number;
  maxRetries?: number;
  maxEnqueuedMessages?: number;
  startClosed?: boolean;
  debug?: boolean;
  WebSocket?: typeof globalThis.WebSocket;
}

/** That of the test at hand. It speaks the subprotocol `one`. */
export let server: TestServer;
/** What is closed behind the test. */
export let sockets: { close(): void }[];
beforeEach(async () => {
  server = await startServer(['one']);
  sockets = [];
});
afterEach(async () => {
  for (const s of sockets) s.close();
  await server.close();
});

export const theirs = (url: Url = server.url, o: Options = {}, protocols?: string | string[]): RWS => {
  const s = new RWS(url as string, protocols, { WebSocket: WS, minReconnectionDelay: 10, ...o });
  sockets.push(s);
  return s;
};
export const ours = (url: Url = server.url, o: SocketOptions = {}, protocols?: string | string[]): ReliableWebSocket => {
  const s = new ReliableWebSocket(url, protocols, { WebSocket: WS, minReconnectionDelay: 10, jitter: 0, ...o });
  sockets.push(s);
  return s;
};
export type Make = (url?: Url, o?: Options, protocols?: string | string[]) => RWS | ReliableWebSocket;
export type Either = ReturnType<Make>;

export const next = (s: Either, type: 'open' | 'close' | 'error' | 'message') =>
  new Promise<Event & { data?: unknown; code?: number; reason?: string }>(resolve => {
    const f = (e: unknown) => {
      (s as RWS).removeEventListener(type, f);
      resolve(e as Event);
    };
    (s as RWS).addEventListener(type, f);
  });

/** Writes down what is told, with the readyState at that time and, of a close, its code. */
export const record = (s: Either) => {
  const log: string[] = [];
  for (const type of ['open', 'message', 'error', 'close'] as const)
    (s as RWS).addEventListener(type, (e: unknown) => {
      const { code } = e as { code?: number };
      log.push(`${type} ${s.readyState}${type === 'close' ? ` ${code}` : ''}`);
    });
  return log;
};

export const until = async (ready: () => boolean) => {
  while (!ready()) await new Promise(resolve => setTimeout(resolve, 2));
};

/** Runs a scenario over both, and expects the same. */
export const same = (name: string, scenario: (make: Make) => Promise<unknown>, want: unknown) =>
  test.each([
    ['theirs', theirs],
    ['ours', ours],
  ] as [string, Make][])(`${name}: %s`, async (_, make) => {
    expect(await scenario(make)).toEqual(want);
  });

/** Runs it over both, and expects what differs. */
export const differs = (name: string, scenario: (make: Make) => Promise<unknown>, their: unknown, our: unknown) => {
  test(`${name}: theirs`, async () => expect(await scenario(theirs)).toEqual(their));
  test(`${name}: ours`, async () => expect(await scenario(ours)).toEqual(our));
};
