import type { Diagnostic } from 'vscode-languageserver';
/** Runs: started through the server as real processes, watched, steered, found again by another server. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { URI } from 'vscode-uri';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { attach, listRuns } from '../../scheduler/run/runs.ts';
import type {
  Explanation,
  LogsResult,
  Problem,
  RunChangedParams,
  RunDetailsResult,
  RunInfo,
  RunRef,
} from '../../server/protocol.ts';
import { type ClientOptions, LspClient, removeWorkspace, workspace } from './lsp-client.ts';

const cli = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));

/** Items wait for the file `go`, so that a run lasts as long as the test wants. */
const job = `target here local {
  instances 2
}
job work on here {
  input numbers = 1..4
  task wait for n in numbers {
    run "while [ ! -e go ]; do sleep 0.05; done; echo {n} > {out}"
    output "out/{n}.txt"
    safepoint every 1 items
  }
}
job fail on here {
  input numbers = 1..3
  task check for n in numbers {
    run "echo looking at {n}; echo number {n} is bad >&2; test {n} -ne 2"
  }
}
`;

let folder: string;
let file: string;
let client: LspClient;
let uri: string;
const clients: LspClient[] = [];

async function start(options: Partial<ClientOptions> = {}): Promise<LspClient> {
  const started = await LspClient.start({ folders: [folder], ...options });
  clients.push(started);
  return started;
}

beforeEach(async () => {
  folder = workspace({ 'jobs.morsel': job });
  file = join(folder, 'jobs.morsel');
});

afterEach(async () => {
  go();
  for (const each of clients.splice(0)) await each.kill();
  await allRunsEnded();
  removeWorkspace(folder);
});

async function open(options: Partial<ClientOptions> = {}): Promise<void> {
  client = await start(options);
  uri = await client.open(file, job);
  await client.diagnostics(uri);
}

const go = () => writeFileSync(join(folder, 'go'), '');

async function run(name: string): Promise<Required<RunRef>> {
  const answer = await client.request<RunRef & Problem>('morsel/run', { uri, job: name });
  expect(answer.problem).toBeUndefined();
  return { run: answer.run, folder: answer.folder! };
}

/** What the editor shows where that text begins. */
async function hoverOn(words: string): Promise<string> {
  const line = job.split('\n').findIndex((text) => text.includes(words));
  const character = job.split('\n')[line]!.indexOf(words) + 1;
  const params = { textDocument: { uri }, position: { line, character } };
  const hover = await client.request<{ contents: { value: string } }>('textDocument/hover', params);
  return hover.contents.value;
}

/** Waits until the run is in a state, by what the server tells of it. */
const until = (watcher: LspClient, run_: string, state: RunInfo['state'], since = 0) =>
  watcher.message<RunChangedParams>(
    'morsel/runChanged',
    ({ run: info }) => info.run === run_ && info.state === state,
    since,
  );

/** By their own word: nothing of a test may outlive it. */
async function allRunsEnded(): Promise<void> {
  for (const { folder: of, live } of listRuns(join(folder, '.morsel'))) {
    // One that ends just now can't be attached to.
    const attached = live ? await attach(of).catch(() => null) : null;
    await attached?.stop().catch(() => {});
    attached?.detach();
  }
}

