/** Readers that are gone without a word, do not read, or only pretend to: none costs more than its connection. */
import { on } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventSource } from 'eventsource';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { openRaw } from '../support/raw-reader.ts';
import { frameOf, OPCODE, requestText } from '../support/raw-socket.ts';
import { ended } from '../support/service-metrics.ts';
import { ATTACKER, from, laySiege, MANY, type Siege, STREAM } from '../support/siege.ts';
import { until } from '../support/until.ts';

/** As large as may be: 9 KB a headline. */
const SUMMARY = '🗞'.repeat(1_000);
const TAGS = Array.from({ length: 20 }, (_, index) => `${index} ${'🗞'.repeat(60)}`);
/** Together more than kernels keep for a socket that is not read. */
const HEADLINES = 700;
const IN_FLIGHT = 50;

describe('a gateway with silent readers', () => {
  let siege: Siege;
  beforeEach(async () => {
    siege = await laySiege(['--ping-interval-ms', '1000']);
  });
  afterEach(() => siege.stop());

  const postMany = async (count: number) => {
    let next = 0;
    const write = async () => {
      while (next < count) {
        next += 1;
        await siege.newsroom.post({ title: `Headline ${next}`, summary: SUMMARY, tags: TAGS });
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, write));
  };
  const count = async (reason: string) => (await siege.metrics()).value(ended(reason));
  const memory = async () => {
    const metrics = await siege.metrics();
    return metrics.value('nodejs_heap_size_used_bytes') + metrics.value('nodejs_external_memory_bytes');
  };

  it('finds readers whose other end has vanished without closing', async () => {
    await siege.under(async () => {
      const proxy = await startCuttingProxy(siege.url);
      const readers = await Promise.all(Array.from({ length: 20 }, () => openRaw(proxy.url, STREAM)));
      const events = new EventSource(`${proxy.url}${STREAM}`);
      await new Promise((resolve) => events.addEventListener('snapshot', resolve));
      // Alive as long as anything passes.
      const pings = readers.map(({ socket }) => on(socket, 'ping'));
      for (let times = 0; times < 2; times += 1) await Promise.all(pings.map((ping) => ping.next()));
      expect(await count('unresponsive')).toBe(0);
      proxy.freeze();
      await until(async () => (await count('unresponsive')) === readers.length);
      // What server-sent events do not tell by an answer, they tell by what they no longer take.
      await postMany(HEADLINES);
      await until(async () => (await count('too-slow')) === 1);
      events.close();
      for (const { socket } of readers) socket.terminate();
      await proxy.stop();
    });
  }, 240_000);

  it('ends who begins a message and is silent ever after', async () => {
    await siege.under(async () => {
      const peers = await Promise.all(Array.from({ length: 20 }, () => siege.peer(STREAM)));
      for (const peer of peers) await peer.send(frameOf(OPCODE.text, 'x'.repeat(60_000), { fin: false }));
      await Promise.all(peers.map(({ closed }) => closed));
    });
    expect(await count('unresponsive')).toBe(20);
  });

  it('ends who does not read, over either transport, though it swears that it is alive', async () => {
    await siege.under(async () => {
      const sockets = await Promise.all(Array.from({ length: 10 }, () => siege.peer(STREAM)));
      const events = await Promise.all(Array.from({ length: 10 }, () => siege.raw()));
      for (const peer of events) await peer.send(requestText(STREAM, from(ATTACKER)));
      await until(() => events.every(({ received }) => received.includes('event: snapshot')));
      for (const { socket } of [...sockets, ...events]) socket.pause();
      const before = await memory();
      const swearing = setInterval(() => {
        for (const peer of sockets) void peer.send(frameOf(OPCODE.pong));
      }, 200);
      await postMany(HEADLINES);
      await until(async () => (await count('too-slow')) === 20);
      // A queue for each would hold a hundred megabytes.
      expect((await memory()) - before).toBeLessThan(80e6);
      clearInterval(swearing);
    });
  }, 240_000);

  it('does not hear who asks and asks and never reads an answer', async () => {
    await postMany(25);
    await siege.under(async () => {
      const peers = await Promise.all(Array.from({ length: 10 }, () => siege.peer(MANY)));
      for (const { socket } of peers) socket.pause();
      const before = await memory();
      const turn = Buffer.concat([
        frameOf(OPCODE.text, '{"type":"subscribe","channel":"main","last":100}'),
        frameOf(OPCODE.text, '{"type":"unsubscribe","channel":"main"}'),
        frameOf(OPCODE.pong),
      ]);
      // Within what may be sent in ten seconds: 200 KB of answers for each turn, and a hundred megabytes for all.
      for (let turns = 0; turns < 40; turns += 1) {
        for (const peer of peers) void peer.send(turn);
        await setTimeout(20);
      }
      while ((await count('too-slow')) < peers.length) {
        for (const peer of peers) void peer.send(frameOf(OPCODE.pong));
        await setTimeout(400);
      }
      expect((await memory()) - before).toBeLessThan(60e6);
      expect(await count('misbehaved')).toBe(0);
    });
  }, 240_000);
});
