import { BEGIN_ANEW } from '../../worker/exit-codes.ts';
import { findNode, quoted } from '../find-node.ts';

export interface PilotScript {
  /** Programs that may be a Node that is new enough, the best first. */
  nodes: string[];
  /** The worker's file, on a file system that the pilot sees. */
  worker: string;
  /** The file that tells the worker where its run is. */
  homeFile: string;
  pilot: string;
  /** The user's command before all else, such as `module load node`; empty for none. */
  setup: string;
}

/**
 * What an allocation runs: finds Node, starts a worker, and starts another one in its place as long as that is wanted. A
 * signal to the shell alone is passed on; where all get it, the worker is told twice, which does no harm.
 */
export const pilotScript = ({ nodes, worker, homeFile, pilot, setup }: PilotScript): string => `#!/bin/bash
# A pilot of Morsel: a worker that calls the run which asked for this allocation.
export MORSEL_PILOT_STARTED=$(date +%s)
${setup}
${findNode(nodes)}worker= ended=
trap 'ended=1; kill -TERM "$worker" 2>/dev/null' TERM INT HUP
while :; do
  "$node" ${quoted(worker)} home ${quoted(homeFile)} ${quoted(pilot)} </dev/null &
  worker=$!
  while :; do
    wait "$worker"
    status=$?
    kill -0 "$worker" 2>/dev/null || break
  done
  [ "$status" = ${BEGIN_ANEW} ] && [ -z "$ended" ] || exit "$status"
done
`;

/** What carries the connection of a pilot's worker, started beside it in its allocation. */
export const relayScript = ({
  nodes,
  worker,
  setup,
  socket,
}: Pick<PilotScript, 'nodes' | 'worker' | 'setup'> & { socket: string }): string => `{
:
${setup}
} </dev/null >&2
${findNode(nodes)}exec "$node" ${quoted(worker)} relay ${quoted(socket)}
`;
