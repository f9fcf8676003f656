import { hostname, networkInterfaces } from 'node:os';

/** By what other hosts may reach this one: its name first, then its addresses; those that only it can use last. */
export function ownAddresses(): string[] {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outside = own.filter(({ internal, scopeid }) => !internal && !scopeid).map(({ address }) => address);
  return [...new Set([hostname(), ...outside, '127.0.0.1'])];
}
