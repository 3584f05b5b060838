
// The page itself: what the session says becomes rows, and what a person types goes to the outbox.

const MAX_ROWS = 500; // records shown; older ones leave the page
const MAX_ENTRIES = 1000; // own messages that are unanswered, failed or unknown
const $ = (id) => document.getElementById(id);
const host = location.host;
const channelNow = () => new URLSearchParams(location.search).get('channel') || 'chat:lobby';
const plural = (n, word) => `${n.toLocaleString()} ${word}${n === 1 ? '' : 's'}`;
const range = (from, to) => (to > from ? `Records ${from}–${to} are` : `Record ${from} is`);

let channel = '';
let rows = new Map(); // offset to row
let entries = []; // own messages of all channels that are not in the log yet
let head = 0; // of the channel when it was subscribed
let hidden = 0; // records that came and left the page again
let atEnd = true;
let stored = ''; // how durable a record is here
const queueRows = new Map(); // entry to row

function element(tag, className, ...children) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  e.append(...children);
  return e;
}

// show sets text only where it changes, so that nothing is read out twice.
function show(e, text) {
  if (e.textContent !== text) e.textContent = text;
  e.hidden = text === '';
}

const announce = (text) => show($('announcement'), text);

function timeOf(ms) {
  const t = new Date(ms);
  const sameDay = t.toDateString() === new Date().toDateString();
  const e = element('time', '', sameDay ? t.toLocaleTimeString() : t.toLocaleString());
  e.dateTime = t.toISOString();
  e.title = t.toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' });
  return e;
}

function dataOf({ data, text, b64 }) {
  if (b64 !== undefined) {
    const size = (b64.length / 4) * 3 - (b64.match(/=*$/)?.[0].length ?? 0);
    const e = element('code', 'data', b64.length > 200 ? `${b64.slice(0, 200)}…` : b64);
    return element('div', 'payload', element('span', 'kind', plural(size, 'byte')), e);
  }
  if (data !== undefined) return element('div', 'payload', element('span', 'kind', 'JSON'), element('code', 'data', JSON.stringify(data)));
  return element('div', 'payload', element('p', 'data', text ?? ''));
}

const badge = (status, title = '') => Object.assign(element('span', `badge ${status}`, status), { title });

function rowOf(offset, payload, time, by) {
  const number = element('span', 'offset', offset ? String(offset) : '–');
  number.title = offset ? `offset ${offset}` : 'its offset is not known';
  const meta = element('span', 'meta');
  if (by) meta.append(element('span', 'by', by));
  if (time) meta.append(timeOf(time));
  return element('li', 'record', number, dataOf(payload), meta);
}

function mine(row, entry) {
  row.classList.add('mine');
  const meta = row.querySelector('.meta');
  meta.querySelector('.by')?.remove();
  meta.prepend(element('span', 'by', 'you'));
  meta.append(badge('stored', entry.synced ? `synced to disk, on ${plural(entry.copies || 1, 'machine')}` : 'in the server’s memory'));
}

const payloadOf = (e) => (e.type === 'json' ? { data: JSON.parse(e.text, exactly) } : { text: e.text });

function append(row) {
  $('log').append(row);
  while ($('log').childElementCount > MAX_ROWS) {
    const first = $('log').firstElementChild;
    if (first.classList.contains('record')) hidden++;
    rows.delete(Number(first.dataset.offset));
    first.remove();
  }
}

function notice(text) {
  append(element('li', 'notice', text));
  refresh();
}

// place moves own messages that are stored to where they stand in the log, once the log has come that far.
function place() {
  entries = entries.filter((entry) => {
    if (entry.channel !== channel) return entry.status !== 'stored';
    if (entry.status !== 'stored' || entry.offset > (session.sub?.offset ?? 0)) {
      queueRow(entry);
      return true;
    }
    queueRows.get(entry)?.remove();
    queueRows.delete(entry);
    let row = rows.get(entry.offset);
    if (!row) append((row = rowOf(entry.offset, payloadOf(entry), entry.at, '')));
    mine(row, entry);
    return false;
  });
}

// queueRow shows a message that is not in the log, and what has become of it.
function queueRow(entry) {
  let row = queueRows.get(entry);
  if (!row) {
    row = element('li', 'record mine', element('span', 'offset', '–'), dataOf(payloadOf(entry)), element('span', 'meta', element('span', 'by', 'you'), timeOf(entry.at)));
    queueRows.set(entry, row);
    $('queue').append(row);
  }
  const shown = `${entry.status}|${entry.detail ?? ''}`;
  if (row.dataset.shown === shown) return;
  row.dataset.shown = shown;
  row.querySelector('.badge')?.remove();
  row.querySelector('.trouble')?.remove();
  row.querySelector('.meta').append(badge(entry.status));
  const ended = entry.status === 'failed' || entry.status === 'unknown';
  if (ended) row.append(trouble(entry));
  else if (entry.detail) row.append(element('div', 'trouble', entry.detail));
  if (ended) announce(`A message ${entry.status === 'failed' ? 'failed' : 'has an unknown outcome'}. ${sentence(entry.code, entry.detail)}`);
}

