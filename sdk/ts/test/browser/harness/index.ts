// Tests in a real browser against a real server: `test` gives each an owner of what it starts.
//
//   test('a cut connection', async ({ owner }) => {
//     const server = await serve(owner);                          // holdfast serve; kill(), restart(), stop(), go()
//     const browser = await launch(owner);                        // Chromium; page(), pids(), stop(), go(), kill()
//     const other = collect(owner, server, 'chat:lobby');         // holdfast subscribe --json
//     const page = await browser.page(await show(browser.context, server.url, 'sdk/ts/test/browser/pages/x.ts'));
//     …
//     await cut(server, browser.pids());                          // ss -K
//     expect(check(await other.take(10), { a: 10 })).toEqual([]); // texts "a 1" to "a 10", exactly once, in order
//   });
import { test as base } from 'vitest';
import { newOwner, type Owner } from './owner.ts';

export { type Chromium, elsewhere, launch, shoot, shotsFolder } from './chromium.ts';
export { type Collected, type Collector, check, collect, type Numbered, numbered } from './collector.ts';
export { blackHole, cut, portsOf } from './network.ts';
export { firefox, type OtherBrowser, type OtherPage, webkit } from './others.ts';
export { type Child, newOwner, type Owner, start, until } from './owner.ts';
export { freePort, newIssuer, program, publish, root, type Server, type ServerOptions, serve } from './server.ts';
export { bundle, show } from './site.ts';

/** True where the long runs are wanted (HOLDFAST_LONG=1). */
export const long = Boolean(process.env.HOLDFAST_LONG);

export const test = base.extend<{ owner: Owner }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures are needed
  owner: async ({}, use) => {
    const owner = newOwner();
    await use(owner);
    await owner.end();
  },
});
