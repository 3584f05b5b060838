import { expect, test } from 'vitest';
import { classify } from '../../src/socket/classify.ts';
import { classes, closeClasses, holdfastClasses, type Strategy, statusClasses } from '../../src/spec/classes_gen.ts';
import { spec } from './vectors.ts';

interface StrategyText {
  retry?: 'retry' | 'stop';
  retries?: number;
  base_ms?: number;
  factor?: number;
}
interface Vector {
  kind: 'close' | 'status' | 'holdfast';
  code: number;
  class: string;
  retryable: boolean;
  options?: { codes?: Record<number, string>; strategies?: Record<string, StrategyText> };
  strategy?: StrategyText;
}

const tables = { close: closeClasses, status: statusClasses, holdfast: holdfastClasses };
const vectors = spec<Vector[]>('vectors/classes.json');

const strategy = (s: StrategyText): Strategy => ({
  retry: s.retry,
  maxRetries: s.retries,
  baseDelay: s.base_ms,
  multiplier: s.factor,
});

test.each(vectors)('$kind $code is $class', v => {
  const strategies = Object.fromEntries(Object.entries(v.options?.strategies ?? {}).map(([k, s]) => [k, strategy(s)]));
  const got = classify(tables[v.kind], v.code, { codes: v.options?.codes, strategies }, v.kind === 'holdfast');
  expect(got).toEqual({ class: v.class, retryable: v.retryable });
  if (!v.strategy) return;
  expect({ retry: 'retry', ...classes[v.class] }).toEqual(strategy(v.strategy));
});

test('whatever number comes, there is a class', () => {
  for (const table of Object.values(tables)) {
    for (let n = 0; n < 70_000; n += 7) expect(classes[classify(table, n, {}).class]).toBeDefined();
  }
});
