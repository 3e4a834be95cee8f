/** How the list looks, beyond what all layouts share. */
export const listStyle = `
[part="list"] {
  list-style: none;
  max-block-size: var(--newsline-max-height, none);
  overflow-y: auto;
}
`;
