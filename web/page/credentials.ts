// The token: what the session is told of it, and the form that asks for it.
import { $, show } from './dom.ts';

// What a JWT says, which nobody has checked here: when it ends, in Unix seconds, and whose it is. Nothing, of what is none.
function claimsOf(token: string): { exp?: unknown; sub?: unknown } {
  try {
    const claims = atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/'));
    return Object(JSON.parse(new TextDecoder().decode(Uint8Array.from(claims, c => c.charCodeAt(0)))));
  } catch {
    return {};
  }
}

// What tabs tell each other: the token, or that they have none.
type Letter = { token?: string };

/**
 * The token of all tabs of this page: only the one that has the connection is asked for it, and somebody else may have it then. It is kept
 * in memory alone. `given` is called when there is another one, with whose it says that it is, if it does; it returns whether the session that
 * is there goes on with it.
 */
export function newCredentials(given: (user: string | undefined) => boolean) {
  let token = '';
  let asked: ((token: string) => void)[] = [];
  const input = $<HTMLInputElement>('token');
  const form = $<HTMLFormElement>('credentials');
  const bus = typeof BroadcastChannel === 'function' ? new BroadcastChannel('holdfast page') : undefined;

  function set(other: string): void {
    token = other;
    const waiting = asked;
    asked = [];
    const { sub } = claimsOf(token);
    if (given(typeof sub === 'string' ? sub : undefined)) for (const tell of waiting) tell(token);
  }
  if (bus) {
    bus.onmessage = ({ data }: MessageEvent<Letter>) => {
      if (typeof data?.token === 'string') set(data.token);
      else if (token) bus.postMessage({ token });
    };
    bus.postMessage({});
  }
  form.onsubmit = event => {
    event.preventDefault();
    const other = input.value.trim();
    input.value = '';
    bus?.postMessage({ token: other });
    set(other);
    $('message').focus();
  };

  return {
    /** The token that there is; a new one, as soon as somebody gives it, if `another` is wanted. */
    next: (another: boolean): string | Promise<string> => (another ? new Promise(tell => asked.push(tell)) : token),
    /** Somebody is asked for one. */
    asked: (): boolean => asked.length > 0,
    /** Seconds until the token ends; undefined if it does not say so. */
    left(): number | undefined {
      const end = Number(claimsOf(token).exp) * 1000;
      return Number.isNaN(end) ? undefined : Math.max(0, Math.ceil((end - Date.now()) / 1000));
    },
    /** Shows the form, or takes it away. `urgent`: nothing goes on without a token. Whoever is writing is not interrupted. */
    show(wanted: boolean, urgent: boolean): void {
      if (wanted && form.hidden && urgent && !$<HTMLTextAreaElement>('message').value) setTimeout(() => input.focus());
      form.hidden = !wanted;
      show($('token-button'), urgent ? 'Connect' : 'Stay connected');
    },
  };
}
