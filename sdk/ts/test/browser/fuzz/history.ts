// What is noted of a run, in the words of internal/check, and what messages look like.

/** An event of internal/check. Terms are hexadecimal digits here, and numbers there. */
export interface Note {
  Kind: string;
  Client?: string;
  Channel?: string;
  Sub?: string;
  Message?: string;
  Hash?: number;
  Pos?: { Term?: string; Offset: number };
  Time?: number;
  From?: number;
  To?: number;
  Begin?: number;
  Reason?: number;
  Outbox?: number;
  Detail?: string;
  Records?: Note[];
  /** Where to go on after it; not of the history. */
  place?: string;
}

/** A message's content: who published it, its number there, and something to carry, small or large. */
export function contentOf(client: string, n: number): string {
  return `${client} ${n} ${'0123456789abcdef€'.repeat(n % 50 === 0 ? 700 : n % 7)}`;
}

/** What names a message among all. */
export const messageOf = (content: string): string => content.split(' ', 2).join(' ');

/** FNV-1a of 32 bits (draft-eastlake-fnv) over the content's UTF-16. */
export function hashOf(content: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < content.length; i++) h = Math.imul(h ^ content.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/** A note as a line that cmd judge reads. */
export function lineOf({ place: _, ...n }: Note): string {
  return JSON.stringify(n).replace(
    /"Term":"([0-9a-f]{16}|-?)"/g,
    (_, hex: string) => `"Term":${BigInt(`0x${hex.replace('-', '') || 0}`)}`,
  );
}
