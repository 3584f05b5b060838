#!/usr/bin/env node
// A hub in the shape of the broadcast example of the ws package: "pub CHANNEL DATA" goes to each connection that
// has said "sub CHANNEL" (which is answered with "on"), in one loop, and its sender is told "ok".

import { parseArgs } from 'node:util'
import { WebSocket, WebSocketServer } from 'ws'

const { values } = parseArgs({
  options: {
    addr: { type: 'string', default: '127.0.0.1:0' },
    deflate: { type: 'boolean', default: false },
  },
})
const at = values.addr.lastIndexOf(':')
const wss = new WebSocketServer({
  host: values.addr.slice(0, at),
  port: Number(values.addr.slice(at + 1)),
  backlog: 4096, // connections that come all at once overflow 511, the default, and wait for a second
  perMessageDeflate: values.deflate,
})
const channels = new Map() // name to set of connections

wss.on('connection', (ws) => {
  const own = []
  ws.on('error', () => {}) // close follows
  ws.on('close', () => own.forEach((name) => leave(name, ws)))
  ws.on('message', (data, isBinary) => {
    const space = data.indexOf(32, 4)
    if (data.subarray(0, 3).toString('latin1') === 'sub') {
      const name = data.subarray(4).toString()
      if (name !== '') {
        own.push(name)
        channels.has(name) ? channels.get(name).add(ws) : channels.set(name, new Set([ws]))
      }
      ws.send('on')
      return
    }
    const message = data.subarray(space + 1)
    for (const client of channels.get(data.toString('utf8', 4, space)) ?? []) {
      if (client.readyState === WebSocket.OPEN) client.send(message, { binary: isBinary })
    }
    ws.send('ok')
  })
})

function leave(name, ws) {
  const members = channels.get(name)
  if (members?.delete(ws) && members.size === 0) channels.delete(name)
}

wss.on('listening', () => {
  const { address, port } = wss.address()
  console.log(`${address}:${port}`)
})
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0))
