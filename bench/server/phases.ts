/** What an edit costs phase by phase, in this process. */
import { DocumentState, URI } from 'langium';
import { VirtualFileSystemProvider } from 'langium/test';
import { createMorselServices } from '../../language/index.ts';
import { median } from '../processes.ts';
import { editOf, fileOf } from './job-texts.ts';

const EDITS = 40;

const phases = { parse: DocumentState.Parsed, link: DocumentState.Linked, validate: DocumentState.Validated };

/** Milliseconds: of reading the text for the first time, and the medians of the phases of an edit. */
export async function phasesOf(tasks: number): Promise<Record<string, number>> {
  const files = new VirtualFileSystemProvider();
  const { shared } = createMorselServices({ fileSystemProvider: () => files });
  const { DocumentBuilder, LangiumDocumentFactory, LangiumDocuments } = shared.workspace;
  const uri = URI.file('/bench/job.morsel');
  let text = fileOf(tasks);
  let last = performance.now();
  const sinceLast = (): number => {
    const since = performance.now() - last;
    last += since;
    return since;
  };
  const document = LangiumDocumentFactory.fromString(text, uri);
  const first = { 'first parse': sinceLast() };
  LangiumDocuments.addDocument(document);
  await DocumentBuilder.build([document], { validation: true });
  const found = new Map(Object.keys(phases).map((name) => [name, new Array<number>()]));
  for (const [name, state] of Object.entries(phases)) {
    // What comes before a phase and is not named belongs to it.
    DocumentBuilder.onBuildPhase(state, () => {
      const times = found.get(name)!;
      times.push((times.pop() ?? 0) + sinceLast());
    });
  }
  for (let index = 0; index < EDITS; index++) {
    const [from, to] = editOf(tasks, index);
    text = text.replace(from, to);
    files.insert(uri, text);
    for (const times of found.values()) times.push(0);
    last = performance.now();
    await DocumentBuilder.update([uri], []);
  }
  const medians = [...found].map(([name, all]) => [`edit: ${name}`, Math.round(median(all) * 10) / 10]);
  return { tasks, 'first parse': Math.round(first['first parse']), ...Object.fromEntries(medians) };
}
