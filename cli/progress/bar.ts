import type { Paint, Style } from '../terminal.ts';

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar of so many columns, filled to an eighth of a column. `share` is 0..1. */
export function bar(share: number, columns: number, style: Style, paint: Paint): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * columns * 8);
  const filled = '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
  const empty = '░'.repeat(columns - Math.ceil(eighths / 8));
  return (filled === '' ? '' : paint(style, filled)) + (empty === '' ? '' : paint('dim', empty));
}
