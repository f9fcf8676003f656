import type { JobSpec } from '../job-spec.ts';

/** What everything on an instance knows of it. */
export interface InstanceContext {
  job: JobSpec;
  cpus: number;
  memoryBytes: number | null;
  stagingFolder: string;
  keepOutputBytes: number;
}
