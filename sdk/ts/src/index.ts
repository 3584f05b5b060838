// The main door: the socket to any server, the session with a Holdfast server, and the outbox that outlives the page. In a page without
// a bundler this is `Holdfast`.
export { indexedDB } from './indexeddb.ts';
export * from './session.ts';
export * from './socket.ts';
