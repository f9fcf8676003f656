/** The panel's content: pure functions from a plan or a run to HTML. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { html, type Html } from '../../client/panel/html.ts';
import { pageHtml } from '../../client/panel/page-html.ts';
import { writeExplanation } from '../../client/panel/page/explanation.ts';
import { writeHead } from '../../client/panel/page/head.ts';
import { writeTimelineLegend } from '../../client/panel/page/legend.ts';
import { writeTables } from '../../client/panel/page/tables.ts';
import { writeTargets } from '../../client/panel/page/targets.ts';
import { runPicture } from '../../client/panel/run-picture.ts';
import type { Picture } from '../../drawing/picture.ts';
import { planPicture } from '../../drawing/plan-picture.ts';
import type { PlanFigures } from '../../scheduler/plan/plan.ts';
import { planOf } from '../drawing/plans.ts';
import type { RunDetailsResult } from '../../server/protocol.ts';

const band = (expected: number) => ({ low: expected * 0.8, expected, high: expected * 1.2 });
const counts = { committed: 3, upToDate: 0, failed: 1, skipped: 0, running: 2, pending: 4 };

const details: RunDetailsResult = {
  run: {
    run: '20261124-142501-work',
    folder: '/w/.morsel/runs/20261124-142501-work',
    job: 'work',
    uri: 'file:///w/work.morsel',
    target: 'laptop',
    state: 'running',
    startedAt: '2026-11-24T14:25:01.000Z',
    live: true,
    items: counts,
  },
  progress: null,
  summary: null,
  tasks: [{ task: 'count', items: counts, after: [] }],
  fragments: [
    {
      fragment: 7,
      instance: 'laptop-1',
      items: [{ task: 'count', items: 6, share: 1 }],
      why: 'all that was "ready" <now>',
      startSeconds: 10,
      endSeconds: null,
      predictedSeconds: band(20),
      how: null,
      safePointSeconds: [15],
    },
  ],
  instances: [
    {
      instance: 'laptop-1',
      instanceType: 'local',
      where: 'here',
      startSeconds: 0,
      endSeconds: null,
      deadlineSeconds: 600,
      reason: null,
    },
  ],
  failures: [
    { task: 'count', item: '<img src=x onerror=alert(1)>', attempts: 1, message: 'exited with 3', output: '' },
  ],
};

/** As a browser reads text that was escaped. */
function read(text: string): string {
  const characters: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return text.replaceAll(/&([^;]+);/g, (_, name: string) => characters[name]!);
}

test('no value that is written into the page can be more than text', () => {
  const marks = fc.string().map((text) => `<b onclick="x('${text}')">&`);
  fc.assert(
    fc.property(fc.oneof(fc.string(), marks), (text) => {
      const written = String(html`<i title="${text}">${text}</i>`);
      const [, attribute, content] = /^<i title="([^"'<>]*)">([^"'<>]*)<\/i>$/.exec(written)!;
      expect(read(attribute!)).toBe(text);
      expect(read(content!)).toBe(text);
    }),
  );
  expect(written(runPicture(details))).not.toContain('<img');
  expect(written(planPicture(planOf({ tasks: ['"><script>'] })))).not.toContain('<script');
});

/** All that the page writes of a picture as markup. */
const written = (picture: Picture): string =>
  [writeHead(picture, 'a <problem>'), writeTimelineLegend(picture), writeTables(picture)].map(String).join('\n');

test('the page runs one script, by its nonce, and nothing else', () => {
  const page = pageHtml({
    cspSource: 'https://csp',
    nonce: 'abc',
    scriptUri: 'https://csp/panel.js',
    styleUri: 'https://csp/panel.css',
    language: 'en',
    messages: {},
  });
  expect(page).toContain(`default-src &#39;none&#39;; style-src https://csp; script-src &#39;nonce-abc&#39;`);
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page).not.toMatch(/unsafe|\sstyle=|\son\w+=/);
});

