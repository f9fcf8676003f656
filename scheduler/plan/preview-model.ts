import type { ItemPrediction, Predictor, Query } from '../predictive-model/model.ts';
import type { Observation } from '../predictive-model/observation.ts';
import type { PredictionBasis } from '../predictive-model/prediction.ts';
import type { Workload } from '../workload.ts';

/** What is known of a task before the simulated run counts as much as so many samples of it. */
const KNOWN_SAMPLES = 10;

/** What a simulated run has taught of one task: by which factor (its logarithm) the real model's prediction was off. */
interface Lesson {
  items: number;
  samples: number;
  logRatio: number;
  /** What predictions are multiplied by on account of it, and what is left of the level's spread. */
  factor: number;
  levelShare: number;
}

/**
 * A model for a preview: it predicts what the real one does, and learns from the simulated run without touching the real
 * one. Of a task that was never run it learns the level, so that fragments grow in the plan as they will in the run; of one
 * that is known it learns whether the simulated machine is slower or faster today.
 */
export class PreviewModel implements Predictor {
  private readonly model: Predictor;
  private readonly estimates: ReadonlyMap<string, number | null>;
  private readonly lessons = new Map<string, Lesson>();

  constructor(model: Predictor, { tasks }: Workload) {
    this.model = model;
    this.estimates = new Map(tasks.map(({ key, estimateSeconds }) => [key, estimateSeconds]));
  }

  predict(query: Query): ItemPrediction {
    const prediction = this.model.predict(query);
    const lesson = this.lessons.get(query.key);
    if (!lesson) return prediction;
    const { factor, levelShare } = lesson;
    const { within } = prediction;
    const level = prediction.level * levelShare;
    return {
      ...prediction,
      seconds: prediction.seconds * factor,
      medianSeconds: prediction.medianSeconds * factor,
      level,
      scale: (prediction.scale * Math.hypot(within, level)) / Math.hypot(within, prediction.level),
    };
  }

  observe(observation: Observation): void {
    const { key, count, seconds } = observation;
    const lesson = this.lessons.get(key) ?? { items: 0, samples: 0, logRatio: 0, factor: 1, levelShare: 1 };
    const expected = this.model.predict({ ...observation, estimateSeconds: this.estimates.get(key) ?? null });
    lesson.items += count;
    lesson.samples++;
    lesson.logRatio += (Math.log(seconds / count / expected.seconds) - lesson.logRatio) / lesson.samples;
    const isKnown = this.model.observations(key) > 0;
    const trust = isKnown ? lesson.samples / (lesson.samples + KNOWN_SAMPLES) : 1;
    lesson.factor = Math.exp(trust * lesson.logRatio);
    lesson.levelShare = isKnown ? 1 : 1 / (1 + lesson.samples);
    this.lessons.set(key, lesson);
  }

  /** Of what is under way in a simulated run nothing is to be learnt that its end will not tell. */
  observeUnended(): void {}

  ended(): void {}

  observations(key: string): number {
    return this.model.observations(key) + (this.lessons.get(key)?.items ?? 0);
  }

  basis(key: string, estimateSeconds: number | null): PredictionBasis {
    return this.model.basis(key, estimateSeconds);
  }
}
