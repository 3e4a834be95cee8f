/**
 * Embed style: the sheet of the embed page and of the list in it that stands without scripts.
 *
 * It looks as the element does, so that nothing jumps when the element takes over; its colours come in the query.
 */
import { attributeName } from '../../protocol/ticker-attributes.ts';
import type { Colours } from './embed-options.ts';

const SHEET = `
:root { color-scheme: light dark; }
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; }
:root[data-theme="transparent"] { color-scheme: normal; }
* { box-sizing: border-box; }
body {
  margin: 0;
  font: 1rem/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif;
  overflow-wrap: anywhere;
}
.page { padding: 1rem; }
h1 {
  position: absolute;
  inline-size: 1px;
  block-size: 1px;
  margin: 0;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
.page h1 { position: static; inline-size: auto; block-size: auto; clip-path: none; white-space: normal; }
news-ticker { display: block; }
/* As high as its list: the frame takes the height of it, or scrolls. Layouts that show one at a time keep their own. */
news-ticker:not([layout]), news-ticker[layout="list"] { --newsline-height: auto; }
.headlines {
  margin: 0;
  padding: 0;
  list-style: none;
  border: 1px solid var(--newsline-line, light-dark(#e4e7eb, #2b3037));
  border-radius: var(--newsline-radius, 10px);
  background: var(--newsline-background, light-dark(#fff, #15181c));
  color: var(--newsline-text, light-dark(#15181c, #eceef1));
}
:root[data-theme="transparent"] .headlines { background: transparent; }
.headlines li { padding: .8em 1.125em; }
.headlines li + li { border-block-start: 1px solid var(--newsline-line, light-dark(#e4e7eb, #2b3037)); }
.headlines li[data-urgency="1"], .headlines li[data-urgency="2"], .headlines li[data-urgency="3"] {
  padding-inline-start: calc(1.125em - 4px);
  border-inline-start: 4px solid var(--newsline-accent, light-dark(#b4131f, #ff7b74));
}
.headlines .title { font-weight: 600; }
.headlines a { color: inherit; text-decoration: none; }
.headlines a:hover { text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: .18em; }
.headlines .meta {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: .2em .6em;
  margin-block-end: .2em;
  color: var(--newsline-muted, light-dark(#58616c, #9ea8b4));
}
.headlines time { direction: ltr; unicode-bidi: isolate; font-size: .8125em; font-variant-numeric: tabular-nums; }
.headlines .badge, .headlines .label {
  padding: .05em .5em;
  border: 1px solid currentColor;
  border-radius: 4px;
  font-size: .6875em;
  font-weight: 700;
}
.headlines .badge { margin-inline-end: .25em; vertical-align: .12em; }
.headlines .badge, .headlines .live { color: var(--newsline-accent, light-dark(#b4131f, #ff7b74)); }
:root[data-theme="transparent"] .headlines :is(.badge, .live) { color: var(--newsline-accent, currentColor); }
.headlines .badge.flash, :root[data-theme="transparent"] .headlines .badge.flash {
  background: var(--newsline-accent, light-dark(#b4131f, #ff7b74));
  color: var(--newsline-on-accent, light-dark(#fff, #1f0605));
}
.headlines p {
  margin: .45em 0 0;
  padding-inline-start: .7em;
  border-inline-start: 2px solid;
  color: var(--newsline-muted, light-dark(#58616c, #9ea8b4));
  font-size: .875em;
}
.headlines strong { font-weight: 700; }
`;

export function embedStyle(colours: Colours): string {
  const properties = Object.entries(colours).flatMap(([name, value]) =>
    value === undefined ? [] : [`--newsline-${attributeName(name)}:#${value}`],
  );
  return properties.length === 0 ? SHEET : `${SHEET}:root { ${properties.join('; ')} }\n`;
}
