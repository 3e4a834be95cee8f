interface Named {
  readonly name: string;
  readonly description: string;
}

interface ElementDeclaration {
  readonly tagName: string;
  readonly attributes: readonly Named[];
  readonly members: readonly Named[];
  readonly events: readonly Named[];
  readonly slots: readonly Named[];
  readonly cssParts: readonly Named[];
  readonly cssProperties: readonly Named[];
}

/** Custom-elements manifest of <news-ticker>. */
export declare function describeElement(declarations: string): {
  readonly modules: readonly [
    { readonly path: string; readonly declarations: readonly [ElementDeclaration] },
  ];
};
