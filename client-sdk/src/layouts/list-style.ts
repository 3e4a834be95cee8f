/** How the list looks, beyond what all layouts share. */
export const listStyle = `
[part="list"] {
  list-style: none;
  max-block-size: var(--newsline-max-height, none);
  overflow-y: auto;
}
[part="day"] { padding: .9em 1.286em .3em; color: var(--_muted); font-size: .875em; font-weight: 600; }
[part~="headline"] + [part="day"] { border-block-start: 1px solid var(--_line); }
`;
