import type { CoreEvent, Fragment, Outcome, Piece } from '../fragment-scheduler/events.ts';
import type { TargetSpec } from '../job-spec.ts';
import { normal, uniform } from '../plan/random.ts';
import { VirtualWorld } from '../plan/virtual-world.ts';
import { overheadsOf } from '../safe-points/overheads.ts';
import type { ItemReport } from '../worker/protocol.ts';
import type { Workload } from '../workload.ts';
import { VirtualClock } from './clock.ts';
import type { Target, TargetListener } from './target.ts';

export interface SimulatedOptions {
  spec: TargetSpec;
  workload: Workload;
  listener: TargetListener;
  /** The same seed gives the same run. */
  seed?: number;
}

/**
 * A target whose instances exist on a virtual clock only: nothing is executed, every item succeeds after about as long as
 * it was predicted to take, and hours pass in moments. The run must take its time from the returned clock.
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
  private pumping = false;
  private closed = false;

  constructor({ spec, workload, listener, seed = 1 }: SimulatedOptions, clock: VirtualClock) {
    const draw = normal(uniform(seed));
    this.clock = clock;
    this.listener = listener;
    this.world = new VirtualWorld({
      workload,
      target: spec,
      overheads: overheadsOf(spec),
      itemSeconds: (piece) => piece.itemSeconds.expected * Math.exp(spreadOf(piece) * draw()),
    });
    clock.onSchedule = () => this.pump();
  }

  start(instance: string): void {
    this.act(() => this.world.start(instance));
  }

  assign(fragment: Fragment): void {
    this.act(() => this.world.assign(fragment));
  }

  split(instance: string, fragment: number): void {
    this.act(() => this.world.split(instance, fragment));
  }

  stop(instance: string): void {
    this.act(() => this.world.stop(instance));
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
      case 'fragment-end':
        return listener.fragmentEnd(event.instance, event.fragment, event.how);
      case 'instance-down':
        return listener.down(event.instance, event.reason);
      case 'load':
      case 'instance-ending':
      case 'wake':
      case 'pause':
      case 'resume':
        return;
    }
  }
}

/** A piece's spread as its predicted interval tells it: 80 % of a normal distribution lie within 1.28 deviations. */
const spreadOf = ({ itemSeconds: { low, expected, high }, start, end }: Piece): number =>
  expected > 0 && low > 0 ? Math.log(high / low) / (2 * 1.2816) / Math.sqrt(end - start) : 0;

function report(outcome: Outcome): ItemReport {
  const { task, start, end } = outcome;
  if (outcome.state === 'failed') return { task, start, end, state: 'failed', failures: [] };
  return { task, start, end, state: 'done', seconds: outcome.seconds, squaredSeconds: outcome.squaredSeconds };
}
