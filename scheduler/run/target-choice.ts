/** Which code stands for which kind of target. */
import type { JobSpec } from '../job-spec.ts';
import { systemClock, type Clock } from '../targets/clock.ts';
import { createLocalTarget } from '../targets/local.ts';
import { createSimulatedTarget } from '../targets/simulated.ts';
import type { Target, TargetListener } from '../targets/target.ts';
import type { Workload } from '../workload.ts';
import { RunError } from './run-folder.ts';

const HEARTBEAT_SECONDS = 1;
const KEEP_OUTPUT_BYTES = 16 << 10;

export interface TargetOptions {
  job: JobSpec;
  workload: Workload;
  stagingFolder: string;
  /** The program, with its arguments, that a worker is. */
  workerCommand: string[];
}

/** What a run needs of its target: the target itself, and the time that it lives in. */
export interface ChosenTarget {
  clock: Clock;
  connect: (listener: TargetListener) => Target;
}

/** Throws a {@link RunError} if this version has nothing to run that kind of target with. */
export function chooseTarget({ job, workload, stagingFolder, workerCommand }: TargetOptions): ChosenTarget {
  const spec = job.target;
  if (spec.kind === 'simulated') return simulated(job, workload);
  if (spec.kind === 'local') {
    const setup = { job, stagingFolder, heartbeatSeconds: HEARTBEAT_SECONDS, keepOutputBytes: KEEP_OUTPUT_BYTES };
    return {
      clock: systemClock(),
      connect: (listener) => createLocalTarget(spec, { workerCommand, setup }, listener),
    };
  }
  throw new RunError(
    `target ${spec.name} is of kind ${spec.kind}, which this version plans for but does not run on yet: run the job on a local target`,
  );
}

/** The simulated target brings its clock along, which the run needs before it can listen: it speaks to a stand-in. */
function simulated({ target: spec }: JobSpec, workload: Workload): ChosenTarget {
  let run: TargetListener | null = null;
  const listener: TargetListener = {
    up: (...facts) => run!.up(...facts),
    safePoint: (...facts) => run!.safePoint(...facts),
    fragmentEnd: (...facts) => run!.fragmentEnd(...facts),
    sample: (...facts) => run!.sample(...facts),
    ending: (...facts) => run!.ending(...facts),
    down: (...facts) => run!.down(...facts),
    items: (...facts) => run!.items(...facts),
  };
  const { target, clock } = createSimulatedTarget({ spec, workload, listener });
  return {
    clock,
    connect: (given) => {
      run = given;
      return target;
    },
  };
}
