/** What all runs of a folder have taught: observations for predictions, and since when tasks have their commands. */
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { TargetSpec } from '../job-spec.ts';
import type { TargetProfile } from '../plan/target-profile.ts';
import type { Observation } from '../predictive-model/observation.ts';
import { openDatabase, rows, transaction } from './database.ts';

const HISTORY_VERSION = 2;
/** The newest so many observations of each task are kept: a few runs of it, so that none is known by its end alone. */
const KEPT_PER_KEY = 1500;

const SCHEMA = `
  CREATE TABLE observation (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, instance_type TEXT NOT NULL, cost REAL, count INTEGER NOT NULL,
    seconds REAL NOT NULL, squared_seconds REAL NOT NULL, load REAL NOT NULL, idle_seconds REAL NOT NULL,
    outlasted INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX observation_of_key ON observation (key, id);
  CREATE TABLE fingerprint (task TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, since_ms REAL NOT NULL) WITHOUT ROWID;
  CREATE TABLE past_run (
    run TEXT PRIMARY KEY, job TEXT NOT NULL, predicted_seconds REAL, actual_seconds REAL NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE target_profile (target TEXT PRIMARY KEY, profile TEXT NOT NULL) WITHOUT ROWID`;

/** What makes a history of each version one of the next. */
const MIGRATIONS = [
  `ALTER TABLE observation ADD COLUMN outlasted INTEGER NOT NULL DEFAULT 0;
   CREATE TABLE IF NOT EXISTS target_profile (target TEXT PRIMARY KEY, profile TEXT NOT NULL) WITHOUT ROWID`,
];

/** Targets of one kind and name count as one. */
type TargetId = Pick<TargetSpec, 'kind' | 'name'>;

export interface History {
  /** What is known of some tasks, by their keys; oldest first. */
  observations(keys: readonly string[]): Observation[];
  /** Keeps observations, the newest few hundred of each task. */
  record(observations: readonly Observation[]): void;
  /** Since when a task has had this fingerprint, in ms since 1970; null if its last run had another, or none. */
  since(task: string, fingerprint: string): number | null;
  /** Notes that a run with these fingerprints begins. A fingerprint that a task had already keeps its time. */
  recordFingerprints(tasks: readonly { task: string; fingerprint: string }[], nowMs: number): void;
  /** Notes what was predicted for a run and how long it took. */
  recordRun(run: string, job: string, predictedSeconds: number | null, actualSeconds: number): void;
  /** What past runs taught of a target; null where none ran on it. */
  targetProfile(target: TargetId): TargetProfile | null;
  recordTargetProfile(target: TargetId, profile: TargetProfile): void;
  close(): void;
  [Symbol.dispose](): void;
}

/** Opens the history of a `.morsel` folder. Several processes may have it open and write to it. */
export function openHistory(morselFolder: string): History {
  const database = openDatabase(join(morselFolder, 'history.sqlite'), {
    what: 'history',
    version: HISTORY_VERSION,
    schema: SCHEMA,
    migrations: MIGRATIONS,
    // A lost observation costs nothing but a little accuracy.
    synchronous: 'NORMAL',
  });
  return historyIn(database);
}

type ObservationRow = Omit<Observation, 'outlasted'> & { outlasted: number };

const observationOf = ({ outlasted, ...row }: ObservationRow): Observation =>
  outlasted === 1 ? { ...row, outlasted: true } : { ...row };

const targetKey = ({ kind, name }: TargetId): string => `${kind} ${name}`;

function historyIn(database: DatabaseSync): History {
  const select = database.prepare(
    `SELECT key, instance_type AS instanceType, cost, count, seconds, squared_seconds AS squaredSeconds, load,
            idle_seconds AS idleSeconds, outlasted FROM observation WHERE key = ? ORDER BY id`,
  );
  const insert = database.prepare(
    `INSERT INTO observation (key, instance_type, cost, count, seconds, squared_seconds, load, idle_seconds, outlasted)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const prune = database.prepare(
    `DELETE FROM observation WHERE key = ?1 AND id <=
       (SELECT id FROM observation WHERE key = ?1 ORDER BY id DESC LIMIT 1 OFFSET ${KEPT_PER_KEY})`,
  );
  const since = database.prepare('SELECT since_ms AS sinceMs FROM fingerprint WHERE task = ? AND fingerprint = ?');
  const setFingerprint = database.prepare(
    `INSERT INTO fingerprint (task, fingerprint, since_ms) VALUES (?, ?, ?) ON CONFLICT (task) DO UPDATE
     SET fingerprint = excluded.fingerprint, since_ms = excluded.since_ms WHERE fingerprint <> excluded.fingerprint`,
  );
  const setRun = database.prepare('INSERT OR REPLACE INTO past_run VALUES (?, ?, ?, ?)');
  const selectProfile = database.prepare('SELECT profile FROM target_profile WHERE target = ?');
  const setProfile = database.prepare('INSERT OR REPLACE INTO target_profile VALUES (?, ?)');
  const close = (): void => database.close();
  return {
    observations: (keys) => [...new Set(keys)].flatMap((key) => rows<ObservationRow>(select, key).map(observationOf)),
    record: (observations) =>
      transaction(database, () => {
        for (const o of observations) {
          const { key, instanceType, cost, count, seconds, squaredSeconds, load, idleSeconds, outlasted } = o;
          const isOutlasted = outlasted ? 1 : 0;
          insert.run(key, instanceType, cost, count, seconds, squaredSeconds, load, idleSeconds, isOutlasted);
        }
        for (const key of new Set(observations.map((o) => o.key))) prune.run(key);
      }),
    since: (task, fingerprint) => rows<{ sinceMs: number }>(since, task, fingerprint)[0]?.sinceMs ?? null,
    recordFingerprints: (tasks, nowMs) =>
      transaction(database, () => {
        for (const { task, fingerprint } of tasks) setFingerprint.run(task, fingerprint, nowMs);
      }),
    recordRun: (run, job, predictedSeconds, actualSeconds) => {
      setRun.run(run, job, predictedSeconds, actualSeconds);
    },
    targetProfile: (target) => {
      const found = rows<{ profile: string }>(selectProfile, targetKey(target))[0];
      if (!found) return null;
      const profile: TargetProfile = JSON.parse(found.profile);
      return profile;
    },
    recordTargetProfile: (target, profile) => {
      setProfile.run(targetKey(target), JSON.stringify(profile));
    },
    close,
    [Symbol.dispose]: close,
  };
}
