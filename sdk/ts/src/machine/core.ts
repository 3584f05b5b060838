// The state of a machine, and what its parts share.
import type { Hex64, Hex128 } from '../wire/frames.ts';
import type { LaneState } from './lane.ts';
import type { Sub } from './subscriber.ts';
import type { Effect, MachineOptions } from './types.ts';

export const AWAY = 0;
export const GREETING = 1;
export const OPEN = 2;
export const OVER = 3;

/** One session. Times are 0 for never. */
export interface State {
  o_: MachineOptions;
  /** Of the step at hand, and what came out of it so far. */
  now_: number;
  fx_: Effect[];
  state_: number;
  counter_: number;

  // of the last welcome
  session_: Hex128;
  mem_: Hex64;
  /** The server's time less ours: it goes on from the clock that it told, whatever happens to ours meanwhile. */
  ahead_: number;
  dedupe_: number;
  heartbeat_: number;
  maxMessage_: number;
  maxRecords_: number;
  maxBytes_: number;

  /** In the order in which they were begun. */
  all_: LaneState[];
  /** Those that have something to send. */
  lanes_: LaneState[];
  byKey_: Map<string, LaneState>;
  /** The lane that new records of a channel go to. */
  current_: Map<string, LaneState>;
  lastEntry_: number;
  persisted_: number;
  marking_: boolean;
  /** Whose lane's turn it is. */
  turn_: number;
  /** Nothing expires before. */
  expires_: number;
  /** Sent on this socket and unanswered, */
  flight_: number;
  /** and their bytes. */
  flightBytes_: number;

  subs_: Map<number, Sub>;
  byChannel_: Map<string, Sub>;
  requests_: number;

  heard_: number;
  /** 0: no ping is out. */
  pinged_: number;
  pingID_: number;
  /** When the last ping was sent on this socket, or it was opened. */
  spoke_: number;
  /** When a publish was last answered, or the oldest unanswered one was sent. */
  answered_: number;
  probes_: number;
  /** The server asked to come back at that time. */
  leaveAt_: number;
}

export const newState = (o: MachineOptions): State => ({
  o_: { ...o, ackTimeout_: o.ackTimeout_ || 5000, pongTimeout_: o.pongTimeout_ || 10_000, ackDelay_: o.ackDelay_ || 100 },
  now_: 0,
  fx_: [],
  state_: AWAY,
  counter_: 0,
  session_: o.session_ || '',
  mem_: '',
  ahead_: 0,
  dedupe_: 0,
  heartbeat_: 30_000,
  maxMessage_: 0,
  maxRecords_: 0,
  maxBytes_: 0,
  all_: [],
  lanes_: [],
  byKey_: new Map(),
  current_: new Map(),
  lastEntry_: 0,
  persisted_: 0,
  marking_: false,
  turn_: 0,
  expires_: 0,
  flight_: 0,
  flightBytes_: 0,
  subs_: new Map(),
  byChannel_: new Map(),
  requests_: 0,
  heard_: 0,
  pinged_: 0,
  pingID_: 0,
  spoke_: 0,
  answered_: 0,
  probes_: 0,
  leaveAt_: 0,
});

/** The machine at work. A step waits for nothing, so there is one at a time; it is smaller so than as everybody's argument. */
export let c: State;

/** Sets the machine to work. */
export const use = (s: State): void => {
  c = s;
};

/** How many times an answer may stay away for ackTimeout while the server still answers pings. */
export const maxProbes = 3;

export const emit = (f: Effect): void => {
  c.fx_.push(f);
};

export const fail = (code_: number): void => {
  c.state_ = OVER;
  emit({ k_: 'fail', code_, detail_: '' });
};

export const disconnect = (code_: number, detail_ = ''): void => {
  emit({ k_: 'disconnect', code_, detail_, at_: c.now_ });
};

export const serverNow = (): number => c.now_ + c.ahead_;

/** Of codes: 40 means again now, 41 later, 42 with new credentials, 43 stop. */
export const kindOf = (code: number): number => Math.floor(code / 100);
