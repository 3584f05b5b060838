import { BadArgument } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';

/** What a server said to a request. */
export interface Answer {
  /** Of the request. */
  id: number;
  result?: unknown;
  /** The server's error, undefined if the call succeeded. */
  error?: Error | undefined;
}

/** Writes requests and recognises answers. */
export interface CallCodec {
  /** Makes the message that asks for a method. The id is unique among the requests of a `Calls`. */
  request(id: number, method: string, params: unknown): string;
  /** Says whether a message may be an answer, and to what. Of what a message holds nothing may be believed. */
  answer(data: unknown): Answer | undefined;
}

/** The error of an answer. Where the server gave an object it has its fields; else `data` is what it gave, and `message` that as text. */
export class CallError extends Error {
  override readonly name = 'CallError';
  /** The server's number; 0 if it gave none. */
  readonly code: number;
  readonly data: unknown;

  constructor(message: string, code: number, data: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/**
 * The codec for JSON in text messages:
 *
 * ```
 * {"id":1,"method":"add","params":[1,2]}
 * {"id":1,"result":3}  {"id":1,"error":{"code":-32601,"message":"no such method"}}
 * ```
 *
 * Params that are undefined or null are left out. A message is an answer if its id is a whole number from 0 up, or one as a string, and it has
 * no method: a server's own requests and notifications are none. An answer with neither result nor error is itself the result.
 *
 * @param options.version is sent as "jsonrpc"; JSON-RPC 2.0 wants "2.0" (www.jsonrpc.org/specification). Default: not sent. Answers are
 * taken with any.
 */
export const jsonCalls = ({ version }: { version?: string | undefined } = {}): CallCodec => ({
  request(id, method, params) {
    try {
      const text = JSON.stringify({ jsonrpc: version, id, method, params: params ?? undefined });
      if (params != null && (typeof params === 'function' || typeof params === 'symbol'))
        throw new TypeError(`a ${typeof params} is no JSON`);
      return text;
    } catch (e) {
      throw new HoldfastError(BadArgument, `call ${method}`, 'params cannot be written as JSON', e);
    }
  },
  answer(data) {
    const m = parse(data);
    if (!m || m.method !== undefined) return undefined;
    const id = typeof m.id === 'string' && /^\d+$/.test(m.id) ? Number(m.id) : m.id;
    if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) return undefined;
    if (m.error != null) return { id, error: callError(m.error) };
    return { id, result: m.result === undefined && m.error === undefined ? m : m.result };
  },
});

function parse(data: unknown): Record<string, unknown> | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const m: unknown = JSON.parse(data);
    return m && typeof m === 'object' ? (m as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function callError(error: unknown): CallError {
  const { message, code, data } = error as { message?: unknown; code?: unknown; data?: unknown };
  if (typeof message === 'string' || typeof code === 'number') {
    return new CallError(typeof message === 'string' ? message : '', typeof code === 'number' ? code : 0, data);
  }
  return new CallError(typeof error === 'string' ? error : JSON.stringify(error), 0, error);
}
