import * as ast from '../generated/ast.ts';
import { visibleParams } from '../scoping/visible.ts';
import { didYouMean } from '../suggest.ts';
import { LoweringProblem } from './lowering-problem.ts';

/** Values of params for one lowering, and which of them the job has used. */
export class ParamValues {
  readonly #job: ast.Job;
  readonly #given: ReadonlyMap<string, string>;
  readonly #used = new Map<string, string | number>();

  /** `given`: values from the command line, by name. */
  constructor(job: ast.Job, given: Record<string, string>) {
    this.#job = job;
    this.#given = new Map(Object.entries(given));
    const visible = visibleParams(job);
    for (const [name, value] of this.#given) {
      const param = visible.get(name);
      if (param === undefined) throw new LoweringProblem(unknownParam(job, name));
      convert(param, value);
    }
    for (const param of job.params) this.valueOf(param);
  }

  valueOf(param: ast.Param): string | number {
    const given = this.#given.get(param.name);
    // A param of an imported file may be hidden by one of the job's own.
    const isMeant = given !== undefined && visibleParams(this.#job).get(param.name) === param;
    const value = isMeant ? convert(param, given) : param.value.value;
    this.#used.set(param.name, value);
    return value;
  }

  used(): Record<string, string | number> {
    return Object.fromEntries(this.#used);
  }
}

function convert(param: ast.Param, value: string): string | number {
  if (ast.isText(param.value)) return value;
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (Number.isFinite(number)) return number;
  throw new LoweringProblem(`The param \`${param.name}\` is a number, and "${value}" is none.`);
}

function unknownParam(job: ast.Job, name: string): string {
  const names = visibleParams(job)
    .all()
    .map((param) => param.name);
  const known = names.length === 0 ? 'It has none.' : `It has ${names.map((each) => `\`${each}\``).join(', ')}.`;
  return `The job \`${job.name}\` has no param \`${name}\`.${didYouMean(name, names) || ` ${known}`}`;
}
