import { closeClasses } from '../spec/classes_gen.ts';
import { Abnormal, BadArgument, Disconnected, HeartbeatTimeout, Timeout } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import { classify, type Verdict, verdictOf } from './classify.ts';
import { createHeartbeat, type Pinging } from './heartbeat.ts';
import type { SocketOptions, Value } from './options.ts';
import type { Queue } from './queue.ts';
import { createTimer } from './timer.ts';

/** How a connection ended, as a close event has it. */
export interface CloseInfo {
  code: number;
  reason: string;
  wasClean: boolean;
}

/** Whoever a line belongs to. */
export interface LineOwner {
  readonly o_: SocketOptions;
  readonly url_: Value<string | URL>;
  readonly protocols_: Value<string | string[] | undefined>;
  readonly queue_: Queue;
  readonly binary_: BinaryType;
  /** That of the last connection. */
  ws_: Connection | undefined;
  fault_(error: HoldfastError): void;
  opened_(): void;
  message_(event: MessageEvent): void;
  /** A heartbeat was answered after rtt ms, or `missed` in a row have not been. */
  beat_(rtt: number | undefined, missed: number): void;
  /** Is called once, unless the line was dropped. */
  ended_(close: CloseInfo, verdict: Verdict, error: HoldfastError): void;
}

/** One attempt, and the connection that it leads to. */
export interface Line {
  /** Has the heartbeat ask now whether somebody is there. */
  probe_(): void;
  /** Ends it with the closing handshake, for which there is a time; then it is cut. */
  close_(code: number, reason: string): void;
  /** Ends it, and tells nothing of it. */
  drop_(code: number, reason: string): void;
}

/** A connection of the platform's. */
export type Connection = WebSocket & Pinging & { terminate?: () => void };

const lost: CloseInfo = { code: 1006, reason: '', wasClean: false };

/** Begins an attempt. number is that of the connection, if there will be one. */
export const createLine = (s: LineOwner, number: number): Line => {
  const o = s.o_;
  const over = new AbortController();
  const { signal } = over;
  const early: MessageEvent[] = [];
  let ws: Connection | undefined;
  let beat: ReturnType<typeof createHeartbeat> | undefined;
  let opened = false;
  let closing = false;
  let why: HoldfastError | undefined;

  const timer = createTimer();

  const end = () => {
    timer();
    beat?.stop_();
    over.abort();
  };
  const finish = (close: CloseInfo, cls: string | undefined, error: HoldfastError) => {
    end();
    const own = o.classify?.(close.code, error.cause) ?? cls;
    s.ended_(close, own ? verdictOf(own, o) : classify(closeClasses, close.code, o), error);
  };
  const fault = (code: string, detail?: string, cause?: unknown) => {
    why = new HoldfastError(code, 'connect', detail, cause);
    if (!closing) s.fault_(why);
    return why;
  };
  const fail = (cls: string, code: string, detail?: string, cause?: unknown) => {
    if (signal.aborted) return;
    const error = fault(code, detail, cause);
    // a listener may have ended it
    if (!signal.aborted) finish(lost, cls, error);
    ws?.terminate ? ws.terminate() : ws?.close();
  };

  const open = async () => {
    try {
      await o.setup?.({ ws: ws!, number, signal, early });
      if (signal.aborted || closing) return;
      timer();
      if (o.heartbeat !== 'off') beat = createHeartbeat(o.heartbeat, ws!, s, () => fail('timeout', HeartbeatTimeout));
      opened = true;
      s.opened_();
      for (const e of early) signal.aborted || s.message_(e);
    } catch (e) {
      fail('network', Disconnected, `${e}`, e);
    }
  };

  const connect = async () => {
    let cls = 'network';
    let code = Disconnected as string;
    try {
      await s.queue_.ready_?.();
      const args = [];
      for (const v of [s.url_, s.protocols_, o.websocketOptions]) args.push(await (typeof v === 'function' ? v(signal) : v));
      if (signal.aborted || closing) return;
      cls = 'policy';
      code = BadArgument;
      const Kind = o.WebSocket ?? globalThis.WebSocket;
      ws = s.ws_ = new Kind(...(args as [string])) as Connection;
    } catch (e) {
      return fail(cls, code, `${e}`, e);
    }
    ws.binaryType = s.binary_;
    const on = <E>(type: string, f: (e: E) => unknown) => ws!.addEventListener(type, e => signal.aborted || f(e as E));
    on('open', open);
    on('message', (e: MessageEvent) => beat?.heard_(e.data) || (opened ? s.message_(e) : early.push(e)));
    on('error', (e: ErrorEvent) => {
      fault(opened ? Abnormal : Disconnected, e.message, e.error);
      // Node's own tells no close of an attempt that has failed
      if (!opened) setTimeout(() => signal.aborted || finish(lost, 'network', why!), 9);
    });
    // Deno's tells 0 of an attempt that has failed
    on('close', (e: CloseEvent) =>
      finish(e.code ? e : lost, undefined, why ?? new HoldfastError(`${e.code} code ${e.code}`, 'connect', e.reason)),
    );
  };

  timer(() => fail('timeout', Timeout), o.connectTimeout ?? 1e4);
  connect();
  return {
    probe_: () => beat?.probe_(),
    close_(code, reason) {
      closing = true;
      timer(() => fail('closed', Timeout), opened ? (o.closeTimeout ?? 5e3) : 0);
      ws?.close(code, reason);
    },
    drop_(code, reason) {
      end();
      ws?.close(code, reason);
    },
  };
};
