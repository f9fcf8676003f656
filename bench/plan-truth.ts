/**
 * `npm run bench:plan [example …]`: how true plans come. Each example is planned and run some times in a folder of its own,
 * by the real program; the first plan is made cold. What else the machine does meanwhile shows: look at the load. Items of
 * the job `steady` sleep instead of computing, so that the load matters little.
 *
 *   --runs 10          how often each is run after the first
 *   --program FILE     the program; default: dist/cli.js
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { normal, uniform } from '../scheduler/plan/random.ts';
import type { Plan } from '../scheduler/plan/plan.ts';
import type { Interval } from '../scheduler/predictive-model/prediction.ts';
import type { RunEvent } from '../scheduler/run/events.ts';

/** What an example consists of, as opposed to what it makes. */
const SOURCES = ['.morsel', '.mjs', '.awk', '.csv'];
const MOST_OUTPUT_BYTES = 1 << 28;

const STEADY = `job steady on laptop {
  input rows = csv "rows.csv"
  task nap for row in rows {
    run "sleep {row.seconds}"
    cost row.size
  }
  task last after nap { run "sleep 0.5" }
}
target laptop local { instances 3  lifespan 8 s }
`;

/** Sizes over a wide range, and seconds that follow them within a third. */
function steadyRows(): string {
  const next = uniform(1);
  const draw = normal(next);
  const rows = Array.from({ length: 180 }, (_, id) => {
    const size = 10 ** (2 * next());
    return `${id},${size.toFixed(2)},${(0.03 * size ** 0.5 * Math.exp(0.15 * draw()) + 0.05).toFixed(3)}`;
  });
  return ['id,size,seconds', ...rows, ''].join('\n');
}

interface Trial {
  planned: Interval;
  actualSeconds: number;
  load: number;
}

class Example {
  private readonly root = mkdtempSync(join(tmpdir(), 'morsel-plan-truth-'));
  private readonly folder: string;
  private readonly sources: string[];
  private readonly program: string;
  private readonly file: string;

  constructor(name: string, program: string) {
    this.program = program;
    this.folder = join(this.root, 'examples', name);
    this.file = `${name}.morsel`;
    mkdirSync(this.folder, { recursive: true });
    symlinkSync(resolve('node_modules'), join(this.root, 'node_modules'));
    if (name === 'steady') this.write({ 'steady.morsel': STEADY, 'rows.csv': steadyRows() });
    else this.copy(resolve('examples', name));
    this.sources = readdirSync(this.folder);
  }

  private write(files: Record<string, string>): void {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(this.folder, name), content);
  }

  private copy(from: string): void {
    const files = readdirSync(from).filter((file) => SOURCES.includes(extname(file)));
    for (const file of files) copyFileSync(join(from, file), join(this.folder, file));
  }

  /** Plans and runs it, as if it had never been run but for what was learnt. */
  try(): Trial {
    this.forgetOutputs();
    const load = loadavg()[0]!;
    const plan: Plan = JSON.parse(this.morsel('plan', '--json', this.file));
    const events = this.morsel('run', '--json', this.file).trimEnd().split('\n');
    const last: RunEvent = JSON.parse(events.at(-1)!);
    if (last.type !== 'run-finished' || last.state !== 'done') throw new Error(`${this.file} did not end well`);
    return { planned: plan.makespanSeconds, actualSeconds: last.makespanSeconds, load };
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  private forgetOutputs(): void {
    for (const entry of readdirSync(this.folder)) {
      if (entry !== '.morsel' && !this.sources.includes(entry)) rmSync(join(this.folder, entry), { recursive: true });
    }
  }

  private morsel(...args: string[]): string {
    const options = { cwd: this.folder, encoding: 'utf8', maxBuffer: MOST_OUTPUT_BYTES, stdio: 'pipe' } as const;
    return execFileSync(process.execPath, [this.program, ...args], options);
  }
}

const isInside = ({ planned, actualSeconds }: Trial): boolean =>
  planned.low <= actualSeconds && actualSeconds <= planned.high;

const errorOf = ({ planned, actualSeconds }: Trial): number => planned.expected / actualSeconds - 1;

const seconds = (value: number): string => value.toFixed(2).padStart(7);

function row(what: string, trial: Trial): string {
  const { planned, actualSeconds, load } = trial;
  const error = `${(100 * errorOf(trial)).toFixed(1)} %`.padStart(8);
  const held = isInside(trial) ? 'yes' : 'no ';
  const band = `${seconds(planned.low)} ${seconds(planned.expected)} ${seconds(planned.high)}`;
  return `| ${what.padEnd(14)} | ${band} | ${seconds(actualSeconds)} | ${error} | ${held} | ${load.toFixed(2)} |`;
}

function measure(name: string, runs: number, program: string): void {
  const example = new Example(name, program);
  try {
    console.log(row(`${name} cold`, example.try()));
    const trials: Trial[] = [];
    for (let run = 1; run <= runs; run++) {
      const trial = example.try();
      trials.push(trial);
      console.log(row(`${name} ${run}`, trial));
    }
    const errors = trials.map((trial) => Math.abs(errorOf(trial))).toSorted((a, b) => a - b);
    const median = (100 * errors[errors.length >> 1]!).toFixed(1);
    const close = errors.filter((error) => error <= 0.1).length;
    const held = trials.filter(isInside).length;
    console.log(
      `${name}, warm: median error ${median} %, within 10 % ${close} of ${runs} times, band held ${held} of ${runs} times\n`,
    );
  } finally {
    example.remove();
  }
}

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string', default: '10' }, program: { type: 'string', default: 'dist/cli.js' } },
  allowPositionals: true,
});
const examples = readdirSync('examples', { withFileTypes: true }).filter((entry) => entry.isDirectory());
console.log('| run            |     low expected    high |  actual |    error | in  | load |');
for (const name of positionals.length > 0 ? positionals : ['steady', ...examples.map((entry) => entry.name)])
  measure(name, Number(values.runs), resolve(values.program));
