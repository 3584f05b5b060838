// The surface of another class, so that programs that use it go on with only the import changed.
export type {
  ReconnectCircuitState,
  ReconnectEvents,
  ReconnectOptions,
  ReconnectState,
  ReconnectStats,
} from './compat/options.ts';
export { WebSocketReconnect } from './compat/reconnect.ts';
