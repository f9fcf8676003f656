/** Which faults there are, and which of them happen. */
import { uniform } from '../../scheduler/plan/random.ts';

/** Each with the highest rate that a scenario may have it at: a chance for each thing that it could happen to. */
export const FAULT_KINDS = {
  /** The run's process is killed: before or after a commit, a rename, a message. */
  'process crash': 0.03,
  /** The same to the whole machine: what was not synced is gone. */
  'power cut': 0.03,
  /** The journal's file system is full: nothing of the transaction is kept. */
  'journal full': 0.02,
  /** A sync of the journal fails, and nobody can say whether the transaction is on disk. */
  'journal sync fails': 0.02,
  /** An output can't be moved into its place. */
  'output not placed': 0.1,
  /** A program can't write its output, or only a part of it. */
  'output not written': 0.1,
  'output cut short': 0.1,
  'start fails': 0.5,
  'called back': 0.3,
  /** It has half of the cpus that its target promises. */
  'small instance': 0.5,
  /** It ends before the time that it gave. */
  'early end': 0.5,
  /** At any moment of its work. */
  'instance dies': 0.03,
  /** It does nothing for a while, as after SIGSTOP, and may find its life over then. */
  freeze: 0.02,
  'message late': 0.1,
  'message doubled': 0.1,
  'message overtakes': 0.1,
  /** The connection breaks: what is said from then on is lost; what was said may still come, long after. */
  'message lost': 0.03,
  /** The other end is not heard of any more, but goes on. */
  'comes back': 0.5,
  'claims items it never ran': 0.05,
  'claims items of others': 0.05,
  'claims nonsense times': 0.05,
  'ends a fragment too early': 0.05,
  'clock jumps': 0.005,
} as const;

export type FaultKind = keyof typeof FAULT_KINDS;

const kinds = Object.keys(FAULT_KINDS);

/** Decides for each thing that could go wrong whether it does. Deterministic: the n-th of a kind has its own number. */
export class Faults {
  /** How many were injected, by kind. */
  readonly injected = new Map<FaultKind, number>();
  /** Names of those that were, such as `freeze 3`: the fourth thing that could have been frozen. */
  readonly names: string[] = [];
  private readonly chances = new Map<FaultKind, number>();
  private readonly seed: number;
  private readonly rates: Partial<Record<FaultKind, number>>;
  private readonly without: ReadonlySet<string>;
  /** No more faults from then on, so that what is promised of the end can be held against it. */
  private isOver = false;

  constructor(seed: number, rates: Partial<Record<FaultKind, number>>, without: readonly string[]) {
    this.seed = seed;
    this.rates = rates;
    this.without = new Set(without);
  }

  end(): void {
    this.isOver = true;
  }

  happens(kind: FaultKind): boolean {
    const rate = this.rates[kind] ?? 0;
    if (rate === 0) return false;
    const number = this.chances.get(kind) ?? 0;
    this.chances.set(kind, number + 1);
    if (this.isOver || uniform(this.seed + 7919 * kinds.indexOf(kind) + 104_729 * number)() >= rate) return false;
    const name = `${kind} ${number}`;
    if (this.without.has(name)) return false;
    this.names.push(name);
    this.injected.set(kind, (this.injected.get(kind) ?? 0) + 1);
    return true;
  }
}
