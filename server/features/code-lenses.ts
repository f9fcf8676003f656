/** Run · Run on… · Plan above each job, as far as the client has those commands: a lens without one is a dead button. */
import { t } from '@vscode/l10n';
import type { LangiumDocument } from 'langium';
import type { CodeLensProvider } from 'langium/lsp';
import type { CodeLens } from 'vscode-languageserver';
import type { ClientFacts } from '../client-facts.ts';
import { jobsOf, nameRangeOf } from '../outline.ts';
import { ClientCommand, type JobArgument } from '../protocol.ts';

const lenses = () => [
  { title: t('Run'), command: ClientCommand.run },
  { title: t('Run on…'), command: ClientCommand.runOn },
  { title: t('Plan'), command: ClientCommand.plan },
];

export class MorselCodeLenses implements CodeLensProvider {
  readonly #client: ClientFacts;

  constructor(client: ClientFacts) {
    this.#client = client;
  }

  provideCodeLens(document: LangiumDocument): CodeLens[] {
    const known = lenses().filter(({ command }) => this.#client.commands.has(command));
    return jobsOf(document).flatMap((job) => {
      const argument: JobArgument = { uri: document.uri.toString(), job: job.name };
      const range = nameRangeOf(job);
      return known.map(({ title, command }) => ({ range, command: { title, command, arguments: [argument] } }));
    });
  }
}
