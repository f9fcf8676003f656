/** The panel's page: shows what it is sent, and says which task was chosen. */
import type { FromPage, ToPage } from './messages.ts';

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void; setState(state: unknown): void };

const editor = acquireVsCodeApi();
const content = document.getElementById('content')!;
/** True from the moment a fragment was chosen until its explanation is there. */
let asked = false;

window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
  const focused = selectorOf(document.activeElement);
  // Written by the extension, which escapes every value; the page's policy allows no script in it.
  content.innerHTML = data.content;
  if (focused) content.querySelector<HTMLElement>(focused)?.focus();
  if (asked) showExplanation();
  editor.setState(data.state);
});

content.addEventListener('click', ({ target }) => {
  const chosen = target instanceof Element ? target.closest('[data-task], [data-fragment]') : null;
  const task = chosen?.getAttribute('data-task');
  const fragment = chosen?.getAttribute('data-fragment');
  if (task) editor.postMessage({ type: 'show-task', task });
  if (fragment === null || fragment === undefined) return;
  asked = fragment !== '';
  editor.postMessage({ type: 'explain', fragment: asked ? Number(fragment) : null });
});

/** Finds the button again once the content was written anew. */
function selectorOf(element: Element | null): string | null {
  for (const name of ['data-task', 'data-fragment']) {
    const value = element?.getAttribute(name);
    if (value) return `button[${name}="${CSS.escape(value)}"]`;
  }
  return null;
}

function showExplanation(): void {
  const title = document.getElementById('explanation-title');
  if (title === null) return;
  asked = false;
  title.focus({ preventScroll: true });
  document.getElementById('explanation')?.scrollIntoView({ block: 'nearest' });
}

editor.postMessage({ type: 'ready' });
