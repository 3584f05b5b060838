import type { HeartbeatOptions, Setup, SocketOptions } from '../socket/options.ts';
import { BadArgument, BadFrame, Timeout, Unauthenticated, UnexpectedFrame, UnsupportedProtocol } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import { subprotocol, subprotocolLegacy } from './frames.ts';
import { dialectOf, initialise } from './handshake.ts';
import type { GraphQLOptions } from './options.ts';

/** The subprotocols to offer. */
export const protocolsOf = (offer: GraphQLOptions['offer']): string[] =>
  [subprotocol, subprotocolLegacy].filter((_, i) => offer !== (i ? 'transport' : 'legacy'));

/** The close codes of graphql-transport-ws (CloseCode in graphql-ws 6, src/common.ts), by class. */
const codes = {
  4004: 'protocol', // bad response
  4005: 'protocol', // internal client error
  4400: 'protocol', // bad request
  4401: 'authentication', // unauthorized
  4403: 'authentication', // forbidden
  4406: 'protocol', // subprotocol not acceptable
  4408: 'timeout', // connection initialisation timeout
  4409: 'protocol', // subscriber already exists
  4429: 'protocol', // too many initialisation requests
  4500: 'server', // internal server error
  4504: 'timeout', // connection acknowledgement timeout
};

/** What failures of the handshake are. */
const classes: [code: string, name: string][] = [
  [Unauthenticated, 'authentication'],
  [UnsupportedProtocol, 'protocol'],
  [BadFrame, 'protocol'],
  [UnexpectedFrame, 'protocol'],
  [BadArgument, 'policy'],
  [Timeout, 'timeout'],
];

/** The options of a client's socket. acked hears of the payload of each ack. */
export function socketOptions(o: GraphQLOptions, ackTimeout: number, acked: (payload: unknown) => void): SocketOptions {
  const s = o.socket ?? {};
  let protocol = '';
  const fresh = [o.init, s.websocketOptions, s.setup].some(v => typeof v === 'function');
  return {
    ...s,
    codes: { ...codes, ...s.codes },
    // without a function the next attempt would show the same credentials
    strategies: fresh ? s.strategies : { authentication: { retry: 'stop' }, ...s.strategies },
    heartbeat: heartbeat(s.heartbeat, () => protocol),
    classify(code, cause) {
      const own = s.classify?.(code, cause);
      if (own || !(cause instanceof HoldfastError)) return own;
      return classes.find(([c]) => Number.parseInt(c, 10) === cause.code)?.[1];
    },
    async setup(u: Setup) {
      protocol = u.ws.protocol;
      dialectOf(protocol);
      await s.setup?.(u);
      const payload = typeof o.init === 'function' ? await o.init(u.signal) : o.init;
      acked(await initialise(u, payload, ackTimeout));
    },
  };
}

/** The protocol's own ping where the server knows it, unless the application says otherwise. */
function heartbeat(given: SocketOptions['heartbeat'], protocol: () => string): SocketOptions['heartbeat'] {
  if (given === 'off' || given?.message !== undefined || given?.match || (given?.mode && given.mode !== 'ping')) return given;
  const own: HeartbeatOptions = {
    ...given,
    answers: 'hidden',
    // it is asked for each connection, when the protocol is known
    get mode(): 'message' | 'ping' {
      return protocol() === subprotocol ? 'message' : 'ping';
    },
  };
  return own;
}
