/**
 * Service: the parts of the chosen roles wired together behind one port; start and drain.
 */
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { hashOf } from '../domain/api-key.ts';
import { type Engine, EngineUnavailable } from '../domain/engine.ts';
import { COST, createAddressBudgets } from '../gateway/address-budgets.ts';
import { createAddressOf } from '../gateway/client-address.ts';
import { startGateway } from '../gateway/gateway.ts';
import { rejectUpgrade } from '../gateway/reject-upgrade.ts';
import { createTally } from '../gateway/tally.ts';
import { createIngest } from '../ingest/ingest.ts';
import type { Refusal } from '../protocol/refusal.ts';
import { ensureChannel, ensureKey } from './first-start.ts';
import { createHttpServer } from './http-server.ts';
import type { Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createOperations } from './operations.ts';
import { startRightsCheck } from './rights-check.ts';
import type { Settings } from './settings.ts';
import { createStoreCheck } from './store-check.ts';
import { createWebApp } from './web-app.ts';

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
  const storeRoles = (['ingest', 'gateway'] as const).filter(has);
  const checkRights = await startRightsCheck(engine, { roles: storeRoles, log });
  if (has('ingest')) await ensureChannel(engine.channels, timeZone);

  // Asked every second by several parts of the gateway: what is expected of an outage is told now and then, in a line.
  const warnOfStore = atMostEvery(STORE_WARNING_MS, (reason) =>
    log.warn({ reason }, 'the store does not answer'),
  );
  const onTrouble = (error: unknown) => {
    if (error instanceof EngineUnavailable) warnOfStore(error.message);
    else log.error({ err: error }, 'something of the gateway failed');
  };
  const checkStore = createStoreCheck(engine.headlines);
  const whyUnready = async () =>
    (await checkRights()) ?? (gateway ? gateway.unreadyBecause : await checkStore());
  const tally = createTally();
  const metrics = createMetrics(() => gateway?.state, whyUnready, tally);
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
  const budgets = createAddressBudgets({
    requestsPerMinutePerAddress: settings.requestsPerMinutePerAddress,
  });
  const gateway = has('gateway')
    ? startGateway({
        engine,
        origins: [...settings.origins, ...(settings.publicUrl ? [new URL(settings.publicUrl).origin] : [])],
        publicUrl: settings.publicUrl,
        trustedProxies: settings.trustedProxies,
        connections: settings.maxConnections,
        connectionsPerAddress: settings.maxConnectionsPerAddress,
        connectionsPerSecond: settings.connectionsPerSecond,
        maxConnectionAgeMs: settings.maxConnectionAgeMs,
        subscriptionsPerConnection: settings.maxSubscriptionsPerConnection,
        messageBytes: settings.maxMessageBytes,
        pingIntervalMs: settings.pingIntervalMs,
        budgets,
        tally,
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
        onRefused,
        onChannelsChanged: () => gateway?.refresh(),
      })
    : undefined;

  const operations = createOperations({ gateway, whyUnready, metrics, publicUrl: settings.publicUrl });
  const routers = [operations, ...(ingest ? [ingest.router] : []), ...(gateway ? [gateway.router] : [])];
  const addressOf = createAddressOf(settings.trustedProxies);
  const app = createWebApp({
    routers,
    publicFolder,
    trustedProxies: settings.trustedProxies,
    publicUrl: settings.publicUrl,
    refuseToServe(request) {
      const paid = budgets.spend(addressOf(request), COST.request);
      if (paid.ok) return undefined;
      onRefused(paid.refusal);
      return paid.refusal;
    },
    log,
  });
  const server = createHttpServer({
    onRequest: app,
    onEnded(reason) {
      tally.ended[reason] += 1;
    },
    sockets: settings.maxConnections + SOCKETS_BESIDE,
    socketsPerAddress: settings.maxConnectionsPerAddress * 2 + SOCKETS_BESIDE / 10,
    trustedProxies: settings.trustedProxies,
  });
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
      const fromMs = performance.now();
      await gateway?.drain(graceMs);
      // What readers took of the time is gone, or whoever supervises the process would end it in the middle.
      const leftMs = Math.max(FINISH_MS, graceMs - (performance.now() - fromMs));
      await Promise.all([closeServer(server, sockets, leftMs), stopReleasing?.()]);
      await engine.close();
    },
  };
}

const ORIGIN_WARNING_MS = 10_000;
const STORE_WARNING_MS = 10_000;
/** For requests that were begun, however long the readers took. */
const FINISH_MS = 1_000;
/** For requests and health checks, beside the connections of readers; a tenth of them for those of one address. */
const SOCKETS_BESIDE = 1_000;

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
