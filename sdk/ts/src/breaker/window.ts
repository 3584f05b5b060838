import { type Counters, type Latency, newCounters } from './words.ts';

/**
 * A histogram of fixed size: 8 classes for each power of two of microseconds, up to 2^36 µs or 19 hours. A class is at most an eighth wider
 * than its lower end, so its middle is within a sixteenth of any value in it. This is the layout of HdrHistogram (hdrhistogram.org) with
 * three bits of precision.
 */
interface Latencies {
  counts_: Uint32Array | undefined; // until the first
  n_: number;
  sum_: number; // ms
  min_: number;
  max_: number;
}

const classes = (36 - 3 + 1) * 8;

function classOf(ms: number): number {
  const us = Math.floor(ms * 1000);
  if (us < 8) return us;
  const shift = Math.floor(Math.log2(us)) - 3;
  return Math.min(classes - 1, shift * 8 + Math.floor(us / 2 ** shift));
}

/** The middle of a class, in ms. */
function middle(c: number): number {
  if (c < 8) return (c + 0.5) / 1000;
  const shift = (c >> 3) - 1;
  return (((c & 7) + 8.5) * 2 ** shift) / 1000;
}

const newLatencies = (): Latencies => ({ counts_: undefined, n_: 0, sum_: 0, min_: Infinity, max_: 0 });

function add(l: Latencies, ms: number): void {
  l.counts_ ??= new Uint32Array(classes);
  l.counts_[classOf(ms)]!++;
  l.n_++;
  l.sum_ += ms;
  l.min_ = Math.min(l.min_, ms);
  l.max_ = Math.max(l.max_, ms);
}

function join(l: Latencies, m: Latencies): void {
  if (!m.n_) return;
  m.counts_!.forEach((n, c) => {
    l.counts_![c]! += n;
  });
  l.n_ += m.n_;
  l.sum_ += m.sum_;
  l.min_ = Math.min(l.min_, m.min_);
  l.max_ = Math.max(l.max_, m.max_);
}

/** The least latency that the given part of all does not exceed, by nearest rank. */
function percentile(l: Latencies, part: number): number {
  const rank = Math.floor(part * l.n_ + 0.999999);
  let seen = 0;
  for (let c = 0; l.n_ && c < classes; c++) {
    seen += l.counts_![c]!;
    if (seen >= rank) return Math.min(Math.max(middle(c), l.min_), l.max_);
  }
  return l.n_ ? l.max_ : 0;
}

const figures = (l: Latencies): Latency => ({
  count: l.n_,
  mean: l.n_ && l.sum_ / l.n_,
  min: l.n_ && l.min_,
  max: l.max_,
  p25: percentile(l, 0.25),
  p50: percentile(l, 0.5),
  p75: percentile(l, 0.75),
  p90: percentile(l, 0.9),
  p95: percentile(l, 0.95),
  p99: percentile(l, 0.99),
  p995: percentile(l, 0.995),
});

interface Bucket {
  tally_: Counters;
  ok_: number; // of what the rules go by
  bad_: number;
  latency_: Latencies;
}

const newBucket = (): Bucket => ({ tally_: newCounters(), ok_: 0, bad_: 0, latency_: newLatencies() });

/** What ended in one part of the window, as far as the rules go by it. */
export interface Part {
  at: number; // when it began, ms since 1970
  ok: number;
  bad: number;
}

/**
 * A ring of buckets over the time just past. They begin at multiples of their length since 1970, so that those of a program that is
 * started again are the same.
 */
export class Window {
  private readonly size_: number; // of a bucket, whole ms, so that its beginning survives being written down
  private readonly ring_: Bucket[];
  private last_: number; // number of the bucket that is under way; number n begins at n × size

  constructor(now: number, length: number, buckets: number) {
    this.size_ = Math.floor(length / buckets);
    this.ring_ = Array.from({ length: buckets }, newBucket);
    this.last_ = this.number_(now);
  }

  private number_(at: number): number {
    return Math.floor(at / this.size_);
  }

  private slot_(number: number): number {
    const n = this.ring_.length;
    return ((number % n) + n) % n;
  }

  /** Moves on to a time, and returns the bucket that is under way. A clock that goes back stays in it. */
  at_(now: number): Bucket {
    const n = this.number_(now);
    if (n > this.last_) {
      for (let i = Math.max(this.last_ + 1, n - this.ring_.length + 1); i <= n; i++) this.ring_[this.slot_(i)] = newBucket();
      this.last_ = n;
    }
    return this.ring_[this.slot_(this.last_)]!;
  }

  count_(now: number, what: keyof Counters): void {
    this.at_(now).tally_[what]++;
  }

  took_(now: number, ms: number): void {
    add(this.at_(now).latency_, ms);
  }

  /** Empties what the rules go by; the statistics stay. */
  forget_(): void {
    for (const b of this.ring_) b.ok_ = b.bad_ = 0;
  }

  /** Sums what the rate rule goes by: those that succeeded, and those that failed. */
  rule_(): [ok: number, bad: number] {
    let ok = 0;
    let bad = 0;
    for (const b of this.ring_) {
      ok += b.ok_;
      bad += b.bad_;
    }
    return [ok, bad];
  }

  sum_(now: number): [Counters, Latency] {
    this.at_(now);
    const sum = newCounters();
    const took = newLatencies();
    took.counts_ = new Uint32Array(classes);
    for (const b of this.ring_) {
      for (const what of Object.keys(sum) as (keyof Counters)[]) sum[what] += b.tally_[what];
      join(took, b.latency_);
    }
    return [sum, figures(took)];
  }

  /** What the rules go by, oldest first. */
  parts_(now: number): Part[] {
    this.at_(now);
    const parts: Part[] = [];
    for (let n = this.last_ - this.ring_.length + 1; n <= this.last_; n++) {
      const b = this.ring_[this.slot_(n)]!;
      if (b.ok_ || b.bad_) parts.push({ at: n * this.size_, ok: b.ok_, bad: b.bad_ });
    }
    return parts;
  }

  /** Has the rules go by calls that ended before. What it has moved past is left out; what is said to be of the future has just ended. */
  restore_(now: number, parts: Part[]): void {
    this.at_(now);
    this.forget_();
    for (const p of parts) {
      const n = Math.min(this.number_(p.at), this.last_);
      if (n > this.last_ - this.ring_.length) {
        const b = this.ring_[this.slot_(n)]!;
        b.ok_ += p.ok;
        b.bad_ += p.bad;
      }
    }
  }
}
