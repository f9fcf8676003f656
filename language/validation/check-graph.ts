/** What can only be seen of a job's tasks together. Each check is one pass. */
import type * as ast from '../generated/ast.ts';
import { orderTasks, showCycle } from '../lowering/task-order.ts';
import { stagesOf } from '../lowering/stages.ts';
import { checkpointOf, inputOf, meaningOf, predecessorsOf, templateOf } from '../placeholders/template.ts';
import type { Report } from './report.ts';

export function checkGraph(job: ast.Job, report: Report): void {
  if (job.tasks.length === 0) {
    report('empty-job', `The job \`${job.name}\` has no task: add \`task … { run "…" }\`.`, {
      node: job,
      property: 'name',
    });
    return;
  }
  checkCycles(job, report);
  checkSameOutputs(job, report);
}

function checkCycles(job: ast.Job, report: Report): void {
  const { order, cycles } = orderTasks(job.tasks);
  if (cycles.length === 0) return;
  const inCycle = new Set<ast.Task>();
  for (const cycle of cycles) {
    cycle.forEach((task) => inCycle.add(task));
    const message =
      cycle.length === 1
        ? `The task \`${cycle[0]!.name}\` waits for itself, so it can never start.`
        : `These tasks wait for each other, so none can ever start: ${showCycle(cycle)}. Take one \`after\` or \`in\` out.`;
    for (const [index, task] of cycle.entries()) {
      report('cycle', message, { node: task, ...edgeTo(task, cycle[(index + 1) % cycle.length]!) });
    }
  }
  checkUnreachable(order, inCycle, report);
}

/** Where a task says that it waits for another. */
function edgeTo(task: ast.Task, other: ast.Task): { property: string; index?: number } {
  if (task.source?.ref === other) return { property: 'source' };
  return { property: 'after', index: task.after.findIndex(({ ref }) => ref === other) };
}

/** The order has every task after those it waits for, as far as that is possible, so one pass finds all. */
function checkUnreachable(order: readonly ast.Task[], inCycle: ReadonlySet<ast.Task>, report: Report): void {
  const stuck = new Set(inCycle);
  for (const task of order) {
    const cause = predecessorsOf(task).find((before) => stuck.has(before));
    if (cause === undefined || inCycle.has(task)) continue;
    stuck.add(task);
    report(
      'unreachable-task',
      `The task \`${task.name}\` can never start: it waits for \`${cause.name}\`, which is in a circle of tasks or waits for one.`,
      {
        node: task,
        property: 'name',
      },
    );
  }
}

function checkSameOutputs(job: ast.Job, report: Report): void {
  const seen = new Map<string, ast.Task>();
  for (const task of job.tasks) {
    for (const { output } of stagesOf(task)) {
      if (output === undefined) continue;
      const path = shapeOf(output, task);
      const other = seen.get(path);
      if (other !== undefined) {
        const who = other === task ? 'Another step of this task' : `The task \`${other.name}\``;
        report('same-output', `${who} writes the same output: choose another path for one of them.`, {
          node: output,
          property: 'path',
        });
      }
      seen.set(path, task);
    }
    checkStatePath(task, seen, report);
  }
}

/** A state that lay where an output goes would replace it, or be replaced. */
function checkStatePath(task: ast.Task, seen: Map<string, ast.Task>, report: Report): void {
  const checkpoint = checkpointOf(task);
  if (checkpoint === undefined) return;
  const path = shapeOf(checkpoint, task);
  const other = seen.get(path);
  if (other !== undefined) {
    const who = other === task ? 'The output of this task' : `The task \`${other.name}\``;
    report('same-output', `${who} has the same path: choose another for one of them.`, {
      node: checkpoint,
      property: 'path',
    });
  }
  seen.set(path, task);
}

/** A path with its holes: two that are alike are the same file for some item. */
function shapeOf({ path }: ast.Output | ast.Checkpoint, task: ast.Task): string {
  const { shape, isPerItem } = ownShape(path);
  return isPerItem ? `${inputOf(task)?.name ?? ''}:${shape}` : `:${shape}`;
}

/** What of a path's shape follows from its task alone. */
const shapes = new WeakMap<ast.Text, { shape: string; isPerItem: boolean }>();

function ownShape(path: ast.Text): { shape: string; isPerItem: boolean } {
  const known = shapes.get(path);
  if (known !== undefined) return known;
  let isPerItem = false;
  const parts = templateOf(path).parts.map((part) => {
    if (part.kind === 'text') return part.text;
    const fields = part.fields.map(({ text }) => `.${text}`).join('');
    if (meaningOf(part, path).kind !== 'item') return `{${part.name.text}${fields}}`;
    isPerItem = true;
    return `{:${fields}}`;
  });
  const shape = parts
    .join('')
    .replaceAll(/\/\.(?=\/)/g, '')
    .replace(/^\.\//, '')
    .replaceAll(/\/+/g, '/');
  shapes.set(path, { shape, isPerItem });
  return { shape, isPerItem };
}
