// A WebSocket to any server, that connects again by itself.
export type { BackoffOptions } from './socket/backoff.ts';
export type { CircuitBreaker, CircuitOptions, CircuitState, CircuitTicket } from './socket/circuit.ts';
export type { ClassOptions } from './socket/classify.ts';
export type * from './socket/events.ts';
export type * from './socket/options.ts';
export type { QueueOptions, QueuePolicy } from './socket/queue.ts';
export type { RedialOptions } from './socket/redial.ts';
export { ReliableWebSocket } from './socket/reliable.ts';
export type { ClassName, Strategy } from './spec/classes_gen.ts';
export { HoldfastError } from './spec/error.ts';
