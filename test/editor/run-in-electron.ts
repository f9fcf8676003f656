/**
 * `npm run test:electron [path of VS Code]`: the suite in desktop VS Code, which is downloaded where no path is given.
 * On a Linux machine without a screen: `xvfb-run -a npm run test:electron`.
 */
import { runTests } from '@vscode/test-electron';
import { buildSuite } from './harness/build-suite.ts';
import { freshWorkspace, root } from './harness/paths.ts';

const [vscodeExecutablePath] = process.argv.slice(2);
const failures = await runTests({
  ...(vscodeExecutablePath === undefined ? {} : { vscodeExecutablePath }),
  extensionDevelopmentPath: root,
  extensionTestsPath: await buildSuite(),
  launchArgs: [freshWorkspace(), '--disable-extensions', '--disable-workspace-trust'],
});
process.exit(failures);
