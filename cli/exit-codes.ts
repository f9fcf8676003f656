/** What the program's exit code says; docs/cli.md documents it. */
export const ExitCode = {
  done: 0,
  /** Items failed, or the job file has errors. */
  failed: 1,
  wrongUsage: 2,
  /** The run ended before its job did, and `morsel resume` goes on. */
  stopped: 3,
  /** A fault of Morsel itself (EX_SOFTWARE of sysexits.h). */
  bug: 70,
  /** Ended at once by a second Ctrl-C, as shells expect of SIGINT. */
  interrupted: 130,
} as const;

/** A reason to end that is the user's to mend: one sentence, printed without a stack trace. */
export class UserError extends Error {
  override name = 'UserError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = ExitCode.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** A {@link UserError} for a command line that cannot be understood. */
export const usageError = (message: string): UserError => new UserError(message, ExitCode.wrongUsage);
