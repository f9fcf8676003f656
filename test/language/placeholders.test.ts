/** The little language inside strings. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namesFor, placeholderAt, placeholdersOf, textAt } from '../../language/index.ts';
import { decodeText } from '../../language/parser/text.ts';
import { parseTemplate } from '../../language/placeholders/parse.ts';
import { build, check, fixed } from './morsel.ts';

const parse = (source: string) => parseTemplate(decodeText(source), 0);

/** Placeholders as written, each where the parser says that it stands. */
const found = (source: string): string[] =>
  parse(source).parts.flatMap((part) => (part.kind === 'placeholder' ? source.slice(part.offset, part.end) : []));

describe('a placeholder', () => {
  it.each([
    ['"{a}"', ['{a}']],
    ['"x {a.b} y {!c}"', ['{a.b}', '{!c}']],
    [String.raw`"\"{a}\\{b[\"x y\"]}\n{c}"`, ['{a}', String.raw`{b[\"x y\"]}`, '{c}']],
    ['"""\n    x {a["first name"].b}\n      {c-d}\n    """', ['{a["first name"].b}', '{c-d}']],
    ['"${a} $a {a,b} {a..b} {} { a } {a b} {1} {{a}} ${x:-y}"', []],
    ['"{{{a}}}"', ['{a}']],
    ['"{größe}"', ['{größe}']],
  ])('is found in %s', (source, expected) => {
    expect(parse(source).problems).toEqual([]);
    expect(found(source)).toEqual(expected);
  });

  it('has its parts at their places, also behind escapes and line breaks', () => {
    const source = String.raw`"\"\t{!row.a[\"b c\"]}"`;
    const [, placeholder] = parse(source).parts;
    if (placeholder?.kind !== 'placeholder') throw new Error('not a placeholder');
    expect(placeholder.raw).toBe(true);
    expect(source.slice(placeholder.name.offset, placeholder.name.end)).toBe('row');
    expect(
      placeholder.fields.map(({ text, offset, end, quoted }) => [text, source.slice(offset, end), quoted]),
    ).toEqual([
      ['a', 'a', false],
      ['b c', String.raw`\"b c\"`, true],
    ]);
  });

  it.each([
    ['"{photo.}"', '}', 'lacks the name of a field'],
    ['"a {photo.path b"', ' ', 'is not closed'],
    ['"{photo.path"', '{photo.path', 'is not closed'],
    ['"{row[a]}"', 'a', 'needs a column in quotes'],
    [String.raw`"{row[\"a\"}"`, '}', 'lacks a `]`'],
  ])('that is broken is an error at its place: %s', (source, at, message) => {
    const [problem] = parse(source).problems;
    expect(source.slice(problem!.offset, problem!.end)).toBe(at);
    expect(problem!.message).toContain(message);
  });

  it('never makes the parser fail, and every character has its place', () => {
    const texts = fc.array(
      fc.constantFrom('{', '}', '{{', '}}', 'a', '.', '[', ']', '\\"', '!', '$', '${', '\\\\', ' ', '{a.b}', '\\n'),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(texts, (pieces) => {
        const source = `"${pieces.join('')}"`;
        const { parts } = parse(source);
        expect(parts.map(({ offset, end }) => source.slice(offset, end)).join('')).toBe(source.slice(1, -1));
      }),
    );
  });
});

describe('what editors ask', () => {
  const text = `param width = 3
job j {
  input photos = files "*.jpg"
  task a for photo in photos { run "x {photo.path} {out}" output "{photo.stem}" }
  task b for photo in a {
    step one { run "y {a.out} > {out}" output "{photo.stem}.b" }
    safepoint
    step two { run "z {one.out}" }
  }
}`;

  it('which string and placeholder is at a place', async () => {
    const document = await build(text);
    const offset = text.indexOf('{photo.path}') + 4;
    expect(placeholderAt(document, offset)?.placeholder).toMatchObject({ offset: offset - 4, end: offset + 8 });
    expect(placeholdersOf(textAt(document, offset)!).map(({ name }) => name.text)).toEqual(['photo', 'out']);
    expect(placeholderAt(document, text.indexOf('x {photo'))).toBeUndefined();
    expect(textAt(document, text.indexOf('task a'))).toBeUndefined();
  });

  it('what may be named in it', async () => {
    const document = await build(text);
    const names = (near: string) => namesFor(textAt(document, text.indexOf(near) + 2)!).map((each) => each.text);
    expect(names('"x {photo')).toEqual(['photo', 'out', 'width']);
    expect(names('"z {one')).toEqual(['photo', 'one.out', 'a.out', 'width']);
    expect(names('"*.jpg"')).toEqual(['width']);
  });
});

describe('fixes', () => {
  const job = (command: string): string =>
    `job j { param width = 1 input ps = files "*" task t for p in ps { run "${command} {width}" } }`;

  it('change a name or a field to the one that was meant, and braces to text', async () => {
    expect(await fixed(job('{wdth}'), 'unknown-placeholder')).toBe(job('{width}'));
    expect(await fixed(job('{p.pth}'), 'unknown-field')).toBe(job('{p.path}'));
    expect(await fixed(job('{print}'), 'unknown-placeholder', 0)).toBe(job('{{print}}'));
  });

  it('change the output of a task that is named alone', async () => {
    const text = (end: string): string =>
      `job j { task a { run "x {out}" output "a" } task b after a { run "y {a${end}}" } }`;
    expect((await check(text('.out'))).map(({ code }) => code)).toEqual([]);
    expect(await fixed(text(''), 'unknown-field')).toBe(text('.out'));
  });
});
