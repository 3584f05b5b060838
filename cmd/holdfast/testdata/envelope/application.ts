// An application with the printed class: it sends what comes on standard input and says what happens on standard output, a line of JSON
// each. After a connection that broke it sends once more what the class has in its queue as sent and not delivered, since the class
// itself never does.
const say = (event: string, value?: unknown) => console.log(JSON.stringify({ event, value }));

const socket = new ReliableWebSocket({ url, heartbeatInterval: 100, reconnectInterval: 30, maxRetries: 5, ackTimeout: 5000 });
const values = new Map<string, unknown>();
const lost = new Set<string>();
const seen = new Set<string>();

const send = (value: unknown) => values.set(socket.send(value), value);
const queue = () => JSON.parse(window.localStorage.getItem('messageQueue') ?? '[]') as [string, QueueItem][];

// note finds what was on its way when the connection broke, or when an earlier page was closed.
const note = () => {
  for (const [id, item] of queue()) {
    if (item.status === MessageStatus.SENT && item.message.type === MessageType.DATA && !seen.has(id)) {
      seen.add(id);
      lost.add(id);
    }
  }
};

for (const [id, item] of queue()) values.set(id, item.message.data);
note();

socket.on('error', () => {});
socket.on('connected', () => {
  say('connected');
  for (const id of lost) send(values.get(id));
  lost.clear();
});
socket.on('disconnected', () => {
  note();
  say('disconnected');
});
socket.on('messageDelivered', (id: string) => { if (values.has(id)) say('delivered', values.get(id)); });
socket.on('messageFailed', (m: Message) => say('failed', m.data));
socket.on('message', (data: unknown) => say('message', data));

createInterface({ input: process.stdin })
  .on('line', (line) => send(JSON.parse(line)))
  .on('close', () => process.exit(0));
