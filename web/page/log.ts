// The channel's records as rows, newest last.
import { $, badge, element, timeOf } from './dom.ts';
import { plural } from './words.ts';

const MAX_ROWS = 500; // records shown; older ones leave the page
const MAX_TEXT = 4000; // characters of a record that are shown
const FEW = 8; // records at a time that a screen reader is told of; more is catching up

/** What a record, or a message of this page, carries. */
export type Payload = { json: string } | { text: string } | { bytes: Uint8Array };

/** How a message of this page was stored. */
export interface Stored {
  synced: boolean;
  copies: number;
}

const hex = (bytes: Uint8Array) => Array.from(bytes.subarray(0, 100), b => b.toString(16).padStart(2, '0')).join(' ');

const shorten = (text: string) =>
  text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… and ${plural(text.length - MAX_TEXT, 'more character')}` : text;

function payloadOf(p: Payload): HTMLElement {
  if ('text' in p) return element('div', 'payload', element('p', 'data', shorten(p.text)));
  const bytes = 'bytes' in p;
  const shown = bytes ? `${hex(p.bytes)}${p.bytes.length > 100 ? ' …' : ''}` : shorten(p.json);
  return element(
    'div',
    'payload',
    element('span', 'kind', bytes ? plural(p.bytes.length, 'byte') : 'JSON'),
    element('code', 'data', shown),
  );
}

/** A row of the log, or of what waits. Offset 0: it has none yet. */
export function rowOf(offset: number, payload: Payload, time: number, by: string): HTMLLIElement {
  const number = element('span', 'offset', offset ? String(offset) : '–');
  number.title = offset ? `offset ${offset}` : 'it has no offset yet';
  const meta = element('span', 'meta');
  if (by) meta.append(element('span', 'by', by));
  if (time) meta.append(timeOf(time));
  return element('li', 'record', number, payloadOf(payload), meta);
}

/** The log of one channel. */
export function newLog(changed: () => void) {
  const list = $('log');
  let rows = new Map<number, HTMLLIElement>();
  let hidden = 0; // records that came and left the page again, or were never asked for
  let fresh = 0; // rows since the last call of settle

  function append(row: HTMLLIElement): void {
    list.append(row);
    fresh++;
    while (list.childElementCount > MAX_ROWS) {
      const first = list.firstElementChild as HTMLLIElement;
      if (first.classList.contains('record')) hidden++;
      rows.delete(Number(first.dataset.offset));
      first.remove();
    }
    changed();
  }

  const log = {
    clear(): void {
      rows = new Map();
      hidden = 0;
      list.replaceChildren();
    },
    /** The channel's records begin before those that are shown. */
    startsAfter(offset: number): void {
      if (rows.size === 0) hidden = offset;
    },
    record(offset: number, payload: Payload, time: number, by: string): void {
      const row = rowOf(offset, payload, time, by);
      row.dataset.offset = String(offset);
      rows.set(offset, row);
      append(row);
    },
    notice(text: string): void {
      append(element('li', 'notice', text));
    },
    /** Says of a record that this page has published it. Returns whether it is shown. */
    mine(offset: number, how: Stored): boolean {
      const row = rows.get(offset);
      if (!row) return false;
      if (row.classList.contains('mine')) return true;
      row.classList.add('mine');
      const meta = row.querySelector('.meta')!;
      meta.querySelector('.by')?.remove();
      meta.prepend(element('span', 'by', 'you'));
      meta.append(
        badge('delivered', how.synced ? `synced to disk, on ${plural(how.copies || 1, 'machine')}` : 'in the server’s memory'),
      );
      return true;
    },
    /** The records from this offset on are not in the channel any more. */
    forked(from: number): void {
      for (const [offset, row] of rows) {
        if (offset < from) continue;
        row.classList.add('gone');
        row.querySelector('.badge')?.replaceWith(badge('gone'));
        rows.delete(offset);
      }
    },
    empty: () => list.childElementCount === 0,
    hidden: () => hidden,
    /** Called after what came at once has been added: a screen reader is not told of a crowd. */
    settle(): void {
      $('live').setAttribute('aria-live', fresh > FEW ? 'off' : 'polite');
      fresh = 0;
    },
  };
  return log;
}

export type Log = ReturnType<typeof newLog>;
