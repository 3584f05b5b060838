// The tables of fields_gen.ts, unpacked.
import { FIELDS, FRAMES } from './fields_gen.ts';

export interface Field {
  number_: number;
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
  /** Its fields in the order of writing, */
  order_: Field[];
  /** and by their number. */
  has_: (Field | undefined)[];
}

/** Fields by their number, from 1. */
export const fields: readonly Field[] = ` ${FIELDS}`.split(' ').map((f, number_) => {
  const [key_ = '', shape_ = ''] = f.split(':');
  return {
    number_,
    key_,
    shape_,
    tag_: number_ * 4 + (shape_ === 'x' ? 1 : shape_ === 'X' ? 3 : 'nukfwc'.includes(shape_) ? 0 : 2),
    many_: 'heo'.includes(shape_),
  };
});

/** Frames by their type, and by their name. */
export const layouts: { readonly [typeOrName: string | number]: Layout | undefined } = (() => {
  const all: { [typeOrName: string | number]: Layout } = Object.create(null);
  for (const [, type, name_, list] of FRAMES.matchAll(/(\d+)(\w+) (\S+)/g) as Iterable<string[]>) {
    const order_ = [...list!].map(c => fields[c.charCodeAt(0) - 34]!);
    const has_: Field[] = [];
    for (const f of order_) has_[f.number_] = f;
    all[type!] = all[name_!] = { type_: +type!, name_: name_!, order_, has_ };
  }
  return all;
})();

/** The largest number of a shape. */
export const largest = (shape: string) => (shape === 'n' ? 2 ** 53 : shape === 'k' ? 2 ** 16 : 2 ** 32) - 1;
/** The longest string of a shape, in bytes. */
export const longest = (shape: string) => (shape === 'a' ? 255 : 4096);
/** The most items of a list: headers of a record, earlier terms, subscriptions or results. */
export const most = (shape: string) => (shape === 'h' ? 64 : shape === 'e' ? 8 : 1024);
/** The frame whose fields the objects of a list have. */
export const within = (key: string) => layouts[key === 'subs' ? 'subscribe' : 'subscribed']!;
