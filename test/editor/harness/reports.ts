/** How a suite in the extension host tells of itself: a line of JSON for each event, over a socket of this machine. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** The environment variable that tells the host the port. */
export const REPORT_PORT = 'MORSEL_TEST_REPORT_PORT';

export type Report =
  | { event: 'pass' | 'skip'; title: string }
  | { event: 'fail'; title: string; message: string }
  | { event: 'end' }
  /** The suite itself could not be run, or its host ended before it did. */
  | { event: 'lost'; message: string };

export async function listenForReports(handle: (report: Report) => void): Promise<{ port: number; listener: Server }> {
  const listener = createServer((socket) => {
    let text = '';
    let ended = false;
    socket.setEncoding('utf8');
    socket.on('error', () => {});
    socket.on('data', (data) => {
      const lines = (text + String(data)).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const report: Report = JSON.parse(line);
        ended ||= report.event === 'end';
        handle(report);
      }
    });
    socket.on('close', () => {
      if (!ended) handle({ event: 'lost', message: 'the extension host ended before the suite did' });
    });
  });
  listener.listen(0, '127.0.0.1').unref();
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port to listen on');
  return { port: address.port, listener };
}
