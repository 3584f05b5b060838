// What the parts of the machine share.
import type { Hex64, Hex128 } from '../wire/frames.ts';
import type { Effect, MachineOptions } from './types.ts';

export const AWAY = 0;
export const GREETING = 1;
export const OPEN = 2;
export const OVER = 3;

/** Times are 0 for never. */
export interface Core {
  o_: MachineOptions;
  /** Of the step at hand, and what came out of it so far. */
  now_: number;
  fx_: Effect[];
  state_: number;

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

  /** Sent on this socket and unanswered, */
  flight_: number;
  /** and their bytes. */
  flightBytes_: number;
  /** When a publish was last answered, or the oldest unanswered one was sent. */
  answered_: number;
  probes_: number;
  heard_: number;
}

/** How many times an answer may stay away for ackTimeout while the server still answers pings. */
export const maxProbes = 3;

export const emit = (c: Core, f: Effect): void => {
  c.fx_.push(f);
};

export const fail = (c: Core, code_: number, detail_: string): void => {
  c.state_ = OVER;
  emit(c, { k_: 'fail', code_, detail_ });
};

export const disconnect = (c: Core, code_: number, detail_ = ''): void => {
  emit(c, { k_: 'disconnect', code_, detail_, at_: c.now_ });
};

export const serverNow = (c: Core): number => c.now_ + c.ahead_;

/** Of codes: 40 means again now, 41 later, 42 with new credentials, 43 stop. */
export const kindOf = (code: number): number => Math.floor(code / 100);
