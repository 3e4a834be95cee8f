/** Fragile deployment: newsline whose parts can be killed as by a crash, and started again where they were. */
import { join } from 'node:path';
import { type NewslineProcess, startNewsline } from './newsline-process.ts';
import { startRedis } from './redis-server.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

export interface FragileDeployment {
  /** Where the newsroom writes, also after a restart. */
  readonly ingestUrl: string;
  /** Where readers read. */
  readonly gatewayUrl: string;
  /** Of the Redis, where there is one. */
  readonly redisUrl?: string;
  /** `kill -9` of the process that takes headlines in. */
  crashIngest(): Promise<void>;
  restartIngest(): Promise<void>;
  /** `kill -9` of the process that readers are connected to. */
  crashGateway(): Promise<void>;
  restartGateway(): Promise<void>;
  /** Ends it as an operator would; resolves when it has said its goodbyes. */
  drainGateway(): Promise<void>;
  /** `kill -9` of what keeps the headlines: of Redis, or of the process that has the embedded engine in it. */
  crashStore(): Promise<void>;
  restartStore(): Promise<void>;
  stop(): Promise<void>;
}

export type DeployFragile = (args?: readonly string[]) => Promise<FragileDeployment>;

const deployEmbedded: DeployFragile = async (args = []) => {
  const folder = await createTemporaryFolder();
  const store = `embedded:${join(folder.path, 'data')}`;
  let service = await startNewsline({ store, args });
  const { url } = service;
  const crash = () => service.kill9();
  const restart = async () => {
    service = await startNewsline({ store, args, port: Number(new URL(url).port) });
  };
  return {
    ingestUrl: url,
    gatewayUrl: url,
    crashIngest: crash,
    restartIngest: restart,
    crashGateway: crash,
    restartGateway: restart,
    drainGateway: () => service.stop(),
    crashStore: crash,
    restartStore: restart,
    async stop() {
      await service.kill9();
      await folder.dispose();
    },
  };
};

const deployOnRedis: DeployFragile = async (args = []) => {
  const redis = await startRedis();
  const start = (roles: string, port = 0): Promise<NewslineProcess> =>
    startNewsline({ store: redis.url, port, args: ['--roles', roles, ...args] });
  let ingest = await start('ingest');
  const { url } = ingest;
  let gateway = await start('gateway');
  const gatewayUrl = gateway.url;
  return {
    ingestUrl: url,
    gatewayUrl,
    redisUrl: redis.url,
    crashIngest: () => ingest.kill9(),
    async restartIngest() {
      ingest = await start('ingest', Number(new URL(url).port));
    },
    crashGateway: () => gateway.kill9(),
    async restartGateway() {
      gateway = await start('gateway', Number(new URL(gatewayUrl).port));
    },
    drainGateway: () => gateway.stop(),
    crashStore: () => redis.kill9(),
    restartStore: () => redis.restart(),
    async stop() {
      await Promise.all([ingest.kill9(), gateway.kill9()]);
      await redis.stop();
    },
  };
};

export const FRAGILE_DEPLOYMENTS: readonly (readonly [string, DeployFragile])[] = [
  ['one process, embedded engine', deployEmbedded],
  ['ingest and a gateway on Redis', deployOnRedis],
];
