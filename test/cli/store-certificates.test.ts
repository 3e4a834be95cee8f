/** The settings of a secure connection to the store: read at the start, and refused by name where they are wrong. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readSettings } from '../../src/cli/settings.ts';
import { type Certificates, createCertificates } from '../support/certificates.ts';

describe('the certificates of the store', () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await createCertificates();
  });
  afterAll(() => certificates.dispose());

  const STORE = 'rediss://redis.example';
  const refusalOf = (flags: object, env: Record<string, string> = {}): string => {
    const settings = readSettings({ store: STORE, ...flags }, env);
    return settings.ok ? 'was accepted' : settings.refusal.message;
  };

  it('are read from the files that flags and environment name', async () => {
    const { ca, client, text } = certificates;
    const settings = readSettings(
      { store: STORE, storeCa: ca },
      { NEWSLINE_STORE_CERT: client.cert, NEWSLINE_STORE_KEY: client.key },
    );
    expect(settings).toMatchObject({
      ok: true,
      value: {
        storeCa: await text(ca),
        storeCert: await text(client.cert),
        storeKey: await text(client.key),
      },
    });
  });

  it('stop the start where a file cannot be read or holds something else, without a word of what it holds', () => {
    const { ca, client } = certificates;
    const nowhere = join(ca, '../nowhere.pem');
    expect(refusalOf({ storeCa: nowhere })).toBe(`--store-ca cannot be read: ${nowhere}`);
    expect(refusalOf({}, { NEWSLINE_STORE_CA: nowhere })).toBe(
      `NEWSLINE_STORE_CA cannot be read: ${nowhere}`,
    );
    expect(refusalOf({ storeCa: client.key })).toBe(
      `--store-ca must be a file with a certificate, in PEM: ${client.key}`,
    );
    expect(refusalOf({ storeKey: ca, storeCert: ca })).toBe(
      `--store-key must be a file with a private key without a passphrase, in PEM: ${ca}`,
    );
  });

  it('are refused by half, mismatched, or for a store without TLS', () => {
    const { ca, client, server } = certificates;
    expect(refusalOf({ storeCert: client.cert })).toMatch(/^--store-cert needs/);
    expect(refusalOf({ storeKey: client.key })).toMatch(/^--store-key needs/);
    expect(refusalOf({ storeCert: client.cert, storeKey: server.key })).toMatch(
      /^--store-key is not the key/,
    );
    for (const store of ['redis://redis.example', 'embedded:./data']) {
      expect(refusalOf({ store, storeCa: ca })).toMatch(/^--store-ca is for TLS/);
    }
  });
});
