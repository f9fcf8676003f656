/** A server that is a process on the machine where the files are: it reads them, and starts runs. */
import { isAbsolute } from 'node:path';
import { NodeFileSystem } from 'langium/node';
import type { InputProbe } from '../language/index.ts';
import { createInputProbe } from '../scheduler/items/input-probe.ts';
import { Folders } from './folders.ts';
import type { RunsOptions, ServerHost } from './host.ts';
import { Planner } from './plan/planner.ts';
import { InputProblems } from './runs/input-problems.ts';
import { RunService } from './runs/run-service.ts';
import { MorselWorkspaceManager } from './workspace.ts';

export function nodeHost(): ServerHost {
  const folders = new Folders();
  return {
    fileSystem: NodeFileSystem,
    inputProbe: inRealFolders(createInputProbe()),
    folders,
    planner: new Planner(),
    // A document that was never saved is in no folder, and one of another scheme in none that can be read.
    canPlan: (scheme) => scheme === 'file',
    workspaceManager: (services) => new MorselWorkspaceManager(services),
    createRuns: (options) => createRuns(folders, options),
  };
}

function createRuns(folders: Folders, options: RunsOptions): RunService {
  const { connection, client } = options;
  const runs: RunService = new RunService({
    ...options,
    folders,
    onFailuresChanged(file) {
      options.onFailuresChanged(file);
      inputProblems.refresh(file);
    },
  });
  const inputProblems = new InputProblems(connection, client, (file) => runs.failedRunsOf(file));
  return runs;
}

/** A document that was never saved is in no folder: nothing is known of its inputs, and nothing is wrong with them. */
function inRealFolders(probe: InputProbe): InputProbe {
  return {
    files: async (patterns, exclude, folder) => (isAbsolute(folder) ? probe.files(patterns, exclude, folder) : 1),
    columns: async (path, folder) => (isAbsolute(folder) ? probe.columns(path, folder) : null),
    exists: async (path, folder) => !isAbsolute(folder) || probe.exists(path, folder),
  };
}
