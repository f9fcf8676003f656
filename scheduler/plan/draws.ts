/** The worlds that a plan plays a job in: the one that is expected, and others that are as likely as the model says. */
import type { Piece } from '../fragment-scheduler/events.ts';
import type { TargetSpec } from '../job-spec.ts';
import { normalCdf } from '../normal.ts';
import type { ItemPrediction, Predictor } from '../predictive-model/model.ts';
import { cohortAt } from '../task-queue/task-queue.ts';
import type { Workload } from '../workload.ts';
import { normal, uniform } from './random.ts';
import { hiddenLives, speedOf } from './simulated-options.ts';
import type { TargetConditions } from './target-profile.ts';

const NORMAL_TENTH = 1.2816;

/** What decides the course of a job, once its scheduler is given. */
export interface World {
  itemSeconds: (piece: Piece) => number;
  hiddenLifeSeconds?: () => number;
}

export interface WorldsOptions {
  workload: Workload;
  target: TargetSpec;
  model: Predictor;
  conditions: Pick<TargetConditions, 'instanceType' | 'load' | 'pace'>;
  seed: number;
}

/** The world in which every item takes as long as predicted. */
export function expectedWorld({ workload, target, model, conditions, seed }: WorldsOptions): World {
  const speed = speedOf(target);
  return {
    itemSeconds: (piece) => predicted(piece, workload, model, conditions).seconds / speed,
    ...livesOf(target, seed),
  };
}

/**
 * One of `of` worlds that together stand for all. In each
 * - the machine as a whole is slower or faster than usual (`pace`): evenly spread over the distribution, so that few worlds
 *   cover it,
 * - each task's level is off by what so few observations leave open,
 * - each piece's level is off by the rest of what the model has been wrong by,
 * - and its items differ by themselves.
 * All deviations are of logarithms and leave the mean where it is.
 */
export function drawnWorld(options: WorldsOptions, draw: number, of: number): World {
  const { workload, target, model, conditions, seed } = options;
  const next = normal(uniform(seed + draw));
  const pace = spread(normalQuantile((draw + 0.5) / of), conditions.pace) / speedOf(target);
  const levels = new Map<number, number>();
  return {
    itemSeconds: (piece) => {
      const { task, start, end } = piece;
      const prediction = predicted(piece, workload, model, conditions);
      const common = commonShare(model.observations(workload.tasks[task]!.key));
      if (!levels.has(task)) levels.set(task, next());
      const level =
        off(levels.get(task)!, prediction, Math.sqrt(common)) * off(next(), prediction, Math.sqrt(1 - common));
      const within = spread(next(), prediction.within / Math.sqrt(end - start));
      return prediction.seconds * pace * level * within;
    },
    ...livesOf(target, seed + draw),
  };
}

/** What an item of a piece is predicted to take. */
export function predicted(
  { task, start }: Piece,
  workload: Workload,
  model: Predictor,
  { instanceType, load }: { instanceType: string; load: number },
): ItemPrediction {
  const { key, cohorts, estimateSeconds } = workload.tasks[task]!;
  const { cost } = cohorts[cohortAt(cohorts, start)]!;
  return model.predict({ key, instanceType, cost, load, idleSeconds: 0, estimateSeconds });
}

function livesOf(target: TargetSpec, seed: number): Pick<World, 'hiddenLifeSeconds'> {
  const hiddenLifeSeconds = hiddenLives(target, uniform(seed));
  return hiddenLifeSeconds ? { hiddenLifeSeconds } : {};
}

/** The part of a level's variance that all items of a task share: all of it where nothing was seen, less with each item. */
const commonShare = (observations: number): number => 1 / Math.max(1, observations);

/** A factor of mean 1 whose logarithm deviates by `z` of so many. */
const spread = (z: number, deviation: number): number => Math.exp(z * deviation - deviation ** 2 / 2);

/** The same for a share of a prediction's level, as wide as the interval that was found to hold. */
function off(z: number, { level, bounds }: ItemPrediction, share: number): number {
  return spread(z, (share * level * (bounds.high - bounds.low)) / 2 / NORMAL_TENTH);
}

/** Φ⁻¹, by halving. */
function normalQuantile(share: number): number {
  let low = -8;
  let high = 8;
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < share) low = middle;
    else high = middle;
  }
  return low;
}
