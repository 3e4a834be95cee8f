/**
 * How a ticker's box looks, and how the ticker is coloured. Constructed style sheets, which a strict Content-Security-Policy lets pass as it does script;
 * no style element and no style attribute. Sites alter it by custom properties (`--newsline-...`) and `::part`.
 *
 * Directions are logical, so that a page that runs from right to left needs nothing more.
 */
const CSS = `
:host {
  color-scheme: light dark;
  --_text: var(--newsline-text, light-dark(#15181c, #eceef1));
  --_muted: var(--newsline-muted, light-dark(#58616c, #9ea8b4));
  --_background: var(--newsline-background, light-dark(#fff, #15181c));
  --_line: var(--newsline-line, light-dark(#e4e7eb, #2b3037));
  --_accent: var(--newsline-accent, light-dark(#b4131f, #ff7b74));
  --_mark: var(--_accent);
  --_on-accent: var(--newsline-on-accent, light-dark(#fff, #1f0605));
  --_glow: var(--newsline-glow, light-dark(#fbf0d2, #3a331f));
  --_focus: var(--newsline-focus, light-dark(#1257c4, #86b6ff));
  display: block;
  block-size: var(--newsline-height, var(--_height, auto));
  contain: layout style;
  font-family: var(--newsline-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif);
  font-style: normal;
  line-height: 1.4;
  text-align: start;
}
:host([theme="light"]) { color-scheme: light; }
:host([theme="dark"]) { color-scheme: dark; }
:host([theme="transparent"]) {
  color-scheme: inherit;
  --_text: var(--newsline-text, currentColor);
  --_muted: var(--newsline-muted, color-mix(in srgb, currentColor 80%, transparent));
  --_line: var(--newsline-line, color-mix(in srgb, currentColor 25%, transparent));
  /* Nobody knows what the accent would stand on. */
  --_mark: var(--newsline-accent, currentColor);
  --_background: transparent;
}
:host([hidden]) { display: none; }

*, ::before, ::after { box-sizing: border-box; }
h2, h3, ol, p { margin: 0; padding: 0; font: inherit; }

[part="ticker"] {
  display: flex;
  flex-direction: column;
  block-size: 100%;
  overflow: hidden;
  border: 1px solid var(--_line);
  border-radius: var(--newsline-radius, 10px);
  background: var(--_background);
  color: var(--_text);
  overflow-wrap: anywhere;
}

[data-state="loading"]:not(:has(header))::before {
  content: "";
  flex: none;
  block-size: 3.5em;
  border-block-end: 1px solid var(--_line);
}
[part="own"], [part="skeleton"] { display: block; flex: 1; min-block-size: 0; overflow: auto; }
[part="skeleton"] {
  --_bar: var(--_line);
  background:
    repeating-linear-gradient(transparent 0 1.05em, var(--_bar) 0 1.6em, transparent 0 5.75em) 1.125em 0 / 8em no-repeat,
    repeating-linear-gradient(transparent 0 2.3em, var(--_bar) 0 3.1em, transparent 0 5.75em) 1.125em 0 / 74% no-repeat;
}
:dir(rtl) > [part="skeleton"] { background-position-x: calc(100% - 1.125em); }

[data-layout]:not([data-layout="list"]) { block-size: var(--newsline-height, var(--_box)); }
[data-layout]:not([data-layout="list"]) [part="skeleton"] { background-size: 8em 4em, 74% 4em; }
[data-layout="marquee"] [part="skeleton"] { background-position-y: -9em, -1.25em; }
[data-layout="banner"]:has([part="skeleton"]) { opacity: 0; }
[data-layout="marquee"] { --_box: 3em; }
[data-layout="rotator"] { --_box: 10.5em; }
[data-layout="banner"] { --_box: 5em; }
@container (max-width: 36em) {
  [data-layout="marquee"] { --_box: 5.75em; }
  [data-layout="rotator"] { --_box: 12.5em; }
  [data-layout="banner"] { --_box: 8em; }
}

@media (forced-colors: active) {
  [part="skeleton"] { --_bar: GrayText; }
}
`;

let sheet: CSSStyleSheet | undefined;

/** One sheet for all tickers of a page. */
export function standSheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}
