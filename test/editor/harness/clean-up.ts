/** What has to be gone when this process ends, however it ends: process groups and temporary folders. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** code-server forks, so its first process alone would not do. */
const groups = new Set<number>();
const folders = new Set<string>();

export function killAtExit(group: number): void {
  groups.add(group);
}

/** Signals a whole process group; one that is gone already is fine. */
export function killGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    groups.delete(group);
  }
}

/** A temporary folder that is deleted at the end. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  folders.add(folder);
  return folder;
}

process.on('exit', () => {
  for (const group of groups) killGroup(group, 'SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));
process.on('SIGHUP', () => process.exit(129));
