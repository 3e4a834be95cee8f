/** Floods: more of everything than a reader has any use for. Each is bounded, counted, and no one else's trouble. */
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventSource } from 'eventsource';
import { frameOf, handshakeText, OPCODE, requestText } from '../support/raw-socket.ts';
import { ended, refused } from '../support/service-metrics.ts';
import { ATTACKER, from, laySiege, MANY, type Siege, STREAM } from '../support/siege.ts';
import { until } from '../support/until.ts';

const LIST = '/v1/channels/main/headlines';
const STATUS = /^HTTP\/1\.1 (\d+)/;
const statusOf = (received: string) => Number(STATUS.exec(received)?.[1]);
const many = (frame: Buffer, times: number) => Buffer.concat(Array.from({ length: times }, () => frame));
const subscribe = (section: string, last = 0) =>
  frameOf(
    OPCODE.text,
    JSON.stringify({ type: 'subscribe', channel: 'main', last, filter: { section: [section] } }),
  );
const unsubscribe = frameOf(OPCODE.text, '{"type":"unsubscribe","channel":"main"}');

/** Each test has addresses of its own, so that no budget is spent by another's. */
let addresses = 0;
const nextAddress = () => {
  addresses += 1;
  return `192.0.2.${addresses}`;
};

const ask = async (siege: Siege, path: string, fields: Readonly<Record<string, string>>) => {
  const peer = await siege.raw();
  await peer.send(requestText(path, { connection: 'close', ...fields }));
  await peer.closed;
  return peer.received;
};

