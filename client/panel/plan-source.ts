/** The plan of a job, as its text stands or as it would be if. */
import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { planPicture } from '../../drawing/plan-picture.ts';
import type { Plan } from '../../scheduler/plan/plan.ts';
import {
  CompareTargets,
  type JobArgument,
  Jobs,
  PlanChanged,
  PlanJob,
  type PlanParams,
  type PlanResult,
  type Problem,
  WhatIfEdit,
} from '../../server/protocol.ts';
import { isProblem, type MorselServer } from '../server/morsel-server.ts';
import { isSameUri, onCursor, showTask } from './job-text.ts';
import type { WhatIfChoice, WhatIfFields } from './page/messages.ts';
import type { Loaded, PictureSource, PlanState } from './sources.ts';

export function planSource({ uri, job, whatIf }: PlanState, server: MorselServer): PictureSource {
  let choice: WhatIfChoice | null = whatIf ?? null;
  // Newer than what the server remembers while a text breaks just after it was planned for this panel.
  let lastGood: PlanResult | undefined;

  async function load(token: vscode.CancellationToken): Promise<Loaded | Problem> {
    const [own, jobs] = await Promise.all([
      server.tryTo(PlanJob, { uri, job }, token),
      server.tryTo(Jobs, { uri }, token),
    ]);
    if (isProblem(own)) return own;
    if (!own.stale) lastGood = own;
    const { plan } = own.stale ? (lastGood ?? own) : own;
    const targets = isProblem(jobs) ? [plan.target.name] : jobs.targets.map(({ name }) => name);
    // What if needs the text to be whole.
    if (choice === null || own.stale) return loaded(planPicture(plan, own), plan, targets, false);
    const changed = await server.tryTo(PlanJob, paramsOf({ uri, job }, choice), token);
    if (isProblem(changed)) return changed;
    return loaded(planPicture(changed.plan, { before: plan }), changed.plan, targets, true);
  }

  async function apply(): Promise<void> {
    if (choice === null) return;
    const answer = await server.ask(WhatIfEdit, paramsOf({ uri, job }, choice));
    if (answer === undefined || !(await vscode.workspace.applyEdit(await server.asWorkspaceEdit(answer.edit)))) return;
    // The text says so now: its plan comes by itself.
    choice = null;
  }

  return {
    title: t('Plan: {0}', job),
    state: () => ({ kind: 'plan', uri, job, whatIf: choice }),
    load,
    onChange: (handler) =>
      vscode.Disposable.from(
        server.on<JobArgument>(PlanChanged, (changed) => {
          if (changed.job === job && isSameUri(changed.uri, uri)) handler();
        }),
        // A text that breaks has no new plan, but the one that is shown is of an earlier text then.
        vscode.languages.onDidChangeDiagnostics(({ uris }) => {
          if (uris.some((changed) => isSameUri(changed.toString(), uri))) handler();
        }),
      ),
    onCursor: (handler) => onCursor(server, { uri, job }, handler),
    showTask: (task) => showTask(server, { uri, job }, task),
    plan: {
      choose: (made) => void (choice = made),
      apply,
      compare: (token) => server.tryTo(CompareTargets, { uri, job }, token),
    },
  };
}

const paramsOf = (job: JobArgument, { target, ...whatIf }: WhatIfChoice): PlanParams => ({
  ...job,
  ...(target !== undefined && { target }),
  whatIf,
});

function loaded(picture: Loaded['picture'], { target }: Plan, targets: string[], isChanged: boolean): Loaded {
  const { name, instances, lifespanSeconds } = target;
  const whatIf: WhatIfFields = { targets, target: name, instances: instances.max, lifespanSeconds, isChanged };
  return { picture, whatIf };
}
