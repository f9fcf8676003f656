/** What schedulers are measured on: jobs with their true run times, and instances to run them on. All chance has a fixed seed. */
import { join } from 'node:path';
import { normal, uniform } from '../../scheduler/plan/random.ts';
import type { ArenaTask } from '../arena/contract.ts';
import { OWN_TRACES, readTrace } from '../read-traces.ts';

/** A task of a scenario, and what it really takes on an instance of speed 1 that nobody else uses. */
export interface TimedTask extends ArenaTask {
  seconds: number;
}

export interface Scenario {
  name: string;
  tasks: TimedTask[];
  /** Instances at one time; one that ends is replaced at once. */
  slots: number;
  /** How long an instance lives, as everybody knows; null where nobody does. */
  lifespanSeconds: number | null;
  /** How long it really lives if it ends unforeseen, drawn by a uniform number. */
  hiddenLifeSeconds?: (draw: number) => number;
  startupSeconds: number;
  dispatchSeconds: number;
  safePointSeconds: number;
  /** Types of instances, in turn, and by how much they are faster than others. */
  speeds: Record<string, number>;
  /** Instances are slower by up to `swing`, anew in each period. Nobody is told. */
  load: { swing: number; periodSeconds: number };
  seed: number;
}

const STEADY = { speeds: { standard: 1 }, load: { swing: 0, periodSeconds: 60 } };
const CHEAP = { startupSeconds: 5, dispatchSeconds: 0.2, safePointSeconds: 0.1 };
const DEAR = { startupSeconds: 30, dispatchSeconds: 2, safePointSeconds: 1 };

/** Lives that end at a constant rate, … */
const exponential =
  (mean: number) =>
  (draw: number): number =>
    -mean * Math.log(1 - draw);
/** … and such that end early or late, seldom in between: Weibull of shape 0.6. */
const infantile =
  (scale: number) =>
  (draw: number): number =>
    scale * (-Math.log(1 - draw)) ** (1 / 0.6);

// oxfmt-ignore
export const scenarios = (): Scenario[] => [
  {
    name: 'bwa',
    tasks: traced('bwa', { types: ['bwa'] }),
    slots: 6,
    lifespanSeconds: 240,
    seed: 1,
    ...STEADY,
    ...DEAR,
  },
  {
    name: 'bwa, lives unknown',
    tasks: traced('bwa', { types: ['bwa'] }),
    slots: 8,
    lifespanSeconds: null,
    hiddenLifeSeconds: exponential(400),
    seed: 2,
    ...STEADY,
    ...CHEAP,
  },
  {
    name: 'blast, load',
    tasks: traced('blast'),
    slots: 5,
    lifespanSeconds: 7200,
    seed: 3,
    ...STEADY,
    ...DEAR,
    load: { swing: 0.5, periodSeconds: 200 },
  },
  {
    name: 'tests of a CI suite',
    tasks: traced('ci-onegov'),
    slots: 4,
    lifespanSeconds: 90,
    seed: 4,
    ...STEADY,
    ...CHEAP,
  },
  {
    name: 'seismology, lives unknown',
    tasks: traced('seismology'),
    slots: 6,
    lifespanSeconds: null,
    hiddenLifeSeconds: infantile(60),
    seed: 5,
    ...STEADY,
    ...CHEAP,
  },
  { name: 'montage graph', tasks: traced('montage'), slots: 4, lifespanSeconds: 200, seed: 6, ...STEADY, ...CHEAP },
  {
    name: '1000genome graph',
    tasks: traced('1000genome'),
    slots: 10,
    lifespanSeconds: 1500,
    seed: 7,
    ...STEADY,
    ...DEAR,
  },
  {
    name: 'epigenomics graph',
    tasks: traced('epigenomics'),
    slots: 8,
    lifespanSeconds: 900,
    seed: 8,
    ...STEADY,
    ...CHEAP,
  },
  {
    name: 'srasearch, mixed speeds',
    tasks: traced('srasearch'),
    slots: 6,
    lifespanSeconds: 9000,
    seed: 9,
    ...STEADY,
    ...DEAR,
    speeds: { slow: 1, fast: 1.7 },
  },
  {
    name: 'lognormal',
    tasks: lognormal(2000, 3, 0.8, 10),
    slots: 8,
    lifespanSeconds: 150,
    seed: 10,
    ...STEADY,
    ...CHEAP,
  },
  {
    name: 'bimodal, lives unknown',
    tasks: bimodal(1200, 11),
    slots: 8,
    lifespanSeconds: null,
    hiddenLifeSeconds: exponential(250),
    seed: 11,
    ...STEADY,
    ...CHEAP,
  },
  { name: 'heavy tail', tasks: pareto(1500, 12), slots: 6, lifespanSeconds: 400, seed: 12, ...STEADY, ...CHEAP },
  { name: 'sized by cost', tasks: sized(1500, 13), slots: 6, lifespanSeconds: 200, seed: 13, ...STEADY, ...DEAR },
  {
    name: 'half a life each',
    tasks: evenly(120, 90, 170, 14),
    slots: 6,
    lifespanSeconds: 300,
    seed: 14,
    ...STEADY,
    ...CHEAP,
  },
  {
    name: 'sub-second, 20,000',
    tasks: evenly(20_000, 0.02, 0.3, 15),
    slots: 8,
    lifespanSeconds: 120,
    seed: 15,
    ...STEADY,
    ...CHEAP,
  },
  { name: 'chain of barriers', tasks: chain(6, 60, 16), slots: 6, lifespanSeconds: 150, seed: 16, ...STEADY, ...CHEAP },
  {
    name: 'mixed speeds and load',
    tasks: lognormal(1500, 4, 0.5, 17),
    slots: 8,
    lifespanSeconds: 300,
    seed: 17,
    ...CHEAP,
    speeds: { slow: 1, fast: 2 },
    load: { swing: 0.4, periodSeconds: 90 },
  },
];

