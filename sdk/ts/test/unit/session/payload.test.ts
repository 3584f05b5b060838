import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { bytesOf, decode, encode, textOf } from '../../../src/session/payload.ts';

const made = (data: unknown, as?: 'binary' | 'text' | 'json') => {
  const [content, bytes] = encode('publish', data, as);
  return [content, textOf(bytes)];
};

test('what is published becomes bytes of a kind', () => {
  expect(made('text')).toEqual([1, 'text']);
  expect(made('text', 'binary')).toEqual([0, 'text']);
  expect(made('text', 'json')).toEqual([2, '"text"']);
  expect(made({ a: [1, null] })).toEqual([2, '{"a":[1,null]}']);
  expect(made(bytesOf('x'))).toEqual([0, 'x']);
  expect(made(bytesOf('x').buffer, 'text')).toEqual([1, 'x']);
  // also of another page or frame, or shared with a worker
  const buffers = [runInNewContext('new Uint8Array([120]).buffer'), new SharedArrayBuffer(1)];
  new Uint8Array(buffers[1])[0] = 120;
  for (const b of buffers) {
    expect(made(b)).toEqual([0, 'x']);
    expect(made(new DataView(b))).toEqual([0, 'x']);
  }
});

test('JSON that comes as bytes stays what it is, digits and escapes too', () => {
  expect(made(bytesOf(' {"n": 12345678901234567890.10,\r\n"s":"\\u00e9\\ud800"}\n'), 'json')).toEqual([
    2,
    '{"n": 12345678901234567890.10,  "s":"\\u00e9\\ud800"}',
  ]);
});

test('text keeps a byte order mark', () => {
  const [content, bytes] = encode('publish', '\uFEFFx');
  expect([bytes.length, decode(content, bytes)]).toEqual([4, '\uFEFFx']);
});

test.each([
  ['nothing', undefined, undefined],
  ['a function', () => 1, undefined],
  ['no JSON', bytesOf('{'), 'json'],
  ['JSON that is not UTF-8', new Uint8Array([34, 0xff, 34]), 'json'],
  ['two values', bytesOf('1 2'), 'json'],
  ['an object as text', {}, 'text'],
  ['a Blob, whose bytes take time to come', new Blob(['x']), undefined],
  ['a promise', Promise.resolve(1), undefined],
] as const)('%s is refused', (_, data, as) => {
  expect(() => encode('publish', data, as)).toThrow('bad_payload');
});
