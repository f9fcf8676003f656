import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import type { Home } from './credentials.ts';

/** A connection that can't be had in so long is tried elsewhere, or later. */
const CONNECT_SECONDS = 5;

/** One way to reach the run. */
export interface Way {
  /** For people. */
  name: string;
  /** What the run wants to hear over it. */
  secret: string;
  /** A connection, or why there is none. */
  open(): Promise<Duplex | string>;
}

/** To each address at which the run may be reached, or to the relay that it may have on this host, by TLS. */
export function waysTo(home: Home, pilot: string): Way[] {
  const { addresses, port, secret, isRelayed } = home;
  const own = addresses.map((host) => ({
    name: `${host} port ${port}`,
    secret,
    open: () => openTls(home, { host, port }),
  }));
  const path = relaySocket(pilot);
  return isRelayed ? [...own, { name: 'the relay of the run', secret, open: () => openTls(home, { path }) }] : own;
}

/** Where a worker finds the relay of its pilot. Whoever else listens there, or calls there, can't show what TLS asks for. */
export const relaySocket = (pilot: string): string => `/tmp/${pilot}.sock`;

/** A connection to who has shown the pinned certificate. */
function openTls(
  { certificate }: Home,
  to: { host: string; port: number } | { path: string },
): Promise<Duplex | string> {
  return new Promise((resolve) => {
    const socket = connect({
      ...to,
      ca: [certificate],
      minVersion: 'TLSv1.3',
      // The certificate itself is pinned; its name says nothing.
      checkServerIdentity: () => undefined,
      ...('host' in to && isIP(to.host) === 0 ? { servername: to.host } : {}),
    });
    const impatience = setTimeout(() => fail('it does not answer'), CONNECT_SECONDS * 1000);
    const fail = (why: string): void => {
      clearTimeout(impatience);
      socket.destroy();
      resolve(why);
    };
    socket.on('error', (error) => fail(error.message));
    socket.once('secureConnect', () => {
      clearTimeout(impatience);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}
