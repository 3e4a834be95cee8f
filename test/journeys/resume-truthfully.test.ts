/**
 * Whoever comes back with a cursor is told the truth: all that was missed, or that it is not known. One answer for each
 * transport, as the table in docs/protocol.md has it, whatever was restarted, trimmed, emptied or set back. [design 3, 2]
 */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { ADMIN_KEY, type NewslineProcess, startNewsline } from '../support/newsline-process.ts';
import { type Newsroom, openNewsroom } from '../support/newsroom.ts';
import { openRaw, type RawReader } from '../support/raw-reader.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';
import { askEverywhere, held, lost } from '../support/resumption.ts';
import { startSwallowingProxy } from '../support/swallowing-proxy.ts';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const LONG = 120_000;

/** Newest first, as a reader without a cursor is given them. */
async function titlesAt(url: string, channel: string): Promise<string[]> {
  const response = await fetch(`${url}/v1/channels/${channel}/headlines?last=100`);
  const { headlines } = (await response.json()) as { headlines: { title: string }[] };
  return headlines.map(({ title }) => title);
}

const arrived = (url: string, channel: string, title: string) =>
  until(async () => (await titlesAt(url, channel))[0] === title, { state: () => `${title} at ${url}` });

async function createChannel(url: string, name: string): Promise<void> {
  const response = await fetch(`${url}/v1/channels`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  if (response.status !== 201) throw new Error(`channel ${name}: ${response.status}`);
}

/** Posts one after the other. @returns the cursor of each. */
async function postAll(newsroom: Newsroom, titles: readonly string[]): Promise<string[]> {
  const cursors: string[] = [];
  for (const title of titles) {
    // Redis may have come back a moment ago: the newsroom's CMS tries again as well.
    await until(async () => cursors.push((await newsroom.post({ title })).cursor) > 0);
  }
  return cursors;
}

describe('on Redis, with two gateways', () => {
  let folder: TemporaryFolder;
  let redis: RedisServer;
  let ingest: NewslineProcess;
  let gateways: [NewslineProcess, NewslineProcess];
  let channels = 0;
  let channel: string;
  let newsroom: Newsroom;
  const open: RawReader[] = [];

  const start = (roles: string, port = 0) =>
    startNewsline({ store: redis.url, port, args: ['--roles', roles] });
  const portOf = ({ url }: NewslineProcess) => Number(new URL(url).port);
  const restart = async (service: NewslineProcess, roles: string) => {
    await service.kill9();
    return start(roles, portOf(service));
  };
  const enter = async (subprotocols: string[]) => {
    const reader = await openRaw(gateways[0].url, `/v1/channels/${channel}/stream`, subprotocols);
    open.push(reader);
    return reader;
  };
  const bothHave = (title: string) => Promise.all(gateways.map(({ url }) => arrived(url, channel, title)));
  const expectFromBoth = async (since: string, answers: ReturnType<typeof held>) => {
    for (const { url } of gateways) expect(await askEverywhere(url, channel, since)).toEqual(answers);
  };

  beforeAll(async () => {
    folder = await createTemporaryFolder();
    redis = await startRedis({ folder: folder.path });
    ingest = await start('ingest');
    gateways = [await start('gateway'), await start('gateway')];
  }, LONG);
  afterAll(async () => {
    await Promise.all([ingest, ...gateways].map((service) => service.kill9()));
    await redis.stop();
    await folder.dispose();
  });
  beforeEach(async () => {
    channels += 1;
    channel = `c${channels}`;
    await until(async () => {
      await createChannel(ingest.url, channel);
      return true;
    });
    newsroom = openNewsroom(ingest.url, channel);
  });
  afterEach(() => {
    for (const { socket } of open.splice(0)) socket.terminate();
  });

  it(
    'another gateway tells what was missed, a cursor of the newest change nothing',
    async () => {
      const [a, , c] = await postAll(newsroom, ['A', 'B', 'C']);
      await bothHave('C');
      await expectFromBoth(a ?? '', held('B', 'C'));
      await expectFromBoth(c ?? '', held());
    },
    LONG,
  );

  it(
    'a gateway that is a moment behind the one before knows the cursor as soon as it has caught up',
    async () => {
      const announcements = await startSwallowingProxy(redis.port);
      const behind = await startNewsline({ store: announcements.url, args: ['--roles', 'gateway'] });
      try {
        await postAll(newsroom, ['A']);
        await arrived(behind.url, channel, 'A');
        announcements.swallow(`{${channel}}`);
        const [b] = await postAll(newsroom, ['B']);
        expect(await askEverywhere(behind.url, channel, b ?? '', b)).toEqual(held());
        expect(announcements.swallowed).toBe(1);
      } finally {
        await behind.kill9();
        await announcements.stop();
      }
    },
    LONG,
  );

  it(
    'a restarted gateway, a restarted ingest and a restarted Redis tell what was missed',
    async () => {
      const [a] = await postAll(newsroom, ['A', 'B']);
      await bothHave('B');
      const standing = await enter(['newsline.v1']);
      gateways[1] = await restart(gateways[1], 'gateway');
      await expectFromBoth(a ?? '', held('B'));
      ingest = await restart(ingest, 'ingest');
      await postAll(newsroom, ['C']);
      await bothHave('C');
      await expectFromBoth(a ?? '', held('B', 'C'));
      await redis.kill9();
      await redis.restart();
      await postAll(newsroom, ['D']);
      await bothHave('D');
      await expectFromBoth(a ?? '', held('B', 'C', 'D'));
      // Who stayed at the gateway that stood saw the list once, and then changes only.
      expect(standing.frames.map(({ type }) => type)).toEqual(['snapshot', 'headline', 'headline']);
    },
    LONG,
  );

  it(
    'everything restarted at once tells what was missed',
    async () => {
      const [a] = await postAll(newsroom, ['A', 'B', 'C']);
      await Promise.all([ingest, ...gateways].map((service) => service.kill9()));
      await redis.kill9();
      await redis.restart();
      ingest = await start('ingest', portOf(ingest));
      gateways = [await start('gateway', portOf(gateways[0])), await start('gateway', portOf(gateways[1]))];
      await expectFromBoth(a ?? '', held('B', 'C'));
    },
    LONG,
  );

  it(
    'a history that was trimmed past the cursor is known to a gateway that remembers it, and to no other',
    async () => {
      const [a, b, c] = await postAll(newsroom, ['A', 'B', 'C', 'D']);
      await bothHave('D');
      const admin = new Redis(redis.url);
      await admin.xtrim(`newsline:{${channel}}:log`, 'MINID', '4-0');
      admin.disconnect();
      gateways[1] = await restart(gateways[1], 'gateway');
      expect(await askEverywhere(gateways[0].url, channel, a ?? '')).toEqual(held('B', 'C', 'D'));
      for (const since of [a, b]) {
        expect(await askEverywhere(gateways[1].url, channel, since ?? '')).toEqual(lost('D', 'C', 'B', 'A'));
      }
      // The entry that the oldest one left names as the one before it: nothing lies between.
      expect(await askEverywhere(gateways[1].url, channel, c ?? '')).toEqual(held('D'));
    },
    LONG,
  );

  it(
    'a history longer than what gateways keep is lost from its beginning, wherever one asks',
    async () => {
      const [before] = await postAll(newsroom, ['Before']);
      let next = 0;
      const write = async () => {
        while (next < 1_400) {
          next += 1;
          await newsroom.post({ title: `Story ${next}` });
        }
      };
      await Promise.all(Array.from({ length: 30 }, write));
      const [last] = await postAll(newsroom, ['Last']);
      await bothHave('Last');
      gateways[1] = await restart(gateways[1], 'gateway');
      const list = (await titlesAt(gateways[0].url, channel)).slice(0, 20);
      await expectFromBoth(before ?? '', lost(...list));
      await postAll(newsroom, ['After']);
      await bothHave('After');
      await expectFromBoth(last ?? '', held('After'));
    },
    LONG,
  );

  it(
    'a cursor of another channel or of another service is of no use here, and a text that is none is refused',
    async () => {
      await postAll(newsroom, ['A']);
      await createChannel(ingest.url, `${channel}-other`);
      const [other] = await postAll(openNewsroom(ingest.url, `${channel}-other`), ['Elsewhere']);
      await bothHave('A');
      for (const since of [other ?? '', 'k3J9x0QzPw1a.1.Zm9vYmFy', 'none.0.0']) {
        await expectFromBoth(since, lost('A'));
      }
      const refused = await fetch(`${gateways[0].url}/v1/channels/${channel}/headlines?since=yesterday`);
      expect([refused.status, ((await refused.json()) as { type: string }).type]).toEqual([
        400,
        'urn:newsline:problem:bad-cursor',
      ]);
    },
    LONG,
  );

  describe('set back to an older copy of itself', () => {
    let copy: TemporaryFolder;
    let known: string[];
    let beyond: string[];
    beforeEach(async () => {
      copy = await createTemporaryFolder();
      known = await postAll(newsroom, ['A', 'B', 'C']);
      await bothHave('C');
      await redis.kill9();
      await cp(join(folder.path, 'appendonlydir'), copy.path, { recursive: true });
      await redis.restart();
      beyond = await postAll(newsroom, ['D', 'E']);
      await bothHave('E');
    }, LONG);
    afterEach(() => copy.dispose());

    const setBack = async () => {
      await redis.kill9();
      await rm(join(folder.path, 'appendonlydir'), { recursive: true });
      await cp(copy.path, join(folder.path, 'appendonlydir'), { recursive: true });
      await redis.restart();
    };

    it(
      'it begins anew for those who read, and every cursor is lost, once a gateway has seen it',
      async () => {
        const [framed, bare] = [await enter(['newsline.v1']), await enter([])];
        await setBack();
        expect(
          await framed.frame(
            ({ type, headlines }) => type === 'snapshot' && (headlines as object[]).length === 3,
          ),
        ).toMatchObject({
          resumed: false,
          headlines: [{ title: 'C' }, { title: 'B' }, { title: 'A' }],
        });
        expect(await bare.closed).toBe(4001);
        await bothHave('C');
        for (const since of [...known, ...beyond]) await expectFromBoth(since, lost('C', 'B', 'A'));
        await postAll(newsroom, ['F']);
        await framed.frame(({ headline }) => (headline as { title?: string } | undefined)?.title === 'F');
      },
      LONG,
    );

    it(
      'and grown past where it was while no gateway looked, it is seen for another all the same',
      async () => {
        const framed = await enter(['newsline.v1']);
        for (const { pid } of gateways) process.kill(pid, 'SIGSTOP');
        try {
          await setBack();
          await postAll(newsroom, ['F', 'G', 'H', 'I']);
        } finally {
          for (const { pid } of gateways) process.kill(pid, 'SIGCONT');
        }
        await bothHave('I');
        const list = ['I', 'H', 'G', 'F', 'C', 'B', 'A'];
        const again = await framed.frame(
          ({ type, headlines }) => type === 'snapshot' && (headlines as object[]).length > 5,
        );
        expect(again['headlines']).toMatchObject(list.map((title) => ({ title })));
        for (const since of [...known, ...beyond]) await expectFromBoth(since, lost(...list));
      },
      LONG,
    );

    it(
      'a cold gateway knows the cursors from before the copy, and none of what was lost',
      async () => {
        await Promise.all(gateways.map((gateway) => gateway.kill9()));
        await setBack();
        await postAll(newsroom, ['F']);
        gateways = [await start('gateway', portOf(gateways[0])), await start('gateway', portOf(gateways[1]))];
        await expectFromBoth(known[1] ?? '', held('C', 'F'));
        for (const since of beyond) await expectFromBoth(since, lost('F', 'C', 'B', 'A'));
        const further = await postAll(newsroom, ['G', 'H']);
        await bothHave('H');
        for (const since of beyond) await expectFromBoth(since, lost('H', 'G', 'F', 'C', 'B', 'A'));
        await expectFromBoth(known[2] ?? '', held('F', 'G', 'H'));
        await expectFromBoth(further[0] ?? '', held('H'));
      },
      LONG,
    );
  });

  it(
    'an emptied Redis shows an empty list, keeps its readers, and begins anew for them once the channel is there again',
    async () => {
      const [a] = await postAll(newsroom, ['A', 'B']);
      await bothHave('B');
      const [framed, bare] = [await enter(['newsline.v1']), await enter([])];
      const admin = new Redis(redis.url);
      await admin.flushall();
      admin.disconnect();
      expect(
        await framed.frame(({ headlines }) => (headlines as object[] | undefined)?.length === 0),
      ).toMatchObject({
        type: 'snapshot',
        resumed: false,
      });
      expect(await bare.closed).toBe(4001);
      // Each looks once a second.
      for (const { url } of gateways) await until(async () => (await titlesAt(url, channel)).length === 0);
      await until(async () => (await fetch(`${gateways[0].url}/readyz`)).status === 503);
      await expectFromBoth(a ?? '', lost());

      await createChannel(ingest.url, channel);
      await postAll(newsroom, ['C', 'D', 'E']);
      await bothHave('E');
      await framed.frame(({ headline }) => (headline as { title?: string } | undefined)?.title === 'E');
      await expectFromBoth(a ?? '', lost('E', 'D', 'C'));
      expect(framed.frames.map(({ type }) => type)).not.toContain('refusal');
      expect(framed.socket.readyState).toBe(framed.socket.OPEN);
      await until(async () => (await fetch(`${gateways[0].url}/readyz`)).status === 200);
    },
    LONG,
  );
});

describe('in one process, on the embedded engine', () => {
  let folder: TemporaryFolder;
  let service: NewslineProcess;
  let newsroom: Newsroom;
  const start = (port = 0) => startNewsline({ store: `embedded:${join(folder.path, 'data')}`, port });
  const again = async () => {
    service = await start(Number(new URL(service.url).port));
  };
  beforeEach(async () => {
    folder = await createTemporaryFolder();
    service = await start();
    newsroom = openNewsroom(service.url);
  }, LONG);
  afterEach(async () => {
    await service.kill9();
    await folder.dispose();
  });

  it(
    'a restarted process tells what was missed',
    async () => {
      const [a] = await postAll(newsroom, ['A', 'B']);
      await service.kill9();
      await again();
      await postAll(newsroom, ['C']);
      expect(await askEverywhere(service.url, 'main', a ?? '')).toEqual(held('B', 'C'));
    },
    LONG,
  );

  it(
    'set back to an older copy, it knows the cursors from before the copy, and none of what was lost',
    async () => {
      const [a] = await postAll(newsroom, ['A', 'B']);
      await service.stop();
      await cp(join(folder.path, 'data'), join(folder.path, 'copy'), { recursive: true });
      await again();
      const beyond = await postAll(newsroom, ['C', 'D']);
      await service.kill9();
      await rm(join(folder.path, 'data'), { recursive: true });
      await cp(join(folder.path, 'copy'), join(folder.path, 'data'), { recursive: true });
      await again();
      for (const since of beyond)
        expect(await askEverywhere(service.url, 'main', since)).toEqual(lost('B', 'A'));
      await postAll(newsroom, ['E', 'F', 'G']);
      const list = ['G', 'F', 'E', 'B', 'A'];
      for (const since of beyond)
        expect(await askEverywhere(service.url, 'main', since)).toEqual(lost(...list));
      expect(await askEverywhere(service.url, 'main', a ?? '')).toEqual(held('B', 'E', 'F', 'G'));
    },
    LONG,
  );
});
