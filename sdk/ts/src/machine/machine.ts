// The reliability of a client's session as a pure value: internal/session/client.go in TypeScript. spec/scenarios has transcripts
// that both do exactly.
import { AckTimeout, Draining, HeartbeatTimeout, Normal } from '../spec/numbers_gen.ts';
import type { ServerFrame, Welcome } from '../wire/frames.ts';
import { createAnswers } from './answers.ts';
import { AWAY, type Core, disconnect, emit, fail, GREETING, kindOf, maxProbes, OPEN, OVER } from './core.ts';
import { createPublisher } from './publisher.ts';
import { createSubscriber } from './subscriber.ts';
import type { Machine, MachineEvent, MachineOptions } from './types.ts';

/** What happens of each kind, or comes as a frame of each type. */
type Handlers<T, Tag extends keyof T> = { [K in T[Tag] & string]?: (e: Extract<T, { [_ in Tag]: K }>) => void };

/** The machine of a session. */
export const createMachine = (o: MachineOptions): Machine => {
  const c: Core = {
    o_: o,
    now_: 0,
    fx_: [],
    state_: AWAY,
    session_: o.session_ ?? '',
    mem_: '',
    ahead_: 0,
    dedupe_: 0,
    heartbeat_: 30_000,
    maxMessage_: 0,
    maxRecords_: 0,
    maxBytes_: 0,
    flight_: 0,
    flightBytes_: 0,
    answered_: 0,
    probes_: 0,
    heard_: 0,
  };
  const ackTimeout = o.ackTimeout_ || 5000;
  const pongTimeout = o.pongTimeout_ || 10_000;
  const lanes = createPublisher(c);
  const answers = createAnswers(c, lanes);
  const subs = createSubscriber(c);
  let counter = 0;
  let pinged = 0; // 0: no ping is out
  let pingID = 0;
  let spoke = 0; // when the last ping was sent on this socket, or it was opened
  let leaveAt = 0; // the server asked to come back at that time

  const connected = (token: string | undefined) => {
    c.state_ = GREETING;
    c.heard_ = spoke = c.now_;
    pinged = leaveAt = c.probes_ = 0;
    const { user_: user, process_: process, producer_: p, agent_: agent } = o;
    emit(c, {
      k_: 'send',
      frame_: {
        t: 'hello',
        token,
        user,
        session: c.session_,
        process,
        counter: ++counter,
        p,
        agent,
        subs: subs.requests_(),
      },
    });
  };

  const disconnected = (code_: number) => {
    c.state_ = AWAY;
    pinged = leaveAt = 0;
    lanes.away_();
    subs.away_();
    if (kindOf(code_) === 43) fail(c, code_, 'the server closed the connection');
    else if (kindOf(code_) === 42) emit(c, { k_: 'authenticate', code_ });
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
    emit(c, { k_: 'welcome', frame_: w });
    results.forEach(subs.subscribed_);
    subs.ask_('hello');
  };

  /** The client's half of the heartbeat, and everything else that time alone causes. */
  const tick = () => {
    lanes.expire_();
    if (!c.state_) return;
    const passed = (t: number, timeout: number) => c.now_ >= t + timeout;
    if (leaveAt && passed(leaveAt, 0)) {
      leaveAt = 0;
      return disconnect(c, Draining, 'the server asked to come back');
    }
    if (pinged) {
      if (passed(pinged, pongTimeout)) return disconnect(c, HeartbeatTimeout);
    } else if (c.flight_ && passed(c.answered_, ackTimeout)) {
      if (++c.probes_ > maxProbes) return disconnect(c, AckTimeout);
      c.answered_ = c.now_;
      ping();
    } else if (passed(c.heard_, c.heartbeat_)) ping();
    if (c.state_ === OPEN) {
      subs.acks_(false);
      subs.ask_('refusal');
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
      pinged = 0;
    }
    if (at > c.answered_) {
      c.answered_ = at;
      c.probes_ = 0;
    }
    if (c.state_ === OPEN && !pinged && c.now_ >= spoke + c.heartbeat_) {
      ping();
      pinged = 0; // nothing is expected
    }
  };

  const ping = () => {
    pinged = spoke = c.now_;
    emit(c, { k_: 'send', frame_: { t: 'ping', id: ++pingID } });
  };

  const frames: Handlers<ServerFrame, 't'> = {
    record: subs.record_,
    stored: answers.stored_,
    refused: answers.refused_,
    pass: subs.pass_,
    gap: subs.gap_,
    subscribed: subs.subscribed_,
    unsubscribed: subs.unsubscribed_,
    welcome: welcomed,
    ping: ({ id }) => emit(c, { k_: 'send', frame_: { t: 'pong', id } }),
    refresh: () => c.state_ === OPEN && emit(c, { k_: 'refresh' }),
    reconnect: ({ delay = 0 }) => {
      leaveAt = c.now_ + delay;
    },
  };

  const events: Handlers<MachineEvent, 'k_'> = {
    tick,
    connected: e => connected(e.token_),
    disconnected: e => disconnected(e.code_),
    frame: ({ frame_: f }) => {
      c.heard_ = c.now_;
      pinged = 0;
      (frames[f.t] as ((f: ServerFrame) => void) | undefined)?.(f);
    },
    publish: lanes.publish_,
    persisted: e => lanes.persisted_(e.id_),
    marked: lanes.marked_,
    drop: e => lanes.drop_(e.id_, e.code_),
    subscribe: subs.subscribe_,
    unsubscribe: e => subs.unsubscribe_(e.sub_),
    done: subs.done_,
    bye: () => {
      if (c.state_ === OPEN) {
        subs.acks_(true);
        emit(c, { k_: 'send', frame_: { t: 'bye', code: Normal } });
      }
      c.state_ = OVER;
    },
    moved: e => moved(e.at_),
  };

  return {
    load_: lanes.load_,
    step_: (now, e) => {
      c.now_ = now;
      c.fx_ = [];
      if (c.state_ !== OVER) (events[e.k_] as (e: MachineEvent) => void)(e);
      // what is sent behind a disconnect comes nowhere
      if (c.state_ === OPEN && c.fx_.at(-1)?.k_ !== 'disconnect') lanes.pump_();
      return c.fx_;
    },
    wake_: () => {
      const times = [lanes.expires_()];
      if (c.state_ % OVER) {
        times.push(leaveAt, ...subs.wakes_(), ...lanes.halts_());
        if (pinged) times.push(pinged + pongTimeout);
        else times.push(c.heard_ + c.heartbeat_, c.flight_ && c.answered_ + ackTimeout);
      }
      const wanted = times.filter(t => t > 0);
      return wanted.length ? Math.min(...wanted) : undefined;
    },
    checkpoint_: subs.checkpoint_,
  };
};
