import type { HoldfastError } from '../spec/error.ts';
import type { Ack, EntrySignal, MessageStatus } from './engine.ts';
import { deferred, emit, errorOf, TargetOf } from './events.ts';

/** Events of a {@link Message}. */
export interface MessageEvents {
  /** Its status has changed. */
  status: MessageStatus;
}

/** A record that was published, on its way. T is the type of its data. */
export class Message<T = unknown> extends TargetOf<MessageEvents>() {
  /** Names it in this session, and in the outbox. */
  readonly id: string;
  readonly channel: string;
  /** What was published. */
  readonly data: T;
  /**
   * `pending`: it was never sent. `sent`: it was, and has no final answer. `delivered`: it is stored, exactly once. `failed`: it is not in
   * the channel, and will not be. `unknown`: whether it is in the channel can no longer be known.
   */
  status: MessageStatus;
  /** Its number in the lane of that producer and channel, once the outbox has it. */
  producer: string | undefined;
  number: number | undefined;
  /** The server's answer, once it is delivered. */
  ack: Ack | undefined;
  /** Why it was not delivered, or not yet when the session ended. */
  error: HoldfastError | undefined;
  private readonly done_ = deferred<Ack>();
  private readonly kept_ = deferred<void>();

  constructor(id: string, channel: string, data: T, status: MessageStatus = 'pending') {
    super();
    this.id = id;
    this.channel = channel;
    this.data = data;
    this.status = status;
  }

  /**
   * The server's answer. Rejects with a HoldfastError if there is none: the code it was refused with, `expired`, `dropped`, `outbox_full`,
   * `unknown_outcome`, or `closed` if the session ended first, when a durable outbox goes on with it later.
   */
  get done(): Promise<Ack> {
    return this.done_.promise_;
  }

  /** Settles when the outbox has it, as durably as it can; rejects like `done` if it never does. */
  get kept(): Promise<void> {
    return this.kept_.promise_;
  }

  /** Takes in how far it is; returns whether that is news. */
  hear_(s: EntrySignal): boolean {
    const news = s.status !== this.status || !!s.end;
    this.status = s.status;
    if (s.number) {
      this.producer = s.producer;
      this.number = s.number;
      this.kept_.ok_();
    }
    if (s.end) {
      this.ack = s.ack;
      if (s.ack) this.done_.ok_(s.ack);
      if (s.fault) {
        this.error = errorOf(s.fault, `publish to ${this.channel}`);
        this.done_.no_(this.error);
        this.kept_.no_(this.error);
      }
    }
    if (news) emit(this, 'status', this.status);
    return news;
  }
}
