import { QueueFull } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import type { SocketData } from './options.ts';

/** What happens to a message when the queue is full: it is refused with an error, or it or the oldest is dropped and an event tells. */
export type QueuePolicy = 'refuse' | 'dropOldest' | 'dropNewest';

/** Options of what keeps messages while there is no connection. */
export interface QueueOptions {
  /** How many messages may wait. Default 1,000. */
  maxMessages?: number | undefined;
  /** How many bytes may wait. Default 4 MiB. */
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

/** Tells of what was dropped. */
export type Discarded = (why: 'dropped' | 'expired', count: number) => void;

/** Keeps messages while there is no connection. */
export interface Queue {
  count_: number;
  bytes_: number;
  /** Is waited for before each attempt. */
  ready_?(): Promise<void> | undefined;
  /** Takes a message, as the policy has it. */
  put_(data: SocketData, ttl: number | undefined): void;
  /** Hands all of it over, in order. */
  flush_(send: (data: SocketData) => void): void;
  /** Where discarded messages are told. */
  discarded_: Discarded;
}

/** Bytes of a message, text as UTF-8. */
export const sizeOf = (d: SocketData): number =>
  typeof d === 'string' ? new TextEncoder().encode(d).length : ((d as ArrayBuffer).byteLength ?? (d as Blob).size);

/** A copy: the application may change what it has given away. */
const copyOf = (d: SocketData): SocketData => {
  const { buffer, byteOffset, byteLength } = d as Uint8Array;
  return buffer ? new Uint8Array(buffer, byteOffset, byteLength).slice() : (d as ArrayBuffer).slice(0);
};

/** Makes a queue in memory. added and removed are told to whoever keeps a copy. */
export const createQueue = (
  o: QueueOptions,
  added?: (m: Queued) => void,
  removed?: (m: Queued) => void,
): Queue & { load_(list: Queued[]): void } => {
  let items: Queued[] = [];
  let head = 0;
  const take = () => {
    const m = items[head++]!;
    q.bytes_ -= m.size_;
    q.count_--;
    removed?.(m);
    if (head * 2 > items.length) {
      items = items.slice(head);
      head = 0;
    }
  };
  const add = (m: Queued) => {
    items.push(m);
    q.bytes_ += m.size_;
    q.count_++;
  };
  /** From the head: what lives longer holds back what is behind it. */
  const expire = () => {
    let n = 0;
    for (; q.count_ && items[head]!.expires_ <= Date.now(); n++) take();
    if (n) q.discarded_('expired', n);
  };
  const q = {
    count_: 0,
    bytes_: 0,
    discarded_() {},
    load_(list: Queued[]) {
      const later = items.slice(head);
      items = [];
      head = q.bytes_ = q.count_ = 0;
      [...list, ...later].forEach(add);
    },
    put_(data: SocketData, ttl = o.ttl ?? Infinity) {
      const m: Queued = { data_: copyOf(data), size_: sizeOf(data), expires_: Date.now() + ttl };
      const full = () => q.count_ >= (o.maxMessages ?? 1e3) || q.bytes_ + m.size_ > (o.maxBytes ?? 4 << 20);
      if (full()) expire();
      let n = 0;
      for (; full(); n++) {
        if (o.policy === 'dropOldest' && q.count_) take();
        else if (o.policy && o.policy !== 'refuse') return q.discarded_('dropped', n + 1);
        else throw new HoldfastError(QueueFull, 'send', `${q.count_} messages, ${q.bytes_} bytes wait`);
      }
      if (n) q.discarded_('dropped', n);
      add(m);
      added?.(m);
    },
    flush_(send: (data: SocketData) => void) {
      for (expire(); q.count_; expire()) {
        send(items[head]!.data_);
        take();
      }
    },
  } as Queue & { load_(list: Queued[]): void };
  return q;
};
