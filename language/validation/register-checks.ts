/** The checks, each a pass over the file. */
import { type AstNode, type Cancellation, interruptAndCheck, type ValidationAcceptor } from 'langium';
import * as ast from '../generated/ast.ts';
import type { MorselServices } from '../morsel-module.ts';
import { checkGraph } from './check-graph.ts';
import { checkInput, checkParam, probeColumns, probeInput, probeModules } from './check-inputs.ts';
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
  const each = async <T extends AstNode>(
    nodes: readonly T[],
    check: (node: T, report: Report) => void,
  ): Promise<void> => {
    for (const node of nodes) {
      check(node, report);
      await interruptAndCheck(cancelToken);
    }
  };
  const texts = textsOf(file);
  const inputs = [...file.inputs, ...file.jobs.flatMap((job) => job.inputs)];
  checkFileNames(file, report);
  await each(file.targets, checkTarget);
  await each([...file.params, ...file.jobs.flatMap((job) => job.params)], checkParam);
  await each(inputs, checkInput);
  await each(file.jobs, checkJob);
  await each(
    file.jobs.flatMap((job) => job.tasks),
    checkTask,
  );
  await each(texts, checkText);
  const probe = services.validation.InputProbe;
  if (probe === undefined) return;
  for (const input of inputs) {
    await probeInput(input, probe, report);
    await interruptAndCheck(cancelToken);
  }
  await probeColumns(file, texts, probe, report);
  await probeModules(file, probe, report);
}

function checkJob(job: ast.Job, report: Report): void {
  checkJobNames(job, report);
  checkGraph(job, report);
  checkJobTarget(job, report);
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
