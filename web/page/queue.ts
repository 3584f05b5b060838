// Messages of this page that are not in the log yet, and what has become of each.
import { $, announce, badge, element, show, timeOf } from './dom.ts';
import { type Log, type Payload, rowOf } from './log.ts';
import { type Fault, plural, type Words } from './words.ts';

const MAX_ROWS = 100; // shown at a time; the others are counted

/** A message of this page. */
export interface Own {
  channel: string;
  payload: Payload;
  at: number;
  status: 'pending' | 'sent' | 'delivered' | 'failed' | 'unknown';
  /** The outbox has it. */
  kept?: boolean;
  /** Where it was stored. 0: not known. */
  offset?: number;
  synced?: boolean;
  copies?: number;
  fault?: Fault | undefined;
}

const ended = (m: Own) => m.status === 'failed' || m.status === 'unknown';
const open = (m: Own) => m.status === 'pending' || m.status === 'sent';

/** `again` publishes a message that failed once more; `changed` is called when a message was dismissed. */
export function newQueue(words: Words, log: Log, again: (m: Own) => void, changed: () => void) {
  let messages: Own[] = [];
  const rows = new Map<Own, HTMLLIElement>();
  let held = ''; // why the server has what is here wait

  function drop(m: Own): void {
    messages = messages.filter(other => other !== m);
    forget(m);
    $('message').focus();
    changed();
  }

  function forget(m: Own): void {
    rows.get(m)?.remove();
    rows.delete(m);
  }

  function trouble(m: Own): HTMLElement {
    const fault = m.fault ?? { code: 0 };
    const resend = element('button', 'quiet', 'Send again');
    const dismiss = element('button', 'quiet', 'Dismiss');
    resend.type = dismiss.type = 'button';
    dismiss.onclick = () => drop(m);
    resend.onclick = () => {
      drop(m);
      again(m);
    };
    return element('div', 'trouble', element('p', '', `${words.sentence(fault)} ${words.advice(fault.code)}`), resend, dismiss);
  }

  function render(m: Own): void {
    let row = rows.get(m);
    if (!row) {
      row = rowOf(0, m.payload, 0, 'you');
      row.classList.add('mine');
      row.querySelector('.meta')!.append(timeOf(m.at));
      rows.set(m, row);
      $('queue').append(row);
    }
    const shown = `${m.status}|${m.fault?.code ?? ''}`;
    if (row.dataset.shown === shown) return;
    row.dataset.shown = shown;
    row.querySelector('.badge')?.remove();
    row.querySelector('.trouble')?.remove();
    row.querySelector('.meta')!.append(badge(m.status));
    if (!m.fault) return;
    row.append(ended(m) ? trouble(m) : element('div', 'trouble', words.sentence(m.fault)));
    if (ended(m))
      announce(`A message ${m.status === 'failed' ? 'failed' : 'has an unknown outcome'}. ${words.sentence(m.fault)}`);
  }

  return {
    add: (m: Own): void => void messages.push(m),
    /** Messages without an answer, in all channels. */
    waiting: (): number => messages.filter(open).length,
    /** The outbox has all of these. */
    kept: (): boolean => messages.every(m => m.kept || !open(m)),
    /** Since when the first of them has waited; undefined if there is none. */
    since: (): number | undefined => messages.find(open)?.at,
    /** Takes rows away, since another channel is shown; and all messages, if somebody else writes from now on. */
    clear(all = false): void {
      if (all) messages = [];
      rows.clear();
      $('queue').replaceChildren();
    },
    /** Brings the rows up to date. What the log shows up to `position` needs no row any more. */
    refresh(channel: string, position: number): void {
      messages = messages.filter(m => {
        if (m.status !== 'delivered') return true;
        const { offset = 0, synced = false, copies = 0 } = m;
        // the log shows it, has shown it, or cannot know where it is
        const there = m.channel !== channel || offset <= position;
        if (m.channel === channel && offset) log.mine(offset, { synced, copies });
        if (there) forget(m);
        return !there;
      });
      const here = messages.filter(m => m.channel === channel);
      for (const m of here.slice(0, MAX_ROWS)) render(m);
      const more = here.length - MAX_ROWS;
      show($('queue-more'), more > 0 ? `and ${plural(more, 'more message')}.` : '');
      $('outgoing').hidden = here.length === 0;
      if (here.length === 0) held = '';
      show($('queue-held'), held);
      show(
        $('outgoing-title'),
        here.length === 0 || here.some(m => !ended(m)) ? 'Not yet in the channel' : 'Not stored, or not known to be',
      );
      const other = messages.filter(m => m.channel !== channel);
      const names = [...new Set(other.map(m => m.channel))].join(', ');
      show(
        $('elsewhere'),
        other.length
          ? `${plural(other.length, 'message')} of yours ${other.length === 1 ? 'is' : 'are'} not stored in ${names}.`
          : '',
      );
    },
    /** The server has the messages of this channel wait. */
    held(why: string): void {
      held = why;
      announce(why);
      changed();
    },
    /** Whether nothing of this channel is shown. */
    empty: (): boolean => rows.size === 0,
  };
}

export type Queue = ReturnType<typeof newQueue>;
