// Where a message is written.
import { $, complain } from './dom.ts';
import type { Payload } from './log.ts';

// What is wrong with a message before it is taken.
function mistakeIn(json: boolean, text: string): string {
  if (text.trim() === '') return 'There is nothing to send yet.';
  if (!json) return '';
  try {
    JSON.parse(text);
    return '';
  } catch (e) {
    return `That is not JSON: ${(e as Error).message}`;
  }
}

/** `publish` takes a message, or returns why not. */
export function newComposer(publish: (payload: Payload) => string): void {
  const form = $<HTMLFormElement>('composer');
  const message = $<HTMLTextAreaElement>('message');
  const isJSON = () => new FormData(form).get('type') === 'json';
  const grow = () => {
    message.rows = Math.min(6, message.value.split('\n').length);
  };

  function send(): void {
    const json = isJSON();
    const text = message.value;
    const mistake = mistakeIn(json, text) || publish(json ? { json: text.trim() } : { text });
    complain(message, $('mistake'), mistake);
    if (!mistake) message.value = '';
    grow();
    message.focus();
  }

  form.onsubmit = event => {
    event.preventDefault();
    send();
  };
  message.oninput = () => {
    complain(message, $('mistake'), '');
    grow();
  };
  message.onkeydown = event => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  form.onchange = () => {
    const json = isJSON();
    message.placeholder = json ? '{"any": "JSON value"}' : 'Write a message';
    message.classList.toggle('json', json);
    complain(message, $('mistake'), '');
  };
  message.focus();
}
