import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawGraph, layGraph, nodeAt, updateGraph } from '../../drawing/graph.ts';
import { lookOf, PALETTES } from '../../drawing/looks.ts';
import { planPicture } from '../../drawing/plan-picture.ts';
import { planSvg } from '../../drawing/plan-svg.ts';
import { moved } from '../../drawing/scene.ts';
import { fitted, widthOf } from '../../drawing/text.ts';
import { planOf } from './plans.ts';

test('no name of a task can be more than text in the document', () => {
  const names = fc.string({ unit: 'binary', minLength: 1 }).map((text) => `<script x="${text}">&`);
  fc.assert(
    fc.property(names, (name) => {
      const svg = planSvg(planOf({ tasks: [name] }), 'light');
      expect(svg).not.toContain('<script');
      // Of all tags only those that are drawn.
      for (const [, tag] of svg.matchAll(/<\/?([^\s>/]+)/g)) expect(tag).toMatch(/^(svg|title|rect|line|path|text)$/);
      // oxlint-disable-next-line no-control-regex -- XML has no way to write these
      expect(svg).not.toMatch(/[\u0000-\u0008\u000B\u000C\u000E-\u001F]/);
    }),
    { numRuns: 50 },
  );
});

test('the document stands by itself, holds timeline and graph, and has no number that is none', () => {
  for (const theme of ['light', 'dark'] as const) {
    const svg = planSvg(planOf({ tasks: ['fetch', 'build'], fragments: 5, instances: 2 }), theme);
    expect(svg).not.toMatch(/NaN|Infinity|undefined|href|url\(|var\(/);
    expect(svg).toContain(PALETTES[theme].inks.background);
    expect(svg).toContain('<title>Plan of work on laptop</title>');
    expect(svg).toContain('≈ 60 s of work');
    expect(svg).toContain('critical path');
  }
});

test('a task stands after what it waits for, and none over another', () => {
  const picture = planPicture(planOf({ tasks: ['a', 'b', 'c'] }));
  const diamond = {
    ...picture,
    tasks: [
      ...picture.tasks.slice(0, 2),
      { task: 'side', lines: ['1 item'], after: [{ task: 'a', on: 'item' as const }] },
      { task: 'c', lines: [], after: ['b', 'side', 'gone'].map((task) => ({ task, on: 'all' as const })) },
    ],
    criticalPath: ['a', 'b', 'c'],
  };
  const graph = layGraph(diamond);
  const place = new Map(graph.nodes.map((node) => [node.task.task, node]));
  for (const [from, to] of [
    ['a', 'b'],
    ['a', 'side'],
    ['b', 'c'],
    ['side', 'c'],
  ] as const)
    expect(place.get(from)!.x + place.get(from)!.width).toBeLessThan(place.get(to)!.x);
  for (const node of graph.nodes) expect(nodeAt(graph, node.x + 5, node.y + 5)).toBe(node);
  const shapes = drawGraph(graph, 'side').shapes.map(({ look }) => look);
  expect(shapes.filter((look) => look === 'waits-critical')).toHaveLength(2);
  expect(shapes.filter((look) => look === 'waits-for-item')).toHaveLength(1);
  expect(shapes.filter((look) => look === 'node-critical')).toHaveLength(3);
  expect(shapes.filter((look) => look === 'node-chosen')).toHaveLength(1);
  const down = layGraph(diamond, 'down');
  expect(down.height).toBeGreaterThan(down.width);
});

test('a graph stays where it is while its tasks only say other words, and moves when one more waits', () => {
  const picture = planPicture(planOf({ tasks: ['first', 'second', 'third'] }));
  const before = layGraph(picture);
  const places = ({ nodes }: typeof before) => nodes.map(({ x, y, width, height }) => [x, y, width, height]);
  const tasks = picture.tasks.map((task) => ({ ...task, lines: task.lines.map(() => '57 % done') }));
  const running = updateGraph(before, { ...picture, tasks }, 'right');
  expect(places(running)).toEqual(places(before));
  expect(running.nodes[0]!.task.lines[0]).toBe('57 % done');
  const third = { ...tasks[2]!, after: [{ task: 'first', on: 'all' as const }] };
  const changed = updateGraph(before, { ...picture, tasks: [tasks[0]!, tasks[1]!, third] }, 'right');
  expect(places(changed)).not.toEqual(places(before));
});

test('a graph of a thousand tangled tasks is drawn in columns, each task behind those that it waits for', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `t${index}`);
  const picture = planPicture(planOf({ tasks: names }));
  const tasks = picture.tasks.map((task, index) => ({
    ...task,
    after: index < 10 ? [] : [(index * 7) % index, index >> 1].map((at) => ({ task: `t${at}`, on: 'all' as const })),
  }));
  for (const direction of ['right', 'down'] as const) {
    const graph = layGraph({ ...picture, tasks }, direction);
    const place = new Map(graph.nodes.map((node) => [node.task.task, direction === 'right' ? node.x : node.y]));
    for (const { task, after } of tasks)
      for (const each of after) expect(place.get(each.task)!).toBeLessThan(place.get(task)!);
    expect(Math.max(...graph.nodes.map(({ x, width }) => x + width))).toBeLessThan(graph.width);
    expect(Math.max(...graph.nodes.map(({ y, height }) => y + height))).toBeLessThan(graph.height);
  }
});

test('a path is moved with everything else', () => {
  const [path] = moved([{ kind: 'path', look: 'arrow', d: 'M1,2L-3.5,4C0,1e-7,2,2,5,5Z' }], 10, 100);
  expect(path).toMatchObject({ d: 'M11,102L6.5,104C10,100.0000001,12,102,15,105Z' });
});

test('text is cut where it does not fit, wide letters and all', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(300), (text, width) => {
      expect(widthOf(fitted(text, width, 12), 12)).toBeLessThanOrEqual(Math.max(width, 0));
    }),
  );
  expect(fitted('a long name of a task', 60, 11)).toMatch(/^a long.*…$/);
});

test('lines are in full strength in high contrast', () => {
  const contrast = { ...PALETTES.dark, isHighContrast: true };
  expect(lookOf('edge', contrast).strokeOpacity).toBeUndefined();
  expect(lookOf('edge', PALETTES.dark).strokeOpacity).toBeLessThan(1);
});

test('morsel plan --svg prints the picture', () => {
  const job = 'test/editor/gallery/plan.morsel';
  const svg = execFileSync(process.execPath, ['cli/main.ts', 'plan', '--svg', '-', '--theme', 'dark', job], {
    encoding: 'utf8',
  });
  expect(svg).toMatch(/^<svg [^]*<\/svg>\n$/);
  expect(svg).toContain('film on spot');
});
