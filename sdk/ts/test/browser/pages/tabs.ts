// A tab that shares: it publishes numbered texts, reads a channel, and notes what it got and what became of what it sent.
import { indexedDB } from '../../../src/indexeddb.ts';
import { localStorageOutbox } from '../../../src/local.ts';
import { HoldfastError, type Message, memoryOutbox, Session, type SubscribeOptions } from '../../../src/session.ts';
import { shareTabs } from '../../../src/tabs.ts';

const q = new URLSearchParams(location.search);
const name = q.get('name')!;
const channel = q.get('channel') ?? 'tabs:all';

const outbox = q.has('memory') ? memoryOutbox : q.has('local') ? localStorageOutbox : indexedDB;
const session = new Session(`${location.origin.replace('http', 'ws')}/ws`, {
  outbox: outbox({ name: 'tabs' }),
  tabs: q.has('single') ? undefined : shareTabs(),
  backoff: { baseDelay: 50, maxDelay: 300 },
});

const texts: string[] = [];
const offsets: number[] = [];
const gaps: string[] = [];
const failures: string[] = [];
const ends: Record<string, number> = {};
const states: string[] = [];
let published = 0;
let kept = 0;
let running = true;
let release = () => {};
const held = new Promise<void>(done => {
  release = done;
});

session.addEventListener('status', () => {
  if (states.at(-1) !== session.state) states.push(session.state);
});

/** Reads the channel from its start. With `hold`, it takes one record and is then busy until release() is called. */
async function read(o: SubscribeOptions & { hold?: boolean } = {}): Promise<void> {
  const sub = session.subscribe<string>(channel, { from: 'start', ...o });
  for await (const r of sub) {
    if (o.hold && texts.length === 1) await held;
    if ('from' in r) gaps.push(JSON.stringify(r));
    else {
      texts.push(r.text());
      offsets.push(r.offset);
    }
  }
}

function watch(m: Message): void {
  m.kept.then(
    () => kept++,
    () => {},
  );
  m.done
    .then(
      () => m.status,
      e => {
        if (e instanceof HoldfastError && m.status !== 'pending' && m.status !== 'sent')
          failures.push(`${m.data}: ${m.status} ${e.message}`);
        return m.status;
      },
    )
    .then(status => {
      ends[status] = (ends[status] ?? 0) + 1;
    });
}

/** Publishes n texts "NAME 1", "NAME 2", …, going on from the last; as fast as there is room, or one each so many milliseconds. */
async function publish(n: number, every = 0): Promise<void> {
  for (let i = 0; i < n && running; i++) {
    await session.room();
    watch(session.publish(channel, `${name} ${++published}`));
    if (every) await new Promise(done => setTimeout(done, every));
  }
}

const page = {
  name,
  session,
  texts,
  offsets,
  gaps,
  failures,
  ends,
  states,
  publish,
  read,
  release: () => release(),
  published: () => published,
  kept: () => kept,
  stop: () => {
    running = false;
  },
};
declare global {
  var shared: typeof page;
}
globalThis.shared = page;

// a worker is not asked for anything
if (!globalThis.document) void publish(100);
