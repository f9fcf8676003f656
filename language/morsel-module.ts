import { inject, type Module } from 'langium';
import {
  createDefaultModule,
  createDefaultSharedModule,
  type DefaultSharedModuleContext,
  type LangiumServices,
  type LangiumSharedServices,
  type PartialLangiumServices,
  type PartialLangiumSharedServices,
} from 'langium/lsp';
import { MorselFormatter } from './formatting/formatter.ts';
import { MorselGeneratedModule, MorselGeneratedSharedModule } from './generated/module.ts';
import { MorselErrorMessages } from './parser/error-messages.ts';
import { MorselDocumentFactory } from './parser/document-factory.ts';
import { createReusingParser } from './parser/reusing-parser.ts';
import { MorselTokenBuilder } from './parser/token-builder.ts';
import { MorselValueConverter } from './parser/value-converter.ts';
import { MorselDocumentBuilder, MorselIndexManager } from './scoping/document-builder.ts';
import { MorselLinker, MorselReferenceDescriptions } from './scoping/linker.ts';
import { MorselScopeComputation } from './scoping/scope-computation.ts';
import { MorselScopeProvider } from './scoping/scope-provider.ts';
import { MorselDocumentValidator } from './validation/document-validator.ts';
import type { InputProbe } from './validation/input-probe.ts';
import { registerChecks } from './validation/register-checks.ts';

/** What Morsel adds to Langium's services. */
export interface MorselAddedServices {
  validation: {
    /** Looks at the files that a job names. Absent where there is no file system. */
    InputProbe: InputProbe | undefined;
  };
}

export type MorselServices = LangiumServices & MorselAddedServices;

type MorselModule = Module<MorselServices, PartialLangiumServices & MorselAddedServices>;

const morselModule: MorselModule = {
  lsp: { Formatter: () => new MorselFormatter() },
  parser: {
    LangiumParser: createReusingParser,
    TokenBuilder: () => new MorselTokenBuilder(),
    ValueConverter: () => new MorselValueConverter(),
    ParserErrorMessageProvider: () => new MorselErrorMessages(),
  },
  references: {
    Linker: (services) => new MorselLinker(services),
    ScopeProvider: (services) => new MorselScopeProvider(services),
    ScopeComputation: (services) => new MorselScopeComputation(services),
  },
  workspace: { ReferenceDescriptionProvider: (services) => new MorselReferenceDescriptions(services) },
  validation: {
    InputProbe: () => undefined,
    DocumentValidator: (services) => new MorselDocumentValidator(services),
  },
};

const morselSharedModule: Module<LangiumSharedServices, PartialLangiumSharedServices> = {
  workspace: {
    DocumentBuilder: (services) => new MorselDocumentBuilder(services),
    IndexManager: (services) => new MorselIndexManager(services),
    LangiumDocumentFactory: (services) => new MorselDocumentFactory(services),
  },
};

/** Replacements and additions of whoever uses the language, such as the language server's features. */
export interface MorselExtensions {
  shared?: Module<LangiumSharedServices, PartialLangiumSharedServices>;
  morsel?: Module<MorselServices, PartialLangiumServices & Partial<MorselAddedServices>>;
  inputProbe?: InputProbe;
}

/**
 * Everything that knows the language. `context` names the file system (`NodeFileSystem` of `langium/node`, or
 * `EmptyFileSystem`) and, in a language server, the connection.
 */
export function createMorselServices(
  context: DefaultSharedModuleContext,
  extensions: MorselExtensions = {},
): { shared: LangiumSharedServices; Morsel: MorselServices } {
  const shared = inject(
    createDefaultSharedModule(context),
    MorselGeneratedSharedModule,
    morselSharedModule,
    extensions.shared ?? {},
  );
  const probe: Module<MorselServices, MorselAddedServices> = {
    validation: { InputProbe: () => extensions.inputProbe },
  };
  const Morsel = inject(
    createDefaultModule({ shared }),
    MorselGeneratedModule,
    morselModule,
    probe,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `inject` takes modules that give a part of the services
    (extensions.morsel ?? {}) as MorselModule,
  );
  shared.ServiceRegistry.register(Morsel);
  registerChecks(Morsel);
  if (context.connection === undefined) {
    // Without a client nobody will ever send the settings that Langium would wait for.
    void shared.workspace.ConfigurationProvider.initialized({});
  }
  return { shared, Morsel };
}
