import type { Fragment, FragmentEnd, Outcome, Piece } from '../fragment-scheduler/events.ts';

/** What a worker keeps of its life for its last safe point at least (see worker/fragment-run.ts), … */
const LEAST_RESERVE_SECONDS = 0.1;
/** … but at most this share of what was left at the fragment's begin. */
const MOST_RESERVE_SHARE = 0.2;
/** An item that can't end is worth beginning if it can work for so many times as long as it is given to write its state. */
const LEAST_GRACES = 2;

/** What a virtual instance is like for one fragment. Times in seconds from the start of the run. */
export interface Conditions {
  startAt: number;
  deadline: number | null;
  dispatchSeconds: number;
  safePointSeconds: number;
  /** True for the first fragment of an instance: it then tries an item whatever its prediction says. */
  fresh: boolean;
  /** Items of a piece's task that run at once. */
  width: (piece: Piece) => number;
  /** What one item of the piece really takes, on average, if it begins at that time. */
  itemSeconds: (piece: Piece, at: number) => number;
  /** Up to which position the items of a piece, from its first on, take alike; beyond it {@link itemSeconds} is asked anew. */
  alikeUntil: (piece: Piece) => number;
  /** How long before the end an item of the piece is asked for its state; null if its task writes none. */
  graceSeconds: (piece: Piece) => number | null;
  /** More safe points than these in one fragment are simulated as these; their cost is that of all. */
  mostPoints: number;
}

/** Alike items that begin one after the other, as the instance has room, within one stretch. */
interface Run {
  task: number;
  start: number;
  end: number;
  /** When the first begins. The last of the run before may still be under way then. */
  beginAt: number;
  itemSeconds: number;
  width: number;
}

/** The work between two safe points. */
interface Stretch {
  runs: Run[];
  /** When its safe point is reached. */
  at: number;
}

/** An item that is asked for its state before its instance ends, and goes on from there elsewhere. */
export interface Interrupted {
  task: number;
  position: number;
  beginAt: number;
  seconds: number;
}

/** What will become of a fragment if nobody interferes. */
export interface Course {
  stretches: Stretch[];
  /** When and how it ends; null if its instance ends first. */
  end: { at: number; how: FragmentEnd } | null;
  /** What would have begun by then, beyond the last safe point: a split may still save some of it. */
  lost: Run[];
  /** What leaves its state as the fragment ends. */
  interrupted: Interrupted[];
  safePointSeconds: number;
}

/** Plays a fragment forward as a worker would run it: the same safe points, the same look at the deadline. */
export function playFragment(fragment: Fragment, conditions: Conditions): Course {
  const player = new Player(fragment, conditions);
  return player.play();
}

/**
 * The course after a split at `now`: the items under way are finished, then a safe point ends the fragment. If that takes
 * longer than the instance lives, whoever ends the instance has the last word.
 */
export function splitCourse(course: Course, now: number): Course {
  const { stretches, lost, interrupted, safePointSeconds } = course;
  // It ends as soon as what is under way has left its state.
  if (interrupted.some(({ beginAt }) => beginAt < now)) return course;
  const kept: Stretch[] = [];
  for (const stretch of [...stretches, { runs: lost, at: Infinity }]) {
    if (stretch.at < now) kept.push(stretch);
    else {
      const runs = stretch.runs.flatMap((run) => cutRun(run, now) ?? []);
      if (runs.length === 0) continue;
      const at = Math.min(stretch.at, Math.max(now, ...runs.map(runEnd)) + safePointSeconds);
      kept.push({ runs, at });
    }
  }
  const at = Math.max(now, ...kept.map((stretch) => stretch.at));
  return { stretches: kept, end: { at, how: 'split' }, lost: [], interrupted: [], safePointSeconds };
}

/** What the safe point of a stretch reports. */
export const outcomesOf = ({ runs }: Stretch): Outcome[] =>
  runs.map(({ task, start, end, itemSeconds }) => ({
    task,
    start,
    end,
    state: 'committed',
    seconds: itemSeconds * (end - start),
    squaredSeconds: itemSeconds ** 2 * (end - start),
  }));

