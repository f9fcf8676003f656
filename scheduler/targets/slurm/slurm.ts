import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { userInfo } from 'node:os';
import type { TargetSpec } from '../../job-spec.ts';
import { durationText } from '../../worker/words.ts';
import { SubmitError, type BatchSystem, type PilotReport, type Relay } from '../pilots/batch-system.ts';
import { pilotLog } from '../pilots/pilot.ts';
import { pilotScript, relayScript, type PilotScript } from '../pilots/pilot-script.ts';
import { homeFileIn } from '../pilots/home.ts';
import { cachedWorker } from '../pilots/worker-file.ts';
import { relaySocket } from '../../wire/ways.ts';
import { QUEUE_FORMAT, readQueue } from './queue.ts';
import { startRelay } from './relay.ts';
import { isPassing, partitionOf, requestOf } from './request.ts';
import { complaintOf, runTool, ToolError } from './tool.ts';
import { messageOf } from '../../words.ts';

/** So many names are asked for one by one; for more, all jobs of the user are looked through. */
const MOST_NAMES = 200;
/** scancel takes so many at once. */
const CANCEL_BATCH = 200;
/** Of a job, a job in an array, a part of a heterogeneous job: workers tell their own, and nothing else goes to scancel. */
const JOB_ID = /^\d+([_+]\d+)?$/;

/** The `address` of a machine that pilots can't reach: srun carries their connections. */
export const BY_SRUN = 'srun';

export interface SlurmOptions {
  spec: TargetSpec;
  /** Absolute path of `.morsel`, on a file system that all nodes share. */
  morselFolder: string;
  runFolder: string;
  /** Where pilots run: the folder of the job. */
  directory: string;
  /** This Node and the worker's file. */
  workerCommand: string[];
}

/** Pilots as jobs of a Slurm cluster, by its own commands: they know the site's plugins, clusters and credentials. */
export class Slurm implements BatchSystem {
  readonly name: string;
  private readonly options: SlurmOptions;
  private readonly lifespanText: string;

  constructor(options: SlurmOptions) {
    this.options = options;
    const partition = partitionOf(options.spec);
    this.name = partition === null ? 'slurm' : `slurm ${partition}`;
    const { lifespanSeconds } = options.spec;
    this.lifespanText = lifespanSeconds === null ? 'the partition' : durationText(lifespanSeconds);
  }

  async submit(pilot: string): Promise<string> {
    const { runFolder, directory, spec } = this.options;
    const log = pilotLog(runFolder, pilot);
    // Slurm fails a job whose output it can't write, and does not say why.
    mkdirSync(dirname(log), { recursive: true, mode: 0o700 });
    const own = [
      `--job-name=${pilot}`,
      `--output=${escapePattern(log)}`,
      `--chdir=${directory}`,
      '--no-requeue',
      '--parsable',
    ];
    const answer = await runTool('sbatch', [...own, ...requestOf(spec)], this.script(pilot)).catch((error: unknown) => {
      throw new SubmitError(messageOf(error), error instanceof ToolError && error.isPassing);
    });
    const id = /^(\d+)/.exec(answer.stdout.trim())?.[1];
    if (answer.code === 0 && id !== undefined) return id;
    const complaint = complaintOf(answer, 'sbatch');
    throw new SubmitError(`sbatch says: ${complaint}`, isPassing(complaint));
  }

  async look(pilots: { names: string[] } | { prefix: string }): Promise<PilotReport[]> {
    const names = 'names' in pilots && pilots.names.length <= MOST_NAMES ? [`--name=${pilots.names.join(',')}`] : [];
    const which = [`--user=${userInfo().uid}`, '--states=all', ...names];
    const answer = await runTool('squeue', ['--noheader', `--format=${QUEUE_FORMAT}`, ...which]);
    if (answer.code !== 0) throw new Error(`squeue says: ${complaintOf(answer, 'squeue')}`);
    const reports = readQueue(answer.stdout, this.lifespanText);
    if ('prefix' in pilots) return reports.filter(({ pilot }) => pilot.startsWith(pilots.prefix));
    const wanted = new Set(pilots.names);
    return reports.filter(({ pilot }) => wanted.has(pilot));
  }

  async cancel(ids: string[]): Promise<void> {
    const jobs = ids.filter((id) => JOB_ID.test(id));
    for (let start = 0; start < jobs.length; start += CANCEL_BATCH) {
      const answer = await runTool('scancel', ['--quiet', ...jobs.slice(start, start + CANCEL_BATCH)]);
      // One that has ended meanwhile is no reason to complain.
      if (answer.code !== 0 && isPassing(answer.stderr))
        throw new Error(`scancel says: ${complaintOf(answer, 'scancel')}`);
    }
  }

  relay(pilot: string, id: string): Relay {
    const { nodes, worker, setup } = this.program();
    const script = relayScript({ nodes, worker, setup, socket: relaySocket(pilot) });
    return startRelay(id, script);
  }

  private script(pilot: string): string {
    return pilotScript({ ...this.program(), homeFile: homeFileIn(this.options.runFolder), pilot });
  }

  private program(): Pick<PilotScript, 'nodes' | 'worker' | 'setup'> {
    const { morselFolder, spec, workerCommand } = this.options;
    const [ownNode, workerFile] = workerCommand;
    const { node, setup } = spec.options;
    return {
      nodes: typeof node === 'string' ? [node] : [ownNode!, 'node'],
      worker: cachedWorker(workerFile!, join(morselFolder, 'cache')),
      setup: typeof setup === 'string' ? setup : '',
    };
  }
}

/** A `%` in a path of sbatch stands for something else. */
const escapePattern = (path: string): string => path.replaceAll('%', '%%');
