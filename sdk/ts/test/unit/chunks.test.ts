import { describe, expect, test } from 'vitest';
import { type ChunkData, createJoiner, split } from '../../src/chunks.ts';

const pieces = (data: ChunkData, number: number, size?: number) => [...split(data, number, size)];
const bytes = (...b: number[]) => new Uint8Array(b);
const asBytes = (d: ReturnType<ReturnType<typeof createJoiner>['add']>) => new Uint8Array(d as ArrayBuffer);

describe('split', () => {
  test('what is small goes as it is', () => {
    expect(pieces('abc', 1, 3)).toEqual(['abc']);
    expect(pieces(bytes(1, 2, 3), 1, 3)).toEqual([bytes(1, 2, 3)]);
  });

  test('what is large goes in pieces', () => {
    expect(pieces(bytes(1, 2, 3, 4, 5), 0x01020304, 2)).toEqual([
      bytes(0xc4, 0, 1, 2, 3, 4, 1, 2),
      bytes(0xc4, 0, 1, 2, 3, 4, 3, 4),
      bytes(0xc4, 1, 1, 2, 3, 4, 5),
    ]);
    expect(pieces('äb', 7, 2)).toEqual([bytes(0xc4, 2, 0, 0, 0, 7, 0xc3, 0xa4), bytes(0xc4, 3, 0, 0, 0, 7, 0x62)]);
  });

  test('bytes that look like a piece go as one', () => {
    const [one] = pieces(bytes(0xc4), 1);
    expect(one).toEqual(bytes(0xc4, 1, 0, 0, 0, 1, 0xc4));
    expect(asBytes(createJoiner().add(one as Uint8Array))).toEqual(bytes(0xc4));
  });
});

describe('joiner', () => {
  test('puts wholes together, also those whose pieces are mixed', () => {
    const joiner = createJoiner();
    const a = pieces('a'.repeat(10), 1, 4);
    const b = pieces(bytes(1, 2, 3, 4, 5), 2, 4);
    expect([a[0], b[0], a[1]].map(p => joiner.add(p!))).toEqual([undefined, undefined, undefined]);
    expect(joiner.add('between')).toBe('between');
    expect(asBytes(joiner.add(b[1]!))).toEqual(bytes(1, 2, 3, 4, 5));
    expect(joiner.add(a[2]!)).toBe('a'.repeat(10));
  });

  test('whatever the size, what is joined is what was split', () => {
    for (let size = 1; size < 40; size++) {
      const joiner = createJoiner();
      for (const text of ['', 'x', 'äöü'.repeat(size), '😀'.repeat(13)]) {
        const got = pieces(text, size, size).map(p => joiner.add(p));
        expect(got.pop()).toBe(text);
        expect(got.every(g => g === undefined)).toBe(true);
      }
    }
  });

  test('has a limit, which empty pieces count against, too, and can forget', () => {
    const joiner = createJoiner({ maxBytes: 20 });
    const empty = bytes(0xc4, 0, 0, 0, 0, 1);
    for (let i = 0; i < 3; i++) expect(joiner.add(empty)).toBeUndefined();
    expect(() => joiner.add(empty)).toThrow('more than 20 bytes are not complete (message_too_large)');
    joiner.reset();
    expect(joiner.add(empty)).toBeUndefined();
  });

  test('what is no piece is left alone', () => {
    const joiner = createJoiner();
    for (const b of [bytes(), bytes(0xc4, 1), bytes(1, 2, 3, 4, 5, 6, 7)]) expect(joiner.add(b)).toBe(b);
  });
});
