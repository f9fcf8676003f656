/**
 * What only a user at the window can see, with the packaged extension installed as a user installs it. Each test has a
 * server, a profile and a workspace of its own.
 */
import { freshWorkspace } from '../harness/paths.ts';
import { type ServerOptions, startServer } from '../harness/server.ts';
import { type EditorWindow, openWindow, type WindowOptions } from '../harness/window.ts';
import { cancelledTask } from './cancelled-task.ts';
import { inBrowser } from './in-browser.ts';
import { german } from './german.ts';
import { newJob, runToTheEnd } from './a-run.ts';
import { restricted } from './restricted.ts';
import { reload } from './reload.ts';
import { packagedExtension } from './packaged-extension.ts';
import { explained } from './explained.ts';
import { livePlan, panelByKeyboard, whatIf } from './panel.ts';

export interface UiTest {
  title: string;
  run: () => Promise<void>;
}

export const uiTests: UiTest[] = [
  { title: 'installed: a run goes to its end, and its failed item is a problem', run: () => inWindow(runToTheEnd) },
  { title: 'installed: New Job File makes a job that runs', run: () => inWindow(newJob) },
  {
    title: 'installed: the plan in its panel follows the text, and keeps the last good plan',
    run: () => inWindow(livePlan),
  },
  {
    title: 'installed: the panel by keyboard, its drawings, its tables, and over a reload',
    run: () => inWindow(panelByKeyboard),
  },
  { title: 'installed: what if is tried in the panel, and applied to the file', run: () => inWindow(whatIf) },
  { title: 'installed: the picture of a run explains its fragments', run: () => inWindow(explained) },
  { title: 'installed: a run survives a reload of the window, and is found again', run: () => inWindow(reload) },
  {
    title: 'installed: one task is cancelled from the Runs view, and the other comes to its end',
    run: () => inWindow(cancelledTask),
  },
  {
    title: 'installed: in Restricted Mode jobs are planned, and nothing is run',
    run: () => inWindow(restricted, { trust: 'ask' }),
  },
  { title: 'in a browser: job files are checked and planned by a worker, and nothing is run', run: inBrowser },
  { title: 'installed: in a German window all of it is German', run: () => inWindow(german, {}, { language: 'de' }) },
];

async function inWindow(
  use: (window: EditorWindow, workspace: string) => Promise<void>,
  options: Partial<ServerOptions> = {},
  windowOptions: WindowOptions = {},
): Promise<void> {
  const workspace = freshWorkspace();
  const server = await startServer({ workspace, vsix: [packagedExtension()], ...options });
  try {
    const window = await openWindow(server, windowOptions);
    try {
      await use(window, workspace);
    } catch (error) {
      const picture = `test-results/${use.name}.png`;
      await window.screenshot(picture);
      throw new Error(`${String(error)}\nseen at the end: ${picture}\n${server.logs()}`, { cause: error });
    } finally {
      await window.close();
    }
  } finally {
    await server.stop();
  }
}
