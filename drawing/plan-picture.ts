/** The picture of a plan. */
import { t } from '@vscode/l10n';
import type { Plan, PlannedTask, PredictionBasis } from '../scheduler/plan/plan.ts';
import {
  about,
  aboutBand,
  count,
  items as countedItems,
  observations as countedObservations,
  percent,
  priceBand,
} from '../l10n/words.ts';
import { type Fact, parts, type Picture, type PictureTask } from './picture.ts';

/**
 * @param stale the plan is of an earlier text, because this one has errors
 * @param before the plan that it is compared with: facts say what they were there
 */
export function planPicture(plan: Plan, { stale = false, before }: { stale?: boolean; before?: Plan } = {}): Picture {
  const itemSeconds = new Map(plan.tasks.map(({ task, itemSeconds: { expected } }) => [task, expected]));
  return {
    title: t('{0} on {1}', plan.job, plan.target.name),
    facts: before === undefined ? facts(plan) : compared(facts(plan), facts(before)),
    notes: [
      ...(stale
        ? [{ kind: 'info' as const, text: t('The file has errors: this is the plan of its last good text.') }]
        : []),
      ...plan.problems.map(({ severity, message }) => ({ kind: severity, text: message })),
    ],
    tasks: plan.tasks.map(pictureTask),
    criticalPath: plan.criticalPath,
    taskTable: { columns: taskColumns(), rows: plan.tasks.map(taskRow) },
    instances: plan.instances.map(({ instance, instanceType, ...life }) => ({
      name: instance,
      kind: instanceType,
      ...life,
    })),
    fragments: plan.fragments.map(({ fragment, instance, items, startSeconds, endSeconds, safePointSeconds, how }) => ({
      fragment,
      instance,
      why: null,
      parts: parts(items, (task) => itemSeconds.get(task) ?? 0),
      startSeconds,
      endSeconds,
      predictedEndSeconds: null,
      safePointSeconds,
      state: endingText(how),
      isRunning: false,
      isCut: how !== 'done',
    })),
    finishSeconds: plan.makespanSeconds,
    nowSeconds: null,
  };
}

function endingText(how: Plan['fragments'][number]['how']): string {
  switch (how) {
    case 'done':
      return t('to its end');
    case 'split':
      return t('split');
    case 'deadline':
      return t('cut at the deadline');
    case 'lost':
      return t('lost');
  }
}

const compared = (now: Fact[], before: Fact[]): Fact[] =>
  now.map((fact) => {
    const was = before.find(({ label }) => label === fact.label)?.value ?? t('none');
    return was === fact.value ? fact : { ...fact, was };
  });

function facts(plan: Plan): Fact[] {
  const neverEnds = plan.problems.some(({ severity }) => severity === 'error');
  const list: Fact[] = [
    { label: t('Finishes in'), value: neverEnds ? t('never') : aboutBand(plan.makespanSeconds) },
    { label: t('Fragments'), value: count(plan.fragments.length) },
    { label: t('Instances'), value: count(plan.instances.length) },
    { label: t('Utilisation'), value: percent(plan.utilisation) },
    { label: t('Idle'), value: percent(plan.idleShare) },
  ];
  list.push({ label: t('Lost'), value: percent(plan.lostShare) });
  if (plan.price !== null) list.push({ label: t('Price'), value: priceBand(plan.price) });
  return list;
}

/** In the graph: how many items, and how much work they are. */
function pictureTask({ task, items, upToDate, itemSeconds, after }: PlannedTask): PictureTask {
  const left = items - upToDate;
  const work = left === 0 ? t('nothing to do') : t('≈ {0} of work', about(left * itemSeconds.expected));
  const known = upToDate === 0 ? '' : `, ${t('{0} up to date', count(upToDate))}`;
  return { task, lines: [`${countedItems(items)}${known}`, work], after };
}

/** Fragments differ in size: what is said of each is the median. */
const taskColumns = (): string[] => [
  t('Task'),
  t('Items'),
  t('Fragments'),
  t('Items each (median)'),
  t('Time each (median)'),
  t('One item'),
  t('Safe points'),
  t('Rests on'),
];

function taskRow(task: PlannedTask): string[] {
  const items =
    task.upToDate > 0 ? `${count(task.items)} (${t('{0} up to date', count(task.upToDate))})` : count(task.items);
  if (task.fragments === 0) return [task.task, items, '0', '', '', '', '', basisText(task.basis)];
  return [
    task.task,
    items,
    count(task.fragments),
    `≈ ${count(task.itemsPerFragment)}`,
    about(task.fragmentSeconds),
    aboutBand(task.itemSeconds),
    t('every ≈ {0}, {1}', about(task.safePointEverySeconds), percent(task.safePointCostShare)),
    basisText(task.basis),
  ];
}

function basisText({ kind, observations, medianError }: PredictionBasis): string {
  const wrong = medianError === null ? '' : `, ${t('wrong by {0}', percent(medianError))}`;
  const seen = countedObservations(observations);
  if (kind === 'observed') return `${seen}${wrong}`;
  if (kind === 'sibling') return `${t('{0} of a task like it', seen)}${wrong}`;
  return kind === 'estimate' ? t('your estimate') : t('a guess: nothing was measured yet');
}
