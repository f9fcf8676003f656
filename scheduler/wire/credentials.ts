/** What a run's workers know it by, and it them. In files that only their user can read; on no command line, in no log. */
import { randomBytes, webcrypto } from 'node:crypto';
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
  /** PEM; the one certificate that the worker accepts. */
  certificate: string;
  secret: string;
}

/** As long as a run may ever take. */
const VALID_YEARS = 10;

/** Those of the file; made and written there if it does not exist. */
export async function credentialsIn(file: string): Promise<Credentials> {
  const { certificate, key, secret, token } = readJson(file) ?? {};
  if (isText(certificate) && isText(key) && isText(secret) && isText(token)) return { certificate, key, secret, token };
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
  const { addresses, port, certificate, secret } = readJson(file) ?? {};
  if (Array.isArray(addresses) && typeof port === 'number' && isText(certificate) && isText(secret))
    return { addresses: addresses.filter(isText), port, certificate, secret };
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

/** Self-signed, on the curve P-256. The library is large, and only runs beyond this machine need it. */
async function makeCertificate(): Promise<Pick<Credentials, 'certificate' | 'key'>> {
  await import('reflect-metadata');
  const { X509CertificateGenerator } = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const notAfter = new Date();
  notAfter.setFullYear(notAfter.getFullYear() + VALID_YEARS);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=morsel',
    // A clock somewhere in the cluster may be behind.
    notBefore: new Date(Date.now() - 24 * 60 * 60 * 1000),
    notAfter,
    signingAlgorithm: algorithm,
    keys,
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const lines = key.match(/.{1,64}/g)!.join('\n');
  return {
    certificate: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`,
  };
}
