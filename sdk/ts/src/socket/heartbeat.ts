import type { HeartbeatOptions } from './options.ts';

/** What of a WebSocket is of use here: pings are only in the package `ws`. */
export interface Pinging {
  send(data: unknown): void;
  ping?: () => void;
  on?: (name: string, f: () => void) => void;
}

const toData = (m: unknown) =>
  typeof m === 'string' || ArrayBuffer.isView(m) || m instanceof ArrayBuffer ? m : JSON.stringify(m);

/**
 * Looks after one connection. It has one timer, however much is received. owner hears of each answer and its round trip, and of how many in a
 * row are missing; dead is called when the connection is to be given up.
 */
export const createHeartbeat = (
  given: HeartbeatOptions | undefined,
  ws: Pinging,
  owner: { beat_(rtt: number | undefined, missed: number): void },
  dead: () => void,
) => {
  const o = given ?? {};
  const pings = ws.ping && ws.on;
  const mode = o.mode ?? (pings ? 'ping' : given ? 'message' : 'off');
  const ping = pings && mode !== 'message';
  const talk = mode === 'message' || mode === 'both';
  const timeout = o.timeout ?? 1e4;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let alive = 0; // all by performance.now
  let sent = 0; // the one that waits for its answer; 0: none does
  let due = 0;
  let missed = 0;

  const arm = () => {
    clearTimeout(timer);
    const now = performance.now();
    due = sent ? sent + timeout : alive + (o.interval ?? 3e4);
    timer = setTimeout(look, due - now);
  };
  const live = () => {
    alive = performance.now();
    missed = 0;
    if (sent) {
      sent = 0;
      arm();
    }
  };
  const answered = () => {
    if (sent) owner.beat_(performance.now() - sent, 0);
    live();
  };
  const send = () => {
    sent = performance.now();
    if (ping) ws.ping!();
    if (talk) {
      const m = o.message ?? '{"type":"ping"}';
      ws.send(toData(typeof m === 'function' ? m() : m));
    }
    arm();
  };
  const look = () => {
    const now = performance.now();
    if (now - due > 1e3) {
      // who was stopped for a while has not read yet what came meanwhile
      alive = now;
      if (sent) sent = now;
    }
    if (sent && now - sent + 2 > timeout) {
      owner.beat_(undefined, ++missed);
      if (missed < (o.maxMissed ?? 1)) send();
      else dead();
    } else if (!sent && now - alive + 2 > (o.interval ?? 3e4)) send();
    else arm();
  };

  const on = ping || talk;
  if (on) {
    if (pings) {
      ws.on!('pong', answered);
      ws.on!('ping', live);
    }
    live();
    arm();
  }
  return {
    /** Tells of a message. Returns whether it is hidden from the application. */
    heard_(data: unknown): boolean {
      const answer = o.match
        ? o.match(data)
        : talk && typeof data === 'string' && data.length < 65 && /^{\s*"type"\s*:\s*"pong"/.test(data);
      if (answer) answered();
      else if (ping || !o.match) live();
      return answer && o.answers === 'hidden';
    },
    /** Asks now. */
    probe_() {
      if (on && !sent) send();
    },
    stop_() {
      clearTimeout(timer);
    },
  };
};
