/** The program: finds the command, and turns whatever comes of it into an exit code. */
import { explain, runProgram } from './program.ts';
import { endWithLauncher } from './launched.ts';
import { hideSqliteWarning } from './warnings.ts';

endWithLauncher();
hideSqliteWarning();
process.on('uncaughtException', (error) => process.exit(explain(error)));
process.exitCode = await runProgram(process.argv.slice(2));
