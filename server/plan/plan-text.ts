/** What the editor says of a plan: in hints beside the text, and at length where the mouse rests. */
import { t } from '@vscode/l10n';
import type { Plan, PlannedTask, PredictionBasis } from '../../scheduler/plan/plan.ts';
import type { TargetSpec } from '../../scheduler/job-spec.ts';
import {
  about,
  aboutBand,
  count,
  duration,
  fragments,
  instances,
  items as countedItems,
  percent,
  priceBand,
} from '../../l10n/words.ts';

/** `finishes in 34–45 min · 3 % idle · $0.42`, or that it never does. */
export function jobHint(plan: Plan): string {
  if (plan.problems.some((problem) => problem.severity === 'error')) return t('cannot finish on {0}', plan.target.name);
  if (plan.tasks.every(({ items }) => items === 0)) return t('nothing to do: the inputs have no items');
  if (plan.tasks.every((task) => toDo(task) === 0)) return t('nothing to do: all items are up to date');
  const price = plan.price === null ? [] : [priceBand(plan.price)];
  return [t('finishes in {0}', aboutBand(plan.makespanSeconds)), t('{0} idle', percent(plan.idleShare)), ...price].join(
    ' · ',
  );
}

/** `≈ 14 fragments of ~290 items · 9 min each on laptop`. */
export function taskHint(task: PlannedTask, target: string): string {
  if (task.items === 0) return t('no items');
  if (toDo(task) === 0)
    return task.items === 1 ? t('up to date') : t('all {0} items are up to date', count(task.items));
  const many = task.fragments > 1;
  const size = `${many && task.itemsPerFragment > 1 ? '~' : ''}${countedItems(task.itemsPerFragment)}`;
  const length = about(task.fragmentSeconds);
  const time = many ? t('{0} each on {1}', length, target) : t('{0} on {1}', length, target);
  const guessed = task.basis.kind === 'guess' ? ` · ${t('a guess')}` : '';
  return `≈ ${t('{0} of {1}', fragments(task.fragments), size)} · ${time}${guessed}`;
}

/** `every ~41 s, costs 0.9 %`; null where the plan has none. */
export function safePointHint(task: PlannedTask): string | null {
  if (toDo(task) === 0 || !(task.safePointEverySeconds > 0)) return null;
  return t('every ~{0}, costs {1}', about(task.safePointEverySeconds), percent(task.safePointCostShare));
}

/** Markdown: the plan of one task and what it rests on. */
export function taskDetails(task: PlannedTask, target: TargetSpec): string {
  const upToDate = task.upToDate > 0 ? `, ${t('{0} of them up to date', count(task.upToDate))}` : '';
  const lines = [`**${t('Plan on {0}', target.name)}**: ${countedItems(task.items)}${upToDate}.`];
  if (toDo(task) > 0) {
    const many = task.fragments > 1;
    const size = countedItems(task.itemsPerFragment);
    const each = many && task.itemsPerFragment > 1 ? t('about {0}', size) : size;
    const length = about(task.fragmentSeconds);
    const { lifespanSeconds } = target;
    const life = lifespanSeconds === null ? '' : ` (${t('an instance lives {0}', duration(lifespanSeconds))})`;
    lines.push(
      `${t('{0} of {1}', fragments(task.fragments), each)}, ${many ? t('{0} each', length) : length}${life}.`,
      t('One item takes {0} (four in five do).', aboutBand(task.itemSeconds)),
    );
  }
  return [lines.join(' '), basisInWords(task.basis)].join('\n\n');
}

/** Markdown: the plan of a job. */
export function jobDetails(plan: Plan): string {
  const lines = [
    `**${t('Plan on {0}', plan.target.name)}**: ${jobHint(plan)}.`,
    t(
      "{0} on {1}; {2} of the instances' life is work that counts, {3} is lost.",
      fragments(plan.fragments.length),
      instances(plan.instances.length),
      percent(plan.utilisation),
      percent(plan.lostShare),
    ),
    ...plan.problems.map((problem) => problem.message),
  ];
  return lines.join('\n\n');
}

/** One paragraph on what a prediction rests on and how wrong such predictions have been. */
export function basisInWords(basis: PredictionBasis): string {
  if (basis.kind === 'estimate') return t('Not run yet: predicted from your `estimate`.');
  if (basis.kind === 'observed') {
    const seen = t('Predicted from {0} seen so far ({1}).', countedItems(basis.observations), basis.model);
    return [seen, ...recordInWords(basis)].join(' ');
  }
  const from =
    basis.kind === 'sibling'
      ? t('Not run yet: predicted from what other tasks took.')
      : t('Not run yet: this is a guess.');
  return `${from} ${t('The first run corrects it; an `estimate` helps until then.')}`;
}

/** How wrong such predictions have been, as far as that is known. */
function recordInWords({ medianError, coverage }: PredictionBasis): string[] {
  const record: string[] = [];
  if (medianError !== null)
    record.push(t('Half of the latest predictions were off by less than {0}.', percent(medianError)));
  if (coverage !== null) record.push(t('{0} of items fell into their 80 % band.', percent(coverage)));
  return record;
}

const toDo = (task: PlannedTask): number => task.items - task.upToDate;
