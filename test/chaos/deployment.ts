/**
 * Deployment: the parts of one run, as they are in production: processes under a supervisor, each behind the suite's
 * own network, on one of the stores.
 */
import { join } from 'node:path';
import { ADMIN_KEY } from '../support/newsline-process.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import type { Run } from './journal.ts';
import { type ServiceProcess, superviseService } from './service-process.ts';
import { openStore, type Store } from './stores.ts';

export interface Deployment {
  readonly store: Store;
  readonly ingests: readonly ServiceProcess[];
  /** On the embedded engine one process is all there is. */
  readonly gateways: readonly ServiceProcess[];
  /** Every process once. */
  readonly processes: readonly ServiceProcess[];
  /** What lies between a process and the store, by the process's name; empty where that is no network. */
  readonly links: ReadonlyMap<string, FaultProxy>;
  readonly channels: readonly string[];
  /** Makes the channels that are not there; resolves once all are. */
  createChannels(withinMs: number): Promise<void>;
  /** Everything that ended by itself. */
  readonly unexpectedEnds: readonly string[];
  stop(): Promise<void>;
}

export interface DeploymentOptions {
  readonly store: Run['store'];
  /** For logs, and for what the embedded engine keeps. */
  readonly folder: string;
  readonly program: string;
}

const CHANNELS = ['main', 'sport', 'harbour'];
const INGESTS = ['ingest-1', 'ingest-2'];
const GATEWAYS = ['gateway-1', 'gateway-2', 'gateway-3'];
const START_MS = 30_000;

export async function deploy({ store: kind, folder, program }: DeploymentOptions): Promise<Deployment> {
  // Each part has a listener that ends it with this process.
  process.setMaxListeners(Math.max(process.getMaxListeners(), 64));
  const store = await openStore(kind, folder);
  const unexpectedEnds: string[] = [];
  const links = new Map<string, FaultProxy>();
  const processes: ServiceProcess[] = [];
  const stop = async () => {
    await Promise.all(processes.map((each) => each.stop()));
    await Promise.all([...links.values()].map((link) => link.stop()));
    await store.stop();
  };

  async function start(name: string, roles: string): Promise<ServiceProcess> {
    const { port } = store;
    const link = port === undefined ? undefined : await startFaultProxy(() => port);
    if (link) links.set(name, link);
    const started = await superviseService({
      name,
      program,
      args: ['--store', store.urlThrough(link?.port), '--roles', roles, '--drain-ms', '2000', ...store.args],
      logFile: join(folder, `${name}.log`),
      onUnexpectedEnd: (which, how) => unexpectedEnds.push(`${which} ended by itself: ${how}`),
    });
    processes.push(started);
    return started;
  }

  try {
    const isOne = kind === 'embedded';
    const ingests = isOne ? [await start('newsline', 'ingest,gateway')] : [];
    for (const name of isOne ? [] : INGESTS) ingests.push(await start(name, 'ingest'));
    // The first start makes the channel that the gateways then find.
    await Promise.all(ingests.map((each) => readyOrThrow(each)));
    const gateways = isOne ? ingests : await Promise.all(GATEWAYS.map((name) => start(name, 'gateway')));
    const urls = ingests.map(({ deskUrl }) => deskUrl);
    const createChannels = (withinMs: number) => createAll(urls, CHANNELS, withinMs);
    await createChannels(START_MS);
    await Promise.all(gateways.map((each) => readyOrThrow(each)));
    return {
      store,
      ingests,
      gateways,
      processes,
      links,
      channels: CHANNELS,
      createChannels,
      unexpectedEnds,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function readyOrThrow(each: ServiceProcess): Promise<void> {
  if (!(await each.ready(START_MS))) throw new Error(`${each.name} was not ready within ${START_MS} ms`);
}

/** As an operator who asks again until it is done. */
async function createAll(
  ingests: readonly string[],
  channels: readonly string[],
  withinMs: number,
): Promise<void> {
  const deadlineMs = Date.now() + withinMs;
  for (const name of channels) {
    let isThere = false;
    for (let attempt = 0; !isThere && Date.now() < deadlineMs; attempt += 1) {
      const answer = await fetch(`${ingests[attempt % ingests.length]}/v1/channels`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name }),
        signal: AbortSignal.timeout(2_000),
      }).catch(() => undefined);
      isThere = answer?.status === 201 || answer?.status === 409;
      if (!isThere) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