/** When the last item of a run ends. */
const runEnd = ({ beginAt, start, end, itemSeconds, width }: Run): number =>
  beginAt + Math.max(1, (end - start) / width) * itemSeconds;

/** The part of a run that has begun by `now`; null if none has. */
function cutRun(run: Run, now: number): Run | null {
  if (run.beginAt >= now) return null;
  const begun = Math.floor((now - run.beginAt) / run.itemSeconds + 1) * run.width;
  return { ...run, end: Math.min(run.end, run.start + begun) };
}

class Player {
  private readonly fragment: Fragment;
  private readonly conditions: Conditions;
  /** When the next item can begin. */
  private now: number;
  /** When the last of those that have begun ends. */
  private busyUntil: number;
  private lastPoint: number;
  /** Items of the present piece since then. */
  private itemsSincePoint = 0;
  private readonly reserveSeconds: number;
  private readonly stretches: Stretch[] = [];
  private runs: Run[] = [];
  private interrupted: Interrupted[] = [];
  private readonly coarseness: number;
  private tried: boolean;

  constructor(fragment: Fragment, conditions: Conditions) {
    this.fragment = fragment;
    this.conditions = conditions;
    this.now = conditions.startAt + conditions.dispatchSeconds;
    this.busyUntil = this.now;
    this.lastPoint = this.now;
    this.tried = !conditions.fresh;
    const life = (conditions.deadline ?? Infinity) - conditions.startAt;
    const most = MOST_RESERVE_SHARE * Math.max(0, life);
    this.reserveSeconds = Math.max(conditions.safePointSeconds, Math.min(LEAST_RESERVE_SECONDS, most));
    const points = fragment.pieces.reduce((sum, piece) => sum + this.pointsIn(piece), 0);
    this.coarseness = Math.max(1, Math.ceil(points / conditions.mostPoints));
  }

  play(): Course {
    const { safePointSeconds } = this.conditions;
    for (const piece of this.fragment.pieces) {
      const how = this.playPiece(piece);
      if (how === 'lost')
        return { stretches: this.stretches, end: null, lost: this.runs, interrupted: [], safePointSeconds };
      if (how === 'deadline') return this.finish('deadline');
    }
    return this.finish('done');
  }

  private finish(how: FragmentEnd): Course {
    if (this.runs.length > 0) this.reachSafePoint(1);
    return {
      stretches: this.stretches,
      end: { at: Math.max(this.now, this.stretches.at(-1)?.at ?? 0), how },
      lost: [],
      interrupted: this.interrupted,
      safePointSeconds: this.conditions.safePointSeconds,
    };
  }

  private playPiece(piece: Piece): 'done' | 'deadline' | 'lost' {
    this.itemsSincePoint = 0;
    for (let rest = piece; rest.start < rest.end;) {
      const end = Math.min(piece.end, Math.max(rest.start + 1, this.conditions.alikeUntil(rest)));
      const how = this.playAlike({ ...rest, end }, piece);
      if (how !== 'done') return how;
      rest = { ...rest, start: end };
    }
    return 'done';
  }

  /** Plays a part of a piece whose items take alike. */
  private playAlike(part: Piece, piece: Piece): 'done' | 'deadline' | 'lost' {
    const { deadline, safePointSeconds } = this.conditions;
    const askAt = this.askAt(part);
    const itemSeconds = Math.max(1e-9, this.conditions.itemSeconds(part, this.now));
    const width = Math.max(1, this.conditions.width(part));
    let next = part.start;
    while (next < part.end) {
      const fitting = this.itemsBeforeDeadline(part, itemSeconds, width);
      if (fitting === 0) return 'deadline';
      const count = Math.min(part.end - next, fitting, this.itemsToNextPoint(part, itemSeconds, width));
      const run = { task: part.task, start: next, end: next + count, beginAt: this.now, itemSeconds, width };
      const end = runEnd(run);
      if (end > askAt) {
        this.interrupt(run, askAt);
        return 'deadline';
      }
      this.busyUntil = Math.max(this.busyUntil, end);
      this.runs.push(run);
      if (deadline !== null && end + safePointSeconds > deadline) return 'lost';
      this.now += (count / width) * itemSeconds;
      this.tried = true;
      next += count;
      this.itemsSincePoint += count;
      if (this.isPointDue(piece, next)) this.reachSafePoint(this.coarseness);
    }
    return 'done';
  }

