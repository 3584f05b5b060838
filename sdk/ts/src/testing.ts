// A WebSocket server in memory, for tests of what is built on this package.
export { FakeConnection, type FakeData, type FakeEnd } from './testing/connection.ts';
export { type FakeMode, FakeServer, type FakeServerOptions } from './testing/server.ts';
