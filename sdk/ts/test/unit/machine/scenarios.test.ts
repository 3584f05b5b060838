import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { play } from './player.ts';

const folder = new URL('../../../../../spec/scenarios/', import.meta.url);
const files = readdirSync(folder).filter(f => f.endsWith('.txt'));

test('there are scenarios', () => expect(files.length).toBeGreaterThan(20));

test.each(files)('%s', file => {
  const transcript = readFileSync(new URL(file, folder), 'utf8');
  expect(play(transcript)).toBe(transcript);
});
