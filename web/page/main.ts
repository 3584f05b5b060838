// The page at / of `holdfast serve`: what the session says becomes rows, and what a person types goes to the outbox.
import { type ChannelRecord, type Gap, type Message, memoryOutbox, Session, type SessionEvents } from '@holdfast/client/session';
import { newComposer } from './composer.ts';
import { newConnection } from './connection.ts';
import { newCredentials } from './credentials.ts';
import { $, announce, bytesOf, complain, show } from './dom.ts';
import { newFigures } from './figures.ts';
import { newLog, type Payload } from './log.ts';
import { newOwners } from './owners.ts';
import { newQueue, type Own } from './queue.ts';
import { newTabs } from './tabs.ts';
import { actionOf, type Codes, faultOf, newWords } from './words.ts';

const HISTORY = 50; // records to begin with

const codes: Codes = JSON.parse($('codes').textContent ?? '{}');
const words = newWords(codes);
const channelNow = () => new URLSearchParams(location.search).get('channel') || 'chat:lobby';
const range = (from: number, to: number) => (to > from ? `Records ${from}–${to} are` : `Record ${from} is`);

let channel = '';
let position = 0; // up to which the channel's records are shown
let leave = new AbortController(); // of the channel that is shown
let placed = false; // the channel has been subscribed to
let atEnd = true;

// What happens at a time is shown together: a timer, since a tab that is not looked at has no animation frames.
let due = false;
const changed = () => {
  if (!due) setTimeout(refresh);
  due = true;
};

// ---- who is here

const USER_MISMATCH = 4314; // the server says that this is somebody else

const owners = newOwners(changed);
let user: string | undefined = owners.last(); // whose the session and its outbox are; undefined: that is being asked, and nothing is sent
let turns = Promise.resolve();
let turning = 0; // the session is that of the one before, and ends

const credentials = newCredentials(who => {
  connection.renewed();
  if (who && (turning || who !== user)) {
    become(who);
    return false;
  }
  if (session.state === 'waiting') session.reconnect();
  changed();
  return true;
});
const tabs = newTabs(changed);
let session = begin();

// A session for the user, who must be the one that the server knows by the token; with nobody's name, whoever that is.
function begin(): Session {
  const s = new Session('ws', {
    agent: 'holdfast-page',
    user,
    outbox: user === undefined ? memoryOutbox() : owners.outbox(user),
    tabs: tabs.share,
    // asked while there is a connection, it is for the next one, since the present one ends soon; it is not for the session of another user
    token: () =>
      s === session && !turning ? credentials.next(tabs.connected() || connection.refused()) : new Promise<string>(() => {}),
  });
  const on = <K extends keyof SessionEvents>(type: K, hear: (detail: SessionEvents[K]) => void) =>
    s.addEventListener(type, ({ detail }) => s === session && !turning && hear(detail));
  on('status', statusChanged);
  on('message', messageChanged);
  on('held', ({ at, channel: name, error }) => {
    const seconds = Math.max(1, Math.ceil((at - Date.now()) / 1000));
    if (name === channel) queue.held(`${words.sentence(faultOf(error))} It is tried again in ${seconds} s.`);
  });
  on('lost', ({ channel: name, from, to }) => {
    const fault = { code: 4322, detail: `your messages ${from}–${to} in ${name}` };
    log.notice(`${words.sentence(fault)} ${words.advice(4322)}`);
  });
  return s;
}

// Goes on as somebody else, or to find out as whom. What the one before has written stays in the outbox of that one.
function become(who: string | undefined): void {
  if (who !== user && user && !turning && queue.waiting()) owners.leaves(user);
  turning++;
  turns = turns.then(async () => {
    if (who !== user) {
      leave.abort();
      await Promise.allSettled([...own.keys()].map(m => m.kept));
      await session.close({ drain: 0 });
      user = who;
      if (who !== undefined) owners.enters(who);
      own.clear();
      queue.clear(true);
      session = begin();
      open(channel);
    }
    turning--;
    changed();
  });
}

function statusChanged(): void {
  const { state, user: known = '' } = session.status;
  connection.changed();
  if (state === 'open' && known !== user) become(known);
  if (state === 'failed' && faultOf(session.error).code === USER_MISMATCH) become(undefined);
  changed();
}

const connection = newConnection(() => session, words, codes, credentials);
const log = newLog(changed);
const own = new Map<Message, Own>();
const queue = newQueue(words, log, m => publish(m.payload, m.channel), changed);
newFigures(
  () => session.stats(),
  () => ({ outbox: session.outbox?.durable ? 'in this browser, on disk' : 'in this tab', tabs: tabs.words() }),
);

// ---- publishing

function publish(payload: Payload, to = channel): string {
  if (turning || user === undefined) return 'The server is being asked as whom you write. Send it again in a moment.';
  if (session.outbox?.full) return `${words.sentence({ code: 4350 })} Wait until some are stored, or dismiss those that failed.`;
  try {
    follow(
      'json' in payload
        ? session.publish(to, bytesOf(payload.json), { type: 'json' })
        : session.publish(to, 'text' in payload ? payload.text : payload.bytes),
      payload,
    );
  } catch (e) {
    return words.sentence(faultOf(e));
  }
  atEnd = true;
  changed();
  return '';
}

// A message that this page shows: one of its own, or one that an earlier page has left in the outbox.
function follow(m: Message, payload: Payload): void {
  const shown: Own = { channel: m.channel, payload, at: Date.now(), status: m.status };
  own.set(m, shown);
  m.kept.then(
    () => {
      shown.kept = true;
      changed();
    },
    () => {}, // it failed, which is told by an event
  );
  queue.add(shown);
}

