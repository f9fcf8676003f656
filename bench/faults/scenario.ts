/** A history before it happens, as plain data: what there is to do, where, and what may go wrong. All of it follows from a seed. */
import type { JobSpec, TargetSpec } from '../../scheduler/job-spec.ts';
import { uniform } from '../../scheduler/plan/random.ts';
import type { Workload, WorkloadTask } from '../../scheduler/workload.ts';
import { FAULT_KINDS, type FaultKind } from './faults.ts';

export interface Scenario {
  seed: number;
  tasks: TaskShape[];
  instances: { min: number; max: number };
  cpus: number;
  lifespanSeconds: number | null;
  /** One item's run time, about. */
  itemSeconds: number;
  /** 0: all items alike; 1: some a hundred times as long as others. */
  tail: number;
  /** Shares of items that fail at each try, that fail at some, and that end their instance. */
  failing: number;
  flaky: number;
  deadly: number;
  rates: Partial<Record<FaultKind, number>>;
  /** No fault happens after so many seconds. */
  faultSeconds: number;
  commands: { at: number; what: Command }[];
  /** Faults that do not happen, by their names. */
  without: string[];
}

/** What a user asks of the run; `cancel`: its first task. */
export type Command = 'pause' | 'continue' | 'stop' | 'cancel';

export interface TaskShape {
  count: number;
  cohorts: number;
  /** Which earlier task it waits for, and how. */
  after: number | null;
  on: 'item' | 'all';
  cpus: number;
  commitEach: boolean;
  estimateSeconds: number | null;
  upToDate: boolean;
  hasOutput: boolean;
  retry: number;
}

export function scenarioOf(seed: number): Scenario {
  const random = uniform(seed);
  const pick = <T>(...values: T[]): T => values[Math.floor(random() * values.length)]!;
  const upTo = (most: number): number => Math.floor(random() * (most + 1));
  const tasks = Array.from({ length: 1 + upTo(4) }, (_, index) => ({
    count: upTo(pick(3, 12, 40)),
    cohorts: 1 + upTo(3),
    after: index > 0 && random() < 0.6 ? upTo(index - 1) : null,
    on: pick<'item' | 'all'>('item', 'all'),
    cpus: pick(0, 1, 1, 1, 2, 5),
    commitEach: random() < 0.3,
    estimateSeconds: pick(null, null, 0.001, 1, 30),
    upToDate: random() < 0.2,
    hasOutput: random() < 0.7,
    retry: pick(0, 0, 1, 3),
  }));
  const max = 1 + upTo(4);
  const rates: Scenario['rates'] = {};
  for (const [kind, most] of Object.entries(FAULT_KINDS))
    if (random() < 0.4) Object.assign(rates, { [kind]: most * 10 ** (-1.5 * random()) });
  const share = (chance: number, most: number): number => (random() < chance ? most * random() : 0);
  const commands = Array.from({ length: random() < 0.4 ? 1 + upTo(3) : 0 }, () => {
    const at = upTo(100);
    const what = pick<Command>('pause', 'continue', 'stop');
    // Not drawn, so that seeds still play what they played before there was a cancel.
    return { at, what: what === 'pause' && at % 3 === 0 ? 'cancel' : what };
  });
  return {
    seed,
    tasks,
    instances: { min: upTo(max), max },
    cpus: pick(1, 1, 2, 4),
    lifespanSeconds: pick(null, 20, 60, 300),
    itemSeconds: pick(0.001, 0.05, 1, 5),
    tail: pick(0, 0.3, 1),
    failing: share(0.4, 0.2),
    flaky: share(0.4, 0.5),
    deadly: share(0.2, 0.05),
    rates,
    faultSeconds: pick(20, 100, 400),
    commands,
    without: [],
  };
}

const NOWHERE = { file: '/job/job.morsel', start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** The job that a scenario is of, as the run gets it, and as the core does. */
export function jobOf({ tasks, instances, cpus, lifespanSeconds }: Scenario): { job: JobSpec; workload: Workload } {
  const workload: WorkloadTask[] = [];
  const inputs: string[] = [];
  for (const [index, shape] of tasks.entries()) {
    const upstream = shape.after;
    const isChained = upstream !== null && shape.on === 'item';
    inputs.push(isChained ? inputs[upstream]! : `in${index}`);
    const count = isChained ? workload[upstream]!.count : shape.count;
    workload.push({
      name: `t${index}`,
      task: `t${index}`,
      key: `t${index}`,
      count,
      cohorts: isChained ? workload[upstream]!.cohorts : cohortsOf(count, shape.cohorts),
      dependsOn: upstream === null ? [] : [{ task: upstream, on: shape.on }],
      needs: { cpus: shape.cpus, memoryBytes: 0 },
      safePoint: { kind: 'auto' },
      commitEach: shape.commitEach,
      estimateSeconds: shape.estimateSeconds,
      timeoutSeconds: null,
      upToDate: shape.upToDate && upstream === null && count > 1 ? [{ start: 0, end: count >> 1 }] : [],
    });
  }
  const target: TargetSpec = {
    name: 'here',
    kind: 'local',
    instances,
    lifespanSeconds,
    cpus,
    memoryBytes: null,
    startupSeconds: null,
    pricePerHour: null,
    options: {},
    source: NOWHERE,
  };
  const job: JobSpec = {
    version: 1,
    job: 'job',
    file: NOWHERE.file,
    directory: '/job',
    params: {},
    inputs: [...new Set(inputs)].map((name) => {
      const { count } = workload[inputs.indexOf(name)]!;
      return { name, kind: 'range', from: 0, to: count - 1, source: NOWHERE };
    }),
    tasks: workload.map(({ name, dependsOn, needs, safePoint }, index) => ({
      name,
      task: name,
      stage: { index: 1, of: 1 },
      input: inputs[index]!,
      dependsOn: dependsOn.map(({ task, on }) => ({ task: `t${task}`, on })),
      work: { kind: 'run', commands: [[{ kind: 'text', text: 'true' }]] },
      output: tasks[index]!.hasOutput
        ? [
            { kind: 'text', text: `${name}/` },
            { kind: 'hole', hole: { kind: 'item', path: [] }, quote: 'raw' },
          ]
        : null,
      cost: null,
      needs,
      safePoint,
      retry: tasks[index]!.retry,
      timeoutSeconds: null,
      estimateSeconds: null,
      workdir: [{ kind: 'text', text: '.' }],
      env: [],
      shell: null,
      source: NOWHERE,
    })),
    target,
  };
  return { job, workload: { tasks: workload } };
}

function cohortsOf(count: number, cohorts: number): WorkloadTask['cohorts'] {
  const cuts = Array.from({ length: cohorts + 1 }, (_, i) => Math.floor((count * i) / cohorts));
  return cuts
    .slice(1)
    .map((end, i) => ({ start: cuts[i]!, end, cost: 1 + 3 * i }))
    .filter(({ start, end }) => start < end);
}
