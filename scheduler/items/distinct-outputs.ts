import type { InputSpec, JobSpec, TaskSpec, Template } from '../job-spec.ts';
import { InputError } from './input-error.ts';
import type { ItemTable } from './item-table.ts';
import { checkpointPathOf, outputPathOf } from './output-path.ts';

/** How many items' values are held at once. */
const CHUNK = 1024;

/**
 * Sees to it that no two items of a task are written to one path, results or states, where the one that ends last would silently replace the
 * other. Throws an {@link InputError} that names both.
 */
export function checkDistinctOutputs(job: JobSpec, items: ItemTable, countOf: (task: number) => number): void {
  for (const [index, task] of job.tasks.entries()) {
    const input = job.inputs.find(({ name }) => name === task.input);
    if (input === undefined) continue;
    if (task.output !== null && !namesItsItem(task.output, input))
      checkTask(job, index, items, countOf(index), { input, what: 'output', pathOf: outputPathOf });
    if (task.checkpoint !== undefined && !namesItsItem(task.checkpoint.path, input))
      checkTask(job, index, items, countOf(index), { input, what: 'checkpoint', pathOf: checkpointPathOf });
  }
}

/** True if the path holds what makes every item of such an input different: there is nothing to look for then. */
function namesItsItem(output: Template, { kind }: InputSpec): boolean {
  return output.some((part) => {
    if (part.kind !== 'hole' || part.hole.kind !== 'item') return false;
    const path = part.hole.path.join('.');
    return (kind === 'range' && path === '') || (kind === 'files' && (path === 'path' || path === ''));
  });
}

interface Paths {
  input: InputSpec;
  what: 'output' | 'checkpoint';
  pathOf: typeof outputPathOf;
}

function checkTask(job: JobSpec, index: number, items: ItemTable, count: number, paths: Paths): void {
  const task = job.tasks[index]!;
  const firstBy = new Map<string, number>();
  for (let start = 0; start < count; start += CHUNK) {
    for (const [offset, value] of items.values(index, start, Math.min(count, start + CHUNK)).entries()) {
      const path = paths.pathOf(job, task, value)!;
      const first = firstBy.get(path);
      if (first !== undefined) throw clash(task, path, items, index, [first, start + offset], paths);
      firstBy.set(path, start + offset);
    }
  }
}

function clash(
  task: TaskSpec,
  path: string,
  items: ItemTable,
  index: number,
  positions: readonly [number, number],
  { input, what }: Paths,
): InputError {
  const [first, second] = positions.map((position) => items.label(index, position));
  const remedy = input.kind === 'files' ? 'such as its field `below`' : 'so that each item has a path of its own';
  return new InputError(
    `${first} and ${second} of task ${task.task} would both be written to ${path}: put more of the item into the ${what}'s path, ${remedy}`,
  );
}
