import { normal, uniform } from '../../scheduler/plan/random.ts';
import type { Scenario, TimedTask } from './scenarios.ts';

/** Another machine, another day: run times differ by so much, as a standard deviation of logarithms. */
const JITTER = 0.1;

/**
 * A scenario as it might have been as well: other ends of lives and other load, run times a little different, and which of
 * the tasks that look alike takes long is drawn anew. One world is a matter of luck where few tasks are long beside a life.
 * @param world 0 for the scenario itself
 */
export function inWorld(scenario: Scenario, world: number): Scenario {
  if (world === 0) return scenario;
  const seed = scenario.seed + 1000 * world;
  const random = uniform(seed);
  const draw = normal(random);
  const seconds = shuffledAmongAlike(scenario.tasks, random);
  const tasks = scenario.tasks.map((task, i) => ({ ...task, seconds: seconds[i]! * Math.exp(JITTER * draw()) }));
  return { ...scenario, tasks, seed };
}

/** Run times of tasks of one type without a cost, of which nothing tells them apart, in another order. */
function shuffledAmongAlike(tasks: readonly TimedTask[], random: () => number): number[] {
  const seconds = tasks.map((task) => task.seconds);
  const indices = tasks.keys().filter((i) => tasks[i]!.cost === null);
  for (const alike of Map.groupBy(indices, (i) => tasks[i]!.type).values()) {
    for (let last = alike.length - 1; last > 0; last--) {
      const other = Math.floor(random() * (last + 1));
      const [a, b] = [alike[last]!, alike[other]!];
      [seconds[a], seconds[b]] = [seconds[b]!, seconds[a]!];
    }
  }
  return seconds;
}
