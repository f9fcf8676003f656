import type { TargetSpec } from '../../job-spec.ts';
import { isPassing, partitionOf, requestOf } from './request.ts';
import { secondsOf } from './queue.ts';
import { complaintOf, runTool, ToolError } from './tool.ts';

/**
 * What the live cluster has against a target, in one sentence; null where it would take it, or can't be asked now. What
 * Slurm would accept and let wait for ever counts too.
 */
export async function slurmProblem(spec: TargetSpec): Promise<string | null> {
  const test = await runTool(
    'sbatch',
    ['--test-only', '--job-name=morsel-test', ...requestOf(spec)],
    '#!/bin/sh\n',
  ).catch((error: ToolError) => error);
  if (test instanceof ToolError) return test.isPassing ? null : test.message;
  const complaint = complaintOf(test, 'sbatch');
  if (test.code !== 0 && isPassing(complaint)) return null;
  const partitions = await listPartitions();
  const asked = partitionOf(spec)?.split(',') ?? [];
  const unknown = asked.find((name) => partitions.every((known) => known.name !== name));
  if (unknown !== undefined && partitions.length > 0)
    return `there is no partition ${unknown}; there is ${[...new Set(partitions.map(({ name }) => name))].join(', ')}`;
  if (test.code !== 0) return `sbatch says: ${complaint}`;
  const candidates = partitions.filter(({ name, isDefault }) => (asked.length > 0 ? asked.includes(name) : isDefault));
  return candidates.length === 0 ? null : partitionProblem(candidates, spec);
}

interface Partition {
  name: string;
  isDefault: boolean;
  isOpen: boolean;
  /** Null for no limit. */
  mostSeconds: number | null;
}

async function listPartitions(): Promise<Partition[]> {
  const answer = await runTool('sinfo', ['--noheader', '--format=%P|%a|%l']).catch(() => null);
  if (answer === null || answer.code !== 0) return [];
  return answer.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', available, limit = ''] = line.split('|');
      return {
        name: name.replace(/\*$/, ''),
        isDefault: name.endsWith('*'),
        isOpen: available === 'up',
        mostSeconds: secondsOf(limit),
      };
    });
}

function partitionProblem(candidates: Partition[], { lifespanSeconds }: TargetSpec): string | null {
  const open = candidates.filter(({ isOpen }) => isOpen);
  const names = candidates.map(({ name }) => name).join(', ');
  if (open.length === 0) return `partition ${names} is closed: what is asked of it would wait until it is opened`;
  const wanted = lifespanSeconds === null ? 0 : 60 * Math.ceil(lifespanSeconds / 60);
  if (open.some(({ mostSeconds }) => mostSeconds === null || mostSeconds >= wanted)) return null;
  const most = Math.max(...open.map(({ mostSeconds }) => mostSeconds ?? 0));
  return `partition ${names} allows ${most / 60} min at most, and the lifespan is ${wanted / 60} min: shorten it`;
}
