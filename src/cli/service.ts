/**
 * Service: the parts of the chosen roles wired together behind one port; start and drain.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { hashOf } from '../domain/api-key.ts';
import type { Engine } from '../domain/engine.ts';
import { startGateway } from '../gateway/gateway.ts';
import { rejectUpgrade } from '../gateway/reject-upgrade.ts';
import { createIngest } from '../ingest/ingest.ts';
import type { Refusal } from '../protocol/refusal.ts';
import { ensureChannel, ensureKey } from './first-start.ts';
import type { Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createOperations } from './operations.ts';
import type { Settings } from './settings.ts';
import { createWebApp } from './web-app.ts';
import { WebRequest } from './web-request.ts';

export interface ServiceOptions {
  readonly settings: Settings;
  readonly engine: Engine;
  readonly log: Log;
  /** Folder of the files that browsers load: the start page and the SDK. */
  readonly publicFolder: string;
}

export interface Service {
  /** Where it listens, as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** The key made at the first start, to be shown once. */
  readonly firstKey: string | undefined;
  /** Lets no one in, says goodbye to readers within the time, finishes what was begun, closes the engine. */
  stop(graceMs?: number): Promise<void>;
}

export async function startService({
  settings,
  engine,
  log,
  publicFolder,
}: ServiceOptions): Promise<Service> {
  const { roles, adminKey, timeZone } = settings;
  const has = (role: (typeof roles)[number]) => roles.includes(role);
  if (has('ingest')) await ensureChannel(engine.channels, timeZone);

  const onTrouble = (error: unknown) => log.warn({ err: error }, 'the store does not answer');
  const metrics = createMetrics(() => gateway?.state);
  metrics.addCount(
    'newsline_under_replicated_commits_total',
    'Changes acknowledged while fewer replicas than wanted had them',
    () => engine.replication?.underReplicated ?? 0,
  );
  const warnOfOrigin = atMostEvery(ORIGIN_WARNING_MS, (message: string) =>
    log.warn({ message }, 'a website was denied'),
  );
  const onRefused = ({ code, message }: Refusal) => {
    metrics.countRefusal(code);
    // A browser tells its page no reason: who embeds the ticker on a new website looks here.
    if (code === 'origin-denied') warnOfOrigin(message);
  };
  const gateway = has('gateway')
    ? startGateway({
        engine,
        origins: [...settings.origins, ...(settings.publicUrl ? [new URL(settings.publicUrl).origin] : [])],
        trustedProxies: settings.trustedProxies,
        connections: settings.maxConnections,
        connectionsPerAddress: settings.maxConnectionsPerAddress,
        subscriptionsPerConnection: settings.maxSubscriptionsPerConnection,
        messageBytes: settings.maxMessageBytes,
        pingIntervalMs: settings.pingIntervalMs,
        onRefused,
        onTrouble,
      })
    : undefined;
  const ingest = has('ingest')
    ? createIngest({
        engine,
        ...(adminKey !== undefined && { bootstrapKeyHash: hashOf(adminKey) }),
        timeZone,
        limits: { bodyBytes: settings.maxBodyBytes, requestsPerMinute: settings.requestsPerMinute },
        log,
        onChannelsChanged: () => gateway?.refresh(),
      })
    : undefined;

  const operations = createOperations({ gateway, engine, metrics, publicUrl: settings.publicUrl });
  const routers = [operations, ...(ingest ? [ingest.router] : []), ...(gateway ? [gateway.router] : [])];
  const app = createWebApp({
    routers,
    publicFolder,
    trustedProxies: settings.trustedProxies,
    publicUrl: settings.publicUrl,
    log,
  });
  const server = createServer(
    { IncomingMessage: WebRequest, requestTimeout: 30_000, headersTimeout: 10_000 },
    app,
  );
  server.on('upgrade', (request, socket, head) => {
    if (gateway?.handleUpgrade(request, socket, head)) return;
    socket.on('error', () => {});
    rejectUpgrade(socket, { code: 'unknown-address', message: 'there is no stream at this address' });
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });

  try {
    await listen(server, settings);
  } catch (error) {
    gateway?.stop();
    throw error;
  }
  // Only now: a start that fails must not use up the one time at which the key is shown.
  const firstKey = ingest && adminKey === undefined ? await ensureKey(engine.keys, Date.now()) : undefined;
  const stopReleasing = ingest?.start();
  return {
    url: urlOf(server),
    firstKey,
    async stop(graceMs = settings.drainMs) {
      // Still listening: who comes now is told that it is draining, and where it asks whether we are ready, that we are not.
      await gateway?.drain(graceMs);
      await Promise.all([closeServer(server, sockets, graceMs), stopReleasing?.()]);
      await engine.close();
    },
  };
}

const ORIGIN_WARNING_MS = 10_000;

/** Leaves out what comes too soon after the last one: outsiders must not be able to fill the log. */
function atMostEvery(ms: number, act: (message: string) => void): (message: string) => void {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (message) => {
    if (performance.now() - lastMs < ms) return;
    lastMs = performance.now();
    act(message);
  };
}

const LOOK_MS = 20;

/** Takes no more connections, lets requests that were begun end within the time, and ends those that do not. */
async function closeServer(server: Server, sockets: ReadonlySet<Socket>, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection whose request has just been answered stays open for the next one, unless someone looks.
  const idle = setInterval(() => server.closeIdleConnections(), LOOK_MS);
  const late = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, graceMs);
  server.closeIdleConnections();
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}

function listen(server: Server, { host, port }: Settings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 4_096 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
