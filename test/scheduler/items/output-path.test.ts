import { expect, test } from 'vitest';
import type { Template } from '../../../scheduler/job-spec.ts';
import { outputPathOf } from '../../../scheduler/items/output-path.ts';
import { jobSpec, taskSpec } from '../job-specs.ts';

const output = (...parts: string[]): Template =>
  parts.map((text, index) =>
    index % 2 === 0 ? { kind: 'text', text } : { kind: 'hole', hole: { kind: 'item', path: [] }, quote: 'raw' },
  );
const pathFor = (template: Template, item: unknown): string | null => {
  const task = taskSpec({ output: template });
  return outputPathOf(jobSpec({ directory: '/job', tasks: [task] }), task, item);
};

test('an output is published below the job folder, or where the author says in so many words', () => {
  expect(pathFor(output('out/', '', '.txt'), 'a/b')).toBe('/job/out/a/b.txt');
  expect(pathFor(output('/data/', '', ''), 'x')).toBe('/data/x');
  expect(pathFor(output('../shelf/', '', ''), 'x')).toBe('/shelf/x');
  expect(pathFor(output('/data/sheet.png'), null)).toBe('/data/sheet.png');
});

test.for([
  [output('out/', '', ''), '../../etc/passwd'],
  [output('', '', ''), '/etc/passwd'],
  [output('', '', ''), '..'],
  [output('/data/', '', ''), '../other'],
  [output('../shelf/', '', ''), '../etc'],
] as const)('no value leads an output elsewhere: %j', ([template, item]) => {
  expect(() => pathFor(template, item)).toThrow("leads out of the job's folder");
});

test('an output must name a file', () => {
  expect(() => pathFor(output('out/', '', ''), '')).toThrow('names no file');
});
