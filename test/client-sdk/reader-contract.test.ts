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
    vanish() {
      service.isReachable = false;
      service.cut();
    },
    comeBack() {
      service.isReachable = true;
    },
    goodbye: () => service.goodbye(),
    async stop() {},
  };
}

/** No one listens there. */
const NOWHERE = 'http://127.0.0.1:1';

async function startReal(): Promise<ReaderService> {
  // Goodbyes come by themselves, to who has been connected for long.
  const deployment = await deployEmbedded(['--max-connection-age-ms', '4000', '--ping-interval-ms', '1000']);
  const newsroom = openNewsroom(deployment.ingest.url);
  const { url } = deployment.gateways[0];
  const proxy = await startCuttingProxy(url);
  return {
    connection: { url: proxy.url, WebSocket },
    publish: newsroom.post,
    correct: newsroom.correct,
    retract: newsroom.kill,
    vanish() {
      proxy.moveTo(NOWHERE);
      proxy.cut();
    },
    comeBack: () => proxy.moveTo(url),
    goodbye() {},
    async stop() {
      await proxy.stop();
      await deployment.stop();
    },
  };
}

readerContract('the fake service', startFake);
readerContract('the service as it is run', startReal);
