/** Metrics in Prometheus' text format. Read at the moment they are asked for: nothing is counted twice. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { GatewayState } from '../gateway/gateway.ts';
import { createTally, type Tally } from '../gateway/tally.ts';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  countRefusal(code: string): void;
  /** Adds a number that another part counts. */
  addCount(name: string, help: string, read: () => number): void;
}

/**
 * @param stateOf the gateway's state, or undefined where this process is none.
 * @param whyUnready what `/readyz` says.
 * @param tally of what readers sent and whom it cost their connection.
 */
export function createMetrics(
  stateOf: () => GatewayState | undefined,
  whyUnready: () => Promise<string | undefined>,
  tally: Tally = createTally(),
): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  collectDefaultMetrics({ register: registry });

  new Gauge({
    name: 'newsline_ready',
    help: '1 while /readyz is green',
    registers,
    async collect() {
      this.set((await whyUnready()) === undefined ? 1 : 0);
    },
  });
  new Gauge({
    name: 'newsline_connections',
    help: 'Open connections of readers',
    registers,
    collect() {
      this.set(stateOf()?.connections ?? 0);
    },
  });
  new Counter({
    name: 'newsline_connections_accepted_total',
    help: 'Connections of readers let in',
    registers,
    collect() {
      this.reset();
      this.inc(stateOf()?.accepted ?? 0);
    },
  });
  new Counter({
    name: 'newsline_goodbyes_total',
    help: 'Goodbyes said to readers, each with a time to return',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(stateOf()?.goodbyes ?? {})) this.inc({ reason }, count);
    },
  });
  const perChannel = (
    name: string,
    help: string,
    value: (channel: GatewayState['channels'][number]) => number,
  ) =>
    new Gauge({
      name,
      help,
      labelNames: ['channel'],
      registers,
      collect() {
        this.reset();
        for (const channel of stateOf()?.channels ?? []) this.set({ channel: channel.name }, value(channel));
      },
    });
  perChannel('newsline_readers', 'Readers of a channel', ({ readers }) => readers);
  perChannel(
    'newsline_audiences',
    'Different filters and encodings of a channel',
    ({ audiences }) => audiences,
  );
  perChannel('newsline_sequence', 'Number of the newest change of a channel', ({ sequence }) => sequence);
  new Gauge({
    name: 'newsline_probe_round_trip_seconds',
    help: 'From the commit of the last probe to its return through the feed',
    registers,
    collect() {
      this.set((stateOf()?.roundTripMs ?? Number.NaN) / 1000);
    },
  });
  new Counter({
    name: 'newsline_connections_ended_total',
    help: 'Connections ended because of what their other side did',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(tally.ended)) this.inc({ reason }, count);
    },
  });
  const counted = (name: string, help: string, value: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  counted(
    'newsline_overtaken_readers_total',
    'Snapshots given to readers who missed more than is kept',
    () => tally.overtaken,
  );
  counted(
    'newsline_received_messages_total',
    'Messages, pings and unasked pongs of readers',
    () => tally.messages,
  );
  counted('newsline_received_bytes_total', 'Bytes of these', () => tally.bytes);
  const refusals = new Counter({
    name: 'newsline_refusals_total',
    help: 'Refused requests and connections',
    labelNames: ['code'],
    registers,
  });

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    countRefusal: (code) => refusals.inc({ code }),
    addCount: (name, help, read) =>
      void new Counter({
        name,
        help,
        registers,
        collect() {
          this.reset();
          this.inc(read());
        },
      }),
  };
}
