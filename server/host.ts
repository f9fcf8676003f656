/**
 * What a server can do depends on where it runs: as a process beside the files (node-host.ts), or as a worker in a browser
 * (web/web-host.ts). All other parts of the server are the same in both.
 */
import type { FileSystemProvider, LangiumSharedCoreServices } from 'langium';
import type { Connection } from 'vscode-languageserver';
import type { InputProbe } from '../language/index.ts';
import type { ClientFacts } from './client-facts.ts';
import type { Folders } from './folders.ts';
import type { Log } from './guard.ts';
import type { Planning } from './plan/planning.ts';
import type { RunService } from './runs/run-service.ts';
import type { MorselWorkspaceManager } from './workspace.ts';

export interface ServerHost {
  fileSystem: { fileSystemProvider: () => FileSystemProvider };
  /** What is asked of input files while one types; undefined where they cannot be read. */
  inputProbe: InputProbe | undefined;
  folders: HostFolders;
  planner: Planning;
  /** False for documents whose inputs cannot be known, so that there is nothing to plan. */
  canPlan(scheme: string): boolean;
  workspaceManager(services: LangiumSharedCoreServices): MorselWorkspaceManager;
  createRuns(options: RunsOptions): HostRuns;
}

export type HostFolders = Pick<Folders, 'add' | 'remove' | 'morselFolderOf'>;

/** Runs as the rest of the server asks for them. */
export type HostRuns = Pick<
  RunService,
  | 'close'
  | 'details'
  | 'explain'
  | 'failedRunOf'
  | 'foldersChanged'
  | 'lastRunOf'
  | 'list'
  | 'logs'
  | 'resume'
  | 'run'
  | 'start'
  | 'steer'
  | 'cancelTask'
  | 'trustGranted'
>;

export interface RunsOptions {
  connection: Connection;
  client: ClientFacts;
  log: Log;
  /** A run has taught something. */
  onHistoryChanged: (morselFolder: string) => void;
  /** Other items than before have failed in the newest run of a job in this file. */
  onFailuresChanged: (file: string) => void;
}
