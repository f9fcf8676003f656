/** One live instance, as the core knows it. Times are seconds since the run began. */
export interface InstanceRecord {
  id: string;
  type: string;
  cpus: number;
  memoryBytes: number | null;
  upAt: number;
  /** When it ends; null where that is not known. */
  deadline: number | null;
  /** True if its end was moved nearer than was known: it never had a whole life. */
  isCurtailed: boolean;
  /** Share of the machine that others use, as last seen. */
  load: number;
  /** The fragment that it runs; null while it is idle. */
  fragment: number | null;
  idleSince: number;
  /** Fragments that it has been given. */
  fragments: number;
}

/**
 * The Real-time Resource Monitor's picture of the instances: what each has of cpus and memory, how loaded it is, and how
 * long it still lives. Pure: sampling is done on the instances (sampler.ts) and comes in as events.
 */
export class ResourceMonitor {
  private readonly instances = new Map<string, InstanceRecord>();

  get size(): number {
    return this.instances.size;
  }

  all(): Iterable<InstanceRecord> {
    return this.instances.values();
  }

  get(id: string): InstanceRecord | undefined {
    return this.instances.get(id);
  }

  add(
    facts: Pick<InstanceRecord, 'id' | 'type' | 'cpus' | 'memoryBytes' | 'deadline' | 'load'>,
    now: number,
  ): InstanceRecord {
    const own = { upAt: now, isCurtailed: false, fragment: null, idleSince: now, fragments: 0 };
    const record = { ...facts, ...own };
    this.instances.set(facts.id, record);
    return record;
  }

  remove(id: string): InstanceRecord | undefined {
    const record = this.instances.get(id);
    this.instances.delete(id);
    return record;
  }

  /** How long each has lived, in seconds. */
  ages(now: number): number[] {
    return Array.from(this.instances.values(), ({ upAt }) => now - upAt);
  }

  /** Instances without a fragment, those with the least life left first: what still fits them is scarce. */
  availableInstances(): InstanceRecord[] {
    const idle = [...this.instances.values()].filter(({ fragment }) => fragment === null);
    return idle.toSorted((a, b) => (a.deadline ?? Infinity) - (b.deadline ?? Infinity));
  }
}

/** Seconds until the instance ends; infinite where no end is known. */
export const remainingLifespan = ({ deadline }: InstanceRecord, now: number): number =>
  deadline === null ? Infinity : Math.max(0, deadline - now);

/** How many items with such needs an instance can run at once; 0 if not even one. */
export function concurrency(
  instance: Pick<InstanceRecord, 'cpus' | 'memoryBytes'>,
  needs: { cpus: number; memoryBytes: number },
): number {
  const byCpus = needs.cpus > 0 ? Math.floor(instance.cpus / needs.cpus) : Infinity;
  const byMemory =
    needs.memoryBytes > 0 && instance.memoryBytes !== null
      ? Math.floor(instance.memoryBytes / needs.memoryBytes)
      : Infinity;
  const most = Math.min(byCpus, byMemory);
  return most === Infinity ? Math.max(1, Math.floor(instance.cpus)) : most;
}
