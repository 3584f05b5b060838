// What becomes of tabs.
import type { Page } from 'playwright-core';

/** Ends a tab's process as a crash does: nothing of the page runs any more. */
export async function crash(page: Page): Promise<void> {
  const crashed = new Promise(done => page.once('crash', done));
  const cdp = await page.context().newCDPSession(page);
  cdp.send('Page.crash').catch(() => {}); // its answer never comes
  await crashed;
}

/** Freezes a tab, as browsers do to those in the background, or lets it go on. */
export async function freeze(page: Page, state: 'frozen' | 'active'): Promise<void> {
  // playwright has all pages believe that they are seen, and such pages are not frozen
  const { _connection: c } = page as unknown as { _connection: { toImpl(p: Page): Inner } };
  await c.toImpl(page).delegate._mainFrameSession._client.send('Emulation.setFocusEmulationEnabled', { enabled: false });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Page.setWebLifecycleState', { state });
  await cdp.detach();
}

interface Inner {
  delegate: { _mainFrameSession: { _client: { send(method: string, params: object): Promise<void> } } };
}
