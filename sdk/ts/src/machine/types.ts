// What goes into the machine of a session and what comes out of it: internal/session/client_api.go in TypeScript.
import type {
  Ack,
  Bye,
  Gap,
  Hello,
  Hex64,
  Hex128,
  Ping,
  Pong,
  Publish,
  RecordFrame,
  ServerFrame,
  Skip,
  Subscribe,
  SubscribedFields,
  SubscribeFields,
  TermEnd,
  Unsubscribe,
  Welcome,
  Window,
} from '../wire/frames.ts';

/** Configures a machine. Times are milliseconds. */
export interface MachineOptions {
  /** Session to go on with; left out: the server's welcome names one. */
  session_?: Hex128 | undefined;
  /** Names this page or process: of two hellos of one process the one with the higher counter wins. */
  process_: Hex64;
  /** New records are published under it; must be fresh each time an outbox is opened. */
  producer_: Hex128;
  user_?: string | undefined;
  agent_?: string | undefined;
  /** Without any answer to a publish for so long there is a probe, after three of them a reconnect. Default 5,000. */
  ackTimeout_?: number | undefined;
  /** Without any traffic for so long after a ping there is a reconnect. Default 10,000. */
  pongTimeout_?: number | undefined;
  /** Of subscriptions that do not name their own. Default 512 records, 1 MiB. */
  window_?: Window | undefined;
  /** How long the application's progress is gathered before it is told. Default 100. */
  ackDelay_?: number | undefined;
  /**
   * The outbox is written to disk: records wait for `persisted` before they are sent. A durable outbox answers the effects
   * `persist` and `seal` with `persisted`, `mark` with `marked`. In memory nothing waits for these.
   */
  durable_?: boolean | undefined;
}

/** What the machine knows of a record in the outbox; the outbox keeps the content. It may be stored as it is. */
export interface Entry {
  /** Counted up from 1 by the machine. */
  id: number;
  ch: string;
  p: Hex128;
  /** Number in the lane. */
  n: number;
  /** Of its data, in bytes. */
  size: number;
  /** When, in server time, and under which memory of lanes it was first sent, or may have been; 0 and '': it certainly never was. */
  sent: number;
  mem: Hex64;
  /** It is dropped at this time if it was never sent; 0: never. */
  expires: number;
}

/** What an outbox remembers of a lane between two openings. It may be stored as it is. */
export interface Lane {
  ch: string;
  p: Hex128;
  /** The next number; it survives an empty outbox. */
  next: number;
  /** The last number known to have its answer, all below it having theirs. */
  resolved: number;
  /** The last number that was answered as stored, by the server with this memory of lanes, at this server time. */
  acked: number;
  mem: Hex64;
  ackedAt: number;
  /** Of the numbers up to it the server knows nothing any more, without having lost them. */
  forgotten: number;
  /** Was chosen to go on after this lane; '' if none was. */
  successor: Hex128;
  /** In `resolved`: the successor has taken over for good; the lane may be forgotten. */
  sealed: boolean;
}

/** All that a subscriber must remember to go on. */
export interface Checkpoint {
  /** '' for none. */
  term: Hex64;
  offset: number;
  /** Earlier terms of the history that led there, oldest first; at most seven. */
  earlier: readonly TermEnd[];
}

export type MachineEvent =
  /** Time passes: at the latest when wake_ says. */
  | { k_: 'tick' }
  /** A socket is open; the token is what to say hello with. */
  | { k_: 'connected'; token_?: string | undefined }
  /** The socket is gone: it ended, or a `disconnect` was carried out. */
  | { k_: 'disconnected'; code_: number }
  | { k_: 'frame'; frame_: ServerFrame }
  /** Answered at once by `persist`, with the entry that has an id and a number. `expires_`: a time, 0 for never. */
  | { k_: 'publish'; ch_: string; size_: number; expires_?: number | undefined }
  /** Every `persist` and `seal` up to this id is durable. */
  | { k_: 'persisted'; id_: number }
  /** The `mark` with these is durable. */
  | { k_: 'marked'; id_: number; sent_: number; mem_: Hex64 }
  /** The entry is to be dropped with this code if it was never sent. */
  | { k_: 'drop'; id_: number; code_: number }
  /** `sub_` is chosen by the caller, above 0. A checkpoint is gone on from, unless it is before the first record of all. */
  | { k_: 'subscribe'; sub_: number; spec_: SubscribeFields; checkpoint_?: Checkpoint | undefined }
  | { k_: 'unsubscribe'; sub_: number }
  /** The application is done with all records up to this position. */
  | { k_: 'done'; sub_: number; term_: Hex64; offset_: number }
  /** The application closes the session: say bye. */
  | { k_: 'bye' }
  /** A message is on its way that takes long; a part of it came, or was taken by the peer, at this time. */
  | { k_: 'moved'; at_: number };

