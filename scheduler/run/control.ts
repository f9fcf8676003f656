/**
 * The control socket of a live run: JSON-RPC 2.0 on a Unix socket (a named pipe on Windows) that only its user may open.
 * Any number of watchers may attach and leave. `run.json` in the run's folder says where the socket is.
 */
import { NotificationType, RequestType, RequestType0 } from 'vscode-jsonrpc';
import type { RunEvent, RunProgress } from './events.ts';

/** From then on the watcher is sent every event; the answer is where the run stands now. */
export const Attach = new RequestType0<RunProgress, void>('morsel/attach');
export const Event = new NotificationType<RunEvent>('morsel/event');
/** How long a stop waits for safe points: an item that is still under way then is ended, and run again by a resume. */
export const STOP_GRACE_SECONDS = 10;
/** Cuts all fragments at their next safe point and ends the run, so that it can be resumed. Answered when it has ended. */
export const StopRun = new RequestType0<void, void>('morsel/stop');
export const PauseRun = new RequestType0<void, void>('morsel/pause');
/** Cancels one task, by its name; the rest of the job goes on. Answers with a sentence if there is nothing of it to cancel. */
export const CancelTask = new RequestType<string, string | null, void>('morsel/cancelTask');
export const ContinueRun = new RequestType0<void, void>('morsel/continue');
