/**
 * `npm run bench:server`: how long the language server takes to answer, for files of a hundred to some thousand
 * tasks: a real server process and a client that speaks LSP to it, as an editor does. Then what an edit costs phase by phase,
 * and how soon the plan of a job with a million items is there. Times in milliseconds.
 */
import { readFileSync } from 'node:fs';
import { LspClient, removeWorkspace, workspace } from '../test/server/lsp-client.ts';
import { editOf, fileOf } from './server/job-texts.ts';
import { phasesOf } from './server/phases.ts';
import { previews } from './server/preview.ts';

const EDITS = 40;
const REQUESTS = 20;

const timed = async (action: () => Promise<unknown>): Promise<number> => {
  const start = performance.now();
  await action();
  return performance.now() - start;
};

async function times(count: number, action: (index: number) => Promise<unknown>): Promise<number[]> {
  const all: number[] = [];
  for (let index = 0; index < count; index++) all.push(await timed(() => action(index)));
  return all.toSorted((a, b) => a - b);
}

const at = (sorted: readonly number[], share: number): number =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!);

/** Seconds of cpu that the server's main thread has had; from /proc, so on Linux alone. Clock ticks are hundredths. */
function cpuSecondsOf(pid: number): number {
  const [user, system] = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ').slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}

/** Resident memory of a process in MB, and the most that it ever had; from /proc, so on Linux alone. */
function memoryOf(pid: number): { now: number; most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string): number => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024);
  return { now: read('VmRSS'), most: read('VmHWM') };
}

async function measure(tasks: number): Promise<Record<string, number>> {
  const folder = workspace({ 'photos/a.jpg': 'a', 'photos/b.jpg': 'bb' });
  const client = await LspClient.start({ folders: [folder] });
  try {
    const path = `${folder}/bench.morsel`;
    let uri = '';
    const open = await timed(async () => {
      uri = await client.open(path, fileOf(tasks));
      await client.diagnostics(uri);
    });
    await client.message('morsel/planChanged');
    const [middle] = editOf(tasks, 0);
    const cpuBefore = cpuSecondsOf(client.process.pid!);
    const edits = await times(EDITS, async (index) => {
      const since = client.received.length;
      const [from, to] = editOf(tasks, index);
      const version = await client.replace(uri, from, to);
      await client.diagnostics(uri, () => true, version, since);
    });
    const cpuMs = ((cpuSecondsOf(client.process.pid!) - cpuBefore) * 1000) / EDITS;
    const completion = await times(REQUESTS, () =>
      client.request('textDocument/completion', client.at(uri, middle, middle.length - 4)),
    );
    const end = client.document(uri).positionAt(client.text(uri).length);
    const hints = await times(REQUESTS, () =>
      client.request('textDocument/inlayHint', {
        textDocument: { uri },
        range: { start: { line: 0, character: 0 }, end },
      }),
    );
    const tokens = await times(REQUESTS, () =>
      client.request('textDocument/semanticTokens/full', { textDocument: { uri } }),
    );
    const memory = memoryOf(client.process.pid!);
    return {
      tasks,
      'open to diagnostics': Math.round(open),
      'edit p50': at(edits, 0.5),
      'edit p95': at(edits, 0.95),
      'edit cpu': Math.round(cpuMs),
      'completion p95': at(completion, 0.95),
      'hints p95': at(hints, 0.95),
      'tokens p95': at(tokens, 0.95),
      'memory MB': memory.now,
      'most MB': memory.most,
    };
  } finally {
    await client.shutdown();
    removeWorkspace(folder);
  }
}

const given = process.argv.slice(2).map(Number);
const sizes = given.length > 0 ? given : [100, 1000, 5000, 20_000];
const edits: Record<string, number>[] = [];
const phases: Record<string, number>[] = [];
for (const tasks of sizes) edits.push(await measure(tasks));
for (const tasks of sizes) phases.push(await phasesOf(tasks));
// oxlint-disable-next-line no-console -- the tables are what this program is for
for (const table of [edits, phases, await previews()]) console.table(table);
