/** Writes a what-if into the text: the job's target, and its instances and lifespan. Nothing else of the text changes. */
import { type AstNode, GrammarUtils, type LangiumDocument } from 'langium';
import type { Range } from 'vscode-languageserver';
import { type ast, BUILT_IN_TARGET, unitsOf, visibleTargets } from '../../language/index.ts';
import { documentOf, fileIn, nameRangeOf, rangeOf } from '../outline.ts';
import type { PlanParams, Problem, WhatIf, WhatIfEditResult } from '../protocol.ts';
import { chooseJob, errorsIn } from './plan-service.ts';

interface Edit {
  uri: string;
  range: Range;
  newText: string;
}

/** Answers {@link import('../protocol.ts').WhatIfEdit}. */
export function whatIfEdit(document: LangiumDocument, params: PlanParams): WhatIfEditResult | Problem {
  const broken = errorsIn(document);
  if (broken !== null) return broken;
  const job = chooseJob(document, params.job);
  if ('problem' in job) return job;
  const targets = visibleTargets(fileIn(document));
  const only = targets.all().length === 1 ? targets.all()[0]!.name : BUILT_IN_TARGET;
  const name = params.target ?? job.target?.$refText ?? only;
  const target = targets.get(name);
  if (target === undefined && name !== BUILT_IN_TARGET) return { problem: `There is no target \`${name}\`.` };
  const { whatIf = {} } = params;
  const edits =
    target === undefined ? declared(job, whatIf, only) : [...optionEdits(target, whatIf), ...named(job, name, only)];
  const changes: WhatIfEditResult['edit']['changes'] = {};
  for (const { uri, ...edit } of edits) (changes[uri] ??= []).push(edit);
  return { edit: { changes } };
}

/** The job says that it runs on a target, unless it would anyway. */
function named(job: ast.Job, name: string, otherwise: string): Edit[] {
  const written = GrammarUtils.findNodeForProperty(job.$cstNode, 'target');
  if (written !== undefined) {
    return written.text === name ? [] : [edit(job, written.range, name)];
  }
  const { end } = nameRangeOf(job);
  return name === otherwise ? [] : [edit(job, { start: end, end }, ` on ${name}`)];
}

/** The target that is there without being declared gets a declaration of its own, behind all else. */
function declared(job: ast.Job, whatIf: WhatIf, otherwise: string): Edit[] {
  const lines = wantedOptions(undefined, whatIf).flatMap(({ text }) => (text === null ? [] : [`  ${text}\n`]));
  const naming = named(job, BUILT_IN_TARGET, otherwise);
  if (lines.length === 0) return naming;
  const { textDocument } = documentOf(job);
  const end = textDocument.positionAt(textDocument.getText().length);
  const text = `\n\ntarget ${BUILT_IN_TARGET} local {\n${lines.join('')}}\n`;
  return [edit(job, { start: end, end }, text), ...naming];
}

/** `text`: null where the option is to go. */
interface Wanted {
  name: string;
  text: string | null;
}

/** A range stays one, and begins where it began. */
function wantedOptions(target: ast.Target | undefined, { instances, lifespanSeconds }: WhatIf): Wanted[] {
  const wanted: Wanted[] = [];
  if (instances !== undefined) {
    const written = target && optionOf(target, 'instances')?.value;
    const from = written?.$type === 'CountRange' ? `${Math.min(written.from, instances)}..` : '';
    wanted.push({ name: 'instances', text: `instances ${from}${instances}` });
  }
  if (lifespanSeconds !== undefined) {
    const text = lifespanSeconds === null ? null : `lifespan ${exactTime(lifespanSeconds)}`;
    wanted.push({ name: 'lifespan', text });
  }
  return wanted;
}

function optionEdits(target: ast.Target, whatIf: WhatIf): Edit[] {
  const edits: Edit[] = [];
  const fresh: string[] = [];
  for (const { name, text } of wantedOptions(target, whatIf)) {
    const option = optionOf(target, name);
    if (option !== undefined) edits.push(edit(target, text === null ? withGap(option) : rangeOf(option), text ?? ''));
    else if (text !== null) fresh.push(text);
  }
  return fresh.length === 0 ? edits : [...edits, added(target, fresh)];
}

const optionOf = ({ options }: ast.Target, name: string): ast.Option | undefined =>
  options.find((option) => option.name === name);

/** Behind the last option, as it stands: on a line of its own, or on the same. */
function added(target: ast.Target, texts: string[]): Edit {
  const last = target.options.at(-1);
  if (last === undefined) {
    const { end } = GrammarUtils.findNodeForKeyword(target.$cstNode, '{')!.range;
    return edit(target, { start: end, end }, `\n${texts.map((text) => `  ${text}\n`).join('')}`);
  }
  const { start, end } = rangeOf(last);
  const before = documentOf(target).textDocument.getText({ start: { line: start.line, character: 0 }, end: start });
  const gap = before.trim() === '' ? `\n${before}` : '  ';
  return edit(target, { start: end, end }, texts.map((text) => gap + text).join(''));
}

/** An option that goes takes the gap before it along. */
function withGap(option: ast.Option): Range {
  const { textDocument } = documentOf(option);
  const { start, end } = rangeOf(option);
  const before = textDocument.getText({ start: { line: 0, character: 0 }, end: start });
  return { start: textDocument.positionAt(before.trimEnd().length), end };
}

/** In the largest unit in which it is a short number: `90 s`, `7.5 min`, `2 h`. */
function exactTime(seconds: number): string {
  const units = Object.entries(unitsOf.time).toReversed();
  const fits = ([, size]: [string, number]): boolean => {
    const amount = seconds / size;
    return amount >= 1 && Math.abs(amount * 10 - Math.round(amount * 10)) < 1e-9;
  };
  const [unit, size] = units.find(fits) ?? ['ms', 0.001];
  return `${Number((seconds / size).toFixed(3))} ${unit}`;
}

const edit = (node: AstNode, range: Range, newText: string): Edit => ({
  uri: documentOf(node).uri.toString(),
  range,
  newText,
});
