/** The picture of a plan. */
import type { Plan, PlannedTask, PredictionBasis } from '../scheduler/plan/plan.ts';
import { about, aboutBand, count, counted, percent, priceBand } from '../scheduler/words.ts';
import { type Fact, parts, type Picture, type PictureTask } from './picture.ts';

/**
 * @param stale the plan is of an earlier text, because this one has errors
 * @param before the plan that it is compared with: facts say what they were there
 */
export function planPicture(plan: Plan, { stale = false, before }: { stale?: boolean; before?: Plan } = {}): Picture {
  const itemSeconds = new Map(plan.tasks.map(({ task, itemSeconds: { expected } }) => [task, expected]));
  return {
    title: `${plan.job} on ${plan.target.name}`,
    facts: before === undefined ? facts(plan) : compared(facts(plan), facts(before)),
    notes: [
      ...(stale
        ? [{ kind: 'info' as const, text: 'The file has errors: this is the plan of its last good text.' }]
        : []),
      ...plan.problems.map(({ severity, message }) => ({ kind: severity, text: message })),
    ],
    tasks: plan.tasks.map(pictureTask),
    criticalPath: plan.criticalPath,
    taskTable: { columns: TASK_COLUMNS, rows: plan.tasks.map(taskRow) },
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
      state: HOW[how],
      isRunning: false,
      isCut: how !== 'done',
    })),
    finishSeconds: plan.makespanSeconds,
    nowSeconds: null,
  };
}

const HOW = { done: 'to its end', split: 'split', deadline: 'cut at the deadline', lost: 'lost' };

const compared = (now: Fact[], before: Fact[]): Fact[] =>
  now.map((fact) => {
    const was = before.find(({ label }) => label === fact.label)?.value ?? 'none';
    return was === fact.value ? fact : { ...fact, was };
  });

function facts(plan: Plan): Fact[] {
  const neverEnds = plan.problems.some(({ severity }) => severity === 'error');
  const list: Fact[] = [
    { label: 'Finishes in', value: neverEnds ? 'never' : aboutBand(plan.makespanSeconds) },
    { label: 'Fragments', value: count(plan.fragments.length) },
    { label: 'Instances', value: count(plan.instances.length) },
    { label: 'Utilisation', value: percent(plan.utilisation) },
    { label: 'Idle', value: percent(plan.idleShare) },
  ];
  list.push({ label: 'Lost', value: percent(plan.lostShare) });
  if (plan.price !== null) list.push({ label: 'Price', value: priceBand(plan.price) });
  return list;
}

/** In the graph: how many items, and how much work they are. */
function pictureTask({ task, items, upToDate, itemSeconds, after }: PlannedTask): PictureTask {
  const left = items - upToDate;
  const work = left === 0 ? 'nothing to do' : `≈ ${about(left * itemSeconds.expected)} of work`;
  const known = upToDate === 0 ? '' : `, ${count(upToDate)} up to date`;
  return { task, lines: [`${counted(items, 'item')}${known}`, work], after };
}

const TASK_COLUMNS = ['Task', 'Items', 'Fragments', 'Items each', 'Time each', 'One item', 'Safe points', 'Rests on'];

function taskRow(task: PlannedTask): string[] {
  const items = task.upToDate > 0 ? `${count(task.items)} (${count(task.upToDate)} up to date)` : count(task.items);
  if (task.fragments === 0) return [task.task, items, '0', '', '', '', '', basisText(task.basis)];
  return [
    task.task,
    items,
    count(task.fragments),
    `≈ ${count(task.itemsPerFragment)}`,
    about(task.fragmentSeconds),
    aboutBand(task.itemSeconds),
    `every ≈ ${about(task.safePointEverySeconds)}, ${percent(task.safePointCostShare)}`,
    basisText(task.basis),
  ];
}

function basisText({ kind, observations, medianError }: PredictionBasis): string {
  const wrong = medianError === null ? '' : `, wrong by ${percent(medianError)}`;
  const seen = counted(observations, 'observation');
  if (kind === 'observed') return `${seen}${wrong}`;
  if (kind === 'sibling') return `${seen} of a task like it${wrong}`;
  return kind === 'estimate' ? 'your estimate' : 'a guess: nothing was measured yet';
}
