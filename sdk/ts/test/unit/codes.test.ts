import { expect, test } from 'vitest';
import { codeOf } from '../../src/spec/codes.ts';
import * as codes from '../../src/spec/codes_gen.ts';
import { HoldfastError } from '../../src/spec/error.ts';
import { actionOf, hint, hintOfClass, nameOf, what, whatOfClass } from '../../src/texts.ts';
import { spec } from './vectors.ts';

const table = spec<{ code: number; name: string; const: string; action: string; what: string; hint: string }[]>('codes.json');

test('every code has its name, what it asks, and words', () => {
  const constants: Record<string, string> = { ...codes };
  for (const c of table) {
    expect(constants[c.const]).toBe(codeOf(c.code));
    expect([nameOf(c.code), actionOf(c.code), what(c.code), hint(c.code)]).toEqual([c.name, c.action, c.what, c.hint]);
  }
});

test('a code that is not known is judged by its range', () => {
  for (const [code, action] of [
    [0, 'none'],
    [4098, 'now'],
    [4198, 'later'],
    [4298, 'authenticate'],
    [4398, 'stop'],
    [4999, 'now'],
    [451, 'stop'],
    [598, 'later'],
  ] as const)
    expect([nameOf(code), actionOf(code), what(code)]).toEqual([`code ${code}`, action, '']);
});

test('classes have words', () => {
  expect(whatOfClass('timeout')).toBe('there was no answer in time');
  expect(hintOfClass('closed')).not.toBe('');
});

test('an error says what was tried, what was wrong, and the name of its code', () => {
  const cause = new Error('no such host');
  const e = new HoldfastError(codes.QueueFull, 'send', '1000 messages wait', cause);
  expect(e.message).toBe('send: 1000 messages wait (queue_full)');
  expect([e.name, e.codeName, e.op, e.cause, e instanceof Error]).toEqual(['HoldfastError', 'queue_full', 'send', cause, true]);
  expect(new HoldfastError(codeOf(4098), 'open').message).toBe('open: (code 4098)');
});
