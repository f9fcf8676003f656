import { randomBytes } from 'node:crypto';
import type { BatchSystem, PilotReport } from './batch-system.ts';
import { LookOut } from './look-out.ts';
import { Pilot } from './pilot.ts';
import { Submissions } from './submissions.ts';
import { messageOf } from '../../words.ts';

/** A pilot that the engine does not know any more, so long after it was asked for, is over. */
const FORGOTTEN_SECONDS = 15;
/** A pilot that was dismissed has so long to end by itself: one that is out of reach does not hear of it. */
const GOODBYE_SECONDS = 3;

export interface AllocationHooks {
  /** The engine will take none of those, now or later; they are forgotten. */
  refused(count: number, why: string): void;
  /** Ended before any worker of it had called; it is forgotten. */
  neverCame(pilot: Pilot, why: string): void;
  /** It runs, and so much of its life is left. */
  lives(pilot: Pilot, lifeSeconds: number | null): void;
  /** All that an answer of the engine said was told. */
  looked(): void;
  notice(message: string): void;
}

/** The pilots that a run has asked for, from asking until the engine says that they are over. */
export class Allocations {
  private readonly system: BatchSystem;
  private readonly hooks: AllocationHooks;
  private readonly pilots = new Map<string, Pilot>();
  private readonly submissions: Submissions;
  private readonly lookOut: LookOut;
  private prefix = '';
  private isClosed = false;

  constructor(system: BatchSystem, hooks: AllocationHooks) {
    this.system = system;
    this.hooks = hooks;
    const notice = (message: string): void => {
      if (!this.isClosed) hooks.notice(message);
    };
    this.submissions = new Submissions(system, {
      submitted: (name, id) => this.submitted(name, id),
      refused: (name, why) => this.refused(name, why),
      notice,
    });
    this.lookOut = new LookOut(system, {
      pilots: () => [...this.pilots.keys()],
      isUrgent: () => this.all().some((pilot) => pilot.isSilent),
      seen: (reports) => this.seen(reports),
      notice,
    });
  }

  /** Takes over those of an earlier process of this run. If the engine can't be asked, they call by themselves. */
  async begin(prefix: string): Promise<void> {
    this.prefix = prefix;
    const earlier = await this.system.look({ prefix }).catch(() => []);
    for (const { state, pilot, id } of earlier) if (state === 'waiting' || state === 'running') this.known(pilot, id);
    this.seen(earlier);
    this.lookOut.begin();
  }

  all(): Pilot[] {
    return [...this.pilots.values()];
  }

  ask(): void {
    const name = `${this.prefix}${randomBytes(5).toString('hex')}`;
    this.known(name, null);
    this.submissions.add(name);
  }

  /** The pilot of that name, which may have been asked for by an earlier process. */
  known(name: string, id: string | null): Pilot {
    const pilot = this.pilots.get(name) ?? new Pilot(name);
    pilot.id ??= id;
    this.pilots.set(name, pilot);
    return pilot;
  }

  /** What the engine says of it from now on; null if it says nothing within a few seconds. */
  lookAt({ name }: Pilot): Promise<PilotReport | null> {
    return this.lookOut.lookAt(name);
  }

  /** Something happened that the engine may explain. */
  lookSoon(): void {
    this.lookOut.hurry();
  }

  /** Gives so many back of those that no worker has called from yet: the last, as the first are likely to begin sooner. */
  giveBack(count: number): void {
    if (count <= 0) return;
    const unsent = this.submissions.takeBack(count);
    for (const name of unsent) this.pilots.delete(name);
    const waiting = this.all().filter((pilot) => pilot.isComing && !pilot.wasCalled);
    const last = waiting.slice(Math.max(0, waiting.length - (count - unsent.length)));
    for (const pilot of last) pilot.dismiss('the run has no work for it');
    this.cancel(last.flatMap(({ id }) => id ?? []));
  }

  /** Ends them, whatever they are at. Where that can't be said, it is said again when all are ended. */
  cancel(ids: string[]): void {
    if (ids.length > 0) void this.system.cancel(ids).catch(() => {});
  }

  /** Asks for no more, and listens to no answers. Resolves when nothing is under way, with ids that nobody was told of. */
  async stop(): Promise<string[]> {
    this.isClosed = true;
    this.lookOut.close();
    return this.submissions.close();
  }

  /** Gives all back. */
  async cancelAll(untold: readonly string[]): Promise<void> {
    const ids = this.all().flatMap(({ id }) => id ?? []);
    const all = [...new Set([...ids, ...untold])];
    if (all.length === 0) return;
    try {
      await this.system.cancel(all);
    } catch (error) {
      const what = `allocations ${all.join(', ')} could not be given back (${messageOf(error)})`;
      this.hooks.notice(`${what}: they end by themselves within minutes of their start`);
    }
  }

  private submitted(name: string, id: string): void {
    const pilot = this.known(name, id);
    pilot.askedAt = performance.now();
    // It was given back while it was being asked for.
    if (pilot.isDismissed) this.cancel([id]);
    this.lookOut.hurry();
  }

  /** It will take it at no other time either, nor any other that is asked for now. */
  private refused(name: string, why: string): void {
    const all = [name, ...this.submissions.takeBack()];
    const missed = all.filter((each) => this.pilots.get(each)?.isDismissed === false);
    for (const each of all) this.pilots.delete(each);
    if (missed.length > 0) this.hooks.refused(missed.length, why);
  }

  private seen(reports: readonly PilotReport[]): void {
    if (this.isClosed) return;
    const overdue: string[] = [];
    const byName = new Map(reports.map((report) => [report.pilot, report]));
    for (const pilot of this.all()) {
      const report = byName.get(pilot.name);
      if (report !== undefined) {
        pilot.id ??= report.id;
        if (report.state === 'over') this.over(pilot, report.why);
        else if (pilot.secondsSinceDismissed > GOODBYE_SECONDS) overdue.push(report.id);
        else if (report.state === 'running') this.hooks.lives(pilot, report.lifeSeconds);
      } else if (pilot.id !== null && pilot.secondsSinceAsked > FORGOTTEN_SECONDS) {
        this.over(pilot, `its allocation ${pilot.id} is gone`);
      }
    }
    this.cancel(overdue);
    this.hooks.looked();
  }

  /** What the engine has ended may live on where its node is out of reach: a worker that still speaks is believed. */
  private over(pilot: Pilot, why: string): void {
    if (pilot.worker !== null) {
      if (pilot.isSilent) pilot.worker.dismiss(why);
      return;
    }
    this.pilots.delete(pilot.name);
    // If it had served, whoever it served is down already, and the next is asked for in the usual way.
    if (!pilot.wasCalled && !pilot.isDismissed) this.hooks.neverCame(pilot, why);
  }
}
