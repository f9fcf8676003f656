import { describe, expect, test } from 'vitest';
import { type PageContent, renderReportPage } from '../../cli/report/page.ts';
import { createHash } from 'node:crypto';

const items = { committed: 3, upToDate: 0, failed: 1, skipped: 0, running: 0, pending: 0 };
const predictedSeconds = { low: 8, expected: 10, high: 12 };

const part = { stage: { index: 1, of: 1 }, committed: 0, failed: 0, committedSeconds: 0, predicted: null };
const score = { predicted: 2, judged: 2, inside: 1, below: 0, above: 1, medianError: 0.1 };

/** A report in which every text is `text`. */
function reportOf(text: string): PageContent {
  return {
    entry: {
      id: text,
      folder: text,
      job: text,
      file: text,
      target: text,
      startedAt: '2026-11-24T13:14:59.270Z',
      state: 'failed',
      live: false,
      pid: 1,
      summary: null,
    },
    summary: {
      run: text,
      job: text,
      state: 'failed',
      items,
      makespanSeconds: 30,
      predictedSeconds,
      utilisation: 0.8,
      lostShare: 0.1,
      fragments: 2,
      splits: 0,
      instances: 1,
    },
    tasks: [{ task: text, items }],
    fragments: [
      {
        fragment: 1,
        instance: text,
        items: { [text]: 3 },
        parts: [
          { ...part, task: text, items: 2, share: 0.9 },
          { ...part, task: `${text} 2`, items: 1, share: 0.1 },
        ],
        sizing: null,
        safePointItems: [1, 1],
        predictedSeconds,
        limit: 'lifespan',
        startSeconds: 0,
        endSeconds: 11,
        how: 'done',
        safePointSeconds: [4, 8],
      },
      {
        fragment: 2,
        instance: text,
        items: { [text]: 1 },
        parts: [{ ...part, task: text, items: 1, share: 1 }],
        sizing: null,
        safePointItems: [1],
        predictedSeconds,
        limit: 'lifespan',
        startSeconds: 11,
        endSeconds: 30,
        how: 'lost',
        safePointSeconds: [20],
      },
    ],
    instances: [
      {
        instance: text,
        instanceType: text,
        where: text,
        cpus: 1,
        lifeSeconds: 30,
        startSeconds: 0,
        endSeconds: 30,
        reason: text,
      },
    ],
    failures: [{ task: text, item: text, attempts: 2, message: text, stdout: text, stderr: text }],
    calibration: {
      makespan: { predictedSeconds, actualSeconds: 30 },
      fragments: score,
      tasks: [{ task: text, items: { ...score, commits: 2 }, fragments: score }],
    },
  };
}

describe('the report page', () => {
  test('escapes whatever a job, a file or a program says', () => {
    const evil = `<script>alert(1)</script>"'&\u0000`;
    const page = renderReportPage(reportOf(evil));
    expect(page).not.toContain('<script');
    expect(page).not.toContain('"\'&');
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;');
  });

  test('needs nothing else, and its policy allows its own style alone', () => {
    const page = renderReportPage(reportOf('x'));
    const style = /<style>([^]*)<\/style>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(page).toContain(`default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;`);
    expect(page).not.toMatch(/ (src|href|style|on\w+)=/);
    expect(page).not.toMatch(/https?:|@import|url\((?!#)/);
  });

  test('draws lost work from the last safe point on, and says all of it in tables too', () => {
    const page = renderReportPage(reportOf('x'));
    expect(page).toMatch(/class="lost-ground" x="666.7" y="18" width="333.3"/);
    expect(page.match(/class="tick" x1="(133.3|266.7)"/g)).toHaveLength(2);
    expect(page).toContain('<th scope="col" class="number">Safe points</th>');
    expect(page).toContain('(2 tries)');
  });

  test('draws the tasks of a fragment as wide as their predicted parts of its length', () => {
    const page = renderReportPage(reportOf('x'));
    // 11 of 30 s are 366.7 of 1000 px, less one between bars.
    expect(page.match(/class="task0"\s+x="0"\s+y="18"\s+width="329.1"/g)).toHaveLength(1);
    expect(page).toMatch(/x="329.1"\s+y="18"\s+width="36.6"/);
  });

  test('says how good the predictions were', () => {
    const page = renderReportPage(reportOf('x'));
    expect(page).toContain('Only 2 fragments showed how long all of it takes, 1 of them inside the 80 % band: too few');
    expect(page).toContain('took 30 s: longer than the band, 3.0 times as long as expected.');
    expect(page).toContain('<td class="number">1 of 2 (50 %)</td>');
  });
});
