// What is said on each new connection before anything else.
import type { Setup, SocketData } from './socket/options.ts';

export type { Setup } from './socket/options.ts';

/** A new connection, as a conversation. */
export interface Conversation {
  /** The number of the connection; they rise from 1. */
  readonly number: number;
  /** Ends when the connection or the time for the attempt does. */
  readonly signal: AbortSignal;
  /** Sends at once, before all that waits. */
  send(data: SocketData): void;
  /** Returns the next message. Those that it does not take are the application's. Rejects when the signal ends. */
  receive(): Promise<unknown>;
}

/**
 * Makes the option `setup` of a conversation; the attempt has failed when it throws.
 *
 *     setup: conversation(async ({ send, receive }) => {
 *       send(JSON.stringify({ token }));
 *       if ((await receive()) !== 'welcome') throw new Error('not welcome');
 *     })
 */
export const conversation =
  (talk: (c: Conversation) => unknown) =>
  ({ ws, number, signal, early }: Setup): unknown =>
    talk({
      number,
      signal,
      send: data => ws.send(data as string),
      async receive() {
        while (!early.length)
          await new Promise<void>((resolve, reject) => {
            const end = () => reject(new DOMException('the connection has ended', 'AbortError'));
            if (signal.aborted) end();
            signal.addEventListener('abort', end, { once: true });
            ws.addEventListener(
              'message',
              () => {
                signal.removeEventListener('abort', end);
                resolve();
              },
              { once: true },
            );
          });
        return early.shift()!.data;
      },
    });
