import { type Pull, pull } from '../flow/pull.ts';
import { Canceled } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import { FakeConnection } from './connection.ts';
import { FakeSocket } from './socket.ts';

/**
 * What happens to attempts to connect:
 * - `accept`: they succeed.
 * - `refuse`: they fail, as if nobody listened.
 * - `hang`: they neither succeed nor fail, as behind a firewall that drops packets.
 * - `ask`: the test decides on each, with `FakeConnection.accept` and `refuse`.
 */
export type FakeMode = 'accept' | 'refuse' | 'hang' | 'ask';

/** Options of a {@link FakeServer}. */
export interface FakeServerOptions {
  /** Default `accept`. */
  mode?: FakeMode | undefined;
  /** Chooses one of the subprotocols that a client offers. Default: the first. */
  choose?: ((offered: readonly string[]) => string) | undefined;
  /** Talks with each connection that was accepted. If it fails while the connection is open, that is closed with 1011. Default: nobody does. */
  serve?: ((connection: FakeConnection) => unknown) | undefined;
}

/**
 * A WebSocket server in memory, for tests without a network. Its `WebSocket` takes the place of the browser's:
 *
 * ```ts
 * const server = new FakeServer();
 * const socket = new ReliableWebSocket('ws://example.test', [], { WebSocket: server.WebSocket });
 * const first = await server.connection();
 * socket.send('hello');
 * expect(await first.receive()).toBe('hello');
 * first.cut();
 * const second = await server.connection(); // it has connected again
 * ```
 *
 * Nothing happens within a call: what one side does, the other hears in a later microtask, in order, so that it works with fake timers. Order and
 * `readyState` are those of Chromium's WebSocket.
 */
export class FakeServer {
  /** Takes the place of the class `WebSocket`, as the option of that name or as `globalThis.WebSocket`. */
  readonly WebSocket: typeof WebSocket;
  /** What happens to attempts from now on. */
  mode: FakeMode;
  /** How many attempts there were. */
  attempts = 0;
  private readonly o_: FakeServerOptions;
  private readonly all_ = new Set<FakeConnection>();
  private readonly met_: FakeConnection[] = []; // that nobody has asked for
  private readonly askers_ = new Set<Pull<FakeConnection>>();

  constructor(options: FakeServerOptions = {}) {
    this.o_ = options;
    this.mode = options.mode ?? 'accept';
    const meet = (socket: FakeSocket, protocols: string[]) => this.meet_(socket, protocols);
    this.WebSocket = class WebSocket extends FakeSocket {
      constructor(url: string | URL, protocols: string | string[] = []) {
        super(url, protocols, meet);
      }
    } as unknown as typeof WebSocket;
  }

  /** The connections and attempts that have not ended, oldest first. */
  get connections(): FakeConnection[] {
    return [...this.all_];
  }

  /**
   * Resolves with the next connection that was accepted, or with mode `ask` the next attempt; each is given once, the oldest first. Errors:
   * `canceled` when `signal` ends first.
   */
  async connection(signal?: AbortSignal): Promise<FakeConnection> {
    const p: Pull<FakeConnection> = pull<FakeConnection>(
      () => (this.met_.length ? { value: this.met_.shift()! } : undefined),
      () => this.askers_.delete(p),
      signal,
    );
    if (!signal?.aborted) this.askers_.add(p);
    const r = await p.iterator_.next();
    await p.iterator_.return?.();
    if (r.done) throw new HoldfastError(Canceled, 'wait for a connection', 'the caller stopped waiting', signal?.reason);
    return r.value;
  }

  /** Cuts all connections and attempts. */
  cut(): void {
    for (const c of this.connections) c.cut();
  }

  private meet_(socket: FakeSocket, protocols: string[]): FakeConnection {
    const c = new FakeConnection(socket, protocols);
    this.attempts++;
    this.all_.add(c);
    void c.ended.then(() => this.all_.delete(c));
    const { mode } = this;
    if (mode === 'refuse') queueMicrotask(() => c.refuse());
    if (mode === 'accept') c.accept(protocols.length ? (this.o_.choose ?? (p => p[0]!))(protocols) : '');
    if (mode === 'accept') socket.addEventListener('open', () => void this.serve_(c), { once: true });
    if (mode === 'ask') this.offer_(c);
    return c;
  }

  private async serve_(c: FakeConnection): Promise<void> {
    this.offer_(c);
    try {
      await this.o_.serve?.(c);
    } catch (e) {
      c.close(1011, String(e instanceof Error ? e.message : e).slice(0, 40));
    }
  }

  private offer_(c: FakeConnection): void {
    this.met_.push(c);
    for (const p of [...this.askers_]) p.wake_();
  }
}
