import type { ItemPrediction, Predictor, Query } from '../predictive-model/model.ts';
import type { Observation } from '../predictive-model/observation.ts';
import type { PredictionBasis } from '../predictive-model/prediction.ts';

/**
 * A model for a preview: it predicts what the real one predicts now, and learns nothing but how much was seen, so that
 * fragments grow in the plan as they will in the run.
 */
export class StandingModel implements Predictor {
  private readonly model: Predictor;
  private readonly seen = new Map<string, number>();

  constructor(model: Predictor) {
    this.model = model;
  }

  predict(query: Query): ItemPrediction {
    return this.model.predict(query);
  }

  observe({ key, count }: Observation): void {
    this.seen.set(key, (this.seen.get(key) ?? 0) + count);
  }

  observations(key: string): number {
    return this.model.observations(key) + (this.seen.get(key) ?? 0);
  }

  basis(key: string, estimateSeconds: number | null): PredictionBasis {
    return this.model.basis(key, estimateSeconds);
  }
}
