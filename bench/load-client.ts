/**
 * Load client: one process that opens the readers, publishes, and measures the server from outside.
 *
 * It gets its job as JSON in the first argument and sends a {@link LoadMessage} to the process that
 * started it. Publisher, readers and clock are one process, so that times need no comparison of clocks.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createDeliveryCheck } from './delivery-check.ts';
import { cpuBusyUs, cpuUs, residentKib, sumOf } from './measure.ts';
import { SERVER_CPU } from './pinning.ts';
import { createPublisher, type PublishAddress } from './publisher.ts';
import { openReader, type ReaderAddress, type ReaderEvents, type ReaderSocket } from './reader-socket.ts';
import { stayAwake } from './wakefulness.ts';

export interface LoadJob {
  readonly pid: number;
  readonly reading: ReaderAddress;
  readonly publishing: PublishAddress;
  readonly readers: number;
  readonly singles: number;
  readonly bursts: number;
  readonly burstSize: number;
}

export interface PhaseResult {
  /** CPU time of the server for each headline that reached a reader. */
  readonly cpuUsPerDelivery: number;
  /** From before the first was published until the last reader had the last; one value each time. */
  readonly lastReaderMs: readonly number[];
  /** Part of that time in which this load client was busy: near 1, it was what was measured. */
  readonly clientBusy: number;
}

export interface LoadResult {
  readonly single: PhaseResult;
  readonly burst: PhaseResult;
  /** CPU time of the server for a headline with one reader: what publishing costs, whatever the audience. */
  readonly publishCpuUs: number;
  readonly kibPerReader: number;
  readonly connectCpuUsPerReader: number;
  readonly idleCpuMsPerSecond: number;
  readonly bytesPerDelivery: number;
  /** Part of the server's CPU that others took while it was measured: much above 0, the machine was not quiet. */
  readonly disturbance: number;
}

export type LoadMessage = { readonly result: LoadResult } | { readonly error: string };

const IN_FLIGHT = 128;
/** What a server still does after the last reader was served (collect garbage, answer the publisher) is its cost too. */
const SETTLE_MS = 20;
const IDLE_MS = 1_500;
const TIMEOUT_MS = 30_000;
const WARM_PUBLISHES = 50;
const MEASURED_PUBLISHES = 20;
const WARM_SINGLES = 5;

/** Readers, all opened before the first headline, and what they are sent. */
function createAudience(job: LoadJob) {
  const { pid } = job;
  const check = createDeliveryCheck();
  const publisher = createPublisher(job.publishing, check.failed);
  const readers: ReaderSocket[] = [];
  let bytes = 0;
  let published = 0;
  const events: ReaderEvents = {
    failed: check.failed,
    delivered(number, nth, size) {
      bytes += size;
      check.delivered(number, nth);
    },
  };

  return {
    get bytes() {
      return bytes;
    },
    async open(count: number): Promise<void> {
      let asked = 0;
      const openSome = async () => {
        while (asked < count) {
          asked += 1;
          readers.push(await openReader(job.reading, events));
        }
      };
      await Promise.all(Array.from({ length: Math.min(count, IN_FLIGHT) }, openSome));
    },
    /** Publishes some headlines at once, as often as is said, each time when all readers have had those before. */
    async publish(times: number, size: number): Promise<PhaseResult> {
      const lastReaderMs: number[] = [];
      let serverUs = 0;
      const busy: number[] = [];
      for (let time = 0; time < times; time += 1) {
        const numbers = Array.from({ length: size }, (_, index) => published + index + 1);
        published += size;
        const serverFromUs = cpuUs(pid);
        const awake = stayAwake(() => bytes);
        const from = performance.now();
        const all = check.expect(numbers, readers.length, TIMEOUT_MS).then(() => {
          lastReaderMs.push(performance.now() - from);
          busy.push(awake.busy);
        });
        await Promise.all([all, publisher.publish(numbers)]);
        awake.stop();
        await sleep(SETTLE_MS);
        serverUs += cpuUs(pid) - serverFromUs;
      }
      check.assertClean(publisher.keepsOrder);
      return {
        cpuUsPerDelivery: serverUs / (times * size * readers.length),
        lastReaderMs,
        clientBusy: sumOf(busy) / times,
      };
    },
    close() {
      for (const reader of readers) reader.destroy();
      publisher.close();
    },
  };
}

async function measurePublishing(job: LoadJob): Promise<number> {
  const prober = createAudience(job);
  try {
    await prober.open(1);
    await prober.publish(WARM_PUBLISHES, 1);
    return (await prober.publish(MEASURED_PUBLISHES, 1)).cpuUsPerDelivery;
  } finally {
    prober.close();
  }
}

async function measure(job: LoadJob): Promise<LoadResult> {
  const { pid, readers } = job;
  const publishCpuUs = await measurePublishing(job);
  const audience = createAudience(job);
  try {
    await sleep(IDLE_MS);
    const kibBefore = residentKib(pid);
    const usBefore = cpuUs(pid);
    await audience.open(readers);
    await sleep(SETTLE_MS);
    const connectCpuUsPerReader = (cpuUs(pid) - usBefore) / readers;
    const idleFromUs = cpuUs(pid);
    await sleep(IDLE_MS);
    const idleCpuMsPerSecond = (cpuUs(pid) - idleFromUs) / IDLE_MS;
    const kibPerReader = (residentKib(pid) - kibBefore) / readers;
    await audience.publish(WARM_SINGLES, 1);
    const from = { atMs: performance.now(), busyUs: cpuBusyUs(SERVER_CPU), serverUs: cpuUs(pid) };
    const bytesBefore = audience.bytes;
    const single = await audience.publish(job.singles, 1);
    const bytesPerDelivery = (audience.bytes - bytesBefore) / (job.singles * readers);
    const burst = await audience.publish(job.bursts, job.burstSize);
    const othersUs = cpuBusyUs(SERVER_CPU) - from.busyUs - (cpuUs(pid) - from.serverUs);
    const disturbance = Math.max(0, othersUs) / (performance.now() - from.atMs) / 1_000;
    return {
      single,
      burst,
      publishCpuUs,
      kibPerReader,
      connectCpuUsPerReader,
      idleCpuMsPerSecond,
      bytesPerDelivery,
      disturbance,
    };
  } finally {
    audience.close();
  }
}

const tell = (message: LoadMessage) => process.send?.(message, () => process.disconnect?.());
// Whoever asked is gone.
process.on('disconnect', () => process.exit());

try {
  tell({ result: await measure(JSON.parse(process.argv[2] ?? '') as LoadJob) });
} catch (error) {
  tell({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
