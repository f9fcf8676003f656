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

/** To each address at which the run may be reached, by TLS. */
export const waysTo = (home: Home): Way[] =>
  home.addresses.map((address) => ({
    name: `${address} port ${home.port}`,
    secret: home.secret,
    open: () => openTls(home, address),
  }));

/** A connection to who has shown the pinned certificate. */
function openTls({ port, certificate }: Home, address: string): Promise<Duplex | string> {
  return new Promise((resolve) => {
    const socket = connect({
      host: address,
      port,
      ca: [certificate],
      minVersion: 'TLSv1.3',
      // The certificate itself is pinned; its name says nothing.
      checkServerIdentity: () => undefined,
      ...(isIP(address) === 0 ? { servername: address } : {}),
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
