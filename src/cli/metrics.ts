/** Metrics in Prometheus' text format. Read at the moment they are asked for: nothing is counted twice. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { GatewayState } from '../gateway/gateway.ts';

export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  countRefusal(code: string): void;
  /** Adds a number that another part counts. */
  addCount(name: string, help: string, read: () => number): void;
}

/** @param stateOf the gateway's state, or undefined where this process is none. */
export function createMetrics(stateOf: () => GatewayState | undefined): Metrics {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  collectDefaultMetrics({ register: registry });

  new Gauge({
    name: 'newsline_connections',
    help: 'Open connections of readers',
    registers,
    collect() {
      this.set(stateOf()?.connections ?? 0);
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
