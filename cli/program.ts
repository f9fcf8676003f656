import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { expectBrokenPipes } from './broken-pipe.ts';
import { commandList } from './command-list.ts';
import { ExitCode, UserError } from './exit-codes.ts';
import { harmless, paintFor, say } from './terminal.ts';
import { messageOf } from '../scheduler/words.ts';

const EXAMPLES = `
Examples:
  morsel check thumbnails.morsel      find mistakes before anything runs
  morsel plan thumbnails.morsel       see fragments, finish time and idle time
  morsel run thumbnails.morsel        run the job, with progress
  morsel resume                       go on with the newest unfinished run

Exit codes: 0 done · 1 failed items, or errors in the file · 2 wrong usage · 3 stopped, can be resumed · 70 a fault of Morsel`;

/** Runs one command line (without the program's own name) and answers with its exit code. Never throws. */
export async function runProgram(args: readonly string[]): Promise<number> {
  expectBrokenPipes();
  try {
    const program = await programFor(args);
    if (args.length === 0) {
      program.outputHelp({ error: true });
      return ExitCode.wrongUsage;
    }
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? ExitCode.done);
  } catch (error) {
    return explain(error);
  }
}

/** The program with only the command loaded that the arguments name; the others are there for the help alone. */
async function programFor(args: readonly string[]): Promise<Command> {
  const program = new Command('morsel')
    .description('Runs batch jobs on machines that do not last.')
    .version(packageJson.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .addHelpText('after', EXAMPLES)
    .configureHelp({ styleTitle: (text) => paintFor(process.stdout)('bold', text) })
    .exitOverride();
  const wanted = args.find((argument) => !argument.startsWith('-') && argument !== 'help');
  for (const entry of commandList) {
    const command = entry.name === wanted ? (await entry.load()).default : new Command(entry.name);
    // Every command prints its help as the program does, and reports a wrong usage by an exception.
    program.addCommand(
      command.summary(entry.summary).helpOption('-h, --help', 'print help').copyInheritedSettings(program),
    );
  }
  return program;
}

/** Errors of other rooms whose message is for the user; named, so that the rooms need not be loaded to know them. */
const sayWhatToDo = ['InputError', 'StoreError', 'TemplateError', 'RunError'];

/** Tells the user of an error, and answers with the exit code that it stands for. */
export function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.wrongUsage;
  const message = harmless(messageOf(error));
  const label = paintFor(process.stderr)('red', 'error:');
  say(`${label} ${message}`);
  if (error instanceof UserError) return error.exitCode;
  if (error instanceof Error && sayWhatToDo.includes(error.name)) return ExitCode.failed;
  say(
    process.env['MORSEL_DEBUG'] === '1' && error instanceof Error
      ? (error.stack ?? '')
      : 'This is a fault of Morsel: please report it with the command that you gave and what it prints with MORSEL_DEBUG=1.',
  );
  return ExitCode.bug;
}
