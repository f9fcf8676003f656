/** Answers the requests of protocol.ts. */
import { DocumentState, type LangiumDocument, URI } from 'langium';
import type { LangiumSharedServices } from 'langium/lsp';
import type { CancellationToken, Connection, RequestType } from 'vscode-languageserver';
import { guardedRequest, type Log } from './guard.ts';
import { jobInfo, jobsOf, targetsOf } from './outline.ts';
import { chooseJob, type PlanService } from './plan/plan-service.ts';
import { whatIfEdit } from './plan/what-if-edit.ts';
import * as protocol from './protocol.ts';
import type { HostRuns } from './host.ts';

export interface RequestContext {
  connection: Connection;
  services: LangiumSharedServices;
  plans: PlanService;
  runs: HostRuns;
  log: Log;
}

export function answerRequests({ connection, services, plans, runs, log }: RequestContext): void {
  type Handler<P, R> = (params: P, token: CancellationToken) => Promise<R | protocol.Problem>;
  const on = <P, R>(type: RequestType<P, R | protocol.Problem, void>, handle: Handler<P, R>) =>
    connection.onRequest(type.method, guardedRequest(type.method, handle, log));
  const built = (uri: string, token: CancellationToken) => validated(services, uri, token);

  on(protocol.Jobs, async ({ uri }, token) => {
    const document = await built(uri, token);
    return document === null ? noSuchFile(uri) : jobsResult(document);
  });
  on(protocol.PlanJob, async (params, token) => {
    const document = await built(params.uri, token);
    return document === null ? noSuchFile(params.uri) : plans.plan(document, params, signalOf(token));
  });
  on(protocol.CompareTargets, async ({ uri, job }, token) => {
    const document = await built(uri, token);
    return document === null ? noSuchFile(uri) : plans.compare(document, job, signalOf(token));
  });
  on(protocol.WhatIfEdit, async (params, token) => {
    const document = await built(params.uri, token);
    return document === null ? noSuchFile(params.uri) : whatIfEdit(document, params);
  });
  on(protocol.StartRun, async (params, token) => {
    const document = await built(params.uri, token);
    if (document === null) return noSuchFile(params.uri);
    const job = chooseJob(document, params.job);
    if ('problem' in job) return job;
    const { target, set } = params;
    const chosen = { ...(target !== undefined && { target }), ...(set !== undefined && { set }) };
    return runs.run(
      { ...chosen, uri: document.uri, text: document.textDocument.getText(), job: job.name },
      signalOf(token),
    );
  });
  connection.onRequest(
    protocol.Runs.method,
    guardedRequest(protocol.Runs.method, () => runs.list(), log),
  );
  on(protocol.RunDetails, (run) => runs.details(run));
  on(protocol.ExplainFragment, (params) => runs.explain(params));
  on(protocol.Logs, (params) => runs.logs(params));
  on(protocol.StopRun, (run) => runs.steer(run, 'stop'));
  on(protocol.PauseRun, (run) => runs.steer(run, 'pause'));
  on(protocol.CancelTask, (params) => runs.cancelTask(params));
  on(protocol.ContinueRun, (run) => runs.steer(run, 'continue'));
  on(protocol.ResumeRun, (run, token) => runs.resume(run, signalOf(token)));
  connection.onNotification(protocol.TrustGranted, () => runs.trustGranted());
}

/** The document once its text is built; null where there is no such file. */
async function validated(
  services: LangiumSharedServices,
  uri: string,
  token: CancellationToken,
): Promise<LangiumDocument | null> {
  const { WorkspaceManager, LangiumDocuments, DocumentBuilder, TextDocuments } = services.workspace;
  await WorkspaceManager.ready;
  const parsed = URI.parse(uri);
  if (!LangiumDocuments.hasDocument(parsed) && TextDocuments.get(parsed) === undefined) return null;
  await DocumentBuilder.waitUntil(DocumentState.Validated, parsed, token);
  return LangiumDocuments.getDocument(parsed) ?? null;
}

const jobsResult = (document: LangiumDocument): protocol.JobsResult => ({
  jobs: jobsOf(document).map(jobInfo),
  targets: targetsOf(document),
});

const noSuchFile = (uri: string): protocol.Problem => ({
  problem: `${URI.parse(uri).fsPath} is no job file of this workspace.`,
});

function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
