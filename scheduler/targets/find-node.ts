import { quoteForShell } from '../items/template.ts';

/** The oldest Node that a worker runs on, as major and minor. */
const OLDEST_NODE = [22, 13] as const;

/** Shell commands that set `node` to the first of these that is new enough, or end with a sentence and status 69. */
export const findNode = (candidates: readonly string[]): string => `node=
for each in ${candidates.map(quoted).join(' ')}; do
  if "$each" -e ${quoted(isNewEnough)} >/dev/null 2>&1; then node=$each; break; fi
done
if [ -z "$node" ]; then
  echo "there is no Node.js ${OLDEST_NODE.join('.')} or newer on $(hostname) (looked for:" ${candidates.map(quoted).join(' ')}"): install it, load it with setup, or say where it is with node, in the target" >&2
  exit 69
fi
`;

/** As one word of a shell command. */
export const quoted = (value: string): string => quoteForShell(value, 'none');

const isNewEnough = `const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > ${OLDEST_NODE[0]} || (a === ${OLDEST_NODE[0]} && b >= ${OLDEST_NODE[1]}) ? 0 : 1)`;
