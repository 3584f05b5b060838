// The reliability of a client's session as a pure value: internal/session/client.go in TypeScript. spec/scenarios has transcripts
// that both do exactly.
import { AckTimeout, Draining, HeartbeatTimeout, Normal } from '../spec/numbers_gen.ts';
import type { ServerFrame, Welcome } from '../wire/frames.ts';
import { refused, stored } from './answers.ts';
import { AWAY, c, disconnect, emit, fail, GREETING, kindOf, maxProbes, newState, OPEN, OVER, use } from './core.ts';
import { rewind } from './lane.ts';
import { drop, expire, load, marked, publish, pump, queue } from './publisher.ts';
import {
  acks,
  askFor,
  checkpoint,
  done,
  gap,
  pass,
  record,
  request,
  retry,
  subscribe,
  subscribed,
  unacked,
  unsubscribe,
  unsubscribed,
} from './subscriber.ts';
import type { Machine, MachineEvent, MachineOptions } from './types.ts';

/** What happens of each kind, or comes as a frame of each type. */
type Handlers<T, Tag extends keyof T> = { [K in T[Tag] & string]?: (e: Extract<T, { [_ in Tag]: K }>) => void };

const connected = (token: string | undefined) => {
  c.state_ = GREETING;
  c.heard_ = c.spoke_ = c.now_;
  c.pinged_ = c.leaveAt_ = c.probes_ = 0;
  const { user_: user, process_: process, producer_: p, agent_: agent } = c.o_;
  emit({
    k_: 'send',
    frame_: {
      t: 'hello',
      token,
      user,
      session: c.session_,
      process,
      counter: ++c.counter_,
      p,
      agent,
      subs: [...c.subs_.values()].map(request),
    },
  });
};

const disconnected = (code_: number) => {
  c.state_ = AWAY;
  c.pinged_ = c.leaveAt_ = 0;
  c.flight_ = c.flightBytes_ = 0;
  c.marking_ = false;
  for (const l of c.all_) {
    // everything without an answer goes out again on the next socket
    rewind(l);
    l.haltedUntil_ = l.goneBack_ = 0;
    queue(l);
  }
  for (const s of c.subs_.values()) retry(s, 0);
  if (kindOf(code_) === 43) fail(code_);
  else if (kindOf(code_) === 42) emit({ k_: 'authenticate', code_ });
};

const welcomed = (w: Welcome) => {
  if (c.state_ !== GREETING) return;
  const { session = '', mem = '', clock = 0, dedupe = 0, max_message = 0, results = [] } = w;
  const [records = 0, bytes = 0] = w.max_in_flight ?? [];
  c.state_ = OPEN;
  c.session_ = session;
  c.mem_ = mem;
  c.ahead_ = clock - c.now_;
  c.dedupe_ = dedupe;
  c.heartbeat_ = w.heartbeat || 30_000;
  c.maxMessage_ = max_message;
  c.maxRecords_ = records || 1024;
  c.maxBytes_ = bytes || 1 << 20;
  c.answered_ = c.now_;
  emit({ k_: 'welcome', frame_: w });
  results.forEach(subscribed);
  askFor('hello');
};

/** The client's half of the heartbeat, and everything else that time alone causes. */
const tick = () => {
  expire();
  if (!c.state_) return;
  const passed = (t: number, timeout: number) => c.now_ >= t + timeout;
  if (c.leaveAt_ && passed(c.leaveAt_, 0)) {
    c.leaveAt_ = 0;
    return disconnect(Draining, 'the server asked to come back');
  }
  if (c.pinged_) {
    if (passed(c.pinged_, c.o_.pongTimeout_!)) return disconnect(HeartbeatTimeout);
  } else if (c.flight_ && passed(c.answered_, c.o_.ackTimeout_!)) {
    if (++c.probes_ > maxProbes) return disconnect(AckTimeout);
    c.answered_ = c.now_;
    ping();
  } else if (passed(c.heard_, c.heartbeat_)) ping();
  if (c.state_ === OPEN) {
    acks(false);
    askFor('refusal');
  }
};

