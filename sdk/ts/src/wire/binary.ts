// The binary codec: spec/protocol.md, section 4.
import { WORDS } from './fields_gen.ts';
import { type Codec, type Frame, FrameError } from './frames.ts';
import { fields, type Layout, largest, layouts, longest, most, within } from './table.ts';

// biome-ignore lint/suspicious/noExplicitAny: a frame's fields are known by the table
type Fields = Record<string, any>;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const digits = Array.from({ length: 256 }, (_, i) => (i + 256).toString(16).slice(1));

// ---- reading

let bytes: Uint8Array;
let pos: number; // the next byte
let end: number; // of the object or value at hand
let at: number; // where the value at hand begins

const fail = (offset: number, what: string): never => {
  throw new FrameError(offset, what);
};
const cut = () => fail(end, 'it ends too early');

const uvarint = () => {
  let v = 0;
  for (let i = 0, scale = 1; ; i++, scale *= 128) {
    if (pos >= end) cut();
    const b = bytes[pos++]!;
    if (i > 9 || (i === 9 && b < 128 && b > 1)) fail(at, 'over 64 bits');
    v += (b & 127) * scale;
    if (b < 128) return v;
  }
};

/** The next n bytes. */
const take = (n: number) => {
  if (n > end - pos) cut();
  pos += n;
  return bytes.subarray(pos - n, pos);
};

const numberUpTo = (limit: number) => {
  const v = uvarint();
  return v > limit ? fail(at, `over ${limit}`) : v;
};

const hex = (n: number) => {
  let s = '';
  let all = 0;
  for (const b of take(n)) {
    s += digits[b];
    all |= b;
  }
  return all ? s : '';
};

const string = (limit: number) => {
  const b = take(uvarint());
  if (b.length > limit) fail(at, `over ${limit} bytes`);
  try {
    return utf8.decode(b);
  } catch {
    return fail(at, 'not UTF-8');
  }
};

/** Reads a value that has its length before it and must be used up. */
const parts = <T>(read: () => T): T => {
  const n = uvarint();
  if (n > end - pos) cut();
  const outer = end;
  end = pos + n;
  const v = read();
  if (pos < end) fail(pos, 'more than its parts');
  end = outer;
  return v;
};

const value = (shape: string, key: string): unknown => {
  switch (shape) {
    case 'f':
    case 'c': {
      const v = uvarint();
      if (v > (shape === 'c' ? 2 : 1)) fail(at, key);
      return shape === 'c' ? v : !!v;
    }
    case 'w': {
      const words = WORDS[key]!;
      // a word that is not known is left out, unless that would mean another
      return words[uvarint()] ?? (words[0] && fail(at, key));
    }
    case 'x':
      return hex(8);
    case 'X':
      return hex(16);
    case 's':
    case 'a':
      return string(longest(shape));
    case 'd':
      return take(uvarint());
    case 'p':
      return parts(() => [numberUpTo(largest('u')), numberUpTo(largest('u'))]);
    case 'h':
      return parts(() => [string(255), string(4096)]);
    case 'e':
      return parts(() => [hex(8), numberUpTo(largest('n'))]);
    case 'o':
      return parts(() => object(within(key), {}));
  }
  return numberUpTo(largest(shape));
};

const skip = (kind: number) => {
  if (kind) take(kind === 2 ? uvarint() : kind === 1 ? 8 : 16);
  else uvarint();
};

/** Reads fields up to the end. */
const object = (layout: Layout, into: Fields): Fields => {
  const seen: true[] = [];
  while (pos < end) {
    at = pos;
    const kind = bytes[pos]! & 3;
    const tag = uvarint();
    if (tag < 4) fail(at, 'field 0');
    const f = fields[Math.floor(tag / 4)];
    if (f && (f.tag_ !== tag || (seen[f.number_] && !f.many_))) fail(at, `${f.key_}: another kind, or twice`);
    if (f) seen[f.number_] = true;
    at = pos;
    if (!f || !layout.has_[f.number_]) {
      skip(kind);
      continue;
    }
    const { key_, shape_, many_ } = f;
    if (many_) {
      into[key_] ??= [];
      if (into[key_].length >= most(shape_)) fail(at, 'too many');
      into[key_].push(value(shape_, key_));
    } else {
      const v = value(shape_, key_) as Fields | 0;
      if (v && (shape_ !== 'd' || v.length) && (shape_ !== 'p' || v[0] || v[1])) into[key_] = v;
    }
  }
  return into;
};

