/**
 * A server in a browser has no files of its own. Job files are read by the client; inputs are not, so that only jobs whose
 * items all stand in their text are planned; and nothing is run.
 */
import { type LangiumSharedCoreServices, URI } from 'langium';
import type { Connection } from 'vscode-languageserver';
import type { HostFolders, HostRuns, ServerHost } from '../host.ts';
import { JobFiles, type Problem } from '../protocol.ts';
import { MorselWorkspaceManager } from '../workspace.ts';
import { ClientFiles } from './client-files.ts';
import { WebPlanner } from './web-planner.ts';

export function webHost(connection: Connection): ServerHost {
  return {
    fileSystem: { fileSystemProvider: () => new ClientFiles(connection) },
    inputProbe: undefined,
    folders: NO_FOLDERS,
    planner: new WebPlanner(),
    canPlan: () => true,
    workspaceManager: (services) => new WebWorkspaceManager(services, connection),
    createRuns: () => NO_RUNS,
  };
}

/** The client knows which job files there are; to look through all folders of a workspace would be a request for each. */
class WebWorkspaceManager extends MorselWorkspaceManager {
  readonly #connection: Connection;

  constructor(services: LangiumSharedCoreServices, connection: Connection) {
    super(services);
    this.#connection = connection;
  }

  protected override async traverseFolder(folder: URI, uris: URI[]): Promise<void> {
    const found = await this.#connection.sendRequest(JobFiles, { folder: folder.toString() });
    uris.push(...found.map((uri) => URI.parse(uri)));
  }
}

const NO_FOLDERS: HostFolders = { add() {}, remove() {}, morselFolderOf: () => '' };

const ELSEWHERE: Problem = { problem: 'Jobs are run on a machine: open the folder there, in VS Code, to run them.' };
const elsewhere = () => Promise.resolve(ELSEWHERE);

const NO_RUNS: HostRuns = {
  start: () => Promise.resolve(),
  close() {},
  foldersChanged() {},
  trustGranted() {},
  list: () => Promise.resolve([]),
  failedRunOf: () => null,
  lastRunOf: () => Promise.resolve(null),
  run: elsewhere,
  resume: elsewhere,
  steer: elsewhere,
  cancelTask: elsewhere,
  details: elsewhere,
  explain: elsewhere,
  logs: elsewhere,
};
