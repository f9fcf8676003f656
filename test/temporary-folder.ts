/** Folders for tests, gone when the tests of their file are over. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders.splice(0)) removeFolder(folder);
});

/** Makes an empty folder; its path has no links in it. `name` may have a space in it, to see that nobody minds. */
export function temporaryFolder(name = 'morsel test '): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), name)));
  folders.push(folder);
  return folder;
}

/** For what ends before its file does: processes may still be writing there, so it is tried again. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