/** The first run of a recorded trace, or some types of task of it. */
function traced(name: string, { types }: { types?: string[] } = {}): TimedTask[] {
  const rows = readTrace(join(OWN_TRACES, `tasks-${name}.csv.gz`)).filter(({ runtimeSeconds }) => runtimeSeconds > 0);
  const own = rows.filter(({ trace, type }) => trace === rows[0]!.trace && (types?.includes(type) ?? true));
  const ids = new Set(own.map(({ id }) => id));
  return own.map(({ id, type, runtimeSeconds, inputBytes, parents }) => ({
    id,
    type,
    cost: inputBytes,
    parents: parents.filter((parent) => ids.has(parent)),
    seconds: runtimeSeconds,
  }));
}

function made(count: number, seconds: (index: number) => number, cost: (index: number) => number | null): TimedTask[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `t${index}`,
    type: 'work',
    cost: cost(index),
    parents: [],
    seconds: seconds(index),
  }));
}

const none = (): null => null;

function lognormal(count: number, median: number, sigma: number, seed: number): TimedTask[] {
  const draw = normal(uniform(seed));
  return made(count, () => median * Math.exp(sigma * draw()), none);
}

/** Most are short, one in eight is twenty times as long, and nothing tells which. */
function bimodal(count: number, seed: number): TimedTask[] {
  const next = uniform(seed);
  return made(count, () => (next() < 0.125 ? 40 : 2) * (0.8 + 0.4 * next()), none);
}

/** Pareto's with index 1.5, cut off at 300 s. */
function pareto(count: number, seed: number): TimedTask[] {
  const next = uniform(seed);
  return made(count, () => Math.min(300, (1 - next()) ** (-1 / 1.5)), none);
}

/** A power of the cost, and noise. */
function sized(count: number, seed: number): TimedTask[] {
  const next = uniform(seed);
  const draw = normal(next);
  const costs = Array.from({ length: count }, () => 10 ** (3 + 4 * next()));
  return made(
    count,
    (index) => 0.002 * costs[index]! ** 0.62 * Math.exp(0.15 * draw()),
    (index) => costs[index]!,
  );
}

function evenly(count: number, from: number, to: number, seed: number): TimedTask[] {
  const next = uniform(seed);
  return made(count, () => from + (to - from) * next(), none);
}

/** So many steps, each waiting for all tasks of the one before. */
function chain(steps: number, width: number, seed: number): TimedTask[] {
  const draw = normal(uniform(seed));
  return Array.from({ length: steps }, (_, step) =>
    Array.from({ length: width }, (_each, index) => ({
      id: `${step}.${index}`,
      type: `step${step}`,
      cost: null,
      parents: step === 0 ? [] : Array.from({ length: width }, (_parent, parent) => `${step - 1}.${parent}`),
      seconds: (2 + step) * Math.exp(0.5 * draw()),
    })),
  ).flat();
}
