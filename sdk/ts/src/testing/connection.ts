import { type Pull, pull } from '../flow/pull.ts';
import { Disconnected } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import type { FakeSocket } from './socket.ts';

/** What a message is: a text, or bytes. */
export type FakeData = string | ArrayBuffer;

/** How a connection ended, as the client hears it. */
export interface FakeEnd {
  code: number;
  reason: string;
  wasClean: boolean;
}

/** How many messages of one connection may wait to be received; more end it. */
const backlog = 100_000;

/** The server's end of a connection, or of an attempt to make one. */
export class FakeConnection {
  /** Where the client wants to. */
  readonly url: string;
  /** The subprotocols that it offers. */
  readonly protocols: readonly string[];
  /** Resolves when the connection has ended, or the attempt has failed. */
  readonly ended: Promise<FakeEnd>;
  private readonly s_: FakeSocket;
  private readonly unread_: FakeData[] = [];
  private readonly readers_ = new Set<Pull<FakeData>>();
  private over_ = false;
  private gone_ = false;
  private held_: FakeData[] | undefined; // not taken from the client, while held
  private resolve_!: (e: FakeEnd) => void;

  /** @internal */
  constructor(socket: FakeSocket, protocols: readonly string[]) {
    this.s_ = socket;
    this.url = socket.url;
    this.protocols = protocols;
    this.ended = new Promise(r => {
      this.resolve_ = r;
    });
  }

  /** Whether messages can go through: it was accepted, and has not ended. */
  get open(): boolean {
    return this.s_.readyState === 1;
  }

  /** Accepts an attempt. `protocol` is the chosen subprotocol; default: the first of those offered. */
  accept(protocol: string = this.protocols[0] ?? ''): void {
    this.s_.opened_(protocol);
  }

  /** Refuses an attempt, as a server that answers with an HTTP status or not at all: a browser's client hears of 1006 and nothing else. */
  refuse(): void {
    this.cut();
  }

  /** Sends a message. Nothing happens if the connection has ended. */
  send(data: FakeData): void {
    if (!this.gone_) this.s_.arrived_(data);
  }

  /**
   * Resolves with the client's next message. Errors: `disconnected` if the connection ended before one came, and `signal.reason` if that was
   * aborted.
   */
  async receive(signal?: AbortSignal): Promise<FakeData> {
    const all = this.messages(signal);
    const r = await all.next();
    await all.return?.();
    if (!r.done) return r.value;
    signal?.throwIfAborted();
    throw new HoldfastError(Disconnected, 'receive', 'the connection has ended');
  }

  /** Yields the client's messages, until the connection or `signal` ends. Each message goes to one reader. */
  messages(signal?: AbortSignal): AsyncIterableIterator<FakeData, undefined> {
    const p: Pull<FakeData> = pull<FakeData>(
      () => {
        if (this.unread_.length) return { value: this.unread_.shift()! };
        return this.over_ ? { done: true, value: undefined } : undefined;
      },
      () => this.readers_.delete(p),
      signal,
    );
    if (!signal?.aborted) this.readers_.add(p);
    return p.iterator_;
  }

  /** Closes it as a server does: the client has received everything before, and hears the code and the reason. */
  close(code = 1000, reason = ''): void {
    if (!this.gone_) this.s_.ended_({ code, reason, wasClean: true });
  }

  /** Cuts it: the client hears of 1006. */
  cut(): void {
    this.s_.ended_({ code: 1006, reason: '', wasClean: false });
  }

  /** Has nothing go through any more, in either direction, and tells nobody, until `cut`. */
  blackHole(): void {
    this.gone_ = true;
  }

  /** Takes nothing more from the client, so that its `bufferedAmount` grows, until `release`. */
  hold(): void {
    this.held_ ??= [];
  }

  /** Takes what was held. */
  release(): void {
    const held = this.held_ ?? [];
    this.held_ = undefined;
    for (const data of held) this.take_(data);
  }

  /** A message of the client's. @internal */
  take_(data: FakeData): void {
    if (this.held_ || this.gone_) {
      this.held_?.push(data);
      return;
    }
    this.s_.written_(data);
    if (this.unread_.push(data) > backlog) this.close(1009, `${backlog} messages wait to be received`);
    this.wake_();
  }

  /** The client closes it. @internal */
  closing_(code: number, reason: string): void {
    if (!this.gone_) this.s_.ended_({ code, reason, wasClean: code !== 1006 });
  }

  /** @internal */
  end_(e: FakeEnd): void {
    this.over_ = true;
    this.resolve_(e);
    this.wake_();
  }

  private wake_(): void {
    for (const p of [...this.readers_]) p.wake_();
  }
}
