/** Moving files so that a reader sees the whole file or none. */
import { closeSync, copyFileSync, fdatasyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { messageOf } from '../words.ts';

/** A rename, also from one file system to another. */
export function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isOtherFileSystem(error)) throw error;
    renameSync(moveBeside(from, to), to);
  }
}

/** Moves a file into the folder of the path that it is to have, under a name that is not in use there; returns that path. */
export function moveBeside(from: string, to: string): string {
  const beside = `${to}.morsel-${process.pid}`;
  try {
    renameSync(from, beside);
  } catch (error) {
    if (!isOtherFileSystem(error)) throw error;
    copyFileSync(from, beside);
    syncFile(beside);
    rmSync(from);
  }
  return beside;
}

/** What is in the way of a file, in words. */
export function whyNot(error: unknown): string {
  const code = codeOf(error);
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'a file stands where a folder would have to be';
  if (code === 'EISDIR' || code === 'ENOTEMPTY') return 'a folder stands in its place';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'you may not write there';
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'there is no space left';
  return messageOf(error);
}

const isOtherFileSystem = (error: unknown): boolean => codeOf(error) === 'EXDEV';

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

function syncFile(path: string): void {
  const file = openSync(path, 'r');
  try {
    fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
}
