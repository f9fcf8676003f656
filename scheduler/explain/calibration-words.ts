/** How good predictions were, in words, and as the cells of a table. */
import { count, counted, duration, durationBand, percent } from '../words.ts';
import { errorInWords, placeInWords } from './band.ts';
import type { BandScore, Calibration } from './calibration.ts';

/** A share of fewer says little: of ten that hold 80 % of the time, anything from six to ten may. */
const ENOUGH = 10;

export const CALIBRATION_COLUMNS = ['Task', 'Items', 'Off by', 'In band', 'Fragments', 'Off by', 'In band'] as const;

/** A row for each task, and one for all fragments where there are several tasks. */
export function calibrationRows({ tasks, fragments }: Calibration): string[][] {
  const rows = tasks.map((task) => [
    task.task,
    count(task.items.predicted),
    errorCell(task.items),
    bandCell(task.items),
    count(task.fragments.predicted),
    errorCell(task.fragments),
    bandCell(task.fragments),
  ]);
  const all = ['all', '', '', '', count(fragments.predicted), errorCell(fragments), bandCell(fragments)];
  return tasks.length > 1 ? [...rows, all] : rows;
}

/** What the table means, and where it means little. */
export function calibrationNotes({ makespan, fragments, tasks }: Calibration): string[] {
  return [...makespanInWords(makespan), fragmentsInWords(fragments), ...itemsInWords(tasks)];
}

/** `12 of 14 (86 %)`; nothing where none shows it. */
const bandCell = ({ judged, inside }: BandScore): string =>
  judged === 0 ? '–' : `${count(inside)} of ${count(judged)} (${percent(inside / judged)})`;

const errorCell = ({ medianError }: BandScore): string => (medianError === null ? '–' : errorInWords(medianError));

function makespanInWords({ predictedSeconds: band, actualSeconds: actual }: Calibration['makespan']): string[] {
  if (band === null) return ['Its length was not predicted: too little was known before its first item.'];
  if (actual === null) return [`It was predicted to take ${durationBand(band)}, and has not ended.`];
  return [
    `It was predicted to take ${durationBand(band)} and took ${duration(actual)}: ${placeInWords(band, actual)}.`,
  ];
}

/** One sentence on the bands of fragments. */
export function fragmentsInWords({
  judged,
  inside,
  above,
  below,
  predicted,
}: BandScore & { predicted: number }): string {
  if (judged === 0) return 'No fragment ran to its end: nothing shows how good their bands are.';
  const cut = predicted - judged;
  const others = cut > 0 ? `; ${counted(cut, 'other')} showed nothing, having been cut short or not ended` : '';
  if (judged < ENOUGH)
    return `Only ${counted(judged, 'fragment')} showed how long all of it takes, ${count(inside)} of them inside the 80 % band: too few to say how good the bands are${others}.`;
  return `${percent(inside / judged)} of ${counted(judged, 'fragment')} fell into their 80 % bands, ${count(above)} took longer and ${count(below)} less${others}.`;
}

function itemsInWords(tasks: Calibration['tasks']): string[] {
  const judged = tasks.reduce((sum, { items }) => sum + items.judged, 0);
  const predicted = tasks.reduce((sum, { items }) => sum + items.predicted, 0);
  if (predicted === 0) return ['No item was committed, or what was predicted for them was not recorded.'];
  if (judged === predicted) return [];
  return [
    'Items that are committed together are timed together: only those committed one by one show whether they fell into their band.',
  ];
}
