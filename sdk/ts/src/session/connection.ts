import { createRedial } from '../socket/redial.ts';
import { createTimer } from '../socket/timer.ts';
import { watchWakes } from '../socket/wake.ts';
import { codeOf } from '../spec/codes.ts';
import {
  Abnormal,
  BadFrame,
  Disconnected,
  HeartbeatTimeout,
  NotHoldfast,
  RetriesExhausted,
  WriteTimeout,
} from '../spec/codes_gen.ts';
import type { ClientFrame, ServerFrame, Welcome } from '../wire/frames.ts';
import type { Fault, State, Stats, Status } from './engine.ts';
import { createLink, type Link } from './link.ts';
import type { EngineOptions } from './local_engine.ts';

/** What a connection tells; always by `run_`. */
export interface ConnectionHooks {
  /** Has something done when nothing else is being done. */
  run_(f: () => void): void;
  status_(state: State, more?: Partial<Status>): void;
  /** A socket is open, which is to say hello with this token. */
  connected_(token: string | undefined): void;
  frame_(f: ServerFrame): void;
  /** All frames of a message were told. */
  read_(): void;
  /** The socket, or the attempt to get one, has ended with this code. */
  gone_(code: number): void;
  /** There is no use in going on. */
  fail_(f: Fault): void;
}

/** What may wait to be written at most, in bytes: far more than a session has to say. */
const backlog = 32 << 20;

export const numberOf = (code: string): number => Number.parseInt(code, 10);

/** The connection of an engine: one link after the other. */
export type Connection = ReturnType<typeof createConnection>;

/** Makes one, which does nothing before `start_`. */
export const createConnection = (o: EngineOptions, stats: Stats, { run_: run, ...hooks }: ConnectionHooks) => {
  const op = `connect to ${o.url_.replace(/\?.*/, '')}`;
  let link: Link | undefined;
  let attempt = 0; // counts links, and attempts to make one
  const deadline = createTimer(); // of an attempt, or of a probe
  let heard = 0; // messages of this link, and its opening
  let flown = 0; // bytes that earlier links have written
  let renewing = 0; // the attempt for which a token was asked for

  const redial = createRedial(
    o.redial_,
    {
      dial_: () => void dial(),
      waiting_: (_, __, delay) => hooks.status_('waiting', { retryAt: Date.now() + delay }),
      wake_: () => run(probe),
    },
    Infinity,
    undefined,
    watchWakes,
  );
  const after = (ms: number, f: () => void) => deadline(() => run(f), ms);
  const dial = async () => {
    const mine = ++attempt;
    heard = 0;
    stats.attempts++;
    after(o.connectTimeout_, () => self.disconnect_({ code: Abnormal, op, detail: `no welcome within ${o.connectTimeout_} ms` }));
    try {
      let token = o.token_;
      if (typeof token === 'function') {
        hooks.status_('authenticating');
        token = await token();
        if (mine !== attempt) return;
      }
      hooks.status_('connecting');
      if (mine !== attempt) return; // a listener has asked for another one
      link = createLink(o.WebSocket_, o.url_, o.codec_, {
        opened_: chosen => run(() => opened(chosen, token as string | undefined)),
        message_: data => run(() => message(data)),
        gone_: (code, detail) =>
          run(() => self.disconnect_(heard || code !== 1006 ? { code: codeOf(code), detail } : unreachable)),
      });
    } catch (e) {
      if (mine === attempt) run(() => self.disconnect_({ ...unreachable, detail: `${e}` }));
    }
  };
  const unreachable: Fault = { code: Disconnected, op, detail: 'nobody answers there, or it is refused' };
  const opened = (chosen: string, token: string | undefined) => {
    heard++;
    if (chosen === o.codec_.subprotocol_) hooks.connected_(token);
    else hooks.fail_({ code: NotHoldfast, op, detail: `it chose the subprotocol "${chosen}"` });
  };
  const message = (data: ArrayBuffer | string) => {
    const mine = link;
    heard++;
    stats.bytesIn += typeof data === 'string' ? data.length : data.byteLength;
    try {
      o.codec_.decode_(data, f => {
        hooks.frame_(f as ServerFrame);
        return link === mine;
      });
    } catch (e) {
      self.disconnect_({ code: BadFrame, detail: `${e}` });
    }
    hooks.read_();
  };
  /** Finds out whether the connection has outlived a sleep of the page or the machine. */
  const probe = () => {
    if (!self.open_) return;
    const before = heard;
    self.send_({ t: 'ping' });
    after(o.pongTimeout_ / 2, () => {
      if (heard === before) self.disconnect_({ code: HeartbeatTimeout });
    });
  };
  const drop = (code: string) => {
    deadline();
    attempt++;
    flown += link?.written_ ?? 0;
    link?.close_(numberOf(code));
    link = undefined;
    self.open_ = false;
  };

  const self = {
    /** The server has greeted. */
    open_: false,
    /** Why the last connection ended, or the last attempt failed; undefined while there is one. */
    why_: undefined as Fault | undefined,
    /** Attempts since the last connection that lasted. */
    attempts_: () => redial.attempts_,
    written_: () => flown + (link?.written_ ?? 0),
    moved_: () => link?.moved_(),
    start_: () => redial.start_(),
    send_: (f: ClientFrame) => link?.send_(f),
    /** Sends what has gathered. */
    flush_() {
      if ((link?.flush_() ?? 0) > backlog)
        run(() => self.disconnect_({ code: WriteTimeout, detail: 'the server takes too little' }));
    },
    welcomed_({ user, agent }: Welcome) {
      deadline();
      self.open_ = true;
      self.why_ = undefined;
      stats.connects++;
      redial.opened_();
      hooks.status_('open', { ...(user && { user }), ...(agent && { server: agent }) });
    },
    /** Gives the connection, or the attempt, up. It is the only way to another one, not before so many ms. */
    disconnect_(f: Fault, notBefore = 0) {
      const code = numberOf(f.code);
      if (self.open_) stats.disconnects[code] = (stats.disconnects[code] ?? 0) + 1;
      drop(f.code);
      const mine = attempt;
      self.why_ = f;
      hooks.gone_(code);
      if (mine !== attempt) return; // it was the last
      if (/^1...s/.test(f.code)) hooks.fail_(f);
      else if (!redial.failed_('', Math.max(0, notBefore), f)) hooks.fail_({ ...f, code: RetriesExhausted, op });
    },
    /** Attempts to connect now, if there is no connection. */
    reconnect_() {
      if (!link) redial.start_();
    },
    /** Asks for the next token, so that the connection outlives the present one. The server asks again while none has come. */
    async renew_() {
      const mine = attempt;
      if (typeof o.token_ !== 'function' || renewing === mine) return;
      renewing = mine;
      try {
        const token = await o.token_();
        if (mine === attempt) self.refresh_(token);
      } catch {}
      renewing = 0;
    },
    refresh_(token: string) {
      if (self.open_ && token) run(() => self.send_({ t: 'refresh', token }));
    },
    /** Ends it for good, saying why. */
    stop_(f: Fault | undefined) {
      link?.flush_();
      redial.stop_();
      drop(f?.code ?? '1000');
      self.why_ = f;
    },
  };
  return self;
};
