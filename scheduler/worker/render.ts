/** What is to be run for an item: its templates, filled. */
import { basename, join, resolve } from 'node:path';
import type { JobSpec, TaskSpec, Template } from '../job-spec.ts';
import { outputOf, outputPathOf } from '../items/output-path.ts';
import { renderTemplate, type TemplateValues } from '../items/template.ts';
import { stagedName } from './protocol.ts';

export interface RenderedRun {
  commands: string[];
  /** Absolute path of the folder that they run in. */
  folder: string;
  env: [name: string, value: string][];
}

type Item = { value: unknown; out: string | null; state?: { path: string } | null };

/** The shell commands of an item of a `run` task. Throws a TemplateError. */
export function renderRun(job: JobSpec, task: TaskSpec, item: Item): RenderedRun {
  const commands =
    task.work.kind === 'run' ? task.work.commands : task.work.kind === 'stream' ? [task.work.command] : [];
  const values = valuesOf(job, item);
  const render = (template: Template): string => renderTemplate(template, values);
  return {
    commands: commands.map(render),
    folder: resolve(job.directory, render(task.workdir)),
    env: task.env.map(({ name, value }) => [name, render(value)]),
  };
}

/** The staging path of an item's output, and the path as the job's author knows it; null where it has none. Throws a TemplateError. */
export function stagedOutput(
  { job, stagingFolder }: { job: JobSpec; stagingFolder: string },
  fragment: number,
  { task, position, value }: { task: number; position: number; value: unknown },
): string | null {
  const path = outputPathOf(job, job.tasks[task]!, value);
  return path === null ? null : join(stagingFolder, stagedName(fragment, task, position, basename(path)));
}

function valuesOf(job: JobSpec, { value, out, state }: Item): TemplateValues {
  return { item: value, out, checkpoint: state?.path ?? null, outputOf: (task) => outputOf(job, task, value) };
}
