import { expect, test } from 'vitest';
import { size } from '../../bundle.mjs';

// What is promised: bytes of a bundle, gzipped.
test.each([['src/socket.ts', 4096]])(
  '%s takes at most %i bytes',
  async (door, most) => {
    expect(await size(door)).toBeLessThanOrEqual(most);
  },
  60_000,
);
