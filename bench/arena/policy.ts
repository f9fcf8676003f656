/**
 * Morsel's scheduler as a policy of the arena, a referee that replays recorded run times on instances with a limited
 * lifespan. `npm run build` writes it to dist/arena-policy.mjs. All that stands here is the translation: the decisions
 * are those of {@link FragmentScheduler}, the code that runs jobs.
 */
import type { CoreEvent, Decision, Fragment, Outcome } from '../../scheduler/fragment-scheduler/events.ts';
import { FragmentScheduler } from '../../scheduler/fragment-scheduler/scheduler.ts';
import { PredictiveModel, type Predictor } from '../../scheduler/predictive-model/model.ts';
import type { Observation } from '../../scheduler/predictive-model/observation.ts';
import type { ArenaAction, ArenaEvent, ArenaPolicy, Setup } from './contract.ts';
import { workloadOf, type ArenaWorkload } from './workload.ts';

/** Where nothing is known of how long instances live, and none has ended yet. */
const GUESSED_LIFE_SECONDS = 3600;

export default function createPolicy(setup: Setup): ArenaPolicy {
  return policyOf(setup, new PredictiveModel(setup.history.map(observationOf)));
}

/** The scheduler with a model of one's choice. */
export function policyOf(setup: Setup, model: Predictor): ArenaPolicy {
  const arena = workloadOf(setup.tasks);
  const { slots, lifespan_s, startup_s, cold_s, dispatch_s, safepoint_s } = setup.target;
  const scheduler = new FragmentScheduler({
    workload: arena.workload,
    target: { instances: { min: slots, max: slots }, lifespanSeconds: lifespan_s, cpus: 1, memoryBytes: null },
    model,
    pool: { replacesInstances: false, watchesDeadlines: false },
    overheads: {
      startupSeconds: startup_s,
      dispatchSeconds: dispatch_s,
      coldSeconds: cold_s,
      safePointSeconds: safepoint_s,
      meanTimeBetweenFailuresSeconds: setup.target.lifetimes_hidden ? GUESSED_LIFE_SECONDS : Infinity,
    },
  });
  const fragments = new Map<string, Fragment>();
  return {
    onEvent(event) {
      const decisions = coreEvents(event, arena, fragments).flatMap((told) => scheduler.handle(told));
      return decisions.flatMap((decision) => actionOf(decision, arena, fragments) ?? []);
    },
  };
}

const observationOf = ({ type, cost, instance_type, runtime_s }: Setup['history'][number]): Observation => ({
  key: type,
  instanceType: instance_type,
  cost,
  count: 1,
  seconds: runtime_s,
  squaredSeconds: runtime_s ** 2,
  load: 0,
  idleSeconds: 0,
});

/** What the core is told of an event of the arena. It knows by itself what becomes ready when. */
function coreEvents(event: ArenaEvent, arena: ArenaWorkload, fragments: ReadonlyMap<string, Fragment>): CoreEvent[] {
  const { now } = event;
  switch (event.kind) {
    case 'ready':
    case 'timer':
      return [{ kind: 'wake', now }];
    case 'instance-up': {
      const { instance, type, deadline, load } = event;
      return [{ kind: 'instance-up', now, instance, type, cpus: 1, memoryBytes: null, deadline, load }];
    }
    case 'notice':
      return [{ kind: 'instance-ending', now, instance: event.instance, deadline: event.deadline }];
    case 'instance-down':
      return [{ kind: 'instance-down', now, instance: event.instance, reason: 'its life ended' }];
    case 'safepoint':
    case 'fragment-end': {
      const { instance, load } = event;
      const fragment = fragments.get(instance)!.id;
      const outcomes = event.completed.map((completed) => outcomeOf(completed, arena));
      const told: CoreEvent[] = [
        { kind: 'load', now, instance, load },
        { kind: 'safe-point', now, instance, fragment, outcomes },
      ];
      if (event.kind === 'safepoint') return told;
      const how = event.remainder.length > 0 ? 'split' : 'done';
      return [...told, { kind: 'fragment-end', now, instance, fragment, how }];
    }
  }
}

function outcomeOf({ task: id, runtime_s }: { task: string; runtime_s: number }, { places }: ArenaWorkload): Outcome {
  const { task, position } = places.get(id)!;
  const squaredSeconds = runtime_s ** 2;
  return { task, start: position, end: position + 1, state: 'committed', seconds: runtime_s, squaredSeconds };
}

/** Null for what the arena does by itself, such as starting instances. */
function actionOf(decision: Decision, arena: ArenaWorkload, fragments: Map<string, Fragment>): ArenaAction | null {
  switch (decision.kind) {
    case 'assign': {
      const { fragment } = decision;
      fragments.set(fragment.instance, fragment);
      const { instance, pieces } = fragment;
      const tasks = pieces.flatMap(({ task, start, end }) => arena.ids[task]!.slice(start, end));
      return { kind: 'assign', instance, tasks, safepoints: safePoints(fragment) };
    }
    case 'split':
      return { kind: 'split', instance: decision.instance };
    case 'wake':
      return { kind: 'timer', at: decision.at, id: 'wake' };
    default:
      return null;
  }
}

/** After how many tasks of the fragment its safe points stand. */
function safePoints({ pieces }: Fragment): number[] {
  const points: number[] = [];
  let done = 0;
  let sincePoint = 0;
  for (const { start, end, everyItems, everySeconds, itemSeconds } of pieces) {
    for (let item = 1; item <= end - start; item++) {
      sincePoint += itemSeconds.expected;
      const isDue = everyItems > 0 ? item % everyItems === 0 : everySeconds !== null && sincePoint >= everySeconds;
      if (!isDue) continue;
      points.push(done + item);
      sincePoint = 0;
    }
    done += end - start;
  }
  // One stands at the end of every fragment anyway.
  return points.filter((point) => point < done);
}
