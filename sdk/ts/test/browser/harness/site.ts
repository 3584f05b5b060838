// Pages of a test's own: TypeScript that is bundled with the SDK, and shown at an address of the server, since it takes
// connections from pages of its own origin alone. The browser gets them from the test, so they load whether the server runs or not.
import { resolve } from 'node:path';
import { build } from 'esbuild';
import type { BrowserContext } from 'playwright-core';
import { root } from './server.ts';

const bundles = new Map<string, Promise<string>>();

/** Bundles an entry as the SDK is bundled when it is published. The path is from the top of the repository, or absolute. */
export function bundle(entry: string): Promise<string> {
  const path = resolve(root, entry);
  let text = bundles.get(path);
  if (!text) {
    text = build({
      entryPoints: [path],
      bundle: true,
      write: false,
      format: 'iife',
      target: 'es2022',
      charset: 'utf8',
      mangleProps: /[^_]_$/,
      sourcemap: 'inline',
      logLevel: 'warning',
    }).then(r => r.outputFiles[0]!.text);
    bundles.set(path, text);
  }
  return text;
}

/**
 * Shows a bundled entry in all pages of a browser.
 *
 * @param origin Where, such as a server's url.
 * @returns the page's address. Give it a search (?x=1) or hash as you like.
 */
export async function show(context: BrowserContext, origin: string, entry: string): Promise<string> {
  const name = `/test/${encodeURIComponent(entry)}`;
  const script = await bundle(entry);
  const html = `<!doctype html><meta charset=utf-8><title>${entry}</title><link rel=icon href=data:,><body><script src="${name}.js"></script>`;
  await context.route(
    url => url.origin === origin && url.pathname.startsWith(name),
    (route, request) =>
      new URL(request.url()).pathname.endsWith('.js')
        ? route.fulfill({ contentType: 'text/javascript; charset=utf-8', body: script })
        : route.fulfill({ contentType: 'text/html; charset=utf-8', body: html }),
  );
  return origin + name;
}
