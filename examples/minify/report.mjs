// node report.mjs SOURCES MINIFIED PAGE: compares two folders file by file and writes a page of what was saved.
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

const [sources, minified, page] = process.argv.slice(2);
const escape = (text) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

const files = (await readdir(minified, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
const rows = await Promise.all(
  files.map(async ({ parentPath, name }) => {
    const path = relative(minified, join(parentPath, name));
    const [before, after] = await Promise.all([stat(join(sources, path)), stat(join(minified, path))]);
    return { path, before: before.size, after: after.size };
  }),
);
rows.sort((a, b) => b.before - b.after - (a.before - a.after));
const total = (key) => rows.reduce((sum, row) => sum + row[key], 0);

const line = ({ path, before, after }) =>
  `<tr><td>${escape(path)}</td><td>${kilobytes(before)}</td><td>${kilobytes(after)}</td><td>${kilobytes(before - after)}</td></tr>`;
await writeFile(
  page,
  `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>What minifying saves</title>
<style>
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
  table { border-collapse: collapse; width: 100%; }
  td, th { padding: 0.25rem 0.5rem; text-align: right; border-bottom: 1px solid #8884; }
  td:first-child, th:first-child { text-align: left; overflow-wrap: anywhere; }
</style>
<h1>What minifying saves</h1>
<p>${rows.length} files: ${kilobytes(total('before'))} became ${kilobytes(total('after'))}. The hundred that gained most:</p>
<table>
<tr><th>File</th><th>Before</th><th>After</th><th>Saved</th></tr>
${rows.slice(0, 100).map(line).join('\n')}
</table>
</html>
`,
);
console.log(`${rows.length} files, ${kilobytes(total('before') - total('after'))} saved`);
