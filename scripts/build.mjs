/**
 * `npm run build`: bundles the sources into dist/.
 *
 *   dist/cli.js                launcher, valid for old versions of Node; what `morsel` starts
 *   dist/cli/main.js + chunks  the command line, split so that a command loads what it needs and no more
 *   dist/worker.js             what runs on an instance
 *   dist/server/main.js        the language server; planner-thread.js beside it makes plans
 *   dist/client/extension.cjs  the VS Code extension
 *   dist/client/panel/         the page of its panel
 *   dist/web/                  the extension and its server for a browser
 *   dist/arena-policy.mjs      the scheduler as a policy of a referee that replays recorded run times (bench/arena)
 *   dist/arena-informed.mjs    the same, told the true distributions: a bound of what learning could win
 *
 * Sourcemaps stand beside the bundles for whoever debugs a checkout; packages leave them out.
 */
import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const dist = 'dist';

/**
 * Libraries that measure text make an `Intl.Segmenter` as they are loaded, which takes 20 ms. Most text is ASCII, for which
 * they have no use of it: it is made when it is first asked.
 */
const lazySegmenters = {
  name: 'lazy segmenters',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\](string-width|slice-ansi|wrap-ansi)[/\\].*\.js$/ }, ({ path }) => {
      const lazy = '((made) => ({ segment: (text) => (made ??= new Intl.Segmenter()).segment(text) }))()';
      return { contents: readFileSync(path, 'utf8').replace(/(?<== )new Intl\.Segmenter\([^)]*\)(?=;)/, lazy) };
    });
  },
};

/** What all bundles have in common. */
const common = {
  bundle: true,
  plugins: [lazySegmenters],
  minify: true,
  // Stack traces and `error.name` stay readable.
  keepNames: true,
  sourcemap: 'linked',
  platform: 'node',
  target: 'node22.13',
  legalComments: 'none',
  logLevel: 'warning',
};

/** ES modules for Node; CommonJS libraries inside them still call `require` for what Node has built in. */
const esm = {
  ...common,
  format: 'esm',
  banner: {
    js: "import { createRequire as morselRequire } from 'node:module'; const require = morselRequire(import.meta.url);",
  },
};

const bundles = [
  {
    ...common,
    format: 'esm',
    entryPoints: ['cli/launcher.ts'],
    outfile: `${dist}/cli.js`,
    target: 'node14.18',
    // Node 14.18 knows `node:` imports and, in an ES module, a top-level await.
    supported: { 'top-level-await': true },
    banner: { js: '#!/usr/bin/env node' },
  },
  {
    ...esm,
    entryPoints: ['cli/main.ts'],
    outdir: `${dist}/cli`,
    splitting: true,
    chunkNames: '[name]-[hash]',
  },
  { ...esm, entryPoints: ['scheduler/worker/main.ts'], outfile: `${dist}/worker.js` },
  { ...esm, entryPoints: ['bench/arena/policy.ts'], outfile: `${dist}/arena-policy.mjs` },
  { ...esm, entryPoints: ['bench/arena/informed-policy.ts'], outfile: `${dist}/arena-informed.mjs` },
  {
    ...esm,
    entryPoints: { main: 'server/main.ts', 'planner-thread': 'server/plan/planner-thread.ts' },
    outdir: `${dist}/server`,
    splitting: true,
    chunkNames: '[name]-[hash]',
  },
  {
    ...common,
    format: 'cjs',
    entryPoints: ['client/extension.ts'],
    outfile: `${dist}/client/extension.cjs`,
    external: ['vscode'],
  },
  {
    ...common,
    platform: 'browser',
    target: 'es2024',
    format: 'cjs',
    entryPoints: ['client/web/extension.ts'],
    outfile: `${dist}/web/extension.cjs`,
    external: ['vscode'],
  },
  {
    ...common,
    platform: 'browser',
    target: 'es2024',
    format: 'iife',
    entryPoints: ['server/web/main.ts'],
    outfile: `${dist}/web/server.js`,
  },
  {
    ...common,
    platform: 'browser',
    target: 'es2024',
    entryPoints: ['client/panel/page/panel.ts', 'client/panel/page/panel.css'],
    outdir: `${dist}/client/panel`,
  },
];

const entries = ({ entryPoints }) => (Array.isArray(entryPoints) ? entryPoints : Object.values(entryPoints));

rmSync(dist, { recursive: true, force: true });
const missing = bundles.flatMap(entries).filter((file) => !existsSync(file));
if (missing.length > 0) console.error(`not there, and left out: ${missing.join(', ')}`);
await Promise.all(bundles.filter((bundle) => entries(bundle).every(existsSync)).map((bundle) => build(bundle)));
chmodSync(`${dist}/cli.js`, 0o755);
