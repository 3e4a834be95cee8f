/** The fake service and the real one pass the same contract, so that a test on the one holds on the other. */
import { WebSocket } from 'ws';
import { createFakeService } from '../../client-sdk/src/testing.ts';
import { type ReaderService, readerContract } from '../contracts/reader-contract.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { deployEmbedded } from '../support/deployment.ts';
import { openNewsroom } from '../support/newsroom.ts';

async function startFake(): Promise<ReaderService> {
  const service = createFakeService();
  const { url } = service;
  return {
    connection: { url, WebSocket: service.WebSocket },
    publish: async (fields) => service.publish(fields),
    correct: async (id, fields) => service.correct(id, fields),
    retract: async (id, notice) => service.retract(id, notice),
    cut: service.cut,
    goodbye: () => service.goodbye(),
    async stop() {},
  };
}

async function startReal(): Promise<ReaderService> {
  // Goodbyes come by themselves, to who has been connected for long.
  const deployment = await deployEmbedded(['--max-connection-age-ms', '4000', '--ping-interval-ms', '1000']);
  const newsroom = openNewsroom(deployment.ingest.url);
  const proxy = await startCuttingProxy(deployment.gateways[0].url);
  return {
    connection: { url: proxy.url, WebSocket },
    publish: newsroom.post,
    correct: newsroom.correct,
    retract: newsroom.kill,
    cut: proxy.cut,
    goodbye() {},
    async stop() {
      await proxy.stop();
      await deployment.stop();
    },
  };
}

readerContract('the fake service', startFake);
readerContract('the service as it is run', startReal);
