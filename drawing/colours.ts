import type { Picture } from './picture.ts';

const positions = new WeakMap<Picture, Map<string, number>>();

/** The position of a task in the job, which chooses its colour; 0 for one that the picture does not know. */
export function taskIndex(picture: Picture, task: string | undefined): number {
  let known = positions.get(picture);
  if (known === undefined) {
    known = new Map(picture.tasks.map(({ task: name }, index) => [name, index]));
    positions.set(picture, known);
  }
  return task === undefined ? 0 : (known.get(task) ?? 0);
}
