/**
 * The plans of open documents: one for each job, made anew a moment after an edit that changes the job, after a save, and
 * when past runs have taught something. While the text is broken, and while a new plan is being made, the last good one
 * stays.
 */
import type { LangiumDocument, LangiumSharedCoreServices, URI } from 'langium';
import { DiagnosticSeverity } from 'vscode-languageserver';
import { findJobs, lowerJob } from '../../language/index.ts';
import type { JobSpec } from '../../scheduler/job-spec.ts';
import type { Plan, PlanFigures } from '../../scheduler/plan/plan.ts';
import type { ServerHost } from '../host.ts';
import { targetsOf } from '../outline.ts';
import type { CompareResult, PlanParams, PlanResult, Problem, TargetPlan, WhatIf } from '../protocol.ts';
import { type Effort, type PlanAnswer, TOO_LARGE, type Urgency } from './planning.ts';

/** Quiet time after an edit before a plan is made; more where plans take long, so that typing never queues them up. */
const DEBOUNCE_MS = 250;
const LONGEST_DEBOUNCE_MS = 5000;
/** Where the last plan took longer, a sketch comes before the next. */
const LONG_MS = 150;

/** What is known of a job's plan. */
export interface JobPlan {
  job: string;
  /** The last good plan; null before there was one. */
  plan: Plan | null;
  /** The target that it is for, as it was lowered. */
  target: JobSpec['target'] | null;
  /** Why there is no newer one, where there should be. */
  problem: string | null;
  /** True where `plan` is of an earlier text. */
  stale: boolean;
}

interface Entry extends JobPlan {
  /** What the plan was made from; one that is wanted from the same is not made again. */
  madeFrom: string;
  making: AbortController | null;
  /** What came, or is to come, of that; null where it was given up. */
  answer: Promise<PlanAnswer | null>;
}

interface DocumentPlans {
  uri: URI;
  entries: Map<string, Entry>;
  timer: NodeJS.Timeout | undefined;
}

export interface PlanServiceOptions {
  services: LangiumSharedCoreServices;
  host: Pick<ServerHost, 'canPlan' | 'folders' | 'planner'>;
  /** A job's plan is another than before. */
  onChanged: (uri: URI, job: string) => void;
}

export class PlanService {
  readonly #options: PlanServiceOptions;
  readonly #documents = new Map<string, DocumentPlans>();
  /** Raised whenever inputs, outputs or the history may be other than they were. */
  #epoch = 0;
  #debounceMs = DEBOUNCE_MS;
  /** How long the last whole plan of each job took. */
  readonly #wholeMs = new Map<string, number>();

  constructor(options: PlanServiceOptions) {
    this.#options = options;
  }

  /** What is known of a job's plan now; never waits. */
  planOf(uri: URI, job: string): JobPlan | undefined {
    return this.#documents.get(uri.toString())?.entries.get(job);
  }

