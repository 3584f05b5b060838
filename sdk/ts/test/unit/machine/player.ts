// Plays the transcripts of spec/scenarios, whose form is described there.
import { readFileSync } from 'node:fs';
import { createMachine } from '../../../src/machine/machine.ts';
import type { Effect, Entry, Lane, Machine, MachineEvent } from '../../../src/machine/types.ts';
import { Dropped } from '../../../src/spec/numbers_gen.ts';
import type { Frame, ServerFrame, Subscribe } from '../../../src/wire/frames.ts';
import { json } from '../../../src/wire/json.ts';

const codec = json();
const codes = new Map<number, { name: string; what: string }>(
  JSON.parse(readFileSync(new URL('../../../../../spec/codes.json', import.meta.url), 'utf8')).map((c: { code: number }) => [
    c.code,
    c,
  ]),
);
const codeName = (code: number) => {
  const c = codes.get(code);
  return c ? `${c.name}: ${c.what}` : '';
};
const simpleName = (code: number) => (code ? ` ${codes.get(code)?.name}` : '');

/** Producers have short names in transcripts: "1" is 000…01. */
const producer = (short: string | undefined) => (short || '1').padStart(32, '0');
const short = (p: string) => p.replace(/^0+/, '');
const position = (term: string | undefined, offset: number | undefined) => `${term || '-'}@${offset || 0}`;

const decode = (text: string): Frame => {
  let frame: Frame | undefined;
  codec.decode_(text, f => {
    frame = f;
  });
  return frame!;
};

/** Repeats a transcript's comments and inputs, with what the machine does after each input. */
export const play = (transcript: string): string => {
  const out: string[] = [];
  let machine: Machine;
  let now = 1_700_000_000_000;
  for (const line of transcript.trimEnd().split('\n')) {
    if (line.startsWith('  ')) continue; // what it did when it was written down
    out.push(line);
    if (line === '' || line.startsWith('#')) continue;
    const [, wait, verb, rest = ''] = /^(?:\+(\d+)ms )?(\w+)(?: (.*))?$/.exec(line)!;
    now += Number(wait ?? 0);
    if (verb === 'open') {
      machine = open(rest);
      continue;
    }
    for (const f of machine!.step_(now, eventOf(verb!, rest, now))) out.push(`  ${show(f, now)}`);
  }
  return `${out.join('\n')}\n`;
};

interface Opening {
  durable?: boolean;
  producer?: string;
  lanes?: {
    channel: string;
    producer: string;
    successor?: string;
    next?: number;
    resolved?: number;
    acked?: number;
    forgotten?: number;
    at?: number;
    mem?: string;
  }[];
  entries?: { id: number; channel: string; producer: string; number: number; size?: number; at?: number; mem?: string }[];
}

const open = (rest: string): Machine => {
  const o: Opening = JSON.parse(rest || '{}');
  const machine = createMachine({
    process_: '0000000000000001',
    producer_: producer(o.producer),
    window_: [8, 4096],
    durable_: o.durable,
  });
  const lanes = (o.lanes ?? []).map(
    (l): Lane => ({
      ch: l.channel,
      p: producer(l.producer),
      next: l.next ?? 0,
      resolved: l.resolved ?? 0,
      acked: l.acked ?? 0,
      mem: l.mem ?? '',
      ackedAt: l.at ?? 0,
      forgotten: l.forgotten ?? 0,
      successor: l.successor ? producer(l.successor) : '',
      sealed: false,
    }),
  );
  const entries = (o.entries ?? []).map(
    (e): Entry => ({
      id: e.id,
      ch: e.channel,
      p: producer(e.producer),
      n: e.number,
      size: e.size ?? 0,
      sent: e.at ?? 0,
      mem: e.mem ?? '',
      expires: 0,
    }),
  );
  machine.load_(lanes, entries);
  return machine;
};

