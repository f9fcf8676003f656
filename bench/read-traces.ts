/** Reads recorded run times: CSV files, gzipped or not, whose cells hold no commas. bench/traces/README.md has the columns. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** Recorded run times that the project may pass on. */
export const OWN_TRACES = fileURLToPath(new URL('traces', import.meta.url));

/** One task of a recorded run. */
export interface TraceRow {
  /** The run. */
  trace: string;
  id: string;
  type: string;
  runtimeSeconds: number;
  /** Null where the trace does not know it. */
  inputBytes: number | null;
  /** Empty where the trace does not know it. */
  machine: string;
  /** Ids of tasks of the same run. */
  parents: string[];
}

/** The task traces of a folder, by name. */
export function traceFiles(folder: string): { name: string; file: string }[] {
  return readdirSync(folder)
    .filter((name) => /^tasks-.*\.csv(\.gz)?$/.test(name))
    .toSorted()
    .map((name) => ({ name: basename(name).replace(/^tasks-|\.csv(\.gz)?$/g, ''), file: join(folder, name) }));
}

/** All rows of a trace, in the order of the file. */
export function readTrace(file: string): TraceRow[] {
  const raw = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(raw) : raw).toString('utf8');
  const [head, ...lines] = text.trim().split(/\r?\n/);
  const column = new Map(head!.split(',').map((name, i) => [name, i]));
  return lines.map((line) => {
    const cells = line.split(',');
    const cell = (name: string): string => cells[column.get(name) ?? -1] ?? '';
    return {
      trace: cell('trace'),
      id: cell('id'),
      type: cell('type'),
      runtimeSeconds: Number(cell('runtime_s')),
      inputBytes: cell('input_bytes') === '' ? null : Number(cell('input_bytes')),
      machine: cell('machine'),
      parents: cell('parents').split(';').filter(Boolean),
    };
  });
}
