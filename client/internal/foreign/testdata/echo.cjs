// An echo server as in the documentation of the ws package. Told to, it does what ends a connection:
// "close CODE REASON" closes it, "close" does so without a code, "cut" takes the socket away.

const { WebSocketServer } = require('ws')

const [host, port] = process.argv[2].split(':')
const server = new WebSocketServer({
  host,
  port: Number(port),
  perMessageDeflate: process.argv[3] === 'deflate',
  handleProtocols: (offered) => (offered.has('echo') ? 'echo' : false),
})

server.on('connection', (ws) => {
  ws.on('error', () => {}) // close follows
  ws.on('message', (data, isBinary) => {
    const [order, code, ...reason] = isBinary || data.length > 200 ? [] : data.toString().split(' ')
    if (order === 'close') code ? ws.close(Number(code), reason.join(' ')) : ws.close()
    else if (order === 'cut') ws.terminate()
    else ws.send(data, { binary: isBinary })
  })
})
server.on('listening', () => console.log(`${host}:${server.address().port}`))
