/** Ingest service: the real router on a real engine behind a real socket, for one test file. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express, { type RequestHandler } from 'express';
import { hashOf } from '../../src/domain/api-key.ts';
import type { Engine } from '../../src/domain/engine.ts';
import { openEmbeddedEngine } from '../../src/engines/embedded/embedded-engine.ts';
import { createIngest, type Ingest, type IngestOptions } from '../../src/ingest/ingest.ts';

export const ADMIN_KEY = 'the bootstrap key of these tests'.replaceAll(' ', '-');

/** 2026-11-23 18:00 UTC. */
export const SIX_PM_MS = Date.UTC(2026, 10, 23, 18);

interface Clock {
  ms: number;
}

export interface OpenedEngine {
  readonly engine: Engine;
  readonly clock: Clock;
  dispose(): Promise<void>;
}

/** An embedded engine in a folder of its own, whose clock the test moves. */
export async function openTestEngine(): Promise<OpenedEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'newsline-ingest-'));
  const clock: Clock = { ms: SIX_PM_MS };
  const engine = await openEmbeddedEngine({ folder, now: () => clock.ms });
  return {
    engine,
    clock,
    async dispose() {
      await engine.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown>;
  /** The end of a problem's type. */
  readonly code: string | undefined;
  /** The fields a problem names. */
  readonly fields: readonly string[];
}

interface AskOptions {
  /** Absent: the bootstrap key. `null`: none. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, in place of JSON. */
  readonly raw?: BodyInit;
}

export interface IngestService {
  readonly ingest: Ingest;
  readonly url: string;
  readonly server: Server;
  readonly logged: readonly { readonly level: string; readonly fields: object; readonly message: string }[];
  ask(method: string, path: string, body?: unknown, options?: AskOptions): Promise<Reply>;
  close(): Promise<void>;
}

/** Both, with channels made: what most test files begin with. No sender is too fast for it. */
export async function openIngest(
  channels: readonly object[],
): Promise<{ opened: OpenedEngine; service: IngestService; ask: IngestService['ask'] }> {
  const opened = await openTestEngine();
  const service = await startIngestService({
    engine: opened.engine,
    now: () => opened.clock.ms,
    limits: { requestsPerMinute: 10_000 },
  });
  for (const channel of channels) await service.ask('POST', '/v1/channels', channel);
  return { opened, service, ask: service.ask };
}

/** @param after stands where the gateway's router stands: after ingest's. */
export async function startIngestService(
  options: IngestOptions,
  after: RequestHandler = (_request, response) => void response.status(404).send('not ingest'),
): Promise<IngestService> {
  const logged: { level: string; fields: object; message: string }[] = [];
  const keep = (level: string) => (fields: object, message: string) =>
    void logged.push({ level, fields, message });
  const log = { info: keep('info'), warn: keep('warn'), error: keep('error') };
  const ingest = createIngest({ bootstrapKeyHash: hashOf(ADMIN_KEY), log, ...options });
  const server = createServer(express().use(ingest.router).use(after));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    ingest,
    url,
    server,
    logged,
    async ask(method, path, body, { key = ADMIN_KEY, headers = {}, raw } = {}) {
      const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(key !== null && { authorization: `Bearer ${key}` }),
          ...(content !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(content !== undefined && { body: content, duplex: 'half' }),
      });
      return replyOf(response);
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text();
  const isJson = text !== '' && /json/.test(response.headers.get('content-type') ?? '');
  const body = (isJson ? JSON.parse(text) : {}) as Record<string, unknown>;
  const errors = (body['errors'] ?? []) as { field: string }[];
  const code = String(body['type'] ?? '').split(':')[3];
  return {
    status: response.status,
    headers: response.headers,
    text,
    body,
    code,
    fields: errors.map(({ field }) => field),
  };
}

/** Makes a key through the service. @returns its secret and id. */
export async function makeKey(
  service: IngestService,
  grant: { readonly scopes: readonly string[]; readonly channels?: readonly string[] },
): Promise<{ readonly secret: string; readonly id: string }> {
  const { body } = await service.ask('POST', '/v1/keys', { name: 'test', ...grant });
  return { secret: String(body['secret']), id: String((body['key'] as { id: string }).id) };
}
