// The module that the printed ChatClient requires, made after its documentation: it reconnects with a growing delay and jitter, and closes
// a connection whose heartbeat is not answered in time. Times are a tenth of what is asked for, so that tests need not wait for long.
const { EventEmitter } = require('node:events');
const WebSocket = require('ws');

class WebSocketReconnect extends EventEmitter {
  constructor(options) {
    super();
    this.options = { multiplier: 2, jitter: 0.1, heartbeatMessage: JSON.stringify({ type: 'ping' }), ...options };
    this.options.url = this.options.url.replace('wss://chat.example.com', process.argv[2]);
    this.state = 'CLOSED';
    this.retries = 0;
  }

  connect() {
    const { url, heartbeatInterval, heartbeatTimeout, heartbeatMessage } = this.options;
    this.state = 'CONNECTING';
    const ws = this.ws = new WebSocket(url);
    ws.onopen = () => {
      this.state = 'OPEN';
      this.retries = 0;
      this.beat = setInterval(() => {
        ws.send(heartbeatMessage);
        this.late ??= setTimeout(() => ws.terminate(), heartbeatTimeout / 10);
      }, heartbeatInterval / 100);
      this.emit('open');
    };
    ws.onmessage = (event) => {
      if (event.data === '{"type":"pong"}') {
        clearTimeout(this.late);
        this.late = undefined;
        console.log('pong');
      }
      this.emit('message', event);
    };
    ws.onerror = (event) => this.emit('error', event.error);
    ws.onclose = (event) => {
      clearInterval(this.beat);
      clearTimeout(this.late);
      this.late = undefined;
      this.state = 'CLOSED';
      this.emit('close', event);
      this.retry();
    };
  }

  retry() {
    const { baseDelay, maxDelay, multiplier, jitter, maxRetries } = this.options;
    const attempt = ++this.retries;
    const delay = Math.min(maxDelay / 100, (baseDelay / 100) * multiplier ** attempt) * (1 - jitter + 2 * jitter * Math.random());
    this.emit('retry', { attempt, delay, maxRetries });
    setTimeout(() => this.connect(), delay);
  }

  send(text) { this.ws.send(text); }
  close() { this.ws.close(); }
}

module.exports = { WebSocketReconnect };
