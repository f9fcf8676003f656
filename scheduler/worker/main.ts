/**
 * The process on an instance. It speaks with its run over stdin and stdout; whatever else it has to say goes to stderr.
 * The same file is the entry of the threads that modules run in.
 */
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const { serveRun } = await import('./serve-run.ts');
  await serveRun();
} else {
  const { serveModule } = await import('./module-thread.ts');
  await serveModule();
}
