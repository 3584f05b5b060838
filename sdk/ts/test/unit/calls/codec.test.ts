import { expect, test } from 'vitest';
import { type CallError, jsonCalls } from '../../../src/calls.ts';

test.each<[text: unknown, want: { id: number; result?: unknown; error?: string } | undefined]>([
  ['{"id":1,"result":[2]}', { id: 1, result: [2] }],
  ['{"jsonrpc":"2.0","id":"1","result":null}', { id: 1, result: null }],
  ['{"id":1,"error":{"code":5,"message":"no"}}', { id: 1, error: 'no 5' }],
  ['{"id":1,"error":"no","result":null}', { id: 1, error: 'no 0' }],
  ['{"id":1,"error":{"reason":"no"}}', { id: 1, error: '{"reason":"no"} 0' }],
  ['{"id":1,"error":null,"result":3}', { id: 1, result: 3 }],
  ['{"id":9007199254740991,"x":true}', { id: 9007199254740991, result: { id: 9007199254740991, x: true } }],
  ['{"id":1,"method":"ask"}', undefined],
  ['{"id":-1,"result":1}', undefined],
  ['{"id":1.5,"result":1}', undefined],
  ['{"id":"1e3","result":1}', undefined],
  ['{"id":18446744073709551615}', undefined],
  ['{"id":null,"error":{"code":-32700}}', undefined],
  ['{"id":[1]}', undefined],
  ['[{"id":1}]', undefined],
  ['null', undefined],
  ['nonsense', undefined],
  ['', undefined],
  [new ArrayBuffer(3), undefined],
])('what %s answers', (text, want) => {
  const a = jsonCalls().answer(text);
  const { error, ...rest } = a ?? { error: undefined };
  const got = a && { ...rest, ...(error && { error: `${error.message} ${(error as CallError).code}` }) };
  expect(got).toEqual(want);
});

test('what is asked', () => {
  expect(jsonCalls().request(1, 'add', [1, 2])).toBe('{"id":1,"method":"add","params":[1,2]}');
  expect(jsonCalls({ version: '2.0' }).request(2, 'now', undefined)).toBe('{"jsonrpc":"2.0","id":2,"method":"now"}');
  expect(() => jsonCalls().request(3, 'bad', 1n)).toThrow('(bad_argument)');
  expect(() => jsonCalls().request(3, 'bad', () => {})).toThrow('(bad_argument)');
  expect(jsonCalls().answer(jsonCalls().request(4, 'ask', 'me'))).toBeUndefined();
});
