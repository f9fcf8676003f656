/** What a run's workers know it by, and it them. In files that only their user can read; on no command line, in no log. */
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** A run's own: kept with the run, so that one that is resumed is known to the workers of the one that was cut off. */
export interface Credentials {
  /** PEM. */
  certificate: string;
  /** PEM. */
  key: string;
  secret: string;
  /** Stands in the names of all that the run starts elsewhere; not secret. */
  token: string;
}

/** What a worker is given to find its run by. */
export interface Home {
  addresses: string[];
  port: number;
  /** True where the run comes for its workers, each by a relay on the worker's own host. */
  isRelayed: boolean;
  /** PEM; the one certificate that the worker accepts. */
  certificate: string;
  secret: string;
}

/** Those of the file; made and written there if it does not exist. */
export async function credentialsIn(file: string): Promise<Credentials> {
  const { certificate, key, secret, token } = readJson(file) ?? {};
  if (isText(certificate) && isText(key) && isText(secret) && isText(token)) return { certificate, key, secret, token };
  // The library is large, and only runs beyond this machine need it.
  const { makeCertificate } = await import('./certificate.ts');
  const made = {
    ...(await makeCertificate()),
    secret: randomBytes(32).toString('hex'),
    token: randomBytes(4).toString('hex'),
  };
  writePrivately(file, made);
  return made;
}

/** The whole file at once: whoever reads it while it changes has the old or the new one. */
export function writePrivately(file: string, content: object): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Throws, with a sentence, if there is none that can be read. */
export function readHome(file: string): Home {
  const { addresses, port, isRelayed, certificate, secret } = readJson(file) ?? {};
  if (Array.isArray(addresses) && typeof port === 'number' && isText(certificate) && isText(secret))
    return { addresses: addresses.filter(isText), port, isRelayed: isRelayed === true, certificate, secret };
  throw new Error(
    `${file} can't be read: the run that started this worker is gone, or its folder is not on a file system that this host shares`,
  );
}

function readJson(file: string): Record<string, unknown> | null {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof content === 'object' && content !== null ? { ...content } : null;
  } catch {
    return null;
  }
}

const isText = (value: unknown): value is string => typeof value === 'string';
