// What the machine remembers: internal/session/client.go and client_lanes.go in TypeScript, under the same names.
import type { Hex64, Hex128, SubscribeFields, TermEnd } from '../wire/frames.ts';
import type { Effect, Entry, Lane, MachineOptions } from './types.ts';

/** What a lane still has to send, or to hear about. Items stand in order of their numbers. */
export interface Item {
  /** A seal is a skip that hands the lane over to its successor. */
  kind_: 'record' | 'skip' | 'seal';
  /** On this socket. */
  sent_: boolean;
  /** Or may have been, in an earlier life. */
  ever_: boolean;
  /** Of a record. */
  entry_: Entry | undefined;
  /** The entry's, or the seal's. */
  id_: number;
  size_: number;
  from_: number;
  /** The number of a record; the last of a skip. */
  to_: number;
}

/** One producer's records in one channel. */
export interface LaneState {
  ch_: string;
  p_: Hex128;
  next_: number;
  resolved_: number;
  acked_: number;
  mem_: Hex64;
  ackedAt_: number;
  forgotten_: number;
  successor_: Hex128;
  /** To be sealed before anything here is sent. */
  after_: LaneState | undefined;
  sealed_: boolean;
  /** The outbox does not know of it yet. */
  unwritten_: boolean;
  /** Those from first_ on count: what is answered is only cut off now and then. */
  items_: Item[];
  first_: number;
  /** The next of items_ to be sent on this socket. */
  send_: number;
  queued_: boolean;
  /** Resends in flight whose outcome the server may not know. */
  stale_: number;
  unknownFrom_: number;
  haltedUntil_: number;
  /** So often without progress. */
  goneBack_: number;
  /** How many may be unanswered, since the server limits the rate; 0: as many as its bounds allow. */
  pace_: number;
  /** How many were answered on this socket since the lane was last held. */
  landed_: number;
}

/** A subscription as the subscriber sees it: a contiguous position. */
export interface Sub {
  id_: number;
  /**
   * away: no socket, or not asked for on this one; asked: subscribe is out, and records before its answer are dropped; open: records
   * follow.
   */
  state_: 'away' | 'asked' | 'open';
  spec_: SubscribeFields;
  request_: number;
  /** The position is known, so a reconnect goes on from there. */
  placed_: boolean;
  term_: Hex64;
  offset_: number;
  earlier_: readonly TermEnd[];
  gen_: number;
  records_: number;
  bytes_: number;
  /** The application is done up to here, */
  done_: number;
  /** and the server knows up to here; */
  told_: number;
  /** bytes of the records after that. */
  untold_: number;
  /** When the first untold was done. */
  since_: number;
  /** Subscribe again then. */
  retryAt_: number;
}

/** One session. Times are 0 for never. */
export interface State {
  o_: MachineOptions;
  /** Of the step at hand. */
  now_: number;
  fx_: Effect[];
  state_: 'away' | 'greeting' | 'open' | 'over';
  session_: Hex128;
  counter_: number;

  // of the last welcome
  mem_: Hex64;
  clock_: number;
  greeted_: number;
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
  /** Sent on this socket and unanswered, */
  flight_: number;
  /** and their bytes. */
  flightBytes_: number;
  /** Whose lane's turn it is. */
  turn_: number;
  /** Nothing expires before. */
  expires_: number;

  subs_: Map<number, Sub>;
  byChannel_: Map<string, Sub>;
  request_: number;

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
  o_: o,
  now_: 0,
  fx_: [],
  state_: 'away',
  session_: o.session_ ?? '',
  counter_: 0,
  mem_: '',
  clock_: 0,
  greeted_: 0,
  dedupe_: 0,
  heartbeat_: 30_000,
  maxMessage_: 0,
  maxRecords_: 1024,
  maxBytes_: 1 << 20,
  all_: [],
  lanes_: [],
  byKey_: new Map(),
  current_: new Map(),
  lastEntry_: 0,
  persisted_: 0,
  marking_: false,
  flight_: 0,
  flightBytes_: 0,
  turn_: 0,
  expires_: 0,
  subs_: new Map(),
  byChannel_: new Map(),
  request_: 0,
  heard_: 0,
  pinged_: 0,
  pingID_: 0,
  spoke_: 0,
  answered_: 0,
  probes_: 0,
  leaveAt_: 0,
});

/** How many times an answer may stay away for ackTimeout while the server still answers pings. */
export const maxProbes = 3;

export const emit = (c: State, f: Effect): void => {
  c.fx_.push(f);
};

/** The server's time goes on from the clock that it told, whatever happens to ours meanwhile. */
export const serverNow = (c: State): number => c.clock_ + c.now_ - c.greeted_;

/** What an outbox is to remember of a lane. */
export const facts = (l: LaneState): Lane => ({
  ch: l.ch_,
  p: l.p_,
  next: l.next_,
  resolved: l.resolved_,
  acked: l.acked_,
  mem: l.mem_,
  ackedAt: l.ackedAt_,
  forgotten: l.forgotten_,
  successor: l.successor_,
  sealed: l.sealed_,
});

/** Of codes: 40 means again now, 41 later, 42 with new credentials, 43 stop. */
export const kindOf = (code: number): number => Math.floor(code / 100);
