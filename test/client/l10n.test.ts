/** Every text that is marked for translation has one, no translation is left over, and each has the same placeholders. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { itemsText } from '../../client/runs/words.ts';
import { pageHtml } from '../../client/panel/page-html.ts';
import { about, count, type Messages, percent, useMessages } from '../../l10n/words.ts';

const read = (file: string): Messages => JSON.parse(readFileSync(file, 'utf8'));
const german = read('l10n/bundle.l10n.de.json');

/** Calls of `t`, each with its text where that is a literal. */
const CALL = /(?<![\w.])t\(\s*(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)")?/g;

/** The texts of a file by the places where they are said. */
function marked(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  if (!source.includes("from '@vscode/l10n'")) return [];
  return [...source.matchAll(CALL)].map(([call, single, double]) => {
    const text = single ?? double;
    if (text === undefined) throw new Error(`${file}: ${call}… is no literal, so nobody could translate it`);
    return text.replaceAll(/\\(['"])/g, '$1');
  });
}

const sources = ['client', 'drawing', 'l10n', 'server'].flatMap((room) =>
  readdirSync(room, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(room, file)),
);
const texts = new Set(sources.flatMap(marked));

const placeholders = (text: string): string[] => [...new Set(text.match(/\{\d+\}/g))].toSorted();
/** Commands and settings that a text leads to. */
const links = (text: string): string[] => (text.match(/\((?:command|https):[^)]*\)|`#[^`]*`/g) ?? []).toSorted();

afterEach(() => useMessages({}));

test('what the editor says is in the German bundle, and nothing else is', () => {
  expect([...texts].toSorted()).toEqual(Object.keys(german).toSorted());
});

test('a translation has the placeholders of its text', () => {
  const translations = Object.entries(german);
  expect(translations.map(([text, said]) => [text, placeholders(said)])).toEqual(
    translations.map(([text]) => [text, placeholders(text)]),
  );
  expect(translations.filter(([, said]) => said.trim() === '')).toEqual([]);
});

test('the manifest and its two languages name the same texts, with the same links', () => {
  const [english, translated] = [read('package.nls.json'), read('package.nls.de.json')];
  const named = [...readFileSync('package.json', 'utf8').matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key!);
  expect(named.toSorted()).toEqual(Object.keys(english).toSorted());
  expect(Object.keys(translated)).toEqual(Object.keys(english));
  expect(named.map((key) => [key, links(translated[key]!)])).toEqual(named.map((key) => [key, links(english[key]!)]));
});

test('numbers have the separators of the language', () => {
  expect([about(1.2), count(12_345), percent(0.0005)]).toEqual(['1.2 s', '12,345', 'under 0.1 %']);
  useMessages(german);
  expect([about(1.2), count(12_345), percent(0.0005)]).toEqual(['1,2 s', '12.345', 'unter 0,1 %']);
});

test('counts agree with what is counted', () => {
  const none = { committed: 0, upToDate: 0, failed: 0, skipped: 0, running: 0, pending: 0 };
  useMessages(german);
  expect(itemsText({ ...none, committed: 1 })).toBe('1 Element');
  expect(itemsText({ ...none, pending: 1 })).toBe('0 von 1 Element');
  expect(itemsText({ ...none, committed: 1200, failed: 2, pending: 1798 })).toBe(
    '1.200 von 3.000 Elementen, 2 fehlgeschlagen',
  );
});

test('the page of the panel is written in the language, and takes the messages along for what it says later', () => {
  useMessages(german);
  const addresses = { cspSource: 'https://csp', nonce: 'abc', scriptUri: 'panel.js', styleUri: 'panel.css' };
  const page = pageHtml({ ...addresses, language: 'de', messages: german });
  expect(page).toContain('<html lang="de">');
  expect(page).toContain('>Zeitachse</button>');
  const [, kept] = /data-messages="([^"]*)"/.exec(page)!;
  expect(JSON.parse(kept!.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&'))).toEqual(german);
});
