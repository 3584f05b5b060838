import type { SocketOptions, Value } from '../socket/options.ts';
import { ReliableWebSocket } from '../socket/reliable.ts';
import { BadArgument, CallFailed, Canceled } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import { Engine, operation } from './engine.ts';
import { GraphQLErrors, type Result } from './frames.ts';
import type { ExecuteOptions, GraphQLOptions, GraphQLStats, Observer, Request, SubscribeOptions } from './options.ts';
import { iterating, type Operation, observing, once, type Sink } from './sinks.ts';
import { protocolsOf, socketOptions } from './wiring.ts';

const limits = { ackTimeout: 5000, timeout: 30_000, buffer: 64, maxOperations: 1000 };

/**
 * A client for GraphQL over WebSocket: queries, mutations, and subscriptions that go on when the connection was cut or the server restarted.
 *
 * ```ts
 * const client = new GraphQLClient('wss://example.org/graphql', { init: async () => ({ token: await token() }) });
 * for await (const r of client.subscribe<{ price: number }>({ query: 'subscription { price }' })) {
 *   if (r.gap) await lookUp(); // what came while there was no connection is missing
 *   else show(r.data?.price);
 * }
 * ```
 *
 * It speaks graphql-transport-ws, and the older protocol of subscriptions-transport-ws if the server chooses that. Below is a
 * {@link ReliableWebSocket}, which makes connections again, sends heartbeats and has a circuit breaker.
 *
 * GraphQL servers do not say where a subscription stands, so that what they publish while there is no connection is not sent later. A gap
 * tells that it may have been. Who must not miss anything asks for the present state then.
 */
export class GraphQLClient {
  /** The connection, to look at its state, events and figures, and to call `reconnect`. Its messages belong to the client. */
  readonly socket: ReliableWebSocket;
  private readonly o_: typeof limits & Pick<GraphQLOptions, 'slow'>;
  private readonly engine_: Engine;
  private ack_: unknown;

  /**
   * Begins to connect. A client must be closed.
   *
   * The protocol's close codes have these classes: 4401 and 4403 are `authentication`, tried again where a function may give better credentials;
   * 4408 and 4504 are `timeout`, 4500 is `server`, and these are tried again; 4004, 4005, 4400, 4406, 4409 and 4429 are `protocol`, which ends it.
   *
   * Errors: `bad_argument`, which names the option.
   */
  constructor(url: Value<string | URL>, options: GraphQLOptions = {}) {
    for (const name of Object.keys(limits) as (keyof typeof limits)[]) {
      const v = options[name] ?? limits[name];
      if (!(v >= (name === 'timeout' ? -Infinity : 1))) {
        throw new HoldfastError(BadArgument, 'make a GraphQL client', `${name} is ${v}; it must be above 0`);
      }
    }
    const given = Object.fromEntries(Object.entries(options).filter(([, v]) => v !== undefined));
    this.o_ = { ...limits, ...given };
    const so: SocketOptions = socketOptions(options, this.o_.ackTimeout, ack => {
      this.ack_ = ack;
    });
    this.socket = new ReliableWebSocket(url, protocolsOf(options.offer), so);
    this.engine_ = new Engine(this.socket, this.o_.maxOperations);
  }

  /** Ends all operations with `closed`, and closes the connection with 1000. Idempotent. */
  close(): void {
    this.engine_.close_();
    this.socket.close();
  }

  /** The payload of the last connection_ack; undefined if there was none. */
  get ackPayload(): unknown {
    return this.ack_;
  }

  /** The figures. */
  stats(): GraphQLStats {
    return { operations: this.engine_.all_.size, ...this.engine_.n_ };
  }

