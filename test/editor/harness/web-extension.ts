/** Serves the packaged extension as a gallery for browsers does: over http, and without its part for Node. */
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join, normalize } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { temporaryFolder } from './clean-up.ts';
import { root } from './paths.ts';
import type { Server } from './server.ts';

/** On the workbench's own origin, which is the only one that its policy lets extensions come from. */
const PATH = '/morsel-extension';

/** Answers where it is, as the page's configuration has it. An extension without `main` runs in the browser in any VS Code. */
export async function serveWebExtension(context: BrowserContext, { port }: Server): Promise<object> {
  // As it is now: another build may replace what was packaged.
  const folder = temporaryFolder('morsel-web');
  cpSync(join(root, '.cache/extension'), folder, { recursive: true });
  await context.route(
    ({ pathname }) => pathname.startsWith(`${PATH}/`),
    async (route) => {
      const path = decodeURIComponent(new URL(route.request().url()).pathname).slice(PATH.length);
      const file = join(folder, normalize(path));
      const contentType = TYPES[/\.\w+$/.exec(path)?.[0] ?? ''] ?? 'application/octet-stream';
      if (!existsSync(file)) await route.fulfill({ status: 404 });
      else await route.fulfill({ contentType, body: path === '/package.json' ? manifestIn(file) : readFileSync(file) });
    },
  );
  return { scheme: 'http', authority: `127.0.0.1:${port}`, path: PATH };
}

function manifestIn(file: string): string {
  const { main: _main, ...manifest }: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'));
  return JSON.stringify(manifest);
}

const TYPES: Record<string, string> = {
  '.js': 'text/javascript',
  '.cjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};
