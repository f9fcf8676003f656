/** The words of an explanation, for what the runs of test/cli/explain.test.ts do not come to. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeIn, placeInWords } from '../../../scheduler/explain/band.ts';
import { calibrationOf } from '../../../scheduler/explain/calibration.ts';
import { explainAll, explainFragment, type Explained } from '../../../scheduler/explain/explain.ts';
import type { Fragment } from '../../../scheduler/fragment-scheduler/events.ts';
import type { ReportedFragment } from '../../../scheduler/run/runs.ts';
import type { FragmentRow, OutcomeRow } from '../../../scheduler/store/journal.ts';
import { jobSpec, taskSpec } from '../job-specs.ts';

const band = { low: 8, expected: 10, high: 12 };
const basis = { kind: 'observed', observations: 3, model: 'mean', medianError: 0.05, coverage: 1 } as const;

const fragment: ReportedFragment = {
  fragment: 4,
  instance: 'here-1',
  items: { resize: 10 },
  parts: [
    {
      task: 'resize',
      stage: { index: 1, of: 1 },
      items: 10,
      committed: 6,
      failed: 1,
      committedSeconds: 6.6,
      share: 1,
      predicted: {
        shortestItemSeconds: { low: 0.8, expected: 1, high: 1.2 },
        longestItemSeconds: { low: 0.8, expected: 1, high: 1.2 },
        seconds: 10,
        committedSeconds: 6,
        everyItems: 0,
        everySeconds: 6,
        basis,
      },
    },
  ],
  predictedSeconds: band,
  limit: 'lifespan',
  sizing: {
    lifeSeconds: 48,
    workLeftSeconds: 600,
    sharers: 4,
    aimSeconds: 47,
    dispatchSeconds: 0.01,
    safePointSeconds: 0.005,
    meanTimeBetweenFailuresSeconds: 3600,
  },
  startSeconds: 12,
  endSeconds: 20,
  how: 'deadline',
  safePointSeconds: [18, 20],
  safePointItems: [5, 2],
};

const report = (of: Partial<ReportedFragment>, live = false): Explained => ({
  entry: {
    id: 'r',
    folder: '/r',
    job: 'work',
    file: '/w.morsel',
    target: 'here',
    startedAt: '',
    state: 'done',
    live,
    pid: 1,
    summary: null,
  },
  spec: jobSpec({ directory: '/', tasks: [taskSpec({ name: 'resize' })] }),
  fragments: [{ ...fragment, ...of }],
  instances: [
    {
      instance: 'here-1',
      instanceType: 'local',
      where: 'host',
      cpus: 2,
      lifeSeconds: 60,
      startSeconds: 0,
      endSeconds: 60,
      reason: 'its lifespan was over',
    },
  ],
});

const said = (of: Partial<ReportedFragment>, live = false): string =>
  explainFragment(report(of, live), 4)!
    .sections.flatMap(({ lines }) => lines)
    .join('\n');

const why = (of: Partial<ReportedFragment>): string => explainAll(report(of))[0]!.why;

describe('what bounded the size', () => {
  /** A new value of the type needs a sentence, and a line here. */
  const limits: Record<Fragment['limit'], { short: string; long: string }> = {
    lifespan: { short: "fits the 48 s left of its instance's life", long: "The end of the instance's life bounded it" },
    share: { short: 'a share of 10 min of work among 4 instances', long: 'Its share of the work that was left' },
    learning: { short: 'little was known: 3 items of resize had been seen', long: 'What was not known yet bounded it' },
    queue: { short: 'all that was ready', long: 'it holds all that was ready' },
  };

  test.each(Object.entries(limits))('%s', (limit, words) => {
    expect(why({ limit })).toBe(words.short);
    expect(said({ limit })).toContain(words.long);
    expect(why({ limit, sizing: null, parts: [] })).not.toMatch(/null|undefined/);
  });

  test.each(['a new one', 'toString', '__proto__'])('one that a newer version knows: %s', (limit) => {
    expect(why({ limit })).toBe(`bounded by “${limit}”, which this version of Morsel does not know`);
    expect(said({ limit })).toContain(`bounded by “${limit}”`);
  });

  test('the numbers that were weighed', () => {
    expect(said({})).toContain('It had 48 s of 1 min left to live.');
    expect(said({})).toContain(
      '10 min of predicted work had no instance yet; shared evenly among 4 instances that is 2 min 30 s',
    );
    expect(said({})).toContain('Aimed at: 47 s of work, 31 % of that.');
    expect(said({})).toContain(
      'Every 6 s, the optimum after Young and Daly, √(2·C·M), for a safe point that costs 5 ms',
    );
  });
});

