/** The version of what tabs say to each other. Tabs of different versions do not share. */
export const version = 1;

/** A message between tabs: a plain object that can be cloned. */
export interface Mail {
  /** Version of the format. */
  v: number;
  /** What it is. */
  t: string;
  /** The tab that says it, */
  from: string;
  /** and the one that it is for; all others without. */
  to?: string;
}

/** What a group tells its tab. */
export interface GroupEvents {
  /** This tab leads from now on, until it leaves. */
  lead_: () => void;
  /** A message for this tab, or for all. */
  mail_: (m: Mail) => void;
  /** A tab that was watched is gone: closed, crashed, frozen. */
  gone_: (tab: string) => void;
  /** A tab of another version has said something of this kind. */
  foreign_: (t: string) => void;
}

/** One tab's place among the tabs that share something. */
export interface Group {
  /** Joins: takes its own lock, then stands for election. Resolves when others can notice its end. */
  join_: () => Promise<void>;
  /** Leaves at once, and gives up the lead. Whoever leaves may join again. */
  leave_: () => void;
  /** Sends to all other tabs, or to one. */
  post_: (t: string, body: object, to?: string) => void;
  /** Has `gone_` called when that tab ends. For the leader. */
  watch_: (tab: string) => void;
}

/** Says whether this browser, or this page (it must be a secure one), can share. */
export const canShare = () => typeof BroadcastChannel === 'function' && !!globalThis.navigator?.locks;

/**
 * Makes a tab a member of the group of a name. Every tab holds a lock of its own for as long as it lives, which is how its end is
 * noticed, and waits for the one lock of the leader. The browser releases both when the tab is gone, however it went.
 */
export function newGroup(name: string, tab: string, on: GroupEvents): Group {
  let bus: BroadcastChannel | undefined;
  let stop: AbortController | undefined;

  /** Runs `held` once the lock is ours, and keeps that until we leave. */
  const hold = (key: string, held: () => void, release?: boolean) => {
    const { signal } = stop!;
    return navigator.locks
      .request(`holdfast ${name} ${key}`, { signal }, () => {
        if (signal.aborted) return;
        held();
        return release ? undefined : new Promise<void>(done => signal.addEventListener('abort', () => done()));
      })
      .catch(e => {
        if (!signal.aborted) throw e;
      });
  };

  return {
    join_: () =>
      new Promise((joined, failed) => {
        if (stop) return joined();
        stop = new AbortController();
        bus = new BroadcastChannel(`holdfast ${name}`);
        bus.onmessage = ({ data: m }) => {
          if (typeof m?.t !== 'string' || typeof m.from !== 'string' || (m.to && m.to !== tab)) return;
          if (m.v === version) on.mail_(m);
          else on.foreign_(m.t);
        };
        hold(`tab ${tab}`, () => {
          joined();
          hold('lead', on.lead_).catch(failed);
        }).catch(failed);
      }),
    leave_: () => {
      stop?.abort();
      bus?.close();
      stop = bus = undefined;
    },
    post_: (t, body, to) => bus?.postMessage({ ...body, v: version, t, from: tab, to }),
    watch_: other => {
      hold(`tab ${other}`, () => on.gone_(other), true);
    },
  };
}
