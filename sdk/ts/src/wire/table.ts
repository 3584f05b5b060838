// The tables of fields_gen.ts, unpacked.
import { CLIENT_FRAMES, FIELDS, SERVER_FRAMES } from './fields_gen.ts';

export interface Field {
  key_: string;
  /** Its letter, as in FIELDS. */
  shape_: string;
  /** What stands before it in binary: number × 4 + kind. */
  tag_: number;
  /** Binary frames may have it more than once. */
  many_: boolean;
}

export interface Layout {
  type_: number;
  name_: string;
  /** In the order of writing. */
  fields_: Field[];
}

/** Fields by their number, from 1. */
export const fields: readonly (Field | undefined)[] = [
  undefined,
  ...FIELDS.split(' ').map((f, i): Field => {
    const [key_ = '', shape_ = 'n'] = f.split(':');
    return {
      key_,
      shape_,
      tag_: i * 4 + 4 + ('nukfwc'.includes(shape_) ? 0 : shape_ === 'x' ? 1 : shape_ === 'X' ? 3 : 2),
      many_: 'heo'.includes(shape_),
    };
  }),
];

/** Frames by their type, and by their name. */
export const layouts: { readonly [typeOrName: string | number]: Layout | undefined } = (() => {
  const all = Object.create(null);
  const add = (frames: string, first: number) => {
    for (const [i, frame] of frames.split(' ').entries()) {
      const [name_ = '', list = ''] = frame.split('!');
      all[first + i] = all[name_] = { type_: first + i, name_, fields_: [...list].map(c => fields[c.charCodeAt(0) - 34]) };
    }
  };
  add(CLIENT_FRAMES, 1);
  add(SERVER_FRAMES, 32);
  return all;
})();

/** The largest number of a shape, its longest string in bytes, or the most items of a list. */
export const limits: { readonly [shape: string]: number } = {
  n: 2 ** 53 - 1,
  u: 2 ** 32 - 1,
  k: 65535,
  f: 1,
  c: 2,
  a: 255,
  s: 4096,
  h: 64,
  e: 8,
  o: 1024,
};

/** The shapes of both parts of a pair. */
export const pairs: { readonly [shape: string]: string } = { h: 'as', e: 'xn', p: 'uu' };

/** The frame whose fields the objects in a list have. */
export const within = (key: string): Layout => layouts[key === 'subs' ? 'subscribe' : 'subscribed']!;
