import type { AstNode } from 'langium';
import type { SourceSpan } from '../../scheduler/job-spec.ts';
import { documentOf } from '../placeholders/template.ts';

/** Where a declaration stands. */
export function spanOf(node: AstNode): SourceSpan {
  const file = documentOf(node).uri.fsPath;
  const range = node.$cstNode?.range;
  const start = range?.start ?? { line: 0, character: 0 };
  const end = range?.end ?? start;
  return {
    file,
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  };
}
