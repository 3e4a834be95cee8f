/** How the banner looks, beyond what all layouts share: a strip of one size, a flash filled with the accent. */
export const bannerStyle = `
[part="ticker"] {
  flex-direction: row-reverse;
  align-items: center;
}
[part="header"] { flex: none; min-block-size: 0; padding-inline-start: 0; border: 0; }
[part="heading"] {
  position: absolute;
  inline-size: 1px;
  block-size: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
[part="zone"] { display: none; }
[part="state"] { grid-area: 1 / 1 / 3; inline-size: .5rem; min-block-size: 0; font-size: 0; }
[part="state"]:not(:empty)::before { inline-size: .5rem; block-size: .5rem; margin: 0; }
[part="controls"] button { justify-content: center; inline-size: 28px; padding: 0; font-size: 0; }
[part="controls"] button::before { inline-size: .625rem; block-size: .6875rem; }
[part="hide"]::before {
  content: "";
  background: currentColor;
  clip-path: polygon(12% 0, 50% 38%, 88% 0, 100% 12%, 62% 50%, 100% 88%, 88% 100%, 50% 62%, 12% 100%, 0 88%, 38% 50%, 0 12%);
}
[part="hide"]:disabled { visibility: hidden; }
[part="stage"], [part="list"] { flex: 1; min-inline-size: 0; block-size: 100%; list-style: none; }
[part="list"] { display: grid; align-content: safe center; overflow-y: auto; }
[part~="headline"] { padding-block: .3em; border: 0; }
[part="headline flash"] { background: none; }
[part="title"] { line-height: 1.3; }
@container (min-width: 60em) {
  [part="title"] { font-size: 1.125em; }
}
@container (max-width: 36em) {
  [part="header"] { padding-inline-end: .75em; }
  [part="controls"] { flex-direction: column; }
}
[part="thumbnail"], [part="meta"], [part="all"] { display: none; }
[part="nothing"] { position: absolute; inset: 0; display: grid; align-content: center; padding-block: 0; }
/* Nothing to see, but for who comes there by keyboard; the place stays. */
[part="ticker"]:not(:has([data-urgency])) { border-color: transparent; background: none; }
[part="ticker"]:not(:has([data-urgency])) :is([part="header"]:not(:focus-within), [part="nothing"]) { opacity: 0; pointer-events: none; }
[part="ticker"]:has([data-urgency]) { border-color: var(--_accent); border-inline-start-width: 6px; }
[part="ticker"]:has([data-urgency="flash"]) {
  --_text: var(--_on-accent);
  --_muted: var(--_on-accent);
  --_line: var(--_on-accent);
  --_focus: var(--_on-accent);
  background: var(--_accent);
}
[data-urgency="flash"] [part="badge flash"] {
  border-color: currentColor;
  background: var(--_on-accent);
  color: var(--_accent);
}
`;
