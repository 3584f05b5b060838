import { expect, test } from 'vitest';
import type { Command, Item, Signal, SubscribeCommand } from '../../../src/session/engine.ts';
import { type ChannelSignal, newChannel } from '../../../src/tabs/channel.ts';

const ask = (o: Partial<SubscribeCommand> = {}): SubscribeCommand => ({
  c: 'subscribe',
  sub: 7,
  ch: 'x',
  at: 'head',
  window: [100, 1000],
  ...o,
});
const record = (o: number): Item => ({ o, ts: 0, type: 0, data: new Uint8Array(1) });
const at = (o: number, term = 'A') => ({ term, o, earlier: [] });

/** A channel whose engine and tabs write down what they are told. */
function lab() {
  let n = 0;
  const engine: string[] = [];
  const told: string[] = [];
  const short = (c: Command) => {
    if (c.c === 'subscribe') return `${c.sub} ${c.at}${c.o ?? ''} ${c.window}${c.cursor ? ` ${c.cursor}` : ''}`;
    if (c.c === 'done') return `done${c.o ?? ''} ${c.took}`;
    return `${c.c}${'sub' in c ? c.sub : ''}`;
  };
  const say = (s: Signal | ChannelSignal) => {
    if (s.e === 'open') return `open${s.at.o}`;
    if (s.e === 'subscribed') return `subscribed${s.o}`;
    if (s.e === 'stream') return `records ${s.items.map(i => ('o' in i ? i.o : ''))}`;
    return s.e === 'ended' ? `ended ${s.fault?.code}` : s.e;
  };
  const channel = newChannel('x', {
    number_: () => ++n,
    post_: c => engine.push(short(c)),
    tell_: (s, tab) => told.push(`${tab ?? 'all'}: ${say(s)}`),
  });
  const since = (a: string[]) => a.splice(0);
  return { channel, engine: () => since(engine), told: () => since(told) };
}

test('the server says where a new tab begins; the stream begins at the lowest place of all', () => {
  const l = lab();
  l.channel.join_('a', { c: 'join', cmd: ask() });
  expect(l.engine()).toEqual(['1 head 100,1000']);
  l.channel.subscribed_('A', 10);
  expect(l.told()).toEqual(['a: subscribed10', 'a: open10']);
  l.channel.records_([record(11), record(12)]);
  expect(l.told()).toEqual(['a: records 11,12']);

  // the head is beyond where the stream is: it goes on there, and the new tab passes over what was before
  l.channel.join_('b', { c: 'join', cmd: ask({ window: [50, 2000] }) });
  expect(l.engine()).toEqual(['unsubscribe1', '2 head 50,1000']);
  l.channel.subscribed_('A', 20);
  expect(l.engine()).toEqual(['unsubscribe2', '3 position12 50,1000']);
  expect(l.told()).toEqual(['b: subscribed20', 'all: open12']);

  // from the start: it begins there for all
  l.channel.join_('c', { c: 'join', cmd: ask({ at: 'start' }) });
  l.channel.subscribed_('A', 0);
  expect(l.engine()).toEqual(['unsubscribe3', '4 start 50,1000']);
  expect(l.told()).toEqual(['c: subscribed0', 'all: open0']);
});

test('tabs that had a place go on from the lowest of them, and nobody is asked', () => {
  const l = lab();
  l.channel.join_('a', { c: 'join', cmd: ask(), at: at(30) });
  l.channel.join_('b', { c: 'join', cmd: ask(), at: at(40) });
  expect(l.engine()).toEqual(['1 position30 100,1000']);
  expect(l.told()).toEqual(['a: open30', 'b: open30']);
  l.channel.join_('late', { c: 'join', cmd: ask(), at: at(20) });
  expect(l.engine()).toEqual(['unsubscribe1', '2 position20 100,1000']);
});

test('done is what all are done with; who leaves does not count any more', () => {
  const l = lab();
  for (const tab of ['a', 'b']) l.channel.join_(tab, { c: 'join', cmd: ask(), at: at(0, '') });
  l.channel.records_([record(1), record(2), record(3)]);
  l.engine();
  l.channel.done_('a', 1, [3, 3], 3, 'A');
  expect(l.engine()).toEqual([]);
  l.channel.done_('b', 1, [1, 1], 1, 'A');
  expect(l.engine()).toEqual(['done1 1,1']);
  l.channel.done_('b', 0, [9, 9], 3, 'A'); // taken from a stream that is over
  expect(l.engine()).toEqual([]);
  expect(l.channel.leave_('b')).toBe(false);
  expect(l.engine()).toEqual(['done3 2,2']);
  expect(l.channel.leave_('a')).toBe(true);
  expect(l.engine()).toEqual(['unsubscribe1']);
});

test('a refusal of a new tab is its own; the others go on where they were', () => {
  const l = lab();
  l.channel.join_('a', { c: 'join', cmd: ask(), at: at(5) });
  l.channel.join_('b', { c: 'join', cmd: ask({ at: 'position', term: 'Q', o: 99 }) });
  l.told();
  expect(l.channel.ended_({ code: '4316s position_ahead' })).toBe(false);
  expect(l.told()).toEqual(['b: ended 4316s position_ahead', 'a: open5']);
  expect(l.engine().at(-1)).toBe('3 position5 100,1000');
  expect(l.channel.ended_({ code: '4303s forbidden' })).toBe(true);
  expect(l.told()).toEqual(['a: ended 4303s forbidden']);
});

test('a channel has one cursor, which does not move without whoever wanted it', () => {
  const l = lab();
  l.channel.join_('a', { c: 'join', cmd: ask(), at: at(5) });
  l.channel.join_('b', { c: 'join', cmd: ask({ cursor: 'k' }) });
  expect(l.engine().at(-1)).toBe('2 head 100,1000 k');
  l.channel.subscribed_('A', 3);
  l.channel.join_('c', { c: 'join', cmd: ask({ cursor: 'other' }) });
  expect(l.told().at(-1)).toMatch(/^c: ended .* already_subscribed$/);
  l.channel.leave_('b');
  expect(l.engine()).toEqual(['unsubscribe2', '3 position3 100,1000']);
});

test('who leaves while the server is asked for it leaves the others where they were', () => {
  const l = lab();
  l.channel.join_('a', { c: 'join', cmd: ask(), at: at(5) });
  l.channel.join_('b', { c: 'join', cmd: ask() });
  l.channel.join_('c', { c: 'join', cmd: ask({ at: 'start' }) });
  l.engine();
  l.channel.leave_('b');
  expect(l.engine()).toEqual(['unsubscribe2', '3 position5 100,1000', 'unsubscribe3', '4 start 100,1000']);
});
