// How everything is bundled and minified, by the build and by tests.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { minify } from 'terser';

/** @type {import('esbuild').BuildOptions} */
export const options = {
  bundle: true,
  minify: true,
  target: 'es2022',
  charset: 'utf8',
  mangleProps: /[^_]_$/,
  logLevel: 'warning',
};

/** What esbuild leaves is made smaller still. @type {import('terser').MinifyOptions} */
export const squeeze = {
  ecma: 2020,
  compress: { passes: 3, unsafe_arrows: true },
  format: { comments: false },
};

/** The size in bytes, gzipped, of a bundle that has one file and all that it needs. code takes the place of the file's. */
export const size = async (file, code) => {
  const what = code ? { stdin: { contents: code, resolveDir: '.', sourcefile: file } } : { entryPoints: [file] };
  const { outputFiles } = await build({ ...options, ...what, write: false, format: 'esm' });
  const { code: small } = await minify(outputFiles[0].text, { ...squeeze, module: true });
  return gzipSync(small, { level: 9 }).length;
};

const src = join(import.meta.dirname, 'src');

/** The doors: every file directly in src. */
export const doors = readdirSync(src).filter(f => f.endsWith('.ts'));

/** Leaves imports of the files beside as they are, under the names that they get. @type {import('esbuild').Plugin} */
const beside = {
  name: 'beside',
  setup: b => b.onResolve({ filter: /^\.\/[^/]*\.js$/ }, ({ path }) => ({ path: path.replace(/js$/, 'cjs'), external: true })),
};

/** Writes what is published into a folder: ES modules (esm), CommonJS (cjs), and one file for <script>. */
export const bundle = async folder => {
  const [esm, cjs] = [join(folder, 'esm'), join(folder, 'cjs')];
  const common = { ...options, sourcemap: true };
  // one cache of short names for all of them, so that objects can go from one door to another
  const { mangleCache } = await build({
    ...common,
    mangleCache: {},
    entryPoints: doors.map(f => join(src, f)),
    outdir: esm,
    format: 'esm',
    splitting: true,
  });
  // made of the ES modules, file by file, so that its doors share what those share: each class and each module's state is there once
  await build({
    ...common,
    mangleProps: undefined, // they are short already
    entryPoints: readdirSync(esm).flatMap(f => (f.endsWith('.js') ? [join(esm, f)] : [])),
    outdir: cjs,
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    plugins: [beside],
  });
  await build({
    ...common,
    mangleCache,
    entryPoints: [join(src, 'index.ts')],
    outfile: join(folder, 'holdfast.js'),
    format: 'iife',
    globalName: 'Holdfast',
  });
  for (const dir of [esm, cjs, folder])
    for (const file of readdirSync(dir).filter(f => /\.c?js$/.test(f))) {
      const [code, map] = [join(dir, file), join(dir, `${file}.map`)];
      const done = await minify(readFileSync(code, 'utf8'), {
        ...squeeze,
        module: dir === esm,
        sourceMap: { content: readFileSync(map, 'utf8'), url: `${file}.map` },
      });
      writeFileSync(code, done.code);
      writeFileSync(map, done.map);
    }
  writeFileSync(join(cjs, 'package.json'), '{"type":"commonjs"}\n');
};
