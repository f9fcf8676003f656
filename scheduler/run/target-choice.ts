/** Which code stands for which kind of target. */
import type { JobSpec, TargetSpec } from '../job-spec.ts';
import { PredictiveModel } from '../predictive-model/model.ts';
import type { Observation } from '../predictive-model/observation.ts';
import { systemClock, type Clock } from '../targets/clock.ts';
import { createLocalTarget } from '../targets/local.ts';
import { createSimulatedTarget, optionsProblem } from '../targets/simulated.ts';
import type { Target, TargetListener } from '../targets/target.ts';
import type { Workload } from '../workload.ts';
import { RunError } from './run-folder.ts';

const HEARTBEAT_SECONDS = 1;
const KEEP_OUTPUT_BYTES = 16 << 10;

export interface TargetOptions {
  job: JobSpec;
  workload: Workload;
  /** What is known of the job's tasks from earlier runs. */
  past: readonly Observation[];
  stagingFolder: string;
  /** The program, with its arguments, that a worker is. */
  workerCommand: string[];
}

/** What a run needs of its target: the target itself, and the time that it lives in. */
export interface ChosenTarget {
  clock: Clock;
  connect: (listener: TargetListener) => Target;
}

/** False where nothing is executed: then there are no outputs, and nothing that a real run could learn from. */
export const executes = ({ kind }: TargetSpec): boolean => kind !== 'simulated';

/** Throws a {@link RunError} if there is nothing to run that target with. */
export function checkTarget(spec: TargetSpec): void {
  if (spec.kind === 'simulated') {
    const problem = optionsProblem(spec);
    if (problem !== null) throw new RunError(problem);
  } else if (spec.kind !== 'local') {
    throw new RunError(
      `target ${spec.name} is of kind ${spec.kind}, which this version plans for but does not run on yet: run the job on a local target`,
    );
  }
}

/** For a target that {@link checkTarget} has let pass. */
export function chooseTarget({ job, workload, past, stagingFolder, workerCommand }: TargetOptions): ChosenTarget {
  const spec = job.target;
  if (!executes(spec)) return simulated(spec, workload, past);
  const setup = { job, stagingFolder, heartbeatSeconds: HEARTBEAT_SECONDS, keepOutputBytes: KEEP_OUTPUT_BYTES };
  return {
    clock: systemClock(),
    connect: (listener) => createLocalTarget(spec, { workerCommand, setup }, listener),
  };
}

/** The simulated target brings its clock along, which the run needs before it can listen: it speaks to a stand-in. */
function simulated(spec: TargetSpec, workload: Workload, past: readonly Observation[]): ChosenTarget {
  let run: TargetListener | null = null;
  const listener: TargetListener = {
    up: (...facts) => run!.up(...facts),
    safePoint: (...facts) => run!.safePoint(...facts),
    checkpoint: (...facts) => run!.checkpoint(...facts),
    tried: (...facts) => run!.tried(...facts),
    fragmentEnd: (...facts) => run!.fragmentEnd(...facts),
    sample: (...facts) => run!.sample(...facts),
    ending: (...facts) => run!.ending(...facts),
    down: (...facts) => run!.down(...facts),
    items: (...facts) => run!.items(...facts),
  };
  const { target, clock } = createSimulatedTarget({ spec, workload, model: new PredictiveModel(past), listener });
  return {
    clock,
    connect: (given) => {
      run = given;
      return target;
    },
  };
}
