// What the page says about the connection, and about codes. Nothing here touches the document.

/** The server's table of codes: number to action, what happened, what to do. */
export type Codes = { [code: number]: [action: string, what: string, hint: string] };

export interface Fault {
  code: number;
  detail?: string;
}

/** What a thrown error says. A HoldfastError's message is "OP: DETAIL (NAME)". */
export const faultOf = (e: unknown): Fault => {
  const { code = 0, message = '', op = '', codeName } = e as { code?: number; message?: string; op?: string; codeName?: string };
  if (!codeName) return { code: 4300, detail: String(e) };
  return { code, detail: message.slice(op.length + 2, -codeName.length - 2).trim() };
};

/** What the connection is like. */
export interface Situation {
  host: string;
  state: 'connecting' | 'authenticating' | 'open' | 'waiting' | 'closing' | 'failed' | 'closed';
  /** Why there is no connection. */
  fault?: Fault | undefined;
  /** Whether this page has been connected before. */
  before: boolean;
  /** Seconds until the next attempt. */
  retryIn?: number | undefined;
  /** Who the server says this is. */
  user?: string | undefined;
  /** As whom what waits goes out, if that is known. */
  owner?: string | undefined;
  /** The server wants a token that it can take. */
  wantsToken?: boolean;
  /** The browser says that there is no network. */
  offline?: boolean;
  /** Seconds until the token ends, where the server asked for the next one; NaN if it does not say when. */
  tokenEnds?: number | undefined;
  /** Messages that have no answer yet. */
  waiting: number;
  /** For how many seconds the first of them has waited over this connection. */
  waitingFor?: number;
  /** They survive the end of the browser. */
  durable: boolean;
}

export const plural = (n: number, word: string): string => `${n.toLocaleString()} ${word}${n === 1 ? '' : 's'}`;

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export function newWords(codes: Codes) {
  /** What happened, for people. A reason says more than the general words of RFC 6455's codes, and nothing if it only repeats them. */
  function sentence({ code, detail }: Fault): string {
    const what = codes[code]?.[1] ?? 'the server said something that this page has no words for';
    if (!detail || detail.includes(what)) return capital(`${what} (${code}).`);
    return capital(`${code < 4000 ? detail : `${what}: ${detail}`} (${code}).`);
  }

  /** What to do about it, if there is anything. */
  const advice = (code: number): string => (codes[code]?.[2] ? `${capital(codes[code][2])}.` : '');

  const queued = ({ waiting, durable, owner }: Situation) => {
    const where = durable ? 'safely in this browser' : 'here';
    const one = waiting < 2;
    const as = owner ? ` and ${one ? 'goes' : 'go'} out as ${owner}` : '';
    if (waiting === 0) return durable ? `What you write is kept in this browser${as}.` : `What you write waits here${as}.`;
    return `${plural(waiting, 'message')} ${one ? 'waits' : 'wait'} ${where}${as}.`;
  };

  function open(s: Situation): string {
    const who = s.user ? `to ${s.host} as ${s.user}.` : `to ${s.host}.`;
    const when = Number.isNaN(s.tokenEnds) ? 'soon' : `in ${s.tokenEnds} s`;
    if (s.tokenEnds !== undefined) return `${who} The token ends ${when}; with the next one you stay connected.`;
    if (s.waiting === 0) return who;
    const { waitingFor = 0 } = s;
    return `${who} ${plural(s.waiting, 'message')} on the way${waitingFor >= 3 ? `, without an answer for ${waitingFor} s` : ''}.`;
  }

  /** Headline and explanation of the connection. */
  function connection(s: Situation): [headline: string, explanation: string] {
    const why = s.fault ? sentence(s.fault) : '';
    if (s.wantsToken) return ['Not let in.', `${why} ${s.fault ? advice(s.fault.code) : ''} ${queued(s)}`];
    switch (s.state) {
      case 'open':
        return ['Connected', open(s)];
      case 'waiting':
        if (s.offline) return ['Offline.', `It goes on when there is a network again. ${queued(s)}`];
        return [`${s.before ? 'Cut off' : 'Not connected'}. Next try in ${s.retryIn ?? 0} s.`, `${why} ${queued(s)}`];
      case 'failed':
        return ['Stopped.', `${why} ${s.fault ? advice(s.fault.code) : ''}`];
      case 'closing':
      case 'closed':
        return ['Closed.', ''];
      default:
        return [s.before ? 'Connecting again…' : 'Connecting…', `to ${s.host}. ${s.before || s.waiting > 0 ? queued(s) : ''}`];
    }
  }
  return { sentence, advice, connection };
}

export type Words = ReturnType<typeof newWords>;

/** What a code asks of a client: now, later, authenticate, stop, none. A code that is not in the table is judged by its range. */
export const actionOf = (codes: Codes, code: number): string =>
  codes[code]?.[0] ?? ['now', 'later', 'authenticate', 'stop'][Math.floor(code / 100) - 40] ?? 'now';
