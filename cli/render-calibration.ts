/** How good the predictions of a run were, for a terminal. */
import type { Calibration } from '../scheduler/explain/calibration.ts';
import { CALIBRATION_COLUMNS, calibrationNotes, calibrationRows } from '../scheduler/explain/calibration-words.ts';
import { harmless, type Paint, table, wrapped } from './terminal.ts';

export function renderCalibration(calibration: Calibration, width: number, paint: Paint): string[] {
  const rows = [[...CALIBRATION_COLUMNS], ...calibrationRows(calibration)].map((row) => row.map(harmless));
  const [head = '', ...lines] = table(rows, [1, 2, 3, 4, 5, 6]);
  return [
    '',
    paint('bold', 'Predictions'),
    ...calibrationNotes(calibration).flatMap((note) => wrapped(note, width, '  ')),
    '',
    paint('dim', `  ${head}`),
    ...lines.map((line) => `  ${line}`),
  ];
}
