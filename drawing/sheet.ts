/** One sheet with all that a picture says without words: title, facts, legend, timeline and graph, as large as it needs to be. */
import { t } from '@vscode/l10n';
import { drawGraph, layGraph } from './graph.ts';
import { hasGraph, type Picture, startsUp } from './picture.ts';
import { moved, type Scene, type Shape } from './scene.ts';
import { fitted, widthOf } from './text.ts';
import { drawTimeline, layTimeline, wholeView } from './timeline.ts';

/** Of a sheet whose graph needs no more, in px. */
export const SHEET_WIDTH = 1200;
const MARGIN = 24;

/** The whole plan or run. */
export function drawSheet(picture: Picture): Scene {
  const timeline = layTimeline(picture);
  const graph = hasGraph(picture) && picture.tasks.length > 1 ? drawGraph(layGraph(picture)) : null;
  const width = Math.max(SHEET_WIDTH, (graph?.width ?? 0) + 2 * MARGIN);
  const inner = width - 2 * MARGIN;
  const sheet = new Sheet();
  sheet.place([{ kind: 'text', look: 'title', x: 0, y: 18, text: picture.title }], 34);
  sheet.place(flow(picture.facts.map(factShapes), inner));
  for (const { text } of picture.notes)
    sheet.place([{ kind: 'text', look: 'text', x: 0, y: 13, text: fitted(text, inner, 12) }], 20);
  sheet.place(flow(legend(picture), inner));
  const drawn = drawTimeline(timeline, wholeView(timeline, inner));
  sheet.place(drawn.shapes, drawn.height + 12);
  if (graph !== null) sheet.place(graph.shapes, graph.height);
  return { width, height: sheet.height + MARGIN, shapes: sheet.shapes };
}

/** Blocks of shapes, one below the other. */
class Sheet {
  readonly shapes: Shape[] = [];
  height = MARGIN;

  place(shapes: Shape[] | Flow, height = 0): void {
    const block = Array.isArray(shapes) ? { shapes, height } : shapes;
    this.shapes.push(...moved(block.shapes, MARGIN, this.height));
    this.height += block.height;
  }
}

interface Flow {
  shapes: Shape[];
  height: number;
}

interface Entry {
  shapes: Shape[];
  width: number;
}

const ROW_HEIGHT = 22;
const GAP = 26;

/** Entries beside each other, in as many rows as they need. */
function flow(entries: Entry[], width: number): Flow {
  const shapes: Shape[] = [];
  let [x, y] = [0, 0];
  for (const entry of entries) {
    if (x > 0 && x + entry.width > width) [x, y] = [0, y + ROW_HEIGHT];
    shapes.push(...moved(entry.shapes, x, y));
    x += entry.width + GAP;
  }
  return { shapes, height: entries.length === 0 ? 0 : y + ROW_HEIGHT + 6 };
}

function factShapes({ label, value, was }: Picture['facts'][number]): Entry {
  const text = was === undefined || was === value ? value : `${value} (${t('was {0}', was)})`;
  const left = widthOf(label, 12) + 6;
  return {
    width: left + widthOf(text, 12),
    shapes: [
      { kind: 'text', look: 'muted-text', x: 0, y: 14, text: label },
      { kind: 'text', look: 'text', x: left, y: 14, text },
    ],
  };
}

const swatch = (task: number): Shape[] => [
  { kind: 'rect', look: 'bar', task, x: 0, y: 5, width: 10, height: 10 },
  { kind: 'rect', look: 'edge', x: 0, y: 5, width: 10, height: 10 },
];

const stroke = (look: Shape['look']): Shape[] => [{ kind: 'line', look, x1: 0, x2: 12, y1: 10, y2: 10 }];

const entry = (shapes: Shape[], text: string): Entry => ({
  width: 18 + widthOf(text, 12),
  shapes: [...shapes, { kind: 'text', look: 'muted-text', x: 18, y: 14, text }],
});

/** What colours and lines mean. */
function legend({ tasks, instances, finishSeconds, fragments, criticalPath }: Picture): Entry[] {
  const entries = tasks.map(({ task }, index) => entry(swatch(index), task));
  entries.push(
    entry([{ kind: 'line', look: 'safe-point', x1: 6, x2: 6, y1: 6, y2: 14 }], t('safe point')),
    entry(stroke('idle'), t('idle')),
  );
  if (instances.some(startsUp)) entries.push(entry(stroke('startup'), t('starting up')));
  if (finishSeconds !== null)
    entries.push(
      entry([{ kind: 'rect', look: 'finish-band', x: 0, y: 4, width: 12, height: 12 }], t('predicted finish')),
    );
  if (fragments.some(({ predictedEndSeconds }) => predictedEndSeconds !== null))
    entries.push(entry(stroke('predicted'), t('predicted')));
  if (criticalPath.length > 1) entries.push(entry(stroke('waits-critical'), t('critical path')));
  return entries;
}
