import { allCodes } from './codes_gen.ts';

// All codes by number. Whoever imports this has all names in the bundle; the constants of codes_gen.ts cost only what is used.

/** The whole code of a number, in the form of codes_gen.ts: one that has no name gets "code 4098", and is judged by its range. */
export const codeOf = (n: number): string =>
  new RegExp(`^${n}[a-z] .*`, 'm').exec(allCodes)?.[0] ?? `${n}${actionOf(n)} code ${n}`;

/** What a code asks of the client: o nothing, n again now, l again later, a new credentials, s stop. */
const actionOf = (n: number): string => {
  if (n >= 4000 && n < 4400) return 'nlas'[((n - 4000) / 100) | 0]!;
  if ((n >= 500 && n < 600) || n === 408 || n === 425 || n === 429) return 'l';
  return n >= 400 && n < 500 ? 's' : n ? 'n' : 'o';
};
