import { describe, expect, test } from 'vitest';
import type { Item, SubscribeCommand } from '../../../src/session/engine.ts';
import { begin, newReader, place, type Reader, take, taken } from '../../../src/tabs/reader.ts';

const cmd: SubscribeCommand = { c: 'subscribe', sub: 1, ch: 'x', at: 'head', window: [9, 9] };
const data = new Uint8Array(10);
const record = (o: number): Item => ({ o, ts: 0, type: 0, data });
const term = (t: string, ...earlier: [string, number][]): Item => ({ term: t, earlier });

/** A tab that began at 5 in term A and has come to `o`, and hears a stream from 2 on. */
const tabAt = (o: number, at = 'A'): Reader => {
  const r = newReader(cmd);
  place(r, 'A', 5);
  begin(r, { term: 'A', o: 5, earlier: [] }, 1);
  take(r, [term('A'), ...Array.from({ length: o - 5 }, (_, i) => record(6 + i))]);
  taken(r, r.untaken_);
  begin(r, { term: at, o: 2, earlier: [] }, 2);
  return r;
};
/** What it gives the page, in short. */
const got = (r: Reader, items: Item[]) =>
  take(r, items).items_.map(i => ('gap' in i ? `${i.gap} ${i.from}-${i.to}` : 'term' in i ? i.term : i.o));

describe('a tab takes of the stream', () => {
  test('what it has not had, and says how much it had', () => {
    const r = tabAt(8);
    const t = take(r, [term('A'), record(3), record(8), record(9), record(10)]);
    expect(t.items_).toEqual([record(9), record(10)]);
    expect(t.dropped_).toEqual([2, 20]);
    expect(r.at_).toEqual({ term: 'A', o: 10, earlier: [] });
  });

  test('nothing before it knows where the stream begins, nor of one that is ahead of it', () => {
    const r = tabAt(8);
    r.stream_ = undefined;
    expect(got(r, [record(20)])).toEqual([]);
    begin(r, { term: 'A', o: 15, earlier: [] }, 3);
    expect(got(r, [record(16)])).toEqual([]);
    begin(r, { term: 'A', o: 8, earlier: [] }, 4);
    expect(got(r, [record(9)])).toEqual([9]);
  });

  test('the term where it changes for the page', () => {
    const r = tabAt(8);
    expect(got(r, [term('A'), record(3), record(8), term('B', ['A', 8]), record(9)])).toEqual(['B', 9]);
    expect(r.at_).toEqual({ term: 'B', o: 9, earlier: [['A', 8]] });
  });

  test('of a gap the part that it has not had', () => {
    const gap = (from: number, to: number): Item => ({ gap: 'retention', from, to, term: 'A', after: to, earlier: [] });
    expect(got(tabAt(8), [gap(3, 7), record(8), record(9)])).toEqual([9]);
    expect(got(tabAt(8), [gap(3, 10), record(11)])).toEqual(['retention 9-10', 11]);
  });

  test('a fork of the stream as one of its own', () => {
    const fork: Item = { gap: 'fork', from: 3, to: 4, term: 'Z', after: 2, earlier: [] };
    expect(got(tabAt(8), [fork, term('Y', ['Z', 2]), record(3)])).toEqual(['fork 3-8', 'Y', 3]);
  });

  // promise 4: the log forked behind the tab that is furthest behind, so the server has nothing to tell of
  test('a log with another history than its own is a fork, and is read again from there', () => {
    const r = tabAt(8);
    const t = take(r, [term('A'), record(3), record(6), term('B', ['A', 6]), record(7), record(8), record(9)]);
    expect(t.items_).toEqual([{ gap: 'fork', from: 7, to: 8, term: 'A', after: 6, earlier: [] }]);
    expect(t.again_).toBe(true);
    expect(got(r, [record(10)])).toEqual([]);
    begin(r, { term: 'A', o: 6, earlier: [] }, 3);
    expect(got(r, [term('B', ['A', 6]), record(7), record(8)])).toEqual(['B', 7, 8]);
  });

  test('such a fork is found also where the log is longer than what the tab had', () => {
    const r = tabAt(8);
    begin(r, { term: 'A', o: 7, earlier: [] }, 3); // records were filtered away: the next one is beyond
    const t = take(r, [term('B', ['A', 7]), record(9)]);
    expect(t.items_).toMatchObject([{ gap: 'fork', from: 8, to: 8 }]);
  });

  test('a history that has lost its beginning says nothing of forks', () => {
    const r = tabAt(8);
    take(r, [term('B', ['A', 8]), record(9), term('C', ['B', 9]), record(10)]);
    begin(r, { term: 'O', o: 2, earlier: [] }, 3);
    expect(got(r, [term('O'), record(3), term('A', ['O', 3]), record(4), term('C', ['B', 9]), record(10), record(11)])).toEqual([
      11,
    ]);
  });

  test('what was before its own beginning says nothing of forks', () => {
    const r = tabAt(8, 'O');
    expect(got(r, [term('O'), record(3), record(4), term('A', ['O', 4]), record(5), record(8), record(9)])).toEqual([9]);
  });
});

test('what the page takes of an earlier stream is not reported to the present one', () => {
  const r = newReader(cmd);
  place(r, 'A', 0);
  begin(r, { term: 'A', o: 0, earlier: [] }, 1);
  take(r, [record(1), record(2), record(3)]);
  begin(r, { term: 'A', o: 3, earlier: [] }, 2);
  take(r, [record(4)]);
  expect(taken(r, [2, 20])).toEqual([0, 0]);
  expect(taken(r, [2, 20])).toEqual([1, 10]);
});
