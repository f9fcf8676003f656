/** Places for the tasks of a graph, in layers. */
import { type EdgeLabel, Graph, type GraphLabel, layout, type NodeLabel } from '@dagrejs/dagre';
import { layersOf, leaps } from './layers.ts';
import type { PictureTask } from './picture.ts';
import { widthOf } from './text.ts';

const LEAST_WIDTH = 120;
const MOST_WIDTH = 240;
/** Widths are multiples of it, so that there is room for words that change while a job runs. */
const WIDTH_STEP = 40;
export const PADDING = 14;
export const NAME_SIZE = 13;
export const LINE_SIZE = 11;
export const LINE_HEIGHT = 16;
const MARGIN = 12;
const NODE_GAP = 22;
const LAYER_GAP = 56;
/** A larger graph, or one with longer edges, is not untangled: that would take seconds. */
const MOST_UNTANGLED = 700;

export interface Point {
  x: number;
  y: number;
}

export type Direction = 'right' | 'down';

export interface Wait {
  from: string;
  to: string;
  on: 'item' | 'all';
}

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Places of the middles of tasks, and the points that each edge goes through, in the order of the waits. */
interface Layout {
  width: number;
  height: number;
  boxOf: (task: string) => Box;
  points: Point[][];
}

/** Untangled by dagre where that takes no more than a moment, else in plain columns. */
export function layTasks(tasks: readonly PictureTask[], waits: readonly Wait[], direction: Direction): Layout {
  const layers = layersOf(tasks);
  return tasks.length + leaps(tasks, layers) > MOST_UNTANGLED
    ? layInColumns(tasks, waits, layers, direction)
    : layByDagre(tasks, waits, direction);
}

function layByDagre(tasks: readonly PictureTask[], waits: readonly Wait[], direction: Direction): Layout {
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>();
  const rankdir = direction === 'right' ? 'LR' : 'TB';
  graph.setGraph({ rankdir, nodesep: NODE_GAP, ranksep: LAYER_GAP, marginx: MARGIN, marginy: MARGIN });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const task of tasks) graph.setNode(task.task, sizeOf(task));
  for (const { from, to } of waits) graph.setEdge(from, to);
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    boxOf(task) {
      const { x = 0, y = 0, width: wide, height: high } = graph.node(task);
      return { x, y, width: wide, height: high };
    },
    points: waits.map(({ from, to }) => graph.edge(from, to).points ?? []),
  };
}

/** A column (or row) for each layer, its tasks in the order of the job; edges go straight. */
function layInColumns(
  tasks: readonly PictureTask[],
  waits: readonly Wait[],
  layers: ReadonlyMap<string, number>,
  direction: Direction,
): Layout {
  const boxes = new Map<string, Box>();
  let [along, across] = [MARGIN, MARGIN];
  for (const [, column] of [...Map.groupBy(tasks, ({ task }) => layers.get(task)!)].toSorted(([a], [b]) => a - b)) {
    const sizes = column.map((task) => ({ task, ...sizeOf(task) }));
    const depth = sizes.reduce((most, { width, height }) => Math.max(most, direction === 'right' ? width : height), 0);
    let at = MARGIN;
    for (const { task, width, height } of sizes) {
      const span = direction === 'right' ? height : width;
      const [x, y] = direction === 'right' ? [along + depth / 2, at + span / 2] : [at + span / 2, along + depth / 2];
      boxes.set(task.task, { x, y, width, height });
      at += span + NODE_GAP;
    }
    along += depth + LAYER_GAP;
    across = Math.max(across, at - NODE_GAP + MARGIN);
  }
  const length = along - LAYER_GAP + MARGIN;
  const [width, height] = direction === 'right' ? [length, across] : [across, length];
  return {
    width,
    height,
    boxOf: (task) => boxes.get(task)!,
    points: waits.map(({ from, to }) => straight(boxes.get(from)!, boxes.get(to)!, direction)),
  };
}

function straight(from: Box, to: Box, direction: Direction): Point[] {
  return direction === 'right'
    ? [
        { x: from.x + from.width / 2, y: from.y },
        { x: to.x - to.width / 2, y: to.y },
      ]
    : [
        { x: from.x, y: from.y + from.height / 2 },
        { x: to.x, y: to.y - to.height / 2 },
      ];
}

function sizeOf({ task, lines }: PictureTask): { width: number; height: number } {
  const text = Math.max(widthOf(task, NAME_SIZE) * 1.06, ...lines.map((each) => widthOf(each, LINE_SIZE)));
  const roomy = WIDTH_STEP * Math.ceil((text + 2 * PADDING + 4) / WIDTH_STEP);
  const width = Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, roomy));
  return { width, height: 2 * 10 + LINE_HEIGHT * (1 + lines.length) };
}
