/** Service faults: what befalls the processes of a deployment and the connections of readers and publishers. */
import type { Deployment } from './deployment.ts';
import type { Fault } from './fault.ts';
import type { FaultProxy } from './fault-proxy.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { ServiceProcess } from './service-process.ts';

/** A process that starts on a machine with other work to do. */
const READY_MS = 30_000;

export function serviceFaults({ ingests, gateways, processes, store }: Deployment): Fault[] {
  const isOne = store.kind === 'embedded';
  const roles: readonly (readonly [string, readonly ServiceProcess[]])[] = isOne
    ? [['newsline', processes]]
    : [
        ['gateway', gateways],
        ['ingest', ingests],
      ];
  const doors = new Map(gateways.map(({ name, door }) => [name, door]));
  const desks = new Map(ingests.map(({ name, desk }) => [name, desk]));
  return [
    ...roles.flatMap(([role, each]) => processFaults(role, each)),
    ...networkFaults('reader connections', doors, 'door of '),
    ...networkFaults('publisher connections', desks, 'desk of '),
  ];
}

function processFaults(role: string, processes: readonly ServiceProcess[]): Fault[] {
  const byName = new Map(processes.map((each) => [each.name, each]));
  const fault = (
    kind: string,
    act: (each: ServiceProcess, random: SeededRandom, hold: (ms: number) => Promise<void>) => Promise<void>,
  ): Fault => ({
    kind: `${kind} ${role}`,
    destroys: 'nothing',
    targets: [...byName.keys()],
    async befall(target, random, hold) {
      const each = byName.get(target);
      if (each) await act(each, random, hold);
    },
  });
  return [
    fault('kill -9', async (each, random) => {
      await each.bringDown('SIGKILL', random.between(0, 1_500));
      await each.ready(READY_MS);
    }),
    fault('kill -9 starting', async (each, random, hold) => {
      await each.bringDown('SIGKILL', 0);
      await hold(random.between(200, 900));
      await each.bringDown('SIGKILL', 0);
      await each.ready(READY_MS);
    }),
    fault('drain', async (each, random) => {
      await each.bringDown('SIGTERM', random.between(0, 1_000));
      await each.ready(READY_MS);
    }),
    fault('pause', async (each, random, hold) => {
      const { pid } = each;
      if (pid === undefined) return;
      each.signal('SIGSTOP');
      await hold(random.between(500, 4_000));
      each.signal('SIGCONT');
    }),
  ];
}

/** @param name of the part: another one than what is at either of its ends. */
export function networkFaults(
  connections: string,
  proxies: ReadonlyMap<string, FaultProxy>,
  name: string,
): Fault[] {
  const fault = (
    kind: string,
    act: (proxy: FaultProxy, random: SeededRandom, hold: (ms: number) => Promise<void>) => Promise<void>,
  ): Fault => ({
    kind: `${kind} ${connections}`,
    destroys: 'nothing',
    targets: [...proxies.keys()].map((each) => name + each),
    async befall(target, random, hold) {
      const proxy = proxies.get(target.slice(name.length));
      if (proxy) await act(proxy, random, hold);
    },
  });
  return [
    fault('cut', async (proxy) => proxy.cut()),
    fault('stall', async (proxy, random, hold) => {
      proxy.stall();
      await hold(random.between(500, 3_000));
      proxy.resume();
    }),
    fault('lose answers of', async (proxy, random, hold) => {
      proxy.holdAnswers();
      await hold(random.between(200, 1_500));
      proxy.cut();
      proxy.resume();
    }),
    fault('delay', async (proxy, random, hold) => {
      proxy.delay(random.between(50, 400));
      await hold(random.between(2_000, 6_000));
      proxy.delay(0);
    }),
    fault('blackhole', async (proxy, random, hold) => {
      proxy.stall();
      await hold(random.between(2_000, 6_000));
      proxy.cut();
      proxy.resume();
    }),
  ];
}
