/** Plans to draw. */
import type { Plan, PlannedFragment, PlannedTask } from '../../scheduler/plan/plan.ts';

const band = (expected: number) => ({ low: expected * 0.8, expected, high: expected * 1.2 });

export interface PlanShape {
  /** Each waits for all of the one before. */
  tasks: string[];
  /** Of the first task, in turn on each instance; default 1. */
  fragments?: number;
  instances?: number;
}

/** A plan whose fragments take a minute each, with a safe point in the middle and one at the end. */
export function planOf({ tasks, fragments = 1, instances = 1 }: PlanShape): Plan {
  const rounds = Math.ceil(fragments / instances);
  return {
    job: 'work',
    target: {
      name: 'laptop',
      kind: 'local',
      instances: { min: 0, max: instances },
      lifespanSeconds: null,
      pricePerHour: null,
    },
    makespanSeconds: band(100 * rounds),
    simulatedShare: 1,
    utilisation: 0.9,
    idleShare: 0.1,
    lostShare: 0,
    price: band(0.5),
    fragments: Array.from({ length: fragments }, (_, index) => fragmentOf(index, instances, tasks[0]!)),
    instances: Array.from({ length: instances }, (_, index) => ({
      instance: `laptop-${index + 1}`,
      instanceType: 'local',
      askedSeconds: 0,
      startSeconds: 1,
      endSeconds: 60 * rounds + 60,
    })),
    tasks: tasks.map((task, index) => taskOf(task, tasks[index - 1])),
    criticalPath: tasks,
    problems: [],
  };
}

function fragmentOf(index: number, instances: number, task: string): PlannedFragment {
  const startSeconds = 1 + 60 * Math.floor(index / instances);
  return {
    fragment: index,
    instance: `laptop-${(index % instances) + 1}`,
    items: [{ task, items: 12 }],
    startSeconds,
    endSeconds: startSeconds + 60,
    safePointSeconds: [startSeconds + 30, startSeconds + 60],
    how: 'done',
  };
}

const taskOf = (task: string, before: string | undefined): PlannedTask => ({
  task,
  after: before === undefined ? [] : [{ task: before, on: 'all' }],
  items: 12,
  upToDate: 0,
  fragments: 1,
  itemsPerFragment: 12,
  fragmentSeconds: 60,
  itemSeconds: band(5),
  safePointEverySeconds: 30,
  safePointCostShare: 0.01,
  basis: { kind: 'guess', observations: 0, model: 'mean', medianError: null, coverage: null },
});
