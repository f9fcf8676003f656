import { connect, createServer, type Socket } from 'node:net';

/** A network between two ends that can be cut, and that can go dead without anybody being told. */
export interface Proxy {
  port: number;
  /** How many connections there have been. */
  connections(): number;
  /** Breaks all connections. */
  cut(): void;
  /** From now on nothing gets through, in either direction, and nobody is told. */
  freeze(): void;
  close(): void;
}

export async function proxyTo(port: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let count = 0;
  let isFrozen = false;
  const server = createServer((near) => {
    count++;
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk: Buffer) => isFrozen || to.write(chunk));
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        if (!isFrozen) to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const own = typeof address === 'object' && address !== null ? address.port : 0;
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    port: own,
    connections: () => count,
    cut,
    freeze: () => {
      isFrozen = true;
    },
    close: () => {
      isFrozen = false;
      server.close();
      cut();
    },
  };
}
