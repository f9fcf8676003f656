/** Makes a small job that works as it is, with the input that it reads, and opens it. Nothing that exists is touched. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';

/** Answers the file that was made. */
export async function newJobFile(): Promise<vscode.Uri | undefined> {
  const parent = vscode.workspace.workspaceFolders?.[0]?.uri ?? (await pickFolder());
  if (parent === undefined) return undefined;
  const name = await askForName(parent);
  if (name === undefined) return undefined;
  const folder = vscode.Uri.joinPath(parent, name);
  const file = vscode.Uri.joinPath(folder, `${name}.morsel`);
  await writeAll(folder, { ...TEXTS, [`${name}.morsel`]: jobText(name) });
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(file));
  return file;
}

async function pickFolder(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    canSelectFolders: true,
    canSelectFiles: false,
    openLabel: t('Put the Job Here'),
  });
  return picked?.[0];
}

function askForName(parent: vscode.Uri): Promise<string | undefined> {
  const input = vscode.window.showInputBox({
    title: t('New Job File'),
    prompt: t('Name of the job; a folder of this name is made for it'),
    value: 'word-count',
    validateInput: async (name) => {
      if (!/^[A-Za-z_][\w-]*$/.test(name)) return t('A name has letters, digits, - and _, and begins with a letter.');
      return (await exists(vscode.Uri.joinPath(parent, name))) ? t('There is a {0} here already.', name) : undefined;
    },
  });
  return Promise.resolve(input);
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

async function writeAll(folder: vscode.Uri, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder, path), new TextEncoder().encode(text));
  }
}

const TEXTS = {
  'texts/breakfast.txt': 'Bread, butter and a morsel of cheese.\n',
  'texts/lunch.txt': 'Soup first.\nThen whatever the garden has today.\n',
  'texts/supper.txt': 'What is left over is cut small, and nothing is thrown away.\n',
};

const jobText = (name: string): string => `/** Counts the words of each text, then adds them up. */
job ${name} on laptop {
  input texts = files "texts/*.txt"

  /** One item for each file. Its result appears as soon as it is committed. */
  task count for text in texts {
    run "wc -w < {text.path} > {out}"
    output "counts/{text.stem}.txt"
    cost text.size
  }

  /** Runs once, when every text is counted. */
  task total after count {
    run "cat counts/*.txt | awk '{ sum += $1 } END { print sum }' > {out}"
    output "total.txt"
  }
}

target laptop local {
  instances 2
  lifespan 10 min
}
`;
