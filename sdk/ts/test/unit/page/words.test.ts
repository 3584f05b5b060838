// What the page at / says about the connection, in each situation.
import { expect, test } from 'vitest';
import { actionOf, faultOf, newWords, type Situation } from '../../../../../web/page/words.ts';
import { HoldfastError } from '../../../src/spec/error.ts';

const codes = {
  1006: ['now', 'the connection ended without a close frame', 'a proxy cut it'],
  4201: ['authenticate', "the token's time is over", 'get a new token'],
  4324: ['stop', 'the page comes from another origin', "add the page's origin to the server's list"],
} as { [code: number]: [string, string, string] };
const words = newWords(codes);
const said = (s: Partial<Situation>) =>
  words
    .connection({ host: 'h:1', state: 'open', before: true, waiting: 0, durable: true, ...s })
    .join(' ')
    .replace(/ +/g, ' ')
    .trim();

test.each<[string, Partial<Situation>]>([
  ['Connecting… to h:1.', { state: 'connecting', before: false }],
  ['Connecting again… to h:1. 2 messages wait safely in this browser.', { state: 'connecting', waiting: 2 }],
  [
    'Connecting again… to h:1. 1 message waits safely in this browser and goes out as ann.',
    { state: 'connecting', waiting: 1, owner: 'ann' },
  ],
  [
    'Connecting again… to h:1. 2 messages wait here and go out as ann.',
    { state: 'connecting', waiting: 2, durable: false, owner: 'ann' },
  ],
  [
    'Connecting again… to h:1. What you write is kept in this browser and goes out as ann.',
    { state: 'connecting', owner: 'ann' },
  ],
  ['Connected to h:1.', {}],
  ['Connected to h:1 as ann. 1 message on the way.', { user: 'ann', waiting: 1 }],
  ['Connected to h:1. 2 messages on the way, without an answer for 7 s.', { waiting: 2, waitingFor: 7 }],
  ['Connected to h:1. The token ends in 9 s; with the next one you stay connected.', { tokenEnds: 9 }],
  ['Connected to h:1. The token ends soon; with the next one you stay connected.', { tokenEnds: Number.NaN }],
  [
    'Cut off. Next try in 3 s. The connection ended without a close frame (1006). What you write is kept in this browser.',
    { state: 'waiting', retryIn: 3, fault: { code: 1006 } },
  ],
  [
    'Not connected. Next try in 1 s. The server cannot be reached (1006). 1 message waits here.',
    {
      state: 'waiting',
      before: false,
      retryIn: 1,
      fault: { code: 1006, detail: 'the server cannot be reached' },
      waiting: 1,
      durable: false,
    },
  ],
  [
    'Offline. It goes on when there is a network again. What you write waits here.',
    { state: 'waiting', offline: true, durable: false },
  ],
  [
    "Not let in. The token's time is over (4201). Get a new token. What you write is kept in this browser.",
    { state: 'authenticating', wantsToken: true, fault: { code: 4201 } },
  ],
  [
    "Stopped. The page comes from another origin: http://x (4324). Add the page's origin to the server's list.",
    { state: 'failed', fault: { code: 4324, detail: 'http://x' } },
  ],
  ['Closed.', { state: 'closed' }],
])('%s', (text, situation) => {
  expect(said(situation)).toBe(text);
});

test('a code that is not in the table is judged by its range', () => {
  expect([4201, 4000, 4199, 4299, 4399, 1001, 4999].map(c => actionOf(codes, c))).toEqual([
    'authenticate',
    'now',
    'later',
    'authenticate',
    'stop',
    'now',
    'now',
  ]);
});

test('a fault is read from any error', () => {
  expect(faultOf(new HoldfastError('4303s message_too_large', 'publish', 'it has 9 bytes'))).toEqual({
    code: 4303,
    detail: 'it has 9 bytes',
  });
  expect(faultOf(new HoldfastError('1006n abnormal', 'connect to ws://h:1/ws'))).toEqual({ code: 1006, detail: '' });
  expect(faultOf(new TypeError('no'))).toEqual({ code: 4300, detail: 'TypeError: no' });
});
