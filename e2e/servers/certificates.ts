import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { runProgram } from './programs.js';

export interface Certificates {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** The authority's certificate as PEM. */
  readonly ca: string;
}

/** Makes an authority and a certificate for 127.0.0.1 in `directory`, valid for a day; of `days` -1 it has expired. */
export async function makeCertificates(directory: string, days = 1): Promise<Certificates> {
  const openssl = (...args: readonly string[]): Promise<string> => runProgram('openssl', args, { directory });
  const newKey = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(...newKey, '-x509', '-days', '1', '-subj', '/CN=test', '-keyout', 'ca.key', '-out', 'ca.pem');
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  await openssl(...newKey, '-subj', '/CN=localhost', ...names, '-keyout', 'server.key', '-out', 'server.csr');
  const sign = ['x509', '-req', '-in', 'server.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
  await openssl(...sign, '-days', `${days}`, '-copy_extensions', 'copy', '-out', 'server.pem');
  const caFile = join(directory, 'ca.pem');
  return {
    caFile,
    certFile: join(directory, 'server.pem'),
    keyFile: join(directory, 'server.key'),
    ca: await readFile(caFile, 'utf8'),
  };
}
