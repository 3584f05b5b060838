import { createDeadlines } from '../flow/deadlines.ts';
import { type Pull, pull } from '../flow/pull.ts';
import { isOpen, isOver, type SocketLike } from '../flow/socket.ts';
import { AtCapacity, BadArgument, CallFailed, Canceled, Closed, Disconnected, Timeout } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import { type Answer, type CallCodec, type CallError, jsonCalls } from './codec.ts';
import type { CallOptions, CallsOptions, CallsStats } from './options.ts';

interface Settings {
  codec: CallCodec;
  timeout: number;
  retries: number;
  patience: number;
  maxCalls: number;
  backlog: number;
}

/** A call under way. */
interface Flying {
  op_: string;
  text_: string;
  left_: number; // how often it may be sent again
  sent_: number; // how often it was
  on_: boolean; // on the connection of the moment
  over_: number; // deadline
  again_: number; // when patience ends
  settle_(error: unknown, result?: unknown): void;
}

/**
 * Makes requests over a socket and gives each its answer: any number of them at a time, each with an id, in whatever order the answers come.
 *
 * ```ts
 * const calls = new Calls(socket);
 * const sum = await calls.call<number>('add', [1, 2], { idempotent: true });
 * ```
 *
 * A call waits for a connection if there is none. If the connection ends while it is under way, it fails with `disconnected`, because nobody
 * knows whether the server has carried it out; one that may be repeated is sent again on the next connection, with the same id. A call
 * that certainly was not sent is always sent on the next one. A call that has failed is not carried out later.
 *
 * The socket is any WebSocket. With one that connects again, such as ReliableWebSocket, calls go on; with others they fail with `closed` once it
 * is. Whoever else listens to the socket hears the answers, too; what is no answer is in `messages`.
 */
export class Calls {
  private readonly s_: SocketLike;
  private readonly o_: Settings;
  private readonly flying_ = new Map<number, Flying>();
  private readonly deadlines_ = createDeadlines(now => this.due_(now));
  private readonly others_: unknown[] = [];
  private readonly listeners_ = new Set<Pull<unknown>>();
  private readonly n_ = { calls: 0, repeats: 0, timeouts: 0, cut: 0, others: 0, dropped: 0 };
  private next_ = 0;
  private closed_ = false;

  /** Begins to listen to a socket, which may be open already. It never closes it. Errors: `bad_argument`, which names the option. */
  constructor(socket: SocketLike, options: CallsOptions = {}) {
    this.s_ = socket;
    const { codec = jsonCalls(), timeout = 30_000, retries = 3, patience = 0, maxCalls = 1000, backlog = 256 } = options;
    for (const [name, v] of Object.entries({ retries, patience, maxCalls, backlog })) {
      if (!(v >= 0)) throw new HoldfastError(BadArgument, 'make calls', `${name} is ${v}; it must not be negative`);
    }
    this.o_ = { codec, timeout, retries, patience, maxCalls, backlog };
    socket.addEventListener('open', this.onOpen_);
    socket.addEventListener('message', this.onMessage_);
    socket.addEventListener('close', this.onClose_);
    socket.addEventListener('statechange', this.onState_);
  }

  /** Has all calls under way fail with `closed`, ends `messages`, and leaves the socket as it is. Idempotent. */
  close(): void {
    if (this.closed_) return;
    this.closed_ = true;
    this.s_.removeEventListener('open', this.onOpen_);
    this.s_.removeEventListener('message', this.onMessage_);
    this.s_.removeEventListener('close', this.onClose_);
    this.s_.removeEventListener('statechange', this.onState_);
    for (const f of this.flying_.values()) f.settle_(new HoldfastError(Closed, f.op_, 'Calls was closed'));
    this.deadlines_.stop_();
    this.wake_();
  }

  /** The figures. */
  stats(): CallsStats {
    return { underWay: this.flying_.size, ...this.n_ };
  }

  /**
   * Yields what is no answer to a call under way, in order: what the server says of its own accord, and answers that came too late. It ends
   * with `signal`, or `close`. What is not taken waits within `CallsOptions.backlog`; each message goes to one iterator.
   */
  messages(signal?: AbortSignal): AsyncIterableIterator<unknown, undefined> {
    const p: Pull<unknown> = pull<unknown>(
      () => {
        if (this.others_.length) return { value: this.others_.shift() };
        return this.closed_ ? { done: true, value: undefined } : undefined;
      },
      () => this.listeners_.delete(p),
      signal,
    );
    if (!signal?.aborted) this.listeners_.add(p);
    return p.iterator_;
  }

