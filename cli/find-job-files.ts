/** Which files a command line means. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from './exit-codes.ts';

const SUFFIX = '.morsel';

/**
 * The files as given, and for a folder all job files below it, in order of their paths and none twice.
 * Folders that hold no one's own job files (`node_modules`, those that begin with a dot) are passed over.
 */
export function findJobFiles(paths: readonly string[]): string[] {
  const found = paths.flatMap((path) => (kindOf(path) === 'folder' ? someBelow(path) : [path]));
  return [...new Set(found)];
}

function kindOf(path: string): 'file' | 'folder' {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw usageError(`There is no file or folder ${path}.`);
  return stats.isDirectory() ? 'folder' : 'file';
}

function someBelow(folder: string): string[] {
  const files = jobFilesBelow(folder);
  if (files.length === 0) throw usageError(`There is no ${SUFFIX} file in ${folder} or below it.`);
  return files;
}

function jobFilesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const files = entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return isPassedOver(entry.name) ? [] : jobFilesBelow(path);
    return entry.name.endsWith(SUFFIX) ? [path] : [];
  });
  return files;
}

const isPassedOver = (name: string): boolean => name.startsWith('.') || name === 'node_modules';
