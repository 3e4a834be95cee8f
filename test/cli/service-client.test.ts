import { afterEach, describe, expect, it } from '@jest/globals';
import { createServiceClient, type ServiceClientOptions } from '../../src/cli/service-client.ts';
import { retryMs } from '../../src/cli/wait.ts';
import { recordWaits } from './run-command.ts';
import { json, type ScriptedServer, type Step, startScriptedServer } from './scripted-server.ts';

let server: ScriptedServer | undefined;
const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const started of servers.splice(0)) await started.dispose();
});

async function clientOf(steps: readonly Step[], options: Partial<ServiceClientOptions> = {}) {
  server = await startScriptedServer(steps);
  servers.push(server);
  return createServiceClient({ url: server.url, key: 'secret', wait: recordWaits().wait, ...options });
}

describe('the service client', () => {
  it('carries the key in its header, and encodes what stands in an address', async () => {
    const client = await clientOf([json(200, { fine: true })]);
    await client.request({ path: ['v1', 'a/b', '?#%'] });
    expect(server?.requests[0]?.url).toBe('/v1/a%2Fb/%3F%23%25');
    expect(server?.requests[0]?.headers.authorization).toBe('Bearer secret');
  });

  it('names every field that is wrong', async () => {
    const problem = {
      type: 'urn:newsline:problem:invalid-field',
      errors: [
        { field: 'title', message: 'must not be empty' },
        { field: 'tags.3', message: 'must be a string' },
      ],
    };
    const client = await clientOf([json(422, problem)]);
    await expect(client.request({ path: ['x'] })).rejects.toMatchObject({
      code: 'refused',
      message: 'title: must not be empty; tags.3: must be a string (invalid-field)',
    });
  });

  it('takes no key to where it is redirected', async () => {
    const client = await clientOf([
      (response) => response.writeHead(301, { location: 'https://elsewhere.example/' }).end(),
    ]);
    await expect(client.request({ method: 'POST', path: ['x'], body: {} })).rejects.toThrow(
      'redirects to https://elsewhere.example/: give that to --url',
    );
    expect(server?.requests).toHaveLength(1);
  });

  it.each([
    ['a page', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>hello')],
    ['a list', json(200, [])],
    ['an error page', (response) => response.writeHead(404).end('\u001b[31mnot here')],
  ] satisfies [string, Step][])('does not take %s for an answer', async (_, step) => {
    const client = await clientOf([step]);
    await expect(client.request({ path: ['x'] })).rejects.toThrow('is the address right?');
  });

  it('reads no more of an answer than its limit', async () => {
    const client = await clientOf([json(200, { text: 'x'.repeat(1_000) })], { limitBytes: 100 });
    await expect(client.request({ path: ['x'] })).rejects.toThrow('larger than 100 bytes');
  });

  it('does not repeat what may not be repeated, nor what was refused', async () => {
    const client = await clientOf([json(503, {})]);
    await expect(client.request({ method: 'POST', path: ['x'], body: {} })).rejects.toMatchObject({
      code: 'refused',
    });
    expect(server?.requests).toHaveLength(1);
    const other = await clientOf([json(409, {})]);
    await expect(other.request({ path: ['x'], attempts: 5 })).rejects.toMatchObject({ code: 'refused' });
    expect(server?.requests).toHaveLength(1);
  });

  it('does not come back before it is asked to, and not at all where that is too long', async () => {
    const { waits, wait } = recordWaits();
    const soon = await clientOf([json(429, {}, { 'retry-after': '30' }), json(200, {})], { wait });
    await soon.request({ path: ['x'], attempts: 2 });
    expect(waits).toEqual([30_000]);
    const late = await clientOf([json(503, {}, { 'retry-after': '3600' })], { wait });
    await expect(late.request({ path: ['x'], attempts: 2 })).rejects.toThrow('try again in 3600 s');
    expect(waits).toEqual([30_000]);
  });

  it('ends at an interrupt, also while it waits', async () => {
    const stop = new AbortController();
    const wait = async () => stop.abort();
    const client = await clientOf([json(503, {})], { wait, signal: stop.signal });
    await expect(client.request({ path: ['x'], attempts: 5 })).rejects.toMatchObject({ code: 'interrupted' });
    expect(server?.requests).toHaveLength(1);
  });

  it('gives up on a service that does not answer in time', async () => {
    const client = await clientOf([() => {}], { timeoutMs: 50 });
    await expect(client.request({ path: ['x'] })).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('no answer in time'),
    });
  });
});

describe('a command that tries again', () => {
  it('waits up to half a second first, and never more than fifteen', () => {
    const waits = [1, 2, 3, 6, 50].map((failures) => retryMs(failures, () => 0.5));
    expect(waits).toEqual([250, 500, 1_000, 7_500, 7_500]);
  });
});
