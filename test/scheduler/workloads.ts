import type { JobSpec, TargetSpec } from '../../scheduler/job-spec.ts';
import type { Cohort, Workload, WorkloadTask } from '../../scheduler/workload.ts';

const nowhere = { file: 'test.morsel', start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** A task of `count` alike items; anything else can be said in `more`. */
export function task(name: string, count: number, more: Partial<WorkloadTask> = {}): WorkloadTask {
  const cohorts: Cohort[] = count > 0 ? [{ start: 0, end: count, cost: null }] : [];
  return {
    name,
    task: name,
    key: name,
    count,
    cohorts,
    dependsOn: [],
    needs: { cpus: 1, memoryBytes: 0 },
    safePoint: { kind: 'auto' },
    commitEach: false,
    estimateSeconds: null,
    timeoutSeconds: null,
    upToDate: [],
    ...more,
  };
}

export function target(more: Partial<TargetSpec> = {}): TargetSpec {
  return {
    name: 'here',
    kind: 'local',
    instances: { min: 0, max: 2 },
    lifespanSeconds: 20,
    cpus: 1,
    memoryBytes: null,
    startupSeconds: null,
    pricePerHour: null,
    options: {},
    source: nowhere,
    ...more,
  };
}

/** As much of a JobSpec as the planner looks at. */
export function jobOn(spec: TargetSpec): JobSpec {
  return {
    version: 1,
    job: 'job',
    file: 'test.morsel',
    directory: '/',
    params: {},
    inputs: [],
    tasks: [],
    target: spec,
  };
}

export const workload = (...tasks: WorkloadTask[]): Workload => ({ tasks });
