// The frames of protocol v1 (spec/protocol.md, section 6) as plain objects. The keys are the protocol's own; what is zero, empty
// or false is left out, and may be left out.

import { BadFrame } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';

/** Eight bytes as 16 lower-case hexadecimal digits. */
export type Hex64 = string;
/** Sixteen bytes as 32 lower-case hexadecimal digits. */
export type Hex128 = string;
/** A window: records, and bytes of their frames. A zero is the server's default. */
export type Window = readonly [records: number, bytes: number];
/** Name and value. */
export type Header = readonly [name: string, value: string];
/** A history was in this term up to this offset. */
export type TermEnd = readonly [term: Hex64, last: number];
/** How a payload is to be read. */
export type Content = 0 | 1 | 2;
/** Bytes of any kind. */
export const BINARY = 0;
/** UTF-8. */
export const TEXT = 1;
/** One JSON value in UTF-8, in the form of section 3; see normalizeJSON. */
export const JSON_VALUE = 2;

/** A payload. In both codecs `data` is its bytes: for text the UTF-8, for JSON the JSON text. */
export interface Payload {
  content?: Content | undefined;
  data?: Uint8Array | undefined;
}

export interface Hello {
  t: 'hello';
  token?: string | undefined;
  user?: string | undefined;
  session?: Hex128 | undefined;
  process?: Hex64 | undefined;
  counter?: number | undefined;
  p?: Hex128 | undefined;
  agent?: string | undefined;
  subs?: SubscribeFields[] | undefined;
}

export interface Publish extends Payload {
  t: 'publish';
  ch: string;
  p?: Hex128 | undefined;
  n: number;
  /** When it was first sent, server time; 0 or left out: it was not sent before. */
  sent?: number | undefined;
  mem?: Hex64 | undefined;
  h?: readonly Header[] | undefined;
}

export interface Skip {
  t: 'skip';
  ch: string;
  p?: Hex128 | undefined;
  from: number;
  to: number;
  successor?: Hex128 | undefined;
}

/** Where a subscription begins. Left out: head. */
export type At = 'head' | 'start' | 'position' | 'last' | 'time';

export interface SubscribeFields {
  id?: number | undefined;
  ch: string;
  at?: At | undefined;
  term?: Hex64 | undefined;
  o?: number | undefined;
  earlier?: readonly TermEnd[] | undefined;
  pending?: number | undefined;
  last?: number | undefined;
  since?: number | undefined;
  cursor?: string | undefined;
  window?: Window | undefined;
}

export interface Subscribe extends SubscribeFields {
  t: 'subscribe';
}

export interface Unsubscribe {
  t: 'unsubscribe';
  id?: number | undefined;
  ch: string;
}

export interface Ack {
  t: 'ack';
  ch: string;
  o?: number | undefined;
  gen?: number | undefined;
}

export interface Call extends Payload {
  t: 'call';
  id: number;
  name: string;
  key?: string | undefined;
}

export interface Refresh {
  t: 'refresh';
  token?: string | undefined;
  delay?: number | undefined;
}

export interface Ping {
  t: 'ping';
  id?: number | undefined;
}

export interface Pong {
  t: 'pong';
  id?: number | undefined;
}

export interface Bye {
  t: 'bye';
  code?: number | undefined;
  detail?: string | undefined;
}

export interface Welcome {
  t: 'welcome';
  session?: Hex128 | undefined;
  user?: string | undefined;
  agent?: string | undefined;
  heartbeat?: number | undefined;
  max_message?: number | undefined;
  max_in_flight?: Window | undefined;
  max_window?: Window | undefined;
  max_subs?: number | undefined;
  dedupe?: number | undefined;
  mem?: Hex64 | undefined;
  synced?: true | undefined;
  copies?: number | undefined;
  clock?: number | undefined;
  results?: SubscribedFields[] | undefined;
}

export interface Stored {
  t: 'stored';
  ch: string;
  p?: Hex128 | undefined;
  n?: number | undefined;
  count?: number | undefined;
  o?: number | undefined;
  synced?: true | undefined;
  dup?: true | undefined;
  skipped?: true | undefined;
  copies?: number | undefined;
}

