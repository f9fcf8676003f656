/** The planner's thread: one request after the other, those that nobody waits for any more are passed over. */
import { parentPort } from 'node:worker_threads';
import { messageOf } from '../errors.ts';
import { planOf } from './make.ts';
import type { PlanAnswer, PlannerJob, PlannerReply } from './planner.ts';

const port = parentPort!;
let last: Promise<void> = Promise.resolve();

port.on('message', (job: PlannerJob) => {
  last = last.then(() => answer(job));
});

async function answer(job: PlannerJob): Promise<void> {
  const isCancelled = () => Atomics.load(job.cancelled, 0) === 1;
  if (isCancelled()) return;
  const result = await planOf(job, isCancelled).catch((error: unknown): PlanAnswer => ({ problem: messageOf(error) }));
  const reply: PlannerReply = { id: job.id, answer: result };
  port.postMessage(reply);
}
