/** The checks, each a pass over the file. */
import { type Cancellation, interruptAndCheck, type ValidationAcceptor } from 'langium';
import * as ast from '../generated/ast.ts';
import type { MorselServices } from '../morsel-module.ts';
import { checkGraph } from './check-graph.ts';
import { checkInput, checkParam, CsvColumns, probeCost, probeInput, probeModule, probeText } from './check-inputs.ts';
import { checkFileNames, checkJobNames } from './check-names.ts';
import { checkText } from './check-placeholders.ts';
import { checkJobTarget, checkTarget } from './check-targets.ts';
import { checkTask } from './check-tasks.ts';
import type { DiagnosticCode } from './codes.ts';
import { documentOf } from '../placeholders/template.ts';
import { type Report, reportTo } from './report.ts';
import { textsOf } from './texts.ts';

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
    for (const node of nodes) {
      await (isWhole ? check(node, report) : unlessBroken(() => check(node, report)));
      await interruptAndCheck(cancelToken);
    }
  };
  const texts = textsOf(file);
  const tasks = file.jobs.flatMap((job) => job.tasks);
  const inputs = [...file.inputs, ...file.jobs.flatMap((job) => job.inputs)];
  await each([file], checkFileNames);
  await each(file.targets, checkTarget);
  await each([...file.params, ...file.jobs.flatMap((job) => job.params)], checkParam);
  await each(inputs, checkInput);
  await each(file.jobs, checkJobNames);
  await each(file.jobs, checkGraph);
  await each(file.jobs, checkJobTarget);
  await each(tasks, checkTask);
  await each(texts, checkText);
  const probe = services.validation.InputProbe;
  if (probe === undefined) return;
  const columns = new CsvColumns(probe);
  await each(inputs, (input) => probeInput(input, probe, report));
  await each(tasks, (task) => probeModule(task, probe, report));
  await each(tasks, (task) => probeCost(task, columns, report));
  await each(texts, (text) => probeText(text, columns, report));
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
