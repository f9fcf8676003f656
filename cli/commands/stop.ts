import { Command } from 'commander';
import { attach, type AttachedRun, findRun, RunError } from '../../scheduler/run/runs.ts';
import { STOPPING } from '../follow-run.ts';
import { nearestMorselFolder } from '../morsel-folder.ts';
import { say } from '../terminal.ts';

export default new Command('stop')
  .description(
    'Stops a run at its next safe points, and returns when it has ended. `morsel resume` goes on from there. With --task, cancels one task of it, and the rest goes on.',
  )
  .argument('[run]', 'a run id, or the beginning of it; default: the newest run that is at work')
  .option('--task <name>', 'cancel this task only: nothing more of it begins, and what waits for it is skipped')
  .addHelpText(
    'after',
    `
Examples:
  morsel stop
  morsel stop 20261124-142501
  morsel stop --task render

Exit codes: 0 done · 1 there is no such run at work, or no such task in it · 2 wrong usage`,
  )
  .action(stop);

async function stop(id: string | undefined, { task }: { task?: string }): Promise<void> {
  const run = findRun(nearestMorselFolder(), id, 'live');
  const attached = await attach(run.folder);
  if (task !== undefined) return cancelTask(attached, run.id, task);
  say(`Stopping ${run.id} ${STOPPING}.`);
  await attached.stop();
  attached.detach();
  say(`Stopped: \`morsel resume ${run.id}\` goes on from here.`);
}

async function cancelTask(attached: AttachedRun, run: string, task: string): Promise<void> {
  const problem = await attached.cancelTask(task);
  attached.detach();
  if (problem !== null) throw new RunError(`can't cancel a task of ${run}: ${problem}`);
  say(`Cancelled ${task} of ${run}: what is under way ends, and the rest of the job goes on.`);
}
