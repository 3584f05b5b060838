// Clients as the guides to small libraries print them: a heartbeat of one word, answered by "pong", and the token in the URL or in the
// first message. It says what it gets, and ends when its input does.
const WebSocket = require('ws');
const [url, heartbeat, first] = process.argv.slice(2);

function connect() {
  const ws = new WebSocket(url);
  let timer;
  ws.on('open', () => {
    if (first) ws.send(first);
    timer = setInterval(() => ws.send(heartbeat), 50);
  });
  ws.on('message', (data) => console.log(data.toString()));
  ws.on('error', () => {});
  ws.on('close', (code) => {
    clearInterval(timer);
    console.log(`closed ${code}`);
    setTimeout(connect, 50);
  });
}
connect();
process.stdin.on('end', () => process.exit(0)).resume();
