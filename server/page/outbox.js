'use strict';

// The page's half of publishing: lanes, numbers, resends, skips (spec/protocol.md, section 7).

const MAX_WAITING = { records: 1000, bytes: 8 << 20 }; // what may wait for its answer; more is not taken
const now = () => performance.now();
const bytesOf = (text) => new TextEncoder().encode(text).length;

class Outbox {
  // link has send(frame text), disconnect(code, detail), stop(code, detail), lost(channel, from, to) and changed().
  constructor(producer, link) {
    this.producer = producer;
    this.link = link;
    this.lanes = new Map(); // by channel
    this.welcome = null; // null: there is no connection
    this.flight = { records: 0, bytes: 0 };
    this.answered = 0; // when an answer last came, or was first waited for
  }

  // waiting counts what has no final answer yet.
  get waiting() {
    const sum = { records: 0, bytes: 0 };
    for (const lane of this.lanes.values()) {
      for (const { entry } of lane.items) {
        if (!entry) continue;
        sum.records++;
        sum.bytes += entry.size;
      }
    }
    return sum;
  }

  get full() {
    const { records, bytes } = this.waiting;
    return records >= MAX_WAITING.records || bytes >= MAX_WAITING.bytes;
  }

  // publish queues value: a text, or the source of one JSON value, which is sent as it is. It returns the entry, whose status is
  // pending, sent, stored, failed or unknown.
  publish(channel, type, value) {
    if (!this.lanes.has(channel)) {
      this.lanes.set(channel, { channel, next: 1, items: [], send: 0, stale: 0, unknownFrom: 0, heldUntil: 0, goneBack: 0, acked: 0, ackedAt: 0, memory: '' });
    }
    const lane = this.lanes.get(channel);
    const text = type === 'json' ? value.trim().replace(/[\r\n]/g, ' ') : (value.toWellFormed?.() ?? value);
    const entry = { channel, type, text, size: bytesOf(text), status: 'pending', at: Date.now() };
    const number = lane.next++;
    const payload = type === 'json' ? `"data":${text}` : `"text":${JSON.stringify(text)}`;
    lane.items.push({ from: number, to: number, entry, payload, sent: null, flying: false, stale: false });
    this.pump();
    return entry;
  }

  // opened starts on a new connection: everything that has no answer goes out again, each lane from its lowest.
  opened(welcome) {
    this.welcome = welcome;
    this.clock = (welcome.clock ?? 0) - now();
    for (const lane of this.lanes.values()) lane.heldUntil = 0;
    this.pump();
  }

  closed() {
    this.welcome = null;
    for (const lane of this.lanes.values()) this.rewind(lane);
  }

  pump() {
    for (const lane of this.lanes.values()) if (this.welcome) this.pumpLane(lane);
  }

  pumpLane(lane) {
    if (now() < lane.heldUntil) return;
    if (lane.unknownFrom) {
      if (lane.send > 0) return; // more answers are to come first
      this.skipFrom(lane, lane.unknownFrom);
      lane.unknownFrom = 0;
    }
    for (; lane.send < lane.items.length; lane.send++) {
      const item = lane.items[lane.send];
      if (item.entry && !item.sent && item.entry.size > (this.welcome.max_message ?? Infinity)) this.giveUp(item);
      if (this.mustWait(lane, item)) return;
      this.sendItem(lane, item);
    }
  }

  mustWait(lane, item) {
    const [records, bytes] = this.welcome.max_in_flight ?? [1024, 1 << 20];
    const size = item.entry?.size ?? 0;
    if (this.flight.records >= records || (this.flight.records > 0 && this.flight.bytes + size > bytes)) return true;
    return !item.sent && lane.stale > 0; // what is new has to wait for the skip behind the unknown
  }

  sendItem(lane, item) {
    const mine = { at: Math.max(1, Math.floor(now() + this.clock)), mem: this.welcome.mem };
    const head = { ch: lane.channel };
    let frame;
    if (item.entry) {
      if (item.sent) {
        Object.assign(head, { n: item.to, sent: item.sent.at, mem: item.sent.mem });
        item.stale = item.sent.mem !== mine.mem || (this.welcome.dedupe > 0 && mine.at - item.sent.at > this.welcome.dedupe);
        if (item.stale) lane.stale++;
      } else {
        head.n = item.to;
      }
      frame = `${JSON.stringify({ t: 'publish', ...head }).slice(0, -1)},${item.payload}}`;
      item.entry.status = 'sent';
      item.entry.detail = '';
    } else {
      frame = JSON.stringify({ t: 'skip', ...head, from: item.from, to: item.to });
    }
    item.sent ??= mine;
    item.flying = true;
    if (this.flight.records++ === 0) this.answered = now();
    this.flight.bytes += item.entry?.size ?? 0;
    this.link.send(frame);
  }

