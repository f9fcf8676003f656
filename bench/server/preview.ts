/** How soon after an edit a plan is there, of a job with a million items. */
import { writeFileSync } from 'node:fs';
import { LspClient, removeWorkspace, workspace } from '../../test/server/lsp-client.ts';
import { median } from '../processes.ts';

const ITEMS = 1_000_000;
const EDITS = 8;

const inputs = [
  { what: 'numbers', input: `1..${ITEMS}`, cost: '' },
  { what: 'numbers with a cost', input: `1..${ITEMS}`, cost: 'cost i' },
  { what: 'lines of JSON with a cost', input: 'json "items.json"', cost: 'cost i.size' },
];

/** Sizes from 1 to 3,000, most of them small, and the same each time. */
const itemsText = (): string =>
  Array.from({ length: ITEMS }, (_, index) => {
    const size = Math.round(Math.exp(8 * Math.abs(Math.sin(index))));
    return `{"id":${index},"size":${size}}`;
  }).join('\n');

/** A row for each kind of input; milliseconds. */
export async function previews(): Promise<Record<string, string | number>[]> {
  const folder = workspace({});
  writeFileSync(`${folder}/items.json`, itemsText());
  const rows: Record<string, string | number>[] = [];
  for (const { what, input, cost } of inputs) {
    const client = await LspClient.start({ folders: [folder] });
    const estimate = (edit: number): string => `estimate ${100 + edit} ms`;
    const uri = await client.open(
      `${folder}/job.morsel`,
      `job bench on laptop {
  input items = ${input}
  task a for i in items { run "work {i}" ${cost} ${estimate(0)} }
  task b for i in a { run "more {i}" }
}
target laptop local { instances 4  lifespan 10 min }
`,
    );
    await client.diagnostics(uri);
    const times: number[] = [];
    for (let edit = 0; edit < EDITS; edit++) {
      if (edit > 0) await client.replace(uri, estimate(edit - 1), estimate(edit));
      const start = performance.now();
      await client.request('morsel/plan', { uri, job: 'bench' });
      times.push(performance.now() - start);
    }
    const [first = 0, ...others] = times.map(Math.round);
    rows.push({ items: what, 'first plan': first, 'after an edit p50': median(others), most: Math.max(...others) });
    await client.shutdown();
  }
  removeWorkspace(folder);
  return rows;
}
