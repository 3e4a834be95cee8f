/** Report: many runs as tables, in absolute figures and as ratios between servers of the same round. */
import type { Contender } from './contenders.ts';
import type { LoadResult } from './load-client.ts';
import { type Spread, spreadOf } from './measure.ts';
import { renderTable } from './table.ts';

export interface Run {
  readonly round: number;
  readonly server: Contender['name'];
  readonly result: LoadResult;
}

export interface Circumstances {
  readonly readers: number;
  readonly singles: number;
  readonly bursts: number;
  readonly burstSize: number;
  readonly rounds: number;
  readonly machine: {
    readonly cpu: string;
    readonly cpus: number;
    readonly node: string;
    readonly isPinned: boolean;
  };
}

interface Metric {
  readonly key: string;
  readonly title: string;
  readonly digits: number;
  readonly isCompared: boolean;
  of(result: LoadResult): number;
}

const metric = (
  key: string,
  title: string,
  digits: number,
  isCompared: boolean,
  of: Metric['of'],
): Metric => ({
  key,
  title,
  digits,
  isCompared,
  of,
});

const metrics = (burstSize: number): readonly Metric[] => [
  metric('singleCpuUs', 'single: CPU us/delivery', 2, true, ({ single }) => single.cpuUsPerDelivery),
  metric(
    'singleLastMs',
    'single: last reader ms',
    1,
    true,
    ({ single }) => spreadOf(single.lastReaderMs).median,
  ),
  metric('singleWorstMs', 'single: worst ms', 1, false, ({ single }) => spreadOf(single.lastReaderMs).max),
  metric(
    'burstCpuUs',
    `burst of ${burstSize}: CPU us/delivery`,
    3,
    true,
    ({ burst }) => burst.cpuUsPerDelivery,
  ),
  metric('burstLastMs', 'burst: last reader ms', 1, true, ({ burst }) => spreadOf(burst.lastReaderMs).median),
  metric('burstWorstMs', 'burst: worst ms', 1, false, ({ burst }) => spreadOf(burst.lastReaderMs).max),
  metric('kibPerReader', 'KiB/reader', 1, true, ({ kibPerReader }) => kibPerReader),
  metric(
    'connectCpuUs',
    'connect: CPU us/reader',
    0,
    true,
    ({ connectCpuUsPerReader }) => connectCpuUsPerReader,
  ),
  metric('publishCpuUs', 'publish: CPU us', 0, false, ({ publishCpuUs }) => publishCpuUs),
  metric('idleCpuMs', 'idle: CPU ms/s', 1, false, ({ idleCpuMsPerSecond }) => idleCpuMsPerSecond),
  metric('bytesPerDelivery', 'bytes/delivery', 0, false, ({ bytesPerDelivery }) => bytesPerDelivery),
  metric('singleClientBusy', 'load client busy, single', 2, false, ({ single }) => single.clientBusy),
  metric('burstClientBusy', 'load client busy, burst', 2, false, ({ burst }) => burst.clientBusy),
  metric('disturbance', "others on the server's CPU", 2, false, ({ disturbance }) => disturbance),
];

/** All others are compared with these. */
const BASES = ['naive-ws', 'socket-io'] as const;

type Summary = Record<string, Record<string, Spread>>;

export function report(
  runs: readonly Run[],
  circumstances: Circumstances,
): { text: string; summary: Summary } {
  const { readers, singles, bursts, burstSize, rounds, machine } = circumstances;
  const all = metrics(burstSize);
  const servers = [...new Set(runs.map(({ server }) => server))];
  const summary: Summary = {};
  for (const server of servers) {
    const own = runs.filter((run) => run.server === server);
    summary[server] = Object.fromEntries(
      all.map(({ key, of }) => [key, spreadOf(own.map(({ result }) => of(result)))]),
    );
  }
  const lines = [
    `${readers} readers, ${singles} headlines one at a time, ${bursts} bursts of ${burstSize}, ${rounds} rounds: median (least to most)`,
    `${machine.cpu}, ${machine.cpus} CPUs, Node ${machine.node}, ${machine.isPinned ? 'server on CPU 0, load client on CPU 1' : 'NOT pinned to CPUs: read times with care'}`,
    '',
    tableOf(all, servers, (server, { key }) => summary[server]?.[key]),
  ];
  for (const base of BASES) {
    if (!servers.includes(base) || servers.length < 2) continue;
    const compared = all.filter(({ isCompared }) => isCompared);
    const ratios = (server: string, { of }: Metric) =>
      spreadOf(
        runs.flatMap((run) => {
          const other = runs.find(({ round, server: name }) => round === run.round && name === base);
          return run.server === server && other ? of(run.result) / of(other.result) : [];
        }),
      );
    for (const server of servers) {
      const ofServer = compared.map((one) => [`${one.key} to ${base}`, ratios(server, one)]);
      summary[server] = { ...summary[server], ...Object.fromEntries(ofServer) };
    }
    const cells = tableOf(
      compared.map((one) => ({ ...one, digits: 3 })),
      servers,
      ratios,
    );
    lines.push(`Ratios to ${base} (below 1 is cheaper, faster or smaller)`, '', cells);
  }
  return { text: lines.join('\n'), summary };
}

/** Servers stand in columns: there are fewer of them than of figures. */
function tableOf(
  rows: readonly Metric[],
  servers: readonly string[],
  cell: (server: string, row: Metric) => Spread | undefined,
): string {
  return renderTable(
    ['', ...servers],
    rows.map((row) => [
      row.title,
      ...servers.map((server) => {
        const spread = cell(server, row);
        return spread ? formatSpread(spread, row.digits) : '';
      }),
    ]),
  );
}

function formatSpread({ median, min, max }: Spread, digits: number): string {
  const [middle, least, most] = [median, min, max].map((value) => value.toFixed(digits));
  return least === most ? `${middle}` : `${middle} (${least} to ${most})`;
}
