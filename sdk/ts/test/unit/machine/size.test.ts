import { expect, test } from 'vitest';
import { size } from '../../../bundle.mjs';

// What a session costs a page, in bytes of a bundle, gzipped; the codec with the errors, which a session has anyway.
test.each([
  ['src/machine/machine.ts', 5100],
  ['src/wire/binary.ts', 2300],
])(
  '%s takes at most %i bytes',
  async (file, most) => {
    expect(await size(file)).toBeLessThanOrEqual(most);
  },
  60_000,
);
