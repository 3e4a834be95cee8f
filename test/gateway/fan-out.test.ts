import { describe, expect, it } from '@jest/globals';
import type { Baseline } from '../../src/domain/engine.ts';
import type { LogEntry } from '../../src/domain/log-entry.ts';
import type { Audience } from '../../src/gateway/audience.ts';
import { ChannelMirror } from '../../src/gateway/channel-mirror.ts';
import { Connection, type Outlet } from '../../src/gateway/connection.ts';
import { newslineV1 } from '../../src/gateway/encoding.ts';
import { createFanOut } from '../../src/gateway/fan-out.ts';
import { parseCursor } from '../../src/protocol/cursor.ts';
import type { Filter } from '../../src/protocol/filter.ts';
import type { Headline } from '../../src/protocol/headline.ts';
import { accepted } from '../../src/protocol/refusal.ts';

const AT = '2026-03-01T10:00:00.000Z';

const entry = (sequence: number, title = `Headline ${sequence}`): LogEntry => {
  const headline: Headline = {
    id: `h${sequence}`,
    version: 1,
    sequence,
    title,
    language: 'en',
    publishedAt: AT,
    updatedAt: AT,
    urgency: 5,
  };
  return {
    sequence,
    tag: `t${sequence}`,
    previous: `t${sequence - 1}`,
    at: AT,
    body: { change: 'published', headline },
  };
};

const empty: Baseline = { head: { epoch: 'e', sequence: 0, tag: 't0' }, headlines: [], tail: [] };

