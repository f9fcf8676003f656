/**
 * Every kind of target and the options that it knows. A new kind of target is a new entry here: the grammar has only
 * `name value`, and checks, completion, formatting and lowering all read this table.
 */
import type { TargetKind } from '../../scheduler/job-spec.ts';

/** What may stand as the value of an option. */
export type OptionType =
  /** `2`, or `0..32`. */
  | 'count'
  | 'number'
  /** `10 min` */
  | 'time'
  /** `4 GB` */
  | 'size'
  /** `0.03 per hour` */
  | 'price'
  /** `"short"` */
  | 'text'
  /** `["a", "b"]` */
  | 'texts';

export interface TargetOption {
  name: string;
  type: OptionType;
  /** Markdown, one or two sentences. */
  doc: string;
  /** As written in a job file. */
  example: string;
  /** Least value that makes sense, in seconds, bytes or as a number. */
  least?: number;
  /** Only whole numbers. */
  whole?: boolean;
  required?: boolean;
}

export interface TargetKindFacts {
  kind: TargetKind;
  /** Markdown, one or two sentences. */
  doc: string;
  /** True where lifespans are counted in whole minutes. */
  countsMinutes?: boolean;
  options: readonly TargetOption[];
}

/** Options of every kind: they have places of their own in a TargetSpec. */
const common: readonly TargetOption[] = [
  {
    name: 'instances',
    type: 'count',
    doc: 'How many instances there are at most, or a range. 1 if nothing is said.',
    example: 'instances 0..32',
    least: 0,
    whole: true,
  },
  {
    name: 'lifespan',
    type: 'time',
    doc: 'How long an instance lives from its start. Without it instances live until the job is done.',
    example: 'lifespan 10 min',
    least: 0,
  },
  { name: 'cpus', type: 'number', doc: 'Cpus of each instance. 1 if nothing is said.', example: 'cpus 2', least: 0 },
  { name: 'memory', type: 'size', doc: 'Memory of each instance.', example: 'memory 4 GB', least: 0 },
  {
    name: 'startup',
    type: 'time',
    doc: 'How long an instance takes until it can work. Learnt from runs if nothing is said.',
    example: 'startup 20 s',
  },
  { name: 'price', type: 'price', doc: 'What an instance costs.', example: 'price 0.031 per hour' },
];

const kinds: readonly TargetKindFacts[] = [
  { kind: 'local', doc: 'Worker processes on this machine.', options: [] },
  {
    kind: 'simulated',
    doc: 'No machine at all: the job runs on a virtual clock, to see how it would be scheduled.',
    options: [
      {
        name: 'speed',
        type: 'number',
        doc: 'How fast items run, 1 being this machine.',
        example: 'speed 1.5',
        least: 0,
      },
      {
        name: 'mtbf',
        type: 'time',
        doc: 'Mean time between failures: instances end unforeseen after so long on average.',
        example: 'mtbf 2 h',
        least: 0,
      },
    ],
  },
  {
    kind: 'slurm',
    doc: 'Allocations of a Slurm cluster. `lifespan` is their time limit.',
    countsMinutes: true,
    options: [
      { name: 'partition', type: 'text', doc: 'The partition to ask.', example: 'partition "short"' },
      { name: 'account', type: 'text', doc: 'The account that is charged.', example: 'account "lab42"' },
      { name: 'qos', type: 'text', doc: 'The quality of service to ask for.', example: 'qos "normal"' },
      { name: 'constraint', type: 'text', doc: 'Features that nodes must have.', example: 'constraint "avx512"' },
      {
        name: 'gpus',
        type: 'count',
        doc: 'Graphics cards of each allocation.',
        example: 'gpus 1',
        least: 0,
        whole: true,
      },
      {
        name: 'node',
        type: 'text',
        doc: 'The Node.js that runs the worker, where it is not this one and not on the path.',
        example: 'node "/opt/node24/bin/node"',
      },
      {
        name: 'address',
        type: 'text',
        doc: 'The name or address by which compute nodes reach this machine. All its own are tried if nothing is said. `"srun"` where they can not reach it: then `srun` carries the connections.',
        example: 'address "login1.cluster"',
      },
      {
        name: 'port',
        type: 'number',
        doc: 'The port that workers call, where a firewall lets only some pass.',
        example: 'port 47000',
        least: 1,
        whole: true,
      },
      {
        name: 'arguments',
        type: 'texts',
        doc: 'Further arguments for `sbatch`.',
        example: 'arguments ["--exclusive"]',
      },
      {
        name: 'setup',
        type: 'text',
        doc: 'A shell command before the worker starts.',
        example: 'setup "module load node"',
      },
    ],
  },
  {
    kind: 'ssh',
    doc: 'Hosts that are reached with `ssh`, an instance on each.',
    options: [
      {
        name: 'hosts',
        type: 'texts',
        doc: 'The hosts, as `ssh` knows them.',
        example: 'hosts ["anna", "ben@server"]',
        required: true,
      },
      {
        name: 'identity',
        type: 'text',
        doc: 'The file of the key to log in with.',
        example: 'identity "~/.ssh/id_ed25519"',
      },
      {
        name: 'node',
        type: 'text',
        doc: 'The Node.js that runs the worker on the hosts, where it is not on the path there.',
        example: 'node "/opt/node24/bin/node"',
      },
      {
        name: 'arguments',
        type: 'texts',
        doc: 'Further arguments for `ssh`.',
        example: 'arguments ["-F", "lab.config"]',
      },
      {
        name: 'stage',
        type: 'texts',
        doc: 'For hosts that do not share the folder of the job: files that programs need, as patterns. They, and the files of items, are copied there, and outputs back.',
        example: 'stage ["score.py", "models/**"]',
      },
      { name: 'setup', type: 'text', doc: 'A shell command before the worker starts.', example: 'setup "nvm use 24"' },
    ],
  },
];

export const targetKinds: ReadonlyMap<string, TargetKindFacts> = new Map(
  kinds.map((facts) => [facts.kind, { ...facts, options: [...common, ...facts.options] }]),
);

const byKind = new Map([...targetKinds].map(([kind, { options }]) => [kind, new Map(options.map((o) => [o.name, o]))]));

/** An option of a kind of target; undefined where that kind has none of this name. */
export const targetOption = (kind: string, name: string): TargetOption | undefined => byKind.get(kind)?.get(name);

export const isCommonOption = (name: string): boolean => common.some((option) => option.name === name);
