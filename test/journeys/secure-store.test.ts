/** The service on a Redis that speaks TLS only, asks for a certificate, and whose authority is its owner's own. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Certificates, createCertificates, tlsSettings } from '../support/certificates.ts';
import { runCommand } from '../support/newsline-command.ts';
import { ADMIN_KEY, startNewsline } from '../support/newsline-process.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';

describe('a store over TLS', () => {
  let certificates: Certificates;
  let redis: RedisServer;
  beforeAll(async () => {
    certificates = await createCertificates();
    redis = await startRedis({ tls: tlsSettings(certificates, { asksForCertificate: true }) });
  });
  afterAll(async () => {
    await redis.stop();
    await certificates.dispose();
  });

  it('takes headlines and gives them out, and the doctor finds nothing wrong', async () => {
    const { ca, client } = certificates;
    const args = ['--store-ca', ca, '--store-cert', client.cert, '--store-key', client.key];
    const newsline = await startNewsline({ store: redis.url, args });
    const headlines = `${newsline.url}/v1/channels/main/headlines`;
    const posted = await fetch(headlines, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ title: 'Over TLS' }),
    });
    expect(posted.status).toBe(201);
    expect(await (await fetch(headlines)).text()).toContain('Over TLS');

    const env = {
      NEWSLINE_STORE_CA: ca,
      NEWSLINE_STORE_CERT: client.cert,
      NEWSLINE_STORE_KEY: client.key,
      NEWSLINE_STORE: redis.url,
    };
    const doctor = await runCommand(['doctor', '--store', redis.url], { url: newsline.url, env });
    expect(doctor).toMatchObject({ exitCode: 0, stderr: '' });
    await newsline.stop();
  });

  it('stops the start with one line where the certificate of Redis is not trusted', async () => {
    const { exitCode, stdout, stderr } = await runCommand(['serve', '--store', redis.url, '--port', '0']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^newsline: Redis at [\d.:]+ cannot be reached: [^\n]*certificate[^\n]*\n$/);
  });
});
