/** The checks, each a pass over the file. */
import { type Cancellation, interruptAndCheck, type ValidationAcceptor } from 'langium';
import { jobOf, taskOf } from '../ast-places.ts';
import { nodesOf } from '../ast-walk.ts';
import * as ast from '../generated/ast.ts';
import type { MorselServices } from '../morsel-module.ts';
import { checkCheckpoint } from './check-checkpoint.ts';
import { checkGraph } from './check-graph.ts';
import { checkInput, checkParam, CsvColumns, probeCost, probeInput, probeModule, probeText } from './check-inputs.ts';
import { checkFileNames, checkJobNames } from './check-names.ts';
import { checkText } from './check-placeholders.ts';
import { checkJobTarget, checkTarget } from './check-targets.ts';
import { checkTask } from './check-tasks.ts';
import type { DiagnosticCode } from './codes.ts';
import { documentOf, inputOf } from '../placeholders/template.ts';
import { type Report, reportTo } from './report.ts';

/** How many nodes are checked between two looks at whether the build is still wanted. */
const SLICE = 64;

export function registerChecks(services: MorselServices): void {
  const registry = services.validation.ValidationRegistry;
  registry.registerBeforeDocument(async (root, accept, _categories, cancelToken) => {
    if (ast.isFile(root)) await checkFile(root, services, accept, cancelToken);
  });
}

async function checkFile(
  file: ast.File,
  services: MorselServices,
  accept: ValidationAcceptor,
  cancelToken: Cancellation.CancellationToken,
): Promise<void> {
  const isWhole = documentOf(file).parseResult.parserErrors.length === 0;
  const report = guarded(reportTo(accept), isWhole);
  const each = async <T>(
    nodes: readonly T[],
    check: (node: T, report: Report) => void | Promise<void>,
  ): Promise<void> => {
    for (const [index, node] of nodes.entries()) {
      if (index % SLICE === 0) await interruptAndCheck(cancelToken);
      const pending = isWhole ? check(node, report) : unlessBroken(() => check(node, report));
      // Most checks need no file system, and each turn of the event loop that is not waited for is time saved.
      if (pending !== undefined) await pending;
    }
  };
  const texts = nodesOf(file).filter(ast.isText);
  const textsByJob = Map.groupBy(texts, jobOf);
  const tasks = file.jobs.flatMap((job) => job.tasks);
  const inputs = [...file.inputs, ...file.jobs.flatMap((job) => job.inputs)];
  await each([file], checkFileNames);
  await each(file.targets, checkTarget);
  await each([...file.params, ...file.jobs.flatMap((job) => job.params)], checkParam);
  await each(inputs, checkInput);
  await each(file.jobs, (job) => checkJobNames(job, textsByJob.get(job) ?? [], report));
  await each(file.jobs, checkGraph);
  await each(file.jobs, checkJobTarget);
  await each(tasks, checkTask);
  await each(tasks, checkCheckpoint);
  await each(texts, checkText);
  const probe = services.validation.InputProbe;
  if (probe === undefined) return;
  const columns = new CsvColumns(probe);
  const overRows = tasks.filter((task) => ast.isCsvSource(inputOf(task)?.source));
  const textsByTask = Map.groupBy(texts, taskOf);
  await each(inputs, (input) => probeInput(input, probe, report));
  await each(tasks, (task) => probeModule(task, probe, report));
  await each(overRows, (task) => probeCost(task, columns, report));
  const textsOverRows = overRows.flatMap((task) => textsByTask.get(task) ?? []);
  await each(textsOverRows, (text) => probeText(text, columns, report));
}

/** A check may trip over what is missing where the text is broken; the syntax error says enough there. */
async function unlessBroken(check: () => void | Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/** What is said of things that are not there would be wrong where the text is broken and parts of it are missing. */
const needWholeFile: ReadonlySet<DiagnosticCode> = new Set<DiagnosticCode>([
  'unused-input',
  'unused-param',
  'empty-job',
  'missing-work',
  'wrong-unit',
]);

const guarded =
  (report: Report, isWhole: boolean): Report =>
  (code, message, at, fixes) => {
    if (at.node.$cstNode !== undefined && (isWhole || !needWholeFile.has(code))) report(code, message, at, fixes);
  };
