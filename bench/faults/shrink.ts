/** Makes a history that breaks a promise as small as can be, so that a person can read it. */
import { playHistory, type HistoryEnd } from './history.ts';
import type { Scenario, TaskShape } from './scenario.ts';

const MOST_MILLISECONDS = 60_000;

/** The smallest scenario found that breaks the same promise. */
export async function shrink(scenario: Scenario, broken: string): Promise<Scenario> {
  const shrinker = new Shrinker(scenario, kindOf(broken));
  return shrinker.shrink();
}

/** Two breaches are of one kind if they differ in numbers only. */
const kindOf = (broken: string): string => broken.split('\n')[0]!.replaceAll(/\d+/g, 'N').slice(0, 60);

class Shrinker {
  private best: Scenario;
  private readonly kind: string;
  private readonly until = performance.now() + MOST_MILLISECONDS;

  constructor(scenario: Scenario, kind: string) {
    this.best = scenario;
    this.kind = kind;
  }

  async shrink(): Promise<Scenario> {
    for (let before = ''; before !== JSON.stringify(this.best) && performance.now() < this.until;) {
      before = JSON.stringify(this.best);
      await this.dropRates();
      await this.dropFaults();
      await this.simplify();
    }
    return this.best;
  }

  /** Takes a smaller one if it breaks the same promise. */
  private async take(smaller: Scenario): Promise<boolean> {
    if (JSON.stringify(smaller) === JSON.stringify(this.best) || performance.now() > this.until) return false;
    const { broken } = await playHistory(smaller);
    if (broken === null || kindOf(broken) !== this.kind) return false;
    this.best = smaller;
    return true;
  }

  private async dropRates(): Promise<void> {
    for (const kind of Object.keys(this.best.rates)) {
      const rates = Object.fromEntries(Object.entries(this.best.rates).filter(([each]) => each !== kind));
      await this.take({ ...this.best, rates });
    }
  }

  /** Leaves single faults out, in ever smaller lots (delta debugging: Zeller, Hildebrandt 2002). */
  private async dropFaults(): Promise<void> {
    for (let lots = 2; ; lots *= 2) {
      const { faults } = await playHistory(this.best);
      const size = Math.max(1, Math.ceil(faults.length / lots));
      for (let from = 0; from < faults.length; from += size) {
        const without = [...this.best.without, ...faults.slice(from, from + size)];
        await this.take({ ...this.best, without });
      }
      if (size === 1) return;
    }
  }

  private async simplify(): Promise<void> {
    const { best } = this;
    for (let tasks = 1; tasks < best.tasks.length; tasks++)
      if (await this.take({ ...this.best, tasks: best.tasks.slice(0, tasks) })) break;
    for (const index of this.best.tasks.keys()) await this.simplifyTask(index);
    const simpler: Partial<Scenario>[] = [
      { commands: [] },
      { failing: 0 },
      { flaky: 0 },
      { deadly: 0 },
      { tail: 0 },
      { cpus: 1 },
      { instances: { min: 0, max: 1 } },
      { instances: { min: 0, max: 2 } },
      { lifespanSeconds: null },
      { faultSeconds: 20 },
    ];
    for (const each of simpler) await this.take({ ...this.best, ...each });
  }

  private async simplifyTask(index: number): Promise<void> {
    const simpler: Partial<TaskShape>[] = [
      ...[1, 2, 4, 8, 16].map((count) => ({ count: Math.min(count, this.best.tasks[index]!.count) })),
      { cohorts: 1 },
      { after: null },
      { cpus: 1 },
      { commitEach: false },
      { estimateSeconds: null },
      { upToDate: false },
      { hasOutput: false },
      { retry: 0 },
    ];
    for (const each of simpler)
      await this.take({
        ...this.best,
        tasks: this.best.tasks.map((task, i) => (i === index ? { ...task, ...each } : task)),
      });
  }
}

/** What a person needs to see of a history that breaks a promise. */
export function describe(seed: number, scenario: Scenario, { broken, faults, trace, processes }: HistoryEnd): string {
  const steps = trace.slice(-MOST_STEPS).map((step) => `  ${step.length > 300 ? `${step.slice(0, 300)}…` : step}`);
  return [
    `seed ${seed} breaks a promise: ${broken}`,
    `shrunk to ${trace.length} events in ${processes} processes, with these faults: ${faults.join(', ') || 'none'}`,
    ...steps,
    'play it again:',
    `  npm run faults -- --history '${JSON.stringify(scenario)}'`,
  ].join('\n');
}

const MOST_STEPS = 40;