describe('a gateway that is flooded', () => {
  let siege: Siege;
  beforeAll(async () => {
    siege = await laySiege();
  });
  afterAll(() => siege.stop());

  it.each([
    ['pings', frameOf(OPCODE.ping)],
    ['pings as large as can be', frameOf(OPCODE.ping, 'x'.repeat(125))],
    ['pongs no one asked for', frameOf(OPCODE.pong)],
    ['empty messages', frameOf(OPCODE.text)],
    ['binary messages', frameOf(OPCODE.binary, 'x')],
    ['messages of 4 KB', frameOf(OPCODE.text, 'x'.repeat(4_000))],
  ])('lets go who sends a million %s, and reads no further', async (_name, frame) => {
    const before = await siege.metrics();
    await siege.under(async () => {
      const peer = await siege.peer(STREAM, from(nextAddress()));
      const lot = many(frame, 2_000);
      for (let sent = 0; sent < 1_000_000 && (await peer.send(lot)); sent += 2_000) await setTimeout();
      await peer.closed;
    });
    const after = await siege.metrics();
    const grown = (name: string) => after.value(name) - before.value(name);
    expect(grown(ended('misbehaved'))).toBe(1);
    // What the socket had handed over when it was let go, and not the million.
    expect(grown('newsline_received_messages_total')).toBeLessThan(20_000);
    expect(grown('newsline_received_bytes_total')).toBeLessThan(1_000_000);
  });

  it('lets go who subscribes and unsubscribes without end', async () => {
    const counted = await siege.growth(ended('misbehaved'), () =>
      siege.under(async () => {
        const peer = await siege.peer(MANY, from(nextAddress()));
        const turn = Buffer.concat([subscribe('sport', 100), unsubscribe]);
        while (await peer.send(many(turn, 10))) await setTimeout();
        await peer.closed;
      }),
    );
    expect(counted).toBe(1);
  });

  it('keeps filters for others when one address takes all it can get, and always the list without one', async () => {
    const held = await laySiege();
    const open = (address: string, query: string) => held.reader(`${STREAM}${query}`, address);
    await held.under(async () => {
      const taken = await Promise.all(
        Array.from({ length: 120 }, (_, section) => open(ATTACKER, `?section=s${section}`)),
      );
      await until(() => taken.every(({ frames }) => frames.length > 0));
      const refusals = taken.filter(({ frames }) => frames[0]?.['code'] === 'too-many-filters');
      expect(refusals.length).toBe(20);
      const section = taken.findIndex(({ frames }) => frames[0]?.['type'] === 'snapshot');
      const others = await Promise.all([
        open('192.0.2.1', '?section=mine'),
        open('192.0.2.1', ''),
        open(ATTACKER, ''),
        open(ATTACKER, `?section=s${section}`),
      ]);
      for (const reader of others) await reader.frame(({ type }) => type === 'snapshot');
    });
    expect((await held.metrics()).value(refused('too-many-filters'))).toBe(20);
    await held.stop();
  });

  it('carries out a few of a thousand requests that come at once, and forgets the streams among them', async () => {
    const counted = await siege.growth(ended('pipelined'), () =>
      siege.under(async () => {
        const address = from(nextAddress());
        for (const path of [LIST, STREAM, '/v1/channels/nowhere/headlines', '/newsline.js']) {
          const peer = await siege.raw();
          await peer.send(requestText(path, address).repeat(1_000));
          await peer.closed;
        }
        // Few enough to be carried out: the first is a stream, the others wait behind it for ever.
        const peer = await siege.raw();
        await peer.send(requestText(STREAM, address).repeat(3));
        await until(() => peer.received.includes('event: snapshot'));
        peer.socket.destroy();
      }),
    );
    expect(counted).toBe(4);
  });

  it('takes parameters without end for what they are', async () => {
    await siege.under(async () => {
      const names = Array.from({ length: 2_500 }, (_, index) => index.toString(36)).join('=&');
      const address = from(nextAddress());
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => ask(siege, `${LIST}?${names}`, address)),
      );
      expect(new Set(answers.map(statusOf))).toEqual(new Set([422]));
      expect(answers[0]).toContain('must have at most 64 parameters');
    });
  });

  it('keeps nothing of handshakes that come and go as fast as they can', async () => {
    await siege.under(async () => {
      const address = nextAddress();
      await Promise.all(
        Array.from({ length: 20 }, async (_, one) => {
          for (let time = 0; time < 20; time += 1) {
            const peer = await siege.raw();
            const handshake = handshakeText(one % 2 === 0 ? STREAM : MANY, from(address));
            // Cut off within the handshake, right behind it, or with its answer on the way.
            await peer.send(handshake.slice(0, time % 3 === 0 ? 40 : undefined));
            if (time % 3 === 1) await until(() => peer.received !== '');
            peer.socket.resetAndDestroy();
          }
        }),
      );
    });
  });

  it('refuses handshakes that are none, and counts them', async () => {
    const counted = await siege.growth(refused('bad-upgrade'), () =>
      siege.under(async () => {
        for (const fields of [
          { 'sec-websocket-key': 'short' },
          { 'sec-websocket-version': '7' },
          { 'sec-websocket-protocol': 'newsline.v1,,,' },
          { 'sec-websocket-protocol': 'unheard-of.v9' },
        ]) {
          const peer = await siege.peer(STREAM, fields);
          await peer.closed;
          expect(statusOf(peer.received)).toBe(400);
          expect(peer.received).toContain('urn:newsline:problem:bad-upgrade');
        }
      }),
    );
    expect(counted).toBe(4);
  });
});

/** As little as can be set, and more than any machine is too slow to ask for: it grows by one a second. */
const PER_MINUTE = 60;
const A_STREAM = 2;
const A_FILTER = 40;

