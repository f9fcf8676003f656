/** What a plan, or a run about to begin, is to know of the past. */
import type { TargetSpec } from '../job-spec.ts';
import type { TargetProfile } from '../plan/target-profile.ts';
import type { Observation } from '../predictive-model/observation.ts';
import type { Workload } from '../workload.ts';
import type { History } from './history.ts';

export interface Past {
  observations: Observation[];
  /** Null where nothing ran on the target yet. */
  profile: TargetProfile | null;
  /** By task key, the longest that an item ran without coming to its end, because its instance's came first. */
  unendedSeconds: ReadonlyMap<string, number>;
}

export const NO_PAST: Past = { observations: [], profile: null, unendedSeconds: new Map() };

export function readPast(history: History, { tasks }: Workload, target: TargetSpec): Past {
  const observations = history.observations(tasks.map(({ key }) => key));
  return {
    observations: mixed(observations),
    profile: history.targetProfile(target),
    unendedSeconds: longestUnended(observations),
  };
}

function longestUnended(observations: readonly Observation[]): Map<string, number> {
  const longest = new Map<string, number>();
  for (const { key, seconds, count, outlasted } of observations)
    if (outlasted) longest.set(key, Math.max(longest.get(key) ?? 0, seconds / count));
  return longest;
}

/** What a model learns of one task before a run begins must not keep that waiting. */
const MOST_PER_KEY = 400;

/**
 * A sample of what is known of each task, in an order of its own. Runs take long items first, so the newest observations
 * are all of short ones, and a model that weighs the newest most would know those alone. Mixed by multiples of the golden
 * section no stretch of them is of one age or one size, and the first so many are spread over all.
 */
function mixed(observations: readonly Observation[]): Observation[] {
  return [...Map.groupBy(observations, ({ key }) => key).values()].flatMap((own) =>
    own
      .map((observation, index) => ({ observation, place: (index * GOLDEN_SECTION) % 1 }))
      .toSorted((a, b) => a.place - b.place)
      .slice(0, MOST_PER_KEY)
      .map(({ observation }) => observation),
  );
}

const GOLDEN_SECTION = 0.618_033_988_749_895;
