// Whatever bytes come, a codec answers with frames or with the one error, soon and without taking memory for what is not there.
import { expect, test } from 'vitest';
import { json } from '../../../src/json.ts';
import { binary } from '../../../src/wire/binary.ts';
import { type Codec, type Frame, FrameError } from '../../../src/wire/frames.ts';
import { type FrameVector, fromHex, type MessageVector, message, read } from './vectors.ts';

/** Random numbers below n, the same ones for the same seed (mulberry32). */
const random = (seed: number) => (n: number) => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % n;
};

const seed = Number(process.env.HOLDFAST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const rounds = process.env.HOLDFAST_LONG ? 300_000 : 6000;

const codecs: [string, Codec, Uint8Array[]][] = [
  ['binary', binary, read<FrameVector>('frames.json').map(v => fromHex(v.bin))],
  ['json', json(), read<FrameVector>('frames.json').map(v => new TextEncoder().encode(v.json))],
];
for (const v of [...read<MessageVector>('accepted.json'), ...read<MessageVector>('invalid.json')])
  codecs[v.codec === 'binary' ? 0 : 1]![2].push(message(v));

/** Decodes a message, which must be one thing or the other; frames before a mistake count. */
const decode = (c: Codec, m: Uint8Array): Frame[] => {
  const frames: Frame[] = [];
  try {
    c.decode_(m, f => void frames.push(f));
  } catch (e) {
    if (!(e instanceof FrameError)) throw e;
    if (!(e.offset >= 0 && e.offset <= m.length)) throw new Error(`offset ${e.offset} of ${m.length}`);
  }
  return frames;
};

/** Changes a message a little: bytes that are other ones, gone, doubled, put in; or the rest of another message. */
const mutate = (m: Uint8Array, other: Uint8Array, below: (n: number) => number): Uint8Array => {
  let b = [...m];
  for (let i = 0; i <= below(4); i++) {
    const at = below(b.length + 1);
    const n = below(4);
    const kind = below(6);
    if (kind === 0) b[at] = below(256);
    else if (kind === 1) b.splice(at, n);
    else if (kind === 2) b.splice(at, 0, ...b.slice(at, at + n * 5));
    else if (kind === 3) b.splice(at, 0, below(256), ...(below(2) ? [255, 255, 255, 255, 127] : []));
    else if (kind === 4 && at < b.length) b[at] = b[at]! ^ (1 << below(8));
    else b = [...b.slice(0, at), ...other.slice(below(other.length + 1))];
  }
  return Uint8Array.from(b);
};

test.each(codecs)('%s', { timeout: 600_000 }, (_, codec, corpus) => {
  const below = random(seed);
  let last = new Uint8Array() as Uint8Array;
  try {
    for (let i = 0; i < rounds; i++) {
      const one = corpus[below(corpus.length)]!;
      last =
        i % 10 ? mutate(one, corpus[below(corpus.length)]!, below) : Uint8Array.from({ length: below(60) }, () => below(256));
      const frames = decode(codec, last);
      // what was read can be written, and read again, and is written in the same way then
      const written = codec.encode_(frames);
      const bytes = typeof written === 'string' ? new TextEncoder().encode(written) : written;
      if (frames.length) expect(codec.encode_(decode(codec, bytes))).toEqual(written);
    }
  } catch (e) {
    throw new Error(`HOLDFAST_SEED=${seed}, message ${Buffer.from(last).toString('hex')}`, { cause: e });
  }
});

test('lengths that are not there cost nothing', () => {
  const before = process.memoryUsage().arrayBuffers;
  for (const length of ['ffffffff07', 'ffffffffffffff0f', 'ffffffffffffffffff01'])
    for (const bytes of [length, `10${'02'}12${length}`, `1022${'92012c'}${length}`, `1002${'1a'}${length}`])
      for (let i = 0; i < 100; i++) decode(binary, fromHex(bytes));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
});

test('a long message of many small things is read in a time that its length allows', () => {
  const field = [0x82, 0x04, 0x09]; // a field that nobody knows
  const known = [0x92, 0x02, 0x00]; // one that the frame has no use for
  const many = Uint8Array.from([...Array(60_000).fill(field), ...Array(60_000).fill(known)].flat());
  const length = many.length + 1;
  const frame = Uint8Array.from([(length & 127) | 128, ((length >> 7) & 127) | 128, length >> 14, 9, ...many]);
  const start = performance.now();
  expect(decode(binary, frame)).toEqual([{ t: 'ping' }]);
  const object = `{"t":"ping","x":[],"subs":[],"y":[${'[{}],'.repeat(100_000)}0]}\n`;
  expect(decode(json(), new TextEncoder().encode(object))).toEqual([{ t: 'ping' }]);
  const digits = `{"t":"call","data":${'7'.repeat(1_000_000)}}`;
  expect(decode(json(), new TextEncoder().encode(digits))).toHaveLength(1);
  expect(decode(json(), new TextEncoder().encode(digits.replace('data', 'id')))).toHaveLength(0);
  expect(performance.now() - start).toBeLessThan(10_000);
});
