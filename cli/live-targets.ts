/** What the engines behind a file's targets have against them. */
import type { LangiumDocument } from 'langium';
import { findTargets } from '../language/index.ts';
import { TARGET_REFUSED, targetProblem } from '../scheduler/targets/target-problem.ts';
import type { Finding } from './diagnostics.ts';

/** Asks each engine; one at a time, since they are other people's machines. */
export async function liveFindings(document: LangiumDocument): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { spec, name } of findTargets(document)) {
    const message = await targetProblem(spec);
    const range = { start: { ...name.start }, end: { ...name.end } };
    if (message !== null) findings.push({ severity: 'error', code: TARGET_REFUSED, message, range });
  }
  return findings;
}
