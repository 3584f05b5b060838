import type { HeartbeatOptions } from './options.ts';
import { createTimer, now } from './timer.ts';

/** What of a WebSocket is of use here: pings are only in the package `ws`. */
export interface Pinging {
  send(data: unknown): void;
  ping?: () => void;
  on?: (name: string, f: () => void) => void;
}

const toData = (m: unknown) => (typeof m === 'string' || (m as ArrayBuffer).byteLength >= 0 ? m : JSON.stringify(m));

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
  const ping = ws.ping && ws.on && o.mode !== 'message';
  const talk = o.mode ? o.mode !== 'ping' : given && !ping;
  const interval = o.interval ?? 3e4;
  const timeout = o.timeout ?? 1e4;
  const timer = createTimer();
  let sent = 0; // the one that waits for its answer, by performance.now; 0: none does
  let due = 0; // when the timer is
  let alive = 0;
  let missed = 0;

  const arm = (at: number) => {
    due = at;
    timer(look, at - now());
  };
  const live = () => {
    alive = now();
    sent = missed = 0;
  };
  const answered = () => {
    if (sent) owner.beat_(now() - sent, 0);
    live();
  };
  const send = () => {
    sent = now();
    if (ping) ws.ping!();
    if (talk) {
      const m = o.message ?? '{"type":"ping"}';
      ws.send(toData(typeof m === 'function' ? m() : m));
    }
    arm(sent + timeout);
  };
  const look = () => {
    const at = now();
    const end = sent ? sent + timeout : alive + interval;
    // who was stopped for a while has not read yet what came meanwhile
    if (at - due > 1e3) arm(at + 1e3);
    else if (end > at + 2) arm(end);
    else {
      if (sent) owner.beat_(undefined, ++missed);
      if (missed < (o.maxMissed ?? 1)) send();
      else dead();
    }
  };

  const on = ping || talk;
  if (on) {
    live();
    arm(alive + interval);
    ws.on?.('pong', answered);
    ws.on?.('ping', live);
  }
  return {
    /** Tells of a message. Returns whether it is hidden from the application. */
    heard_(data: unknown): boolean {
      const answer = o.match ? o.match(data) : talk && typeof data === 'string' && /^{\s*"type":\s*"pong"/.test(data);
      if (answer) answered();
      else if (ping || !o.match) live();
      return !!answer && o.answers === 'hidden';
    },
    /** Asks now. */
    probe_() {
      if (on && !sent) send();
    },
    stop_() {
      timer();
    },
  };
};
