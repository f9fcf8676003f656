/** Whoever read our output may leave before we are done, as in `morsel plan | head`. */
let broken = false;
let goesOn = false;

/** From then on a lost reader of stdout ends the program quietly; a lost reader of stderr is no matter. */
export function expectBrokenPipes(): void {
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    broken = true;
    if (!goesOn) process.exit();
  });
}

/** For `run` and `resume`: the work goes on when nobody reads its events any more. */
export function goOnWithoutReader(): void {
  goesOn = true;
}

/** What is written from now on would reach nobody. */
export const isStdoutBroken = (): boolean => broken;
