import type { Duplex } from 'node:stream';

/**
 * An engine that starts what it is asked for when it has room: Slurm today; others would stand here too. All it has to do
 * is to run the pilot script of ./pilot-script.ts somewhere, to tell what became of it, and to end it.
 */
export interface BatchSystem {
  /** In facts and messages: `slurm short`. */
  readonly name: string;
  /**
   * Asks for one pilot of that name, which no other has. Resolves with the engine's own id of it. Throws a
   * {@link SubmitError}.
   */
  submit(pilot: string): Promise<string>;
  /** What the engine knows of those pilots, or of all whose names begin so. Throws, with a sentence, if it can't be asked. */
  look(pilots: { names: string[] } | { prefix: string }): Promise<PilotReport[]>;
  /** Starts the relay of a worker (see ../../worker/serve-relay.ts) in the allocation of a pilot that runs; where the engine can. */
  relay?(pilot: string, id: string): Relay;
  /** Ends them, whatever they are at. Throws, with a sentence, if that could not be said. */
  cancel(ids: string[]): Promise<void>;
}

/** A relay under way. */
export interface Relay {
  /** Its stdin and stdout. */
  stream: Duplex;
  /** Resolves when it is over, with what it had to complain of; empty for nothing. Never rejects. */
  ended: Promise<string>;
  end: (this: void) => void;
}

/** What the engine knows of one pilot. */
export interface PilotReport {
  pilot: string;
  id: string;
  /** `ending`: it is over, and how it ended is not known yet. */
  state: 'waiting' | 'running' | 'ending' | 'over';
  /** What is left of its life by the engine's own clock; null where it has no end, or does not run. */
  lifeSeconds: number | null;
  /** Why it waits, or how it ended, in the engine's own word; empty where there is nothing to say. */
  word: string;
  /** The same for people, with what to do about it if there is something. */
  why: string;
}

/** A pilot could not be asked for. The message is for people. */
export class SubmitError extends Error {
  override name = 'SubmitError';
  /** True if the engine may take it another time, or may even have taken it now and failed to say so. */
  readonly isPassing: boolean;

  constructor(message: string, isPassing: boolean) {
    super(message);
    this.isPassing = isPassing;
  }
}
