/**
 * The scheduler with a model that knows the true distributions: no policy, since it asks the referee's oracle, but a bound
 * of what learning could win. `npm run build` writes it to dist/arena-informed.mjs.
 */
import type { ArenaPolicy, Setup } from './contract.ts';
import { InformedModel } from './informed-model.ts';
import { policyOf } from './policy.ts';

/** What the referee tells its clairvoyant baseline. */
interface Oracle {
  runtime: (task: string) => number;
  /** When an instance has done so much work. */
  finish: (instance: string, from: number, work: number) => number;
}

/** Work that is small enough for the load to stay as it is. */
const PROBE_SECONDS = 1e-3;

export default function createPolicy(
  setup: Setup & { oracle: Oracle; target: { load_swing?: number; load_period_s?: number } },
): ArenaPolicy {
  const { oracle, tasks, target } = setup;
  const speeds = new Map<string, number>();
  const items = tasks.map(({ id, type, cost }) => ({ key: type, cost, seconds: oracle.runtime(id) }));
  const model = new InformedModel(items, {
    speedOf: (type) => speeds.get(type) ?? 1,
    load: { swing: target.load_swing ?? 0, periodSeconds: target.load_period_s ?? 300 },
  });
  const policy = policyOf(setup, model);
  return {
    onEvent(event) {
      if (event.kind === 'instance-up') {
        const { instance, type, load, now } = event;
        const rate = PROBE_SECONDS / (oracle.finish(instance, now, PROBE_SECONDS) - now);
        speeds.set(type, rate * (1 + load));
      }
      return policy.onEvent(event);
    },
  };
}
