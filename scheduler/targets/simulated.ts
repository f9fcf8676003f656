import type { CoreEvent, Fragment, Outcome, Piece } from '../fragment-scheduler/events.ts';
import type { TargetSpec } from '../job-spec.ts';
import { predicted } from '../plan/draws.ts';
import { normal, uniform } from '../plan/random.ts';
import { hiddenLives, speedOf } from '../plan/simulated-options.ts';
import { VirtualWorld } from '../plan/virtual-world.ts';
import type { Predictor } from '../predictive-model/model.ts';
import { overheadsOf } from '../safe-points/overheads.ts';
import type { ItemReport } from '../worker/protocol.ts';
import type { Workload } from '../workload.ts';
import { VirtualClock } from './clock.ts';
import type { Target, TargetListener } from './target.ts';

export interface SimulatedOptions {
  spec: TargetSpec;
  workload: Workload;
  /** Knows how long items take here. Not the model that the run learns with: the world does not change with what is thought of it. */
  model: Predictor;
  listener: TargetListener;
  /** The same seed gives the same run. */
  seed?: number;
}

/** Says what is wrong with the options of a simulated target, in one sentence; null if nothing is. */
export function optionsProblem({ name, options }: TargetSpec): string | null {
  const wrong = ['speed', 'mtbf'].find((option) => !(Number(options[option] ?? 1) > 0));
  return wrong === undefined ? null : `${wrong} of target ${name} must be more than 0`;
}

/**
 * A target whose instances exist on a virtual clock only: nothing is executed, every item succeeds after about as long as
 * it is predicted to take, and hours pass in moments. The run must take its time from the returned clock.
 *
 * Its options: `speed` divides what items take; with `mtbf` instances end unforeseen, after an exponentially distributed
 * life of that many seconds on average.
 */
export function createSimulatedTarget(options: SimulatedOptions): { target: Target; clock: VirtualClock } {
  const clock = new VirtualClock();
  const target = new SimulatedTarget(options, clock);
  return { target, clock };
}

class SimulatedTarget implements Target {
  private readonly clock: VirtualClock;
  private readonly listener: TargetListener;
  private readonly world: VirtualWorld;
  /** The fragment that each busy instance runs. */
  private readonly running = new Map<string, number>();
  private readonly stopping = new Set<string>();
  private pumping = false;
  private closed = false;

  constructor({ spec, workload, model, listener, seed = 1 }: SimulatedOptions, clock: VirtualClock) {
    const speed = speedOf(spec);
    const next = uniform(seed);
    const draw = normal(next);
    const itemSeconds = (piece: Piece): number => {
      const { seconds, within } = predicted(piece, workload, model, { instanceType: spec.name, load: 0 });
      return (seconds / speed) * Math.exp((within / Math.sqrt(piece.end - piece.start)) * draw());
    };
    this.clock = clock;
    this.listener = listener;
    const hiddenLifeSeconds = hiddenLives(spec, next);
    this.world = new VirtualWorld({
      workload,
      target: spec,
      overheads: overheadsOf(spec),
      itemSeconds,
      ...(hiddenLifeSeconds && { hiddenLifeSeconds }),
    });
    clock.onSchedule = () => this.pump();
  }

  start(instance: string): void {
    this.act(() => this.world.start(instance));
  }

  assign(fragment: Fragment): void {
    this.running.set(fragment.instance, fragment.id);
    this.act(() => this.world.assign(fragment));
  }

  split(instance: string, fragment: number): void {
    this.act(() => this.world.split(instance, fragment));
  }

  stop(instance: string, graceSeconds: number): void {
    const end = (): void => this.act(() => this.world.stop(instance));
    const fragment = this.running.get(instance);
    if (fragment === undefined) return end();
    this.stopping.add(instance);
    this.split(instance, fragment);
    this.clock.schedule(this.clock.now() + graceSeconds, end);
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  private act(action: () => void): void {
    this.world.now = this.clock.now();
    action();
    this.pump();
  }

  /** Keeps going from one event to the next, each in a turn of its own so that the run can react in between. */
  private pump(): void {
    if (this.pumping || this.closed) return;
    this.pumping = true;
    setImmediate(() => void this.step());
  }

  private async step(): Promise<void> {
    const timer = this.clock.nextAt();
    const happening = this.world.nextAt();
    if (!this.closed && happening !== null && (timer === null || happening <= timer)) {
      const event = this.world.next();
      this.clock.moveTo(this.world.now);
      if (event) await this.tell(event);
    } else if (!this.closed && timer !== null) {
      this.clock.runNext();
    }
    this.pumping = false;
    if (this.clock.nextAt() !== null || this.world.nextAt() !== null) this.pump();
  }

  private async tell(event: CoreEvent): Promise<void> {
    const { listener } = this;
    switch (event.kind) {
      case 'instance-up': {
        const { instance, type, cpus, memoryBytes, deadline, now } = event;
        const lifeSeconds = deadline === null ? null : deadline - now;
        return listener.up(instance, { type, cpus, memoryBytes, lifeSeconds, where: 'simulated' });
      }
      case 'safe-point':
        return listener.safePoint(event.instance, event.fragment, event.outcomes.map(report));
      case 'checkpoint': {
        const { instance, fragment, task, position, seconds, progressed, isUnderWay } = event;
        const checkpoint = { task, position, seconds, isStaged: progressed, isUnderWay };
        return listener.checkpoint(instance, fragment, checkpoint);
      }
      case 'fragment-end':
        this.running.delete(event.instance);
        if (this.stopping.has(event.instance)) this.world.stop(event.instance);
        return listener.fragmentEnd(event.instance, event.fragment, event.how);
      case 'instance-down':
        this.running.delete(event.instance);
        this.stopping.delete(event.instance);
        return listener.down(event.instance, event.reason);
      case 'tried':
        return listener.tried(event.instance, event.fragment, event.tries);
      case 'load':
      case 'instance-ending':
      case 'wake':
      case 'pause':
      case 'resume':
      case 'cancel':
        return;
    }
  }
}

function report(outcome: Outcome): ItemReport {
  const { task, start, end } = outcome;
  if (outcome.state === 'failed') return { task, start, end, state: 'failed', failures: [] };
  return { task, start, end, state: 'done', seconds: outcome.seconds, squaredSeconds: outcome.squaredSeconds };
}
