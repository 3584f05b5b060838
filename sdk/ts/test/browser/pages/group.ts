import { type Group, newGroup } from '../../../src/tabs/group.ts';

// one member a page; the tests read what it heard
const heard: string[] = [];
const id = Math.random().toString(36).slice(2);
const group: Group = newGroup('test', id, {
  lead_: () => heard.push('lead'),
  mail_: m => heard.push(`${m.t} from ${m.from}`),
  gone_: tab => heard.push(`gone ${tab}`),
  foreign_: t => heard.push(`foreign ${t}`),
});

const member = {
  id,
  heard,
  join: () => group.join_(),
  leave: () => group.leave_(),
  post: (t: string, to?: string) => group.post_(t, {}, to),
  watch: (other: string) => group.watch_(other),
  raw: (m: unknown) => {
    const bus = new BroadcastChannel('holdfast test');
    bus.postMessage(m);
    bus.close();
  },
};
declare global {
  var tab: typeof member;
}
globalThis.tab = member;
