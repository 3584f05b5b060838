import { describe, expect, test } from 'vitest';
import { binary } from '../../../src/wire/binary.ts';
import { FrameError, type Publish } from '../../../src/wire/frames.ts';
import { decode, describeFrame, type FrameVector, fromHex, type MessageVector, message, read } from './vectors.ts';

const hex = (b: Uint8Array | string) => Buffer.from(b as Uint8Array).toString('hex');
const frames = read<FrameVector>('frames.json');

describe('spec/vectors', () => {
  test.each(frames)('frames: $name', v => {
    const [frame, ...more] = decode(binary, fromHex(v.bin));
    expect(more).toEqual([]);
    expect(frame!.t).toBe(v.frame);
    expect(describeFrame(frame!)).toEqual(v.fields);
    expect(hex(binary.encode_([frame!]))).toBe(v.bin);
  });

  test.each(read<MessageVector>('accepted.json').filter(v => v.codec === 'binary'))('accepted: $name', v => {
    const got = decode(binary, message(v)).map(f => ({ frame: f.t, fields: describeFrame(f) }));
    expect(got).toEqual(v.frames);
  });

  test.each(read<MessageVector>('invalid.json').filter(v => v.codec === 'binary'))('invalid: $name', v => {
    expect(() => decode(binary, message(v))).toThrow(expect.objectContaining({ offset: v.offset }));
  });
});

test('a message that is cut off is wrong where it ends', () => {
  for (const v of frames) {
    const whole = fromHex(v.bin);
    for (let i = 1; i < whole.length; i++)
      expect(() => decode(binary, whole.subarray(0, i)), `${v.name}, ${i} bytes`).toThrow(expect.objectContaining({ offset: i }));
  }
});

test('several frames in one message, until one is enough', () => {
  const all = frames.map(v => decode(binary, fromHex(v.bin))[0]!);
  const together = binary.encode_(all) as Uint8Array<ArrayBuffer>;
  expect(hex(together)).toBe(frames.map(v => v.bin).join(''));
  expect(decode(binary, together.buffer)).toEqual(all);
  const some: string[] = [];
  binary.decode_(together, f => some.push(f.t) < 3);
  expect(some).toEqual(all.slice(0, 3).map(f => f.t));
});

test('frames before a mistake count', () => {
  const got: string[] = [];
  const bytes = Uint8Array.of(1, 9, 2, 9);
  expect(() => binary.decode_(bytes, f => void got.push(f.t))).toThrow(FrameError);
  expect(got).toEqual(['ping']);
});

test('frames of any size', () => {
  for (const size of [0, 1, 90, 98, 99, 120, 127, 128, 15_980, 15_999, 16_000, 16_383, 16_384, 70_000, 3_000_000]) {
    const data = new Uint8Array(size).map((_, i) => i * 7);
    for (const ch of ['c', 'ç'.repeat(120)]) {
      const f = { t: 'publish', ch, n: 2 ** 53 - 1, ...(size ? { data } : {}) } as const;
      const [got, next] = decode(binary, binary.encode_([f, { t: 'ping', id: 7 }]));
      expect({ ...got, data: 0 }).toEqual({ ...f, data: 0 });
      expect(Buffer.compare((got as Publish).data ?? new Uint8Array(), data)).toBe(0);
      expect(next).toEqual({ t: 'ping', id: 7 });
    }
  }
});

test('text is no binary message', () => {
  expect(() => decode(binary, '{}')).toThrow(FrameError);
});

test('half of a surrogate pair becomes U+FFFD', () => {
  expect(decode(binary, binary.encode_([{ t: 'bye', detail: 'a\ud800b' }]))).toEqual([{ t: 'bye', detail: 'a\ufffdb' }]);
});

test('words and windows that are the default are left out', () => {
  const plain = binary.encode_([{ t: 'subscribe', ch: 'c' }]);
  expect(binary.encode_([{ t: 'subscribe', ch: 'c', at: 'head', window: [0, 0], earlier: [], term: '', o: 0 }])).toEqual(plain);
});
