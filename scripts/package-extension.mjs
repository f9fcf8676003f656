/**
 * `npm run package`: makes morsel-<version>.vsix of what is built. vsce takes either `files` of package.json, which says
 * what the npm package holds, or a list of its own; so the extension is laid out in a folder, with a manifest that says
 * nothing of development.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createVSIX } from '@vscode/vsce';

const stage = '.cache/extension';
const contents = [
  'dist',
  'icons',
  'syntaxes',
  'snippets',
  'language-configuration.json',
  'l10n',
  'package.nls.json',
  'package.nls.de.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
];
const ofDevelopment = ['files', 'bin', 'scripts', 'dependencies', 'devDependencies', 'overrides', 'allowScripts'];
/** Sourcemaps and sources, and the picture that morsel.png is made of: VS Code takes no SVG for an extension's icon. */
const isLeftOut = (path) => ['.map', '.ts', 'icons/morsel.svg'].some((end) => path.endsWith(end));

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
for (const key of ofDevelopment) delete manifest[key];
rmSync(stage, { recursive: true, force: true });
for (const name of contents) {
  cpSync(name, `${stage}/${name}`, { recursive: true, filter: (path) => !isLeftOut(path) });
}
writeFileSync(`${stage}/package.json`, JSON.stringify(manifest, null, 2));
await createVSIX({
  cwd: stage,
  packagePath: `${manifest.name}-${manifest.version}.vsix`,
  dependencies: false,
  allowMissingRepository: true,
  rewriteRelativeLinks: false,
});
