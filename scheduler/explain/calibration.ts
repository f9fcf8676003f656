/** How good the predictions of a run were: what was predicted when fragments were made, beside what then happened. */
import type { Piece } from '../fragment-scheduler/events.ts';
import type { JobSpec } from '../job-spec.ts';
import type { Interval } from '../predictive-model/prediction.ts';
import type { FragmentRow, OutcomeRow } from '../store/journal.ts';
import { placeIn, type Place } from './band.ts';

export interface Calibration {
  /** Of the whole run: as predicted before its first item (null: not at all), and what it took (null: it has not ended). */
  makespan: { predictedSeconds: Interval | null; actualSeconds: number | null };
  /** Of all fragments. */
  fragments: FragmentScore;
  /** In the order of the job. */
  tasks: TaskCalibration[];
}

export interface TaskCalibration {
  task: string;
  items: ItemScore;
  /** Of the fragments that hold items of this task alone: of others nobody knows what each task took. */
  fragments: FragmentScore;
}

/** How many of those that show it fell into their 80 % bands, or beside them. */
export interface BandScore {
  judged: number;
  inside: number;
  below: number;
  above: number;
  /** Median of |predicted − actual| / actual; null where there is none. */
  medianError: number | null;
}

/** A fragment that was cut before its band had gone by shows nothing; one that had outlasted it by then was above it. */
export interface FragmentScore extends BandScore {
  predicted: number;
}

/**
 * Items that were committed. The error is that of the mean item of a commit (alike items between two safe points), each
 * commit counting once; only items that were committed one by one show whether they fell into their band.
 */
export interface ItemScore extends BandScore {
  predicted: number;
  commits: number;
}

export interface CalibrationRows {
  job: JobSpec;
  fragments: readonly FragmentRow[];
  outcomes: readonly OutcomeRow[];
  makespan: Calibration['makespan'];
}

/** From the rows of a run's journal. */
export function calibrationOf({ job, fragments, outcomes, makespan }: CalibrationRows): Calibration {
  const nameOf = (task: number): string => job.tasks[task]!.task;
  const items = itemTallies(fragments, outcomes, nameOf);
  const alone = Map.groupBy(fragments, ({ pieces }) => {
    const names = new Set(pieces.map(({ task }) => nameOf(task)));
    return names.size === 1 ? [...names][0] : undefined;
  });
  return {
    makespan,
    fragments: scoreFragments(fragments),
    tasks: [...new Set(job.tasks.map(({ task }) => task))].map((task) => ({
      task,
      items: items.get(task)?.score() ?? new ItemTally().score(),
      fragments: scoreFragments(alone.get(task) ?? []),
    })),
  };
}

function scoreFragments(fragments: readonly FragmentRow[]): FragmentScore {
  const tally = new Tally();
  for (const { how, assignedAt, endedAt, predictedSeconds } of fragments) {
    if (endedAt === null) continue;
    const seconds = endedAt - assignedAt;
    if (how === 'done') tally.error(predictedSeconds.expected, seconds);
    if (how === 'done' || seconds > predictedSeconds.high) tally.place(placeIn(predictedSeconds, seconds));
  }
  return { predicted: fragments.length, ...tally.bandScore() };
}

function itemTallies(
  fragments: readonly FragmentRow[],
  outcomes: readonly OutcomeRow[],
  nameOf: (task: number) => string,
): Map<string, ItemTally> {
  const tallies = new Map<string, ItemTally>();
  const byFragment = new Map(fragments.map((row) => [row.fragment, row.reasons?.pieces ?? []]));
  for (const outcome of outcomes) {
    if (outcome.state !== 'committed' || outcome.fragment === null) continue;
    const piece = byFragment.get(outcome.fragment)?.find((each) => holds(each, outcome));
    if (piece === undefined) continue;
    const name = nameOf(outcome.task);
    const tally = tallies.get(name) ?? new ItemTally();
    tallies.set(name, tally);
    tally.add(outcome, piece.itemSeconds);
  }
  return tallies;
}

/** What is committed at once is of one piece. */
const holds = (piece: Piece, { task, start }: OutcomeRow): boolean =>
  piece.task === task && piece.start <= start && start < piece.end;

class Tally {
  private readonly places: Record<Place, number> = { below: 0, lower: 0, upper: 0, above: 0 };
  private readonly errors: number[] = [];

  place(place: Place): void {
    this.places[place]++;
  }

  error(predicted: number, actual: number): void {
    this.errors.push(Math.abs(predicted - actual) / Math.max(actual, 1e-9));
  }

  bandScore(): BandScore {
    const { below, lower, upper, above } = this.places;
    const inside = lower + upper;
    return { judged: below + inside + above, inside, below, above, medianError: median(this.errors) };
  }
}

class ItemTally extends Tally {
  private items = 0;
  private commits = 0;

  add({ start, end, seconds }: OutcomeRow, itemSeconds: Interval): void {
    const count = end - start;
    this.items += count;
    this.commits++;
    this.error(itemSeconds.expected, seconds / count);
    if (count === 1) this.place(placeIn(itemSeconds, seconds));
  }

  score(): ItemScore {
    return { predicted: this.items, commits: this.commits, ...this.bandScore() };
  }
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
