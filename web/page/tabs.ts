// Which of the tabs of this page holds the connection.
import { shareTabs, type TabsFactory } from '@holdfast/client/tabs';
import { plural } from './words.ts';

/** `changed` is called when there is something else to say. */
export function newTabs(changed: () => void) {
  const share = shareTabs();
  let leads = false;
  let open = false; // the connection that this tab has made
  let count = 1;

  // Every tab that shares holds a lock of its own.
  async function look(): Promise<void> {
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    const tabs = held.filter(l => /^holdfast .* tab [^ ]+$/.test(l.name ?? '')).length;
    if (tabs === count) return;
    count = Math.max(1, tabs);
    changed();
  }
  setInterval(() => void look().catch(() => {}), 1000);

  // This tab leads while the engine that it made lives.
  const factory: TabsFactory = (create, sink, about) =>
    share(
      (inner, alone) => {
        leads = true;
        open = false;
        changed();
        return create(s => {
          if (s.e === 'status') open = s.status.state === 'open';
          if (s.e === 'closed') {
            leads = false;
            changed();
          }
          inner(s);
        }, alone);
      },
      sink,
      // an outbox has one user; tabs that know the name share with those that are about to hear it
      { ...about, user: '' },
    );

  const others = () => plural(count - 1, 'other tab');
  return {
    share: factory,
    /** This tab has the connection, and it is up. */
    connected: (): boolean => leads && open,
    /** For the bar: nothing, if this is the only tab. */
    brief(): string {
      if (count < 2) return '';
      return leads ? `${others()} ${count === 2 ? 'shares' : 'share'} this connection.` : 'Through another tab’s connection.';
    },
    /** For the figures. */
    words: (): string => `${count}, ${leads ? 'this' : 'another'} one has the connection`,
  };
}