const decode_ = (message: ArrayBuffer | Uint8Array | string, got: (f: Frame) => boolean | void): void => {
  if (typeof message === 'string') fail(0, 'text');
  const whole = ArrayBuffer.isView(message) ? message : new Uint8Array(message as ArrayBuffer);
  for (let next = 0; next < whole.length; ) {
    bytes = whole;
    at = pos = next;
    end = whole.length;
    const n = uvarint();
    if (n > end - pos) cut();
    if (!n) fail(at, 'an empty frame');
    next = end = pos + n;
    const layout = layouts[bytes[pos++]!];
    if (layout && got(object(layout, { t: layout.name_ }) as Frame) === false) return;
  }
};

// ---- writing

let out = new Uint8Array(1024);
let n = 0; // how much of it is written

/** Makes room for so many bytes more. */
const room = (more: number) => {
  if (n + more > out.length) {
    const old = out;
    out = new Uint8Array((n + more) * 2);
    out.set(old);
  }
};

const putUvarint = (v: number) => {
  room(8);
  for (; v > 127; v = Math.floor(v / 128)) out[n++] = (v % 128) + 128;
  out[n++] = v;
};

const putBytes = (b: Uint8Array) => {
  putUvarint(b.length);
  room(b.length);
  out.set(b, n);
  n += b.length;
};

const putString = (s: string) => putBytes(encoder.encode(s));

const putHex = (s: string) => {
  room(16);
  for (let i = 0; i < s.length; i += 2) out[n++] = Number.parseInt(s.slice(i, i + 2), 16);
};

/** Writes something with its length before it; the hint is about how long it will be. */
const sized = (hint: number, put: () => void) => {
  const start = n;
  const space = hint < 99 ? 1 : hint < 16e3 ? 2 : 3;
  room(3);
  n += space;
  put();
  const length = n - start - space;
  room(8);
  const need = length < 128 ? 1 : Math.ceil((32 - Math.clz32(length)) / 7);
  if (need !== space) out.copyWithin(start + need, start + space, n);
  n = start;
  putUvarint(length);
  n += length;
};

const putFields = (layout: Layout, from: Fields) => {
  for (const { key_, shape_, tag_, many_ } of layout.order_) {
    const v = from[key_];
    if (!v) continue;
    for (const x of many_ ? v : [v]) {
      if (shape_ === 'p' ? !(x[0] || x[1]) : shape_ === 'd' && !x.length) continue;
      putUvarint(tag_);
      if (shape_ === 'd') putBytes(x);
      else if ('as'.includes(shape_)) putString(x);
      else if ('xX'.includes(shape_)) putHex(x);
      else if (shape_ === 'w') putUvarint(WORDS[key_]!.indexOf(x));
      else if (shape_ === 'o') sized(0, () => putFields(within(key_), x));
      else if ('hep'.includes(shape_))
        sized(0, () => {
          (shape_ === 'h' ? putString : shape_ === 'e' ? putHex : putUvarint)(x[0] as never);
          (shape_ === 'h' ? putString : putUvarint)(x[1] as never);
        });
      else putUvarint(+x);
    }
  }
};

const encode_ = (frames: readonly Frame[]) => {
  n = 0;
  for (const f of frames as readonly Fields[])
    sized(f.data ? f.data.length : 0, () => {
      const layout = layouts[f.t]!;
      room(1);
      out[n++] = layout.type_;
      putFields(layout, f);
    });
  const message = out.slice(0, n);
  if (n > 1 << 16) out = new Uint8Array(1024);
  return message;
};

export const binary: Codec = { subprotocol_: 'holdfast.v1.bin', encode_, decode_ };
