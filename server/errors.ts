/** What was thrown, in words. */

/** An error with its stack, for a log. */
export const described = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
