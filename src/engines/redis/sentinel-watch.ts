/**
 * Sentinel watch: asks all sentinels, again and again, who the primary is.
 *
 * The newest election among the answers wins, whoever gives it: a sentinel that was cut off together with an old primary
 * goes on naming it, and must not lead us back. Asking also finds what a lost message would hide, and tells that the
 * sentinel itself is alive; so nothing is subscribed to. [ADR 12]
 */
import { EngineUnavailable } from '../../domain/engine.ts';
import { nameOfPlace, type Place } from './redis-address.ts';
import { type Connection, type ConnectionSettings, connectTo } from './redis-connection.ts';
import { toFault, wordsOf } from './redis-fault.ts';
import type { Topology } from './topology.ts';

interface Naming {
  readonly primary: Place;
  /** Number of the election that made it the primary. */
  readonly election: number;
}

export interface SentinelWatch {
  readonly primary: Place;
  /** Ask now: something is wrong with the one we have. */
  ask(): void;
  /** Every sentinel, also those that do not answer. */
  askAll: Topology['askSentinels'];
  onMoved(listener: (primary: Place) => void): void;
  end(): Promise<void>;
}

export interface SentinelWatchOptions {
  readonly sentinels: readonly Place[];
  readonly name: string;
  readonly settings: ConnectionSettings;
  /** Pause between two questions. @default 500 */
  readonly everyMs?: number;
}

/** An answer older than this counts no more. */
const FRESH_MS = 3_000;

const isSame = (a: Place, b: Place): boolean => a.host === b.host && a.port === b.port;

/**
 * The primary that the answers speak for; undefined where they do not suffice to leave the one we have. Pure.
 *
 * @param everyone how many sentinels there are: where all answer, they may also name one of an older election, as when
 * they were set up anew
 */
export function choosePrimary(
  answers: readonly Naming[],
  everyone: number,
  held: Naming | undefined,
): Naming | undefined {
  const newest = Math.max(...answers.map(({ election }) => election));
  const isBehind = held !== undefined && newest < held.election;
  if (answers.length === 0 || (isBehind && answers.length < everyone)) return undefined;
  const named = answers.filter(({ election }) => election === newest);
  const votes = ({ primary }: Naming) => named.filter((other) => isSame(other.primary, primary)).length;
  const isHeld = ({ primary }: Naming) => held !== undefined && isSame(primary, held.primary);
  return [...named].sort((a, b) => votes(b) - votes(a) || Number(isHeld(b)) - Number(isHeld(a)))[0];
}

/** Rejects with {@link EngineUnavailable} where no sentinel names a primary. */
export async function watchSentinels({
  sentinels,
  name,
  settings,
  everyMs = 500,
}: SentinelWatchOptions): Promise<SentinelWatch> {
  const listeners = new Set<(primary: Place) => void>();
  const answers = new Map<Connection, Naming & { readonly atMs: number }>();
  const asking = new Set<Connection>();
  let held: Naming | undefined;
  const connections = sentinels.map((place) =>
    connectTo(place, settings, { name: 'newsline-sentinel', isServer: false }),
  );

  const choose = () => {
    const oldest = performance.now() - FRESH_MS;
    const fresh = [...answers.values()].filter(({ atMs }) => atMs >= oldest);
    const chosen = choosePrimary(fresh, sentinels.length, held);
    if (!chosen) return;
    const isMove = held !== undefined && !isSame(chosen.primary, held.primary);
    held = { primary: chosen.primary, election: chosen.election };
    if (!isMove) return;
    const { primary, election } = held;
    settings.log.info({ address: nameOfPlace(primary), election }, 'the sentinels name another primary');
    for (const listener of listeners) listener(primary);
  };

  const askOne = async (connection: Connection) => {
    if (asking.has(connection)) return;
    asking.add(connection);
    try {
      const naming = await readNaming(connection, name);
      if (naming) answers.set(connection, { ...naming, atMs: performance.now() });
      else answers.delete(connection);
      choose();
    } finally {
      asking.delete(connection);
    }
  };
  const askAll = () => {
    for (const connection of connections) if (connection.isReady) askOne(connection).catch(() => {});
  };

  const end = async () => void (await Promise.all(connections.map((connection) => connection.end())));
  const reasons = await firstAnswers(connections, askOne, () => held !== undefined);
  if (!held) {
    await end();
    const where = sentinels.map(nameOfPlace).join(',');
    throw new EngineUnavailable(
      reasons.length === sentinels.length
        ? `no sentinel can be reached at ${where}: ${wordsOf(reasons[0])}`
        : `the sentinels at ${where} know no primary of this name: ${name}`,
    );
  }
  const first = held;
  const timer = setInterval(askAll, everyMs);

  return {
    get primary() {
      return (held ?? first).primary;
    },
    ask: askAll,
    askAll: (question) =>
      Promise.all(
        connections.map(async (connection) => {
          const address = nameOfPlace(connection.place);
          try {
            await connection.opened.catch((reason: unknown) => {
              if (!connection.isReady) throw reason;
            });
            return { address, answer: await question(connection.redis, name) };
          } catch (error) {
            return { address, answer: toFault(error, address) };
          }
        }),
      ),
    onMoved: (listener) => void listeners.add(listener),
    end() {
      clearInterval(timer);
      return end();
    },
  };
}

/** Resolves as soon as one names a primary, or all have failed to; with the reasons of those out of reach. */
async function firstAnswers(
  connections: readonly Connection[],
  ask: (connection: Connection) => Promise<void>,
  isEnough: () => boolean,
): Promise<readonly unknown[]> {
  const reasons: unknown[] = [];
  await new Promise<void>((resolve) => {
    const attempts = connections.map(async (connection) => {
      try {
        await connection.opened;
        await ask(connection);
      } catch (error) {
        reasons.push(error);
      }
      if (isEnough()) resolve();
    });
    void Promise.all(attempts).then(() => resolve());
  });
  return reasons;
}

/** @returns undefined where it knows no such primary. */
async function readNaming({ redis }: Connection, name: string): Promise<Naming | undefined> {
  // The address changes with the promotion, the fields of MASTER only when all replicas follow.
  const replies = await redis
    .pipeline()
    .call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)
    .call('SENTINEL', 'MASTER', name)
    .exec();
  const [[lost, address] = [], [unknown, fields] = []] = replies ?? [];
  if (lost) throw lost;
  if (!Array.isArray(address) || unknown || !Array.isArray(fields)) return undefined;
  const election = Number(fields[fields.indexOf('config-epoch') + 1]);
  return { primary: { host: String(address[0]), port: Number(address[1]) }, election };
}
