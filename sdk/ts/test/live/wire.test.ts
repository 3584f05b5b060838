// The codecs against those in Go: random messages, whole and damaged, which Go writes down with what it makes of them. The same has
// to come of them here.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { binary } from '../../src/wire/binary.ts';
import { type Frame, FrameError } from '../../src/wire/frames.ts';
import { json } from '../../src/wire/json.ts';

const root = new URL('../../../../', import.meta.url).pathname;
const codecs = { binary, json: json() };

interface Line {
  codec: 'binary' | 'json';
  hex: string;
  again: string;
  offset: number;
}

const readHere = ({ codec, hex }: Line) => {
  const frames: Frame[] = [];
  let offset = -1;
  try {
    codecs[codec].decode_(Uint8Array.from(Buffer.from(hex, 'hex')), f => void frames.push(f));
  } catch (e) {
    if (!(e instanceof FrameError)) throw e;
    offset = e.offset;
  }
  return { again: Buffer.from(codecs[codec].encode_(frames)).toString('hex'), offset };
};

const shown = (codec: string, hex: string) => (codec === 'json' ? Buffer.from(hex, 'hex').toString() : hex);

test('messages are read as Go reads them', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-wire-'));
  const file = join(folder, 'messages');
  try {
    const said = execFileSync('go', ['test', './internal/wire', '-run=^TestMessagesForOthers$', '-count=1', '-v'], {
      cwd: root,
      env: { ...process.env, HOLDFAST_MESSAGES: file },
      encoding: 'utf8',
    });
    const seed = /seed \d+/.exec(said)?.[0];
    const counts = { good: 0, bad: 0 };
    for (const text of readFileSync(file, 'utf8').trimEnd().split('\n')) {
      const line: Line = JSON.parse(text);
      const { again, offset } = readHere(line);
      const { codec } = line;
      // of JSON, where the mistake lies is a matter of taste where nothing in it makes sense
      const same = codec === 'binary' ? offset === line.offset : offset < 0 === line.offset < 0;
      if (!same || again !== line.again)
        expect({ offset, again: shown(codec, again) }, `${seed}, ${shown(codec, line.hex)}`).toEqual({
          offset: line.offset,
          again: shown(codec, line.again),
        });
      counts[offset < 0 ? 'good' : 'bad']++;
    }
    expect(Math.min(counts.good, counts.bad)).toBeGreaterThan(5000);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
