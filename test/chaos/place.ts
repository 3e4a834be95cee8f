/** Place: what a cursor says, read by the checker itself. [docs/protocol.md, cursors] */
export interface Place {
  readonly epoch: string;
  readonly sequence: number;
  readonly tag: string;
}

const CURSOR = /^([A-Za-z0-9_-]+)\.(0|[1-9]\d*)\.([A-Za-z0-9_-]+)$/;

/** @returns undefined where the text is no cursor. */
export function parsePlace(cursor: string): Place | undefined {
  const [, epoch, sequence, tag] = CURSOR.exec(cursor) ?? [];
  return epoch && sequence && tag ? { epoch, sequence: Number(sequence), tag } : undefined;
}
