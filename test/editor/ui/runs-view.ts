/** Rows of the Runs view. */
import type { Locator } from 'playwright-core';
import type { EditorWindow } from '../harness/window.ts';

/** The newest run of a job, once it is in a state. */
export function runRow(window: EditorWindow, job: string, state: string | RegExp): Locator {
  const rows = window.page.locator('.sidebar .monaco-list-row[aria-level="1"]');
  return rows.filter({ hasText: job }).filter({ hasText: state }).first();
}

export function rowBelow(window: EditorWindow, text: string | RegExp): Locator {
  return window.page.locator('.sidebar .monaco-list-row:not([aria-level="1"])').filter({ hasText: text }).first();
}

/** Opens a row, so that what is below it can be seen. */
export async function expand(row: Locator): Promise<void> {
  if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('.monaco-tl-twistie').click();
}
