/** Where a pattern begins to match: the folder that all its matches are below. */
import { posix } from 'node:path';

const MAGIC = /[*?[\]{}()!]/;

/** The part of a file pattern before its first wildcard, as a folder: `../lib` of `../lib/**` + `/*.js`. */
export function fixedFolder(pattern: string): string {
  const segments = pattern.split('/');
  const wild = segments.findIndex((segment) => MAGIC.test(segment));
  const fixed = segments.slice(0, wild === -1 ? segments.length - 1 : wild).join('/');
  return fixed === '' && pattern.startsWith('/') ? '/' : posix.normalize(fixed === '' ? '.' : fixed);
}

/**
 * A file's path from the fixed folder of the pattern that it matches, so that a tree can be rebuilt elsewhere. Of several
 * patterns the one with the deepest folder counts. Absolute paths with `/`.
 */
export function pathBelow(path: string, folders: readonly string[]): string {
  let deepest = '';
  for (const folder of folders) {
    const prefix = folder.endsWith('/') ? folder : `${folder}/`;
    if (path.startsWith(prefix) && prefix.length > deepest.length) deepest = prefix;
  }
  return path.slice(deepest.length);
}
