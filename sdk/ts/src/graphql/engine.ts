import { createDeadlines } from '../flow/deadlines.ts';
import { isOpen, isOver } from '../flow/socket.ts';
import type { ReliableWebSocket } from '../socket/reliable.ts';
import { AtCapacity, BadArgument, BadPayload, CallFailed, Closed, Disconnected, Timeout } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import { type Dialect, dialects, type Frame, GraphQLErrors, parse, readErrors, readResult } from './frames.ts';
import type { Request } from './options.ts';
import { type Operation, plus, type Sink, takeGap } from './sinks.ts';

/** How graphql-ws closes when an operation makes it throw, for instance one that is not GraphQL. */
const internalError = 4500;

/** Carries operations over a socket that connects again. */
export class Engine {
  readonly n_ = { results: 0, dropped: 0, resubscribed: 0, strays: 0, unreadable: 0 };
  readonly all_ = new Set<Operation>(); // that are under way
  private readonly byId_ = new Map<string, Operation>(); // that were sent on the connection of the moment
  private readonly deadlines_ = createDeadlines(now => this.due_(now));
  private readonly listening_ = new AbortController();
  private dialect_: Dialect | undefined; // while open
  private next_ = 0;
  private closed_ = false;

  constructor(
    private readonly s_: ReliableWebSocket,
    private readonly max_: number,
  ) {
    const on = { signal: this.listening_.signal };
    s_.addEventListener('open', () => this.opened_(), on);
    s_.addEventListener('message', e => this.take_(e.data), on);
    s_.addEventListener('close', e => this.cut_(e.code), on);
    s_.addEventListener('statechange', () => this.over_(), on);
  }

  close_(): void {
    if (this.closed_) return;
    this.closed_ = true;
    for (const op of [...this.all_]) this.leave_(op, this.dead_(op.op_));
    this.listening_.abort();
    this.deadlines_.stop_();
  }

  /** Puts an operation on its way, or ends it. */
  start_(op: Operation): void {
    if (op.over_) return;
    if (this.closed_ || isOver(this.s_)) this.end_(op, this.dead_(op.op_));
    else if (this.all_.size >= this.max_) {
      this.end_(op, new HoldfastError(AtCapacity, op.op_, `maxOperations: ${this.max_} are under way`));
    } else {
      this.all_.add(op);
      this.deadlines_.at_(op.due_);
      this.send_(op);
    }
  }

  /** Sends an operation, if it is not under way on the connection of the moment. */
  private send_(op: Operation): void {
    const d = this.dialect_;
    if (!d || op.id_ || !isOpen(this.s_)) return;
    op.id_ = `${++this.next_}`;
    this.byId_.set(op.id_, op);
    this.s_.send(`{"id":"${op.id_}","type":"${d.start_}","payload":${op.payload_}}`);
    if (op.begun_) this.n_.resubscribed++;
    op.begun_ = true;
    if (op.gap_) op.sink_.gap_();
  }

  private put_(f: Frame | Omit<Frame, 'payload'>): void {
    if (isOpen(this.s_)) this.s_.send(JSON.stringify(f));
  }

  private opened_(): void {
    this.dialect_ = dialects[this.s_.protocol];
    for (const op of [...this.all_]) this.send_(op);
  }

  /** Has what was under way wait for the next connection, or fail. */
  private cut_(code: number): void {
    this.dialect_ = undefined;
    const cut = [...this.byId_.values()];
    this.byId_.clear();
    for (const op of cut) {
      op.id_ = '';
      // what may be what the server cannot stand is not sent again, or it would end each connection anew
      if (op.repeat_ && !op.answered_ && code === internalError) {
        this.end_(op, new HoldfastError(CallFailed, op.op_, 'the server had an internal error before it answered'));
      } else if (op.stream_) {
        op.gap_ = plus(op.gap_, { reconnects: 1, dropped: 0 });
      } else if (!op.repeat_) {
        const why = `the connection ended (${code}) before the result; whether the server has carried it out is not known`;
        this.end_(op, new HoldfastError(Disconnected, op.op_, `${why}; repeat has it sent again`));
      }
    }
    this.over_();
  }

  /** Ends all operations once there will be no connection any more. */
  private over_(): void {
    if (isOver(this.s_)) for (const op of [...this.all_]) this.end_(op, this.dead_(op.op_));
  }

  private dead_(name: string): HoldfastError {
    const { error } = this.s_;
    const why = this.closed_ ? 'the GraphQL client was closed' : 'there will be no connection any more';
    return new HoldfastError(Closed, name, error ? `${why}: ${error.message}` : why, error);
  }

  private take_(data: unknown): void {
    const f = parse(data);
    const d = this.dialect_;
    if (!f || !d) {
      this.n_.unreadable++;
    } else if (f.type === 'ping') {
      this.put_({ type: 'pong', payload: f.payload });
    } else if (f.type === d.next_ || f.type === 'error' || f.type === 'complete') {
      const op = this.byId_.get(`${f.id}`);
      if (!op) this.n_.strays++;
      else if (f.type === d.next_) this.deliver_(op, f);
      else this.finish_(op, f);
    }
  }

  private deliver_(op: Operation, f: Frame): void {
    const r = readResult(f.payload);
    if (r) {
      this.n_.results++;
      op.answered_ = true;
      const gap = takeGap(op);
      op.sink_.next_(gap ? { ...r, gap } : r);
    } else {
      this.n_.unreadable++;
      this.leave_(op, new HoldfastError(BadPayload, op.op_, 'the server sent a result that is none'));
    }
  }

  /** Ends an operation that the server has ended. */
  private finish_(op: Operation, f: Frame): void {
    this.byId_.delete(op.id_);
    op.id_ = '';
    let error: HoldfastError | undefined;
    if (f.type === 'error') {
      const cause = new GraphQLErrors(readErrors(f.payload) ?? []);
      error = new HoldfastError(CallFailed, op.op_, `the server refused the operation: ${cause.message}`, cause);
    }
    this.end_(op, error);
  }

  /** Ends an operation from this side, and tells the server if it knows it. */
  leave_(op: Operation, error?: HoldfastError): void {
    if (op.id_) {
      this.byId_.delete(op.id_);
      if (this.dialect_) this.put_({ id: op.id_, type: this.dialect_.stop_ });
      op.id_ = '';
    }
    this.end_(op, error);
  }

  /** Ends it, with undefined for complete. Only the first end counts. */
  private end_(op: Operation, error?: HoldfastError): void {
    if (op.over_) return;
    op.over_ = true;
    this.all_.delete(op);
    op.sink_.end_(error);
  }

  private due_(now: number): number {
    let next = Infinity;
    for (const op of [...this.all_]) {
      if (op.due_ <= now) this.leave_(op, new HoldfastError(Timeout, op.op_, 'there was no result in time'));
      else next = Math.min(next, op.due_);
    }
    return next;
  }
}

/** Makes an operation. Errors: `bad_argument`. */
export function operation(name: string, request: Request, sink: Sink, more: Partial<Operation>): Operation {
  const { query, operationName, variables, extensions } = request;
  let payload: string;
  try {
    payload = JSON.stringify({ query, operationName, variables, extensions });
  } catch (e) {
    throw new HoldfastError(BadArgument, name, 'the request cannot be written as JSON', e);
  }
  return {
    op_: name,
    payload_: payload,
    sink_: sink,
    stream_: false,
    repeat_: false,
    atOnce_: false,
    id_: '',
    begun_: false,
    answered_: false,
    over_: false,
    gap_: undefined,
    due_: Infinity,
    ...more,
  };
}
