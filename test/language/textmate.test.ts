import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, expect, test } from 'vitest';
import oniguruma from 'vscode-oniguruma';
import textmate, { type IGrammar } from 'vscode-textmate';

const root = new URL('../../', import.meta.url);
let grammar: IGrammar;

beforeAll(async () => {
  const wasm = createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm');
  await oniguruma.loadWASM(readFileSync(wasm));
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: async () => {
      const path = 'syntaxes/morsel.tmLanguage.json';
      return textmate.parseRawGrammar(readFileSync(new URL(path, root), 'utf8'), path);
    },
  });
  grammar = (await registry.loadGrammar('source.morsel'))!;
});

/** The innermost scope of each piece of text that has one of its own, without the language's suffix. */
function scopes(text: string): [string, string][] {
  let state = textmate.INITIAL;
  return text.split('\n').flatMap((line) => {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return tokens
      .map(({ startIndex, endIndex, scopes: all }): [string, string] => [
        line.slice(startIndex, endIndex),
        all.at(-1)!.replace(/\.morsel$/, ''),
      ])
      .filter(([piece, scope]) => piece.trim() !== '' && scope !== 'source' && !scope.startsWith('punctuation'));
  });
}

test('declarations: keywords and the names that they declare', () => {
  expect(scopes('job thumbs on laptop {')).toEqual([
    ['job', 'keyword.control'],
    ['thumbs', 'entity.name.class'],
    ['on', 'keyword.control'],
    ['laptop', 'entity.name.type'],
  ]);
  expect(scopes('task resize for photo in photos after a, b {')).toEqual([
    ['task', 'keyword.control'],
    ['resize', 'entity.name.function'],
    ['for', 'keyword.control'],
    ['photo', 'variable.parameter'],
    ['in', 'keyword.control'],
    ['photos', 'variable.other'],
    ['after', 'keyword.control'],
    ['a', 'entity.name.function'],
    ['b', 'entity.name.function'],
  ]);
  expect(scopes('target cluster slurm { instances 0..32 partition "short" }').slice(0, 6)).toEqual([
    ['target', 'keyword.control'],
    ['cluster', 'entity.name.type'],
    ['slurm', 'support.type'],
    ['instances', 'variable.other.property'],
    ['0', 'constant.numeric'],
    ['..', 'keyword.operator.range'],
  ]);
});

test('a word of the language is a plain name where a name stands', () => {
  expect(scopes('task run for files in cost { }').map(([piece, scope]) => `${piece}: ${scope}`)).toEqual([
    'task: keyword.control',
    'run: entity.name.function',
    'for: keyword.control',
    'files: variable.parameter',
    'in: keyword.control',
    'cost: variable.other',
  ]);
});

test('numbers with their units', () => {
  expect(scopes('timeout 5 min  needs 1 cpu, 512 MB  estimate 0.5s')).toEqual([
    ['timeout', 'keyword.control'],
    ['5', 'constant.numeric'],
    ['min', 'keyword.other.unit'],
    ['needs', 'keyword.control'],
    ['1', 'constant.numeric'],
    ['cpu', 'keyword.other.unit'],
    ['512', 'constant.numeric'],
    ['MB', 'keyword.other.unit'],
    ['estimate', 'keyword.control'],
    ['0.5', 'constant.numeric'],
    ['s', 'keyword.other.unit'],
  ]);
});

test('a checkpoint with its signal', () => {
  const words = scopes('checkpoint "s" signal USR1 within 20 s').filter(([, scope]) => !scope.startsWith('string'));
  expect(words).toEqual([
    ['checkpoint', 'keyword.control'],
    ['signal', 'keyword.control'],
    ['USR1', 'constant.language'],
    ['within', 'keyword.control'],
    ['20', 'constant.numeric'],
    ['s', 'keyword.other.unit'],
  ]);
});

test('placeholders inside strings, and what only looks like one', () => {
  const inside = (text: string): [string, string][] =>
    scopes(text).filter(([, scope]) => !/^(string|meta|keyword.control)/.test(scope));
  expect(inside('run "convert {photo.path} {!raw} {row[\\"first name\\"]} {out}"')).toEqual([
    ['photo', 'variable.parameter'],
    ['path', 'variable.other.property'],
    ['!', 'keyword.operator.raw'],
    ['raw', 'variable.parameter'],
    ['row', 'variable.parameter'],
    ['first name', 'variable.other.property'],
    ['out', 'variable.parameter'],
  ]);
  expect(inside('run "awk \'{print $1}\' {a,b} ${HOME} { x"')).toEqual([]);
  expect(inside('run "{{literal}}"')).toEqual([
    ['{{', 'constant.character.escape'],
    ['}}', 'constant.character.escape'],
  ]);
});

test('commands over several lines', () => {
  const pieces = scopes('run """\n  first {out}\n  "quoted"\n"""\nretry 2');
  expect(pieces).toContainEqual(['out', 'variable.parameter']);
  expect(pieces).toContainEqual(['  "quoted"', 'string.quoted.triple']);
  expect(pieces.slice(-2)).toEqual([
    ['retry', 'keyword.control'],
    ['2', 'constant.numeric'],
  ]);
});

test('comments, and comments that document', () => {
  expect([...new Set(scopes('/** hi */ // there').map(([, scope]) => scope))]).toEqual([
    'comment.block.documentation',
    'comment.line.double-slash',
  ]);
  expect(scopes('/* not a doc */').at(0)![1]).toBe('comment.block');
});
