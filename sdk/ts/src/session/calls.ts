import { codeOf } from '../spec/codes.ts';
import { AtCapacity, Disconnected } from '../spec/codes_gen.ts';
import type { Call, Reply } from '../wire/frames.ts';
import type { Command, Fault, Sink } from './engine.ts';

/** How many may be under way. */
const maxCalls = 1e3;

/** The calls of an engine that are under way. */
export const createCalls = (sink: Sink, send: (f: Call) => void) => {
  const all = new Map<number, { c_: Command & { c: 'call' }; sent_: boolean }>();
  const end = (id: number, fault: Fault) => {
    if (all.delete(id)) sink({ e: 'reply', id, fault, type: 0, data: new Uint8Array() });
  };
  const put = (x: { c_: Command & { c: 'call' }; sent_: boolean }) => {
    const { id, name, key, type, data } = x.c_;
    x.sent_ = true;
    send({ t: 'call', id, name, key, content: type, data });
  };
  return {
    call_(c_: Command & { c: 'call' }, open: boolean) {
      const x = { c_, sent_: false };
      const room = all.size < maxCalls;
      all.set(c_.id, x);
      if (!room) end(c_.id, { code: AtCapacity, detail: `${maxCalls} calls are under way` });
      else if (open) put(x);
    },
    cancel_: (id: number) => all.delete(id),
    reply_({ id = 0, code, detail, content = 0, data }: Reply) {
      if (code) return end(id, { code: codeOf(code), detail: detail ?? '' });
      if (all.delete(id)) sink({ e: 'reply', id, type: content, data: data?.slice() ?? new Uint8Array() });
    },
    opened_() {
      for (const x of all.values()) put(x);
    },
    /** Ends those that may have been carried out and must not be twice; or all, with a fault. */
    lost_(fault?: Fault) {
      for (const [id, { c_, sent_ }] of all)
        if (fault || (sent_ && !c_.key))
          end(
            id,
            fault ?? {
              code: Disconnected,
              detail: 'the connection ended before the reply; a call with a key would be made again',
            },
          );
    },
  };
};
