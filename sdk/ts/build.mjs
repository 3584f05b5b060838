// Builds what is published: ES modules, CommonJS, one file for <script>, and the types.
//
// Every file directly in src is a door: an import of its own. Folders hold what doors share. Names that end with an underscore
// are private to the package and are shortened in what is built.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { bundle, doors, size } from './bundle.mjs';

process.chdir(import.meta.dirname);
rmSync('dist', { recursive: true, force: true });
await bundle('dist');
execFileSync(
  'tsc',
  [
    '-p',
    '.',
    '--noEmit',
    'false',
    '--emitDeclarationOnly',
    '--declaration',
    '--stripInternal',
    '--rewriteRelativeImportExtensions',
    '--rootDir',
    'src',
    '--outDir',
    'dist/types',
  ],
  { stdio: 'inherit' },
);
for (const door of doors) console.log(`${door.replace('.ts', '').padEnd(12)} ${await size(`src/${door}`)} bytes, gzipped`);
