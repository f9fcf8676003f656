import { withBounds, type ItemPrediction } from '../../scheduler/predictive-model/distribution.ts';
import type { Predictor, Query } from '../../scheduler/predictive-model/model.ts';
import type { PredictionBasis } from '../../scheduler/predictive-model/prediction.ts';
import { KNOTS } from '../../scheduler/predictive-model/residuals.ts';

/** An item's kind, and what it really takes on an idle instance of speed 1. */
export interface TrueItem {
  key: string;
  cost: number | null;
  seconds: number;
}

/** The instances as they really are. */
export interface TrueConditions {
  speedOf: (instanceType: string) => number;
  /** Others make instances slower by up to `swing`, anew in each period. */
  load: { swing: number; periodSeconds: number };
}

/** What an item takes is told by so many items of the nearest costs, … */
const NEIGHBOURS = 30;
/** … and by all whose ln of the cost differs by less than this. */
const SAME_COST = 0.05;
/** Quantiles differ by at least so much, as ln of seconds. */
const LEAST_STEP = 1e-4;
/** Not even who knows all distributions is surer than this. */
const LEAST_SPREAD = 0.003;

interface Distribution {
  seconds: number;
  medianSeconds: number;
  within: number;
  table: number[];
}

/**
 * Knows how run times are really distributed, by kind, cost, type of instance and load, but not which item takes how long.
 * Not a model that anyone could have: with it, the scheduler shows what there is to gain by learning, and how much of the
 * distance to a schedule with foresight no scheduler can make up.
 */
export class InformedModel implements Predictor {
  private readonly byKey = new Map<string, { x: number | null; seconds: number }[]>();
  private readonly known = new Map<string, Distribution>();
  private readonly conditions: TrueConditions;

  constructor(items: readonly TrueItem[], conditions: TrueConditions) {
    this.conditions = conditions;
    for (const { key, cost, seconds } of items) {
      const x = cost === null ? null : Math.log(Math.max(cost, 1e-9));
      this.byKey.set(key, [...(this.byKey.get(key) ?? []), { x, seconds }]);
    }
    for (const list of this.byKey.values()) list.sort((a, b) => (a.x ?? 0) - (b.x ?? 0));
  }

  predict({ key, cost, instanceType }: Query): ItemPrediction {
    const { seconds, medianSeconds, within, table } = this.distribution(key, cost);
    const { swing, periodSeconds } = this.conditions.load;
    const factor = (1 + swing / 2) / this.conditions.speedOf(instanceType);
    const periods = Math.max(1, (factor * seconds) / periodSeconds);
    const byLoad = swing / Math.sqrt(12 * periods) / (1 + swing / 2);
    return withBounds({
      seconds: factor * seconds,
      medianSeconds: factor * medianSeconds,
      within,
      level: Math.hypot(LEAST_SPREAD, byLoad),
      scale: 1,
      table,
    });
  }

  observe(): void {}

  observeUnended(): void {}

  ended(): void {}

  observations(key: string): number {
    return 1e5 * (this.byKey.get(key)?.length ?? 0);
  }

  basis(key: string): PredictionBasis {
    return {
      kind: 'observed',
      observations: this.observations(key),
      model: 'the truth',
      medianError: null,
      coverage: null,
    };
  }

  private distribution(key: string, cost: number | null): Distribution {
    const name = JSON.stringify([key, cost]);
    let known = this.known.get(name);
    if (!known) this.known.set(name, (known = distributionOf(this.nearest(key, cost))));
    return known;
  }

  /** Run times of the items of nearest cost. */
  private nearest(key: string, cost: number | null): number[] {
    const items = this.byKey.get(key)!;
    if (cost === null || items.some(({ x }) => x === null)) return items.map(({ seconds }) => seconds);
    const at = Math.log(Math.max(cost, 1e-9));
    const distances = items.map(({ x, seconds }) => ({ distance: Math.abs(x! - at), seconds }));
    distances.sort((a, b) => a.distance - b.distance);
    const same = distances.filter(({ distance }) => distance <= SAME_COST).length;
    return distances.slice(0, Math.max(NEIGHBOURS, same)).map(({ seconds }) => seconds);
  }
}

function distributionOf(runTimes: readonly number[]): Distribution {
  const sorted = runTimes.toSorted((a, b) => a - b);
  const mean = sorted.reduce((sum, seconds) => sum + seconds, 0) / sorted.length;
  const variance = sorted.reduce((sum, seconds) => sum + (seconds - mean) ** 2, 0) / sorted.length;
  const quantile = (share: number): number => {
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)]!;
    return below + (place % 1) * (sorted[Math.ceil(place)]! - below);
  };
  const median = quantile(0.5);
  const table: number[] = [];
  for (const knot of KNOTS) {
    const least = table.length > 0 ? table.at(-1)! + LEAST_STEP : -Infinity;
    table.push(Math.max(least, Math.log(quantile(knot) / median)));
  }
  return {
    seconds: mean,
    medianSeconds: median,
    within: Math.max(LEAST_SPREAD, Math.sqrt(variance) / mean),
    table,
  };
}
