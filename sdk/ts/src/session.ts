export { memoryOutbox, type Outbox, type OutboxOptions } from './outbox/store.ts';
export type { Ack, MessageStatus, State, Stats, Status } from './session/engine.ts';
export { Message, type MessageEvents } from './session/message.ts';
export type { CallOptions, PublishOptions, SessionOptions } from './session/options.ts';
export type { ContentType } from './session/payload.ts';
export { type Channel, Session, type SessionEvents } from './session/session.ts';
export {
  ChannelRecord,
  type Gap,
  type GapReason,
  type SubscribeOptions,
  Subscription,
  type SubscriptionEvents,
} from './session/subscription.ts';
export { HoldfastError } from './spec/error.ts';
