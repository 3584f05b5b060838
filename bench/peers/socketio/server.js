#!/usr/bin/env node
// Socket.IO over WebSocket alone, with connection state recovery. A channel is a room; whoever publishes gets the
// acknowledgement callback after the message has been emitted to the room.

import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { Server } from 'socket.io'

const { values } = parseArgs({
  options: {
    addr: { type: 'string', default: '127.0.0.1:0' },
    deflate: { type: 'boolean', default: false },
  },
})
const at = values.addr.lastIndexOf(':')
const http = createServer()
const io = new Server(http, {
  transports: ['websocket'],
  serveClient: false,
  perMessageDeflate: values.deflate,
  connectionStateRecovery: { maxDisconnectionDuration: 2 * 60 * 1000, skipMiddlewares: true },
})

// What "Memory usage" of its documentation advises: the first HTTP request of each connection need not be kept.
io.engine.on('connection', (socket) => {
  socket.request = null
})

io.on('connection', (socket) => {
  socket.on('sub', (room, done) => {
    socket.join(room)
    done()
  })
  socket.on('pub', (room, data, done) => {
    io.to(room).emit('msg', data)
    done()
  })
})

// Connections that come all at once overflow 511, the default backlog, and wait for a second.
http.listen({ host: values.addr.slice(0, at), port: Number(values.addr.slice(at + 1)), backlog: 4096 }, () => {
  const { address, port } = http.address()
  console.log(`${address}:${port}`)
})
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0))
