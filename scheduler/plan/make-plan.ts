import type { JobSpec } from '../job-spec.ts';
import type { Predictor } from '../predictive-model/model.ts';
import type { Interval } from '../predictive-model/prediction.ts';
import type { Workload } from '../workload.ts';
import { drawnWorld, expectedWorld } from './draws.ts';
import { criticalPath } from './critical-path.ts';
import type { Plan, PlannedFragment } from './plan.ts';
import { planProblems } from './problems.ts';
import { sharesOf } from './shares.ts';
import { simulate, type Simulation } from './simulate.ts';
import { conditionsOf, type TargetProfile } from './target-profile.ts';
import { plannedTasks } from './tasks.ts';

/** Draws for the band around the expected finish. */
const DRAWS = 16;
/** The band needs at least so many. */
const LEAST_DRAWS = 4;
/** A simulation breaks off after so many events and pieces of fragments; the rest of the job is extrapolated. */
const MOST_STEPS = 40_000;
/** A large job is drawn less often, so that a preview stays quick: so many steps in all draws. */
const MOST_DRAWN_STEPS = 80_000;

/** What takes a tenth of a second also for a million items: the course so far, and what follows from it for the rest. */
export const SKETCH = { draws: 2, mostSteps: 1000 };

export interface PlanOptions {
  job: JobSpec;
  workload: Workload;
  model: Predictor;
  /** What past runs taught of the target. */
  profile?: TargetProfile | null;
  /** By task key, the longest that an item ran in past runs without coming to its end. */
  unendedSeconds?: ReadonlyMap<string, number>;
  /** The same seed gives the same plan. */
  seed?: number;
  /** At most so many courses are drawn for the band. */
  draws?: number;
  /** After so many events and pieces of fragments of one simulation the rest of the job is extrapolated. */
  mostSteps?: number;
  isCancelled?: () => boolean;
}

/**
 * Previews a run: the scheduler itself on a virtual clock, once with every item as long as predicted, for what is shown,
 * and some times with run times drawn from the predicted distributions, for the band.
 * @throws {Cancelled} once `isCancelled` says so
 */
export function makePlan(options: PlanOptions): Plan {
  const { job, workload, model, profile = null, unendedSeconds = new Map<string, number>() } = options;
  const { expected, drawn } = simulateAll(options);
  const conditions = conditionsOf(job.target, profile);
  const outcome = { model, conditions, unendedSeconds, simulation: expected };
  const { name, kind, instances, lifespanSeconds, pricePerHour } = job.target;
  return {
    job: job.job,
    target: { name, kind, instances, lifespanSeconds, pricePerHour },
    makespanSeconds: band(expected, drawn, makespan),
    simulatedShare: expected.simulatedShare,
    ...sharesOf(expected),
    price:
      pricePerHour === null ? null : band(expected, drawn, (course) => (lifeSeconds(course) / 3600) * pricePerHour),
    fragments: expected.fragments.map((simulated) => plannedFragment(simulated, workload)),
    instances: expected.instances.map((instance) => ({ ...instance, instanceType: conditions.instanceType })),
    tasks: plannedTasks(job, workload, outcome),
    criticalPath: criticalPath(workload, expected),
    problems: planProblems(job, workload, outcome),
  };
}

/**
 * Only the makespan of {@link makePlan}: what a run predicts of itself before it begins.
 * @throws {Cancelled} once `isCancelled` says so
 */
export function planMakespan(options: PlanOptions): Interval {
  const { expected, drawn } = simulateAll(options);
  return band(expected, drawn, makespan);
}

/** The expected course of the job, and some that it may take as well. */
function simulateAll(options: PlanOptions): { expected: Simulation; drawn: Simulation[] } {
  const { job, workload, model, profile = null, draws = DRAWS } = options;
  const { mostSteps = MOST_STEPS, isCancelled = () => false, seed = 1 } = options;
  const { target } = job;
  const conditions = conditionsOf(target, profile);
  const worlds = { workload, target, model, conditions, seed };
  const common = { workload, target, model, conditions, mostSteps, isCancelled };
  const expected = simulate({ ...common, ...expectedWorld(worlds) });
  const affordable = Math.floor(MOST_DRAWN_STEPS / Math.max(1, expected.steps));
  const count = Math.min(draws, Math.max(LEAST_DRAWS, affordable));
  const drawn = Array.from({ length: count }, (_, draw) => simulate({ ...common, ...drawnWorld(worlds, draw, count) }));
  return { expected, drawn };
}

/** The 80 % interval of a figure over the drawn courses, and their mean. Without any, what is expected stands for all. */
function band(
  expected: Simulation,
  drawn: readonly Simulation[],
  figure: (simulation: Simulation) => number,
): Interval {
  if (drawn.length === 0) return { low: figure(expected), expected: figure(expected), high: figure(expected) };
  const figures = drawn.map(figure).toSorted((a, b) => a - b);
  const mean = figures.reduce((sum, each) => sum + each, 0) / figures.length;
  return { low: Math.min(mean, quantile(figures, 0.1)), expected: mean, high: Math.max(mean, quantile(figures, 0.9)) };
}

/** Of n numbers the k-th stands for the share k / (n + 1) of all that could have been drawn; in between it is a line. */
function quantile(sorted: readonly number[], share: number): number {
  const rank = Math.min(sorted.length, Math.max(1, share * (sorted.length + 1)));
  const below = sorted[Math.floor(rank) - 1]!;
  const above = sorted[Math.ceil(rank) - 1]!;
  return below + (above - below) * (rank - Math.floor(rank));
}

const makespan = ({ makespanSeconds }: Simulation): number => makespanSeconds;

/** Life of all instances; that of a job that was not simulated to its end grows with the time that it takes. */
function lifeSeconds({ instances, makespanSeconds, simulatedSeconds }: Simulation): number {
  const life = instances.reduce((sum, { startSeconds, endSeconds }) => sum + endSeconds - startSeconds, 0);
  return simulatedSeconds > 0 ? (life * makespanSeconds) / simulatedSeconds : life;
}

function plannedFragment(
  { fragment, ...simulated }: Simulation['fragments'][number],
  workload: Workload,
): PlannedFragment {
  const items = new Map<string, number>();
  for (const [task, count] of simulated.committed) {
    const { task: name } = workload.tasks[task]!;
    items.set(name, (items.get(name) ?? 0) + count);
  }
  return {
    fragment: fragment.id,
    instance: fragment.instance,
    items: [...items].map(([task, count]) => ({ task, items: count })),
    startSeconds: simulated.startSeconds,
    endSeconds: simulated.endSeconds,
    safePointSeconds: simulated.safePointSeconds,
    how: simulated.how,
  };
}
