/**
 * newsline's gateway alone, given headlines as the peers are: what fan-out costs without the newsroom's half
 * (checking, committing, flushing to disk), which the whole service is measured with.
 */
import { createServer } from 'node:http';
import type { Channel } from '../../src/domain/channel.ts';
import { CANARY_CHANNEL, type Engine, type FeedObserver } from '../../src/domain/engine.ts';
import type { LogEntry } from '../../src/domain/log-entry.ts';
import { createAddressBudgets } from '../../src/gateway/address-budgets.ts';
import { startGateway } from '../../src/gateway/gateway.ts';
import { NO_TAG } from '../../src/protocol/cursor.ts';
import type { Headline } from '../../src/protocol/headline.ts';
import { serveBench } from './control-socket.ts';

const EPOCH = 'bench';
const main: Channel = { name: 'main', language: 'en', timeZone: 'UTC', origins: [] };
const followers = new Set<FeedObserver>();
let sequence = 0;
let tag: string = NO_TAG;

function append(headline: Headline): void {
  sequence += 1;
  const previous = tag;
  tag = `ynal${String(sequence % 10_000).padStart(4, '0')}`;
  const body = { change: 'published' as const, headline: { ...headline, sequence } };
  const entry: LogEntry = { sequence, tag, previous, at: headline.publishedAt, body };
  for (const follower of followers) follower.onEntries([entry], EPOCH);
}

const engine: Pick<Engine, 'channels' | 'headlines' | 'feed'> = {
  channels: {
    list: async () => ({ channels: [main], unknown: [] }),
    get: async (name) => (name === main.name ? main : undefined),
    create: async () => false,
    update: async () => undefined,
    delete: async () => false,
    wasDeleted: async () => true,
  },
  headlines: {
    now: async () => Date.now(),
    read: async () => undefined,
    commit: async () => ({ kind: 'conflict' }),
    receipt: async () => ({ kind: 'absent' }),
    due: async () => [],
    scheduled: async () => ({ total: 0, records: [] }),
    sweep: async () => false,
  },
  feed: {
    follow(channel, _options, observer) {
      observer.onBaseline({ head: { epoch: EPOCH, sequence, tag }, headlines: [], tail: [] });
      if (channel !== CANARY_CHANNEL) followers.add(observer);
      return () => followers.delete(observer);
    },
  },
};

const gateway = startGateway({
  engine,
  origins: [],
  connectionsPerAddress: 100_000,
  connections: 100_000,
  budgets: createAddressBudgets({ requestsPerMinutePerAddress: 1_000_000_000 }),
});
const http = createServer();
http.on('upgrade', (request, socket, head) => gateway.handleUpgrade(request, socket, head));

serveBench(http, (frame) => append((frame as { headline: Headline }).headline));
