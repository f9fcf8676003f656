/** A worker as it behaves towards the run: what worker/fragment-run.ts does, in virtual time, and what goes wrong with it. */
import { basename, join } from 'node:path';
import type { FailedTry, Fragment, FragmentEnd, Piece } from '../../scheduler/fragment-scheduler/events.ts';
import { uniform } from '../../scheduler/plan/random.ts';
import { concurrency } from '../../scheduler/resource-monitor/resource-monitor.ts';
import { stagedName, type ItemReport } from '../../scheduler/worker/protocol.ts';
import type { Workload } from '../../scheduler/workload.ts';
import type { SimulatedDisk } from './disk.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

/** What is kept of a life for the last safe point. */
const RESERVE_SECONDS = 0.1;
const FREEZE_SECONDS = 60;

/** What an instance tells its run. */
export interface InstanceHooks {
  safePoint(fragment: number, reports: ItemReport[], answered: () => void): void;
  tried(fragment: number, tries: FailedTry[]): void;
  fragmentEnd(fragment: number, how: FragmentEnd): void;
  /** It is no more. */
  died(why: string): void;
}

export interface InstanceOptions {
  world: World;
  scenario: Scenario;
  workload: Workload;
  disk: SimulatedDisk;
  stagingFolder: string;
  cpus: number;
  speed: number;
  /** When it is told that it will end. */
  deadline: number | null;
  hooks: InstanceHooks;
}

interface Todo {
  piece: Piece;
  position: number;
  failedTries: number;
}

/** What an item's whole output holds. */
export const outputOf = (task: number, position: number): string => `output of ${task}/${position}, whole`;

export class Instance {
  isAlive = true;
  deadline: number | null;
  private readonly options: InstanceOptions;
  private fragment: Fragment | null = null;
  private lastFragment = -1;
  private todo: Todo[] = [];
  private readonly underWay = new Set<Todo>();
  private held: ItemReport[] = [];
  private outputs: string[] = [];
  private failedTries: FailedTry[] = [];
  private cutAs: Exclude<FragmentEnd, 'done'> | null = null;
  private unanswered = 0;
  private lastPointAt = 0;
  private hasTried = false;
  private frozenUntil = 0;
  private ending = false;

  constructor(options: InstanceOptions) {
    this.options = options;
    this.deadline = options.deadline;
  }

