import type { Html } from '../html.ts';

/** Writes an element's content anew; what has the focus is found again. */
export function write(element: HTMLElement, content: Html): void {
  const focused = element.contains(document.activeElement) ? selectorOf(document.activeElement!) : null;
  // Every value in it is escaped, and the page's policy allows no script in it.
  element.innerHTML = String(content);
  if (focused !== null) element.querySelector<HTMLElement>(focused)?.focus({ preventScroll: true });
}

function selectorOf(element: Element): string | null {
  for (const name of ['data-task', 'data-fragment', 'data-target']) {
    const value = element.getAttribute(name);
    if (value) return `button[${name}="${CSS.escape(value)}"]`;
  }
  return element.id === '' ? null : `#${element.id}`;
}
