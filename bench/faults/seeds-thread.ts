/** A thread that plays the lots of seeds that it is given. */
import { parentPort } from 'node:worker_threads';
import { playSeeds } from './play-seeds.ts';

parentPort!.on('message', ({ first, count }: { first: number; count: number }) => {
  const seeds = Array.from({ length: count }, (_, i) => first + i);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  void playSeeds(seeds).then((tally) => parentPort!.postMessage(tally));
});
