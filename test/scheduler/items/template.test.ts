import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Hole, Template } from '../../../scheduler/job-spec.ts';
import { labelOf } from '../../../scheduler/items/label.ts';
import { quoteForShell, renderTemplate } from '../../../scheduler/items/template.ts';

const quotes = ['none', 'single', 'double'] as const;
const surroundings = { none: ['', ''], single: ["'", "'"], double: ['"', '"'] } as const;

const hole = (path: string[], quote: 'raw' | 'none' = 'raw'): Template => [
  { kind: 'hole', hole: { kind: 'item', path }, quote },
];
const render = (template: Template, item: unknown): string =>
  renderTemplate(template, {
    item,
    out: '/staging/x',
    outputOf: (task) => (task === 'resize' ? 'thumbs/a.png' : null),
  });

/** What `sh` makes of one word for each value; values are told apart by NUL, which none of them holds. */
function throughShell(words: string[]): string[] {
  const script = words.map((word) => `printf '%s\\0' ${word}\n`).join('');
  return execFileSync('/bin/sh', { input: script, encoding: 'utf8' }).split('\0').slice(0, -1);
}

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\\', '"', "'", '$', '`', '\n', '!', '*', ' ', '(', '-', '~', 'a') }),
);
const textWithoutNul = anyText.filter((text) => !text.includes('\0') && text.isWellFormed());

test.for(quotes)('any value comes through a real shell as it is, quoted for %s', (quote) => {
  const [before, after] = surroundings[quote];
  fc.assert(
    fc.property(fc.array(textWithoutNul, { minLength: 1, maxLength: 100 }), (values) => {
      const words = values.map((value) => `${before}${quoteForShell(value, quote)}${after}`);
      expect(throughShell(words)).toEqual(values);
    }),
    { numRuns: 60 },
  );
});

test('fills holes with fields, staging path and other outputs', () => {
  const part = (value: Hole): Template => [{ kind: 'hole', hole: value, quote: 'none' }];
  expect(render(hole(['size']), { size: 7 })).toBe('7');
  expect(render(hole([]), { first: 'Ann', tags: ['x'] })).toBe('{"first":"Ann","tags":["x"]}');
  expect(render(hole(['a', 'b']), { a: { b: [1] } })).toBe('[1]');
  expect(render(hole([], 'none'), '')).toBe("''");
  expect(render(part({ kind: 'out' }), null)).toBe("'/staging/x'");
  expect(render(part({ kind: 'output-of', task: 'resize' }), 'a')).toBe("'thumbs/a.png'");
});

test('says which field an item lacks', () => {
  expect(() => render(hole(['hight']), { path: 'a.png', size: 1 })).toThrow('item a.png has no field "hight"');
  expect(() => render(hole(['a', 'b']), { a: 'x' })).toThrow('a of item {"a":"x"} has no field "b"');
  expect(() => render(hole(['constructor']), { a: 'x' })).toThrow('has no field "constructor"');
  expect(() => render(hole(['size']), 'just a line')).toThrow('item just a line has no field "size"');
});

test('refuses a NUL, which would cut a command short', () => {
  expect(() => render(hole(['a']), { a: 'x\0y' })).toThrow('{a} of item {"a":"x\\u0000y"} has a NUL character');
});

test('labels are short and on one line', () => {
  expect(labelOf({ path: 'in/a b.bin', size: 3 })).toBe('in/a b.bin');
  expect(labelOf('a\nb\u001b[31m')).toBe('a b [31m');
  expect(labelOf('x'.repeat(500)).length).toBeLessThanOrEqual(120);
});
