// The bar that says how the connection is, and counts down to the next attempt.
import type { Session } from '@holdfast/client/session';
import type { newCredentials } from './credentials.ts';
import { $, announce, show } from './dom.ts';
import { actionOf, type Codes, type Fault, faultOf, type Situation, type Words } from './words.ts';

/** What else decides about the words. */
export interface Surroundings {
  /** Messages that have no answer yet. */
  waiting: number;
  /** Since when the first of them has waited, in Unix milliseconds. */
  since: number | undefined;
  /** The outbox has all of them. */
  kept: boolean;
  /** About other tabs; empty if there is nothing to say. */
  tabs: string;
  /** As whom they go out, if that is known. */
  owner: string | undefined;
}

/** `now` returns the session that there is. */
export function newConnection(now: () => Session, words: Words, codes: Codes, credentials: ReturnType<typeof newCredentials>) {
  let before = false; // it has been connected
  let refusal: Fault | undefined; // the server wants another token
  let told: Fault | undefined; // what the server says about why it takes no connection
  let last = '';
  let openedAt = 0;

  const wants = (code: number) => actionOf(codes, code) === 'authenticate';

  // Asks the server why it takes no connection, since a browser does not tell a page.
  async function diagnose(): Promise<void> {
    const { status } = now();
    const say = (detail: string, code = 1006) => {
      if (now().status === status) told = { code, detail };
    };
    try {
      const answer = await fetch('readyz', { cache: 'no-store', signal: AbortSignal.timeout(3000) });
      const text = (await answer.text()).trim().slice(0, 80);
      const code = Number(answer.headers.get('Holdfast-Code'));
      if (code) say(text, code);
      else if (answer.ok) say('the server is there but took no connection');
      else say(`the server is not ready: ${text}`);
    } catch {
      say('the server cannot be reached');
    }
  }

  const situation = (s: Surroundings): Situation => {
    const session = now();
    const { state, retryAt = 0, user } = session.status;
    const open = state === 'open';
    return {
      host: location.host,
      state,
      before,
      user,
      owner: s.owner,
      offline: navigator.onLine === false,
      fault: refusal ?? told ?? (session.error && faultOf(session.error)),
      retryIn: Math.max(0, Math.ceil((retryAt - Date.now()) / 1000)),
      wantsToken: !open && refusal !== undefined,
      tokenEnds: open && credentials.asked() ? (credentials.left() ?? Number.NaN) : undefined,
      waiting: s.waiting,
      waitingFor: s.since ? Math.floor((Date.now() - Math.max(s.since, openedAt)) / 1000) : 0,
      durable: (session.outbox?.durable ?? true) && s.kept,
    };
  };

  return {
    /** The server has refused the token that there is. */
    refused: (): boolean => refusal !== undefined,
    /** There is another token. */
    renewed(): void {
      refusal = undefined;
    },
    /** The session's status is another one. */
    changed(): void {
      const session = now();
      const { state } = session;
      const fault = session.error && faultOf(session.error);
      if (state === 'open') {
        before = true;
        refusal = undefined;
      } else if (fault && wants(fault.code) && (state === 'waiting' || state === 'failed')) {
        refusal = fault; // the others only repeat why the attempt before has failed
      }
      told = undefined;
      if (refusal && refusal === fault) announce(`Not let in. ${words.sentence(refusal)}`);
      if (state === 'waiting' && fault?.code === 4107 && !refusal) void diagnose();
      if (state === last) return;
      last = state;
      if (state === 'open') openedAt = Date.now();
      if (state === 'open') announce('Connected.');
      if (state === 'waiting' && !refusal)
        announce(`Cut off. ${fault ? words.sentence(fault) : ''} It is tried again by itself.`);
      if (state === 'failed') announce(`Stopped. ${fault ? words.sentence(fault) : ''}`);
    },
    show(s: Surroundings): void {
      const is = situation(s);
      const [headline, explanation] = words.connection(is);
      const look = is.wantsToken ? 'failed' : is.state;
      $('connection').dataset.state =
        look === 'authenticating' ? 'connecting' : look === 'failed' || look === 'closed' ? 'stopped' : look;
      show($('headline'), headline);
      show($('explanation'), explanation.trim());
      show($('tabs'), s.tabs);
      credentials.show(is.wantsToken === true || is.tokenEnds !== undefined, is.wantsToken === true);
      $('retry').hidden = is.wantsToken === true || (is.state !== 'waiting' && is.state !== 'failed');
      $('retry').textContent = is.state === 'failed' ? 'Load again' : 'Try now';
    },
  };
}
