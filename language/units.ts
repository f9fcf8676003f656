/** Units as written in a job file. Sizes are decimal, as disk and memory vendors and Slurm's users write them. */
import type { Quantity, Unit } from './generated/ast.ts';

export type Measure = 'time' | 'size' | 'cpus' | 'items';

/** For each measure its units, and how many seconds, bytes, cpus or items one of them is. */
export const unitsOf: Readonly<Record<Measure, Readonly<Partial<Record<Unit, number>>>>> = {
  time: { ms: 0.001, s: 1, min: 60, h: 3600, d: 86_400 },
  size: { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 },
  cpus: { cpu: 1, cpus: 1 },
  items: { item: 1, items: 1 },
};

/** In seconds, bytes, cpus or items; null where the quantity has no unit of that measure. */
export function amountOf(quantity: Quantity, measure: Measure): number | null {
  const factor = quantity.unit === undefined ? undefined : unitsOf[measure][quantity.unit];
  return factor === undefined ? null : quantity.value * factor;
}

/** Other words for units, as people write them, and the word of the language. */
export const otherUnits: ReadonlyMap<string, Unit> = new Map<string, Unit>([
  ...spellings('ms', ['msec', 'millisecond', 'milliseconds', 'millis']),
  ...spellings('s', ['S', 'sec', 'secs', 'second', 'seconds']),
  ...spellings('min', ['m', 'M', 'mins', 'minute', 'minutes', 'Min']),
  ...spellings('h', ['H', 'hr', 'hrs', 'hour', 'hours']),
  ...spellings('d', ['D', 'day', 'days']),
  ...spellings('B', ['b', 'byte', 'bytes', 'Byte', 'Bytes']),
  ...spellings('KB', ['K', 'k', 'kb', 'kB', 'Kb', 'KiB', 'kib']),
  ...spellings('MB', ['mb', 'Mb', 'mB', 'MiB', 'mib']),
  ...spellings('GB', ['G', 'g', 'gb', 'Gb', 'gB', 'GiB', 'gib']),
  ...spellings('TB', ['T', 't', 'tb', 'Tb', 'tB', 'TiB', 'tib']),
  ...spellings('cpus', ['core', 'cores', 'CPU', 'CPUs', 'CPUS', 'thread', 'threads', 'vcpu', 'vcpus']),
]);

function spellings(unit: Unit, words: string[]): [string, Unit][] {
  return words.map((word) => [word, unit]);
}

/** `4 GB`, `10 min`, `0.5 s`: an amount in the largest unit that keeps it a short number. */
export function showAmount(amount: number, measure: 'time' | 'size'): string {
  const units = Object.entries(unitsOf[measure]).toReversed();
  const [unit, factor] = units.find(([, each]) => amount >= each) ?? units.at(-1)!;
  return `${Number((amount / factor).toFixed(2))} ${unit}`;
}
