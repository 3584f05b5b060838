// Reads spec/vectors, whose form spec/protocol.md describes in section 12, and says what a codec's frames are in the vectors' words.
import { readFileSync } from 'node:fs';
import type { Codec, Frame } from '../../../src/wire/frames.ts';

export interface FrameVector {
  name: string;
  frame: string;
  fields: Fields;
  json: string;
  bin: string;
}

export interface MessageVector {
  name: string;
  codec: 'json' | 'binary';
  text?: string;
  hex?: string;
  frames: { frame: string; fields: Fields }[];
  offset: number;
}

export type Fields = { [name: string]: unknown };

export const read = <T>(file: string): T[] =>
  JSON.parse(readFileSync(new URL(`../../../../../spec/vectors/${file}`, import.meta.url), 'utf8'));

export const fromHex = (s: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(s, 'hex'));

export const message = (v: MessageVector): Uint8Array =>
  v.hex === undefined ? new TextEncoder().encode(v.text ?? '') : fromHex(v.hex);

export const decode = (c: Codec, m: Uint8Array | ArrayBuffer | string): Frame[] => {
  const frames: Frame[] = [];
  c.decode_(m, f => void frames.push(f));
  return frames;
};

const names: { [key: string]: string } = {
  ch: 'channel',
  n: 'number',
  o: 'offset',
  h: 'headers',
  p: 'producer',
  ts: 'time',
  by: 'publisher',
  retry: 'retryAfter',
  mem: 'memory',
  at: 'from',
  gen: 'generation',
  want: 'expected',
  why: 'reason',
  subs: 'subscriptions',
  max_in_flight: 'maxInFlight',
  max_window: 'maxWindow',
  max_message: 'maxMessage',
  max_subs: 'maxSubscriptions',
  dedupe: 'dedupeWindow',
};

/** A frame in the words of the vectors, which are those of the Go structs. */
export const describeFrame = (frame: Frame): Fields => {
  const { t, ...fields } = frame;
  return describe(t, fields);
};

const describe = (t: string, f: Fields): Fields => {
  const v: Fields = {};
  for (const [key, x] of Object.entries(f)) v[names[key] ?? key] = x;
  const move = (from: string, to: string) => {
    if (from in v) v[to] = v[from];
    delete v[from];
  };
  if (t === 'reconnect') move('delay', 'after');
  if (t === 'refresh') move('delay', 'left');
  if (t === 'bye') move('detail', 'reason');
  if (f.content) v.type = ['', 'text', 'json'][f.content as number];
  delete v.content;
  if (f.data) v.data = Buffer.from(f.data as Uint8Array).toString(f.content ? 'utf8' : 'hex');
  if (t === 'subscribe' || t === 'subscribed') {
    if (f.term || f.o) v.position = [f.term ?? '0000000000000000', f.o ?? 0];
    delete v.term;
    delete v.offset;
  }
  if (t === 'publish' && (f.sent || f.mem)) {
    v.sent = { ...(f.sent ? { at: f.sent } : {}), ...(f.mem ? { memory: f.mem } : {}) };
    delete v.memory;
  }
  if (t === 'stored') {
    const flags = [f.synced && 'synced', f.dup && 'duplicate', f.skipped && 'skipped'].filter(Boolean);
    for (const k of ['synced', 'dup', 'skipped']) delete v[k];
    if (flags.length) v.flags = flags;
  }
  if (f.subs) v.subscriptions = (f.subs as Fields[]).map(s => describe('subscribe', s));
  if (f.results) v.results = (f.results as Fields[]).map(s => describe('subscribed', s));
  return v;
};
