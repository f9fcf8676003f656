import { existsSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { reasonOf } from '../scheduler/items/input-error.ts';
import { UserError } from './exit-codes.ts';

/**
 * Writes a file so that it is never seen half written: what was there stays until the new text is whole. A file that is
 * there keeps its mode, and a link its place; a new one gets `mode`. Throws a {@link UserError}.
 */
export function replaceFile(file: string, text: string, mode: number): void {
  const known = statSync(file, { throwIfNoEntry: false });
  const target = known === undefined ? file : realpathSync(file);
  const fresh = `${target}.${process.pid}.tmp`;
  try {
    writeFileSync(fresh, text, { mode: known?.mode ?? mode });
    renameSync(fresh, target);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw new UserError(
      `${file} cannot be written: ${existsSync(dirname(target)) ? reasonOf(error) : 'its folder does not exist'}.`,
    );
  }
}
