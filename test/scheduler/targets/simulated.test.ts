import { describe } from 'vitest';
import { PredictiveModel } from '../../../scheduler/predictive-model/model.ts';
import { createSimulatedTarget } from '../../../scheduler/targets/simulated.ts';
import { targetSpec } from '../job-specs.ts';
import { task } from '../workloads.ts';
import { testTarget } from './conformance.ts';

describe('a simulated target', () => {
  testTarget(({ itemSeconds, lifespanSeconds }, listener) =>
    createSimulatedTarget({
      spec: targetSpec({ kind: 'simulated', lifespanSeconds }),
      workload: { tasks: [task('work', 1000, { estimateSeconds: itemSeconds })] },
      model: new PredictiveModel(),
      listener,
    }),
  );
});
