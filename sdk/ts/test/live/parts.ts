// What tests in Node share: a proxy that cuts, and the harness that starts real servers.
import { connect, createServer, type Socket } from 'node:net';
import type { Owner } from '../browser/harness/owner.ts';

/** A TCP proxy in front of a server. */
export interface Proxy {
  /** Such as http://127.0.0.1:23456. */
  url: string;
  /** Resets all connections. */
  cut(): void;
  /** How many connections there were. */
  count(): number;
  /** Lets bytes through, or takes them and is silent. */
  pass: 'through' | 'nothing';
}

/** Starts one. */
export async function proxy(owner: Owner, port: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer(near => {
    count++;
    const far = connect(port, '127.0.0.1');
    for (const [a, b] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(a);
      a.on('data', bytes => void (self.pass === 'through' && b.write(bytes)));
      a.on('error', () => {});
      a.on('close', () => {
        sockets.delete(a);
        b.destroy();
      });
    }
  });
  await new Promise<void>(ok => server.listen(0, '127.0.0.1', ok));
  const self: Proxy = {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    cut() {
      for (const s of sockets) s.resetAndDestroy();
    },
    count: () => count,
    pass: 'through',
  };
  owner.own(() => {
    server.close();
    self.cut();
  });
  return self;
}
