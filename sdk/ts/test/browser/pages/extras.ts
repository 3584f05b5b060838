// A page with a GraphQL client and calls, and with the test double beside the browser's own WebSocket.
import { Calls } from '../../../src/calls.ts';
import { GraphQLClient, type GraphQLOptions } from '../../../src/graphql.ts';
import { ReliableWebSocket } from '../../../src/socket.ts';
import { type FakeConnection, FakeServer } from '../../../src/testing.ts';

/** What a client does in each scenario; what the server does goes by the path. */
const scenarios: Record<string, (ws: WebSocket) => void> = {
  'the server sends and closes': () => {},
  'the server cuts': ws => {
    ws.onopen = () => ws.send('cut');
  },
  'the client closes with a code': ws => {
    ws.onopen = () => {
      ws.send('x');
      ws.close(3001, 'enough');
    };
  },
  'the client closes without one': ws => {
    ws.onopen = () => {
      ws.close();
      ws.close();
    };
  },
  'the client closes before it is open': ws => ws.close(),
  'what is sent after closing': ws => {
    ws.onopen = () => {
      ws.close();
      ws.send('too late');
    };
  },
  'bytes come back': ws => {
    ws.binaryType = 'arraybuffer';
    ws.onopen = () => ws.send(new Uint8Array([1, 2, 3]));
  },
};

async function fakeServer(c: FakeConnection): Promise<void> {
  if (decodeURIComponent(c.url).endsWith('the server sends and closes')) {
    c.send('one');
    c.send('two');
    c.close(4000, 'done');
  }
  for await (const m of c.messages()) {
    if (m === 'cut') c.cut();
    if (typeof m === 'string') continue;
    c.send(m);
    c.close();
  }
}

/** Writes down all that a socket tells, until it is closed. */
function diary(ws: WebSocket, play: (ws: WebSocket) => void): Promise<string[]> {
  const told: string[] = [];
  return new Promise(resolve => {
    for (const type of ['open', 'message', 'error', 'close'] as const) {
      ws.addEventListener(type, e => {
        const { data = '', code = '', reason = '', wasClean = '' } = e as Partial<MessageEvent & CloseEvent>;
        const shown = data instanceof ArrayBuffer ? `<${new Uint8Array(data)}>` : data;
        told.push(
          [e.constructor.name, type, shown, code, reason, wasClean, ws.readyState, ws.protocol, ws.bufferedAmount].join(),
        );
        if (type === 'close') resolve(told);
      });
    }
    play(ws);
  });
}

const extras = {
  seen: [] as unknown[],
  scenarios: Object.keys(scenarios),
  real: (name: string, url: string) => diary(new WebSocket(`${url}/${encodeURIComponent(name)}`, ['chat']), scenarios[name]!),
  fake: (name: string) => {
    const { WebSocket: Fake } = new FakeServer({ serve: fakeServer });
    return diary(new Fake(`ws://example.test/${encodeURIComponent(name)}`, ['chat']), scenarios[name]!);
  },
  graphql(url: string, options: GraphQLOptions = {}) {
    extras.client = new GraphQLClient(url, {
      ...options,
      socket: { baseDelay: 20, maxDelay: 100, maxRetries: Infinity, breaker: 'off' },
    });
    return undefined; // what is returned goes through JSON
  },
  client: undefined as GraphQLClient | undefined,
  follow(query: string) {
    extras.client!.observe<{ ticks: number }>(
      { query },
      { next: r => extras.seen.push([r.data?.ticks, r.gap?.reconnects ?? 0]) },
    );
  },
  execute: (query: string) => extras.client!.execute({ query }, { repeat: 'again' }),
  async double(url: string, numbers: number): Promise<unknown> {
    const socket = new ReliableWebSocket(url, [], { baseDelay: 1, maxDelay: 10, maxRetries: Infinity, breaker: 'off' });
    const calls = new Calls(socket);
    const all = Array.from({ length: numbers }, (_, n) => calls.call<number>('double', n, { retries: 1000 }));
    const answers = await Promise.all(all);
    const stats = calls.stats();
    calls.close();
    socket.close();
    return { right: answers.filter((a, n) => a === 2 * n).length, repeated: stats.repeats > 0 };
  },
};
Object.assign(globalThis, { extras });
export type Extras = typeof extras;
