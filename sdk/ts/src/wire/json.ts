// The JSON codec: spec/protocol.md, section 3.
import { WORDS } from './fields_gen.ts';
import { type Codec, type Content, type Frame, normalizeJSON, type TermEnd } from './frames.ts';
import {
  closeBrace,
  closeBracket,
  expectByte,
  fail,
  openBrace,
  openBracket,
  peek,
  quote,
  type Scanner,
  scalar,
  skipValue,
} from './scan.ts';
import { type Field, fields, type Layout, layouts, limits, within } from './table.ts';

type Fields = Record<string, unknown>;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();
const byKey = new Map(fields.flatMap(f => (f && f.shape_ !== 'c' ? [[f.key_, f]] : [])));
/** The keys of a payload, by its content. */
const payloadKeys = ['b64', 'text', 'data'];

// ---- reading

let s: Scanner; // the message at hand
let at: number; // where the value at hand begins

const wrong = (what: string): never => fail(at, what);

/** Passes over a value, and returns it as text that is UTF-8. */
const value = (what: string): string => {
  peek(s);
  at = s.pos_;
  skipValue(s, 1);
  try {
    return utf8.decode(s.bytes_.subarray(at, s.pos_));
  } catch {
    return wrong(`${what}: not UTF-8`);
  }
};

const string = (what: string, limit = Infinity): string => {
  const text = value(what);
  if (text[0] !== '"') wrong(`${what}: want a string`);
  const bytes = encoder.encode(JSON.parse(text));
  if (bytes.length > limit) wrong(`${what}: over ${limit} bytes`);
  return lenient.decode(bytes); // half of a surrogate pair has become U+FFFD
};

const number = (what: string, limit: number): number => {
  const text = value(what);
  return /^\d+$/.test(text) && +text <= limit ? +text : wrong(`${what}: want a whole number up to ${limit}`);
};

const hex = (what: string, length: number): string => {
  const v = string(what);
  if (v.length !== length || !/^[\da-f]*$/.test(v)) wrong(`${what}: want ${length} hexadecimal digits`);
  return /[^0]/.test(v) ? v : '';
};

const base64 = (what: string): Uint8Array => {
  const v = string(what);
  if (v.length % 4 || !/^[A-Za-z0-9+/]*=?=?$/.test(v)) wrong(`${what}: want base64`);
  return Uint8Array.from(atob(v), c => c.charCodeAt(0));
};

/** Passes over the bracket that opens or closes a value of several. Another token is wrong where it ends. */
const bracket = (b: number, what: string): void => {
  const next = peek(s);
  if (next === openBrace || next === openBracket || next === closeBrace || next === closeBracket) s.pos_++;
  else scalar(s);
  if (next !== b) fail(s.pos_ - 1, what);
};

const comma = (): void => expectByte(s, 44);

/** Goes to the next of several values, or past the bracket that closes them. A comma before that bracket is wrong. */
const more = (close: number, first: boolean): boolean => {
  if (peek(s) === close) {
    s.pos_++;
    return false;
  }
  if (first) return true;
  const from = s.pos_;
  comma();
  return peek(s) === close ? fail(from, 'not JSON') : true;
};

const pair = (what: string, first: () => unknown, second: () => unknown): unknown[] => {
  bracket(openBracket, `${what}: want an array`);
  const a = first();
  comma();
  const b = second();
  if (peek(s) === 44) s.pos_++; // whatever stands behind it is wrong
  bracket(closeBracket, `${what}: want the end of the array`);
  return [a, b];
};

const item = ({ key_: key, shape_: shape }: Field): unknown => {
  if (shape === 'h')
    return pair(
      key,
      () => string(key, 255),
      () => string(key, 4096),
    );
  if (shape === 'e')
    return pair(
      key,
      () => hex(key, 16),
      () => number(key, limits.n!),
    );
  bracket(openBrace, `${key}: want an object`);
  return object(within(key), {}, true);
};

const list = (f: Field): unknown[] => {
  const all: unknown[] = [];
  bracket(openBracket, `${f.key_}: want an array`);
  while (more(closeBracket, !all.length)) {
    if (all.length >= limits[f.shape_]!) wrong(`${f.key_}: too many`);
    all.push(item(f));
  }
  return all;
};

const single = ({ key_: key, shape_: shape }: Field): unknown => {
  switch (shape) {
    case 'f': {
      const text = value(key);
      return text === 'true' || (text !== 'false' && wrong(`${key}: want true or false`));
    }
    case 'w': {
      const words = WORDS[key]!;
      const i = words.indexOf(string(key));
      // a word that is not known is left out, unless that would mean another
      return i > 0 ? words[i] : i < 0 && words[0] && wrong(`${key}: want one of ${words}`);
    }
    case 'x':
    case 'X':
      return hex(key, shape === 'x' ? 16 : 32);
    case 's':
    case 'a':
      return string(key, limits[shape]!);
    case 'p': {
      const part = () => number(key, limits.u!);
      const v = pair(key, part, part);
      return (v[0] || v[1]) && v;
    }
  }
  return number(key, limits[shape]!);
};

