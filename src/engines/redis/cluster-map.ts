/**
 * Cluster map: which server has which slots, put together from what several of them say. Pure.
 *
 * Each slot is its whose claim is newest, by the number of the election that gave it: so a primary that was cut off from
 * the others, and goes on believing that it has its slots, is outvoted by any other server, and by what was known
 * before, where it is the only one to answer. [ADR 12]
 */
import { nameOfPlace, type Place } from './redis-address.ts';

const SLOTS = 16_384;

/** What one server says. */
export interface ClusterView {
  readonly claims: readonly {
    readonly from: number;
    readonly to: number;
    readonly place: Place;
    /** Number of the election that gave it. */
    readonly election: number;
  }[];
  /** Replicas among them. */
  readonly places: readonly Place[];
  /** Who says so. */
  readonly saidBy: Place;
}

type Claim = ClusterView['claims'][number];

export interface ClusterMap {
  /** The claim that holds, by slot. */
  readonly claims: readonly (Claim | undefined)[];
  ownerOf(slot: number): Place | undefined;
  /** Those who have slots. */
  readonly owners: readonly Place[];
  readonly isWhole: boolean;
}

/** Slot of a key: of what stands in its first braces, where anything does. */
export function slotOf(key: string): number {
  const open = key.indexOf('{');
  const close = key.indexOf('}', open + 1);
  const hashed = open >= 0 && close > open + 1 ? key.slice(open + 1, close) : key;
  let crc = 0;
  for (const byte of Buffer.from(hashed)) {
    crc ^= byte << 8;
    // CRC-16/XMODEM, as the cluster specification has it.
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc % SLOTS;
}

/** A server as `CLUSTER SLOTS` lists it: host, port, id, and more. */
type ListedServer = readonly [string | null, number, string, ...unknown[]];
type ListedRange = readonly [number, number, ...ListedServer[]];

/**
 * @param slots the reply to `CLUSTER SLOTS`
 * @param nodes the reply to `CLUSTER NODES`
 * @param asked who replied: a server that does not know its own host leaves it empty
 */
export function readView(slots: unknown, nodes: unknown, asked: Place): ClusterView {
  const elections = new Map(
    String(nodes)
      .split('\n')
      .map((line) => line.split(' '))
      .map(([id = '', , , , , , election]) => [id, Number(election)]),
  );
  const placeOf = ([host, port]: ListedServer): Place => ({ host: host || asked.host, port });
  const ranges = slots as readonly ListedRange[];
  return {
    claims: ranges.flatMap(([from, to, owner]) =>
      owner ? [{ from, to, place: placeOf(owner), election: elections.get(owner[2]) ?? 0 }] : [],
    ),
    places: ranges.flatMap(([, , ...servers]) => servers.map(placeOf)),
    saidBy: asked,
  };
}

/**
 * @param before the map held so far: it stands wherever its election is newer. Only where all who are said to have slots
 * say so themselves does it count for nothing: then no one is cut off, and the cluster was set up anew.
 */
export function mergeViews(views: readonly ClusterView[], before?: ClusterMap): ClusterMap {
  const newest = new Array<Claim | undefined>(SLOTS).fill(undefined);
  for (const claim of views.flatMap(({ claims }) => claims)) {
    for (let slot = claim.from; slot <= claim.to; slot += 1) {
      const held = newest[slot];
      if (held === undefined || claim.election > held.election) newest[slot] = claim;
    }
  }
  if (before && !isSaidByAll(views)) {
    for (const [slot, held] of before.claims.entries()) {
      const claim = newest[slot];
      if (held && (claim === undefined || claim.election < held.election)) newest[slot] = held;
    }
  }
  const owners = new Map(newest.flatMap((claim) => (claim ? [[nameOfPlace(claim.place), claim.place]] : [])));
  return {
    claims: newest,
    ownerOf: (slot) => newest[slot]?.place,
    owners: [...owners.values()],
    isWhole: newest.every((claim) => claim !== undefined),
  };
}

function isSaidByAll(views: readonly ClusterView[]): boolean {
  const speakers = new Set(views.map(({ saidBy }) => nameOfPlace(saidBy)));
  return views.every(({ claims }) => claims.every(({ place }) => speakers.has(nameOfPlace(place))));
}
