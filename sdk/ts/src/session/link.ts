import type { WebSocketClass } from '../socket/options.ts';
import type { ClientFrame, Codec } from '../wire/frames.ts';

/** What a link tells. After `close_` it tells nothing. */
export interface LinkHooks {
  /** It is open, and the server chose this subprotocol. */
  opened_(subprotocol: string): void;
  message_(data: ArrayBuffer | string): void;
  gone_(code: number, reason: string): void;
}

/** How large a message gets by joining frames that have gathered, in bytes. */
const joinUpTo = 64 << 10;

/** One WebSocket connection. */
export type Link = ReturnType<typeof createLink>;

/** Begins to connect. */
export const createLink = (make: WebSocketClass, url: string, codec: Codec, hooks: LinkHooks) => {
  const ws = new make(url, [codec.subprotocol_]) as WebSocket;
  let frames: ClientFrame[] = [];
  let size = 0;
  let largest = 0; // of all payloads
  let gone = 0; // bytes that were taken when it was last looked at,
  let waited = false; // and whether others had to wait then
  ws.binaryType = 'arraybuffer';
  ws.onopen = () => hooks.opened_(ws.protocol);
  ws.onmessage = e => hooks.message_(e.data);
  ws.onclose = e => hooks.gone_(e.code, e.reason);
  ws.onerror = () => {
    // a close follows; but Node's own tells none of an attempt that has failed
    if (!ws.readyState) setTimeout(() => ws.onclose && hooks.gone_(1006, ''), 9);
  };
  const link = {
    written_: 0,
    /** Has a frame sent with those that gather until flush_. */
    send_(f: ClientFrame) {
      frames.push(f);
      const { length = 0 } = (f as { data?: Uint8Array }).data ?? {};
      size += 64 + length;
      largest = Math.max(largest, length);
      if (size > joinUpTo) link.flush_();
    },
    /** Sends what has gathered, and returns how many bytes wait to be written, without two of the largest payload: one may be larger than all limits. */
    flush_(): number {
      if (size) {
        const m = codec.encode_(frames);
        link.written_ += typeof m === 'string' ? m.length : m.byteLength;
        frames = [];
        size = 0;
        if (ws.readyState === 1) ws.send(m); // else its close is on the way, and what is not answered goes out again
      }
      return ws.bufferedAmount - 2 * largest;
    },
    /**
     * Whether the other side, or what lies before it, has taken bytes that had to wait when it was last looked at. Others say nothing:
     * buffers take bytes for somebody who is gone, too.
     */
    moved_(): boolean {
      const [before, had] = [gone, waited];
      waited = ws.bufferedAmount > 0;
      gone = link.written_ - ws.bufferedAmount;
      return had && gone > before;
    },
    /** Gives it up, saying why if there is somebody to hear it. */
    close_(code: number) {
      ws.onopen = ws.onmessage = ws.onclose = null;
      ws.close(code === 1000 || code >= 3000 ? code : 1000);
    },
  };
  return link;
};
