/** Fragments as reports tell of them: what was weighed and predicted, beside what became of it. */
import type { Piece } from '../fragment-scheduler/events.ts';
import type { JobSpec } from '../job-spec.ts';
import type { FragmentRow, InstanceRow, OutcomeRow, TaskBasis } from '../store/journal.ts';
import type { Range } from '../workload.ts';
import type { PredictedPart, ReportedFragment, ReportedPart } from './report.ts';

/** What is reported of a run's fragments, from the rows of its journal. */
export function reportedFragments(
  job: JobSpec,
  rows: { fragments: readonly FragmentRow[]; outcomes: readonly OutcomeRow[]; instances: readonly InstanceRow[] },
): ReportedFragment[] {
  const outcomes = Map.groupBy(rows.outcomes, ({ fragment }) => fragment);
  const cpus = new Map(rows.instances.map((instance) => [instance.name, instance.cpus]));
  return rows.fragments.map((row) => {
    const ended = outcomes.get(row.fragment) ?? [];
    const parts = partsOf(job, row, ended, cpus.get(row.instance) ?? 1);
    const items: Record<string, number> = {};
    for (const part of parts) items[part.task] = (items[part.task] ?? 0) + part.items;
    const safePoints = [...Map.groupBy(ended, ({ at }) => at)];
    return {
      fragment: row.fragment,
      instance: row.instance,
      items,
      parts,
      predictedSeconds: row.predictedSeconds,
      limit: row.limit,
      sizing: row.reasons?.sizing ?? null,
      startSeconds: row.assignedAt,
      endSeconds: row.endedAt,
      how: row.how,
      safePointSeconds: safePoints.map(([at]) => at),
      safePointItems: safePoints.map(([, ranges]) => itemsIn(ranges)),
    };
  });
}

/** What was predicted for a range of items of one task: the sum of its items' expected run times. */
export function expectedSeconds(pieces: readonly Piece[], { start, end }: Range): number {
  let sum = 0;
  for (const piece of pieces) {
    const items = Math.min(end, piece.end) - Math.max(start, piece.start);
    if (items > 0) sum += items * piece.itemSeconds.expected;
  }
  return sum;
}

function partsOf(job: JobSpec, row: FragmentRow, outcomes: readonly OutcomeRow[], cpus: number): ReportedPart[] {
  const { pieces, reasons } = row;
  const outcomesOf = Map.groupBy(outcomes, ({ task }) => task);
  const predictedOf = Map.groupBy(reasons?.pieces ?? [], ({ task }) => task);
  const parts = [...Map.groupBy(pieces, ({ task }) => task)].map(([index, ranges]) => {
    const { task, stage, needs } = job.tasks[index]!;
    const ended = outcomesOf.get(index) ?? [];
    const committed = ended.filter(({ state }) => state === 'committed');
    const basis = reasons?.bases.find((each) => each.task === index);
    const predicted = basis === undefined ? null : predictedPart(predictedOf.get(index)!, basis, committed);
    const part = {
      task,
      stage,
      items: itemsIn(ranges),
      committed: itemsIn(committed),
      failed: itemsIn(ended.filter(({ state }) => state === 'failed')),
      committedSeconds: committed.reduce((sum, { seconds }) => sum + seconds, 0),
      predicted,
    };
    // An item takes as much of the fragment's length as it holds of its instance.
    const length = predicted === null ? part.items : predicted.seconds * Math.min(1, needs.cpus / cpus);
    return { part, length };
  });
  const total = parts.reduce((sum, { length }) => sum + length, 0);
  return parts.map(({ part, length }) => ({ ...part, share: total > 0 ? length / total : 1 / parts.length }));
}

function predictedPart(
  pieces: readonly Piece[],
  { task: _task, ...basis }: TaskBasis,
  committed: readonly OutcomeRow[],
): PredictedPart {
  const byLength = pieces.toSorted((a, b) => a.itemSeconds.expected - b.itemSeconds.expected);
  const { everyItems, everySeconds } = pieces[0]!;
  return {
    shortestItemSeconds: byLength[0]!.itemSeconds,
    longestItemSeconds: byLength.at(-1)!.itemSeconds,
    seconds: pieces.reduce((sum, piece) => sum + expectedSeconds([piece], piece), 0),
    committedSeconds: committed.reduce((sum, range) => sum + expectedSeconds(pieces, range), 0),
    everyItems,
    everySeconds,
    basis,
  };
}

const itemsIn = (ranges: readonly Range[]): number => ranges.reduce((sum, { start, end }) => sum + end - start, 0);
