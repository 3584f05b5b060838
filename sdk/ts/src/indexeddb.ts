export { indexedDB } from './outbox/indexeddb.ts';
export { memoryOutbox, type Outbox, type OutboxOptions } from './outbox/store.ts';
