/** Runs the suite inside the extension host, in code-server and in desktop VS Code alike. */
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { REPORT_PORT, type Report } from '../harness/reports.ts';

/** What VS Code calls; it rejects if a test failed. */
export async function run(): Promise<void> {
  const socket = await connectToRunner();
  const send = (report: Report): void => void socket?.write(`${JSON.stringify(report)}\n`);
  try {
    const failures = await runMocha(send);
    send({ event: 'end' });
    if (failures > 0) throw new Error(`${failures} tests failed`);
  } catch (error) {
    send({ event: 'lost', message: String(error) });
    throw error;
  } finally {
    // Flushed: the host exits as soon as this function is done.
    if (socket !== null) await new Promise<void>((resolve) => socket.end(resolve));
  }
}

/** Null in desktop VS Code, where the console is the report. */
async function connectToRunner(): Promise<Socket | null> {
  const port = Number(process.env[REPORT_PORT]);
  if (!port) return null;
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function runMocha(send: (report: Report) => void): Promise<number> {
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'tdd', color: false, timeout: 60_000, forbidOnly: true, forbidPending: true });
  // Sets the globals that the tests below are written with.
  mocha.suite.emit('pre-require', globalThis, 'suite', mocha);
  await import('./manifest.test.ts');
  await import('./language.test.ts');
  await import('./commands.test.ts');
  await import('./runs.test.ts');
  await import('./tasks.test.ts');
  return new Promise((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('pass', (test) => send({ event: 'pass', title: test.fullTitle() }));
    runner.on('pending', (test) => send({ event: 'skip', title: test.fullTitle() }));
    runner.on('fail', (test, error: Error) => {
      send({ event: 'fail', title: test.fullTitle(), message: error.stack ?? error.message });
    });
  });
}
