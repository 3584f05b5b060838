// Large messages in pieces, so that others get through between them, for a server that puts them together again.
//
// A piece is a binary message: one byte 0xC4, one byte of flags (1: the last piece; 2: the whole is text, in UTF-8), four bytes with the number
// of the whole (big endian), then the bytes. Pieces of one whole come in order; other messages may come between them. A binary message that
// begins with 0xC4 itself is sent as a piece, however small.
import { type FlowOptions, type FlowSocket, flow } from './flow.ts';
import { MessageTooLarge } from './spec/codes_gen.ts';
import { HoldfastError } from './spec/error.ts';

/** What can be sent in pieces. */
export type ChunkData = string | ArrayBuffer | ArrayBufferView;

/** Options of those who send. */
export interface ChunkOptions extends FlowOptions {
  /** Bytes of a piece. Smaller messages are sent as they are. Default 64 KiB. */
  size?: number | undefined;
}

/** Options of those who receive. */
export interface JoinOptions {
  /** How many bytes of wholes that are not complete may be kept. Default 16 MiB. */
  maxBytes?: number | undefined;
}

const mark = 0xc4;
const isLast = 1;
const isText = 2;
const head = 6;

const bytesOf = (data: ChunkData): Uint8Array =>
  typeof data === 'string'
    ? new TextEncoder().encode(data)
    : ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data);

/** Gives the pieces of a message one by one; or the message itself, if it needs none. number is that of the whole, 0 to 2³² - 1. */
export function* split(data: ChunkData, number: number, size = 65_536): Generator<ChunkData> {
  const bytes = bytesOf(data);
  if (bytes.length <= size && (typeof data === 'string' || bytes[0] !== mark)) {
    yield data;
    return;
  }
  let at = 0;
  do {
    const part = bytes.subarray(at, at + size);
    at += size;
    const piece = new Uint8Array(head + part.length);
    piece[0] = mark;
    piece[1] = (at >= bytes.length ? isLast : 0) | (typeof data === 'string' ? isText : 0);
    new DataView(piece.buffer).setUint32(2, number);
    piece.set(part, head);
    yield piece;
  } while (at < bytes.length);
}

/** Puts pieces together. One for a connection. */
export const createJoiner = (o: JoinOptions = {}) => {
  const parts = new Map<number, Uint8Array[]>();
  let kept = 0;
  return {
    /**
     * Takes a message. Returns the whole that it completes, or the message itself if it is no piece, or undefined while more must come.
     * Throws a HoldfastError `message_too_large` above maxBytes.
     */
    add(data: string | ArrayBuffer | ArrayBufferView): string | ArrayBuffer | ArrayBufferView | undefined {
      if (typeof data === 'string') return data;
      const piece = bytesOf(data);
      if (piece.length < head || piece[0] !== mark) return data;
      const number = new DataView(piece.buffer, piece.byteOffset).getUint32(2);
      const list = parts.get(number) ?? [];
      parts.set(number, list);
      list.push(piece.subarray(head));
      // a piece without bytes takes room, too
      kept += piece.length;
      if (kept > (o.maxBytes ?? 16 << 20))
        throw new HoldfastError(
          MessageTooLarge,
          'receive in pieces',
          `more than ${o.maxBytes ?? 16 << 20} bytes are not complete`,
        );
      if (!(piece[1]! & isLast)) return;
      parts.delete(number);
      const whole = new Uint8Array(list.reduce((n, p) => n + p.length, 0));
      let at = 0;
      for (const p of list) {
        whole.set(p, at);
        at += p.length;
        kept -= p.length + head;
      }
      return piece[1]! & isText ? new TextDecoder().decode(whole) : whole.buffer;
    },
    /** Forgets what is not complete: the connection that it came over has ended. */
    reset(): void {
      parts.clear();
      kept = 0;
    },
  };
};

/** Sends messages in pieces over a socket, and begins again with those that a connection did not get whole. One for a socket. */
export const createSplitter = (socket: FlowSocket, o: ChunkOptions = {}) => {
  const f = flow(socket, o);
  let number = 0;
  let connection = 0;
  socket.addEventListener('close', () => connection++);

  const attempt = async (data: ChunkData, signal: AbortSignal | undefined) => {
    await f.opened({ signal });
    const mine = connection;
    number = (number + 1) >>> 0;
    for (const piece of split(data, number, o.size)) {
      await f.drained({ signal });
      if (mine !== connection || socket.readyState !== 1) return false;
      socket.send(piece as never);
    }
    return true;
  };
  return {
    /**
     * Sends one message. Resolves when all of it is handed to a connection. Rejects with the signal's reason, or when the socket is closed or has
     * failed.
     */
    async send(data: ChunkData, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
      while (!(await attempt(data, signal)));
    },
  };
};

/**
 * Gives the wholes that a socket receives to f, and sets its binaryType to arraybuffer. Returns the function that ends it. What goes wrong
 * is given to failed, and what is not complete then is forgotten.
 */
export const receiveChunks = (
  socket: EventTarget & { binaryType: BinaryType },
  f: (data: string | ArrayBuffer | ArrayBufferView) => void,
  o: JoinOptions & { failed?: (error: HoldfastError) => void } = {},
): (() => void) => {
  const joiner = createJoiner(o);
  const over = new AbortController();
  socket.binaryType = 'arraybuffer';
  socket.addEventListener(
    'message',
    e => {
      let whole: ReturnType<typeof joiner.add>;
      try {
        whole = joiner.add((e as MessageEvent<string | ArrayBuffer>).data);
      } catch (error) {
        joiner.reset();
        o.failed?.(error as HoldfastError);
      }
      if (whole !== undefined) f(whole);
    },
    { signal: over.signal },
  );
  socket.addEventListener('close', joiner.reset, { signal: over.signal });
  return () => over.abort();
};