function trouble(entry) {
  const again = element('button', 'quiet', 'Send again');
  const dismiss = element('button', 'quiet', 'Dismiss');
  const drop = () => {
    entries = entries.filter((e) => e !== entry);
    queueRows.get(entry).remove();
    queueRows.delete(entry);
    $('message').focus();
    refresh();
  };
  again.type = dismiss.type = 'button';
  dismiss.onclick = drop;
  again.onclick = () => {
    drop();
    publish(entry.type, entry.text);
  };
  return element('div', 'trouble', element('p', '', `${sentence(entry.code, entry.detail)} ${advice(entry.code)}`), again, dismiss);
}

const toEnd = () => requestAnimationFrame(() => $('view').scrollTo({ top: $('view').scrollHeight, behavior: 'instant' }));

// refresh brings everything on the page up to what is known.
function refresh() {
  const sub = session.sub;
  place();
  session.done(sub?.offset);
  const own = entries.filter((e) => e.channel === channel);
  const other = entries.filter((e) => e.channel !== channel);
  $('outgoing').hidden = own.length === 0;
  const unanswered = own.some((e) => e.status === 'pending' || e.status === 'sent');
  show($('outgoing-title'), unanswered ? 'Not yet stored' : 'Not stored, or not known to be');
  const names = [...new Set(other.map((e) => e.channel))].join(', ');
  show($('elsewhere'), other.length ? `${plural(other.length, 'message')} of yours ${other.length === 1 ? 'is' : 'are'} not stored in ${names}.` : '');
  const nothing = $('log').childElementCount === 0 && own.length === 0;
  $('empty').hidden = !nothing;
  show($('empty-text'), sub?.placed ? `Nothing in ${channel} yet.` : 'Records appear here as soon as there is a connection.');
  $('empty-hint').hidden = !sub?.placed;
  show($('before'), hidden ? `${plural(hidden, 'earlier record')} ${hidden === 1 ? 'is' : 'are'} not shown here.` : '');
  const live = sub?.live && sub.offset >= head;
  $('live').setAttribute('aria-live', live ? 'polite' : 'off');
  renderState();
  if (atEnd) toEnd();
  else $('newest').hidden = false;
}

function renderState() {
  const { name, action, code, detail, until, leaving } = session.state;
  const waiting = session.outbox.waiting.records;
  const left = Math.max(0, (session.sub?.live ? head : 0) - (session.sub?.offset ?? 0));
  const ends = name === 'open' && session.ends ? Math.ceil(Math.max(0, session.ends - now()) / 1000) : -1;
  const queued = waiting ? `${plural(waiting, 'message')} ${waiting === 1 ? 'waits' : 'wait'} here.` : 'What you write waits here.';
  const words = {
    connecting: ['Connecting…', `to ${host}. ${session.counter ? queued : ''}`],
    open: ['Connected', leaving ? `to ${host}, which goes away and asked to be called again in a moment.` : ends >= 0 ? `to ${host}. The token ends in ${ends} s; with the next one you stay connected.` : left ? `to ${host}, catching up: ${plural(left, 'record')} to go.` : `to ${host}${session.welcome?.user ? ` as ${session.welcome.user}` : ''}. ${stored}`],
    waiting: [`Cut off. Next try in ${Math.ceil(Math.max(0, until - now()) / 1000)} s.`, code && `${sentence(code, detail)} ${queued}`],
    stopped: [action === 'authenticate' ? 'Not let in.' : 'Stopped.', code && `${sentence(code, detail)} ${advice(code)}`],
  }[name];
  $('connection').dataset.state = name;
  show($('headline'), words[0]);
  show($('explanation'), words[1]);
  if ($('credentials').hidden && action === 'authenticate') setTimeout(() => $('token').focus());
  $('credentials').hidden = action !== 'authenticate' && ends < 0;
  $('retry').hidden = (name !== 'waiting' && name !== 'stopped') || action === 'authenticate';
  $('retry').textContent = name === 'stopped' ? 'Connect again' : 'Try now';
}

function publish(type, text) {
  const limit = session.welcome?.max_message ?? Infinity;
  if (session.outbox.full || entries.length >= MAX_ENTRIES) return `${sentence(4350)} Wait until some are stored, or dismiss those that failed.`;
  if (bytesOf(text) > limit) return sentence(4303, `it has ${bytesOf(text).toLocaleString()} bytes, and the limit is ${limit.toLocaleString()}`);
  entries.push(session.outbox.publish(channel, type, text));
  atEnd = true;
  refresh();
  return '';
}

