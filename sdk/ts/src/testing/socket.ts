import type { FakeConnection, FakeData, FakeEnd } from './connection.ts';

const sizeOf = (data: FakeData) => (typeof data === 'string' ? new TextEncoder().encode(data).length : data.byteLength);

/** An event of the platform's class, where it has one. */
function eventOf(type: string, init: object = {}): Event {
  const Kind = { message: globalThis.MessageEvent, close: globalThis.CloseEvent }[type];
  if (Kind) return new Kind(type, init);
  return Object.defineProperties(new Event(type), Object.getOwnPropertyDescriptors(init));
}

const domError = (name: string, text: string) => new DOMException(text, name);

/** The client's end: a class with the browser's WebSocket interface. Everything that is told to it comes later, in order. */
export class FakeSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;
  readonly url: string;
  readonly extensions = '';
  binaryType: BinaryType = 'blob';
  protocol = '';
  readyState = 0;
  bufferedAmount = 0;
  onopen: ((e: Event) => unknown) | null = null;
  onmessage: ((e: Event) => unknown) | null = null;
  onerror: ((e: Event) => unknown) | null = null;
  onclose: ((e: Event) => unknown) | null = null;
  private readonly peer_: FakeConnection;
  private met_ = false; // it was open
  private finished_ = false; // its end is on its way
  private last_: Promise<void> = Promise.resolve(); // all that was sent has been made ready

  constructor(url: string | URL, protocols: string | string[], meet: (s: FakeSocket, protocols: string[]) => FakeConnection) {
    super();
    const to = new URL(url, globalThis.location?.href);
    to.protocol = to.protocol.replace('http', 'ws');
    if (!/^wss?:$/.test(to.protocol)) throw domError('SyntaxError', `${url}: the scheme must be ws, wss, http or https`);
    const offered = typeof protocols === 'string' ? [protocols] : [...protocols];
    if (new Set(offered).size < offered.length) throw domError('SyntaxError', 'a subprotocol is offered twice');
    this.url = to.href;
    this.peer_ = meet(this, offered);
  }

  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void {
    if (this.readyState === 0) throw domError('InvalidStateError', 'send: the socket is still connecting');
    const ready = copy(data);
    this.bufferedAmount += ready instanceof Blob ? ready.size : sizeOf(ready);
    if (this.readyState !== 1) return; // it grows, and nothing is sent, as in browsers
    this.last_ = this.last_.then(async () => this.peer_.take_(ready instanceof Blob ? await ready.arrayBuffer() : ready));
  }

  close(code?: number, reason = ''): void {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
      throw domError('InvalidAccessError', `close: ${code} is neither 1000 nor from 3000 to 4999`);
    }
    if (sizeOf(reason) > 123) throw domError('SyntaxError', 'close: the reason is over 123 bytes');
    if (this.readyState >= 2) return;
    const connecting = this.readyState === 0;
    this.readyState = 2;
    if (connecting) this.peer_.closing_(1006, '');
    else this.last_ = this.last_.then(() => this.peer_.closing_(code ?? 1005, reason));
  }

  /** The server has accepted. @internal */
  opened_(protocol: string): void {
    queueMicrotask(() => {
      if (this.readyState !== 0 || this.finished_) return;
      this.readyState = 1;
      this.met_ = true;
      this.protocol = protocol;
      this.tell_('open');
    });
  }

  /** A message of the server's. @internal */
  arrived_(data: FakeData): void {
    queueMicrotask(() => {
      if (this.readyState !== 1) return;
      const shown = typeof data === 'string' || this.binaryType === 'arraybuffer' ? data : new Blob([data]);
      this.tell_('message', { data: shown, origin: new URL(this.url).origin });
    });
  }

  /** The server has taken a message. @internal */
  written_(data: FakeData): void {
    this.bufferedAmount -= sizeOf(data);
  }

  /** The connection, or the attempt, is over. @internal */
  ended_(e: FakeEnd): void {
    if (this.finished_) return;
    this.finished_ = true;
    queueMicrotask(() => {
      this.readyState = 3;
      this.peer_.end_(e);
      if (!this.met_) this.tell_('error'); // browsers tell none of a connection that was cut
      this.tell_('close', e);
    });
  }

  private tell_(type: 'open' | 'message' | 'error' | 'close', init?: object): void {
    const event = eventOf(type, init);
    const on = this[`on${type}`];
    if (on) this.addEventListener(type, on.bind(this), { once: true });
    this.dispatchEvent(event);
  }
}

/** What is sent is as it was when it was sent. */
function copy(data: string | ArrayBufferLike | Blob | ArrayBufferView): string | ArrayBuffer | Blob {
  if (typeof data === 'string' || data instanceof Blob) return data;
  const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
  return bytes.slice().buffer as ArrayBuffer;
}
