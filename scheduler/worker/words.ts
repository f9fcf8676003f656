/** How the worker puts things to people. */
import { constants } from 'node:os';

/** `5 min`, `1.5 s`, `2 h`: in the units of the language. */
export function durationText(seconds: number): string {
  if (seconds >= 3600) return `${round(seconds / 3600)} h`;
  if (seconds >= 60) return `${round(seconds / 60)} min`;
  return `${round(seconds)} s`;
}

/** `exited with 3`; a status that shells use for a signal says so. */
export function exitText(status: number): string {
  const signal = status > 128 ? signalName(status - 128) : undefined;
  return signal === undefined ? `exited with ${status}` : `exited with ${status}, as when killed by ${signal}`;
}

/** How a process of ours ended: by itself or by a signal. */
export function endText(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `exited with ${code ?? 'an unknown status'}` : `was killed by ${signal}`;
}

/** The beginning of a line of output, for a message. */
export function beginning(text: string, length = 80): string {
  const line = text.length > length ? `${text.slice(0, length)}…` : text;
  return JSON.stringify(line);
}

const round = (value: number): number => Number(value.toFixed(value < 10 ? 1 : 0));

const signalName = (number: number): string | undefined =>
  Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
