/** What a run is told while it ends still counts; what it is told when it is over does not. */
import { expect, test } from 'vitest';
import { FragmentScheduler } from '../../../scheduler/fragment-scheduler/scheduler.ts';
import type { Fragment } from '../../../scheduler/fragment-scheduler/events.ts';
import { ItemTable, rangeOf } from '../../../scheduler/items/item-table.ts';
import { PredictiveModel } from '../../../scheduler/predictive-model/model.ts';
import { EventLog } from '../../../scheduler/run/event-log.ts';
import type { RunEvent } from '../../../scheduler/run/events.ts';
import { RunHost } from '../../../scheduler/run/host/run-host.ts';
import { overheadsOf } from '../../../scheduler/safe-points/overheads.ts';
import { Journal } from '../../../scheduler/store/journal.ts';
import { VirtualClock } from '../../../scheduler/targets/clock.ts';
import type { Target, TargetListener } from '../../../scheduler/targets/target.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { jobSpec, taskSpec, targetSpec } from '../job-specs.ts';
import { task, workload } from '../workloads.ts';

const ITEMS = 10;

/** A target of which this test says what it tells, and when. */
class Told implements Target {
  readonly assigned: Fragment[] = [];
  readonly listener: TargetListener;
  /** What happens between the moment that the run ends and the one at which its instances are gone. */
  whileClosing: () => Promise<void> = async () => {};

  constructor(listener: TargetListener) {
    this.listener = listener;
  }

  start(instance: string): void {
    this.listener.up(instance, { type: 'a', cpus: 1, memoryBytes: null, lifeSeconds: null, where: 'there' });
  }

  assign(fragment: Fragment): void {
    this.assigned.push(fragment);
  }

  split(): void {}
  stop(): void {}

  async close(): Promise<void> {
    await this.whileClosing();
  }
}

function begun() {
  const input = { name: 'in', kind: 'range', from: 1, to: ITEMS, source: taskSpec().source } as const;
  const target = targetSpec({ instances: { min: 0, max: 1 } });
  const job = jobSpec({ directory: '/job', inputs: [input], tasks: [taskSpec({ input: 'in' })], target });
  const tasks = workload(task('work', ITEMS));
  const journal = Journal.open(temporaryFolder());
  journal.begin('r', job, tasks);
  const { process, beganAt } = journal.beginProcess(1);
  const model = new PredictiveModel();
  const log = new EventLog();
  const events: RunEvent[] = [];
  log.listen((event) => events.push(event));
  const clock = new VirtualClock();
  let told: Told | undefined;
  const host = new RunHost({
    id: 'r',
    job,
    workload: tasks,
    items: new ItemTable(job, new Map([['in', rangeOf(input)]])),
    journal,
    process,
    beganAt,
    history: null,
    scheduler: new FragmentScheduler({ workload: tasks, target, model, overheads: overheadsOf(target) }),
    basis: () => model.basis('work', null),
    publisher: null,
    states: null,
    log,
    clock,
    predictedSeconds: null,
    connect: (listener) => (told = new Told(listener)),
  });
  host.begin();
  return { host, clock, journal, events, target: told! };
}

/** Has the run stop while its first fragment is under way, and the grace pass. */
async function stopped({ host, clock, target }: ReturnType<typeof begun>) {
  expect(target.assigned).toHaveLength(1);
  const stop = host.stop();
  while (clock.nextAt() !== null) clock.runNext();
  await stop;
  return host.finished;
}

const done = ({ pieces: [piece] }: Fragment) =>
  ({ task: 0, start: piece!.start, end: piece!.start + 1, state: 'done', seconds: 1, squaredSeconds: 1 }) as const;

test('a safe point and an end that come while the run ends are journalled, and its last word knows of them', async () => {
  const run = begun();
  const { target, journal } = run;
  target.whileClosing = async () => {
    const [fragment] = target.assigned;
    await target.listener.safePoint(fragment!.instance, fragment!.id, [done(fragment!)]);
    target.listener.down(fragment!.instance, 'its machine was taken');
  };
  const summary = await stopped(run);
  expect(summary).toMatchObject({ state: 'stopped', items: { committed: 1, running: 0, pending: ITEMS - 1 } });
  expect(journal.outcomes()).toMatchObject([{ state: 'committed', start: 0, end: 1 }]);
  expect(journal.instances()).toMatchObject([{ reason: 'its machine was taken' }]);
  expect(journal.fragments()).toMatchObject([{ how: 'lost' }]);
  expect(target.assigned).toHaveLength(1);
  journal.close();
});

test('what comes when it is over is neither told nor answered', async () => {
  const run = begun();
  const { target, journal, events } = run;
  await stopped(run);
  const [fragment] = target.assigned;
  const told = events.length;
  let isAnswered = false;
  void target.listener.safePoint(fragment!.instance, fragment!.id, [done(fragment!)]).then(() => (isAnswered = true));
  target.listener.down(fragment!.instance, 'too late');
  target.listener.notice('too late');
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect({ isAnswered, events: events.length }).toEqual({ isAnswered: false, events: told });
  expect(journal.outcomes()).toEqual([]);
  journal.close();
});
