import { expect, test } from 'vitest';
import { ReliableWebSocket } from '../../src/socket.ts';

test('it stands wherever a WebSocket is wanted', () => {
  const socket = new ReliableWebSocket('ws://localhost', [], { startClosed: true });
  const ws: WebSocket = socket;
  ws.onclose = e => e.wasClean;
  socket.onclose = e => e.class;
  expect(ws instanceof EventTarget).toBe(true);
});
