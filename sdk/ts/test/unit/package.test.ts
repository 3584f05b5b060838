import { expect, test } from 'vitest';

test('it can be imported where there is no browser', async () => {
  expect(await import('../../src/index.ts')).toBeDefined();
});
