import { type Command, InvalidArgumentError } from 'commander';

/** The options that choose what of a file is meant; parsed they are a `JobChoice`. */
export const addJobOptions = (command: Command): Command =>
  command
    .option('-j, --job <name>', 'the job, where the file has several')
    .option('--on <target>', 'the target, instead of the one that the job names')
    .option('--set <name=value>', 'a value for a param; may be given more than once', collect);

function collect(text: string, sofar: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It takes name=value, such as --set width=640.');
  return { ...sofar, [text.slice(0, at).trim()]: text.slice(at + 1) };
}
