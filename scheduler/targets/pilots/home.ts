import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { credentialsIn, writePrivately, type Credentials } from '../../wire/credentials.ts';
import { wireTimes, type RemoteWorker, type WireTimes } from '../../wire/remote-worker.ts';
import { listenForWorkers } from '../../wire/server.ts';
import { ownAddresses } from './addresses.ts';

export interface HomeOptions {
  /** The run's own folder, on a file system that pilots see. */
  runFolder: string;
  /** Where pilots reach this machine; by all its own names and addresses if none are given. */
  addresses?: string[];
  /** 0 for any that is free. */
  port?: number;
  /** True where pilots can't reach this machine, and the engine carries their connections; see ./relays.ts. */
  isRelayed?: boolean;
  times?: WireTimes;
}

/** Where the workers of pilots call. */
export interface Home {
  /** What the names of all pilots of the run begin with. */
  prefix: string;
  port: number;
  close(): Promise<void>;
}

/** The file, in a run's folder, that tells workers where their run is. */
export const homeFileIn = (runFolder: string): string => join(runFolder, 'home.json');

const credentialsFileIn = (runFolder: string): string => join(runFolder, 'wire.json');

/** Listens for workers of this run's pilots, with the credentials that an earlier process of the run may have left. */
export async function openHome(options: HomeOptions, arrived: (worker: RemoteWorker) => void): Promise<Home> {
  const { runFolder, times = wireTimes, port = 0, isRelayed = false } = options;
  const addresses = options.addresses ?? (isRelayed ? [] : ownAddresses());
  const credentials = await credentialsIn(credentialsFileIn(runFolder));
  const prefix = prefixOf(credentials);
  const server = await listenForWorkers(
    credentials,
    { port, times },
    {
      admit: ({ pilot }) =>
        pilot.startsWith(prefix) ? null : { why: `${pilot} is no pilot of this run`, anew: false },
      arrived,
    },
  );
  const { certificate, secret } = credentials;
  try {
    writePrivately(homeFileIn(runFolder), { addresses, port: server.port, isRelayed, certificate, secret });
  } catch (error) {
    await server.close();
    throw error;
  }
  return { prefix, port: server.port, close: () => server.close() };
}

/** Once nothing of the run is to call any more. */
export function removeHomeFiles(runFolder: string): void {
  for (const file of [homeFileIn(runFolder), credentialsFileIn(runFolder)]) rmSync(file, { force: true });
}

const prefixOf = ({ token }: Credentials): string => `morsel-${token}-`;
