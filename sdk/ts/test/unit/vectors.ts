import { readFileSync } from 'node:fs';

/** Reads a file of the project's folder spec, which all implementations share. */
export const spec = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../../../spec/${name}`, import.meta.url), 'utf8')) as T;
