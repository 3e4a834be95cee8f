/** How the rotator looks, beyond what all layouts share: a box of one size, whatever stands in it. */
export const rotatorStyle = `
[part="list"] {
  display: grid;
  align-content: center;
  list-style: none;
  block-size: var(--newsline-height, 7.5em);
  overflow-y: auto;
}
[part="place"] {
  align-self: center;
  min-inline-size: 3.5em;
  color: var(--_muted);
  font-size: .8125em;
  font-variant-numeric: tabular-nums;
  text-align: end;
}
button:disabled { opacity: .5; cursor: default; }
`;
