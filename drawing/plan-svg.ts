import { t } from '@vscode/l10n';
import type { Plan } from '../scheduler/plan/plan.ts';
import { PALETTES } from './looks.ts';
import { planPicture } from './plan-picture.ts';
import { drawSheet } from './sheet.ts';
import { sceneToSvg } from './svg.ts';

/** The timeline and the graph of a plan as one SVG document. */
export function planSvg(plan: Plan, theme: keyof typeof PALETTES): string {
  const picture = planPicture(plan);
  return sceneToSvg(drawSheet(picture), PALETTES[theme], t('Plan of {0}', picture.title));
}
