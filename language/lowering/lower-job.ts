/** A job as a JobSpec. */
import { UriUtils } from 'langium';
import { JOB_SPEC_VERSION, type JobSpec, type TargetSpec, type TaskSpec } from '../../scheduler/job-spec.ts';
import { fileOf } from '../ast-places.ts';
import type * as ast from '../generated/ast.ts';
import { documentOf, inputOf } from '../placeholders/template.ts';
import { visibleTasks } from '../scoping/visible.ts';
import { lowerInput } from './lower-input.ts';
import { ParamValues } from './lower-params.ts';
import { lowerTarget } from './lower-target.ts';
import { lowerTask } from './lower-task.ts';
import type { TemplateContext } from './lower-template.ts';
import { LoweringProblem } from './lowering-problem.ts';
import { orderTasks, showCycle } from './task-order.ts';

export interface LowerOptions {
  /** Overrides the target that the job names. */
  target?: string;
  /** Overrides params, by name. */
  params?: Record<string, string>;
}

/**
 * Lowers a job of a document that was built (parsed and linked). A job that can't be run answers with one sentence that
 * says why; a document with errors should be checked first, for then all of them are known with their places.
 */
export function lowerJob(job: ast.Job, options: LowerOptions = {}): { spec: JobSpec } | { problem: string } {
  try {
    return { spec: lower(job, options) };
  } catch (error) {
    if (error instanceof LoweringProblem) return { problem: error.message };
    throw error;
  }
}

function lower(job: ast.Job, options: LowerOptions): JobSpec {
  refuseBroken(job);
  const { uri } = documentOf(job);
  const directory = UriUtils.dirname(uri).fsPath;
  const params = new ParamValues(job, options.params ?? {});
  const { order, cycles } = orderTasks(job.tasks);
  if (cycles[0] !== undefined)
    throw new LoweringProblem(`Tasks wait for each other in a circle: ${showCycle(cycles[0])}.`);
  if (order.length === 0) throw new LoweringProblem(`The job \`${job.name}\` has no task.`);
  const tasks = order.flatMap((task) => lowerTask(task, params));
  const target = lowerTarget(job, options.target);
  refuseUncarried(tasks, target);
  const inputs = new Set(order.flatMap((task) => inputOf(task) ?? []));
  return {
    version: JOB_SPEC_VERSION,
    job: job.name,
    file: uri.fsPath,
    directory,
    inputs: [...inputs].map((input) => lowerInput(input, directory, pathContext(params))),
    tasks,
    target,
    // Last, when all that is used is known.
    params: params.used(),
  };
}

/** Text that was not understood, or names that stand for nothing, would leave out parts of the job. */
function refuseBroken(job: ast.Job): void {
  const { parseResult, uri } = documentOf(job);
  const error = parseResult.lexerErrors[0] ?? parseResult.parserErrors[0];
  if (error !== undefined) throw new LoweringProblem(`${UriUtils.basename(uri)} has errors: ${error.message}`);
  for (const task of job.tasks) {
    for (const reference of [task.source, ...task.after]) {
      if (reference !== undefined && reference.ref === undefined) {
        throw new LoweringProblem(`The task \`${task.name}\` names \`${reference.$refText}\`, which is not there.`);
      }
    }
  }
  const unresolved = fileOf(job).imports.find((each) => each.file?.ref === undefined);
  if (unresolved !== undefined)
    throw new LoweringProblem(`The imported file "${unresolved.file?.$refText}" can't be read.`);
}

/** What keeps states is run where the folder that they are in is shared. */
function refuseUncarried(tasks: readonly TaskSpec[], target: TargetSpec): void {
  const keeper = tasks.find(({ checkpoint }) => checkpoint !== undefined);
  if (target.options['stage'] === undefined || keeper === undefined) return;
  throw new LoweringProblem(
    `The task \`${keeper.task}\` has a checkpoint, and \`stage\` carries no states: take \`stage\` out of the target \`${target.name}\` if its hosts share this folder, or choose another target.`,
  );
}

const pathContext = (params: ParamValues): TemplateContext => ({
  params,
  outputOf: () => {
    throw new LoweringProblem('Only params can be used in the path of an input.');
  },
});

/** The task of a job that a task of its JobSpec comes from; `name` may be that of a stage. */
export const findTask = (job: ast.Job, name: string): ast.Task | undefined =>
  visibleTasks(job).get(name.replace(/#\d+$/, ''));
