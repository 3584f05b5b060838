// A server in memory, for what is a matter of time: it says what a test has it say, over the real codec.
import { binary } from '../../../src/wire/binary.ts';
import type { ClientFrame, Frame, Publish, ServerFrame } from '../../../src/wire/frames.ts';

/** What a simulated server has heard and says. */
export interface Server {
  /** For the option of a session. */
  WebSocket: new (
    url: string,
    protocols?: string[],
  ) => WebSocket;
  /** All frames that came, in order, but pings; and how many messages they came in. */
  frames: ClientFrame[];
  messages: number;
  /** How many connections were asked for. */
  attempts: number;
  /** What happens to an attempt: it is refused, let hang, opened and greeted, or opened without a word. */
  mode: 'refuse' | 'hang' | 'greet' | 'mute';
  /** Whether publishes are answered, and pings. */
  stores: boolean;
  pongs: boolean;
  say(...f: ServerFrame[]): void;
  /** Ends the connection. */
  end(code: number): void;
}

/** Makes one. */
export const simulate = (): Server => {
  let current: Fake | undefined;
  let stored = 0;
  const server: Server = {
    WebSocket: undefined as never,
    frames: [],
    messages: 0,
    attempts: 0,
    mode: 'greet',
    stores: true,
    pongs: true,
    say: (...f) => current?.say(f),
    end: code => current?.end(code),
  };

  const hear = (ws: Fake, f: ClientFrame) => {
    if (f.t === 'ping') {
      if (server.pongs) ws.say([{ t: 'pong', id: f.id ?? 0 }]);
      return;
    }
    server.frames.push(f);
    if (f.t === 'hello' && server.mode === 'greet')
      ws.say([
        {
          t: 'welcome',
          session: f.session,
          mem: '1'.repeat(16),
          heartbeat: 30_000,
          max_in_flight: [4096, 1 << 22],
          clock: Date.now(),
        },
      ]);
    if (f.t === 'publish' && server.stores) ws.say([{ t: 'stored', ch: f.ch, n: (f as Publish).n, o: ++stored, copies: 1 }]);
  };

  class Fake {
    onopen?: () => void;
    onmessage?: (e: { data: ArrayBuffer }) => void;
    onclose?: (e: { code: number; reason: string }) => void;
    protocol = binary.subprotocol_;
    bufferedAmount = 0;
    readyState = 0;
    binaryType = '';
    constructor() {
      current = this;
      server.attempts++;
      const mode = server.mode;
      setTimeout(() => {
        if (mode === 'refuse') this.end(1006);
        else if (mode !== 'hang') {
          this.readyState = 1;
          this.onopen?.();
        }
      }, 1);
    }
    say(f: Frame[]) {
      const m = binary.encode_(f) as Uint8Array<ArrayBuffer>;
      setTimeout(() => this.onmessage?.({ data: m.slice().buffer }), 1);
    }
    send(m: Uint8Array) {
      server.messages++;
      binary.decode_(m, f => hear(this, f as ClientFrame));
    }
    end(code: number) {
      const f = this.onclose;
      this.close();
      f?.({ code, reason: '' });
    }
    close() {
      this.readyState = 3;
      delete this.onclose;
      delete this.onmessage;
      delete this.onopen;
      if (current === this) current = undefined;
    }
  }
  server.WebSocket = Fake as never;
  return server;
};
