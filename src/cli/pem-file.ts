/**
 * PEM file: a certificate or a private key, read when the settings are, so that a wrong one stops the start.
 *
 * What is wrong is said without a word of what the file holds: it may be a key.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** @returns a schema that takes the path of the file and gives its text. */
export const certificateFile = () => pemFile('certificate', (text) => new X509Certificate(text));
export const privateKeyFile = () => pemFile('private key without a passphrase', createPrivateKey);

/** @param cert text; of several certificates the first, as in TLS. */
export const belongsTo = (key: string, cert: string): boolean =>
  new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));

const pemFile = (kind: string, parse: (text: string) => unknown) =>
  z.string().transform((path, context) => {
    let problem = `cannot be read: ${path}`;
    try {
      const text = readFileSync(path, 'utf8');
      problem = `must be a file with a ${kind}, in PEM: ${path}`;
      parse(text);
      return text;
    } catch {
      context.addIssue({ code: 'custom', message: problem });
      return z.NEVER;
    }
  });
