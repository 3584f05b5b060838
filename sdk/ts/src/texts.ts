// Words for people: what happened, and what to do about it. A door of its own, since not everybody shows them.
import type { ClassName } from './spec/classes_gen.ts';
import { codeOf } from './spec/codes.ts';
import { classTexts, codeTexts } from './spec/texts_gen.ts';

export type { ClassName } from './spec/classes_gen.ts';

/** What happened, as a sentence without its full stop; `''` for a code that has no text. */
export const what = (code: number): string => codeTexts[code]?.[0] ?? '';

/** What a person can do about it; `''` where there is nothing to say. */
export const hint = (code: number): string => codeTexts[code]?.[1] ?? '';

/** The same for a class of failures. */
export const whatOfClass = (name: ClassName): string => classTexts[name]?.[0] ?? '';

/** The same for a class of failures. */
export const hintOfClass = (name: ClassName): string => classTexts[name]?.[1] ?? '';

/** The name of a code, such as `heartbeat_timeout`; `code 4098` where it has none. */
export const nameOf = (code: number): string => codeOf(code).replace(/^\S+ /, '');

/** What a code asks of the client. */
export const actionOf = (code: number): 'none' | 'now' | 'later' | 'authenticate' | 'stop' =>
  (({ o: 'none', n: 'now', l: 'later', a: 'authenticate', s: 'stop' }) as const)[/[a-z]/.exec(codeOf(code))![0] as 'o'];
