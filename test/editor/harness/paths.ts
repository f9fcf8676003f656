/** Where things are, for every runner; all of them run from the top of the repository. */
import { cpSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { temporaryFolder } from './clean-up.ts';

export const root = resolve('.');
const fixture = join(root, 'test/editor/workspace');

/** A fresh copy of the workspace of the tests, so that runs and edits leave no trace. */
export function freshWorkspace(): string {
  const folder = join(temporaryFolder('morsel-workspace'), 'workspace');
  cpSync(fixture, folder, { recursive: true });
  return folder;
}
