/** Lines: the part that every layout draws with; loaded while the connection is made, so that it costs no time. */
import { linesStyle } from './lines-style.ts';
import { watchReading } from './reading.ts';
import { createHeadlineLine } from './render-headline.ts';

export const lines = { style: linesStyle, createLine: createHeadlineLine, watchReading };
export type Lines = typeof lines;
