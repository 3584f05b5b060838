// Talks to an echo server that cuts the first connection: node|deno|bun smoke.mjs SOCKET_MODULE URL [WS_MODULE]
const [module, url, wsModule] = process.argv.slice(2);
const { ReliableWebSocket } = await import(module);
const options = wsModule ? { WebSocket: (await import(wsModule)).WebSocket } : {};
const socket = new ReliableWebSocket(url, ['echo'], { ...options, baseDelay: 10 });
socket.binaryType = 'arraybuffer';
const got = [];
socket.addEventListener('reconnected', () => {
  socket.send('text');
  socket.send(new Uint8Array([1, 2, 3]));
});
socket.onmessage = e => {
  got.push(typeof e.data === 'string' ? e.data : [...new Uint8Array(e.data)].join());
  if (got.length === 1) socket.send('cut it');
  if (got.length === 3) socket.close(4000, 'done');
};
socket.onclose = e => {
  if (socket.state === 'closed') console.log(JSON.stringify([...got, e.code, e.wasClean, socket.protocol, socket.state]));
};
socket.send('early');
