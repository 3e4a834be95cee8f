/** Deployment: newsline as it is run: one process on the embedded engine, or several on a Redis. */
import { join } from 'node:path';
import { type NewslineProcess, startNewsline } from './newsline-process.ts';
import { startRedis } from './redis-server.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

export interface Deployment {
  /** Where the newsroom writes. */
  readonly ingest: NewslineProcess;
  /** Where readers read: two, which may be one and the same. */
  readonly gateways: readonly [NewslineProcess, NewslineProcess];
  stop(): Promise<void>;
}

export type Deploy = (args?: readonly string[]) => Promise<Deployment>;

export const deployEmbedded: Deploy = async (args = []) => {
  const folder = await createTemporaryFolder();
  const service = await startNewsline({ store: `embedded:${join(folder.path, 'data')}`, args });
  return {
    ingest: service,
    gateways: [service, service],
    async stop() {
      await service.kill9();
      await folder.dispose();
    },
  };
};

export const deployOnRedis: Deploy = async (args = []) => {
  const redis = await startRedis();
  const start = (roles: string) => startNewsline({ store: redis.url, args: ['--roles', roles, ...args] });
  // The first start makes the channel that the gateways then find.
  const ingest = await start('ingest');
  const gateways = await Promise.all([start('gateway'), start('gateway')]);
  return {
    ingest,
    gateways,
    async stop() {
      await Promise.all([ingest, ...gateways].map((service) => service.kill9()));
      await redis.stop();
    },
  };
};

export const DEPLOYMENTS: readonly (readonly [string, Deploy])[] = [
  ['one process, embedded engine', deployEmbedded],
  ['ingest and two gateways on Redis', deployOnRedis],
];
