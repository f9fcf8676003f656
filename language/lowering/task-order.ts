/** The order in which tasks may run, and what keeps them from having one. */
import type * as ast from '../generated/ast.ts';
import { predecessorsOf } from '../placeholders/template.ts';

/** Every task after all that it waits for, else as declared; and the cycles, each from the task that was declared first. */
export interface TaskOrder {
  order: ast.Task[];
  cycles: ast.Task[][];
}

/** A tangle of tasks has more cycles than anyone could read. */
const MOST_CYCLES = 20;

/** One walk over the graph, without recursion: a chain of tasks may be as long as it likes. */
export function orderTasks(tasks: readonly ast.Task[]): TaskOrder {
  const state = new Map<ast.Task, 'open' | 'done'>();
  const result: TaskOrder = { order: [], cycles: [] };
  for (const task of tasks) if (!state.has(task)) visit(task, state, result);
  return result;
}

function visit(start: ast.Task, state: Map<ast.Task, 'open' | 'done'>, result: TaskOrder): void {
  const path = [{ task: start, waitsFor: predecessorsOf(start), next: 0 }];
  state.set(start, 'open');
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const before = top.waitsFor[top.next++];
    if (before === undefined) {
      state.set(top.task, 'done');
      result.order.push(top.task);
      path.pop();
    } else if (state.get(before) === 'open') {
      if (result.cycles.length < MOST_CYCLES) result.cycles.push(cycleTo(before, path));
    } else if (!state.has(before)) {
      state.set(before, 'open');
      path.push({ task: before, waitsFor: predecessorsOf(before), next: 0 });
    }
  }
}

/** The way waited along, from a task back to itself. */
function cycleTo(start: ast.Task, path: readonly { task: ast.Task }[]): ast.Task[] {
  const tasks = path.map(({ task }) => task);
  return tasks.slice(tasks.indexOf(start));
}

/** A longer circle is shown by its first and last tasks. */
const MOST_SHOWN = 12;

/** `a → b → a`: each waits for the next. */
export function showCycle(cycle: readonly ast.Task[]): string {
  const names = [...cycle, cycle[0]!].map(({ name }) => `\`${name}\``);
  const left = names.length - MOST_SHOWN;
  return (left > 1 ? names.toSpliced(MOST_SHOWN / 2, left, `${left} more`) : names).join(' → ');
}
