/** One result of an operation. */
export interface Result<T = unknown> {
  /** undefined or null if there is none. */
  data?: T | null;
  /** Of the execution; beside them there may be data. */
  errors?: readonly GraphQLError[];
  extensions?: Record<string, unknown>;
  /** What may be missing right before this result; undefined: nothing. */
  gap?: Gap;
}

/** Says that results of a subscription may be missing. */
export interface Gap {
  /** How often the subscription was sent again because its connection had ended. What the server published in between is missing. */
  reconnects: number;
  /** How many results were dropped because the application was too slow. */
  dropped: number;
}

/** A GraphQL error (GraphQL specification of October 2021, 7.1.2). */
export interface GraphQLError {
  message: string;
  locations?: readonly { line: number; column: number }[];
  /** To the field in the result: names, and numbers for places in lists. */
  path?: readonly (string | number)[];
  extensions?: Record<string, unknown>;
}

/** What a server has to say of an operation: the cause of a `call_failed`. */
export class GraphQLErrors extends Error {
  override readonly name = 'GraphQLErrors';
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super(errors.map(describe).join('; '));
    this.errors = errors;
  }
}

function describe({ message, locations }: GraphQLError): string {
  const at = locations?.[0];
  return at ? `${message} (line ${at.line}, column ${at.column})` : message;
}

/** graphql-transport-ws (github.com/enisdenjo/graphql-ws, PROTOCOL.md). */
export const subprotocol = 'graphql-transport-ws';
/** That of subscriptions-transport-ws. */
export const subprotocolLegacy = 'graphql-ws';

/** How a protocol calls things. */
export interface Dialect {
  start_: string;
  stop_: string;
  next_: string;
}

export const dialects: Readonly<Record<string, Dialect>> = {
  [subprotocol]: { start_: 'subscribe', stop_: 'complete', next_: 'next' },
  [subprotocolLegacy]: { start_: 'start', stop_: 'stop', next_: 'data' },
};

/** A message of either protocol. */
export interface Frame {
  id?: string | undefined;
  type: string;
  payload?: unknown;
}

export const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);

/** Reads a frame. A frame without a type is none. */
export function parse(data: unknown): Frame | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const f: unknown = JSON.parse(data);
    return isObject(f) && typeof f.type === 'string' && f.type ? (f as unknown as Frame) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads the payload of a result. It returns undefined if it is none. */
export function readResult(payload: unknown): Result | undefined {
  if (!isObject(payload)) return undefined;
  const r: Result = {};
  if (payload.data !== undefined) r.data = payload.data;
  if (isObject(payload.extensions)) r.extensions = payload.extensions;
  if (payload.errors != null) {
    const errors = readErrors(payload.errors);
    if (!errors) return undefined;
    if (errors.length) r.errors = errors;
  }
  return r;
}

/** Reads a list of errors, or the legacy protocol's single one. It returns undefined if it is neither. */
export function readErrors(payload: unknown): GraphQLError[] | undefined {
  if (isObject(payload)) return [readError(payload)];
  return Array.isArray(payload) ? payload.map(readError) : undefined;
}

function readError(e: unknown): GraphQLError {
  const read = isObject(e) ? e : {};
  return { ...(read as Partial<GraphQLError>), message: typeof read.message === 'string' ? read.message : '' };
}
