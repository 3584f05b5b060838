// The binary codec: spec/protocol.md, section 4.
import { WORDS } from './fields_gen.ts';
import { type Codec, type Frame, FrameError } from './frames.ts';
import { fields, type Layout, layouts, limits, pairs, within } from './table.ts';

// biome-ignore lint/suspicious/noExplicitAny: a frame's fields are known by the table
type Fields = Record<string, any>;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

// ---- reading; these are about the message at hand

let bytes: Uint8Array;
let pos: number; // the next byte
let end: number; // of the object or value at hand
let at: number; // where the value at hand begins

const fail = (offset: number): never => {
  throw new FrameError(offset);
};

const uvarint = (): number => {
  let v = 0;
  for (let i = 0, scale = 1; ; i++, scale *= 128) {
    if (pos >= end) fail(end);
    const b = bytes[pos++]!;
    if (i > 9 || (i > 8 && b < 128 && b > 1)) fail(at); // over 64 bits
    v += (b & 127) * scale;
    if (b < 128) return v;
  }
};

/** Passes over the next n bytes, and returns them. */
const take = (n: number): Uint8Array => {
  if (n > end - pos) fail(end);
  pos += n;
  return bytes.subarray(pos - n, pos);
};

const skip = (kind: number): Uint8Array | number => (kind ? take(kind > 2 ? 16 : kind > 1 ? uvarint() : 8) : uvarint());

/** Reads a value; one that is zero may come as anything falsy. */
const value = (shape: string, key: string): unknown => {
  if ('as'.includes(shape)) {
    const b = take(uvarint());
    try {
      if (b.length <= limits[shape]!) return utf8.decode(b);
    } catch {}
    fail(at);
  }
  if (shape === 'd') return take(uvarint());
  if ('xX'.includes(shape)) {
    const s = Array.from(take(shape === 'x' ? 8 : 16), b => (b + 256).toString(16).slice(1)).join('');
    return /[^0]/.test(s) ? s : '';
  }
  if ('heop'.includes(shape)) {
    const outer = end;
    const n = take(uvarint()).length;
    end = pos;
    pos -= n;
    const v = shape === 'o' ? object(within(key), {}) : [...pairs[shape]!].map(s => value(s, key));
    if (pos < end) fail(pos); // it must be used up by its parts
    end = outer;
    return v;
  }
  const v = uvarint();
  if (shape === 'w') {
    const words = WORDS[key]!;
    // a word that is not known is left out, unless that would mean another
    return v > 0 && (words[v] ?? (words[0] && fail(at)));
  }
  if (v > limits[shape]!) fail(at);
  return shape === 'f' ? v > 0 : v;
};

/** Reads fields up to the end. */
const object = (layout: Layout, into: Fields): Fields => {
  const seen: unknown[] = [];
  while (pos < end) {
    at = pos;
    const kind = bytes[pos]! & 3;
    const tag = uvarint();
    const f = fields[Math.floor(tag / 4)];
    if (tag < 4 || (f && (f.tag_ !== tag || seen.includes(f)))) fail(at);
    if (f && !f.many_) seen.push(f);
    at = pos;
    if (!f || !layout.fields_.includes(f)) skip(kind);
    else {
      const { key_, shape_, many_ } = f;
      if (into[key_]?.length >= limits[shape_]!) fail(at);
      const v = value(shape_, key_) as Fields;
      if (many_) {
        into[key_] ??= [];
        into[key_].push(v);
      } else if (v && v.length !== 0 && (shape_ !== 'p' || v[0] || v[1])) into[key_] = v;
    }
  }
  return into;
};

const decode_ = (message: ArrayBuffer | Uint8Array | string, got: (f: Frame) => boolean | void): void => {
  if (typeof message === 'string') fail(0);
  const whole = new Uint8Array(message as ArrayBuffer);
  for (let next = 0; next < whole.length; ) {
    bytes = whole;
    at = pos = next;
    end = whole.length;
    const n = uvarint();
    take(n);
    if (!n) fail(at);
    next = end = pos;
    pos -= n;
    const layout = layouts[bytes[pos++]!];
    if (layout && got(object(layout, { t: layout.name_ }) as Frame) === false) return;
  }
};

// ---- writing

let out = new Uint8Array(1024);
let size = 0; // how much of it is written

/** Makes room for so many bytes more. */
const room = (more: number) => {
  if (size + more > out.length) {
    const old = out;
    out = new Uint8Array((size + more) * 2);
    out.set(old);
  }
};

const putUvarint = (v: number) => {
  room(8);
  for (; v > 127; v = Math.floor(v / 128)) out[size++] = (v % 128) + 128;
  out[size++] = v;
};

const putBytes = (b: ArrayLike<number>) => {
  room(b.length);
  out.set(b, size);
  size += b.length;
};

/** Writes something with its length before it. */
const sized = (put: () => void) => {
  room(1);
  const start = ++size; // the length mostly takes one byte
  put();
  const length = size - start;
  let more = 0;
  for (let v = length; v > 127; v >>= 7) more++;
  room(more);
  out.copyWithin(start + more, start, size);
  size = start - 1;
  putUvarint(length);
  size += length;
};

const putValue = (shape: string, key: string, v: Fields & string & Uint8Array): void => {
  if ('xX'.includes(shape))
    putBytes(
      v
        .padStart(16, '0')
        .match(/../g)!
        .map(s => Number.parseInt(s, 16)),
    );
  else if ('asd'.includes(shape)) {
    const b = shape === 'd' ? v : encoder.encode(v);
    putUvarint(b.length);
    putBytes(b);
  } else if ('heop'.includes(shape))
    sized(() => {
      if (shape === 'o') putFields(within(key), v);
      else for (const i of [0, 1]) putValue(pairs[shape]![i]!, key, v[i] as never);
    });
  else putUvarint(shape === 'w' ? WORDS[key]!.indexOf(v) : +v);
};

const putFields = (layout: Layout, from: Fields) => {
  for (const { key_, shape_, tag_, many_ } of layout.fields_) {
    const v = from[key_];
    if (!v || v.length === 0 || v === WORDS[key_]?.[0] || (shape_ === 'p' && !(v[0] || v[1]))) continue;
    for (const x of many_ ? v : [v]) {
      putUvarint(tag_);
      putValue(shape_, key_, x);
    }
  }
};

const encode_ = (frames: readonly Frame[]) => {
  size = 0;
  for (const f of frames)
    sized(() => {
      const layout = layouts[f.t]!;
      putUvarint(layout.type_);
      putFields(layout, f);
    });
  const message = out.slice(0, size);
  if (size > 1 << 16) out = new Uint8Array(1024);
  return message;
};

export const binary: Codec = { subprotocol_: 'holdfast.v1.bin', encode_, decode_ };
