/** Findings as a compiler shows them: the place, the source line with a marker under it, and what to do. */
import { type Finding, severities, type Severity } from './diagnostics.ts';
import { harmless, type Paint, type Style, widthOf } from './terminal.ts';
import { counted, listed } from '../scheduler/words.ts';

export interface FindingsOfFile {
  file: string;
  text: string;
  findings: readonly Finding[];
}

const styleOf: Record<Severity, Style> = { error: 'red', warning: 'yellow', information: 'blue', hint: 'cyan' };

/**
 * ```
 * error[unknown-name]: There is no input "photo". Did you mean "photos"?
 *   ┌─ thumbnails.morsel:5:26
 * 5 │   task resize for p in photo {
 *   │                        ^^^^^
 * ```
 */
export function renderFindings({ file, text, findings }: FindingsOfFile, paint: Paint): string[] {
  const lines = text.split(/\r\n|\r|\n/);
  return findings.flatMap((finding) => [...renderFinding(file, lines, finding, paint), '']);
}

/** `2 errors and 1 warning`; `no mistakes found`. */
export function countFindings(findings: readonly Finding[]): string {
  const parts = severities.flatMap((severity) => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    const [one, many] = severity === 'information' ? ['note', 'notes'] : [severity, `${severity}s`];
    return number === 0 ? [] : [counted(number, one, many)];
  });
  return parts.length === 0 ? 'no mistakes found' : listed(parts);
}

function renderFinding(
  file: string,
  lines: string[],
  { severity, code, message, range }: Finding,
  paint: Paint,
): string[] {
  const { start, end } = range;
  const style = styleOf[severity];
  const source = lines[start.line] ?? '';
  const number = String(start.line + 1);
  const gutter = ' '.repeat(number.length);
  const before = source.slice(0, start.character);
  const last = end.line > start.line ? source.length : end.character;
  const marked = Math.max(1, widthOf(shown(source.slice(start.character, last))));
  const dim = (part: string) => paint('dim', part);
  return [
    `${paint(style, `${severity}[${code}]`)}${paint('bold', `: ${harmless(message)}`)}`,
    `${gutter} ${dim('┌─')} ${harmless(file)}:${start.line + 1}:${start.character + 1}`,
    `${dim(`${number} │`)} ${shown(source)}`,
    `${gutter} ${dim('│')} ${' '.repeat(widthOf(shown(before)))}${paint(style, '^'.repeat(marked))}`,
  ];
}

/** A tab as two blanks, so that the marker stands where it should in every terminal. */
const shown = (text: string): string => harmless(text.replaceAll('\t', '  '));
