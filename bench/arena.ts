/**
 * `npm run bench:arena [part of a name …]`: how well fragments are packed. The project's scheduler and what else there is
 * run the same jobs on the same instances, on the virtual clock of plans, with run times that were recorded
 * (bench/traces) or made up, which the scheduler is not told. Printed is the makespan over a bound that nothing can beat, as the geometric mean
 * over a few worlds: the same scenario with other ends of lives and run times a little different.
 *
 *   single        one item at a time
 *   fixed best    chunks of a fixed number of items, of the number that turned out best
 *   clairvoyant   knows all run times and all ends, and packs greedily: no scheduler, but what foresight is worth
 *   informed      the scheduler of runs, told how run times are really distributed: a bound of what learning could win
 *   morsel        the scheduler of runs, with nothing learnt before
 */
import { FragmentScheduler } from '../scheduler/fragment-scheduler/scheduler.ts';
import type { Policy, Simulation } from '../scheduler/plan/simulate.ts';
import { PredictiveModel, type Predictor } from '../scheduler/predictive-model/model.ts';
import { ChunkScheduler } from '../scheduler/replay/chunk-scheduler.ts';
import { Clairvoyant } from './simulator/clairvoyant.ts';
import { ScenarioWorld } from './simulator/scenario-world.ts';
import { scenarios, type Scenario } from './simulator/scenarios.ts';
import { inWorld } from './simulator/worlds.ts';

const WORLDS = 8;
const CHUNKS = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610];
const POLICIES = ['single', 'fixed best', 'clairvoyant', 'informed', 'morsel'] as const;

const schedulerWith = ({ workload, target, overheads }: ScenarioWorld, model: Predictor): Policy =>
  new FragmentScheduler({ workload, target, model, overheads });

function best(courses: readonly (Simulation | null)[]): Simulation | null {
  const done = courses.filter((course) => course !== null);
  return done.toSorted((a, b) => a.makespanSeconds - b.makespanSeconds)[0] ?? null;
}

function coursesOf(world: ScenarioWorld): Record<(typeof POLICIES)[number], Simulation | null> {
  const { workload, target } = world;
  const chunks = CHUNKS.map((chunk) => world.play(new ChunkScheduler({ workload, target, chunk })));
  return {
    single: chunks[0]!,
    'fixed best': best(chunks),
    clairvoyant: world.play(new Clairvoyant(world)),
    informed: world.play(schedulerWith(world, world.informedModel())),
    morsel: world.play(schedulerWith(world, new PredictiveModel())),
  };
}

const ratioText = (ratio: number | null): string => (ratio === null ? 'failed' : ratio.toFixed(3)).padStart(11);

const wanted = process.argv.slice(2);
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.some((part) => name.includes(part));
const ratios = new Map<string, (number | null)[]>(POLICIES.map((policy) => [policy, []]));
console.log(
  `| ${'scenario'.padEnd(26)} | items |   bound |${POLICIES.map((policy) => policy.padStart(12)).join(' |')} |`,
);
for (const scenario of scenarios()) {
  if (!isWanted(scenario.name)) continue;
  const worlds = Array.from({ length: WORLDS }, (_, world) => ratiosIn(inWorld(scenario, world)));
  const row = POLICIES.map((policy) => {
    const ratio = geometricMean(worlds.map((each) => each.ratios[policy]));
    ratios.get(policy)!.push(ratio);
    return ` ${ratioText(ratio)}`;
  });
  const items = String(scenario.tasks.length).padStart(5);
  console.log(
    `| ${scenario.name.padEnd(26)} | ${items} | ${worlds[0]!.bound.toFixed(0).padStart(5)} s |${row.join(' |')} |`,
  );
}

/** Makespans over the bound; null for a policy that failed. */
function ratiosIn(scenario: Scenario): { bound: number; ratios: Record<(typeof POLICIES)[number], number | null> } {
  const world = new ScenarioWorld(scenario);
  const bound = world.bound();
  const courses = coursesOf(world);
  const ratioOf = (course: Simulation | null): number | null => course && course.makespanSeconds / bound;
  return {
    bound,
    ratios: {
      single: ratioOf(courses.single),
      'fixed best': ratioOf(courses['fixed best']),
      clairvoyant: ratioOf(courses.clairvoyant),
      informed: ratioOf(courses.informed),
      morsel: ratioOf(courses.morsel),
    },
  };
}

/** Null if any is. */
function geometricMean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  if (known.length < values.length) return null;
  return Math.exp(known.reduce((sum, value) => sum + Math.log(value), 0) / known.length);
}

/** Of the scenarios that no policy failed, so that all are measured by the same. */
function meanOf(policy: string): number | null {
  const all = [...ratios.values()];
  const shared = ratios.get(policy)!.filter((_, index) => all.every((each) => each[index] !== null));
  return geometricMean(shared);
}

const means = POLICIES.map((policy) => ` ${ratioText(meanOf(policy))}`);
const failures = POLICIES.map((policy) => String(ratios.get(policy)!.filter((ratio) => ratio === null).length));
console.log(`| ${'geometric mean'.padEnd(26)} |       |         |${means.join(' |')} |`);
console.log(`| ${'failed'.padEnd(26)} |       |         |${failures.map((text) => text.padStart(12)).join(' |')} |`);
