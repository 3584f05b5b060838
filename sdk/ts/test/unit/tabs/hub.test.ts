import { expect, test } from 'vitest';
import type { Command, Sink } from '../../../src/session/engine.ts';
import { newHub } from '../../../src/tabs/hub.ts';

test('a call that was canceled, or whose tab is gone, is forgotten', () => {
  const engine: Command[] = [];
  let say: Sink = () => {};
  const hub = newHub(
    {
      create_(sink) {
        say = sink;
        return { post_: c => void engine.push(c) };
      },
      tell_() {},
      watch_() {},
    },
    [],
  );
  say({ e: 'outbox', durable: false, full: false });
  hub.hello_('a', true, []);
  const call = { c: 'call', id: 7, name: 'x', type: 0, data: new Uint8Array() } as const;
  hub.take_('a', [call, { c: 'cancel', id: 7 }, call, { c: 'cancel', id: 7 }, call]);
  hub.gone_('a');
  expect(engine.map(c => 'id' in c && [c.c, c.id])).toEqual([
    ['call', 1],
    ['cancel', 1],
    ['call', 2],
    ['cancel', 2],
    ['call', 3],
    ['cancel', 3],
  ]);
  hub.drop_();
});
