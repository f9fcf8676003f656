import { Command } from 'commander';
import { attach, findRun } from '../../scheduler/run/runs.ts';
import { STOPPING } from '../follow-run.ts';
import { nearestMorselFolder } from '../morsel-folder.ts';
import { say } from '../terminal.ts';

export default new Command('stop')
  .description(
    'Stops a run at its next safe points, and returns when it has ended. `morsel resume` goes on from there.',
  )
  .argument('[run]', 'a run id, or the beginning of it; default: the newest run that is at work')
  .addHelpText(
    'after',
    `
Examples:
  morsel stop
  morsel stop 20261124-142501

Exit codes: 0 done · 1 there is no such run at work · 2 wrong usage`,
  )
  .action(stop);

async function stop(id: string | undefined): Promise<void> {
  const run = findRun(nearestMorselFolder(), id, 'live');
  const attached = await attach(run.folder);
  say(`Stopping ${run.id} ${STOPPING}.`);
  await attached.stop();
  attached.detach();
  say(`Stopped: \`morsel resume ${run.id}\` goes on from here.`);
}
