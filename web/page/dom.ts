// Small helpers around the document.

/** The element of this id, which index.html has. */
export const $ = <T extends HTMLElement = HTMLElement>(id: string): T => document.getElementById(id) as T;

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const e = document.createElement(tag);
  if (className) e.className = className;
  e.append(...children);
  return e;
}

/** Sets text only where it changes, so that nothing is read out twice. What has no text is hidden. */
export function show(e: HTMLElement, text: string): void {
  if (e.textContent !== text) e.textContent = text;
  e.hidden = text === '';
}

/** Has a screen reader say it. */
export const announce = (text: string): void => show($('announcement'), text);

export function timeOf(ms: number): HTMLTimeElement {
  const t = new Date(ms);
  const sameDay = t.toDateString() === new Date().toDateString();
  const e = element('time', '', sameDay ? t.toLocaleTimeString() : t.toLocaleString());
  e.dateTime = t.toISOString();
  e.title = t.toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'long' });
  return e;
}

export function badge(status: string, title = ''): HTMLSpanElement {
  const e = element('span', `badge ${status}`, status);
  e.title = title;
  return e;
}

/** Marks an input as wrong and says why; an empty text takes that back. */
export function complain(input: HTMLElement, note: HTMLElement, text: string): void {
  show(note, text);
  if (text) input.setAttribute('aria-invalid', 'true');
  else input.removeAttribute('aria-invalid');
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
