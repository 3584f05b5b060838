// The token: what the session is told of it, and the form that asks for it.
import { $ } from './dom.ts';

// When a JWT ends, in Unix milliseconds; NaN for what is none.
function endOf(token: string): number {
  try {
    const claims = token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
    return Number(JSON.parse(atob(claims)).exp) * 1000;
  } catch {
    return Number.NaN;
  }
}

/** `given` is called when somebody has given a token. */
export function newCredentials(given: (token: string) => void) {
  let token = '';
  let asked: PromiseWithResolvers<string> | undefined;
  const input = $<HTMLInputElement>('token');
  const form = $<HTMLFormElement>('credentials');

  form.onsubmit = event => {
    event.preventDefault();
    token = input.value.trim();
    input.value = '';
    asked?.resolve(token);
    asked = undefined;
    given(token);
    $('message').focus();
  };

  return {
    /** The token that there is; a new one, as soon as somebody gives it, if `another` is wanted. */
    next(another: boolean): string | Promise<string> {
      if (!another) return token;
      asked ??= Promise.withResolvers<string>();
      return asked.promise;
    },
    /** Somebody is asked for one. */
    asked: (): boolean => asked !== undefined,
    /** Seconds until the token ends; undefined if it does not say so. */
    left(): number | undefined {
      const end = endOf(token);
      return Number.isNaN(end) ? undefined : Math.max(0, Math.ceil((end - Date.now()) / 1000));
    },
    /** Shows the form, or takes it away. */
    show(wanted: boolean): void {
      if (wanted && form.hidden) setTimeout(() => input.focus());
      form.hidden = !wanted;
    },
  };
}
