import type { ItemPrediction, Predictor, Query } from '../predictive-model/model.ts';
import type { Observation } from '../predictive-model/observation.ts';
import type { PredictionBasis } from '../predictive-model/prediction.ts';

/**
 * A model whose predictions are right in sum. How long a job takes is a matter of sums, which a model that follows typical
 * items, and the newest of them most, may miss by much: a few long items are most of it. So all that is predicted of a task
 * is scaled by what past items took in all over what is now predicted of them.
 */
export class LevelledModel implements Predictor {
  private readonly model: Predictor;
  private readonly factors = new Map<string, number>();

  /** @param past a fair sample of what is known */
  constructor(model: Predictor, past: readonly Observation[]) {
    this.model = model;
    const ended = past.filter(({ outlasted, seconds, count }) => !outlasted && seconds > 0 && count > 0);
    for (const [key, own] of Map.groupBy(ended, (observation) => observation.key)) {
      let actual = 0;
      let predicted = 0;
      for (const observation of own) {
        actual += observation.seconds;
        predicted += observation.count * model.predict({ ...observation, estimateSeconds: null }).seconds;
      }
      if (predicted > 0) this.factors.set(key, actual / predicted);
    }
  }

  predict(query: Query): ItemPrediction {
    const prediction = this.model.predict(query);
    const factor = this.factors.get(query.key) ?? 1;
    const { seconds, medianSeconds } = prediction;
    return { ...prediction, seconds: seconds * factor, medianSeconds: medianSeconds * factor };
  }

  observe(observation: Observation): void {
    this.model.observe(observation);
  }

  observeUnended(name: string, observation: Observation): void {
    this.model.observeUnended(name, observation);
  }

  ended(name: string, key: string): void {
    this.model.ended(name, key);
  }

  observations(key: string): number {
    return this.model.observations(key);
  }

  basis(key: string, estimateSeconds: number | null): PredictionBasis {
    return this.model.basis(key, estimateSeconds);
  }
}
