import { BadArgument, BadChannel, BadPayload } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import { normalizeJSON } from '../wire/frames.ts';
import type { Content, Headers } from './engine.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export const bytesOf = (s: string): Uint8Array => encoder.encode(s);
export const textOf = (b: Uint8Array): string => decoder.decode(b);

/** What kind of bytes data is. */
export type ContentType = 'binary' | 'text' | 'json';

/**
 * Makes bytes of what is published: strings are text, ArrayBuffers and views of them are bytes, all else is JSON, unless `as` says
 * otherwise; but Blobs and promises, of which JSON has nothing. Bytes that are said to be JSON are JSON text, and stay as they are but for line ends between tokens, which become blanks, and white
 * space around it. Throws `bad_payload`.
 */
export const encode = (op: string, data: unknown, as?: ContentType): [Content, Uint8Array] => {
  const kind = {}.toString.call(data); // other frames have classes of their own
  if (/ArrayBuffer/.test(kind)) data = new Uint8Array(data as ArrayBuffer);
  const bytes = ArrayBuffer.isView(data) && new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice(); // it may be written to
  if (bytes && as !== 'json') return [as === 'text' ? 1 : 0, bytes];
  if (typeof data === 'string' && as !== 'json') return [as === 'binary' ? 0 : 1, bytesOf(data)];
  let cause: unknown;
  try {
    const text = bytes
      ? normalizeJSON(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
      : (JSON.stringify(data) as string | undefined);
    if (bytes) JSON.parse(text!);
    if (text !== undefined && (as ?? 'json') === 'json' && !/ (Blob|File|Promise)/.test(kind)) return [2, bytesOf(text)];
  } catch (e) {
    cause = e;
  }
  throw new HoldfastError(BadPayload, op, `data cannot be ${as ?? 'json'}`, cause);
};

/** Gives back what was published. */
export const decode = (type: Content, data: Uint8Array): unknown =>
  type === 2 ? JSON.parse(textOf(data)) : type ? textOf(data) : data;

/** Throws `bad_channel` for what is no name of a channel. */
export const checkChannel = (op: string, ch: string): void => {
  if (!/^[^\p{C}\p{Z}"\\\uFFFD]+$/u.test(ch) || bytesOf(ch).length > 255)
    throw new HoldfastError(BadChannel, op, '1 to 255 bytes of printable text without spaces, quotes and backslashes are wanted');
};

/** Throws `bad_argument` for what no frame has room for. */
export const checkText = (op: string, what: string, s = '', most = 4096): void => {
  if (bytesOf(s).length > most) throw new HoldfastError(BadArgument, op, `${what}: over ${most} bytes`);
};

/** Puts headers into their order. Throws `bad_argument` for those that no server takes. */
export const headersOf = (op: string, h: Readonly<{ [name: string]: string }> | Readonly<Headers> = []): Headers => {
  const list = (Array.isArray(h) ? h : Object.entries(h)).map(([k, v]): Headers[0] => [`${k}`, `${v}`]);
  for (const [k, v] of list)
    if (!k || bytesOf(k).length > 255 || bytesOf(v).length > 4096 || list.length > 64)
      throw new HoldfastError(BadArgument, op, 'headers: at most 64, names of 1 to 255 bytes, values to 4,096');
  return list;
};
