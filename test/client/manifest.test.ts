/** The extension's manifest: what VS Code reads of package.json. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

interface MenuEntry {
  command: string;
  when?: string;
}

interface Manifest {
  main: string;
  icon: string;
  engines: { vscode: string };
  devDependencies: Record<string, string>;
  activationEvents: string[];
  capabilities: Record<string, { supported: unknown; description?: string }>;
  contributes: {
    commands: { command: string; title: string; category: string }[];
    menus: Record<string, MenuEntry[]>;
    views: Record<string, { id: string; icon: string }[]>;
    viewsContainers: Record<string, { id: string; icon: string }[]>;
    viewsWelcome: { view: string; contents: string; when: string }[];
    languages: { configuration?: string; icon?: { light: string; dark: string } }[];
    problemMatchers: { pattern: { regexp: string }[] }[];
    grammars: { path: string }[];
    snippets: { path: string }[];
    configuration: { properties: Record<string, Setting> }[];
    walkthroughs: { steps: { media: { svg: string }; description: string }[] }[];
  };
}

interface Setting {
  default?: unknown;
  description?: string;
  markdownDescription?: string;
  order?: number;
  scope?: string;
}

const english: Record<string, string> = JSON.parse(readFileSync('package.nls.json', 'utf8'));
/** As VS Code reads it: each `%key%` is a text of package.nls.json. */
const manifest: Manifest = JSON.parse(readFileSync('package.json', 'utf8'), (_key, value: unknown) =>
  typeof value === 'string' ? value.replace(/^%(.+)%$/, (_whole, key: string) => english[key] ?? '') : value,
);
const { contributes } = manifest;
const commands = contributes.commands.map(({ command }) => command);
const menuEntries = Object.values(contributes.menus).flat();
const settings = contributes.configuration.flatMap(({ properties }) => Object.entries(properties));

test('every command has a title, a category and a name of its own', () => {
  expect(new Set(commands).size).toBe(commands.length);
  for (const { command, title, category } of contributes.commands) {
    expect(command).toMatch(/^morsel\.\w+$/);
    expect(title).toMatch(/^[A-Z]/);
    expect(category).toBe('Morsel');
  }
});

test('the commands that users are promised are there', () => {
  const titles = contributes.commands.map(({ title }) => title);
  const promised = [
    'Run Job',
    'Run Job On…',
    'Preview Fragment Plan',
    'Test Targets',
    'Stop Run',
    'Resume Run',
    'Run Failed Items Again',
    'Show Run',
    'New Job File',
  ];
  expect(titles).toEqual(expect.arrayContaining(promised));
});

test('every command that a menu, a welcome text or the walkthrough names exists', () => {
  const texts = [
    ...contributes.viewsWelcome.map(({ contents }) => contents),
    ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ description }) => description)),
    ...settings.map(([, { markdownDescription = '' }]) => markdownDescription),
  ];
  const linked = texts.flatMap((text) =>
    [...text.matchAll(/\(command:(morsel\.\w+)\)/g)].map(([, command]) => command!),
  );
  expect(linked.length).toBeGreaterThan(0);
  for (const command of [...menuEntries.map((entry) => entry.command), ...linked]) expect(commands).toContain(command);
});

