/** What a plan says cannot work, as diagnostics on the task that it is about. */
import type { LangiumDocument } from 'langium';
import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver';
import type { PlanProblem } from '../../scheduler/plan/plan.ts';
import type { DiagnosticSource } from '../diagnostics.ts';
import { jobsOf, nameRangeOf, tasksByName } from '../outline.ts';
import { errorsIn, type PlanService } from './plan-service.ts';

const SOURCE = 'morsel plan';

/** The code of a job that has no plan: its inputs cannot be read, or it is too large for a preview. */
export const UNPLANNED = 'plan/none';

export class PlanProblems implements DiagnosticSource {
  readonly #plans: PlanService;

  constructor(plans: PlanService) {
    this.#plans = plans;
  }

  diagnosticsOf(document: LangiumDocument): Diagnostic[] {
    // What is wrong with the text comes first; a plan of it is an earlier text's.
    if (errorsIn(document) !== null) return [];
    return jobsOf(document).flatMap((job) => {
      const known = this.#plans.planOf(document.uri, job.name);
      if (known === undefined) return [];
      const unplanned = known.problem === null ? [] : [noPlan(known.problem)];
      // What is wrong with an earlier text may long be mended in this one.
      const planned = known.stale ? [] : (known.plan?.problems ?? []);
      const tasks = tasksByName(job);
      return [...unplanned, ...planned].map((problem) => {
        const task = problem.task === null ? undefined : tasks.get(problem.task);
        return diagnostic(nameRangeOf(task ?? job), problem);
      });
    });
  }
}

const noPlan = (message: string): PlanProblem => ({ severity: 'warning', code: UNPLANNED, message, task: null });

function diagnostic(range: Diagnostic['range'], { severity, code, message }: PlanProblem): Diagnostic {
  const level = severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
  return { range, severity: level, source: SOURCE, code, message };
}
