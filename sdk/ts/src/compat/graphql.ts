import { isObject, parse, subprotocol, subprotocolLegacy } from '../graphql/frames.ts';
import { initialise } from '../graphql/handshake.ts';
import type { Setup, SocketOptions } from '../socket/options.ts';

/** How a connection is begun, and kept alive. */
export interface Talk {
  protocols: string[];
  setup: SocketOptions['setup'];
  /** What is sent as a heartbeat. */
  message: unknown;
}

const ackTimeout = 5000;

/**
 * A heartbeat that is a connection_init, as the GraphQL client in the document has it, is what GraphQL connections must begin with, and may not be
 * sent twice. So it is sent once, before `open`, and its ack is waited for; and the heartbeat is the protocol's ping. Servers choose
 * graphql-transport-ws, whose words that client uses, though it offers the name of its predecessor.
 */
export function talk(message: unknown, protocols: string[]): Talk {
  const init = typeof message === 'string' ? parse(message) : isObject(message) ? message : undefined;
  if (init?.type !== 'connection_init') return { protocols, setup: undefined, message };
  let spoken = '';
  return {
    protocols:
      protocols.includes(subprotocolLegacy) && !protocols.includes(subprotocol) ? [subprotocol, ...protocols] : protocols,
    async setup(u: Setup) {
      spoken = u.ws.protocol;
      const payload = await initialise(u, isObject(init.payload) ? init.payload : undefined, ackTimeout);
      u.early.unshift(new MessageEvent('message', { data: JSON.stringify({ type: 'connection_ack', payload }) }));
    },
    message: () => (spoken === subprotocol ? '{"type":"ping"}' : message),
  };
}
