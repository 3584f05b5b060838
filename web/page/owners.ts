// Whose messages wait in this browser: everybody has an outbox of their own, so that what one wrote never goes out as another.
import { indexedDB } from '@holdfast/client/indexeddb';
import type { SessionOptions } from '@holdfast/client/session';

/** What is remembered, for all tabs and the next visit. */
interface Memory {
  /** Who was here last; empty: nobody whose name is known. */
  user: string;
  /** Whose the outbox is that was there before anybody's name was known. */
  first: string;
  /** Those whose outbox was not empty when somebody else came. */
  left: string[];
}

const key = 'holdfast page';

/** `changed` is called when another tab has noted something. */
export function newOwners(changed: () => void) {
  let memory: Memory = { user: '', first: '', left: [] };

  function look(): Memory {
    try {
      memory = { ...memory, ...JSON.parse(localStorage.getItem(key) ?? '{}') };
    } catch {} // it cannot be read: then it lives as long as the page
    return memory;
  }
  function note(news: Partial<Memory>): void {
    memory = { ...look(), ...news };
    try {
      localStorage.setItem(key, JSON.stringify(memory));
    } catch {}
  }
  window.addEventListener('storage', e => e.key === key && changed());

  return {
    /** Who was here last; empty if nobody's name is known. */
    last: (): string => look().user,
    /** Somebody is here. The first one takes over what was written before anybody's name was known. */
    enters(user: string): void {
      const { first, left } = look();
      note({ user, first: first || user, left: left.filter(u => u !== user) });
    },
    /** Somebody has gone, with messages in the outbox. */
    leaves(user: string): void {
      const { left } = look();
      if (user && !left.includes(user)) note({ left: [...left, user] });
    },
    /** The outbox of a user. */
    outbox(user: string): SessionOptions['outbox'] {
      if (user !== look().first) return indexedDB({ name: `page of ${user}` });
      const box = indexedDB({ name: 'page' });
      // it was begun without a name
      return { ...box, open_: (_, lost, more) => box.open_!('', lost, more) };
    },
    /** About the messages of others; empty if there are none. */
    words(user: string | undefined): string {
      const others = look().left.filter(u => u !== user);
      return others
        .map(u => `Messages of ${u} wait safely in this browser. They go out when ${u} is back, and as nobody else.`)
        .join(' ');
    },
  };
}
