/** `npm run test:editor`: the suite in the extension host of code-server, then what only a user at the window can see. */
import { freshWorkspace, root } from './harness/paths.ts';
import { buildSuite } from './harness/build-suite.ts';
import { runSuite } from './harness/run-suite.ts';
import { uiTests } from './ui/tests.ts';

const only = process.argv[2];
let passed = 0;
let failed = 0;

function report(isPassed: boolean, title: string, message?: string): void {
  if (isPassed) passed++;
  else failed++;
  console.log(`${isPassed ? '✓' : '✗'} ${title}${message === undefined ? '' : `\n${message}`}`);
}

async function attempt(title: string, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    report(true, title);
  } catch (error) {
    report(false, title, error instanceof Error ? error.stack : String(error));
  }
}

if (only === undefined || 'suite'.includes(only)) {
  const tests = await buildSuite();
  try {
    await runSuite({ workspace: freshWorkspace(), extension: root, tests, onTest: report });
  } catch (error) {
    report(false, 'the suite in the extension host', String(error));
  }
}
for (const { title, run } of uiTests) if (only === undefined || title.includes(only)) await attempt(title, run);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
