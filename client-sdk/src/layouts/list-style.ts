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
[part="day"] { border-block-start: 1px solid var(--_line); padding: .9em 1.125em .3em; color: var(--_muted); font-size: .875em; font-weight: 600; }
`;