  /**
   * Asks for a method, and returns the answer's result.
   *
   * Errors (`HoldfastError`): `timeout`; `canceled`; `disconnected` when the connection has ended and the call may not be repeated, or not any
   * more; `call_failed` with the server's error (a {@link CallError}) as its cause; `at_capacity`; `closed`; `bad_argument` from the codec; what
   * the socket's `send` threw.
   */
  call<T = unknown>(method: string, params?: unknown, options: CallOptions = {}): Promise<T> {
    return new Promise((resolve, reject) => {
      const { signal, timeout = this.o_.timeout, retries, idempotent = !!retries } = options;
      const op = `call ${method}`;
      const canceled = () => f.settle_(new HoldfastError(Canceled, op, 'the caller stopped waiting', signal!.reason));
      const id = ++this.next_;
      const f: Flying = {
        op_: op,
        text_: this.o_.codec.request(id, method, params),
        left_: idempotent ? (retries ?? this.o_.retries) : 0,
        sent_: 0,
        on_: false,
        over_: timeout > 0 ? performance.now() + timeout : Infinity,
        again_: Infinity,
        settle_: (error, result) => {
          this.flying_.delete(id);
          if (!this.flying_.size) this.deadlines_.stop_();
          signal?.removeEventListener('abort', canceled);
          if (error === undefined) resolve(result as T);
          else reject(error);
        },
      };
      const refused = this.refuses_(op);
      if (refused) throw refused;
      if (signal?.aborted) return canceled();
      signal?.addEventListener('abort', canceled);
      this.n_.calls++;
      this.flying_.set(id, f);
      this.deadlines_.at_(f.over_);
      if (isOpen(this.s_)) this.send_(f);
    });
  }

  private refuses_(op: string): HoldfastError | undefined {
    if (this.closed_) return new HoldfastError(Closed, op, 'Calls was closed');
    if (isOver(this.s_)) return this.dead_(op);
    const { maxCalls } = this.o_;
    return this.flying_.size >= maxCalls ? new HoldfastError(AtCapacity, op, `maxCalls: ${maxCalls} are under way`) : undefined;
  }

  private send_(f: Flying): void {
    if (f.sent_++) this.n_.repeats++;
    f.on_ = true;
    f.again_ = f.left_ > 0 && this.o_.patience ? performance.now() + this.o_.patience : Infinity;
    try {
      this.s_.send(f.text_);
      this.deadlines_.at_(f.again_);
    } catch (e) {
      f.settle_(e);
    }
  }

  private readonly onOpen_ = (): void => {
    for (const f of [...this.flying_.values()]) if (!f.on_ && isOpen(this.s_)) this.send_(f);
  };

  private readonly onMessage_ = ({ data }: { data: unknown }): void => {
    const a = this.o_.codec.answer(data);
    const f = a && this.flying_.get(a.id);
    if (f?.sent_) f.settle_(failure(f, a!), a!.result);
    else this.other_(data);
  };

  private other_(data: unknown): void {
    this.n_.others++;
    if (this.others_.push(data) > this.o_.backlog) {
      this.others_.shift();
      this.n_.dropped++;
    }
    this.wake_();
  }

  private readonly onClose_ = ({ code, reason }: { code: number; reason: string }): void => {
    const over = isOver(this.s_);
    for (const f of [...this.flying_.values()]) {
      if (!f.on_) continue;
      if (over || !f.left_) {
        this.n_.cut++;
        const why = `the connection ended (${code}${reason && ` ${reason}`}) before the answer; whether the server has carried it out is not known`;
        f.settle_(new HoldfastError(Disconnected, f.op_, f.left_ ? why : `${why}; idempotent has a call sent again`));
      } else {
        f.left_--;
        f.on_ = false;
        f.again_ = Infinity;
      }
    }
    this.onState_();
  };

  /** Has what waits fail once there will be no connection any more. */
  private readonly onState_ = (): void => {
    if (!isOver(this.s_)) return;
    for (const f of [...this.flying_.values()]) if (!f.on_) f.settle_(this.dead_(f.op_));
  };

  private dead_(op: string): HoldfastError {
    const { error } = this.s_;
    return new HoldfastError(Closed, op, error ? 'the socket has failed' : 'the socket is closed', error);
  }

  private due_(now: number): number {
    let next = Infinity;
    for (const f of [...this.flying_.values()]) {
      if (f.over_ <= now) {
        this.n_.timeouts++;
        f.settle_(
          new HoldfastError(Timeout, f.op_, 'there was no answer in time; raise the timeout, or find out what takes so long'),
        );
        continue;
      }
      if (f.again_ <= now) {
        f.again_ = Infinity;
        if (isOpen(this.s_)) {
          f.left_--;
          this.send_(f);
        }
      }
      next = Math.min(next, f.over_, f.again_);
    }
    return next;
  }

  private wake_(): void {
    for (const p of [...this.listeners_]) p.wake_();
  }
}

function failure(f: Flying, { error }: Answer): unknown {
  if (!error) return undefined;
  const { message, code } = error as Partial<CallError>;
  return new HoldfastError(CallFailed, f.op_, `the server answered with an error: ${message}${code ? ` (${code})` : ''}`, error);
}
