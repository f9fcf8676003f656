/** One layout, which never changes what is written. */
import { readdirSync, readFileSync } from 'node:fs';
import { CstUtils, EmptyFileSystem, type LangiumDocument, URI } from 'langium';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MorselFormatter } from '../../language/formatting/formatter.ts';
import { createMorselServices, formatted } from '../../language/index.ts';

const { shared } = createMorselServices(EmptyFileSystem);
const parse = (text: string): LangiumDocument =>
  shared.workspace.LangiumDocumentFactory.fromString(text, URI.file('/project/job.morsel'));
const format = (text: string): string => formatted(parse(text))!;

/** Tokens and comments. */
const tokensOf = (text: string): string[] =>
  CstUtils.flattenCst(parse(text).parseResult.value.$cstNode!)
    .map((leaf) => leaf.text)
    .toArray();

const messy = `import   "t.morsel"


/** Doc.
      * kept */
job   j on  t {  // trailing
param a=1 param b = "x"   input  ps = files "a" ,  "b"
      except "c"


input l = [ 1 ,
"two",3 ]
  task one for p in ps after x,y { run "x {p}" cost p . size
/* before */ safepoint every 25 items needs 1cpu,4GB }
task two { step a { run """
   kept
     as it is""" } safepoint step b { run "y" } }
task three { }

}
target t local{instances 1 .. 4 price 0.5 per hour}`;

const clean = `import "t.morsel"

/** Doc.
      * kept */
job j on t { // trailing
  param a = 1
  param b = "x"
  input ps = files "a", "b"
    except "c"

  input l = [1,
    "two", 3]
  task one for p in ps after x, y {
    run "x {p}"
    cost p.size
    /* before */ safepoint every 25 items
    needs 1 cpu, 4 GB
  }
  task two { step a { run """
   kept
     as it is""" } safepoint step b { run "y" } }
  task three {}

}
target t local { instances 1..4 price 0.5 per hour }
`;

describe('the formatter', () => {
  it('lays a file out', () => expect(format(messy)).toBe(clean.replace('three {}\n\n}', 'three {}\n}')));

  it('leaves a file with syntax errors alone', () => expect(formatted(parse('job a {'))).toBeNull());

  it('gives edits of white space only, and keeps to the range that it is asked for', () => {
    const document = parse(messy);
    const line = { start: { line: 5, character: 0 }, end: { line: 5, character: 99 } };
    const params = { textDocument: { uri: document.uri.toString() }, options: { tabSize: 8, insertSpaces: false } };
    const edits = new MorselFormatter().formatDocumentRange(document, { ...params, range: line });
    expect(edits.length).toBeGreaterThan(3);
    for (const { range } of edits) expect(document.textDocument.getText(range).trim()).toBe('');
    for (const { range } of edits) expect([range.start.line, range.end.line]).toContain(5);
  });

  it('keeps the line ends of Windows', () => {
    expect(format('job a {\r\ntask b { run "x" }\r\n}')).toBe('job a {\r\n  task b { run "x" }\r\n}\r\n');
  });

  it('changes no token and no comment, and nothing the second time, wherever space and comments stand', () => {
    const tokens = tokensOf(messy.replaceAll(/\/\/.*|\/\*[\s\S]*?\*\//g, ''));
    const gaps = fc.constantFrom(
      ' ',
      ' ',
      '  ',
      '\n',
      '\n\n\n',
      '\t',
      ' // note\n',
      ' /* note */ ',
      '\n/** note\n * more */\n',
    );
    fc.assert(
      fc.property(fc.array(gaps, { minLength: tokens.length, maxLength: tokens.length }), (spaces) => {
        const text = tokens.map((token, index) => spaces[index]! + token).join('');
        const once = format(text);
        expect(tokensOf(once)).toEqual(tokensOf(text));
        expect(format(once)).toBe(once);
      }),
      { numRuns: 300 },
    );
  });

  const examples = new URL('../../examples/', import.meta.url);
  const files = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.morsel'));
  it.each(['', ...files].slice(files.length > 0 ? 1 : 0))('keeps the example %s', (file) => {
    const text = file === '' ? '' : readFileSync(new URL(file, examples), 'utf8');
    expect(tokensOf(format(text))).toEqual(tokensOf(text));
    expect(format(format(text))).toBe(format(text));
  });
});
