/** The graph: tasks and what they wait for, in layers, with the critical path in strong lines. */
import { curveBasis, line } from 'd3-shape';
import { taskIndex } from './colours.ts';
import {
  type Direction,
  layTasks,
  LINE_HEIGHT,
  LINE_SIZE,
  NAME_SIZE,
  PADDING,
  type Point,
  type Wait,
} from './graph-layout.ts';
import type { Picture, PictureTask } from './picture.ts';
import type { Scene, Shape } from './scene.ts';
import { fitted } from './text.ts';

const ARROW = { length: 8, width: 8 };

/** A picture's graph with places, made once for many drawings. Px, before zooming. */
export interface TaskGraph {
  width: number;
  height: number;
  nodes: GraphNode[];
  edges: GraphEdge[];
  /** What decides where everything stands. */
  layout: string;
}

export interface GraphNode {
  task: PictureTask;
  /** The position of its colour. */
  index: number;
  isCritical: boolean;
  x: number;
  y: number;
  width: number;
  height: number;
}

interface GraphEdge {
  on: 'item' | 'all';
  isCritical: boolean;
  points: Point[];
}

/** @param direction `right` for a wide window, `down` for a high one */
export function layGraph(picture: Picture, direction: Direction = 'right'): TaskGraph {
  const { tasks } = picture;
  const known = new Set(tasks.map(({ task }) => task));
  const waits = tasks.flatMap(({ task, after }) =>
    (after ?? []).flatMap((each): Wait[] => (known.has(each.task) ? [{ to: task, from: each.task, on: each.on }] : [])),
  );
  const { width, height, boxOf, points } = layTasks(tasks, waits, direction);
  const critical = criticalPairs(picture);
  const path = new Set(picture.criticalPath);
  return {
    width,
    height,
    layout: layoutOf(picture, direction),
    nodes: tasks.map((task) => {
      const box = boxOf(task.task);
      const isCritical = path.has(task.task);
      return {
        task,
        index: taskIndex(picture, task.task),
        isCritical,
        ...box,
        x: box.x - box.width / 2,
        y: box.y - box.height / 2,
      };
    }),
    edges: waits.map(({ from, to, on }, index) => ({
      on,
      isCritical: critical.has(pairOf(from, to)),
      points: points[index]!,
    })),
  };
}

/** The same graph with what the tasks say now; laid out anew only where that changes more than their words. */
export function updateGraph(graph: TaskGraph | undefined, picture: Picture, direction: Direction): TaskGraph {
  if (graph?.layout !== layoutOf(picture, direction)) return layGraph(picture, direction);
  return { ...graph, nodes: graph.nodes.map((node, index) => ({ ...node, task: picture.tasks[index]! })) };
}

const layoutOf = ({ tasks, criticalPath }: Picture, direction: Direction): string =>
  JSON.stringify([direction, criticalPath, tasks.map(({ task, after, lines }) => [task, after, lines.length])]);

export function drawGraph({ width, height, nodes, edges }: TaskGraph, marked: string | null = null): Scene {
  return { width, height, shapes: [...edges.flatMap(drawEdge), ...nodes.flatMap((node) => drawNode(node, marked))] };
}

/** The task at a place of the drawing. */
export const nodeAt = ({ nodes }: TaskGraph, x: number, y: number): GraphNode | null =>
  nodes.find((node) => x >= node.x && x <= node.x + node.width && y >= node.y && y <= node.y + node.height) ?? null;

/** Each task of the critical path with the next one. */
const criticalPairs = ({ criticalPath }: Picture): Set<string> =>
  new Set(criticalPath.slice(1).map((task, index) => pairOf(criticalPath[index]!, task)));

const pairOf = (from: string, to: string): string => JSON.stringify([from, to]);

function drawNode({ task, index, isCritical, x, y, width, height }: GraphNode, marked: string | null): Shape[] {
  const left = x + PADDING + 2;
  const room = width - 2 * PADDING;
  const look = isCritical ? 'node-critical' : 'node';
  const shapes: Shape[] = [
    { kind: 'rect', look, task: index, x, y, width, height, radius: 5 },
    { kind: 'rect', look: 'node-stripe', task: index, x: x + 4, y: y + 6, width: 4, height: height - 12, radius: 2 },
    { kind: 'text', look: 'node-name', x: left, y: y + 10 + NAME_SIZE, text: fitted(task.task, room, NAME_SIZE) },
    ...task.lines.map((text, row): Shape => {
      const base = y + 10 + LINE_HEIGHT * (row + 1) + LINE_SIZE;
      return { kind: 'text', look: 'node-line', x: left, y: base, text: fitted(text, room, LINE_SIZE) };
    }),
  ];
  const outer = { x: x - 4, y: y - 4, width: width + 8, height: height + 8, radius: 8 };
  return task.task === marked ? [{ kind: 'rect', look: 'node-chosen', ...outer }, ...shapes] : shapes;
}

const curve = line<Point>(
  ({ x }) => x,
  ({ y }) => y,
)
  .curve(curveBasis)
  .digits(1);

function drawEdge({ on, isCritical, points }: GraphEdge): Shape[] {
  const tip = points.at(-1)!;
  const before = points.at(-2) ?? tip;
  const angle = Math.atan2(tip.y - before.y, tip.x - before.x);
  const base = { x: tip.x - ARROW.length * Math.cos(angle), y: tip.y - ARROW.length * Math.sin(angle) };
  const [item, all] = isCritical
    ? (['waits-critical-item', 'waits-critical'] as const)
    : (['waits-for-item', 'waits-for-all'] as const);
  return [
    { kind: 'path', look: on === 'item' ? item : all, d: curve([...points.slice(0, -1), base])! },
    { kind: 'path', look: isCritical ? 'arrow-critical' : 'arrow', d: arrow(tip, base, angle) },
  ];
}

function arrow(tip: Point, base: Point, angle: number): string {
  const across = { x: (-Math.sin(angle) * ARROW.width) / 2, y: (Math.cos(angle) * ARROW.width) / 2 };
  const corners = [tip, { x: base.x + across.x, y: base.y + across.y }, { x: base.x - across.x, y: base.y - across.y }];
  return `M${corners.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join('L')}Z`;
}
