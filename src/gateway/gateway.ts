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
import { type CanaryOptions, startCanary } from './canary.ts';
import type { ChannelMirror } from './channel-mirror.ts';
import { clientAddress } from './connection-limits.ts';
import { createEventStreamRoute } from './event-stream-route.ts';
import { createFanOut } from './fan-out.ts';
import { createHeadlinesRoute } from './headlines-route.ts';
import { startMirrors } from './mirrors.ts';
import { createOriginPolicy } from './origin-policy.ts';
import { createReception, type ReceptionOptions } from './reception.ts';
import { createWebSocketStreams, type WebSocketStreamsOptions } from './websocket-streams.ts';

export interface GatewayOptions
  extends ReceptionOptions,
    Pick<CanaryOptions, 'probeMs' | 'limitMs'>,
    Pick<WebSocketStreamsOptions, 'messageBytes' | 'subscriptionsPerConnection'> {
  readonly engine: Pick<Engine, 'channels' | 'headlines' | 'feed'>;
  /** Websites that may read every channel, beside the service's own origin. */
  readonly origins: readonly string[];
  /** Addresses or CIDR ranges whose `X-Forwarded-For` is believed. @default [] */
  readonly trustedProxies?: readonly string[];
  /** Milliseconds since 1970 UTC. */
  readonly now?: () => number;
  readonly onRefused?: (refusal: Refusal) => void;
  readonly onTrouble?: (error: unknown) => void;
}

export interface GatewayState {
  readonly connections: number;
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

export function startGateway({
  engine,
  trustedProxies = [],
  now = Date.now,
  onRefused = () => {},
  onTrouble = () => {},
  ...options
}: GatewayOptions): Gateway {
  const fanOut = createFanOut();
  const reception = createReception(options);
  const mirrors = startMirrors(engine.channels, engine.feed, {
    now,
    onTrouble,
    onChange: (audience) => fanOut.schedule(audience),
    onGone: dismissReaders,
  });
  const canary = startCanary(engine.headlines, engine.feed, { ...options, now, onTrouble });
  const addressOf = ({ socket, headers }: IncomingMessage) =>
    clientAddress(socket.remoteAddress, headers['x-forwarded-for']?.toString(), trustedProxies);
  const shared = { mirrors, reception, origins: createOriginPolicy(options.origins), addressOf, onRefused };
  const streams = createWebSocketStreams({ ...options, ...shared, onTrouble });

  const stop = () => {
    canary.stop();
    mirrors.stop();
    reception.stop();
  };

  return {
    router: express.Router().use(createHeadlinesRoute({ ...shared, now }), createEventStreamRoute(shared)),
    handleUpgrade: streams.handleUpgrade,
    get unreadyBecause() {
      if (reception.isDraining) return 'it is draining';
      if (!mirrors.isWarm) return 'it has not yet read every channel';
      if (mirrors.isBereft) return 'the store has lost its channels';
      return canary.isHeard ? undefined : 'no probe has come back from the store';
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
      return { connections: reception.connections.size, channels, roundTripMs: canary.roundTripMs };
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
