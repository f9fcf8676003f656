import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * A copy of the worker that pilots can start, named by its content: this installation may be on this machine alone, and may
 * be replaced while a run is under way. One that is run from source stays where it is.
 */
export function cachedWorker(workerFile: string, cacheFolder: string): string {
  if (workerFile.endsWith('.ts')) return workerFile;
  const content = readFileSync(workerFile);
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
  // Bundled as an ES module, which Node must be able to tell wherever the file is.
  const file = join(cacheFolder, `${basename(workerFile, '.js')}-${hash}.mjs`);
  if (existsSync(file)) return file;
  mkdirSync(cacheFolder, { recursive: true, mode: 0o700 });
  const copy = `${file}.${process.pid}`;
  writeFileSync(copy, content, { mode: 0o600 });
  renameSync(copy, file);
  return file;
}
