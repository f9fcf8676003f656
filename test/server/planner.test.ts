/** The planner's thread: what somebody waits for comes first, and what takes too long is given up. */
import { afterEach, expect, test } from 'vitest';
import { Planner } from '../../server/plan/planner.ts';
import { type PlanRequest, TOO_LARGE } from '../../server/plan/planning.ts';
import { input, jobSpec, taskSpec } from '../scheduler/job-specs.ts';

let planner: Planner;
afterEach(() => planner.close());

/** Many tasks over many items keep a planner busy for minutes. */
function request(tasks: number, items: number): PlanRequest {
  const names = Array.from({ length: tasks }, (_, index) => `t${index}`);
  const job = jobSpec({
    directory: '/nowhere',
    inputs: [input({ kind: 'range', from: 1, to: items })],
    tasks: names.map((name) => taskSpec({ name, task: name, input: 'in' })),
  });
  return { job, morselFolder: '/nowhere/.morsel', epoch: 0 };
}
const small = request(1, 10);
const large = request(1000, 1_000_000);
const forever = new AbortController().signal;

test('a plan that is asked for does not wait for those that are made for hints', async () => {
  planner = new Planner();
  const leave = new AbortController();
  const background = planner.plan(large, leave.signal);
  const next = planner.plan(large, leave.signal);
  const asked = planner.plan(small, forever, 'asked');
  expect(await Promise.race([background, next, asked])).toMatchObject({ plan: { tasks: [{ items: 10 }] } });
  leave.abort();
  expect(await Promise.all([background, next])).toEqual([null, null]);
});

test('what was put off is made afterwards', async () => {
  planner = new Planner();
  const background = planner.plan(request(1, 20), forever);
  const asked = planner.plan(small, forever, 'asked');
  expect(await asked).toMatchObject({ plan: { tasks: [{ items: 10 }] } });
  expect(await background).toMatchObject({ plan: { tasks: [{ items: 20 }] } });
});

test('a plan that takes too long is given up, and so is the next', async () => {
  planner = new Planner(0);
  const [first, second] = [planner.plan(large, forever), planner.plan(small, forever)];
  expect(await Promise.all([first, second])).toEqual([{ problem: TOO_LARGE }, { problem: TOO_LARGE }]);
});
