/** What an item costs through the real worker and link, with a run at the other end that does nothing: `node bench/worker.ts`. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskSpec } from '../scheduler/job-spec.ts';
import { taskSpec, text } from '../test/scheduler/job-specs.ts';
import { startWorker, temporaryFolder } from '../test/scheduler/worker/harness.ts';

const RUN_ITEMS = 2000;
const LIGHT_ITEMS = 100_000;

const echo = `process.stdin.setEncoding('utf8');let rest='';process.stdin.on('data',(t)=>{const l=(rest+t).split('\\n');rest=l.pop();
let out='';for(const m of l)out+='{"id":'+JSON.parse(m).id+'}\\n';process.stdout.write(out)})`;
const readlineEcho = `import readline from 'node:readline';
for await (const line of readline.createInterface({ input: process.stdin })) process.stdout.write(line + '\\n');`;

async function measure(name: string, work: TaskSpec['work'], items: number, cpus: number, folder: string) {
  const started = performance.now();
  const worker = await startWorker({ folder, tasks: [taskSpec({ work })], setup: { cpus } });
  const up = performance.now();
  await worker.run([{ end: items }]);
  const seconds = (performance.now() - up) / 1000;
  const done = worker.done().length;
  worker.link.close();
  worker.child.kill('SIGKILL');
  if (done !== items) throw new Error(`${name}: ${done} of ${items} done`);
  row(name, items, seconds, `up in ${Math.round(up - started)} ms`);
}

function row(name: string, items: number, seconds: number, note = ''): void {
  const each = (seconds / items) * 1e6;
  const unit = each > 100 ? `${(each / 1000).toFixed(2)} ms` : `${each.toFixed(1)} µs`;
  console.log(`| ${name.padEnd(44)} | ${String(items).padStart(7)} | ${unit.padStart(9)} | ${note}`);
}

const folder = temporaryFolder();
writeFileSync(join(folder, 'echo.mjs'), echo);
writeFileSync(join(folder, 'readline.mjs'), readlineEcho);
writeFileSync(join(folder, 'module.mjs'), 'export default async (item) => undefined;');
const node = process.execPath;

console.log('| what | items | an item |');
for (let round = 0; round < 2; round++) {
  const started = performance.now();
  spawnSync('sh', ['-c', `seq ${RUN_ITEMS} | xargs -P2 -n1 sh -c /bin/true`]);
  row('xargs -P2 -n1 sh -c /bin/true', RUN_ITEMS, (performance.now() - started) / 1000);
  await measure('run "/bin/true", 2 at once', { kind: 'run', commands: [text('/bin/true')] }, RUN_ITEMS, 2, folder);
}
await measure('stream, in batches', { kind: 'stream', command: text(`${node} echo.mjs`) }, LIGHT_ITEMS, 1, folder);
await measure('stream, readline', { kind: 'stream', command: text(`${node} readline.mjs`) }, LIGHT_ITEMS, 1, folder);
await measure('module', { kind: 'module', path: 'module.mjs', export: 'default' }, LIGHT_ITEMS, 1, folder);