  plansOf(uri: URI): JobPlan[] {
    return [...(this.#documents.get(uri.toString())?.entries.values() ?? [])];
  }

  /** A document was built or saved. `inputsToo`: even where the text is the same, since its inputs may not be. */
  documentChanged(uri: URI, inputsToo = false): void {
    if (!this.#options.host.canPlan(uri.scheme)) return;
    const key = uri.toString();
    const plans = this.#documents.get(key) ?? { uri, entries: new Map(), timer: undefined };
    this.#documents.set(key, plans);
    if (inputsToo) this.#epoch++;
    clearTimeout(plans.timer);
    plans.timer = setTimeout(() => this.#planDocument(plans), this.#debounceMs);
  }

  documentClosed(uri: URI): void {
    const plans = this.#documents.get(uri.toString());
    if (plans === undefined) return;
    clearTimeout(plans.timer);
    for (const entry of plans.entries.values()) entry.making?.abort();
    this.#documents.delete(uri.toString());
  }

  /** A run has taught something: plans that rest on this folder's history are made anew. */
  historyChanged(morselFolder: string): void {
    for (const { uri } of this.#documents.values()) {
      if (this.#options.host.folders.morselFolderOf(uri.fsPath) === morselFolder) this.documentChanged(uri, true);
    }
  }

  /** Answers {@link import('../protocol.ts').PlanJob}. */
  async plan(document: LangiumDocument, params: PlanParams, signal: AbortSignal): Promise<PlanResult | Problem> {
    if (!this.#options.host.canPlan(document.uri.scheme)) return nowhere(document.uri);
    const broken = errorsIn(document);
    const isPlain = params.target === undefined && params.whatIf === undefined;
    const job = chooseJob(document, params.job);
    const known = 'problem' in job ? undefined : this.planOf(document.uri, job.name);
    if (broken !== null) {
      const fallback = known ?? this.plansOf(document.uri).find((entry) => entry.job === params.job);
      const plan = isPlain ? (fallback?.plan ?? null) : null;
      return plan === null ? broken : { plan, stale: true };
    }
    if ('problem' in job) return job;
    const lowered = lowerJob(job, params.target === undefined ? {} : { target: params.target });
    if ('problem' in lowered) return lowered;
    const spec = params.whatIf === undefined ? lowered.spec : changed(lowered.spec, params.whatIf);
    const effort = isPlain ? this.#effortFor(spec) : 'whole';
    const answer =
      (await this.#answerUnderWay(document.uri, spec, signal)) ?? (await this.#make(spec, signal, 'asked', effort));
    return answer === null ? { problem: 'The plan was cancelled.' } : 'problem' in answer ? answer : fresh(answer.plan);
  }

  /** Answers {@link import('../protocol.ts').CompareTargets}. */
  async compare(
    document: LangiumDocument,
    name: string | undefined,
    signal: AbortSignal,
  ): Promise<CompareResult | Problem> {
    const job = this.#plannable(document, name);
    if ('problem' in job) return job;
    const own = lowerJob(job, {});
    const ownName = 'problem' in own ? null : own.spec.target.name;
    const targets = targetsOf(document).map(async ({ name: target, kind }): Promise<TargetPlan> => {
      const answer = await this.plan(document, { uri: document.uri.toString(), job: job.name, target }, signal);
      const about = { name: target, kind, isOwn: target === ownName };
      if ('problem' in answer) return { ...about, plan: null, problem: answer.problem };
      return { ...about, plan: figuresOf(answer.plan), problem: null };
    });
    return { targets: await Promise.all(targets) };
  }

  close(): void {
    for (const { uri } of this.#documents.values()) this.documentClosed(uri);
  }

  #planDocument(plans: DocumentPlans): void {
    const document = this.#options.services.workspace.LangiumDocuments.getDocument(plans.uri);
    if (document === undefined) return this.documentClosed(plans.uri);
    if (errorsIn(document) !== null) {
      for (const entry of plans.entries.values()) {
        this.#markStale(entry);
        entry.problem = null;
      }
      return;
    }
    const jobs = findJobs(document);
    for (const name of plans.entries.keys()) {
      if (!jobs.some((job) => job.name === name)) this.#drop(plans, name);
    }
    for (const job of jobs) {
      const lowered = lowerJob(job, {});
      if ('problem' in lowered) this.#failed(plans, job.name, lowered.problem);
      else void this.#planJob(plans, lowered.spec);
    }
  }

  async #planJob(plans: DocumentPlans, spec: JobSpec): Promise<void> {
    const entry = entryOf(plans, spec.job);
    const from = this.#planKey(spec);
    if (entry.madeFrom === from) {
      entry.stale = false;
      return;
    }
    entry.making?.abort();
    entry.madeFrom = from;
    const making = (entry.making = new AbortController());
    const start = performance.now();
    const effort = this.#effortFor(spec);
    entry.answer = this.#make(spec, making.signal, 'background', effort);
    const answer = await entry.answer;
    if (answer === null) return;
    this.#debounceMs = Math.min(LONGEST_DEBOUNCE_MS, Math.max(DEBOUNCE_MS, performance.now() - start));
    const isShown = this.#show(plans, entry, spec, answer);
    if (isShown && effort === 'sketch') await this.#planWhole(plans, entry, spec, making.signal);
    if (!making.signal.aborted) entry.making = null;
  }

  /** Until it is there, who asks is answered with the sketch; where it takes too long, the sketch is all there is. */
  async #planWhole(plans: DocumentPlans, entry: Entry, spec: JobSpec, signal: AbortSignal): Promise<void> {
    const answer = await this.#make(spec, signal, 'background', 'whole');
    if (answer === null) return;
    if ('problem' in answer && answer.problem === TOO_LARGE) return;
    entry.answer = Promise.resolve(answer);
    this.#show(plans, entry, spec, answer);
  }

  /** True for a plan, false for a problem. */
  #show(plans: DocumentPlans, entry: Entry, spec: JobSpec, answer: PlanAnswer): boolean {
    if ('problem' in answer) {
      const { madeFrom } = entry;
      this.#failed(plans, spec.job, answer.problem);
      // Inputs may have come when it is tried again; a plan that takes too long will not have become shorter.
      if (answer.problem === TOO_LARGE) entry.madeFrom = madeFrom;
      return false;
    }
    const news = JSON.stringify(entry.plan) !== JSON.stringify(answer.plan) || entry.problem !== null;
    Object.assign(entry, { plan: answer.plan, target: spec.target, problem: null, stale: false });
    if (news) this.#options.onChanged(plans.uri, spec.job);
    return true;
  }

  /** The same plan is not made twice. */
  async #answerUnderWay(uri: URI, spec: JobSpec, signal: AbortSignal): Promise<PlanAnswer | null> {
    const entry = this.#documents.get(uri.toString())?.entries.get(spec.job);
    if (entry === undefined || entry.madeFrom !== this.#planKey(spec)) return null;
    const aborted = new Promise<null>((resolve) =>
      signal.addEventListener('abort', () => resolve(null), { once: true }),
    );
    return Promise.race([entry.answer, aborted]);
  }

  #failed(plans: DocumentPlans, job: string, problem: string): void {
    const entry = entryOf(plans, job);
    this.#markStale(entry);
    if (entry.problem === problem) return;
    entry.problem = problem;
    this.#options.onChanged(plans.uri, job);
  }

  #markStale(entry: Entry): void {
    entry.making?.abort();
    Object.assign(entry, { making: null, madeFrom: '', stale: true });
  }

  #drop(plans: DocumentPlans, job: string): void {
    plans.entries.get(job)?.making?.abort();
    plans.entries.delete(job);
    this.#options.onChanged(plans.uri, job);
  }

  async #make(spec: JobSpec, signal: AbortSignal, urgency: Urgency, effort: Effort): Promise<PlanAnswer | null> {
    const morselFolder = this.#options.host.folders.morselFolderOf(spec.file);
    const start = performance.now();
    const answer = await this.#options.host.planner.plan(
      { job: spec, morselFolder, epoch: this.#epoch, effort },
      signal,
      urgency,
    );
    if (answer !== null && effort === 'whole') this.#wholeMs.set(nameOf(spec), performance.now() - start);
    return answer;
  }

