/** Certificates for tests, made by openssl: an authority, a server on loopback, a client, and a stranger's authority. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTemporaryFolder } from './temporary-folder.ts';

/** Paths of files in PEM. */
interface CertifiedKey {
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  readonly ca: string;
  /** For 127.0.0.1 and localhost. */
  readonly server: CertifiedKey;
  readonly client: CertifiedKey;
  /** Another authority, which has signed nothing of these. */
  readonly otherCa: string;
  /** As the server's, and valid for less than three days more. */
  readonly ending: CertifiedKey;
  /** For another name than that of any server here. */
  readonly elsewhere: CertifiedKey;
  /** Of the files. */
  text(path: string): Promise<string>;
  dispose(): Promise<void>;
}

const run = promisify(execFile);
const LOOPBACK = 'IP:127.0.0.1,DNS:localhost';
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '365'];

export async function createCertificates(): Promise<Certificates> {
  const folder = await createTemporaryFolder();
  const at = (name: string) => join(folder.path, name);
  const openssl = (...args: string[]) => run('openssl', args);
  const authority = async (name: string) => {
    const [cert, key] = [at(`${name}.pem`), at(`${name}.key`)];
    await openssl('req', '-x509', ...KEY, '-subj', `/CN=${name}`, '-keyout', key, '-out', cert);
    return { cert, key };
  };
  const ca = await authority('ca');
  const certify = async (name: string, names: string, days = 100): Promise<CertifiedKey> => {
    const [cert, key, request, extensions] = ['.pem', '.key', '.csr', '.ext'].map((end) => at(name + end));
    if (!cert || !key || !request || !extensions) throw new Error('four names are four names');
    await openssl('req', ...KEY, '-subj', `/CN=${name}`, '-keyout', key, '-out', request);
    await writeFile(extensions, `subjectAltName=${names}\n`);
    await openssl(
      ...['x509', '-req', '-in', request, '-CA', ca.cert, '-CAkey', ca.key, '-CAcreateserial'],
      ...['-days', String(days), '-extfile', extensions, '-out', cert],
    );
    return { cert, key };
  };
  return {
    ca: ca.cert,
    server: await certify('server', LOOPBACK),
    ending: await certify('ending', LOOPBACK, 3),
    client: await certify('client', 'DNS:newsline'),
    elsewhere: await certify('elsewhere', 'DNS:elsewhere.example'),
    otherCa: (await authority('other')).cert,
    text: (path) => readFile(path, 'utf8'),
    dispose: () => folder.dispose(),
  };
}

/** Settings of a Redis that speaks nothing but TLS on its port; `startRedis({ tls })` takes them. */
export const tlsSettings = (
  { ca, server }: Pick<Certificates, 'ca' | 'server'>,
  { asksForCertificate = false }: { readonly asksForCertificate?: boolean } = {},
): readonly string[] => [
  ...['--tls-cert-file', server.cert, '--tls-key-file', server.key, '--tls-ca-cert-file', ca],
  ...['--tls-auth-clients', asksForCertificate ? 'yes' : 'no'],
];
