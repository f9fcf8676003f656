import { UriUtils } from 'langium';
import type { InputSource, InputSpec } from '../../scheduler/job-spec.ts';
import type * as ast from '../generated/ast.ts';
import { documentOf } from '../placeholders/template.ts';
import { spanOf } from './source-span.ts';
import { lowerPath, type TemplateContext } from './lower-template.ts';

/** `directory`: the job's folder, which paths of the JobSpec start from. */
export function lowerInput(input: ast.Input, directory: string, context: TemplateContext): InputSpec {
  const folder = UriUtils.dirname(documentOf(input).uri).fsPath;
  const path = (text: ast.Text): string => fromDirectory(directory, folder, lowerPath(text, context));
  return { name: input.name, source: spanOf(input), ...lowerSource(input.source, path) };
}

function lowerSource(source: ast.InputSource, path: (text: ast.Text) => string): InputSource {
  switch (source.$type) {
    case 'FilesSource':
      return { kind: 'files', patterns: source.patterns.map(path), exclude: source.exclude.map(path) };
    case 'CsvSource':
      return { kind: 'csv', path: path(source.path) };
    case 'LinesSource':
      return { kind: 'lines', path: path(source.path) };
    case 'JsonSource':
      return { kind: 'json', path: path(source.path) };
    case 'RangeSource':
      return { kind: 'range', from: source.from, to: source.to };
    case 'ListSource':
      return { kind: 'list', values: source.values.map(({ value }) => value) };
  }
}

/** Paths of an input start from the folder of the file that declares it, which an import can make another than the job's. */
export function fromDirectory(directory: string, folder: string, path: string): string {
  if (directory === folder || path.startsWith('/')) return path;
  const from = directory.split('/');
  const to = folder.split('/');
  let common = 0;
  while (common < from.length && common < to.length && from[common] === to[common]) common++;
  const up = from.slice(common).map(() => '..');
  return [...up, ...to.slice(common), path].join('/');
}
