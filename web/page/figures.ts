// The panel of counters, which is asked for while it is open.
import type { Stats } from '@holdfast/client/session';
import { $, element, show } from './dom.ts';
import { plural } from './words.ts';

/** What else is shown there. */
export interface Place {
  /** Where messages wait. */
  outbox: string;
  /** Who holds the connection. */
  tabs: string;
}

const count = (n: number) => n.toLocaleString();

function size(bytes: number): string {
  if (bytes < 1000) return plural(bytes, 'byte');
  const units = ['kB', 'MB', 'GB'];
  let i = -1;
  do {
    bytes /= 1000;
    i++;
  } while (bytes >= 1000 && i < units.length - 1);
  return `${bytes.toLocaleString(undefined, { maximumFractionDigits: 1 })} ${units[i]}`;
}

const rtt = (ms: number) => (ms > 0 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : 'not measured yet');

function disconnects(d: Stats['disconnects']): string {
  const list = Object.entries(d);
  return list.length ? list.map(([code, n]) => (n > 1 ? `${n} × ${code}` : code)).join(', ') : 'none';
}

/** Names and values, in groups. */
const groups = (f: Stats, p: Place): [title: string, lines: [name: string, value: string][]][] => [
  [
    'Connection',
    [
      ['Round trip', rtt(f.rtt)],
      ['Connections', `${count(f.connects)} of ${plural(f.attempts, 'attempt')}`],
      ['Ends, by code', disconnects(f.disconnects)],
      ['Bytes in, out', `${size(f.bytesIn)}, ${size(f.bytesOut)}`],
      ['Tabs', p.tabs],
    ],
  ],
  [
    'Publishing',
    [
      ['Taken', count(f.published)],
      ['Delivered', count(f.delivered)],
      ['Failed, unknown', `${count(f.failed)}, ${count(f.unknown)}`],
      ['Sent again', count(f.resent)],
      ['… which the server had', count(f.duplicates)],
      ['Waiting', `${count(f.outboxRecords)} (${size(f.outboxBytes)})`],
      ['Kept', p.outbox],
    ],
  ],
  [
    'Receiving',
    [
      ['Received', count(f.received)],
      ['Doubles dropped', count(f.duplicatesDropped)],
      ['Gaps', count(f.gaps)],
      ['Lost by the server', count(f.lost)],
    ],
  ],
];

/** `ask` returns the figures; it is asked once a second while the panel is open. */
export function newFigures(ask: () => Promise<Stats>, place: () => Place): void {
  const panel = $('figures-panel');
  const button = $<HTMLButtonElement>('figures-button');
  const values = new Map<string, HTMLElement>();

  function render(f: Stats): void {
    for (const [title, lines] of groups(f, place())) {
      for (const [name, value] of lines) {
        const id = `${title} ${name}`;
        const dd = values.get(id);
        if (dd) show(dd, value);
      }
    }
  }

  function build(f: Stats): void {
    for (const [title, lines] of groups(f, place())) {
      const list = element('dl', '');
      for (const [name, value] of lines) {
        const dd = element('dd', '', value);
        values.set(`${title} ${name}`, dd);
        list.append(element('div', '', element('dt', '', name), dd));
      }
      panel.append(element('section', '', element('h2', '', title), list));
    }
  }

  async function update(): Promise<void> {
    const f = await ask();
    if (values.size === 0) build(f);
    else render(f);
  }

  const tick = () => void update().catch(() => {}); // a session that has ended counts no more
  let timer: ReturnType<typeof setInterval> | undefined;
  button.onclick = () => {
    const opened = panel.hidden;
    panel.hidden = !opened;
    button.setAttribute('aria-expanded', String(opened));
    clearInterval(timer);
    if (!opened) return;
    tick();
    timer = setInterval(tick, 1000);
  };
}
