/** How the list looks, beyond what all layouts share. Its size does not rest on what stands in it: it scrolls inside. */
export const listStyle = `
[part="list"] {
  flex: 1;
  min-block-size: 0;
  margin-block-start: -1px;
  list-style: none;
  overflow-y: auto;
  scrollbar-width: thin;
  scrollbar-color: var(--_line) transparent;
}
[part="list"]:empty { display: none; }
/* Words go round the picture, that no place beside it is lost; where both have no room, it stands above them. */
[part~="headline"]:not([part~="withdrawn"]) { display: flow-root; }
[part="thumbnail"] {
  float: inline-end;
  inline-size: max(var(--newsline-thumbnail-width, 6em), min(100%, (15em - 100%) * 999));
  block-size: var(--newsline-thumbnail-height, auto);
  aspect-ratio: 3 / 2;
  margin-block-end: .15em;
  margin-inline-start: clamp(0px, (100% - 15em) * 999, .75em);
}
[part="meta"] { display: block; line-height: 1.25; }
[part="meta"] > :not(:last-child) { margin-inline-end: .7em; }
/* Its digits run from left to right everywhere, and its own end would be on the other side. */
[part="time"]:not(:last-child):dir(rtl) { margin-inline: .7em 0; }
[part~="label"] { line-height: 1.4; }
[part="day"] { border-block-start: 1px solid var(--_line); padding: .9em calc(1.125em / .875) .3em; color: var(--_muted); font-size: .875em; font-weight: 600; }
`;