/** A socket that takes what it is given until it is full. */
class TestSocket implements Outlet {
  writes: string[] = [];
  isFull = false;
  closedWith: number | undefined;
  write(bytes: Buffer): boolean {
    this.writes.push(bytes.toString('latin1'));
    return !this.isFull;
  }
  close(code: number): void {
    this.closedWith = code;
  }
  terminate(): void {}
  ping(): boolean {
    return true;
  }
  /** Numbers of the headlines written, and snapshots, in order. */
  get saw(): readonly string[] {
    return this.writes.join('').match(/"type":"snapshot"|"sequence":\d+(?=,"title)/g) ?? [];
  }
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `"sequence":${from + index}`);
const SNAPSHOT = '"type":"snapshot"';

function audienceOf(mirror: ChannelMirror, filter: Filter): Audience {
  const found = mirror.audience(filter, newslineV1, () => accepted(() => {}));
  if (!found.ok) throw new Error(found.refusal.message);
  return found.value;
}

function openChannel(options: { limitFrames?: number; sliceMs?: number; clock?: () => number } = {}) {
  const fanOut = createFanOut(options);
  const mirror = new ChannelMirror({ name: 'en', language: 'en', timeZone: 'UTC', origins: [] }, empty, {
    now: () => Date.parse(AT),
    onChange: (audience) => fanOut.schedule(audience),
    ...options,
  });
  const audience = audienceOf(mirror, {});
  let sequence = 0;
  return {
    mirror,
    audience,
    join(since?: string, into = audience) {
      const socket = new TestSocket();
      const connection = new Connection(socket, newslineV1);
      into.join(connection, 0, since === undefined ? undefined : parseCursor(since));
      return { socket, connection };
    },
    publish(count: number) {
      mirror.onEntries(
        Array.from({ length: count }, () => {
          sequence += 1;
          return entry(sequence);
        }),
        'e',
      );
    },
  };
}

/** All slices that are due have run. */
const settled = async () => {
  for (let turn = 0; turn < 200; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
};

describe('fan-out', () => {
  it('writes a burst to a reader at once', async () => {
    const channel = openChannel();
    const { socket } = channel.join();
    channel.publish(20);
    await settled();
    expect(socket.writes).toHaveLength(2);
    expect(socket.saw).toEqual([SNAPSHOT, ...numbers(1, 20)]);
  });

  it('skips a reader whose socket is full, and catches it up in one write when it drains', async () => {
    const channel = openChannel();
    const [slow, fast] = [channel.join(), channel.join()];
    slow.socket.isFull = true;
    for (let times = 0; times < 5; times += 1) {
      channel.publish(2);
      await settled();
    }
    expect(slow.socket.writes).toHaveLength(2);
    expect(fast.socket.saw).toEqual([SNAPSHOT, ...numbers(1, 10)]);
    slow.socket.isFull = false;
    slow.connection.drained();
    expect(slow.socket.writes).toHaveLength(3);
    expect(slow.socket.saw).toEqual([SNAPSHOT, ...numbers(1, 10)]);
  });

  it('gives a reader who fell behind the ring a fresh snapshot, and goes on from there', async () => {
    const channel = openChannel({ limitFrames: 4 });
    const { socket, connection } = channel.join();
    socket.isFull = true;
    channel.publish(1);
    await settled();
    channel.publish(10);
    await settled();
    socket.isFull = false;
    connection.drained();
    channel.publish(1);
    await settled();
    expect(socket.saw).toEqual([SNAPSHOT, ...numbers(1, 1), SNAPSHOT, ...numbers(12, 12)]);
  });

  it('resumes a reader from memory, and tells one whose past is another', () => {
    const channel = openChannel({ limitFrames: 4 });
    channel.publish(6);
    expect(channel.join('e.4.t4').socket.saw).toEqual(numbers(5, 6));
    expect(channel.join('e.6.t6').socket.writes.join('')).toMatch(/"type":"resumed"/);
    // Trimmed, of another epoch, another entry of the same number, ahead of all we know.
    for (const lost of ['e.1.t1', 'f.4.t4', 'e.4.x4', 'e.7.t7']) {
      expect(channel.join(lost).socket.saw).toEqual([SNAPSHOT]);
    }
  });

  it('begins anew for everyone when the channel does', async () => {
    const channel = openChannel();
    const { socket } = channel.join();
    channel.publish(3);
    await settled();
    channel.mirror.onBaseline({ ...empty, head: { epoch: 'f', sequence: 1, tag: 'u1' } });
    await settled();
    expect(socket.saw).toEqual([SNAPSHOT, ...numbers(1, 3), SNAPSHOT]);
    expect(socket.writes.at(-1)).toMatch(/"cursor":"f.1.u1"/);
  });

  it('starves no one, however fast the news comes', async () => {
    let nowMs = 0;
    // A stride of readers fills a slice, so that a pass takes many; something new comes within each of them.
    const channel = openChannel({
      sliceMs: 1,
      clock: () => {
        nowMs += 1;
        return nowMs;
      },
    });
    const readers = Array.from({ length: 1_000 }, () => channel.join());
    for (let turn = 0; turn < 100; turn += 1) {
      channel.publish(1);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect(readers.filter(({ socket }) => socket.writes.length < 2)).toEqual([]);
  });

  it('adds no snapshot behind one that is not yet taken', async () => {
    const channel = openChannel();
    const { socket, connection } = channel.join();
    socket.isFull = true;
    channel.publish(1);
    await settled();
    for (let times = 0; times < 50; times += 1) {
      const [reader] = connection.subscribers;
      if (reader) connection.drop(reader);
      channel.audience.join(connection, 0);
    }
    expect(socket.writes).toHaveLength(2);
    socket.isFull = false;
    connection.drained();
    expect(socket.saw).toEqual([SNAPSHOT, ...numbers(1, 1), SNAPSHOT]);
  });

  it('reaches back to what came before the first reader, and keeps other readers’ places', async () => {
    const channel = openChannel();
    channel.publish(5);
    const late = audienceOf(channel.mirror, { maxUrgency: 9 });
    expect(late.ring.floor).toBe(5);
    const first = channel.join(undefined, late);
    channel.publish(1);
    await settled();
    expect(channel.join('e.2.t2', late).socket.saw).toEqual(numbers(3, 6));
    expect(channel.join('e.1.t1', late).socket.saw).toEqual(numbers(2, 6));
    channel.publish(1);
    await settled();
    expect(first.socket.saw).toEqual([SNAPSHOT, ...numbers(6, 7)]);
  });

  it('serves every reader once in slices, while some leave and some join', async () => {
    let nowMs = 0;
    // Each look at the clock takes a millisecond, so a slice serves a few strides.
    const channel = openChannel({ sliceMs: 3, clock: () => (nowMs += 1) });
    const readers = Array.from({ length: 2_000 }, () => channel.join());
    channel.publish(1);
    await new Promise<void>((resolve) => setImmediate(resolve));
    const leaving = readers.filter((_, index) => index % 7 === 3);
    for (const { connection } of leaving) connection.closed();
    const late = channel.join();
    channel.publish(1);
    await settled();
    const staying = readers.filter((reader) => !leaving.includes(reader));
    expect(staying.every(({ socket }) => socket.saw.join() === [SNAPSHOT, ...numbers(1, 2)].join())).toBe(
      true,
    );
    expect(late.socket.saw).toEqual([SNAPSHOT, ...numbers(2, 2)]);
    expect(channel.audience.readers).toHaveLength(staying.length + 1);
  });
});