  // stored resolves every number up to the one named; the last count of them are told apart.
  stored(f) {
    const lane = this.lanes.get(f.ch);
    if (!lane || (f.p && f.p !== this.producer)) return;
    let n = 0;
    for (; n < lane.send && lane.items[n].to <= f.n; n++) {
      const item = lane.items[n];
      this.land(lane, item);
      if (item.entry) this.settle(item.entry, f.n - item.to, f);
    }
    if (n === 0) return;
    lane.items.splice(0, n);
    lane.send -= n;
    this.progress(lane);
    if (!f.skipped) Object.assign(lane, { acked: f.n, ackedAt: now(), memory: this.welcome.mem });
    this.pump();
  }

  settle(entry, back, f) {
    const told = back < Math.max(1, f.count ?? 0);
    if (told && f.skipped) Object.assign(entry, { status: 'failed', code: 4328 });
    else Object.assign(entry, { status: 'stored', synced: !!f.synced, copies: f.copies ?? 0, offset: told && f.o > back ? f.o - back : 0 });
  }

  refused(f) {
    const lane = this.lanes.get(f.ch);
    if (!lane || (f.p && f.p !== this.producer)) return;
    if (f.code === 4302) this.link.stop(f.code, f.detail); // somebody else uses our numbers
    else if (f.code === 4003 || f.code === 4316) this.goBack(lane, f.want || 1);
    else if (actionOf(f.code) === 'later') this.hold(lane, f);
    else this.end(lane, f);
    this.pump();
  }

  // goBack sends the lane again from the number that the server wants. Numbers below our lowest have had their answer.
  goBack(lane, want) {
    if (++lane.goneBack > 3) {
      this.link.disconnect(4003, '');
      return;
    }
    const remembered = lane.memory === this.welcome.mem && now() - lane.ackedAt < (this.welcome.dedupe || Infinity);
    if (want <= lane.acked && remembered) {
      this.link.lost(lane.channel, want, lane.acked);
      lane.acked = want - 1;
    }
    this.skipFrom(lane, want);
  }

  // hold waits as long as the server says. Nothing was changed there, and what followed in the lane was discarded.
  hold(lane, f) {
    this.progress(lane);
    for (const item of lane.items.slice(0, lane.send)) {
      if (item.entry) Object.assign(item.entry, { status: 'pending', detail: sentence(f.code, f.detail) });
    }
    this.rewind(lane);
    const wait = f.retry || 1000;
    lane.heldUntil = now() + wait;
    const goOn = () => {
      this.pump();
      this.link.changed();
    };
    setTimeout(goOn, wait + 1);
  }

  // end resolves one number that was refused for good, or of which nothing can be known any more.
  end(lane, f) {
    const i = lane.items.findIndex((x, at) => at < lane.send && x.to === f.n);
    if (i < 0) return;
    const [item] = lane.items.splice(i, 1);
    lane.send--;
    this.land(lane, item);
    this.progress(lane);
    const unknown = f.code === 4315;
    if (unknown) lane.unknownFrom ||= f.want || 1;
    if (item.entry) Object.assign(item.entry, { status: unknown ? 'unknown' : 'failed', code: f.code, detail: f.detail });
  }

  // giveUp ends a message that was never sent; a skip takes its number.
  giveUp(item) {
    const detail = `it has ${item.entry.size} bytes, and the limit is ${this.welcome.max_message}`;
    Object.assign(item.entry, { status: 'failed', code: 4303, detail });
    Object.assign(item, { entry: null, payload: '' });
  }

  // skipFrom starts the lane again, with a skip for the numbers from want up to our lowest: they will not come.
  skipFrom(lane, want) {
    this.rewind(lane);
    const lowest = lane.items[0]?.from ?? lane.next;
    if (want >= lowest) return;
    if (lane.items[0] && !lane.items[0].entry) lane.items[0].from = want;
    else lane.items.unshift({ from: want, to: lowest - 1, entry: null, sent: null, flying: false, stale: false });
  }

  rewind(lane) {
    for (const item of lane.items) this.land(lane, item);
    lane.send = 0;
  }

  land(lane, item) {
    if (!item.flying) return;
    this.flight.records--;
    this.flight.bytes -= item.entry?.size ?? 0;
    if (item.stale) lane.stale--;
    item.flying = item.stale = false;
  }

  progress(lane) {
    lane.goneBack = 0;
    this.answered = now();
  }
}
