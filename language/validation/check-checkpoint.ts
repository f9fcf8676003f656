/** Where the program of a task keeps its state, and how it is asked for it. */
import { GrammarUtils } from 'langium';
import { checkpointSignals, isCheckpointSignal } from '../../scheduler/job-spec.ts';
import * as ast from '../generated/ast.ts';
import { stagesOf, usesCheckpoint } from '../lowering/stages.ts';
import { checkpointOf } from '../placeholders/template.ts';
import { closest } from '../suggest.ts';
import { checkDuration, checkVaries } from './check-tasks.ts';
import { fixesFor, type Report } from './report.ts';

export function checkCheckpoint(task: ast.Task, report: Report): void {
  const checkpoint = checkpointOf(task);
  if (checkpoint === undefined) return;
  const other = task.statements.find((each) => ast.isStream(each) || ast.isModule(each));
  if (other !== undefined) {
    const what = ast.isStream(other) ? 'program of a `stream`' : 'function of a `module`';
    report(
      'misplaced-checkpoint',
      `The ${what} is given many items at once and can't be asked for the state of one: give the task \`run "…"\` instead, or take \`checkpoint\` out and make its items shorter.`,
      { node: checkpoint },
    );
    return;
  }
  checkSignal(checkpoint, report);
  if (checkpoint.within !== undefined) checkDuration(checkpoint.within, report);
  checkVaries(task, checkpoint, report);
  const hasCommands = task.statements.some((each) => ast.isRun(each) || ast.isStep(each));
  if (!hasCommands || stagesOf(task).some((stage) => usesCheckpoint(task, stage))) return;
  report(
    'unused-checkpoint',
    'No command is told of this checkpoint: write `{checkpoint}` where the command takes the path that its state is read from and written to.',
    { node: checkpoint },
  );
}

function checkSignal(checkpoint: ast.Checkpoint, report: Report): void {
  const { signal } = checkpoint;
  if (signal === undefined || isCheckpointSignal(signal)) return;
  const name = signal.toUpperCase().replace(/^SIG/, '');
  const near = isCheckpointSignal(name) ? name : closest(name, checkpointSignals);
  const place = GrammarUtils.findNodeForProperty(checkpoint.$cstNode, 'signal');
  report(
    'unknown-signal',
    `\`${signal}\` is no signal that a program can be asked with: ${checkpointSignals.map((each) => `\`${each}\``).join(', ')} are.`,
    { node: checkpoint, property: 'signal' },
    fixesFor(checkpoint, place, near),
  );
}
