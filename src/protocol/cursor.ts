/**
 * Cursor: a reader's place in a channel. Opaque to readers, who only hand it back.
 *
 * It names the epoch, the sequence number and the tag of the entry at that number: after a store was rewound
 * and written again, the same number may stand for another entry, and the tag tells. [design 2, cursor]
 */
export interface Cursor {
  readonly epoch: string;
  readonly sequence: number;
  /** Tag of the entry at `sequence`; `0` before the first entry. */
  readonly tag: string;
}

/** Tag before the first entry of a channel. */
export const NO_TAG = '0';

export const formatCursor = ({ epoch, sequence, tag }: Cursor): string => `${epoch}.${sequence}.${tag}`;

const CURSOR = /^([A-Za-z0-9_-]{1,32})\.(0|[1-9]\d{0,14})\.([A-Za-z0-9_-]{1,32})$/;

/** @returns undefined where the text is no cursor of ours. */
export function parseCursor(text: string): Cursor | undefined {
  const [, epoch, sequence, tag] = CURSOR.exec(text) ?? [];
  return epoch && sequence && tag ? { epoch, sequence: Number(sequence), tag } : undefined;
}
