// The reliability of a client's session as a pure value: internal/session/client.go in TypeScript. spec/scenarios has transcripts
// that both do exactly.
import { AckTimeout, Draining, HeartbeatTimeout, Normal } from '../spec/numbers_gen.ts';
import type { ServerFrame, Welcome } from '../wire/frames.ts';
import { refused, stored } from './answers.ts';
import { drop, expire, load, marked, publish, queue, rewind } from './lanes.ts';
import { pump } from './pump.ts';
import { emit, kindOf, maxProbes, newState, type State } from './state.ts';
import {
  acks,
  ask,
  checkpoint,
  done,
  gap,
  pass,
  record,
  request,
  resubscribe,
  subscribe,
  subscribed,
  unacked,
  unsubscribe,
  unsubscribed,
} from './subs.ts';
import type { Effect, Machine, MachineEvent, MachineOptions } from './types.ts';

/** The machine of a session. */
export const createMachine = (options: MachineOptions): Machine => {
  const c = newState({
    ...options,
    ackTimeout_: options.ackTimeout_ || 5000,
    pongTimeout_: options.pongTimeout_ || 10_000,
    ackDelay_: options.ackDelay_ || 100,
  });
  return {
    load_: (lanes, entries) => load(c, lanes, entries),
    step_: (now, e) => step(c, now, e),
    wake_: () => wake(c) || undefined,
    checkpoint_: (sub, term, offset) => checkpoint(c, sub, term, offset),
  };
};

const step = (c: State, now: number, e: MachineEvent): Effect[] => {
  c.fx_ = [];
  c.now_ = now;
  if (c.state_ !== 'over') happen(c, e);
  // what is sent behind a disconnect comes nowhere
  if (c.state_ === 'open' && c.fx_.at(-1)?.k_ !== 'disconnect') pump(c);
  return c.fx_;
};

const happen = (c: State, e: MachineEvent) => {
  switch (e.k_) {
    case 'tick':
      return tick(c);
    case 'connected':
      return connected(c, e.token_);
    case 'disconnected':
      return disconnected(c, e.code_);
    case 'frame':
      c.heard_ = c.now_;
      c.pinged_ = 0;
      return frame(c, e.frame_);
    case 'publish':
      return publish(c, e);
    case 'persisted':
      c.persisted_ = Math.max(c.persisted_, e.id_);
      return;
    case 'marked':
      return marked(c, e);
    case 'drop':
      return drop(c, e.id_, e.code_);
    case 'subscribe':
      return subscribe(c, e);
    case 'unsubscribe':
      return unsubscribe(c, e.sub_);
    case 'done':
      return done(c, e);
    case 'bye':
      if (c.state_ === 'open') {
        acks(c, true);
        emit(c, { k_: 'send', frame_: { t: 'bye', code: Normal } });
      }
      c.state_ = 'over';
      return;
    case 'moved':
      return moved(c, e.at_);
  }
};

/** When the next tick is needed at the latest; 0 if time changes nothing. */
const wake = (c: State): number => {
  let w = c.expires_;
  const at = (t: number) => {
    if (t && !(w && t >= w)) w = t;
  };
  if (c.state_ === 'away' || c.state_ === 'over') return w;
  if (c.pinged_) at(c.pinged_ + c.o_.pongTimeout_!);
  else {
    at(c.heard_ + c.heartbeat_);
    if (c.flight_) at(c.answered_ + c.o_.ackTimeout_!);
  }
  at(c.leaveAt_);
  for (const s of c.subs_.values()) {
    if (unacked(s)) at(s.since_ + c.o_.ackDelay_!);
    at(s.retryAt_);
  }
  for (const l of c.lanes_) at(l.haltedUntil_);
  return w;
};

const connected = (c: State, token: string | undefined) => {
  c.state_ = 'greeting';
  c.heard_ = c.spoke_ = c.now_;
  c.pinged_ = c.leaveAt_ = c.probes_ = 0;
  const { user_: user, process_: process, producer_: p, agent_: agent } = c.o_;
  const subs = [...c.subs_.values()].map(s => request(c, s));
  emit(c, {
    k_: 'send',
    frame_: { t: 'hello', token, user, session: c.session_, process, counter: ++c.counter_, p, agent, subs },
  });
};

