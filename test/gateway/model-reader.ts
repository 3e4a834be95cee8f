/**
 * Model reader: reads a gateway in memory over a socket that blocks, drains and breaks when the test likes, and checks
 * of each frame that nothing visible lies between it and the one before.
 *
 * What came between two frames is found by walking the chain of the store's entries, by a filter of its own: the
 * checker shares no code with the gateway.
 */
import { applyFrame, emptyTickerList, type ListFrame } from '../../client-sdk/src/ticker-list.ts';
import type { LogEntry } from '../../src/domain/log-entry.ts';
import type { ChannelMirror } from '../../src/gateway/channel-mirror.ts';
import { Connection, type Outlet } from '../../src/gateway/connection.ts';
import { type Encoding, flat } from '../../src/gateway/encoding.ts';
import { findSeat, takeSeat } from '../../src/gateway/seat.ts';
import { type Cursor, NO_TAG, parseCursor } from '../../src/protocol/cursor.ts';
import { accepted } from '../../src/protocol/refusal.ts';
import type { ModelStore } from '../domain/model-store.ts';
import type { ModelGateway } from './model-gateway.ts';

/** Places for filters are not what the model is about. */
const free = () => accepted(() => {});

/** A socket that takes what it is given, and where it is full, wants to drain before more comes. */
class ModelSocket implements Outlet {
  readonly chunks: Buffer[] = [];
  isFull = false;
  /** Chunks it was given after it had asked to be left alone, but for words as short as `resumed`. */
  queued = 0;
  #isAsking = false;
  closedWith: number | undefined;
  write(bytes: Buffer): boolean {
    if (this.closedWith !== undefined) throw new Error('written to after the end');
    if (this.#isAsking && bytes.length > SHORT_BYTES) this.queued += 1;
    this.chunks.push(bytes);
    this.#isAsking = this.isFull;
    return !this.isFull;
  }
  drain(): void {
    this.isFull = false;
    this.#isAsking = false;
  }
  close(code: number): void {
    this.closedWith = code;
  }
  terminate(): void {}
  ping(): boolean {
    return true;
  }
}

/** A frame that tells of a change is longer. */
const SHORT_BYTES = 110;

type Json = Record<string, unknown>;

/** [RFC 6455 5.2], unmasked text frames; one that broke off is not there. */
function readTextFrames(bytes: Buffer): Json[] {
  const frames: Json[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const short = (bytes[at + 1] ?? 0) & 127;
    const begin = at + (short === 126 ? 4 : 2);
    if (begin > bytes.length) break;
    const length = short === 126 ? bytes.readUInt16BE(at + 2) : short;
    if (begin + length > bytes.length) break;
    frames.push(JSON.parse(bytes.toString('utf8', begin, begin + length)) as Json);
    at = begin + length;
  }
  return frames;
}

/** [HTML Living Standard 9.2.6]: an event that broke off is not there. */
const readEvents = (bytes: Buffer): Json[] =>
  bytes
    .toString()
    .split('\n\n')
    .slice(0, -1)
    .flatMap((event) => {
      const [, data] = /^data: (.*)$/m.exec(event) ?? [];
      return data === undefined ? [] : [JSON.parse(data) as Json];
    });

/** Sections a headline is filed under, as readers choose by them; all where undefined. */
export type Section = string | undefined;

const isOf = (wanted: Section, facets: { section?: string } | undefined) =>
  facets !== undefined && (wanted === undefined || facets.section === wanted);

/** What a reader of the section is to be told of. */
function isVisible({ body }: LogEntry, section: Section): boolean {
  if (body.change === 'retracted') return body.was === undefined || isOf(section, body.was);
  return isOf(section, body.headline) || isOf(section, body.was);
}

export interface ModelReaderOptions {
  readonly encoding: Encoding;
  readonly section: Section;
  readonly last: number;
  /** Of the rings. */
  readonly limitFrames: number;
}

export type ModelReader = ReturnType<typeof createModelReader>;

export function createModelReader(
  store: ModelStore,
  { encoding, section, last, limitFrames }: ModelReaderOptions,
) {
  const hasList = encoding.control !== undefined;
  const faults: string[] = [];
  let socket: ModelSocket | undefined;
  let connection: Connection | undefined;
  let readBytes = 0;
  /** Place after the last frame; undefined before the first. */
  let place: Cursor | undefined;
  let known = emptyTickerList(last);
  /** Since the last snapshot: lines that may be missing at the end of the list. */
  let takenAway = 0;
  /** The gateway holds all since its place: then it must not be told otherwise. */
  let mustResume = false;
  let snapshots = 0;

  /** The first visible entry after the place, on the way back from an entry; `undefined` where there is none. */
  function missedBefore(tag: string): string | undefined {
    for (let at = tag; at !== place?.tag; ) {
      const entry = store.ever.get(at);
      if (!entry) return at === NO_TAG ? 'it was told before, or of another chain' : `${at} is no entry`;
      if (isVisible(entry, section)) return `${at} was missed`;
      at = entry.previous;
    }
    return undefined;
  }

  function takeChange(frame: Json, tag: string): void {
    const entry = store.ever.get(tag);
    const body = entry?.body;
    if (!entry || !body) return void faults.push(`there was no change ${tag}`);
    if (!isVisible(entry, section)) faults.push(`${tag} is of another section`);
    const missed = missedBefore(entry.previous);
    if (missed !== undefined) faults.push(`at ${tag} after ${place?.tag}: ${missed}`);
    const shown = JSON.stringify(frame);
    const isGone = body.change === 'retracted' || !isOf(section, body.headline);
    const id = body.change === 'retracted' ? body.id : body.headline.id;
    if (!shown.includes(`"${id}"`)) faults.push(`${tag} tells of another story`);
    const text = body.change === 'retracted' ? undefined : body.headline.title;
    if (text !== undefined && shown.includes(text) === isGone) faults.push(`${tag} shows what it should not`);
    if (isGone) takenAway += 1;
  }

  function take(frame: Json): void {
    const cursor = parseCursor(String(frame['cursor']));
    if (!cursor) return void faults.push(`no cursor: ${JSON.stringify(frame)}`);
    if (frame['type'] === 'resumed') {
      if (JSON.stringify(cursor) !== JSON.stringify(place)) faults.push('resumed from where it never was');
    } else if (frame['type'] === 'snapshot') {
      if (mustResume) faults.push(`given a list at ${place?.tag}, though nothing was lost`);
      takenAway = 0;
      snapshots += 1;
    } else {
      if (cursor.epoch !== place?.epoch) faults.push(`epoch ${cursor.epoch} after ${place?.epoch} unsaid`);
      takeChange(frame, cursor.tag);
    }
    mustResume = false;
    if (frame['type'] !== 'resumed') place = cursor;
    if (hasList) known = applyFrame(known, frame as unknown as ListFrame, Date.now()).next;
  }

  /** The gateway has every entry since, and its ring has room for those that are visible. */
  function isHeld({ epoch, tag }: Cursor, mirror: ChannelMirror): boolean {
    if (epoch !== mirror.head.epoch) return false;
    let visible = 0;
    let at = mirror.head.tag;
    for (let entries = 0; at !== tag; entries += 1) {
      const entry = store.ever.get(at);
      if (!entry || entries >= mirror.tail.length) return false;
      if (isVisible(entry, section)) visible += 1;
      at = entry.previous;
    }
    return visible <= limitFrames;
  }

  /** Reads what has come, up to a part of it where the connection broke. */
  function receive(part = 1): void {
    if (!socket) return;
    const bytes = Buffer.concat(socket.chunks);
    const until = Math.max(readBytes, Math.round(readBytes + (bytes.length - readBytes) * part));
    const decode = encoding.name === 'event-stream' ? readEvents : readTextFrames;
    const before = decode(bytes.subarray(0, readBytes)).length;
    for (const frame of decode(bytes.subarray(0, until)).slice(before)) take(frame);
    readBytes = until;
  }

  function hangUp(part: number): void {
    receive(part);
    if (socket && socket.queued > 0) faults.push(`${socket.queued} writes queued for a full socket`);
    mustResume = false;
    connection?.closed();
    socket = undefined;
    connection = undefined;
  }

  return {
    encoding,
    section,
    faults,
    get isConnected() {
      return connection?.isOpen === true;
    },
    /** Lists it was given. */
    get snapshots() {
      return snapshots;
    },
    connect({ mirror }: ModelGateway): void {
      if (connection?.isOpen || !mirror) return;
      if (connection) hangUp(1);
      const since = place;
      const asked = { filter: section === undefined ? {} : { section: [section] }, last };
      let seat = findSeat(mirror, { ...asked, ...(since && { since }) }, encoding, free);
      mustResume = since !== undefined && isHeld(since, mirror);
      if (!seat.ok) {
        if (hasList || seat.refusal.code !== 'cursor-lost') faults.push(`refused: ${seat.refusal.code}`);
        if (mustResume) faults.push(`refused at ${since?.tag}, though nothing was lost`);
        place = undefined;
        mustResume = false;
        seat = findSeat(mirror, asked, encoding, free);
      }
      if (!seat.ok) return void faults.push(`refused: ${seat.refusal.code}`);
      socket = new ModelSocket();
      readBytes = 0;
      connection = new Connection(socket, encoding);
      // Without a list it begins with what comes next.
      if (!hasList) place ??= mirror.head;
      takeSeat(seat.value, connection);
    },
    /** Leaves the channel and follows it anew, on the connection it has. */
    subscribeAgain({ mirror }: ModelGateway): void {
      const [subscriber] = connection?.subscribers ?? [];
      if (encoding.name !== 'newsline.v1' || !connection?.isOpen || !subscriber || !mirror) return;
      connection.drop(subscriber);
      const seat = findSeat(
        mirror,
        { filter: section === undefined ? {} : { section: [section] }, last },
        encoding,
        free,
      );
      if (seat.ok) takeSeat(seat.value, connection);
    },
    /** The connection breaks when a part of what was written has come. */
    hangUp,
    block(): void {
      if (!socket || !connection?.isOpen) return;
      socket.isFull = true;
    },
    drain(): void {
      if (!socket || !connection?.isOpen) return;
      socket.drain();
      if (connection.isBlocked) connection.drained();
    },
    receive,
    /** All is calm: it has to be where the store is. @returns what is wrong. */
    conclude(): readonly string[] {
      hangUp(1);
      const { head } = store;
      if (place?.epoch !== head.epoch) faults.push(`stayed in epoch ${place?.epoch} of ${head.epoch}`);
      const missed = missedBefore(head.tag);
      if (missed !== undefined) faults.push(`at the end: ${missed}`);
      if (encoding !== flat && hasList) concludeList();
      return faults;
    },
  };

  function concludeList(): void {
    const { headlines } = known.list;
    const standing = store
      .headlines()
      .filter((headline) => isOf(section, headline))
      .filter(({ id, version }) => (known.tombstones.get(id) ?? 0) < version)
      .slice(0, last);
    const expected = standing.slice(0, headlines.length);
    if (JSON.stringify(headlines) !== JSON.stringify(expected)) {
      faults.push(`shows ${JSON.stringify(headlines)} for ${JSON.stringify(expected)}`);
    }
    if (headlines.length < standing.length - takenAway - known.tombstones.size) {
      faults.push(`shows ${headlines.length} lines of ${standing.length}`);
    }
  }
}
