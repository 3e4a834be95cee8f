/**
 * Siege: a service under attack, and a reader who did nothing wrong.
 *
 * While an attack lasts that reader must get each headline that is posted, and what the attack took must be given back.
 */
import { type Deployment, deployEmbedded } from './deployment.ts';
import { type Newsroom, openNewsroom } from './newsroom.ts';
import { openRaw, type RawReader } from './raw-reader.ts';
import { handshakeText, openRawSocket, type RawSocket } from './raw-socket.ts';
import { readMetrics, type ServiceMetrics } from './service-metrics.ts';
import { until } from './until.ts';

export const STREAM = '/v1/channels/main/stream';
export const MANY = '/v1/stream';
/** The service believes us where a request comes from. */
export const from = (address: string) => ({ 'x-forwarded-for': address });
/** Addresses of no one. [RFC 5737] */
export const ATTACKER = '203.0.113.66';
const WITNESS = '198.51.100.7';
/** Headlines that must come through at the least, however short the attack. */
const LEAST = 3;
/** Connections of the test's own HTTP client may come and go meanwhile. */
const SPARE_HANDLES = 10;

export interface Siege {
  readonly url: string;
  readonly newsroom: Newsroom;
  metrics(): Promise<ServiceMetrics>;
  /** By how much a metric grows while something is done. */
  growth(name: string, act: () => Promise<unknown>): Promise<number>;
  /** Attacks, with the witness watching; then waits until all that it took was given back. */
  under<Outcome>(attack: () => Promise<Outcome>): Promise<Outcome>;
  /** A socket to the service, gone at the end of the attack at the latest. */
  raw(): Promise<RawSocket>;
  /** A WebSocket of which every byte is ours to choose; resolves when its handshake is done, or refused. */
  peer(path: string, fields?: Readonly<Record<string, string>>): Promise<RawSocket>;
  /** A WebSocket of a library's. */
  reader(path: string, address: string, protocols?: string[]): Promise<RawReader>;
  stop(): Promise<void>;
}

export async function laySiege(args: readonly string[] = []): Promise<Siege> {
  const deployment: Deployment = await deployEmbedded(['--trusted-proxies', '127.0.0.1', ...args]);
  const [{ url }] = deployment.gateways;
  const newsroom = openNewsroom(url);
  const metrics = () => readMetrics(url);
  let posted = 0;
  const ending: (() => void)[] = [];
  const raw = async () => {
    const opened = await openRawSocket(url);
    ending.push(() => opened.socket.destroy());
    return opened;
  };

  return {
    url,
    newsroom,
    metrics,
    async growth(name, act) {
      const before = (await metrics()).value(name);
      await act();
      return (await metrics()).value(name) - before;
    },
    async under(attack) {
      const handles = (await metrics()).value('process_open_fds');
      const witness = await openRaw(url, STREAM, ['newsline.v1'], { headers: from(WITNESS) });
      let isOver = false;
      const attacking = attack().finally(() => {
        isOver = true;
      });
      // Its failure is told at the end.
      attacking.catch(() => {});
      for (let times = 0; times < LEAST || !isOver; times += 1) {
        posted += 1;
        const { cursor } = await newsroom.post({ title: `Still on air ${posted}` });
        await witness.frame((frame) => frame['cursor'] === cursor);
      }
      const outcome = await attacking.finally(() => {
        witness.socket.terminate();
        for (const end of ending.splice(0)) end();
      });
      await until(async () => {
        const now = await metrics();
        const isBack = now.value('process_open_fds') <= handles + SPARE_HANDLES;
        return isBack && now.value('newsline_connections') === 0;
      });
      return outcome;
    },
    raw,
    async peer(path, fields = {}) {
      const peer = await raw();
      await peer.send(handshakeText(path, { ...from(ATTACKER), ...fields }));
      await until(() => peer.received.includes('\r\n\r\n'));
      return peer;
    },
    async reader(path, address, protocols = ['newsline.v1']) {
      const reader = await openRaw(url, path, protocols, { headers: from(address) });
      ending.push(() => reader.socket.terminate());
      return reader;
    },
    stop: () => deployment.stop(),
  };
}