const payload = (into: Fields, content: Content): void => {
  let data: Uint8Array;
  if (content === 0) data = base64('data');
  else if (content === 1) data = encoder.encode(string('data'));
  else {
    value('data');
    data = s.bytes_.subarray(at, s.pos_);
  }
  if (content) into.content = content;
  if (data.length) into.data = data;
};

/** Passes over a key and its colon, and returns it. */
const key = (): string => {
  if (peek(s) !== quote) {
    at = s.pos_;
    skipValue(s, 1);
    wrong('want a key');
  }
  const k = string('key');
  expectByte(s, 58);
  return k;
};

/** Reads the fields of the object that was just opened. A field that the layout does not have is passed over. */
const object = (layout: Layout | undefined, into: Fields, nested: boolean): Fields => {
  const seen = new Set<string | Field>();
  for (let first = true; more(closeBrace, first); first = false) {
    const k = key();
    const content = payloadKeys.indexOf(k);
    const f = content >= 0 ? byKey.get('data') : byKey.get(k);
    const id = k === 't' && !nested ? k : f;
    if (id && seen.has(id)) wrong(`${k}: the field is there twice`);
    if (id) seen.add(id);
    if (!f || !layout?.fields_.includes(f)) {
      peek(s);
      at = s.pos_;
      skipValue(s, 1);
    } else if (content >= 0) payload(into, content as Content);
    else {
      const v = f.many_ ? list(f) : single(f);
      if (v && (v as unknown[]).length !== 0) into[f.key_] = v;
    }
  }
  return into;
};

/** Finds the type of the frame that was just opened, which began there, and goes back. */
const typeOf = (start: number): string => {
  const from = s.pos_;
  for (let first = true; more(closeBrace, first); first = false) {
    if (key() === 't') {
      const t = string('t');
      s.pos_ = from;
      return t;
    }
    skipValue(s, 1);
  }
  return fail(start, 't: the frame has no type');
};

const decode_ = (message: ArrayBuffer | Uint8Array | string, got: (f: Frame) => boolean | void): void => {
  const bytes_ =
    typeof message === 'string'
      ? encoder.encode(message)
      : ArrayBuffer.isView(message)
        ? message
        : new Uint8Array(message as ArrayBuffer);
  const here: Scanner = { bytes_, pos_: 0 };
  for (;;) {
    s = here;
    if (peek(s) === undefined) return;
    at = s.pos_;
    if (peek(s) !== openBrace) {
      skipValue(s, 0);
      wrong('not a JSON object');
    }
    s.pos_++;
    const layout = layouts[typeOf(at)];
    const f = object(layout, layout ? { t: layout.name_ } : {}, false);
    if (layout && got(f as unknown as Frame) === false) return;
  }
};

// ---- writing

const text = (v: unknown) => lenient.decode(v as Uint8Array | undefined);

const base64Of = (data: Uint8Array) => {
  let binary = '';
  for (let i = 0; i < data.length; i += 8192) binary += String.fromCharCode(...data.subarray(i, i + 8192));
  return `"${btoa(binary)}"`;
};

const written = (layout: Layout, f: Fields): string[] => {
  const all: string[] = [];
  for (const { key_, shape_ } of layout.fields_) {
    const v = f[key_];
    if (shape_ === 'd') {
      const data = v as Uint8Array | undefined;
      const content = (f.content ?? 0) as Content;
      if (content === 2) all.push(`"data":${normalizeJSON(text(data)) || null}`);
      else if (content === 1) all.push(`"text":${JSON.stringify(text(data))}`);
      else if (data?.length) all.push(`"b64":${base64Of(data)}`);
    } else if (
      !v ||
      shape_ === 'c' ||
      (shape_ === 'w' && v === WORDS[key_]![0]) ||
      (shape_ === 'p' ? !(v as number[])[0] && !(v as number[])[1] : (v as string).length === 0)
    ) {
      // zero, empty, or said by the payload's key
    } else if (shape_ === 'o') all.push(`"${key_}":[${(v as Fields[]).map(x => `{${written(within(key_), x)}}`)}]`);
    else if (shape_ === 'e')
      all.push(`"${key_}":${JSON.stringify((v as TermEnd[]).map(([t, last]) => [t.padStart(16, '0'), last]))}`);
    else all.push(`"${key_}":${JSON.stringify(v)}`);
  }
  return all;
};

const encode_ = (frames: readonly Frame[]) =>
  frames.map(f => `{${[`"t":"${f.t}"`, ...written(layouts[f.t]!, f as unknown as Fields)]}}\n`).join('');

/** Writes each frame as a line of JSON, in WebSocket text messages. For the option `codec` of a session. */
export const json = (): Codec => ({ subprotocol_: 'holdfast.v1.json', encode_, decode_ });
