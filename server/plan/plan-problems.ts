/** What a plan says of the job, as diagnostics on what each is about, with the changes that mend it. */
import type { LangiumDocument } from 'langium';
import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver';
import type { ast } from '../../language/index.ts';
import type { PlanProblem } from '../../scheduler/plan/plan.ts';
import type { ClientFacts } from '../client-facts.ts';
import type { DiagnosticSource } from '../diagnostics.ts';
import { jobsOf, nameRangeOf, rangeOf, tasksByName } from '../outline.ts';
import { fixesOf, type PlanFix, safePointOf } from './plan-fixes.ts';
import { errorsIn, type PlanService } from './plan-service.ts';

const SOURCE = 'morsel plan';

/** The code of a job that has no plan: its inputs cannot be read, or it is too large for a preview. */
export const UNPLANNED = 'plan/none';

export interface MendableDiagnostic {
  diagnostic: Diagnostic;
  fixes: () => PlanFix[];
}

export class PlanProblems implements DiagnosticSource {
  readonly #plans: () => PlanService;
  readonly #client: ClientFacts;

  constructor(plans: () => PlanService, client: ClientFacts) {
    this.#plans = plans;
    this.#client = client;
  }

  diagnosticsOf(document: LangiumDocument): Diagnostic[] {
    return this.mendable(document).map(({ diagnostic }) => diagnostic);
  }

  /** The same, each with its fixes. */
  mendable(document: LangiumDocument): MendableDiagnostic[] {
    // What is wrong with the text comes first; a plan of it is an earlier text's.
    if (errorsIn(document) !== null) return [];
    return jobsOf(document).flatMap((job) => this.#problemsOf(document, job));
  }

  #problemsOf(document: LangiumDocument, job: ast.Job): MendableDiagnostic[] {
    const known = this.#plans().planOf(document.uri, job.name);
    if (known === undefined) return [];
    const unplanned = known.problem === null ? [] : [noPlan(known.problem)];
    // What is wrong with an earlier text may long be mended in this one.
    const planned = known.stale ? [] : (known.plan?.problems ?? []);
    return [...unplanned, ...planned].flatMap((problem) => {
      const severity = this.#client.severityOf(problem.code, SEVERITIES[problem.severity]);
      if (severity === null) return [];
      const diagnostic = {
        range: placeOf(job, problem),
        severity,
        source: SOURCE,
        code: problem.code,
        message: problem.message,
      };
      return [{ diagnostic, fixes: () => fixesOf(document, job, problem) }];
    });
  }
}

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
};

const noPlan = (message: string): PlanProblem => ({
  severity: 'warning',
  code: UNPLANNED,
  message,
  task: null,
  betterLifespanSeconds: null,
});

/** The statement that it is about where there is one, else the name of the task or job. */
function placeOf(job: ast.Job, { code, task: name }: PlanProblem): Diagnostic['range'] {
  const task = name === null ? undefined : tasksByName(job).get(name);
  if (task === undefined) return nameRangeOf(job);
  const statement = code === 'plan/safe-point-costs' ? safePointOf(task) : undefined;
  return statement === undefined ? nameRangeOf(task) : rangeOf(statement);
}
