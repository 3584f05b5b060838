// Bundles web/page, the page at / of `holdfast serve`, into what the server embeds. It is committed, so that building the
// server needs no Node; make sdk fails when it is not up to date.
import { build } from 'esbuild';

process.chdir(import.meta.dirname);
await build({
  entryPoints: ['../../web/page/main.ts'],
  outfile: '../../server/page/page_gen.js',
  tsconfig: '../../web/page/tsconfig.json',
  bundle: true,
  minify: true,
  lineLimit: 160,
  format: 'iife',
  target: 'es2022',
  charset: 'utf8',
  mangleProps: /[^_]_$/,
  legalComments: 'none',
  banner: { js: '// Generated from web/page and sdk/ts/src by npm run page in sdk/ts. DO NOT EDIT.' },
  logLevel: 'warning',
});