  /**
   * Yields the results of a subscription. It is sent when the first one is asked for, and sent again under a new id on each new connection; the next
   * result then has a gap. Leaving the loop, or the end of `signal`, has the server told that it is over. What GraphQL calls errors of a
   * result is in `Result.errors`, and does not end the loop.
   *
   * The loop ends when the server completes the subscription or `signal` ends. It throws a `HoldfastError`, behind the results before it, when the
   * server refuses the operation (`call_failed`, with {@link GraphQLErrors} as the cause) or closes with 4500 before it has answered (`call_failed`,
   * since the operation may be why: graphql-ws does so for a syntax error), sends what is no result (`bad_payload`), the application is too
   * slow (`queue_full`, only with `slow: 'end'`), there are `maxOperations` (`at_capacity`), the client was closed or the socket has failed
   * (`closed`), or the request cannot be JSON (`bad_argument`).
   */
  subscribe<T = unknown>(request: Request, options: SubscribeOptions = {}): AsyncIterableIterator<Result<T>, undefined> {
    return iterating({
      limit_: Math.max(1, options.buffer ?? this.o_.buffer),
      slow_: options.slow ?? this.o_.slow ?? 'dropOldest',
      signal_: options.signal,
      start_: sink => this.stream_(request, options, sink),
      leave_: (op, error) => this.engine_.leave_(op, error),
      dropped_: () => {
        this.engine_.n_.dropped++;
      },
    }) as AsyncIterableIterator<Result<T>, undefined>;
  }

  /** The same with an observer, at once. The function that is returned ends it, and so does `signal`; then the observer hears nothing more. */
  observe<T = unknown>(request: Request, observer: Observer<T>, options: SubscribeOptions = {}): () => void {
    const { signal } = options;
    let deaf = false;
    const stop = () => {
      deaf = true;
      signal?.removeEventListener('abort', stop);
      this.engine_.leave_(op);
    };
    const inner = observing(observer as Observer, () => op);
    const sink: Sink = {
      next_: r => inner.next_(r),
      gap_: () => inner.gap_(),
      end_: e => {
        signal?.removeEventListener('abort', stop);
        if (!deaf) inner.end_(e);
      },
    };
    if (signal?.aborted) return () => {};
    signal?.addEventListener('abort', stop);
    const op = this.stream_(request, options, sink);
    return stop;
  }

  /**
   * Runs a query or a mutation, and returns its one result. What GraphQL calls errors of the result is in `Result.errors`; see {@link decode}. It waits
   * for a connection if there is none. If the connection ends while it is under way it fails with `disconnected`, since nobody knows whether the
   * server has carried it out; with `repeat` it is sent again. What has failed is not sent later.
   *
   * Errors: `timeout`; `canceled`; `disconnected`; and those of `subscribe`.
   */
  execute<T = unknown>(request: Request, options: ExecuteOptions = {}): Promise<Result<T>> {
    const { signal, timeout = this.o_.timeout, repeat } = options;
    const name = opName('execute', request);
    return new Promise<Result>((resolve, reject) => {
      const canceled = () => {
        const why = 'the caller stopped waiting; whether the server has carried it out is not known';
        this.engine_.leave_(op, new HoldfastError(Canceled, name, why, signal!.reason));
      };
      const release = () => signal?.removeEventListener('abort', canceled);
      const inner = once(name, resolve, reject, () => this.engine_.leave_(op));
      const sink: Sink = {
        ...inner,
        end_: e => {
          release();
          inner.end_(e);
        },
      };
      const op = operation(name, request, sink, {
        repeat_: repeat === 'again',
        due_: timeout > 0 ? performance.now() + timeout : Infinity,
      });
      if (signal?.aborted) return canceled();
      signal?.addEventListener('abort', canceled);
      this.engine_.start_(op);
    }) as Promise<Result<T>>;
  }

  private stream_(request: Request, o: SubscribeOptions, sink: Sink): Operation {
    const op = operation(opName('subscribe', request), request, sink, {
      stream_: true,
      repeat_: true,
      atOnce_: o.gaps === 'atOnce',
    });
    // whoever made it has it in hand before it can end
    queueMicrotask(() => this.engine_.start_(op));
    return op;
  }
}

const opName = (verb: string, { operationName }: Request) => (operationName ? `${verb} ${operationName}` : verb);

/** The data of a result. If it has errors, it throws `call_failed`, with {@link GraphQLErrors} as the cause. */
export function decode<T>(result: Result<T>): T | null | undefined {
  if (!result.errors?.length) return result.data;
  const cause = new GraphQLErrors(result.errors);
  throw new HoldfastError(CallFailed, 'read a GraphQL result', `the server answered with errors: ${cause.message}`, cause);
}
