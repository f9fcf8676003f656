/** States that programs write without being asked: what an instance that ends without warning has left to go on from. */
import { constants, copyFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { isSame, stampOf, type FileStamp } from '../items/kept-state.ts';
import type { Ticket } from './executor.ts';
import { finishedStateName } from './protocol.ts';

/** A state that was left alone for so long is looked at. */
const QUIET_SECONDS = 0.5;
/** One item's state is taken at most so often, … */
const LEAST_SPACING_SECONDS = 5;
/** … and no more than this share of the time goes into it. */
const MOST_COST_SHARE = 0.05;

interface Watched {
  stamp: FileStamp | null;
  /** Since when it has been like that. */
  since: number;
  taken: FileStamp | null;
  nextAt: number;
}

/** Which items have written a state since it was last taken. Only on Linux can it be told that a state is whole. */
export class StateWatch {
  private readonly watched = new Map<Ticket, Watched>();

  /** @returns those items under way whose state can be taken now */
  written(tickets: Iterable<Ticket>, now: number): Ticket[] {
    if (process.platform !== 'linux') return [];
    return [...tickets].filter((ticket) => ticket.state !== null && this.isWritten(ticket, ticket.state, now));
  }

  /**
   * Copies a state that no process is writing; returns where to and since when it has been like that, or null if one is.
   * The copy is as whole as what the program left when it last closed the file.
   */
  take(ticket: Ticket, now: () => number): { path: string; since: number } | null {
    const watched = this.watched.get(ticket)!;
    const { path } = ticket.state!;
    const beganAt = now();
    const copy = finishedStateName(path, true);
    const isWhole = !isOpen(path) && copyOf(path, copy) && isSame(stampOf(path), watched.stamp) && !isOpen(path);
    watched.nextAt = now() + Math.max(LEAST_SPACING_SECONDS, (now() - beganAt) / MOST_COST_SHARE);
    if (!isWhole) {
      rmSync(copy, { force: true });
      watched.since = now();
      watched.nextAt = watched.since + QUIET_SECONDS;
      return null;
    }
    watched.taken = watched.stamp;
    return { path: copy, since: watched.since };
  }

  forget(ticket: Ticket): void {
    this.watched.delete(ticket);
  }

  private isWritten(ticket: Ticket, { path, begunWith }: Ticket['state'] & object, now: number): boolean {
    const stamp = stampOf(path);
    const watched = this.watched.get(ticket) ?? { stamp, since: now, taken: begunWith, nextAt: 0 };
    this.watched.set(ticket, watched);
    if (!isSame(stamp, watched.stamp)) Object.assign(watched, { stamp, since: now });
    if (stamp === null || isSame(stamp, watched.taken)) return false;
    return now - watched.since >= QUIET_SECONDS && now >= watched.nextAt;
  }
}

function copyOf(path: string, to: string): boolean {
  try {
    copyFileSync(path, to, constants.COPYFILE_FICLONE);
    return true;
  } catch {
    // It was removed or replaced in that moment: there will be another.
    return false;
  }
}

/** True if a process of this user has the file open. */
function isOpen(path: string): boolean {
  return readdirSync('/proc').some((pid) => /^\d+$/.test(pid) && linksIn(`/proc/${pid}/fd`).includes(path));
}

function linksIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => readlinkSync(`${folder}/${name}`));
  } catch {
    // The process has ended, or is another user's.
    return [];
  }
}
