import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, expect, test } from 'vitest';
import { openHistory } from '../../../scheduler/store/history.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('morsel-history-');
});

const observation = (key: string, cost: number | null) => ({
  key,
  instanceType: 'here',
  cost,
  count: 1,
  seconds: 1,
  squaredSeconds: 1,
  load: 0,
  idleSeconds: 0,
});

test('a folder that nothing can be kept in is said in a sentence', () => {
  const blocked = join(folder, 'a-file');
  writeFileSync(blocked, '');
  expect(() => openHistory(join(blocked, '.morsel'))).toThrow(/the history can't be kept in .*a-file/);
});

test('keeps the newest observations of each task, oldest first', () => {
  using history = openHistory(folder);
  history.record(Array.from({ length: 2000 }, (_, cost) => observation('a', cost)));
  history.record([observation('b', null)]);
  const kept = history.observations(['a']);
  expect(kept.length).toBe(1500);
  expect(kept.at(-1)).toEqual(observation('a', 1999));
  expect(kept[0]!.cost).toBe(500);
  expect(history.observations(['b', 'c', 'b'])).toEqual([observation('b', null)]);
});

test('what was cut short stays known as that', () => {
  const cutShort = { ...observation('a', 1), outlasted: true };
  {
    using history = openHistory(folder);
    history.record([cutShort, observation('a', 2)]);
  }
  using history = openHistory(folder);
  expect(history.observations(['a'])).toEqual([cutShort, observation('a', 2)]);
});

test('a history of the first version is gone on with', () => {
  {
    using old = new DatabaseSync(join(folder, 'history.sqlite'));
    old.exec(`
      CREATE TABLE observation (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL, instance_type TEXT NOT NULL, cost REAL, count INTEGER NOT NULL,
        seconds REAL NOT NULL, squared_seconds REAL NOT NULL, load REAL NOT NULL, idle_seconds REAL NOT NULL
      );
      CREATE TABLE fingerprint (task TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, since_ms REAL NOT NULL) WITHOUT ROWID;
      CREATE TABLE past_run (
        run TEXT PRIMARY KEY, job TEXT NOT NULL, predicted_seconds REAL, actual_seconds REAL NOT NULL
      ) WITHOUT ROWID;
      INSERT INTO observation VALUES (1, 'a', 'here', 7, 1, 1, 1, 0, 0);
      PRAGMA user_version = 1`);
  }
  using history = openHistory(folder);
  expect(history.observations(['a'])).toEqual([observation('a', 7)]);
  expect(history.targetProfile({ kind: 'local', name: 'here' })).toBeNull();
});

test('two may write at once, and each sees the other’s', () => {
  using one = openHistory(folder);
  using other = openHistory(folder);
  one.record([observation('a', 1)]);
  other.record([observation('a', 2)]);
  expect(one.observations(['a']).length).toBe(2);
});

test('a command that comes back after another was in use begins anew', () => {
  using history = openHistory(folder);
  const run = (fingerprint: string, at: number): void => history.recordFingerprints([{ task: 't', fingerprint }], at);
  run('x', 1);
  run('x', 2);
  expect(history.since('t', 'x')).toBe(1);
  run('y', 3);
  expect(history.since('t', 'x')).toBeNull();
  run('x', 4);
  expect(history.since('t', 'x')).toBe(4);
});
