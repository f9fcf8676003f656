/** JobSpecs by hand, for tests: what is not said is the plainest that can stand there. */
import type { JobSpec, SourceSpan, TargetSpec, TaskSpec, Template } from '../../scheduler/job-spec.ts';

const source: SourceSpan = {
  file: '/job/job.morsel',
  start: { line: 0, character: 0 },
  end: { line: 0, character: 1 },
};

export const text = (value: string): Template => [{ kind: 'text', text: value }];

/** A template from text with `{out}`, `{checkpoint}`, `{item}`, `{item.field}` and `{output-of task}` in it; values are quoted for a bare place. */
export function template(from: string, quote: 'none' | 'raw' = 'none'): Template {
  return from
    .split(/(\{[^}]*\})/)
    .filter((part) => part !== '')
    .map((part) => {
      if (!part.startsWith('{')) return { kind: 'text', text: part };
      const name = part.slice(1, -1);
      if (name === 'out' || name === 'checkpoint') return { kind: 'hole', hole: { kind: name }, quote };
      if (name.startsWith('output-of ')) {
        return { kind: 'hole', hole: { kind: 'output-of', task: name.slice('output-of '.length) }, quote };
      }
      return { kind: 'hole', hole: { kind: 'item', path: name.split('.').slice(1) }, quote };
    });
}

export function taskSpec(given: Partial<TaskSpec> = {}): TaskSpec {
  const name = given.name ?? 'work';
  return {
    name,
    task: name,
    stage: { index: 1, of: 1 },
    input: null,
    dependsOn: [],
    work: { kind: 'run', commands: [text('true')] },
    output: null,
    cost: null,
    needs: { cpus: 1, memoryBytes: 0 },
    safePoint: { kind: 'auto' },
    retry: 0,
    timeoutSeconds: null,
    estimateSeconds: null,
    workdir: text('.'),
    env: [],
    shell: null,
    source,
    ...given,
  };
}

export function targetSpec(given: Partial<TargetSpec> = {}): TargetSpec {
  return {
    name: 'here',
    kind: 'local',
    instances: { min: 0, max: 2 },
    lifespanSeconds: null,
    cpus: 1,
    memoryBytes: null,
    startupSeconds: null,
    pricePerHour: null,
    options: {},
    source,
    ...given,
  };
}

type InputSpec = JobSpec['inputs'][number];
/** What a kind of input is, without what all inputs have. */
export type Source = InputSpec extends infer Input
  ? Input extends InputSpec
    ? Omit<Input, 'name' | 'source'>
    : never
  : never;

/** An input, given as its source alone; it is named `in`. */
export const input = (given: Source): InputSpec => ({ name: 'in', source, ...given });

export function jobSpec(given: Partial<JobSpec> & { directory: string }): JobSpec {
  return {
    version: 1,
    job: 'job',
    file: `${given.directory}/job.morsel`,
    params: {},
    inputs: [],
    tasks: [taskSpec()],
    target: targetSpec(),
    ...given,
  };
}
