/** What the panel and its page say to each other. */

/** To the page. `state` is kept by VS Code, for the panel to be found again after a reload. */
export type ToPage = { type: 'content'; content: string; state: unknown };

/** From the page. */
export type FromPage =
  | { type: 'ready' }
  | { type: 'show-task'; task: string }
  /** Null: none any more. */
  | { type: 'explain'; fragment: number | null };
