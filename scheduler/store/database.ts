/** Opens Morsel's SQLite databases: private to their user, of a version that this code can read. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { messageOf } from '../words.ts';

/** A database that this version can't use. The message is one sentence for the user. */
export class StoreError extends Error {
  override name = 'StoreError';
}

export interface DatabaseOptions {
  /** What the file is, for messages: `journal`. */
  what: string;
  version: number;
  /** Makes the tables of a new database. */
  schema: string;
  /** What takes an older database to the next version: the first from version 1 to 2. It is not run on one that is only read. */
  migrations?: readonly string[];
  /** `FULL`: a transaction is on disk when it is over. */
  synchronous: 'FULL' | 'NORMAL';
  readOnly?: boolean;
  /** Looks for damage before anything is written; takes as long as reading the file. */
  isChecked?: boolean;
}

const SQLITE_BUSY = 5;
const BUSY_MILLISECONDS = 10;
const BUSY_ATTEMPTS = 500;

/** Opens a database, and makes it where there is none. Other processes may have it open too. Throws a {@link StoreError}. */
export function openDatabase(file: string, options: DatabaseOptions): DatabaseSync {
  const { what, version, synchronous, readOnly = false, isChecked = false } = options;
  if (!existsSync(file)) {
    if (readOnly) throw new StoreError(`there is no ${what} at ${file}`);
    createPrivate(file, what);
  }
  try {
    const database = new DatabaseSync(file, { timeout: 10_000, readOnly });
    if (!readOnly) {
      useWriteAheadLog(database);
      database.exec(`PRAGMA synchronous = ${synchronous};`);
    }
    checkVersion(database, file, what, version);
    if (!readOnly) {
      if (isChecked) checkWhole(database, file, what);
      bringUpToDate(database, options);
    }
    return database;
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const why = messageOf(error);
    throw new StoreError(`the ${what} ${file} can't be used (${why}): if it is damaged, move it away`, {
      cause: error,
    });
  }
}

/** SQLite does not wait for its timeout here: of two processes that make one database at once, one is refused. */
function useWriteAheadLog(database: DatabaseSync): void {
  for (let attempt = 1; ; attempt++) {
    try {
      return database.exec('PRAGMA journal_mode = WAL');
    } catch (error) {
      const isBusy = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
      if (!isBusy || attempt === BUSY_ATTEMPTS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MILLISECONDS);
    }
  }
}

function createPrivate(file: string, what: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, '', { mode: 0o600, flag: 'a' });
    chmodSync(file, 0o600);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    const why = code === 'EACCES' || code === 'EROFS' ? 'that folder may not be written to' : String(error);
    throw new StoreError(`the ${what} can't be kept in ${dirname(file)}: ${why}; run morsel in a folder of your own`, {
      cause: error,
    });
  }
}

/** All rows of a query. The caller vouches for the shape of a row, as the query says it. */
export function rows<T>(statement: StatementSync, ...values: SQLInputValue[]): T[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- SQL's answers have the shape that the query asks for
  return statement.all(...values) as T[];
}

/** Runs `work` in one transaction: all of it is kept, or nothing. */
export function transaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  return rows<{ user_version: number }>(database.prepare('PRAGMA user_version'))[0]!.user_version;
}

function checkVersion(database: DatabaseSync, file: string, what: string, version: number): void {
  const found = versionOf(database);
  if (found <= version) return;
  throw new StoreError(
    `the ${what} ${file} was written by a newer Morsel (version ${found}; this one reads up to ${version}): update Morsel`,
  );
}

/** What SQLite finds wrong in a file is not built upon: each write could make it worse. */
function checkWhole(database: DatabaseSync, file: string, what: string): void {
  const [found] = rows<{ quick_check: string }>(database.prepare('PRAGMA quick_check(1)'));
  if (found?.quick_check === 'ok') return;
  throw new StoreError(
    `the ${what} ${file} is damaged (${found?.quick_check}): go on from a copy of it, or start anew`,
  );
}

/** Makes the tables of a new database, and those of an older version what they are now. */
export function bringUpToDate(
  database: DatabaseSync,
  { version, schema, migrations = [] }: Pick<DatabaseOptions, 'version' | 'schema' | 'migrations'>,
): void {
  if (versionOf(database) === version) return;
  transaction(database, () => {
    // Another process may have been first.
    const found = versionOf(database);
    if (found >= version) return;
    const steps = found === 0 ? [schema] : migrations.slice(found - 1);
    database.exec(`${steps.join(';\n')}; PRAGMA user_version = ${version};`);
  });
}
