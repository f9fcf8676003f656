import { GrammarUtils, type LangiumDocument } from 'langium';
import type { Range } from 'vscode-languageserver';
import type { TargetSpec } from '../../scheduler/job-spec.ts';
import { fileIn, fileOf } from '../ast-places.ts';
import * as ast from '../generated/ast.ts';
import { visibleTargets } from '../scoping/visible.ts';
import { didYouMean } from '../suggest.ts';
import { isCommonOption, targetKinds } from '../targets/options.ts';
import { amountOf } from '../units.ts';
import { LoweringProblem } from './lowering-problem.ts';
import { spanOf } from './source-span.ts';

/** The name of the target that is there without being declared. */
export const BUILT_IN_TARGET = 'local';

/**
 * The target that a job runs on: the one asked for, else the one that the job names, else the only one that it sees, else
 * the built-in one.
 */
export function lowerTarget(job: ast.Job, wanted: string | undefined): TargetSpec {
  const visible = visibleTargets(fileOf(job));
  const all = visible.all();
  const name = wanted ?? job.target?.$refText;
  if (name !== undefined) {
    const target = visible.get(name);
    if (target !== undefined) return lowerDeclared(target);
    if (name === BUILT_IN_TARGET) return builtIn(job);
    throw new LoweringProblem(unknownTarget(name, namesOf(all)));
  }
  if (all.length > 1) {
    const names = namesOf(all)
      .map((each) => `\`${each}\``)
      .join(', ');
    throw new LoweringProblem(
      `The job \`${job.name}\` names no target, and there are several: choose one of ${names}.`,
    );
  }
  return all[0] === undefined ? builtIn(job) : lowerDeclared(all[0]);
}

const namesOf = (targets: readonly ast.Target[]): string[] => targets.map(({ name }) => name);

function unknownTarget(name: string, names: string[]): string {
  const known = names.length === 0 ? '' : ` There is ${names.map((each) => `\`${each}\``).join(', ')}.`;
  return `There is no target \`${name}\`.${didYouMean(name, names) || known}`;
}

/** As many instances as this machine has cpus, each with one, and no end to their lives. */
function builtIn(job: ast.Job): TargetSpec {
  return {
    name: BUILT_IN_TARGET,
    kind: 'local',
    instances: { min: 0, max: globalThis.navigator?.hardwareConcurrency ?? 1 },
    lifespanSeconds: null,
    cpus: 1,
    memoryBytes: null,
    startupSeconds: null,
    pricePerHour: null,
    options: {},
    source: spanOf(job),
  };
}

/** The targets that a document declares, with where their names stand; those of no known kind are left out. */
export const findTargets = (document: LangiumDocument): { spec: TargetSpec; name: Range }[] =>
  fileIn(document).targets.flatMap((target) => {
    const range = GrammarUtils.findNodeForProperty(target.$cstNode, 'name')?.range;
    return range === undefined || !targetKinds.has(target.kind) ? [] : [{ spec: lowerDeclared(target), name: range }];
  });

function lowerDeclared(target: ast.Target): TargetSpec {
  const kind = targetKinds.get(target.kind)?.kind;
  if (kind === undefined) {
    const kinds = [...targetKinds.keys()];
    throw new LoweringProblem(
      `There is no kind of target \`${target.kind}\`.${didYouMean(target.kind, kinds) || ` There is ${kinds.join(', ')}.`}`,
    );
  }
  const values = new Map(target.options.map((option) => [option.name, option.value]));
  return {
    name: target.name,
    kind,
    instances: instancesOf(values.get('instances'), target),
    lifespanSeconds: quantity(values.get('lifespan'), 'time'),
    cpus: quantity(values.get('cpus'), null) ?? 1,
    memoryBytes: quantity(values.get('memory'), 'size'),
    startupSeconds: quantity(values.get('startup'), 'time'),
    pricePerHour: priceOf(values.get('price')),
    options: ownOptions(target),
    source: spanOf(target),
  };
}

type Value = ast.OptionValue | undefined;

function instancesOf(value: Value, target: ast.Target): TargetSpec['instances'] {
  if (ast.isCountRange(value)) return { min: value.from, max: value.to };
  const count = quantity(value, null) ?? defaultInstances(target);
  return { min: 0, max: count };
}

/** An instance on each host of `ssh`; else one. */
function defaultInstances(target: ast.Target): number {
  const hosts = target.options.find(({ name }) => name === 'hosts')?.value;
  return ast.isTextList(hosts) ? hosts.values.length : 1;
}

/** In seconds or bytes, or the bare number. */
function quantity(value: Value, measure: 'time' | 'size' | null): number | null {
  if (!ast.isQuantity(value)) return null;
  return measure === null ? value.value : amountOf(value, measure);
}

const hoursIn: Readonly<Record<string, number>> = { second: 1 / 3600, minute: 1 / 60, hour: 1, day: 24 };

/** Words that may follow `per` in a price. */
export const priceUnits: readonly string[] = Object.keys(hoursIn);

function priceOf(value: Value): number | null {
  return ast.isRate(value) ? value.value / (hoursIn[value.unit] ?? 1) : null;
}

function ownOptions(target: ast.Target): TargetSpec['options'] {
  const own: TargetSpec['options'] = {};
  for (const { name, value } of target.options) {
    if (isCommonOption(name) || value === undefined) continue;
    if (ast.isText(value)) own[name] = value.value;
    else if (ast.isTextList(value)) own[name] = value.values.map((text) => text.value);
    else if (ast.isQuantity(value)) own[name] = amountOf(value, 'time') ?? amountOf(value, 'size') ?? value.value;
  }
  return own;
}
