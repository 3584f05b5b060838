// The socket in other runtimes. Deno and Bun are tried where `npm ci` was run in test/runtimes.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { options } from '../../bundle.mjs';
import { startServer, type TestServer } from './socket/server.ts';

const root = resolve(import.meta.dirname, '../..');
const installed = (name: string) => join(root, 'test/runtimes/node_modules/.bin', name);
const ws = join(root, 'node_modules/ws/wrapper.mjs');
const systemNode = ['/usr/local/bin/node', '/usr/bin/node'].find(existsSync) ?? 'none';

let folder: string;
let server: TestServer;
beforeEach(async () => {
  server = await startServer(['echo']);
});
afterEach(() => server.close());
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-runtimes-'));
  const { outputFiles } = await build({ ...options, entryPoints: [join(root, 'src/socket.ts')], write: false, format: 'esm' });
  writeFileSync(join(folder, 'socket.mjs'), outputFiles![0]!.contents);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

test.each([
  ['Node 22, as it is', process.execPath, [], []],
  ['the Node of the system, with ws', systemNode, [], [ws]],
  ['Deno', installed('deno'), ['run', '--allow-all'], []],
  ['Bun', installed('bun'), ['run'], []],
  ['Bun, with ws', installed('bun'), ['run'], [ws]],
])('%s', async (_, program, before, after) => {
  if (!existsSync(program)) return expect(process.env.CI, `${program} is missing`).toBeUndefined();
  const smoke = join(root, 'test/runtimes/smoke.mjs');
  const run = promisify(execFile)(program, [...before, smoke, join(folder, 'socket.mjs'), server.url, ...after], {
    timeout: 50_000,
  });
  const first = await server.connection();
  expect(await server.message()).toBe('early');
  first.send('early');
  expect(await server.message()).toBe('cut it');
  first.terminate();
  const second = await server.connection();
  second.on('message', (data, isBinary) => second.send(data, { binary: isBinary }));
  const { stdout } = await run;
  expect(JSON.parse(stdout)).toEqual(['early', 'text', '1,2,3', 4000, true, 'echo', 'closed']);
  for (const want of ['text', '<010203>']) expect(await server.message()).toBe(want);
});
