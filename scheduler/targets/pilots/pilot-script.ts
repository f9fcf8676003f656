import { quoteForShell } from '../../items/template.ts';
import { BEGIN_ANEW } from '../../worker/exit-codes.ts';

/** The oldest Node that a worker runs on, as major and minor. */
const OLDEST_NODE = [22, 13] as const;

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
node=
for each in ${nodes.map(quoted).join(' ')}; do
  if "$each" -e ${quoted(isNewEnough)} >/dev/null 2>&1; then node=$each; break; fi
done
if [ -z "$node" ]; then
  echo "there is no Node.js ${OLDEST_NODE.join('.')} or newer on $(hostname) (looked for:" ${nodes.map(quoted).join(' ')}"): install it, load it with setup, or say where it is with node, in the target" >&2
  exit 69
fi
worker= ended=
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

const isNewEnough = `const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > ${OLDEST_NODE[0]} || (a === ${OLDEST_NODE[0]} && b >= ${OLDEST_NODE[1]}) ? 0 : 1)`;

const quoted = (value: string): string => quoteForShell(value, 'none');
