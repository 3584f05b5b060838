// Builds what is published: ES modules, CommonJS, one file for <script>, and the types.
//
// Every file directly in src is a door: an import of its own. Folders hold what doors share. Names that end with an underscore
// are private to the package and are shortened in what is built.
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

process.chdir(import.meta.dirname);
const doors = readdirSync('src').filter(f => f.endsWith('.ts'));
rmSync('dist', { recursive: true, force: true });

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  minify: true,
  sourcemap: true,
  target: 'es2022',
  charset: 'utf8',
  mangleProps: /[^_]_$/,
  mangleCache: {},
  logLevel: 'warning',
};
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
    '--rewriteRelativeImportExtensions',
    '--rootDir',
    'src',
    '--outDir',
    'dist/types',
  ],
  { stdio: 'inherit' },
);
