/** The picture of a run, live or past: what really happened, over what was predicted. */
import { t } from '@vscode/l10n';
import type { RunDetailsResult, RunFragment, RunInfo } from '../../server/protocol.ts';
import { about, aboutBand, count, percent } from '../../l10n/words.ts';
import { endingText, itemsText, percent as percentDone, stateText } from '../runs/words.ts';
import type { Picture } from '../../drawing/picture.ts';

export function runPicture(details: RunDetailsResult): Picture {
  const { run, progress, tasks } = details;
  const nowSeconds = run.live ? (progress?.elapsedSeconds ?? null) : null;
  const last = lastSecond(details, nowSeconds);
  return {
    title: t('{0} on {1}', run.job, run.target),
    facts: facts(details),
    notes: notes(details),
    tasks: tasks.map(({ task, items, after }) => ({
      task,
      lines: [t('{0} done', percentDone(items)), itemsText(items)],
      after,
    })),
    criticalPath: [],
    taskTable: {
      columns: [t('Task'), t('Items'), t('Committed'), t('Up to date'), t('Failed'), t('Skipped'), t('Left')],
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
    state: endingText(how, run.live),
    isRunning: how === null && run.live,
    isCut: how !== null && how !== 'done',
  };
}

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
    { label: t('State'), value: stateText(run.state) },
    { label: t('Items'), value: itemsText(progress?.items ?? summary?.items ?? run.items) },
  ];
  if (progress?.finishSeconds) list.push({ label: t('Finishes in'), value: aboutBand(progress.finishSeconds) });
  if (summary === null) {
    list.push(
      { label: t('Fragments'), value: count(fragments.length) },
      { label: t('Instances'), value: count(instances.length) },
    );
    return list;
  }
  const took = about(summary.makespanSeconds);
  const predicted =
    summary.predictedSeconds === null ? '' : ` (${t('predicted {0}', aboutBand(summary.predictedSeconds))})`;
  list.push(
    { label: t('Took'), value: took + predicted },
    { label: t('Utilisation'), value: percent(summary.utilisation) },
    { label: t('Lost'), value: percent(summary.lostShare) },
    { label: t('Fragments'), value: count(summary.fragments) },
    { label: t('Splits'), value: count(summary.splits) },
    { label: t('Instances'), value: count(summary.instances) },
  );
  return list;
}

const MOST_FAILURES = 20;

function notes({ failures }: RunDetailsResult): Picture['notes'] {
  const list: Picture['notes'] = failures
    .slice(0, MOST_FAILURES)
    .map(({ task, item, message }) => ({ kind: 'error', text: `${task}: ${item} ${message}` }));
  const rest = failures.length - list.length;
  if (rest > 0) list.push({ kind: 'error', text: t('{0} more failed; the Runs view has them.', count(rest)) });
  return list;
}
