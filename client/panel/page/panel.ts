/** The panel's page: shows what it is sent, and says which task was chosen. */
import type { FromPage, ToPage } from './messages.ts';

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void; setState(state: unknown): void };

const editor = acquireVsCodeApi();
const content = document.getElementById('content')!;

window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
  const focused = document.activeElement?.getAttribute('data-task');
  // Written by the extension, which escapes every value; the page's policy allows no script in it.
  content.innerHTML = data.content;
  if (focused) content.querySelector<HTMLElement>(`button[data-task="${CSS.escape(focused)}"]`)?.focus();
  editor.setState(data.state);
});

content.addEventListener('click', ({ target }) => {
  const task = target instanceof Element ? target.closest('[data-task]')?.getAttribute('data-task') : null;
  if (task) editor.postMessage({ type: 'show-task', task });
});

editor.postMessage({ type: 'ready' });
