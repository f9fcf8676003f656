import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Makes the journal in a run's folder what version 1 would have written. */
export function asVersion1(runFolder: string): void {
  const database = new DatabaseSync(join(runFolder, 'journal.sqlite'));
  database.exec(`
    ALTER TABLE fragment DROP COLUMN reasons;
    UPDATE fragment SET pieces = (
      SELECT json_group_array(json_object('task', value->'task', 'start', value->'start', 'end', value->'end'))
      FROM json_each(pieces)
    );
    PRAGMA user_version = 1`);
  database.close();
}
