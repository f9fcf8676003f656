import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, expect, test } from 'vitest';
import type { Fragment } from '../../../scheduler/fragment-scheduler/events.ts';
import { Journal } from '../../../scheduler/store/journal.ts';
import { jobSpec } from '../job-specs.ts';
import { asVersion1 } from './old-journal.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('morsel-journal-');
});

const facts = { type: 'here', cpus: 2, memoryBytes: null, lifeSeconds: 60, where: 'this machine' };
const seconds = { low: 1, expected: 2, high: 3 };
const fragment: Fragment = {
  id: 0,
  instance: 'here-1',
  pieces: [{ task: 0, start: 0, end: 1_000_000, everyItems: 0, everySeconds: null, itemSeconds: seconds }],
  predictedSeconds: seconds,
  limit: 'queue',
  sizing: {
    lifeSeconds: null,
    workLeftSeconds: 1,
    sharers: 1,
    aimSeconds: 1,
    dispatchSeconds: 0.01,
    safePointSeconds: 0.005,
    meanTimeBetweenFailuresSeconds: 3600,
  },
};

const basis = {
  task: 0,
  kind: 'observed',
  observations: 40,
  model: 'linear in cost',
  medianError: 0.04,
  coverage: 0.8,
} as const;

test('what was committed is there for the next process, and what was open counts as lost', () => {
  const first = Journal.open(folder);
  first.begin('r', jobSpec({ directory: '/job' }), { tasks: [] });
  const { process } = first.beginProcess(1);
  first.instanceUp(process, 'here-1', facts, 1);
  first.assigned(fragment, [basis], 2);
  const done = { task: 0, start: 0, end: 500_000, state: 'done', seconds: 9, squaredSeconds: 1 } as const;
  const failure = { position: 500_000, attempts: 2, message: 'exited with 3', stdout: '', stderr: 'no' };
  const failed = { task: 0, start: 500_000, end: 500_001, state: 'failed', failures: [failure] } as const;
  first.commit([{ fragment: 0, reports: [{ ...done }, { ...failed, failures: [failure] }] }], 5);
  first.seen(process, 4);
  first.close();

  const next = Journal.open(folder);
  expect(next.lastWord()).toBeNull();
  expect(next.beginProcess(2)).toMatchObject({ beganAt: 5 });
  expect(next.fragments()).toMatchObject([{ fragment: 0, how: 'lost', endedAt: 5, assignedAt: 2 }]);
  expect(next.instances()).toMatchObject([{ name: 'here-1', downAt: 5 }]);
  expect(next.counts()).toEqual({ fragments: 1, splits: 0, instances: 1, nextFragment: 1 });
  expect(next.outcomes().map(({ start, end, state }) => [start, end, state])).toEqual([
    [0, 500_000, 'committed'],
    [500_000, 500_001, 'failed'],
  ]);
  expect(next.committedBy(0, 499_999)).toBe(0);
  expect(next.committedBy(0, 500_000)).toBeNull();
  expect(next.failed()).toEqual([{ task: 0, ...failure }]);
  next.close();
});

test('why a fragment was made as it was is kept with it', () => {
  const journal = Journal.open(folder);
  journal.assigned(fragment, [basis], 2);
  const { sizing, pieces } = fragment;
  expect(journal.fragments()).toMatchObject([{ limit: 'queue', reasons: { sizing, pieces, bases: [basis] } }]);
  journal.close();
});

test('a journal of version 1 is read as it is, and brought up to date when it is gone on with', () => {
  const journal = Journal.open(folder);
  journal.assigned(fragment, [basis], 2);
  journal.close();
  asVersion1(folder);

  const read = Journal.open(folder, { readOnly: true });
  expect(read.fragments()).toMatchObject([{ fragment: 0, limit: 'queue', assignedAt: 2, reasons: null }]);
  read.close();

  const next = Journal.open(folder);
  next.assigned({ ...fragment, id: 1 }, [basis], 3);
  expect(next.fragments().map(({ reasons }) => reasons?.sizing ?? null)).toEqual([null, fragment.sizing]);
  next.close();
  Journal.open(folder).close();
});

test('a transaction that fails leaves nothing of itself', () => {
  const journal = Journal.open(folder);
  const report = { task: 0, start: 0, end: 1, state: 'done', seconds: 1, squaredSeconds: 1 } as const;
  // A value that no column takes, as a broken worker might report it.
  const broken = { ...report, seconds: JSON.parse('{}') };
  expect(() => journal.commit([{ fragment: 0, reports: [report, broken] }], 1)).toThrow('cannot be bound');
  expect(journal.outcomes()).toEqual([]);
  journal.close();
});

test('results and printed output of items come back', () => {
  const journal = Journal.open(folder);
  const printed = [{ position: 1, stdout: 'a\n', stderr: '' }];
  const results = [{ position: 0, result: { ok: true } }];
  const report = { task: 0, start: 0, end: 2, state: 'done', seconds: 1, squaredSeconds: 1, printed, results } as const;
  journal.commit([{ fragment: 0, reports: [{ ...report, printed, results }] }], 1);
  expect([...journal.printed()]).toEqual([{ task: 0, ...printed[0] }]);
  expect([...journal.results()]).toEqual([{ task: 0, ...results[0] }]);
  journal.close();
});

test('results and printed output are kept up to a limit, also from one process of a run to the next', () => {
  const commit = (journal: Journal): void => {
    for (let start = 0; start < 40; start++) {
      const results = [{ position: start, result: 'x'.repeat(1 << 20) }];
      const printed = [{ position: start, stdout: 'y'.repeat(1 << 20), stderr: '' }];
      const report = { task: 0, start, end: start + 1, state: 'done', seconds: 1, squaredSeconds: 1 } as const;
      journal.commit([{ fragment: 0, reports: [{ ...report, printed, results }] }], 1);
    }
  };
  const counts = (journal: Journal): number[] => [[...journal.printed()].length, [...journal.results()].length];
  const journal = Journal.open(folder);
  commit(journal);
  expect(counts(journal)).toEqual([32, 32]);
  journal.close();
  const next = Journal.open(folder);
  commit(next);
  expect(counts(next)).toEqual([32, 32]);
  next.close();
});

test('the journal is its user’s alone', () => {
  Journal.open(folder).close();
  expect(statSync(join(folder, 'journal.sqlite')).mode & 0o777).toBe(0o600);
});

test('says what is wrong with a journal that it can’t read', () => {
  expect(() => Journal.open(folder, { readOnly: true })).toThrow('there is no journal at');
  const file = join(folder, 'journal.sqlite');
  const newer = new DatabaseSync(file);
  newer.exec('PRAGMA user_version = 99');
  newer.close();
  expect(() => Journal.open(folder)).toThrow('was written by a newer Morsel (version 99; this one reads up to 2)');
  rmSync(file);
  writeFileSync(file, 'this is no database, '.repeat(500));
  expect(() => Journal.open(folder)).toThrow('if it is damaged, move it away');
});
