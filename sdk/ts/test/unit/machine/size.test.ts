// What a session costs a page: the machine and the codec, minified and packed as a server would.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

test.each([
  ['machine/machine.ts', 5150],
  ['wire/binary.ts', 2350], // with the errors, which a session has anyway
])('%s has at most %d bytes', async (file, most) => {
  const { outputFiles } = await build({
    entryPoints: [new URL(`../../../src/${file}`, import.meta.url).pathname],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    mangleProps: /[^_]_$/,
    write: false,
  });
  expect(gzipSync(outputFiles[0]!.contents, { level: 9 }).length).toBeLessThanOrEqual(most);
});