test('every key of a `when` clause is known', () => {
  const sources = ['client/status/server-status.ts', 'client/web/extension.ts']
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const own = [...sources.matchAll(/'setContext', '([\w.]+)'/g)].map(([, key]) => key!);
  const known = [
    'isWorkspaceTrusted',
    'resourceLangId',
    'view',
    'viewItem',
    'virtualWorkspace',
    'workbenchState',
    ...own,
  ];
  const clauses = [...menuEntries, ...contributes.viewsWelcome].flatMap(({ when }) =>
    when === undefined ? [] : [when],
  );
  const keys = clauses.flatMap((clause) => clause.split(/&&|\|\|/).map((term) => /^\s*!?\(?([\w.]+)/.exec(term)![1]!));
  for (const key of keys) expect([...known, 'false']).toContain(key);
});

test('what the tree says of a row is what the menus ask for', () => {
  const source = readFileSync('client/runs-view/tree-items.ts', 'utf8');
  for (const context of ['run.live', 'run.paused', 'run.unfinished', 'run.failed', 'run.done', 'task', 'failure']) {
    expect(source).toContain(`'${context}'`);
  }
  const asked = menuEntries.flatMap(({ when = '' }) =>
    [...when.matchAll(/viewItem == ([\w.]+)/g)].map(([, item]) => item!),
  );
  for (const item of asked) expect(source).toContain(`'${item}'`);
});

test('no more than three actions stand in a row of the view', () => {
  const inline = contributes.menus['view/item/context']!.filter(
    (entry) => 'group' in entry && String(entry.group).startsWith('inline'),
  );
  for (const state of ['run.live', 'run.paused', 'run.unfinished', 'run.failed', 'run.done', 'task', 'failure']) {
    const shown = inline.filter(({ when = '' }) => {
      const [, pattern] = /viewItem =~ \/(.*)\//.exec(when) ?? [];
      return pattern === undefined ? when.endsWith(`viewItem == ${state}`) : new RegExp(pattern).test(state);
    });
    expect(shown.length).toBeLessThanOrEqual(3);
  }
});

test('every file that the manifest names exists', () => {
  const files = [
    manifest.icon,
    ...contributes.languages.flatMap(({ configuration = [], icon }) =>
      [configuration, icon?.light ?? [], icon?.dark ?? []].flat(),
    ),
    ...[...contributes.grammars, ...contributes.snippets].map(({ path }) => path),
    ...Object.values(contributes.viewsContainers).flatMap((list) => list.map(({ icon }) => icon)),
    ...Object.values(contributes.views).flatMap((list) => list.map(({ icon }) => icon)),
    ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.svg)),
  ];
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
  expect(manifest.main).toBe('./dist/client/extension.cjs');
});

test('nothing is activated before it is needed', () => {
  expect(manifest.activationEvents).toEqual([
    'onLanguage:morsel',
    'onTaskType:morsel',
    'onWebviewPanel:morsel.panel',
    // A run that goes on is found again when the window opens.
    'workspaceContains:.morsel/runs',
  ]);
});

test('restricted and virtual workspaces are told what they get', () => {
  for (const kind of ['untrustedWorkspaces', 'virtualWorkspaces']) {
    expect(manifest.capabilities[kind]).toMatchObject({
      supported: 'limited',
      description: expect.stringMatching(/no job is run/i),
    });
  }
});

test('every setting has a default, a description, an order and a scope', () => {
  expect(settings.map(([, { order }]) => order)).toEqual(settings.map((_, index) => index + 1));
  for (const [name, setting] of settings) {
    expect(name).toMatch(/^morsel\./);
    expect(setting.default).toBeDefined();
    expect(setting.description ?? setting.markdownDescription).toMatch(/\.(\)|$)/);
    expect(setting.scope).toBeDefined();
  }
});

test('the types of VS Code are those of the oldest version that is supported', () => {
  expect(`^${manifest.devDependencies['@types/vscode']}`).toBe(manifest.engines.vscode);
});

test('the problem matcher reads what the command line prints', () => {
  const folder = mkdtempSync(join(tmpdir(), 'morsel-matcher-'));
  writeFileSync(join(folder, 'bad.morsel'), 'job a {\n  task b { run "x {y}" }\n}\n');
  const { stdout } = spawnSync(process.execPath, [resolve('cli/main.ts'), 'check', 'bad.morsel'], {
    cwd: folder,
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  const [first, second] = contributes.problemMatchers[0]!.pattern.map(({ regexp }) => new RegExp(regexp));
  const [line, place] = stdout.split('\n');
  expect(first!.exec(line!)!.slice(1)).toEqual(['error', 'unknown-placeholder', expect.stringContaining('`y`')]);
  expect(second!.exec(place!)!.slice(1)).toEqual(['bad.morsel', '2', '20']);
});
