/** What the documentation shows is what the language does. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeFileSystem } from 'langium/node';
import { URI } from 'langium';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.ts';
import {
  createMorselServices,
  diagnosticCodes,
  findJobs,
  lowerJob,
  targetKinds,
  unitsOf,
} from '../../language/index.ts';
import { planProblemCodes } from '../../scheduler/plan/problems.ts';
import { TARGET_REFUSED } from '../../scheduler/targets/target-problem.ts';
import { createInputProbe } from '../../scheduler/items/input-probe.ts';
import { UNPLANNED } from '../../server/plan/plan-problems.ts';
import { ITEM_FAILED } from '../../server/runs/run-problems.ts';
import { build, findings } from './morsel.ts';

const read = (page: string): string => readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');

/** Examples of a page: `morsel` is a whole file, `morsel job` parts of a job, `morsel task` parts of a task. */
function examplesIn(page: string): { title: string; source: string }[] {
  const examples = [...page.matchAll(/^```morsel *(\w*)\n([\s\S]*?)^```/gm)];
  return examples.map(([, part, text], index) => ({
    title: `${index + 1}: ${text!.split('\n')[0]!}`,
    source: wrap(part!, text!),
  }));
}

function wrap(part: string, text: string): string {
  if (part === 'job') return `job example {\n${text}}`;
  const input = 'input photos = files "photos/*.jpg"';
  return part === 'task' ? `job example {\n${input}\ntask example for photo in photos {\n${text}}\n}` : text;
}

describe('docs/language.md', () => {
  const page = read('language.md');

  it.each(examplesIn(page))('example $title', async ({ source }) => {
    const document = await build({
      'job.morsel': source,
      'targets.morsel': 'target cluster slurm { partition "short" }',
    });
    expect(findings(document)).toEqual([]);
    for (const job of findJobs(document)) expect(lowerJob(job)).toHaveProperty('spec');
  });

  it('names every option of every kind of target, and every unit', () => {
    for (const { kind, options } of targetKinds.values()) {
      expect(page).toContain(`| \`${kind}\` |`);
      for (const { name } of options) expect(page).toContain(`\`${name}`);
    }
    for (const unit of Object.values(unitsOf).flatMap((units) => Object.keys(units)))
      expect(page).toContain(`\`${unit}\``);
  });
});

describe('docs/diagnostics.md', () => {
  const sections = read('diagnostics.md')
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [, code, severity] = /^`([\w/-]+)` · (\w+)/.exec(section) ?? [];
      return { code: code!, severity: severity!, source: /^```morsel\n([\s\S]*?)^```/m.exec(section)?.[1] ?? '' };
    });

  it('explains every code', () => {
    const all = [...Object.keys(diagnosticCodes), ...planProblemCodes, UNPLANNED, ITEM_FAILED, TARGET_REFUSED];
    expect(sections.map(({ code }) => code).toSorted()).toEqual(all.toSorted());
  });

  it.each(sections.filter(({ code }) => code in diagnosticCodes))(
    'the example of $code has it',
    async ({ code, severity, source }) => {
      const folder = temporaryFolder();
      const file = join(folder, 'job.morsel');
      writeFileSync(file, source);
      const { shared } = createMorselServices(NodeFileSystem, { inputProbe: createInputProbe() });
      const document = await shared.workspace.LangiumDocuments.getOrCreateDocument(URI.file(file));
      await shared.workspace.DocumentBuilder.build([document], { validation: true });
      const found = findings(document).find((each) => each.code === code);
      expect(found?.severity).toBe(severity);
    },
  );
});
