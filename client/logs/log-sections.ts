/** What one item of a task printed, as a log has it: lines from 0. */
export interface LogSection {
  task: string;
  item: string;
  isFailed: boolean;
  /** Where the item is named; what it printed follows. */
  line: number;
  lastLine: number;
  /** Where the item begins in that line. */
  itemStart: number;
}

/** Of a log as the server writes it: `── task · item`, or `── task · item: why it failed`, before each item's output. */
export function logSections(text: string): LogSection[] {
  const sections: LogSection[] = [];
  const lines = text.split('\n');
  for (const [line, content] of lines.entries()) {
    const [, head = '', task, rest] = /^(── (\S+) · )(.*)$/.exec(content) ?? [];
    if (task === undefined || rest === undefined) continue;
    const end = rest.indexOf(': ');
    const item = end === -1 ? rest : rest.slice(0, end);
    sections.push({ task, item, isFailed: end !== -1, line, lastLine: line, itemStart: head.length });
  }
  for (const [index, section] of sections.entries()) {
    let last = (sections[index + 1]?.line ?? lines.length) - 1;
    while (last > section.line && lines[last]!.trim() === '') last--;
    section.lastLine = last;
  }
  return sections;
}