const payloadOf = (data: unknown): Payload =>
  typeof data === 'string' ? { text: data } : data instanceof Uint8Array ? { bytes: data } : { json: JSON.stringify(data) };

function messageChanged(m: Message): void {
  if (!own.has(m)) follow(m, payloadOf(m.data));
  const shown = own.get(m)!;
  shown.status = m.status;
  shown.fault = m.error && faultOf(m.error);
  if (m.ack) Object.assign(shown, { offset: m.ack.offset, synced: m.ack.synced, copies: m.ack.copies });
  if (m.status !== 'pending' && m.status !== 'sent') own.delete(m);
  changed();
}

// ---- reading

function take(item: ChannelRecord | Gap): void {
  if (item.gap === undefined) {
    const payload: Payload =
      item.type === 'json' ? { json: item.text() } : item.type === 'text' ? { text: item.text() } : { bytes: item.bytes };
    log.startsAfter(item.offset - 1);
    log.record(item.offset, payload, item.time, item.user);
    position = item.offset;
    return;
  }
  const { gap, from, to } = item;
  if (gap !== 'fork') {
    position = to;
    log.notice(`${range(from, to)} no longer kept.`);
    return;
  }
  position = from - 1;
  log.forked(from);
  const where = position ? `goes on after record ${position}` : 'begins anew';
  log.notice(`${range(from, to)} no longer in the channel: the server’s store was restarted or restored, and the log ${where}.`);
}

// Reads a channel until another one is opened. Where the server ends the subscription for a time, it is asked again.
async function read(name: string, signal: AbortSignal): Promise<void> {
  let checkpoint: string | undefined;
  while (!signal.aborted) {
    const sub = session.subscribe(name, { from: checkpoint === undefined ? { last: HISTORY } : { checkpoint }, signal });
    sub.ready.then(
      at => {
        if (signal.aborted) return;
        checkpoint ??= at;
        placed = true;
        position = Math.max(position, Number(at.split(' ')[0]!.split('@')[1]));
        changed();
      },
      () => {}, // the loop below hears of it
    );
    try {
      for await (const item of sub) {
        take(item);
        checkpoint = item.checkpoint;
      }
    } catch (e) {
      const fault = faultOf(e);
      const again = session.state !== 'failed' && ['now', 'later'].includes(actionOf(codes, fault.code));
      log.notice(
        `${name} is not subscribed. ${words.sentence(fault)} ${again ? 'It is asked again by itself.' : words.advice(fault.code)}`,
      );
      if (!again) return;
      await new Promise(resolve => setTimeout(resolve, 1000));
    }
  }
}

// Shows another channel. Messages that wait in the one before go out all the same.
function open(name: string): void {
  leave.abort();
  leave = new AbortController();
  channel = name;
  position = 0;
  placed = false;
  atEnd = true;
  log.clear();
  queue.clear();
  $('newest').hidden = true;
  $<HTMLInputElement>('channel').value = name;
  $('empty-command').textContent = `echo hello | holdfast publish ${location.origin} ${name}`;
  document.title = `${name} · Holdfast`;
  complain($('channel'), $('channel-mistake'), '');
  void read(name, leave.signal);
  changed();
}

// ---- showing

const toEnd = () => requestAnimationFrame(() => $('view').scrollTo({ top: $('view').scrollHeight, behavior: 'instant' }));

function showConnection(): void {
  if (turning && /^clos/.test(session.state)) return; // the next one is about to begin
  const [waiting, since, kept] = [queue.waiting(), queue.since(), queue.kept()];
  connection.show({ waiting, since, kept, tabs: tabs.brief(), owner: user });
}

function refresh(): void {
  due = false;
  queue.refresh(channel, placed ? position : 0);
  const nothing = log.empty() && queue.empty();
  $('empty').hidden = !nothing;
  show($('empty-text'), placed ? `Nothing in ${channel} yet.` : 'Records appear here as soon as there is a connection.');
  $('empty-hint').hidden = !placed;
  const hidden = log.hidden();
  show($('before'), hidden ? `${hidden.toLocaleString()} earlier record${hidden === 1 ? ' is' : 's are'} not shown here.` : '');
  log.settle();
  show($('others'), owners.words(user));
  showConnection();
  if (atEnd) toEnd();
  else $('newest').hidden = false;
}

setInterval(showConnection, 250); // a countdown

// ---- what a person does

newComposer(publish);
$('chooser').onsubmit = event => {
  event.preventDefault();
  const name = $<HTMLInputElement>('channel').value.trim();
  const bad = name === '' || bytesOf(name).length > 255 || /[\p{C}\p{Z}"\\\uFFFD]/u.test(name);
  complain($('channel'), $('channel-mistake'), bad ? `${words.sentence({ code: 4304 })} ${words.advice(4304)}` : '');
  if (bad || name === channel) return;
  history.pushState(null, '', `?channel=${encodeURIComponent(name)}`);
  open(name);
  $('message').focus();
};
$('retry').onclick = () => {
  if (session.state === 'failed') location.reload();
  else session.reconnect();
  $('message').focus();
};
$('newest').onclick = () => $('view').scrollTo({ top: $('view').scrollHeight });
$('view').onscroll = () => {
  const { scrollTop, clientHeight, scrollHeight } = $('view');
  atEnd = scrollHeight - scrollTop - clientHeight < 40;
  if (atEnd) $('newest').hidden = true;
};
// a keyboard that comes up on a phone must not cover the newest record
new ResizeObserver(() => atEnd && toEnd()).observe($('view'));
window.onpopstate = () => open(channelNow());
window.onbeforeunload = event => {
  if (session.outbox?.durable === false && queue.waiting() > 0) event.preventDefault();
};

announce('');
open(channelNow());