test('the tables say what the picture shows, and facts what they are compared with', () => {
  const plan = planOf({ tasks: ['count', 'total'] });
  const content = written(planPicture(plan, { before: { ...plan, idleShare: 0.4 } }));
  expect(content).toContain('<h1>work on laptop</h1>');
  expect(content).toContain('<td>count × 12</td>');
  expect(content).toContain('<td>all of count</td>');
  expect(content).toContain('was 40 %');
  expect(content.match(/class="was"/g)).toHaveLength(1);
});

test('a long table is shown in parts', () => {
  const picture = planPicture(planOf({ tasks: ['count'], fragments: 1200 }));
  expect(String(writeTables(picture, 500)).match(/<td>count × 12<\/td>/g)).toHaveLength(500);
  expect(String(writeTables(picture, 500))).toMatch(/Show more: 700 fragments/);
  expect(String(writeTables(picture, 2000))).not.toContain('Show more');
});

test('targets are compared in one table, and what has no plan says why', () => {
  const { fragments, instances, tasks: _tasks, criticalPath: _path, ...figures } = planOf({ tasks: ['count'] });
  const plan: PlanFigures = { ...figures, fragments: fragments.length, instances: instances.length };
  const slower = { ...plan, makespanSeconds: band(900) };
  const row = (name: string, made: PlanFigures | null, problem: string | null = null) => ({
    name,
    kind: 'local',
    isOwn: name === 'a',
    plan: made,
    problem,
  });
  const table: Html = writeTargets([row('a', slower), row('b', plan), row('<c>', null, 'No <host>.')], 'a');
  expect(String(table)).toMatch(
    /a<span class="kind was">\s*local, named by the job; 1 instance without end[^]*12–18 min<\/td>/,
  );
  expect(String(table)).toMatch(/80 s – 2 min <span class="best">fastest<\/span>/);
  expect(String(table)).toContain('No &lt;host&gt;.');
  expect(String(table)).toContain('data-target="&lt;c&gt;"');
});

test('a fragment of a run says why it has its size, and leads to its explanation', () => {
  const picture = runPicture(details);
  const explanation = {
    fragment: 7,
    title: 'Fragment 7 on laptop-1',
    why: 'x',
    sections: [
      { title: 'What is in <it>', lines: ['6 items of count: one takes 3 s.', '  Predicted from "nothing".'] },
    ],
  };
  const tables = String(writeTables(picture));
  expect(tables).toMatch(/<button[^>]*data-fragment="7"[^>]*>\s*7\s*<\/button/);
  expect(tables).toContain('all that was &quot;ready&quot; &lt;now&gt;');
  const content = String(writeExplanation(explanation));
  expect(content).toContain('Fragment 7 on laptop-1</h2>');
  expect(content).toContain('<dt>What is in &lt;it&gt;</dt>');
  expect(content).toMatch(/<dd class="more"\s*>Predicted from &quot;nothing&quot;\./);
  expect(String(writeTables(planPicture(planOf({ tasks: ['count'] }))))).not.toContain('data-fragment');
});

test('the last good plan of a broken text says so', () => {
  expect(planPicture(planOf({ tasks: ['count'] }), { stale: true }).notes).toMatchObject([{ kind: 'info' }]);
});

test('a fragment that runs ends now, and is compared with what was predicted', () => {
  const progress = {
    run: 'r',
    job: 'work',
    state: 'running' as const,
    elapsedSeconds: 25,
    items: counts,
    tasks: [],
    instances: [],
    fragments: { running: 1, ended: 0 },
    finishSeconds: band(10),
  };
  const picture = runPicture({ ...details, progress });
  expect(picture.fragments).toMatchObject([{ endSeconds: 25, isRunning: true, predictedEndSeconds: { expected: 30 } }]);
  expect(picture).toMatchObject({ nowSeconds: 25, finishSeconds: { expected: 35 } });
});

test('a run that was cut off has no fragment that runs', () => {
  const run = { ...details.run, live: false, state: 'interrupted' as const };
  expect(runPicture({ ...details, run }).fragments).toMatchObject([{ isRunning: false, state: 'cut off' }]);
});
