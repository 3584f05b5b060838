import type { Effect, MachineEvent } from '../machine/types.ts';
import { type Box, createBox, type Held, type Notices, roomOf } from '../outbox/box.ts';
import type { Outbox } from '../outbox/store.ts';
import { Dropped, OutboxFull, UnknownOutcome } from '../spec/codes_gen.ts';
import type { ClientFrame } from '../wire/frames.ts';
import { numberOf } from './connection.ts';
import type { Command, EntrySignal, Fault, Sink, Stats } from './engine.ts';
import { closed } from './events.ts';

/** What publishing needs of its engine. */
export interface PublishingHooks {
  run_(f: () => void): void;
  step_(e: MachineEvent): void;
  send_(f: ClientFrame): void;
  /** The outbox cannot be written. */
  fail_(why: Fault): void;
  /** The time of the machine that is this wall-clock time. */
  time_(at: number): number;
  fault_(f: { code_: number; detail_: string }): Fault;
}

type Publish = Command & { c: 'publish' };
type End = Omit<EntrySignal, 'e' | 'id' | 'end'>;

/** The publishing half of an engine: between what the page wants, the outbox, and the machine. */
export const createPublishing = (o: Outbox, stats: Stats, sink: Sink, hooks: PublishingHooks) => {
  const durable = !!o.open_;
  const { policy } = o;
  let full: boolean | undefined; // as it was told last
  let pending: Held | undefined; // what the event `publish` is about

  const journaled = (n: Notices) =>
    hooks.run_(() => {
      n.kept_.forEach(kept);
      for (const f of n.then_) f();
      if (n.through_) hooks.step_({ k_: 'persisted', id_: n.through_ });
      for (const m of n.marks_) hooks.step_({ k_: 'marked', ...m });
    });
  const box: Box = createBox(o, journaled, hooks.fail_);
  const statusOf = (e: Held) => (e.out_ ? 'sent' : 'pending');
  const kept = (e: Held) => sink({ e: 'entry', id: e.key, status: statusOf(e), producer: e.p, number: e.n });
  const end = (id: string, s: End) => sink({ e: 'entry', id, end: true, ...s });
  const refuse = (id: string, fault: Fault) => {
    stats.failed++;
    box.note_(id, 'failed', fault);
    end(id, { status: 'failed', fault });
  };
  const roomFor = (c: Publish) => roomOf({ ch: c.ch, data: c.data, h: c.h ?? [] });
  /** Answers a record that was taken before. */
  const known = ({ id }: Publish): boolean => {
    const e = box.byKey_.get(id);
    const had = box.had_(id);
    if (e) kept(e);
    else if (!had) return false;
    else if (had === 'delivered') end(id, { status: had, ack: { offset: 0, duplicate: true, synced: false, copies: 0 } });
    else end(id, { status: had[1], fault: had[2] });
    return true;
  };
  const dropOldest = () => {
    for (const e of box.entries_.values()) {
      if (e.out_) continue;
      hooks.step_({ k_: 'drop', id_: e.id, code_: numberOf(Dropped) });
      return !box.entries_.has(e.id);
    }
    return false;
  };
  const room = () => {
    if (full === undefined || full === box.full_()) return;
    self.opened_();
  };

  const self = {
    box_: box,
    /** Lets a publish in, or not. */
    admit_(c: Publish, over: boolean): boolean {
      if (known(c)) return false;
      if (over) refuse(c.id, closed);
      else if (!box.full_(policy === 'drop-oldest' ? 2 : 1)) {
        box.take_(roomFor(c));
        return true;
      } else if (policy === 'drop-newest') refuse(c.id, { code: Dropped, detail: 'the outbox is full' });
      else refuse(c.id, { code: OutboxFull });
      return false;
    },
    /** Takes what was let in. */
    publish_(c: Publish) {
      const { id: key, ch, type, data, h = [], exp } = c;
      const room_ = roomFor(c);
      box.give_(room_);
      if (known(c)) return;
      if (policy === 'drop-oldest') {
        while (box.full_() && dropOldest());
        if (box.full_()) return refuse(key, { code: OutboxFull, detail: 'all was sent, and waits for answers' });
      }
      box.take_(room_);
      pending = { key, ch, type, data, h, room_, out_: false } as Held;
      stats.published++;
      hooks.step_({ k_: 'publish', ch_: ch, size_: data.length, expires_: exp && hooks.time_(exp) });
      room();
    },
    /** Ends one that was let in, and is not taken any more. */
    discard_(c: Publish) {
      box.give_(roomFor(c));
      refuse(c.id, closed);
    },
    persist_(f: Effect & { k_: 'persist' }) {
      const e = pending!;
      box.persist_(e, f.entry_);
      if (!durable) kept(e);
    },
    send_({ entry_, frame_, resend_ }: Effect & { k_: 'publish' }) {
      const e = box.entries_.get(entry_.id);
      if (!e) return;
      if (!e.out_) {
        e.out_ = true;
        sink({ e: 'entry', id: e.key, status: 'sent' });
      }
      if (resend_) stats.resent++;
      hooks.send_({ ...frame_, h: e.h, content: e.type, data: e.data });
    },
    outcome_(f: Effect & { k_: 'outcome' }) {
      const status = f.outcome_;
      const fault = status === 'delivered' ? undefined : hooks.fault_(f);
      const e = box.ended_(f.entry_.id, fault && [status as 'failed', fault]);
      if (!e) return;
      stats[status]++;
      if (f.duplicate_) stats.duplicates++;
      if (fault)
        box.whenDurable_(() => end(e.key, { status, fault })); // then no later page sends it
      else end(e.key, { status, ack: { offset: f.offset_, duplicate: f.duplicate_, synced: f.synced_, copies: f.copies_ } });
      room();
    },
    /** Tells what an earlier page left. */
    restored_() {
      for (const e of box.entries_.values()) {
        const { key: id, ch, type, data, h, p: producer, n: number } = e;
        sink({ e: 'restored', id, ch, type, data, h, status: statusOf(e), producer, number });
      }
    },
    /** Tells that it is open, and whether it is full. */
    opened_() {
      full = box.full_();
      sink({ e: 'outbox', durable: o.durable, full });
    },
    /** Ends the waiting for what is left, once it is known what of it the outbox has. */
    async stop_(fault: Fault, atOnce?: boolean) {
      if (durable) await box.close_(atOnce);
      for (const e of box.entries_.values()) {
        const sent = e.out_;
        if (durable) end(e.key, { status: statusOf(e), fault });
        else if (sent) end(e.key, { status: 'unknown', fault: { code: UnknownOutcome, detail: 'no answer before the end' } });
        else end(e.key, { status: 'failed', fault });
      }
      sink({ e: 'closed', left: box.records_ });
    },
  };
  return self;
};
