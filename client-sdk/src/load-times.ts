/** Relative times and days, loaded when a ticker first wants them; until then it shows the clock. */
import { createPart } from './part.ts';

export const relativeTimes = createPart(() =>
  import('./times/relative-times.ts').then(({ createRelativeTimes }) => createRelativeTimes),
);
