import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createHeartbeat } from '../../src/socket/heartbeat.ts';
import type { HeartbeatOptions } from '../../src/socket/options.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.advanceTimersByTime(1);
});
afterEach(() => {
  vi.useRealTimers();
});

/** A heartbeat over a connection that only writes down what it is told. */
const start = (o: HeartbeatOptions | undefined, pings: boolean) => {
  const log: unknown[] = [];
  const told: Record<string, () => void> = {};
  const ws = {
    send: (d: unknown) => void log.push(d),
    ...(pings && {
      ping: () => void log.push('PING'),
      on: (name: string, f: () => void) => {
        told[name] = f;
      },
    }),
  };
  const beat = createHeartbeat(
    o,
    ws,
    { beat_: (rtt, missed) => void log.push(rtt === undefined ? `missed ${missed}` : `rtt ${rtt}`) },
    () => void log.push('dead'),
  );
  return { beat, told, since: () => log.splice(0) };
};
const ping = '{"type":"ping"}';

test('pings where there are some: after 30 s of silence, and 10 s for the answer', () => {
  const { told, since } = start(undefined, true);
  vi.advanceTimersByTime(29_999);
  expect(since()).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(since()).toEqual(['PING']);
  vi.advanceTimersByTime(70);
  told.pong!();
  expect(since()).toEqual(['rtt 70']);
  vi.advanceTimersByTime(30_000);
  expect(since()).toEqual(['PING']);
  vi.advanceTimersByTime(10_000);
  expect(since()).toEqual(['missed 1', 'dead']);
});

test('nothing is sent in a browser unless it was asked for', () => {
  const { beat, since } = start(undefined, false);
  beat.probe_();
  vi.advanceTimersByTime(1e6);
  expect(since()).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
  const asked = start({}, false);
  vi.advanceTimersByTime(30_000);
  expect(asked.since()).toEqual([ping]);
});

test('whatever is received is a sign of life, and puts the next heartbeat off', () => {
  const { beat, since } = start({}, false);
  for (let i = 0; i < 10; i++) {
    vi.advanceTimersByTime(20_000);
    expect(beat.heard_('news')).toBe(false);
  }
  expect(since()).toEqual([]);
  vi.advanceTimersByTime(30_000);
  expect(since()).toEqual([ping]);
  beat.heard_('news'); // is no answer, but somebody is there
  vi.advanceTimersByTime(29_000);
  expect(since()).toEqual([]);
});

test('with a matcher nothing else counts; answers may be hidden', () => {
  const { beat, since } = start({ match: d => d === 'pong', message: () => ({ ping: 1 }), answers: 'hidden' }, false);
  vi.advanceTimersByTime(30_000);
  expect(since()).toEqual(['{"ping":1}']);
  expect(beat.heard_('news')).toBe(false);
  expect(beat.heard_('pong')).toBe(true);
  vi.advanceTimersByTime(30_000);
  beat.heard_('news');
  vi.advanceTimersByTime(10_000);
  expect(since()).toEqual(['rtt 0', '{"ping":1}', 'missed 1', 'dead']);
});

test('several may be missed', () => {
  const { since } = start({ maxMissed: 2, interval: 100, timeout: 50, mode: 'both' }, true);
  vi.advanceTimersByTime(200);
  expect(since()).toEqual(['PING', ping, 'missed 1', 'PING', ping, 'missed 2', 'dead']);
});

test('the answer to the default heartbeat is known however it is written, and nothing else is', () => {
  for (const [data, hidden] of [
    ['{"type":"pong"}', true],
    ['{ "type": "pong", "at": 1 }', true],
    ['{"type":"pongs"}', false],
    ['["type"]', false],
    [new Uint8Array(3), false],
  ] as const)
    expect(start({ answers: 'hidden' }, false).beat.heard_(data)).toBe(hidden);
});

test('who was stopped for a while reads first what came meanwhile', () => {
  const { beat, since } = start({ interval: 100, timeout: 5000 }, false);
  vi.advanceTimersByTime(100);
  expect(since()).toEqual([ping]);
  const real = performance.now;
  vi.spyOn(performance, 'now').mockImplementation(() => real.call(performance) + 60_000); // the timer is a minute late
  vi.advanceTimersByTime(5000);
  expect(since()).toEqual([]);
  beat.heard_('news');
  vi.advanceTimersByTime(1000);
  expect(since()).not.toContain('dead');
  vi.restoreAllMocks();
});

test('a probe asks at once, but not twice', () => {
  const { beat, since } = start({}, false);
  beat.probe_();
  beat.probe_();
  expect(since()).toEqual([ping]);
  beat.stop_();
  expect(vi.getTimerCount()).toBe(0);
});
