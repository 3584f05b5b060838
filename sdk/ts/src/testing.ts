// A WebSocket server in memory, for tests of what is built on this package.
export type { FakeConnection, FakeData, FakeEnd } from './testing/connection.ts';
export { type FakeMode, FakeServer, type FakeServerOptions } from './testing/server.ts';
