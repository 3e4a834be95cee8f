/**
 * Ring: the newest frames of one audience, ready to be written to any of its readers.
 *
 * Each change is framed once and never altered. A reader is a position here; all frames between its position and
 * the head go out in one write, and readers at the same position share the same joined buffer. [design 6]
 */
export interface RingFrame {
  /** Number of the change in its channel. Grows, not densely: an audience does not see every change. */
  readonly sequence: number;
  readonly tag: string;
  readonly bytes: Buffer;
}

export interface RingOptions {
  /** Frames held. @default 1024 */
  readonly limitFrames?: number;
  /** Bytes held. @default 524288 */
  readonly limitBytes?: number;
  /** Bytes joined into one write, one frame at least. @default 65536 */
  readonly limitWriteBytes?: number;
}

/** Joined buffers kept while the head stands still; stragglers at more positions than this join their own. */
const SHARED_JOINS = 16;

export interface Ring {
  /** Position of the oldest frame held. */
  readonly base: number;
  /** Position after the newest frame. */
  readonly head: number;
  append(frame: RingFrame): void;
  /**
   * Puts older frames before those held, as far as the limits allow; positions given out stay valid.
   *
   * @param older oldest first, whole from the new floor up to the present one.
   */
  prepend(older: readonly RingFrame[], floor: number): void;
  /** All frames from a position on, up to the write limit; `next` is the position after them. */
  read(position: number): { readonly bytes: Buffer; readonly next: number };
  /** Tag of the frame with this sequence number, if it is held. */
  tagAt(sequence: number): string | undefined;
  /** Position of the first frame with a higher sequence number. */
  positionAfter(sequence: number): number;
  /** Changes after this sequence number are all held; older ones are gone. */
  readonly floor: number;
  /** Forgets everything: no position given out before is valid any more. */
  clear(floor: number): void;
}

export function createRing(
  floor: number,
  { limitFrames = 1_024, limitBytes = 524_288, limitWriteBytes = 65_536 }: RingOptions = {},
): Ring {
  let frames: RingFrame[] = [];
  /** Frames at the beginning of the array that are gone already: shifting an array for each append would be slow. */
  let gone = 0;
  let base = 0;
  let bytesHeld = 0;
  const joins = new Map<number, { bytes: Buffer; next: number }>();

  const at = (position: number) => frames[position - base + gone];
  const headOf = () => base + frames.length - gone;

  function dropOldest(): void {
    const oldest = frames[gone];
    if (!oldest) return;
    floor = oldest.sequence;
    bytesHeld -= oldest.bytes.length;
    gone += 1;
    base += 1;
    if (gone > 64 && gone > frames.length / 2) {
      frames = frames.slice(gone);
      gone = 0;
    }
  }

  function join(position: number): { bytes: Buffer; next: number } {
    const parts: Buffer[] = [];
    let size = 0;
    let next = position;
    for (let frame = at(next); frame; frame = at(next)) {
      if (parts.length > 0 && size + frame.bytes.length > limitWriteBytes) break;
      parts.push(frame.bytes);
      size += frame.bytes.length;
      next += 1;
    }
    return { bytes: parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, size), next };
  }

  /** Index in `frames` of the first one with a higher sequence number. */
  function indexAfter(sequence: number): number {
    let [low, high] = [gone, frames.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((frames[middle]?.sequence ?? 0) > sequence) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  return {
    get base() {
      return base;
    },
    get head() {
      return headOf();
    },
    get floor() {
      return floor;
    },
    append(frame) {
      joins.clear();
      frames.push(frame);
      bytesHeld += frame.bytes.length;
      while (frames.length - gone > limitFrames || (bytesHeld > limitBytes && frames.length - gone > 1))
        dropOldest();
    },
    prepend(older, wholeFrom) {
      const fitting: RingFrame[] = [];
      let [room, bytesRoom] = [limitFrames - (frames.length - gone), limitBytes - bytesHeld];
      floor = wholeFrom;
      for (const frame of older.toReversed()) {
        room -= 1;
        bytesRoom -= frame.bytes.length;
        if (room < 0 || bytesRoom < 0) {
          floor = frame.sequence;
          break;
        }
        fitting.push(frame);
        bytesHeld += frame.bytes.length;
      }
      frames = [...fitting.reverse(), ...frames.slice(gone)];
      base -= fitting.length;
      gone = 0;
    },
    read(position) {
      const shared = joins.get(position);
      if (shared) return shared;
      const joined = join(position);
      if (joins.size < SHARED_JOINS) joins.set(position, joined);
      return joined;
    },
    tagAt(sequence) {
      const frame = frames[indexAfter(sequence) - 1];
      return frame?.sequence === sequence ? frame.tag : undefined;
    },
    positionAfter: (sequence) => base + indexAfter(sequence) - gone,
    clear(newFloor) {
      // Far enough that no frame put before those to come stands where one of the past stood.
      base = headOf() + 1 + limitFrames;
      frames = [];
      gone = 0;
      bytesHeld = 0;
      floor = newFloor;
      joins.clear();
    },
  };
}
