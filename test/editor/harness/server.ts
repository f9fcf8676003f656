/** One code-server with a profile of its own, bound to this machine alone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { killAtExit, killGroup, temporaryFolder } from './clean-up.ts';
import { type Installation, installCodeServer } from './install-code-server.ts';

/** Labels as VS Code's theme picker stores them. */
const THEMES = { dark: 'Default Dark Modern', light: 'Default Light Modern', 'high-contrast': 'Default High Contrast' };

export interface ServerOptions {
  /** The folder that windows open. */
  workspace: string;
  /** Extensions to install first. */
  vsix?: string[];
  /** `ask`: Restricted Mode and its dialog. Default: everything is trusted. */
  trust?: 'ask' | 'all';
  theme?: keyof typeof THEMES;
  settings?: Record<string, unknown>;
  /** More environment for the extension host. */
  env?: Record<string, string>;
}

export interface Server {
  port: number;
  url: string;
  /** What the server and the extension hosts logged: look here first when an extension does not start. */
  logs(): string;
  stop(): Promise<void>;
}

export const cacheFolder = resolve('.cache/code-server');

export async function startServer(options: ServerOptions): Promise<Server> {
  const installation = await installCodeServer(cacheFolder);
  const profile = temporaryFolder('morsel-editor');
  const userData = join(profile, 'data');
  mkdirSync(join(userData, 'User'), { recursive: true });
  writeFileSync(join(userData, 'User/settings.json'), JSON.stringify(settings(options), null, 2));
  // Without one code-server reads and writes the configuration in the home folder.
  writeFileSync(join(profile, 'config.yaml'), 'cert: false\n');
  const launch = launcher(installation, profile, userData, options.env ?? {});
  for (const file of options.vsix ?? []) await installExtension(launch, file);
  const trusted = options.trust === 'ask' ? [] : ['--disable-workspace-trust'];
  const server = launch([
    '--auth',
    'none',
    '--bind-addr',
    '127.0.0.1:0',
    '--disable-telemetry',
    '--disable-update-check',
    '--disable-getting-started-override',
    ...trusted,
  ]);
  const port = await portOf(server);
  return {
    port,
    url: `http://127.0.0.1:${port}/?${new URLSearchParams({ folder: resolve(options.workspace) }).toString()}`,
    logs: () => `${logsIn(join(userData, 'logs'))}\n--- code-server\n${server.output().slice(-4000)}`,
    async stop() {
      await stopGroup(server.child);
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function settings({ theme = 'dark', trust, settings: more }: ServerOptions): Record<string, unknown> {
  return {
    'workbench.colorTheme': THEMES[theme],
    // Else Chromium's emulation picks the theme.
    'window.autoDetectColorScheme': false,
    'window.autoDetectHighContrast': false,
    'workbench.startupEditor': 'none',
    'workbench.tips.enabled': false,
    'workbench.welcomePage.walkthroughs.openOnInstall': false,
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'workbench.enableExperiments': false,
    'workbench.reduceMotion': 'on',
    'chat.disableAIFeatures': true,
    'chat.commandCenter.enabled': false,
    'telemetry.telemetryLevel': 'off',
    'update.mode': 'none',
    'extensions.autoUpdate': false,
    'extensions.autoCheckUpdates': false,
    'extensions.ignoreRecommendations': true,
    'git.enabled': false,
    'files.autoSave': 'off',
    'editor.cursorBlinking': 'solid',
    // With the default, `once`, no dialog comes here.
    ...(trust === 'ask' && { 'security.workspace.trust.startupPrompt': 'always' }),
    ...more,
  };
}

interface Launched {
  child: ChildProcess;
  output(): string;
  onOutput(handler: () => void): void;
}

type Launch = (args: string[]) => Launched;

function launcher(
  { node, entry }: Installation,
  profile: string,
  userData: string,
  more: Record<string, string>,
): Launch {
  const common = [
    '--user-data-dir',
    userData,
    '--extensions-dir',
    join(profile, 'extensions'),
    '--config',
    join(profile, 'config.yaml'),
  ];
  const env: NodeJS.ProcessEnv = { ...process.env };
  // Its own kind of variables would make it a child of the VS Code that this terminal may be in.
  for (const name of Object.keys(env)) if (/^(VSCODE_|ELECTRON_|NODE_OPTIONS|PORT$)/.test(name)) delete env[name];
  return (args) => {
    const child = spawn(node, [entry, ...common, ...args], {
      env: { ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    if (child.pid !== undefined) killAtExit(child.pid);
    let output = '';
    const handlers: (() => void)[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        output += String(data);
        for (const handler of handlers) handler();
      });
    }
    return { child, output: () => output, onOutput: (handler) => handlers.push(handler) };
  };
}

async function installExtension(launch: Launch, file: string): Promise<void> {
  const installing = launch(['--install-extension', resolve(file), '--force']);
  const [code] = await once(installing.child, 'close');
  if (code !== 0) throw new Error(`could not install ${file}\n${installing.output()}`);
}

/** Port 0 lets the system pick a free one, and code-server prints which. */
function portOf(server: Launched): Promise<number> {
  return new Promise((found, failed) => {
    server.onOutput(() => {
      const match = /HTTP server listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(server.output());
      if (match) found(Number(match[1]));
    });
    server.child.once('close', (code) => failed(new Error(`code-server ended with ${code}\n${server.output()}`)));
  });
}

async function stopGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const { pid } = child;
  // Comes when every process that holds the output has ended.
  const closed = once(child, 'close');
  killGroup(pid, 'SIGTERM');
  const hard = setTimeout(() => killGroup(pid, 'SIGKILL'), 5000);
  await closed;
  clearTimeout(hard);
  killGroup(pid, 'SIGKILL');
}

function logsIn(folder: string): string {
  if (!existsSync(folder)) return '';
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /(remoteexthost|server|remoteagent|Morsel)\.log$|output_.*\.log$/.test(file))
    .toSorted()
    .map((file) => `--- ${file}\n${readFileSync(join(folder, file), 'utf8').slice(-8000)}`)
    .join('\n');
}
