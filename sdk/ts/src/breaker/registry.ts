import { AtCapacity } from '../spec/codes_gen.ts';
import { HoldfastError } from '../spec/error.ts';
import { Breaker } from './breaker.ts';
import type { BreakerOptions } from './options.ts';

/** One breaker for each name, say for each host, so that all who talk to it learn from each other. */
export class Registry {
  private readonly byName_ = new Map<string, Breaker>();
  private readonly max_: number;

  /**
   * `max` is how many breakers there may be. None is dropped for another, since somebody may hold it: `get` refuses. Default 10,000.
   */
  constructor(options: { max?: number | undefined } = {}) {
    this.max_ = options.max ?? 10_000;
  }

  /**
   * The breaker of that name. If there is none, it is made with these options, and the name; otherwise they are not looked at. Errors:
   * `bad_argument`, and `at_capacity` if there are `max`.
   */
  get(name: string, options: BreakerOptions = {}): Breaker {
    let b = this.byName_.get(name);
    if (!b) {
      if (this.byName_.size >= this.max_) {
        throw new HoldfastError(
          AtCapacity,
          `make a breaker for ${name}`,
          `there are ${this.max_}, which is max; remove some, or raise it`,
        );
      }
      b = new Breaker({ ...options, name });
      this.byName_.set(name, b);
    }
    return b;
  }

  /** Takes a breaker out; those who hold it may go on using it. The next `get` makes a new one. */
  remove(name: string): void {
    this.byName_.delete(name);
  }

  /** The names that there are, sorted. */
  names(): string[] {
    return [...this.byName_.keys()].sort();
  }

  /** The names and breakers that there are, sorted by name. */
  all(): [name: string, breaker: Breaker][] {
    return this.names().map(name => [name, this.byName_.get(name)!]);
  }
}
