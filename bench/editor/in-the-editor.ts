/** What VS Code itself says of the extension, in a real editor: how long it was activated, and what its server holds in memory. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { freshWorkspace } from '../../test/editor/harness/paths.ts';
import { startServer } from '../../test/editor/harness/server.ts';
import { openWindow } from '../../test/editor/harness/window.ts';
import { packagedExtension } from '../../test/editor/ui/packaged-extension.ts';

export interface InTheEditor {
  /** To load its code and to activate it, without what it waits for. */
  activationMs: number;
  /** Resident memory of the language server's process with a planned job open; null where the system does not tell. */
  serverMegabytes: number | null;
}

export async function measureInTheEditor(): Promise<InTheEditor> {
  const server = await startServer({ workspace: freshWorkspace(), vsix: [packagedExtension()] });
  // The list of extensions shows what it has room for.
  const window = await openWindow(server, { size: { width: 1280, height: 1600 } });
  try {
    await window.openFile('words.morsel');
    await window.waitForText('finishes in', '.monaco-editor');
    await window.runCommand('Developer: Show Running Extensions');
    const row = window.page.locator('.runtime-extensions-editor .monaco-list-row[aria-label="morsel"]');
    const time = await row.locator('.activation-time').innerText();
    return {
      activationMs: Number(/(\d+)\s*ms/.exec(time)?.[1]),
      serverMegabytes: memoryOf('morsel.*/dist/server/main.js'),
    };
  } finally {
    await window.close();
    await server.stop();
  }
}

/** In MB, of the one process whose command line matches. */
function memoryOf(command: string): number | null {
  if (!existsSync('/proc/self/status')) return null;
  const pattern = new RegExp(command);
  const found = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && pattern.test(readProcess(name, 'cmdline')));
  const status = found.length === 1 ? readProcess(found[0]!, 'status') : '';
  const kilobytes = /VmRSS:\s*(\d+)/.exec(status)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) / 1000;
}

function readProcess(id: string, file: string): string {
  try {
    return readFileSync(`/proc/${id}/${file}`, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}
