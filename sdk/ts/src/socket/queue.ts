import { QueueFull } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import type { SocketData } from './options.ts';

/** What happens to a message when the queue is full: it is refused with an error, or it or the oldest is dropped and an event tells. */
export type QueuePolicy = 'refuse' | 'dropOldest' | 'dropNewest';

/** Options of what keeps messages while there is no connection. */
export interface QueueOptions {
  /** How many messages may wait. Default 1,000. */
  maxMessages?: number | undefined;
  /** How many bytes may wait; one message may go beyond. Default 4 MiB. */
  maxBytes?: number | undefined;
  /** What happens at the limits. Default `refuse`. */
  policy?: QueuePolicy | undefined;
  /** Drops what could not be sent for so long, in ms. Default: never. */
  ttl?: number | undefined;
}

/** A message that waits. */
export interface Queued {
  data_: SocketData;
  size_: number;
  /** By Date.now; Infinity: never. */
  expires_: number;
  /** A store's. */
  id_?: number;
}

/** Tells of a message that was dropped, and why. */
export type Discarded = (why: 'dropped' | 'expired') => void;

/** Keeps messages while there is no connection. */
export interface Queue {
  readonly count_: number;
  bytes_: number;
  /** Is waited for before each attempt. */
  ready_?(): Promise<void> | undefined;
  /** Takes a message, or drops it as the policy has it. */
  put_(data: SocketData, ttl: number | undefined): Queued | undefined;
  /** Hands all of it over, in order. */
  flush_(send: (data: SocketData) => void): void;
  /** Where discarded messages are told. */
  discarded_: Discarded;
}

/** Bytes of a message; of text, its length. */
export const sizeOf = (d: SocketData): number => (d as ArrayBuffer).byteLength ?? (d as Blob).size ?? (d as string).length;

/** A copy: the application may change what it has given away. */
export const copyOf = (d: SocketData): SocketData => {
  const { buffer, byteOffset, byteLength } = d as Uint8Array;
  return buffer ? new Uint8Array(buffer, byteOffset, byteLength).slice() : (d as ArrayBuffer).slice(0);
};

/** Makes a queue in memory. Whoever keeps a copy is told what is no longer in it. */
export const createQueue = (o: QueueOptions, removed?: (m: Queued) => void): Queue => {
  const items = new Set<Queued>();
  const take = (m: Queued) => {
    items.delete(m);
    q.bytes_ -= m.size_;
    removed?.(m);
  };
  const expired = (m: Queued) => {
    const late = m.expires_ <= Date.now();
    if (late) {
      take(m);
      q.discarded_('expired');
    }
    return late;
  };
  const q = {
    bytes_: 0,
    get count_() {
      return items.size;
    },
    discarded_() {},
    put_(data: SocketData, ttl = o.ttl ?? Infinity) {
      const m: Queued = { data_: copyOf(data), size_: sizeOf(data), expires_: Date.now() + ttl };
      const full = () => items.size >= (o.maxMessages ?? 1e3) || (items.size && q.bytes_ + m.size_ > (o.maxBytes ?? 4 << 20));
      for (const first of items) {
        if (!full()) break;
        if (expired(first)) continue;
        if (o.policy !== 'dropOldest') break;
        take(first);
        q.discarded_('dropped');
      }
      if (!full()) {
        items.add(m);
        q.bytes_ += m.size_;
        return m;
      }
      if (o.policy && o.policy !== 'refuse') q.discarded_('dropped');
      else throw new HoldfastError(QueueFull, 'send', `${items.size} messages wait`);
    },
    flush_(send: (data: SocketData) => void) {
      for (const m of items) {
        if (expired(m)) continue;
        take(m); // before: what cannot be sent must not be in the way for ever
        send(m.data_);
      }
    },
  } as Queue;
  return q;
};
