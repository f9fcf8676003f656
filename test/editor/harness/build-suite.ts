/** Bundles the suite for the extension host: CommonJS, beside node_modules so that mocha is found. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './paths.ts';

/** Answers the file that VS Code is to load. */
export async function buildSuite(): Promise<string> {
  const outfile = join(root, '.cache/editor-suite/suite.cjs');
  await build({
    entryPoints: [join(root, 'test/editor/suite/main.ts')],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22.13',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
  return outfile;
}
