/** What was acknowledged is kept, and every reader is told of it once, whichever process is killed. [design 3, 1 and 2] */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Headline } from '../../src/protocol/headline.ts';
import { FRAGILE_DEPLOYMENTS, type FragileDeployment } from '../support/fragile-deployment.ts';
import { ADMIN_KEY } from '../support/newsline-process.ts';
import { readFramed, type TestReader } from '../support/readers.ts';
import { until } from '../support/until.ts';

const POSTS = 200;
const KILL_AFTER = 60;
const LANES = 20;
const NUMBERS = Array.from({ length: POSTS }, (_, number) => number);
const titleOf = (number: number) => `Story ${number} of the night`;

interface Acknowledged {
  readonly id: string;
  readonly wasReplayed: boolean;
}

async function post(url: string, number: number): Promise<Acknowledged | undefined> {
  const response = await fetch(`${url}/v1/channels/main/headlines`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      'content-type': 'application/json',
      'idempotency-key': `night-${number}`,
    },
    body: JSON.stringify({ title: titleOf(number) }),
  }).catch(() => undefined);
  if (response?.status !== 201) {
    await response?.arrayBuffer().catch(() => {});
    return undefined;
  }
  const { headline } = (await response.json()) as { headline: Headline };
  return { id: headline.id, wasReplayed: response.headers.get('idempotent-replayed') === 'true' };
}

/** Posts each number once, many at a time, and gives back what was acknowledged. */
async function postAll(
  url: string,
  onAcknowledged: (count: number) => void = () => {},
): Promise<Map<number, Acknowledged>> {
  const acknowledged = new Map<number, Acknowledged>();
  const waiting = [...NUMBERS];
  const work = async () => {
    for (let number = waiting.shift(); number !== undefined; number = waiting.shift()) {
      const answer = await post(url, number);
      if (!answer) continue;
      acknowledged.set(number, answer);
      onAcknowledged(acknowledged.size);
    }
  };
  await Promise.all(Array.from({ length: LANES }, work));
  return acknowledged;
}

async function readSince(url: string, cursor: string): Promise<readonly Headline[]> {
  const response = await fetch(`${url}/v1/channels/main/headlines?since=${cursor}`);
  const { resumed, headlines } = (await response.json()) as { resumed: boolean; headlines: Headline[] };
  expect(resumed).toBe(true);
  return headlines.toSorted((a, b) => a.sequence - b.sequence);
}

async function isReadable(url: string, id: string): Promise<boolean> {
  const { ok } = await fetch(`${url}/v1/channels/main/headlines/${id}`, {
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });
  return ok;
}

const CRASHES = [
  ['the ingest process', 'crashIngest', 'restartIngest'],
  ['the store', 'crashStore', 'restartStore'],
] as const;

/** In one process they are one: killed once is enough. */
const CASES = FRAGILE_DEPLOYMENTS.flatMap(([name, deploy]) =>
  CRASHES.slice(0, name.includes('embedded') ? 1 : 2).map((crash) => [name, deploy, ...crash] as const),
);

describe.each(CASES)('%s', (_name, deploy, victim, crash, restart) => {
  let deployment: FragileDeployment;
  let reader: TestReader;
  afterEach(async () => {
    await reader.close();
    await deployment.stop();
  });

  it(`keeps what it acknowledged, and tells of it once, when ${victim} is killed in the middle`, async () => {
    deployment = await deploy();
    const { ingestUrl, gatewayUrl } = deployment;
    const before = (await (await fetch(`${gatewayUrl}/v1/channels/main/headlines`)).json()) as {
      cursor: string;
    };
    reader = readFramed(gatewayUrl);
    await reader.ready;

    let crashing: Promise<void> | undefined;
    const acknowledged = await postAll(ingestUrl, (count) => {
      if (count === KILL_AFTER) crashing = deployment[crash]();
    });
    await crashing;
    expect(acknowledged.size).toBeGreaterThanOrEqual(KILL_AFTER);
    expect(acknowledged.size).toBeLessThan(POSTS);
    await deployment[restart]();
    await until(async () => (await fetch(`${gatewayUrl}/readyz`)).ok);

    await until(async () => isReadable(ingestUrl, [...acknowledged.values()][0]?.id ?? ''));
    const lost: string[] = [];
    for (const { id } of acknowledged.values()) if (!(await isReadable(ingestUrl, id))) lost.push(id);
    expect(lost).toEqual([]);

    const repeated = await postAll(ingestUrl);
    expect(repeated.size).toBe(POSTS);
    for (const [number, { id }] of acknowledged)
      expect(repeated.get(number)).toEqual({ id, wasReplayed: true });

    await until(() => reader.seen.length >= POSTS, { state: () => reader.seen.length });
    const kept = await readSince(gatewayUrl, before.cursor);
    expect(kept.map(({ sequence }) => sequence)).toEqual(NUMBERS.map((number) => number + 1));
    expect(kept.map(({ title }) => title).toSorted()).toEqual(NUMBERS.map(titleOf).toSorted());
    expect(reader.seen).toEqual(kept.map(({ title }) => `published ${title}`));
  });
});
