import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';

/** A real server on a port of its own, whose connections tests can look at. */
export interface TestServer {
  url: string;
  /** Waits for the next connection that was not given out yet. */
  connection(): Promise<WebSocket>;
  /** Waits for the next message of any connection. */
  message(): Promise<string>;
  /** What upgrade requests are answered with: 'accept', an HTTP status, or 'silence'. */
  answer: 'accept' | 'silence' | number;
  /** How many upgrade requests there were. */
  requests: IncomingMessage[];
  /** When they came, by performance.now. */
  times: number[];
  close(): Promise<void>;
}

/** Hands values to whoever waits for them, in order. */
export const mailbox = <T>() => {
  const values: T[] = [];
  const waiting: ((v: T) => void)[] = [];
  return {
    put(v: T) {
      const next = waiting.shift();
      if (next) next(v);
      else values.push(v);
    },
    take: (): Promise<T> => (values.length ? Promise.resolve(values.shift()!) : new Promise(resolve => waiting.push(resolve))),
  };
};

export const startServer = async (protocols?: string[], options: ServerOptions = {}): Promise<TestServer> => {
  const http = createServer();
  const wss = new WebSocketServer({
    ...options,
    noServer: true,
    ...(protocols && { handleProtocols: offered => protocols.find(p => offered.has(p)) ?? false }),
  });
  const connections = mailbox<WebSocket>();
  const messages = mailbox<string>();
  const sockets = new Set<Duplex>();
  const server: TestServer = {
    url: '',
    connection: connections.take,
    message: messages.take,
    answer: 'accept',
    requests: [],
    times: [],
    close: () =>
      new Promise(resolve => {
        for (const c of wss.clients) c.terminate();
        for (const s of sockets) s.destroy();
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  http.on('upgrade', (request, socket, head) => {
    server.requests.push(request);
    server.times.push(performance.now());
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    if (typeof server.answer === 'number') socket.end(`HTTP/1.1 ${server.answer} No\r\nContent-Length: 0\r\n\r\n`);
    else if (server.answer === 'accept')
      wss.handleUpgrade(request, socket, head, ws => {
        ws.on('message', (data, binary) => messages.put(binary ? `<${(data as Buffer).toString('hex')}>` : String(data)));
        connections.put(ws);
      });
  });
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve));
  server.url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/`;
  return server;
};
