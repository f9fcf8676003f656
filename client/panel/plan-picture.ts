/** The picture of a plan. */
import type { Plan, PlannedTask, PredictionBasis } from '../../scheduler/plan/plan.ts';
import { about, aboutBand, count, counted, percent, priceBand } from '../../scheduler/words.ts';
import type { PlanResult } from '../../server/protocol.ts';
import { parts, type Picture } from './picture.ts';

export function planPicture({ plan, stale }: PlanResult): Picture {
  const itemSeconds = new Map(plan.tasks.map(({ task, itemSeconds: { expected } }) => [task, expected]));
  return {
    title: `${plan.job} on ${plan.target.name}`,
    facts: facts(plan),
    notes: [
      ...(stale
        ? [{ kind: 'info' as const, text: 'The file has errors: this is the plan of its last good text.' }]
        : []),
      ...plan.problems.map(({ severity, message }) => ({ kind: severity, text: message })),
    ],
    tasks: plan.tasks.map(({ task }) => task),
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

function facts(plan: Plan): Picture['facts'] {
  const list = [
    { label: 'Finishes in', value: aboutBand(plan.makespanSeconds) },
    { label: 'Fragments', value: count(plan.fragments.length) },
    { label: 'Instances', value: count(plan.instances.length) },
    { label: 'Utilisation', value: percent(plan.utilisation) },
    { label: 'Idle', value: percent(plan.idleShare) },
  ];
  if (plan.lostShare > 0) list.push({ label: 'Lost', value: percent(plan.lostShare) });
  if (plan.price !== null) list.push({ label: 'Price', value: priceBand(plan.price) });
  return list;
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
