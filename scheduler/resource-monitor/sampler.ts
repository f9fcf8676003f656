/**
 * The Real-time Resource Monitor's eyes on an instance: samples the machine through `systeminformation`, and on Linux tells
 * the worker's own share of the cpus from that of others. What the instances have left is kept in resource-monitor.ts.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type * as systeminformation from 'systeminformation';
import type { ResourceSample } from '../worker/protocol.ts';

/** Network and disk figures cost more to get than the others; they are taken less often. */
const SLOW_SECONDS = 5;
/** Ticks of /proc/<pid>/stat in a second; 100 on every Linux that Node runs on. */
const TICKS = 100;

type SystemInformation = Pick<typeof systeminformation, 'currentLoad' | 'mem' | 'networkStats' | 'fsStats'>;

/** Takes samples; each tells of the time since the one before it. */
export class ResourceSampler {
  private readonly mark: string | null;
  private information: Promise<SystemInformation> | null = null;
  private readonly ownTicks = new Map<string, number>();
  private lastAt = performance.now();
  private slowAt = Number.NEGATIVE_INFINITY;
  private networkBytesPerSecond = 0;
  private diskBytesPerSecond = 0;

  /** @param mark `NAME=value` in the environment of all that is the worker's own; null to count nothing as its own */
  constructor(mark: string | null) {
    this.mark = mark;
  }

  async sample(): Promise<ResourceSample> {
    // Loaded with the first sample: it is large, and a worker is to be up fast.
    this.information ??= import('systeminformation').then((module) => module.default ?? module);
    const information = await this.information;
    const [load, memory] = await Promise.all([information.currentLoad(), information.mem()]);
    await this.sampleSlow(information);
    const cpuShare = share(load.currentLoad / 100);
    return {
      cpuShare,
      otherCpuShare: share(cpuShare - this.ownShare()),
      memoryUsedBytes: memory.total - memory.available,
      memoryTotalBytes: memory.total,
      networkBytesPerSecond: this.networkBytesPerSecond,
      diskBytesPerSecond: this.diskBytesPerSecond,
    };
  }

  private async sampleSlow(information: SystemInformation): Promise<void> {
    const now = performance.now();
    if (now - this.slowAt < SLOW_SECONDS * 1000) return;
    this.slowAt = now;
    const [networks, disks] = await Promise.all([information.networkStats(), information.fsStats()]);
    this.networkBytesPerSecond = networks.reduce((sum, { rx_sec, tx_sec }) => sum + (rx_sec ?? 0) + (tx_sec ?? 0), 0);
    this.diskBytesPerSecond = disks?.tx_sec ?? 0;
  }

  /** Share of the machine's cpus that the worker and all it started used since the last sample. */
  private ownShare(): number {
    const now = performance.now();
    const seconds = (now - this.lastAt) / 1000;
    this.lastAt = now;
    if (this.mark === null || process.platform !== 'linux' || seconds <= 0) return 0;
    const ticks = this.newOwnTicks(this.mark);
    return ticks / TICKS / seconds / availableParallelism();
  }

  private newOwnTicks(mark: string): number {
    let sum = 0;
    const alive = new Set<string>();
    for (const entry of readdirSync('/proc')) {
      const ticks = entry === String(process.pid) ? ticksOf(entry) : markedTicks(entry, mark);
      if (ticks === null) continue;
      alive.add(entry);
      sum += Math.max(0, ticks - (this.ownTicks.get(entry) ?? 0));
      this.ownTicks.set(entry, ticks);
    }
    for (const entry of this.ownTicks.keys()) if (!alive.has(entry)) this.ownTicks.delete(entry);
    return sum;
  }
}

function markedTicks(entry: string, mark: string): number | null {
  if (!/^\d+$/.test(entry)) return null;
  try {
    return readFileSync(`/proc/${entry}/environ`, 'latin1').split('\0').includes(mark) ? ticksOf(entry) : null;
  } catch {
    return null;
  }
}

/** User and system time of a process and of its children that have ended. */
function ticksOf(entry: string): number | null {
  try {
    const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  } catch {
    return null;
  }
}

const share = (value: number): number => Math.min(1, Math.max(0, Number.isFinite(value) ? value : 0));
