// The examples of the READMEs are programs: each must be one by its types.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const sdk = resolve(import.meta.dirname, '../..');

// What an example takes for granted.
const given = `
declare global {
  const token: () => Promise<string>;
  const url: string;
  const rows: string[];
  const file: Blob;
  const WS: typeof WebSocket;
  const ReliableWebSocket: typeof import('@holdfast/client/socket').ReliableWebSocket;
}
export {};
`;

test('every example of the READMEs has the right types', () => {
  const folder = join(sdk, 'test/unit/readme_examples'); // beside the others, so that node_modules is found
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  try {
    let n = 0;
    for (const readme of ['README.md', '../../README.md'])
      for (const [, code] of readFileSync(join(sdk, readme), 'utf8').matchAll(/^```ts\n(.*?)^```$/gms))
        writeFileSync(join(folder, `${++n}.ts`), `${code}\nexport {};\n`);
    expect(n).toBeGreaterThan(8);
    writeFileSync(join(folder, 'given.d.ts'), given);
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../tsconfig.json',
        compilerOptions: {
          types: [],
          noUnusedLocals: false,
          paths: { '@holdfast/client': ['../../../src/index.ts'], '@holdfast/client/*': ['../../../src/*.ts'] },
        },
        include: ['.'],
      }),
    );
    let said = '';
    try {
      execFileSync(join(sdk, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
    } catch (e) {
      said = (e as { stdout: string }).stdout;
    }
    expect(said).toBe('');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