const disconnected = (c: State, code_: number) => {
  c.state_ = 'away';
  c.flight_ = c.flightBytes_ = c.pinged_ = c.leaveAt_ = 0;
  c.marking_ = false;
  for (const l of c.all_) {
    rewind(l);
    l.haltedUntil_ = l.goneBack_ = 0;
    queue(c, l);
  }
  for (const s of c.subs_.values()) {
    s.state_ = 'away';
    s.retryAt_ = 0;
  }
  if (kindOf(code_) === 43) {
    c.state_ = 'over';
    emit(c, { k_: 'fail', code_, detail_: 'the server closed the connection' });
  } else if (kindOf(code_) === 42) emit(c, { k_: 'authenticate', code_ });
};

const frame = (c: State, f: ServerFrame) => {
  switch (f.t) {
    case 'record':
      return record(c, f);
    case 'stored':
      return stored(c, f);
    case 'refused':
      return refused(c, f);
    case 'pass':
      return pass(c, f);
    case 'gap':
      return gap(c, f);
    case 'subscribed':
      return subscribed(c, f);
    case 'unsubscribed':
      return unsubscribed(c, f);
    case 'ping':
      return emit(c, { k_: 'send', frame_: { t: 'pong', id: f.id } });
    case 'welcome':
      return welcomed(c, f);
    case 'refresh':
      if (c.state_ === 'open') emit(c, { k_: 'refresh' });
      return;
    case 'reconnect':
      c.leaveAt_ = c.now_ + (f.delay || 0);
  }
};

const welcomed = (c: State, w: Welcome) => {
  if (c.state_ !== 'greeting') return;
  c.state_ = 'open';
  c.session_ = w.session || '';
  c.mem_ = w.mem || '';
  c.clock_ = w.clock || 0;
  c.dedupe_ = w.dedupe || 0;
  c.heartbeat_ = w.heartbeat || 30_000;
  c.maxMessage_ = w.max_message || 0;
  c.maxRecords_ = w.max_in_flight?.[0] || 1024;
  c.maxBytes_ = w.max_in_flight?.[1] || 1 << 20;
  c.greeted_ = c.answered_ = c.now_;
  emit(c, { k_: 'welcome', frame_: w });
  for (const r of w.results || []) subscribed(c, r);
  for (const s of c.subs_.values()) if (s.state_ === 'away') ask(c, s); // wanted since the hello
};

/** The client's half of the heartbeat, and everything else that time alone causes. */
const tick = (c: State) => {
  expire(c);
  if (c.state_ === 'away') return;
  const reached = (t: number) => c.now_ >= t;
  const leave = (code_: number, detail_ = '') => emit(c, { k_: 'disconnect', code_, detail_, at_: c.now_ });
  if (c.leaveAt_ && reached(c.leaveAt_)) {
    c.leaveAt_ = 0;
    return leave(Draining, 'the server asked to come back');
  }
  if (c.pinged_) {
    if (reached(c.pinged_ + c.o_.pongTimeout_!)) return leave(HeartbeatTimeout);
  } else if (c.flight_ && reached(c.answered_ + c.o_.ackTimeout_!)) {
    if (++c.probes_ > maxProbes) return leave(AckTimeout);
    c.answered_ = c.now_;
    ping(c);
  } else if (reached(c.heard_ + c.heartbeat_)) ping(c);
  if (c.state_ === 'open') {
    acks(c, false);
    resubscribe(c);
  }
};

/**
 * Takes bytes on their way for a sign of life. Neither a pong nor an answer can come before the message that is in front of it,
 * and the server's pings are behind it, so the client speaks without being asked.
 */
const moved = (c: State, at: number) => {
  if (c.state_ === 'away') return;
  if (at > c.heard_) {
    c.heard_ = at;
    c.pinged_ = 0;
  }
  if (at > c.answered_) {
    c.answered_ = at;
    c.probes_ = 0;
  }
  if (c.state_ === 'open' && !c.pinged_ && c.now_ >= c.spoke_ + c.heartbeat_) {
    ping(c);
    c.pinged_ = 0; // nothing is expected
  }
};

const ping = (c: State) => {
  c.pinged_ = c.spoke_ = c.now_;
  emit(c, { k_: 'send', frame_: { t: 'ping', id: ++c.pingID_ } });
};
