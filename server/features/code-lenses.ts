/** Run · Run on… · Plan above each job, Test above each target on other machines, as far as the client has those commands: a lens without one is a dead button. */
import { t } from '@vscode/l10n';
import type { LangiumDocument } from 'langium';
import type { CodeLensProvider } from 'langium/lsp';
import type { CodeLens } from 'vscode-languageserver';
import type { ClientFacts } from '../client-facts.ts';
import { fileIn, jobsOf, nameRangeOf } from '../outline.ts';
import { ClientCommand, type JobArgument } from '../protocol.ts';

const lenses = () => [
  { title: t('Run'), command: ClientCommand.run },
  { title: t('Run on…'), command: ClientCommand.runOn },
  { title: t('Plan'), command: ClientCommand.plan },
];

/** Kinds of targets that other machines stand behind. */
const ENGINES: ReadonlySet<string> = new Set(['slurm', 'ssh']);

export class MorselCodeLenses implements CodeLensProvider {
  readonly #client: ClientFacts;

  constructor(client: ClientFacts) {
    this.#client = client;
  }

  provideCodeLens(document: LangiumDocument): CodeLens[] {
    const known = lenses().filter(({ command }) => this.#client.commands.has(command));
    const uri = document.uri.toString();
    const ofJobs = jobsOf(document).flatMap((job) => {
      const argument: JobArgument = { uri, job: job.name };
      const range = nameRangeOf(job);
      return known.map(({ title, command }) => ({ range, command: { title, command, arguments: [argument] } }));
    });
    return [...ofJobs, ...this.#testsOf(document, uri)];
  }

  /** Above each target with an engine of its own, which may refuse what the target asks for. */
  #testsOf(document: LangiumDocument, uri: string): CodeLens[] {
    const command = ClientCommand.testTargets;
    if (!this.#client.commands.has(command)) return [];
    return fileIn(document)
      .targets.filter(({ kind }) => ENGINES.has(kind))
      .map((target) => ({
        range: nameRangeOf(target),
        command: { title: t('Test'), command, arguments: [{ uri }] },
      }));
  }
}