  /** How many more items the worker would begin: each only if even a slow one would still fit. */
  private itemsBeforeDeadline(piece: Piece, itemSeconds: number, width: number): number {
    const { deadline } = this.conditions;
    if (deadline === null) return Infinity;
    const spare = deadline - this.now - this.reserveSeconds - piece.itemSeconds.high;
    if (spare < 0) return this.tried && !this.mayMakeProgress(piece) ? 0 : 1;
    return Math.floor((spare / itemSeconds) * width) + width;
  }

  /** When the items of a piece that are under way are asked for their states; infinite if they are not. */
  private askAt(piece: Piece): number {
    const grace = this.conditions.graceSeconds(piece);
    const { deadline } = this.conditions;
    return deadline === null || grace === null ? Infinity : deadline - this.reserveSeconds - grace;
  }

  private mayMakeProgress(piece: Piece): boolean {
    const grace = this.conditions.graceSeconds(piece);
    if (grace === null) return false;
    return (this.conditions.deadline ?? Infinity) - this.now - this.reserveSeconds > LEAST_GRACES * grace;
  }

  /** Items of the run that end in time are done; those under way then leave their states. */
  private interrupt(run: Run, askAt: number): void {
    const { task, beginAt, itemSeconds, width } = run;
    const rounds = Math.max(0, Math.floor((askAt - beginAt) / itemSeconds));
    const done = Math.min(run.end, run.start + rounds * width);
    if (done > run.start) this.runs.push({ ...run, end: done });
    const begunAt = beginAt + rounds * itemSeconds;
    for (let position = done; position < Math.min(run.end, done + width); position++)
      this.interrupted.push({ task, position, beginAt: begunAt, seconds: Math.max(0, askAt - begunAt) });
    this.now = Math.max(this.now, askAt);
    this.busyUntil = this.now;
  }

  private itemsToNextPoint(piece: Piece, itemSeconds: number, width: number): number {
    const byItems =
      piece.everyItems > 0 ? Math.max(1, piece.everyItems * this.coarseness - this.itemsSincePoint) : Infinity;
    if (piece.everySeconds === null) return byItems;
    const left = this.lastPoint + piece.everySeconds * this.coarseness - this.now;
    return Math.min(byItems, Math.max(1, Math.ceil((left / itemSeconds) * width)));
  }

  private isPointDue(piece: Piece, next: number): boolean {
    const { everyItems, everySeconds, start, end } = piece;
    if (everyItems > 0)
      return this.itemsSincePoint >= everyItems * this.coarseness || (next === end && everyItems <= end - start);
    return everySeconds !== null && this.now - this.lastPoint >= everySeconds * this.coarseness;
  }

  /**
   * Items that are under way meanwhile go on.
   * @param standsFor how many real safe points are simulated as this one
   */
  private reachSafePoint(standsFor: number): void {
    const cost = this.conditions.safePointSeconds * standsFor;
    this.now += cost;
    this.busyUntil += cost;
    this.stretches.push({ runs: this.runs, at: this.busyUntil });
    this.runs = [];
    this.lastPoint = this.now;
    this.itemsSincePoint = 0;
  }

  private pointsIn(piece: Piece): number {
    const items = piece.end - piece.start;
    if (piece.everyItems > 0) return items / piece.everyItems;
    return piece.everySeconds ? (items * piece.itemSeconds.expected) / piece.everySeconds : 0;
  }
}
