// The machine against the one in Go: random runs of a session, which Go's simulation writes down, each step with its effects. The
// machine here has to do the same at each step.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createMachine } from '../../src/machine/machine.ts';
import type { Effect, Entry, Lane, Machine, MachineEvent } from '../../src/machine/types.ts';
import { MessageTooLarge } from '../../src/spec/numbers_gen.ts';
import type { Frame, ServerFrame, Subscribe } from '../../src/wire/frames.ts';
import { json } from '../../src/wire/json.ts';

const root = new URL('../../../../', import.meta.url).pathname;
const codec = json();

type Thing = { [key: string]: unknown };

interface Line {
  machine: number;
  made?: { process: string; producer: string; records?: number; bytes?: number; durable?: boolean; [more: string]: unknown };
  lanes?: Partial<Lane>[];
  entries?: Partial<Entry>[];
  now: number;
  event: Thing & { k: string };
  effects: Thing[];
  wake?: number;
}

const decode = (text: unknown): Frame => {
  let frame: Frame | undefined;
  codec.decode_(text as string, f => {
    frame = f;
  });
  return frame!;
};

const emptyLane = { next: 0, resolved: 0, acked: 0, mem: '', ackedAt: 0, forgotten: 0, successor: '', sealed: false };
const emptyEntry = { size: 0, sent: 0, mem: '', expires: 0 };

const eventOf = (e: Line['event']): MachineEvent => {
  const { k, frame, spec, checkpoint, ...rest } = e;
  const event: Thing = { k_: k, id_: 0, code_: 0, ch_: '', size_: 0, sent_: 0, mem_: '', term_: '', offset_: 0 };
  for (const [key, v] of Object.entries(rest)) event[`${key}_`] = v;
  if (frame) event.frame_ = decode(frame) as ServerFrame;
  if (spec) {
    const { t: _, ...fields } = decode(spec) as Subscribe;
    const { earlier, ...at } = checkpoint as { earlier: [] | null };
    event.spec_ = fields;
    event.checkpoint_ = { ...at, earlier: earlier ?? [] };
  }
  return event as unknown as MachineEvent;
};

/** Leaves out what is zero. */
const sparse = (o: object, ...but: string[]): Thing =>
  Object.fromEntries(Object.entries(o).filter(([key, v]) => v && !but.includes(key)));

/** An effect as Go writes it down. */
const effectOf = (f: Effect, machine: Machine, durable: boolean): Thing => {
  const out: Thing = {};
  for (const [key, v] of Object.entries(f)) out[key.slice(0, -1)] = v;
  if ('frame_' in f) out.frame = (codec.encode_([withoutResults(f.frame_ as Frame)]) as string).trimEnd();
  if (f.k_ === 'subscribed') out.frame = (codec.encode_([{ t: 'subscribed', ...f.frame_ }]) as string).trimEnd();
  // an outbox in memory hears of the first attempt by the entry itself
  if ('entry_' in f && f.entry_) out.entry = sparse(f.entry_, 'p', ...(f.k_ === 'persist' && !durable ? ['sent', 'mem'] : []));
  // Go tells of a lane that is sealed only what the seal is about
  if ('lane_' in f) out.lane = sparse(f.lane_, ...(f.k_ === 'seal' ? ['acked', 'mem', 'ackedAt', 'forgotten'] : []));
  if (f.k_ === 'record') {
    delete out.frame;
    out.offset = f.frame_.o;
    out.earlier = orNull(machine.checkpoint_(f.sub_, f.term_, f.frame_.o!)!.earlier);
  }
  if (f.k_ === 'gap') out.earlier = orNull(machine.checkpoint_(f.sub_, f.frame_.term ?? '', f.frame_.after ?? 0)!.earlier);
  return { ...(out.earlier === null ? { earlier: null } : {}), ...sparse(out) };
};

const orNull = (list: readonly unknown[]) => (list.length ? list : null);
const withoutResults = (f: Frame) => (f.t === 'welcome' ? { ...f, results: undefined } : f);

const make = (o: NonNullable<Line['made']>) =>
  createMachine({ process_: o.process, producer_: o.producer, window_: [o.records ?? 0, o.bytes ?? 0], durable_: o.durable });

test('every effect of random runs is the one of the machine in Go', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-machine-'));
  const file = join(folder, 'transcripts');
  const checks = process.env.HOLDFAST_LONG ? 150 : 15;
  let seed: string | undefined;
  try {
    const said = execFileSync(
      'go',
      ['test', './internal/session', '-run=^TestTranscripts$', '-count=1', '-v', `-rapid.checks=${checks}`, '-rapid.nofailfile'],
      { cwd: root, env: { ...process.env, HOLDFAST_TRANSCRIPTS: file }, encoding: 'utf8' },
    );
    seed = /seed \d+: \d+ machines, \d+ steps/.exec(said)?.[0];
    const machines = new Map<number, { machine: Machine; durable: boolean }>();
    let effects = 0;
    for (const text of readFileSync(file, 'utf8').trimEnd().split('\n')) {
      const line: Line = JSON.parse(text);
      if (line.made) {
        machines.set(line.machine, { machine: make(line.made), durable: !!line.made.durable });
        continue;
      }
      const { machine, durable } = machines.get(line.machine)!;
      if (line.lanes) {
        machine.load_(
          line.lanes.map(l => ({ ...emptyLane, ...l }) as Lane),
          line.entries!.map(e => ({ ...emptyEntry, ...e }) as Entry),
        );
        continue;
      }
      // what the code alone says is not said again here
      for (const f of line.effects) if (f.k === 'fail' || (f.k === 'outcome' && f.code === MessageTooLarge)) delete f.detail;
      const did = machine.step_(line.now, eventOf(line.event)).map(f => effectOf(f, machine, durable));
      const due = (at = 0) => (at ? Math.max(at, line.now) : 0); // Go's zero time lies further back
      const wake = due(machine.wake_());
      if (JSON.stringify(sorted(did)) !== JSON.stringify(sorted(line.effects)) || wake !== due(line.wake))
        expect({ event: line.event, did, wake }, `${seed}; machine ${line.machine}`).toEqual({
          event: line.event,
          did: line.effects,
          wake: due(line.wake),
        });
      effects += did.length;
    }
    expect(machines.size).toBeGreaterThan(100);
    expect(effects).toBeGreaterThan(10_000);
    console.log(`${seed}, ${effects} effects`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);

const sorted = (v: unknown): unknown =>
  Array.isArray(v)
    ? v.map(sorted)
    : v && typeof v === 'object'
      ? Object.fromEntries(
          Object.entries(v)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([k, x]) => [k, sorted(x)]),
        )
      : v;
