import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { progressInOneLine, renderProgress } from '../../cli/progress/render-progress.ts';
import { noPaint, widthOf } from '../../cli/terminal.ts';
import type { RunProgress } from '../../scheduler/run/events.ts';

const counts = { committed: 0, upToDate: 0, failed: 0, skipped: 0, running: 0, pending: 0 };

const progress: RunProgress = {
  run: '20261124-142501-minify',
  job: 'minify',
  state: 'running',
  elapsedSeconds: 72.4,
  items: { ...counts, committed: 5000, upToDate: 120, failed: 3, running: 60, pending: 3248 },
  tasks: [
    {
      task: 'minify',
      items: { ...counts, committed: 5000, upToDate: 120, failed: 3, running: 60, pending: 3247 },
      state: 'running',
    },
    { task: 'report', items: { ...counts, pending: 1 }, state: 'waiting' },
  ],
  instances: [
    {
      instance: 'i1',
      instanceType: 'laptop',
      where: 'host 4711',
      lifeLeftSeconds: 190,
      lifeSeconds: 600,
      cpuShare: 0.88,
      memoryShare: 0.4,
      fragment: {
        id: 14,
        items: 420,
        done: 210,
        tasks: ['minify'],
        predictedSeconds: { low: 1, expected: 2, high: 3 },
      },
    },
    {
      instance: 'i2',
      instanceType: 'laptop',
      where: 'host 4712',
      lifeLeftSeconds: null,
      lifeSeconds: null,
      cpuShare: null,
      memoryShare: null,
      fragment: null,
    },
  ],
  fragments: { running: 1, ended: 13 },
  finishSeconds: { low: 160, expected: 185, high: 240 },
};

const at = (columns: number, rows = 24, of: RunProgress = progress): string[] =>
  renderProgress(of, { columns, rows, paint: noPaint });

describe('the live view', () => {
  test('on a wide screen', () => {
    expect(at(100).join('\n')).toMatchInlineSnapshot(`
      "minify  20261124-142501-minify · 1 min 12 s
      ████████████████████████▎░░░░░░░░░░░░░░░  5,123 of 8,431 items  61 % · 3 failed · 120 up to date
        minify  █████████▊░░░░░░  5,123 of 8,430 · 3 failed · 120 up to date
        report  ░░░░░░░░░░░░░░░░  0 of 1 waiting
        i1  ███▊░░░░░░░░  3 min 10 s left  #14 minify 210 of 420  cpu 88 %, memory 40 %
        i2  ████████████  no end known     idle
      finishes in 2 min 40 s – 4 min · 14 fragments, 13 ended"
    `);
  });

  test('on a narrow one', () => {
    expect(at(44).join('\n')).toMatchInlineSnapshot(`
      "minify  20261124-142501-minify · 1 min 12 s
      5,123 of 8,431 items  61 % · 3 failed · 120…
        minify  ████▉░░░  5,123 of 8,430 · 3 fail…
        report  ░░░░░░░░  0 of 1 waiting
        i1  █▋░░░  3 min 10 s left  #14 minify 21…
        i2  █████  no end known     idle
      finishes in 2 min 40 s – 4 min · 14 fragmen…"
    `);
  });

  test('says what is paused, and what is not known yet', () => {
    expect(at(80, 24, { ...progress, state: 'paused' }).join('\n')).toContain('minify paused');
    expect(at(80, 24, { ...progress, finishSeconds: null }).at(-1)).toContain('finish not known yet');
  });

  test('in one line for a log', () => {
    expect(progressInOneLine(progress)).toBe(
      '1 min 12 s: 5,123 of 8,431 items (61 %), 3 failed, 120 up to date, 1 fragment running on 2 instances, finishes in 2 min 40 s – 4 min',
    );
  });

  test('no name of a job or a task steers the terminal', () => {
    const evil = 'a\u001b[2Jb\rc';
    const tasks = progress.tasks.map((task) => ({ ...task, task: evil }));
    // oxlint-disable-next-line no-control-regex -- they are what is looked for
    expect(at(80, 24, { ...progress, job: evil, tasks }).join('\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });

  test('never leaves the screen, however small it is and however much there is to show', () => {
    const amount = fc.nat({ max: 2_000_000 });
    const items = fc.record({
      committed: amount,
      upToDate: amount,
      failed: amount,
      skipped: amount,
      running: amount,
      pending: amount,
    });
    const state = fc.constantFrom('waiting', 'running', 'done', 'failed', 'skipped');
    const task = fc.record({ task: fc.string({ unit: 'grapheme', maxLength: 40 }), items, state });
    const instance = fc.constantFrom(...progress.instances);
    const some = fc.record({
      tasks: fc.array(task, { maxLength: 30 }),
      instances: fc.array(instance, { maxLength: 60 }),
      items,
    });
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 60 }), (part, columns, rows) => {
        const lines = at(columns, rows, { ...progress, ...part });
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
