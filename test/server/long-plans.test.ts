/** Plans that take longer than anybody waits for. */
import { expect, it, onTestFinished } from 'vitest';
import type { PlanResult } from '../../server/protocol.ts';
import { LspClient, removeWorkspace, workspace } from './lsp-client.ts';

const text = (estimate: string): string => `job long on here {
  input numbers = 1..40000
  task a for n in numbers { run "work {n}" ${estimate} }
  task b for n in a { run "more {n}" }
}
target here local { instances 4  lifespan 10 min }
`;

it('are sketched after an edit, with exact counts, and whole a while later', async () => {
  const folder = workspace({});
  onTestFinished(() => removeWorkspace(folder));
  const client = await LspClient.start({ folders: [folder] });
  onTestFinished(async () => void (await client.shutdown()));
  const uri = await client.open(`${folder}/long.morsel`, text('estimate 100 ms'));
  const plan = async (): Promise<PlanResult['plan']> => {
    const { plan: found } = await client.request<PlanResult>('morsel/plan', { uri, job: 'long' });
    return found;
  };
  const whole = await plan();
  expect(whole.simulatedShare).toBe(1);
  let told = client.received.length;
  await client.replace(uri, '100 ms', '101 ms');
  const sketch = await plan();
  expect(sketch.simulatedShare).toBeLessThan(1);
  expect(sketch.tasks.map(({ items }) => items)).toEqual([40_000, 40_000]);
  // The sketch is told of first, unless it was asked for before, and then the whole plan.
  let latest = sketch;
  while (latest.simulatedShare < 1) {
    await client.message('morsel/planChanged', () => true, told);
    told = client.received.length;
    latest = await plan();
  }
  expect(latest.tasks.map(({ items }) => items)).toEqual([40_000, 40_000]);
}, 120_000);