const eventOf = (verb: string, rest: string, now: number): MachineEvent => {
  switch (verb) {
    case 'tick':
    case 'bye':
      return { k_: verb };
    case 'connected':
      return { k_: verb, token_: rest };
    case 'disconnected':
      return { k_: verb, code_: Number(rest) };
    case 'publish': {
      const { Channel, Size = 0, Expires } = JSON.parse(rest);
      return { k_: verb, ch_: Channel, size_: Size, expires_: Expires && Date.parse(Expires) };
    }
    case 'persisted':
      return { k_: verb, id_: Number(rest) };
    case 'marked': {
      const [id, sent] = [rest.split(' ', 1)[0]!, rest.slice(rest.indexOf(' ') + 1)];
      const { At, Memory } = JSON.parse(sent);
      return { k_: verb, id_: Number(id), sent_: At, mem_: Memory.toString(16).padStart(16, '0') };
    }
    case 'drop':
      return { k_: verb, id_: Number(rest), code_: Dropped };
    case 'subscribe': {
      const { t: _, ...spec_ } = decode(`{"t":"subscribe",${rest.slice(1)}`) as Subscribe;
      return {
        k_: verb,
        sub_: 1,
        spec_,
        checkpoint_: { term: spec_.term ?? '', offset: spec_.o ?? 0, earlier: spec_.earlier ?? [] },
      };
    }
    case 'unsubscribe':
      return { k_: verb, sub_: 1 };
    case 'done': {
      const [term, offset] = rest.split('@');
      return { k_: verb, sub_: 1, term_: term === '-' ? '' : term!, offset_: Number(offset) };
    }
    case 'moved':
      return { k_: verb, at_: now };
    case 'frame':
      return { k_: verb, frame_: decode(rest) as ServerFrame };
  }
  throw new Error(`unknown input ${verb}`);
};

const send = (f: Frame) => `send ${(codec.encode_([f]) as string).trimEnd()}`;

/** An effect as a line. */
const show = (f: Effect, now: number): string => {
  switch (f.k_) {
    case 'send':
      return send(f.frame_);
    case 'publish':
      return send({ ...f.frame_, content: 2, data: new TextEncoder().encode(`${f.entry_.id}`) });
    case 'persist':
      return `persist entry ${f.entry_.id} as number ${f.entry_.n} of ${f.entry_.ch}`;
    case 'mark':
      return `mark entries up to ${f.id_} as first sent at ${f.sent_} under ${f.mem_}`;
    case 'seal':
      return `persist ${f.id_}: lane ${short(f.lane_.p)} of ${f.lane_.ch} goes on as ${short(f.lane_.successor)}`;
    case 'outcome':
      return `entry ${f.entry_.id} is ${f.outcome_} at ${f.offset_}${f.duplicate_ ? ' (duplicate)' : ''}${simpleName(f.code_)}`;
    case 'resolved':
      return `resolved ${short(f.lane_.p)} of ${f.lane_.ch} up to ${f.lane_.resolved}${f.lane_.sealed ? ', sealed' : ''}`;
    case 'held':
      return `held at entry ${f.entry_?.id ?? 0} for ${duration(f.at_ - now)}: ${codeName(f.code_)}`;
    case 'lost':
      return `lost: numbers ${f.from_} to ${f.to_} of ${f.ch_}`;
    case 'record':
      return `record ${position(f.term_, f.frame_.o)}`;
    case 'gap': {
      const { from, to, why, term, after } = f.frame_;
      return `gap from ${from ?? 0} to ${to ?? 0} (${why ?? 'unknown'}), goes on after ${position(term, after)}`;
    }
    case 'subscribed':
      return `subscribed at ${position(f.frame_.term, f.frame_.o)}`;
    case 'ended':
      return `ended${simpleName(f.code_)}`;
    case 'welcome':
      return 'open';
    case 'disconnect':
      return `disconnect: ${codeName(f.code_)}${f.detail_ && `, ${f.detail_}`}`;
    case 'fail':
      return `stop: ${codeName(f.code_)}`;
    case 'authenticate':
      return 'authenticate';
    case 'refresh':
      return 'refresh';
  }
};

/** As Go writes a duration. */
const duration = (ms: number) => (ms < 1000 ? `${ms}ms` : `${ms / 1000}s`);
