import { Command, InvalidArgumentError } from 'commander';
import type { JobSpec, TargetSpec } from '../../scheduler/job-spec.ts';
import { readRecording, type Recording } from '../../scheduler/run/recording.ts';
import { parsePolicy, type PolicyChoice } from '../../scheduler/replay/policy.ts';
import { replay, type Course, type Replay } from '../../scheduler/replay/replay.ts';
import { findRun } from '../../scheduler/run/runs.ts';
import { openHistory } from '../../scheduler/store/history.ts';
import { type Past, readPast } from '../../scheduler/store/past.ts';
import { UserError } from '../exit-codes.ts';
import { loadJob } from '../job-files.ts';
import { nearestMorselFolder } from '../morsel-folder.ts';
import { renderReplay } from '../render-replay.ts';
import { paintFor, printJson, printLines } from '../terminal.ts';

interface Options {
  /** In seconds; infinite for no end. */
  lifespan?: number;
  instances?: TargetSpec['instances'];
  target?: string;
  policy?: PolicyChoice[];
  json?: true;
}

export default new Command('replay')
  .description(
    'Replays a past run under other conditions: every item takes as long as it did, but the lifespan, the number of instances, the target or the scheduler may differ. Shows what happened, what would have, and a bound that nothing can beat. Nothing is run.',
  )
  .argument('[run]', 'a run id, or the beginning of it; default: the newest run')
  .option('--lifespan <time>', 'how long an instance lives, such as "30 min", or none for no end', parseLifespan)
  .option('--instances <number>', 'at most so many instances, or a range such as 2..8', parseInstances)
  .option('--target <name>', 'another target of the job file')
  .option(
    '--policy <policy>',
    'who decides: morsel, single (an item at a time) or fixed:20 (20 items at a time); may be given more than once',
    collectPolicies,
  )
  .option('--json', 'print the replay as JSON')
  .addHelpText(
    'after',
    `
Examples:
  morsel replay --lifespan "1 h"
  morsel replay 20261124-142501 --instances 8 --policy morsel --policy fixed:50 --policy single
  morsel replay --target cluster --json | jq .boundSeconds

Exit codes: 0 done · 1 there is no such run, or it is still going · 2 wrong usage`,
  )
  .action(replayRun);

/** What is printed with --json. */
export interface ReplayAnswer extends Replay {
  run: string;
  job: string;
  /** The run as it was. */
  happened: Course & { state: string; target: Pick<TargetSpec, 'name' | 'instances' | 'lifespanSeconds'> };
}

async function replayRun(id: string | undefined, options: Options): Promise<void> {
  const morselFolder = nearestMorselFolder();
  const entry = findRun(morselFolder, id, 'any');
  if (entry.live)
    throw new UserError(`run ${entry.id} is still going: replay it when it has ended (\`morsel watch ${entry.id}\`).`);
  const recording = readRecording(entry.folder);
  const target = await targetOf(recording.job, options);
  const { workload, ranges } = recording;
  const past = pastOf(morselFolder, recording, target);
  const policies = options.policy ?? [{ kind: 'morsel' } as const];
  const answer = answerOf(recording, replay({ workload, ranges, target, policies, past }));
  if (options.json) printJson(answer);
  else printLines(renderReplay(answer, paintFor(process.stdout)));
}

function answerOf({ run, job, state, happened }: Recording, replayed: Replay): ReplayAnswer {
  const { name, instances, lifespanSeconds } = job.target;
  return {
    run,
    job: job.job,
    happened: { state, target: { name, instances, lifespanSeconds }, ...happened },
    ...replayed,
  };
}

/** The run's own target, or another of its file, with what the options change of it. */
async function targetOf(job: JobSpec, { target: name, lifespan, instances }: Options): Promise<TargetSpec> {
  const target = name === undefined || name === job.target.name ? job.target : await targetFromFile(job, name);
  return {
    ...target,
    ...(lifespan === undefined ? {} : { lifespanSeconds: Number.isFinite(lifespan) ? lifespan : null }),
    ...(instances === undefined ? {} : { instances }),
  };
}

async function targetFromFile({ file, job, params }: JobSpec, name: string): Promise<TargetSpec> {
  const set = Object.fromEntries(Object.entries(params).map(([param, value]) => [param, String(value)]));
  const { target } = await loadJob(file, { job, on: name, set });
  return target;
}

function pastOf(morselFolder: string, { workload }: Recording, target: TargetSpec): Past {
  using history = openHistory(morselFolder);
  return readPast(history, workload, target);
}

const UNIT_SECONDS: Record<string, number> = { s: 1, min: 60, h: 3600, d: 86_400 };

function parseLifespan(text: string): number {
  if (text.trim() === 'none') return Infinity;
  const [, value, unit = ''] = /^(\d+(?:\.\d+)?)\s*(s|min|h|d)$/.exec(text.trim()) ?? [];
  const seconds = Number(value) * (UNIT_SECONDS[unit] ?? NaN);
  if (!(seconds > 0)) throw new InvalidArgumentError('It takes a time, such as "90 s", "30 min", "2 h" or none.');
  return seconds;
}

const MOST_INSTANCES = 100_000;

function parseInstances(text: string): TargetSpec['instances'] {
  const [, from, to] = /^(?:(\d+)\.\.)?(\d+)$/.exec(text.trim()) ?? [];
  const instances = { min: Number(from ?? 0), max: Number(to) };
  const isSound = instances.max >= 1 && instances.max <= MOST_INSTANCES && instances.min <= instances.max;
  if (!isSound) throw new InvalidArgumentError('It takes a number of instances, such as 8, or a range such as 2..8.');
  return instances;
}

function collectPolicies(text: string, sofar: PolicyChoice[] = []): PolicyChoice[] {
  const choice = parsePolicy(text);
  if (choice === null)
    throw new InvalidArgumentError('It takes morsel, single, or fixed: with a number, such as fixed:20.');
  return [...sofar, choice];
}
