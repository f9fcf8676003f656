import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { ResourceSampler } from '../../../scheduler/resource-monitor/sampler.ts';

it('samples within sensible bounds', async () => {
  const sample = await new ResourceSampler(null).sample();
  expect(sample.cpuShare).toBeGreaterThanOrEqual(0);
  expect(sample.cpuShare).toBeLessThanOrEqual(1);
  expect(sample.memoryUsedBytes).toBeGreaterThan(0);
  expect(sample.memoryTotalBytes).toBeGreaterThan(sample.memoryUsedBytes);
  expect(sample.networkBytesPerSecond).toBeGreaterThanOrEqual(0);
  expect(sample.diskBytesPerSecond).toBeGreaterThanOrEqual(0);
});

it.runIf(process.platform === 'linux')("tells a worker's own work from that of others", async () => {
  const work = 'process.stdout.write("up"); for (;;);';
  const busy = spawn(process.execPath, ['-e', work], { env: { ...process.env, SAMPLED: 'mine' } });
  try {
    await once(busy.stdout, 'data');
    const sampler = new ResourceSampler('SAMPLED=mine');
    await sampler.sample();
    await expect
      .poll(
        async () => {
          const { cpuShare, otherCpuShare } = await sampler.sample();
          return cpuShare - otherCpuShare;
        },
        { interval: 300, timeout: 10_000 },
      )
      .toBeGreaterThan(0.1);
  } finally {
    busy.kill('SIGKILL');
  }
});
