import type { SocketOptions, WebSocketClass } from '../socket/options.ts';
import type { ReconnectOptions } from './options.ts';

interface NodeProcess {
  argv: string[];
  cwd(): string;
  getBuiltinModule?(name: string): { createRequire(from: string): (name: string) => unknown };
}

/** The package `ws`, where this runs in Node and the application has it. Bundlers for browsers do not see it here. */
function packageWs(): WebSocketClass | undefined {
  const p = (globalThis as { process?: NodeProcess }).process;
  const modules = p?.getBuiltinModule?.('node:module');
  for (const from of modules ? [p!.argv[1], `${p!.cwd()}/x`] : []) {
    try {
      if (from) return modules!.createRequire(from)('ws') as WebSocketClass;
    } catch {
      // it is not installed there
    }
  }
  return undefined;
}

/** The class that makes connections, and what it is given. */
export function platform(o: ReconnectOptions, protocols: string[]): { protocols: string[]; socket: SocketOptions } {
  const WebSocket = o.WebSocket ?? packageWs();
  if (WebSocket) return { protocols, socket: { WebSocket, websocketOptions: o.websocketOptions } };
  if (!o.websocketOptions) return { protocols, socket: {} };
  // Node's own takes options in the place of the protocols
  return { protocols: { protocols, ...o.websocketOptions } as unknown as string[], socket: {} };
}
