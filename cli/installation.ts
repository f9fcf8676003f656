/** Where the parts of this program are: beside the sources, or in `dist/` as scripts/build.mjs lays it out. */
import { fileURLToPath } from 'node:url';

const fromSource = import.meta.url.endsWith('.ts');

const fileOf = (source: string, bundle: string): string =>
  fileURLToPath(new URL(fromSource ? source : bundle, import.meta.url));

/** The program and arguments that start a worker. */
export const workerCommand = (): string[] => [process.execPath, fileOf('../scheduler/worker/main.ts', '../worker.js')];

/** The program and arguments that start this program anew. */
export const ownCommand = (): string[] => [process.execPath, fileOf('./main.ts', '../cli.js')];

/** The language server. */
export const serverFile = (): string => fileOf('../server/main.ts', '../server/main.js');
