/** Numbers of a plan as people read them. */
import type { Interval } from '../../scheduler/predictive-model/prediction.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

interface Unit {
  name: string;
  seconds: number;
}

const units: Unit[] = [
  { name: 'd', seconds: DAY },
  { name: 'h', seconds: HOUR },
  { name: 'min', seconds: MINUTE },
  { name: 's', seconds: 1 },
  { name: 'ms', seconds: 1e-3 },
];

/** `45 ms`, `1.2 s`, `41 s`, `9 min`, `2.5 h`: two digits where they say something. */
export function duration(seconds: number): string {
  const unit = unitFor(seconds);
  return `${digits(seconds / unit.seconds)} ${unit.name}`;
}

/** `34–45 min`; `50 s–2 min` where the ends have different units; one number where they read alike. */
export function durationBand({ low, high }: Interval): string {
  return band(duration(low), duration(high));
}

/** `$0.42`, or `$0.40–0.51`. */
export function priceBand({ low, high }: Interval): string {
  const [from, to] = [low.toFixed(2), high.toFixed(2)];
  return from === to ? `$${to}` : `$${from}–${to}`;
}

/** A share of 0..1: `3 %`, `0.9 %`, `< 0.1 %`. */
export function percent(share: number): string {
  if (share > 0 && share < 0.001) return '< 0.1 %';
  return `${share < 0.095 ? trimmed(share * 100, 1) : Math.round(share * 100)} %`;
}

/** Whole numbers with thin gaps between thousands: `1 000 000`. */
export const count = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, '\u202f');

/** `1 fragment`, `14 fragments`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${Math.round(value) === 1 ? one : many}`;

function band(from: string, to: string): string {
  if (from === to) return to;
  const [fromNumber, fromUnit] = from.split(' ');
  return fromUnit === to.split(' ')[1] ? `${fromNumber}–${to}` : `${from}–${to}`;
}

/** The largest unit of which there are about two or more, since 90 s says more than 1.5 min; for seconds a tenth will do. */
function unitFor(seconds: number): Unit {
  const fitting = units.find((unit) => seconds >= (unit.seconds > 1 ? 1.95 : 0.095) * unit.seconds);
  return fitting ?? units.at(-1)!;
}

const digits = (value: number): string => (value < 9.95 ? trimmed(value, 1) : count(value));

/** At most so many decimals, without zeros at the end. */
const trimmed = (value: number, decimals: number): string => String(Number(value.toFixed(decimals)));
