/** The picture of a run, live or past: what really happened, over what was predicted. */
import type { RunDetailsResult, RunFragment, RunInfo } from '../../server/protocol.ts';
import { about, aboutBand, count, percent } from '../../scheduler/words.ts';
import { itemsText, percent as percentDone, stateText } from '../runs/words.ts';
import type { Picture } from '../../drawing/picture.ts';

export function runPicture(details: RunDetailsResult): Picture {
  const { run, progress, tasks } = details;
  const nowSeconds = run.live ? (progress?.elapsedSeconds ?? null) : null;
  const last = lastSecond(details, nowSeconds);
  return {
    title: `${run.job} on ${run.target}`,
    facts: facts(details),
    notes: notes(details),
    tasks: tasks.map(({ task, items, after }) => ({
      task,
      lines: [`${percentDone(items)} done`, itemsText(items)],
      after,
    })),
    criticalPath: [],
    taskTable: {
      columns: ['Task', 'Items', 'Committed', 'Up to date', 'Failed', 'Skipped', 'Left'],
      rows: tasks.map(({ task, items }) => [
        task,
        ...[
          items.committed + items.upToDate + items.failed + items.skipped + items.running + items.pending,
          items.committed,
          items.upToDate,
          items.failed,
          items.skipped,
          items.running + items.pending,
        ].map(count),
      ]),
    },
    instances: details.instances.map(({ instance, instanceType, startSeconds, endSeconds, deadlineSeconds }) => ({
      name: instance,
      kind: instanceType,
      askedSeconds: startSeconds,
      startSeconds,
      endSeconds: endSeconds ?? deadlineSeconds ?? last,
    })),
    fragments: details.fragments.map((fragment) => pictureFragment(run, fragment, last)),
    finishSeconds: finish(details),
    nowSeconds,
  };
}

function pictureFragment(run: RunInfo, fragment: RunFragment, last: number): Picture['fragments'][number] {
  const { startSeconds, predictedSeconds, how } = fragment;
  return {
    fragment: fragment.fragment,
    instance: fragment.instance,
    why: fragment.why,
    parts: fragment.items,
    startSeconds,
    endSeconds: fragment.endSeconds ?? last,
    predictedEndSeconds: {
      low: startSeconds + predictedSeconds.low,
      expected: startSeconds + predictedSeconds.expected,
      high: startSeconds + predictedSeconds.high,
    },
    safePointSeconds: fragment.safePointSeconds,
    state: how === null ? (run.live ? 'running' : 'cut off') : HOW[how],
    isRunning: how === null && run.live,
    isCut: how !== null && how !== 'done',
  };
}

const HOW = {
  done: 'done',
  split: 'split at a safe point',
  deadline: 'cut at the end of its instance',
  lost: 'lost with its instance',
};

/** The end of what is known: now, or the last thing that happened. */
function lastSecond({ summary, fragments, instances }: RunDetailsResult, nowSeconds: number | null): number {
  if (nowSeconds !== null) return nowSeconds;
  const ends = [...fragments, ...instances].flatMap((thing) => [thing.startSeconds, thing.endSeconds ?? 0]);
  return ends.reduce((latest, end) => Math.max(latest, end), summary?.makespanSeconds ?? 0);
}

/** Of a live run from now on; of one that has ended as it was predicted before the first item. */
function finish({ progress, summary }: RunDetailsResult): Picture['finishSeconds'] {
  if (summary !== null) return summary.predictedSeconds;
  if (!progress?.finishSeconds) return null;
  const { low, expected, high } = progress.finishSeconds;
  const now = progress.elapsedSeconds;
  return { low: now + low, expected: now + expected, high: now + high };
}

function facts({ run, progress, summary, fragments, instances }: RunDetailsResult): Picture['facts'] {
  const list = [
    { label: 'State', value: stateText(run.state) },
    { label: 'Items', value: itemsText(progress?.items ?? summary?.items ?? run.items) },
  ];
  if (progress?.finishSeconds) list.push({ label: 'Finishes in', value: aboutBand(progress.finishSeconds) });
  if (summary === null) {
    list.push(
      { label: 'Fragments', value: count(fragments.length) },
      { label: 'Instances', value: count(instances.length) },
    );
    return list;
  }
  const took = about(summary.makespanSeconds);
  const predicted = summary.predictedSeconds === null ? '' : ` (predicted ${aboutBand(summary.predictedSeconds)})`;
  list.push(
    { label: 'Took', value: took + predicted },
    { label: 'Utilisation', value: percent(summary.utilisation) },
    { label: 'Lost', value: percent(summary.lostShare) },
    { label: 'Fragments', value: count(summary.fragments) },
    { label: 'Splits', value: count(summary.splits) },
    { label: 'Instances', value: count(summary.instances) },
  );
  return list;
}

const MOST_FAILURES = 20;

function notes({ failures }: RunDetailsResult): Picture['notes'] {
  const list: Picture['notes'] = failures
    .slice(0, MOST_FAILURES)
    .map(({ task, item, message }) => ({ kind: 'error', text: `${task}: ${item} ${message}` }));
  const rest = failures.length - list.length;
  if (rest > 0) list.push({ kind: 'error', text: `${count(rest)} more failed; the Runs view has them.` });
  return list;
}
