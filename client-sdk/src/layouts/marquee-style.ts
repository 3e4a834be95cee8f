/** How the marquee looks, beyond what all layouts share: one row, its name and the pause control before it. */
export const marqueeStyle = `
[part="ticker"] { display: flex; align-items: stretch; min-block-size: 3em; }
[part="header"] { flex: none; flex-wrap: nowrap; max-inline-size: 50%; min-block-size: 0; padding: .4em .75em; border: 0; border-inline-end: 1px solid var(--_line); }
[part="heading"] { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; font-size: .9375em; }
[part="state"] { font-size: 0; gap: 0; }
[part="state"]::before { inline-size: .625rem; block-size: .625rem; }
[part="controls"] button { justify-content: center; inline-size: 28px; padding: 0; font-size: 0; }
[part="controls"] button::before { inline-size: .625rem; block-size: .6875rem; }
[part="stage"] { flex: 1; min-inline-size: 0; }
[part="pill"] { inset-block-start: .4em; inset-inline: auto .5em; }
[part="window"] { block-size: 100%; overflow: clip; }
[part="window"][data-still] { overflow-x: auto; }
[part="list"] { display: flex; inline-size: max-content; block-size: 100%; list-style: none; will-change: transform; }
[part~="headline"] { flex: none; align-items: center; padding-block: .4em; border: 0; white-space: nowrap; }
[part~="headline"] + [part~="headline"] { border-block-start: 0; border-inline-start: 1px solid var(--_line); }
[part~="headline"][inert]:empty { visibility: hidden; }
[part="body"] { display: flex; align-items: center; gap: .75em; }
[part="meta"] { flex-wrap: nowrap; margin: 0; order: -1; }
[part="notice"] { margin: 0; }
[part="thumbnail"] { display: none; }
[part="nothing"] { padding-block: .75em; }
[part="all"] { flex: none; align-self: center; border: 0; padding-block: .4em; }
`;
