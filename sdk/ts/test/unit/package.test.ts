import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle, doors } from '../../bundle.mjs';

test('it can be imported where there is no browser', async () => {
  expect(await import('../../src/index.ts')).toBeDefined();
});

// As it is installed: package.json and what is built.
describe('required, as CommonJS', () => {
  let folder: string;
  let door: (name: string) => Record<string, never>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-package-'));
    const installed = join(folder, 'node_modules/@holdfast/client');
    mkdirSync(installed, { recursive: true });
    cpSync(resolve(import.meta.dirname, '../../package.json'), join(installed, 'package.json'));
    await bundle(join(installed, 'dist'));
    const require = createRequire(join(folder, 'program.cjs'));
    door = name => require(`@holdfast/client${name === 'index' ? '' : `/${name}`}`);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('what several doors have is the same in all of them', () => {
    const names = doors.map(f => f.replace(/\.ts$/, ''));
    const all = names.flatMap(name => Object.entries(door(name)));
    const first = Object.fromEntries([...all].reverse());
    for (const [name, value] of all) expect(value, name).toBe(first[name]);
    // these are in more than one door, so that the above has compared something
    for (const name of ['HoldfastError', 'Message', 'ReliableWebSocket', 'Session', 'indexedDB'])
      expect(all.filter(([n]) => n === name).length, name).toBeGreaterThan(1);
  });

  test('what one door throws is a HoldfastError of another', () => {
    const { HoldfastError } = door('index') as unknown as typeof import('../../src/index.ts');
    const { createJoiner, split } = door('chunks') as unknown as typeof import('../../src/chunks.ts');
    const [piece] = [...split('large', 1, 2)];
    expect(() => createJoiner({ maxBytes: 1 }).add(piece as Uint8Array)).toThrow(HoldfastError);
  });

  test('one door knows the errors of another: flow waits while the queue of a socket is full', async () => {
    const { flow } = door('flow') as unknown as typeof import('../../src/flow.ts');
    const { ReliableWebSocket } = door('socket') as unknown as typeof import('../../src/socket.ts');
    const socket = new ReliableWebSocket(() => new Promise<never>(() => {}), [], { queue: { maxMessages: 1 } });
    socket.send('takes the place');
    const enough = new AbortController();
    const sent = flow(socket).send('waits', { signal: enough.signal });
    setTimeout(() => enough.abort(new Error('enough')));
    await expect(sent).rejects.toThrow('enough');
    socket.close();
  });

  test('what the doors share is no door', () => {
    const [shared] = readdirSync(join(folder, 'node_modules/@holdfast/client/dist/cjs')).filter(f => /^chunk-.*cjs$/.test(f));
    expect(() => door(shared!.replace('.cjs', ''))).toThrow(expect.objectContaining({ code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' }));
    expect(door('chunks')).toHaveProperty('split');
  });
});
