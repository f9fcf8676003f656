/** The panel's content: pure functions from a plan or a run to HTML. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ticks } from '../../client/panel/axis.ts';
import { drawPage, drawPicture } from '../../client/panel/draw-page.ts';
import { html } from '../../client/panel/html.ts';
import { lanes } from '../../client/panel/lanes.ts';
import { parts } from '../../client/panel/picture.ts';
import { planPicture } from '../../client/panel/plan-picture.ts';
import { runPicture } from '../../client/panel/run-picture.ts';
import type { Plan } from '../../scheduler/plan/plan.ts';
import type { RunDetailsResult } from '../../server/protocol.ts';

const band = (expected: number) => ({ low: expected * 0.8, expected, high: expected * 1.2 });
const counts = { committed: 3, upToDate: 0, failed: 1, skipped: 0, running: 2, pending: 4 };
const noBasis = { kind: 'guess', observations: 0, model: 'mean', medianError: null, coverage: null } as const;

function planOf(task: string): Plan {
  return {
    job: 'work',
    target: {
      name: 'laptop',
      kind: 'local',
      instances: { min: 0, max: 2 },
      lifespanSeconds: 120,
      pricePerHour: null,
    },
    makespanSeconds: band(100),
    simulatedShare: 1,
    utilisation: 0.9,
    idleShare: 0.1,
    lostShare: 0,
    price: band(0.5),
    fragments: [
      {
        fragment: 1,
        instance: 'laptop-1',
        items: [{ task, items: 12 }],
        startSeconds: 1,
        endSeconds: 61,
        safePointSeconds: [31, 61],
        how: 'done',
      },
    ],
    instances: [{ instance: 'laptop-1', instanceType: 'local', askedSeconds: 0, startSeconds: 0, endSeconds: 120 }],
    tasks: [
      {
        task,
        after: [],
        items: 12,
        upToDate: 0,
        fragments: 1,
        itemsPerFragment: 12,
        fragmentSeconds: 60,
        itemSeconds: band(5),
        safePointEverySeconds: 30,
        safePointCostShare: 0.01,
        basis: noBasis,
      },
    ],
    criticalPath: [task],
    problems: [],
  };
}

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
  tasks: [{ task: 'count', items: counts }],
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
  expect(String(drawPicture(runPicture(details)))).not.toContain('<img');
  expect(String(drawPicture(planPicture({ plan: planOf('"><script>'), stale: false })))).not.toContain('<script');
});

test('the page runs one script, by its nonce, and nothing else', () => {
  const page = drawPage({
    cspSource: 'https://csp',
    nonce: 'abc',
    scriptUri: 'https://csp/panel.js',
    styleUri: 'https://csp/panel.css',
  });
  expect(page).toContain(`default-src &#39;none&#39;; style-src https://csp; script-src &#39;nonce-abc&#39;`);
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page).not.toContain('unsafe');
});

test('a plan is told in the picture and in tables alike', () => {
  const content = String(drawPicture(planPicture({ plan: planOf('count'), stale: false })));
  expect(content).toContain('work on laptop');
  expect(content).toContain('count: 12 items');
  expect(content.match(/class="safe-point"/g)).toHaveLength(2);
  expect(content).toContain('<td>count × 12</td>');
  expect(content).toContain('class="finish-band"');
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
  const plain = String(drawPicture(picture));
  expect(plain).toContain('<button type="button" data-fragment="7" title="Explain fragment 7">7</button>');
  expect(plain).toMatch(
    /<g class="fragment" data-fragment="7">\s*<title>[^<]*why: all that was &quot;ready&quot; &lt;now&gt;/,
  );
  expect(plain).not.toContain('id="explanation"');
  const content = String(drawPicture(picture, explanation));
  expect(content).toContain('Fragment 7 on laptop-1</h2>');
  expect(content).toContain('<dt>What is in &lt;it&gt;</dt>');
  expect(content).toMatch(/<dd class="more"\s*>Predicted from &quot;nothing&quot;\./);
  const plan = String(drawPicture(planPicture({ plan: planOf('count'), stale: false })));
  expect(plan).not.toContain('data-fragment');
});

test('the last good plan of a broken text says so', () => {
  expect(planPicture({ plan: planOf('count'), stale: true }).notes).toMatchObject([{ kind: 'info' }]);
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

test('instances share lanes, and never overlap in one', () => {
  const life = fc.tuple(fc.nat(1000), fc.integer({ min: 1, max: 300 }));
  fc.assert(
    fc.property(fc.array(life, { maxLength: 60 }), (lives) => {
      const instances = lives.map(([startSeconds, length], index) => ({
        name: `i${index}`,
        kind: 'local',
        startSeconds,
        endSeconds: startSeconds + length,
      }));
      const rows = lanes(instances);
      expect(rows.flat()).toHaveLength(instances.length);
      for (const row of rows) {
        for (const [index, next] of row.slice(1).entries())
          expect(next.startSeconds).toBeGreaterThanOrEqual(row[index]!.endSeconds);
      }
      const most = instances.map(
        ({ startSeconds: at }) => instances.filter((other) => other.startSeconds <= at && at < other.endSeconds).length,
      );
      expect(rows.length).toBe(Math.max(0, ...most));
    }),
  );
});

test('the shares of a fragment add up', () => {
  const shares = parts(
    [
      { task: 'a', items: 10 },
      { task: 'b', items: 5 },
    ],
    (task) => (task === 'a' ? 1 : 2),
  );
  expect(shares.map(({ share }) => share)).toEqual([0.5, 0.5]);
});

test('an axis has round times, few of them, and begins at 0', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 1e7, noNaN: true }), (until) => {
      const times = ticks(until, 8);
      expect(times[0]).toBe(0);
      expect(times.length).toBeLessThanOrEqual(9);
      expect(times.at(-1)).toBeLessThanOrEqual(until * (1 + 1e-6));
    }),
  );
  expect(ticks(600, 8)).toEqual([0, 120, 240, 360, 480, 600]);
});