describe('a gateway that gives each address little', () => {
  let siege: Siege;
  beforeAll(async () => {
    siege = await laySiege(['--requests-per-minute-per-address', String(PER_MINUTE)]);
  });
  afterAll(() => siege.stop());

  /** @returns what one address may have spent by now, however slow the machine is. */
  const beginBudget = () => {
    const fromMs = performance.now();
    return () => PER_MINUTE + ((performance.now() - fromMs) * PER_MINUTE) / 60_000;
  };

  it('makes no more new filters for one address than it pays for, whatever it unsubscribes', async () => {
    await siege.under(async () => {
      // Holds the channel on the gateway: a subscription that waited for it could be given up, and would have no answer.
      const holder = await siege.peer(STREAM, from(nextAddress()));
      await until(() => holder.received.includes('"type":"snapshot"'));
      const address = nextAddress();
      const mostSpent = beginBudget();
      let section = 0;
      const peers = await Promise.all(
        Array.from({ length: 4 }, async () => {
          const peer = await siege.peer(MANY, from(address));
          for (let turn = 0; turn < 40; turn += 1) {
            section += 1;
            await peer.send(Buffer.concat([subscribe(`never-seen-${section}`), unsubscribe]));
          }
          return peer;
        }),
      );
      const count = (words: string) =>
        peers.reduce((sum, { received }) => sum + received.split(words).length - 1, 0);
      const made = () => count('"type":"snapshot"');
      // Whoever comes first may get all that the address has: judged when each was answered.
      await until(() => made() + count('"code":"rate-limited"') >= section, { state: made });
      expect(made()).toBeGreaterThan(0);
      expect(made() * A_FILTER).toBeLessThanOrEqual(mostSpent());
      for (const { socket } of [holder, ...peers]) socket.destroy();
    });
  });

  it('answers one address only so many lists, by any of its names, and says when to return', async () => {
    const counted = await siege.growth(refused('rate-limited'), () =>
      siege.under(async () => {
        const mostSpent = beginBudget();
        const answers = await Promise.all(
          Array.from({ length: 5 * PER_MINUTE }, (_, one) =>
            ask(siege, `${LIST}?last=100`, from(`2001:db8:1:2::${one}`)),
          ),
        );
        const answered = answers.filter((answer) => statusOf(answer) === 200).length;
        const turnedAway = answers.filter((answer) => statusOf(answer) === 429);
        expect(answered).toBeGreaterThanOrEqual(PER_MINUTE);
        expect(answered).toBeLessThanOrEqual(mostSpent());
        expect(answered + turnedAway.length).toBe(answers.length);
        for (const answer of turnedAway) expect(answer).toMatch(/\r\nretry-after: [1-9]\d*\r\n/i);
        expect(statusOf(await ask(siege, LIST, from('2001:db8:1:3::1')))).toBe(200);
      }),
    );
    expect(counted).toBeGreaterThan(0);
  });

  it('opens one address only so many streams, and tells an EventSource in its own way', async () => {
    await siege.under(async () => {
      const address = nextAddress();
      const mostSpent = beginBudget();
      const peers = await Promise.all(
        Array.from({ length: 2 * PER_MINUTE }, () => siege.peer(STREAM, from(address))),
      );
      const opened = peers.filter(({ received }) => statusOf(received) === 101).length;
      expect(opened * A_STREAM).toBeGreaterThanOrEqual(PER_MINUTE);
      expect(opened * A_STREAM).toBeLessThanOrEqual(mostSpent());
      expect(peers.filter(({ received }) => statusOf(received) === 429).length).toBe(peers.length - opened);
      for (const { socket } of peers) socket.destroy();

      // From another address it is let in, from this one told when to return: more come than it has by then.
      const sources = Array.from(
        { length: PER_MINUTE },
        () =>
          new EventSource(`${siege.url}${STREAM}`, {
            fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, ...from(address) } }),
          }),
      );
      const goodbye = new Promise<string>((resolve) => {
        for (const source of sources) {
          source.addEventListener('goodbye', ({ data }) => resolve(String(data)));
        }
      });
      expect(JSON.parse(await goodbye)).toMatchObject({ retryAfterMs: expect.any(Number) });
      for (const source of sources) source.close();
      const elsewhere = await siege.peer(STREAM, from(nextAddress()));
      expect(statusOf(elsewhere.received)).toBe(101);
      elsewhere.socket.destroy();
    });
  });
});
