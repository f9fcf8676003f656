/** The commands, in the order of the help. A command's file is loaded when it is asked for, and not before. */
import type { Command } from 'commander';

export interface CommandEntry {
  name: string;
  summary: string;
  load: () => Promise<{ default: Command }>;
}

export const commandList: readonly CommandEntry[] = [
  { name: 'check', summary: 'find the mistakes in job files', load: () => import('./commands/check.ts') },
  { name: 'plan', summary: 'predict how a job will run, without running it', load: () => import('./commands/plan.ts') },
  { name: 'run', summary: 'run a job', load: () => import('./commands/run.ts') },
  { name: 'status', summary: 'show where runs stand', load: () => import('./commands/status.ts') },
  { name: 'watch', summary: 'follow a run until it ends', load: () => import('./commands/watch.ts') },
  { name: 'logs', summary: 'print what items printed', load: () => import('./commands/logs.ts') },
  { name: 'stop', summary: 'stop a run at its next safe points', load: () => import('./commands/stop.ts') },
  {
    name: 'resume',
    summary: 'go on with a run that was stopped or cut off',
    load: () => import('./commands/resume.ts'),
  },
  { name: 'report', summary: 'show what became of a run, beside its plan', load: () => import('./commands/report.ts') },
  {
    name: 'explain',
    summary: 'say why fragments have their size, and what came of them',
    load: () => import('./commands/explain.ts'),
  },
  {
    name: 'replay',
    summary: 'replay a past run under other conditions, beside a bound',
    load: () => import('./commands/replay.ts'),
  },
  { name: 'clean', summary: 'remove old runs', load: () => import('./commands/clean.ts') },
  { name: 'fmt', summary: 'format job files', load: () => import('./commands/fmt.ts') },
  { name: 'lsp', summary: 'serve an editor', load: () => import('./commands/lsp.ts') },
];
