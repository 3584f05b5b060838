// Builds what is published: ES modules, CommonJS, one file for <script>, and the types.
//
// Every file directly in src is a door: an import of its own. Folders hold what doors share. Names that end with an underscore
// are private to the package and are shortened in what is built.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { minify } from 'terser';
import { options, size, squeeze } from './bundle.mjs';

process.chdir(import.meta.dirname);
const doors = readdirSync('src').filter(f => f.endsWith('.ts'));
rmSync('dist', { recursive: true, force: true });

const common = { ...options, sourcemap: true, mangleCache: {} };
const entryPoints = doors.map(f => `src/${f}`);
// one cache of short names for all of them, so that objects can go from one door to another
let { mangleCache } = await build({ ...common, entryPoints, outdir: 'dist/esm', format: 'esm', splitting: true });
({ mangleCache } = await build({
  ...common,
  mangleCache,
  entryPoints,
  outdir: 'dist/cjs',
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
}));
await build({
  ...common,
  mangleCache,
  entryPoints: ['src/index.ts'],
  outfile: 'dist/holdfast.js',
  format: 'iife',
  globalName: 'Holdfast',
});
for (const dir of ['dist/esm', 'dist/cjs', 'dist']) {
  for (const file of readdirSync(dir).filter(f => /\.c?js$/.test(f))) {
    const [code, map] = [`${dir}/${file}`, `${dir}/${file}.map`];
    const done = await minify(readFileSync(code, 'utf8'), {
      ...squeeze,
      module: dir === 'dist/esm',
      sourceMap: { content: readFileSync(map, 'utf8'), url: `${file}.map` },
    });
    writeFileSync(code, done.code);
    writeFileSync(map, done.map);
  }
}
writeFileSync('dist/cjs/package.json', '{"type":"commonjs"}\n');
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