describe('a run', () => {
  test('is started, watched to its end, and known with all its details', async () => {
    await open();
    const since = client.received.length;
    const started = await run('work');
    expect(started.folder).toBe(join(folder, '.morsel', 'runs', started.run));
    const running = await until(client, started.run, 'running');
    expect(running.progress!.items).toMatchObject({ committed: 0 });
    expect(running.run).toMatchObject({ job: 'work', uri, target: 'here', live: true });
    await client.message('morsel/runsChanged', undefined, since);
    go();
    const ended = await until(client, started.run, 'done');
    expect(ended).toMatchObject({ progress: null, run: { live: false, items: { committed: 4 } } });
    const details = await client.request<RunDetailsResult>('morsel/runDetails', started);
    expect(details.summary).toMatchObject({ state: 'done', items: { committed: 4, failed: 0 } });
    expect(details.tasks).toMatchObject([{ task: 'wait', after: [], items: { committed: 4 } }]);
    expect(details.fragments.flatMap(({ items }) => items).every(({ task }) => task === 'wait')).toBe(true);
    expect(details.fragments.every(({ why, items }) => why !== '' && items[0]!.share === 1)).toBe(true);
    expect(details.instances.length).toBeGreaterThan(0);
    expect(readFileSync(join(folder, 'out', '3.txt'), 'utf8')).toBe('3\n');
  });

  test('has its fragments explained, and its tasks say how they fared in it', async () => {
    go();
    await open();
    expect(await hoverOn('wait for')).not.toContain('Last run');
    const started = await run('work');
    await until(client, started.run, 'done');
    const { fragments } = await client.request<RunDetailsResult>('morsel/runDetails', started);
    const { fragment, instance } = fragments[0]!;
    const explanation = await client.request<Explanation>('morsel/explain', { ...started, fragment });
    expect(explanation).toMatchObject({
      fragment,
      title: `Fragment ${fragment} on ${instance}`,
      why: fragments[0]!.why,
    });
    expect(explanation.sections.map(({ lines }) => lines.length)).not.toContain(0);
    expect(await client.request<Problem>('morsel/explain', { ...started, fragment: 99 })).toEqual({
      problem: `Run ${started.run} has no fragment 99.`,
    });
    const said = await vi.waitFor(async () => {
      const text = await hoverOn('wait for');
      expect(text).toContain(`**Last run** (${started.run})`);
      return text;
    });
    expect(said).toMatch(/\d fragments?, 4 items committed in .+ of run time, where .+ was expected/);
    expect(await hoverOn('check for')).not.toContain('Last run');
  });

  test('goes on when the server is killed, and is found again by another', async () => {
    await open();
    const { run: id } = await run('work');
    await until(client, id, 'running');
    await client.kill();
    const other = await start();
    const found = await until(other, id, 'running');
    expect(found.run.live).toBe(true);
    go();
    await until(other, id, 'done');
    expect(await other.request<RunInfo[]>('morsel/runs', null)).toMatchObject([
      { run: id, state: 'done', live: false },
    ]);
  });

  test.each([
    ['an editor', {}],
    ['an editor that does not tell of workspace folders', { capabilities: { workspace: { configuration: false } } }],
  ])('that is started in a terminal is noticed by %s', async (_editor, options) => {
    await open(options);
    const terminal = spawn(process.execPath, [cli, 'run', '--json', '--job', 'work', file], {
      cwd: folder,
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => terminal.once('exit', resolve));
    const seen = await client.message<RunChangedParams>('morsel/runChanged', ({ run: info }) => info.job === 'work');
    expect(seen.run.state).toBe('running');
    go();
    await until(client, seen.run.run, 'done');
    expect(await ended).toBe(0);
  });

  test('is stopped and resumed', async () => {
    await open();
    const started = await run('work');
    await until(client, started.run, 'running');
    // Paused, it begins nothing new: what is under way ends, what is not stays for later.
    await client.request('morsel/pause', started);
    await until(client, started.run, 'paused');
    const stopped = client.request('morsel/stop', started);
    go();
    expect(await stopped).toEqual(started);
    const infos = await client.request<RunInfo[]>('morsel/runs', null);
    expect(infos[0]).toMatchObject({ run: started.run, state: 'stopped', live: false });
    expect(await client.request('morsel/resume', { run: started.run })).toEqual(started);
    await until(client, started.run, 'done');
  });

  test('has one of its tasks cancelled', async () => {
    await open();
    const started = await run('work');
    await until(client, started.run, 'running');
    const unknown = await client.request('morsel/cancelTask', { ...started, task: 'nothing' });
    expect(unknown).toEqual({ problem: "The task can't be cancelled: the job has no task nothing." });
    expect(await client.request('morsel/cancelTask', { ...started, task: 'wait' })).toEqual(started);
    go();
    await until(client, started.run, 'failed');
  });

  test('is paused and goes on', async () => {
    await open();
    const started = await run('work');
    await until(client, started.run, 'running');
    expect(await client.request('morsel/pause', started)).toEqual(started);
    await until(client, started.run, 'paused');
    const since = client.received.length;
    expect(await client.request('morsel/continue', started)).toEqual(started);
    await until(client, started.run, 'running', since);
    go();
    await until(client, started.run, 'done');
  });
});

describe('failed items', () => {
  const failureOf = async (watcher: LspClient, of: string, since = 0) => {
    const isOfRun = ({ source }: { source?: string }): boolean => source === 'morsel run';
    return (await watcher.diagnostics(of, (found) => found.some(isOfRun), 0, since)).filter(isOfRun);
  };

  test('are problems on the task, with what they printed, until a newer run of the job', async () => {
    await open();
    const started = await run('fail');
    const [problem] = await failureOf(client, uri);
    expect(problem).toMatchObject({
      range: client.rangeOf(uri, 'check'),
      severity: 1,
      source: 'morsel run',
      code: 'run/item-failed',
      data: { run: started.run, task: 'check' },
    });
    expect(problem!.message).toBe('2: exited with 1\nlooking at 2\nnumber 2 is bad');
    await until(client, started.run, 'failed');
    const { text } = await client.request<LogsResult>('morsel/logs', { run: started.run, item: '2' });
    expect(text).toContain('looking at 2');
    expect(text).not.toContain('looking at 3');
    const details = await client.request<RunDetailsResult>('morsel/runDetails', started);
    expect(details.failures).toMatchObject([{ task: 'check', item: '2', message: 'exited with 1' }]);

    // The problem moves with its task, and goes when a newer run has none.
    let since = client.received.length;
    await client.edit(uri, { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, '\n');
    // What was published for the text before may still come in between.
    const { start: place } = client.rangeOf(uri, 'check');
    const isMoved = ({ source, range }: Diagnostic): boolean =>
      source === 'morsel run' && range.start.line === place.line && range.start.character === place.character;
    await client.diagnostics(uri, (found) => found.some(isMoved), 0, since);
    const mended = job.replace('test {n} -ne 2', 'true {n}');
    await client.edit(uri, { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } }, mended);
    writeFileSync(file, mended);
    since = client.received.length;
    await run('fail');
    await client.diagnostics(uri, (found) => found.length === 0, 0, since);
  });

  test('that are files are problems of these files too', async () => {
    await open();
    const read = `job read {
  input texts = files "*.txt"
  task check for text in texts { run "echo reading; grep -q good {text.path}" }
}
`;
    file = join(folder, 'read.morsel');
    const [good, bad] = [join(folder, 'good.txt'), join(folder, 'bad.txt')];
    for (const [path, text] of [
      [file, read],
      [good, 'good'],
      [bad, 'bad'],
    ] as const)
      writeFileSync(path, text);
    uri = await client.open(file, read);
    await run('read');
    const input = URI.file(bad).toString();
    expect(await client.diagnostics(input, (found) => found.length > 0)).toMatchObject([
      { source: 'morsel run', code: 'run/item-failed', message: 'check: exited with 1\nreading' },
    ]);
    const isOfGood = ({ params }: { params: unknown }): boolean =>
      JSON.stringify(params ?? null).includes(`"${URI.file(good).toString()}"`);
    expect(client.received.filter(isOfGood)).toEqual([]);

    // A newer run clears it.
    writeFileSync(bad, 'good');
    const since = client.received.length;
    await run('read');
    expect(await client.diagnostics(input, (found) => found.length === 0, 0, since)).toEqual([]);
  });
  test('of an earlier session are shown when the server starts', async () => {
    await open();
    const { run: id } = await run('fail');
    await until(client, id, 'failed');
    await client.shutdown();
    const other = await start();
    const opened = await other.open(file, job);
    const [problem] = await failureOf(other, opened);
    expect(problem!.message).toContain('number 2 is bad');
  });
});

test('what a run has taught changes the plan', async () => {
  await open();
  const { run: id } = await run('fail');
  await until(client, id, 'failed');
  // A plan that was begun before the run ended may still come in between.
  const hover = () => client.request<object>('textDocument/hover', client.at(uri, 'check'));
  await vi.waitFor(async () => expect(JSON.stringify(await hover())).toContain('Predicted from'), { timeout: 20_000 });
});

test('what a run has taught may say that a job never finishes', async () => {
  const slow = 'target here local { instances 1 }\njob slow on here { task nap { run "sleep 1.2" } }\n';
  writeFileSync(join(folder, 'slow.morsel'), slow);
  client = await start();
  uri = await client.open(join(folder, 'slow.morsel'), slow);
  await client.diagnostics(uri);
  const { run: id } = await run('slow');
  await until(client, id, 'done');
  await client.replace(uri, 'instances 1', 'instances 1 lifespan 0.5 s');
  const found = await client.diagnostics(uri, (all) => all.some(({ source }) => source === 'morsel plan'));
  const problem = found.find(({ source }) => source === 'morsel plan');
  expect(problem).toMatchObject({ severity: 1, code: 'plan/outlasts-lifespan', range: client.rangeOf(uri, 'nap') });
  const range = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };
  const hints = await client.request<{ label: string }[]>('textDocument/inlayHint', { textDocument: { uri }, range });
  expect(hints[0]!.label).toBe('cannot finish on here');
});

