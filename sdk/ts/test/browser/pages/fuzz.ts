// A page that publishes and reads as long as it is told to, and notes everything that it does and hears for internal/check.
import { indexedDB } from '../../../src/indexeddb.ts';
import { type ChannelRecord, type Gap, type Message, Session } from '../../../src/session.ts';
import { shareTabs } from '../../../src/tabs.ts';
import type { Note } from '../fuzz/history.ts';
import { contentOf, hashOf, messageOf } from '../fuzz/history.ts';

declare global {
  /** Takes notes, and returns when they are written down. */
  function note(notes: Note[]): Promise<void>;
  var fuzz: typeof page;
}

const q = new URLSearchParams(location.search);
const client = q.get('client')!;
const life = q.get('life')!;
const channels = q.get('channels')!.split(',');
/** Where each channel is gone on from: checkpoints of an earlier life. */
const places = JSON.parse(q.get('places') ?? '{}') as Record<string, string>;
let count = Number(q.get('count') ?? 0);
let running = true;
const read: Record<string, number> = {};

const session = new Session('/', {
  outbox: indexedDB({ name: q.get('outbox')! }),
  ...(q.get('share') && { tabs: shareTabs() }),
  backoff: { baseDelay: 20, maxDelay: 300, minUptime: 50 },
  connectTimeout: 2000,
});

// A few notes at a time, in order; publishers wait for theirs.
let written = Promise.resolve();
let waiting: Note[] = [];
function write(n: Note): Promise<void> {
  waiting.push(n);
  if (waiting.length === 1) {
    written = written
      .then(() => new Promise(done => setTimeout(done, 5)))
      .then(() => {
        const all = waiting;
        waiting = [];
        return note(all);
      });
  }
  return written;
}

const endings = { delivered: 'delivered', failed: 'refused', unknown: 'unknown' } as const;

session.addEventListener('message', ({ detail: m }) => {
  if (m.status === 'pending' || m.status === 'sent') return;
  const Message = messageOf(String(m.data));
  const Client = Message.split(' ')[0]!;
  void write({
    Kind: endings[m.status],
    Client,
    Channel: m.channel,
    Message,
    ...(m.ack && { Pos: { Offset: m.ack.offset } }),
    ...said(m),
  });
});
session.addEventListener('lost', ({ detail: l }) => void write({ Kind: 'lost', Client: client, Channel: l.channel }));
session.addEventListener('error', ({ detail: e }) => void write({ Kind: 'stopped', Client: client, Detail: `${e}` }));

const said = (m: Message) => (m.error ? { Detail: String(m.error) } : {});

/** Publishes as fast as there is room, a little in each channel. */
async function publish(every: number): Promise<void> {
  while (running) {
    await session.room();
    const Channel = channels[count % channels.length]!;
    const content = contentOf(client, ++count);
    await write({ Kind: 'invoked', Client: client, Channel, Message: messageOf(content), Hash: hashOf(content) });
    const m = session.publish(Channel, content);
    m.done.catch(() => {}); // the event tells
    m.kept.then(
      () => write({ Kind: 'accepted', Client: client, Channel, Message: messageOf(content) }),
      () => {},
    );
    if (every) await new Promise(done => setTimeout(done, Math.random() * 2 * every));
  }
}

async function follow(Channel: string): Promise<void> {
  const Sub = `${client}.${life} ${Channel}`;
  const place = places[Channel];
  const [Term, Offset] = place ? place.split(' ')[0]!.split('@') : [];
  await write({
    Kind: 'began',
    Client: client,
    Sub,
    Channel,
    ...(place ? { Begin: 2, Pos: { Term: Term!, Offset: Number(Offset) } } : { Begin: 1 }),
  });
  for await (const r of session.subscribe<string>(Channel, { from: place ? { checkpoint: place } : 'start' })) {
    void write(r.gap ? gap(r, Sub) : received(r, Sub));
    if (!r.gap) read[Channel] = r.offset;
  }
}

const received = (r: ChannelRecord<string>, Sub: string): Note => ({
  Kind: 'received',
  Client: client,
  Sub,
  Channel: r.channel,
  Message: messageOf(r.data),
  Hash: hashOf(r.data),
  Pos: { Term: r.term, Offset: r.offset },
  Time: r.time,
  place: r.checkpoint,
});

const gap = (g: Gap, Sub: string): Note => {
  const [Term, Offset] = g.checkpoint.split(' ')[0]!.split('@');
  return {
    Kind: 'gap',
    Client: client,
    Sub,
    Channel: g.channel,
    From: g.from,
    To: g.to,
    Reason: g.gap === 'fork' ? 2 : 1,
    Pos: { Term: Term!, Offset: Number(Offset) },
  };
};

const page = {
  session,
  read,
  /** Begins. */
  begin(every: number): void {
    for (const c of channels) void follow(c);
    void publish(every);
  },
  /** Publishes nothing more, and returns when everything has its answer and was noted. */
  async end(): Promise<void> {
    running = false;
    await session.flush();
    await written;
  },
  /** Returns when everything that was heard was noted. */
  noted: async (): Promise<void> => written,
};
globalThis.fuzz = page;
