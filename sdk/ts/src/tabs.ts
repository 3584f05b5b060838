import type { TabsFactory } from './session/engine.ts';
import { canShare } from './tabs/group.ts';
import { newTab } from './tabs/tab.ts';

export type { TabsFactory } from './session/engine.ts';

/** Names this tab's own outbox, for as long as the tab lives; a reload finds it again. */
const ownName = (page: string): string => {
  const key = 'holdfast tab';
  try {
    if (!sessionStorage.getItem(key)) sessionStorage.setItem(key, page);
    return sessionStorage.getItem(key)!;
  } catch {
    return page;
  }
};

/**
 * Several tabs of one origin share one connection and one outbox:
 *
 *     new Session(url, { user, outbox: indexedDB(), tabs: shareTabs() })
 *
 * Sessions share if their URL, their `user` and the name of their outbox are the same; so name the user where tabs may have different
 * ones. One tab leads: it has the connection and the outbox, with the options of its own session. When it is closed, crashes or is frozen
 * by the browser, another one goes on: every publish is in the channel exactly once, each tab's in order, and each subscription goes on
 * where it was. What a tab has published goes on also when that tab is gone.
 *
 * There is one subscription for a channel, with one cursor at most; another tab's with another cursor ends with `already_subscribed`.
 * Records count as done when all tabs are done with them. So a tab that is slow makes the others wait once it is a window behind: the
 * smallest of their windows, which bounds what waits in each.
 *
 * A page that leads and hangs without being frozen (a debugger, an endless loop) holds the others up until it goes on.
 *
 * With an outbox in memory, what the leader took with it ends as `unknown` where it may have been sent. If the session of the tab that
 * leads fails for good, so do the others'.
 *
 * Where the browser has no Web Locks (as in pages that are not secure) or no BroadcastChannel, or tabs run different versions of this,
 * each has a connection and an outbox of its own, which a reload of the tab finds again.
 */
export const shareTabs = (): TabsFactory => (create, sink, about) => {
  const alone = () => create(sink, `:${ownName(about.page)}`);
  if (!canShare()) return alone();
  return newTab({
    name_: JSON.stringify([about.url, about.user, about.outbox]),
    page_: about.page,
    sink_: sink,
    stored_: !!about.outbox,
    create_: create,
    alone_: alone,
  });
};
