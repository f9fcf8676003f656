/**
 * Which number of a range takes the most steps to 1, if it is halved where it is even and else tripled and one added?
 * Asked by SIGTERM it writes how far it has come, and goes on from there the next time.
 *
 * node collatz.mjs FROM COUNT STATE RESULT
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const [from, count] = process.argv.slice(2, 4).map(Number);
const [state, result] = process.argv.slice(4);
const SLICE = 100_000;

let { next, best, steps } = existsSync(state)
  ? JSON.parse(readFileSync(state, 'utf8'))
  : { next: from, best: from, steps: 0 };

process.on('SIGTERM', () => {
  writeFileSync(state, JSON.stringify({ next, best, steps }));
  process.exit(85);
});

// In slices, so that the signal is heard in between.
while (next < from + count) {
  const end = Math.min(next + SLICE, from + count);
  for (; next < end; next++) {
    const length = stepsFrom(next);
    if (length > steps) [best, steps] = [next, length];
  }
  await new Promise(setImmediate);
}
writeFileSync(result, `${best} takes ${steps} steps\n`);

function stepsFrom(number) {
  let length = 0;
  for (let n = number; n !== 1; length++) n = n % 2 === 0 ? n / 2 : 3 * n + 1;
  return length;
}
