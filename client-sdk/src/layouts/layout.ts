/**
 * Layout: the port between the ticker and its ways of showing headlines.
 *
 * All layouts are given the same data by the same path; each only draws. They are parts, loaded when first wanted:
 * what a part needs of the core, or of the lines that all draw with, is handed to it on its stage.
 */
import type { Headline } from '../../../src/protocol/headline.ts';
import type { FoldedList } from '../follow-ups.ts';
import type * as quietDom from '../quiet-dom.ts';
import type { HeadlineLine, LineLook } from '../render-headline.ts';

export interface LayoutState extends FoldedList {
  /** What to show, newest first. While a reader holds the ticker, new ones are not among them. */
  readonly headlines: readonly Headline[];
  /** Taken away a short while ago: ids, with the public notice or no words. Empty unless the site asked for it. */
  readonly withdrawn: ReadonlyMap<string, string>;
  readonly look: LineLook;
  /** The reader asked that nothing moves and nothing comes. */
  readonly isPaused: boolean;
  /** Paused, or somebody is reading: what stands must stay where it is. */
  readonly isHeld: boolean;
  /** Somebody is reading, paused or not. */
  readonly isReading: boolean;
  /** What is new came while the reader was looking on, not as part of a whole list. */
  readonly isLive: boolean;
}

export interface Layout {
  readonly element: HTMLElement;
  /** Its own controls; they stand behind the pause control. */
  readonly controls?: readonly HTMLElement[];
  render(state: LayoutState): void;
  /** The reader asked for what waits: show it from its beginning. */
  toStart(): void;
  /** Ends its timers and observers; the element is thrown away. */
  dispose(): void;
}

export interface Stage {
  readonly root: ShadowRoot;
  readonly dom: typeof quietDom;
  createLine(): HeadlineLine;
  /** Draws again, with the state as it is then. */
  redraw(): void;
  /** The reader has taken over: pauses the ticker. */
  pause(): void;
  /** Puts the focus on the first control, where what had it is gone. */
  focusControl(): void;
}

export interface LayoutPart {
  /** Style sheet of the layout, for the shadow root. */
  readonly style: string;
  create(stage: Stage): Layout;
}
