import { Command } from 'commander';
import { attach, NotAtWork, findRun, readReport, type RunEntry } from '../../scheduler/run/runs.ts';
import { ExitCode } from '../exit-codes.ts';
import { exitCodeOf, showIn } from '../follow-run.ts';
import { nearestMorselFolder } from '../morsel-folder.ts';
import { createProgressView } from '../progress/progress-view.ts';
import { renderSummary } from '../render-summary.ts';
import { failuresOf } from '../report/failures.ts';
import { paintFor, printJsonLine, printLines, say } from '../terminal.ts';

export default new Command('watch')
  .description('Follows a run until it ends. Ctrl-C leaves, and the run goes on. Of a run that has ended: its summary.')
  .argument('[run]', 'a run id, or the beginning of it; default: the newest run')
  .option('--json', 'print one JSON event a line, beginning with where the run stands')
  .addHelpText(
    'after',
    `
Examples:
  morsel watch
  morsel watch 20261124-142501-thumbnails

Exit codes: those of the run (0 done · 1 items failed · 3 stopped, can be resumed) · 0 if you leave · 2 wrong usage`,
  )
  .action(watch);

async function watch(id: string | undefined, options: { json?: true }): Promise<void> {
  const entry = findRun(nearestMorselFolder(), id, 'any');
  const json = options.json === true;
  const how = entry.live ? await follow(entry, json) : 'over';
  if (how === 'left') {
    say(`Run ${entry.id} goes on.`);
    process.exitCode = ExitCode.done;
    return;
  }
  const { summary, failures } = readReport(entry.folder);
  if (!json) printLines(renderSummary(summary, failuresOf(failures), paintFor(process.stdout)));
  else if (how === 'over') printJsonLine({ at: new Date().toISOString(), type: 'run-finished', ...summary });
  process.exitCode = exitCodeOf(summary.state);
}

/** Until the run has ended, or the user leaves; `over` if it ended before it could be watched. */
async function follow(entry: RunEntry, json: boolean): Promise<'ended' | 'left' | 'over'> {
  const view = json ? null : createProgressView();
  const show = view === null ? printJsonLine : showIn(view);
  const left = new Promise<'left'>((resolve) => {
    process.once('SIGINT', () => resolve('left'));
  });
  try {
    const attached = await attach(entry.folder, show);
    show({ at: new Date().toISOString(), type: 'progress', progress: attached.progress });
    const how = await Promise.race([attached.closed.then(() => 'ended' as const), left]);
    attached.detach();
    return how;
  } catch (error) {
    if (error instanceof NotAtWork) return 'over';
    throw error;
  } finally {
    view?.end();
  }
}
