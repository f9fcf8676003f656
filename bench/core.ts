/**
 * `npm run bench:core`: what the scheduler's core costs, from a thousand to a million items, on a virtual clock. A decision is one
 * event taken in and answered. Work and instances grow with the items, so that the number of fragments does too.
 */
import { FragmentScheduler } from '../scheduler/fragment-scheduler/scheduler.ts';
import type { TargetSpec } from '../scheduler/job-spec.ts';
import { VirtualWorld } from '../scheduler/plan/virtual-world.ts';
import { PredictiveModel } from '../scheduler/predictive-model/model.ts';
import { overheadsOf } from '../scheduler/safe-points/overheads.ts';
import { cohortAt } from '../scheduler/task-queue/task-queue.ts';
import type { Workload } from '../scheduler/workload.ts';

const nowhere = { file: '', start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
const COHORTS = 100;

/** What an item really takes, for each unit of its cost: half a second on average. */
const SECONDS_OF_COST = 0.0004;

function costAt({ tasks }: Workload, task: number, position: number): number {
  const { cohorts } = tasks[task]!;
  return cohorts[cohortAt(cohorts, position)]!.cost ?? 1;
}

function workloadOf(items: number): Workload {
  const size = items / COHORTS;
  const cohorts = Array.from({ length: COHORTS }, (_, i) => ({ start: i * size, end: (i + 1) * size, cost: 1.1 ** i }));
  const common = { count: items, cohorts, needs: { cpus: 1, memoryBytes: 0 }, safePoint: { kind: 'auto' as const } };
  const rest = { commitEach: false, estimateSeconds: null, timeoutSeconds: null, upToDate: [] };
  return {
    tasks: [
      { name: 'first', task: 'first', key: 'first', dependsOn: [], ...common, ...rest },
      { name: 'second', task: 'second', key: 'second', dependsOn: [{ task: 0, on: 'item' }], ...common, ...rest },
    ],
  };
}

interface Cost {
  fragments: number;
  events: number;
  microsecondsAnEvent: number;
  milliseconds: number;
  heapMegabytes: number;
}

function measure(items: number): Cost {
  const instances = Math.max(2, Math.min(256, items / 1000));
  const target: TargetSpec = {
    name: 'bench',
    kind: 'simulated',
    instances: { min: 0, max: instances },
    lifespanSeconds: 300,
    cpus: 1,
    memoryBytes: null,
    startupSeconds: 1,
    pricePerHour: null,
    options: {},
    source: nowhere,
  };
  const overheads = overheadsOf(target);
  const workload = workloadOf(items);
  const world = new VirtualWorld({
    workload,
    target,
    overheads,
    itemSeconds: ({ task, start }) => SECONDS_OF_COST * costAt(workload, task, start),
  });
  const scheduler = new FragmentScheduler({ workload, target, model: new PredictiveModel(), overheads });
  const cost = { fragments: 0, events: 0, microsecondsAnEvent: 0, milliseconds: 0, heapMegabytes: 0 };
  let started = 0;
  let decisions = timed(cost, () => scheduler.handle({ kind: 'wake', now: 0 }));
  for (;;) {
    for (const decision of decisions) {
      if (decision.kind === 'assign') world.assign(decision.fragment);
      else if (decision.kind === 'split') world.split(decision.instance, decision.fragment);
      else if (decision.kind === 'start-instance') world.start(`i${started++}`);
      else if (decision.kind === 'retire-instance') world.stop(decision.instance);
      else if (decision.kind === 'wake') world.wakeAt(decision.at);
    }
    cost.fragments += decisions.filter(({ kind }) => kind === 'assign').length;
    const event = decisions.some(({ kind }) => kind === 'finished') ? null : world.next();
    if (!event) break;
    cost.events++;
    decisions = timed(cost, () => scheduler.handle(event));
  }
  cost.microsecondsAnEvent = (1000 * cost.milliseconds) / cost.events;
  cost.heapMegabytes = process.memoryUsage().heapUsed / 1e6;
  return cost;
}

function timed<T>(cost: Cost, work: () => T): T {
  const start = performance.now();
  const result = work();
  cost.milliseconds += performance.now() - start;
  return result;
}

measure(1000); // warms up
console.table(
  [1_000, 10_000, 100_000, 1_000_000].map((items) => {
    const { fragments, events, microsecondsAnEvent, milliseconds, heapMegabytes } = measure(items);
    return {
      items,
      fragments,
      events,
      'µs an event': Math.round(microsecondsAnEvent),
      'µs an item': Number(((1000 * milliseconds) / items).toFixed(2)),
      'heap MB': Math.round(heapMegabytes),
    };
  }),
);
