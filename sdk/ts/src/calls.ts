// Requests and their answers over any WebSocket.
export { Calls } from './calls/calls.ts';
export { type Answer, type CallCodec, CallError, jsonCalls } from './calls/codec.ts';
export type { CallOptions, CallsOptions, CallsStats } from './calls/options.ts';
export type { SocketLike } from './flow/socket.ts';
