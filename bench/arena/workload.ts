import { groupAlike, meanCosts } from '../../scheduler/items/cohorts.ts';
import type { Cohort, Workload, WorkloadTask } from '../../scheduler/workload.ts';
import type { ArenaTask } from './contract.ts';

/** Arena tasks as a workload, and back. */
export interface ArenaWorkload {
  workload: Workload;
  /** The arena task at each position of each task of the workload. */
  ids: string[][];
  /** Where each arena task stands. */
  places: Map<string, { task: number; position: number }>;
}

/**
 * Arena tasks of one type become the items of one task of the workload, if they wait for the same arena tasks and the
 * same ones wait for them: so what waits for one of them waits for all. The workload's tasks stand in dependency order.
 */
export function workloadOf(tasks: readonly ArenaTask[]): ArenaWorkload {
  const groups = inDependencyOrder(twins(tasks));
  const groupOf = new Map(groups.flatMap((group, index) => group.map(({ id }) => [id, index] as const)));
  const ids: string[][] = [];
  const places: ArenaWorkload['places'] = new Map();
  const workload: Workload = {
    tasks: groups.map((group, index) => {
      const { order, cohorts } = cohortsOf(group);
      ids.push(order.map(({ id }) => id));
      for (const [position, { id }] of order.entries()) places.set(id, { task: index, position });
      const waitsFor = new Set(group[0]!.parents.map((parent) => groupOf.get(parent)!));
      return taskOf(group[0]!, index, cohorts, [...waitsFor]);
    }),
  };
  return { workload, ids, places };
}

function twins(tasks: readonly ArenaTask[]): ArenaTask[][] {
  const children = new Map<string, string[]>();
  for (const { id, parents } of tasks) {
    for (const parent of parents) children.set(parent, [...(children.get(parent) ?? []), id]);
  }
  const groups = new Map<string, ArenaTask[]>();
  for (const task of tasks) {
    const likeness = [[task.type], task.parents.toSorted(), children.get(task.id)?.toSorted() ?? []];
    const key = JSON.stringify(likeness);
    const group = groups.get(key);
    if (group) group.push(task);
    else groups.set(key, [task]);
  }
  return [...groups.values()];
}

function inDependencyOrder(groups: readonly ArenaTask[][]): ArenaTask[][] {
  const groupOf = new Map(groups.flatMap((group) => group.map(({ id }) => [id, group] as const)));
  const ordered = new Set<ArenaTask[]>();
  const visit = (group: ArenaTask[]): void => {
    const waiting: { group: ArenaTask[]; entered: boolean }[] = [{ group, entered: false }];
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      if (ordered.has(next.group)) continue;
      if (next.entered) {
        ordered.add(next.group);
        continue;
      }
      waiting.push({ group: next.group, entered: true });
      for (const parent of next.group[0]!.parents) waiting.push({ group: groupOf.get(parent)!, entered: false });
    }
  };
  for (const group of groups) visit(group);
  return [...ordered];
}

function cohortsOf(group: readonly ArenaTask[]): { order: ArenaTask[]; cohorts: Cohort[] } {
  const costs = group.flatMap(({ cost }) => cost ?? []);
  if (costs.length < group.length) {
    return { order: [...group], cohorts: [{ start: 0, end: group.length, cost: null }] };
  }
  const alike = groupAlike(group.length, [costs]);
  const means = meanCosts(alike, costs);
  return {
    order: alike.order ? Array.from(alike.order, (item) => group[item]!) : [...group],
    cohorts: means.map((cost, i) => ({ start: alike.borders[i]!, end: alike.borders[i + 1]!, cost })),
  };
}

const taskOf = ({ type }: ArenaTask, index: number, cohorts: Cohort[], waitsFor: number[]): WorkloadTask => ({
  name: `${type}#${index}`,
  task: type,
  key: type,
  count: cohorts.at(-1)!.end,
  cohorts,
  dependsOn: waitsFor.map((task) => ({ task, on: 'all' })),
  needs: { cpus: 1, memoryBytes: 0 },
  safePoint: { kind: 'auto' },
  commitEach: false,
  estimateSeconds: null,
  timeoutSeconds: null,
  upToDate: [],
});
