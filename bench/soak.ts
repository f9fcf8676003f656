/**
 * A run at full rate for long: `npm run soak -- --minutes 30`. Prints the memory and the open files of the run's process
 * every ten seconds, and fails if the last third of the time needs more than the second one.
 */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startRun } from '../scheduler/run/run.ts';
import { input, jobSpec, targetSpec, taskSpec } from '../test/scheduler/job-specs.ts';

const SAMPLE_SECONDS = 10;
/** More items than any machine comes to the end of. */
const ITEMS = 1_000_000_000;
/** Memory that is only waiting to be collected varies by so much. */
const SLACK_MEGABYTES = 32;

interface Sample {
  items: number;
  megabytes: number;
  files: number;
  journalMegabytes: number;
}

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } });
const seconds = Number(values.minutes) * 60;
if (!(seconds > 0)) throw new Error(`--minutes takes a number above 0, not "${values.minutes}"`);

const folder = mkdtempSync(join(tmpdir(), 'morsel-soak-'));
try {
  const samples = await soak();
  const [before, after] = [samples.slice(samples.length / 3, -samples.length / 3), samples.slice(-samples.length / 3)];
  const [calm, last] = [middle(before), middle(after)];
  const hasGrown = last.megabytes > calm.megabytes + SLACK_MEGABYTES || last.files > calm.files + 5;
  console.log(hasGrown ? 'it grew' : 'it did not grow');
  process.exitCode = hasGrown ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function soak(): Promise<Sample[]> {
  writeFileSync(join(folder, 'work.mjs'), 'export default async (item) => item % 1000 === 0 ? item : undefined;\n');
  const job = jobSpec({
    directory: folder,
    inputs: [input({ kind: 'range', from: 1, to: ITEMS })],
    tasks: [taskSpec({ input: 'in', work: { kind: 'module', path: 'work.mjs', export: 'default' } })],
    target: targetSpec({ instances: { min: 0, max: 2 }, lifespanSeconds: 60 }),
  });
  const worker = new URL('../scheduler/worker/main.ts', import.meta.url).pathname;
  const run = await startRun(job, { morselFolder: join(folder, '.morsel'), workerCommand: [process.execPath, worker] });
  const samples: Sample[] = [];
  for (let elapsed = 0; elapsed < seconds; elapsed += SAMPLE_SECONDS) {
    await sleep(SAMPLE_SECONDS * 1000);
    samples.push({
      items: run.progress().items.committed,
      megabytes: Math.round(process.memoryUsage().rss / 2 ** 20),
      files: readdirSync('/proc/self/fd').length,
      journalMegabytes: Math.round(journalBytes(run.folder) / 2 ** 20),
    });
    console.log(JSON.stringify(samples.at(-1)));
  }
  await run.stop();
  return samples;
}

/** The database and its log. */
function journalBytes(runFolder: string): number {
  const names = readdirSync(runFolder).filter((name) => name.startsWith('journal.sqlite'));
  return names.reduce((sum, name) => sum + statSync(join(runFolder, name)).size, 0);
}

function middle(samples: readonly Sample[]): Sample {
  const byMemory = samples.toSorted((a, b) => a.megabytes - b.megabytes);
  const sample = byMemory[byMemory.length >> 1];
  if (sample === undefined) throw new Error('too short to tell: give it a minute at least');
  return sample;
}
