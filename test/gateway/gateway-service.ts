/** Gateway service: the real gateway on a real engine behind a real socket, in this process, for one test file. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Channel } from '../../src/domain/channel.ts';
import { createDesk, newHeadlineId } from '../../src/domain/desk.ts';
import type { Engine } from '../../src/domain/engine.ts';
import { parseDelete, parsePatch, parsePost } from '../../src/domain/headline-input.ts';
import type { Command } from '../../src/domain/life-cycle.ts';
import { openEmbeddedEngine } from '../../src/engines/embedded/embedded-engine.ts';
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

export interface GatewayService {
  readonly url: string;
  readonly engine: Engine;
  readonly gateway: Gateway;
  /** Handshakes that have come in so far. */
  readonly handshakes: number;
  /** @returns id and cursor of the change. */
  post(fields: object, channel?: string): Promise<{ id: string; cursor: string }>;
  amend(id: string, fields: object): Promise<{ cursor: string }>;
  kill(id: string, notice?: string): Promise<{ cursor: string }>;
  stop(): Promise<void>;
}

const channelOf = (name: string): Channel => ({
  name,
  language: 'en',
  timeZone: 'Asia/Baku',
  origins: ['https://site.example'],
});

export async function startGatewayService(
  channels: readonly string[] = ['main', 'sport'],
): Promise<GatewayService> {
  const folder = await createTemporaryFolder();
  const engine = await openEmbeddedEngine({ folder: folder.path });
  for (const name of channels) await engine.channels.create(channelOf(name));
  const gateway = startGateway({ engine, origins: [] });
  const server = createServer(express().use(gateway.router));
  let handshakes = 0;
  server.on('upgrade', (request, socket, head) => {
    handshakes += 1;
    if (!gateway.handleUpgrade(request, socket, head)) socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await until(() => gateway.unreadyBecause === undefined);

  const desk = createDesk(engine.headlines);
  const submit = async (channel: string, id: string, command: Command) => {
    const outcome = await desk.submit(channel, id, command);
    if (!outcome.ok) throw new Error(outcome.refusal.message);
    return { id, cursor: outcome.value.cursor ?? '' };
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    engine,
    gateway,
    get handshakes() {
      return handshakes;
    },
    async post(fields, channel = 'main') {
      const draft = parsePost(fields, { nowMs: Date.now(), language: 'en' });
      if (!draft.ok) throw new Error(draft.refusal.message);
      return submit(channel, draft.value.id ?? newHeadlineId(), { do: 'publish', draft: draft.value });
    },
    async amend(id, fields) {
      const patch = parsePatch({ change: 'updated', ...fields });
      if (!patch.ok) throw new Error(patch.refusal.message);
      return submit('main', id, { do: 'amend', patch: patch.value });
    },
    async kill(id, notice) {
      const input = parseDelete(notice === undefined ? {} : { notice });
      if (!input.ok) throw new Error(input.refusal.message);
      return submit('main', id, { do: 'retract', ...input.value });
    },
    async stop() {
      gateway.stop();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      await engine.close();
      await folder.dispose();
    },
  };
}
