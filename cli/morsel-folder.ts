/** Where runs are kept: `.morsel` in the current folder, or for commands that look for runs the nearest one upwards. */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const NAME = '.morsel';

/** Where a new run of this folder is kept. */
export const ownMorselFolder = (): string => join(process.cwd(), NAME);

/** The nearest `.morsel` of the current folder and those above it, as git looks for `.git`; else the one that would be made. */
export function nearestMorselFolder(): string {
  const start = process.cwd();
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, NAME);
    if (statSync(candidate, { throwIfNoEntry: false })?.isDirectory() === true) return candidate;
    if (dirname(folder) === folder) return ownMorselFolder();
  }
}
