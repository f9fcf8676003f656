/** Facts about inputs for the language: how many files a pattern matches, which columns a csv has. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readCsvHeader } from './read-csv.ts';
import { findFiles } from './read-input.ts';

/** Answers are kept so long, since they are asked for at every key. */
const FRESH_MS = 3000;
const KEPT_ANSWERS = 200;

export interface InputProbe {
  files(patterns: string[], exclude: string[], folder: string): Promise<number>;
  columns(csvPath: string, folder: string): Promise<string[] | null>;
  exists(path: string, folder: string): Promise<boolean>;
}

/** A probe of this machine's files. Never rejects: what can't be read is not there. */
export function createInputProbe(): InputProbe {
  const answers = new Map<string, { answer: Promise<unknown>; until: number }>();
  const briefly = <T>(key: unknown[], ask: () => Promise<T>, otherwise: T): Promise<T> => {
    const name = JSON.stringify(key);
    const known = answers.get(name);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the key names the question, and so the type of its answer
    if (known && known.until > Date.now()) return known.answer as Promise<T>;
    const answer = ask().catch(() => otherwise);
    answers.delete(name);
    answers.set(name, { answer, until: Date.now() + FRESH_MS });
    if (answers.size > KEPT_ANSWERS) answers.delete(answers.keys().next().value!);
    return answer;
  };
  return {
    files: (patterns, exclude, folder) =>
      briefly(['files', patterns, exclude, folder], async () => (await findFiles(patterns, exclude, folder)).length, 0),
    columns: (path, folder) => briefly(['columns', path, folder], () => readCsvHeader(resolve(folder, path)), null),
    exists: (path, folder) =>
      briefly(['exists', path, folder], () => stat(resolve(folder, path)).then(() => true), false),
  };
}