describe('a run is refused in words', () => {
  const problemOf = async (params: object) => (await client.request<Problem>('morsel/run', { uri, ...params })).problem;

  test('where the workspace is not trusted, until it is', async () => {
    await open({ initializationOptions: { trusted: false } });
    expect(await problemOf({ job: 'fail' })).toContain('not trusted');
    expect(existsSync(join(folder, '.morsel'))).toBe(false);
    await client.notify('morsel/trustGranted', undefined);
    const { run: id } = await run('fail');
    await until(client, id, 'failed');
  });

  test('where the job is not named, not there, or not saved', async () => {
    await open();
    expect(await problemOf({})).toContain('has 2 jobs');
    expect(await problemOf({ job: 'other' })).toContain('no job "other"');
    await client.edit(uri, { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, '\n');
    expect(await problemOf({ job: 'fail' })).toContain('not saved');
  });

  test('where the command line refuses, in its own words', async () => {
    await open();
    expect(await problemOf({ job: 'fail', target: 'nowhere' })).toContain('nowhere');
    expect(readdirSync(join(folder, '.morsel', 'launching'))).toEqual([]);
  });

  test('where there is no such run', async () => {
    await open();
    for (const method of ['stop', 'pause', 'continue', 'resume', 'runDetails', 'logs']) {
      const { problem } = await client.request<Problem>(`morsel/${method}`, { run: 'x' });
      expect(problem).toContain('no run "x"');
    }
  });
});
