import type { PilotReport } from '../pilots/batch-system.ts';

/** Id, state, time left, name, reason: the last may have any character in it. */
export const QUEUE_FORMAT = '%i|%T|%L|%j|%r';

/** What `squeue` says in {@link QUEUE_FORMAT}, a line for each job. */
export function readQueue(stdout: string, lifespanText: string): PilotReport[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const [id, state, left, name, ...reason] = line.split('|');
      if (id === undefined || state === undefined || left === undefined || name === undefined) return [];
      return [reportOf({ id, state, left, name, reason: reason.join('|') }, lifespanText)];
    });
}

interface Line {
  id: string;
  state: string;
  left: string;
  name: string;
  reason: string;
}

function reportOf({ id, state, left, name, reason }: Line, lifespanText: string): PilotReport {
  const report = { pilot: name, id };
  if (waitingStates.has(state)) {
    const word = reason === 'None' ? '' : reason;
    return { ...report, state: 'waiting', lifeSeconds: null, word, why: whyItWaits(word) };
  }
  if (runningStates.has(state)) return { ...report, state: 'running', lifeSeconds: secondsOf(left), word: '', why: '' };
  return {
    ...report,
    state: state === 'COMPLETING' ? 'ending' : 'over',
    lifeSeconds: null,
    word: state,
    why: howItEnded(id, state, reason, lifespanText),
  };
}

const waitingStates = new Set([
  'PENDING',
  'CONFIGURING',
  'REQUEUED',
  'REQUEUE_HOLD',
  'REQUEUE_FED',
  'SPECIAL_EXIT',
  'RESV_DEL_HOLD',
]);
const runningStates = new Set(['RUNNING', 'SUSPENDED', 'STOPPED', 'SIGNALING', 'RESIZING', 'STAGE_OUT']);

/** `2-03:04:05`, `3:04:05`, `4:05`; 0 for `INVALID`, which is a time that is over; null for `UNLIMITED`, `NOT_SET` and the like. */
export function secondsOf(left: string): number | null {
  if (left === 'INVALID') return 0;
  const match = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)$/.exec(left);
  if (match === null) return null;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return ((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!;
}

function howItEnded(id: string, state: string, reason: string, lifespanText: string): string {
  const known: Record<string, string> = {
    TIMEOUT: `its lifespan of ${lifespanText} ended`,
    DEADLINE: 'the deadline that it was asked with had passed',
    CANCELLED: 'it was cancelled (scancel)',
    NODE_FAIL: 'its node failed',
    BOOT_FAIL: 'its node did not boot',
    PREEMPTED: 'another job took its place',
    OUT_OF_MEMORY: 'it ran out of memory: raise `memory` in the target',
    COMPLETED: 'it ended by itself',
    COMPLETING: 'Slurm is ending it',
    FAILED: reason === 'None' || reason === '' ? 'it failed' : `it failed (${reason})`,
  };
  return `allocation ${id}: ${known[state] ?? state.toLowerCase()}`;
}

/** What to do about the reasons that time does not heal; the others are told as they are. */
function whyItWaits(reason: string): string {
  const help = waitingHelp.find(([pattern]) => pattern.test(reason))?.[1];
  return help === undefined ? `Slurm says ${reason}` : `Slurm says ${reason}: ${help}`;
}

const waitingHelp: readonly (readonly [RegExp, string])[] = [
  [/^(Resources|Priority)$/, 'others are before it'],
  [/^PartitionTimeLimit$/, 'its lifespan is longer than the partition allows, and it will wait for ever; shorten it'],
  [/^(PartitionNodeLimit|PartitionConfig)$/, 'it asks for more than the partition allows, and will wait for ever'],
  [/^PartitionDown$|^PartitionInactive$/, 'the partition is closed; choose another, or wait until it is opened'],
  [/^BadConstraints$/, 'no node has what it asks for, and it will wait for ever'],
  [/^DependencyNeverSatisfied$/, 'what it waits for will never be'],
  [/account/i, 'ask for another account, or in another partition'],
  [/^(Assoc|QOS)\w*(Limit|GrpCPU|GrpMem|Grp)/, 'a limit of your account or quality of service is reached'],
  [/^JobHeld/, 'it is held; release it with scontrol release'],
  [/^ReqNodeNotAvail/, 'nodes that it asks for are down or reserved'],
];
