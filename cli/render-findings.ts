/** Findings as a compiler shows them: the place, the source line with a marker under it, and what to do. */
import { type Finding, severities, type Severity } from './diagnostics.ts';
import { harmless, type Paint, type Style, widthOf } from './terminal.ts';
import { counted, listed } from '../scheduler/words.ts';

export interface FindingsOfFile {
  file: string;
  text: string;
  findings: readonly Finding[];
}

/** Of so many findings the first mistake is the one to look at. */
const MOST_FINDINGS = 200;
/** So much of a line is shown before what is wrong in it, and of that. */
const MOST_BEFORE = 120;
const MOST_MARKED = 120;

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
  const shownFindings = findings.slice(0, MOST_FINDINGS);
  const more = findings.length - shownFindings.length;
  return [
    ...shownFindings.flatMap((finding) => [...renderFinding(file, lines, finding, paint), '']),
    ...(more > 0 ? [`${harmless(file)}: ${more} more, which are left out here`, ''] : []),
  ];
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
  const line = lines[start.line] ?? '';
  const from = Math.max(0, start.character - MOST_BEFORE);
  const source = line.slice(from, start.character + MOST_MARKED);
  const number = String(start.line + 1);
  const gutter = ' '.repeat(number.length);
  const before = source.slice(0, start.character - from);
  const last = end.line > start.line ? source.length : end.character - from;
  const marked = Math.max(1, widthOf(shown(source.slice(start.character - from, last))));
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
