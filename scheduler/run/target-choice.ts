/** Which code stands for which kind of target. */
import type { JobSpec, TargetSpec } from '../job-spec.ts';
import { PredictiveModel } from '../predictive-model/model.ts';
import type { Observation } from '../predictive-model/observation.ts';
import { systemClock, type Clock } from '../targets/clock.ts';
import { createLocalTarget } from '../targets/local.ts';
import { createPilotTarget } from '../targets/pilots/pilot-target.ts';
import { createSimulatedTarget } from '../targets/simulated.ts';
import { createSshTarget } from '../targets/ssh/ssh-target.ts';
import { BY_SRUN, Slurm } from '../targets/slurm/slurm.ts';
import { targetProblem } from '../targets/target-problem.ts';
import type { Target, TargetListener } from '../targets/target.ts';
import type { Workload } from '../workload.ts';
import { RunError, stagingFolder } from './run-folder.ts';

/** How often a worker tells how its machine does; over a network, of which there may be a thousand, less often. */
const HEARTBEAT_SECONDS = 1;
const REMOTE_HEARTBEAT_SECONDS = 4;
const KEEP_OUTPUT_BYTES = 16 << 10;

export interface TargetOptions {
  job: JobSpec;
  workload: Workload;
  /** What is known of the job's tasks from earlier runs. */
  past: readonly Observation[];
  /** Absolute path of `.morsel`. */
  morselFolder: string;
  runFolder: string;
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

/** Throws a {@link RunError} if there is nothing to run that target with, or if it would not take what it is asked for. */
export async function checkTarget(spec: TargetSpec, workerCommand: readonly string[]): Promise<void> {
  const problem = buildProblem(spec, workerCommand) ?? (await targetProblem(spec));
  if (problem !== null) throw new RunError(problem);
}

/** Sources import one another, and what is brought to a host is one file. */
const buildProblem = ({ kind, name }: TargetSpec, workerCommand: readonly string[]): string | null =>
  kind === 'ssh' && workerCommand.at(-1)?.endsWith('.ts') === true
    ? `target ${name}: hosts are brought the worker as it is built: npm run build, then node dist/cli.js`
    : null;

/** For a target that {@link checkTarget} has let pass. */
export function chooseTarget(options: TargetOptions): ChosenTarget {
  const { job, workload, past } = options;
  if (!executes(job.target)) return simulated(job.target, workload, past);
  return { clock: systemClock(), connect: (listener) => createTarget(options, listener) };
}

function createTarget(
  { job, workload, morselFolder, runFolder, workerCommand }: TargetOptions,
  listener: TargetListener,
): Target {
  const spec = job.target;
  const setup = {
    job,
    stagingFolder: stagingFolder(runFolder),
    heartbeatSeconds: spec.kind === 'local' ? HEARTBEAT_SECONDS : REMOTE_HEARTBEAT_SECONDS,
    keepOutputBytes: KEEP_OUTPUT_BYTES,
  };
  if (spec.kind === 'ssh') {
    const counts = workload.tasks.map(({ count }) => count);
    return createSshTarget(spec, { workerFile: workerCommand.at(-1)!, setup, counts }, listener);
  }
  if (spec.kind !== 'slurm') return createLocalTarget(spec, { workerCommand, setup }, listener);
  const { directory } = job;
  const system = new Slurm({ spec, morselFolder, runFolder, directory, workerCommand });
  return createPilotTarget(spec, { system, runFolder, setup, ...listeningOf(spec) }, listener);
}

/** Where pilots call, as far as the user said it. */
function listeningOf({ options: { address, port } }: TargetSpec): {
  addresses?: string[];
  port?: number;
  isRelayed?: boolean;
} {
  return {
    ...(address === BY_SRUN ? { isRelayed: true } : typeof address === 'string' && { addresses: [address] }),
    ...(typeof port === 'number' && { port }),
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
    notice: (...facts) => run!.notice(...facts),
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
