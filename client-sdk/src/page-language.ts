/** Page language: which language a page speaks where an element stands, as it changes. */

/** Language of the nearest `lang` around a node, through shadow roots as well. */
export function nearestLanguage(node: Element): string {
  for (let at: Element | null = node; at; ) {
    const named: Element | null = at.closest('[lang]');
    if (named) return named.getAttribute('lang') ?? '';
    const root: Node = at.getRootNode();
    at = root instanceof ShadowRoot ? root.host : null;
  }
  return '';
}

/**
 * Watches every `lang` of the page; those in other shadow trees are read anew with whatever comes next.
 *
 * @returns stops watching.
 */
export function watchLanguage(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange);
  observer.observe(document, { subtree: true, attributeFilter: ['lang'] });
  return () => observer.disconnect();
}
