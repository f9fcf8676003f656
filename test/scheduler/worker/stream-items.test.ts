import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { TaskSpec } from '../../../scheduler/job-spec.ts';
import { taskSpec, template, text } from '../job-specs.ts';
import { isRunning, startWorker, temporaryFolder, type Harness } from './harness.ts';

let worker: Harness | undefined;
afterEach(() => worker?.dispose());

/** A program that hands each item to `answer`, which may use `say(object)`, `raw(text)` and `starts`, the number of starts so far. */
async function start(answer: string, given: Partial<TaskSpec> = {}, setup = {}): Promise<Harness> {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'program.mjs'),
    `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'; import readline from 'node:readline';
    appendFileSync('starts', 'x'); const starts = readFileSync('starts').length; const held = [];
    const raw = (text) => process.stdout.write(text); const say = (value) => raw(JSON.stringify(value) + '\\n');
    const answer = ({ id, item, out }) => { ${answer} };
    for await (const line of readline.createInterface({ input: process.stdin })) answer(JSON.parse(line));`,
  );
  const work: TaskSpec['work'] = { kind: 'stream', command: text(`'${process.execPath}' program.mjs`) };
  return (worker = await startWorker({ folder, tasks: [taskSpec({ work, ...given })], setup }));
}
const starts = (harness: Harness): number => readFileSync(join(harness.folder, 'starts')).length;
const allBut = (missing: number, end: number): number[] => [...Array(end).keys()].filter((each) => each !== missing);

it('takes an echo for an answer, and results where there are some', async () => {
  const harness = await start('item === 7 ? say({ id, result: { seven: true } }) : say({ id, item, more: 1 })');
  expect(await harness.run([{ end: 3000 }])).toBe('done');
  expect(harness.done()).toHaveLength(3000);
  expect(harness.results()).toEqual({ 7: { seven: true } });
  expect(harness.reports).toHaveLength(1);
});

it('takes answers in any order', async () => {
  const harness = await start(
    'held.push(id); if (held.length === 2 || item === 8) while (held.length) say({ id: held.pop() })',
  );
  await harness.run([{ end: 9 }]);
  expect(harness.done()).toHaveLength(9);
});

it("fails an item by the program's own word, and goes on", async () => {
  const harness = await start(`console.error('about ' + item); say(item === 4 ? { id, error: 'no fours' } : { id })`);
  await harness.run([{ end: 10 }]);
  expect(harness.failures()).toMatchObject([{ position: 4, message: 'no fours' }]);
  expect(harness.done()).toEqual(allBut(4, 10));
});

it('starts a program that crashed again, and only the item that was its turn is a failed try', async () => {
  const harness = await start(`if (item === 5) { console.error('boom'); process.exit(9) } say({ id })`, { retry: 1 });
  await harness.run([{ end: 50 }]);
  expect(harness.failures()).toMatchObject([
    {
      position: 5,
      attempts: 2,
      message: 'its program exited with 9 before it answered',
      stderr: expect.stringContaining('boom'),
    },
  ]);
  expect(harness.done()).toEqual(allBut(5, 50));
  expect(starts(harness)).toBe(3);
});

it('goes on where a program ends in good order between items', async () => {
  const harness = await start(
    `process.stdout.write(JSON.stringify({ id }) + '\\n', () => { if (starts < 3) process.exit(0) })`,
    {
      retry: 5,
    },
  );
  await harness.run([{ end: 5 }]);
  expect(harness.done()).toHaveLength(5);
});

it.each([
  ['garbage', `item === 3 ? raw('Loading the model\\n') : say({ id })`, /no JSON object: "Loading the model"/],
  [
    'an id that it was not given',
    `say(item === 3 ? { id: 99999 } : { id })`,
    /answered id 99999, which it was not given/,
  ],
  ['a line without an id', `say(item === 3 ? { ok: 1 } : { id })`, /a line without an "id"/],
])('says what is wrong with %s', async (_, answer, message) => {
  const harness = await start(answer);
  await harness.run([{ end: 6 }]);
  expect(harness.failures()).toMatchObject([{ position: 3, message: expect.stringMatching(message) }]);
  expect(harness.done()).toEqual(allBut(3, 6));
});

it('says that a program closed its output', async () => {
  const command = text(`read line; exec >&-; sleep 1000`);
  const harness = await start('', { work: { kind: 'stream', command } });
  await harness.run([{ end: 1 }]);
  expect(harness.failures()).toMatchObject([{ message: 'its program closed its output before it answered' }]);
});

it('ignores a second answer', async () => {
  const harness = await start('say({ id }); say({ id })');
  await harness.run([{ end: 20 }]);
  expect(harness.done()).toHaveLength(20);
  expect(harness.failures()).toEqual([]);
});

it('kills a program that outlasts the time limit, and fails only the item that did', async () => {
  const harness = await start('if (item !== 2) say({ id })', { timeoutSeconds: 0.4 });
  await harness.run([{ end: 8 }]);
  expect(harness.failures()).toMatchObject([{ position: 2, message: 'ran longer than 0.4 s' }]);
  expect(harness.done()).toEqual(allBut(2, 8));
});

it('hands over the staging path where there is an output', async () => {
  const harness = await start(`writeFileSync(out, String(item)); say({ id })`, {
    output: template('{item}.txt', 'raw'),
  });
  await harness.run([{ end: 3 }]);
  expect(harness.done()).toHaveLength(3);
  expect(readFileSync(join(harness.folder, 'staging/1/0-2-2.txt'), 'utf8')).toBe('2');
});

it('fails all at once where the command does not exist', async () => {
  const harness = await start('', { work: { kind: 'stream', command: text('no-such-program') } });
  expect(await harness.run([{ end: 100_000 }])).toBe('done');
  expect(harness.reports).toMatchObject([{ start: 0, end: 100_000, state: 'failed' }]);
  expect(harness.failures()).toMatchObject([
    { message: 'its command exited with 127', stderr: expect.stringContaining('not found') },
  ]);
});

it('runs as many programs as the cpus allow, each with its share', async () => {
  const harness = await start('setTimeout(() => say({ id }), 20)', {}, { cpus: 3 });
  await harness.run([{ end: 60 }]);
  expect(harness.done()).toHaveLength(60);
  expect(starts(harness)).toBe(3);
});

it('does not wait for items that a program was given too early when the fragment is cut', async () => {
  const harness = await start(
    `if (item >= 2000) { writeFileSync('slow', ''); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500) }
    say({ id })`,
  );
  const ended = harness.run([{ end: 100_000 }]);
  await expect.poll(() => existsSync(join(harness.folder, 'slow')), { timeout: 10_000 }).toBe(true);
  harness.link.split(1);
  expect(await ended).toBe('split');
  expect(harness.done().length).toBeLessThan(2010);
  expect(harness.failures()).toEqual([]);
});

it('leaves no program behind, not even one that heeds neither the end of its input nor a signal', async () => {
  const harness = await start(
    `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); writeFileSync('pid', String(process.pid)); say({ id })`,
  );
  await harness.run([{ end: 1 }]);
  const pid = readFileSync(join(harness.folder, 'pid'), 'utf8');
  harness.child.kill('SIGKILL');
  await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
});
