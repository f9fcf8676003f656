import type * as ast from '../generated/ast.ts';

/**
 * The tasks of a file, by where they would begin in a new text of it, that stand before or behind all that has changed.
 * @param isWhole which tasks count
 */
export function unchangedTasks(
  file: ast.File,
  text: string,
  isWhole: (task: ast.Task) => boolean,
): Map<number, ast.Task> {
  const found = new Map<number, ast.Task>();
  const last = file.$cstNode?.root.fullText;
  if (last === undefined) return found;
  const start = commonStart(last, text);
  const shift = text.length - last.length;
  const end = last.length - commonEnd(last, text, Math.min(last.length, text.length) - start);
  for (const { tasks } of file.jobs) {
    for (const task of tasks) {
      const node = task.$cstNode;
      if (node === undefined || !isWhole(task)) continue;
      const { offset } = node;
      if (node.end <= start) found.set(offset, task);
      else if (offset >= end) found.set(offset + shift, task);
    }
  }
  return found;
}

function commonStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

function commonEnd(a: string, b: string, most: number): number {
  let length = 0;
  while (length < most && a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length)) length++;
  return length;
}
