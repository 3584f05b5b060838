import { type ClassName, classes } from '../spec/classes_gen.ts';

/** What is done about the failures of one class. What is not set is taken from the general options, then from spec/classes.json. */
export interface Strategy {
  /** Whether there is another attempt at all. */
  retry?: 'retry' | 'stop' | undefined;
  /** How many retries in a row there are for this class. Infinity: no limit. */
  maxRetries?: number | undefined;
  /** The delay before the first retry, in ms. */
  baseDelay?: number | undefined;
  /** How much longer each delay is than the one before, at least 1. */
  multiplier?: number | undefined;
}

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

/** The row of a class in the table of spec/classes.json. */
export const classRow = (name: string) => classes.find(c => c[0] === name);

/** Judges a number by one of the tables in classes_gen.ts. With that of Holdfast's codes, what this end has found out itself (ours) stays what
 * it is. */
export const classify = (table: string, code: number, o: ClassOptions = {}, ours = false): Verdict => {
  let name = 'protocol';
  let exception = '';
  for (const [, from, letter, mode] of table.matchAll(/(\d+)(.)([-+]?)/g)) {
    if (code < +from!) break;
    name = classes[letter!.charCodeAt(0) - 97]![0];
    exception = mode!;
  }
  const own = o.codes?.[code];
  if (own && !(ours && exception)) [name, exception] = [own, ''];
  return verdictOf(name, o, exception);
};

/** Says whether failures of a class are worth another attempt; exception is what the table has for this one failure. */
export const verdictOf = (name: string, o: ClassOptions, exception = ''): Verdict => {
  const retry = exception === '-' ? 'stop' : o.strategies?.[name]?.retry;
  return { class: name, retryable: retry ? retry === 'retry' : exception === '+' || classRow(name)?.[1] !== 0 };
};
