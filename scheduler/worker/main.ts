/**
 * The process on an instance. Without arguments it speaks with its run over stdin and stdout, and whatever else it has to
 * say goes to stderr. `home FILE PILOT`: it calls the run that FILE tells of, as that pilot's worker. `stdio NAME`: it speaks
 * over stdin and stdout as over a network. `relay SOCKET`: it is no worker, and carries the connection of one.
 * The same file is the entry of the threads that modules run in.
 */
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const [how, first, second] = process.argv.slice(2);
  if (how === 'home' && first !== undefined && second !== undefined) {
    const { serveHome } = await import('./serve-home.ts');
    await serveHome(first, second);
  } else if (how === 'relay' && first !== undefined) {
    const { serveRelay } = await import('./serve-relay.ts');
    serveRelay(first);
  } else if (how === 'stdio' && first !== undefined) {
    const { serveStdio } = await import('./serve-stdio.ts');
    await serveStdio(first);
  } else {
    const { serveRun } = await import('./serve-run.ts');
    await serveRun();
  }
} else {
  const { serveModule } = await import('./module-thread.ts');
  await serveModule();
}
