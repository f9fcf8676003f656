/** Runs the suite in the extension host of code-server, as `runTests` of @vscode/test-electron does it on a desktop. */
import { listenForReports, REPORT_PORT } from './reports.ts';
import { startServer } from './server.ts';
import { openWindow } from './window.ts';

export interface SuiteOptions {
  workspace: string;
  /** The extension in development. */
  extension: string;
  /** What {@link buildSuite} made. */
  tests: string;
  onTest: (passed: boolean, title: string, message?: string) => void;
}

const LIMIT_MS = 300_000;

/** Resolves when the suite has ended; rejects, with all logs, where it could not be run or took too long. */
export async function runSuite({ workspace, extension, tests, onTest }: SuiteOptions): Promise<void> {
  const { promise: ended, resolve: end, reject: fail } = Promise.withResolvers<void>();
  const { port, listener } = await listenForReports((report) => {
    if (report.event === 'pass') onTest(true, report.title);
    else if (report.event === 'fail') onTest(false, report.title, report.message);
    else if (report.event === 'skip') onTest(false, report.title, 'skipped');
    else if (report.event === 'lost') fail(new Error(report.message));
    else end();
  });
  // It may be known before anything waits for it.
  ended.catch(() => {});
  const timer = setTimeout(() => fail(new Error(`the suite did not end within ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  const server = await startServer({ workspace, env: { [REPORT_PORT]: String(port) } });
  let console = '';
  try {
    // What VS Code for the web calls in a test run; the reports say all that there is to say.
    const bindings = { codeAutomationLog: () => {}, codeAutomationExit: () => {} };
    const onConsole = (type: string, text: string): void => {
      console += `[${type}] ${text}\n`;
    };
    const window = await openWindow(server, { extension, tests, onConsole, bindings });
    try {
      await ended;
    } finally {
      await window.close();
    }
  } catch (error) {
    throw new Error(`${String(error)}\n--- browser console\n${console.slice(-6000)}\n${server.logs()}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
    listener.close();
    await server.stop();
  }
}