  die(why: string): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.options.hooks.died(why);
  }

  assign(fragment: Fragment): void {
    if (!this.isAlive || this.ending || fragment.id <= this.lastFragment) return;
    this.lastFragment = fragment.id;
    if (this.fragment !== null) return this.die(`was given fragment ${fragment.id} while it ran ${this.fragment.id}`);
    this.fragment = fragment;
    this.todo = fragment.pieces.flatMap((piece) =>
      Array.from({ length: piece.end - piece.start }, (_, i) => ({
        piece,
        position: piece.start + i,
        failedTries: i === 0 ? (piece.failedTries ?? 0) : 0,
      })),
    );
    this.cutAs = null;
    this.lastPointAt = this.options.world.now;
    this.pump();
  }

  split(fragment: number): void {
    if (!this.isAlive || this.fragment?.id !== fragment) return;
    this.cut('split');
  }

  stop(graceSeconds: number): void {
    if (!this.isAlive || this.ending) return;
    this.ending = true;
    if (this.fragment === null) return this.die('it was stopped');
    this.options.world.after(graceSeconds, () => this.die('it was stopped'));
    this.cut('split');
  }

  private cut(how: Exclude<FragmentEnd, 'done'>): void {
    this.cutAs ??= how;
    this.pump();
  }

  // ---- items

  private pump(): void {
    if (this.fragment === null || !this.isAlive) return;
    const { world } = this.options;
    while (this.cutAs === null && this.todo.length > 0) {
      const next = this.todo[0]!;
      if (this.held.length > 0 && this.isDue()) break;
      if (this.underWay.size >= this.widthOf(next.piece)) break;
      const isTooLate =
        this.deadline !== null && world.now + next.piece.itemSeconds.high + RESERVE_SECONDS > this.deadline;
      if (isTooLate && this.hasTried) this.cutAs = 'deadline';
      else this.begin(this.todo.shift()!);
    }
    this.safePointIfDue();
    this.endIfOver();
  }

  private begin(item: Todo): void {
    const { disk, speed } = this.options;
    const { piece, position } = item;
    this.hasTried = true;
    this.underWay.add(item);
    const path = this.stagedPath(piece.task, position);
    if (path !== null) disk.write(path, 'half of an out');
    this.after(this.secondsOf(piece.task, position) / speed, () => this.ended(item, path));
  }

  private ended(item: Todo, path: string | null): void {
    const { disk, world } = this.options;
    const { faults } = world;
    const { task } = item.piece;
    const { position } = item;
    this.underWay.delete(item);
    if (this.ofItem(task, position, 4) < this.options.scenario.deadly) return this.die('killed by an item');
    const seconds = this.secondsOf(task, position) / this.options.speed;
    const isWritten = path === null || !faults.happens('output not written');
    if (!isWritten || this.failsNow(task, position)) this.failed(item, path);
    else {
      if (path !== null) {
        disk.write(path, outputOf(task, position));
        this.outputs.push(path);
      }
      this.hold({ task, start: position, end: position + 1, state: 'done', seconds, squaredSeconds: seconds ** 2 });
    }
    this.lie();
    this.pump();
  }

  private failed(item: Todo, path: string | null): void {
    if (path !== null) this.options.disk.remove(path);
    const { task } = item.piece;
    const { position } = item;
    const tries = ++item.failedTries;
    if (tries <= this.options.scenario.tasks[task]!.retry) {
      this.failedTries.push({ task, position, tries });
      if (this.cutAs === null) this.todo.unshift(item);
      return;
    }
    const failure = { position, attempts: tries, message: 'exited with 1', stdout: '', stderr: '' };
    this.hold({ task, start: position, end: position + 1, state: 'failed', failures: [failure] });
  }

  private hold(report: ItemReport): void {
    this.held.push(report);
  }

  /** What a worker that has lost its mind may say. */
  private lie(): void {
    const { faults } = this.options.world;
    const next = this.todo[0];
    const times = { state: 'done', seconds: 1, squaredSeconds: 1 } as const;
    if (next && faults.happens('claims items it never ran')) {
      this.todo.shift();
      this.hold({ task: next.piece.task, start: next.position, end: next.position + 1, ...times });
    }
    if (faults.happens('claims items of others')) {
      const task = Math.floor(this.options.world.random() * 6);
      const start = Math.floor(this.options.world.random() * 50) - 3;
      const end = start + Math.floor(this.options.world.random() * 6) - 1;
      // Nobody can tell whether an item of its own is done but the instance itself.
      const isOwn = this.fragment!.pieces.some(
        (piece) => piece.task === task && piece.start < end && start < piece.end,
      );
      if (!isOwn) this.hold({ task, start, end, ...times });
    }
    if (next && faults.happens('claims nonsense times')) {
      const nonsense = [NaN, -1, Infinity, 1e300][Math.floor(this.options.world.random() * 4)]!;
      this.todo.shift();
      const path = this.stagedPath(next.piece.task, next.position);
      if (path !== null) {
        this.options.disk.write(path, outputOf(next.piece.task, next.position));
        this.outputs.push(path);
      }
      const range = { task: next.piece.task, start: next.position, end: next.position + 1 };
      this.hold({ ...range, state: 'done', seconds: nonsense, squaredSeconds: nonsense });
    }
  }

  // ---- safe points

  private isDue(): boolean {
    if (this.cutAs !== null || (this.todo.length === 0 && this.underWay.size === 0)) return true;
    const now = this.options.world.now;
    return this.fragment!.pieces.some(({ everyItems, everySeconds }) => {
      if (everyItems > 0 && this.held.length >= everyItems) return true;
      return everySeconds !== null && now - this.lastPointAt >= everySeconds;
    });
  }

  private safePointIfDue(): void {
    if (this.held.length === 0 || this.unanswered >= 2 || !this.isDue()) return;
    const { world, disk, hooks } = this.options;
    const reports = merged(this.held);
    const outputs = this.outputs;
    const fragment = this.fragment!.id;
    this.held = [];
    this.outputs = [];
    this.lastPointAt = world.now;
    this.unanswered++;
    this.after(0.001, () => {
      for (const path of outputs) {
        if (world.faults.happens('output cut short')) return this.die('an output can not be brought to the disk');
        disk.syncFile(path);
      }
      disk.syncFolder();
      hooks.safePoint(fragment, reports, this.answerTo(fragment));
      this.pump();
    });
  }

  private answerTo(fragment: number): () => void {
    let isOpen = true;
    return () => {
      if (!isOpen || !this.isAlive || this.fragment?.id !== fragment) return;
      isOpen = false;
      this.unanswered--;
      this.pump();
    };
  }

  private endIfOver(): void {
    const isOver = this.cutAs !== null || this.todo.length === 0;
    if (!isOver || this.underWay.size > 0) return;
    const isEarly = this.options.world.faults.happens('ends a fragment too early');
    if (!isEarly && (this.held.length > 0 || this.unanswered > 0)) return;
    const { hooks } = this.options;
    const { id } = this.fragment!;
    if (this.failedTries.length > 0) hooks.tried(id, this.failedTries);
    hooks.fragmentEnd(id, this.todo.length > 0 ? (this.cutAs ?? 'deadline') : (this.cutAs ?? 'done'));
    this.fragment = null;
    this.failedTries = [];
    this.held = [];
    this.outputs = [];
    this.unanswered = 0;
    if (this.ending) this.die('it was stopped');
  }

  // ---- what items are like

  private stagedPath(task: number, position: number): string | null {
    const { scenario, stagingFolder } = this.options;
    if (!scenario.tasks[task]!.hasOutput) return null;
    return join(stagingFolder, stagedName(this.fragment!.id, task, position, basename(`t${task}/${position}`)));
  }

  private widthOf(piece: Piece): number {
    const { cpus, workload } = this.options;
    return Math.max(1, concurrency({ cpus, memoryBytes: null }, workload.tasks[piece.task]!.needs));
  }

  private failsNow(task: number, position: number): boolean {
    const { failing, flaky } = this.options.scenario;
    if (this.ofItem(task, position, 3) < failing) return true;
    return this.ofItem(task, position, 5) < flaky && this.options.world.chance(0.5);
  }

  private secondsOf(task: number, position: number): number {
    const { itemSeconds, tail } = this.options.scenario;
    const stretch = Math.exp(tail * 4.6 * (2 * this.ofItem(task, position, 1) - 1));
    return itemSeconds * stretch * (0.7 + 0.6 * this.ofItem(task, position, 2));
  }

  /** A number that is the item's own, however often and wherever it runs. */
  private ofItem(task: number, position: number, which: number): number {
    return uniform(this.options.scenario.seed + 7919 * task + 104_729 * position + 1_299_709 * which)();
  }

  /** Does something later, if it is alive and awake by then. */
  private after(seconds: number, action: () => void): void {
    const { world } = this.options;
    const run = (): void => {
      if (!this.isAlive) return;
      if (world.now < this.frozenUntil) return world.after(this.frozenUntil - world.now, run);
      if (world.faults.happens('freeze')) {
        this.frozenUntil = world.now + FREEZE_SECONDS * world.random();
        return world.after(this.frozenUntil - world.now, run);
      }
      if (world.faults.happens('instance dies')) return this.die('killed');
      action();
    };
    world.after(seconds, run);
  }
}

/** Reports of neighbours that ended alike, as one. */
function merged(reports: readonly ItemReport[]): ItemReport[] {
  const result: ItemReport[] = [];
  for (const report of reports) {
    const last = result.at(-1);
    if (last && last.task === report.task && last.end === report.start) {
      if (last.state === 'done' && report.state === 'done') {
        last.end = report.end;
        last.seconds += report.seconds;
        last.squaredSeconds += report.squaredSeconds;
        continue;
      }
      if (last.state === 'failed' && report.state === 'failed') {
        last.end = report.end;
        last.failures.push(...report.failures);
        continue;
      }
    }
    result.push({ ...report });
  }
  return result;
}
