/** How the rotator looks, beyond what all layouts share: a box of one size, whatever stands in it. */
export const rotatorStyle = `
[part="heading"] { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
[part="controls"] { flex-wrap: nowrap; }
[part="list"] { list-style: none; flex: 1; min-block-size: 0; overflow-y: auto; }
[part="list"]:empty { display: none; }
[part~="headline"] { align-items: center; min-block-size: 100%; padding-block: .5em; }
[part="title"] { line-height: 1.3; }
[part="controls"] :is([part="previous"], [part="next"]) {
  justify-content: center;
  inline-size: 28px;
  padding: 0;
  font-size: 0;
}
[part="previous"]::before, [part="next"]::before {
  content: "";
  inline-size: .5rem;
  block-size: .5rem;
  border-block-start: 2px solid currentColor;
  border-inline-end: 2px solid currentColor;
  rotate: 45deg;
}
[part="previous"]::before { rotate: 225deg; }
:is([part="previous"], [part="next"]):dir(rtl)::before { rotate: -45deg; }
[part="previous"]:dir(rtl)::before { rotate: 135deg; }
[part="place"] {
  align-self: center;
  min-inline-size: 3em;
  color: var(--_muted);
  direction: ltr;
  font-size: .8125em;
  font-variant-numeric: tabular-nums;
  text-align: center;
  word-spacing: -.1em;
}
@container (min-width: 36em) {
  [part="title"] { font-size: 1.1875em; }
  [part="list"] [part="thumbnail"] { inline-size: var(--newsline-thumbnail-width, 7.5em); block-size: var(--newsline-thumbnail-height, 5em); }
}
@container (max-width: 36em) {
  /* There is no room for both, and words come first. */
  [part~="headline"]:has([part="notice"]) [part="thumbnail"] { display: none; }
  [part="header"] { column-gap: .5em; }
  [part="heading"] { font-size: 1em; }
  [part="controls"] [part="pause"] { justify-content: center; inline-size: 28px; padding: 0; font-size: 0; }
  [part="pause"]::before { inline-size: .625rem; block-size: .6875rem; }
}
button:disabled { opacity: .5; cursor: default; }
`;
