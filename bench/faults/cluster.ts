/** Where the simulated instances of one process of a run come from, and the connections to them. */
import type { Fragment } from '../../scheduler/fragment-scheduler/events.ts';
import type { Target, TargetListener } from '../../scheduler/targets/target.ts';
import type { Workload } from '../../scheduler/workload.ts';
import { Connection } from './connection.ts';
import type { SimulatedDisk } from './disk.ts';
import { Instance } from './instance.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

/** After so long at most an instance that is not heard of any more is taken for dead. */
const SILENCE_SECONDS = 30;
/** The end of a run takes so long at most. */
const CLOSING_SECONDS = 2;
/** A worker whose run is gone ends within so long. */
const LOST_SECONDS = 2;

export interface ClusterOptions {
  world: World;
  scenario: Scenario;
  workload: Workload;
  disk: SimulatedDisk;
  stagingFolder: string;
  listener: TargetListener;
}

interface Link {
  instance: Instance;
  connection: Connection;
}

export class Cluster implements Target {
  private readonly options: ClusterOptions;
  private readonly links = new Map<string, Link>();
  private isClosed = false;

  constructor(options: ClusterOptions) {
    this.options = options;
  }

  start(id: string): void {
    const { world, listener } = this.options;
    world.after(0.1 + world.random(), () => {
      if (this.isClosed) return;
      if (world.faults.happens('start fails')) return this.tell(() => listener.down(id, 'no such host'));
      this.bringUp(id);
    });
  }

  assign(fragment: Fragment): void {
    this.say(fragment.instance, (instance) => instance.assign(fragment));
  }

  split(instance: string, fragment: number): void {
    this.say(instance, (each) => each.split(fragment));
  }

  stop(instance: string, graceSeconds: number): void {
    this.say(instance, (each) => each.stop(graceSeconds));
  }

  async close(): Promise<void> {
    const { world } = this.options;
    // A real one takes a moment to end all, and what is said meanwhile still arrives.
    await new Promise<void>((resolve) => world.after(CLOSING_SECONDS * world.random(), resolve));
    this.isClosed = true;
    for (const { instance } of this.links.values()) instance.die('the run ended');
  }

  /** The run's process is gone without a word. */
  lose(): void {
    const { world } = this.options;
    this.isClosed = true;
    for (const { instance } of this.links.values()) {
      if (!world.faults.happens('comes back')) world.after(LOST_SECONDS * world.random(), () => instance.die('lost'));
    }
  }

  /** All machines lose their power. */
  powerCut(): void {
    this.isClosed = true;
    for (const { instance } of this.links.values()) instance.die('power cut');
  }

  private bringUp(id: string): void {
    const { world, scenario, workload, disk, stagingFolder, listener } = this.options;
    const { faults } = world;
    const lifeSeconds = scenario.lifespanSeconds;
    const cpus = Math.max(1, Math.floor(scenario.cpus / (faults.happens('small instance') ? 2 : 1)));
    const speed = world.chance(0.3) ? 2 : 1;
    const connection = new Connection(world, () => this.silent(id));
    const tell = (say: () => void): void => connection.send('up', () => this.tell(say));
    const instance = new Instance({
      world,
      scenario,
      workload,
      disk,
      stagingFolder,
      cpus,
      speed,
      deadline: lifeSeconds === null ? null : world.now + lifeSeconds,
      hooks: {
        safePoint: (fragment, reports, answered) =>
          tell(() => void listener.safePoint(id, fragment, reports).then(() => connection.send('down', answered))),
        tried: (fragment, tries) => tell(() => listener.tried(id, fragment, tries)),
        fragmentEnd: (fragment, how) => tell(() => listener.fragmentEnd(id, fragment, how)),
        died: (why) => tell(() => listener.down(id, why)),
      },
    });
    this.links.set(id, { instance, connection });
    tell(() => listener.up(id, { type: `x${speed}`, cpus, memoryBytes: null, lifeSeconds, where: id }));
    this.endLife(instance, lifeSeconds);
    if (faults.happens('called back')) world.after(world.random() * 10, () => this.callBack(id, tell));
    for (let i = 0; i < 2; i++) world.after(world.random() * 20, () => tell(() => listener.sample(id, this.sample())));
  }

  private tell(say: () => void): void {
    if (this.isClosed) return;
    this.options.world.isRunTouched = true;
    say();
  }

  private endLife(instance: Instance, lifeSeconds: number | null): void {
    const { world } = this.options;
    const most = lifeSeconds ?? 100;
    if (world.faults.happens('early end')) world.after(most * world.random(), () => instance.die('it ended'));
    else if (lifeSeconds !== null) world.after(lifeSeconds, () => instance.die('its lifespan ended'));
  }

  private callBack(id: string, tell: (say: () => void) => void): void {
    const { world, listener } = this.options;
    const { instance } = this.links.get(id)!;
    if (!instance.isAlive) return;
    instance.deadline = Math.min(world.now + 2, instance.deadline ?? Infinity);
    world.after(2, () => instance.die('it was called back'));
    tell(() => listener.ending(id, 2));
  }

  private sample() {
    const share = this.options.world.random();
    return {
      cpuShare: share,
      otherCpuShare: share,
      memoryUsedBytes: 1,
      memoryTotalBytes: 2,
      networkBytesPerSecond: 0,
      diskBytesPerSecond: 0,
    };
  }

  private say(id: string, deliver: (instance: Instance) => void): void {
    const link = this.links.get(id);
    if (link) link.connection.send('down', () => deliver(link.instance));
  }

  /** Its connection broke: the run takes it for dead after a while, and it notices, or not. */
  private silent(id: string): void {
    const { world, listener } = this.options;
    const { instance } = this.links.get(id)!;
    if (!world.faults.happens('comes back')) world.after(LOST_SECONDS * world.random(), () => instance.die('lost'));
    world.after(SILENCE_SECONDS * world.random(), () => this.tell(() => listener.down(id, 'not heard of any more')));
  }
}
