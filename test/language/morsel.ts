/** The language on files in memory, for tests. */
import { URI } from 'langium';
import { VirtualFileSystemProvider } from 'langium/test';
import type { LangiumDocument } from 'langium';
import {
  type ast,
  createMorselServices,
  type DiagnosticData,
  findJobs,
  type InputProbe,
  lowerJob,
  type LowerOptions,
} from '../../language/index.ts';
import type { JobSpec } from '../../scheduler/job-spec.ts';

/** Files by path below `/project/`, built and checked; the document of the first is answered. */
export async function build(files: string | Record<string, string>, inputProbe?: InputProbe): Promise<LangiumDocument> {
  const named = typeof files === 'string' ? { 'job.morsel': files } : files;
  const fileSystem = new VirtualFileSystemProvider();
  for (const [path, text] of Object.entries(named)) fileSystem.insert(uriOf(path), text);
  const { shared } = createMorselServices(
    { fileSystemProvider: () => fileSystem },
    inputProbe === undefined ? {} : { inputProbe },
  );
  const document = await shared.workspace.LangiumDocuments.getOrCreateDocument(uriOf(Object.keys(named)[0]!));
  await shared.workspace.DocumentBuilder.build([document], { validation: true });
  return document;
}

export const uriOf = (path: string): URI => URI.file(`/project/${path}`);

export interface Found {
  code: string;
  message: string;
  /** The text that it stands at. */
  at: string;
  severity: 'error' | 'warning';
  data: DiagnosticData;
}

/** What was found in a document, in order of place. */
export function findings(document: LangiumDocument): Found[] {
  return (document.diagnostics ?? [])
    .toSorted((a, b) => a.range.start.line - b.range.start.line || a.range.start.character - b.range.start.character)
    .map(({ code, message, range, severity, data }) => ({
      code: String(code),
      message: typeof message === 'string' ? message : message.value,
      at: document.textDocument.getText(range),
      severity: severity === 1 ? 'error' : 'warning',
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what every diagnostic of the language holds
      data: data as DiagnosticData,
    }));
}

/** Codes of what is wrong with a file. */
export const check = async (files: string | Record<string, string>): Promise<Found[]> => findings(await build(files));

/** The text after a fix of the first finding with a code. */
export async function fixed(text: string, code: string, fix = 0): Promise<string> {
  const document = await build(text);
  const edits = findings(document).find((each) => each.code === code)!.data.fixes[fix]!.edits;
  const [edit] = edits;
  const { textDocument } = document;
  return (
    text.slice(0, textDocument.offsetAt(edit!.range.start)) +
    edit!.newText +
    text.slice(textDocument.offsetAt(edit!.range.end))
  );
}

export const onlyJob = (document: LangiumDocument): ast.Job => findJobs(document)[0]!;

export async function lower(files: string | Record<string, string>, options: LowerOptions = {}): Promise<JobSpec> {
  const result = lowerJob(onlyJob(await build(files)), options);
  if ('problem' in result) throw new Error(result.problem);
  return result.spec;
}

export async function problemOf(files: string | Record<string, string>, options: LowerOptions = {}): Promise<string> {
  const result = lowerJob(onlyJob(await build(files)), options);
  return 'problem' in result ? result.problem : 'none';
}
