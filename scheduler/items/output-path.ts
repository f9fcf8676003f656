/** Where an item's output is published, and that no item's value can lead it out of the job's folder. */
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { JobSpec, TaskSpec, Template } from '../job-spec.ts';
import { labelOf } from './label.ts';
import { renderTemplate, TemplateError } from './template.ts';

/**
 * The absolute path that a task's output is published at for an item; null for a task without an output.
 * The job's author may name a folder elsewhere in so many words (`/data/{row.id}.txt`); an item's value may not lead
 * out of it, nor out of the job's folder. Throws a {@link TemplateError}.
 */
export function outputPathOf(job: JobSpec, task: TaskSpec, item: unknown): string | null {
  return task.output === null ? null : pathOf(job, task.output, item, 'output');
}

/** The absolute path that the state of a task's program is kept at for an item; null for a task without a checkpoint. Likewise. */
export function checkpointPathOf(job: JobSpec, task: TaskSpec, item: unknown): string | null {
  return task.checkpoint === undefined ? null : pathOf(job, task.checkpoint.path, item, 'checkpoint');
}

function pathOf(job: JobSpec, template: Template, item: unknown, what: string): string {
  const text = renderTemplate(template, { item, out: null, outputOf: (name) => outputOf(job, name, item) });
  const path = resolve(job.directory, text);
  if (text === '' || text.endsWith('/') || !isBelow(allowedFolder(job.directory, template), path)) {
    const whose = item === null ? '' : ` of ${labelOf(item)}`;
    throw new TemplateError(`the ${what}${whose} would be written to "${text}", which ${refusal(text)}`);
  }
  return path;
}

/** The published output of the same item of another task, for `{task}` holes; null where it has none. */
export function outputOf(job: JobSpec, taskName: string, item: unknown): string | null {
  const task = job.tasks.find((each) => each.name === taskName);
  return task === undefined ? null : outputPathOf(job, task, item);
}

function refusal(text: string): string {
  return text === '' || text.endsWith('/') ? 'names no file' : "leads out of the job's folder";
}

/** The job's folder, or the folder outside it that the template's own text begins with. */
function allowedFolder(directory: string, template: Template): string {
  const first = template[0];
  const literal = first?.kind === 'text' ? first.text : '';
  const only = template.length === 1;
  const folder = only
    ? dirname(resolve(directory, literal))
    : resolve(directory, literal.slice(0, literal.lastIndexOf('/') + 1));
  return isBelow(directory, folder) || folder === resolve(directory) ? resolve(directory) : folder;
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
