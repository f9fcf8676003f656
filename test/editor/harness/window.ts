/** The workbench in a headless Chromium: what a user would do with it. Nothing here sleeps; each step waits for a state. */
import { mkdirSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { type Browser, type BrowserContext, chromium, type FrameLocator, type Page } from 'playwright-core';
import type { Server } from './server.ts';
import { serveWebExtension } from './web-extension.ts';

export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
export const BROWSER_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  // The page is answered by develop() below, and Chromium then takes it for a public site that may not call 127.0.0.1.
  '--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets',
];
const TIMEOUT_MS = 60_000;

export interface WindowOptions {
  size?: { width: number; height: number };
  /** An extension in development; without one, only what is installed runs. */
  extension?: string;
  /** The packaged extension runs in the browser, as in vscode.dev. */
  web?: boolean;
  /** A CommonJS file that exports `run()`; VS Code calls it in the extension host. */
  tests?: string;
  /** The display language, without a language pack: VS Code itself stays English, extensions are told of it. */
  language?: string;
  onConsole?: (type: string, text: string) => void;
  /** Functions that the page may call. */
  bindings?: Record<string, (argument: unknown) => unknown>;
}

export async function openWindow(server: Server, options: WindowOptions = {}): Promise<EditorWindow> {
  const {
    size = { width: 1280, height: 800 },
    extension,
    web = false,
    tests,
    language,
    onConsole,
    bindings = {},
  } = options;
  // Signals are ours: clean-up.ts ends this process, and with it Chromium.
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: BROWSER_ARGS,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
  try {
    // Webviews need their service worker.
    const context = await browser.newContext({ viewport: size, serviceWorkers: 'allow' });
    const page = await context.newPage();
    page.setDefaultTimeout(TIMEOUT_MS);
    if (onConsole) page.on('console', (message) => onConsole(message.type(), message.text()));
    if (language !== undefined)
      await page.addInitScript((name) => Object.assign(globalThis, { _VSCODE_NLS_LANGUAGE: name }), language);
    for (const [name, call] of Object.entries(bindings)) await page.exposeFunction(name, call);
    if (extension !== undefined)
      await configure(context, { developmentOptions: developmentOptions(server, extension, tests) });
    if (web) await configure(context, { additionalBuiltinExtensions: [await serveWebExtension(context, server)] });
    await page.goto(server.url);
    const window = new EditorWindow(browser, page);
    await window.ready();
    return window;
  } catch (error) {
    await browser.close();
    throw error;
  }
}

/** What makes the window an Extension Development Host. */
function developmentOptions({ port }: Server, extension: string, tests?: string): object {
  const remote = (path: string) => ({ scheme: 'vscode-remote', authority: `127.0.0.1:${port}`, path: resolve(path) });
  return {
    extensions: [remote(extension)],
    ...(tests !== undefined && { extensionTestsPath: remote(tests) }),
  };
}

/**
 * The workbench takes its configuration from the page, so the page is changed on its way to the browser; that also holds
 * for a reload.
 */
async function configure(context: BrowserContext, more: Record<string, unknown>): Promise<void> {
  const changed = (_: string, start: string, json: string): string => {
    const configuration: Record<string, unknown> = JSON.parse(json.replaceAll('&quot;', '"').replaceAll('&amp;', '&'));
    const text = JSON.stringify({ ...configuration, ...more });
    return start + text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  };
  await context.route(
    (url) => url.pathname === '/',
    async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace(
        /(id="vscode-workbench-web-configuration" data-settings=")([^"]*)/,
        changed,
      );
      await route.fulfill({ response, body });
    },
  );
}

export class EditorWindow {
  readonly page: Page;
  readonly #browser: Browser;

  constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
  }

  ready(): Promise<void> {
    return this.page.locator('.monaco-workbench .part.statusbar .statusbar-item').first().waitFor();
  }

  /** Runs a command by its title in the palette, such as `Morsel: Run Job`. */
  async runCommand(title: string): Promise<void> {
    await this.#pick('F1', `>${title}`, title);
  }

  /** Opens a file of the workspace by name and waits for its text. */
  async openFile(name: string): Promise<void> {
    await this.#pick('Control+P', name, basename(name));
    // After a reload it may stand in two groups.
    await this.page
      .locator(`.tab.active[data-resource-name="${basename(name)}"]`)
      .first()
      .waitFor();
    await this.page.locator('.editor-instance .view-lines .view-line').first().waitFor();
  }

  /** Waits until the text can be seen, in the part of the window that the selector names. */
  async waitForText(text: string | RegExp, within = '.monaco-workbench'): Promise<void> {
    await this.page.locator(within).getByText(loosely(text)).first().waitFor({ state: 'visible' });
  }

  /** Waits for text that an extension shows beside the code, which is part of a style and of no element. */
  async waitForDecoration(text: string): Promise<void> {
    const spans = `Array.from(document.querySelectorAll('.view-lines span'))`;
    const shown = `getComputedStyle(span, '::after').content.replaceAll('\\u00a0', ' ')`;
    await this.page.waitForFunction(`${spans}.some((span) => ${shown}.includes(${JSON.stringify(text)}))`);
  }

  /** Shows the Runs view, by its command: a click on its icon would hide what a reloaded window has just restored. */
  async openRunsView(): Promise<void> {
    await this.runCommand('Morsel: Focus on Runs View');
    await this.page
      .locator('.sidebar .pane-header')
      .filter({ hasText: 'Runs' })
      .or(this.page.locator('.sidebar .title-label'))
      .first()
      .waitFor();
  }

  /** Waits until the progress notification of a job is gone: VS Code keeps one for a moment after its end. */
  async waitForProgressToEnd(job: string): Promise<void> {
    const progress = this.page.locator('.notification-list-item-message', {
      hasText: new RegExp(`^${escaped(job)}: `),
    });
    await progress.waitFor({ state: 'detached' });
  }

  notifications(): Promise<string[]> {
    return this.page.locator('.notification-list-item-message').allInnerTexts();
  }

  /** The document of the active webview, which is two frames deep. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
  }

  /** As {@link reload}, by VS Code's own command, which keeps what is open first. */
  async reloadByCommand(): Promise<void> {
    const gone = this.page.waitForEvent('load');
    await this.runCommand('Developer: Reload Window');
    await gone;
    await this.ready();
  }

  /** The extension host ends and a new one starts; the server and the profile stay. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  async screenshot(file: string): Promise<void> {
    mkdirSync(dirname(resolve(file)), { recursive: true });
    await this.page.screenshot({ path: file, animations: 'disabled', caret: 'hide' });
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  /**
   * Any quick pick: opens it, filters, and takes the row whose label is exactly `row`. Its list is made when it is opened,
   * so it is opened again until the row is there: at first extensions and files are still being read.
   */
  async #pick(key: string, text: string, row: string): Promise<void> {
    const quick = this.page.locator('.quick-input-widget');
    const label = this.page.locator('.label-name', { hasText: new RegExp(`^\\s*${escaped(row)}\\s*$`) });
    const wanted = quick.locator('.monaco-list-row').filter({ has: label }).first();
    for (let tries = 0; tries < PICK_TRIES; tries++) {
      await this.page.keyboard.press(key);
      if (await succeeds(quick.locator('input').first().fill(text, PICK_LIMIT))) {
        if (await succeeds(wanted.click(PICK_LIMIT))) return;
      }
      await this.page.keyboard.press('Escape');
    }
    throw new Error(`${row} is not offered`);
  }
}

const PICK_TRIES = 12;
const PICK_LIMIT = { timeout: 5000 };

/** False where it does not come, or is closed or drawn anew meanwhile. */
async function succeeds(step: Promise<void>): Promise<boolean> {
  try {
    await step;
    return true;
  } catch {
    return false;
  }
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** VS Code draws spaces of code as U+00A0, so a space stands for both. */
const loosely = (text: string | RegExp): RegExp =>
  text instanceof RegExp ? text : new RegExp(escaped(text).replaceAll(' ', '[ \\u00a0]'));
