import {
  isCheckpointSignal,
  type CostSpec,
  type Dependency,
  type Hole,
  type SafePointSpec,
  type TaskSpec,
  type Template,
  type WorkSpec,
} from '../../scheduler/job-spec.ts';
import * as ast from '../generated/ast.ts';
import { checkpointOf, inputOf } from '../placeholders/template.ts';
import { amountOf } from '../units.ts';
import type { ParamValues } from './lower-params.ts';
import { lowerTemplate, type TemplateContext } from './lower-template.ts';
import { LoweringProblem } from './lowering-problem.ts';
import { isBetweenSteps, type Stage, stagesOf, usesCheckpoint } from './stages.ts';
import { spanOf } from './source-span.ts';

/** What batch systems send a program that is to end, so that one that heeds theirs needs nothing new. */
const DEFAULT_SIGNAL = 'TERM';

/** A task as its stages, in order. */
export function lowerTask(task: ast.Task, params: ParamValues): TaskSpec[] {
  const stages = stagesOf(task);
  return stages.map((stage) => lowerStage(task, stage, stages, params));
}

function lowerStage(task: ast.Task, stage: Stage, stages: Stage[], params: ParamValues): TaskSpec {
  const context: TemplateContext = { params, outputOf: (of) => outputHole(of, stage, stages) };
  const template = (text: ast.Text): Template => lowerTemplate(text, context);
  return {
    name: stage.name,
    task: task.name,
    stage: { index: stage.index, of: stage.of },
    input: inputOf(task)?.name ?? null,
    dependsOn: dependencies(task, stage, stages),
    work: lowerWork(task, stage, template),
    output: stage.output === undefined ? null : template(stage.output.path),
    ...lowerCheckpoint(task, stage, template),
    cost: lowerCost(task.statements.find(ast.isCost)),
    needs: lowerNeeds(task.statements.find(ast.isNeeds)),
    safePoint: lowerSafePoint(task),
    retry: task.statements.find(ast.isRetry)?.count.value ?? 0,
    timeoutSeconds: seconds(task.statements.find(ast.isTimeout)?.duration),
    estimateSeconds: share(seconds(task.statements.find(ast.isEstimate)?.duration), stage.of),
    workdir: workdirOf(task, template),
    env: task.statements.filter(ast.isEnv).map(({ name, value }) => ({ name, value: template(value) })),
    shell: shellOf(task),
    source: spanOf(task),
  };
}

function dependencies(task: ast.Task, stage: Stage, stages: Stage[]): Dependency[] {
  if (stage.index > 1) return [{ task: stages[stage.index - 2]!.name, on: 'item' }];
  const source = task.source?.ref;
  const perItem: Dependency[] = ast.isTask(source) ? [{ task: lastStageOf(source).name, on: 'item' }] : [];
  const whole = task.after.flatMap((each): Dependency[] =>
    each.ref === undefined ? [] : [{ task: lastStageOf(each.ref).name, on: 'all' }],
  );
  return [...perItem, ...whole];
}

const lastStageOf = (task: ast.Task): Stage => stagesOf(task).at(-1)!;

/** Within a stage the output is not yet published: there it is read where it was written. */
function outputHole(of: ast.Step | ast.Task, stage: Stage, stages: Stage[]): Hole {
  if (ast.isTask(of)) return { kind: 'output-of', task: lastStageOf(of).name };
  const home = stages.find(({ steps }) => steps.includes(of));
  return home === undefined || home === stage ? { kind: 'out' } : { kind: 'output-of', task: home.name };
}

function lowerWork(task: ast.Task, stage: Stage, template: (text: ast.Text) => Template): WorkSpec {
  const statements: readonly (ast.TaskStatement | ast.StepStatement)[] =
    stage.steps.length === 0 ? task.statements : stage.steps.flatMap((step) => step.statements);
  const stream = statements.find(ast.isStream);
  if (stream !== undefined) return { kind: 'stream', command: template(stream.command) };
  const module = statements.find(ast.isModule);
  if (module !== undefined)
    return { kind: 'module', path: module.path.value, export: module.export?.value ?? 'default' };
  const commands = statements.filter(ast.isRun).map(({ command }) => template(command));
  if (commands.length === 0) {
    throw new LoweringProblem(
      `The task \`${task.name}\` has nothing to run: give it \`run\`, \`stream\` or \`module\`.`,
    );
  }
  return { kind: 'run', commands };
}

/** Only of a stage whose commands are told where the state is: the others have none. */
function lowerCheckpoint(
  task: ast.Task,
  stage: Stage,
  template: (text: ast.Text) => Template,
): Pick<TaskSpec, 'checkpoint'> {
  const checkpoint = checkpointOf(task);
  if (checkpoint === undefined || !usesCheckpoint(task, stage)) return {};
  const signal = checkpoint.signal ?? DEFAULT_SIGNAL;
  if (!isCheckpointSignal(signal)) throw new LoweringProblem(`There is no signal \`${signal}\`.`);
  return { checkpoint: { path: template(checkpoint.path), signal, graceSeconds: seconds(checkpoint.within) } };
}

function lowerCost(cost: ast.Cost | undefined): CostSpec | null {
  if (cost === undefined) return null;
  if (cost.field !== undefined) return { kind: 'field', path: cost.field.path.map(({ field }) => field) };
  if (cost.value === undefined) return null;
  const { value } = cost;
  return { kind: 'constant', value: amountOf(value, 'size') ?? amountOf(value, 'time') ?? value.value };
}

/** One cpu, and no memory in particular, where nothing is said. */
function lowerNeeds(needs: ast.Needs | undefined): TaskSpec['needs'] {
  const sum = (measure: 'cpus' | 'size'): number | undefined => {
    const amounts = (needs?.amounts ?? []).flatMap((amount) => amountOf(amount, measure) ?? []);
    return amounts.length === 0 ? undefined : amounts.reduce((a, b) => a + b);
  };
  return { cpus: sum('cpus') ?? 1, memoryBytes: sum('size') ?? 0 };
}

function lowerSafePoint(task: ast.Task): SafePointSpec {
  const quantity = task.statements.filter(ast.isSafePoint).find((each) => !isBetweenSteps(each))?.every;
  if (quantity === undefined) return { kind: 'auto' };
  const items = amountOf(quantity, 'items');
  if (items !== null) return { kind: 'items', everyItems: items };
  const everySeconds = amountOf(quantity, 'time');
  return everySeconds === null ? { kind: 'auto' } : { kind: 'time', everySeconds };
}

const seconds = (quantity: ast.Quantity | undefined): number | null =>
  quantity === undefined ? null : amountOf(quantity, 'time');

/** The estimate is of a whole item: without better knowledge each stage has the same share of it. */
const share = (value: number | null, of: number): number | null => (value === null ? null : value / of);

function workdirOf(task: ast.Task, template: (text: ast.Text) => Template): Template {
  const workdir = task.statements.find(ast.isWorkdir);
  return workdir === undefined ? [{ kind: 'text', text: '.' }] : template(workdir.path);
}

function shellOf(task: ast.Task): string[] | null {
  const words = task.statements.find(ast.isShell)?.command.value.trim().split(/\s+/) ?? [];
  return words.length === 0 || words[0] === '' ? null : words;
}
