/**
 * Lightweight workers: each a connection of its own that speaks the whole of the wire and of the worker protocol, and does
 * nothing else but wait as long as its items would take. A process of its own; it starts one for each file in its spool.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fragment } from '../../scheduler/fragment-scheduler/events.ts';
import { callHome, NotWelcome, type HomeLine } from '../../scheduler/wire/client.ts';
import { readHome } from '../../scheduler/wire/credentials.ts';
import { waysTo } from '../../scheduler/wire/ways.ts';
import {
  Assign,
  FragmentEnded,
  Heartbeat,
  Hello,
  SafePoint,
  Split,
  Stop,
  WORKER_PROTOCOL_VERSION,
  type ItemReport,
} from '../../scheduler/worker/protocol.ts';

const LOOK_MILLISECONDS = 50;
const [spool, secondsText] = process.argv.slice(2);
const itemSeconds = Number(secondsText);

class LightWorker {
  private readonly line: HomeLine;
  private running: { fragment: Fragment; begunAt: number; timer: NodeJS.Timeout } | null = null;

  constructor(line: HomeLine) {
    this.line = line;
    const { connection } = line;
    connection.onNotification(Assign, (fragment) => this.assign(fragment));
    connection.onNotification(Split, ({ fragment }) => {
      if (this.running?.fragment.id === fragment) void this.end('split');
    });
    connection.onNotification(Stop, () => void this.stop());
    connection.listen();
  }

  async begin(number: number): Promise<void> {
    const { connection } = this.line;
    const hello = { version: WORKER_PROTOCOL_VERSION, pid: number, hostName: 'swarm', nodeVersion: process.version };
    const { heartbeatSeconds } = await connection.sendRequest(Hello, hello);
    const sample = {
      cpuShare: 0.5,
      otherCpuShare: 0,
      memoryUsedBytes: 1e9,
      memoryTotalBytes: 4e9,
      networkBytesPerSecond: 0,
      diskBytesPerSecond: 0,
    };
    const beat = setInterval(() => void connection.sendNotification(Heartbeat, sample), heartbeatSeconds * 1000);
    await this.line.ended;
    clearInterval(beat);
  }

  private assign(fragment: Fragment): void {
    const seconds = itemSeconds * fragment.pieces.reduce((sum, { start, end }) => sum + end - start, 0);
    const timer = setTimeout(() => void this.end('done'), seconds * 1000);
    this.running = { fragment, begunAt: performance.now(), timer };
  }

  private async end(how: 'done' | 'split'): Promise<void> {
    const { running } = this;
    if (running === null) return;
    this.running = null;
    clearTimeout(running.timer);
    const { fragment, begunAt } = running;
    let left = how === 'done' ? Infinity : Math.floor((performance.now() - begunAt) / 1000 / itemSeconds);
    const reports: ItemReport[] = [];
    for (const { task, start, end } of fragment.pieces) {
      const count = Math.min(left, end - start);
      left -= count;
      const seconds = count * itemSeconds;
      const squaredSeconds = seconds * itemSeconds;
      if (count > 0) reports.push({ task, start, end: start + count, state: 'done', seconds, squaredSeconds });
    }
    const { connection } = this.line;
    if (reports.length > 0) await connection.sendRequest(SafePoint, { fragment: fragment.id, reports });
    await connection.sendNotification(FragmentEnded, { fragment: fragment.id, how });
  }

  private async stop(): Promise<void> {
    await this.end('split');
    await this.line.hangUp('it was stopped');
  }
}

async function startOne(pilot: string, number: number): Promise<void> {
  const homeFile = readFileSync(join(spool!, pilot), 'utf8').trim();
  const place = { host: 'swarm' };
  const line = await callHome({ ways: () => waysTo(readHome(homeFile), pilot), pilot, place, patienceSeconds: 60 });
  await new LightWorker(line).begin(number);
}

const known = new Set<string>();
setInterval(() => {
  for (const name of readdirSync(spool!)) {
    if (known.has(name) || !readFileSync(join(spool!, name), 'utf8').endsWith('\n')) continue;
    known.add(name);
    // One that is asked for when the work is done is told so.
    startOne(name, known.size).catch((error: unknown) => error instanceof NotWelcome || console.error(error));
  }
}, LOOK_MILLISECONDS);
