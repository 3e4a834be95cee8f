/**
 * Gateway: from the feed to the readers.
 *
 * Wires its parts: mirrors keep the channels, audiences frame each change once, the fan-out moves readers on, and the
 * reception lets them in and sees them out.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import express, { type Router } from 'express';
import type { Engine } from '../domain/engine.ts';
import { CLOSE } from '../protocol/close-code.ts';
import type { Refusal } from '../protocol/refusal.ts';
import { type AddressBudgets, createAddressBudgets } from './address-budgets.ts';
import { type CanaryOptions, type Hearing, startCanary } from './canary.ts';
import type { ChannelMirror } from './channel-mirror.ts';
import { createAddressOf } from './client-address.ts';
import { createEmbedRoutes } from './embed/embed-routes.ts';
import { createOEmbedRoute } from './embed/oembed-route.ts';
import { createEventStreamRoute } from './event-stream-route.ts';
import { createFanOut } from './fan-out.ts';
import { createFilterPlaces, type FilterPlacesOptions } from './filter-places.ts';
import { createHeadlinesRoute } from './headlines-route.ts';
import { type MirrorsOptions, startMirrors } from './mirrors.ts';
import { createOriginPolicy } from './origin-policy.ts';
import { createReception, type GoodbyeReason, type ReceptionOptions } from './reception.ts';
import { serviceAddress } from './service-address.ts';
import { createTally, type Tally } from './tally.ts';
import { createWebSocketStreams, type WebSocketStreamsOptions } from './websocket-streams.ts';

export interface GatewayOptions
  extends Omit<ReceptionOptions, 'onUnresponsive'>,
    FilterPlacesOptions,
    Pick<CanaryOptions, 'probeMs' | 'limitMs'>,
    Pick<MirrorsOptions, 'refreshMs'>,
    Pick<WebSocketStreamsOptions, 'messageBytes' | 'subscriptionsPerConnection'> {
  readonly engine: Pick<Engine, 'channels' | 'headlines' | 'feed'>;
  /** Websites that may read every channel, beside the service's own origin. */
  readonly origins: readonly string[];
  /** Where readers reach the service, for pages that name it. @default as each request found it */
  readonly publicUrl?: string | undefined;
  /** Addresses or CIDR ranges whose `X-Forwarded-For` is believed. @default [] */
  readonly trustedProxies?: readonly string[];
  /** Milliseconds since 1970 UTC. */
  readonly now?: () => number;
  readonly onRefused?: (refusal: Refusal) => void;
  readonly onTrouble?: (error: unknown) => void;
  /** What readers may ask for; shared with what else of this process they may ask. */
  readonly budgets?: AddressBudgets;
  /** Counted in. */
  readonly tally?: Tally;
}

export interface GatewayState {
  readonly connections: number;
  /** Connections let in so far. */
  readonly accepted: number;
  /** Goodbyes said so far. */
  readonly goodbyes: Readonly<Record<GoodbyeReason, number>>;
  readonly channels: readonly {
    readonly name: string;
    readonly sequence: number;
    readonly readers: number;
    readonly audiences: number;
  }[];
  readonly roundTripMs: number | undefined;
}

export interface Gateway {
  readonly router: Router;
  /** @returns false where the address is none of ours. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** What keeps it from being ready, or undefined when it works. */
  readonly unreadyBecause: string | undefined;
  readonly state: GatewayState;
  /** Channels were changed by this process: look now. */
  refresh(): void;
  /** Lets no one in, says goodbye to everyone within the time, and stops. */
  drain(graceMs: number): Promise<void>;
  stop(): void;
}

const UNHEARD: Readonly<Record<Exclude<Hearing, 'heard'>, string>> = {
  late: 'announcements of the store do not come through: changes are found by asking, up to a second late',
  silent: 'no probe has come back from the store',
};

export function startGateway({
  engine,
  trustedProxies = [],
  now = Date.now,
  onRefused = () => {},
  onTrouble = () => {},
  budgets = createAddressBudgets(),
  tally = createTally(),
  ...options
}: GatewayOptions): Gateway {
  const fanOut = createFanOut();
  const reception = createReception({
    ...options,
    onUnresponsive({ isBlocked }) {
      tally.ended[isBlocked ? 'too-slow' : 'unresponsive'] += 1;
    },
  });
  const mirrors = startMirrors(engine.channels, engine.feed, {
    ...(options.refreshMs !== undefined && { refreshMs: options.refreshMs }),
    now,
    onTrouble,
    onChange: (audience) => fanOut.schedule(audience),
    onGone: dismissReaders,
    onOvertaken(by) {
      if (by === 'snapshot') tally.overtaken += 1;
      else tally.ended['fell-behind'] += 1;
    },
  });
  const canary = startCanary(engine.headlines, engine.feed, { ...options, now, onTrouble });
  const shared = {
    mirrors,
    reception,
    origins: createOriginPolicy(options.origins),
    addressOf: createAddressOf(trustedProxies),
    budgets,
    places: createFilterPlaces(budgets, options),
    onRefused,
  };
  const embeds = {
    ...shared,
    now,
    allowedOrigins: options.origins,
    serviceUrl: (request: express.Request) => options.publicUrl ?? serviceAddress(request),
  };
  const streams = createWebSocketStreams({ ...options, ...shared, tally, onTrouble });

  const stop = () => {
    canary.stop();
    mirrors.stop();
    reception.stop();
  };

  return {
    router: express
      .Router()
      .use(
        createHeadlinesRoute({ ...shared, now }),
        createEventStreamRoute(shared),
        createEmbedRoutes(embeds),
        createOEmbedRoute(embeds),
      ),
    handleUpgrade: streams.handleUpgrade,
    get unreadyBecause() {
      if (reception.isDraining) return 'it is draining';
      if (!mirrors.isWarm) return 'it has not yet read every channel';
      if (mirrors.isBereft) return 'the store has lost its channels';
      return canary.hearing === 'heard' ? undefined : UNHEARD[canary.hearing];
    },
    get state() {
      const channels = [...mirrors.all].map((mirror) => {
        const audiences = [...mirror.audiences];
        const readers = audiences.reduce((sum, audience) => sum + audience.readers.length, 0);
        return {
          name: mirror.channel.name,
          sequence: mirror.head.sequence,
          readers,
          audiences: audiences.length,
        };
      });
      const { connections, accepted, goodbyes } = reception;
      return { connections: connections.size, accepted, goodbyes, channels, roundTripMs: canary.roundTripMs };
    },
    refresh: () => void mirrors.refresh(),
    async drain(graceMs) {
      await reception.drain(graceMs);
      stop();
    },
    stop,
  };
}

/** The channel was deleted: its readers are to stay away; those who follow others as well stay for these. */
function dismissReaders(mirror: ChannelMirror): void {
  const channel = mirror.channel.name;
  const refusal = {
    type: 'refusal',
    code: 'unknown-channel',
    message: 'the channel was deleted',
    channel,
  } as const;
  for (const { readers } of mirror.audiences) {
    for (const reader of readers.slice()) {
      const { connection } = reader;
      connection.tell(refusal);
      if (connection.subscribers.length > 1) connection.drop(reader);
      else connection.close(CLOSE.channelGone, 'the channel was deleted');
    }
  }
}
