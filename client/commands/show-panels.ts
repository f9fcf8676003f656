/** Preview Fragment Plan and Show Run: the picture of a plan or of a run, beside the editor. */
import { t } from '@vscode/l10n';
import { pickJob } from '../jobs/pick-job.ts';
import type { Panels } from '../panel/panels.ts';
import { pickRun } from '../runs/pick-run.ts';
import type { Runs } from '../runs/runs.ts';
import type { MorselServer } from '../server/morsel-server.ts';

export async function previewPlan(server: MorselServer, panels: Panels, argument: unknown): Promise<void> {
  const job = await pickJob(server, argument);
  if (job !== undefined) panels.show({ kind: 'plan', uri: job.uri, job: job.job });
}

export async function showRun(runs: Runs, panels: Panels, argument: unknown): Promise<void> {
  const run = await pickRun(runs, argument, {
    fits: () => true,
    none: t('No job was run in this workspace yet.'),
    placeHolder: t('Show which run?'),
  });
  if (run !== undefined) panels.show({ kind: 'run', job: run.job, run: run.run, folder: run.folder });
}
