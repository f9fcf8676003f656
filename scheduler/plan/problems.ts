import type { JobSpec, TargetSpec } from '../job-spec.ts';
import { itemInterval } from '../predictive-model/model.ts';
import type { Interval } from '../predictive-model/prediction.ts';
import { aboutBand, duration } from '../words.ts';
import type { Workload, WorkloadTask } from '../workload.ts';
import { advice, adviceCodes } from './advice.ts';
import type { PlanProblem } from './plan.ts';
import type { PlanOutcome } from './tasks.ts';

/** Every code that a problem of a plan can have; docs/diagnostics.md explains each. */
export const planProblemCodes = ['plan/outlasts-lifespan', 'plan/never-finishes', ...adviceCodes] as const;

/** A lifespan that is proposed has room for what an instance does beside its longest item. */
const ROOM = 1.25;
/** An item that ran so much of a lifespan and had not ended has had all of a life that there is. */
const WHOLE_LIFE = 0.8;

type Problem = PlanProblem & { code: (typeof planProblemCodes)[number] };

/** What stands in the way of the job, as far as the predictions tell. One problem a task at most. */
export function planProblems(job: JobSpec, workload: Workload, outcome: PlanOutcome): Problem[] {
  const problems = workload.tasks.flatMap((task) => outlastsLifespan(task, job, outcome) ?? []);
  for (const { task, why } of outcome.simulation.hopeless) {
    const { task: name } = workload.tasks[task]!;
    if (problems.some((problem) => problem.task === name)) continue;
    problems.push({
      severity: 'error',
      code: 'plan/never-finishes',
      message: `The task \`${name}\` can't finish on \`${job.target.name}\`: it ${why}.`,
      task: name,
      betterLifespanSeconds: null,
    });
  }
  return problems.some(({ severity }) => severity === 'error')
    ? problems
    : [...problems, ...advice(job, workload, outcome)];
}

/** The stretch between two safe points is at least one item (or stage of an item) long. */
function outlastsLifespan(task: WorkloadTask, { target }: JobSpec, outcome: PlanOutcome): Problem | null {
  const { lifespanSeconds: lifespan } = target;
  // Its items go on where they were, on as many instances as they need.
  if (task.checkpoint) return null;
  if (lifespan === null) return null;
  const unended = outcome.unendedSeconds.get(task.key) ?? 0;
  if (unended >= WHOLE_LIFE * lifespan) return outlastedBefore(task, target, unended, outcome);
  const longest = longestItem(task, outcome);
  if (!longest || longest.high <= lifespan) return null;
  const certain = longest.expected > lifespan;
  const better = roundedUp(longest.high * ROOM);
  return {
    severity: certain ? 'error' : 'warning',
    code: 'plan/outlasts-lifespan',
    message:
      `An item of \`${task.task}\` is predicted to run ${duration(longest.expected)} (${aboutBand(longest)}), ` +
      `which ${certain ? 'is' : 'may be'} longer than an instance of \`${target.name}\` lives (${duration(lifespan)}). ` +
      remedies(better),
    task: task.task,
    betterLifespanSeconds: better,
  };
}

/** It has been tried: that no item of the task ever ended is certain to happen again, that some did not is likely to. */
function outlastedBefore(task: WorkloadTask, target: TargetSpec, seconds: number, { model }: PlanOutcome): Problem {
  const better = roundedUp(Math.max(seconds, target.lifespanSeconds!) * 2);
  const noneEnded = model.basis(task.key, task.estimateSeconds).observations === 0;
  return {
    severity: noneEnded ? 'error' : 'warning',
    code: 'plan/outlasts-lifespan',
    message:
      `An item of \`${task.task}\` ran ${duration(seconds)} in an earlier run and had not come to its end, ` +
      `and an instance of \`${target.name}\` lives no longer (${duration(target.lifespanSeconds!)}). ` +
      remedies(better),
    task: task.task,
    betterLifespanSeconds: better,
  };
}

const remedies = (betterLifespanSeconds: number): string =>
  `Raise \`lifespan\` of the target, to ${duration(betterLifespanSeconds)} or more, put a safe point between its steps, ` +
  'or give the task a `checkpoint`.';

/** To a whole number of the largest unit of which there are a few. */
function roundedUp(seconds: number): number {
  const unit = [3600, 60, 1].find((each) => seconds >= 5 * each) ?? 1;
  return Math.ceil(seconds / unit) * unit;
}

/** Null where nothing is known: a guess is no reason to warn. */
function longestItem(
  { key, cohorts, estimateSeconds }: WorkloadTask,
  { model, conditions: { instanceType, load } }: PlanOutcome,
): Interval | null {
  const { kind } = model.basis(key, estimateSeconds);
  if (kind === 'guess' || kind === 'sibling') return null;
  let longest: Interval | null = null;
  for (const { cost } of cohorts) {
    const item = itemInterval(model.predict({ key, instanceType, cost, load, idleSeconds: 0, estimateSeconds }));
    if (!longest || item.expected > longest.expected) longest = item;
  }
  return longest;
}
