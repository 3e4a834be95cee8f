/** How the marquee looks, beyond what all layouts share: one row; two where it is narrow, the strip alone in one. */
export const marqueeStyle = `
[part="ticker"] { flex-direction: row; }
[part="header"] {
  display: flex;
  min-block-size: 0;
  padding: 0 .75em 0 1.125em;
  border: 0;
  border-inline-end: 1px solid var(--_line);
}
[part="heading"] {
  align-self: center;
  overflow: hidden;
  font-size: .9375em;
  text-overflow: ellipsis;
  white-space: nowrap;
}
[part="header"]:not([data-state]) [part="heading"] { transform: none; }
[part="zone"]:empty { display: none; }
/* Its place stays while there is nothing to say: the strip beside it does not move. */
[part="zone"], [part="state"] { flex: none; min-block-size: 0; }
[part="state"] { inline-size: .5rem; font-size: 0; }
[part="state"]:not(:empty)::before { inline-size: .5rem; block-size: .5rem; margin: 0; }
[part="controls"] { margin-inline-start: auto; }
[part="controls"] button { justify-content: center; inline-size: 28px; padding: 0; font-size: 0; }
[part="controls"] button::before { inline-size: .625rem; block-size: .6875rem; }
[part="stage"] { flex: 1; min-inline-size: 0; }
[part="pill"] { inset-block: 0; inset-inline: auto .5em; margin-block: auto; block-size: 26px; }
[part="window"] {
  block-size: 100%;
  overflow: clip;
  mask-image: linear-gradient(to right, transparent, #000 1.5em calc(100% - 1.5em), transparent);
}
[part="window"]:has(:focus-visible) { mask-image: none; }
[part="window"][data-still] { overflow-x: auto; mask-image: none; }
[part="list"] { display: flex; inline-size: max-content; block-size: 100%; list-style: none; will-change: transform; }
[part~="headline"] { flex: none; align-items: center; padding-block: 0; border: 0; white-space: nowrap; }
[part~="headline"] + [part~="headline"] { border-block-start: 0; border-inline-start: 1px solid var(--_line); }
[part="body"] { display: flex; align-items: center; gap: .75em; }
[part="meta"] { flex-wrap: nowrap; order: -1; margin: 0; }
/* Room for what a time will say later, so that nothing moves when it does. */
[part="time"] { min-inline-size: 9em; text-align: end; }
[part="time"]:dir(rtl) { text-align: start; }
[part="notice"] { margin: 0; overflow: hidden; text-overflow: ellipsis; }
[part="thumbnail"] { display: none; }
[part="nothing"] { padding-block: .75em; }
[part="all"] { flex: none; align-self: center; padding-block: .4em; border: 0; }
@container (max-width: 36em) {
  [part="ticker"] {
    display: grid;
    grid-template: 1fr 1fr / minmax(0, 1fr) auto;
  }
  [part="header"] { border: 0; }
  [part="stage"] { grid-area: 2 / 1 / 3 / 3; border-block-start: 1px solid var(--_line); }
  [part="all"] { grid-area: 1 / 2; padding-inline-start: 0; }
  /* In place of the name: there is no room for both, and the headlines are not to be covered. */
  [part="pill"] { inset-block: auto calc(100% + .7em); inset-inline: 1.125em auto; }
  [part="ticker"]:has([part="pill"]) [part="heading"] { visibility: hidden; }
}
`;
