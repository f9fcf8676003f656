/** Job files from disk: parsed, linked with what they import, validated, and lowered to a JobSpec. */
import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { type LangiumDocument, URI } from 'langium';
import { NodeFileSystem } from 'langium/node';
import { createMorselServices, findJobs, lowerJob } from '../language/index.ts';
import { reasonOf } from '../scheduler/items/input-error.ts';
import { createInputProbe } from '../scheduler/items/input-probe.ts';
import type { JobSpec } from '../scheduler/job-spec.ts';
import { type Finding, findingsOf, hasErrors } from './diagnostics.ts';
import { ExitCode, usageError, UserError } from './exit-codes.ts';
import { renderFindings } from './render-findings.ts';
import { paintFor, say } from './terminal.ts';
import { listed } from '../scheduler/words.ts';

/** A job file and what is wrong with it. */
export interface CheckedFile {
  /** As it was given. */
  file: string;
  text: string;
  findings: Finding[];
  document: LangiumDocument;
}

/**
 * Reads and validates files, each with all that it imports. The answer holds the files in order, then the imported ones
 * that something is wrong with. Throws a {@link UserError} for a file that cannot be read.
 */
export async function checkFiles(files: readonly string[]): Promise<CheckedFile[]> {
  const { shared } = createMorselServices(NodeFileSystem, { inputProbe: createInputProbe() });
  const { LangiumDocumentFactory, LangiumDocuments, DocumentBuilder } = shared.workspace;
  const read = files.map((file) => {
    const text = readJobFile(file);
    const uri = URI.file(resolve(file));
    const known = LangiumDocuments.getDocument(uri);
    const document = known ?? LangiumDocumentFactory.fromString(text, uri);
    if (known === undefined) LangiumDocuments.addDocument(document);
    return { file, text, document };
  });
  await DocumentBuilder.build(
    read.map(({ document }) => document),
    { validation: true },
  );
  const checked = [...read, ...importedBy(read, LangiumDocuments.all)];
  return checked
    .map((each) => ({ ...each, findings: findingsOf(each.document) }))
    .filter(({ findings }, index) => index < read.length || findings.length > 0);
}

type ReadFile = Omit<CheckedFile, 'findings'>;

function importedBy(read: readonly ReadFile[], all: Iterable<LangiumDocument>): ReadFile[] {
  const given = new Set(read.map(({ document }) => document));
  return [...all]
    .filter((document) => !given.has(document))
    .map((document) => ({
      file: relative(process.cwd(), document.uri.fsPath),
      text: document.textDocument.getText(),
      document,
    }));
}

/** The text of a job file; a {@link UserError} says why there is none. */
export function readJobFile(file: string): string {
  if (!file.endsWith('.morsel')) throw usageError(`${file} is no job file: the name of one ends in .morsel.`);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usageError(`${file} cannot be read: ${reasonOf(error)}.`);
  }
}

export interface JobChoice {
  job?: string;
  on?: string;
  set?: Record<string, string>;
}

/**
 * The job of a file, ready for the scheduler. A file with errors is shown as `morsel check` would, on stderr, and ends
 * in a {@link UserError}; so do a choice of job that is not clear, and a target or a param that is not there.
 */
export async function loadJob(file: string, { job: name, on, set = {} }: JobChoice): Promise<JobSpec> {
  const [checked, ...imported] = await checkFiles([file]);
  if (checked === undefined) throw new Error('no file was read');
  const broken = [checked, ...imported].filter(({ findings }) => hasErrors(findings));
  if (broken.length > 0) {
    for (const each of broken) say(renderFindings(each, paintFor(process.stderr)).join('\n'));
    throw new UserError(`${listed(broken.map((each) => each.file))} has errors, so nothing was done.`, ExitCode.failed);
  }
  const lowered = lowerJob(chooseJob(checked, name), { params: set, ...(on === undefined ? {} : { target: on }) });
  if ('problem' in lowered) throw usageError(lowered.problem);
  return lowered.spec;
}

function chooseJob({ file, document }: CheckedFile, name: string | undefined): ReturnType<typeof findJobs>[number] {
  const jobs = findJobs(document);
  const names = jobs.map((job) => job.name);
  const [first] = jobs;
  if (first === undefined) throw usageError(`${file} has no job in it.`);
  if (name === undefined) {
    if (jobs.length === 1) return first;
    throw usageError(`${file} has ${jobs.length} jobs, ${listed(names)}: choose one with --job.`);
  }
  const chosen = jobs.find((job) => job.name === name);
  if (chosen === undefined) throw usageError(`${file} has no job "${name}", but ${listed(names)}.`);
  return chosen;
}
