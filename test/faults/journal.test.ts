/** The journal's files as a power cut, a bad disk or another version of Morsel leaves them. */
import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { uniform } from '../../scheduler/plan/random.ts';
import { Journal } from '../../scheduler/store/journal.ts';
import { StoreError } from '../../scheduler/store/database.ts';
import { jobSpec } from '../scheduler/job-specs.ts';
import { task, workload } from '../scheduler/workloads.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const TRANSACTIONS = 24;
const SECTOR = 512;

const commitOne = (journal: Journal, position: number): void =>
  journal.commit(
    [
      {
        fragment: 0,
        reports: [
          {
            task: 0,
            start: position,
            end: position + 1,
            state: 'done',
            seconds: 1,
            squaredSeconds: 1,
            // Some transactions are of several pages.
            results: position % 4 === 0 ? [{ position, result: 'x'.repeat(9000) }] : [],
          },
        ],
      },
    ],
    position,
  );

const committed = (journal: Journal): number[] => journal.outcomes().map(({ start }) => start);

/** A journal of so many transactions, and the length of its log after each. */
function recorded(): { folder: string; lengths: number[] } {
  const folder = temporaryFolder();
  const journal = Journal.open(folder);
  journal.begin('r', jobSpec({ directory: '/job' }), workload(task('t', TRANSACTIONS)));
  const log = join(folder, 'journal.sqlite-wal');
  const lengths = [statSync(log).size];
  for (let position = 0; position < TRANSACTIONS; position++) {
    commitOne(journal, position);
    lengths.push(statSync(log).size);
  }
  // Copied while it is open, as a power cut finds it: closing it would move the log into the database.
  const copy = temporaryFolder();
  for (const name of ['journal.sqlite', 'journal.sqlite-wal']) copyFileSync(join(folder, name), join(copy, name));
  journal.close();
  return { folder: copy, lengths };
}

/** Opens what is on the disk after a cut; answers the positions that are committed. */
function reopened(database: Buffer, log: Buffer): number[] {
  const folder = join(temporaryFolderOnce, 'cut');
  rmSync(`${folder}/journal.sqlite-shm`, { force: true });
  writeFileSync(`${folder}/journal.sqlite`, database);
  writeFileSync(`${folder}/journal.sqlite-wal`, log);
  const journal = Journal.open(folder);
  const found = committed(journal);
  // It can be gone on with.
  commitOne(journal, 1000);
  expect(committed(journal)).toEqual([...found, 1000]);
  journal.close();
  return found;
}

const temporaryFolderOnce = temporaryFolder();
Journal.open(join(temporaryFolderOnce, 'cut')).close();

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

test('a power cut at any sector of any write leaves each transaction whole or not at all', { timeout: 60_000 }, () => {
  const { folder, lengths } = recorded();
  const database = readFileSync(join(folder, 'journal.sqlite'));
  const log = readFileSync(join(folder, 'journal.sqlite-wal'));
  const random = uniform(1);
  let cuts = 0;
  for (let count = 0; count < TRANSACTIONS; count++) {
    const [from, to] = [lengths[count]!, lengths[count + 1]!];
    for (let at = from; at < to; at += SECTOR) {
      // What was being written may be missing, or be whatever was on the disk before.
      const isTorn = random() < 0.5;
      const torn = Buffer.from(Uint8Array.from({ length: SECTOR }, () => 256 * random()));
      const left = log.subarray(0, at);
      expect(reopened(database, isTorn ? Buffer.concat([left, torn]) : left)).toEqual(upTo(count));
      cuts++;
    }
    expect(reopened(database, log.subarray(0, to))).toEqual(upTo(count + 1));
    cuts++;
  }
  console.log(`${cuts} power cuts`);
});

test('a power cut while the log is moved into the database loses nothing', () => {
  const { folder } = recorded();
  const before = readFileSync(join(folder, 'journal.sqlite'));
  const log = readFileSync(join(folder, 'journal.sqlite-wal'));
  const moved = new DatabaseSync(join(folder, 'journal.sqlite'));
  moved.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  moved.close();
  const after = readFileSync(join(folder, 'journal.sqlite'));
  const pages = after.length / 4096;
  const random = uniform(2);
  for (let cut = 0; cut < 100; cut++) {
    const half = Buffer.concat([before, Buffer.alloc(Math.max(0, after.length - before.length))]);
    for (let page = 0; page < pages; page++)
      if (random() < 0.5) after.copy(half, page * 4096, page * 4096, (page + 1) * 4096);
    expect(reopened(half, log)).toEqual(upTo(TRANSACTIONS));
  }
});

test('a journal that is damaged is said to be, and is not gone on with', () => {
  const { folder } = recorded();
  const file = join(folder, 'journal.sqlite');
  Journal.open(folder).close();
  const whole = readFileSync(file);
  for (let page = 1; page < whole.length / 4096; page++) {
    const damaged = Buffer.from(whole);
    damaged.fill(0xa5, page * 4096, (page + 1) * 4096);
    writeFileSync(file, damaged);
    expect(() => Journal.open(folder).close(), `page ${page}`).toThrow(StoreError);
    expect(readFileSync(file).equals(damaged)).toBe(true);
  }
});

test('a journal that says what can’t be is not gone on with', () => {
  const said = (change: (database: DatabaseSync) => void): string => {
    const { folder } = recorded();
    const database = new DatabaseSync(join(folder, 'journal.sqlite'));
    change(database);
    database.close();
    const journal = Journal.open(folder);
    try {
      journal.settled();
      return '';
    } catch (error) {
      return error instanceof StoreError ? error.message : String(error);
    } finally {
      journal.close();
    }
  };
  const outcome = (start: number, end: number, what = 0): string =>
    `INSERT INTO outcome VALUES (${what}, ${start}, ${end}, 'committed', 0, 1, 1, 1, NULL)`;
  expect(said(() => {})).toBe('');
  expect(said((database) => database.exec(outcome(3, 4)))).toContain('ended twice');
  expect(said((database) => database.exec(outcome(TRANSACTIONS, TRANSACTIONS + 1)))).toContain('that there are not');
  expect(said((database) => database.exec(outcome(0, 1, 7)))).toContain('that there are not');
  expect(said((database) => database.exec("UPDATE run SET workload = '{'"))).toContain('is damaged');
});

test('a long run’s log does not grow without end', () => {
  const folder = temporaryFolder();
  const journal = Journal.open(folder);
  journal.begin('r', jobSpec({ directory: '/job' }), workload(task('t', 10_000)));
  let most = 0;
  for (let position = 1; position < 6000; position += 4) {
    commitOne(journal, position);
    if (position % 100 === 1) most = Math.max(most, statSync(join(folder, 'journal.sqlite-wal')).size);
  }
  expect(most).toBeLessThan(8 << 20);
  journal.close();
  expect(existsSync(join(folder, 'journal.sqlite-wal'))).toBe(false);
});
