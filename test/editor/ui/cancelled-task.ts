import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EditorWindow } from '../harness/window.ts';
import { expand, rowBelow, runRow } from './runs-view.ts';

/** The items of the first task wait for a file `go`; the second has nothing to do with them. */
const JOB = `target laptop local { instances 1  lifespan 10 min }

job two on laptop {
  input numbers = 1..20

  task held for n in numbers {
    run "until [ -e go ]; do sleep 0.1; done"
    safepoint every 1 items
  }

  task free for n in numbers {
    run "true"
  }
}
`;

/** One task is cancelled from its menu in the Runs view, after a question; the other one comes to its end. */
export async function cancelledTask(window: EditorWindow, workspace: string): Promise<void> {
  const { page } = window;
  writeFileSync(join(workspace, 'two.morsel'), JOB);
  await window.openFile('two.morsel');
  await window.waitForText('finishes in', '.monaco-editor');
  await window.openRunsView();
  await window.runCommand('Morsel: Run Job');
  const run = runRow(window, 'two', 'running');
  await run.waitFor();
  await expand(run);
  await rowBelow(window, /^held/).click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Cancel Task' }).click();
  const question = page.locator('.monaco-dialog-box');
  await question.getByText('Cancel held?').waitFor();
  await question.getByText('the rest of the job goes on').waitFor();
  await question.getByRole('button', { name: 'Cancel Task' }).click();
  writeFileSync(join(workspace, 'go'), '');
  const ended = runRow(window, 'two', 'failed');
  await ended.waitFor();
  await rowBelow(window, /^held.*failed items/).waitFor();
  await rowBelow(window, /^free.*done/).waitFor();
}
