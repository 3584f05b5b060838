// Reads JSON (RFC 8259) as bytes, so that a payload stays as it was written and a mistake has a place.
import { FrameError } from './frames.ts';

/** How deep values may be nested, the frame itself among them. */
const depthLimit = 10_000;

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [34, 92, 123, 125, 91, 93];

/** A place in a message. */
export interface Scanner {
  bytes_: Uint8Array;
  pos_: number;
}

export const fail = (offset: number, what: string): never => {
  throw new FrameError(offset, what);
};

/** Goes to the next byte that is not white space, and returns it; undefined at the end. */
export const peek = (s: Scanner): number | undefined => {
  for (; ; s.pos_++) {
    const b = s.bytes_[s.pos_];
    if (b !== 32 && b !== 10 && b !== 13 && b !== 9) return b;
  }
};

/** What is wrong at the place at hand. */
export const unexpected = (s: Scanner): never =>
  s.pos_ < s.bytes_.length ? fail(s.pos_, 'not JSON') : fail(s.bytes_.length, 'it ends too early');

/** Passes over this byte, which must come next. */
export const expectByte = (s: Scanner, b: number): void => {
  if (peek(s) !== b) unexpected(s);
  s.pos_++;
};

/** Passes over one token that is no bracket: a string, a number or a word. */
export const scalar = (s: Scanner): void => {
  const b = peek(s);
  if (b === quote) string(s);
  else if (b === 116) word(s, 'true');
  else if (b === 102) word(s, 'false');
  else if (b === 110) word(s, 'null');
  else if (b === 45 || (b! >= 48 && b! <= 57)) digits(s);
  else unexpected(s);
};

const word = (s: Scanner, w: string) => {
  for (let i = 0; i < w.length; i++, s.pos_++) if (s.bytes_[s.pos_] !== w.charCodeAt(i)) unexpected(s);
};

const digits = (s: Scanner) => {
  const next = () => s.bytes_[s.pos_] ?? 0;
  const some = () => {
    const from = s.pos_;
    while (next() > 47 && next() < 58) s.pos_++;
    if (s.pos_ === from) unexpected(s);
  };
  if (next() === 45) s.pos_++; // minus
  if (next() === 48) s.pos_++;
  else some();
  if (next() === 46) {
    s.pos_++; // point
    some();
  }
  if (next() === 69 || next() === 101) {
    s.pos_++; // exponent
    if (next() === 43 || next() === 45) s.pos_++;
    some();
  }
};

const string = (s: Scanner) => {
  for (s.pos_++; ; s.pos_++) {
    const b = s.bytes_[s.pos_];
    if (b === quote) break;
    if (b === undefined || b < 32) unexpected(s);
    if (b === backslash) escaped(s);
  }
  s.pos_++;
};

/** Passes over an escape, up to its last byte. */
const escaped = (s: Scanner) => {
  const from = s.pos_++;
  const b = s.bytes_[s.pos_];
  const hex = b === 117 ? 4 : 0;
  if (b !== undefined && !hex && !'"\\/bfnrt'.includes(String.fromCharCode(b))) fail(from, 'not JSON');
  for (let i = 0; i < hex; i++) {
    s.pos_++;
    const h = s.bytes_[s.pos_];
    if (h !== undefined && !/[\da-fA-F]/.test(String.fromCharCode(h))) fail(from, 'not JSON');
  }
  if (s.pos_ >= s.bytes_.length) fail(s.bytes_.length, 'it ends too early');
};

/** Passes over one value, whatever it is. `depth` is how many brackets are open around it. */
export const skipValue = (s: Scanner, depth: number): void => {
  const open: number[] = []; // the brackets that close what is open
  for (;;) {
    const b = peek(s);
    if (b === openBrace || b === openBracket) {
      if (depth + open.length >= depthLimit) fail(s.pos_, 'nested too deep');
      s.pos_++;
      open.push(b + 2);
      const empty = peek(s) === b + 2;
      if (!empty) {
        if (b === openBrace) key(s);
        continue;
      }
    } else scalar(s);
    // a value has ended, and maybe what it is in
    while (open.length) {
      const close = open[open.length - 1]!;
      const next = peek(s);
      if (next === close) {
        s.pos_++;
        open.pop();
      } else if (next === 44) {
        s.pos_++;
        if (close === closeBrace) key(s);
        break;
      } else unexpected(s);
    }
    if (!open.length) return;
  }
};

/** Passes over a key and its colon. */
const key = (s: Scanner) => {
  if (peek(s) !== quote) unexpected(s);
  string(s);
  expectByte(s, 58);
};

export { closeBrace, closeBracket, openBrace, openBracket, quote };