  /** Nobody waits for the whole plan where the last one took long. */
  #effortFor(spec: JobSpec): Effort {
    return (this.#wholeMs.get(nameOf(spec)) ?? 0) > LONG_MS ? 'sketch' : 'whole';
  }

  /** The job of an error-free document, for what needs a plan of this very text. */
  #plannable(document: LangiumDocument, name: string | undefined): ReturnType<typeof findJobs>[number] | Problem {
    if (!this.#options.host.canPlan(document.uri.scheme)) return nowhere(document.uri);
    return errorsIn(document) ?? chooseJob(document, name);
  }

  /** All that a plan is made from; where things stand in the file is none of it. */
  #planKey(spec: JobSpec): string {
    return JSON.stringify([this.#epoch, spec], (key, value: unknown) => (key === 'source' ? undefined : value));
  }
}

/** One sentence on a document that has errors, else null. */
export function errorsIn(document: LangiumDocument): Problem | null {
  const errors = (document.diagnostics ?? []).filter((found) => found.severity === DiagnosticSeverity.Error);
  const first = errors[0];
  if (first === undefined) return null;
  const more = errors.length === 1 ? 'an error' : `${errors.length} errors, the first`;
  const message = typeof first.message === 'string' ? first.message : '';
  return { problem: `The file has ${more} in line ${first.range.start.line + 1}: ${message}` };
}

/** The job of that name, or the only one. */
export function chooseJob(
  document: LangiumDocument,
  name: string | undefined,
): ReturnType<typeof findJobs>[number] | Problem {
  const jobs = findJobs(document);
  const chosen = name === undefined ? jobs[0] : jobs.find((job) => job.name === name);
  if (jobs.length === 0) return { problem: 'This file has no job: write `job NAME { … }` first.' };
  if (name === undefined && jobs.length > 1) {
    return { problem: `This file has ${jobs.length} jobs (${jobs.map((job) => job.name).join(', ')}): name one.` };
  }
  return chosen ?? { problem: `This file has no job "${name}", but ${jobs.map((job) => job.name).join(', ')}.` };
}

const nowhere = ({ scheme }: URI): Problem => ({
  problem:
    scheme === 'untitled'
      ? 'Save the file first: a plan needs the inputs beside it.'
      : 'This file is not on a disk of this machine, so its inputs cannot be read: open its folder here to see the plan.',
});

function figuresOf({ fragments, instances, tasks: _tasks, criticalPath: _path, ...figures }: Plan): PlanFigures {
  return { ...figures, fragments: fragments.length, instances: instances.length };
}

const fresh = (plan: Plan): PlanResult => ({ plan, stale: false });

function entryOf(plans: DocumentPlans, job: string): Entry {
  const known = plans.entries.get(job);
  if (known !== undefined) return known;
  const none = { plan: null, target: null, problem: null, stale: false };
  const entry: Entry = { job, ...none, madeFrom: '', making: null, answer: Promise.resolve(null) };
  plans.entries.set(job, entry);
  return entry;
}

function changed(spec: JobSpec, { instances, lifespanSeconds }: WhatIf): JobSpec {
  const target = { ...spec.target };
  if (instances !== undefined) target.instances = { min: Math.min(target.instances.min, instances), max: instances };
  if (lifespanSeconds !== undefined) target.lifespanSeconds = lifespanSeconds;
  return { ...spec, target };
}

const nameOf = ({ file, job }: JobSpec): string => `${file} ${job}`;