describe('what became of it', () => {
  test('cut before its deadline', () => {
    expect(said({})).toContain('It was cut after 8 s, so how long all of it would have taken is not known.');
    expect(said({})).toContain(
      '6 of 10 items of resize committed: 6.6 s of run time, where 6 s was expected: 10 % longer',
    );
    expect(said({})).toContain('2 safe points, after 6 s (5 items) and 8 s (2 items).');
    expect(said({})).toContain('1 item of resize failed for good.');
    expect(said({})).toContain('3 items of resize went back to the queue.');
    expect(explainAll(report({}))).toMatchObject([{ place: null, tookSeconds: 8 }]);
  });

  test('cut when its band had gone by already', () => {
    expect(said({ how: 'split', endSeconds: 25 })).toContain(
      'It took 13 s: longer than the band, though it was cut short.',
    );
    expect(explainAll(report({ how: 'split', endSeconds: 25 }))).toMatchObject([{ place: 'above' }]);
  });

  test('lost with its instance', () => {
    const lost = said({ how: 'lost', endSeconds: 21.5 });
    expect(lost).toContain(
      'lost with its instance (its lifespan was over), and with it 1.5 s of work since its last safe point',
    );
    expect(said({ how: 'lost', safePointSeconds: [], safePointItems: [] })).toContain('8 s of work since it began');
  });

  test('run to its end, and gone on with after a failure', () => {
    const done = said({ how: 'done', endSeconds: 23 });
    expect(done).toContain('It took 11 s: inside the band, in its upper part, 10 % longer than expected.');
    expect(done).toContain('3 items of resize failed then; a resume tried them again');
  });

  test('not ended', () => {
    const open = { how: null, endSeconds: null };
    expect(said(open, true)).toContain('It is running.');
    expect(said(open)).toContain('It was running when its run was cut off');
  });

  test('many safe points are told by the first and the last', () => {
    const at = Array.from({ length: 100 }, (_, index) => 12 + index);
    expect(said({ safePointSeconds: at, safePointItems: at })).toMatch(
      /100 safe points, after 0 s .+, … .+ 1 min 39 s \(111 items\)\./,
    );
  });
});

test('a place in a band is told as it is', () => {
  expect([7, 8, 9, 10, 12, 13].map((seconds) => placeIn(band, seconds))).toEqual([
    'below',
    'lower',
    'lower',
    'upper',
    'upper',
    'above',
  ]);
  expect(placeInWords(band, 10.02)).toBe('inside the band, in its upper part, as long as expected');
  expect(placeInWords(band, 32)).toBe('longer than the band, 3.2 times as long as expected');
});

describe('calibration', () => {
  const job = jobSpec({ directory: '/', tasks: [taskSpec({ name: 'a' }), taskSpec({ name: 'b' })] });
  const makespan = { predictedSeconds: null, actualSeconds: null };
  const piece = (index: number, start: number, end: number) => ({
    task: index,
    start,
    end,
    everyItems: 0,
    everySeconds: null,
    itemSeconds: band,
  });
  const row = (
    id: number,
    seconds: number,
    how: FragmentRow['how'],
    pieces: ReturnType<typeof piece>[],
  ): FragmentRow => ({
    fragment: id,
    instance: 'i',
    pieces,
    predictedSeconds: band,
    limit: 'share',
    assignedAt: 100,
    endedAt: how === null ? null : 100 + seconds,
    how,
    reasons: { sizing: fragment.sizing!, pieces, bases: [{ task: 0, ...basis }] },
  });
  const outcome = (id: number, index: number, start: number, end: number, seconds: number): OutcomeRow => ({
    task: index,
    start,
    end,
    state: 'committed',
    fragment: id,
    seconds,
    at: 110,
    why: null,
  });

  test('judges what shows where it fell, and nothing else', () => {
    const fragments = [
      row(0, 10, 'done', [piece(0, 0, 2)]),
      row(1, 13, 'done', [piece(0, 2, 3)]),
      row(2, 5, 'split', [piece(0, 3, 9)]),
      row(3, 99, 'lost', [piece(0, 9, 10)]),
      row(4, 11, 'done', [piece(0, 10, 11), piece(1, 0, 1)]),
      row(5, 0, null, [piece(1, 1, 2)]),
    ];
    const outcomes = [
      outcome(0, 0, 0, 2, 40),
      outcome(1, 0, 2, 3, 8),
      outcome(4, 0, 10, 11, 7),
      { ...outcome(4, 1, 0, 1, 0), state: 'failed' as const },
      // Of a fragment that the journal does not know.
      outcome(77, 0, 20, 21, 1),
    ];
    const found = calibrationOf({ job, fragments, outcomes, makespan });
    expect(found.fragments).toEqual({ predicted: 6, judged: 4, inside: 2, below: 0, above: 2, medianError: 1 / 11 });
    expect(found.tasks[0]).toMatchObject({
      task: 'a',
      fragments: { predicted: 4, judged: 3, inside: 1, above: 2 },
      items: { predicted: 4, commits: 3, judged: 2, inside: 1, below: 1, medianError: 3 / 7 },
    });
    expect(found.tasks[1]).toMatchObject({
      task: 'b',
      fragments: { predicted: 1, judged: 0, medianError: null },
      items: { predicted: 0, commits: 0, judged: 0, medianError: null },
    });
  });

  test('finds the coverage that there is', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1, max: 20, noNaN: true }), { minLength: 1, maxLength: 60 }), (lengths) => {
        const fragments = lengths.map((seconds, id) => row(id, seconds, 'done', [piece(0, id, id + 1)]));
        const { fragments: score } = calibrationOf({ job, fragments, outcomes: [], makespan });
        const inside = fragments.filter(({ endedAt }) => endedAt! - 100 >= 8 && endedAt! - 100 <= 12).length;
        expect(score).toMatchObject({ predicted: lengths.length, judged: lengths.length, inside });
      }),
    );
  });
});
