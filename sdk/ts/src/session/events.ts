import type { TypedEventTarget } from '../socket/events.ts';
import { Closed } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import type { Fault } from './engine.ts';

/** An EventTarget whose events are known: M says of what type the `detail` of each is. */
export type Target<M> = TypedEventTarget<{ [K in keyof M]: CustomEvent<M[K]> }>;

/** The class behind that. */
export const TargetOf = <M>() => EventTarget as new () => Target<M>;

export const emit = (t: EventTarget, type: string, detail: unknown) => t.dispatchEvent(new CustomEvent(type, { detail }));

/** A promise that is settled from outside. Nobody has to look at it. */
export interface Deferred<T> {
  promise_: Promise<T>;
  ok_(v: T): void;
  no_(e: unknown): void;
}

export const deferred = <T>(): Deferred<T> => {
  const d = {} as Deferred<T>;
  d.promise_ = new Promise<T>((ok, no) => {
    d.ok_ = ok;
    d.no_ = no;
  });
  d.promise_.catch(() => {});
  return d;
};

/** What all ends with when a session is closed. */
export const closed: Fault = { code: Closed, detail: 'the session was closed' };

export const errorOf = (f: Fault, op: string): HoldfastError => new HoldfastError(f.code, f.op ?? op, f.detail);
