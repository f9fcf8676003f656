/** Tells the world what became of items that did not end well. */
import type { ItemFailure } from '../../worker/protocol.ts';
import type { Range } from '../../workload.ts';
import { MOST_ITEM_EVENTS } from '../event-log.ts';
import type { RunHostOptions } from './options.ts';

type Telling = Pick<RunHostOptions, 'workload' | 'items' | 'log'>;

/** How much of a failed item's output an event carries. */
const EVENT_OUTPUT_CHARACTERS = 2000;

export function tellFailed({ workload, items, log }: Telling, task: number, failure: ItemFailure): void {
  const { position, attempts, message, stdout, stderr } = failure;
  log.emit({
    type: 'item-failed',
    task: workload.tasks[task]!.task,
    item: items.label(task, position),
    attempts,
    message,
    output: `${stdout}${stderr}`.slice(-EVENT_OUTPUT_CHARACTERS),
  });
}

/** Items that are not tried any more. */
export function tellGivenUp(run: Telling, { task, start, end, why }: Range & { task: number; why: string }): void {
  // With one more than are told, it is said that there are more.
  const last = Math.min(end, start + MOST_ITEM_EVENTS + 1);
  for (let position = start; position < last; position++)
    tellFailed(run, task, { position, attempts: 0, message: why, stdout: '', stderr: '' });
}

export function tellSkipped(
  { workload, log }: Telling,
  { task, start, end, because }: Range & { task: number; because: number },
): void {
  const name = (index: number): string => workload.tasks[index]!.task;
  log.emit({
    type: 'items-skipped',
    task: name(task),
    items: end - start,
    because: `${name(because)} did not succeed`,
  });
}
