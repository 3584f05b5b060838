import { describe, expect, test } from 'vitest';
import { json } from '../../../src/json.ts';
import { binary } from '../../../src/wire/binary.ts';
import { FrameError, normalizeJSON } from '../../../src/wire/frames.ts';
import { decode, describeFrame, type FrameVector, fromHex, type MessageVector, message, read } from './vectors.ts';

const codec = json();
const frames = read<FrameVector>('frames.json');

describe('spec/vectors', () => {
  test.each(frames)('frames: $name', v => {
    const [frame, ...more] = decode(codec, v.json);
    expect(more).toEqual([]);
    expect(frame!.t).toBe(v.frame);
    expect(describeFrame(frame!)).toEqual(v.fields);
    expect(codec.encode_([frame!])).toBe(v.json);
    // what came by one codec can go out by the other
    expect(Buffer.from(binary.encode_([frame!]) as Uint8Array).toString('hex')).toBe(v.bin);
    expect(codec.encode_(decode(binary, fromHex(v.bin)))).toBe(v.json);
  });

  test.each(read<MessageVector>('accepted.json').filter(v => v.codec === 'json'))('accepted: $name', v => {
    const got = decode(codec, message(v)).map(f => ({ frame: f.t, fields: describeFrame(f) }));
    expect(got).toEqual(v.frames);
  });

  test.each(read<MessageVector>('invalid.json').filter(v => v.codec === 'json'))('invalid: $name', v => {
    expect(() => decode(codec, message(v))).toThrow(expect.objectContaining({ offset: v.offset }));
  });
});

test('a message that is cut off is wrong where it ends', () => {
  for (const v of frames) {
    const whole = new TextEncoder().encode(v.json.trimEnd());
    for (let i = 1; i < whole.length; i++)
      expect(() => decode(codec, whole.subarray(0, i)), `${v.name}, ${i} bytes`).toThrow(expect.objectContaining({ offset: i }));
  }
});

test('several frames in one message', () => {
  const all = frames.map(v => decode(codec, v.json)[0]!);
  expect(codec.encode_(all)).toBe(frames.map(v => v.json).join(''));
  expect(decode(codec, codec.encode_(all))).toEqual(all);
});

test('a payload stays as it was written', () => {
  const written = '{"a" : 1.0e2,  "a":[12345678901234567890, "\\ud800"]}';
  const [f] = decode(codec, `{"t":"record","ch":"c","o":1,"data":${written} }`);
  expect(new TextDecoder().decode((f as { data: Uint8Array }).data)).toBe(written);
});

test('a payload may be nested as deep as the protocol says, and no deeper', () => {
  const nested = (n: number) => `{"t":"call","data":${'['.repeat(n)}${']'.repeat(n)}}`;
  expect(decode(codec, nested(9999))).toHaveLength(1);
  expect(() => decode(codec, nested(10_000))).toThrow(FrameError);
  expect(() => decode(codec, nested(1_000_000))).toThrow(FrameError);
});

test('bytes of any length', () => {
  for (const n of [0, 1, 2, 3, 100_000]) {
    const data = new Uint8Array(n).map((_, i) => i);
    const [f] = decode(codec, codec.encode_([{ t: 'call', id: 1, name: 'x', data }]));
    expect(Buffer.compare((f as { data?: Uint8Array }).data ?? new Uint8Array(), data)).toBe(0);
  }
});

test('the form of a payload before it is first sent', () => {
  expect(normalizeJSON(' \n{"a":\r\n [1,\t2]}\r\n ')).toBe('{"a":   [1,\t2]}');
  expect(normalizeJSON(JSON.stringify({ a: ['\n', ' x '] }))).toBe('{"a":["\\n"," x "]}');
});

test('words and windows that are the default are left out', () => {
  const plain = codec.encode_([{ t: 'subscribe', ch: 'c' }]);
  expect(codec.encode_([{ t: 'subscribe', ch: 'c', at: 'head', window: [0, 0], earlier: [], term: '', o: 0 }])).toEqual(plain);
});

test('numbers of a payload are those of RFC 8259', () => {
  const takes = (n: string) => {
    try {
      return decode(codec, `{"t":"call","data":${n}}`).length === 1;
    } catch {
      return false;
    }
  };
  for (const n of ['0', '-0', '10', '1.5', '-1.05e10', '1E+2', '1e-2', '0.0']) expect(takes(n), n).toBe(true);
  for (const n of ['01', '-', '+1', '.5', '1.', '1e', '1e+', '0x1', '1.e2', '--1', 'NaN', '1 2']) expect(takes(n), n).toBe(false);
});
