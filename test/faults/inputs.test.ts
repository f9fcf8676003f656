/** Inputs that vanish or change while a run is at work, links in circles, and names that are no text. */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderWith, morsel } from '../cli/morsel.ts';

const job = (command: string): string => `job copy on here {
  input texts = files "in/**/*.txt"
  task copy for t in texts { run """${command}""" output "out/{t.stem}" }
}
target here local { instances 1 }
`;

test('an input that vanishes in the middle of a run is an item that failed, by name, and all others are done', async () => {
  const folder = folderWith({
    'in/a.txt': 'a',
    'in/b.txt': 'b',
    'in/c.txt': 'c',
    'job.morsel': job('rm -f in/b.txt; cat {t.path} > {out}'),
  });
  const { code, stdout, stderr } = await morsel(['run', 'job.morsel'], { cwd: folder });
  expect(code).toBe(1);
  expect(stdout + stderr).toContain('in/b.txt');
  expect(readFileSync(join(folder, 'out/c'), 'utf8')).toBe('c');
  // It is tried again when it is there again.
  writeFileSync(join(folder, 'in/b.txt'), 'back');
  writeFileSync(join(folder, 'job.morsel'), job('cat {t.path} > {out}'));
  expect((await morsel(['run', 'job.morsel'], { cwd: folder })).code).toBe(0);
  expect(readFileSync(join(folder, 'out/b'), 'utf8')).toBe('back');
});

test('links in a circle come to an end, and what is found twice through them is said', async () => {
  const folder = folderWith({ 'in/a.txt': 'a', 'job.morsel': job('cat {t.path} > {out}') });
  symlinkSync('..', join(folder, 'in/loop'));
  symlinkSync('self', join(folder, 'in/self'));
  const { code, stderr } = await morsel(['run', 'job.morsel'], { cwd: folder });
  expect(code).toBe(1);
  expect(stderr).toContain('in/a.txt and in/loop/in/a.txt of task copy would both be written to');
});

test('a name that is no UTF-8 is said before anything runs', async () => {
  const folder = folderWith({ 'in/a.txt': 'a', 'job.morsel': job('cat {t.path} > {out}') });
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/in/`), Buffer.from([0xff, 0xfe]), Buffer.from('.txt')]), 'odd');
  const { code, stderr } = await morsel(['run', 'job.morsel'], { cwd: folder });
  expect(code).toBe(1);
  expect(stderr).toContain('is no UTF-8, so no command could be given it: rename the file');
});

test('a folder that vanishes altogether ends the run with a sentence', async () => {
  const folder = folderWith({ 'in/a.txt': 'a', 'job.morsel': job('cat {t.path} > {out}') });
  rmSync(join(folder, 'in'), { recursive: true });
  mkdirSync(join(folder, 'in'));
  const { code, stderr } = await morsel(['run', 'job.morsel'], { cwd: folder });
  expect(code).toBe(0);
  expect(stderr).toContain('no file matches');
});
