// The full circuit breaker, around connecting and around any calls.
export { Breaker, type Ticket } from './breaker/breaker.ts';
export type { CallOptions } from './breaker/call.ts';
export type { RefusedError } from './breaker/core.ts';
export type { BreakerEvent, BreakerEventKind } from './breaker/events.ts';
export type { BreakerOptions } from './breaker/options.ts';
export { Registry } from './breaker/registry.ts';
export type { Snapshot, SnapshotCalls } from './breaker/snapshot.ts';
export type { Counters, Latency, Reason, State, Stats } from './breaker/words.ts';
