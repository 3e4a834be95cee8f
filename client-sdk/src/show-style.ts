/** How a ticker looks in every layout: its header and controls, its lines, and what stands around them. */
export const showStyle = `
[part="header"] {
  display: grid;
  grid-template-columns: 1fr auto;
  flex: none;
  align-items: center;
  column-gap: .75em;
  min-block-size: 3.5em;
  padding: .5em 1.125em;
  border-block-end: 1px solid var(--_line);
}
[part="heading"] {
  align-self: end;
  font-size: 1.0625em;
  font-weight: 700;
  line-height: 1.25;
  letter-spacing: -.011em;
}
[part="state"], [part="zone"] {
  grid-area: 2 / 1;
  min-block-size: 1.35em;
  overflow: hidden;
  color: var(--_muted);
  font-size: .75em;
  line-height: 1.35;
  text-overflow: ellipsis;
  white-space: nowrap;
}
/* The place of both is kept; while it is empty, the heading is drawn over the middle. */
[part="header"]:not([data-state]) [part="heading"] { transform: translateY(.475em); }
[data-state="refused"] :is([part="controls"], [part="skeleton"]) { visibility: hidden; }
[data-words="coming"] > :is([part="header"], [part="all"]) { visibility: hidden; }
[part="state"]:not(:empty)::before {
  display: inline-block;
  content: "";
  inline-size: .65em;
  block-size: .65em;
  margin-inline-end: .45em;
  border: 2px solid currentColor;
  border-radius: 50%;
}

[part="controls"] { display: flex; flex-wrap: wrap; grid-area: 1 / 2 / 3; gap: .4em; }
[part="controls"] button {
  display: inline-flex;
  align-items: center;
  gap: .5em;
  min-block-size: 28px;
  padding: .2em .8em;
  border: 1px solid var(--_line);
  border-radius: 99px;
  background: transparent;
  color: var(--_muted);
  font: inherit;
  font-size: .8125em;
  cursor: pointer;
}
[part="controls"] button:hover { border-color: currentColor; color: var(--_text); }
[part="pause"]::before {
  content: "";
  inline-size: .7em;
  block-size: .75em;
  background: currentColor;
  clip-path: polygon(0 0, 36% 0, 36% 100%, 64% 100%, 64% 0, 100% 0, 100% 100%, 0 100%);
}
[part="pause"][data-state="paused"]::before { clip-path: polygon(0 0, 100% 50%, 0 100%); }

[part="stage"] { display: flex; position: relative; flex: 1; flex-direction: column; min-block-size: 0; }

[part~="headline"] { display: flex; flex-wrap: wrap; gap: .5em 1em; padding: .8em 1.125em; border-block-start: 1px solid var(--_line); }
[part~="flash"], [part~="breaking"] {
  padding-inline-start: calc(1.125em - 4px);
  border-inline-start: 4px solid var(--_accent);
}
[part="headline flash"] { background: color-mix(in srgb, var(--_accent) 8%, transparent); }
[part="body"] { flex: 1 1 9em; min-inline-size: 0; }
[part="title"] { font-weight: 600; letter-spacing: -.006em; text-wrap: pretty; }
[part="headline flash"] [part="title"] { font-weight: 700; }
[part="link"] { padding-block: .2em; color: inherit; text-decoration: none; }
[part="link"]:hover { text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: .18em; }
[part="meta"] {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: .2em .6em;
  margin-block-end: .2em;
  color: var(--_muted);
}
[part="time"] { direction: ltr; unicode-bidi: isolate; font-size: .8125em; font-variant-numeric: tabular-nums; }
[part="notice"] {
  margin-block-start: .45em;
  padding-inline-start: .7em;
  border-inline-start: 2px solid var(--_muted);
  color: var(--_muted);
  font-size: .875em;
}
[part="notice-word"] { color: var(--_text); }
[part="headline withdrawn"]:empty { visibility: hidden; }
[part="headline withdrawn"] [part="notice"] { align-self: center; margin: 0; }

[part="earlier"] { margin-block-start: .4em; font-size: .9375em; }
[part="earlier-count"] {
  inline-size: fit-content;
  min-block-size: 24px;
  border-radius: 4px;
  color: var(--_muted);
  font-size: .875em;
  font-weight: 600;
  line-height: 24px;
  cursor: pointer;
}
[part="earlier-count"]:hover { color: var(--_text); }
[part="earlier-list"] { margin-block-start: .2em; border-inline-start: 2px solid var(--_line); list-style: none; }
[part="earlier-list"] [part~="headline"] { padding: .4em .8em; border: 0; }
[part="earlier-list"] [part="thumbnail"] { display: none; }
[part="earlier-list"] [part="title"] { font-weight: 500; }

[part="thumbnail"] {
  flex: none;
  order: 1;
  inline-size: var(--newsline-thumbnail-width, 6em);
  block-size: var(--newsline-thumbnail-height, 4em);
  overflow: hidden;
  border-radius: 6px;
  background: var(--_line);
}
[part="image"] { display: block; inline-size: 100%; block-size: 100%; object-fit: cover; }

[part~="badge"], [part~="label"] {
  display: inline-flex;
  align-items: center;
  gap: .4em;
  padding: .05em .5em;
  border: 1px solid currentColor;
  border-radius: 4px;
  font-size: .6875em;
  font-weight: 700;
  letter-spacing: .05em;
}
[part~="badge"] { margin-inline-end: .25em; color: var(--_mark); font-weight: 800; vertical-align: .12em; }
[part="badge flash"] { border-color: var(--_accent); background: var(--_accent); color: var(--_on-accent); }
[part~="badge"]::before, [part="label live"]::before, [part="label video"]::before {
  content: "";
  inline-size: .8em;
  block-size: .8em;
  background: currentColor;
  clip-path: polygon(50% 6%, 100% 94%, 0 94%);
}
[part="badge flash"]::before {
  block-size: 1.1em;
  clip-path: polygon(62% 0, 8% 56%, 44% 56%, 34% 100%, 92% 40%, 54% 40%);
}
[part="label live"] { color: var(--_mark); }
[part="label live"]::before { inline-size: .65em; block-size: .65em; border-radius: 50%; clip-path: none; }
[part="label video"]::before { inline-size: .65em; clip-path: polygon(0 0, 100% 50%, 0 100%); }

[part="pill"] {
  position: absolute;
  inset-block-start: -.95em;
  inset-inline: 0;
  z-index: 1;
  inline-size: fit-content;
  min-block-size: 26px;
  margin-inline: auto;
  padding: .1em 1em;
  border: 1px solid transparent;
  border-radius: 99px;
  background: var(--_accent);
  color: var(--_on-accent);
  font: inherit;
  font-size: .8125em;
  font-weight: 600;
  unicode-bidi: plaintext;
  cursor: pointer;
}
[part="nothing"] { margin: auto; padding: 1.125em; color: var(--_muted); text-align: center; }
[part="all"] {
  display: block;
  padding: .8em 1.2em;
  border-block-start: 1px solid var(--_line);
  color: inherit;
  font-size: .9375em;
  font-weight: 600;
  text-decoration: none;
}
/* Points on, whichever way the words run. */
[part="all"]::after {
  display: inline-block;
  content: "";
  inline-size: .4em;
  block-size: .4em;
  margin-inline-start: .5em;
  border-block-start: 2px solid;
  border-inline-end: 2px solid;
  rotate: 45deg;
  translate: 0 -.12em;
}
[part="all"]:dir(rtl)::after { rotate: -45deg; }
[part="all"]:hover { text-decoration: underline; text-underline-offset: .18em; }
:focus-visible { outline: 2px solid var(--_focus); outline-offset: 2px; }

/* Letters that are joined stay so. */
:dir(rtl) { letter-spacing: 0; }

[part="announcer"] {
  position: absolute;
  inline-size: 1px;
  block-size: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
[part="all"]:focus-visible { outline-offset: -3px; }
/* Round the whole title, unless that goes round a picture: a link that breaks into lines has corners that lie over the badge. */
[part="body"]:first-child > [part="title"]:has(:focus-visible) { outline: 2px solid var(--_focus); outline-offset: 3px; border-radius: 2px; }
[part="body"]:first-child > [part="title"] :focus-visible { outline: none; }
@media (forced-colors: active) {
  [part="pause"]::before, [part~="badge"]::before, [part~="label"]::before { forced-color-adjust: none; background: CanvasText; }
}
`;
