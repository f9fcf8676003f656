import type { JobSpec } from '../job-spec.ts';
import { concurrency } from '../resource-monitor/resource-monitor.ts';
import { safePointRule, youngDalySeconds } from '../safe-points/injector.ts';
import { about, counted, percent } from '../words.ts';
import type { Workload, WorkloadTask } from '../workload.ts';
import type { PlanProblem } from './plan.ts';
import { sharesOf } from './shares.ts';
import { itemSecondsOf, itemsLeft, type PlanOutcome } from './tasks.ts';

/** Codes of what the job could do better with; docs/diagnostics.md explains each. */
export const adviceCodes = ['plan/safe-point-costs', 'plan/lifespan-waste', 'plan/half-empty'] as const;

type Advice = PlanProblem & { severity: 'info'; code: (typeof adviceCodes)[number] };

/** Less than that share of the time is not worth a word. */
const LEAST_GAIN = 0.02;
/** Nor is less than that in all, in seconds of work. */
const LEAST_GAIN_SECONDS = 5;
/** So much of the instances' lives may be waste. */
const MOST_WASTE = 0.1;

/** What makes the job dearer than it need be, as far as the predictions tell: each with the number that led to it. */
export function advice(job: JobSpec, workload: Workload, outcome: PlanOutcome): Advice[] {
  const firstStages = workload.tasks.filter(({ name, task }) => name === task);
  return [
    ...firstStages.flatMap((task) => [...dearSafePoints(task, job, outcome), ...halfEmpty(task, job)]),
    ...wastedLives(job, workload, outcome),
  ];
}

/**
 * A safe point every s seconds costs c / s of the time, and saves what a failure would lose: s / 2, once in M seconds. The
 * sum is least at √(2cM) (Young 1974).
 */
function dearSafePoints(task: WorkloadTask, { target }: JobSpec, outcome: PlanOutcome): Advice[] {
  const { safePoint, commitEach, needs } = task;
  const { overheads } = outcome.conditions;
  if (safePoint.kind === 'auto' || commitEach || isUnknown(task, outcome)) return [];
  const { everyItems, everySeconds } = safePointRule(safePoint, { commitEach, overheads });
  const itemSeconds = itemSecondsOf(task, outcome);
  const width = Math.max(1, concurrency(target, needs));
  const spacing = everySeconds === null ? (everyItems * itemSeconds) / width : Math.max(everySeconds, itemSeconds);
  const { safePointSeconds: cost, meanTimeBetweenFailuresSeconds: between } = overheads;
  const best = Math.max(youngDalySeconds(overheads), itemSeconds / width);
  const total = (seconds: number): number => cost / (seconds + cost) + seconds / (2 * between);
  const gain = total(spacing) - total(best);
  if (!(spacing > 0) || spacing >= best || gain < LEAST_GAIN) return [];
  if (gain * itemsLeft(task) * itemSeconds < LEAST_GAIN_SECONDS) return [];
  const message =
    `The safe points of \`${task.task}\` cost ${percent(cost / (spacing + cost))} of its time, one about every ${about(spacing)}, ` +
    `and save less than that: about every ${about(best)} would cost ${percent(cost / (best + cost))}. ` +
    'Write `safepoint auto`, or put them farther apart.';
  return [info('plan/safe-point-costs', message, task.task)];
}

/** The instance's other cpus have nothing to do while the task's items run. */
function halfEmpty(stage: WorkloadTask, { target }: JobSpec): Advice[] {
  const { task, needs } = stage;
  const width = concurrency(target, needs);
  const used = width * needs.cpus;
  if (itemsLeft(stage) < 2 || width < 1 || target.cpus < 2 || used / target.cpus > 0.5) return [];
  const byMemory = width < Math.floor(target.cpus / Math.max(needs.cpus, 1e-9));
  const message =
    `While \`${task}\` runs, ${used} of ${counted(target.cpus, 'cpu')} of an instance of \`${target.name}\` are used: ` +
    `${byMemory ? 'its memory has' : 'its cpus have'} room for ${counted(width, 'item')} at once. ` +
    `Change \`needs\` of the task, or \`${byMemory ? 'memory' : 'cpus'}\` of the target.`;
  return [info('plan/half-empty', message, task)];
}

/** Only where instances really end before the job does: at the end of a job some always idle. */
function wastedLives({ target }: JobSpec, { tasks }: Workload, outcome: PlanOutcome): Advice[] {
  const { simulation } = outcome;
  if (target.lifespanSeconds === null || tasks.some((task) => isUnknown(task, outcome))) return [];
  if (simulation.instances.length <= target.instances.max) return [];
  const waste = wasteOf(simulation);
  const all = waste.startup + waste.idle + waste.lost;
  if (all <= MOST_WASTE) return [];
  const message =
    `${percent(all)} of the instances' time is wasted: ${percent(waste.startup)} starting up, ${percent(waste.idle)} idle, ` +
    `${percent(waste.lost)} lost. A life of ${about(target.lifespanSeconds)} fits this job badly: ` +
    `try another \`lifespan\` of \`${target.name}\`.`;
  return [info('plan/lifespan-waste', message, null)];
}

/** Shares of the time from asking for an instance until its end. */
function wasteOf(simulation: PlanOutcome['simulation']): { startup: number; idle: number; lost: number } {
  const { idleShare, lostShare } = sharesOf(simulation);
  let [startup, life] = [0, 0];
  for (const { askedSeconds, startSeconds, endSeconds } of simulation.instances) {
    startup += startSeconds - askedSeconds;
    life += endSeconds - startSeconds;
  }
  const all = Math.max(startup + life, 1e-9);
  return { startup: startup / all, idle: (idleShare * life) / all, lost: (lostShare * life) / all };
}

const isUnknown = ({ key, estimateSeconds }: WorkloadTask, { model }: PlanOutcome): boolean =>
  model.basis(key, estimateSeconds).kind === 'guess';

const info = (code: Advice['code'], message: string, task: string | null): Advice => ({
  severity: 'info',
  code,
  message,
  task,
  betterLifespanSeconds: null,
});
