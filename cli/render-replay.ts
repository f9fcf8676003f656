/** A replay for a terminal: what happened, what would have, and the bound, a row each. */
import type { Course } from '../scheduler/replay/replay.ts';
import { count, counted, duration, percent } from '../scheduler/words.ts';
import type { ReplayAnswer } from './commands/replay.ts';
import { harmless, type Paint, table } from './terminal.ts';

export function renderReplay(answer: ReplayAnswer, paint: Paint): string[] {
  const { run, job, happened, target, replayed, boundSeconds, assumed } = answer;
  const head = ['', 'time', 'to bound', 'work', 'lost', 'idle', 'fragments', 'instances'].map((text) =>
    paint('dim', text),
  );
  const isSame = happened.target.name === target.name && conditions(happened.target) === conditions(target);
  return [
    `${paint('bold', harmless(job))}, run ${run}`,
    `happened on ${harmless(happened.target.name)}: ${conditions(happened.target)}`,
    `replayed on ${harmless(target.name)}: ${isSame ? 'the same' : conditions(target)}`,
    '',
    ...table(
      [
        head,
        row('happened', happened, isSame ? boundSeconds : null),
        ...replayed.map((course) => row(course.policy, course, boundSeconds)),
        ['bound', boundSeconds === null ? 'none' : duration(boundSeconds), boundSeconds === null ? '–' : '1.00'],
      ],
      [1, 2, 3, 4, 5, 6, 7],
    ),
    '',
    ...notes(answer),
    ...assumed.map(
      ({ task, items, itemSeconds }) =>
        `${counted(items, 'item')} of ${harmless(task)} did not come to an end in that run: taken to last ${duration(itemSeconds)} each.`,
    ),
  ];
}

function conditions({ instances, lifespanSeconds }: ReplayAnswer['happened']['target']): string {
  const { min, max } = instances;
  const number = min === 0 || min === max ? counted(max, 'instance') : `${min}..${max} instances`;
  return `${number}, ${lifespanSeconds === null ? 'without an end' : `a lifespan of ${duration(lifespanSeconds)}`}`;
}

function row(name: string, course: Course, boundSeconds: number | null): string[] {
  const { makespanSeconds: seconds, utilisation, lostShare, idleShare, fragments, instances } = course;
  const ratio =
    seconds === null || boundSeconds === null || boundSeconds === 0 ? '–' : (seconds / boundSeconds).toFixed(2);
  const shares = [utilisation, lostShare, idleShare].map(percent);
  return [name, seconds === null ? 'never' : duration(seconds), ratio, ...shares, count(fragments), count(instances)];
}

function notes({ happened, replayed, boundSeconds }: ReplayAnswer): string[] {
  const cutShort =
    happened.state === 'done'
      ? []
      : [`The run itself was ${happened.state}, so its time is not that of the whole job.`];
  const why = replayed.flatMap(({ policy, why: reason, unfinishedItems, makespanSeconds }) =>
    reason === null
      ? []
      : [
          `${policy}: ${harmless(reason)}${makespanSeconds === null ? '' : `; ${counted(unfinishedItems, 'item')} left undone`}.`,
        ],
  );
  const none =
    boundSeconds === null ? ['There is no bound: an instance does not live long enough to do any work.'] : [];
  return [...cutShort, ...why, ...none];
}
