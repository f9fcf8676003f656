/** The first words over a connection, before any message: who calls, whether it knows the secret, and where to go on. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { WIRE_VERSION } from './channel.ts';

/** What a worker says first. */
export interface Greeting {
  version: number;
  secret: string;
  /** What the run knows the worker's place by: the name of its pilot. */
  pilot: string;
  /** The worker process: another one in the same place has another. */
  incarnation: string;
  /** How many messages it has received; null at its first connection, else it wants to go on. */
  received: number | null;
  /** Facts of the place that it runs in, for whoever started it; a few short texts. */
  place: Record<string, string>;
}

/** The run's answer to who may come in. */
export interface Welcome {
  /** How many messages the run has received. */
  received: number;
  pingSeconds: number;
  /** A worker whose last answered ping is older than this ends all that it started: others may have its work by then. */
  leaseSeconds: number;
}

/** The run's answer to who may not. */
export interface Refusal {
  why: string;
  /** True if a fresh worker in its place may be welcome. */
  anew: boolean;
}

const LONGEST_TEXT = 200;
const MOST_FACTS = 16;

/** A greeting, as sent by who knows how to; null for anything else. */
export function readGreeting(said: Record<string, unknown> | null): Greeting | null {
  if (said === null) return null;
  const { version, secret, pilot, incarnation, received, place } = said;
  if (typeof version !== 'number' || !isShort(secret) || !isShort(pilot) || !isShort(incarnation)) return null;
  if (received !== null && !(typeof received === 'number' && Number.isSafeInteger(received) && received >= 0))
    return null;
  if (typeof place !== 'object' || place === null) return null;
  const facts = Object.entries(place).filter((entry): entry is [string, string] => isShort(entry[1]));
  return { version, secret, pilot, incarnation, received, place: Object.fromEntries(facts.slice(0, MOST_FACTS)) };
}

const isShort = (value: unknown): value is string => typeof value === 'string' && value.length <= LONGEST_TEXT;

export function readWelcome(said: Record<string, unknown> | null): Welcome | null {
  const { received, pingSeconds, leaseSeconds } = said ?? {};
  if (typeof received !== 'number' || typeof pingSeconds !== 'number' || typeof leaseSeconds !== 'number') return null;
  return { received, pingSeconds, leaseSeconds };
}

export function readRefusal(said: Record<string, unknown> | null): Refusal | null {
  const { why, anew } = said ?? {};
  return typeof why === 'string' && typeof anew === 'boolean' ? { why, anew } : null;
}

/** Takes as long whatever the difference is. */
export const isSame = (given: string, wanted: string): boolean => timingSafeEqual(digest(given), digest(wanted));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

export const versionProblem = (version: number): string | null =>
  version === WIRE_VERSION
    ? null
    : `the worker speaks version ${version} of the wire protocol and the run version ${WIRE_VERSION}: use the same Morsel for both`;
