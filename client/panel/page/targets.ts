/** The job on each target that it can run on, side by side. */
import { t } from '@vscode/l10n';
import { about, aboutBand, count, instances as countedInstances, percent, priceBand } from '../../../l10n/words.ts';
import { html, type Html } from '../html.ts';
import type { TargetRow } from './messages.ts';

const columns = (): string[] => [
  t('Target'),
  t('Plan'),
  t('Finishes in'),
  t('Price'),
  t('Idle'),
  t('Lost'),
  t('Fragments'),
];

/** @param shown the target whose plan is shown */
export function writeTargets(targets: readonly TargetRow[], shown: string): Html {
  const best = bestOf(targets);
  return html`<table aria-label="${t('Targets compared')}">
    <thead>
      <tr>
        ${columns().map((column) => html`<th scope="col">${column}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${targets.map((target) => targetRow(target, target.name === shown, best))}
    </tbody>
  </table>`;
}

function targetRow(row: TargetRow, isShown: boolean, best: { fastest: string; cheapest: string }): Html {
  const { name, plan } = row;
  const head = html`<th scope="row">${name}<span class="kind was">${conditions(row)}</span></th>`;
  const action = isShown
    ? html`<td>${t('shown')}</td>`
    : html`<td><button type="button" data-target="${name}">${t('Show')}</button></td>`;
  if (plan === null)
    return html`<tr>
      ${head}${action}
      <td colspan="5" class="problem">${row.problem ?? ''}</td>
    </tr>`;
  const problem = plan.problems.find(({ severity }) => severity === 'error');
  const finishes = problem === undefined ? aboutBand(plan.makespanSeconds) : t('never');
  return html`<tr>
    ${head}${action}
    <td title="${problem?.message ?? ''}">${finishes}${mark(best.fastest === name, t('fastest'))}</td>
    <td>${plan.price === null ? '' : priceBand(plan.price)}${mark(best.cheapest === name, t('cheapest'))}</td>
    <td>${percent(plan.idleShare)}</td>
    <td>${percent(plan.lostShare)}</td>
    <td>${count(plan.fragments)}</td>
  </tr>`;
}

/** `slurm, named by the job; 0–16 instances that live 30 min`. */
function conditions({ kind, isOwn, plan }: TargetRow): string {
  const first = `${kind}${isOwn ? `, ${t('named by the job')}` : ''}`;
  if (plan === null) return first;
  const { instances, lifespanSeconds } = plan.target;
  const { min, max } = instances;
  const range = min === max || min === 0 ? countedInstances(max) : `${count(min)}–${countedInstances(max)}`;
  const lives =
    lifespanSeconds === null ? t('{0} without end', range) : t('{0} that live {1}', range, about(lifespanSeconds));
  return `${first}; ${lives}`;
}

const mark = (isBest: boolean, word: string): Html => (isBest ? html` <span class="best">${word}</span>` : html``);

/** Said only where there is a choice. */
function bestOf(targets: readonly TargetRow[]): { fastest: string; cheapest: string } {
  const able = targets.flatMap(({ name, plan }) =>
    plan === null || plan.problems.some(({ severity }) => severity === 'error') ? [] : [{ name, plan }],
  );
  const priced = able.flatMap(({ name, plan }) => (plan.price === null ? [] : [{ name, value: plan.price.expected }]));
  return {
    fastest: least(able.map(({ name, plan }) => ({ name, value: plan.makespanSeconds.expected }))),
    cheapest: least(priced),
  };
}

function least(values: readonly { name: string; value: number }[]): string {
  return values.length < 2 ? '' : values.toSorted((a, b) => a.value - b.value)[0]!.name;
}
