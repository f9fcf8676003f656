/** Numbers as people read them: the same words in the terminal, in the editor and in messages. */
import type { Interval } from './predictive-model/prediction.ts';

type Ends = Pick<Interval, 'low' | 'high'> & Partial<Interval>;

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** What was measured: `45 ms`, `1.2 s`, `41 s`, `3 min 10 s`, `2 h 5 min`, `3 d 4 h`; never more than two units. */
export function duration(seconds: number): string {
  if (seconds <= 0) return '0 s';
  if (seconds < 0.9995) return `${Math.max(1, Math.round(seconds * 1000))} ms`;
  if (seconds < 9.95) return `${trimmed(seconds, 1)} s`;
  const whole = Math.round(seconds);
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return twoUnits(whole, MINUTE, 'min', 1, 's');
  const minutes = Math.round(seconds / MINUTE) * MINUTE;
  if (minutes < DAY) return twoUnits(minutes, HOUR, 'h', MINUTE, 'min');
  return twoUnits(Math.round(seconds / HOUR) * HOUR, DAY, 'd', HOUR, 'h');
}

function twoUnits(total: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.round((total % large) / small);
  const head = `${Math.floor(total / large)} ${largeName}`;
  return rest === 0 ? head : `${head} ${rest} ${smallName}`;
}

const units = [
  { name: 'd', seconds: DAY },
  { name: 'h', seconds: HOUR },
  { name: 'min', seconds: MINUTE },
  { name: 's', seconds: 1 },
  { name: 'ms', seconds: 1e-3 },
];

/** What was predicted, or is a round number: `45 ms`, `1.2 s`, `41 s`, `9 min`, `2.5 h`: two digits in one unit. */
export function about(seconds: number): string {
  if (seconds <= 0) return '0 s';
  // The largest unit of which there are about two or more, since 90 s says more than 1.5 min; for seconds a tenth will do.
  const fits = (unit: (typeof units)[number]): boolean => seconds >= (unit.seconds > 1 ? 1.95 : 0.095) * unit.seconds;
  const unit = units.find(fits) ?? units.at(-1)!;
  const value = seconds / unit.seconds;
  return `${value < 9.95 ? trimmed(value, 1) : Math.round(value)} ${unit.name}`;
}

/** `34–45 min`, `50 s – 2 min 10 s`; one {@link duration} where both ends read alike. */
export const durationBand = ({ low, high }: Ends): string => band(duration(low), duration(high));

/** `34–45 min`, `50 s – 2.2 min`; one time where both ends read alike. */
export const aboutBand = ({ low, high }: Ends): string => band(about(low), about(high));

function band(from: string, to: string): string {
  if (from === to) return to;
  const [number, unit, ...more] = from.split(' ');
  const sameUnit = more.length === 0 && to.split(' ').length === 2 && to.endsWith(` ${unit}`);
  return sameUnit ? `${number}–${to}` : `${from} – ${to}`;
}

/** `$0.42`, or `$0.40–0.51`. */
export function priceBand({ low, high }: Ends): string {
  const [from, to] = [low.toFixed(2), high.toFixed(2)];
  return from === to ? `$${to}` : `$${from}–${to}`;
}

/** A share of 0..1: `3 %`, `0.9 %`, `98.8 %`, `under 0.1 %`. */
export function percent(share: number): string {
  if (share > 0 && share < 0.001) return 'under 0.1 %';
  return `${trimmed(share * 100, share < 0.0995 || share > 0.9 ? 1 : 0)} %`;
}

/** `1,234,567`. */
export const count = (value: number): string =>
  Math.round(value)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ',');

/** `1 fragment`, `1,400 fragments`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${Math.round(value) === 1 ? one : many}`;

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** An error's message, for a user. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** At most so many decimals, without zeros at the end. */
const trimmed = (value: number, decimals: number): string => String(Number(value.toFixed(decimals)));