export type Outcome =
  /** Stored, exactly once. */
  | 'delivered'
  /** Refused for good, or dropped before it was ever sent. It is not in the channel. */
  | 'failed'
  /** Whether it is in the channel can no longer be known. */
  | 'unknown';

export type Effect =
  /** Send this frame. `sub_` with `subscribe`. */
  | { k_: 'send'; frame_: Hello | Skip | Subscribe | Unsubscribe | Ack | Ping | Pong | Bye; sub_?: number | undefined }
  /** Send this frame with the content of the entry (h, content, data) added to it. `resend_`: it was, or may have been, sent before. */
  | { k_: 'publish'; frame_: Publish; entry_: Entry; resend_: boolean }
  /** Write the entry to the outbox, with its content. */
  | { k_: 'persist'; entry_: Entry }
  /** Note durably that all entries up to this id that were never sent are first sent now. Answer with `marked`. */
  | { k_: 'mark'; id_: number; sent_: number; mem_: Hex64 }
  /** Note durably that the lane goes on as its successor. Answer with `persisted`, in the order of the ids. */
  | { k_: 'seal'; id_: number; lane_: Lane }
  /** The entry has ended: forget it. `offset_` is 0 if it is not known. */
  | {
      k_: 'outcome';
      entry_: Entry;
      outcome_: Outcome;
      offset_: number;
      /** The server had it already. */
      duplicate_: boolean;
      synced_: boolean;
      copies_: number;
      /** 0 when it was delivered. */
      code_: number;
      detail_: string;
    }
  /** The lane is resolved up to lane_.resolved. The outbox may note it lazily. */
  | { k_: 'resolved'; lane_: Lane }
  /** The entry's lane is halted with this code until then. No entry: a skip was refused. */
  | { k_: 'held'; entry_: Entry | undefined; code_: number; detail_: string; at_: number }
  /** The server has lost records that it had acknowledged: these numbers of this lane. */
  | { k_: 'lost'; ch_: string; p_: Hex128; from_: number; to_: number }
  /** The next record of the subscription; its position is (term_, frame_.o). */
  | { k_: 'record'; sub_: number; term_: Hex64; frame_: RecordFrame }
  /** In order with the records; the position is now (frame_.term, frame_.after). */
  | { k_: 'gap'; sub_: number; frame_: Gap }
  /** The subscription is open, or open again. */
  | { k_: 'subscribed'; sub_: number; frame_: SubscribedFields }
  /** The subscription has ended for good; code 0 after `unsubscribe`. */
  | { k_: 'ended'; sub_: number; code_: number; detail_: string }
  /** The session is open. */
  | { k_: 'welcome'; frame_: Welcome }
  /** Close the socket and reconnect, not before at_. Tell the machine `disconnected`. */
  | { k_: 'disconnect'; code_: number; detail_: string; at_: number }
  /** The session is over: close the socket. */
  | { k_: 'fail'; code_: number; detail_: string }
  /** Get a new token, then reconnect. */
  | { k_: 'authenticate'; code_: number }
  /** Get a new token, and send it in a refresh. */
  | { k_: 'refresh' };

/**
 * One session as the client sees it; it outlives its connections. It is pure: events and the time (ms, above 0, of any clock
 * that `expires` is of) go in, effects come out, to be carried out in order.
 */
export interface Machine {
  /** Gives it what a durable outbox remembers, before the first step. Entries in order of their ids; they become the machine's. */
  load_(lanes: readonly Lane[], entries: readonly Entry[]): void;
  step_(now: number, e: MachineEvent): Effect[];
  /** When the next `tick` is needed at the latest; undefined if time changes nothing. */
  wake_(): number | undefined;
  /** What is to be remembered to go on after a record at that position that the subscription delivered. */
  checkpoint_(sub: number, term: Hex64, offset: number): Checkpoint | undefined;
}
