/**
 * Earlier stories: what a follow-up continues, folded under its line. A part of the list, loaded with the first
 * follow-up; until it has come, the earlier stories are not shown.
 */
import type { Headline } from '../../../src/protocol/headline.ts';
import type { HeadlineLine, LineLook } from '../render-headline.ts';
import type { Stage } from './layout.ts';

/** @returns what belongs under the line, open where the reader had opened it; nothing without earlier stories. */
export type Folds = (
  line: HeadlineLine,
  stories: readonly Headline[],
  look: LineLook,
) => HTMLElement | undefined;

export function createFolds({ dom, createLine }: Pick<Stage, 'dom' | 'createLine'>): Folds {
  const { makeElement, setAttribute, setChildren, setText } = dom;
  const folds = new WeakMap<HeadlineLine, ReturnType<typeof createFold>>();

  function createFold() {
    const element = makeElement('details', 'earlier');
    const summary = makeElement('summary', 'earlier-count');
    const list = makeElement('ol', 'earlier-list');
    let lines: ReadonlyMap<string, HeadlineLine> = new Map();
    setAttribute(list, 'role', 'list');
    element.append(summary, list);
    return {
      element,
      update(stories: readonly Headline[], look: LineLook): void {
        setText(summary, `${look.words.followUp} (${stories.length})`);
        lines = new Map(stories.map(({ id }) => [id, lines.get(id) ?? createLine()]));
        for (const story of stories) lines.get(story.id)?.update(story, look);
        setChildren(
          list,
          [...lines.values()].map((line) => line.element),
        );
      },
    };
  }

  return (line, stories, look) => {
    const known = folds.get(line);
    if (stories.length === 0) return undefined;
    const fold = known ?? createFold();
    folds.set(line, fold);
    fold.update(stories, look);
    return fold.element;
  };
}
