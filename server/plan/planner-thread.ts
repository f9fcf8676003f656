/** The planner's thread: one request after the other, each answered, with null if nobody waits for it any more. */
import { parentPort } from 'node:worker_threads';
import { planOf } from './make.ts';
import type { PlannerJob, PlannerReply } from './planner.ts';
import type { PlanAnswer } from './planning.ts';
import { messageOf } from '../../scheduler/words.ts';

const port = parentPort!;
let last: Promise<void> = Promise.resolve();

port.on('message', (job: PlannerJob) => {
  last = last.then(() => answer(job));
});

async function answer(job: PlannerJob): Promise<void> {
  const isCancelled = () => Atomics.load(job.cancelled, 0) === 1;
  const result = isCancelled() ? null : await planOf(job, isCancelled).catch(problemOf);
  const reply: PlannerReply = { id: job.id, answer: isCancelled() ? null : result };
  port.postMessage(reply);
}

const problemOf = (error: unknown): PlanAnswer => ({ problem: messageOf(error) });
