import type { JobSpec } from '../job-spec.ts';
import type { Piece } from '../fragment-scheduler/events.ts';
import type { ItemPrediction, Predictor } from '../predictive-model/model.ts';
import type { Interval } from '../predictive-model/prediction.ts';
import { overheadsOf } from '../safe-points/overheads.ts';
import { cohortAt } from '../task-queue/task-queue.ts';
import type { Workload } from '../workload.ts';
import type { Plan, PlannedFragment } from './plan.ts';
import { planProblems } from './problems.ts';
import { normal, uniform } from './random.ts';
import { simulate, type Simulation } from './simulate.ts';
import { plannedTasks } from './tasks.ts';

/** Draws for the band around the expected finish. */
const DRAWS = 16;
/** The band needs at least so many. */
const LEAST_DRAWS = 4;
/** A simulation breaks off after so many events and pieces of fragments; the rest of the job is extrapolated. */
const MOST_STEPS = 40_000;
/** A large job is drawn less often, so that a preview stays quick: so many steps in all draws. */
const MOST_DRAWN_STEPS = 80_000;
const NORMAL_TENTH = 1.2816;

export interface PlanOptions {
  job: JobSpec;
  workload: Workload;
  model: Predictor;
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
  const { job, workload, model } = options;
  const { expected, drawn } = simulateAll(options);
  const { pricePerHour } = job.target;
  return {
    job: job.job,
    target: { name: job.target.name, kind: job.target.kind },
    makespanSeconds: band(expected, drawn, makespan),
    simulatedShare: expected.simulatedShare,
    ...shares(expected),
    price:
      pricePerHour === null ? null : band(expected, drawn, (course) => (lifeSeconds(course) / 3600) * pricePerHour),
    fragments: expected.fragments.map((simulated) => plannedFragment(simulated, workload)),
    instances: expected.instances.map((instance) => ({ ...instance, instanceType: job.target.name })),
    tasks: plannedTasks(job, workload, model, expected),
    problems: planProblems(job, workload, model, expected),
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
function simulateAll({
  job: { target },
  workload,
  model,
  seed = 1,
  draws = DRAWS,
  mostSteps = MOST_STEPS,
  isCancelled = () => false,
}: PlanOptions): { expected: Simulation; drawn: Simulation[] } {
  const options = { workload, target, model, overheads: overheadsOf(target), mostSteps, isCancelled };
  const expected = simulate({ ...options, itemSeconds: (piece) => predicted(piece, workload, model).seconds });
  const affordable = Math.floor(MOST_DRAWN_STEPS / Math.max(1, expected.steps));
  const drawn: Simulation[] = [];
  for (let draw = 0; draw < Math.min(draws, Math.max(LEAST_DRAWS, affordable)); draw++) {
    drawn.push(simulate({ ...options, itemSeconds: drawnSeconds(workload, model, seed + draw) }));
  }
  return { expected, drawn };
}

/**
 * Run times of one possible world: each task's level is off by one draw, each piece's items by their own. The predicted
 * seconds are the mean over all such worlds.
 */
function drawnSeconds(workload: Workload, model: Predictor, seed: number): (piece: Piece) => number {
  const draw = normal(uniform(seed));
  const levels = new Map<number, number>();
  return (piece) => {
    const { task, start, end } = piece;
    const { seconds, within, level, bounds } = predicted(piece, workload, model);
    let off = levels.get(task);
    if (off === undefined) {
      const z = draw();
      const deviation = (level * (bounds.high - bounds.low)) / 2 / NORMAL_TENTH;
      off = level * (z / NORMAL_TENTH) * (z < 0 ? -bounds.low : bounds.high) - deviation ** 2 / 2;
      levels.set(task, off);
    }
    return seconds * Math.exp(off + (within / Math.sqrt(end - start)) * draw());
  };
}

/** What an item of a piece is predicted to take on an instance of no particular type that has nothing else to do. */
export function predicted({ task, start }: Piece, workload: Workload, model: Predictor): ItemPrediction {
  const { key, cohorts, estimateSeconds } = workload.tasks[task]!;
  const { cost } = cohorts[cohortAt(cohorts, start)]!;
  return model.predict({ key, instanceType: '', cost, load: 0, idleSeconds: 0, estimateSeconds });
}

/** The 80 % interval of a figure over the drawn courses, around its value in the expected one. */
function band(
  expected: Simulation,
  drawn: readonly Simulation[],
  figure: (simulation: Simulation) => number,
): Interval {
  const middle = figure(expected);
  const figures = drawn.map(figure).toSorted((a, b) => a - b);
  const at = (share: number): number =>
    figures[Math.min(figures.length - 1, Math.floor(share * figures.length))] ?? middle;
  return { low: Math.min(middle, at(0.1)), expected: middle, high: Math.max(middle, at(0.9)) };
}

const makespan = ({ makespanSeconds }: Simulation): number => makespanSeconds;

/** Life of all instances; that of a job that was not simulated to its end grows with the time that it takes. */
function lifeSeconds({ instances, makespanSeconds, simulatedSeconds }: Simulation): number {
  const life = instances.reduce((sum, { startSeconds, endSeconds }) => sum + endSeconds - startSeconds, 0);
  return simulatedSeconds > 0 ? (life * makespanSeconds) / simulatedSeconds : life;
}

function shares(simulation: Simulation): Pick<Plan, 'utilisation' | 'idleShare' | 'lostShare'> {
  const life = simulation.instances.reduce((sum, { startSeconds, endSeconds }) => sum + endSeconds - startSeconds, 0);
  let committed = 0;
  let held = 0;
  let lost = 0;
  for (const fragment of simulation.fragments) {
    const seconds = fragment.endSeconds - fragment.startSeconds;
    committed += fragment.committedSeconds;
    held += seconds;
    if (fragment.how === 'lost')
      lost += seconds - ((fragment.safePointSeconds.at(-1) ?? fragment.startSeconds) - fragment.startSeconds);
  }
  const share = (seconds: number): number => (life > 0 ? Math.min(1, Math.max(0, seconds / life)) : 0);
  return { utilisation: share(committed), idleShare: share(life - held), lostShare: share(lost) };
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
