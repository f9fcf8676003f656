/** What was thrown, in words. */

/** An error's message, for a user. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** An error with its stack, for a log. */
export const described = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
