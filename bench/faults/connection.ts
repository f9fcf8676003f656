/** A connection between the run and one instance: in order and complete, unless it is not. */
import type { World } from './world.ts';

const LATENCY_SECONDS = 0.002;
const LATE_SECONDS = 20;

export class Connection {
  isBroken = false;
  private readonly world: World;
  private readonly onBreak: () => void;
  private readonly lastAt = { up: 0, down: 0 };

  /** @param onBreak called once, when something is lost */
  constructor(world: World, onBreak: () => void) {
    this.world = world;
    this.onBreak = onBreak;
  }

  /** Delivers a message, up to the run or down to the instance. */
  send(way: 'up' | 'down', deliver: () => void): void {
    const { world } = this;
    const { faults } = world;
    if (this.isBroken) return;
    if (faults.happens('message lost')) return this.break();
    const late = faults.happens('message late') ? LATE_SECONDS * world.random() : 0;
    const at = world.now + LATENCY_SECONDS * (0.5 + world.random()) + late;
    const inOrder = faults.happens('message overtakes') ? world.now : Math.max(at, this.lastAt[way]);
    this.lastAt[way] = Math.max(this.lastAt[way], inOrder);
    world.after(inOrder - world.now, deliver);
    if (faults.happens('message doubled')) world.after(inOrder - world.now + world.random() * LATE_SECONDS, deliver);
  }

  break(): void {
    if (this.isBroken) return;
    this.isBroken = true;
    this.onBreak();
  }
}
