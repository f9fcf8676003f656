import type { FragmentScheduler } from '../../fragment-scheduler/scheduler.ts';
import type { ItemTable } from '../../items/item-table.ts';
import type { JobSpec } from '../../job-spec.ts';
import type { Interval, PredictionBasis } from '../../predictive-model/prediction.ts';
import type { History } from '../../store/history.ts';
import type { Journal } from '../../store/journal.ts';
import type { Clock } from '../../targets/clock.ts';
import type { Target, TargetListener } from '../../targets/target.ts';
import type { Workload } from '../../workload.ts';
import type { EventLog } from '../event-log.ts';
import type { KeptStates } from '../kept-states.ts';
import type { Publisher } from '../publisher.ts';

/** What a run's host works with. */
export interface RunHostOptions {
  id: string;
  job: JobSpec;
  workload: Workload;
  items: ItemTable;
  journal: Journal;
  /** This process in the journal, and the seconds that earlier ones were at work. */
  process: number;
  beganAt: number;
  /** Where observations go; null for a run that only seems to take place. */
  history: History | null;
  scheduler: FragmentScheduler;
  /** What the predictions of a task rest on at present. */
  basis: (task: number) => PredictionBasis;
  /** Puts outputs in place; null where there are none. */
  publisher: Publisher | null;
  /** Keeps the states of items that go on elsewhere; null where there are none. */
  states: KeptStates | null;
  log: EventLog;
  clock: Clock;
  /** Makespan as predicted before the first item of the run. */
  predictedSeconds: Interval | null;
  connect: (listener: TargetListener) => Target;
}
