// How everything is bundled and minified, by the build and by the test of the sizes.
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
