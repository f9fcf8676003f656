import { chanceWithin } from '../predictive-model/distribution.ts';
import type { Hazards } from '../safe-points/deadline-points.ts';
import type { PlannedPart } from '../safe-points/injector.ts';
import type { Workload } from '../workload.ts';
import type { Demand } from './demand.ts';
import type { Experience } from './experience.ts';
import type { Part } from './filling.ts';

/** The chance that predictions are plainly wrong: while nothing is known, … */
const FIRST_DOUBT = 0.4;
/** … half of which is gone with so many items seen, … */
const HALF_DOUBT_ITEMS = 16;
/** … and later on. */
const LEAST_DOUBT = 0.02;

/**
 * A part as the safe point injector sees it. An item that was lost before has a safe point right after it: that tells, if it
 * is lost again, that it was this one.
 */
export function plannedPart(part: Part, { tasks }: Workload, experience: Experience): PlannedPart {
  const { task, cohort, position, count, prediction, width } = part;
  const { safePoint, commitEach } = tasks[task]!;
  const { seconds, within, level } = prediction;
  const seen = experience.seen(task, cohort);
  return {
    safePoint,
    commitEach: commitEach || position !== null,
    count,
    seconds: seconds / width,
    deviation: (within * seconds) / width,
    level,
    kind: experience.kindOf(task, cohort),
    seen,
    outlasts: (after) => 1 - chanceWithin(prediction, after),
    doubt: LEAST_DOUBT + FIRST_DOUBT / (1 + seen / HALF_DOUBT_ITEMS),
  };
}

/** What may cut a fragment short whose first item begins at `start`. */
export function hazardsFrom(
  start: number,
  { now, instance, risk, finishSeconds }: Demand,
): Pick<Hazards, 'ends' | 'rateAt'> {
  const { deadline, upAt } = instance;
  const age = start - upAt;
  const likely = risk.likelyEnds.filter(({ atAge }) => atAge > age);
  const ends = likely.map(({ atAge, chance }) => ({ seconds: atAge - age, chance }));
  if (deadline !== null) ends.push({ seconds: deadline - start, chance: 1 });
  // What still runs when all others have ended is shared with them.
  ends.push({ seconds: now + finishSeconds - start, chance: 1 });
  return { ends, rateAt: (seconds) => risk.rateAt(age + seconds) };
}
