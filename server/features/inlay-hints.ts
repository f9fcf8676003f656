/** The predicted plan beside the text. Drawn from what is known: no request ever waits for a plan. */
import type { LangiumDocument } from 'langium';
import type { InlayHintProvider } from 'langium/lsp';
import type { InlayHint, InlayHintParams, Position, Range } from 'vscode-languageserver';
import * as ast from '../../language/generated/ast.ts';
import type { PlannedTask } from '../../scheduler/plan/plan.ts';
import type { ClientFacts, HintKind } from '../client-facts.ts';
import { hintPlace, jobsOf, rangeOf, tasksOf } from '../outline.ts';
import type { JobPlan, PlanService } from '../plan/plan-service.ts';
import { basisInWords, jobDetails, jobHint, safePointHint, taskDetails, taskHint } from '../plan/plan-text.ts';

interface Hint {
  kind: HintKind;
  position: Position;
  text: string;
  tooltip: string;
}

export class MorselInlayHints implements InlayHintProvider {
  readonly #plans: PlanService;
  readonly #client: ClientFacts;

  constructor(plans: PlanService, client: ClientFacts) {
    this.#plans = plans;
    this.#client = client;
  }

  getInlayHints(document: LangiumDocument, { range }: InlayHintParams): InlayHint[] {
    const hints = jobsOf(document).flatMap((job) => hintsOf(job, this.#plans.planOf(document.uri, job.name)));
    return hints.filter((hint) => this.#client.showsHint(hint.kind) && isWithin(hint.position, range)).map(asInlayHint);
  }
}

function hintsOf(job: ast.Job, known: JobPlan | undefined): Hint[] {
  if (known === undefined || known.plan === null) return [];
  const { plan, target } = known;
  const plannedTasks = new Map(plan.tasks.map((planned) => [planned.task, planned]));
  const tasks = tasksOf(job).flatMap((task) => {
    const planned = plannedTasks.get(task.name);
    // A task that the plan does not know is newer than the plan: it has no hint until the next one is made.
    return planned === undefined ? [] : taskHints(task, planned, known);
  });
  const tooltip = target === null ? '' : jobDetails(plan);
  return [{ kind: 'job', position: hintPlace(job), text: jobHint(plan), tooltip }, ...tasks];
}

function taskHints(task: ast.Task, planned: PlannedTask, { plan, target }: JobPlan): Hint[] {
  const tooltip = target === null ? '' : taskDetails(planned, target);
  const spacing = safePointHint(planned);
  const safePoints = task.statements.filter(ast.isSafePoint).flatMap((node): Hint[] => {
    if (spacing === null) return [];
    return [{ kind: 'safePoint', position: rangeOf(node).end, text: spacing, tooltip: basisInWords(planned.basis) }];
  });
  return [
    { kind: 'task', position: hintPlace(task), text: taskHint(planned, plan!.target.name), tooltip },
    ...safePoints,
  ];
}

function asInlayHint({ position, text, tooltip }: Hint): InlayHint {
  return { position, label: text, tooltip: { kind: 'markdown', value: tooltip }, paddingLeft: true };
}

const isWithin = (at: Position, { start, end }: Range): boolean =>
  (at.line > start.line || (at.line === start.line && at.character >= start.character)) &&
  (at.line < end.line || (at.line === end.line && at.character <= end.character));
