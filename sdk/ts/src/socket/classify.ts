import { type ClassName, classes, type Strategy } from '../spec/classes_gen.ts';

/** Changes which failure falls into which class, and what is done about a class. */
export interface ClassOptions {
  /** Gives classes to close codes and HTTP statuses, in place of the table's: `{ 4401: 'authentication', 4999: 'maintenance' }`. A class may
   * be the application's own. */
  codes?: Readonly<Record<number, ClassName | (string & {})>> | undefined;
  /** Changes what is done about a class: `{ network: { maxRetries: Infinity } }`. */
  strategies?: Readonly<Record<string, Strategy>> | undefined;
}

/** What kind of failure something was. */
export interface Verdict {
  /** Its class; one of spec/classes.json, or the application's own. */
  class: ClassName | (string & {});
  /** Whether another attempt makes sense. */
  retryable: boolean;
}

/** The classes in the order in which classes_gen.ts numbers them. */
const names = Object.keys(classes);

/** Judges a number by one of the tables in classes_gen.ts. With that of Holdfast's codes, what this end has found out itself (ours) stays what
 * it is. */
export const classify = (table: readonly number[], code: number, o: ClassOptions, ours = false): Verdict => {
  let place = 5; // protocol, for what is below all of them
  for (let i = 0; table[i]! <= code; i += 2) place = table[i + 1]!;
  const own = o.codes?.[code];
  return own && !(ours && place > 31) ? verdictOf(own, o) : verdictOf(names[place & 31]!, o, place >> 5);
};

/** Says whether failures of a class are worth another attempt; exception is what the table has for this one failure: 1 they are, 2 they are
 * not. */
export const verdictOf = (name: string, o: ClassOptions, exception = 0): Verdict => ({
  class: name,
  retryable: exception < 2 && (o.strategies?.[name]?.retry ?? (exception ? '' : classes[name]?.retry)) !== 'stop',
});
