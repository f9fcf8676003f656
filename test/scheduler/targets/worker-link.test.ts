import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { expect, test } from 'vitest';
import type { TargetListener } from '../../../scheduler/targets/target.ts';
import { linkWorker } from '../../../scheduler/targets/worker-link.ts';

const listener: TargetListener = {
  up: () => {},
  safePoint: async () => {},
  checkpoint: async () => {},
  tried: () => {},
  fragmentEnd: () => {},
  sample: () => {},
  ending: () => {},
  down: () => {},
  notice: () => {},
  items: async () => [],
};

test('what is said to a worker whose stream has just ended goes nowhere, and harms no one', async () => {
  const readable = new PassThrough();
  const hooks = { hello: () => expect.unreachable(), refused: () => {} };
  const link = linkWorker('i1', { readable, writable: new PassThrough() }, listener, hooks);
  readable.destroy();
  await finished(readable, { error: false }).catch(() => {});
  await link.heard();
  expect(() => {
    link.split(1);
    link.stop(0);
  }).not.toThrow();
  link.close();
  expect(() => link.split(1)).not.toThrow();
});
