// HTTP statuses, where the platform tells them: the package ws does, browsers do not.
import { classify } from './socket/classify.ts';
import { type ClassName, statusClasses } from './spec/classes_gen.ts';

/** The HTTP status in an error of the package ws, undefined if there is none. */
export const statusOf = (cause: unknown): number | undefined => {
  const found = /Unexpected server response: (\d{3})/.exec((cause as Error | undefined)?.message ?? '');
  return found ? Number(found[1]) : undefined;
};

/**
 * The option `classify` that judges a failed attempt by its HTTP status: 401 is `authentication`, 429 `rate_limit`, 503 `overload`.
 *
 *     new ReliableWebSocket(url, [], { WebSocket: WS, classify: byStatus })
 */
export const byStatus = (_code: number, cause: unknown): ClassName | undefined => {
  const status = statusOf(cause);
  return status === undefined ? undefined : (classify(statusClasses, status, {}).class as ClassName);
};
