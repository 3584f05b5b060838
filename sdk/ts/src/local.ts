export { localStorageOutbox } from './outbox/local.ts';
export type { Outbox, OutboxOptions } from './outbox/store.ts';
