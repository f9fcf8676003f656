/** The program: finds the command, and turns whatever comes of it into an exit code. */
import { runProgram } from './program.ts';
import { hideSqliteWarning } from './warnings.ts';

hideSqliteWarning();
process.exitCode = await runProgram(process.argv.slice(2));
