// A stream program: a line of JSON in for each item, a line of JSON out when it is done.
import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { transform } from 'esbuild';

/** Minifies one file. One that esbuild can't read as JavaScript is kept as it is. */
async function minify(path, out) {
  const source = await readFile(path, 'utf8');
  const result = await transform(source, { minify: true, logLevel: 'silent' }).catch(() => null);
  const code = result?.code ?? source;
  await writeFile(out, code);
  return { before: Buffer.byteLength(source), after: Buffer.byteLength(code), kept: result === null };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, item, out } = JSON.parse(line);
  const answer = await minify(item.path, out).then(
    (result) => ({ id, result }),
    (error) => ({ id, error: error.message }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
