/** What is needed of a socket: any WebSocket has it, the browser's, that of the package ws, and ReliableWebSocket. */
export interface SocketLike {
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  /**
   * Sockets that connect again have it: whether they will is not in `readyState`. `closed` and `failed` are the ends; all else is on its
   * way.
   */
  readonly state?: string;
  /** Why it has failed, where it tells. */
  readonly error?: Error | undefined;
  send(data: string): void;
  addEventListener(type: 'open' | 'statechange', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
  removeEventListener(type: 'open' | 'statechange', listener: () => void): void;
  removeEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  removeEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}

/** Whether a socket is open now. */
export const isOpen = (s: SocketLike): boolean => s.readyState === 1;

/** Whether a socket will not be open any more by itself. */
export const isOver = (s: SocketLike): boolean =>
  s.state === undefined ? s.readyState >= 2 : s.state === 'closed' || s.state === 'failed';