// mistakeIn says what is wrong with a message before it is taken.
function mistakeIn(type, text) {
  if (text.trim() === '') return 'There is nothing to send yet.';
  if (type === 'text') return '';
  try {
    JSON.parse(text);
    return '';
  } catch (e) {
    return `That is not JSON: ${e.message}`;
  }
}

function complain(input, note, text) {
  show(note, text);
  if (text) input.setAttribute('aria-invalid', 'true');
  else input.removeAttribute('aria-invalid');
}

function send() {
  const message = $('message');
  const type = $('composer').elements.type.value;
  const mistake = mistakeIn(type, message.value) || publish(type, message.value);
  complain(message, $('mistake'), mistake);
  if (!mistake) message.value = '';
  grow();
  message.focus();
}

function grow() {
  const lines = $('message').value.split('\n').length;
  $('message').rows = Math.min(6, lines);
}

// open shows another channel. Messages that wait in the one before go out all the same.
function open(name) {
  channel = name;
  rows = new Map();
  hidden = head = 0;
  atEnd = true;
  queueRows.clear();
  $('log').replaceChildren();
  $('queue').replaceChildren();
  $('newest').hidden = true;
  $('channel').value = name;
  $('empty-command').textContent = `echo hello | holdfast publish ${session.url.replace(/\/ws$/, '')} ${name}`;
  document.title = `${name} · Holdfast`;
  complain($('channel'), $('channel-mistake'), '');
  session.watch(name);
  refresh();
}

const session = new Session(new URL('ws', location.href.replace(/^http/, 'ws').replace(/[?#].*/, '')).href, {
  state(state) {
    if (state.name === 'open') stored = session.welcome.synced ? 'Records are synced to disk.' : 'Records are kept in the server’s memory.';
    if (state.name === 'open') announce(state.leaving ? 'The server goes away and asked to be called again in a moment.' : 'Connected.');
    if (state.name === 'waiting') announce(`Cut off. ${sentence(state.code, state.detail)} It is tried again by itself.`);
    if (state.name === 'stopped') announce(`Stopped. ${sentence(state.code, state.detail)}`);
    refresh();
  },
  subscribed(sub, f) {
    head = f.head ?? 0;
    if (rows.size === 0 && sub.offset >= f.first) hidden = sub.offset - f.first + 1;
  },
  record(f) {
    const row = rowOf(f.o, f, f.ts, f.by);
    row.dataset.offset = f.o;
    rows.set(f.o, row);
    append(row);
  },
  gap(f) {
    if (f.why !== 'fork') {
      append(element('li', 'notice', `${range(f.from, f.to)} no longer kept.`));
      return;
    }
    for (const [offset, row] of rows) {
      if (offset < f.from) continue;
      row.classList.add('gone');
      row.querySelector('.badge')?.replaceWith(badge('gone'));
      rows.delete(offset);
    }
    append(element('li', 'notice', `${range(f.from, f.to)} no longer in the channel: the server’s store was restarted or restored, and the log ${f.after ? `goes on after record ${f.after}` : 'begins anew'}.`));
  },
  ended(name, code, detail, again) {
    notice(`${name} is not subscribed. ${sentence(code, detail)} ${again ? 'It is asked again by itself.' : advice(code)}`);
  },
  lost(name, from, to) {
    notice(`${sentence(4322, `your messages ${from}–${to} in ${name}`)} ${advice(4322)}`);
  },
  flush: () => refresh(),
});

$('chooser').onsubmit = (event) => {
  event.preventDefault();
  const name = $('channel').value.trim();
  const bad = name === '' || bytesOf(name) > 255 || /[\s"\\\p{C}]/u.test(name);
  complain($('channel'), $('channel-mistake'), bad ? `${sentence(4304)} ${advice(4304)}` : '');
  if (bad || name === channel) return;
  history.pushState(null, '', `?channel=${encodeURIComponent(name)}`);
  open(name);
  $('message').focus();
};
$('composer').onsubmit = (event) => {
  event.preventDefault();
  send();
};
$('message').oninput = () => {
  complain($('message'), $('mistake'), '');
  grow();
};
$('message').onkeydown = (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  send();
};
for (const radio of $('composer').elements.type) {
  radio.onchange = () => {
    $('message').placeholder = radio.value === 'json' ? '{"any": "JSON value"}' : 'Write a message';
    $('message').classList.toggle('json', radio.value === 'json');
    complain($('message'), $('mistake'), '');
  };
}
$('credentials').onsubmit = (event) => {
  event.preventDefault();
  session.renew($('token').value);
  $('token').value = '';
  $('message').focus();
};
$('retry').onclick = () => {
  session.retry();
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
window.ononline = () => session.wake();
document.onvisibilitychange = () => document.visibilityState === 'visible' && session.wake();
window.onbeforeunload = (event) => session.outbox.waiting.records > 0 && event.preventDefault();

setInterval(() => (session.state.name === 'waiting' || session.ends) && renderState(), 250);
open(channelNow());
session.dial();
$('message').focus();
