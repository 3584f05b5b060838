import { longestTimer } from '../flow/deadlines.ts';
import type { Setup } from '../socket/options.ts';
import { BadArgument, BadFrame, Timeout, Unauthenticated, UnexpectedFrame, UnsupportedProtocol } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import { type Dialect, dialects, GraphQLErrors, isObject, parse, readErrors, subprotocolLegacy } from './frames.ts';

const op = 'initialise a GraphQL connection';

/** How the server speaks on a connection. */
export function dialectOf(protocol: string): Dialect {
  const d = dialects[protocol];
  if (d) return d;
  throw new HoldfastError(UnsupportedProtocol, op, 'the server chose no GraphQL protocol; check the path, and the option offer');
}

/** Sends connection_init, and waits for its ack. It returns the payload of that. What comes behind it stays in `early`. */
export async function initialise(s: Setup, payload: object | undefined, ackTimeout: number): Promise<unknown> {
  if (payload != null && !isObject(payload)) throw new HoldfastError(BadArgument, op, 'init: the payload is not an object');
  // subscriptions-transport-ws sends one in any case, and its servers' hooks take it apart
  const own = payload ?? (s.ws.protocol === subprotocolLegacy ? {} : undefined);
  s.ws.send(JSON.stringify({ type: 'connection_init', payload: own }));
  return new Promise((resolve, reject) => {
    const settle = (f: () => void) => {
      clearTimeout(timer);
      s.ws.removeEventListener('message', look);
      s.signal.removeEventListener('abort', gone);
      f();
    };
    const look = () => {
      for (let e = s.early.shift(); e; e = s.early.shift()) {
        try {
          const ack = read(e.data, s.ws);
          if (ack) return settle(() => resolve(ack.payload));
        } catch (error) {
          return settle(() => reject(error));
        }
      }
    };
    const gone = () => settle(() => reject(s.signal.reason));
    const late = () =>
      settle(() => reject(new HoldfastError(Timeout, op, `ackTimeout: no connection_ack within ${ackTimeout} ms`)));
    const timer = setTimeout(late, Math.min(ackTimeout, longestTimer));
    s.ws.addEventListener('message', look); // behind that of the socket, which fills early
    s.signal.addEventListener('abort', gone);
    look();
  });
}

/** Takes a message that comes before the ack. It returns the ack, and throws what else may not come. */
function read(data: unknown, ws: WebSocket): { payload: unknown } | undefined {
  const f = parse(data);
  switch (f?.type) {
    case undefined:
      throw new HoldfastError(BadFrame, op, 'the server answered with something else than a GraphQL message');
    case 'connection_ack':
      return { payload: f?.payload };
    case 'connection_error': {
      const errors = readErrors(f?.payload);
      const cause = errors && new GraphQLErrors(errors);
      throw new HoldfastError(Unauthenticated, op, `the server refused connection_init: ${cause?.message ?? ''}`, cause);
    }
    case 'ping':
      ws.send(JSON.stringify({ type: 'pong', payload: f?.payload }));
      return undefined;
    case 'ka':
    case 'pong':
      return undefined;
    default:
      throw new HoldfastError(
        UnexpectedFrame,
        op,
        `a message of type ${JSON.stringify(f?.type).slice(0, 40)} came before connection_ack`,
      );
  }
}
