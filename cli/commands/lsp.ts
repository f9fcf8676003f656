import { Command } from 'commander';
import { pathToFileURL } from 'node:url';
import { usageError } from '../exit-codes.ts';
import { serverFile } from '../installation.ts';

export default new Command('lsp')
  .description('Serves an editor: a language server on stdin and stdout.')
  .option('--stdio', 'talk over stdin and stdout')
  .addHelpText(
    'after',
    `
Example, for Neovim:
  vim.lsp.config('morsel', { cmd = { 'morsel', 'lsp', '--stdio' }, filetypes = { 'morsel' } })

Exit codes: 0 the editor ended it · 1 the editor vanished · 2 wrong usage`,
  )
  .action(serve);

/** The server reads `--stdio` from the arguments of this very process, and ends it when the editor says so. */
async function serve({ stdio }: { stdio?: true }): Promise<void> {
  if (!stdio) throw usageError('morsel lsp is started by an editor, as `morsel lsp --stdio`.');
  // The server has its own way with errors that nobody caught.
  process.removeAllListeners('uncaughtException');
  await import(pathToFileURL(serverFile()).href);
}
