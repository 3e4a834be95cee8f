/** Model gateway: the gateway's own parts, from the follower to the fan-out, over a model store. */
import { createFollower } from '../../src/domain/follower.ts';
import { ChannelMirror } from '../../src/gateway/channel-mirror.ts';
import { createFanOut } from '../../src/gateway/fan-out.ts';
import {
  type Announcement,
  createSlowReader,
  MODEL_AT,
  type ModelStore,
  type SlowReader,
} from '../domain/model-store.ts';

export interface ModelGateway {
  /** Undefined while it is cold. */
  readonly mirror: ChannelMirror | undefined;
  readonly reads: SlowReader;
  hear(announcement: Announcement): void;
  /** The head as a check of the engine sees it. */
  check(): void;
  stop(): void;
}

export interface ModelGatewayLimits {
  readonly limitTail: number;
  readonly limitFrames: number;
  readonly limitBytes: number;
}

export function startModelGateway(store: ModelStore, limits: ModelGatewayLimits): ModelGateway {
  const reads = createSlowReader(store);
  const fanOut = createFanOut();
  let mirror: ChannelMirror | undefined;
  const follower = createFollower(
    reads.reader,
    {
      onBaseline(baseline) {
        if (mirror) return mirror.onBaseline(baseline);
        mirror = new ChannelMirror({ name: 'en', language: 'en', timeZone: 'UTC', origins: [] }, baseline, {
          now: () => Date.parse(MODEL_AT),
          onChange: (audience) => fanOut.schedule(audience),
          limitHeadlines: 100,
          limitWriteBytes: 1_000,
          ...limits,
        });
      },
      onEntries: (entries, epoch) => mirror?.onEntries(entries, epoch),
    },
    { headlines: 100, tail: limits.limitTail },
  );
  follower.reconcile();
  return {
    get mirror() {
      return mirror;
    },
    reads,
    hear: ({ entry, epoch }) => follower.offer(entry, epoch),
    check: () => follower.compare(store.head, performance.now()),
    stop: () => follower.stop(),
  };
}