/**
 * Takes bytes on their way for a sign of life. Neither a pong nor an answer can come before the message that is in front of it,
 * and the server's pings are behind it, so the client speaks without being asked.
 */
const moved = (at: number) => {
  if (!c.state_) return;
  if (at > c.heard_) {
    c.heard_ = at;
    c.pinged_ = 0;
  }
  if (at > c.answered_) {
    c.answered_ = at;
    c.probes_ = 0;
  }
  if (c.state_ === OPEN && !c.pinged_ && c.now_ >= c.spoke_ + c.heartbeat_) {
    ping();
    c.pinged_ = 0; // nothing is expected
  }
};

const ping = () => {
  c.pinged_ = c.spoke_ = c.now_;
  emit({ k_: 'send', frame_: { t: 'ping', id: ++c.pingID_ } });
};

const frames: Handlers<ServerFrame, 't'> = {
  record: record,
  stored: stored,
  refused: refused,
  pass: pass,
  gap: gap,
  subscribed: subscribed,
  unsubscribed: unsubscribed,
  welcome: welcomed,
  ping: ({ id }) => emit({ k_: 'send', frame_: { t: 'pong', id } }),
  refresh: () => c.state_ === OPEN && emit({ k_: 'refresh' }),
  reconnect: ({ delay = 0 }) => {
    c.leaveAt_ = c.now_ + delay;
  },
};

const events: Handlers<MachineEvent, 'k_'> = {
  tick,
  connected: e => connected(e.token_),
  disconnected: e => disconnected(e.code_),
  frame: ({ frame_: f }) => {
    c.heard_ = c.now_;
    c.pinged_ = 0;
    (frames[f.t] as ((f: ServerFrame) => void) | undefined)?.(f);
  },
  publish,
  persisted: e => {
    c.persisted_ = Math.max(c.persisted_, e.id_);
  },
  marked,
  drop: e => drop(e.id_, e.code_),
  subscribe,
  unsubscribe: e => unsubscribe(e.sub_),
  done,
  bye: () => {
    if (c.state_ === OPEN) {
      acks(true);
      emit({ k_: 'send', frame_: { t: 'bye', code: Normal } });
    }
    c.state_ = OVER;
  },
  moved: e => moved(e.at_),
};

/** The machine of a session. */
export const createMachine = (o: MachineOptions): Machine => {
  const s = newState(o);
  return {
    load_: (lanes, entries) => {
      use(s);
      load(lanes, entries);
    },
    step_: (now, e) => {
      use(s);
      s.now_ = now;
      s.fx_ = [];
      if (s.state_ !== OVER) (events[e.k_] as (e: MachineEvent) => void)(e);
      // what is sent behind a disconnect comes nowhere
      if (s.state_ === OPEN && s.fx_.at(-1)?.k_ !== 'disconnect') pump();
      return s.fx_;
    },
    wake_: () => {
      use(s);
      return wake();
    },
    checkpoint_: (sub, term, offset) => {
      use(s);
      return checkpoint(sub, term, offset);
    },
  };
};

const wake = () => {
  let next = Infinity;
  const at = (t: number) => {
    if (t && t < next) next = t;
  };
  at(c.expires_);
  if (c.state_ % OVER) {
    at(c.leaveAt_);
    if (c.pinged_) at(c.pinged_ + c.o_.pongTimeout_!);
    else {
      at(c.heard_ + c.heartbeat_);
      if (c.flight_) at(c.answered_ + c.o_.ackTimeout_!);
    }
    for (const s of c.subs_.values()) {
      if (unacked(s)) at(s.since_ + c.o_.ackDelay_!);
      at(s.retryAt_);
    }
    for (const l of c.lanes_) at(l.haltedUntil_);
  }
  return next < Infinity ? next : undefined;
};
