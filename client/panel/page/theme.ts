/** The colours of the editor's theme, and when they change. */
import type { Palette } from '../../../drawing/looks.ts';

const TASK_COLOURS = ['blue', 'green', 'purple', 'yellow', 'orange', 'red'];

export function themePalette(): Palette {
  const style = getComputedStyle(document.body);
  const colour = (name: string): string => style.getPropertyValue(`--vscode-${name}`).trim() || style.color;
  return {
    inks: {
      foreground: colour('foreground'),
      muted: colour('descriptionForeground'),
      background: colour('editor-background'),
      finish: colour('charts-green'),
      now: colour('charts-red'),
    },
    tasks: TASK_COLOURS.map((name) => colour(`charts-${name}`)),
    fontFamily: style.fontFamily,
    isHighContrast: [...document.body.classList].some((name) => name.startsWith('vscode-high-contrast')),
  };
}

/** VS Code writes a theme into the class of the body and the style of the root. */
export function onThemeChange(handler: () => void): void {
  const observer = new MutationObserver(handler);
  observer.observe(document.body, { attributeFilter: ['class'] });
  observer.observe(document.documentElement, { attributeFilter: ['style', 'class'] });
}