export interface Refused {
  t: 'refused';
  ch: string;
  p?: Hex128 | undefined;
  n?: number | undefined;
  code?: number | undefined;
  retry?: number | undefined;
  want?: number | undefined;
  detail?: string | undefined;
}

export interface RecordFrame extends Payload {
  t: 'record';
  ch: string;
  o?: number | undefined;
  term?: Hex64 | undefined;
  ts?: number | undefined;
  by?: string | undefined;
  h?: readonly Header[] | undefined;
}

export interface Pass {
  t: 'pass';
  ch: string;
  o?: number | undefined;
  term?: Hex64 | undefined;
}

export interface Gap {
  t: 'gap';
  ch: string;
  from?: number | undefined;
  to?: number | undefined;
  term?: Hex64 | undefined;
  after?: number | undefined;
  /** Left out: a reason that this version does not know. */
  why?: 'retention' | 'fork' | undefined;
}

export interface SubscribedFields {
  id?: number | undefined;
  ch: string;
  term?: Hex64 | undefined;
  o?: number | undefined;
  first?: number | undefined;
  head?: number | undefined;
  gen?: number | undefined;
  code?: number | undefined;
  detail?: string | undefined;
  retry?: number | undefined;
}

export interface Subscribed extends SubscribedFields {
  t: 'subscribed';
}

export interface Unsubscribed {
  t: 'unsubscribed';
  id?: number | undefined;
  ch: string;
  code?: number | undefined;
  detail?: string | undefined;
}

export interface Reply extends Payload {
  t: 'reply';
  id?: number | undefined;
  code?: number | undefined;
  detail?: string | undefined;
}

export interface Join extends Payload {
  t: 'join';
  ch: string;
  user?: string | undefined;
  session?: Hex128 | undefined;
  term?: Hex64 | undefined;
  version?: number | undefined;
}

export interface Leave {
  t: 'leave';
  ch: string;
  user?: string | undefined;
  session?: Hex128 | undefined;
  term?: Hex64 | undefined;
  version?: number | undefined;
}

export interface Receipt {
  t: 'receipt';
  ch: string;
  cursor?: string | undefined;
  user?: string | undefined;
  o?: number | undefined;
}

export interface Reconnect {
  t: 'reconnect';
  delay?: number | undefined;
  url?: string | undefined;
  code?: number | undefined;
}

/** What a client sends. */
export type ClientFrame = Hello | Publish | Skip | Subscribe | Unsubscribe | Ack | Call | Refresh | Ping | Pong | Bye;

/** What a server sends. A string field that the frame left out, `ch` too, is missing. */
export type ServerFrame =
  | Welcome
  | Stored
  | Refused
  | RecordFrame
  | Pass
  | Gap
  | Subscribed
  | Unsubscribed
  | Reply
  | Join
  | Leave
  | Receipt
  | Reconnect
  | Refresh
  | Ping
  | Pong;

export type Frame = ClientFrame | ServerFrame;

/** How frames are written. */
export interface Codec {
  /** The WebSocket subprotocol that asks for it. */
  readonly subprotocol_: string;
  /** Writes frames as one WebSocket message. */
  encode_(frames: readonly Frame[]): Uint8Array<ArrayBuffer> | string;
  /**
   * Reads a message and gives `take` its frames one by one, passing over types that are not known; those before a mistake, too.
   * When `take` returns false the rest is left. Payloads are views of the message. Throws a FrameError and nothing else of its own.
   */
  decode_(message: ArrayBuffer | Uint8Array | string, take: (f: Frame) => boolean | void): void;
}

/** A message could not be read: `bad_frame`. */
export class FrameError extends HoldfastError {
  /** Where the mistake begins, in bytes. */
  readonly offset: number;
  constructor(offset: number, what = '') {
    super(BadFrame, 'read a message', `byte ${offset}${what && `: ${what}`}`);
    this.offset = offset;
  }
}

/**
 * JSON text in the form in which a payload is first sent, in either codec: without white space around it, and with a blank for each
 * line feed and carriage return between its tokens. What JSON.stringify writes without indentation is in this form.
 */
export const normalizeJSON = (text: string): string => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '').replace(/[\r\n]/g, ' ');
