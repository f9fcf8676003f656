/** Names that are there twice, names that hide others, and names that nothing uses. */
import type { AstNode } from 'langium';
import * as ast from '../generated/ast.ts';
import { meaningOf, placeholdersOf } from '../placeholders/template.ts';
import { importedFiles, visibleParams } from '../scoping/visible.ts';
import type { Report } from './report.ts';

type Named = AstNode & { name: string };

export function checkFileNames(file: ast.File, report: Report): void {
  distinct('job', file.jobs, report);
  distinct('target', file.targets, report);
  distinct('param', file.params, report);
  distinct('input', file.inputs, report);
  checkReserved(file.params, report);
  checkImported(file, report);
}

/** `texts`: all that stand in the job. */
export function checkJobNames(job: ast.Job, texts: readonly ast.Text[], report: Report): void {
  distinct('param', job.params, report);
  // A task goes over an input or over another task, so these two share their names.
  distinct('input or task', [...job.inputs, ...job.tasks], report);
  checkReserved(job.params, report);
  checkUnused(job, texts, report);
  for (const task of job.tasks) checkTaskNames(job, task, report);
}

function checkTaskNames(job: ast.Job, task: ast.Task, report: Report): void {
  distinct('step', task.statements.filter(ast.isStep), report);
  distinct('variable', task.statements.filter(ast.isEnv), report);
  const { item } = task;
  if (item === undefined) return;
  checkReserved([item], report);
  if (visibleParams(job).get(item.name) !== undefined) {
    report(
      'hidden-name',
      `The item \`${item.name}\` hides the param \`${item.name}\`: give one of them another name.`,
      {
        node: item,
        property: 'name',
      },
    );
  }
}

/** What is written first has the name. */
function distinct(what: string, nodes: readonly Named[], report: Report): void {
  const seen = new Set<string>();
  for (const node of nodes) {
    if (node.name === undefined) continue;
    if (seen.has(node.name)) {
      report('duplicate-name', `There is another ${what} \`${node.name}\` above: give one of them another name.`, {
        node,
        property: 'name',
      });
    }
    seen.add(node.name);
  }
}

function checkReserved(nodes: readonly Named[], report: Report): void {
  for (const node of nodes) {
    if (node.name !== 'out') continue;
    report(
      'reserved-name',
      '`{out}` is where the output goes, so nothing else can be called `out`: choose another name.',
      {
        node,
        property: 'name',
      },
    );
  }
}

/** Of two imported files with one name it would be unclear which is meant. */
function checkImported(file: ast.File, report: Report): void {
  const seen = new Map<string, ast.File>();
  const own = new Set(file.targets.map(({ name }) => name));
  for (const [index, imported] of importedFiles(file).entries()) {
    for (const { name } of imported.targets) {
      const other = seen.get(name);
      const node = file.imports[index];
      if (other !== undefined && other !== imported && node !== undefined && !own.has(name)) {
        report(
          'duplicate-name',
          `This file and one imported above both have a target \`${name}\`: rename one of them.`,
          { node },
        );
      }
      seen.set(name, imported);
    }
  }
}

function checkUnused(job: ast.Job, texts: readonly ast.Text[], report: Report): void {
  const usedInputs = new Set(job.tasks.map((task) => task.source?.ref));
  for (const input of job.inputs) {
    if (usedInputs.has(input)) continue;
    report(
      'unused-input',
      `No task goes over the input \`${input.name}\`: take it out, or write \`for … in ${input.name}\` at a task.`,
      {
        node: input,
        property: 'name',
      },
    );
  }
  if (job.params.length === 0) return;
  const used = new Set<ast.Param>();
  const names = new Set(job.params.map(({ name }) => name));
  for (const text of texts) {
    if (used.size === job.params.length) return;
    for (const placeholder of placeholdersOf(text)) {
      if (!names.has(placeholder.name.text)) continue;
      const meaning = meaningOf(placeholder, text);
      if (meaning.kind === 'param') used.add(meaning.param);
    }
  }
  for (const param of job.params) {
    if (used.has(param)) continue;
    report(
      'unused-param',
      `Nothing uses the param \`${param.name}\`: take it out, or write \`{${param.name}}\` where it belongs.`,
      {
        node: param,
        property: 'name',
      },
    );
  }
}
