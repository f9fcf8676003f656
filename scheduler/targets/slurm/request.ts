import type { TargetSpec } from '../../job-spec.ts';

const MIB = 1 << 20;

/** What an allocation is asked for with, beside its name and its output. */
export function requestOf({ lifespanSeconds, cpus, memoryBytes, options }: TargetSpec): string[] {
  const text = (name: string): string | null => {
    const value = options[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
  };
  return [
    '--nodes=1',
    '--ntasks=1',
    `--cpus-per-task=${Math.ceil(cpus)}`,
    ...given('mem', memoryBytes === null ? null : `${Math.ceil(memoryBytes / MIB)}M`),
    ...given('time', lifespanSeconds === null ? null : Math.max(1, Math.ceil(lifespanSeconds / 60))),
    ...given('partition', text('partition')),
    ...given('account', text('account')),
    ...given('qos', text('qos')),
    ...given('constraint', text('constraint')),
    ...given('gpus', text('gpus')),
    ...listOf(options['arguments']),
  ];
}

/** What `sbatch` takes for the partition: the last on its command line, else the environment's. Null for the site's default. */
export function partitionOf(spec: TargetSpec, environment: NodeJS.ProcessEnv = process.env): string | null {
  const request = requestOf(spec);
  const asked = request.flatMap((word, index) => {
    if (word === '-p' || word === '--partition') return request[index + 1] ?? [];
    return /^(?:-p|--partition=)(.+)$/.exec(word)?.[1] ?? [];
  });
  return asked.at(-1) ?? environment['SBATCH_PARTITION'] ?? null;
}

const given = (flag: string, value: string | number | null): string[] => (value === null ? [] : [`--${flag}=${value}`]);

const listOf = (value: string | number | string[] | undefined): string[] => (Array.isArray(value) ? value : []);

/** True where a refusal says more of the moment than of what was asked for: trouble, or a limit of jobs in the queue. */
export const isPassing = (complaint: string): boolean =>
  /timed out|unable to contact|connect(ion)? (failure|refused|reset)|communication|temporarily|try again|too many|zero bytes|slurm_persist|backup controller|QOSMaxSubmit|AssocMaxSubmit|job submit limit|MaxSubmitJob|maximum (job|number)/i.test(
    complaint,
  );
