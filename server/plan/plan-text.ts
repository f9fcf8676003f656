/** What the editor says of a plan: in hints beside the text, and at length where the mouse rests. */
import type { Plan, PlannedTask, PredictionBasis } from '../../scheduler/plan/plan.ts';
import type { TargetSpec } from '../../scheduler/job-spec.ts';
import { about, aboutBand, count, counted, duration, percent, priceBand } from '../../scheduler/words.ts';

/** `finishes in 34–45 min · 3 % idle · $0.42`, or that it never does. */
export function jobHint(plan: Plan): string {
  if (plan.problems.some((problem) => problem.severity === 'error')) return `cannot finish on ${plan.target.name}`;
  if (plan.tasks.every(({ items }) => items === 0)) return 'nothing to do: the inputs have no items';
  if (plan.tasks.every((task) => toDo(task) === 0)) return 'nothing to do: all items are up to date';
  const price = plan.price === null ? [] : [priceBand(plan.price)];
  return [`finishes in ${aboutBand(plan.makespanSeconds)}`, `${percent(plan.idleShare)} idle`, ...price].join(' · ');
}

/** `≈ 14 fragments of ~290 items · 9 min each on laptop`. */
export function taskHint(task: PlannedTask, target: string): string {
  if (task.items === 0) return 'no items';
  if (toDo(task) === 0) return task.items === 1 ? 'up to date' : `all ${count(task.items)} items are up to date`;
  const many = task.fragments > 1;
  const size = `${many && task.itemsPerFragment > 1 ? '~' : ''}${counted(task.itemsPerFragment, 'item')}`;
  const time = `${about(task.fragmentSeconds)}${many ? ' each' : ''} on ${target}`;
  const guessed = task.basis.kind === 'guess' ? ' · a guess' : '';
  return `≈ ${counted(task.fragments, 'fragment')} of ${size} · ${time}${guessed}`;
}

/** `every ~41 s, costs 0.9 %`; null where the plan has none. */
export function safePointHint(task: PlannedTask): string | null {
  if (toDo(task) === 0 || !(task.safePointEverySeconds > 0)) return null;
  return `every ~${about(task.safePointEverySeconds)}, costs ${percent(task.safePointCostShare)}`;
}

/** Markdown: the plan of one task and what it rests on. */
export function taskDetails(task: PlannedTask, target: TargetSpec): string {
  const upToDate = task.upToDate > 0 ? `, ${count(task.upToDate)} of them up to date` : '';
  const lines = [`**Plan on ${target.name}**: ${counted(task.items, 'item')}${upToDate}.`];
  if (toDo(task) > 0) {
    const each = task.fragments > 1 ? ' each' : '';
    const roughly = task.fragments > 1 && task.itemsPerFragment > 1 ? 'about ' : '';
    const life = target.lifespanSeconds === null ? '' : ` (an instance lives ${duration(target.lifespanSeconds)})`;
    lines.push(
      `${counted(task.fragments, 'fragment')} of ${roughly}${counted(task.itemsPerFragment, 'item')}, ` +
        `${about(task.fragmentSeconds)}${each}${life}.`,
      `One item takes ${aboutBand(task.itemSeconds)} (four in five do).`,
    );
  }
  return [lines.join(' '), basisInWords(task.basis)].join('\n\n');
}

/** Markdown: the plan of a job. */
export function jobDetails(plan: Plan): string {
  const lines = [
    `**Plan on ${plan.target.name}**: ${jobHint(plan)}.`,
    `${counted(plan.fragments.length, 'fragment')} on ${counted(plan.instances.length, 'instance')}; ` +
      `${percent(plan.utilisation)} of the instances' life is work that counts, ${percent(plan.lostShare)} is lost.`,
    ...plan.problems.map((problem) => problem.message),
  ];
  return lines.join('\n\n');
}

/** One paragraph on what a prediction rests on and how wrong such predictions have been. */
export function basisInWords(basis: PredictionBasis): string {
  if (basis.kind === 'estimate') return 'Not run yet: predicted from your `estimate`.';
  if (basis.kind === 'observed') {
    const seen = `Predicted from ${counted(basis.observations, 'item')} seen so far (${basis.model}).`;
    return [seen, ...recordInWords(basis)].join(' ');
  }
  const from = basis.kind === 'sibling' ? 'predicted from what other tasks took' : 'this is a guess';
  return `Not run yet: ${from}. The first run corrects it; an \`estimate\` helps until then.`;
}

/** How wrong such predictions have been, as far as that is known. */
function recordInWords({ medianError, coverage }: PredictionBasis): string[] {
  const record: string[] = [];
  if (medianError !== null)
    record.push(`Half of the latest predictions were off by less than ${percent(medianError)}.`);
  if (coverage !== null) record.push(`${percent(coverage)} of items fell into their 80 % band.`);
  return record;
}

const toDo = (task: PlannedTask): number => task.items - task.upToDate;
